//! Names of feeds as paths that every file system and every URL can bear.

use crate::model::feed::is_file_of_feeds;
use crate::model::id::hex;
use crate::select::fold::folded;
use sha2::{Digest, Sha256};

/// The most bytes of one segment. File systems allow 255; the rest is for endings.
const LONGEST_SEGMENT: usize = 180;

/// Names that Windows keeps for itself, whatever the ending.
const RESERVED: [&str; 22] = [
    "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con", "lpt1",
    "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn",
];

/// Makes one segment of a path from any text: letters of every script stay readable, in lower case
/// and composed (NFC); a blank, and what a file system or a URL gives a meaning to, becomes `-`.
///
/// A text that loses more than blanks, case and composition ends with a digest of itself, so that
/// `C++` and `C#` stay two. The result depends on the text alone. It is never empty, never `.` or
/// `..`, and holds no `/`.
#[must_use]
pub fn segment(raw: &str) -> String {
    let folded = folded(raw);
    let (safe, is_whole) = readable(folded.trim());
    let trimmed = safe.trim_matches(['-', '.']);
    let stem = trimmed.split('.').next().unwrap_or_default();
    match trimmed {
        "" => format!("x-{}", digest(&folded)),
        name if !is_whole || name.len() < safe.len() => {
            shortened(&format!("{name}-{}", digest(&folded)))
        }
        name if RESERVED.contains(&stem) => format!("{name}-"),
        name => shortened(name),
    }
}

/// Replaces what can't stand in a path, and tells whether nothing but blanks was lost by it. A hyphen
/// takes the blanks around it with it: `a - b` is as plain as `a-b`.
fn readable(folded: &str) -> (String, bool) {
    let mut safe = String::with_capacity(folded.len());
    let (mut is_whole, mut follows_hyphen) = (true, false);
    for c in folded.chars() {
        match c {
            '-' => {
                is_whole &= !follows_hyphen;
                follows_hyphen = true;
            }
            c if c.is_whitespace() => {}
            c if is_safe(c) => {
                follows_hyphen = false;
                safe.push(c);
                continue;
            }
            _ => is_whole = false,
        }
        if !safe.ends_with('-') {
            safe.push('-');
        }
    }
    (safe, is_whole)
}

/// Changes the segments of a path that are names of files which stand beside feeds: no folder can
/// have the place of a file.
#[must_use]
pub fn beside_files(path: &str) -> String {
    let apart = |segment| {
        if is_file_of_feeds(segment) { format!("{segment}-") } else { segment.to_owned() }
    };
    path.split('/').map(apart).collect::<Vec<_>>().join("/")
}

fn is_safe(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '~') || is_mark(c)
}

/// Tells whether a character is a combining mark, without which many scripts can't be read.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Cuts a long name and ends it with a digest of the whole, so that two long names stay two.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST_SEGMENT {
        return name.to_owned();
    }
    let end = (0..=LONGEST_SEGMENT).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    format!("{}-{}", &name[..end], digest(name))
}

fn digest(raw: &str) -> String {
    hex(&Sha256::digest(raw.as_bytes())[..4])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn letters_of_every_script_stay() {
        assert_eq!(segment("美国之音"), "美国之音");
        assert_eq!(segment("Zu\u{308}rich und Genève"), "zürich-und-genève");
        assert_eq!(segment("हिन्दी"), "हिन्दी");
        assert_eq!(segment("voachinese.com"), "voachinese.com");
    }

    #[test]
    fn what_has_a_meaning_goes() {
        assert!(segment("../../etc/passwd").starts_with("etc-passwd-"));
        assert!(segment("a/b\\c:d*e?f\"g<h>i|j#k%l").starts_with("a-b-c-d-e-f-g-h-i-j-k-l-"));
        assert_eq!(segment("CON"), "con-");
        assert_eq!(segment("nul.txt"), "nul.txt-");
        assert!(segment("..").starts_with("x-"));
        assert_ne!(segment("?"), segment("!"));
    }

    #[test]
    fn what_loses_a_sign_stays_another() {
        let apart =
            ["C", "C++", "C#", "C--", "-C", ".C", "C.", "#C", "R&D", "R/D", "R-D", "C -- C"];
        let folders: BTreeSet<String> = apart.iter().map(|raw| segment(raw)).collect();
        assert_eq!(folders.len(), apart.len(), "{folders:?}");
        assert_eq!(segment("C++"), segment("c++"));
        assert_eq!(segment("C++").len(), "c-12345678".len());
        assert!(!segment("nul.!").starts_with("nul."));
    }

    #[test]
    fn plain_values_are_plain() {
        assert_eq!(segment("Straße"), "straße");
        assert_eq!(segment("标识"), "标识");
        assert_eq!(segment(" Rust  lang "), "rust-lang");
        assert_eq!(segment("a - b"), "a-b");
        assert_eq!(segment("2024-05"), "2024-05");
        assert_eq!(segment("harbour-post.example"), "harbour-post.example");
    }

    #[test]
    fn no_folder_has_the_place_of_a_file() {
        assert_eq!(beside_files("a/rss.xml/feeds.opml.gz"), "a/rss.xml-/feeds.opml.gz-");
        assert_eq!(beside_files("rss/feed.json5"), "rss/feed.json5");
    }

    #[test]
    fn long_names_are_cut_and_stay_different() {
        let (a, b) = (segment(&format!("{}a", "长".repeat(300))), segment(&"长".repeat(300)));
        assert!(a.len() < 200 && b.len() < 200);
        assert_ne!(a, b);
    }
}
