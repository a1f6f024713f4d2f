//! Requests, counted by feed and status.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::metrics::Counter;

/// How many feeds are counted by name; the rest are counted together. Each name is a label of several
/// series in whatever collects them.
const MOST_NAMES: usize = 200;

/// What the rest is called.
const REST_NAME: &str = "other";

/// What the feed at the root is called.
const ROOT_NAME: &str = "(root)";

/// The statuses that are counted by themselves.
const STATUSES: [(u16, &str); 19] = [
    (200, "200"),
    (304, "304"),
    (404, "404"),
    (204, "204"),
    (206, "206"),
    (226, "226"),
    (301, "301"),
    (308, "308"),
    (400, "400"),
    (403, "403"),
    (405, "405"),
    (410, "410"),
    (412, "412"),
    (416, "416"),
    (421, "421"),
    (429, "429"),
    (431, "431"),
    (500, "500"),
    (503, "503"),
];

/// The number of what belongs to no feed.
pub(super) const NO_FEED: usize = 0;

/// The number of the feeds that have no number of their own.
const REST: usize = 1;

/// The first number of a feed.
const FIRST: usize = 2;

/// The feeds, each with a number, and what was answered of them.
#[derive(Debug)]
pub(super) struct FeedCounts {
    numbers: RwLock<HashMap<String, usize>>,
    /// By number.
    answers: Box<[[Counter; STATUSES.len() + 1]]>,
}

impl FeedCounts {
    /// Begins with no feed.
    pub(super) fn new() -> Self {
        let answers = (0..FIRST + MOST_NAMES).map(|_| Default::default()).collect();
        Self { numbers: RwLock::default(), answers }
    }

    /// Gives the number of the feed in a folder of the output. Those that are asked for first get one of
    /// their own.
    pub(super) fn number(&self, folder: &str) -> usize {
        let numbers = self.numbers.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = numbers.get(folder) {
            return *number;
        }
        // Folders that are called as something else here are not told from it.
        if numbers.len() >= MOST_NAMES || [REST_NAME, ROOT_NAME].contains(&folder) {
            return REST;
        }
        drop(numbers);
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        let next = FIRST + numbers.len();
        if next < self.answers.len() {
            *numbers.entry(folder.to_owned()).or_insert(next)
        } else {
            REST
        }
    }

    /// Counts an answer.
    pub(super) fn add(&self, number: usize, status: u16) {
        let place = STATUSES.iter().position(|(own, _)| *own == status);
        self.answers[number][place.unwrap_or(STATUSES.len())].add_one();
    }

    /// Lists the feeds, with their numbers; also the rest, and, without a name, what belongs to none.
    pub(super) fn names(&self) -> Vec<(usize, String)> {
        let numbers = self.numbers.read().unwrap_or_else(PoisonError::into_inner);
        let own = numbers.iter().map(|(folder, number)| {
            let name = if folder.is_empty() { ROOT_NAME } else { folder };
            (*number, name.to_owned())
        });
        let common = [(NO_FEED, String::new()), (REST, REST_NAME.to_owned())];
        let mut names: Vec<_> = common.into_iter().chain(own).collect();
        names.sort_unstable();
        names
    }

    /// Lists the statuses that were answered, with how often.
    pub(super) fn answers(&self, number: usize) -> Vec<(&'static str, u64)> {
        let words = STATUSES.iter().map(|(_, word)| *word).chain([REST_NAME]);
        let counts = self.answers[number].iter().map(Counter::get);
        words.zip(counts).filter(|(_, count)| *count > 0).collect()
    }

    /// Gives how often any of some statuses was answered, whatever was asked for.
    pub(super) fn sum(&self, statuses: &[&str]) -> u64 {
        let all = (0..self.answers.len()).flat_map(|number| self.answers(number));
        all.filter(|(status, _)| statuses.contains(status)).map(|(_, count)| count).sum()
    }

    /// Gives how many answers there were.
    pub(super) fn all(&self) -> u64 {
        self.answers.iter().flatten().map(Counter::get).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn feeds_have_names_as_far_as_there_are_some() {
        let counts = FeedCounts::new();
        for folder in ["", "a/b", REST_NAME, ROOT_NAME] {
            counts.add(counts.number(folder), 200);
            counts.add(counts.number(folder), 304);
        }
        for number in 0..1000 {
            counts.add(counts.number(&format!("tag/{number}")), 599);
        }
        counts.add(NO_FEED, 404);
        let names = counts.names();
        let distinct: BTreeSet<&String> = names.iter().map(|(_, name)| name).collect();
        assert_eq!((names.len(), distinct.len()), (FIRST + MOST_NAMES, FIRST + MOST_NAMES));
        let of = |name: &str| {
            let number = names.iter().find(|(_, own)| own == name).map(|(number, _)| *number);
            counts.answers(number.expect("it has a name"))
        };
        assert_eq!(of(ROOT_NAME), [("200", 1), ("304", 1)]);
        assert_eq!(of("a/b"), [("200", 1), ("304", 1)]);
        assert_eq!(of("tag/197"), [("other", 1)]);
        assert_eq!(of(REST_NAME), [("200", 2), ("304", 2), ("other", 802)]);
        assert_eq!(of(""), [("404", 1)]);
        assert_eq!((counts.sum(&["200", "404"]), counts.all()), (5, 1009));
    }
}
