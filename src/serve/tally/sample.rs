//! How many different ones there were, with bounded memory.
//!
//! Few are counted one by one. When they grow too many, every second one is let go by its hash, and from
//! then on only those of that half are taken: an adaptive sample, as M. Wegman found it and P. Flajolet
//! judged it ("On adaptive sampling", Computing 43, 1990). Its standard error is about 1.2 divided by the
//! square root of how many are kept, here 2 %.

use std::collections::HashSet;

/// How many hashes are kept at most.
const MOST: usize = 4096;

/// Hashes of what was seen.
#[derive(Debug, Default)]
pub(super) struct Sample {
    kept: HashSet<u64>,
    /// Only hashes that end with so many zero bits are kept.
    level: u32,
}

impl Sample {
    /// Takes the hash of one that was seen; it must be as good as random.
    pub(super) fn add(&mut self, hash: u64) {
        if hash.trailing_zeros() < self.level {
            return;
        }
        self.kept.insert(hash);
        while self.kept.len() > MOST {
            self.level += 1;
            let level = self.level;
            self.kept.retain(|hash| hash.trailing_zeros() >= level);
        }
    }

    /// Gives how many different ones were seen.
    pub(super) fn count(&self) -> u64 {
        let kept = u64::try_from(self.kept.len()).unwrap_or(u64::MAX);
        kept.checked_shl(self.level).unwrap_or(u64::MAX)
    }

    /// Tells whether the count is exact, and no estimate.
    pub(super) fn is_exact(&self) -> bool {
        self.level == 0
    }
}

#[cfg(test)]
mod tests {
    use crate::model::id::digest;

    use super::*;

    fn hash(number: u64) -> u64 {
        let bytes = digest(&number.to_le_bytes());
        bytes[..8].iter().fold(0, |hash, byte| hash << 8 | u64::from(*byte))
    }

    #[test]
    fn few_are_counted_and_many_are_estimated() {
        let mut sample = Sample::default();
        for number in 0..MOST as u64 {
            sample.add(hash(number));
            sample.add(hash(number));
        }
        assert_eq!((sample.count(), sample.is_exact()), (MOST as u64, true));
        for number in 0..200_000 {
            sample.add(hash(number));
        }
        let off = sample.count().abs_diff(200_000);
        assert!(off < 200_000 / 10 && !sample.is_exact(), "{}", sample.count());
        assert!(sample.kept.len() <= MOST);
    }

    #[test]
    fn hashes_that_are_alike_do_not_fill_it() {
        let mut sample = Sample::default();
        for number in 0..200_000_u64 {
            sample.add(number << 40);
        }
        assert!(sample.kept.len() <= MOST && sample.count() > 0);
    }
}
