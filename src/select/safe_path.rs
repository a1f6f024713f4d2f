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
/// and composed (NFC); what a file system or a URL gives a meaning to becomes `-`.
///
/// The result is never empty, never `.` or `..`, and holds no `/`.
#[must_use]
pub fn segment(raw: &str) -> String {
    let folded = folded(raw);
    let mut safe = String::with_capacity(folded.len());
    for c in folded.chars() {
        let c = if is_safe(c) { c } else { '-' };
        if c != '-' || !safe.ends_with('-') {
            safe.push(c);
        }
    }
    let trimmed = safe.trim_matches(['-', '.']);
    let stem = trimmed.split('.').next().unwrap_or_default();
    match trimmed {
        "" => format!("x-{}", digest(raw)),
        name if RESERVED.contains(&stem) => format!("{name}-"),
        name => shortened(name),
    }
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
    use super::*;

    #[test]
    fn letters_of_every_script_stay() {
        assert_eq!(segment("美国之音"), "美国之音");
        assert_eq!(segment("Zu\u{308}rich & Genève"), "zürich-genève");
        assert_eq!(segment("हिन्दी"), "हिन्दी");
        assert_eq!(segment("voachinese.com"), "voachinese.com");
    }

    #[test]
    fn what_has_a_meaning_goes() {
        assert_eq!(segment("../../etc/passwd"), "etc-passwd");
        assert_eq!(segment("a/b\\c:d*e?f\"g<h>i|j#k%l"), "a-b-c-d-e-f-g-h-i-j-k-l");
        assert_eq!(segment("CON"), "con-");
        assert_eq!(segment("nul.txt"), "nul.txt-");
        assert!(segment("..").starts_with("x-"));
        assert_ne!(segment("?"), segment("!"));
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
