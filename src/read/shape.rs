//! Which shape a file has, and where its parts are.

use chrono_tz::Tz;

use crate::model::article::Shape;
use crate::model::report::Report;
use crate::read::archive;
use crate::read::declared::Declared;
use crate::read::front_matter::{self, Found, Syntax};
use crate::read::page;

/// A text taken apart: what it declares at its top, and where its body is.
#[derive(Debug)]
pub struct Parts<'a> {
    /// The shape.
    pub shape: Shape,
    /// What the front matter declares.
    pub front: Declared,
    /// The top of the archive shape.
    pub top: Option<archive::Top<'a>>,
    /// The body: HTML for an archive article or a page, otherwise Markdown or plain text.
    pub body: &'a str,
    /// The line, from 1, in which the body begins.
    pub body_line: u32,
    /// What was not as it should be.
    pub reports: Vec<Report>,
}

/// Takes a text apart. `ending` is the ending of the file's name, in lower case. `complete` is false
/// when the text is only the beginning of a file; then `None` means that more of it is needed.
#[must_use]
pub fn dissect<'a>(text: &'a str, ending: &str, complete: bool, zone: Tz) -> Option<Parts<'a>> {
    let (front, syntax, at, line, reports) = match front_matter::find(text, complete, zone) {
        Found::Unfinished => return None,
        Found::None => (Declared::default(), None, 0, 1, Vec::new()),
        Found::Block(block) => {
            (block.declared, Some(block.syntax), block.body, block.body_line, block.reports)
        }
    };
    let rest = &text[at..];
    let shape = plain_shape(rest, ending, syntax);
    let plain = Parts { shape, front, top: None, body: rest, body_line: line, reports };
    let Some(top) = archive::find(rest, line) else { return Some(plain) };
    let (body, body_line) = (&rest[top.body..], top.body_line);
    Some(Parts { shape: Shape::Archive, top: Some(top), body, body_line, ..plain })
}

fn plain_shape(body: &str, ending: &str, syntax: Option<Syntax>) -> Shape {
    let is_html = matches!(ending, "html" | "htm" | "xhtml") || page::is_page(body);
    match syntax {
        _ if is_html => Shape::Page,
        Some(Syntax::Yaml) => Shape::YamlMarkdown,
        Some(Syntax::Toml) => Shape::TomlMarkdown,
        Some(Syntax::Keys) => Shape::KeyedMarkdown,
        None if matches!(ending, "txt" | "text") => Shape::Text,
        None => Shape::Markdown,
    }
}
