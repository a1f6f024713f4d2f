//! State files that are damaged, or of another version: what can be read of the ledger is saved, and no
//! feed is ever wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Output;

use crate::memory::Site;
use crate::mill::{repository, tree};

/// A time after all that the states hold.
const NOW: i64 = 1_735_948_800;

/// The size of a page of the state.
const PAGE: usize = 4096;

/// Files by their paths.
type Tree = BTreeMap<String, Vec<u8>>;

/// A site with a state, which is damaged again and again.
struct Damaged {
    site: Site,
    state: Vec<u8>,
    seal: Vec<u8>,
    feeds: Tree,
    ledger: BTreeSet<String>,
}

impl Damaged {
    fn new(site: Site) -> Self {
        site.succeed(NOW, &["build", "--quiet"]);
        let feeds = tree(&site.path().join("feeds"));
        let ledger = ledger(&site);
        let read = |name| fs::read(site.path().join(name)).expect("it is there");
        let (state, seal) = (read("state.db"), read("state.db.seal"));
        Self { site, state, seal, feeds, ledger }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.site.path().join(name)
    }

    /// Builds upon a damaged state, which must be noticed and put aside as it is. Gives the ledger.
    fn build(&self, damaged: &[u8], what: &str) -> BTreeSet<String> {
        self.put(damaged);
        let output = self.site.succeed(NOW, &["build"]);
        let told = told(&output);
        assert!(told.contains("state.db: warning: the state file was damaged"), "{what}: {told}");
        assert!(told.contains("it is kept as state.db.damaged-1"), "{what}: {told}");
        let kept = fs::read(self.path("state.db.damaged-1")).expect("it is kept");
        assert!(kept == damaged, "{what}: what was put aside is as it was found");
        assert!(tree(&self.path("feeds")) == self.feeds, "{what}: the feeds are as they were");
        ledger(&self.site)
    }

    /// Puts a damaged state into its place, where all else is as it was left by a build.
    fn put(&self, damaged: &[u8]) {
        for left in fs::read_dir(self.site.path()).expect("it is a folder") {
            let left = left.expect("it can be listed").path();
            if left.to_string_lossy().contains("state.db") {
                fs::remove_file(left).expect("removed");
            }
        }
        fs::write(self.path("state.db"), damaged).expect("written");
        fs::write(self.path("state.db.seal"), &self.seal).expect("written");
        fs::remove_dir_all(self.path("feeds")).expect("removed");
        for (path, bytes) in &self.feeds {
            self.site.write(&format!("feeds/{path}"), &String::from_utf8_lossy(bytes));
        }
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn ledger(site: &Site) -> BTreeSet<String> {
    let output = site.succeed(NOW, &["ledger", "export"]);
    String::from_utf8_lossy(&output.stdout).lines().map(ToOwned::to_owned).collect()
}

/// Copies the site that a former feedmill built, with its state of the first version.
pub(crate) fn former() -> Site {
    let from = repository().join("tests/states/1");
    let config = fs::read_to_string(from.join("config.toml")).expect("it is there");
    let site = Site::new(&config);
    for (path, bytes) in tree(&from) {
        let to = site.path().join(&path);
        fs::create_dir_all(to.parent().expect("it has a folder")).expect("made");
        fs::write(to, bytes).expect("written");
    }
    site
}

/// Makes a site whose articles tell all that is published of them, in a state of many pages.
fn declared() -> Site {
    let site = Site::new(
        "[site]\nurl = \"https://feeds.example/\"\n[[feed]]\nlimit = 30\n[[feed]]\nname = \"{tag}\"\n",
    );
    for number in 0..400 {
        let text = format!(
            "---\ntitle: Title {number}\nid: https://a.example/{number}\ndate: 2024-{:02}-{:02}\n\
             tags: [t{}]\n---\nText of {number}.\n",
            number % 12 + 1,
            number % 28 + 1,
            number % 3
        );
        site.write(&format!("seeds/{}/{number}.md", number % 5), &text);
    }
    site
}

/// Gives offsets into a file: many of its beginning, and some of every page.
pub(crate) fn offsets(length: usize) -> Vec<usize> {
    let beginning = (0..128).step_by(9);
    let pages = (0..length).step_by(PAGE).enumerate();
    let within = pages.map(|(number, page)| page + (number * 1237 + 3) % PAGE);
    beginning.chain(within).chain([length - 1]).collect()
}

#[test]
fn a_flipped_bit_is_noticed_and_costs_nothing() {
    let site = Damaged::new(former());
    for (number, offset) in offsets(site.state.len()).into_iter().enumerate() {
        let mut flipped = site.state.clone();
        flipped[offset] ^= 1 << (number % 8);
        let saved = site.build(&flipped, &format!("bit {} of byte {offset}", number % 8));
        assert_eq!(saved, site.ledger, "bit {} of byte {offset}", number % 8);
    }
}

#[test]
fn what_a_cut_leaves_is_saved() {
    let site = Damaged::new(declared());
    let length = site.state.len();
    let cuts = [0, 1, 15, 50, 99, 100, 512, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE];
    let later = (1..8).map(|part| length * part / 8);
    for cut in cuts.into_iter().chain(later).chain([length - PAGE, length - 1]) {
        let saved = site.build(&site.state[..cut], &format!("cut at {cut}"));
        let again = site.site.succeed(NOW, &["build"]);
        assert!(!told(&again).contains("damaged"), "it is told once");
        // All is declared, so that the articles tell again what was lost.
        let others: Vec<&String> = saved.symmetric_difference(&site.ledger).collect();
        assert_eq!(saved.len(), site.ledger.len(), "cut at {cut}: {others:#?}");
    }
}

#[test]
fn a_page_of_nonsense_costs_no_id() {
    let site = Damaged::new(former());
    let issued = |feeds: &Tree| -> Vec<(String, String)> {
        let feed: serde_json::Value = serde_json::from_slice(&feeds["feed.json"]).expect("JSON");
        let items = feed["items"].as_array().expect("there are items");
        let told =
            |item: &serde_json::Value| (item["id"].to_string(), item["date_published"].to_string());
        items.iter().map(told).collect()
    };
    for page in 0..site.state.len() / PAGE {
        let mut spoilt = site.state.clone();
        for (at, byte) in spoilt[page * PAGE..(page + 1) * PAGE].iter_mut().enumerate() {
            // Some of it looks like the head of a page of rows.
            *byte =
                if at < 100 { 0x0D } else { *byte ^ u8::try_from(at % 255 + 1).expect("a byte") };
        }
        site.put(&spoilt);
        let output = site.site.succeed(NOW, &["build", "--force"]);
        assert!(told(&output).contains("the state file was damaged"), "page {page}");
        assert_eq!(issued(&tree(&site.path("feeds"))), issued(&site.feeds), "page {page}");
    }
}

#[test]
fn a_state_of_the_first_version_goes_on() {
    let site = former();
    let before: BTreeSet<String> = fs::read_to_string(site.path().join("ledger.jsonl"))
        .expect("it is there")
        .lines()
        .map(ToOwned::to_owned)
        .collect();
    assert_eq!(ledger(&site), before);
    let items = site.build(NOW);
    assert_eq!(ledger(&site), before, "the articles are as they were");
    assert_eq!(items["Adopted"]["id"], "post-7");
    assert_eq!(items["Undated"]["date_published"], "2025-01-02T00:00:00Z");
    assert_eq!(items["Updated"]["date_modified"], "2025-01-02T12:00:00Z");
    let renamed = &items["Renamed"]["id"];
    assert_eq!(renamed, "tag:feeds.example,2026:entry/88abdb7a9341d59582b4");
    let atom = fs::read_to_string(site.path().join("feeds/atom.xml")).expect("it is there");
    assert!(
        atom.contains(
            "<at:deleted-entry ref=\"tag:feeds.example,2026:entry/769abe870198cbfc701d\""
        )
    );
    assert!(!site.path().join("state.db.damaged-1").exists());
}

#[test]
fn a_state_of_a_newer_version_is_left_alone() {
    let site = former();
    let path = site.path().join("state.db");
    let mut newer = fs::read(&path).expect("it is there");
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&path, &newer).expect("written");
    let before = tree(site.path());
    for arguments in [&["build"][..], &["ledger", "export"], &["build", "--force"]] {
        let output = site.run(NOW, arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains("version 99"), "{}", told(&output));
    }
    let mut after = tree(site.path());
    after.retain(|path, bytes| !(path == "state.db-wal" && bytes.is_empty()));
    assert_eq!(after, before);
}

#[test]
fn a_file_of_others_is_left_alone() {
    let site = Site::new("");
    let words = "My notes.\n".repeat(20);
    site.write("state.db", &words);
    let output = site.run(NOW, &["build"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("no state file of feedmill"), "{}", told(&output));
    assert_eq!(fs::read_to_string(site.path().join("state.db")).expect("it is there"), words);
}

#[test]
fn a_rescue_that_was_cut_short_is_ended() {
    let site = Damaged::new(former());
    // As if it was killed when the damaged file was put aside, and the new one not yet in its place.
    fs::rename(site.path("state.db"), site.path("state.db.rescued")).expect("renamed");
    site.site.succeed(NOW, &["build"]);
    assert_eq!(ledger(&site.site), site.ledger);
    assert_eq!(tree(&site.path("feeds")), site.feeds);
    // As if it was killed before that.
    fs::write(site.path("state.db.rescued"), "half of a state").expect("written");
    site.build(&site.state[..site.state.len() - 1], "with a state that is half rescued");
    assert!(!site.path("state.db.rescued").exists());
}

#[test]
fn a_build_that_changes_nothing_writes_nothing() {
    let site = Site::new("");
    site.write("seeds/a.md", "---\ntitle: A\ndate: 2024-05-01\n---\nText.\n");
    // A file that was written a moment ago is read once more.
    let reads_nothing = |_: &i32| {
        let told = site.succeed(NOW, &["build", "--json"]).stdout;
        let told: serde_json::Value = serde_json::from_slice(&told).expect("it is JSON");
        told["read"] == 0
    };
    assert!((0..100).any(|turn| reads_nothing(&turn)), "the files are settled in the end");
    let stamp = |name: &str| {
        let found = fs::metadata(site.path().join(name)).expect("it is there");
        (found.modified().expect("a time"), std::os::unix::fs::MetadataExt::ino(&found))
    };
    let before = (stamp("state.db"), stamp("state.db.seal"));
    site.build(NOW);
    assert_eq!((stamp("state.db"), stamp("state.db.seal")), before);
    let names: Vec<String> =
        tree(site.path()).into_keys().filter(|name| name.contains("state")).collect();
    assert_eq!(names, ["state.db", "state.db.seal"]);
}
