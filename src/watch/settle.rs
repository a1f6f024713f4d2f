//! Waiting until files are whole.
//!
//! Invariant: nothing here does I/O or reads a clock. The time is an argument, and never goes back.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::watch::scope::{Place, Scope, Why};

/// The longest that a file is waited for which never is quiet. Nobody writes an article without a
/// pause for so long; what goes on longer is a log, and is given as it is, again and again. Whoever
/// reads it sees by the stamp whether it changed under the reading.
pub const LONGEST: Duration = Duration::from_mins(1);

/// At most so many files are waited for one by one.
const MOST_WAITING: usize = 4096;

/// A place that has to be looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// A file, or what was one.
    File(Place, Change),
    /// Whatever stands there and below.
    Folder(Place),
    /// Everything.
    Everything(Why),
}

/// What happened to a file, as far as it tells whether the file is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was made or written to, and more may come.
    Written {
        /// True if it has other names too, so that they have to be looked for when it is whole.
        linked: bool,
    },
    /// It was closed after writing, renamed into its place, or removed: no more will come.
    Finished,
    /// What is known of it was changed, but not its bytes: this tells nothing of whether it is whole.
    Touched,
    /// Whoever read it could not tell whether it is whole. Nothing happened, so this doesn't put off
    /// what is waited for already.
    Doubted,
}

/// Holds hints back until the files that they tell of are whole.
#[derive(Debug)]
pub struct Settling {
    settle: Duration,
    waiting: BTreeMap<Place, Waiting>,
    ready: Scope,
}

/// A file that is being written.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    since: Instant,
    last: Instant,
    linked: bool,
}

impl Settling {
    /// Begins with nothing; a file that is still open is whole when it has been quiet for so long.
    #[must_use]
    pub fn new(settle: Duration) -> Self {
        Self { settle, waiting: BTreeMap::new(), ready: Scope::default() }
    }

    /// Takes in what happened at a time.
    pub fn hint(&mut self, hint: Hint, now: Instant) {
        match hint {
            Hint::Everything(why) => self.ready.add_everything(why),
            Hint::Folder(place) => self.ready.add_folder(place),
            Hint::File(place, Change::Written { linked }) => self.written(place, linked, now),
            Hint::File(place, Change::Doubted) => self.doubted(place, now),
            Hint::File(place, Change::Finished) => self.finished(place),
            Hint::File(place, Change::Touched) => self.touched(place),
        }
    }

    /// Tells when the next of the files that are waited for is given if nothing else happens; `None`
    /// while none is. What is ready by now, [`Settling::take`] gives at once.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.waiting.values().map(|waiting| waiting.due(self.settle)).min()
    }

    /// Tells whether a file has to be looked at again, now or later.
    #[must_use]
    pub fn has_news(&self, file: &Place) -> bool {
        self.waiting.contains_key(file) || self.ready.covers(file)
    }

    /// Takes all that is ready; `None` if nothing is.
    pub fn take(&mut self, now: Instant) -> Option<Scope> {
        let settle = self.settle;
        let whole = self.waiting.extract_if(.., |_, waiting| waiting.due(settle) <= now);
        for (place, waiting) in whole {
            give(&mut self.ready, place, waiting.linked);
        }
        (!self.ready.is_empty()).then(|| std::mem::take(&mut self.ready))
    }

    fn written(&mut self, place: Place, linked: bool, now: Instant) {
        let waiting = self.wait(place, now);
        waiting.last = now;
        waiting.linked |= linked;
        self.keep_bounded();
    }

    fn doubted(&mut self, place: Place, now: Instant) {
        self.wait(place, now);
        self.keep_bounded();
    }

    /// Waits for a file from now on, if it is not waited for already.
    fn wait(&mut self, place: Place, now: Instant) -> &mut Waiting {
        self.ready.remove_file(&place);
        let first = Waiting { since: now, last: now, linked: false };
        self.waiting.entry(place).or_insert(first)
    }

    fn keep_bounded(&mut self) {
        if self.waiting.len() > MOST_WAITING {
            self.give_way();
        }
    }

    fn finished(&mut self, place: Place) {
        let waited = self.waiting.remove(&place);
        give(&mut self.ready, place, waited.is_some_and(|waiting| waiting.linked));
    }

    fn touched(&mut self, place: Place) {
        if !self.waiting.contains_key(&place) {
            self.ready.add_file(place);
        }
    }

    /// Lets all files that are waited for give way to their folders. Which of them are whole, the walk
    /// has to find out by their stamps, as it has for every file that no event told of.
    fn give_way(&mut self) {
        for (place, waiting) in std::mem::take(&mut self.waiting) {
            self.ready.add_folder(place.parent());
            if waiting.linked {
                self.ready.add_everything(Why::Linked);
            }
        }
    }
}

impl Waiting {
    fn due(self, settle: Duration) -> Instant {
        (self.last + settle).min(self.since + LONGEST)
    }
}

fn give(ready: &mut Scope, place: Place, linked: bool) {
    ready.add_file(place);
    if linked {
        ready.add_everything(Why::Linked);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SETTLE: Duration = Duration::from_millis(500);

    fn file(name: &str) -> Place {
        Place::new(0, name)
    }

    fn written(name: &str) -> Hint {
        Hint::File(file(name), Change::Written { linked: false })
    }

    fn finished(name: &str) -> Hint {
        Hint::File(file(name), Change::Finished)
    }

    fn only(name: &str) -> Scope {
        let mut scope = Scope::default();
        scope.add_file(file(name));
        scope
    }

    #[test]
    fn a_file_that_was_closed_is_given_at_once() {
        let (mut settling, now) = (Settling::new(SETTLE), Instant::now());
        settling.hint(written("a.md"), now);
        assert_eq!(settling.deadline(), Some(now + SETTLE));
        assert_eq!(settling.take(now), None);
        settling.hint(finished("a.md"), now);
        assert!(settling.has_news(&file("a.md")));
        assert_eq!(settling.take(now), Some(only("a.md")));
        assert_eq!((settling.deadline(), settling.take(now + LONGEST)), (None, None));
    }

    #[test]
    fn a_file_that_stays_open_is_given_when_it_is_quiet() {
        let (mut settling, start) = (Settling::new(SETTLE), Instant::now());
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        settling.hint(written("a.md"), start);
        settling.hint(written("a.md"), at(400));
        settling.hint(Hint::File(file("a.md"), Change::Touched), at(450));
        assert!(settling.has_news(&file("a.md")));
        assert_eq!(settling.deadline(), Some(at(900)));
        assert_eq!(settling.take(at(899)), None);
        assert_eq!(settling.take(at(900)), Some(only("a.md")));
        assert!(!settling.has_news(&file("a.md")));
    }

    #[test]
    fn what_is_written_again_before_it_was_taken_is_waited_for_again() {
        let (mut settling, now) = (Settling::new(SETTLE), Instant::now());
        settling.hint(finished("a.md"), now);
        settling.hint(finished("b.md"), now);
        settling.hint(written("a.md"), now);
        assert_eq!(settling.take(now), Some(only("b.md")));
        assert_eq!(settling.take(now + SETTLE), Some(only("a.md")));
    }

    #[test]
    fn doubts_put_nothing_off() {
        let (mut settling, start) = (Settling::new(SETTLE), Instant::now());
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        for milliseconds in [0, 100, 200, 300, 400] {
            settling.hint(Hint::File(file("a.md"), Change::Doubted), at(milliseconds));
            assert_eq!(settling.take(at(milliseconds)), None);
        }
        assert_eq!(settling.take(at(500)), Some(only("a.md")));
        settling.hint(Hint::File(file("a.md"), Change::Doubted), at(600));
        settling.hint(finished("a.md"), at(650));
        assert_eq!(settling.take(at(650)), Some(only("a.md")));
    }

    #[test]
    fn a_file_that_never_is_quiet_does_not_starve() {
        let (mut settling, start) = (Settling::new(SETTLE), Instant::now());
        let mut given = Vec::new();
        for tick in 0..1_300 {
            let now = start + Duration::from_millis(100) * tick;
            settling.hint(written("log.md"), now);
            given.extend(settling.take(now).map(|_| now - start));
        }
        assert_eq!(given, [LONGEST, LONGEST * 2 + Duration::from_millis(100)]);
    }

    #[test]
    fn the_other_names_of_a_file_are_looked_for_when_it_is_whole() {
        let (mut settling, now) = (Settling::new(SETTLE), Instant::now());
        let linked = Hint::File(file("a.md"), Change::Written { linked: true });
        settling.hint(linked, now);
        settling.hint(written("a.md"), now);
        assert_eq!(settling.take(now), None);
        settling.hint(finished("a.md"), now);
        assert_eq!(settling.take(now), Some(Scope::Everything(Why::Linked)));
    }

    #[test]
    fn a_touch_alone_is_given_at_once() {
        let (mut settling, now) = (Settling::new(SETTLE), Instant::now());
        settling.hint(Hint::File(file("a.md"), Change::Touched), now);
        assert_eq!(settling.take(now), Some(only("a.md")));
    }

    #[test]
    fn too_many_open_files_give_way_to_their_folder() {
        let (mut settling, now) = (Settling::new(SETTLE), Instant::now());
        for number in 0..=MOST_WAITING {
            settling.hint(written(&format!("a/{number}.md")), now);
        }
        let mut folder = Scope::default();
        folder.add_folder(file("a"));
        assert_eq!(settling.take(now), Some(folder));
        assert_eq!(settling.deadline(), None);
    }

    proptest! {
        /// Whatever happens, each file is given after its last change, and none before it was quiet,
        /// finished, or waited for too long.
        #[test]
        fn every_file_is_given_in_time(
            steps in prop::collection::vec((0..3_usize, 0..5_u8, 0..700_u64), 1..300),
        ) {
            let (mut settling, mut now) = (Settling::new(SETTLE), Instant::now());
            // For each file, since when it has to be given, and when its last write was.
            let mut owed: BTreeMap<Place, (Instant, Option<Instant>)> = BTreeMap::new();
            for (name, change, pause) in steps {
                let place = file(["a.md", "b.md", "c/d.md"][name]);
                let (_, open) = owed.get(&place).copied().unwrap_or((now, None));
                let (hint, open) = match change {
                    0 | 1 => (Change::Written { linked: false }, Some(now)),
                    2 => (Change::Finished, None),
                    3 => (Change::Doubted, open.or(Some(now))),
                    _ => (Change::Touched, open),
                };
                owed.entry(place.clone()).or_insert((now, open)).1 = open;
                settling.hint(Hint::File(place, hint), now);
                now += Duration::from_millis(pause);
                let taken = settling.take(now).unwrap_or_default();
                for (place, (since, open)) in owed.clone() {
                    let quiet = open.is_none_or(|last| last + SETTLE <= now);
                    let must = quiet || since + LONGEST <= now;
                    prop_assert_eq!(taken.covers(&place), must, "{:?}", place);
                    if must {
                        owed.remove(&place);
                    }
                }
                let due = owed.values().filter_map(|(since, open)| {
                    open.map(|last| (last + SETTLE).min(*since + LONGEST))
                });
                prop_assert_eq!(settling.deadline(), due.min());
            }
        }
    }
}
