//! What can't be brought about from outside.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
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
    fn new(feeds: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let seeds = folder.path().join("seeds");
        fs::create_dir(&seeds).expect("made");
        Self::of(folder, &seeds, feeds)
    }

    /// Makes the same of the articles of another one.
    fn beside(other: &Self, feeds: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self::of(folder, &other.path(""), feeds)
    }

    fn of(folder: TempDir, seeds: &Path, feeds: &str) -> Self {
        let output = folder.path().join("feeds");
        let text = format!(
            "input.folders = [{seeds:?}]\noutput.folder = {output:?}\noutput.gate = 1000\n{feeds}"
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

    /// Looks at one file, or at everything, after turns that have waited for so long.
    fn turn(&mut self, name: Option<&str>, waited: Duration) -> Result<Edition, TurnError> {
        let mut scope = Scope::default();
        match name {
            Some(name) => scope.add_file(Place::new(0, name)),
            None => scope.add_everything(Why::Begun),
        }
        self.look(&scope, waited)
    }

    fn look(&mut self, scope: &Scope, waited: Duration) -> Result<Edition, TurnError> {
        let settle = Duration::ZERO;
        let following = Following { most_new: usize::MAX, settle, waited: Some(waited) };
        let permits = Permits { following: Some(following), force: true, dry_run: false };
        let now = Timestamp::from_unix(1_735_689_600).expect("a time");
        turn(&self.settings, &mut self.catalog, scope, now, permits, &Silent)
    }

    /// Gives all documents that were published, by their paths.
    fn documents(&self) -> BTreeMap<String, Vec<u8>> {
        let documents = self.catalog.documents().expect("read").into_keys();
        let output = self.folder.path().join("feeds");
        let read = |path: String| {
            let bytes = fs::read(output.join(&path)).expect("it is there");
            (path, bytes)
        };
        documents.map(read).collect()
    }

    fn feed(&self) -> String {
        fs::read_to_string(self.folder.path().join("feeds/rss.xml")).expect("a feed was written")
    }
}

/// An article that was never needed whole is written for ever, and would come into the feed: it is
/// waited for, but not for ever, and never shown half.
#[test]
fn whoever_writes_for_ever_stops_no_feed() {
    let mut site = Site::new("[[feed]]\nlimit = 1\n");
    for (name, day, text) in [("a.md", 1, "First"), ("b.md", 2, "Second"), ("c.md", 3, "Third")] {
        site.write(name, day, text);
    }
    site.turn(None, Duration::ZERO).expect("published");
    assert!(site.feed().contains("Third"));
    site.write("b.md", 2, "Half");
    fs::remove_file(site.path("c.md")).expect("removed");
    let restless = vec![(0, PathBuf::from("b.md"))];
    for waited in [Duration::ZERO, Duration::from_millis(4_999)] {
        let error = site.turn(Some("c.md"), waited).expect_err("it is waited for");
        assert!(matches!(error, TurnError::Restless(files) if files == restless));
        assert!(site.feed().contains("Third"));
    }
    let edition = site.turn(Some("c.md"), LONGEST_WAIT).expect("published");
    assert_eq!(edition.restless, restless);
    assert!(!site.feed().contains("Half") && !site.feed().contains("Third"));
    let edition = site.turn(Some("b.md"), Duration::ZERO).expect("published");
    assert_eq!(edition.restless, []);
    assert!(site.feed().contains("Half"));
}

/// More files than are held change places, all at once.
#[test]
fn articles_keep_their_ids_however_many_change_places() {
    let mut site = Site::new("[[feed]]\nlimit = 0\nformats = ['json']\n");
    let write = |site: &Site, file: usize, article: usize| {
        let text = format!("---\ntitle: {article}\ndate: 2024-05-01\n---\nText.\n");
        fs::write(site.path(&format!("{file:02}.md")), text).expect("written");
    };
    let ids = |site: &Site| -> BTreeMap<String, String> {
        let bytes = &site.documents()["feed.json"];
        let feed: serde_json::Value = serde_json::from_slice(bytes).expect("it is JSON");
        let told = |item: &serde_json::Value| (item["title"].to_string(), item["id"].to_string());
        feed["items"].as_array().expect("items").iter().map(told).collect()
    };
    for file in 0..20 {
        write(&site, file, file);
    }
    site.turn(None, Duration::ZERO).expect("published");
    let first = ids(&site);
    for file in 0..20 {
        write(&site, file, (file + 7) % 20);
    }
    site.turn(None, Duration::ZERO).expect("published");
    assert_eq!((ids(&site), first.len()), (first.clone(), 20));
}

/// By other settings, nothing that was found by the former ones is known.
#[test]
fn other_settings_make_a_turn_look_at_everything() {
    let mut site = Site::new("");
    site.write("a.md", 1, "First");
    site.write("b.md", 2, "Second");
    site.turn(None, Duration::ZERO).expect("published");
    assert_eq!(site.turn(Some("a.md"), Duration::ZERO).expect("published").files, 1);
    site.settings.print.push_str(", but not the same");
    assert_eq!(site.turn(Some("a.md"), Duration::ZERO).expect("published").files, 2);
    assert!(site.feed().contains("Second"));
}

/// An article goes with its folder, and comes back in another one, which gets the number of the former.
#[test]
fn what_comes_back_elsewhere_is_not_what_it_was() {
    let mut site = Site::new("[[feed]]\nlimit = 1\n");
    for folder in ["one", "other"] {
        fs::create_dir(site.path(folder)).expect("made");
        let place = format!("{folder}/a.md");
        site.write(&place, 1, "[more](more.html)");
        let text = fs::read_to_string(site.path(&place)).expect("read").replace(&place, "a");
        fs::write(site.path(&place), text).expect("written");
        site.turn(None, LONGEST_WAIT).expect("published");
        assert!(site.feed().contains(&format!("/{folder}/more.html")), "{}", site.feed());
        fs::remove_file(site.path(&place)).expect("removed");
        site.turn(None, LONGEST_WAIT).expect("published");
    }
}

/// Feeds that show the same articles in several ways, and not all of them.
const FEEDS: &str = "[[feed]]\nlimit = 6\ncontent = \"full\"\nformats = [\"atom\"]\n\
     [[feed]]\nname = \"in/{folder}\"\ncontent = \"summary\"\nformats = [\"json\"]\n\
     [[feed]]\nname = \"some\"\nlimit = 3\nformats = [\"rss\"]\n[feed.except]\nwords = [\"odd\"]\n";

/// What happens to an article: its file goes, comes to another folder, is written anew, or all are looked
/// at.
#[derive(Clone, Debug)]
enum Edit {
    Write { id: u8, folder: u8, text: u8, stress: &'static str },
    Move { id: u8, folder: u8 },
    Remove { id: u8 },
    LookAround,
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let (id, folder) = (0..7_u8, 0..3_u8);
    let edit = prop_oneof![
        4 => (id.clone(), folder.clone(), 0..4_u8, prop_oneof![Just(""), Just("*")])
            .prop_map(|(id, folder, text, stress)| Edit::Write { id, folder, text, stress }),
        3 => (id.clone(), folder).prop_map(|(id, folder)| Edit::Move { id, folder }),
        1 => id.prop_map(|id| Edit::Remove { id }),
        2 => Just(Edit::LookAround),
    ];
    prop::collection::vec(edit, 1..32)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two services follow the same articles, one of which remembers nothing between its turns.
    #[test]
    fn what_is_remembered_is_what_would_be_made_anew(edits in edits()) {
        let mut site = Site::new(FEEDS);
        let mut forgetful = Site::beside(&site, FEEDS);
        for folder in ["0", "1", "2"] {
            fs::create_dir(site.path(folder)).expect("made");
        }
        for edit in edits {
            let find = |id: u8| {
                let places = (0..3).map(|folder| format!("{folder}/{id}.md"));
                places.into_iter().find(|place| site.path(place).exists())
            };
            let mut scope = Scope::default();
            let mut told = |place: &str| scope.add_file(Place::new(0, place));
            match edit {
                Edit::Write { id, folder, text, stress } => {
                    let place = find(id).unwrap_or_else(|| format!("{folder}/{id}.md"));
                    let kind = if text % 2 == 0 { "even" } else { "odd" };
                    // Links lead elsewhere from another folder, and stress does not matter.
                    let text = format!(
                        "---\ntitle: Number {id}\n---\nIt is {stress}{text}{stress}, [{kind}](more.html).\n"
                    );
                    fs::write(site.path(&place), text).expect("written");
                    told(&place);
                }
                Edit::Move { id, folder } => {
                    let Some(from) = find(id) else { continue };
                    let to = format!("{folder}/{id}.md");
                    fs::rename(site.path(&from), site.path(&to)).expect("moved");
                    told(&from);
                    told(&to);
                }
                Edit::Remove { id } => {
                    let Some(place) = find(id) else { continue };
                    fs::remove_file(site.path(&place)).expect("removed");
                    told(&place);
                }
                Edit::LookAround => scope.add_everything(Why::Begun),
            }
            forgetful.catalog.let_go();
            site.look(&scope, LONGEST_WAIT).expect("published");
            forgetful.look(&scope, LONGEST_WAIT).expect("published");
            prop_assert_eq!(site.documents(), forgetful.documents());
        }
    }
}
