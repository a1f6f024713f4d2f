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
