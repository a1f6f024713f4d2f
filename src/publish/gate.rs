//! The gate: what subscribers would see of a new edition, before anything is replaced.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::edition::Shown;

/// What subscribers of one feed would see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// The name of the feed; empty for the one at the root.
    pub feed: String,
    /// Entries that were not there.
    pub new: Vec<Shown>,
    /// Entries whose title, text or dates are others.
    pub changed: Vec<Shown>,
    /// Entries that are no more. Those that only made room for newer ones don't count.
    pub gone: Vec<Shown>,
    /// Entries that are no more because they declare that their time is over.
    pub expired: Vec<Shown>,
    /// Entries that were there under another id: readers show them as unread once more.
    pub reappearing: Vec<Shown>,
}

impl Forecast {
    /// Tells whether subscribers would see nothing new.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.new.is_empty()
            && self.changed.is_empty()
            && self.gone.is_empty()
            && self.expired.is_empty()
            && self.reappearing.is_empty()
    }

    /// Gives the entries that subscribers had and would have no more, whatever the reason.
    pub fn lost(&self) -> impl Iterator<Item = &Shown> {
        self.gone.iter().chain(&self.expired)
    }
}

/// Why an entry is in a feed no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// It made room for others: it is beyond the feed's limits.
    MadeRoom,
    /// It is gone, or the feed would not take it any more.
    Gone,
    /// It declares that its time is over.
    Expired,
}

/// Compares two editions of a feed. `leave` is asked of an entry that is in the first one only.
///
/// Errors: those of `leave`.
pub fn forecast<E>(
    feed: &str,
    before: &[Shown],
    after: &[Shown],
    leave: impl Fn(&Shown) -> Result<Leave, E>,
) -> Result<Forecast, E> {
    let old: BTreeMap<&str, &Shown> = before.iter().map(|one| (one.id.as_str(), one)).collect();
    let ids: BTreeSet<&str> = after.iter().map(|one| one.id.as_str()).collect();
    let mut left: Vec<&Shown> =
        before.iter().filter(|one| !ids.contains(one.id.as_str())).collect();
    let mut forecast = Forecast { feed: feed.to_owned(), ..Forecast::default() };
    for one in after {
        match old.get(one.id.as_str()) {
            Some(former) if former.version == one.version => {}
            Some(_) => forecast.changed.push(one.clone()),
            None => match left.iter().position(|former| is_same(former, one)) {
                Some(at) => {
                    left.remove(at);
                    forecast.reappearing.push(one.clone());
                }
                None => forecast.new.push(one.clone()),
            },
        }
    }
    for one in left {
        match leave(one)? {
            Leave::MadeRoom => {}
            Leave::Gone => forecast.gone.push(one.clone()),
            Leave::Expired => forecast.expired.push(one.clone()),
        }
    }
    Ok(forecast)
}

/// Tells whether two entries are one article under two ids, as far as a subscriber can tell.
fn is_same(a: &Shown, b: &Shown) -> bool {
    match (&a.permalink, &b.permalink) {
        (Some(a), Some(b)) if a == b => true,
        _ => a.title == b.title && a.published == b.published,
    }
}

/// Counts the entries of all feeds that would disappear or reappear as unread, each once. `None`
/// when that is at most so many, and something is left of what was published. What goes when it said that
/// it would is no accident, and doesn't count.
#[must_use]
pub fn refusal(forecasts: &[Forecast], most: usize, empties: bool) -> Option<(usize, usize)> {
    let count = |of: fn(&Forecast) -> &Vec<Shown>| {
        let ids = forecasts.iter().flat_map(of).map(|one| one.id.as_str());
        ids.collect::<BTreeSet<_>>().len()
    };
    let gone = count(|forecast| &forecast.gone);
    let reappearing = count(|forecast| &forecast.reappearing);
    (gone + reappearing > most || (empties && gone > 0)).then_some((gone, reappearing))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::model::date::Timestamp;

    fn shown(id: &str, title: &str) -> Shown {
        Shown {
            id: id.to_owned(),
            permalink: None,
            title: title.to_owned(),
            published: Timestamp::from_unix(0).expect("in range"),
            version: [0; 16],
        }
    }

    fn forecast_of(before: &[Shown], after: &[Shown], leave: Leave) -> Forecast {
        let Ok(told) = forecast("f", before, after, |_| Ok::<_, Infallible>(leave));
        told
    }

    fn ids(entries: &[Shown]) -> Vec<&str> {
        entries.iter().map(|one| one.id.as_str()).collect()
    }

    #[test]
    fn what_subscribers_see_is_told_apart() {
        let before = [shown("a", "A"), shown("b", "B"), shown("c", "C"), shown("d", "D")];
        let changed = Shown { version: [1; 16], ..shown("b", "B") };
        let after = [shown("e", "E"), shown("other", "C"), shown("a", "A"), changed];
        let told = forecast_of(&before, &after, Leave::Gone);
        assert_eq!(ids(&told.new), ["e"]);
        assert_eq!(ids(&told.changed), ["b"]);
        assert_eq!(ids(&told.gone), ["d"]);
        assert_eq!(ids(&told.reappearing), ["other"]);
    }

    #[test]
    fn an_entry_that_made_room_is_not_gone() {
        let told = forecast_of(&[shown("a", "A")], &[shown("b", "B")], Leave::MadeRoom);
        assert_eq!((ids(&told.new), told.gone.len()), (vec!["b"], 0));
    }

    #[test]
    fn what_said_when_it_would_go_is_never_refused() {
        let told = forecast_of(&[shown("a", "A")], &[], Leave::Expired);
        assert_eq!((told.gone.len(), ids(&told.expired), told.is_quiet()), (0, vec!["a"], false));
        assert_eq!(refusal(&[told], 0, true), None);
    }

    #[test]
    fn too_many_at_once_are_refused() {
        let of = |before: &[Shown]| forecast_of(before, &[], Leave::Gone);
        let one = [of(&[shown("a", "A")])];
        assert_eq!(refusal(&one, 1, false), None);
        assert_eq!(refusal(&one, 0, false), Some((1, 0)));
        assert_eq!(refusal(&one, 1, true), Some((1, 0)), "nothing would be left");
        let twice = [of(&[shown("a", "A")]), of(&[shown("a", "A")])];
        assert_eq!(refusal(&twice, 1, false), None, "one entry in two feeds is one entry");
    }
}
