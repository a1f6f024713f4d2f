//! What stands above the content of an entry on the page, so that the content need not say it again:
//! the lead image with its caption, and the summary.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use crate::model::article::Image;

/// Elements that an image and its caption may stand in.
const WRAPPERS: [&[u8]; 7] = [b"figure", b"figcaption", b"div", b"p", b"small", b"em", b"i"];

/// Elements that say nothing which their text does not.
const PLAIN: [&[u8]; 11] =
    [b"p", b"div", b"span", b"br", b"small", b"b", b"strong", b"em", b"i", b"section", b"article"];

/// Gives the content without the lead image that it begins with, and without its caption.
pub(super) fn without<'a>(content: &'a str, image: Option<&Image>) -> &'a str {
    let Some(image) = image else { return content };
    let caption = letters(image.caption.as_deref().unwrap_or_default());
    let (mut is_past, mut depth, mut end) = (false, 0_usize, 0);
    let mut text = String::new();
    for token in tokens(content) {
        let span = match token {
            Token::StartTag(tag) if !is_past && is_image(&tag, image) => {
                is_past = true;
                tag.span.end
            }
            Token::StartTag(tag) if WRAPPERS.contains(&tag.name.as_slice()) => {
                depth += 1;
                continue;
            }
            Token::EndTag(tag) if depth > 0 && WRAPPERS.contains(&tag.name.as_slice()) => {
                depth -= 1;
                tag.span.end
            }
            Token::String(found) => {
                text.push_str(&letters(&String::from_utf8_lossy(&found.value)));
                if text.is_empty() || is_past && caption.starts_with(&text) {
                    continue;
                }
                break;
            }
            _ => break,
        };
        // Only where all that was opened is closed again can the content be cut, and nothing of the
        // caption may stay behind.
        if is_past && depth == 0 && (text.is_empty() || text == caption) {
            end = span;
        }
    }
    &content[end..]
}

/// Tells whether content says more than a summary that stands above it: other text, links, pictures
/// or anything else that isn't text.
pub(super) fn says_more(content: &str, summary: Option<&str>) -> bool {
    let summary = letters(summary.unwrap_or_default());
    let mut text = String::new();
    for token in tokens(content) {
        match token {
            Token::StartTag(tag) if !PLAIN.contains(&tag.name.as_slice()) => return true,
            Token::String(found) => {
                text.push_str(&letters(&String::from_utf8_lossy(&found.value)));
                if !summary.starts_with(&text) {
                    return true;
                }
            }
            _ => {}
        }
    }
    // A summary that was declared may say more than the content: then both are worth reading.
    text != summary && !text.is_empty()
}

/// Gives what stands for an image where it can't be seen: nothing more than its caption, where that
/// stands below it in any case.
pub(super) fn alternative<'a>(image: &'a Image, title: &'a str) -> &'a str {
    let told = image.alt.as_deref().filter(|text| !text.is_empty());
    told.unwrap_or(if image.caption.is_some() { "" } else { title })
}

fn is_image(tag: &StartTag<usize>, image: &Image) -> bool {
    let source = tag.attributes.get(&b"src"[..]);
    &*tag.name == b"img"
        && source.is_some_and(|source| &**source.value == image.url.as_str().as_bytes())
}

/// Drops white space, which markup comes and goes with.
fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn tokens(content: &str) -> impl Iterator<Item = Token<usize>> {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(content, emitter).flatten()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::model::text::Text;

    fn told(content: &str) -> &str {
        let url = Url::parse("https://a.example/1.jpg?a&b").expect("an address");
        let image = Image { url, caption: Some(Text::new("A ferry & more")), alt: None };
        without(content, Some(&image))
    }

    #[test]
    fn the_image_and_its_caption_go_together() {
        let image = "<img src=\"https://a.example/1.jpg?a&amp;b\" alt=\">\">";
        let caption = "A <em>ferry</em> &amp; more";
        for lead in [
            image.to_owned(),
            format!("<div>{image}</div>\n"),
            format!("{image}<div><small>{caption}</small></div>"),
            format!("<figure>\n{image}<figcaption>{caption}</figcaption></figure>"),
        ] {
            assert_eq!(told(&format!("{lead}<p>Text.</p>")).trim_start(), "<p>Text.</p>");
        }
    }

    #[test]
    fn anything_else_stays() {
        let image = "<img src=\"https://a.example/1.jpg?a&amp;b\">";
        for content in [
            "<p>A ferry &amp; more</p>".to_owned(),
            "<img src=\"https://a.example/2.jpg\"><p>A</p>".to_owned(),
            format!("<p>Text, then {image}</p>"),
            format!("<figure>{image}<figcaption>Another caption</figcaption></figure>"),
        ] {
            assert_eq!(told(&content), content);
        }
        let other = format!("{image}<p>A ferry</p><p>sails</p>");
        assert_eq!(told(&other), "<p>A ferry</p><p>sails</p>");
    }

    #[test]
    fn content_that_is_the_summary_says_no_more() {
        let summary = Some("One. Two & three.");
        assert!(!says_more("<p>One.<br>Two</p>\n<p>&amp; three.</p>", summary));
        assert!(!says_more("", summary));
        assert!(says_more("<p>One. Two &amp; three. Four.</p>", summary));
        assert!(says_more("<p>One.</p>", summary));
        assert!(says_more(
            "<p><a href=\"https://a.example/\">One. Two &amp; three.</a></p>",
            summary
        ));
        assert!(says_more("<p>One. Two &amp; three.</p><img src=\"https://a.example/\">", summary));
        assert!(says_more("<p>One.</p>", None));
    }
}
