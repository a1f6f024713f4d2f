//! Values of more than one form: truths, authors, tags, images, files.

use url::Url;

use crate::model::article::Author;
use crate::model::text::Text;
use crate::read::declared::{At, DeclaredEnclosure};
use crate::read::front_matter::names;
use crate::read::front_matter::value::{Kind, Value};
use crate::read::person::person;

/// Reads a truth (YAML 1.1's words, which people keep using, and digits).
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "1" => Some(true),
        "false" | "no" | "off" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// Tells whether a status keeps an article back (the words of Pelican, `WordPress` and Ghost).
pub(super) fn is_unpublished(status: &str) -> Option<bool> {
    match status.to_ascii_lowercase().as_str() {
        "draft" | "hidden" | "skip" | "private" | "pending" | "unpublished" | "trash" => Some(true),
        "published" | "publish" | "public" | "live" | "final" => Some(false),
        _ => None,
    }
}

/// Divides a list in one line at its semicolons, or at its commas when it has none.
pub(super) fn divided(text: &str) -> impl Iterator<Item = &str> {
    let sign = if text.contains(';') { ';' } else { ',' };
    text.split(sign).map(str::trim).filter(|part| !part.is_empty())
}

/// Finds the first of these keys that has text in a map, with its line.
pub(super) fn first_text<'a>(value: &'a Value, keys: &[&str]) -> Option<(&'a str, u32)> {
    keys.iter().find_map(|key| {
        let field = value.fields().iter().find(|field| names::plain(&field.key) == *key)?;
        Some((field.value.text()?, field.line))
    })
}

/// Reads an author: text, or a map of name, address and page.
pub(super) fn author(value: &Value) -> Option<Author> {
    if let Some(text) = value.text() {
        return person(text);
    }
    let text = |keys: &[&str]| first_text(value, keys).map(|(text, _)| text);
    let mut author = person(text(&["name", "displayname", "fullname", "nick", "email"])?)?;
    let url = text(&["url", "uri", "link", "homepage", "website"]);
    author.email = text(&["email", "mail"]).map(Text::line).or(author.email);
    author.url = url.and_then(|url| Url::parse(url).ok()).filter(is_web).or(author.url);
    Some(author)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Reads tags: text, divided at its commas; a list of such, also within lists; or maps that name
/// them.
pub(super) fn tags(value: &Value, tags: &mut Vec<At<String>>) {
    match &value.kind {
        Kind::Nothing => {}
        Kind::Scalar(text) => {
            let parts = text.split([',', '，', ';', '\n']).map(str::trim);
            let shown = parts.filter(|part| !part.is_empty());
            tags.extend(shown.map(|part| At::new(part.to_owned(), value.line)));
        }
        Kind::List(items) => items.iter().for_each(|item| item_tags(item, tags)),
        Kind::Map(_) => {
            let named = first_text(value, &["name", "title", "tag", "label", "slug"]);
            tags.extend(named.map(|(text, line)| At::new(text.to_owned(), line)));
        }
    }
}

/// Reads a tag in a list, which may hold commas.
fn item_tags(item: &Value, tags: &mut Vec<At<String>>) {
    match item.text() {
        Some(text) => tags.push(At::new(text.to_owned(), item.line)),
        None => self::tags(item, tags),
    }
}

/// Reads an image and what it shows: text, a map, or the first of a list.
pub(super) fn image(value: &Value) -> (Option<At<String>>, Option<At<String>>) {
    let value = value.items().first().unwrap_or(value);
    let placed = |(text, line): (&str, u32)| At::new(text.to_owned(), line);
    let keys = ["url", "src", "image", "path", "file", "filename", "href"];
    let found = value.text().map(|text| (text, value.line)).or_else(|| first_text(value, &keys));
    let alt = first_text(value, &["alt", "alttext", "imagealt"]);
    (found.map(placed), alt.map(placed))
}

/// Reads a file that belongs to the article: its address; address, length and type divided by
/// blanks (as `WordPress` exports it); or a map.
pub(super) fn enclosure(value: &Value) -> Option<DeclaredEnclosure> {
    if let Some(text) = value.text() {
        return truth(text).is_none().then(|| enclosure_line(text));
    }
    let text = |keys: &[&str]| first_text(value, keys).map(|(text, _)| text.to_owned());
    Some(DeclaredEnclosure {
        url: text(&["url", "src", "href", "file", "link", "path"])?,
        media_type: text(&["type", "mediatype", "mimetype", "mime"]),
        length: text(&["length", "size", "bytes", "filesize"]).and_then(|text| number(&text)),
        seconds: text(&["duration", "seconds"]).and_then(|text| seconds(&text)),
        title: text(&["title", "name"]),
    })
}

fn enclosure_line(text: &str) -> DeclaredEnclosure {
    let parts: Vec<&str> = text.split_whitespace().collect();
    if let [url, length, media_type, ..] = parts.as_slice()
        && let Some(length) = number(length)
    {
        let (url, media_type) = ((*url).to_owned(), Some((*media_type).to_owned()));
        return DeclaredEnclosure { url, media_type, length: Some(length), ..Default::default() };
    }
    DeclaredEnclosure { url: text.to_owned(), ..Default::default() }
}

/// Tells a bare number: it may be a key of a picture somewhere, but is no address.
pub(super) fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a whole number, also one with `_` or `,` between its digits.
fn number(text: &str) -> Option<u64> {
    text.replace(['_', ','], "").parse().ok()
}

/// Reads a playing time: seconds, `12:30` or `1:02:03`.
fn seconds(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let first = number(parts.next()?.trim())?;
    parts.try_fold(first, |total, part| {
        let part = number(part).filter(|part| *part < 60)?;
        total.checked_mul(60)?.checked_add(part)
    })
}
