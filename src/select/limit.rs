//! How much a feed holds.

use crate::config::meant::Limits;
use crate::model::date::Timestamp;
use crate::model::feed::Entry;

/// Takes entries in order until a limit is reached.
#[derive(Debug)]
pub struct Intake {
    limits: Limits,
    now: Timestamp,
    count: usize,
    bytes: u64,
}

impl Intake {
    /// Begins with nothing taken; `now` is what ages are counted from.
    #[must_use]
    pub fn new(limits: Limits, now: Timestamp) -> Self {
        Self { limits, now, count: 0, bytes: 0 }
    }

    /// Tells, before an article is read whole, whether the feed has a place for another one.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.limits.count.is_some_and(|limit| self.count >= limit)
    }

    /// Gives the number of entries that the feed has a place for, before they are read whole; `None`
    /// without a limit.
    #[must_use]
    pub fn places(&self) -> Option<usize> {
        self.limits.count.map(|limit| limit.saturating_sub(self.count))
    }

    /// Tells whether an article is too old, by its time of publishing.
    #[must_use]
    pub fn is_too_old(&self, published: Timestamp) -> bool {
        let age = self.now.unix() - published.unix();
        // What is dated later than now, as the clock was set back, has no age.
        self.limits.age_seconds.is_some_and(|limit| age > limit || age < 0)
    }

    /// Takes an entry, or refuses it and all that follow because the feed would become too large.
    /// The first entry always fits.
    pub fn take(&mut self, entry: &Entry) -> bool {
        // The same in every format, so that all of them hold the same.
        let bytes = self.bytes + entry.length() as u64;
        if self.count > 0 && self.limits.bytes.is_some_and(|limit| bytes > limit) {
            return false;
        }
        self.count += 1;
        self.bytes = bytes;
        true
    }
}
