//! What the service tells: systemd, and whoever asks.

use std::os::unix::net::UnixDatagram;

use rustix::process::Signal;

use crate::running::{PATIENCE, Service, article, site, status};

#[test]
fn systemd_is_told_when_the_feeds_are_there_and_how_things_are() {
    let site = site();
    let path = site.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("bound");
    socket.set_read_timeout(Some(PATIENCE)).expect("set");
    let heard = |words: &str| loop {
        let mut buffer = [0; 4096];
        let length = socket.recv(&mut buffer).expect("something is told");
        let told = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if told.contains(words) {
            return told;
        }
    };
    let service = Service::begin(&site, |command| {
        command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "2000000");
    });
    let ready = heard("READY=1");
    assert!(site.path().join("feeds/atom.xml").exists(), "not before the first edition");
    assert!(ready.contains("STATUS=1 article, 1 feed"), "{ready}");
    heard("WATCHDOG=1");
    site.write("seeds/two.md", &article("Two"));
    heard("STATUS=2 articles");
    service.signal(Signal::HUP);
    let reloading = heard("RELOADING=1");
    assert!(reloading.contains("MONOTONIC_USEC="), "{reloading}");
    heard("READY=1");
    assert!(service.stop().success());
    heard("STOPPING=1");
}

#[test]
fn the_journal_gets_priorities_and_machines_get_json() {
    let site = site();
    let mut journal = Service::begin(&site, |command| {
        command.env("JOURNAL_STREAM", "1:2");
    });
    let line = journal.await_line("documents written");
    assert!(line.starts_with("<6>read 1 of 1 files, (root) +1"), "{line}");
    journal.signal(Signal::TERM);
    journal.await_line("stopped");
    drop(journal);
    let mut json = Service::begin(&site, |command| {
        command.arg("--json");
    });
    let line = json.await_line("documents written");
    let told: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
    assert_eq!(told["level"], "INFO");
}

#[test]
fn the_status_tells_what_is_watched_and_published() {
    let site = site();
    let mut service = Service::start(&site);
    site.write("seeds/bad.md", "---\ntitle: Bad\ndate: 2024-05-03\nupdated: never\n---\nText.\n");
    service.await_line("(root) +1");
    let told = status(&site);
    assert_eq!(told["running"], true);
    let own = &told["status"];
    assert_eq!(own["watched"][0]["how"], "watched", "{told}");
    assert_eq!(own["articles"], 2, "{told}");
    assert_eq!(own["feeds"][0]["newest"], "2024-05-03T00:00:00Z", "{told}");
    let turns = own["turns"].as_array().expect("there were turns");
    let is_told = |turn: &serde_json::Value| turn["what"].to_string().contains("(root) +1");
    assert!(turns.len() >= 2 && turns.iter().all(|turn| turn["took_ms"].is_u64()), "{told}");
    assert!(turns.iter().any(is_told), "{told}");
    assert!(own["lag_ms"].as_u64().is_some(), "{told}");
    assert!(service.stop().success());
    let told = status(&site);
    assert_eq!(told["running"], false);
    assert_eq!(told["status"]["articles"], 2, "{told}");
    assert_eq!(told["status"]["feeds"][0]["entries"], 2, "{told}");
}

#[test]
fn what_is_wrong_with_an_article_is_told_at_once_and_until_it_is_mended() {
    let site = site();
    let mut service = Service::start(&site);
    let reports = || {
        let told = status(&site)["status"].clone();
        let lines = told["reports"].as_array().expect("a list").clone();
        assert_eq!(told["reports_in_all"], lines.len());
        lines.iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    site.write("seeds/bare.md", "---\ntitle: Bare\n---\nText.\n");
    service.await_line("seeds/bare.md: the article has no date");
    site.write("seeds/copy.md", "---\ntitle: Bare\n---\nText.\n");
    service.await_line("seeds/copy.md: it is a copy of seeds/bare.md");
    assert_eq!(reports().len(), 2, "{:?}", reports());

    site.write("seeds/bare.md", &article("Bare"));
    service.await_line("seeds/copy.md: the article has no date");
    assert_eq!(reports().len(), 1, "{:?}", reports());
    site.remove("seeds/copy.md");
    service.await_line("(root) -1");
    assert_eq!(reports(), [""; 0]);
    assert!(service.stop().success());
}
