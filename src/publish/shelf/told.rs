//! What a document tells of itself: its links, and where its entries stand.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde::Deserialize;

use crate::model::feed::Format;

/// Relations of links that are told with a document too (`WebSub` §4, RFC 5005 §3 and §4, RFC 8288).
const RELATIONS: [&str; 7] =
    ["self", "hub", "alternate", "current", "prev-archive", "next-archive", "next"];

/// A link of a document (RFC 8288).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its relation.
    pub relation: &'static str,
    /// Where it leads.
    pub target: String,
    /// The media type of what is there, where that is told.
    pub media_type: Option<String>,
}

/// Writes links as `Link` fields hold them (RFC 8288 §3). What can't stand there is left out.
#[must_use]
pub fn written(links: &[Link]) -> String {
    let is_safe = |link: &&Link| !link.target.contains(['<', '>', '"']);
    let written = links.iter().filter(is_safe).map(|link| {
        let safe = link.media_type.as_deref().filter(|own| !own.contains(['"', '\\']));
        let media_type = safe.map(|own| format!("; type=\"{own}\"")).unwrap_or_default();
        format!("<{}>; rel=\"{}\"{media_type}", link.target, link.relation)
    });
    written.collect::<Vec<_>>().join(", ")
}

/// What a feed tells of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Its links, in the order in which they stand; not those of its entries.
    pub links: Vec<Link>,
    /// Where each of its entries stands among the bytes; none of a JSON feed.
    pub entries: Vec<Range<usize>>,
}

/// Finds out what a feed tells of itself. What can't be read tells nothing.
#[must_use]
pub fn of(format: Format, bytes: &[u8]) -> Told {
    match format {
        Format::Rss | Format::Atom => of_xml(bytes).unwrap_or_default(),
        Format::Json => Told { links: of_json(bytes), entries: Vec::new() },
        Format::Html => Told::default(),
    }
}

/// Reads an RSS or Atom feed; `None` when it is not well-formed.
fn of_xml(bytes: &[u8]) -> Option<Told> {
    let mut reader = Reader::from_reader(bytes);
    let mut told = Told::default();
    // How many elements are open, and where the entry among them began.
    let (mut depth, mut entry) = (0_usize, None);
    loop {
        let before = usize::try_from(reader.buffer_position()).ok()?;
        let event = reader.read_event().ok()?;
        match &event {
            Event::Start(tag) => {
                let is_page = tag.name().as_ref() == b"link" && tag.attributes().next().is_none();
                if entry.is_none() && is_page {
                    let target = reader.read_text(tag.name()).ok()?;
                    let target = text(&target)?.trim().to_owned();
                    told.links.push(Link { relation: "alternate", target, media_type: None });
                    continue;
                }
                if entry.is_none() && is_entry(tag) {
                    entry = Some((before, depth));
                } else if entry.is_none() {
                    told.links.extend(link(tag));
                }
                depth += 1;
            }
            Event::Empty(tag) if entry.is_none() => told.links.extend(link(tag)),
            Event::End(_) => {
                depth = depth.checked_sub(1)?;
                let after = usize::try_from(reader.buffer_position()).ok()?;
                if let Some((began, _)) = entry.take_if(|(_, outside)| *outside == depth) {
                    told.entries.push(began..after);
                }
            }
            Event::Eof => return (depth == 0).then_some(told),
            _ => {}
        }
    }
}

fn is_entry(tag: &BytesStart<'_>) -> bool {
    matches!(tag.name().as_ref(), b"item" | b"entry")
}

/// Reads `<link>` of Atom, or `<atom:link>` in RSS.
fn link(tag: &BytesStart<'_>) -> Option<Link> {
    if !matches!(tag.name().as_ref(), b"link" | b"atom:link") {
        return None;
    }
    let value = |name: &str| {
        let attribute = tag.try_get_attribute(name).ok().flatten()?;
        text(&attribute.value)
    };
    // Without a relation it is the page (RFC 4287 §4.2.7.2).
    let relation = relation(value("rel").as_deref().unwrap_or("alternate"))?;
    Some(Link { relation, target: value("href")?, media_type: value("type") })
}

/// Reads a text as it is written in XML.
fn text(raw: &[u8]) -> Option<String> {
    let raw = std::str::from_utf8(raw).ok()?;
    quick_xml::escape::unescape(raw).ok().map(Cow::into_owned)
}

fn relation(word: &str) -> Option<&'static str> {
    RELATIONS.into_iter().find(|known| *known == word)
}

/// The part of a JSON Feed that tells of links.
#[derive(Deserialize)]
struct JsonFeed {
    home_page_url: Option<String>,
    feed_url: Option<String>,
    next_url: Option<String>,
    #[serde(default)]
    hubs: Vec<Hub>,
}

#[derive(Deserialize)]
struct Hub {
    url: String,
}

fn of_json(bytes: &[u8]) -> Vec<Link> {
    let Ok(feed) = serde_json::from_slice::<JsonFeed>(bytes) else { return Vec::new() };
    let link = |relation, target, media_type: Option<&str>| Link {
        relation,
        target,
        media_type: media_type.map(ToOwned::to_owned),
    };
    let json = Some(Format::Json.media_type());
    let own = feed.feed_url.map(|target| link("self", target, json));
    let page = feed.home_page_url.map(|target| link("alternate", target, None));
    let next = feed.next_url.map(|target| link("next", target, json));
    let hubs = feed.hubs.into_iter().map(|hub| link("hub", hub.url, None));
    own.into_iter().chain(page).chain(next).chain(hubs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSS: &str = "<?xml version=\"1.0\"?><rss><channel><title>A &lt;item&gt;</title>\
        <link>https://a.example/?a&amp;b</link>\
        <atom:link href=\"https://a.example/rss.xml\" rel=\"self\" type=\"application/rss+xml\"> \
        </atom:link><atom:link rel=\"hub\" href=\"https://hub.example/?x&amp;y\"/>\
        <item><link>https://a.example/1</link><x><item/></x><![CDATA[</item>]]></item>\n \
        <item><atom:link rel=\"self\" href=\"https://a.example/no\"/></item></channel></rss>";

    const ATOM: &str = "<feed><link href=\"https://a.example/\"/>\
        <link rel=\"prev-archive\" href=\"https://a.example/atom-2.xml\"/><link rel=\"odd\" href=\"b\"/>\
        <at:deleted-entry ref=\"a\"/><entry><link href=\"https://a.example/1\"/></entry></feed>";

    fn links(told: &Told) -> Vec<(&str, &str)> {
        told.links.iter().map(|link| (link.relation, link.target.as_str())).collect()
    }

    #[test]
    fn links_of_the_feed_are_told_and_none_of_entries() {
        let told = of(Format::Rss, RSS.as_bytes());
        assert_eq!(
            links(&told),
            [
                ("alternate", "https://a.example/?a&b"),
                ("self", "https://a.example/rss.xml"),
                ("hub", "https://hub.example/?x&y"),
            ]
        );
        assert_eq!(told.links[1].media_type.as_deref(), Some("application/rss+xml"));
        let told = of(Format::Atom, ATOM.as_bytes());
        assert_eq!(
            links(&told),
            [("alternate", "https://a.example/"), ("prev-archive", "https://a.example/atom-2.xml")]
        );
        let json = "{\"items\":[{\"url\":\"a\"}],\"feed_url\":\"https://a.example/feed.json\",\
                    \"next_url\":\"https://a.example/2\",\"hubs\":[{\"type\":\"WebSub\",\"url\":\"https://h.example/\"}]}";
        let told = of(Format::Json, json.as_bytes());
        assert_eq!(
            links(&told),
            [
                ("self", "https://a.example/feed.json"),
                ("next", "https://a.example/2"),
                ("hub", "https://h.example/"),
            ]
        );
    }

    #[test]
    fn entries_are_found_whatever_they_hold() {
        let told = of(Format::Rss, RSS.as_bytes());
        let entries: Vec<&str> = told.entries.iter().map(|entry| &RSS[entry.clone()]).collect();
        assert_eq!(entries.len(), 2);
        assert!(entries[0].starts_with("<item><link>") && entries[0].ends_with("]]></item>"));
        assert!(entries[1].starts_with("<item><atom:link") && entries[1].ends_with("/></item>"));
        assert_eq!(of(Format::Atom, ATOM.as_bytes()).entries.len(), 1);
    }

    #[test]
    fn what_can_not_be_read_tells_nothing() {
        for broken in
            ["", "<rss>", "<feed><entry></feed></entry>", "{", "<a></a></a>", "<feed><entry>"]
        {
            assert_eq!(of(Format::Rss, broken.as_bytes()), Told::default(), "{broken}");
            assert_eq!(of(Format::Json, broken.as_bytes()), Told::default(), "{broken}");
        }
    }
}
