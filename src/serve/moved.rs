//! Who still asks for a feed where it no longer is.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::serve::agent::Reader;

/// How many addresses are told apart; the rest are counted together. There are as many as were
/// configured, but an address can be written in many ways.
const MOST_PATHS: usize = 100;

/// What the rest is called.
const REST: &str = "other";

/// How often each address was asked for that was left, by status and reader.
#[derive(Debug, Default)]
pub(super) struct Moved(Mutex<BTreeMap<String, Counts>>);

/// How often there was a status for a reader.
type Counts = BTreeMap<(u16, Reader), u64>;

impl Moved {
    /// Counts a request for a path that was left.
    pub(super) fn add(&self, path: &str, status: u16, reader: Reader) {
        let mut paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = paths.len() >= MOST_PATHS && !paths.contains_key(path);
        let path = if is_full { REST } else { path };
        *paths.entry(path.to_owned()).or_default().entry((status, reader)).or_default() += 1;
    }

    /// Lists paths, statuses and readers, with how often there was such a request.
    pub(super) fn counts(&self) -> Vec<(String, u16, Reader, u64)> {
        let paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = paths.iter().flat_map(|(path, counts)| {
            let of_path = counts.iter();
            of_path.map(|((status, reader), count)| (path.clone(), *status, *reader, *count))
        });
        counts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_bounded() {
        let moved = Moved::default();
        for number in 0..MOST_PATHS + 5 {
            moved.add(&format!("/{number}"), 301, Reader::OTHER);
            moved.add("/0", 410, Reader::OTHER);
        }
        let counts = moved.counts();
        assert_eq!(counts.len(), MOST_PATHS + 2);
        assert!(counts.contains(&("/0".to_owned(), 410, Reader::OTHER, MOST_PATHS as u64 + 5)));
        assert!(counts.contains(&(REST.to_owned(), 301, Reader::OTHER, 5)));
    }
}
