//! A feed at a glance: how much it stands for, how often something new comes, and what came last.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::archive::Page;
use crate::model::date::Timestamp;
use crate::model::language::Language;
use crate::model::text::Text;

/// How many months are told.
pub const MONTHS: usize = 12;

/// How many headlines are told.
pub const HEADLINES: usize = 3;

/// What is told of a feed beside its entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glance {
    /// How many articles it stands for, whatever its limits let through.
    pub articles: u64,
    /// How many of them were published in each of the latest months; `None` without any.
    pub cadence: Option<Cadence>,
    /// The newest `updated` of its entries; `None` without any.
    pub updated: Option<Timestamp>,
    /// Its newest entries, the newest first.
    pub headlines: Vec<Headline>,
}

/// An entry by its title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headline {
    /// The id.
    pub id: Text,
    /// The title.
    pub title: Text,
    /// The page of the article.
    pub permalink: Option<Url>,
    /// When it was published.
    pub published: Timestamp,
    /// The language, where it is known.
    pub language: Option<Language>,
}

/// How many articles were published in each of some months that follow each other. The last one is the
/// month of the newest article, so that the same articles always tell the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cadence {
    /// The last of the months, as [`Page::Month`] counts them.
    last: i64,
    /// The numbers, that of the last month last.
    pub counts: [u64; MONTHS],
}

impl Cadence {
    /// Takes what was published month by month, as [`Page::Month`] counts months; `None` for nothing.
    #[must_use]
    pub fn of(months: impl IntoIterator<Item = (i64, u64)> + Clone) -> Option<Self> {
        let counted = months.clone().into_iter().filter(|(_, count)| *count > 0);
        let last = counted.map(|(month, _)| month).max()?;
        let mut counts = [0; MONTHS];
        for (month, count) in months {
            let ago = usize::try_from(place(last) - place(month)).unwrap_or(MONTHS);
            if let Some(own) = MONTHS.checked_sub(ago + 1).and_then(|at| counts.get_mut(at)) {
                *own += count;
            }
        }
        Some(Self { last, counts })
    }

    /// Gives the first and the last of the months.
    #[must_use]
    pub fn span(&self) -> (Page, Page) {
        let months = i64::try_from(MONTHS).unwrap_or_default();
        let first = place(self.last) + 1 - months;
        let number = first.div_euclid(12) * 100 + first.rem_euclid(12) + 1;
        (Page::Month(number), Page::Month(self.last))
    }
}

/// Gives the place of a month among all months, which follow each other without a gap.
fn place(month: i64) -> i64 {
    month.div_euclid(100) * 12 + month.rem_euclid(100) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_months_end_with_that_of_the_newest() {
        let months = [(202_403, 5), (202_305, 9), (202_304, 7), (202_312, 1), (202_406, 0)];
        let cadence = Cadence::of(months).expect("something was published");
        assert_eq!(cadence.counts, [7, 9, 0, 0, 0, 0, 0, 0, 1, 0, 0, 5]);
        assert_eq!(cadence.span(), (Page::Month(202_304), Page::Month(202_403)));
        assert_eq!(Cadence::of([(202_403, 0)]), None);
    }

    #[test]
    fn a_year_may_begin_and_end_with_december() {
        let cadence = Cadence::of([(202_412, 1)]).expect("something was published");
        assert_eq!(cadence.span(), (Page::Month(202_401), Page::Month(202_412)));
        let early = Cadence::of([(101, 1)]).expect("something was published");
        assert_eq!(early.span().0.label(), "0000-02");
    }
}
