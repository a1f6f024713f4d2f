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
    lines.filter_map(|line| line.split_whitespace().next()).map(ToOwned::to_owned).collect()
}

#[test]
fn the_man_page_tells_every_subcommand_and_option_and_names_no_other_page() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let told = |arguments: &[&str]| {
        String::from_utf8(succeed(folder.path(), arguments).stdout).expect("it is UTF-8")
    };
    let page = told(&["man"]).replace("\\-", "-");
    assert!(!page.contains("(1)") && !page.contains("feedmill-"), "{page}");
    let subcommands = listed(&told(&["--help"]), "Commands:");
    assert!(subcommands.len() >= 7, "{subcommands:?}");
    let option = regex::Regex::new("--[a-z-]+").expect("a pattern");
    for subcommand in subcommands {
        let heading = format!(".SS \"feedmill {subcommand}\"\n");
        assert_eq!(page.matches(&heading).count(), 1, "{heading}");
        let help = told(&["help", &subcommand]);
        for found in option.find_iter(&help) {
            let bold = format!("\\fB{}\\fR", found.as_str());
            let is_told =
                page.lines().any(|line| line.starts_with("\\fB-") && line.contains(&bold));
            assert!(is_told, "{subcommand} {}", found.as_str());
        }
    }
}
