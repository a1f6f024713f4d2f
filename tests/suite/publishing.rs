//! Publishing when something is in the way: exit code 4, and every document is a whole one, the old
//! or the new.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Output, Stdio};

use tempfile::TempDir;

use crate::mill::{command, feedmill, succeed, tree};

const CONFIG: &str = "[site]\nurl = \"https://feeds.example/\"\n\n\
                      [[feed]]\n\n[[feed]]\nname = \"news\"\n";

/// Makes a folder with articles in two folders, `one` and `two`, that differ.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(folder.path().join("config.toml"), CONFIG).expect("written");
    for (name, count) in [("one", 20), ("two", 30)] {
        fs::create_dir(folder.path().join(name)).expect("made");
        for number in 1..=count {
            let text = format!(
                "---\ntitle: {name} {number}\ndate: 2024-05-{number:02}\n---\n{}\n",
                "Text. ".repeat(number * 50)
            );
            fs::write(folder.path().join(name).join(format!("{number}.md")), text)
                .expect("written");
        }
    }
    folder
}

fn build(folder: &Path, input: &str) -> Output {
    feedmill(folder, &["build", "--input", input])
}

/// Builds, and gives what is in the output.
fn built(folder: &Path, input: &str, output: &str) -> BTreeMap<String, Vec<u8>> {
    succeed(folder, &["build", "--input", input, "--output", output]);
    tree(&folder.join(output))
}

/// Expects exit code 4 and a word about the place.
fn expect_failure(output: &Output, place: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.starts_with("error: ") && told.contains(place), "{told}");
}

#[test]
fn a_file_where_the_output_should_be_stays() {
    let folder = folder();
    fs::write(folder.path().join("feeds"), "a file").expect("written");
    expect_failure(&build(folder.path(), "one"), "feeds");
    assert_eq!(fs::read_to_string(folder.path().join("feeds")).expect("it is there"), "a file");
}

#[test]
fn a_folder_in_the_place_of_a_document_stops_no_other() {
    let folder = folder();
    let old = built(folder.path(), "one", "feeds");
    let new = built(folder.path(), "two", "elsewhere");
    let place = folder.path().join("feeds/atom.xml");
    fs::remove_file(&place).expect("removed");
    fs::create_dir(&place).expect("made");
    expect_failure(&build(folder.path(), "two"), "atom.xml");
    assert!(place.is_dir(), "what others have put there is theirs");
    expect_whole(&tree(&folder.path().join("feeds")), &[&old, &new]);
    fs::remove_dir(&place).expect("removed");
    assert_eq!(built(folder.path(), "two", "feeds"), new);
}

#[test]
fn a_file_where_a_folder_must_be_leaves_the_feeds_whole() {
    let folder = folder();
    let old = built(folder.path(), "one", "feeds");
    let new = built(folder.path(), "two", "elsewhere");
    fs::remove_dir_all(folder.path().join("feeds/news")).expect("removed");
    fs::write(folder.path().join("feeds/news"), "a file").expect("written");
    expect_failure(&build(folder.path(), "two"), "news");
    fs::remove_file(folder.path().join("feeds/news")).expect("the file is still there");
    expect_whole(&tree(&folder.path().join("feeds")), &[&old, &new]);
}

/// Whoever tells the same trouble once knows it by its words.
#[test]
fn of_several_documents_that_can_not_be_written_the_first_is_told_each_time() {
    let folder = folder();
    fs::create_dir(folder.path().join("feeds")).expect("made");
    fs::write(folder.path().join("feeds/news"), "a file").expect("written");
    let told = || build(folder.path(), "one").stderr;
    let first = told();
    assert!(String::from_utf8_lossy(&first).contains("news/rss.xml"));
    for _ in 0..5 {
        assert_eq!(told(), first);
    }
}

#[test]
fn other_bytes_have_a_later_time_though_the_newest_entry_stays() {
    let folder = folder();
    let time = || {
        let found = fs::metadata(folder.path().join("feeds/rss.xml")).expect("it is there");
        found.modified().expect("the system tells it")
    };
    let newest = chrono::DateTime::from_timestamp(1_716_940_800, 0).expect("2024-05-29");
    fs::remove_file(folder.path().join("two/30.md")).expect("removed");
    built(folder.path(), "two", "feeds");
    assert_eq!(chrono::DateTime::<chrono::Utc>::from(time()), newest);
    let text = "---\ntitle: Late\ndate: 2024-05-07\n---\nIt came later, and is older.\n";
    fs::write(folder.path().join("two/late.md"), text).expect("written");
    let before = time();
    built(folder.path(), "two", "feeds");
    let after = time();
    assert!(after > before, "{after:?}");
    built(folder.path(), "two", "feeds");
    assert_eq!(time(), after, "what stays as it is keeps its time");
}

#[test]
fn what_a_killed_build_left_is_removed() {
    let folder = folder();
    let clean = built(folder.path(), "one", "clean");
    fs::create_dir_all(folder.path().join("feeds/news")).expect("made");
    let leave = |name: &str| {
        let path = folder.path().join("feeds").join(name);
        fs::write(path, "<?xml version=\"1.0\" enc").expect("written");
    };
    let left = [".feedmill-aBcD12.tmp", "news/.feedmill-aBcD12.tmp"];
    let others = [".feedmill-notes", "news/mine.tmp"];
    left.iter().chain(&others).for_each(|name| leave(name));
    let mut made = built(folder.path(), "one", "feeds");
    assert!(others.iter().all(|path| made.remove(*path).is_some()), "{:?}", made.keys());
    assert!(made == clean, "{:?}", made.keys());
    let told = succeed(folder.path(), &["build", "--json", "--input", "one"]).stdout;
    let told: serde_json::Value = serde_json::from_slice(&told).expect("it is JSON");
    assert_eq!(told["documents"]["written"], 0);
}

#[test]
fn what_another_build_is_writing_stays() {
    let folder = folder();
    let feeds = folder.path().join("feeds");
    fs::create_dir(&feeds).expect("made");
    fs::write(feeds.join(".feedmill-aBcD12.tmp"), "<?xml").expect("written");
    let other = fs::File::open(&feeds).expect("opened");
    other.lock().expect("locked");
    expect_failure(&build(folder.path(), "one"), "another feedmill");
    assert!(tree(&feeds).keys().eq([".feedmill-aBcD12.tmp"]));
    drop(other);
    assert!(!built(folder.path(), "one", "feeds").contains_key(".feedmill-aBcD12.tmp"));
}

#[test]
fn what_a_killed_build_left_keeps_no_folder_of_a_feed_that_is_no_more() {
    let folder = folder();
    let build = ["build", "--force", "--state", "state.db", "--input", "one"];
    succeed(folder.path(), &build);
    let news = folder.path().join("feeds/news");
    fs::write(news.join(".feedmill-aBcD12.tmp"), "<?xml").expect("written");
    let config = CONFIG.replace("[[feed]]\nname = \"news\"\n", "");
    fs::write(folder.path().join("config.toml"), config).expect("written");
    succeed(folder.path(), &build);
    assert!(!news.exists());
}

#[test]
fn builds_at_the_same_time_end_with_whole_documents() {
    let folder = folder();
    let wanted =
        ["one", "two"].map(|input| built(folder.path(), input, input.to_uppercase().as_str()));
    for _ in 0..4 {
        let start = |input: &&str| {
            command(folder.path(), &["build", "--quiet", "--input", input])
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program can be started")
        };
        let builds: Vec<Child> = ["one", "two", "one", "two"].iter().map(start).collect();
        let mut done = 0;
        for build in builds {
            let output = build.wait_with_output().expect("it can be waited for");
            if output.status.success() {
                done += 1;
            } else {
                expect_failure(&output, "another feedmill");
            }
        }
        assert!(done > 0, "whoever comes first is let through");
        let made = tree(&folder.path().join("feeds"));
        assert!(made.keys().eq(wanted[0].keys()), "{:?}", made.keys());
        expect_whole(&made, &[&wanted[0], &wanted[1]]);
    }
}

/// Expects that every document is as it is in one of the editions.
fn expect_whole(made: &BTreeMap<String, Vec<u8>>, editions: &[&BTreeMap<String, Vec<u8>>]) {
    for (path, bytes) in made {
        let is_whole = editions.iter().any(|edition| edition.get(path) == Some(bytes));
        assert!(is_whole, "{path} is of no edition");
    }
}
