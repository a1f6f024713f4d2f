//! What changes by itself changes at its time, and clocks may jump: the time is the test's.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use feedmill::config::{self, ConfigFile, Sources};
use feedmill::daemon::{self, Setup};
use feedmill::model::date::Timestamp;
use feedmill::ops::alarm::Clock;
use feedmill::ops::signals::Signal;
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;

use crate::memory::Site;
use crate::running::{PATIENCE, feed_tells};

/// 2025-01-01T00:00:00Z.
const START: i64 = 1_735_689_600;

/// A clock that a test sets.
#[derive(Debug)]
struct TestClock(watch::Sender<i64>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(*self.0.borrow()).expect("in range")
    }

    fn reach<'a>(
        &'a self,
        at: Option<Timestamp>,
    ) -> Pin<Box<dyn Future<Output = io::Result<()>> + Send + 'a>> {
        Box::pin(async move {
            let Some(at) = at else { return std::future::pending().await };
            let mut times = self.0.subscribe();
            // As the clock of the system does: it wakes at the time, and when it was set back.
            let set = *times.borrow();
            let reached = times.wait_for(|now| *now >= at.unix() || *now < set).await;
            reached.map(|_| ()).map_err(io::Error::other)
        })
    }
}

/// Runs the service on a site while a test sets its clock.
fn with_service<T, F: Future<Output = T>>(
    site: &Site,
    config: &str,
    test: impl FnOnce(Arc<TestClock>) -> F,
) -> T {
    let root = site.path().display();
    let places = format!(
        "[input]\nfolders = [\"{root}/seeds\"]\n[output]\nfolder = \"{root}/feeds\"\n\
         tombstones = \"1 day\"\n[state]\nfile = \"{root}/state.db\"\n\
         [site]\nurl = \"https://a.example/\"\n{config}"
    );
    let file = ConfigFile { name: "config.toml".to_owned(), text: places };
    let sources = Sources { file: Some(file), environment: Vec::new(), flags: Vec::new() };
    let settings = config::load(&sources).expect("it is sound").settings;
    let clock = Arc::new(TestClock(watch::Sender::new(START)));
    let (sender, signals) = mpsc::channel(1);
    let setup = Setup {
        settings,
        load: Box::new(|| Err("nobody asks".to_owned())),
        config_file: None,
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        force: false,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("started").block_on(LocalSet::new().run_until(async {
        let service = tokio::task::spawn_local(daemon::run(setup, signals));
        let told = test(clock).await;
        sender.send(Signal::Stop).await.expect("it listens");
        service.await.expect("it did not panic").expect("it ended well");
        told
    }))
}

/// Waits until the feed tells something, or tells it no more.
async fn until(site: &Site, words: &str, wanted: bool) {
    let is_so = async {
        loop {
            let is_there = site.path().join("feeds/atom.xml").exists();
            if is_there && feed_tells(site, words) == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, is_so).await;
    waited.unwrap_or_else(|_| panic!("\"{words}\" is not {wanted}"));
}

fn dated(title: &str, date: &str, more: &str) -> String {
    format!("---\ntitle: {title}\ndate: {date}\n{more}---\nText.\n")
}

#[test]
fn entries_come_and_go_at_their_minute() {
    let site = Site::new("");
    site.write("seeds/now.md", &dated("Now", "2024-12-01", ""));
    site.write("seeds/soon.md", &dated("Soon", "2025-01-01T06:00:00Z", ""));
    site.write("seeds/brief.md", &dated("Brief", "2024-12-01", "expires: 2025-01-01T07:00:00Z\n"));
    with_service(&site, "", async |clock| {
        until(&site, "<title>Brief</title>", true).await;
        assert!(!feed_tells(&site, "<title>Soon</title>"));
        clock.0.send_replace(START + 6 * 3600);
        until(&site, "<title>Soon</title>", true).await;
        assert!(feed_tells(&site, "<title>Brief</title>"));
        clock.0.send_replace(START + 7 * 3600);
        until(&site, "<title>Brief</title>", false).await;
    });
}

#[test]
fn tombstones_end_at_their_time() {
    let site = Site::new("");
    site.write("seeds/stays.md", &dated("Stays", "2024-12-01", ""));
    site.write("seeds/goes.md", &dated("Goes", "2024-12-02", ""));
    with_service(&site, "", async |clock| {
        until(&site, "<title>Goes</title>", true).await;
        site.remove("seeds/goes.md");
        until(&site, "deleted-entry", true).await;
        clock.0.send_replace(START + 86_400);
        site.write("seeds/more.md", &dated("More", "2024-12-03", ""));
        until(&site, "<title>More</title>", true).await;
        assert!(feed_tells(&site, "deleted-entry"), "it is the last second of its day");
        clock.0.send_replace(START + 86_401);
        until(&site, "deleted-entry", false).await;
    });
}

#[test]
fn entries_grow_too_old_for_a_feed_that_has_an_age() {
    let site = Site::new("");
    site.write("seeds/old.md", &dated("Old", "2024-12-31T00:00:00Z", ""));
    site.write("seeds/new.md", &dated("New", "2024-12-31T23:00:00Z", ""));
    with_service(&site, "[[feed]]\nlimit_age = \"2 days\"\n", async |clock| {
        until(&site, "<title>Old</title>", true).await;
        clock.0.send_replace(START + 86_400 + 1);
        until(&site, "<title>Old</title>", false).await;
        assert!(feed_tells(&site, "<title>New</title>"));
    });
}

#[test]
fn a_clock_that_jumps_does_no_harm() {
    let site = Site::new("");
    site.write("seeds/now.md", &dated("Now", "2024-12-01", ""));
    site.write("seeds/soon.md", &dated("Soon", "2025-01-01T06:00:00Z", ""));
    site.write("seeds/brief.md", &dated("Brief", "2024-12-01", "expires: 2025-01-01T05:00:00Z\n"));
    with_service(&site, "", async |clock| {
        until(&site, "<title>Now</title>", true).await;
        // A year ahead, and back to before all of it.
        clock.0.send_replace(START + 365 * 86_400);
        until(&site, "<title>Soon</title>", true).await;
        clock.0.send_replace(START - 60 * 86_400);
        site.write("seeds/past.md", &dated("Past", "2024-06-01", ""));
        until(&site, "<title>Past</title>", true).await;
        for title in ["Now", "Soon"] {
            assert!(
                feed_tells(&site, &format!("<title>{title}</title>")),
                "it was public: {title}"
            );
        }
        assert!(!feed_tells(&site, "<title>Brief</title>"), "its time was over");
        clock.0.send_replace(START + 7 * 3600);
        site.write("seeds/more.md", &dated("More", "2024-06-02", ""));
        until(&site, "<title>More</title>", true).await;
        assert!(feed_tells(&site, "<title>Soon</title>"));
    });
}
