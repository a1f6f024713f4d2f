//! Requests and their answers, without a connection.

use std::fs;

use http::Request;
use tempfile::TempDir;

use super::*;
use crate::config::{ConfigFile, Sources, load};

const CONFIG: &str = "serve.gone = [\"old\"]\n[[feed]]\nmoved_from = [\"news\"]\n";

/// An output folder, and the shelf that is made of it.
struct Site {
    folder: TempDir,
    shelf: Shelf,
    terms: Terms,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let text = "<rss>the mill by the river</rss>".repeat(20);
        for path in [
            "rss.xml",
            "feed.json",
            "index.html",
            "tag/naïve/index.html",
            "feedmill.css",
            "feedmill.js",
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
            fs::write(&path, &text).expect("written");
            let file = fs::File::options().append(true).open(path).expect("it is there");
            file.set_modified(at(1_000_000_000)).expect("set");
        }
        let shelf = Shelf::load(folder.path(), &Shelf::default()).expect("read");
        let file = ConfigFile { name: "config.toml".into(), text: CONFIG.into() };
        let loaded = load(&Sources { file: Some(file), ..Sources::default() }).expect("valid");
        Self { folder, shelf, terms: Terms::new(&loaded.settings, true) }
    }

    /// Publishes another edition of a document.
    fn publish(&mut self, path: &str, text: &str) {
        fs::write(self.folder.path().join(path), text).expect("written");
        self.shelf = Shelf::load(self.folder.path(), &self.shelf).expect("read");
    }

    fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        answer(&parts, &self.shelf, &self.terms, at(1_100_000_000)).response()
    }

    fn get(&self, path: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
        self.ask("GET", path, fields)
    }
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn field<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[test]
fn a_feed_is_given_with_all_that_is_known_of_it() {
    let site = Site::new();
    let response = site.get("/rss.xml", &[]);
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.body().len(), 640);
    for (name, value) in [
        ("content-type", "application/rss+xml; charset=utf-8"),
        ("content-length", "640"),
        ("last-modified", "Sun, 09 Sep 2001 01:46:40 GMT"),
        ("cache-control", "public, max-age=300"),
        ("vary", "Accept-Encoding, Sec-Fetch-Dest, Accept, A-IM"),
        ("x-content-type-options", "nosniff"),
        ("access-control-allow-origin", "*"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(field(&response, name), value, "{name}");
    }
    assert!(!response.headers().contains_key("content-encoding"));
}

#[test]
fn whoever_has_it_gets_the_fields_and_no_body() {
    let site = Site::new();
    for encoding in ["", "gzip", "br", "zstd"] {
        let accept = ("accept-encoding", encoding);
        let first = site.get("/rss.xml", &[accept]);
        assert_eq!(field(&first, "content-encoding"), encoding);
        let again = site.get("/rss.xml", &[accept, ("if-none-match", field(&first, "etag"))]);
        assert_eq!((again.status(), again.body().len()), (StatusCode::NOT_MODIFIED, 0));
        for name in ["etag", "cache-control", "vary", "last-modified"] {
            assert_eq!(field(&again, name), field(&first, name), "{name}");
        }
        assert!(!again.headers().contains_key("content-length"));
        let other = site.get("/rss.xml", &[("if-none-match", field(&first, "etag"))]);
        assert_eq!(other.status() == StatusCode::OK, !encoding.is_empty());
    }
}

#[test]
fn a_part_is_given_of_the_bytes_that_the_client_knows() {
    let site = Site::new();
    let whole = site.get("/rss.xml", &[]);
    let part = site.get("/rss.xml", &[("range", "bytes=5-7")]);
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(field(&part, "content-range"), "bytes 5-7/640");
    assert_eq!(part.body(), &whole.body()[5..8]);
    let known = [("range", "bytes=5-7"), ("if-range", field(&whole, "etag"))];
    assert_eq!(site.get("/rss.xml", &known).status(), StatusCode::PARTIAL_CONTENT);
    let other = [("range", "bytes=5-7"), ("if-range", "\"other\"")];
    assert_eq!(site.get("/rss.xml", &other).status(), StatusCode::OK);
    let beyond = site.get("/rss.xml", &[("range", "bytes=640-")]);
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(field(&beyond, "content-range"), "bytes */640");
    assert_eq!(site.ask("HEAD", "/rss.xml", &[("range", "bytes=5-7")]).status(), StatusCode::OK);
}

#[test]
fn a_browser_gets_the_same_bytes_under_another_name() {
    let site = Site::new();
    let feed = "application/rss+xml; charset=utf-8";
    for (name, value, label) in [
        ("sec-fetch-dest", "document", "text/xml; charset=utf-8"),
        ("accept", "text/html,application/xhtml+xml,*/*;q=0.8", "text/xml; charset=utf-8"),
        ("sec-fetch-dest", "empty", feed),
        ("accept", "*/*", feed),
        ("accept", "application/rss+xml, text/html", feed),
    ] {
        let response = site.get("/rss.xml", &[(name, value)]);
        assert_eq!(field(&response, "content-type"), label, "{name}: {value}");
        assert_eq!(field(&response, "etag"), field(&site.get("/rss.xml", &[]), "etag"));
    }
    let json = site.get("/feed.json", &[("sec-fetch-dest", "document")]);
    assert_eq!(field(&json, "content-type"), "application/feed+json; charset=utf-8");
}

#[test]
fn pages_stand_behind_a_slash_and_can_run_nothing_but_the_script() {
    let site = Site::new();
    let page = site.get("/", &[]);
    assert_eq!(field(&page, "cache-control"), "no-cache");
    assert_eq!(field(&page, "content-type"), "text/html; charset=utf-8");
    let policy = field(&page, "content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let script = site.get("/feedmill.js", &[]);
    assert_eq!(field(&script, "content-type"), "text/javascript; charset=utf-8");
    assert_eq!(field(&script, "x-content-type-options"), "nosniff");
    assert_eq!(site.get("/tag/na%C3%AFve/", &[]).status(), StatusCode::OK);
    let moved = site.get("/tag/na%C3%AFve?a=b", &[]);
    assert_eq!(moved.status(), StatusCode::MOVED_PERMANENTLY);
    assert_eq!(field(&moved, "location"), "/tag/na%C3%AFve/?a=b");
}

#[test]
fn links_of_a_feed_are_told_with_it() {
    let mut site = Site::new();
    site.publish(
        "atom.xml",
        "<feed><link rel=\"self\" href=\"https://a.example/atom.xml\" type=\"application/atom+xml\"/>\
         <link rel=\"hub\" href=\"https://hub.example/\"/><link href=\"https://a.example/&quot;>\"/>\
         <entry><link href=\"https://a.example/1\"/></entry></feed>",
    );
    let told = "<https://a.example/atom.xml>; rel=\"self\"; type=\"application/atom+xml\", \
                <https://hub.example/>; rel=\"hub\"";
    let first = site.get("/atom.xml", &[]);
    assert_eq!(field(&first, "link"), told);
    let again = site.get("/atom.xml", &[("if-none-match", field(&first, "etag"))]);
    assert_eq!((again.status(), field(&again, "link")), (StatusCode::NOT_MODIFIED, told));
}

#[test]
fn whoever_takes_news_alone_gets_what_is_newer_than_its_edition() {
    let mut site = Site::new();
    let feed = |entries: &[&str]| {
        let entries = entries.iter().map(|entry| format!("<item>{entry}</item>"));
        format!("<rss><channel>{}</channel></rss>", entries.collect::<String>())
    };
    site.publish("rss.xml", &feed(&["2", "1"]));
    let old = site.get("/rss.xml", &[("accept-encoding", "gzip")]);
    site.publish("rss.xml", &feed(&["3", "2", "1"]));
    let known = ("if-none-match", field(&old, "etag"));

    let news = site.get("/rss.xml", &[known, ("a-im", "vcdiff, feed"), ("range", "bytes=0-1")]);
    assert_eq!(news.status(), StatusCode::IM_USED);
    assert_eq!(news.body(), feed(&["3"]).as_bytes());
    let now = site.get("/rss.xml", &[]);
    for (name, value) in [
        ("im", "feed"),
        ("etag", field(&now, "etag")),
        ("cache-control", "no-store, im"),
        ("content-length", &feed(&["3"]).len().to_string()),
        ("content-type", "application/rss+xml; charset=utf-8"),
        ("vary", field(&now, "vary")),
        ("accept-ranges", ""),
    ] {
        assert_eq!(field(&news, name), value, "{name}");
    }
    let coded = site.get("/rss.xml", &[known, ("a-im", "feed"), ("accept-encoding", "zstd")]);
    assert_eq!(zstd::decode_all(&coded.body()[..]).expect("coded"), feed(&["3"]).as_bytes());
    let next = [("if-none-match", field(&coded, "etag")), ("accept-encoding", "zstd")];
    assert_eq!(site.get("/rss.xml", &next).status(), StatusCode::NOT_MODIFIED);
}

#[test]
fn whatever_is_doubtful_gets_all() {
    let mut site = Site::new();
    let two = "<rss><item>2</item><item>1</item></rss>";
    for path in ["rss.xml", "feed.json"] {
        site.publish(path, two);
    }
    let tag = |site: &Site, path| field(&site.get(path, &[]), "etag").to_owned();
    let (xml, json) = (tag(&site, "/rss.xml"), tag(&site, "/feed.json"));
    let three = "<rss><item>3</item><item>2</item><item>1</item></rss>";
    for path in ["rss.xml", "feed.json"] {
        site.publish(path, three);
    }
    let weak = format!("W/{xml}");
    for (path, tag, takes) in [
        ("/rss.xml", "\"0123\"", "feed"),
        ("/rss.xml", "*", "feed"),
        ("/rss.xml", &weak, "feed"),
        ("/rss.xml", &xml, "feed;q=0"),
        ("/rss.xml", &xml, "vcdiff"),
        ("/feed.json", &json, "feed"),
    ] {
        let all = site.get(path, &[("if-none-match", tag), ("a-im", takes)]);
        let wanted =
            if tag == "*" { (StatusCode::NOT_MODIFIED, 0) } else { (StatusCode::OK, three.len()) };
        assert_eq!((all.status(), all.body().len()), wanted, "{path} {tag} {takes}");
    }
    let head = site.ask("HEAD", "/rss.xml", &[("if-none-match", &xml), ("a-im", "feed")]);
    assert_eq!(head.status(), StatusCode::IM_USED);
}

#[test]
fn what_moved_or_is_gone_is_told() {
    let site = Site::new();
    let moved = site.get("/news/rss.xml?a=b", &[]);
    assert_eq!(
        (moved.status(), field(&moved, "location")),
        (StatusCode::MOVED_PERMANENTLY, "/rss.xml?a=b")
    );
    assert_eq!(field(&moved, "cache-control"), "public, max-age=300");
    assert_eq!(site.get("/old/rss.xml", &[]).status(), StatusCode::GONE);
    assert_eq!(site.ask("POST", "/old/rss.xml", &[]).status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn other_paths_lead_nowhere() {
    let site = Site::new();
    for path in [
        "/none",
        "//rss.xml",
        "/../rss.xml",
        "/./rss.xml",
        "/rss.xml/",
        "/tag%2fna%C3%AFve/",
        "/tag%2Fna%C3%AFve",
        "/rss.xml%00",
        "/%c0%afrss.xml",
        "/%ff",
        "/%",
        "/%2e%2e/rss.xml",
        "/tag/",
    ] {
        let response = site.get(path, &[]);
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn other_methods_are_told_what_can_be_asked() {
    let site = Site::new();
    for method in ["POST", "PUT", "DELETE", "TRACE", "PATCH", "BREW"] {
        let response = site.ask(method, "/rss.xml", &[]);
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(field(&response, "allow"), "GET, HEAD, OPTIONS");
    }
    let options = site.ask("OPTIONS", "/rss.xml", &[("access-control-request-method", "GET")]);
    assert_eq!(options.status(), StatusCode::NO_CONTENT);
    assert_eq!(field(&options, "access-control-allow-methods"), "GET, HEAD, OPTIONS");
    assert_eq!(field(&site.ask("OPTIONS", "*", &[]), "allow"), "GET, HEAD, OPTIONS");
}

#[test]
fn an_old_client_is_told_by_the_date() {
    let site = Site::new();
    let since = |date| site.get("/rss.xml", &[("if-modified-since", date)]).status();
    assert_eq!(since("Sun, 09 Sep 2001 01:46:40 GMT"), StatusCode::NOT_MODIFIED);
    assert_eq!(since("Sun, 09 Sep 2001 01:46:39 GMT"), StatusCode::OK);
}

#[test]
fn a_time_that_is_yet_to_come_is_not_told() {
    let mut site = Site::new();
    // What is written now is later than the time of the request.
    site.publish("rss.xml", "<rss/>");
    let response = site.get("/rss.xml", &[("if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT")]);
    assert_eq!((response.status(), field(&response, "last-modified")), (StatusCode::OK, ""));
}

#[test]
fn what_happens_is_told_to_whoever_gets_it() {
    let mut site = Site::new();
    let response = site.get("/events", &[]);
    assert_eq!(field(&response, "content-type"), "text/event-stream");
    assert_eq!(field(&response, "cache-control"), "no-store");
    assert!(!response.headers().contains_key("content-length"));
    // Nobody knows how long it will be (RFC 9110 §8.6).
    let response = site.ask("HEAD", "/events", &[]);
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!response.headers().contains_key("content-length"));
    site.terms.has_events = false;
    assert_eq!(site.get("/events", &[]).status(), StatusCode::NOT_FOUND);
}
