//! What a turn is to tell of: what happened to which entries, each once.

use std::collections::BTreeMap;

use crate::model::edition::Shown;
use crate::model::news::{Change, News};
use crate::publish::gate::Forecast;

/// Gives what subscribers see of a new edition, entry by entry: those published last at the end, and at
/// most so many of them.
pub(super) fn of(forecasts: &[Forecast], most: usize) -> Vec<News> {
    let mut news: BTreeMap<(i64, &str, Change), News> = BTreeMap::new();
    for forecast in forecasts {
        let all: [(Change, &[Shown]); 5] = [
            (Change::New, &forecast.new),
            (Change::New, &forecast.reappearing),
            (Change::Changed, &forecast.changed),
            (Change::Removed, &forecast.gone),
            (Change::Removed, &forecast.expired),
        ];
        for (change, entries) in all {
            for entry in entries {
                let key = (entry.published.unix(), entry.id.as_str(), change);
                news.entry(key)
                    .and_modify(|known| known.feeds.push(forecast.feed.clone()))
                    .or_insert_with(|| News::of(change, entry, &forecast.feed));
            }
        }
    }
    let skipped = news.len().saturating_sub(most);
    news.into_values().skip(skipped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::date::Timestamp;

    fn shown(id: &str, published: i64) -> Shown {
        Shown {
            id: id.to_owned(),
            permalink: None,
            title: id.to_uppercase(),
            published: Timestamp::from_unix(published).expect("a time"),
            version: [0; 16],
        }
    }

    #[test]
    fn each_entry_is_told_of_once_with_all_its_feeds() {
        let forecast = |feed: &str, new: &[Shown], gone: &[Shown]| Forecast {
            feed: feed.to_owned(),
            new: new.to_vec(),
            gone: gone.to_vec(),
            ..Forecast::default()
        };
        let (a, b, c) = (shown("a", 2), shown("b", 1), shown("c", 3));
        let forecasts =
            [forecast("", &[a.clone(), b], std::slice::from_ref(&c)), forecast("x", &[a], &[c])];
        let told: Vec<(String, Change, Vec<String>)> =
            of(&forecasts, 9).into_iter().map(|one| (one.id, one.change, one.feeds)).collect();
        let both = || vec![String::new(), "x".to_owned()];
        assert_eq!(
            told,
            [
                ("b".to_owned(), Change::New, vec![String::new()]),
                ("a".to_owned(), Change::New, both()),
                ("c".to_owned(), Change::Removed, both()),
            ]
        );
        let last: Vec<String> = of(&forecasts, 1).into_iter().map(|one| one.id).collect();
        assert_eq!(last, ["c"]);
    }
}
