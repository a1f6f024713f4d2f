//! The subcommands and the exit codes.

use std::fs;

use crate::mill::{feedmill, repository, succeed};

#[test]
fn what_init_writes_can_be_built() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    succeed(folder.path(), &["init"]);
    succeed(folder.path(), &["build", "--strict"]);
    assert!(folder.path().join("feeds/rss.xml").exists());
    let again = feedmill(folder.path(), &["init"]);
    assert_eq!(again.status.code(), Some(2), "nothing is replaced");
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(told.contains("init replaces nothing"), "{told}");
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
    let output = feedmill(folder.path(), &["build"]);
    assert_eq!(output.status.code(), Some(4));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("feeds: a file stands where a folder of the output should be"), "{told}");
}

#[test]
fn config_tells_machines_values_of_json() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let output = succeed(folder.path(), &["config", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let value = |key: &str| {
        let settings = told.as_array().expect("a list");
        settings.iter().find(|one| one["key"] == key).expect("the key is told")["value"].clone()
    };
    assert_eq!(value("site.title"), "Feeds");
    assert_eq!(value("feed[0].limit"), 50);
    assert_eq!(value("input.detect_language"), true);
    assert_eq!(value("input.folders"), serde_json::json!(["seeds"]));
}

#[test]
fn a_verbose_build_tells_what_is_left_out() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("seeds")).expect("made");
    let heads = [
        "date: 2024-12-30",
        "date: 2024-12-29",
        "date: 2024-01-01",
        "date: 2024-12-30\ndraft: true",
        "date: 2024-12-30\nfeed: false",
        "date: 2025-12-30",
        "date: 2024-12-30\nexpires: 2024-12-31",
    ];
    for (number, head) in heads.iter().enumerate() {
        let text = format!("---\ntitle: Number {number}\n{head}\n---\nSome words.\n");
        fs::write(folder.path().join(format!("seeds/{number}.md")), text).expect("written");
    }
    let plans = "[[feed]]\n[[feed]]\nname = \"new\"\nlimit_age = \"1 week\"\n\
                 [[feed]]\nname = \"small\"\nlimit_size = \"1 B\"\n\
                 [[feed]]\nname = \"first\"\nlimit = 1\nlimit_age = \"1 week\"\n\
                 [[feed]]\nname = \"none\"\nonly.words = [\"xyz\"]\n";
    fs::write(folder.path().join("config.toml"), plans).expect("written");
    let output = succeed(folder.path(), &["build", "--verbose"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    for line in [
        "  (root): 3 entries\n",
        "  new: 2 entries, limit_age leaves out more\n",
        "  small: 1 entry, limit_size leaves out more\n",
        "  first: 1 entry\n",
        "  none: 0 entries, no published article fits it\n",
        "  in no feed: 1 article (it is a draft)\n",
        "  in no feed: 1 article (it declares `feed: false`)\n",
        "  in no feed: 1 article (its date has not come yet)\n",
        "  in no feed: 1 article (it has expired)\n",
        "note: 3 articles have no page of their own; set site.permalink to give them one\n",
    ] {
        assert!(told.contains(line), "{line}{told}");
    }
    let output = succeed(folder.path(), &["build"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!told.contains("in no feed") && told.contains("no page of their own"), "{told}");
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

#[test]
fn inspect_tells_why_a_file_is_no_article() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
        fs::write(path, text).expect("written");
    };
    write("config.toml", "[input]\ninclude = [\"in/**\"]\nexclude = [\"**/out.md\"]\n");
    for path in ["seeds/in/out.md", "seeds/a.md", "seeds/in/.b.md", "seeds/in/.c/d.md", "e.md"] {
        write(path, "# A\n\nWords.\n");
    }
    for path in ["seeds/in/f.rst", "seeds/in/_index.md", "seeds/in/g.md~", "seeds/in/empty.md"] {
        write(path, "");
    }
    std::os::unix::fs::symlink("../../e.md", folder.path().join("seeds/in/link.md")).expect("made");
    let reasons = [
        ("seeds/in/out.md", "input.exclude", 2),
        ("seeds/a.md", "input.include", 2),
        ("seeds/in/.b.md", "\".b.md\" is hidden", 2),
        ("seeds/in/.c/d.md", "\".c\" is hidden", 2),
        ("e.md", "none of the input folders (seeds)", 2),
        ("seeds/in/f.rst", "input.extensions (md, markdown,", 2),
        ("seeds/in/_index.md", "_index", 2),
        ("seeds/in/g.md~", "editor's copy", 2),
        ("seeds/in/link.md", "leads out of the input folder", 2),
        ("seeds/in", "it is a folder", 2),
        ("seeds/in/empty.md", "the file is empty", 1),
    ];
    for (path, reason, code) in reasons {
        let output = feedmill(folder.path(), &["inspect", path]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains(reason), "{path}: {told}");
        assert_eq!(output.status.code(), Some(code), "{path}");
    }
}

#[test]
fn inspect_tells_what_keeps_an_article_out_of_a_feed() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("seeds")).expect("made");
    for (name, date) in [("new", "2024-12-30"), ("old", "2024-01-01")] {
        let text = format!("---\ntitle: {name}\ndate: {date}\ntags: [a]\n---\nSome words.\n");
        fs::write(folder.path().join(format!("seeds/{name}.md")), text).expect("written");
    }
    let plans = [
        ("limit = 1", "as many entries as limit allows come before it"),
        ("limit_age = \"1 week\"", "it is older than limit_age allows"),
        ("limit_size = \"1 B\"", "limit_size leaves no room for it"),
        ("only.tags = [\"b\"]", "none of its tags is among only.tags"),
        ("only.sources = [\"b\"]", "its source is not among only.sources"),
        ("except.words = [\"WORDS\"]", "its title or text has one of except.words"),
    ];
    for (plan, reason) in plans {
        fs::write(folder.path().join("config.toml"), format!("[[feed]]\n{plan}\n"))
            .expect("written");
        let output = succeed(folder.path(), &["inspect", "seeds/old.md"]);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains(reason), "{plan}: {told}");
    }
}
