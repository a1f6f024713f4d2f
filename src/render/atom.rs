//! Atom 1.0 (RFC 4287).

use std::collections::BTreeMap;
use std::sync::Arc;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Category, Content, Generator, Link, Person, Text, WriteConfig};
use chrono::{DateTime, FixedOffset};

use crate::model::article::Author;
use crate::model::date::Timestamp;
use crate::model::document::Document;
use crate::model::feed::{Entry, Feed, Format};
use crate::model::language::Language;
use crate::model::piece::Variant;
use crate::render::xml;

const TOMBSTONES: (&str, &str) = ("at", "http://purl.org/atompub/tombstones/1.0");

const MEDIA: (&str, &str) = ("media", "http://search.yahoo.com/mrss/");

/// Renders a feed as Atom 1.0.
#[must_use]
pub fn render(feed: &Feed) -> Document {
    let uses_media = feed.entries.iter().any(|entry| entry.image.is_some());
    let atom = atom_syndication::Feed {
        title: plain(&feed.title, None),
        id: feed.id.to_string(),
        updated: date(feed.updated.unwrap_or(feed.since)),
        authors: feed_authors(feed),
        generator: Some(Generator { value: "feedmill".to_owned(), ..Generator::default() }),
        links: feed_links(feed),
        logo: feed.image.as_ref().map(ToString::to_string),
        rights: feed.rights.as_ref().map(|rights| plain(rights, None)),
        subtitle: (!feed.description.is_empty()).then(|| plain(&feed.description, None)),
        // One stands for all of them.
        entries: vec![atom_syndication::Entry::default(); feed.entries.len().min(1)],
        extensions: tombstones(feed).into_iter().chain(history(feed)).collect(),
        namespaces: [
            (uses_media, MEDIA),
            (!feed.tombstones.is_empty(), TOMBSTONES),
            (feed.history_mark().is_some(), xml::HISTORY),
        ]
        .into_iter()
        .filter(|(is_used, _)| *is_used)
        .map(|(_, (prefix, name))| (prefix.to_owned(), name.to_owned()))
        .collect(),
        lang: Some(feed.language.to_string()),
        ..atom_syndication::Feed::default()
    };
    let text = with_zulu_dates(xml::finish(&written(&atom), &feed.up_to_root()));
    let text = xml::with_empty_mark(text, feed.history_mark());
    let pieces: Vec<_> = feed.entries.iter().map(|entry| piece(feed, entry)).collect();
    let text = xml::filled(text, "entry", &pieces);
    Document::text(feed.path(Format::Atom), Format::Atom.content_type(), text)
}

fn written(atom: &atom_syndication::Feed) -> Vec<u8> {
    let config = WriteConfig { write_document_declaration: false, indent_size: Some(1) };
    // Writing into a vector does not fail.
    atom.write_with_config(Vec::new(), config).unwrap_or_default()
}

/// Writes an entry, unless it is kept.
fn piece(feed: &Feed, entry: &Entry) -> Arc<str> {
    let variant = variant(feed, entry);
    entry.pieces.get_or_write(variant.clone(), || {
        let entries = vec![element(entry, &variant)];
        let atom = atom_syndication::Feed { entries, ..atom_syndication::Feed::default() };
        with_zulu_dates(xml::piece(&written(&atom), "entry"))
    })
}

/// Tells how an entry is written. One without an author needs none where the feed has one; where neither
/// has, the source or the feed's title stands in (RFC 4287 §4.1.2 wants an author).
fn variant(feed: &Feed, entry: &Entry) -> Variant {
    let is_nameless = entry.authors.is_empty() && feed.authors.is_empty();
    let stand_in = is_nameless.then(|| entry.source.as_ref().unwrap_or(&feed.title).clone());
    Variant { stand_in, ..Variant::of(Format::Atom, entry, feed) }
}

/// Ends the dates with `Z`, which every reader knows, where the crate writes `+00:00`. Text can't be
/// hit: there, `<` is escaped.
fn with_zulu_dates(document: String) -> String {
    let document = xml::replaced(document, "+00:00</updated>", "Z</updated>");
    xml::replaced(document, "+00:00</published>", "Z</published>")
}

fn date(at: Timestamp) -> DateTime<FixedOffset> {
    at.utc().fixed_offset()
}

fn plain(value: &str, language: Option<&Language>) -> Text {
    Text { lang: language.map(ToString::to_string), ..Text::plain(value) }
}

fn person(author: &Author) -> Person {
    Person {
        name: author.name.to_string(),
        email: author.email.as_ref().map(ToString::to_string),
        uri: author.url.as_ref().map(ToString::to_string),
        ..Person::default()
    }
}

/// Makes a link; `rel` is always said, since the crate writes it in any case.
fn link(rel: &str, href: &str, media_type: Option<&str>) -> Link {
    Link {
        rel: rel.to_owned(),
        href: href.to_owned(),
        mime_type: media_type.map(ToOwned::to_owned),
        ..Link::default()
    }
}

fn feed_links(feed: &Feed) -> Vec<Link> {
    let media_type = Some(Format::Atom.media_type());
    let own = link("self", feed.address(Format::Atom).as_str(), media_type);
    let home = link("alternate", feed.home.as_str(), Some("text/html"));
    let hubs = feed.hubs.iter().map(|hub| link("hub", hub.as_str(), None));
    let history = feed.history_links(Format::Atom);
    let pages = history.iter().map(|(rel, page)| link(rel, page.as_str(), media_type));
    let pages: Vec<Link> = pages.collect();
    [own, home].into_iter().chain(hubs).chain(pages).collect()
}

fn element(entry: &Entry, variant: &Variant) -> atom_syndication::Entry {
    let foreign = entry.language.as_ref().filter(|_| variant.is_foreign);
    atom_syndication::Entry {
        title: plain(&entry.title, foreign),
        id: entry.id.to_string(),
        updated: date(entry.updated),
        authors: entry_authors(entry, variant),
        categories: entry.tags.iter().map(|tag| category(tag)).collect(),
        links: entry_links(entry),
        published: Some(date(entry.published)),
        rights: entry.rights.as_ref().map(|rights| plain(rights, foreign)),
        summary: summary(entry).map(|summary| plain(summary, foreign)),
        content: content(entry, foreign),
        extensions: media(entry),
        ..atom_syndication::Entry::default()
    }
}

/// Names the feed's authors. A feed without any and without entries, which would name theirs, goes by
/// its title (RFC 4287 §4.1.1 wants an author).
fn feed_authors(feed: &Feed) -> Vec<Person> {
    if feed.authors.is_empty() && feed.entries.is_empty() {
        return vec![Person { name: feed.title.to_string(), ..Person::default() }];
    }
    feed.authors.iter().map(person).collect()
}

fn entry_authors(entry: &Entry, variant: &Variant) -> Vec<Person> {
    let stand_in = variant.stand_in.iter().map(ToString::to_string);
    let stand_in = stand_in.map(|name| Person { name, ..Person::default() });
    entry.authors.iter().map(person).chain(stand_in).collect()
}

fn category(tag: &str) -> Category {
    Category { term: tag.to_owned(), ..Category::default() }
}

fn entry_links(entry: &Entry) -> Vec<Link> {
    let page = entry.permalink.iter().map(|url| link("alternate", url.as_str(), Some("text/html")));
    let files = entry.enclosures.iter().map(|enclosure| Link {
        length: (enclosure.length > 0).then(|| enclosure.length.to_string()),
        title: enclosure.title.as_ref().map(ToString::to_string),
        ..link("enclosure", enclosure.url.as_str(), Some(&enclosure.media_type))
    });
    page.chain(files).collect()
}

/// Gives the summary, unless it stands in for the content.
fn summary(entry: &Entry) -> Option<&str> {
    let stands_in = entry.content.is_none() && entry.permalink.is_none();
    entry.summary.as_deref().filter(|_| !stands_in)
}

/// Makes the content: escaped HTML. An entry without a permalink must have one, so its summary stands
/// in, if only an empty one (RFC 4287 §4.1.2).
fn content(entry: &Entry, language: Option<&Language>) -> Option<Content> {
    let (kind, value) = match (&entry.content, &entry.permalink) {
        (Some(html), _) => ("html", html.as_str()),
        (None, None) => ("text", entry.summary.as_deref().unwrap_or_default()),
        (None, Some(_)) => return None,
    };
    Some(Content {
        lang: language.map(ToString::to_string),
        value: Some(value.to_owned()),
        content_type: Some(kind.to_owned()),
        ..Content::default()
    })
}

/// Makes `media:thumbnail` of the lead image (Media RSS 1.5.1).
fn media(entry: &Entry) -> ExtensionMap {
    let Some(image) = &entry.image else { return ExtensionMap::new() };
    // The crate writes the attributes of extensions as they are, so they are escaped here.
    let url = quick_xml::escape::escape(image.url.as_str()).into_owned();
    let thumbnail = Extension {
        name: "media:thumbnail".to_owned(),
        attrs: BTreeMap::from([("url".to_owned(), url)]),
        ..Extension::default()
    };
    let elements = BTreeMap::from([("thumbnail".to_owned(), vec![thumbnail])]);
    ExtensionMap::from([(MEDIA.0.to_owned(), elements)])
}

/// Tells of entries that are no more (RFC 6721 §3).
fn tombstones(feed: &Feed) -> ExtensionMap {
    if feed.tombstones.is_empty() {
        return ExtensionMap::new();
    }
    let deleted = feed.tombstones.iter().map(|tombstone| Extension {
        name: "at:deleted-entry".to_owned(),
        // The crate writes the attributes of extensions as they are, so they are escaped here.
        attrs: BTreeMap::from([
            ("ref".to_owned(), quick_xml::escape::escape(tombstone.id.as_str()).into_owned()),
            ("when".to_owned(), tombstone.removed.rfc3339()),
        ]),
        ..Extension::default()
    });
    let elements = BTreeMap::from([("deleted-entry".to_owned(), deleted.collect())]);
    ExtensionMap::from([(TOMBSTONES.0.to_owned(), elements)])
}

/// Tells whether the document is a page of an archive, or all that there is (RFC 5005 §2 and §4).
fn history(feed: &Feed) -> ExtensionMap {
    let Some(mark) = feed.history_mark() else { return ExtensionMap::new() };
    let element = Extension { name: format!("{}:{mark}", xml::HISTORY.0), ..Extension::default() };
    let elements = BTreeMap::from([(mark.to_owned(), vec![element])]);
    ExtensionMap::from([(xml::HISTORY.0.to_owned(), elements)])
}
