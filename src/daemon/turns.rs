//! The turns of a service, in numbers.

use std::time::Duration;

use crate::metrics::Counter;
use crate::metrics::exposition::Exposition;
use crate::metrics::histogram::{Histogram, OF_TURNS};
use crate::mill::{Edition, TurnError};

/// What turns come to.
const OUTCOMES: [&str; 5] = ["published", "unchanged", "put_off", "refused", "failed"];

/// Counts turns since the service began.
#[derive(Debug)]
pub(super) struct Turns {
    /// In the order of [`OUTCOMES`].
    outcomes: [Counter; OUTCOMES.len()],
    written: Counter,
    removed: Counter,
    took: Histogram,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self {
            outcomes: Default::default(),
            written: Counter::default(),
            removed: Counter::default(),
            took: Histogram::new(OF_TURNS),
        }
    }

    /// Counts a turn.
    pub(super) fn note(&self, outcome: &Result<Edition, TurnError>, took: Duration) {
        let word = match outcome {
            Ok(edition) if edition.written.is_any() => "published",
            Ok(_) => "unchanged",
            Err(TurnError::Stopped | TurnError::Restless(_)) => "put_off",
            Err(TurnError::Refused { .. }) => "refused",
            Err(_) => "failed",
        };
        if let Some(place) = OUTCOMES.iter().position(|own| *own == word) {
            self.outcomes[place].add_one();
        }
        if let Ok(Edition { written, .. }) = outcome {
            self.written.add(u64::try_from(written.replaced).unwrap_or(u64::MAX));
            self.removed.add(u64::try_from(written.removed).unwrap_or(u64::MAX));
        }
        self.took.note(took);
    }

    /// Tells whether any turn has made an edition, or found that there is nothing to be made.
    pub(super) fn is_any_done(&self) -> bool {
        self.outcomes[..2].iter().any(|counter| counter.get() > 0)
    }

    /// Writes them for Prometheus.
    pub(super) fn write(&self, page: &mut Exposition) {
        let mut turns = page.counter("feedmill_turns", "Turns of the mill, by what they came to.");
        for (word, counter) in OUTCOMES.iter().zip(&self.outcomes) {
            turns.add(&[("outcome", word)], counter.get());
        }
        let help = "Documents that were written, since their bytes were new.";
        page.counter("feedmill_documents_written", help).add(&[], self.written.get());
        let help = "Documents that were removed, since their feeds are no more.";
        page.counter("feedmill_documents_removed", help).add(&[], self.removed.get());
        page.histogram("feedmill_turn_duration_seconds", "How long turns took.", &self.took);
    }
}
