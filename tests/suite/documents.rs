//! The documents of every case, judged by parsers that are not ours.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::cases::{Tree, cases};
use crate::mill::{repository, succeed, tree};

/// What the three formats of a feed have in common of an entry.
type Entry = (String, Option<String>, Option<DateTime<Utc>>);

#[test]
fn other_parsers_read_every_document_and_its_formats_agree() {
    let mut feeds = 0;
    for case in cases() {
        let documents = tree(&case.join("feeds"));
        for (path, bytes) in &documents {
            let text = || String::from_utf8(bytes.clone()).expect("it is UTF-8");
            if matches!(path.rsplit('.').next(), Some("xml" | "opml")) {
                let parsed = roxmltree::Document::parse(&text()).map(|_| ());
                assert_eq!(parsed, Ok(()), "{} {path}", case.display());
            }
        }
        for (folder, formats) in by_folder(&documents) {
            let place = format!("{} {folder}", case.display());
            let read: Vec<_> = formats.iter().map(|bytes| entries(bytes, &place)).collect();
            assert!(read.windows(2).all(|pair| pair[0] == pair[1]), "{place}: {read:#?}");
            feeds += 1;
        }
    }
    assert!(feeds > 50, "only {feeds} feeds were looked at");
}

/// Puts the formats of each feed together, and those of each page of an archive.
fn by_folder(documents: &Tree) -> BTreeMap<String, Vec<&[u8]>> {
    let mut feeds: BTreeMap<String, Vec<&[u8]>> = BTreeMap::new();
    for (path, bytes) in documents {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let forms = [("rss", ".xml"), ("atom", ".xml"), ("feed", ".json")];
        let page = forms.iter().find_map(|(stem, ending)| {
            let page = name.strip_prefix(stem)?.strip_suffix(ending)?;
            (page.is_empty() || page.starts_with('-')).then_some(page)
        });
        if let Some(page) = page {
            feeds.entry(format!("{folder}/{page}")).or_default().push(bytes);
        }
    }
    feeds
}

fn entries(bytes: &[u8], place: &str) -> Vec<Entry> {
    let feed = feed_rs::parser::parse(bytes).unwrap_or_else(|error| panic!("{place}: {error}"));
    let title = |entry: &feed_rs::model::Entry| entry.title.as_ref().map(|it| it.content.clone());
    feed.entries.iter().map(|entry| (entry.id.clone(), title(entry), entry.published)).collect()
}

#[test]
fn a_second_build_writes_nothing() {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = out.path().to_string_lossy().into_owned();
    succeed(repository(), &["build", "--output", &folder]);
    let first = tree(out.path());
    let second = succeed(repository(), &["build", "--json", "--output", &folder]);
    let told: serde_json::Value = serde_json::from_slice(&second.stdout).expect("it is JSON");
    assert_eq!(told["documents"]["written"], 0);
    assert_eq!(tree(out.path()), first);
}
