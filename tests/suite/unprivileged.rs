//! What a user may not read or write. Root may do everything: then the program runs as nobody.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::mill::{command, tree};
use crate::odd_files::{patiently, rules, titles};

/// The user and the group "nobody" of most systems; any that owns nothing will do.
const NOBODY: u32 = 65534;

/// Makes a folder that others may write to, with two articles.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, date) in [("good", "2024-05-01"), ("secret", "2024-05-02")] {
        let path = folder.path().join("seeds").join(name).join(format!("{name}.md"));
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
        fs::write(path, format!("---\ntitle: {name}\ndate: {date}\n---\nText.\n"))
            .expect("written");
    }
    allow(folder.path(), 0o777);
    folder
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the mode can be set");
}

/// Builds as a user who is not root; `None`, with a word about it, where that can't be.
#[allow(clippy::print_stderr)]
fn build(folder: &Path) -> Option<Output> {
    let is_root = fs::metadata(folder).expect("it is there").uid() == 0;
    let as_user = |mut command: Command| {
        command.env("FEEDMILL_STATE_FILE", "state.db");
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    };
    if as_user(command(folder, &["--version"])).output().is_err() {
        eprintln!("skipped: root can't run the program as another user here");
        return None;
    }
    Some(patiently(as_user(command(folder, &["build", "--json"]))))
}

#[test]
fn what_may_not_be_read_is_reported() {
    for (secret, mode) in [("seeds/secret/secret.md", 0o000), ("seeds/secret", 0o000)] {
        let folder = folder();
        allow(&folder.path().join(secret), mode);
        let Some(output) = build(folder.path()) else { return };
        allow(&folder.path().join(secret), 0o700);
        assert_eq!(output.status.code(), Some(0));
        let name = secret.trim_start_matches("seeds/").to_owned();
        assert_eq!(
            rules(&output).into_iter().collect::<Vec<_>>(),
            [(name, "unreadable".to_owned())]
        );
        assert_eq!(titles(folder.path()), ["good"]);
    }
}

#[test]
fn what_may_not_be_read_any_more_is_not_gone() {
    for secret in ["seeds/secret/secret.md", "seeds/secret"] {
        let folder = folder();
        let Some(first) = build(folder.path()) else { return };
        assert_eq!(first.status.code(), Some(0));
        let before = titles(folder.path());
        allow(&folder.path().join(secret), 0o000);
        let name = secret.trim_start_matches("seeds/").to_owned();
        for _ in 0..2 {
            let output = build(folder.path()).expect("it could be run before");
            assert_eq!(output.status.code(), Some(0));
            let told = rules(&output).into_iter().collect::<Vec<_>>();
            assert_eq!(told, [(name.clone(), "unreadable".to_owned())]);
            assert_eq!(titles(folder.path()), before);
        }
        allow(&folder.path().join(secret), 0o755);
        fs::remove_file(folder.path().join("seeds/secret/secret.md")).expect("removed");
        build(folder.path()).expect("it could be run before");
        assert_eq!(titles(folder.path()), ["good"]);
    }
}

#[test]
fn an_output_that_may_not_be_written_stays_as_it_is() {
    let folder = folder();
    let Some(first) = build(folder.path()) else { return };
    assert_eq!(first.status.code(), Some(0));
    let (feeds, before) = (folder.path().join("feeds"), tree(&folder.path().join("feeds")));
    fs::remove_dir_all(folder.path().join("seeds/secret")).expect("removed");
    allow(&feeds, 0o555);
    let second = build(folder.path()).expect("it could be run before");
    assert_eq!(second.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&second.stderr).contains("feeds"));
    assert_eq!(tree(&feeds), before);
    // As soon as it may be written, the feeds are as they should be.
    allow(&feeds, 0o777);
    assert_eq!(build(folder.path()).expect("it could be run before").status.code(), Some(0));
    assert_eq!(titles(folder.path()), ["good"]);
}
