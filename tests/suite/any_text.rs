//! Any Unicode in any field of a feed gives well-formed documents that say the same text.

use std::sync::Arc;

use feedmill::model::archive::{History, Page};
use feedmill::model::article::{Author, Enclosure, Image};
use feedmill::model::date::Timestamp;
use feedmill::model::feed::{Entry, Feed, Format};
use feedmill::model::language::Language;
use feedmill::model::list::{Branch, Outline};
use feedmill::model::piece::Pieces;
use feedmill::model::text::{Html, Text};
use feedmill::render;
use feedmill::select::safe_path;
use proptest::prelude::*;
use scraper::Selector;
use serde_json::{Value, json};
use url::Url;

/// What breaks one syntax or another where it is not escaped.
const PIECES: [&str; 26] = [
    "]]>",
    "<![CDATA[",
    "&",
    "&amp;",
    "&#0;",
    "&#x26;",
    "&nbsp",
    "<b>",
    "</title>",
    "<item>",
    "</item>",
    "<entry>",
    "</entry>",
    "</description>",
    "-->",
    "<!--",
    "<?xml",
    "\"'>",
    "{{ title }}",
    "+00:00</updated>",
    "\r\n",
    "\r",
    "\u{FFFE}26;",
    "\0\u{8}\u{C}\u{1F}",
    "\u{2028}\u{85}\u{202E}",
    "\\u0000\\",
];

fn any_words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        2 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[a-z 中é\n\t]{0,6}",
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// The words of one feed with one entry.
#[derive(Clone, Debug)]
struct Words([String; 12]);

impl Words {
    /// Gives a line that is never empty, as the model wants names, titles and ids.
    fn line(&self, number: usize) -> Text {
        let line = Text::line(&self.0[number]);
        if line.is_empty() { Text::line("x") } else { line }
    }

    fn lines(&self, number: usize) -> Text {
        Text::new(&self.0[number])
    }

    /// Gives the content: with a line, so that it says more than any summary.
    fn content(&self) -> String {
        format!("<p>{}</p><hr>", escaped(&self.lines(9)))
    }

    fn feed(&self) -> Feed {
        let address = Url::parse("https://feeds.example/").expect("an address");
        let file = address.join("a.mp3?a=1&b='\"<").expect("an address");
        let time = Timestamp::from_unix(1_715_851_972).expect("in range");
        let author = Author { name: self.line(2), email: None, url: None };
        let entry = Entry {
            id: self.line(3),
            permalink: None,
            title: self.line(4),
            published: time,
            updated: time,
            authors: vec![author.clone()],
            language: None,
            tags: vec![self.line(5)],
            source: Some(self.line(6)),
            rights: Some(self.line(7)),
            summary: Some(self.lines(8)),
            content: Some(Html::from_sanitised(&self.content())),
            image: Some(Image {
                url: file.clone(),
                caption: Some(self.line(10)),
                alt: Some(self.line(10)),
            }),
            enclosures: vec![Enclosure {
                url: file,
                media_type: Text::line("audio/mpeg"),
                length: 1,
                seconds: None,
                title: Some(self.line(11)),
            }],
            pieces: Pieces::default(),
        };
        Feed {
            name: String::new(),
            folder: String::new(),
            id: self.line(3),
            title: self.line(0),
            description: self.line(1),
            home: address.clone(),
            root: address,
            language: Language::parse("en").expect("a language"),
            authors: vec![author],
            image: None,
            rights: Some(self.line(7)),
            ttl_minutes: 60,
            front: self.line(2),
            time_zone: chrono_tz::Tz::UTC,
            formats: Format::ALL.to_vec(),
            updated: Some(time),
            since: time,
            hubs: Vec::new(),
            complete: false,
            history: History { older: Some(Page::Number(1)), ..History::default() },
            tombstones: Vec::new(),
            entries: vec![Arc::new(entry)],
        }
    }
}

fn any_feed() -> impl Strategy<Value = Words> {
    prop::array::uniform12(any_words()).prop_map(Words)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn rendered(feed: &Feed, format: Format) -> String {
    String::from_utf8(render::document(feed, format).bytes).expect("it is UTF-8")
}

/// Gives the same feed with entries of which nothing was written yet.
fn anew(feed: &Feed) -> Feed {
    let entries = feed.entries.iter().map(|entry| Arc::new(Entry::clone(entry))).collect();
    Feed { entries, ..feed.clone() }
}

/// Gives the text of an element, by the names on the way to it; of an attribute, by `@` and its name.
fn found(document: &str, way: &str) -> String {
    let parsed = roxmltree::Document::parse(document)
        .unwrap_or_else(|error| panic!("{error} in {document}"));
    let mut node = parsed.root_element();
    for name in way.split('/') {
        if let Some(attribute) = name.strip_prefix('@') {
            return node.attribute(attribute).expect("the attribute is there").to_owned();
        }
        let (name, relation) = name.split_once('=').map_or((name, None), |(n, r)| (n, Some(r)));
        let fits = |child: &roxmltree::Node<'_, '_>| {
            child.has_tag_name_of(name)
                && relation.is_none_or(|rel| child.attribute("rel") == Some(rel))
        };
        node = node.children().find(fits).unwrap_or_else(|| panic!("no {way} in {document}"));
    }
    node.children().filter_map(|child| child.text()).collect()
}

/// Compares names of elements without their namespaces.
trait LocalName {
    fn has_tag_name_of(&self, name: &str) -> bool;
}

impl LocalName for roxmltree::Node<'_, '_> {
    fn has_tag_name_of(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rss_says_the_same_text(words in any_feed()) {
        let feed = words.feed();
        let (entry, document) = (&feed.entries[0], rendered(&feed, Format::Rss));
        let content = entry.content.as_ref().map(Html::as_str).unwrap_or_default();
        for (way, wanted) in [
            ("channel/title", feed.title.as_str()),
            ("channel/description", feed.description_or_title()),
            ("channel/copyright", &words.line(7)),
            ("channel/item/title", &entry.title),
            ("channel/item/description", &escaped(&words.lines(8))),
            ("channel/item/encoded", content),
            ("channel/item/creator", &words.line(2)),
            ("channel/item/category", &words.line(5)),
            ("channel/item/guid", &entry.id),
            ("channel/item/content/description", &words.line(10)),
            ("channel/item/content/@url", entry.enclosures[0].url.as_str()),
        ] {
            prop_assert_eq!(found(&document, way), wanted, "{} in {}", way, document);
        }
        let parsed = feed_rs::parser::parse(document.as_bytes()).map(|feed| feed.entries.len());
        prop_assert_eq!(parsed.map_err(|error| error.to_string()), Ok(1), "{}", document);
    }

    #[test]
    fn atom_says_the_same_text(words in any_feed()) {
        let feed = words.feed();
        let (entry, document) = (&feed.entries[0], rendered(&feed, Format::Atom));
        let content = entry.content.as_ref().map(Html::as_str).unwrap_or_default();
        for (way, wanted) in [
            ("title", feed.title.as_str()),
            ("rights", &words.line(7)),
            ("id", &feed.id),
            ("author/name", &words.line(2)),
            ("entry/title", &entry.title),
            ("entry/id", &entry.id),
            ("entry/author/name", &words.line(2)),
            ("entry/category/@term", &words.line(5)),
            ("entry/rights", &words.line(7)),
            ("entry/summary", &words.lines(8)),
            ("entry/content", content),
            ("entry/link=enclosure/@title", &words.line(11)),
            ("entry/thumbnail/@url", entry.enclosures[0].url.as_str()),
        ] {
            prop_assert_eq!(found(&document, way), wanted, "{} in {}", way, document);
        }
        if !feed.description.is_empty() {
            prop_assert_eq!(found(&document, "subtitle"), feed.description.as_str());
        }
        let parsed = feed_rs::parser::parse(document.as_bytes()).map(|feed| feed.entries.len());
        prop_assert_eq!(parsed.map_err(|error| error.to_string()), Ok(1), "{}", document);
    }

    #[test]
    fn json_says_the_same_text(words in any_feed()) {
        let feed = words.feed();
        let document: Value = serde_json::from_str(&rendered(&feed, Format::Json)).expect("it is JSON");
        let item = &document["items"][0];
        prop_assert_eq!(&document["title"], &json!(feed.title.as_str()));
        prop_assert_eq!(&item["id"], &json!(words.line(3).as_str()));
        prop_assert_eq!(&item["title"], &json!(words.line(4).as_str()));
        prop_assert_eq!(&item["authors"][0]["name"], &json!(words.line(2).as_str()));
        prop_assert_eq!(&item["tags"], &json!([words.line(5).as_str()]));
        prop_assert_eq!(&item["summary"], &json!(words.lines(8).as_str()));
        prop_assert_eq!(&item["content_html"], &json!(words.content()));
        prop_assert_eq!(&item["attachments"][0]["title"], &json!(words.line(11).as_str()));
    }

    /// Whatever was written of an entry for one feed, others get what they would without it.
    #[test]
    fn what_is_kept_of_an_entry_changes_no_document(words in any_feed(), others in any_feed()) {
        let (feed, other) = (words.feed(), others.feed());
        let nameless = Entry { authors: Vec::new(), source: None, ..Entry::clone(&feed.entries[0]) };
        let foreign = Entry { language: Language::parse("zh"), summary: None, ..nameless.clone() };
        let entries = [Arc::new(nameless), Arc::new(foreign), Arc::clone(&other.entries[0])];
        for entry in &entries {
            entry.pieces.keep();
        }
        let titled = |title: Text| Feed { title, entries: entries.to_vec(), authors: Vec::new(), ..feed.clone() };
        let feeds = [
            titled(words.line(0)),
            titled(others.line(0)),
            Feed { language: Language::parse("zh").expect("a language"), ..titled(words.line(1)) },
            Feed { entries: entries[1..].to_vec(), ..other },
            Feed { entries: Vec::new(), ..feed.clone() },
            feed,
        ];
        for feed in feeds.iter().chain(&feeds) {
            for format in Format::ALL {
                prop_assert_eq!(rendered(feed, format), rendered(&anew(feed), format));
            }
        }
    }

    #[test]
    fn the_page_says_the_same_text(words in any_feed()) {
        let feed = words.feed();
        let page = scraper::Html::parse_document(&rendered(&feed, Format::Html));
        for (selector, wanted) in [
            ("title", words.line(0)),
            ("h1", words.line(0)),
            ("h3", words.line(4)),
            ("bdi.source", words.line(6)),
            ("bdi.author", words.line(2)),
            ("p.summary", words.lines(8)),
            ("div.content > p", words.lines(9)),
            ("figcaption", words.line(10)),
            ("ul.tags > li", words.line(5)),
            ("p.rights", words.line(7)),
        ] {
            let wanted_element = Selector::parse(selector).expect("a selector");
            let all: Vec<String> =
                page.select(&wanted_element).map(|element| element.text().collect()).collect();
            prop_assert_eq!(all, [wanted.as_str()], "{}", selector);
        }
    }

    #[test]
    fn the_list_says_the_same_text(words in any_feed()) {
        let feed = words.feed();
        let outline = Outline {
            title: feed.title.clone(),
            description: feed.description.clone(),
            page: None,
            home: feed.home.clone(),
            language: feed.language.to_string(),
            address: feed.address(Format::Rss),
            format: Format::Rss,
        };
        let branch = Branch::Group(words.line(2), vec![outline]);
        let bytes = render::opml::render(&words.line(4), &[branch]).bytes;
        let document = String::from_utf8(bytes).expect("it is UTF-8");
        for (way, wanted) in [
            ("head/title", words.line(4)),
            ("body/outline/@text", words.line(2)),
            ("body/outline/outline/@text", feed.title.clone()),
        ] {
            prop_assert_eq!(found(&document, way), wanted.as_str(), "{}", document);
        }
    }

    #[test]
    fn any_value_is_one_safe_folder(raw in any_words()) {
        let segment = safe_path::segment(&raw);
        prop_assert!(!segment.is_empty() && segment.len() < 200, "{:?}", segment);
        prop_assert!(!segment.starts_with(['.', '-']) && !segment.ends_with(['.', ' ']), "{:?}", segment);
        prop_assert!(!segment.contains(|c: char| c.is_control() || "/\\:*?\"<>|#% ".contains(c)));
        prop_assert_eq!(safe_path::segment(&raw.to_lowercase()), segment);
    }

    #[test]
    fn a_line_is_one_line_that_every_format_can_say(raw in any_words()) {
        let line = Text::line(&raw);
        prop_assert_eq!(Text::line(&line), line.clone());
        prop_assert!(line.split(' ').all(|word| !word.is_empty()) || line.is_empty(), "{:?}", line);
    }
}
