use chrono_tz::Tz;
use proptest::prelude::*;
use scraper::Html;

use crate::model::date::Timestamp;
use crate::read::declared::{At, Declared};
use crate::read::page::{PageHead, declared, is_page, main_part};

mod main_text;

fn head(page: &str) -> PageHead {
    declared(page, true, Tz::UTC).expect("a complete page")
}

/// Reads a page that must have no fault.
fn sound(page: &str) -> Declared {
    let head = head(page);
    assert_eq!(head.reports, [], "{page}");
    head.declared
}

fn text(value: Option<&At<String>>) -> Option<&str> {
    value.map(|at| at.value.as_str())
}

fn time(value: Option<&At<Timestamp>>) -> Option<String> {
    value.map(|at| at.value.rfc3339())
}

fn title(page: &str) -> Option<String> {
    sound(page).title.map(|title| title.value)
}

fn tags(declared: &Declared) -> Vec<&str> {
    declared.tags.iter().map(|tag| tag.value.as_str()).collect()
}

fn authors(declared: &Declared) -> Vec<&str> {
    declared.authors.iter().map(|author| author.value.name.as_str()).collect()
}

fn with_json(json: &str) -> String {
    format!("<!doctype html><html lang=de><script type='application/ld+json'>{json}</script><p>x")
}

#[test]
fn pages_are_known_by_their_beginning() {
    for page in [
        "<!DOCTYPE html><p>x",
        "\u{FEFF}\n <!-- saved --><html>",
        "<?xml version='1.0'?>\n<!DOCTYPE HTML PUBLIC '-//W3C//DTD XHTML 1.0//EN'>",
        "<HTML lang=en>",
    ] {
        assert!(is_page(page), "{page}");
    }
    for other in [
        "",
        "<p>x</p>",
        "<htmlx>",
        "<!--17-->\n[a](b)",
        "<!-- open",
        "text <html>",
        "<!doctype svg>",
    ] {
        assert!(!is_page(other), "{other}");
    }
}

#[test]
fn json_ld_comes_first() {
    let page = with_json(
        r##"[{"@type":"WebSite","name":"Site"},{"@context":"https://schema.org","@graph":[
        {"@type":["Thing","NewsArticle"],"headline":"A","datePublished":"2024-05-16T09:32:52Z",
        "dateModified":"2024-05-17","author":[{"@id":"#ann"},"Bob"],"keywords":"x, y",
        "articleSection":["News"],"description":"Short.","image":[{"@id":"#image"}],
        "url":"https://a.example/a","inLanguage":"de-AT","license":{"@type":"CreativeWork",
        "url":"https://l.example/"},"audio":{"contentUrl":"a.mp3","encodingFormat":"audio/mpeg"}},
        {"@id":"#ann","@type":"Person","name":"Ann","url":"https://ann.example/"},
        {"@id":"#image","@type":"ImageObject","url":"https://a.example/a.png","caption":"An a"}]}]"##,
    )
    .replace("<p>", "<meta property=og:title content=B><link rel=canonical href=/b><p>");
    let declared = sound(&page);
    assert_eq!(declared.title, Some(At::new("A".to_owned(), 1)));
    assert_eq!(time(declared.published.as_ref()).as_deref(), Some("2024-05-16T09:32:52Z"));
    assert_eq!(time(declared.updated.as_ref()).as_deref(), Some("2024-05-17T00:00:00Z"));
    assert_eq!(authors(&declared), ["Ann", "Bob"]);
    assert!(declared.authors[0].value.url.is_some());
    assert_eq!(tags(&declared), ["x", "y", "News"]);
    assert_eq!(text(declared.summary.as_ref()), Some("Short."));
    assert_eq!(text(declared.image.as_ref()), Some("https://a.example/a.png"));
    assert_eq!(text(declared.image_alt.as_ref()), Some("An a"));
    assert_eq!(text(declared.permalink.as_ref()), Some("https://a.example/a"));
    assert_eq!(text(declared.language.as_ref()), Some("de-AT"));
    assert_eq!(text(declared.rights.as_ref()), Some("https://l.example/"));
    assert_eq!(declared.enclosures[0].value.url, "a.mp3");
}

#[test]
fn references_in_json_ld_are_decoded_once() {
    let page = with_json(
        r#"{"@type":"Article","headline":"Things I&#8217;ve learned &amp;amp; more",
        "description":"R&amp;D &hellip;","author":{"name":"Ann &amp; Bob"},
        "keywords":["Q&amp;A"],"articleSection":"A&#38;B","url":"https://a.example/?a&copy=1"}"#,
    );
    let declared = sound(&page);
    assert_eq!(text(declared.title.as_ref()), Some("Things I’ve learned &amp; more"));
    assert_eq!(text(declared.summary.as_ref()), Some("R&D …"));
    assert_eq!((authors(&declared), tags(&declared)), (vec!["Ann & Bob"], vec!["Q&A", "A&B"]));
    assert_eq!(text(declared.permalink.as_ref()), Some("https://a.example/?a&copy=1"));
}

#[test]
fn broken_json_is_reported_and_passed_over() {
    let page = with_json("\n{\"@type\": \"Article\",}").replace("<p>", "<title>T</title><p>");
    let head = head(&page);
    let rules: Vec<_> = head.reports.iter().map(|report| (report.rule, report.line)).collect();
    assert_eq!(rules, [("page-metadata", Some(1))]);
    assert_eq!(text(head.declared.title.as_ref()), Some("T"));
}

#[test]
fn open_graph_comes_before_meta() {
    let page = "<!doctype html>\n<html lang=\"fr\">\n<head>\n<title>A - Site</title>\n\
        <meta property=\"og:title\" content=\"A &amp; B | Site\">\n\
        <meta property=\"og:site_name\" content=\"Site\">\n\
        <meta name=\"og:description\" content=\"Short.\">\n\
        <meta name=description content=other>\n\
        <meta property=\"article:published_time\" content=\"2024-05-16T09:32:52+02:00\">\n\
        <meta property=\"article:modified_time\" content=\"nonsense\">\n\
        <meta property=\"article:author\" content=\"https://social.example/ann\">\n\
        <meta name=author content=\"Ann\">\n<meta property=\"article:tag\" content=\"x, y\">\n\
        <meta property=\"article:tag\" content=z>\n<meta name=keywords content=no>\n\
        <meta property=og:image content=/a.png>\n<meta property=og:image:alt content=\"An a\">\n\
        <meta name=DC.rights content=Mine>\n<link rel=\"canonical nofollow\" href=/a>\n</head><body>";
    let head = head(page);
    let declared = head.declared;
    assert_eq!(declared.title, Some(At::new("A & B".to_owned(), 5)));
    assert_eq!(time(declared.published.as_ref()).as_deref(), Some("2024-05-16T07:32:52Z"));
    assert_eq!((head.reports[0].rule, head.reports[0].line), ("date", Some(10)));
    assert_eq!(authors(&declared), ["Ann"]);
    assert_eq!(tags(&declared), ["x, y", "z"]);
    assert_eq!(text(declared.summary.as_ref()), Some("Short."));
    assert_eq!(text(declared.image.as_ref()), Some("/a.png"));
    assert_eq!(text(declared.image_alt.as_ref()), Some("An a"));
    assert_eq!(text(declared.rights.as_ref()), Some("Mine"));
    assert_eq!(text(declared.permalink.as_ref()), Some("/a"));
    assert_eq!(text(declared.language.as_ref()), Some("fr"));
}

#[test]
fn meta_and_dublin_core() {
    let declared = sound(
        "<html><meta name=dc.title content=T><meta name=DC.creator content='Ann'>\
         <meta name=dc.creator content=Bob><meta name=dcterms.issued content=2024-05-16>\
         <meta name=keywords content='x, y'><meta http-equiv=content-language content=de>\
         <link rel=license href=https://l.example/><p>x",
    );
    assert_eq!(text(declared.title.as_ref()), Some("T"));
    assert_eq!((authors(&declared), tags(&declared)), (vec!["Ann", "Bob"], vec!["x", "y"]));
    assert_eq!(time(declared.published.as_ref()).as_deref(), Some("2024-05-16T00:00:00Z"));
    assert_eq!(text(declared.language.as_ref()), Some("de"));
    assert_eq!(text(declared.rights.as_ref()), Some("https://l.example/"));
}

#[test]
fn the_body_tells_what_the_head_does_not() {
    let page = "<!doctype html><title>T | Site</title><h1>Site</h1><article><h1>A <b>b</b></h1>\
        <time datetime=PT5M>x</time><time datetime=2020-01-01>x</time><time pubdate datetime='2024-05-16 09:32'>y</time>";
    let declared = sound(page);
    assert_eq!(text(declared.title.as_ref()), Some("A b"));
    assert_eq!(time(declared.published.as_ref()).as_deref(), Some("2024-05-16T09:32:00Z"));
}

#[test]
fn the_header_of_the_article_may_show_the_date() {
    let published = |header: &str| {
        let page = format!("<!doctype html><header>1 May 2001</header>{header}<p>2 May 2002</p>");
        time(sound(&page).published.as_ref())
    };
    let date = Some("2024-02-10T00:00:00Z".to_owned());
    for header in [
        "<article><header><h1>1984</h1><span title='2024-02-10 00:00:00 +0000 UTC'>x</span></header>",
        "<main><header><p>Sam</p><span>February 10, 2024</span>&nbsp;·&nbsp;1 min</header>",
        "<article><header><h1>T</h1>3 min · 10 February 2024 | Sam</header>",
    ] {
        assert_eq!(published(header), date, "{header}");
    }
    assert_eq!(published("<article><header><h1>T</h1><p>Sam</header><p>3 May 2003"), None);
    assert_eq!(
        published("<article><header>1 May 2001</header><time datetime=2024-02-10>x</time>"),
        date
    );
}

#[test]
fn titles_by_preference() {
    let page = |rest: &str| title(&format!("<!doctype html><title>T</title>{rest}"));
    assert_eq!(page("<h1>A</h1>").as_deref(), Some("A"));
    assert_eq!(page("<h1>A</h1><h1>B</h1>").as_deref(), Some("T"));
    assert_eq!(page("<main><h1>A</h1><h1>B</h1></main>").as_deref(), Some("T"));
    assert_eq!(page("<h1><img></h1><h1>B</h1>").as_deref(), Some("B"));
    assert_eq!(page("<svg><title>no</title></svg>").as_deref(), Some("T"));
    assert_eq!(title("<html><title> </title>"), None);
    let site = "<meta property=og:site_name content=Site>";
    for (written, expected) in [
        ("A | Site", "A"),
        ("Site: A", "A"),
        ("A - b – Site", "A - b"),
        ("Campsite", "Campsite"),
        ("My Site", "My Site"),
        ("Site", "Site"),
    ] {
        let page = format!("<html><title>{written}</title>{site}");
        assert_eq!(title(&page).as_deref(), Some(expected), "{written}");
    }
}

#[test]
fn a_prefix_asks_for_more_until_it_is_enough() {
    let meta = "<meta property=og:title content=A><meta name=date content=2024-05-16>";
    let page = format!("<!doctype html><html><head>{meta}</head><body><h1>B</h1></body>");
    let whole = declared(&page, true, Tz::UTC);
    let end = page.find("</head>").expect("a head") + "</head>".len();
    for cut in 0..page.len() {
        let found = declared(&page[..cut], false, Tz::UTC);
        assert_eq!(found, if cut < end { None } else { whole.clone() }, "{cut} bytes");
    }
    // Without a date in the head, the body has to tell.
    assert_eq!(declared("<html><title>A</title><p>x", false, Tz::UTC), None);
    assert!(declared("<html><title>A", true, Tz::UTC).is_some());
}

fn numbered(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect::<Vec<_>>().concat()
}

#[test]
fn hostile_pages_are_read_to_their_end() {
    let many = 100_000;
    for (name, page) in [
        ("attributes", format!("<html><meta {}>", numbered(many, |n| format!("a{n}=1 ")))),
        ("durations", "<time datetime=PT5M>".repeat(many / 20)),
        ("metas", "<meta name=date content=x>".repeat(many / 10)),
        ("scripts", "<script type=application/ld+json>{".repeat(many / 10)),
        ("empty scripts", "<script type=application/ld+json>{</script>".repeat(many / 20)),
        ("json", with_json(&"[".repeat(many))),
        ("graph", with_json(&format!("[{}1]", "{\"@graph\":1},".repeat(many / 20)))),
        ("headings", "<h1>a".repeat(many / 5)),
        ("times", "<time pubdate datetime=x>".repeat(many / 20)),
        ("comments", "<!--".repeat(many)),
        ("lines", "\n<p>".repeat(many)),
    ] {
        let page = format!("<!doctype html>{page}");
        let head = head(&page);
        assert!(head.reports.len() <= 21, "{name} has {} reports", head.reports.len());
        let _ = is_page(&page);
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,80}", complete: bool) {
        let _ = is_page(&text);
        let _ = declared(&text, complete, Tz::UTC);
    }

    #[test]
    fn anything_like_a_page_is_read(
        parts in prop::collection::vec(
            "(<!--|-->|<html|<meta name=date content=|<h1>|</h1>|<article>|</article>|<title>|</title>\
              |<script type=application/ld\\+json>|</script>|[{}\":@a>x<, ]){0,4}", 0..12),
        complete: bool,
    ) {
        let page = parts.concat();
        let _ = declared(&page, complete, Tz::UTC);
        let _ = main_part(Html::parse_document(&page), "a");
    }

    #[test]
    fn any_headline_comes_back(headline in "[^<\\p{Cc}]{1,40}") {
        prop_assume!(!headline.trim().is_empty());
        let json = serde_json::json!({"@type": "Article", "headline": headline}).to_string();
        let found = head(&with_json(&json)).declared.title.map(|title| title.value);
        let shown = headline.trim();
        let is_empty = crate::model::text::Text::line(shown).is_empty();
        prop_assert_eq!(found.as_deref(), (!is_empty).then_some(shown));
    }
}
