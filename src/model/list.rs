//! The list of all feeds, for machines and for people.

use url::Url;

use crate::model::feed::Format;
use crate::model::text::Text;

/// A feed in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Its title.
    pub title: Text,
    /// A sentence about it; may be empty.
    pub description: Text,
    /// The page that it belongs to.
    pub home: Url,
    /// The document of its own page.
    pub page: Option<Url>,
    /// Its language.
    pub language: String,
    /// The address and the format to subscribe to.
    pub address: Url,
    /// RSS, Atom or JSON.
    pub format: Format,
}

/// The feeds that one declaration made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Branch {
    /// One feed.
    Single(Box<Outline>),
    /// A group, by what it is grouped, and its feeds.
    Group(Text, Vec<Outline>),
}
