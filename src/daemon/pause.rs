//! The pause before what failed is tried again: it grows, so that a full disk is not hammered at, and a
//! log not flooded.

use std::time::{Duration, Instant};

/// The first pause.
const SHORTEST: Duration = Duration::from_secs(1);

/// The longest one.
const LONGEST: Duration = Duration::from_mins(5);

/// A pause after failures in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pause {
    until: Option<Instant>,
    length: Option<Duration>,
}

impl Pause {
    /// Begins a pause, twice as long as the last one.
    pub(super) fn begin(&mut self, now: Instant) {
        let length = self.length.map_or(SHORTEST, |length| (length * 2).min(LONGEST));
        self.length = Some(length);
        self.until = Some(now + length);
    }

    /// Begins a pause for something that passes by itself.
    pub(super) fn begin_short(&mut self, now: Instant, length: Duration) {
        self.until = Some(now + length);
    }

    /// Notes that the pause is over; whether it helped, the next turn tells.
    pub(super) fn is_over(&mut self) {
        self.until = None;
    }

    /// Notes that all is well.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    pub(super) fn is_on(&self) -> bool {
        self.until.is_some()
    }

    pub(super) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// Gives how long the present pause is.
    pub(super) fn length(&self) -> Option<Duration> {
        self.length.filter(|_| self.is_on())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_all_is_well() {
        let (mut pause, now) = (Pause::default(), Instant::now());
        let mut lengths = Vec::new();
        for _ in 0..12 {
            pause.begin(now);
            assert!(pause.is_on());
            lengths.extend(pause.length());
            pause.is_over();
            assert!(!pause.is_on());
        }
        assert_eq!(lengths[..4], [1, 2, 4, 8].map(Duration::from_secs));
        assert_eq!(lengths.last(), Some(&LONGEST));
        pause.end();
        pause.begin(now);
        assert_eq!(pause.length(), Some(SHORTEST));
    }
}
