//! What can't be brought about from outside.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::config::{ConfigFile, Sources, load};

/// A feed of one entry, of a folder with articles that tell their dates.
struct Site {
    folder: TempDir,
    settings: Settings,
    catalog: Catalog,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let at = |name: &str| folder.path().join(name);
        let (seeds, feeds) = (at("seeds"), at("feeds"));
        fs::create_dir(&seeds).expect("made");
        let text = format!(
            "input.folders = [{seeds:?}]\noutput.folder = {feeds:?}\noutput.gate = 1000\n\
             [[feed]]\nlimit = 1\n"
        );
        let file = ConfigFile { name: "config.toml".into(), text };
        let sources = Sources { file: Some(file), ..Sources::default() };
        let settings = load(&sources).expect("valid").settings;
        Self { folder, settings, catalog: Catalog::in_memory().expect("made") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("seeds").join(name)
    }

    fn write(&self, name: &str, day: u8, text: &str) {
        let text = format!("---\ntitle: {text}\nid: {name}\ndate: 2024-05-{day:02}\n---\n{text}\n");
        fs::write(self.path(name), text).expect("written");
    }

    /// Looks at one file, or at everything, after so many turns in a row that have waited.
    fn turn(&mut self, name: Option<&str>, waited: u32) -> Result<Edition, TurnError> {
        let mut scope = Scope::default();
        match name {
            Some(name) => scope.add_file(Place::new(0, name)),
            None => scope.add_everything(Why::Begun),
        }
        let following = Following { most_new: usize::MAX, settle: Duration::ZERO, waited };
        let permits = Permits { following: Some(following), ..Permits::default() };
        let now = Timestamp::from_unix(1_735_689_600).expect("a time");
        turn(&self.settings, &mut self.catalog, &scope, now, permits, &Silent)
    }

    fn feed(&self) -> String {
        fs::read_to_string(self.folder.path().join("feeds/rss.xml")).expect("a feed was written")
    }
}

/// An article that was never needed whole is written for ever, and would come into the feed: it is
/// waited for, but not for ever, and never shown half.
#[test]
fn whoever_writes_for_ever_stops_no_feed() {
    let mut site = Site::new();
    for (name, day, text) in [("a.md", 1, "First"), ("b.md", 2, "Second"), ("c.md", 3, "Third")] {
        site.write(name, day, text);
    }
    site.turn(None, 1).expect("published");
    assert!(site.feed().contains("Third"));
    site.write("b.md", 2, "Half");
    fs::remove_file(site.path("c.md")).expect("removed");
    let restless = vec![(0, PathBuf::from("b.md"))];
    for waited in 1..stock::MOST_WAITS {
        let error = site.turn(Some("c.md"), waited).expect_err("it is waited for");
        assert!(matches!(error, TurnError::Restless(files) if files == restless));
        assert!(site.feed().contains("Third"));
    }
    let edition = site.turn(Some("c.md"), stock::MOST_WAITS).expect("published");
    assert_eq!(edition.restless, restless);
    assert!(!site.feed().contains("Half") && !site.feed().contains("Third"));
    let edition = site.turn(Some("b.md"), 0).expect("published");
    assert_eq!(edition.restless, []);
    assert!(site.feed().contains("Half"));
}
