//! The law of the house: a part imports only from floors below its own.

use std::fs;
use std::path::{Path, PathBuf};

use crate::mill::repository;

/// The floor of each part.
const FLOORS: [(&str, u32); 18] = [
    ("main", 7),
    ("cli", 6),
    ("daemon", 5),
    ("mill", 4),
    ("serve", 4),
    ("ops", 4),
    ("watch", 3),
    ("catalog", 3),
    ("publish", 3),
    ("hub", 3),
    ("read", 2),
    ("select", 2),
    ("render", 2),
    ("lint", 2),
    ("config", 1),
    ("metrics", 1),
    ("model", 0),
    ("lib", 8),
];

#[test]
fn imports_go_down_only() {
    let source = repository().join("src");
    let mut faults = Vec::new();
    for file in rust_files(&source) {
        let part = part_of(file.strip_prefix(&source).expect("it is below src"));
        let text = fs::read_to_string(&file).expect("the file can be read");
        for (number, line) in text.lines().enumerate() {
            if let Some(fault) = fault(&part, line) {
                faults.push(format!("{}:{}: {fault}", file.display(), number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_fault_is_seen() {
    assert!(fault("read", "use crate::watch::walk;").is_some());
    assert!(fault("read", "use crate::render::rss;").is_some());
    assert!(fault("read", "use crate::{model, config};").is_some());
    assert!(fault("read", "    let x = crate::mill::turn();").is_some());
    assert!(fault("read", "use super::super::model;").is_some());
    assert!(fault("read", "use crate::cellar::Wine;").is_some());
    assert_eq!(fault("read", "use crate::model::text::Text;"), None);
    assert_eq!(fault("read", "use crate::read::date;"), None);
}

fn fault(part: &str, line: &str) -> Option<String> {
    let code = line.split("//").next().unwrap_or_default();
    if code.contains("crate::{") {
        return Some("write one `use` for each import from the crate".to_owned());
    }
    if code.contains("super::super") {
        return Some("`super::super` hides where an import comes from".to_owned());
    }
    let own = floor(part)?;
    code.split("crate::").skip(1).find_map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let other = &rest[..end];
        if other == part || rest.starts_with(|c: char| c.is_uppercase()) {
            return None;
        }
        match floor(other) {
            None => Some(format!("`{other}` stands on no floor")),
            Some(floor) if floor >= own => {
                Some(format!("{part} ({own}) imports {other} ({floor})"))
            }
            Some(_) => None,
        }
    })
}

fn floor(part: &str) -> Option<u32> {
    FLOORS.iter().find(|(name, _)| *name == part).map(|(_, floor)| *floor)
}

fn part_of(path: &Path) -> String {
    let first = path.components().next().expect("it has a name").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("readable"));
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "rs");
    entries.map(walkdir::DirEntry::into_path).filter(is_rust).collect()
}
