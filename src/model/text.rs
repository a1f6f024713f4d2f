//! Strings that may stand in a document.
//!
//! Invariant: a [`Text`] and an [`Html`] hold only characters that XML 1.0 allows. This is the one
//! gate that every string of a feed goes through; no renderer filters for itself.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// Tells whether XML 1.0 allows a character in a document (XML 1.0 §2.2, production `Char`).
#[must_use]
pub fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Drops what XML does not allow and turns CR LF and CR into LF, as an XML parser would (§2.11).
fn gate(raw: &str) -> Cow<'_, str> {
    if raw.chars().all(|c| is_xml_char(c) && c != '\r') {
        return Cow::Borrowed(raw);
    }
    let mut clean = String::with_capacity(raw.len());
    let mut after_cr = false;
    for c in raw.chars() {
        match c {
            '\r' => clean.push('\n'),
            '\n' if after_cr => {}
            c if is_xml_char(c) => clean.push(c),
            _ => {}
        }
        after_cr = c == '\r';
    }
    Cow::Owned(clean)
}

/// Takes bytes as UTF-8; what is none becomes U+FFFD. Nearly all are UTF-8, and to find that out takes
/// a small part of the time that looking for what is none does.
#[must_use]
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    simdutf8::basic::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Says how many there are, such as `1 article` or `2 articles`.
#[must_use]
pub fn counted<N>(count: N, one: &str, many: &str) -> String
where
    N: Copy + fmt::Display + PartialEq + From<u8>,
{
    let name = if count == N::from(1) { one } else { many };
    format!("{count} {name}")
}

/// Makes one blank of every run of white space, and trims the ends.
#[must_use]
pub fn collapsed(raw: &str) -> String {
    let mut line = String::with_capacity(raw.len());
    for word in raw.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Tells in one pass whether text is a line as it stands, as nearly all titles and names are.
fn is_line(raw: &str) -> bool {
    // An address has neither blanks nor anything beyond ASCII.
    if raw.bytes().fold(true, |is_graphic, byte| is_graphic & byte.is_ascii_graphic()) {
        return true;
    }
    let mut follows_blank = true;
    for c in raw.chars() {
        let is_odd = match c {
            ' ' => follows_blank,
            '!'..='~' | '\u{3001}'..='\u{D7FF}' => false,
            c => c.is_whitespace() || is_unseen(c) || !is_xml_char(c),
        };
        if is_odd {
            return false;
        }
        follows_blank = c == ' ';
    }
    !raw.ends_with(' ')
}

/// Tells a character that shows nothing.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{FEFF}')
}

/// Plain text: no markup, only characters that XML 1.0 allows.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Text(String);

impl Text {
    /// Takes text as it is, line breaks and all, less what XML does not allow.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        Self(gate(raw).into_owned())
    }

    /// Takes text as one line: runs of white space become one blank, the ends are trimmed, and
    /// characters that show nothing (U+200B, U+FEFF) go.
    #[must_use]
    pub fn line(raw: &str) -> Self {
        if is_line(raw) {
            return Self(raw.to_owned());
        }
        // What is dropped may stand between blanks, so it goes before they become one.
        Self(collapsed(&gate(raw).replace(is_unseen, "")))
    }

    /// Gives the text as a string slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Text {
    fn from(raw: String) -> Self {
        Self::new(&raw)
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// An HTML fragment that was sanitised and whose addresses are absolute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Html(String);

impl Html {
    /// Takes a fragment that the sanitiser has let through.
    #[must_use]
    pub fn from_sanitised(fragment: &str) -> Self {
        Self(gate(fragment).into_owned())
    }

    /// Gives the fragment as a string slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Html {
    fn from(sanitised: String) -> Self {
        Self::from_sanitised(&sanitised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_characters_are_dropped() {
        assert_eq!(Text::new("a\u{8}b\u{c}\u{FFFE}c").as_str(), "abc");
    }

    #[test]
    fn line_ends_become_line_feeds() {
        assert_eq!(Text::new("a\r\nb\rc\n").as_str(), "a\nb\nc\n");
    }

    #[test]
    fn a_line_is_collapsed_and_trimmed() {
        assert_eq!(Text::line(" a \u{200B}\n\u{3000} b\u{1}\t").as_str(), "a b");
        assert_eq!(Text::line("a \u{1} b").as_str(), "a b");
        for same in ["", "a", "a b", "标题", "é b"] {
            assert_eq!(Text::line(same).as_str(), same);
        }
        for other in
            [" a", "a ", "a  b", "a\tb", "a\u{A0}b", "a\u{FEFF} b", "a \u{FFFE}b", "a\u{200B} b"]
        {
            assert_eq!(Text::line(other).as_str(), if other.contains('b') { "a b" } else { "a" });
        }
    }
}
