//! Runs the program, and looks at folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// The time at which the tests stand still: 2025-01-01T00:00:00Z.
const NOW: &str = "1735689600";

/// Runs feedmill in a folder.
pub(crate) fn feedmill(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("the program can be started")
}

/// Makes the command that runs feedmill in a folder, with nothing of the tester's environment that
/// could change what it does.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedmill"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FEEDMILL_")) {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .env("SOURCE_DATE_EPOCH", NOW)
        .env("FEEDMILL_STATE_FILE", "none")
        .env("FEEDMILL_SERVE_LISTEN", "")
        .args(arguments);
    command
}

/// Runs feedmill and expects it to end with exit code 0.
pub(crate) fn succeed(folder: &Path, arguments: &[&str]) -> Output {
    let output = feedmill(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Reads all files below a folder, by their paths.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.expect("the folder can be walked");
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).expect("it is below the folder");
            let bytes = fs::read(entry.path()).expect("the file can be read");
            files.insert(path.to_string_lossy().into_owned(), bytes);
        }
    }
    files
}

/// Gives the root of the repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
