//! What whoever runs the server is told: at the listener of their own, by `feedmill status`, and in the
//! access log.

use std::fs;
use std::net::SocketAddr;

use rustix::process::Signal;

use super::serving::Client;
use super::{Service, article, site, status};
use crate::memory::Site;
use crate::mill::command;

/// The clock of the builds: 2025-01-01T00:00:00Z.
const NOW: i64 = 1_735_689_600;

/// A service with both listeners.
struct Watched {
    service: Service,
    world: SocketAddr,
    admin: SocketAddr,
}

impl Watched {
    fn begin(site: &Site, arguments: &[&str]) -> Self {
        let arguments = [arguments, &["--listen", "127.0.0.1:0"]].concat();
        let mut service = Service::begin_with(site, &arguments, |command| {
            command.env("FEEDMILL_SERVE_ADMIN", "127.0.0.1:0");
            command.env("FEEDMILL_SERVE_ACCESS_LOG", "access.log");
            command.env("FEEDMILL_WATCH_POLL", "10 ms");
        });
        let world = address(&mut service, "served at http://");
        let admin = address(&mut service, "metrics and status are at http://");
        Self { service, world, admin }
    }

    fn metrics(&self) -> String {
        let answer = Client::to(self.admin).ask("GET", "/metrics", "");
        String::from_utf8(answer.body).expect("it is text")
    }
}

/// Waits until it is told where something listens; that may have been told already.
fn address(service: &mut Service, words: &str) -> SocketAddr {
    let known = service.log.iter().find(|line| line.contains(words)).cloned();
    let line = known.unwrap_or_else(|| service.await_line(words));
    let told = line.split("http://").nth(1).unwrap_or_default().trim_end_matches('/');
    told.parse().expect("an address is told")
}

fn await_published(watched: &mut Watched) {
    if !watched.service.log.iter().any(|line| line.contains("documents written")) {
        watched.service.await_line("documents written");
    }
}

#[test]
fn the_service_is_told_of_at_an_address_of_its_own() {
    let site = site();
    let mut watched = Watched::begin(&site, &["run"]);
    await_published(&mut watched);
    let mut world = Client::to(watched.world);
    let first =
        world.ask("GET", "/feed.json", "User-Agent: Feedbin feed-id:7 - 41 subscribers\r\n");
    let known = format!("If-None-Match: {}\r\nUser-Agent: Newsboat/2\r\n", first.field("etag"));
    assert_eq!(world.ask("GET", "/feed.json", &known).status(), "304");
    for path in ["/metrics", "/status", "/healthz", "/readyz"] {
        assert_eq!(world.ask("GET", path, "").status(), "404", "{path}");
    }
    let mut admin = Client::to(watched.admin);
    assert_eq!(admin.ask("GET", "/feed.json", "").status(), "404");
    assert_eq!(admin.ask("POST", "/status", "").field("allow"), "GET, HEAD");
    assert_eq!(admin.ask("GET", "/healthz", "").body, b"ok\n");
    assert_eq!(admin.ask("HEAD", "/readyz", "").status(), "200");

    let metrics = watched.metrics();
    for line in [
        "feedmill_requests_total{feed=\"(root)\",code=\"200\"} 1",
        "feedmill_requests_total{feed=\"(root)\",code=\"304\"} 1",
        "feedmill_requests_total{feed=\"\",code=\"404\"} 4",
        "feedmill_feed_subscribers{feed=\"(root)\"} 41",
        "feedmill_polls_total{reader=\"Newsboat\"} 1",
        "feedmill_turns_total{outcome=\"failed\"} 0",
        "feedmill_articles 1",
    ] {
        assert!(metrics.lines().any(|own| own == line), "{line}:\n{metrics}");
    }
    let accept = "Accept: application/openmetrics-text\r\n";
    let open = admin.ask("GET", "/metrics", accept);
    assert!(open.field("content-type").starts_with("application/openmetrics-text"));
    assert!(open.body.ends_with(b"# EOF\n"));

    let asked: serde_json::Value =
        serde_json::from_slice(&admin.ask("GET", "/status", "").body).expect("it is JSON");
    let serving = &asked["status"]["serving"];
    let told = status(&site);
    assert_eq!((&asked["running"], serving), (&told["running"], &told["status"]["serving"]));
    // The day may have ended just now.
    let others = ["pollers_today", "pollers_yesterday"].map(|day| &serving["feeds"][0][day]);
    assert_eq!(others.iter().filter_map(|others| others.as_u64()).sum::<u64>(), 1, "{asked}");
    assert_eq!((&serving["requests"], &serving["not_modified_percent"]), (&6.into(), &50.into()));
    assert_eq!(serving["addresses"][0], format!("http://{}/", watched.world));
    let told = command(site.path(), &["status"]).env("FEEDMILL_STATE_FILE", "state.db").output();
    let told = String::from_utf8(told.expect("it can be started").stdout).expect("it is text");
    assert!(told.contains("(root): 41 by aggregators, "), "{told}");
    assert!(told.contains("Newsboat: 0 by aggregators"), "{told}");
    assert!(watched.service.stop().success());
}

#[test]
fn what_can_not_be_read_is_counted_and_written_down() {
    let site = site();
    let mut watched = Watched::begin(&site, &["run"]);
    await_published(&mut watched);
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(100_000));
    for (sent, status) in [("\u{16}\u{3}\u{1}", "400"), (&long, "431")] {
        let mut client = Client::to(watched.world);
        client.send(sent.as_bytes());
        assert_eq!(client.answer(true).status(), status);
        // What is told of a connection is told once it has ended.
        assert!(client.is_closed());
    }
    for line in ["code=\"400\"} 1", "code=\"431\"} 1"] {
        let line = format!("feedmill_requests_total{{feed=\"\",{line}");
        let is_told = || watched.metrics().lines().any(|own| own == line);
        assert!((0..100).any(|_| is_told()), "{line}");
    }
    assert!(watched.service.stop().success());
    let log = fs::read_to_string(site.path().join("access.log")).expect("it is written");
    for status in ["400", "431"] {
        assert!(log.contains(&format!("] \"-\" {status} - \"-\" \"-\"\n")), "{log}");
    }
}

#[test]
fn a_service_with_a_trouble_is_not_ready() {
    let site = site();
    let mut watched = Watched::begin(&site, &["run"]);
    await_published(&mut watched);
    assert_eq!(Client::to(watched.admin).ask("GET", "/readyz", "").status(), "200");
    site.remove("seeds/one.md");
    watched.service.await_line("nothing was published");
    let answer = Client::to(watched.admin).ask("GET", "/readyz", "");
    let told = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status(), "503", "{told}");
    assert!(told.contains("nothing was published"), "{told}");
    assert_eq!(Client::to(watched.admin).ask("GET", "/healthz", "").status(), "200");
    // The feeds that there are stay.
    assert_eq!(Client::to(watched.world).ask("GET", "/rss.xml", "").status(), "200");
    site.write("seeds/one.md", &article("One"));
    watched.service.await_line("all is well again");
    assert_eq!(Client::to(watched.admin).ask("GET", "/readyz", "").status(), "200");
    assert!(watched.service.stop().success());
}

#[test]
fn the_access_log_is_opened_anew_on_sighup() {
    let site = site();
    let mut watched = Watched::begin(&site, &["run"]);
    await_published(&mut watched);
    let (log, moved) = (site.path().join("access.log"), site.path().join("access.log.1"));
    let ask = |agent: &str| {
        let fields = format!("User-Agent: {agent}\r\nReferer: https://a.example/\r\n");
        Client::to(watched.world).ask("GET", "/rss.xml?a", &fields);
    };
    let await_words = |path: &std::path::Path, words: &str| loop {
        let text = fs::read_to_string(path).unwrap_or_default();
        if text.contains(words) {
            break text;
        }
        std::thread::yield_now();
    };
    ask("One \"1\"");
    let text = await_words(&log, "One");
    assert!(text.starts_with("127.0.0.1 - - ["), "{text}");
    let rest = text.split_once("] ").expect("a date ends").1;
    assert!(rest.starts_with("\"GET /rss.xml?a HTTP/1.1\" 200 "), "{text}");
    assert!(rest.ends_with(" \"https://a.example/\" \"One \\\"1\\\"\"\n"), "{text}");
    fs::rename(&log, &moved).expect("moved");
    watched.service.signal(Signal::HUP);
    watched.service.await_line("the configuration is read");
    ask("Two");
    assert!(!await_words(&log, "Two").contains("One"));
    ask("Three");
    watched.service.signal(Signal::TERM);
    watched.service.await_line("stopped");
    let told = (fs::read_to_string(&log), fs::read_to_string(&moved));
    assert!(told.0.expect("it is there").contains("Three"), "what waits is written at the end");
    assert!(!told.1.expect("it is there").contains("Two"));
}

#[test]
fn a_server_of_what_another_makes_is_told_of_too() {
    let site = site();
    site.build(NOW);
    let mut watched = Watched::begin(&site, &["serve"]);
    Client::to(watched.world).ask("GET", "/rss.xml", "");
    let metrics = watched.metrics();
    assert!(
        metrics.contains("feedmill_requests_total{feed=\"(root)\",code=\"200\"} 1\n"),
        "{metrics}"
    );
    assert!(!metrics.contains("feedmill_turns"), "{metrics}");
    assert_eq!(Client::to(watched.admin).ask("GET", "/readyz", "").status(), "200");
    let feeds = site.path().join("feeds");
    fs::rename(&feeds, site.path().join("elsewhere")).expect("moved");
    watched.service.await_line("feeds");
    let answer = Client::to(watched.admin).ask("GET", "/readyz", "");
    assert_eq!(answer.status(), "503", "{}", String::from_utf8_lossy(&answer.body));
    let world = Client::to(watched.world).ask("GET", "/rss.xml", "");
    assert_eq!(world.status(), "200", "what was there last is served");
    fs::rename(site.path().join("elsewhere"), &feeds).expect("moved");
    watched.service.await_line("all is well again");
    assert_eq!(Client::to(watched.admin).ask("GET", "/readyz", "").status(), "200");
    watched.service.signal(Signal::TERM);
    assert!(watched.service.child.wait().expect("it ends").success());
}

#[test]
fn addresses_and_log_may_be_named_while_the_service_runs() {
    let site = site();
    let mut service = Service::begin(&site, |command| {
        command.args(["--listen", "127.0.0.1:0"]);
    });
    let mut world = Client::to(address(&mut service, "served at http://"));
    service.await_line("documents written");
    assert_eq!(world.ask("GET", "/rss.xml", "").status(), "200");
    let serve = "[serve]\nadmin = [\"127.0.0.1:0\"]\naccess_log = \"access.log\"\n";
    site.write("config.toml", &format!("[site]\nurl = \"https://a.example/\"\n{serve}"));
    let admin = address(&mut service, "metrics and status are at http://");
    assert_eq!(Client::to(admin).ask("GET", "/healthz", "").status(), "200");
    // Whoever is served notices nothing of it.
    assert_eq!(world.ask("GET", "/atom.xml", "").status(), "200");
    assert!(service.stop().success());
    let log = fs::read_to_string(site.path().join("access.log")).expect("it is there");
    assert!(log.contains("/atom.xml") && !log.contains("/rss.xml"), "{log}");
}
