//! How a service is: what it tells whoever asks.

use serde::{Deserialize, Serialize};

use crate::model::text::counted;
use crate::serve::tally::account::Serving;

/// How a service is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The version of the program.
    pub version: String,
    /// When the service began (RFC 3339, like all times here).
    pub since: String,
    /// What is the matter; nothing when all is well.
    pub troubles: Vec<String>,
    /// How each input folder is watched.
    pub watched: Vec<Watched>,
    /// How many articles exist.
    pub articles: usize,
    /// The feeds, in the order of their declarations.
    pub feeds: Vec<FeedStatus>,
    /// The last turns, the latest first.
    pub turns: Vec<TurnStatus>,
    /// What is not as it should be with the articles, a line each, as of the last look at everything.
    pub reports: Vec<String>,
    /// How many reports there are; not all of a great many stand above.
    pub reports_in_all: usize,
    /// How long the last change waited until it was published, in milliseconds.
    pub lag_ms: Option<u64>,
    /// When something changes next though no article does.
    pub next_change: Option<String>,
    /// How the serving goes; `None` without a service.
    pub serving: Option<Serving>,
}

/// How an input folder is watched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The folder, as it is set.
    pub folder: String,
    /// How, in words.
    pub how: String,
}

/// How a feed is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedStatus {
    /// Its name; empty for the one at the root.
    pub name: String,
    /// Its folder below the output.
    pub folder: String,
    /// How many entries it holds.
    pub entries: usize,
    /// When its newest entry was published.
    pub newest: Option<String>,
}

/// What a turn came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnStatus {
    /// When it ended.
    pub at: String,
    /// What it did, in a line.
    pub what: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Status {
    /// Says how much there is.
    #[must_use]
    pub fn in_brief(&self) -> String {
        let articles = counted(self.articles, "article", "articles");
        format!("{articles}, {}", counted(self.feeds.len(), "feed", "feeds"))
    }

    /// Writes the status as one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Writes the status as programs get it that ask how things are: with whether a service runs.
    #[must_use]
    pub fn to_answer(&self, is_running: bool) -> String {
        serde_json::json!({ "running": is_running, "status": self }).to_string()
    }
}
