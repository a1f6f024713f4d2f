//! Why a turn did not come to its end.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::catalog::CatalogError;
use crate::publish::directory::PublishError;
use crate::publish::gate::Forecast;

/// What ended a turn.
#[derive(Debug)]
pub enum TurnError {
    /// The state could not be worked with.
    Catalog(CatalogError),
    /// An input folder can't be walked, so nothing can be said of the articles in it.
    Input {
        /// The folder.
        folder: PathBuf,
        /// Why.
        error: io::Error,
        /// True when something was published before, which stays.
        is_published: bool,
    },
    /// The output could not be written.
    Publish(PublishError),
    /// It was given up, as it was asked to be. Nothing was replaced.
    Stopped,
    /// Articles are being written, or are on their way to another place. Nothing was replaced, and a
    /// moment later the turn can be done.
    Restless(Vec<(usize, PathBuf)>),
    /// The gate: too much would disappear, or reappear as unread, at once. Nothing was replaced.
    Refused {
        /// How many entries would be gone, and how many would reappear.
        refusal: (usize, usize),
        /// What subscribers would see, feed by feed.
        forecasts: Vec<Forecast>,
    },
}

impl fmt::Display for TurnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalog(error) => error.fmt(f),
            Self::Input { folder, error, is_published } => {
                let kept = if *is_published { "; the feeds stay as they are" } else { "" };
                write!(f, "{}: the articles can't be read: {error}{kept}", folder.display())
            }
            Self::Publish(error) => error.fmt(f),
            Self::Restless(files) => write!(f, "articles are being written ({})", files.len()),
            Self::Stopped => f.write_str("the turn was given up"),
            Self::Refused { refusal: (gone, reappearing), .. } => write!(
                f,
                "nothing was published: {gone} entries would disappear and {reappearing} would \
                 reappear as unread"
            ),
        }
    }
}

impl std::error::Error for TurnError {}

impl From<CatalogError> for TurnError {
    fn from(error: CatalogError) -> Self {
        Self::Catalog(error)
    }
}

impl From<PublishError> for TurnError {
    fn from(error: PublishError) -> Self {
        Self::Publish(error)
    }
}
