//! The subcommands and the exit codes.

use std::fs;

use crate::mill::{feedmill, repository, succeed};

#[test]
fn what_init_writes_can_be_built() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    succeed(folder.path(), &["init"]);
    succeed(folder.path(), &["build", "--strict"]);
    assert!(folder.path().join("feeds/rss.xml").exists());
    assert_eq!(feedmill(folder.path(), &["init"]).status.code(), Some(2), "nothing is replaced");
}

#[test]
fn a_wrong_configuration_is_exit_code_2() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(folder.path().join("config.toml"), "[site]\nlangauge = \"en\"\n").expect("written");
    let output = feedmill(folder.path(), &["build"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("config.toml:2:1") && told.contains("\"language\""), "{told}");
}

#[test]
fn a_reported_article_is_exit_code_1_when_strict() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("seeds")).expect("made");
    fs::write(folder.path().join("seeds/empty.md"), "\n").expect("written");
    assert_eq!(feedmill(folder.path(), &["build"]).status.code(), Some(0));
    assert_eq!(feedmill(folder.path(), &["build", "--strict"]).status.code(), Some(1));
}

#[test]
fn an_output_that_cannot_be_written_is_exit_code_4() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("seeds")).expect("made");
    fs::write(folder.path().join("feeds"), "a file").expect("written");
    assert_eq!(feedmill(folder.path(), &["build"]).status.code(), Some(4));
}

#[test]
fn inspect_tells_where_a_language_comes_from() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("seeds")).expect("made");
    fs::write(folder.path().join("config.toml"), "[site]\nlanguage = \"pt\"\n").expect("written");
    let prose = "The ferry to the island runs again, and the harbour is full of people who waited.";
    let language = |text: &str| {
        let text = format!("---\ndate: 2024-05-16\n{text}\n");
        fs::write(folder.path().join("seeds/a.md"), text).expect("written");
        let told = succeed(folder.path(), &["inspect", "seeds/a.md"]).stdout;
        let told = String::from_utf8(told).expect("it is UTF-8");
        let line = told.lines().find(|line| line.contains("language")).unwrap_or_default();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(language("---\n12 + 30 = 42"), "language pt (site.language)");
    assert_eq!(language(&format!("---\n{prose}")), "language en (the text)");
    assert_eq!(language(&format!("lang: it\n---\n{prose}")), "language it (line 3)");
}

#[test]
fn inspect_tells_what_was_read_and_where() {
    let output = succeed(repository(), &["inspect", "seeds/archive.md"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("published  2024-06-04T07:12:40Z  (line 5)"), "{told}");
    assert!(told.contains("updated    2024-06-04T08:00:00Z  (line 1)"), "{told}");
    assert!(told.contains("source     harbour-post.example"), "{told}");
}
