//! Markdown and plain text to HTML.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use crate::model::text::Text;

/// The extensions that people expect of Markdown today.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
}

/// Makes HTML of Markdown (`CommonMark` 0.31 and the usual extensions). What HTML the text holds
/// stays; the sanitiser looks at all of it afterwards. With `without_title`, a first heading that
/// says just that is left out, since the entry has it as its title.
#[must_use]
pub fn to_html(markdown: &str, without_title: Option<&str>) -> String {
    let mut events: Vec<Event<'_>> = Parser::new_ext(markdown, options()).collect();
    if let Some(length) = without_title.and_then(|title| title_events(&events, title)) {
        events.drain(..length);
    }
    let mut out = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut out, events.into_iter().map(without_box));
    out
}

/// Lists the places of code and comments, in their order.
pub(crate) fn code(markdown: &str) -> Vec<Range<usize>> {
    let is_code = |event: &Event<'_>| match event {
        Event::Code(_) | Event::Start(Tag::CodeBlock(_)) => true,
        Event::Html(html) | Event::InlineHtml(html) => html.starts_with("<!--"),
        _ => false,
    };
    let events = Parser::new_ext(markdown, options()).into_offset_iter();
    events.filter(|(event, _)| is_code(event)).map(|(_, range)| range).collect()
}

/// Writes the box of a task as a character: a feed has no place for things to click on.
fn without_box(event: Event<'_>) -> Event<'_> {
    match event {
        Event::TaskListMarker(true) => Event::Text("☑ ".into()),
        Event::TaskListMarker(false) => Event::Text("☐ ".into()),
        other => other,
    }
}

/// Counts the events of a first heading if it says just the title.
fn title_events(events: &[Event<'_>], title: &str) -> Option<usize> {
    let Some(Event::Start(Tag::Heading { .. })) = events.first() else { return None };
    let end = events.iter().position(|event| matches!(event, Event::End(TagEnd::Heading(_))))?;
    (words(&plain(&events[..end])) == words(title)).then_some(end + 1)
}

/// Gives the text of the first heading, or of the first paragraph's first line.
#[must_use]
pub fn first_line(markdown: &str) -> Option<String> {
    let mut begun = Vec::new();
    for event in Parser::new_ext(markdown, options()).take(256) {
        match event {
            Event::End(TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item)
            | Event::SoftBreak
            | Event::HardBreak => {
                let line = words(&plain(&begun));
                if !line.is_empty() {
                    return Some(line);
                }
                begun.clear();
            }
            event => begun.push(event),
        }
    }
    Some(words(&plain(&begun))).filter(|line| !line.is_empty())
}

fn plain(events: &[Event<'_>]) -> String {
    let mut plain = String::new();
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) => plain.push_str(text),
            Event::SoftBreak | Event::HardBreak => plain.push(' '),
            _ => {}
        }
    }
    plain
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Makes HTML of plain text: a blank line ends a paragraph, a line break stays one. A first line
/// that is just the title is left out, with the rule under it, if anything follows.
#[must_use]
pub fn text_to_html(text: &str, title: &str) -> String {
    let escaped = without_title_line(text, title)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let mut out = String::with_capacity(escaped.len() + 64);
    let mut open = false;
    for line in escaped.lines().map(str::trim_end) {
        match (line.trim().is_empty(), open) {
            (true, true) => {
                out.push_str("</p>\n");
                open = false;
            }
            (true, false) => {}
            (false, true) => {
                out.push_str("<br>\n");
                out.push_str(line);
            }
            (false, false) => {
                out.push_str("<p>");
                out.push_str(line);
                open = true;
            }
        }
    }
    if open {
        out.push_str("</p>\n");
    }
    out
}

/// Gives what follows a first line that is just the title.
fn without_title_line<'a>(text: &'a str, title: &str) -> &'a str {
    let mut lines = text.split_inclusive('\n').skip_while(|line| words(line).is_empty()).peekable();
    if lines.next().is_none_or(|line| Text::line(line).as_str() != title) {
        return text;
    }
    lines.next_if(|line| is_rule(line.trim()));
    let length: usize = lines.map(str::len).sum();
    let rest = &text[text.len() - length..];
    if rest.trim().is_empty() { text } else { rest }
}

/// Tells a line that only underlines what stands above it.
fn is_rule(line: &str) -> bool {
    line.len() >= 3 && ['=', '-'].iter().any(|sign| line.trim_matches(*sign).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_that_is_the_title_is_left_out() {
        assert_eq!(to_html("# A *b*\n\nText", Some("A b")), "<p>Text</p>\n");
        assert_eq!(to_html("# C\n\nText", Some("A b")), "<h1>C</h1>\n<p>Text</p>\n");
    }

    #[test]
    fn tasks_show_whether_they_are_done() {
        let html = to_html("- [x] one\n- [ ] two\n", None);
        assert_eq!(html, "<ul>\n<li>☑ one</li>\n<li>☐ two</li>\n</ul>\n");
    }

    #[test]
    fn the_first_line_is_plain() {
        assert_eq!(first_line("\n# A `b` *c*\n\nText").as_deref(), Some("A b c"));
        assert_eq!(first_line("![x](y)\n\nOne\ntwo").as_deref(), Some("x"));
        assert_eq!(first_line("One\ntwo").as_deref(), Some("One"));
        assert_eq!(first_line("\n \n"), None);
    }

    #[test]
    fn a_first_line_that_is_the_title_is_left_out() {
        assert_eq!(text_to_html("\n A  title \n\nText\n", "A title"), "<p>Text</p>\n");
        assert_eq!(text_to_html("A title\r\n=======\r\nText", "A title"), "<p>Text</p>\n");
        assert_eq!(text_to_html("A title\nA title", "A title"), "<p>A title</p>\n");
        for text in ["A title\n", "A title\n---\n\n", "A title"] {
            assert!(text_to_html(text, "A title").starts_with("<p>A title"), "{text}");
        }
        assert_eq!(text_to_html("A title. More", "A title."), "<p>A title. More</p>\n");
    }

    #[test]
    fn plain_text_keeps_its_lines() {
        assert_eq!(text_to_html("a < b\nc\n\n\nd\n", "e"), "<p>a &lt; b<br>\nc</p>\n<p>d</p>\n");
    }
}
