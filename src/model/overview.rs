//! The page that lists all feeds, for people.

use chrono_tz::Tz;
use url::Url;

use crate::model::feed::Format;
use crate::model::glance::Glance;
use crate::model::language::Language;
use crate::model::text::Text;

/// All that the page tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// The title of the site.
    pub title: Text,
    /// A sentence about the site; may be empty.
    pub description: Text,
    /// The language of the site.
    pub language: Language,
    /// A picture of the site.
    pub image: Option<Url>,
    /// The rights of the feeds.
    pub rights: Option<Text>,
    /// The zone in which people are told dates.
    pub time_zone: Tz,
    /// The address of the output's root, with a `/` at the end.
    pub root: Url,
    /// The feeds: those without a group first, then group by group.
    pub shelves: Vec<Shelf>,
}

/// The feeds of one group, or those without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    /// By what the feeds are grouped; `None` for feeds without a group.
    pub group: Option<Text>,
    /// The feeds.
    pub cards: Vec<Card>,
}

/// A feed as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its title.
    pub title: Text,
    /// A sentence about it; may be empty.
    pub description: Text,
    /// Its language.
    pub language: Language,
    /// The folder of its documents below the output; empty for the feed at the root.
    pub folder: String,
    /// The formats that it is written in.
    pub formats: Vec<Format>,
    /// What it holds, at a glance.
    pub glance: Glance,
}
