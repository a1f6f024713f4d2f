//! What the guide in `docs/` tells is so: its examples are tried, and its lists are complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use regex::Regex;

use crate::mill::{feedmill, repository, succeed};
use crate::readme::{blocks, command_lines, commands_in_text, place, run};

fn document(name: &str) -> String {
    fs::read_to_string(repository().join("docs").join(name)).expect("the document can be read")
}

fn source(path: &str) -> String {
    fs::read_to_string(repository().join("src").join(path)).expect("the source can be read")
}

/// Gives every first group that a pattern finds.
fn found(pattern: &str, text: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).expect("a pattern");
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

#[test]
fn every_command_of_the_guide_works() {
    let mut count = 0;
    for name in ["articles.md", "feeds.md", "reports.md"] {
        let text = document(name);
        for line in command_lines(&text).into_iter().chain(commands_in_text(&text)) {
            let output = run(place().path(), &line);
            assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
            count += 1;
        }
    }
    assert!(count >= 4);
}

#[test]
fn every_example_of_an_article_is_what_its_section_is_about() {
    let mut shapes = BTreeSet::new();
    let text = document("articles.md");
    for section in text.split("\n## ").skip(1) {
        let heading = section.lines().next().unwrap_or_default();
        for (language, ending) in [("markdown", "md"), ("html", "html")] {
            for example in blocks(section, language) {
                let folder = tempfile::tempdir().expect("a temporary folder can be made");
                let name = format!("seeds/2024-05-20-example.{ending}");
                fs::create_dir(folder.path().join("seeds")).expect("made");
                fs::write(folder.path().join(&name), example + "\n").expect("written");
                succeed(folder.path(), &["build", "--strict"]);
                let told = succeed(folder.path(), &["inspect", &name]).stdout;
                let told = String::from_utf8_lossy(&told).into_owned();
                let shape = told.lines().next().and_then(|line| line.split(": ").nth(1));
                let shape = shape.expect("the shape is told").to_lowercase();
                assert!(heading.to_lowercase().starts_with(&shape), "{heading}: {shape}");
                assert!(told.contains("in feed"), "{told}");
                shapes.insert(shape);
            }
        }
    }
    assert_eq!(shapes.len(), 6, "{shapes:?}");
}

#[test]
fn the_guide_names_every_key_of_front_matter_and_pages() {
    let text = document("articles.md").to_lowercase();
    let keys = found(r#"\("([a-z]+)", Name::"#, &source("read/front_matter/names.rs"));
    let facts = source("read/page/facts.rs");
    let metas: BTreeSet<String> =
        found(r"(?s)const [A-Z]+: \[&str; \d+\] =\s*\[([^\]]*)\]", &facts)
            .iter()
            .flat_map(|list| found("\"([^\"]+)\"", list))
            .collect();
    assert!(keys.len() > 80 && metas.len() > 30, "{} {}", keys.len(), metas.len());
    for key in keys.iter().chain(&metas) {
        assert!(text.contains(&format!("`{key}`")), "{key}");
    }
}

#[test]
fn every_example_of_feeds_can_be_built() {
    let text = document("feeds.md");
    let examples = blocks(&text, "toml");
    assert!(examples.len() >= 4);
    for (number, example) in examples.iter().enumerate() {
        let folder = place();
        fs::write(folder.path().join("config.toml"), example).expect("written");
        succeed(folder.path(), &["build"]);
        if number == 0 {
            let [layout] = &blocks(&text, "text")[..] else { panic!("one layout is shown") };
            for path in layout.split_whitespace().filter(|word| *word != "…") {
                assert!(folder.path().join("feeds").join(path).is_file(), "{path}");
            }
        }
    }
}

#[test]
fn the_guide_names_every_filter() {
    let text = document("feeds.md");
    let struct_of_filters = source("config/meant.rs");
    let filters = struct_of_filters.split("pub struct Filter {").nth(1).expect("it is there");
    let filters = found(r"pub (\w+):", filters.split("\n}").next().unwrap_or_default());
    assert!(filters.len() >= 11, "{filters:?}");
    for filter in filters {
        assert!(text.contains(&format!("`{filter}`")), "{filter}");
    }
}

#[test]
fn the_report_that_is_shown_is_what_is_printed() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("seeds")).expect("made");
    fs::write(folder.path().join("seeds/empty.md"), "\n").expect("written");
    let output = feedmill(folder.path(), &["build"]);
    let [shown] = &blocks(&document("reports.md"), "text")[..] else { panic!("one is shown") };
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().next(), Some(shown.as_str()));
}

/// How the source names a rule: where it makes the report, or where it hands the name on to one of
/// [`BY_VARIABLE`].
const NAMES_OF_RULES: [&str; 6] = [
    r#"Report::(?:(?:warning|error)\(|new\(\s*Severity::\w+,)\s*"([a-z-]+)""#,
    r#"faults::limit\([^,]+, "([a-z-]+)""#,
    r#"self\.warn\(\s*"([a-z-]+)""#,
    r#"\(\s*"(html-[a-z-]+)","#,
    r#"\("([a-z-]+)", at\."#,
    r#""rule": "([a-z-]+)""#,
];

/// The files that make a report of a rule that comes in a variable.
const BY_VARIABLE: [&str; 4] =
    ["read/faults.rs", "read/front_matter/fields.rs", "read/html/limits.rs", "read/whole.rs"];

#[test]
fn the_guide_names_every_rule_and_no_other() {
    let by_variable = Regex::new(r"Report::(?:(?:warning|error)\(|new\(\s*Severity::\w+,)\s*[a-z]");
    let by_variable = by_variable.expect("a pattern");
    let (mut rules, mut files) = (BTreeSet::new(), BTreeSet::new());
    for path in sources() {
        let text = source(&path);
        rules.extend(NAMES_OF_RULES.iter().flat_map(|pattern| found(pattern, &text)));
        if by_variable.is_match(&text) {
            files.insert(path);
        }
    }
    assert_eq!(files, BY_VARIABLE.map(str::to_owned).into());
    assert_eq!(found(r"(?m)^### `([a-z-]+)`$", &document("reports.md")), rules);
}

/// Lists the files of the source below `src`.
fn sources() -> Vec<String> {
    let root = repository().join("src");
    let entries = walkdir::WalkDir::new(&root).into_iter().map(|entry| entry.expect("readable"));
    let paths = entries.map(walkdir::DirEntry::into_path);
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "rs");
    let below =
        |path: PathBuf| path.strip_prefix(&root).map(|path| path.to_string_lossy().into_owned());
    paths.filter(is_rust).map(|path| below(path).expect("it is below src")).collect()
}
