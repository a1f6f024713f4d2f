//! How often something is published, drawn as a row of bars.

use std::fmt::Write as _;

use crate::model::glance::{Cadence, MONTHS};

/// The width of a bar with the gap after it, and without.
const STEP: u64 = 8;
const BAR: u64 = 6;

/// The height of the highest bar.
const HEIGHT: u64 = 24;

/// A row of bars, one a month, the last one on the right.
pub(super) struct Bars {
    /// The first of the months, in numbers.
    pub(super) first: String,
    /// The last one.
    pub(super) last: String,
    /// The numbers themselves, for those who do not see the bars.
    pub(super) counts: String,
    /// The bars, as the data of a path (SVG 2 §9.3).
    pub(super) path: String,
    /// How wide all of it is.
    pub(super) width: u64,
    /// How high it is.
    pub(super) height: u64,
}

impl Bars {
    /// Draws the bars. The highest one always has the same height; a month in which anything was
    /// published has one that can be seen.
    pub(super) fn of(cadence: &Cadence) -> Self {
        let most = cadence.counts.iter().copied().max().unwrap_or_default().max(1);
        let mut path = String::new();
        for (place, count) in (0..).zip(cadence.counts).filter(|(_, count)| *count > 0) {
            let share = u128::from(count) * u128::from(HEIGHT) / u128::from(most);
            let height = u64::try_from(share).unwrap_or(HEIGHT).max(2);
            // Writing into a string does not fail.
            let _ = write!(path, "M{} {HEIGHT}v-{height}h{BAR}v{height}z", place * STEP);
        }
        let (first, last) = cadence.span();
        Self {
            first: first.label(),
            last: last.label(),
            counts: cadence.counts.map(|count| count.to_string()).join(", "),
            path,
            width: MONTHS as u64 * STEP - (STEP - BAR),
            height: HEIGHT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_their_months_were_busy() {
        let cadence = Cadence::of([(202_312, 1), (202_402, 1_000), (202_403, 500)]);
        let bars = Bars::of(&cadence.expect("something was published"));
        assert_eq!(bars.path, "M64 24v-2h6v2zM80 24v-24h6v24zM88 24v-12h6v12z");
        assert_eq!((bars.first.as_str(), bars.last.as_str()), ("2023-04", "2024-03"));
        assert_eq!(bars.counts, "0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1000, 500");
        assert_eq!((bars.width, bars.height), (94, 24));
    }

    #[test]
    fn no_number_is_too_large() {
        let cadence = Cadence::of([(202_403, u64::MAX)]).expect("something was published");
        assert_eq!(Bars::of(&cadence).path, "M88 24v-24h6v24z");
    }
}
