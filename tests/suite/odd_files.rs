//! What may lie in a folder of articles besides them: each is reported or passed over, nothing waits
//! for it, and the good article is in the feed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::mill::{command, tree};

/// How long a build of a few files may take before it is taken to hang.
const PATIENCE: Duration = Duration::from_mins(1);

/// Makes a folder with a good article in it.
fn folder_with_a_good_article() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("seeds")).expect("made");
    article(folder.path(), "good.md");
    folder
}

/// Writes an article whose title is the name of its file.
fn article(folder: &Path, name: &str) {
    let path = folder.join("seeds").join(name);
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
    fs::write(path, format!("---\ntitle: {name:?}\ndate: 2024-05-01\n---\nText.\n"))
        .expect("written");
}

/// Runs a command and ends it if it hangs.
pub(crate) fn patiently(mut command: Command) -> Output {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let id = child.id().to_string();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = receiver.recv_timeout(PATIENCE) else {
        let _ = Command::new("kill").args(["-9", &id]).status();
        panic!("the program hangs");
    };
    output.expect("the program can be waited for")
}

/// Builds, and gives the rule that each file was reported by, by its name below the seeds.
fn reports(folder: &Path) -> BTreeMap<String, String> {
    let output = patiently(command(folder, &["build", "--json", "--verbose"]));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    rules(&output)
}

/// Reads the reports of a build: the file below the seeds, and the rule.
pub(crate) fn rules(output: &Output) -> BTreeMap<String, String> {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = |line: &str| {
        let report: serde_json::Value = serde_json::from_str(line).expect("a report is JSON");
        let text = |key: &str| report[key].as_str().expect("a text").to_owned();
        (text("file").trim_start_matches("seeds/").to_owned(), text("rule"))
    };
    told.lines().map(report).collect()
}

/// Gives the titles of the entries of the feed.
pub(crate) fn titles(folder: &Path) -> Vec<String> {
    let bytes = fs::read(folder.join("feeds/atom.xml")).expect("the feed is there");
    let feed = feed_rs::parser::parse(&bytes[..]).expect("it is a feed");
    let mut titles: Vec<String> =
        feed.entries.into_iter().map(|entry| entry.title.expect("a title").content).collect();
    titles.sort();
    titles
}

fn expected<const N: usize>(rules: [(&str, &str); N]) -> BTreeMap<String, String> {
    rules.into_iter().map(|(file, rule)| (file.to_owned(), rule.to_owned())).collect()
}

fn fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("there is a mkfifo");
    assert!(made.success());
}

#[test]
fn what_is_no_file_is_reported_and_not_waited_for() {
    let folder = folder_with_a_good_article();
    let seeds = folder.path().join("seeds");
    fifo(&seeds.join("fifo.md"));
    let _listener = UnixListener::bind(seeds.join("socket.md")).expect("a socket can be made");
    symlink("fifo.md", seeds.join("link-to-fifo.md")).expect("made");
    symlink("/dev/null", seeds.join("link-to-device.md")).expect("made");
    let rules = [
        ("fifo.md", "not-a-file"),
        ("socket.md", "not-a-file"),
        ("link-to-fifo.md", "not-a-file"),
        ("link-to-device.md", "link-leaves"),
    ];
    assert_eq!(reports(folder.path()), expected(rules));
    assert_eq!(titles(folder.path()), ["good.md"]);
}

#[test]
fn links_are_followed_to_files_of_the_folder_only() {
    let folder = folder_with_a_good_article();
    let seeds = folder.path().join("seeds");
    article(folder.path(), "below/inner.md");
    article(folder.path(), "../outside/secret.md");
    for (target, link) in [
        ("../outside/secret.md", "leaves.md"),
        ("../outside", "leaves-to-folder.md"),
        ("nowhere.md", "dangling.md"),
        ("loop-b.md", "loop-a.md"),
        ("loop-a.md", "loop-b.md"),
        ("itself.md", "itself.md"),
        ("below", "folder.md"),
        ("..", "below/up.md"),
        // These have no article's name, so that nobody asks where they lead.
        ("below", "folder"),
        ("../outside", "outside"),
    ] {
        symlink(target, seeds.join(link)).expect("made");
    }
    let rules = [
        ("leaves.md", "link-leaves"),
        ("leaves-to-folder.md", "link-leaves"),
        ("dangling.md", "unreadable"),
        ("loop-a.md", "unreadable"),
        ("loop-b.md", "unreadable"),
        ("itself.md", "unreadable"),
        ("folder.md", "link-to-folder"),
        ("below/up.md", "link-to-folder"),
    ];
    assert_eq!(reports(folder.path()), expected(rules));
    assert_eq!(titles(folder.path()), ["below/inner.md", "good.md"]);
}

#[test]
fn a_link_to_an_article_is_an_article() {
    let folder = folder_with_a_good_article();
    fs::write(folder.path().join("seeds/text"), "Title: linked\nDate: 2024-05-02\n\nText.\n")
        .expect("written");
    symlink("text", folder.path().join("seeds/link.md")).expect("made");
    assert_eq!(reports(folder.path()), expected([]));
    assert_eq!(titles(folder.path()), ["good.md", "linked"]);
}

#[test]
fn names_of_any_kind_are_names_of_articles() {
    let folder = folder_with_a_good_article();
    let longest = format!("{}.md", "n".repeat(252));
    let names = [
        longest.as_str(),
        "quote\"back\\slash.md",
        "# % ? : *.md",
        "~ tilde.md",
        "line\nbreak.md",
        "UPPER.MD",
    ];
    for name in names {
        article(folder.path(), name);
    }
    article(folder.path(), "folder.md/in a folder that is named like a file.md");
    assert_eq!(reports(folder.path()), expected([]));
    assert_eq!(titles(folder.path()).len(), names.len() + 2);
}

#[test]
#[cfg(target_os = "linux")]
fn a_name_that_is_not_unicode_is_one() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = folder_with_a_good_article();
    let name = OsStr::from_bytes(b"caf\xe9.md");
    fs::write(folder.path().join("seeds").join(name), "# Coffee\n\nText.\n").expect("written");
    assert_eq!(reports(folder.path()), expected([("caf\u{FFFD}.md", "no-date")]));
    assert_eq!(titles(folder.path()), ["Coffee", "good.md"]);
}

#[test]
fn what_programs_leave_is_passed_over() {
    let folder = folder_with_a_good_article();
    let names = [
        ".hidden.md",
        ".git/in.md",
        "good.md~",
        "#good.md#",
        "~$good.md",
        "good.md.swp",
        "good.md.bak",
        "_index.md",
        "below/_INDEX.md",
        "image.png",
        "table.rst",
        "no ending",
    ];
    for name in names {
        article(folder.path(), name);
    }
    symlink("user@host.1234", folder.path().join("seeds/.#good.md")).expect("made");
    assert_eq!(reports(folder.path()), expected([]));
    assert_eq!(titles(folder.path()), ["good.md"]);
}

#[test]
fn a_file_that_is_too_large_is_reported() {
    let folder = folder_with_a_good_article();
    fs::write(folder.path().join("config.toml"), "[input]\nmax_size = \"1 KB\"\n")
        .expect("written");
    for (name, length) in [("fits.md", 1000), ("large.md", 1001)] {
        let head = "---\ntitle: fits\ndate: 2024-05-01\n---\n";
        fs::write(folder.path().join("seeds").join(name), format!("{head:a<length$}"))
            .expect("written");
    }
    assert_eq!(reports(folder.path()), expected([("large.md", "too-large")]));
    assert_eq!(titles(folder.path()), ["fits", "good.md"]);
}

#[test]
fn a_folder_that_is_not_there_ends_the_build() {
    let folder = folder_with_a_good_article();
    fs::write(folder.path().join("config.toml"), "[input]\nfolders = [\"seeds\", \"absent\"]\n")
        .expect("written");
    let output = patiently(command(folder.path(), &["build"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("absent: the articles can't be read"));
    assert!(!tree(folder.path()).keys().any(|path| path.starts_with("feeds")));
}
