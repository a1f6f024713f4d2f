//! What subscribers get of a feed, as far as they can tell one edition of it from the next.

use crate::model::date::Timestamp;
use crate::model::id::Digest;

/// An entry of a published feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The id.
    pub id: String,
    /// The page.
    pub permalink: Option<String>,
    /// The title.
    pub title: String,
    /// When it was published.
    pub published: Timestamp,
    /// The digest of all that subscribers got of it.
    pub version: Digest,
}
