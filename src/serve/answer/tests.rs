//! Requests and their answers, without a connection.

use std::fs;

use http::Request;
use tempfile::TempDir;

use super::*;

const TERMS: Terms = Terms { max_age: Duration::from_mins(5) };

/// An output folder, and the shelf that is made of it.
struct Site {
    _folder: TempDir,
    shelf: Shelf,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let text = "<rss>the mill by the river</rss>".repeat(20);
        for path in ["rss.xml", "feed.json", "index.html", "tag/naïve/index.html", "feedmill.css"]
        {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
            fs::write(&path, &text).expect("written");
            let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
            let file = fs::File::options().append(true).open(path).expect("it is there");
            file.set_modified(modified).expect("set");
        }
        let shelf = Shelf::load(folder.path(), &Shelf::default()).expect("read");
        Self { _folder: folder, shelf }
    }

    fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        answer(&parts, &self.shelf, TERMS).response()
    }

    fn get(&self, path: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
        self.ask("GET", path, fields)
    }
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
        ("vary", "Accept-Encoding, Sec-Fetch-Dest, Accept"),
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
fn pages_stand_behind_a_slash_and_can_run_nothing() {
    let site = Site::new();
    let page = site.get("/", &[]);
    assert_eq!(field(&page, "content-type"), "text/html; charset=utf-8");
    assert!(field(&page, "content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(site.get("/tag/na%C3%AFve/", &[]).status(), StatusCode::OK);
    let moved = site.get("/tag/na%C3%AFve?a=b", &[]);
    assert_eq!(moved.status(), StatusCode::MOVED_PERMANENTLY);
    assert_eq!(field(&moved, "location"), "/tag/na%C3%AFve/?a=b");
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
