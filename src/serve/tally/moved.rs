//! Who still asks for a feed where it no longer is.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use percent_encoding::percent_decode_str;

use crate::serve::tally::agent::Reader;

/// How many paths, each by status and reader, are told apart; the rest is counted together.
const MOST: usize = 500;

/// What the paths of the rest are called.
const REST: &str = "other";

/// How often each path was asked for that was left, by status and reader.
#[derive(Debug, Default)]
pub(super) struct Moved(Mutex<BTreeMap<(String, u16, Reader), u64>>);

impl Moved {
    /// Counts a request for a path that was left, however it is written.
    pub(super) fn add(&self, path: &str, status: u16, reader: Reader) {
        let path = percent_decode_str(path).decode_utf8_lossy().into_owned();
        let mut key = (path, status, reader);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST && !counts.contains_key(&key) {
            REST.clone_into(&mut key.0);
        }
        *counts.entry(key).or_default() += 1;
    }

    /// Lists paths, statuses and readers, with how often there was such a request.
    pub(super) fn counts(&self) -> Vec<(String, u16, Reader, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = counts.iter();
        counts
            .map(|((path, status, reader), count)| (path.clone(), *status, *reader, *count))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_bounded_and_are_what_they_mean() {
        let moved = Moved::default();
        moved.add("/%61.xml", 410, Reader::OTHER);
        for number in 1..MOST + 5 {
            moved.add(&format!("/{number}"), 301, Reader::OTHER);
            moved.add("/a.xml", 410, Reader::OTHER);
        }
        let counts = moved.counts();
        assert_eq!(counts.len(), MOST + 1);
        assert!(counts.contains(&("/a.xml".to_owned(), 410, Reader::OTHER, MOST as u64 + 5)));
        assert!(counts.contains(&(REST.to_owned(), 301, Reader::OTHER, 5)));
    }
}
