//! What is to be looked at, and when: hints that settle, and polling.
//!
//! Invariant: nothing here does I/O or reads a clock. The time is an argument, and never goes back.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::config::meant::Watch;
use crate::watch::scope::{Place, Scope};
use crate::watch::settle::{Hint, Settling};

/// What is to be looked at, and when.
#[derive(Debug)]
pub(super) struct Agenda {
    settling: Settling,
    poll: Duration,
    polled: BTreeSet<usize>,
    poll_due: Instant,
    /// When the scope was given that is being looked at.
    given: Option<Instant>,
    /// True when no more hints will come.
    pub(super) is_closed: bool,
}

impl Agenda {
    pub(super) fn new(settings: &Watch, now: Instant) -> Self {
        Self {
            settling: Settling::new(settings.settle),
            poll: settings.poll,
            polled: BTreeSet::new(),
            poll_due: now + settings.poll,
            given: None,
            is_closed: false,
        }
    }

    pub(super) fn hint(&mut self, hint: Hint, now: Instant) {
        self.settling.hint(hint, now);
    }

    /// Tells whether a file has to be looked at again, now or later.
    pub(super) fn has_news(&self, file: &Place) -> bool {
        self.settling.has_news(file)
    }

    /// Sets which input folders are polled.
    pub(super) fn set_polled(&mut self, polled: BTreeSet<usize>, now: Instant) {
        if self.polled.is_empty() {
            self.poll_due = now + self.poll;
        }
        self.polled = polled;
    }

    /// Takes all that is to be looked at now; `None` if nothing is. Whoever takes has done with what
    /// was taken before.
    pub(super) fn take(&mut self, now: Instant) -> Option<Scope> {
        if let Some(given) = self.given.take() {
            // A walk that takes longer than the pause between two must not fill all of the time.
            let pause = self.poll.max(now.saturating_duration_since(given));
            self.poll_due = self.poll_due.max(now + pause);
        }
        if !self.polled.is_empty() && self.poll_due <= now {
            self.poll_due = now + self.poll;
            for &input in &self.polled {
                self.settling.hint(Hint::Folder(Place::new(input, "")), now);
            }
        }
        let scope = self.settling.take(now)?;
        self.given = Some(now);
        Some(scope)
    }

    /// Tells when something is to be looked at if nothing else happens, if ever.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let poll_due = (!self.polled.is_empty()).then_some(self.poll_due);
        self.settling.deadline().into_iter().chain(poll_due).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::meant::WatchMode;
    use crate::watch::settle::Change;

    const SETTINGS: Watch = Watch {
        mode: WatchMode::Auto,
        poll: Duration::from_secs(2),
        reconcile: Duration::from_mins(10),
        settle: Duration::from_millis(500),
    };

    fn agenda() -> (Agenda, impl Fn(u64) -> Instant) {
        let start = Instant::now();
        (Agenda::new(&SETTINGS, start), move |seconds| start + Duration::from_secs(seconds))
    }

    fn roots(inputs: &[usize]) -> Scope {
        let mut scope = Scope::default();
        for &input in inputs {
            scope.add_folder(Place::new(input, ""));
        }
        scope
    }

    #[test]
    fn nothing_is_due_while_nothing_happens() {
        let (mut agenda, at) = agenda();
        assert_eq!((agenda.take(at(0)), agenda.deadline()), (None, None));
        assert_eq!((agenda.take(at(10_000)), agenda.deadline()), (None, None));
    }

    #[test]
    fn polled_folders_are_due_again_and_again() {
        let (mut agenda, at) = agenda();
        agenda.set_polled([0, 2].into(), at(10));
        assert_eq!((agenda.take(at(10)), agenda.deadline()), (None, Some(at(12))));
        assert_eq!(agenda.take(at(12)), Some(roots(&[0, 2])));
        assert_eq!((agenda.take(at(13)), agenda.deadline()), (None, Some(at(15))));
        agenda.set_polled([2].into(), at(13));
        assert_eq!(agenda.take(at(15)), Some(roots(&[2])));
        agenda.set_polled([].into(), at(16));
        assert_eq!((agenda.take(at(100)), agenda.deadline()), (None, None));
    }

    #[test]
    fn a_slow_walk_is_followed_by_a_pause_as_long() {
        let (mut agenda, at) = agenda();
        agenda.set_polled([0].into(), at(0));
        assert_eq!(agenda.take(at(2)), Some(roots(&[0])));
        assert_eq!((agenda.take(at(9)), agenda.deadline()), (None, Some(at(16))));
        assert_eq!(agenda.take(at(15)), None);
        assert_eq!(agenda.take(at(16)), Some(roots(&[0])));
    }

    #[test]
    fn a_hint_is_given_between_two_polls() {
        let (mut agenda, at) = agenda();
        agenda.set_polled([0].into(), at(0));
        agenda.hint(Hint::File(Place::new(1, "a.md"), Change::Finished), at(1));
        let mut scope = Scope::default();
        scope.add_file(Place::new(1, "a.md"));
        assert_eq!(agenda.take(at(1)), Some(scope));
        let written = Change::Written { linked: false };
        agenda.hint(Hint::File(Place::new(1, "a.md"), written), at(1));
        assert_eq!(agenda.take(at(1)), None);
        assert_eq!(agenda.deadline(), Some(at(1) + SETTINGS.settle));
    }
}
