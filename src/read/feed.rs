//! A feed that was made by others: which entries it issued, and when.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;
use serde_json::Value;

use crate::model::date::Timestamp;
use crate::read::date;

/// An entry as its feed tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The id, as it stands; the page where there is none, as readers take it.
    pub id: String,
    /// The page.
    pub permalink: Option<String>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
}

/// Reads an RSS, Atom or JSON feed. Entries without an id and a page are left out, and so are later
/// ones with an id that was there. The error says what each of the formats says of it.
pub fn entries(bytes: &[u8]) -> Result<Vec<Issued>, String> {
    let start = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let read = if start == Some(&b'{') { json(bytes) } else { xml(bytes) }?;
    let mut ids = BTreeSet::new();
    let is_first = |entry: &Issued| !entry.id.is_empty() && ids.insert(entry.id.clone());
    Ok(read.into_iter().filter(is_first).collect())
}

fn xml(bytes: &[u8]) -> Result<Vec<Issued>, String> {
    match (atom_syndication::Feed::read_from(bytes), rss::Channel::read_from(bytes)) {
        (Ok(feed), _) => Ok(feed.entries.into_iter().map(of_atom).collect()),
        (_, Ok(channel)) => Ok(channel.items.iter().map(of_rss).collect()),
        (Err(atom), Err(rss)) => {
            Err(format!("it is no feed (as Atom: {atom}; as RSS: {rss}; JSON begins with a brace)"))
        }
    }
}

fn of_atom(entry: atom_syndication::Entry) -> Issued {
    let page = entry.links.iter().find(|link| matches!(link.rel.as_str(), "alternate" | ""));
    let at = |date: &DateTime<FixedOffset>| Timestamp::from_date(date);
    Issued {
        permalink: page.map(|link| link.href.clone()),
        published: entry.published.as_ref().and_then(at),
        updated: at(&entry.updated),
        id: entry.id,
    }
}

fn of_rss(item: &rss::Item) -> Issued {
    let own = item.guid.as_ref();
    let by_guid = own.filter(|guid| guid.permalink).map(|guid| guid.value.clone());
    let permalink = item.link.clone().or(by_guid);
    let id = own.map(|guid| guid.value.clone()).or_else(|| permalink.clone());
    let published = item.pub_date.as_deref().and_then(of_text);
    Issued { id: id.unwrap_or_default(), permalink, published, updated: None }
}

fn json(bytes: &[u8]) -> Result<Vec<Issued>, String> {
    let feed: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))?;
    let items = feed.get("items").and_then(Value::as_array);
    let items = items.ok_or("it is no JSON Feed: there are no \"items\"")?;
    Ok(items.iter().map(of_json).collect())
}

fn of_json(item: &Value) -> Issued {
    let text = |key: &str| item.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    let permalink = text("url");
    // Older feeds have numbers for ids.
    let number = || item.get("id").and_then(Value::as_i64).map(|id| id.to_string());
    let id = text("id").or_else(number).or_else(|| permalink.clone());
    let at = |key: &str| text(key).as_deref().and_then(of_text);
    Issued {
        id: id.unwrap_or_default(),
        permalink,
        published: at("date_published"),
        updated: at("date_modified"),
    }
}

fn of_text(raw: &str) -> Option<Timestamp> {
    date::parse(raw, Tz::UTC).map(|date| date.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let entries = entries(text.as_bytes()).expect("it is a feed");
        let told =
            |entry: Issued| (entry.id, entry.permalink, entry.published.map(Timestamp::rfc3339));
        entries.into_iter().map(told).collect()
    }

    #[test]
    fn rss_is_read() {
        let text = "<rss version='2.0'><channel><title>T</title><link>https://a.example/</link>\
                    <description>D</description>\
                    <item><guid isPermaLink='false'>7</guid><link>https://a.example/7</link>\
                    <pubDate>Thu, 16 May 2024 09:32:52 GMT</pubDate></item>\
                    <item><link>https://a.example/8</link></item>\
                    <item><title>Nothing</title></item></channel></rss>";
        let date = Some("2024-05-16T09:32:52Z".to_owned());
        let page = |number| Some(format!("https://a.example/{number}"));
        let first = ("7".to_owned(), page(7), date);
        assert_eq!(ids(text), [first, ("https://a.example/8".to_owned(), page(8), None)]);
    }

    #[test]
    fn atom_is_read() {
        let text = "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><id>x:f</id>\
                    <updated>2024-05-16T09:32:52Z</updated><entry><title>E</title><id>x:1</id>\
                    <link href='https://a.example/1'/><updated>2024-05-17T00:00:00Z</updated>\
                    </entry></feed>";
        let entries = entries(text.as_bytes()).expect("it is a feed");
        assert_eq!((entries.len(), entries[0].id.as_str()), (1, "x:1"));
        assert_eq!(entries[0].permalink.as_deref(), Some("https://a.example/1"));
        assert_eq!(
            entries[0].updated.map(Timestamp::rfc3339).as_deref(),
            Some("2024-05-17T00:00:00Z")
        );
    }

    #[test]
    fn json_is_read() {
        let text = "{\"items\": [{\"id\": 5, \"url\": \"https://a.example/5\"}, {\"id\": \"5\"}]}";
        assert_eq!(ids(text), [("5".to_owned(), Some("https://a.example/5".to_owned()), None)]);
    }

    #[test]
    fn what_is_no_feed_is_refused() {
        for text in ["", "hello", "{}", "{", "<html></html>"] {
            assert!(entries(text.as_bytes()).is_err(), "{text}");
        }
    }
}
