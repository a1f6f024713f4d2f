//! Archives (RFC 5005): what a change may touch, and what stays where it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;

use proptest::prelude::*;

use crate::memory::Site;
use crate::mill::tree;

/// The clock of the tests: 2025-01-01T00:00:00Z.
const NOW: i64 = 1_735_689_600;

const DAY: i64 = 86_400;

fn site(archive: &str) -> Site {
    Site::new(&config("Site", archive))
}

fn config(title: &str, archive: &str) -> String {
    format!(
        "[site]\ntitle = \"{title}\"\nurl = \"https://feeds.example/\"\n[output]\ngate = 1000\n\
         [[feed]]\nlimit = 3\narchive = \"{archive}\"\n"
    )
}

/// Writes an article of a date; its title is its name.
fn write(site: &Site, name: &str, date: &str, text: &str) {
    site.write(
        &format!("seeds/{name}.md"),
        &format!("---\ntitle: {name}\nid: urn:x:{name}\ndate: {date}\n---\n{text}\n"),
    );
}

/// Gives the time of change and the inode of every document.
fn stamps(site: &Site) -> BTreeMap<String, (i64, u64)> {
    let root = site.path().join("feeds");
    let stamp = |path: &String| {
        let found = fs::metadata(root.join(path)).expect("it is there");
        (found.mtime(), found.ino())
    };
    tree(&root).keys().map(|path| (path.clone(), stamp(path))).collect()
}

/// Builds, and gives the JSON documents that are new or replaced, and those that are gone.
fn touched(site: &Site, now: i64) -> (BTreeSet<String>, BTreeSet<String>) {
    let before = stamps(site);
    let output = site.succeed(now, &["build", "--json", "--quiet"]);
    let after = stamps(site);
    let new: BTreeSet<&String> = after
        .iter()
        .filter(|(path, stamp)| before.get(*path) != Some(stamp))
        .map(|(p, _)| p)
        .collect();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(told["documents"]["written"], new.len(), "{new:?}");
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    // The formats go together, but for next-archive, which JSON Feed doesn't have.
    let pages = |paths: Vec<&String>| paths.iter().filter_map(|path| page(path)).collect();
    (pages(new.into_iter().collect()), pages(gone.collect()))
}

/// Gives the page of an Atom document: empty for the one that people subscribe to.
fn page(path: &str) -> Option<String> {
    let label = path.strip_prefix("atom")?.strip_suffix(".xml")?;
    Some(label.trim_start_matches('-').to_owned())
}

fn set(pages: &[&str]) -> BTreeSet<String> {
    pages.iter().map(|page| (*page).to_owned()).collect()
}

fn changes(new: &[&str], gone: &[&str]) -> (BTreeSet<String>, BTreeSet<String>) {
    (set(new), set(gone))
}

/// Gives the titles on each page of the archive.
fn shelves(site: &Site) -> BTreeMap<String, BTreeSet<String>> {
    let documents = tree(&site.path().join("feeds"));
    let shelf = |(path, bytes): (&String, &Vec<u8>)| {
        let page = path.strip_prefix("feed-")?.strip_suffix(".json")?.to_owned();
        let feed: serde_json::Value = serde_json::from_slice(bytes).expect("it is JSON");
        let items = feed["items"].as_array().expect("there are items");
        let titles = items.iter().map(|item| item["title"].as_str().unwrap_or_default().to_owned());
        Some((page, titles.collect()))
    };
    documents.iter().filter_map(shelf).collect()
}

/// Follows `next_url`, and gives the titles of every document on the way.
fn way(site: &Site) -> Vec<Vec<String>> {
    let mut way = Vec::new();
    let mut next = Some("https://feeds.example/feed.json".to_owned());
    while let Some(address) = next {
        let name = address.strip_prefix("https://feeds.example/").expect("it is here");
        let bytes = fs::read(site.path().join("feeds").join(name)).expect("it is there");
        let feed: serde_json::Value = serde_json::from_slice(&bytes).expect("it is JSON");
        let items = feed["items"].as_array().expect("there are items").iter();
        way.push(items.map(|item| item["title"].as_str().unwrap_or_default().to_owned()).collect());
        assert!(way.len() < 100, "it never ends");
        next = feed["next_url"].as_str().map(ToOwned::to_owned);
    }
    way
}

#[test]
fn a_new_article_changes_the_newest_page_by_month_only() {
    let site = site("month");
    for (name, date) in [("a", "2024-09-05"), ("b", "2024-10-05"), ("c", "2024-12-05")] {
        write(&site, name, date, "Text.");
    }
    site.build(NOW);
    assert_eq!(touched(&site, NOW), changes(&[], &[]), "nothing is new");
    write(&site, "d", "2024-12-20", "Text.");
    assert_eq!(touched(&site, NOW), changes(&["", "2024-12"], &[]));
    write(&site, "e", "2025-01-02", "Text.");
    assert_eq!(touched(&site, NOW), changes(&[], &[]), "it is not due");
    let told = touched(&site, NOW + 2 * DAY);
    assert_eq!(told, changes(&["", "2024-12", "2025-01"], &[]), "it opens a page, and is linked");
    write(&site, "f", "2025-01-02T01:00:00Z", "Text.");
    assert_eq!(touched(&site, NOW + 2 * DAY), changes(&["", "2025-01"], &[]));
    write(&site, "late", "2024-11-11", "Text.");
    let told = touched(&site, NOW + 2 * DAY);
    assert_eq!(told, changes(&["2024-10", "2024-11", "2024-12"], &[]), "between two others");
    write(&site, "a", "2024-09-05", "Corrected.");
    assert_eq!(touched(&site, NOW + 2 * DAY), changes(&["2024-09"], &[]), "a correction");
    site.remove("seeds/late.md");
    assert_eq!(touched(&site, NOW + 2 * DAY), changes(&["2024-10", "2024-12"], &["2024-11"]));
    let wanted = [vec!["f", "e", "d"], vec!["f", "e"], vec!["d", "c"], vec!["b"], vec!["a"]];
    assert_eq!(way(&site), wanted);
}

#[test]
fn a_new_article_changes_the_newest_page_by_count_only() {
    let site = site("2 entries");
    for (name, day) in [("a", 1), ("b", 2), ("c", 3)] {
        write(&site, name, &format!("2024-05-{day:02}"), "Text.");
    }
    site.build(NOW);
    let shelf = |pages: &[(&str, &[&str])]| -> BTreeMap<String, BTreeSet<String>> {
        pages.iter().map(|(page, titles)| ((*page).to_owned(), set(titles))).collect()
    };
    assert_eq!(shelves(&site), shelf(&[("1", &["a", "b"]), ("2", &["c"])]));
    write(&site, "d", "2024-05-04", "Text.");
    assert_eq!(touched(&site, NOW), changes(&["", "2"], &[]), "the page is full now");
    write(&site, "e", "2024-05-05", "Text.");
    assert_eq!(touched(&site, NOW), changes(&["", "2", "3"], &[]), "a page is opened, and linked");
    write(&site, "late", "2024-01-01", "Text.");
    assert_eq!(touched(&site, NOW), changes(&["3"], &[]), "whatever its date");
    site.remove("seeds/b.md");
    assert_eq!(touched(&site, NOW), changes(&["1"], &[]));
    write(&site, "g", "2024-05-07", "Text.");
    assert_eq!(touched(&site, NOW), changes(&["", "3", "4"], &[]), "its place stays empty");
    site.remove("seeds/a.md");
    assert_eq!(touched(&site, NOW), changes(&["2"], &["1"]));
    write(&site, "b", "2024-05-02", "Text.");
    assert_eq!(touched(&site, NOW), changes(&["1", "2"], &[]), "it is where it was");
    let wanted: [(&str, &[&str]); 4] =
        [("1", &["b"]), ("2", &["c", "d"]), ("3", &["e", "late"]), ("4", &["g"])];
    assert_eq!(shelves(&site), shelf(&wanted));
    let wanted = [vec!["g", "e", "d"], vec!["g"], vec!["e", "late"], vec!["d", "c"], vec!["b"]];
    assert_eq!(way(&site), wanted);
}

#[test]
fn a_document_of_the_archive_has_the_time_of_its_newest_entry() {
    let site = site("month");
    write(&site, "a", "2024-09-05T08:00:00Z", "Text.");
    write(&site, "b", "2024-09-06T08:00:00Z", "Text.");
    site.build(NOW);
    assert_eq!(stamps(&site)["rss-2024-09.xml"].0, 1_725_609_600);
}

#[test]
fn what_others_did_to_an_archive_is_mended() {
    let site = site("month");
    write(&site, "a", "2024-09-05", "Text.");
    write(&site, "b", "2024-10-05", "Text.");
    site.build(NOW);
    let whole = tree(&site.path().join("feeds"));
    site.remove("feeds/rss-2024-09.xml");
    site.write("feeds/feed-2024-10.json", "{}");
    site.build(NOW);
    assert_eq!(tree(&site.path().join("feeds")), whole);
}

#[test]
fn an_archive_that_is_divided_otherwise_or_ended_leaves_nothing() {
    let site = site("month");
    write(&site, "a", "2024-09-05", "Text.");
    write(&site, "b", "2024-10-05", "Text.");
    site.build(NOW);
    site.write("config.toml", &config("Site", "1 entry"));
    site.build(NOW);
    assert_eq!(shelves(&site).keys().collect::<Vec<_>>(), ["1", "2"]);
    site.write("config.toml", &config("Site", ""));
    site.build(NOW);
    let left = tree(&site.path().join("feeds"));
    let names: Vec<&str> = left.keys().map(String::as_str).collect();
    let wanted = [
        "atom.xml",
        "feed.html",
        "feed.json",
        "feedmill.css",
        "feedmill.js",
        "feeds.opml",
        "index.html",
        "rss.xml",
    ];
    assert_eq!(names, wanted);
    assert!(!String::from_utf8_lossy(&left["atom.xml"]).contains("archive"));
}

#[test]
fn what_all_documents_say_of_the_feed_is_changed_in_all() {
    let site = Site::new(
        "[[feed]]\nname = \"tag/{tag}\"\nformats = [\"json\"]\nlimit = 1\narchive = \"month\"\n",
    );
    let tagged = |name: &str, tag: &str, day: u32| {
        let text = format!("---\ntitle: {name}\ndate: 2024-0{day}-01\ntags: [{tag}]\n---\nText.\n");
        site.write(&format!("seeds/{name}.md"), &text);
    };
    tagged("a", "Rust", 1);
    tagged("b", "rust", 2);
    tagged("c", "Rust", 3);
    let titles = || -> BTreeSet<String> {
        site.succeed(NOW, &["build", "--quiet", "--force"]);
        let documents = tree(&site.path().join("feeds/tag"));
        assert!(documents.len() > 2, "{documents:?}");
        let title = |bytes: &Vec<u8>| {
            let feed: serde_json::Value = serde_json::from_slice(bytes).expect("it is JSON");
            feed["title"].as_str().expect("it has a title").to_owned()
        };
        documents.values().map(title).collect()
    };
    assert_eq!(titles(), set(&["Feeds · Rust"]));
    tagged("d", "rust", 4);
    tagged("e", "rust", 5);
    assert_eq!(titles(), set(&["Feeds · rust"]), "most articles spell it so now");
}

#[test]
fn the_archive_is_in_place_before_what_points_at_it() {
    let site = site("month");
    write(&site, "a", "2024-09-05", "Text.");
    site.build(NOW);
    let before = tree(&site.path().join("feeds"));
    write(&site, "b", "2024-10-05", "Text.");
    let place = site.path().join("feeds/atom-2024-10.xml");
    fs::create_dir(&place).expect("made");
    assert_eq!(site.run(NOW, &["build"]).status.code(), Some(4));
    for (path, bytes) in before {
        let now = fs::read(site.path().join("feeds").join(&path)).expect("it is there");
        assert_eq!(now, bytes, "{path}: what it would point at is not there");
    }
    fs::remove_dir(&place).expect("removed");
    let told = touched(&site, NOW);
    assert!(told.0.is_superset(&set(&["", "2024-09", "2024-10"])), "{told:?}");
    assert_eq!(way(&site), [vec!["b", "a"], vec!["b"], vec!["a"]]);
}

#[test]
fn the_gate_knows_nothing_of_archives() {
    let site = site("month");
    write(&site, "a", "2024-01-05", "Text.");
    for day in 1..=5 {
        write(&site, &format!("b{day}"), &format!("2024-09-{day:02}"), "Text.");
    }
    site.build(NOW);
    write(&site, "old", "2024-02-05", "Text.");
    write(&site, "a", "2024-01-05", "Corrected.");
    let output = site.succeed(NOW, &["build", "--dry-run", "--json"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "[]");
    assert_eq!(touched(&site, NOW), changes(&["2024-01", "2024-02", "2024-09"], &[]));
}

#[test]
fn an_edit_of_an_archived_entry_is_an_update() {
    let site = site("1 entry");
    write(&site, "a", "2024-01-05", "Text.");
    for day in 1..=5 {
        write(&site, &format!("b{day}"), &format!("2024-09-{day:02}"), "Text.");
    }
    site.build(NOW);
    write(&site, "a", "2024-01-05", "Other words.");
    site.build(NOW + DAY);
    let page = fs::read(site.path().join("feeds/feed-1.json")).expect("it is there");
    let feed: serde_json::Value = serde_json::from_slice(&page).expect("it is JSON");
    assert_ne!(feed["items"][0]["date_modified"], feed["items"][0]["date_published"]);
}

#[test]
fn pages_are_carried_elsewhere_with_the_ledger() {
    let site = site("2 entries");
    for name in ["m", "n", "o"] {
        write(&site, name, "2024-05-02", "Text.");
    }
    site.build(NOW);
    write(&site, "late", "2024-01-01", "Text.");
    site.build(NOW);
    site.remove("seeds/m.md");
    site.build(NOW);
    site.succeed(NOW, &["ledger", "export", "ledger.jsonl"]);
    let there = ["--quiet", "--state", "there.db"];
    let build = [&["build", "--output", "there"][..], &there].concat();
    site.succeed(NOW, &build);
    let own = tree(&site.path().join("feeds"));
    assert_ne!(tree(&site.path().join("there")), own, "counted out anew");
    site.succeed(NOW, &[&["ledger", "import", "ledger.jsonl"][..], &there].concat());
    site.succeed(NOW, &build);
    assert_eq!(tree(&site.path().join("there")), own, "a state that knew other pages");
    let line = r#"{"page":{"feed":"","size":2,"page":1,"ids":["urn:x:nobody"]}}"#;
    site.write("ledger.jsonl", line);
    let refused = site.run(NOW, &["ledger", "import", "ledger.jsonl"]);
    assert!(!refused.status.success(), "an entry that nobody knows");
}

/// What happens to a folder: an article of a day comes, or one of those that came goes or returns.
#[derive(Clone, Debug)]
enum Step {
    Come(u32),
    Go(prop::sample::Index),
    Return(prop::sample::Index),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1_u32..=28).prop_map(Step::Come),
        1 => any::<prop::sample::Index>().prop_map(Step::Go),
        1 => any::<prop::sample::Index>().prop_map(Step::Return),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_entry_ever_moves_to_another_page(
        batches in prop::collection::vec(prop::collection::vec(any_step(), 1..4), 1..8),
    ) {
        let site = site("3 entries");
        let mut days: Vec<u32> = Vec::new();
        let mut places: BTreeMap<String, String> = BTreeMap::new();
        for batch in batches {
            for step in batch {
                match step {
                    Step::Come(day) => days.push(day),
                    Step::Go(index) if !days.is_empty() => {
                        let number = index.index(days.len());
                        drop(fs::remove_file(site.path().join(format!("seeds/{number}.md"))));
                        continue;
                    }
                    Step::Return(_) | Step::Go(_) if days.is_empty() => continue,
                    Step::Return(_) | Step::Go(_) => {}
                }
                let number = match step {
                    Step::Return(index) => index.index(days.len()),
                    _ => days.len() - 1,
                };
                let day = days[number];
                write(&site, &number.to_string(), &format!("2024-05-{day:02}"), "Text.");
            }
            site.succeed(NOW, &["build", "--quiet", "--force"]);
            let there: BTreeSet<String> = tree(&site.path().join("seeds"))
                .keys()
                .map(|path| path.trim_end_matches(".md").to_owned())
                .collect();
            let shelves = shelves(&site);
            let mut found = BTreeSet::new();
            for (page, titles) in &shelves {
                prop_assert!(titles.len() <= 3);
                for title in titles {
                    prop_assert!(found.insert(title.clone()), "{} stands twice", title);
                    let place = places.entry(title.clone()).or_insert_with(|| page.clone());
                    prop_assert_eq!(&*place, page, "of {}", title);
                }
            }
            prop_assert_eq!(&found, &there);
            let mut taken: BTreeMap<&String, usize> = BTreeMap::new();
            for page in places.values() {
                *taken.entry(page).or_default() += 1;
            }
            let last = taken.keys().map(|page| page.parse::<usize>().expect("a number")).max();
            for (page, count) in &taken {
                let is_last = page.parse().ok() == last;
                prop_assert!(*count == 3 || is_last, "page {} has {}", page, count);
            }
            let reached: BTreeSet<String> = way(&site).into_iter().skip(1).flatten().collect();
            prop_assert_eq!(reached, there, "by next_url");
        }
    }
}
