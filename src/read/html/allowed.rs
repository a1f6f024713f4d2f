//! What may stand in the content of a feed, and what becomes of the rest.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// Elements that stay what they are.
const TAGS: [&str; 72] = [
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "iframe",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "source",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "track",
    "ul",
    "video",
];

/// More elements that stay: those of a word or less.
const SMALL_TAGS: [&str; 4] = ["strike", "u", "var", "wbr"];

/// Attributes that every element may have.
const GENERAL_ATTRIBUTES: [&str; 4] = ["dir", "id", "lang", "title"];

/// Attributes that an element may have besides.
const ATTRIBUTES: [(&str, &[&str]); 19] = [
    ("a", &["href", "hreflang"]),
    ("audio", &["controls", "loop", "muted", "preload", "src"]),
    ("blockquote", &["cite"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("data", &["value"]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    ("iframe", &["allowfullscreen", "height", "loading", "sandbox", "src", "width"]),
    ("img", &["alt", "height", "sizes", "src", "srcset", "width"]),
    ("ins", &["cite", "datetime"]),
    ("li", &["value"]),
    ("ol", &["reversed", "start", "type"]),
    ("q", &["cite"]),
    ("source", &["media", "sizes", "src", "srcset", "type"]),
    ("td", &["colspan", "headers", "rowspan"]),
    ("th", &["colspan", "headers", "rowspan", "scope"]),
    ("time", &["datetime"]),
    ("track", &["default", "kind", "label", "src", "srclang"]),
];

/// Attributes of a video.
const VIDEO_ATTRIBUTES: [&str; 9] =
    ["controls", "height", "loop", "muted", "playsinline", "poster", "preload", "src", "width"];

/// Elements that go with all that they hold: what runs, what is filled in, what is drawn.
const DROPPED: [&str; 24] = [
    "area", "base", "basefont", "bgsound", "button", "command", "datalist", "dialog", "head",
    "input", "keygen", "link", "meta", "noembed", "noframes", "noscript", "optgroup", "option",
    "param", "script", "select", "style", "template", "textarea",
];

/// Elements that go on under the name of another: their ends would otherwise glue words together.
const RENAMED: [(&str, &str); 17] = [
    ("center", "div"),
    ("dir", "ul"),
    ("fieldset", "div"),
    ("form", "div"),
    ("hgroup", "div"),
    ("image", "img"),
    ("legend", "div"),
    ("listing", "pre"),
    ("main", "div"),
    ("marquee", "div"),
    ("menu", "ul"),
    ("nav", "div"),
    ("acronym", "abbr"),
    ("plaintext", "pre"),
    ("search", "div"),
    ("tt", "code"),
    ("xmp", "pre"),
];

/// The schemes of addresses that a link may have.
pub(crate) const LINK_SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// What becomes of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays.
    Stay,
    /// It goes with all that it holds.
    Drop,
    /// It gets another name.
    Rename(&'static str),
    /// It goes, and what it holds takes its place.
    Unwrap,
}

/// What an element may be and have, by its name.
struct Allowed {
    fates: HashMap<&'static str, Fate>,
    attributes: HashMap<&'static str, HashSet<&'static str>>,
}

static ALLOWED: LazyLock<Allowed> = LazyLock::new(|| Allowed {
    fates: TAGS
        .iter()
        .chain(&SMALL_TAGS)
        .map(|tag| (*tag, Fate::Stay))
        .chain(DROPPED.iter().map(|tag| (*tag, Fate::Drop)))
        .chain(RENAMED.iter().map(|(tag, new)| (*tag, Fate::Rename(new))))
        .collect(),
    attributes: ATTRIBUTES
        .iter()
        .copied()
        .chain([("video", &VIDEO_ATTRIBUTES[..])])
        .map(|(tag, names)| (tag, names.iter().copied().collect()))
        .collect(),
});

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.iter().chain(&SMALL_TAGS).copied().collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .generic_attributes(HashSet::from(GENERAL_ATTRIBUTES))
        .tag_attributes(ALLOWED.attributes.clone())
        .url_schemes(HashSet::from(LINK_SCHEMES))
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// Tells what becomes of an element of HTML.
pub(crate) fn fate(name: &str) -> Fate {
    ALLOWED.fates.get(name).copied().unwrap_or(Fate::Unwrap)
}

/// Tells whether an element may have an attribute.
pub(crate) fn may_have(tag: &str, attribute: &str) -> bool {
    GENERAL_ATTRIBUTES.contains(&attribute)
        || ALLOWED.attributes.get(tag).is_some_and(|names| names.contains(attribute))
}

/// Gives the sanitiser, which has the last word.
pub(crate) fn sanitiser() -> &'static Builder<'static> {
    &SANITISER
}
