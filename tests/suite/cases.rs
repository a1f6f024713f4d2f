//! Every folder in `tests/cases/` is a behaviour: `config.toml` and `seeds/` go in, and what comes
//! out is compared with `feeds/` as a whole tree, an extra file included, and with `reports.txt`.
//!
//! `FEEDMILL_BLESS=1 cargo test` writes the expectations anew; look at the difference before it is
//! committed.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::mill::{feedmill, repository, tree};

#[test]
fn every_case_gives_what_it_expects() {
    let mut failures = Vec::new();
    let cases = cases();
    assert!(!cases.is_empty(), "there are no cases");
    for case in cases {
        if let Err(difference) = run(&case) {
            failures.push(format!("{}: {difference}", case.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Lists the folders of the cases.
pub(crate) fn cases() -> Vec<PathBuf> {
    let folder = repository().join("tests/cases");
    let entries = fs::read_dir(&folder).expect("the folder of cases can be read");
    let mut cases: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    cases.sort();
    cases
}

fn run(case: &Path) -> Result<(), String> {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let output_folder = out.path().to_string_lossy().into_owned();
    let output = feedmill(case, &["build", "--output", &output_folder]);
    let told = String::from_utf8_lossy(&output.stderr);
    let reports: String = told
        .lines()
        .filter(|line| !line.contains(&output_folder))
        .fold(String::new(), |text, line| text + line + "\n");
    let (made, expected) = (tree(out.path()), case.join("feeds"));
    if std::env::var_os("FEEDMILL_BLESS").is_some() {
        bless(&expected, &made);
        fs::write(case.join("reports.txt"), &reports).expect("the reports can be written");
        return Ok(());
    }
    compare(&made, &expectation(&expected))?;
    let wanted = fs::read_to_string(case.join("reports.txt")).unwrap_or_default();
    if reports == wanted {
        Ok(())
    } else {
        Err(format!("reports:\n{reports}instead of:\n{wanted}"))
    }
}

/// The files of a folder, by their paths.
pub(crate) type Tree = std::collections::BTreeMap<String, Vec<u8>>;

/// Documents that are the same in every case: each stands there as a link to the file that it is made of.
const SHARED: [&str; 2] = ["feedmill.css", "feedmill.js"];

/// Reads what a case is to give.
fn expectation(folder: &Path) -> Tree {
    let mut expected = tree(folder);
    let shared = SHARED.iter().filter_map(|name| {
        let bytes = fs::read(folder.join(name)).ok()?;
        Some(((*name).to_owned(), bytes))
    });
    expected.extend(shared);
    expected
}

fn bless(expected: &Path, made: &Tree) {
    let _ = fs::remove_dir_all(expected);
    for (name, bytes) in made {
        let path = expected.join(name);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
        if SHARED.contains(&name.as_str()) {
            let source = Path::new("../../../../src/render/html").join(name);
            std::os::unix::fs::symlink(source, path).expect("the link can be made");
        } else {
            fs::write(path, bytes).expect("the expectation can be written");
        }
    }
}

fn compare(made: &Tree, expected: &Tree) -> Result<(), String> {
    if let Some(path) = expected.keys().find(|path| !made.contains_key(*path)) {
        return Err(format!("{path} was not made"));
    }
    if let Some(path) = made.keys().find(|path| !expected.contains_key(*path)) {
        return Err(format!("{path} was made and not expected"));
    }
    for (path, bytes) in made {
        // Another version of a compressor may write other bytes; what they decode to is the document.
        let (bytes, wanted) = match coded_twin_of(path) {
            Some(plain) => (decoded(path, bytes), made[plain].clone()),
            None => (bytes.clone(), expected[path].clone()),
        };
        let (made, expected) = (String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&wanted));
        let mut lines = made.lines().zip(expected.lines()).enumerate();
        if let Some((number, (made, wanted))) = lines.find(|(_, (made, wanted))| made != wanted) {
            return Err(format!("{path}:{}:\n  {made}\ninstead of\n  {wanted}", number + 1));
        }
        if made != expected {
            return Err(format!("{path} has another length than expected"));
        }
    }
    Ok(())
}

/// Gives the path of the document that a file is a coded form of.
fn coded_twin_of(path: &str) -> Option<&str> {
    [".gz", ".br", ".zst"].iter().find_map(|ending| path.strip_suffix(ending))
}

fn decoded(path: &str, coded: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut decoder: Box<dyn Read + '_> = match path.rsplit('.').next() {
        Some("gz") => Box::new(flate2::read::GzDecoder::new(coded)),
        Some("br") => Box::new(brotli::Decompressor::new(coded, 4096)),
        _ => Box::new(zstd::Decoder::new(coded).expect("a decoder can be made")),
    };
    decoder.read_to_end(&mut plain).unwrap_or_else(|error| panic!("{path}: {error}"));
    plain
}
