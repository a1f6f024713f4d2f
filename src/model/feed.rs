//! A feed as every renderer takes it: one neutral value, whatever the format.

use std::sync::Arc;

use chrono_tz::Tz;
use serde::Serialize;
use url::Url;

use crate::model::archive::{History, Page};
use crate::model::article::{Author, Enclosure, Image};
use crate::model::date::Timestamp;
use crate::model::language::Language;
use crate::model::piece::Pieces;
use crate::model::text::{Html, Text};

/// Where the page that lists all feeds stands below the output.
pub const OVERVIEW_PATH: &str = "index.html";

/// Where the stylesheet of all documents stands below the output.
pub const STYLESHEET_PATH: &str = "feedmill.css";

/// Where the script of all pages stands below the output.
pub const SCRIPT_PATH: &str = "feedmill.js";

/// Where the list of all feeds for machines stands below the output.
pub const LIST_PATH: &str = "feeds.opml";

/// Files at the root of the output that belong to no feed.
const COMMON_FILES: [&str; 4] = [LIST_PATH, STYLESHEET_PATH, SCRIPT_PATH, OVERVIEW_PATH];

/// What precompressed files end with.
const CODING_ENDINGS: [&str; 3] = [".gz", ".br", ".zst"];

/// The forms in which a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0 (RFC 4287).
    Atom,
    /// JSON Feed 1.1.
    Json,
    /// The twin page for people.
    Html,
}

impl Format {
    /// Every format, in the order in which they are listed.
    pub const ALL: [Self; 4] = [Self::Rss, Self::Atom, Self::Json, Self::Html];

    /// Gives the word that stands for it in the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
            Self::Html => "html",
        }
    }

    /// Gives the name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Rss => "RSS",
            Self::Atom => "Atom",
            Self::Json => "JSON Feed",
            Self::Html => "HTML",
        }
    }

    /// Gives the name of its file in the folder of a feed; the folder of the feed at the root is empty.
    #[must_use]
    pub fn file_name(self, folder: &str) -> &'static str {
        match self {
            Self::Rss => "rss.xml",
            Self::Atom => "atom.xml",
            Self::Json => "feed.json",
            // What is opened at the root lists all feeds.
            Self::Html if folder.is_empty() => "feed.html",
            Self::Html => "index.html",
        }
    }

    /// Gives the name of the file of one page of an archive, beside the file of the feed itself.
    #[must_use]
    pub fn page_file_name(self, folder: &str, page: Page) -> String {
        let (stem, ending) = self.stem_and_ending(folder);
        format!("{stem}-{}{ending}", page.label())
    }

    /// Gives the name of its file in two parts: what stands before the dot, and the rest.
    #[must_use]
    pub fn stem_and_ending(self, folder: &str) -> (&'static str, &'static str) {
        let name = self.file_name(folder);
        name.split_at(name.find('.').unwrap_or(name.len()))
    }

    /// Gives its media type, without parameters.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
            Self::Html => "text/html",
        }
    }

    /// Gives the media type with the encoding of its text, as a document is sent.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
        }
    }
}

/// An entry of a feed: an article as subscribers get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The id, for ever.
    pub id: Text,
    /// The page of the article.
    pub permalink: Option<Url>,
    /// The title: one line, plain text, never empty.
    pub title: Text,
    /// When it was published.
    pub published: Timestamp,
    /// When it last changed in a way that matters; never before `published`.
    pub updated: Timestamp,
    /// Who wrote it.
    pub authors: Vec<Author>,
    /// Its language.
    pub language: Option<Language>,
    /// Its tags.
    pub tags: Vec<Text>,
    /// Where it comes from.
    pub source: Option<Text>,
    /// Its rights.
    pub rights: Option<Text>,
    /// A few sentences of plain text; `None` where the feed carries content only.
    pub summary: Option<Text>,
    /// The content; `None` where the feed carries summaries only, or where there is none.
    pub content: Option<Html>,
    /// The lead image.
    pub image: Option<Image>,
    /// Sound and film.
    pub enclosures: Vec<Enclosure>,
    /// What was written of it.
    #[serde(skip)]
    pub pieces: Pieces,
}

/// An entry that is no more (RFC 6721).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The id that it had.
    pub id: Text,
    /// When it was found gone.
    pub removed: Timestamp,
}

/// A feed, ready to be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The name in the configuration, group values filled in; empty for the feed at the root.
    pub name: String,
    /// The folder of its documents below the output, with `/`, without one at the ends; empty for
    /// the feed at the root.
    pub folder: String,
    /// The id of the feed itself (RFC 4287 §4.2.6).
    pub id: Text,
    /// The title.
    pub title: Text,
    /// A sentence about it; may be empty.
    pub description: Text,
    /// The address of the output's root, with a `/` at the end.
    pub root: Url,
    /// The page that the feed belongs to: its twin page, or the site.
    pub home: Url,
    /// The title of the page at the root of the output, which lists all feeds.
    pub front: Text,
    /// The language of the feed.
    pub language: Language,
    /// The zone in which people are told dates.
    pub time_zone: Tz,
    /// Who stands for the feed.
    pub authors: Vec<Author>,
    /// A picture of the site.
    pub image: Option<Url>,
    /// The rights.
    pub rights: Option<Text>,
    /// How often a reader may ask, in minutes (RSS `ttl`).
    pub ttl_minutes: u32,
    /// The formats that this feed is written in.
    pub formats: Vec<Format>,
    /// The newest `updated` of the entries; never the time of the build. `None` without entries.
    pub updated: Option<Timestamp>,
    /// What stands for `updated` in an Atom feed without entries, which must have one: since when
    /// the feed's id is held. Never the time of a build.
    pub since: Timestamp,
    /// The hubs that announce changes (W3C `WebSub`).
    pub hubs: Vec<Url>,
    /// True when the document always holds every entry of the feed, so that whatever is not in it
    /// any more is gone (RFC 5005 §2).
    pub complete: bool,
    /// Where the document stands in the history of the feed.
    pub history: History,
    /// The entries, in order.
    pub entries: Vec<Arc<Entry>>,
    /// Entries that are no more, the latest first.
    pub tombstones: Vec<Tombstone>,
}

impl Entry {
    /// Tells whether the id is the address of the page, so that RSS may say so.
    #[must_use]
    pub fn id_is_permalink(&self) -> bool {
        self.permalink.as_ref().is_some_and(|url| url.as_str() == self.id.as_str())
    }

    /// Counts the bytes of its title, summary and content: what it carries, the same in every format.
    #[must_use]
    pub fn length(&self) -> usize {
        let summary = self.summary.as_ref().map_or(0, |text| text.len());
        let content = self.content.as_ref().map_or(0, |html| html.as_str().len());
        self.title.len() + summary + content
    }
}

impl Feed {
    /// Gives the description, or the title where there is none: RSS must have one.
    #[must_use]
    pub fn description_or_title(&self) -> &Text {
        if self.description.is_empty() { &self.title } else { &self.description }
    }

    /// Gives the address of the document of a format.
    #[must_use]
    pub fn address(&self, format: Format) -> Url {
        self.address_of(self.history.page, format)
    }

    /// Gives the address of the document of a page of the archive, or of the one that people
    /// subscribe to.
    #[must_use]
    pub fn address_of(&self, page: Option<Page>, format: Format) -> Url {
        document_address(&self.root, &Self::path_in(&self.folder, page, format))
    }

    /// Gives the path of the document of a format, below the output.
    #[must_use]
    pub fn path(&self, format: Format) -> String {
        Self::path_in(&self.folder, self.history.page, format)
    }

    /// Gives the path of a document of the feed in a folder: of a page of its archive, or of the one
    /// that people subscribe to.
    #[must_use]
    pub fn path_in(folder: &str, page: Option<Page>, format: Format) -> String {
        let name = page.map_or_else(
            || format.file_name(folder).to_owned(),
            |page| format.page_file_name(folder, page),
        );
        match folder {
            "" => name,
            folder => format!("{folder}/{name}"),
        }
    }

    /// Gives the links between the documents of its history, with their relations (RFC 5005 §4).
    #[must_use]
    pub fn history_links(&self, format: Format) -> Vec<(&'static str, Url)> {
        let History { page, older, newer } = self.history;
        let current = page.map(|_| ("current", self.address_of(None, format)));
        let older = older.map(|page| ("prev-archive", self.address_of(Some(page), format)));
        let newer = newer.map(|page| ("next-archive", self.address_of(Some(page), format)));
        [current, older, newer].into_iter().flatten().collect()
    }

    /// Gives the word by which the document tells its part in the feed's history (RFC 5005 §2 and
    /// §4), where it has one.
    #[must_use]
    pub fn history_mark(&self) -> Option<&'static str> {
        let is_archive = self.history.page.is_some();
        is_archive.then_some("archive").or_else(|| self.complete.then_some("complete"))
    }

    /// Gives the relative address from the feed's folder to the root of the output: empty or `../`s.
    #[must_use]
    pub fn up_to_root(&self) -> String {
        match self.folder.as_str() {
            "" => String::new(),
            folder => "../".repeat(folder.split('/').count()),
        }
    }
}

/// Gives the address of a document from its path below the output.
#[must_use]
pub fn document_address(root: &Url, path: &str) -> Url {
    let mut address = root.clone();
    if let Ok(mut segments) = address.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/'));
    }
    address
}

/// Tells whether a name is, without regard to case, that of a file which stands beside feeds, so that
/// no folder may have it.
#[must_use]
pub fn is_file_of_feeds(name: &str) -> bool {
    let lower = name.to_lowercase();
    let plain = CODING_ENDINGS.iter().find_map(|end| lower.strip_suffix(end)).unwrap_or(&lower);
    let is_of = |format: &Format, folder| {
        let (stem, ending) = format.stem_and_ending(folder);
        let label = plain.strip_prefix(stem).and_then(|rest| rest.strip_suffix(ending));
        label.is_some_and(|label| {
            label.is_empty() || label.strip_prefix('-').is_some_and(Page::is_label)
        })
    };
    Format::ALL.iter().any(|format| is_of(format, "") || is_of(format, "below"))
        || COMMON_FILES.contains(&plain)
}
