//! `<noscript>`: what stands in it is for browsers without scripts, but a picture without words is the
//! twin of one that a script would load.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind};
use html5ever::{Attribute, LocalName, QualName, ns};
use html5gum::{DefaultEmitter, HtmlString, StartTag, Token, Tokenizer};

/// How an end tag begins; a blank, `/` or `>` follows (HTML §13.2.5.14).
const END: &[u8] = b"</noscript";

/// Finds the last end tag of a text.
pub(crate) fn last_end(raw: &str) -> Option<usize> {
    let last_bracket = raw.rfind('>')?;
    raw.as_bytes()[..=last_bracket].windows(END.len() + 1).rposition(|window| {
        let (name, next) = window.split_at(END.len());
        name.eq_ignore_ascii_case(END)
            && matches!(next, [b' ' | b'\t' | b'\n' | b'\x0c' | b'/' | b'>'])
    })
}

/// Gives the tags of the pictures that stand in the content of a `<noscript>`; none if there are
/// words, too.
pub(crate) fn pictures(content: &str) -> Vec<Tag> {
    let mut pictures = Vec::new();
    let emitter = DefaultEmitter::<usize>::new_with_span();
    for token in Tokenizer::new_with_emitter(content, emitter).flatten() {
        match token {
            Token::String(text) if !text.trim_ascii().is_empty() => return Vec::new(),
            Token::StartTag(tag) if &**tag.name == b"img" => pictures.push(picture(tag)),
            _ => {}
        }
    }
    pictures
}

fn picture(tag: StartTag<usize>) -> Tag {
    let mut attributes: Vec<_> = tag.attributes.into_iter().collect();
    // As they stand in the file.
    attributes.sort_by_key(|(_, value)| value.span.start);
    let attribute = |name: &HtmlString, value: &HtmlString| Attribute {
        name: QualName::new(None, ns!(), LocalName::from(&*String::from_utf8_lossy(name))),
        value: StrTendril::from_slice(&String::from_utf8_lossy(value)),
    };
    Tag {
        kind: TagKind::StartTag,
        name: LocalName::from("img"),
        self_closing: tag.self_closing,
        attrs: attributes.iter().map(|(name, value)| attribute(name, value)).collect(),
        had_duplicate_attributes: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_end_is_one() {
        assert_eq!(last_end("a</noscript>b</NoScript\n>c"), Some(13));
        assert_eq!(last_end("a</noscripts>"), None);
        assert_eq!(last_end("a</noscript"), None);
        assert_eq!(last_end(""), None);
    }

    #[test]
    fn words_are_for_others() {
        assert_eq!(pictures("<p><a href=b><img src='a&amp;b'></a> ").len(), 1);
        assert!(pictures("<img src=a> turn on scripts").is_empty());
        assert!(pictures("<style>p {}</style>").is_empty());
    }
}
