//! The feeds over HTTP, by a client of raw bytes: what others send is not always what a library would.

use std::io::{BufRead as _, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use super::{PATIENCE, Service, article, site};
use crate::memory::Site;

/// The clock of the builds: 2025-01-01T00:00:00Z.
const NOW: i64 = 1_735_689_600;

/// What came over a connection until it was closed, or until an answer was whole.
pub(super) struct Answer {
    head: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub(super) fn field(&self, name: &str) -> &str {
        let field = |line: &'_ str| -> bool {
            line.split_once(':').is_some_and(|(own, _)| own.eq_ignore_ascii_case(name))
        };
        let line = self.head.lines().find(|line| field(line)).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.trim()).unwrap_or_default()
    }

    /// Gives all of it but for its date.
    pub(super) fn without_date(&self) -> (Vec<&str>, &[u8]) {
        (self.head.lines().filter(|line| !line.starts_with("date:")).collect(), &self.body)
    }
}

/// A connection to the service.
pub(super) struct Client<S = TcpStream>(pub(super) S);

impl Client {
    pub(super) fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("somebody listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        Self(stream)
    }
}

impl<S: Read + Write> Client<S> {
    pub(super) fn send(&mut self, bytes: &[u8]) {
        // The service may have had enough already.
        let _ = self.0.write_all(bytes);
    }

    /// Reads the head of an answer, and as much of a body as it tells of.
    pub(super) fn answer(&mut self, has_body: bool) -> Answer {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && self.0.read(&mut byte).is_ok_and(|read| read == 1) {
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("a head is text");
        let mut answer = Answer { head, body: Vec::new() };
        let length = if has_body { answer.field("content-length").parse().unwrap_or(0) } else { 0 };
        answer.body.resize(length, 0);
        self.0.read_exact(&mut answer.body).expect("all of the body comes");
        answer
    }

    pub(super) fn ask(&mut self, method: &str, path: &str, fields: &str) -> Answer {
        self.send(
            format!("{method} {path} HTTP/1.1\r\nHost: a.example\r\n{fields}\r\n").as_bytes(),
        );
        self.answer(method != "HEAD")
    }

    /// Tells whether the service has closed the connection.
    pub(super) fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).is_ok() || rest.is_empty()
    }
}

/// Starts a service that serves at an address that is free; gives it and the address.
fn serving(site: &Site) -> (Service, SocketAddr) {
    let (mut service, address) = listening(site);
    service.await_line("documents written");
    (service, address)
}

/// Starts such a service, and does not wait for its first edition.
fn listening(site: &Site) -> (Service, SocketAddr) {
    let mut service = Service::begin(site, |command| {
        command.args(["--listen", "127.0.0.1:0"]);
    });
    let address = service.address_told();
    (service, address)
}

#[test]
fn what_is_published_is_served_at_once() {
    let site = site();
    let (mut service, address) = serving(&site);
    let mut client = Client::to(address);
    let first = client.ask("GET", "/feed.json", "");
    assert_eq!(
        (first.status(), first.field("content-type")),
        ("200", "application/feed+json; charset=utf-8")
    );
    let published = std::fs::read(site.path().join("feeds/feed.json")).expect("published");
    assert_eq!(first.body, published);
    let known = format!("If-None-Match: {}\r\n", first.field("etag"));
    assert_eq!(client.ask("GET", "/feed.json", &known).status(), "304");
    let head = client.ask("HEAD", "/feed.json", "");
    assert_eq!(head.field("content-length"), published.len().to_string());

    site.write("seeds/two.md", &article("Two"));
    service.await_line("documents written");
    let second = client.ask("GET", "/feed.json", &known);
    assert_eq!(second.status(), "200");
    assert!(String::from_utf8_lossy(&second.body).contains("The text of Two."));
    assert_eq!(client.ask("GET", "/none.xml", "").status(), "404");
    assert!(service.stop().success());
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[test]
fn what_was_published_last_is_served_before_the_first_turn() {
    let site = site();
    site.build(NOW);
    let old = std::fs::read(site.path().join("feeds/rss.xml")).expect("published");
    // Without articles the first turn is refused, and the feeds stay.
    site.remove("seeds/one.md");
    let (mut service, address) = listening(&site);
    service.await_line("nothing was published");
    assert_eq!(Client::to(address).ask("GET", "/rss.xml", "").body, old);
    assert!(service.stop().success());
}

#[test]
fn what_does_not_fit_is_answered_and_the_rest_goes_on() {
    let site = site();
    let (service, address) = serving(&site);
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(100_000));
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: a\r\n".repeat(1_000));
    let hostile: [(&[u8], &str); 13] = [
        (b"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
        (b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", "400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "400"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 5\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, a\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n", "400"),
        (long.as_bytes(), "431"),
        (many.as_bytes(), "431"),
    ];
    for (bytes, status) in hostile {
        let mut client = Client::to(address);
        client.send(bytes);
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]);
        assert_eq!(client.answer(true).status(), status, "{shown}");
        assert!(client.is_closed(), "{shown}");
    }
    for path in ["/../config.toml", "/%2e%2e/config.toml", "/..%2fconfig.toml", "/%c0%ae", "/%00"] {
        assert_eq!(Client::to(address).ask("GET", path, "").status(), "404", "{path}");
    }
    assert_eq!(Client::to(address).ask("GET", "/rss.xml", "").status(), "200");
    assert!(service.stop().success());
}

/// A request with two lengths is how one is smuggled past a proxy: the connection is of no more use.
#[test]
fn what_follows_a_request_of_two_lengths_is_not_taken_for_another() {
    let site = site();
    let (service, address) = serving(&site);
    let mut client = Client::to(address);
    client.send(
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n\
          0\r\n\r\nGET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n",
    );
    let mut all = Vec::new();
    let _ = client.0.read_to_end(&mut all);
    let all = String::from_utf8_lossy(&all);
    assert!(!all.contains("rss version"), "{all}");
    assert!(service.stop().success());
}

#[test]
fn http_2_is_spoken_with_whoever_begins_with_it() {
    let site = site();
    let (service, address) = serving(&site);
    let mut client = Client::to(address);
    // The preface, and a frame of no settings (RFC 9113 §3.4).
    client.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    let mut frame = [0; 9];
    client.0.read_exact(&mut frame).expect("a frame comes");
    assert_eq!((frame[3], &frame[5..]), (4, &[0; 4][..]), "it is the settings of the other side");
    assert!(service.stop().success());
}

#[test]
fn an_address_that_is_anothers_is_waited_for() {
    let site = site();
    let other = TcpListener::bind("127.0.0.1:0").expect("an address is free");
    let wanted = other.local_addr().expect("it has one");
    let mut service = Service::begin(&site, |command| {
        command.args(["--listen", &wanted.to_string()]);
    });
    service.await_line("not served there yet");
    service.await_line("documents written");
    drop(other);
    assert_eq!(service.address_told(), wanted);
    assert_eq!(Client::to(wanted).ask("GET", "/rss.xml", "").status(), "200");
    assert!(service.stop().success());
}

#[test]
fn an_output_is_served_that_another_keeps() {
    let site = site();
    site.build(NOW);
    let mut service =
        Service::begin_with(&site, &["serve", "--listen", "127.0.0.1:0"], |command| {
            command.env("FEEDMILL_WATCH_POLL", "10 ms");
        });
    let address = service.address_told();
    let mut client = Client::to(address);
    let first = client.ask("GET", "/rss.xml", "");
    site.write("seeds/two.md", &article("Two"));
    site.build(NOW);
    let known = format!("If-None-Match: {}\r\n", first.field("etag"));
    while client.ask("GET", "/rss.xml", &known).status() == "304" {}
    let second = client.ask("GET", "/rss.xml", "");
    assert!(String::from_utf8_lossy(&second.body).contains("The text of Two."));
    service.signal(rustix::process::Signal::TERM);
    assert!(service.child.wait().expect("it ends").success());
}

/// Follows what happens, from where it was; gives the first lines until one that begins with a word. Who
/// wants to know is told when it begins.
fn follow(
    address: SocketAddr,
    known: Option<&str>,
    began: impl FnOnce(&Answer),
    last: &str,
) -> Vec<String> {
    let mut client = Client::to(address);
    let known = known.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
    client.send(format!("GET /events HTTP/1.1\r\nHost: a.example\r\n{known}\r\n").as_bytes());
    began(&client.answer(false));
    let lines = std::io::BufReader::new(client.0).lines().map(|line| line.expect("it goes on"));
    let mut told = Vec::new();
    for line in lines {
        let is_last = line.starts_with(last);
        told.push(line);
        if is_last {
            break;
        }
    }
    told
}

fn value<'a>(lines: &'a [String], name: &str) -> &'a str {
    let value = lines.iter().rev().find_map(|line| line.strip_prefix(name));
    value.unwrap_or_else(|| panic!("no {name} in {lines:#?}"))
}

#[test]
fn whoever_looks_on_is_told_what_happens() {
    let site = site();
    let (mut service, address) = serving(&site);
    let (sender, began) = std::sync::mpsc::channel();
    let tell = move |head: &Answer| {
        sender.send(head.status().to_owned()).expect("somebody waits");
    };
    let listening = std::thread::spawn(move || follow(address, None, tell, "data: "));
    assert_eq!(began.recv().expect("it begins"), "200");
    site.write("seeds/two.md", &article("Two"));
    let first = listening.join().expect("it was told");
    assert_eq!(value(&first, "event: "), "new");
    let data: serde_json::Value = serde_json::from_str(value(&first, "data: ")).expect("JSON");
    assert_eq!((&data["title"], &data["feeds"][0]), (&"Two".into(), &"".into()));

    // Whoever was away is told what it missed, also when the service began anew meanwhile.
    let known = value(&first, "id: ").to_owned();
    site.write("seeds/two.md", &article("Two").replace("text", "other text"));
    service.await_line("~1");
    site.remove("seeds/two.md");
    service.await_line("-1");
    assert!(service.stop().success());
    let (service, address) = listening_again(&site);
    let missed = follow(address, Some(&known), |_| {}, "event: removed");
    let events: Vec<&str> = missed.iter().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(events, ["changed", "removed"]);
    let anew = follow(address, Some("1-1"), |_| {}, "event: ");
    assert_eq!(value(&anew, "event: "), "reset");
    assert!(service.stop().success());
}

/// Starts a service once more, that finds nothing to do.
fn listening_again(site: &Site) -> (Service, SocketAddr) {
    let (mut service, address) = listening(site);
    service.await_or_find("0 documents written");
    (service, address)
}
