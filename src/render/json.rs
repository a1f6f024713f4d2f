//! JSON Feed 1.1.

use std::sync::Arc;

use serde::Serialize;

use crate::model::article::Author;
use crate::model::document::Document;
use crate::model::feed::{Entry, Feed, Format};
use crate::model::language::Language;
use crate::model::piece::Variant;
use crate::model::text::{Html, Text};

#[derive(Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<JsonAuthor<'a>>,
    language: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<JsonHub<'a>>,
    /// None: they are put in when it is written.
    items: [(); 0],
}

#[derive(Serialize)]
struct JsonAuthor<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct JsonHub<'a> {
    r#type: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct JsonItem<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<JsonAuthor<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<JsonAttachment<'a>>,
}

#[derive(Serialize)]
struct JsonAttachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_in_seconds: Option<u64>,
}

/// Renders a feed as JSON Feed 1.1.
#[must_use]
pub fn render(feed: &Feed) -> Document {
    let older = feed.history.older.map(|page| feed.address_of(Some(page), Format::Json));
    let json = JsonFeed {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: feed.home.as_str(),
        // It tells feeds apart, so the pages of an archive name the feed that they belong to.
        feed_url: feed.address_of(None, Format::Json).into(),
        next_url: older.map(String::from),
        description: &feed.description,
        icon: feed.image.as_ref().map(url::Url::as_str),
        authors: authors(&feed.authors),
        language: feed.language.as_str(),
        hubs: feed.hubs.iter().map(|hub| JsonHub { r#type: "WebSub", url: hub.as_str() }).collect(),
        items: [],
    };
    let pieces: Vec<_> = feed.entries.iter().map(|entry| piece(feed, entry)).collect();
    let text = filled(written(&json), &pieces);
    Document::text(feed.path(Format::Json), Format::Json.content_type(), text)
}

fn written(value: &impl Serialize) -> String {
    // Only a map with keys that are no strings, or a failing writer, could make this fail.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Puts items into the list at the end of a feed.
fn filled(feed: String, pieces: &[Arc<str>]) -> String {
    match feed.strip_suffix("]\n}") {
        Some(head) if !pieces.is_empty() => {
            [head, "\n    ", &pieces.join(",\n    "), "\n  ]\n}\n"].concat()
        }
        _ => feed + "\n",
    }
}

/// Writes an item, unless it is kept.
fn piece(feed: &Feed, entry: &Entry) -> Arc<str> {
    let variant = Variant::of(Format::Json, entry, feed);
    let is_foreign = variant.is_foreign;
    // Its texts have no line breaks that aren't escaped.
    entry.pieces.get_or_write(variant, || written(&item(entry, is_foreign)).replace('\n', "\n    "))
}

/// Names authors. A mail address is given as their URL where they have no other, as the
/// specification says.
fn authors(authors: &[Author]) -> Vec<JsonAuthor<'_>> {
    let address = |author: &Author| {
        let mail = author.email.as_ref().map(|email| format!("mailto:{email}"));
        author.url.as_ref().map(ToString::to_string).or(mail)
    };
    authors.iter().map(|author| JsonAuthor { name: &author.name, url: address(author) }).collect()
}

fn item(entry: &Entry, is_foreign: bool) -> JsonItem<'_> {
    let summary = entry.summary.as_deref();
    let content_html = entry.content.as_ref().map(Html::as_str);
    JsonItem {
        id: &entry.id,
        url: entry.permalink.as_ref().map(url::Url::as_str),
        title: &entry.title,
        content_html,
        // One of the two must be there, even if there is nothing to say.
        content_text: content_html.is_none().then_some(summary.unwrap_or_default()),
        summary,
        image: entry.image.as_ref().map(|image| image.url.as_str()),
        date_published: entry.published.rfc3339(),
        date_modified: entry.updated.rfc3339(),
        authors: authors(&entry.authors),
        tags: entry.tags.iter().map(Text::as_str).collect(),
        language: entry.language.as_ref().filter(|_| is_foreign).map(Language::as_str),
        attachments: entry
            .enclosures
            .iter()
            .map(|enclosure| JsonAttachment {
                url: enclosure.url.as_str(),
                mime_type: &enclosure.media_type,
                title: enclosure.title.as_deref(),
                size_in_bytes: (enclosure.length > 0).then_some(enclosure.length),
                duration_in_seconds: enclosure.seconds,
            })
            .collect(),
    }
}
