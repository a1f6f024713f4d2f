//! How long things took.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper bound of a class: in seconds as it is written, and in nanoseconds.
///
/// `OpenMetrics` compares the written form, so it is the one that Go would write.
pub type Bound = (&'static str, u64);

/// Bounds for what is answered from memory, but now and then has to be read or compressed before.
pub const OF_ANSWERS: &[Bound] = &[
    ("1e-05", 10_000),
    ("5e-05", 50_000),
    ("0.0001", 100_000),
    ("0.0005", 500_000),
    ("0.001", 1_000_000),
    ("0.005", 5_000_000),
    ("0.01", 10_000_000),
    ("0.05", 50_000_000),
    ("0.1", 100_000_000),
    ("0.5", 500_000_000),
    ("1.0", 1_000_000_000),
];

/// Bounds for turns of the mill, from one article to a first build of a million.
pub const OF_TURNS: &[Bound] = &[
    ("0.001", 1_000_000),
    ("0.005", 5_000_000),
    ("0.01", 10_000_000),
    ("0.05", 50_000_000),
    ("0.1", 100_000_000),
    ("0.5", 500_000_000),
    ("1.0", 1_000_000_000),
    ("5.0", 5_000_000_000),
    ("10.0", 10_000_000_000),
    ("60.0", 60_000_000_000),
];

/// Counts durations by classes.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [Bound],
    /// One for each bound, and one for what took longer.
    classes: Box<[AtomicU64]>,
    nanoseconds: AtomicU64,
}

impl Histogram {
    /// Begins with nothing. The bounds are in ascending order.
    #[must_use]
    pub fn new(bounds: &'static [Bound]) -> Self {
        let classes = (0..=bounds.len()).map(|_| AtomicU64::default()).collect();
        Self { bounds, classes, nanoseconds: AtomicU64::default() }
    }

    /// Counts one that took so long.
    pub fn note(&self, took: Duration) {
        let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let class = self.bounds.partition_point(|(_, bound)| *bound < took);
        self.classes[class].fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(took, Ordering::Relaxed);
    }

    /// Gives the bounds as they are written, each with how many took at most so long, and how many there
    /// were in all.
    #[must_use]
    pub fn counts(&self) -> (Vec<(&'static str, u64)>, u64) {
        let mut sum = 0;
        let mut sums = self.classes.iter().map(|class| {
            sum += class.load(Ordering::Relaxed);
            sum
        });
        let counts = self.bounds.iter().map(|(bound, _)| *bound).zip(sums.by_ref()).collect();
        let all = sums.next().unwrap_or_default();
        (counts, all)
    }

    /// Gives how long all of them took together.
    #[must_use]
    pub fn sum(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_holds_its_upper_bound() {
        let histogram = Histogram::new(&OF_TURNS[..2]);
        for microseconds in [0, 1_000, 1_001, 5_000, 6_000, 7_000] {
            histogram.note(Duration::from_micros(microseconds));
        }
        assert_eq!(histogram.counts(), (vec![("0.001", 2), ("0.005", 4)], 6));
        assert_eq!(histogram.sum(), Duration::from_micros(20_001));
    }

    #[test]
    fn bounds_ascend_and_are_written_as_they_are() {
        for bounds in [OF_ANSWERS, OF_TURNS] {
            assert!(bounds.is_sorted_by_key(|(_, nanoseconds)| *nanoseconds));
            for (written, nanoseconds) in bounds {
                let seconds: f64 = written.parse().expect("a number");
                assert_eq!(Duration::from_secs_f64(seconds), Duration::from_nanos(*nanoseconds));
            }
        }
    }
}
