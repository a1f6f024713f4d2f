//! Names of feeds: they become folders of the output, so they must be safe and apart.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use crate::config::error::Fault;
use crate::config::mean::pattern::pattern;
use crate::config::meant::{Group, Part};
use crate::model::feed::is_file_of_feeds;

const GROUPS: [(&str, Group); 7] = [
    ("source", Group::Source),
    ("tag", Group::Tag),
    ("author", Group::Author),
    ("language", Group::Language),
    ("folder", Group::Folder),
    ("month", Group::Month),
    ("year", Group::Year),
];

/// File systems allow no longer names, in bytes.
const LONGEST_SEGMENT: usize = 255;

/// Reads the name of a feed and refuses one that is no safe path.
pub(crate) fn name(raw: &str) -> Result<Vec<Part<Group>>, Fault> {
    let parts = pattern(raw, &GROUPS)?;
    if parts.is_empty() {
        return Ok(parts);
    }
    let shown = shown(&parts);
    if shown.starts_with('/') || shown.ends_with('/') {
        return Err(Fault::new(format!("{raw:?} begins or ends with a slash")));
    }
    if let Some(reason) = shown.split('/').find_map(unsafe_segment) {
        return Err(Fault::new(format!("{raw:?} can't be a folder: {reason}")));
    }
    Ok(parts)
}

/// Reads a title or a description, which may hold placeholders.
pub(crate) fn words(raw: &str) -> Result<Vec<Part<Group>>, Fault> {
    pattern(raw, &GROUPS)
}

/// Tells why a path below the output is not safe, whatever stands there.
pub(crate) fn unsafe_path(path: &str) -> Option<&'static str> {
    path.split('/').find_map(odd_segment)
}

/// Tells why a segment of a name is not safe.
fn unsafe_segment(segment: &str) -> Option<&'static str> {
    let is_file = is_file_of_feeds(segment);
    let reason = "a part of it is the name of a file that feeds have";
    odd_segment(segment).or(is_file.then_some(reason))
}

/// Tells why a segment of a path is not safe.
fn odd_segment(segment: &str) -> Option<&'static str> {
    if segment.is_empty() || segment == "." || segment == ".." {
        Some("it has an empty part, \".\" or \"..\"")
    } else if segment.contains(|c: char| c.is_control() || c == '\\') {
        Some("it has a control character or a backslash")
    } else if segment.trim() != segment {
        Some("a part of it begins or ends with a blank")
    } else if segment.len() > LONGEST_SEGMENT {
        Some("a part of it is too long")
    } else {
        None
    }
}

/// Finds the first placeholder that a name does not have, and gives its word.
pub(crate) fn foreign_placeholder(
    words: &[Part<Group>],
    name: &[Part<Group>],
) -> Option<&'static str> {
    let foreign = words.iter().find(|part| matches!(part, Part::Field(_)) && !name.contains(part));
    match foreign {
        Some(Part::Field(group)) => Some(word(*group)),
        _ => None,
    }
}

/// Finds the names that come to the same path as one before them: pairs of positions. Names that
/// differ only in case or in the composition of letters are the same to some file systems.
pub(crate) fn collisions<'a>(
    names: impl Iterator<Item = (usize, &'a [Part<Group>])>,
) -> Vec<(usize, usize)> {
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut pairs = Vec::new();
    for (at, parts) in names {
        let folded: String = shown(parts).nfc().collect::<String>().to_lowercase();
        match first.get(&folded) {
            Some(before) => pairs.push((*before, at)),
            None => {
                first.insert(folded, at);
            }
        }
    }
    pairs
}

/// Writes a name with its placeholders; a brace that is meant itself looks like one, which no group
/// can be mistaken for but by writing its very name in doubled braces.
fn shown(parts: &[Part<Group>]) -> String {
    let show = |part: &Part<Group>| match part {
        Part::Literal(words) => words.clone(),
        Part::Field(group) => format!("{{{}}}", word(*group)),
    };
    parts.iter().map(show).collect()
}

fn word(group: Group) -> &'static str {
    GROUPS.iter().find(|(_, known)| *known == group).map_or("", |(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_paths() {
        for safe in [
            "",
            "news",
            "tag/{tag}",
            "食/{year}-{month}",
            ".well-known",
            "a.b",
            "{{x}}",
            "rss-a.xml",
        ] {
            assert!(name(safe).is_ok(), "{safe}");
        }
        let long = "a".repeat(256);
        for wrong in [
            "/news",
            "news/",
            "a//b",
            "a/./b",
            "../a",
            "..",
            "a\u{7}b",
            "a\\b",
            " a",
            "a/b ",
            &long,
            "rss.xml",
            "a/Index.html",
            "feeds.opml",
            "feedmill.css",
            "feedmill.js",
            "feed.html",
            "a/feed-2024-05.html",
            "index-3.html",
            "atom.xml.gz",
            "Rss-2024-05.xml",
            "a/feed-12.json.br",
            "{city}",
        ] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_title_has_no_other_placeholders_than_the_name() {
        let parts = |raw| words(raw).expect("well-formed");
        assert_eq!(foreign_placeholder(&parts("On {tag}"), &parts("tag/{tag}")), None);
        assert_eq!(foreign_placeholder(&parts("{tag} {year}"), &parts("{tag}")), Some("year"));
    }

    #[test]
    fn names_that_come_to_one_path_collide() {
        let names =
            ["news", "tag/{tag}", "Ne\u{0301}", "NEWS", "n\u{e9}", "tag/{tag}", "tag/{year}"];
        let parts: Vec<_> = names.iter().map(|raw| name(raw).expect("safe")).collect();
        let pairs = collisions(parts.iter().map(Vec::as_slice).enumerate());
        assert_eq!(pairs, [(0, 3), (2, 4), (1, 5)]);
    }
}
