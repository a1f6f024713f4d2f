//! What the README tells people to type does what it says.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::mill::{command, repository};

/// How the README runs the program without installing it.
const BY_CARGO: &str = "cargo run --release -- ";

fn readme() -> String {
    fs::read_to_string(repository().join("README.md")).expect("the README can be read")
}

/// Gives the fenced blocks of a language.
pub(crate) fn blocks(markdown: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let Some(found) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if found == language {
            blocks.push(block.join("\n"));
        }
    }
    blocks
}

/// Gives the command lines of the blocks for a shell, less their comments.
pub(crate) fn command_lines(markdown: &str) -> Vec<String> {
    let blocks = blocks(markdown, "sh").join("\n");
    let bare = blocks.lines().map(|line| line.split(" #").next().unwrap_or_default().trim());
    bare.filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect()
}

/// Gives the commands that stand within the text.
pub(crate) fn commands_in_text(markdown: &str) -> Vec<String> {
    let code = markdown.split('`').skip(1).step_by(2);
    code.filter(|code| code.starts_with("feedmill ")).map(ToOwned::to_owned).collect()
}

/// What stands in for the names that the guides make up.
const STAND_INS: [(&str, &str); 4] = [
    ("export FILE", "export ledger.jsonl"),
    ("import FILE", "import ledger.jsonl"),
    ("FILE", "seeds/archive.md"),
    ("FEED", "old.json"),
];

/// Makes a folder as a reader of the README has it: the samples, articles, and what was exported and
/// published before.
pub(crate) fn place() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::copy(repository().join("config.toml"), folder.path().join("config.toml")).expect("copied");
    for name in ["seeds", "articles"] {
        fs::create_dir(folder.path().join(name)).expect("made");
        for seed in fs::read_dir(repository().join("seeds")).expect("the samples can be read") {
            let seed = seed.expect("an entry can be read");
            fs::copy(seed.path(), folder.path().join(name).join(seed.file_name())).expect("copied");
        }
    }
    fs::write(folder.path().join("ledger.jsonl"), "").expect("written");
    fs::write(folder.path().join("old.json"), "{\"items\": []}").expect("written");
    folder
}

/// Runs a command line of the program, whichever way it is called.
pub(crate) fn run(folder: &Path, line: &str) -> Output {
    let arguments = line.strip_prefix(BY_CARGO).or_else(|| line.strip_prefix("feedmill "));
    let arguments = arguments.unwrap_or_else(|| panic!("{line}: not a command of feedmill"));
    let filled =
        STAND_INS.iter().fold(arguments.to_owned(), |line, (name, file)| line.replace(name, file));
    let words: Vec<&str> = filled.split_whitespace().collect();
    let prepared = |words: &[&str]| {
        let mut command = command(folder, words);
        command.env("FEEDMILL_STATE_FILE", ".feedmill/state.db");
        command
    };
    match words.first() {
        Some(&"run") => run_until("written", prepared(&words)),
        Some(&"serve") => {
            let built = prepared(&["build"]).output().expect("the program can be started");
            assert!(built.status.success());
            let mut command = prepared(&words);
            command.env("FEEDMILL_SERVE_LISTEN", "127.0.0.1:0");
            run_until("served at", command)
        }
        Some(&"status") => {
            let built = prepared(&["build"]).output().expect("the program can be started");
            assert!(built.status.success());
            prepared(&words).output().expect("the program can be started")
        }
        _ => prepared(&words).output().expect("the program can be started"),
    }
}

/// Runs a service until it tells something.
fn run_until(words: &str, mut command: Command) -> Output {
    let mut child = command.stderr(Stdio::piped()).spawn().expect("the program can be started");
    let told = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut lines = told.lines().map_while(Result::ok);
    let told: Vec<String> = lines.by_ref().take_while(|line| !line.contains(words)).collect();
    kill_process(Pid::from_child(&child), Signal::TERM).expect("it is ours");
    let left: Vec<String> = lines.collect();
    let output = child.wait_with_output().expect("it ends");
    Output { stderr: [told, left].concat().join("\n").into_bytes(), ..output }
}

#[test]
fn every_command_of_the_readme_works() {
    let readme = readme();
    let (lines, in_text) = (command_lines(&readme), commands_in_text(&readme));
    assert!(lines.len() >= 3 && in_text.len() >= 4, "{lines:?} {in_text:?}");
    let of_program = |line: &&String| line.starts_with(BY_CARGO) || line.starts_with("feedmill ");
    for line in lines.iter().filter(of_program).chain(&in_text) {
        let folder = place();
        if line == "feedmill init" {
            fs::remove_file(folder.path().join("config.toml")).expect("removed");
        }
        let output = run(folder.path(), line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_output_folder_of_the_example_holds_what_is_promised() {
    let readme = readme();
    let lines = command_lines(&readme);
    let line =
        lines.iter().find(|line| line.contains("--output public/feeds")).expect("it is there");
    let folder = place();
    run(folder.path(), line);
    for name in ["rss.xml", "atom.xml", "feed.json", "feed.html", "index.html", "feeds.opml"] {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
        assert!(folder.path().join("public/feeds").join(name).is_file(), "{name}");
    }
    let atom =
        fs::read_to_string(folder.path().join("public/feeds/atom.xml")).expect("it is there");
    assert!(atom.contains("href=\"https://example.org/feeds/atom.xml\" rel=\"self\""));
}

#[test]
fn what_the_readme_shows_is_what_is_printed() {
    let readme = readme();
    let [shown] = &blocks(&readme, "text")[..] else { panic!("the README shows one output") };
    let first = command_lines(&readme).remove(0);
    let output = run(place().path(), &first);
    assert_eq!(String::from_utf8_lossy(&output.stderr).trim_end(), shown);
    assert!(output.stdout.is_empty());
}

/// What Cargo does can't be tried within a test of Cargo's.
#[test]
fn every_command_for_cargo_is_run_before_a_change_is_taken() {
    let checks = fs::read_to_string(repository().join(".ci/run")).expect("the checks can be read");
    let lines = command_lines(&readme());
    for line in lines.iter().filter(|line| line.starts_with("cargo ")) {
        let runs = |check: &str| check.trim_end().ends_with(&format!("of_readme {line}"));
        assert!(checks.lines().any(runs), "{line}");
    }
}

#[test]
fn every_link_leads_to_a_file_and_one_line_to_the_guide() {
    let readme = readme();
    let link = regex::Regex::new(r"\]\(([^)]+)\)").expect("a pattern");
    let links = |text: &str| -> Vec<String> {
        link.captures_iter(text).map(|found| found[1].to_owned()).collect()
    };
    for path in links(&readme) {
        assert!(repository().join(&path).is_file(), "{path}");
    }
    let guide = ["articles", "feeds", "service", "reports"].map(|name| format!("docs/{name}.md"));
    assert!(readme.lines().any(|line| links(line) == guide));
}

#[test]
fn the_exit_codes_are_those_of_the_program() {
    let readme = readme();
    let told = readme.split("Exit codes:").nth(1).expect("the README tells them");
    let told = told.split("\n\n").next().unwrap_or_default();
    for code in ["0 done", "1 with `--strict`", "2 wrong use or configuration", "3 too", "4 the"] {
        assert!(told.contains(code), "{code}");
    }
    let folder = place();
    let code = |line: &str| run(folder.path(), line).status.code();
    assert_eq!(code("feedmill build --strict"), Some(0));
    assert_eq!(code("feedmill bulid"), Some(2));
    assert_eq!(code("feedmill build --output config.toml"), Some(4));
    fs::write(folder.path().join("seeds/nothing.md"), "").expect("written");
    assert_eq!(code("feedmill build --strict"), Some(1));
}
