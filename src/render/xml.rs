//! What the XML documents have in common.

use std::ops::Range;
use std::sync::Arc;

use crate::model::feed::STYLESHEET_PATH;
use crate::model::text::lossy;

/// Stands for the `&#x` of a character reference while a crate that escapes `&` writes the text.
/// XML forbids this character and the model drops it, so it can't come from an article.
const REFERENCE: &str = "\u{FFFE}";

/// The prefix and the namespace of feed history (RFC 5005).
pub(super) const HISTORY: (&str, &str) = ("fh", "http://purl.org/syndication/history/1.0");

/// Writes `&`, `<` and `>` so that [`finish`] turns them into hexadecimal character references: what
/// the most readers of RSS get right in a title (RSS Best Practices Profile §3.1).
pub(super) fn referenced(text: &str) -> String {
    text.replace('&', &format!("{REFERENCE}26;"))
        .replace('<', &format!("{REFERENCE}3C;"))
        .replace('>', &format!("{REFERENCE}3E;"))
}

/// Makes a document of an element that a crate has written: the declaration, the style sheet for
/// browsers, the references put in.
pub(super) fn finish(element: &[u8], up_to_root: &str) -> String {
    // The crates write into a buffer of ours from strings of ours, so this is UTF-8.
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <?xml-stylesheet type=\"text/css\" href=\"{up_to_root}{STYLESHEET_PATH}\"?>\n\
         {}\n",
        lossy(element)
    );
    replaced(document, REFERENCE, "&#x")
}

/// Cuts the element of an entry out of a document that a crate has written of this entry alone, the
/// references put in.
pub(super) fn piece(document: &[u8], name: &str) -> String {
    let document = lossy(document);
    let element = span(&document, name).map_or("", |span| &document[span]);
    replaced(element.to_owned(), REFERENCE, "&#x")
}

/// Puts the elements of all entries where a document has one that stands for them.
pub(super) fn filled(document: String, name: &str, pieces: &[Arc<str>]) -> String {
    let Some(Range { start, end }) = span(&document, name) else {
        debug_assert!(pieces.is_empty(), "the crate writes no <{name}>");
        return document;
    };
    let (head, tail) = (&document[..start], &document[end..]);
    let indent = &head[head.trim_ascii_end().len()..];
    [head, &pieces.join(indent), tail].concat()
}

/// Finds the only element of a name. What stands around it is escaped; in it there may be HTML as it is.
fn span(document: &str, name: &str) -> Option<Range<usize>> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    Some(document.find(&open)?..document.rfind(&close)? + close.len())
}

/// Replaces a text wherever it stands. Unlike the library's, this is as fast in Chinese as in English.
pub(super) fn replaced(document: String, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(document.len());
    let mut end = 0;
    for at in memchr::memmem::find_iter(document.as_bytes(), from) {
        out.push_str(&document[end..at]);
        out.push_str(to);
        end = at + from.len();
    }
    if end == 0 {
        return document;
    }
    out.push_str(&document[end..]);
    out
}

/// Makes the element that tells a document's part in a history an empty one, as RFC 5005 has it, where
/// a crate has written white space into it. It is the first that looks like it: before entries are put in,
/// everything is escaped.
pub(super) fn with_empty_mark(document: String, mark: Option<&str>) -> String {
    let Some(mark) = mark else { return document };
    let name = format!("{}:{mark}", HISTORY.0);
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = document
        .split_once(&open)
        .and_then(|(head, rest)| Some((head, rest.split_once(&close)?.1)));
    match parts {
        Some((head, tail)) => format!("{head}<{name}/>{tail}"),
        None => document,
    }
}
