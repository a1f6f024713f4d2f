//! Why a turn did not come to its end.

use std::fmt;

use crate::catalog::CatalogError;
use crate::publish::directory::PublishError;
use crate::publish::gate::Forecast;

/// What ended a turn.
#[derive(Debug)]
pub enum TurnError {
    /// The state could not be worked with.
    Catalog(CatalogError),
    /// The output could not be written.
    Publish(PublishError),
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
            Self::Publish(error) => error.fmt(f),
            Self::Refused { refusal: (gone, reappearing), .. } => write!(
                f,
                "nothing was published: {gone} entries would disappear and {reappearing} would \
                 reappear as unread; see --dry-run, and use --force if this is meant"
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
