//! An article: the two depths at which it is read.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::date::Timestamp;
use crate::model::language::Language;
use crate::model::text::{Html, Text};

/// The shape of an article file (`docs/articles.md` tells how each is known).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Shape {
    /// What news-archive robots write: a comment with a time, a linked title, a rule, HTML.
    Archive,
    /// Markdown with YAML front matter.
    YamlMarkdown,
    /// Markdown with TOML front matter.
    TomlMarkdown,
    /// Markdown after a block of `Key: value` lines.
    KeyedMarkdown,
    /// An HTML page.
    Page,
    /// Markdown without metadata.
    Markdown,
    /// Plain text.
    Text,
}

impl Shape {
    /// Gives the name of the shape for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::YamlMarkdown => "Markdown with YAML front matter",
            Self::TomlMarkdown => "Markdown with TOML front matter",
            Self::KeyedMarkdown => "Markdown with key lines",
            Self::Page => "HTML page",
            Self::Markdown => "Markdown",
            Self::Text => "plain text",
        }
    }
}

/// Someone who wrote an article or stands for a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Author {
    /// The name; not empty.
    pub name: Text,
    /// An e-mail address.
    pub email: Option<Text>,
    /// A page about the author.
    pub url: Option<Url>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Where it is: absolute http(s).
    pub url: Url,
    /// What stands below it.
    pub caption: Option<Text>,
    /// What it shows, for those who do not see it.
    pub alt: Option<Text>,
}

/// A file of sound, film or anything else that belongs to an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Where it is: absolute http(s).
    pub url: Url,
    /// Its media type, such as `audio/mpeg`.
    pub media_type: Text,
    /// Its length in bytes; 0 when unknown (RSS 2.0 wants a number).
    pub length: u64,
    /// Its playing time in seconds.
    pub seconds: Option<u64>,
    /// Its title.
    pub title: Option<Text>,
}

/// What selecting needs to know of an article: found in the first kilobytes of its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The shape of the file.
    pub shape: Shape,
    /// The id that the article declares for itself.
    pub id: Option<Text>,
    /// The page of the article, absolute http(s): declared, or made by the site's template.
    pub permalink: Option<Url>,
    /// True when the article itself declares the permalink, so that it may serve as an id.
    pub permalink_is_declared: bool,
    /// The title: one line, never empty.
    pub title: Text,
    /// When it was published, as far as the file tells.
    pub published: Option<Timestamp>,
    /// When it last changed, as far as the file tells; never before `published`.
    pub updated: Option<Timestamp>,
    /// When it leaves the feeds.
    pub expires: Option<Timestamp>,
    /// Where it comes from: the host of its permalink, less `www.`, or as declared.
    pub source: Option<Text>,
    /// Who wrote it, where the article says so.
    pub authors: Vec<Author>,
    /// Its tags and categories, in the order of the file, without doubles.
    pub tags: Vec<Text>,
    /// Its language, declared or detected.
    pub language: Option<Language>,
    /// True when the article says that it is not for publishing yet.
    pub draft: bool,
    /// False when the article says that it is for no feed.
    pub in_feeds: bool,
}

/// An article that exists and has its identity: what selecting works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The path below its input folder, with `/`, for filters and groups.
    pub path: String,
    /// What the file says.
    pub head: Head,
    /// The id, for ever.
    pub id: Text,
    /// When it was published.
    pub published: Timestamp,
    /// When it last changed in a way that matters; never before `published`.
    pub updated: Timestamp,
}

impl Listed {
    /// Gives the folder of the file below its input folder; empty at the top.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// What rendering needs beyond the head: found by parsing the whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole {
    /// The content, sanitised, with absolute addresses; `None` when there is none.
    pub content: Option<Html>,
    /// The content as plain text, for the filters and the summary.
    pub text: Text,
    /// A few sentences of plain text, declared or taken from the content.
    pub summary: Option<Text>,
    /// The lead image.
    pub image: Option<Image>,
    /// Sound and film of the article.
    pub enclosures: Vec<Enclosure>,
    /// The rights that the article states.
    pub rights: Option<Text>,
}
