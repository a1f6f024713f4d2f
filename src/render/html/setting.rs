//! How the content of an entry is set on the page: below the title of its entry, and beside the content
//! of others.
//!
//! In a feed the content of each entry stands alone. On the page its headings come after those of the
//! page, so that who goes from heading to heading finds them in order, and what it shows is fetched when
//! it comes into view, without telling anybody which page it stands on.

use std::borrow::Cow;

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

/// The level of the first heading below the title of an entry, and the lowest that there is (HTML
/// §4.3.6).
const FIRST_LEVEL: u8 = 4;
const LAST_LEVEL: u8 = 6;

/// What a picture of the content has on the page, unless it has it already.
const PICTURE: [(&str, &str); 3] =
    [("loading", "lazy"), ("decoding", "async"), ("referrerpolicy", "no-referrer")];

/// What sound and film have.
const MEDIA: [(&str, &str); 1] = [("preload", "none")];

/// A piece of the content, and what takes its place.
struct Change {
    start: usize,
    end: usize,
    text: String,
}

/// Gives the content of an entry as it is set on the page.
pub(super) fn set(content: Cow<'_, str>) -> Cow<'_, str> {
    let highest = tokens(&content).filter_map(|token| level_of(&token)).min();
    let mut changes: Vec<Change> = Vec::new();
    for token in tokens(&content) {
        match token {
            Token::StartTag(tag) => {
                changes.extend(heading(&tag.name, tag.span.start + 1, highest));
                changes.extend(added(&content, &tag));
            }
            Token::EndTag(tag) => changes.extend(heading(&tag.name, tag.span.start + 2, highest)),
            _ => {}
        }
    }
    if changes.is_empty() {
        return content;
    }
    let mut set = String::with_capacity(content.len() + changes.len() * 64);
    let mut written = 0;
    for change in changes {
        set.push_str(&content[written..change.start]);
        set.push_str(&change.text);
        written = change.end;
    }
    set.push_str(&content[written..]);
    Cow::Owned(set)
}

/// Gives the level of a heading that begins.
fn level_of(token: &Token<usize>) -> Option<u8> {
    if let Token::StartTag(tag) = token { level(&tag.name) } else { None }
}

fn level(name: &[u8]) -> Option<u8> {
    match name {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

/// Changes the name of a heading, which stands at `start`. The highest one of the content gets the first
/// level that is free, and the others keep their distance to it.
fn heading(name: &[u8], start: usize, highest: Option<u8>) -> Option<Change> {
    let (own, highest) = level(name).zip(highest)?;
    let level = (FIRST_LEVEL + (own - highest)).min(LAST_LEVEL);
    Some(Change { start, end: start + name.len(), text: format!("h{level}") })
}

/// Adds to a tag what it lacks, behind its name.
fn added(content: &str, tag: &StartTag<usize>) -> Option<Change> {
    let wanted: &[(&str, &str)] = match tag.name.as_slice() {
        b"img" => &PICTURE,
        b"audio" | b"video" => &MEDIA,
        _ => return None,
    };
    let lacks = |name: &&(&str, &str)| !tag.attributes.contains_key(name.0.as_bytes());
    let mut text = String::new();
    for (name, value) in wanted.iter().filter(lacks) {
        text.push_str(&[" ", name, "=\"", value, "\""].concat());
    }
    let at = tag.span.start + 1 + tag.name.len();
    (!text.is_empty() && content.is_char_boundary(at)).then_some(Change {
        start: at,
        end: at,
        text,
    })
}

fn tokens(content: &str) -> impl Iterator<Item = Token<usize>> {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(content, emitter).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content: &str) -> String {
        set(Cow::Borrowed(content)).into_owned()
    }

    #[test]
    fn headings_come_after_the_title_of_the_entry() {
        assert_eq!(
            told("<h1 id=\"a\">A</h1><p>a</p><h2>B</h2><h3>C</h3><h6>D</h6>"),
            "<h4 id=\"a\">A</h4><p>a</p><h5>B</h5><h6>C</h6><h6>D</h6>"
        );
        assert_eq!(told("<h5>A</h5><h3>B</h3>"), "<h6>A</h6><h4>B</h4>");
    }

    #[test]
    fn what_is_fetched_comes_late_and_tells_no_one() {
        assert_eq!(
            told("<p>食<img src=\"https://a.example/\" alt=\"<h1>\"></p>"),
            "<p>食<img loading=\"lazy\" decoding=\"async\" referrerpolicy=\"no-referrer\" \
             src=\"https://a.example/\" alt=\"<h1>\"></p>"
        );
        assert_eq!(
            told("<video src=\"a\"></video><audio preload=\"auto\"></audio>"),
            "<video preload=\"none\" src=\"a\"></video><audio preload=\"auto\"></audio>"
        );
    }

    #[test]
    fn the_rest_is_not_touched() {
        for content in ["<p>a &lt;h1&gt;</p>", "h1 <b>img</b>", "<pre>\n<code>&lt;img</code></pre>"]
        {
            assert!(matches!(set(Cow::Borrowed(content)), Cow::Borrowed(same) if same == content));
        }
    }
}
