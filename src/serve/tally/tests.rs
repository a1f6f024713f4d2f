//! Requests and answers, counted.

use std::fs;
use std::sync::atomic::{AtomicI64, Ordering};

use http::{Request, StatusCode};
use tempfile::TempDir;

use super::*;
use crate::config::meant::Coding;
use crate::metrics::exposition::{Exposition, Form};
use crate::publish::shelf::Shelf;

const TEXT: &str = "the mill by the river";

/// A tally, with a shelf and a clock that the test sets.
struct Case {
    folder: TempDir,
    shelf: Shelf,
    tally: Tally,
    now: Arc<AtomicI64>,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for path in ["rss.xml", "feed.html", "atom-1.xml", "feedmill.css", "a/feed.json"] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
            fs::write(path, TEXT).expect("written");
        }
        let shelf = Shelf::load(folder.path(), &Shelf::default()).expect("read");
        let now = Arc::new(AtomicI64::new(1_715_851_972));
        let own = Arc::clone(&now);
        let clock = move || Timestamp::from_unix(own.load(Ordering::Relaxed)).expect("in range");
        Self { folder, shelf, tally: Tally::new(clock), now }
    }

    /// Counts an answer about what stands at a path.
    fn note(&self, path: &str, status: u16, body: &'static str, agent: &str) {
        self.note_with(path, status, body, agent, None);
    }

    fn note_with(
        &self,
        path: &str,
        status: u16,
        body: &'static str,
        agent: &str,
        location: Option<&str>,
    ) {
        let request = Request::builder().uri(path).header(USER_AGENT, agent);
        let (request, ()) = request.body(()).expect("a request").into_parts();
        let mut response = Response::new(Bytes::from_static(body.as_bytes()));
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        if let Some(location) = location {
            response.headers_mut().insert(LOCATION, location.parse().expect("a value"));
        }
        let item = self.shelf.get(path.trim_start_matches('/'));
        let subject = item.map(|item| Subject { item: Arc::clone(item), coding: None });
        self.tally.note(&Seen {
            peer: Some(IpAddr::from([192, 0, 2, 1])),
            request: &request,
            response: &response,
            subject: subject.as_ref(),
            took: Duration::from_micros(20),
        });
    }
}

#[test]
fn only_who_has_read_a_feed_reads_it() {
    let case = Case::new();
    case.note("/rss.xml", 200, TEXT, "Feedly/1.0 (12 subscribers)");
    case.note("/rss.xml", 304, "", "Feedly/1.0 (13 subscribers)");
    case.note("/a/feed.json", 226, "", "Newsboat/2.32");
    for (path, status) in [
        ("/rss.xml", 412),
        ("/rss.xml", 206),
        ("/rss.xml", 503),
        ("/feed.html", 200),
        ("/atom-1.xml", 200),
        ("/feedmill.css", 200),
        ("/none", 404),
    ] {
        case.note(path, status, "", "Feedbin feed-id:1 - 50 subscribers");
    }
    let account = case.tally.account();
    let feeds = account.feeds.iter().map(|feed| (feed.name.as_str(), feed.requests, feed.size()));
    assert_eq!(feeds.collect::<Vec<_>>(), [("(root)", 7, 13), ("a", 1, 1)]);
    let readers = account.readers.iter().map(|one| (one.name.as_str(), one.requests, one.size()));
    assert_eq!(readers.collect::<Vec<_>>(), [("Feedly", 2, 13), ("Newsboat", 1, 1)]);
    assert_eq!((account.requests, account.not_modified, account.not_modified_percent), (10, 1, 14));
}

#[test]
fn a_poller_is_one_of_each_day() {
    let case = Case::new();
    case.note("/rss.xml", 200, TEXT, "Newsboat/2.32");
    case.note("/rss.xml", 304, "", "Newsboat/2.32");
    let days = |case: &Case| {
        let feed = case.tally.account().feeds.first().cloned().expect("somebody reads it");
        (feed.pollers_today, feed.pollers_yesterday)
    };
    assert_eq!(days(&case), (1, 0));
    case.now.fetch_add(24 * 60 * 60, Ordering::Relaxed);
    assert_eq!(days(&case), (0, 1));
    case.note("/rss.xml", 304, "", "Newsboat/2.32");
    assert_eq!(days(&case), (1, 1));
}

#[test]
fn what_need_not_be_sent_is_saved() {
    let case = Case::new();
    case.note("/rss.xml", 200, "the mill", "");
    case.note("/rss.xml", 304, "", "");
    case.note("/rss.xml", 226, "river", "");
    // A HEAD gets no body, and would not have.
    case.note("/rss.xml", 200, "", "");
    let saved = &case.tally.saved;
    let bytes = |counter: &Counter| usize::try_from(counter.get()).expect("few");
    assert_eq!(bytes(&saved.coding), TEXT.len() - "the mill".len());
    assert_eq!(bytes(&saved.not_modified), TEXT.len());
    assert_eq!(bytes(&saved.delta), TEXT.len() - "river".len());
    assert_eq!(bytes(&case.tally.sent), "the mill".len() + "river".len());
    // Once it was compressed, that is what a 304 saves.
    let item = case.shelf.get("rss.xml").expect("it is there");
    let gzip = item.bytes(Some(Coding::Gzip)).expect("coded").len();
    let subject = Subject { item: Arc::clone(item), coding: Some(Coding::Gzip) };
    assert_eq!(super::saved(304, 0, &subject), gzip);
}

#[test]
fn whoever_asks_at_an_old_address_is_told_of() {
    let case = Case::new();
    let feedly = "Feedly/1.0 (12 subscribers)";
    case.note_with("/old.xml", 301, "", feedly, Some("https://a.example/rss.xml"));
    case.note_with("/old.xml", 301, "", feedly, Some("/rss.xml"));
    case.note_with("/gone.xml", 410, "", "curl/8", None);
    // A folder without its slash has not moved.
    case.note_with("/a", 301, "", feedly, Some("/a/?b=c"));
    let moved = case.tally.account().moved;
    let moved: Vec<_> = moved
        .iter()
        .map(|one| (one.path.as_str(), one.status, one.reader.as_str(), one.requests))
        .collect();
    assert_eq!(moved, [("/gone.xml", 410, "curl", 1), ("/old.xml", 301, "Feedly", 2)]);
}

#[test]
fn each_answer_is_a_line_of_the_log_while_there_is_one() {
    let case = Case::new();
    let path = case.folder.path().join("access.log");
    case.note("/rss.xml", 200, TEXT, "before");
    case.tally.log_to(Some(&LogPlace::File(path.clone())));
    case.note("/rss.xml?a=b", 404, "", "Newsboat \"2\"");
    case.tally.close_log();
    case.note("/rss.xml", 200, TEXT, "behind");
    let line = "192.0.2.1 - - [16/May/2024:09:32:52 +0000] \"GET /rss.xml?a=b HTTP/1.1\" 404 - \
                \"-\" \"Newsboat \\\"2\\\"\"\n";
    assert_eq!(fs::read_to_string(path).expect("it is there"), line);
}

#[test]
fn connections_and_addresses_are_told_while_they_last() {
    let tally = Arc::new(Tally::new(|| Timestamp::EPOCH));
    let (one, other) = (tally.connects(), tally.connects());
    let listed = tally.serves_at("http://127.0.0.1:1/".to_owned());
    drop(one);
    let account = tally.account();
    assert_eq!((account.connections, tally.taken.get()), (1, 2));
    assert_eq!(account.addresses, ["http://127.0.0.1:1/"]);
    drop((other, listed));
    let account = tally.account();
    assert_eq!((account.connections, account.addresses.len()), (0, 0));
}

#[test]
fn the_series_are_bounded_whatever_is_asked_for() {
    let case = Case::new();
    for number in 0..2000 {
        case.note(&format!("/{number}"), 404, "", &format!("Reader{number}/1.0"));
        case.note(&format!("/old/{number}"), 301, "", &format!("Reader{number}/1.0"));
        case.note("/rss.xml", 200, TEXT, &format!("Reader{number}/1.0 ({number} subscribers)"));
    }
    let mut page = Exposition::new(Form::Text);
    case.tally.write(&mut page);
    let page = page.finish();
    assert!(page.lines().count() < 650, "{page}");
    assert!(page.contains("feedmill_requests_total{feed=\"\",code=\"404\"} 2000\n"), "{page}");
}
