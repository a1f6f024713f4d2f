//! Bytes of a file to an article, at two depths: the head, from its first kilobytes, and the whole.
//!
//! Invariant: nothing here does I/O or reads a clock; it can't fail, it can only report.

pub mod archive;
pub mod date;
pub mod declared;
pub mod decode;
pub mod excerpt;
mod faults;
pub mod feed;
pub mod front_matter;
pub mod head;
pub mod html;
pub mod language;
pub mod markdown;
mod media_type;
pub mod name;
pub mod page;
pub mod person;
pub mod shape;
mod templates;
pub mod whole;

use std::borrow::Cow;

use crate::model::article::{Head, Whole};
use crate::model::report::Report;
use crate::model::text::lossy;
use crate::read::archive::opening;
use crate::read::decode::Decoded;
use crate::read::head::{Context, ReadHead};

/// What the beginning of a file gave.
#[derive(Debug)]
pub enum Beginning {
    /// A head.
    Head(Box<ReadHead>),
    /// No article: the reports say why. They don't name the file yet.
    Nothing(Vec<Report>),
    /// More of the file is needed to tell.
    NeedsMore,
}

/// The bytes of a file, as far as they were read.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'a> {
    /// The first ones, or all.
    pub front: &'a [u8],
    /// The last ones, where `front` is not all of the file.
    pub back: &'a [u8],
    /// True when `front` is the whole file.
    pub complete: bool,
}

/// In how many bytes the first words of a text, which stand in for a title, are looked for.
const FIRST_WORDS: usize = 8 * 1024;

/// Reads the head of an article.
#[must_use]
pub fn head(bytes: Bytes<'_>, context: Context<'_>) -> Beginning {
    let decoded = decode::decode(bytes.front, bytes.complete);
    if !bytes.complete && !decoded.encoding.starts_with("UTF-") {
        // A guess at the encoding wants all there is to see.
        return Beginning::NeedsMore;
    }
    if let Some(report) = no_article(&decoded) {
        return Beginning::Nothing(vec![report]);
    }
    let zone = context.site.time_zone;
    let ending = name::ending(context.path);
    let Some(mut parts) = shape::dissect(&decoded.text, &ending, bytes.complete, zone) else {
        return Beginning::NeedsMore;
    };
    let back = match bytes.back {
        back if opening::may_hold_byline(back) => lossy(back),
        _ => Cow::Borrowed(""),
    };
    let last = if bytes.complete { parts.body } else { &back };
    let Some(declared) = head::declared(&mut parts, last, bytes.complete, context.site) else {
        return Beginning::NeedsMore;
    };
    let wants_words = declared.title.is_none() && bytes.front.len() < FIRST_WORDS;
    if wants_words && !bytes.complete {
        return Beginning::NeedsMore;
    }
    parts.reports.splice(..0, decoded.reports.iter().cloned());
    Beginning::Head(Box::new(head::assemble(&parts, &declared, context)))
}

/// Reads the whole of an article whose head is known. The reports are those of the content only;
/// they don't name the file yet.
#[must_use]
pub fn whole(bytes: &[u8], head: &Head, context: Context<'_>) -> (Whole, Vec<Report>) {
    let decoded = decode::decode(bytes, true);
    let zone = context.site.time_zone;
    let ending = name::ending(context.path);
    let read = shape::dissect(&decoded.text, &ending, true, zone).and_then(|mut parts| {
        let body = parts.body;
        let declared = head::declared(&mut parts, body, true, context.site)?;
        Some(whole::assemble(&parts, &declared, head, bytes.len(), context))
    });
    read.unwrap_or_default()
}

fn no_article(decoded: &Decoded<'_>) -> Option<Report> {
    if decoded.binary {
        let report = Report::error("binary", "the file holds no text");
        return Some(report.help("leave it out with input.exclude, or rename it"));
    }
    let is_blank =
        decoded.text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}').is_empty();
    is_blank.then(|| Report::warning("empty-file", "the file is empty"))
}
