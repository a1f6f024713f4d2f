//! Any bytes as a file give an article or a report, and harm no other article.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use feedmill::config::meant::Settings;
use feedmill::config::{self, Sources};
use feedmill::read::head::Context;
use feedmill::read::{self, Beginning, Bytes};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::mill::{repository, succeed};

/// How each shape of a file begins, so that random bytes come further than to be no text.
const BEGINNINGS: [&str; 8] = [
    "",
    "---\ntitle: \"",
    "+++\ntags = [",
    "Title: a\nDate: ",
    "<!--1715852342000-->\n[",
    "<!--1715852342000-->\n[a](https://news.example/a)\n------\n\n<div><i>",
    "<!doctype html><title>",
    "# ",
];

const PATHS: [&str; 4] = ["a.md", "news/2024-01-31-b.txt", "c.html", "d.markdown"];

fn any_file() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        any::<String>().prop_map(String::into_bytes),
        "[\\[\\](){}<>\"'=:&;#*`|~+ \n\tA-z0-9中-]{0,200}".prop_map(String::into_bytes),
    ];
    (prop::sample::select(&BEGINNINGS[..]), bytes)
        .prop_map(|(beginning, bytes)| [beginning.as_bytes(), &bytes].concat())
}

/// A change of a file.
#[derive(Clone, Debug)]
enum Change {
    Cut(Index, usize),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
}

impl Change {
    fn any() -> impl Strategy<Value = Self> {
        prop_oneof![
            (any::<Index>(), 1_usize..400).prop_map(|(at, count)| Self::Cut(at, count)),
            (any::<Index>(), 1_u8..).prop_map(|(at, bits)| Self::Flip(at, bits)),
            (any::<Index>(), prop::collection::vec(any::<u8>(), 1..8))
                .prop_map(|(at, bytes)| Self::Insert(at, bytes)),
        ]
    }

    fn make(&self, bytes: &mut Vec<u8>) {
        let (Self::Cut(at, _) | Self::Flip(at, _) | Self::Insert(at, _)) = self;
        let at = at.index(bytes.len() + 1);
        match self {
            Self::Cut(_, count) => drop(bytes.drain(at..(at + count).min(bytes.len()))),
            Self::Flip(_, bits) => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bits),
            Self::Insert(_, new) => drop(bytes.splice(at..at, new.iter().copied())),
        }
    }
}

fn samples() -> Vec<PathBuf> {
    let entries = fs::read_dir(repository().join("seeds")).expect("the samples can be listed");
    let mut samples: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a sample can be listed").path()).collect();
    samples.sort();
    samples
}

/// The name of a sample, and its bytes after some changes.
fn changed_sample(count: Range<usize>) -> impl Strategy<Value = (String, Vec<u8>)> {
    let changes = prop::collection::vec(Change::any(), count);
    (prop::sample::select(samples()), changes).prop_map(|(sample, changes)| {
        let mut bytes = fs::read(&sample).expect("the sample can be read");
        for change in &changes {
            change.make(&mut bytes);
        }
        (sample.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes)
    })
}

fn settings() -> Settings {
    config::load(&Sources::default()).expect("the defaults hold").settings
}

/// Reads a file in every way in which it is read, and tells what is wrong with what came of it.
fn read(settings: &Settings, path: &str, bytes: &[u8]) -> Result<(), String> {
    let context = Context {
        site: &settings.site,
        reading: &settings.input.reading,
        path,
        wants_language: true,
    };
    for length in [0, bytes.len() / 3, bytes.len() / 2] {
        let (front, back) = bytes.split_at(length);
        let _ = read::head(Bytes { front, back, complete: false }, context);
    }
    match read::head(Bytes { front: bytes, back: &[], complete: true }, context) {
        Beginning::NeedsMore => Err("all of the file was not enough".to_owned()),
        Beginning::Nothing(reports) if reports.is_empty() => Err("no reason was told".to_owned()),
        Beginning::Nothing(_) => Ok(()),
        Beginning::Head(read) if read.head.title.is_empty() => Err("there is no title".to_owned()),
        Beginning::Head(read) => {
            let (whole, reports) = read::whole(bytes, &read.head, context);
            let says_something = whole.content.is_some() || !reports.is_empty();
            says_something.then_some(()).ok_or_else(|| "neither content nor report".to_owned())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_file_gives_an_article_or_a_report(
        path in prop::sample::select(&PATHS[..]),
        bytes in any_file(),
    ) {
        prop_assert_eq!(read(&settings(), path, &bytes), Ok(()));
    }

    #[test]
    fn any_change_of_a_sample_gives_an_article_or_a_report((path, bytes) in changed_sample(1..6)) {
        prop_assert_eq!(read(&settings(), &path, &bytes), Ok(()));
    }

    #[test]
    fn the_beginning_of_a_long_file_tells_what_all_of_it_tells(
        (path, bytes) in prop_oneof![
            (prop::sample::select(&PATHS[..]).prop_map(str::to_owned), any_file()),
            changed_sample(0..3),
        ],
    ) {
        let filler = "\n<p>A paragraph that says little, and says it again.</p>\n".repeat(200);
        let all = [&bytes, filler.as_bytes()].concat();
        let settings = settings();
        let context = Context { site: &settings.site, reading: &settings.input.reading, path: &path, wants_language: true };
        let (front, back) = (&all[..8192], &all[all.len() - 1024..]);
        let first = read::head(Bytes { front, back, complete: false }, context);
        let whole = read::head(Bytes { front: &all, back: &[], complete: true }, context);
        if let (Beginning::Head(first), Beginning::Head(whole)) = (first, whole) {
            prop_assert_eq!(first.head, whole.head);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_good_article_stays_whatever_lies_beside_it(
        files in prop::collection::vec((prop::sample::select(&PATHS[..]), any_file()), 1..5),
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let seeds = folder.path().join("seeds");
        for (number, (path, bytes)) in files.iter().enumerate() {
            let path = seeds.join(number.to_string()).join(path);
            fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
            fs::write(path, bytes).expect("written");
        }
        fs::write(seeds.join("good.md"), "---\nid: good\ndate: 2024-05-16\n---\n# Good\n\nText.\n")
            .expect("written");
        succeed(folder.path(), &["build"]);
        for document in ["rss.xml", "atom.xml", "feed.json"] {
            let bytes = fs::read(folder.path().join("feeds").join(document)).expect("it is there");
            let feed = feed_rs::parser::parse(&bytes[..]).expect("it is a feed");
            let good = |entry: &feed_rs::model::Entry| entry.id == "tag:localhost,2026:id/good";
            prop_assert!(feed.entries.iter().any(good), "{} of {:?}", document, files);
        }
    }
}
