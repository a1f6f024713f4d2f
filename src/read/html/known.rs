//! Telling HTML from plain text.

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// The elements of HTML: those of the standard, and those that were (HTML §4, §16.2).
const ELEMENTS: &str = "a abbr acronym address applet area article aside audio b base basefont bdi \
    bdo bgsound big blink blockquote body br button canvas caption center cite code col colgroup \
    data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font \
    footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins \
    isindex kbd keygen label legend li link listing main map mark marquee math menu meta meter nav \
    nobr noembed noframes noscript object ol optgroup option output p param picture plaintext pre \
    progress q rb rp rt rtc ruby s samp script search section select slot small source span strike \
    strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr \
    track tt u ul var video wbr xmp";

/// Tells whether a text that may be plain or HTML is HTML: it holds a whole tag of an element of
/// HTML, a comment or an entity with its semicolon. Neither `a < b`, `<T>` nor `AT&T` is any of
/// these, and a writer of HTML could hardly mean them. Takes time in proportion to the length.
#[must_use]
pub fn is_html(text: &str) -> bool {
    text.contains("<!--") || html_escape::decode_html_entities(text) != text || has_tag(text)
}

fn has_tag(text: &str) -> bool {
    let mut begun = false;
    let emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<()> {
        match event {
            CallbackEvent::OpenStartTag { name } => begun = is_element(name),
            CallbackEvent::CloseStartTag { .. } if begun => return Some(()),
            CallbackEvent::EndTag { name } if is_element(name) => return Some(()),
            _ => {}
        }
        None
    });
    Tokenizer::new_with_emitter(text, emitter).next().is_some()
}

fn is_element(name: &[u8]) -> bool {
    ELEMENTS.split(' ').any(|element| element.as_bytes() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_a_comment_and_an_entity_are_html() {
        for text in [
            "<p>a",
            "a<br/>b",
            "<IMG SRC='x>'>",
            "</div>",
            "a <!-- b --> c",
            "<!-- a",
            "a &amp; b",
            "a&nbsp;b",
            "&#58;",
            "&#x3a;",
            "<T> and <b>b</b>",
            "<a\nhref=x>",
        ] {
            assert!(is_html(text), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_html_is_plain_text() {
        for text in [
            "",
            "Use <T> and a < b",
            "Vec<Option<T>>, a<b",
            "how the <words> vanish",
            "</words>",
            "1 < 2 & 3 > 2",
            "AT&T; a &copy b; ?a=1&copy=2",
            "I <3 it",
            "a <b",
            "a <b c='",
            "<!doctype> <?xml?> <>",
            "<b-c> <br.> <h7>",
        ] {
            assert!(!is_html(text), "{text}");
        }
    }
}
