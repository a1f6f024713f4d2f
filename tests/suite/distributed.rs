//! The files in `dist/` are what the program prints. `FEEDMILL_BLESS=1` writes them anew.

use std::fs;

use crate::mill::{repository, succeed};

/// Each file, and what prints it.
const FILES: [(&str, &[&str]); 4] = [
    ("completions/feedmill.bash", &["completions", "bash"]),
    ("completions/_feedmill", &["completions", "zsh"]),
    ("completions/feedmill.fish", &["completions", "fish"]),
    ("feedmill.1", &["man"]),
];

#[test]
fn what_is_distributed_is_what_the_program_prints() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (file, arguments) in FILES {
        let printed = succeed(folder.path(), arguments).stdout;
        let path = repository().join("dist").join(file);
        if std::env::var_os("FEEDMILL_BLESS").is_some() {
            fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
            fs::write(&path, &printed).expect("written");
        }
        let kept = fs::read(&path).unwrap_or_default();
        assert!(printed == kept, "dist/{file} is not what feedmill {} prints", arguments.join(" "));
    }
}

/// Lists the first words of the lines below a heading of a help text.
fn listed(help: &str, section: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != section).skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    // A line that is further in goes on with what the one above it tells.
    let own =
        lines.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    own.filter_map(|line| line.split(' ').next()).map(ToOwned::to_owned).collect()
}

#[test]
fn the_man_page_tells_every_subcommand_and_option_and_names_no_other_page() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let told = |arguments: &[&str]| {
        String::from_utf8(succeed(folder.path(), arguments).stdout).expect("it is UTF-8")
    };
    let page = told(&["man"]).replace("\\-", "-");
    assert!(!page.contains("(1)") && !page.contains("feedmill-"), "{page}");
    let option = regex::Regex::new("--[a-z-]+").expect("a pattern");
    let mut waiting = vec![String::new()];
    let mut count = 0;
    while let Some(name) = waiting.pop() {
        let words: Vec<&str> = name.split_whitespace().chain(["--help"]).collect();
        let help = told(&words);
        let below = listed(&help, "Commands:");
        if below.is_empty() {
            let heading = format!(".SS \"feedmill{name}\"\n");
            assert_eq!(page.matches(&heading).count(), 1, "{heading}");
            count += 1;
        }
        waiting.extend(
            below.iter().filter(|word| *word != "help").map(|word| format!("{name} {word}")),
        );
        for found in option.find_iter(&help) {
            let bold = format!("\\fB{}\\fR", found.as_str());
            let is_told =
                page.lines().any(|line| line.starts_with("\\fB-") && line.contains(&bold));
            assert!(is_told, "{name} {}", found.as_str());
        }
    }
    assert!(count >= 9, "{count}");
}
