//! What happened to the entries that are published, as whoever looks on is told.

use serde::{Deserialize, Serialize};

use crate::model::date::Timestamp;
use crate::model::edition::Shown;

/// How much of what happened is remembered.
pub const MOST_NEWS: usize = 1_024;

/// What happened to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It was not there before.
    New,
    /// Its title, text or dates are others.
    Changed,
    /// It is no more.
    Removed,
}

impl Change {
    /// Gives the word that stands for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// Something that happened to an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// What.
    pub change: Change,
    /// The id of the entry.
    pub id: String,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
    /// Its title.
    pub title: String,
    /// When it was published, as RFC 3339 has it.
    pub published: String,
    /// The names of the feeds in which it happened; empty for the one at the root.
    pub feeds: Vec<String>,
}

impl News {
    /// Tells of an entry what happened to it in a feed.
    #[must_use]
    pub fn of(change: Change, entry: &Shown, feed: &str) -> Self {
        Self {
            change,
            id: entry.id.clone(),
            url: entry.permalink.clone(),
            title: entry.title.clone(),
            published: entry.published.rfc3339(),
            feeds: vec![feed.to_owned()],
        }
    }
}

/// News with their place in the row of all that was ever told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The number, one higher for each.
    pub number: i64,
    /// When it was told.
    pub at: Timestamp,
    /// What was told.
    pub news: News,
}
