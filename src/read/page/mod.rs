//! The metadata of an HTML page, and the part of it that is the article.
//!
//! Metadata is read by a tokenizer in one pass, without a tree: JSON-LD first, then `OpenGraph`,
//! then `<meta>` and Dublin Core, then what the page itself shows.

mod choose;
mod facts;
mod json_ld;
mod main_part;
mod names;
mod scan;
mod strip;

use chrono_tz::Tz;

use crate::model::report::Report;
use crate::read::declared::Declared;
use crate::read::page::facts::Facts;
use crate::read::page::scan::Scan;

pub use main_part::{main_element, main_part};

/// What a page declares of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageHead {
    /// The declarations. Lines count from the beginning of the text.
    pub declared: Declared,
    /// What was not as it should be.
    pub reports: Vec<Report>,
}

/// Tells an HTML page: a doctype or `<html>` after a byte order mark, comments and an XML
/// declaration.
#[must_use]
pub fn is_page(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{FEFF}').trim_start();
    loop {
        let after = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.split_once("-->")
        } else if let Some(declaration) = rest.strip_prefix("<?") {
            declaration.split_once('>')
        } else {
            break;
        };
        let Some((_, after)) = after else { return false };
        rest = after.trim_start();
    }
    begins_with(rest, "<!doctype html") || begins_with(rest, "<html")
}

/// Tells whether a text begins with a tag, without regard to case.
fn begins_with(text: &str, tag: &str) -> bool {
    text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
        && text[tag.len()..].starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/')
}

/// Reads what a page declares. With `complete` false the text is only the beginning of a file;
/// `None` means that it isn't enough: the head does not end in it, or tells no title or no date, so
/// that the body has to. Dates without a zone are in `zone`.
#[must_use]
pub fn declared(text: &str, complete: bool, zone: Tz) -> Option<PageHead> {
    let head = Scan::of_head(text);
    if !head.head_ended && !complete {
        return None;
    }
    let facts = Facts::of(&head, zone);
    if facts.tell_enough() {
        return Some(facts.declare());
    }
    complete.then(|| Facts::of(&Scan::of_page(text), zone).declare())
}

#[cfg(test)]
mod tests;
