//! The documents of the samples, judged by parsers that are not ours.

use std::fs;

use crate::mill::{repository, succeed, tree};

#[test]
fn other_parsers_read_what_was_written() {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    succeed(repository(), &["build", "--output", &out.path().to_string_lossy()]);
    let mut counts = Vec::new();
    for name in ["rss.xml", "atom.xml", "feed.json"] {
        let bytes = fs::read(out.path().join(name)).expect("the document is there");
        let feed = feed_rs::parser::parse(&bytes[..]).expect("it is a feed");
        let titles: Vec<String> = feed
            .entries
            .iter()
            .map(|entry| entry.title.as_ref().expect("a title").content.clone())
            .collect();
        let ids: Vec<String> = feed.entries.iter().map(|entry| entry.id.clone()).collect();
        let dates: Vec<_> = feed.entries.iter().map(|entry| entry.published).collect();
        counts.push((titles, ids, dates));
    }
    assert_eq!(counts[0].0.len(), 7, "one entry for each sample");
    assert_eq!(counts[0], counts[1]);
    assert_eq!(counts[1], counts[2]);
}

#[test]
fn xml_is_well_formed() {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    succeed(repository(), &["build", "--output", &out.path().to_string_lossy()]);
    for name in ["rss.xml", "atom.xml", "feeds.opml"] {
        let text = fs::read_to_string(out.path().join(name)).expect("the document is there");
        roxmltree::Document::parse(&text).expect("it is well-formed");
    }
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
