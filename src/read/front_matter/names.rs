//! The names of keys, and what they mean.

/// What a key is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Id,
    Permalink,
    Slug,
    /// Where the page stands on its site; it may tell the date.
    Path,
    Title,
    Published,
    Updated,
    Expires,
    Source,
    Authors,
    Tags,
    Language,
    Summary,
    Image,
    ImageAlt,
    Rights,
    Enclosures,
    Draft,
    /// `published: false`, the contrary of a draft.
    Visible,
    Status,
    Feed,
    /// A table whose keys count as if they stood at the top, but after those.
    Section,
}

/// The keys as [`plain`] makes them. Of two that mean the same, the one that stands earlier here
/// wins.
const NAMES: &[(&str, Name)] = &[
    ("id", Name::Id),
    ("guid", Name::Id),
    ("permalink", Name::Permalink),
    ("canonical", Name::Permalink),
    ("canonicalurl", Name::Permalink),
    ("url", Name::Permalink),
    ("link", Name::Permalink),
    ("from", Name::Permalink),
    ("slug", Name::Slug),
    ("path", Name::Path),
    ("title", Name::Title),
    ("date", Name::Published),
    ("published", Name::Published),
    ("publishdate", Name::Published),
    ("pubdate", Name::Published),
    ("publishedat", Name::Published),
    ("publishedon", Name::Published),
    ("datepublished", Name::Published),
    ("publicationdate", Name::Published),
    ("publish", Name::Published),
    ("created", Name::Published),
    ("createdat", Name::Published),
    ("datecreated", Name::Published),
    ("updated", Name::Updated),
    ("lastmod", Name::Updated),
    ("lastmodified", Name::Updated),
    ("lastmodifiedat", Name::Updated),
    ("lastupdated", Name::Updated),
    ("modified", Name::Updated),
    ("modifiedat", Name::Updated),
    ("datemodified", Name::Updated),
    ("modificationdate", Name::Updated),
    ("updatedat", Name::Updated),
    ("dateupdated", Name::Updated),
    ("updatedate", Name::Updated),
    ("expires", Name::Expires),
    ("expirydate", Name::Expires),
    ("expirationdate", Name::Expires),
    ("expiresat", Name::Expires),
    ("unpublishdate", Name::Expires),
    ("source", Name::Source),
    ("authors", Name::Authors),
    ("author", Name::Authors),
    ("byline", Name::Authors),
    ("tags", Name::Tags),
    ("tag", Name::Tags),
    ("categories", Name::Tags),
    ("category", Name::Tags),
    ("keywords", Name::Tags),
    ("topics", Name::Tags),
    ("lang", Name::Language),
    ("language", Name::Language),
    ("locale", Name::Language),
    ("summary", Name::Summary),
    ("description", Name::Summary),
    ("excerpt", Name::Summary),
    ("abstract", Name::Summary),
    ("image", Name::Image),
    ("featuredimage", Name::Image),
    ("featureimage", Name::Image),
    ("featureimg", Name::Image),
    ("cover", Name::Image),
    ("coverimage", Name::Image),
    ("heroimage", Name::Image),
    ("banner", Name::Image),
    ("images", Name::Image),
    ("thumbnail", Name::Image),
    ("thumb", Name::Image),
    ("teaser", Name::Image),
    ("socialimage", Name::Image),
    ("ogimage", Name::Image),
    ("imagealt", Name::ImageAlt),
    ("coveralt", Name::ImageAlt),
    ("featuredimagealt", Name::ImageAlt),
    ("featureimagealt", Name::ImageAlt),
    ("thumbnailalt", Name::ImageAlt),
    ("license", Name::Rights),
    ("licence", Name::Rights),
    ("rights", Name::Rights),
    ("copyright", Name::Rights),
    ("enclosure", Name::Enclosures),
    ("enclosures", Name::Enclosures),
    ("audio", Name::Enclosures),
    ("video", Name::Enclosures),
    ("draft", Name::Draft),
    ("drafts", Name::Draft),
    ("status", Name::Status),
    ("feed", Name::Feed),
    ("feeds", Name::Feed),
    ("rss", Name::Feed),
    ("infeed", Name::Feed),
    ("extra", Name::Section),
    ("taxonomies", Name::Section),
    ("params", Name::Section),
    ("metadata", Name::Section),
    // The merge key of YAML 1.1.
    ("<<", Name::Section),
];

/// Keys with which a block of bare lines begins. Others are too common at the beginning of prose.
const OPENING: &[&str] = &[
    "title",
    "subtitle",
    "date",
    "modified",
    "updated",
    "author",
    "authors",
    "tags",
    "keywords",
    "category",
    "categories",
    "slug",
    "summary",
    "description",
    "excerpt",
    "status",
    "lang",
    "language",
    "permalink",
    "url",
    "guid",
    "published",
    "draft",
    "layout",
    "template",
    "translation",
    "license",
];

/// Writes a key in lower case without what divides its words: `last_modified_at`,
/// `last-modified-at` and `lastModifiedAt` are one.
pub(super) fn plain(key: &str) -> String {
    let kept = key.trim().chars().filter(|c| !matches!(c, '-' | '_' | ' '));
    kept.flat_map(char::to_lowercase).collect()
}

/// Tells what a key means, and how far it stands back behind others of that meaning.
pub(super) fn meaning(key: &str) -> Option<(usize, Name)> {
    let key = plain(key);
    let rank = NAMES.iter().position(|(known, _)| *known == key)?;
    Some((rank, NAMES[rank].1))
}

/// Tells a table whose keys count as if they stood at the top.
pub(super) fn is_section(key: &str) -> bool {
    meaning(key).is_some_and(|(_, name)| name == Name::Section)
}

/// Tells a key with which a block of bare lines may begin.
pub(super) fn opens_block(key: &str) -> bool {
    OPENING.contains(&plain(key).as_str())
}
