//! The service: what it does when things happen, and what it tells.

mod admin;
mod configuration;
mod doors;
mod failures;
mod following;
mod rules;
mod schedule;
mod serving;
mod telling;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::memory::Site;
use crate::mill::command;

/// How long something may take that ought to take a moment: only a fault takes so long.
const PATIENCE: Duration = Duration::from_mins(1);

/// A service that runs in the folder of a site; it is ended with the test.
struct Service {
    child: Child,
    lines: Receiver<String>,
    /// What was logged so far.
    log: Vec<String>,
}

impl Service {
    /// Starts the service, and waits until the first edition is published.
    fn start(site: &Site) -> Self {
        let mut service = Self::begin(site, |_| {});
        service.await_line("documents written");
        service
    }

    /// Starts the service.
    fn begin(site: &Site, prepare: impl FnOnce(&mut std::process::Command)) -> Self {
        Self::begin_with(site, &["run"], prepare)
    }

    /// Starts what goes on until it is ended.
    fn begin_with(
        site: &Site,
        arguments: &[&str],
        prepare: impl FnOnce(&mut std::process::Command),
    ) -> Self {
        let mut command = command(site.path(), arguments);
        command.env("FEEDMILL_STATE_FILE", "state.db").env_remove("SOURCE_DATE_EPOCH");
        command.env_remove("JOURNAL_STREAM").env_remove("NOTIFY_SOCKET");
        prepare(&mut command);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the service starts");
        let told = BufReader::new(child.stderr.take().expect("it is piped"));
        let (sender, lines) = channel();
        thread::spawn(move || told.lines().map_while(Result::ok).try_for_each(|l| sender.send(l)));
        Self { child, lines, log: Vec::new() }
    }

    /// Waits for a line that holds some words, and gives it.
    fn await_line(&mut self, words: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("nothing told of \"{words}\":\n{}", self.log.join("\n"));
            };
            self.log.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Waits for a line that holds some words, unless it was told already.
    fn await_or_find(&mut self, words: &str) {
        if !self.log.iter().any(|line| line.contains(words)) {
            self.await_line(words);
        }
    }

    /// Gives the address that it told to be served at.
    fn address_told(&mut self) -> SocketAddr {
        self.await_or_find("served at http");
        let line = self.log.iter().find(|line| line.contains("served at http"));
        let told = line.and_then(|line| line.split("://").nth(1)).unwrap_or_default();
        told.trim_end_matches('/').parse().expect("an address is told")
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("it is ours");
    }

    /// Ends the service in order.
    fn stop(mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.await_line("stopped");
        self.child.wait().expect("it ended")
    }

    /// Ends the service at once.
    fn kill(mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it ended");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has ended already in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn site() -> Site {
    let site = Site::new("[site]\nurl = \"https://a.example/\"\n[watch]\nsettle = \"50 ms\"\n");
    site.write("seeds/one.md", &article("One"));
    site
}

fn article(title: &str) -> String {
    format!("---\ntitle: {title}\ndate: 2024-05-01\n---\nThe text of {title}.\n")
}

/// Tells whether the feed tells of something now.
fn feed_tells(site: &Site, words: &str) -> bool {
    feed(site.path()).contains(words)
}

fn feed(folder: &Path) -> String {
    fs::read_to_string(folder.join("feeds/atom.xml")).expect("it is there")
}

/// Gives the id of an entry that is published.
fn id_of(site: &Site, title: &str) -> String {
    let feed = fs::read(site.path().join("feeds/feed.json")).expect("it is there");
    let feed: serde_json::Value = serde_json::from_slice(&feed).expect("it is JSON");
    let items = feed["items"].as_array().expect("there are items");
    let item = items.iter().find(|item| item["title"] == title).expect("it is in the feed");
    item["id"].as_str().expect("it has an id").to_owned()
}

/// Gives what `feedmill status --json` tells.
fn status(site: &Site) -> serde_json::Value {
    let output = command(site.path(), &["status", "--json"])
        .env("FEEDMILL_STATE_FILE", "state.db")
        .output()
        .expect("the program can be started");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    })
}
