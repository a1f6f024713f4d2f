//! Pictures that nobody is meant to look at: tracking pixels and icons.

use crate::read::html::document::{Place, attribute};

/// Widths and heights, in pixels, up to which a picture is an icon.
const ICON: f64 = 48.0;

/// Parts of addresses that belong to counters, not to pictures.
const COUNTERS: [&str; 16] = [
    "://b.scorecardresearch.com/",
    "://counter.theconversation.",
    "://feeds.feedburner.com/~r/",
    "://feeds.wordpress.com/1.0/",
    "://medium.com/_/stat",
    "://pixel.quantserve.com/",
    "://pixel.wp.com/",
    "://rss.feedsportal.com/",
    "://stats.wordpress.com/",
    "://stats.wp.com/",
    "://www.facebook.com/tr?",
    "://www.google-analytics.com/",
    ".doubleclick.net/",
    ".feedsportal.com/c/",
    "/piwik.php?",
    "/matomo.php?",
];

/// Parts of addresses of small pictures that stand for a word or a person.
const ICONS: [&str; 4] =
    ["://s.w.org/images/core/emoji/", "gravatar.com/avatar/", "/wp-smilies/", "/emoji/"];

/// Tells whether a picture or frame only counts who reads: it has no size to speak of, or the
/// address of a well-known counter.
pub(crate) fn is_pixel(node: Place<'_>) -> bool {
    let (width, height) = (size(node, "width"), size(node, "height"));
    let is_dot = |size: Option<f64>| size.is_some_and(|size| size <= 1.0);
    let is_nothing = |size: Option<f64>| size.is_some_and(|size| size <= 0.0);
    is_nothing(width)
        || is_nothing(height)
        || (is_dot(width) && is_dot(height))
        || attribute(node, "src").is_some_and(|address| has_one(address, &COUNTERS))
}

/// Tells whether a picture is too small to stand for the article.
pub(crate) fn is_icon(node: Place<'_>) -> bool {
    let is_small = |name| size(node, name).is_some_and(|size| size <= ICON);
    (is_small("width") || is_small("height"))
        || attribute(node, "src").is_some_and(|address| has_one(address, &ICONS))
}

/// Tells whether an element is not shown.
pub(crate) fn is_hidden(node: Place<'_>) -> bool {
    attribute(node, "hidden").is_some()
        || style(node, "display").is_some_and(|value| value == "none")
        || style(node, "visibility").is_some_and(|value| value == "hidden")
}

fn has_one(address: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| address.contains(part))
}

/// Gives a size in pixels, the smaller one of the attribute's and the style's.
fn size(node: Place<'_>, name: &str) -> Option<f64> {
    let styled = style(node, name).and_then(|value| pixels(&value));
    let stated = attribute(node, name).and_then(pixels);
    match (styled, stated) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn pixels(value: &str) -> Option<f64> {
    value.trim().trim_end_matches("px").trim_end().parse().ok()
}

/// Gives the value of a property of the `style` attribute, in lower case.
fn style(node: Place<'_>, property: &str) -> Option<String> {
    attribute(node, "style")?.split(';').rev().find_map(|declaration| {
        let (name, value) = declaration.split_once(':')?;
        let value = value.trim().to_ascii_lowercase();
        let value = value.strip_suffix("!important").unwrap_or(&value);
        name.trim().eq_ignore_ascii_case(property).then(|| value.trim_end().to_owned())
    })
}
