//! How often watching may begin anew.
//!
//! Invariant: nothing here does I/O or reads a clock.

use std::time::{Duration, Instant};

/// The shortest pause, once there has to be one.
const SHORTEST: Duration = Duration::from_millis(250);

/// The longest pause.
const LONGEST: Duration = Duration::from_mins(1);

/// After so many pauses without another beginning, there is no pause before the next.
const FORGOTTEN_AFTER: u32 = 8;

/// Lets watching begin anew at once when that is rare, and with growing pauses when it is not: each
/// beginning walks everything, which in a large tree under a storm is what makes the next overflow.
#[derive(Debug, Default)]
pub(super) struct Pacing {
    last: Option<Instant>,
    pause: Duration,
}

impl Pacing {
    /// Tells when watching may begin anew.
    pub(super) fn due(&self, now: Instant) -> Instant {
        self.last.map_or(now, |last| now.max(last + self.pause))
    }

    /// Notes that it began anew, and lasted from one time to another.
    pub(super) fn began(&mut self, from: Instant, until: Instant) {
        let remembered = SHORTEST.max(self.pause) * FORGOTTEN_AFTER;
        let is_recent = self.last.is_some_and(|last| from < last + remembered);
        let longer = (self.pause * 2).clamp(SHORTEST, LONGEST);
        self.pause = if is_recent { longer } else { Duration::ZERO };
        self.last = Some(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_beginnings_come_at_once_and_frequent_ones_with_growing_pauses() {
        let (mut pacing, start) = (Pacing::default(), Instant::now());
        let mut now = start;
        let mut pauses = Vec::new();
        for _ in 0..14 {
            let due = pacing.due(now);
            pauses.push((due - now).as_millis());
            pacing.began(due, due);
            now = due;
        }
        assert_eq!(pauses[..5], [0, 0, 250, 500, 1000]);
        assert_eq!(pauses[8..], [16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
        now += LONGEST * FORGOTTEN_AFTER;
        pacing.began(now, now);
        assert_eq!(pacing.due(now), now);
    }
}
