//! RSS 2.0, after the specification and the Best Practices Profile of the RSS Advisory Board.

use std::collections::BTreeMap;
use std::sync::Arc;

use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Guid, Item};

use crate::model::article::Author;
use crate::model::date::Timestamp;
use crate::model::document::Document;
use crate::model::feed::{Entry, Feed, Format};
use crate::model::piece::Variant;
use crate::model::text::Html;
use crate::render::xml;

const ATOM: (&str, &str) = ("atom", "http://www.w3.org/2005/Atom");
const MEDIA: (&str, &str) = ("media", "http://search.yahoo.com/mrss/");

/// Renders a feed as RSS 2.0.
///
/// Items carry the summary in `description` and the content in `content:encoded`; where the feed
/// carries content only, it stands in `description`, the one element that every reader shows.
#[must_use]
pub fn render(feed: &Feed) -> Document {
    let channel = Channel {
        title: xml::referenced(&feed.title),
        link: feed.home.to_string(),
        description: xml::referenced(feed.description_or_title()),
        language: Some(feed.language.to_string()),
        copyright: feed.rights.as_ref().map(ToString::to_string),
        last_build_date: feed.updated.map(Timestamp::rfc822),
        generator: Some("feedmill".to_owned()),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        ttl: Some(feed.ttl_minutes.to_string()),
        image: image(feed),
        extensions: channel_extensions(feed),
        namespaces: namespaces(feed),
        items: placeholder(feed).into_iter().collect(),
        ..Channel::default()
    };
    // Writing into a vector does not fail.
    let element = channel.pretty_write_to(Vec::new(), b' ', 1).unwrap_or_default();
    let text = xml::finish(without_declaration(&element), &feed.up_to_root());
    let text = xml::with_empty_mark(text, feed.history_mark());
    let pieces: Vec<_> = feed.entries.iter().map(|entry| piece(feed, entry)).collect();
    let text = xml::filled(text, "item", &pieces);
    Document::text(feed.path(Format::Rss), Format::Rss.content_type(), text)
}

/// Drops the declaration that the crate writes; the document gets its own, with its style sheet.
fn without_declaration(document: &[u8]) -> &[u8] {
    let start = document.windows(4).position(|bytes| bytes == b"<rss").unwrap_or(0);
    &document[start..]
}

/// Gives the prefixes that the document uses, and no other. The crate adds those of
/// `content:encoded` and `dc:creator` by itself.
fn namespaces(feed: &Feed) -> BTreeMap<String, String> {
    let uses_media = feed.entries.iter().any(|entry| entry.image.is_some());
    [Some(ATOM), uses_media.then_some(MEDIA), feed.history_mark().map(|_| xml::HISTORY)]
        .into_iter()
        .flatten()
        .map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned()))
        .collect()
}

/// Makes the channel's picture. RSS knows GIF, JPEG and PNG only, so another kind is left out.
fn image(feed: &Feed) -> Option<rss::Image> {
    let url = feed.image.as_ref()?;
    let kind = mime_guess::from_path(url.path()).first_raw()?;
    ["image/gif", "image/jpeg", "image/png"].contains(&kind).then(|| rss::Image {
        url: url.to_string(),
        title: xml::referenced(&feed.title),
        link: feed.home.to_string(),
        ..rss::Image::default()
    })
}

/// Makes the channel's `atom:link`s: itself, its hubs and its history; and tells whether the document
/// is a page of an archive, or all that there is (RFC 5005 §2 and §4).
fn channel_extensions(feed: &Feed) -> ExtensionMap {
    let own = link("self", feed.address(Format::Rss).as_str(), Some("application/rss+xml"));
    let hubs = feed.hubs.iter().map(|hub| link("hub", hub.as_str(), None));
    let history = feed.history_links(Format::Rss);
    let pages =
        history.iter().map(|(rel, page)| link(rel, page.as_str(), Some(Format::Rss.media_type())));
    let links = std::iter::once(own).chain(hubs).chain(pages).collect();
    let mut map = extensions([(ATOM.0, "link", links)]);
    if let Some(mark) = feed.history_mark() {
        let prefix = xml::HISTORY.0;
        let element = element(&format!("{prefix}:{mark}"), []);
        map.extend(extensions([(prefix, mark, vec![element])]));
    }
    map
}

fn link(rel: &str, href: &str, media_type: Option<&str>) -> Extension {
    let attributes = [("rel", Some(rel)), ("href", Some(href)), ("type", media_type)];
    element("atom:link", attributes.iter().filter_map(|(name, value)| Some((*name, (*value)?))))
}

/// Stands for all items in the channel, so that the crate adds the prefixes that they use.
fn placeholder(feed: &Feed) -> Option<Item> {
    let mut all = feed.entries.iter();
    (!feed.entries.is_empty()).then(|| Item {
        content: all.clone().find_map(|entry| encoded(entry)).map(|_| String::new()),
        dublin_core_ext: all.find_map(|entry| dublin_core(entry, &variant(feed, entry))),
        ..Item::default()
    })
}

/// Writes an item, unless it is kept.
fn piece(feed: &Feed, entry: &Entry) -> Arc<str> {
    let variant = variant(feed, entry);
    entry.pieces.get_or_write(variant.clone(), || {
        let channel = Channel { items: vec![item(entry, &variant)], ..Channel::default() };
        xml::piece(&channel.pretty_write_to(Vec::new(), b' ', 1).unwrap_or_default(), "item")
    })
}

fn variant(feed: &Feed, entry: &Entry) -> Variant {
    Variant::of(Format::Rss, entry, feed)
}

/// Gives what stands in `content:encoded`: the content, unless it is the description.
fn encoded(entry: &Entry) -> Option<&Html> {
    entry.content.as_ref().filter(|_| entry.summary.is_some())
}

fn item(entry: &Entry, variant: &Variant) -> Item {
    let content = || entry.content.as_ref().map(|html| html.as_str().to_owned());
    Item {
        title: Some(xml::referenced(&entry.title)),
        link: entry.permalink.as_ref().map(ToString::to_string),
        description: entry.summary.as_deref().map(summary_html).or_else(content),
        author: entry.authors.iter().find_map(mailbox),
        categories: entry.tags.iter().map(|tag| Category::from(tag.as_str())).collect(),
        enclosure: entry.enclosures.first().map(|enclosure| rss::Enclosure {
            url: enclosure.url.to_string(),
            length: enclosure.length.to_string(),
            mime_type: enclosure.media_type.to_string(),
        }),
        guid: Some(Guid { value: entry.id.to_string(), permalink: entry.id_is_permalink() }),
        pub_date: Some(entry.published.rfc822()),
        content: encoded(entry).and_then(|_| content()),
        extensions: item_extensions(entry),
        dublin_core_ext: dublin_core(entry, variant),
        ..Item::default()
    }
}

/// Writes plain text as the HTML that a `description` is taken for (RSS Profile §5.1).
fn summary_html(summary: &str) -> String {
    summary.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Writes an author as `<author>` wants it, which is for e-mail addresses only.
fn mailbox(author: &Author) -> Option<String> {
    author.email.as_ref().map(|email| format!("{email} ({})", author.name))
}

/// Names the authors, and the language where it isn't the channel's.
fn dublin_core(entry: &Entry, variant: &Variant) -> Option<DublinCoreExtension> {
    let foreign = entry.language.as_ref().filter(|_| variant.is_foreign);
    let extension = DublinCoreExtension {
        creators: entry.authors.iter().map(|author| author.name.to_string()).collect(),
        languages: foreign.map(ToString::to_string).into_iter().collect(),
        ..DublinCoreExtension::default()
    };
    (extension != DublinCoreExtension::default()).then_some(extension)
}

/// Tells the date of the latest change, for which RSS has no element, where it isn't that of
/// publishing; and the picture.
fn item_extensions(entry: &Entry) -> ExtensionMap {
    let mut all = media(entry);
    if entry.updated != entry.published {
        let updated =
            Extension { value: Some(entry.updated.rfc3339()), ..element("atom:updated", []) };
        all.extend(extensions([(ATOM.0, "updated", vec![updated])]));
    }
    all
}

/// Makes `media:content` and `media:thumbnail` of the lead image (Media RSS 1.5.1).
fn media(entry: &Entry) -> ExtensionMap {
    let Some(image) = &entry.image else { return ExtensionMap::new() };
    let url = image.url.as_str();
    let mut content = element("media:content", [("url", url), ("medium", "image")]);
    if let Some(caption) = &image.caption {
        let mut description = element("media:description", [("type", "plain")]);
        description.value = Some(caption.to_string());
        content.children.insert("description".to_owned(), vec![description]);
    }
    let thumbnail = element("media:thumbnail", [("url", url)]);
    extensions([(MEDIA.0, "content", vec![content]), (MEDIA.0, "thumbnail", vec![thumbnail])])
}

fn element<'a>(name: &str, attributes: impl IntoIterator<Item = (&'a str, &'a str)>) -> Extension {
    Extension {
        name: name.to_owned(),
        attrs: attributes.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        ..Extension::default()
    }
}

fn extensions<const N: usize>(elements: [(&str, &str, Vec<Extension>); N]) -> ExtensionMap {
    let mut map = ExtensionMap::new();
    for (prefix, name, list) in elements {
        map.entry(prefix.to_owned()).or_default().insert(name.to_owned(), list);
    }
    map
}
