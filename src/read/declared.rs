//! What an article declares of itself, whatever the syntax in which it does.

use crate::model::article::Author;
use crate::model::date::Timestamp;

/// A value and the line, from 1, where it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its line.
    pub line: u32,
}

impl<T> At<T> {
    /// Places a value.
    pub fn new(value: T, line: u32) -> Self {
        Self { value, line }
    }
}

/// The declarations of an article. Strings are as written: not yet checked, made absolute or
/// collapsed, and never empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// `id`, `guid`.
    pub id: Option<At<String>>,
    /// `url`, `permalink`, `link`, `canonical`, `from`; may be relative.
    pub permalink: Option<At<String>>,
    /// `slug`.
    pub slug: Option<At<String>>,
    /// `title`, its entities decoded.
    pub title: Option<At<String>>,
    /// `date`, `published`, …
    pub published: Option<At<Timestamp>>,
    /// `updated`, `lastmod`, …
    pub updated: Option<At<Timestamp>>,
    /// `expires`, `expirydate`.
    pub expires: Option<At<Timestamp>>,
    /// `source`.
    pub source: Option<At<String>>,
    /// `author`, `authors`.
    pub authors: Vec<At<Author>>,
    /// `tags`, `categories`, `keywords`, …, in the order of the file.
    pub tags: Vec<At<String>>,
    /// `lang`, `language`.
    pub language: Option<At<String>>,
    /// `description`, `summary`, `excerpt`; plain text or HTML.
    pub summary: Option<At<String>>,
    /// `image`, `cover`, `thumbnail`, …; may be relative.
    pub image: Option<At<String>>,
    /// What the declared image shows.
    pub image_alt: Option<At<String>>,
    /// `license`, `rights`, `copyright`.
    pub rights: Option<At<String>>,
    /// `enclosure`, `audio`, `video`.
    pub enclosures: Vec<At<DeclaredEnclosure>>,
    /// `draft: true`, `published: false`, `status: draft`.
    pub draft: Option<At<bool>>,
    /// `feed: false`.
    pub in_feeds: Option<At<bool>>,
}

impl Declared {
    /// Fills what is not declared here with what another place declares.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let either = |own: Vec<At<Author>>, other| if own.is_empty() { other } else { own };
        Self {
            id: self.id.or(other.id),
            permalink: self.permalink.or(other.permalink),
            slug: self.slug.or(other.slug),
            title: self.title.or(other.title),
            published: self.published.or(other.published),
            updated: self.updated.or(other.updated),
            expires: self.expires.or(other.expires),
            source: self.source.or(other.source),
            authors: either(self.authors, other.authors),
            tags: self.tags.into_iter().chain(other.tags).collect(),
            language: self.language.or(other.language),
            summary: self.summary.or(other.summary),
            image: self.image.or(other.image),
            image_alt: self.image_alt.or(other.image_alt),
            rights: self.rights.or(other.rights),
            enclosures: self.enclosures.into_iter().chain(other.enclosures).collect(),
            draft: self.draft.or(other.draft),
            in_feeds: self.in_feeds.or(other.in_feeds),
        }
    }
}

/// A file that belongs to the article, as declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredEnclosure {
    /// Where it is; may be relative.
    pub url: String,
    /// Its media type.
    pub media_type: Option<String>,
    /// Its length in bytes.
    pub length: Option<u64>,
    /// Its playing time in seconds.
    pub seconds: Option<u64>,
    /// Its title.
    pub title: Option<String>,
}
