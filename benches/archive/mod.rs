//! A generated archive in the shape that news-archive robots write: the same count and seed give
//! the same bytes, on every machine.
//!
//! - [`random`]: the numbers that everything is drawn from
//! - [`words`]: the words of two languages, and sentences made of them
//! - [`publisher`]: twelve invented publishers, each with its own opening of the body
//! - [`head`]: the comment, the title and the address, with the oddities that occur
//! - [`body`]: the dateline, the pictures and the text

mod body;
mod head;
mod publisher;
mod random;
mod words;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::archive::head::Head;
use crate::archive::publisher::{PUBLISHERS, Publisher};
use crate::archive::random::Random;

/// The first second of the archive: 2022-01-01T00:00:00Z.
const FIRST: u64 = 1_640_995_200;
/// How many seconds it spans: 36 months, all of them past.
const SPAN: u64 = 36 * 30 * 86_400;
/// One article in so many stands under the address of an earlier one.
const DOUBLED: u64 = 50;
/// One article in so many has no body.
const EMPTY: u64 = 12;

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Files.
    pub(crate) files: usize,
    /// Bytes of all files together.
    pub(crate) bytes: u64,
    /// Different addresses: the number of entries that a reader makes of the files.
    pub(crate) addresses: usize,
    /// Files without a body.
    pub(crate) empty: usize,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, bytes, addresses, empty } = self;
        write!(f, "{files} files, {bytes} bytes, {addresses} addresses, {empty} without a body")
    }
}

/// An article of the archive, before it is written.
struct Article {
    publisher: &'static Publisher,
    /// When the publisher put it out, in seconds since 1970.
    published: u64,
    /// When the robot saw it, in seconds since 1970.
    seen: u64,
    /// The number that makes its address its own.
    number: u64,
    random: Random,
}

impl Article {
    /// Makes an article: each is drawn from the seed and its own number only, so that a longer
    /// archive has the same kinds of articles as a shorter one.
    fn new(number: u64, count: u64, seed: u64) -> Self {
        let mut random = Random::new(seed, number);
        let doubled = number >= DOUBLED && random.one_in(DOUBLED);
        let original = if doubled { number - 1 - random.below(DOUBLED - 1) } else { number };
        // What the address stands for is drawn from the number of the original.
        let mut origin = Random::new(seed, original);
        let pace = SPAN / count.max(1);
        let published = FIRST + original * pace + origin.below(pace);
        let place = origin.index(PUBLISHERS.len());
        // A robot sees an item 6 minutes to 3 hours late, and a changed one later still.
        let delay = 360 + random.below(10_440) + if doubled { 14_400 } else { 0 };
        Self {
            publisher: &PUBLISHERS[place],
            published,
            seen: published + delay,
            number: original,
            random,
        }
    }

    /// Gives the address of its page.
    fn address(&self) -> String {
        publisher::address(self.publisher, self.number)
    }
}

/// Writes an archive of so many articles below a folder, in a folder a month.
///
/// # Errors
///
/// The first error of the file system.
pub(crate) fn write(count: usize, folder: &Path, seed: u64) -> io::Result<Summary> {
    let mut summary = Summary::default();
    let mut addresses = BTreeSet::new();
    for number in 0..count as u64 {
        let mut article = Article::new(number, count as u64, seed);
        let empty = article.random.one_in(EMPTY);
        let head = Head::new(&mut article);
        let body = if empty { String::new() } else { body::write(&mut article) };
        let month = folder.join(date(article.published).format("%Y-%m").to_string());
        fs::create_dir_all(&month)?;
        let text = format!("{}{body}\n", head.text);
        fs::write(month.join(head.file_name(number)), &text)?;
        summary.files += 1;
        summary.bytes += text.len() as u64;
        summary.empty += usize::from(empty);
        addresses.insert(article.address());
    }
    summary.addresses = addresses.len();
    Ok(summary)
}

/// Gives a date in UTC.
fn date(seconds: u64) -> DateTime<Utc> {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .unwrap_or_default()
}
