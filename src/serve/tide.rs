//! Crowds that come and go, and the memory that they leave behind.

use std::sync::atomic::{AtomicUsize, Ordering};

/// So many clients are a crowd: when most of them have left, the memory is given back that they needed.
const CROWD: usize = 256;

/// How many clients are there, and were there before many of them left.
#[derive(Debug)]
pub(super) struct Tide {
    there: AtomicUsize,
    most: AtomicUsize,
    give_back: fn(),
}

impl Tide {
    /// Makes one of nobody; `give_back` is called once a crowd has left.
    pub(super) fn new(give_back: fn()) -> Self {
        Self { there: AtomicUsize::new(0), most: AtomicUsize::new(0), give_back }
    }

    /// Notes that one has come.
    pub(super) fn come(&self) {
        let there = self.there.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(there, Ordering::Relaxed);
    }

    /// Notes that one has left; the last of a crowd turns out the light.
    pub(super) fn leave(&self) {
        let there = self.there.fetch_sub(1, Ordering::Relaxed) - 1;
        let most = self.most.load(Ordering::Relaxed);
        let is_ebb = most >= CROWD && there <= most / 4;
        let is_first_to_see = || {
            let (new, old) = (Ordering::Relaxed, Ordering::Relaxed);
            self.most.compare_exchange(most, there, new, old).is_ok()
        };
        if is_ebb && is_first_to_see() {
            // It takes a moment, for which nobody is to wait.
            tokio::task::spawn_blocking(self.give_back);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_is_given_back_once_a_crowd_has_left() {
        static GIVEN: AtomicUsize = AtomicUsize::new(0);
        let give_back = || _ = GIVEN.fetch_add(1, Ordering::Relaxed);
        let tide = Tide::new(give_back);
        (0..CROWD).for_each(|_| tide.come());
        (0..CROWD - CROWD / 4 - 1).for_each(|_| tide.leave());
        assert_eq!(GIVEN.load(Ordering::Relaxed), 0, "most are still there");
        (0..=CROWD / 4).for_each(|_| tide.leave());
        while GIVEN.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        (0..CROWD / 2).for_each(|_| tide.come());
        (0..CROWD / 2).for_each(|_| tide.leave());
        assert_eq!(GIVEN.load(Ordering::Relaxed), 1, "once, and not for a few");
    }
}
