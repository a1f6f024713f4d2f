//! How it is told what subscribers would see.

use serde_json::{Value, json};

use crate::model::edition::Shown;
use crate::publish::gate::Forecast;

/// How many titles are told of each kind.
const MOST_TITLES: usize = 10;

/// Prints what subscribers would see, feed by feed.
pub(super) fn print(forecasts: &[Forecast]) {
    if forecasts.is_empty() {
        say!("subscribers would see nothing new");
    }
    for forecast in forecasts {
        let name = if forecast.feed.is_empty() { "(root)" } else { &forecast.feed };
        say!("{name}:");
        for (word, entries) in kinds(forecast) {
            print_kind(word, entries);
        }
    }
}

fn print_kind(word: &str, entries: &[Shown]) {
    if entries.is_empty() {
        return;
    }
    say!("  {word}: {}", entries.len());
    for one in entries.iter().take(MOST_TITLES) {
        say!("    {}  {}", one.published.rfc3339(), one.title);
    }
    if entries.len() > MOST_TITLES {
        say!("    …");
    }
}

/// Tells the same to machines.
pub(super) fn in_json(forecasts: &[Forecast]) -> Value {
    let feeds = forecasts.iter().map(|forecast| {
        let kinds = kinds(forecast).into_iter().map(|(word, entries)| {
            let ids: Vec<&str> = entries.iter().map(|one| one.id.as_str()).collect();
            (word.to_owned(), json!(ids))
        });
        let mut told: serde_json::Map<String, Value> = kinds.collect();
        told.insert("feed".to_owned(), json!(forecast.feed));
        Value::Object(told)
    });
    feeds.collect()
}

fn kinds(forecast: &Forecast) -> [(&'static str, &[Shown]); 5] {
    [
        ("new", &forecast.new),
        ("changed", &forecast.changed),
        ("gone", &forecast.gone),
        ("expired", &forecast.expired),
        ("reappearing", &forecast.reappearing),
    ]
}
