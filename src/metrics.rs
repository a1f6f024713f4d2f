//! Counters, and the page on which Prometheus reads them.
//!
//! The formats are the two that Prometheus takes as text; the client library of its makers writes only
//! one of them.
//!
//! Invariant: whoever counts never waits, and nothing here knows what is counted.

pub mod exposition;
pub mod histogram;

use std::sync::atomic::{AtomicU64, Ordering};

/// What only grows, since the process began.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts one more.
    pub fn add_one(&self) {
        self.add(1);
    }

    /// Counts so many more.
    pub fn add(&self, more: u64) {
        // Each number stands for itself: nothing else is read by it.
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// Gives how many there were.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many of something there are just now.
#[derive(Debug, Default)]
pub struct Level(AtomicU64);

impl Level {
    /// Tells that there is one more.
    pub fn rise(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Tells that there is one less; each was told of before.
    pub fn fall(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// Gives how many there are.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
