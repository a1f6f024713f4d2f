//! Whole pages, read back with an HTML5 parser that is not the template engine's.

use std::sync::Arc;

use scraper::{ElementRef, Html as Parsed, Selector};
use url::Url;

use crate::model::archive::{History, Page};
use crate::model::article::{Author, Enclosure, Image};
use crate::model::date::Timestamp;
use crate::model::document::Document;
use crate::model::feed::{Entry, Feed, Format};
use crate::model::language::Language;
use crate::model::piece::Pieces;
use crate::model::text::{Html, Text};
use crate::render::html::{render, stylesheet};

/// Text that breaks a page wherever it is not escaped.
const HOSTILE: &str =
    r#"</title></h1><script>alert(1)</script> "' onload=x & &amp; {{ title }} <b>"#;

fn url(raw: &str) -> Url {
    Url::parse(raw).expect("an address")
}

fn language(tag: &str) -> Language {
    Language::parse(tag).expect("well-formed")
}

fn entry(id: &str, title: &str, tag: Option<&str>) -> Entry {
    let time = Timestamp::from_unix(1_715_851_972).expect("in range");
    Entry {
        id: Text::new(id),
        permalink: None,
        title: Text::line(title),
        published: time,
        updated: time,
        authors: Vec::new(),
        language: tag.map(language),
        tags: Vec::new(),
        source: None,
        rights: None,
        summary: None,
        content: None,
        image: None,
        enclosures: Vec::new(),
        pieces: Pieces::default(),
    }
}

/// An entry that has everything.
fn rich() -> Entry {
    Entry {
        permalink: Some(url("https://www.news.example/a/7614387.html?a=1&b=2")),
        updated: Timestamp::from_unix(1_715_951_972).expect("in range"),
        authors: vec![
            Author { name: Text::new("甲"), email: Some(Text::new("a@x.example")), url: None },
            Author {
                name: Text::new("乙"),
                email: None,
                url: Some(url("https://news.example/authors/b")),
            },
        ],
        tags: vec![Text::new("国际"), Text::new("R&D")],
        source: Some(Text::new("news.example")),
        rights: Some(Text::new("© 2024 新闻")),
        summary: Some(Text::new("第一段。1 < 2 & 3。")),
        content: Some(Html::from_sanitised("<p>第一段。</p><h2>小标题</h2><p>第二段。</p>")),
        image: Some(Image {
            url: url("https://images.example/lead.jpg?w=900&h=600"),
            caption: Some(Text::new("两人会晤。（“照片”）")),
            alt: Some(Text::new("two men \"shaking\" hands")),
        }),
        enclosures: vec![
            Enclosure {
                url: url("https://media.example/a.mp3"),
                media_type: Text::new("audio/mpeg"),
                length: 12_345_678,
                seconds: Some(754),
                title: Some(Text::new("听新闻")),
            },
            Enclosure {
                url: url("https://media.example/a.mp4"),
                media_type: Text::new("video/mp4"),
                length: 0,
                seconds: None,
                title: None,
            },
        ],
        ..entry("https://www.news.example/a/7614387.html", "会面深化友好关系", Some("zh-Hans"))
    }
}

fn feed(folder: &str, tag: &str, entries: Vec<Entry>) -> Feed {
    let root = url("https://feeds.example/out/");
    Feed {
        name: folder.to_owned(),
        folder: folder.to_owned(),
        id: Text::new("tag:feeds.example,2026:feed/x"),
        title: Text::new("新闻 & more"),
        description: Text::new("每小时的新闻"),
        home: root.clone(),
        root,
        language: language(tag),
        authors: Vec::new(),
        image: None,
        rights: None,
        ttl_minutes: 60,
        front: Text::new("Harbour Post"),
        time_zone: chrono_tz::Tz::UTC,
        formats: Format::ALL.to_vec(),
        updated: None,
        since: Timestamp::from_unix(1_767_225_600).expect("in range"),
        hubs: Vec::new(),
        complete: false,
        history: History::default(),
        tombstones: Vec::new(),
        entries: entries.into_iter().map(Arc::new).collect(),
    }
}

/// A page, read back.
pub(super) struct Read(Parsed);

impl Read {
    fn page_of(feed: &Feed) -> Self {
        Self::of(&render(feed))
    }

    pub(super) fn of(document: &Document) -> Self {
        let page = String::from_utf8(document.bytes.clone()).expect("UTF-8");
        Self(Parsed::parse_document(&page))
    }

    pub(super) fn all(&self, selector: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(selector).expect("a selector");
        self.0.select(&selector).collect()
    }

    /// Gives the texts of the elements, white space collapsed.
    pub(super) fn texts(&self, selector: &str) -> Vec<String> {
        let text = |element: ElementRef<'_>| Text::line(&element.text().collect::<String>());
        self.all(selector).into_iter().map(|element| text(element).to_string()).collect()
    }

    pub(super) fn values(&self, selector: &str, attribute: &str) -> Vec<String> {
        let value = |element: ElementRef<'_>| element.attr(attribute).map(str::to_owned);
        self.all(selector).into_iter().filter_map(value).collect()
    }
}

#[test]
fn a_page_stands_in_the_folder_of_its_feed() {
    let document = render(&feed("tag/食", "zh-Hans", vec![]));
    assert_eq!(document.path, "tag/食/index.html");
    assert_eq!(document.media_type, "text/html; charset=utf-8");
    let page = Read::page_of(&feed("tag/食", "zh-Hans", vec![]));
    assert_eq!(page.values("link[rel=stylesheet]", "href"), ["../../feedmill.css"]);
    assert_eq!(page.values("section a[href$=opml]", "href"), ["../../feeds.opml"]);
    let address = "https://feeds.example/out/tag/%E9%A3%9F/";
    assert_eq!(page.values("link[rel=canonical]", "href"), [address]);
}

#[test]
fn every_page_leads_to_the_list_of_all_feeds() {
    let below = feed("a/b", "en", vec![]);
    let page = Read::page_of(&below);
    assert_eq!(page.values(".home a", "href"), ["../../index.html"]);
    assert_eq!(page.texts(".home a"), ["Harbour Post"]);
    let same = Feed { front: below.title.clone(), ..feed("", "en", vec![]) };
    let page = Read::page_of(&same);
    assert_eq!(page.values(".home a", "href"), ["index.html"]);
    assert_eq!(page.texts(".home a"), ["Feeds"]);
}

#[test]
fn the_page_of_the_feed_at_the_root_leaves_the_root_to_the_list() {
    let document = render(&feed("", "en", vec![]));
    assert_eq!(document.path, "feed.html");
    let page = Read::page_of(&feed("", "en", vec![]));
    let canonical = page.values("link[rel=canonical]", "href");
    assert_eq!(canonical, ["https://feeds.example/out/feed.html"]);
    let history =
        History { page: Some(Page::Number(2)), older: Some(Page::Number(1)), newer: None };
    let page = Read::page_of(&Feed { history, ..feed("", "en", vec![]) });
    assert_eq!(page.values(".pages a", "href"), ["feed.html", "feed-1.html"]);
}

#[test]
fn what_is_shown_already_is_not_offered_again() {
    let image = Image {
        url: url("https://images.example/lead.jpg"),
        caption: Some(Text::new("A ferry")),
        alt: None,
    };
    let content = "<img src=\"https://images.example/lead.jpg\"><div><small>A ferry</small></div>\
                   <p>It sails.</p>";
    let short = Entry {
        summary: Some(Text::new("It sails.")),
        content: Some(Html::from_sanitised(content)),
        image: Some(image.clone()),
        ..entry("a", "A", None)
    };
    let long = Entry {
        content: Some(Html::from_sanitised(&format!("{content}<p>It lands.</p>"))),
        image: Some(Image { caption: None, ..image }),
        ..entry("b", "B", None)
    };
    let page = Read::page_of(&feed("", "en", vec![short, long]));
    assert_eq!(page.texts("details .content"), ["A ferryIt sails.It lands."]);
    assert_eq!(page.values("figure img", "alt"), ["", "B"]);
}

#[test]
fn every_other_format_is_offered_once() {
    let page = Read::page_of(&feed("", "zh-Hans", vec![]));
    let addresses = ["rss.xml", "atom.xml", "feed.json"]
        .map(|name| format!("https://feeds.example/out/{name}"));
    assert_eq!(page.values("head link[rel=alternate]", "href"), addresses);
    let types = ["application/rss+xml", "application/atom+xml", "application/feed+json"];
    assert_eq!(page.values("head link[rel=alternate]", "type"), types);
    assert_eq!(page.values("head link[rel=alternate]", "title")[0], "新闻 & more (RSS)");
    assert_eq!(page.texts(".addresses code"), addresses);
    assert_eq!(page.values(".addresses a", "href"), ["rss.xml", "atom.xml", "feed.json"]);
}

#[test]
fn a_feed_of_pages_alone_offers_only_the_list() {
    let page = Read::page_of(&Feed { formats: vec![Format::Html], ..feed("", "en", vec![]) });
    assert!(page.all("link[rel=alternate], .addresses").is_empty());
    assert_eq!(page.values(".subscribe a", "href"), ["feeds.opml"]);
}

#[test]
fn a_feed_without_entries_says_so() {
    let page = Read::page_of(&feed("", "en", vec![]));
    assert_eq!(page.texts("main p"), ["No entries yet."]);
    assert!(page.all("article").is_empty());
    let page = Read::page_of(&feed("", "en", vec![entry("a", "A", None)]));
    assert!(page.all(".nothing").is_empty());
}

#[test]
fn an_entry_shows_all_that_it_carries() {
    let page = Read::page_of(&feed("", "en", vec![rich()]));
    assert_eq!(page.texts("article h3 a"), ["会面深化友好关系"]);
    let permalink = "https://www.news.example/a/7614387.html?a=1&b=2";
    assert_eq!(page.values("article h3 a", "href"), [permalink]);
    let times = ["2024-05-16T09:32:52Z", "2024-05-17T13:19:32Z"];
    assert_eq!(page.values("article time", "datetime"), times);
    assert_eq!(page.texts("article time")[0], "2024-05-16 09:32 UTC");
    assert_eq!(page.texts(".facts .source"), ["news.example"]);
    assert_eq!(page.texts(".facts .author"), ["甲", "乙"]);
    assert_eq!(page.values(".author a", "href"), ["https://news.example/authors/b"]);
    assert_eq!(page.texts(".badge"), ["zh-Hans"]);
    assert_eq!(page.texts(".tags li"), ["国际", "R&D"]);
    assert_eq!(page.texts(".summary"), ["第一段。1 < 2 & 3。"]);
    assert_eq!(page.texts(".rights"), ["© 2024 新闻"]);
    assert_eq!(page.texts("details .content p"), ["第一段。", "第二段。"]);
    assert_eq!(page.texts("details .content h4"), ["小标题"]);
}

#[test]
fn media_load_late_and_tell_no_one() {
    let page = Read::page_of(&feed("", "en", vec![rich()]));
    let image = page.all("figure img")[0];
    assert_eq!(image.attr("src"), Some("https://images.example/lead.jpg?w=900&h=600"));
    assert_eq!(image.attr("alt"), Some("two men \"shaking\" hands"));
    assert_eq!(image.attr("loading"), Some("lazy"));
    assert_eq!(image.attr("referrerpolicy"), Some("no-referrer"));
    assert_eq!(page.texts("figcaption"), ["两人会晤。（“照片”）"]);
    assert_eq!(page.values("audio, video", "preload"), ["none", "none"]);
    assert_eq!(page.texts(".enclosure a"), ["听新闻", "Film"]);
    assert_eq!(page.texts(".measures"), ["12:34 · 12.3 MB"]);
}

#[test]
fn languages_and_directions_are_told() {
    let entries = vec![
        entry("1", "خبر", Some("ar")),
        entry("2", "新闻", Some("zh-Hans")),
        entry("3", "News", None),
    ];
    let page = Read::page_of(&feed("", "ar", entries));
    assert_eq!(page.values("html", "lang"), ["ar"]);
    assert_eq!(page.values("html", "dir"), ["rtl"]);
    assert_eq!(page.values("article", "lang"), ["ar", "zh-Hans", "ar"]);
    assert_eq!(page.values("article", "dir"), ["rtl", "ltr", "auto"]);
    assert_eq!(page.texts(".badge"), ["zh-Hans"]);
    assert_eq!(page.values(".subscribe", "lang"), ["en"]);
    assert_eq!(page.values(".subscribe", "dir"), ["ltr"]);
}

#[test]
fn hostile_text_stays_text() {
    let text = Text::new(HOSTILE);
    let author = Author { name: text.clone(), email: None, url: Some(url("javascript:alert(1)")) };
    let plain_image = url("https://x.example/\"><script>");
    let image = Image { url: plain_image, caption: Some(text.clone()), alt: Some(text.clone()) };
    let enclosure = Enclosure {
        url: url("https://x.example/a"),
        media_type: text.clone(),
        length: 0,
        seconds: None,
        title: Some(text.clone()),
    };
    let all = Entry {
        permalink: Some(url("javascript:alert(1)")),
        authors: vec![author],
        tags: vec![text.clone()],
        source: Some(text.clone()),
        rights: Some(text.clone()),
        summary: Some(text.clone()),
        image: Some(image),
        enclosures: vec![enclosure],
        ..entry(HOSTILE, HOSTILE, None)
    };
    let hostile = Feed {
        title: text.clone(),
        description: text.clone(),
        rights: Some(text.clone()),
        ..feed("", "en", vec![all])
    };
    let page = Read::page_of(&hostile);
    assert!(
        page.all("script:not([src='feedmill.js']), b, [onload], [href^=javascript]").is_empty()
    );
    for place in ["title", "h1", ".description", "h3", ".source", ".author", "figcaption"] {
        assert_eq!(page.texts(place), [HOSTILE], "{place}");
    }
    for place in [".tags li", ".rights", ".summary", ".enclosure a", ".imprint p:first-child"] {
        assert_eq!(page.texts(place), [HOSTILE], "{place}");
    }
    assert_eq!(page.values("figure img", "alt"), [HOSTILE]);
    assert_eq!(page.values("meta[name=description]", "content"), [HOSTILE]);
}

#[test]
fn a_page_runs_one_file_and_has_no_style_of_its_own() {
    let page = Read::page_of(&feed("a", "en", vec![rich()]));
    let policy = &page.values("meta[http-equiv=Content-Security-Policy]", "content")[0];
    for rule in ["default-src", "object-src", "base-uri", "form-action"] {
        assert!(policy.contains(&format!("{rule} 'none'")), "{rule}");
    }
    assert!(policy.contains("script-src 'self' file:;") && !policy.contains("unsafe"));
    assert_eq!(page.values("script", "src"), ["../feedmill.js"]);
    assert_eq!(page.texts("script"), [""]);
    assert!(page.all("style, [style], base, form").is_empty());
}

#[test]
fn places_in_the_page_differ_and_the_skip_link_leads_to_one() {
    let entries = vec![entry("tag:a,2026:1", "A", None), entry("tag:a,2026:2", "B", None)];
    let page = Read::page_of(&feed("", "en", entries));
    let mut ids = page.values("[id]", "id");
    assert!(ids.contains(&"entries".to_owned()));
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert_eq!(page.values(".skip", "href"), ["#entries"]);
}

#[test]
fn the_same_footnote_in_two_entries_is_two_places() {
    let page = "https://a.example/";
    let content = format!(
        "<p>a<sup id=\"back-1\"><a href=\"{page}#1\">1</a></sup></p>\
         <p id=\"1\">b <a href=\"{page}#back-1\">up</a> <a href=\"{page}#more\">more</a></p>\
         <p id=\"title\">c</p>"
    );
    let with_note = |id| Entry {
        permalink: Some(url(page)),
        content: Some(Html::from_sanitised(&content)),
        ..entry(id, "A", None)
    };
    let page = Read::page_of(&feed("", "en", vec![with_note("one"), with_note("two")]));
    let ids = page.values("[id]", "id");
    let distinct: std::collections::HashSet<&String> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (12, 12), "{ids:?}");
    let links = page.values("details a", "href");
    let [to_note, back, away, ..] = links.as_slice() else { panic!("{links:?}") };
    assert_eq!(page.all(&format!("[id='{}']", &to_note[1..])).len(), 1);
    assert_eq!(page.texts(&format!("[id='{}']", &back[1..])), ["1"]);
    assert_eq!(away, "https://a.example/#more");
}

#[test]
fn the_same_feed_gives_the_same_bytes() {
    let of = |entries| render(&feed("a", "en", entries));
    assert_eq!(of(vec![rich()]), of(vec![rich()]));
}

#[test]
fn the_stylesheet_fetches_nothing() {
    let stylesheet = stylesheet();
    assert_eq!(stylesheet.path, "feedmill.css");
    assert_eq!(stylesheet.media_type, "text/css; charset=utf-8");
    let rules = String::from_utf8(stylesheet.bytes).expect("UTF-8");
    let rules = rules.lines().filter(|line| !line.starts_with("@namespace"));
    assert!(rules.into_iter().all(|line| !line.contains("url(") && !line.contains("@import")));
}
