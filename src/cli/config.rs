//! `feedmill config`: what is in force, and where it comes from.

use std::fmt::Write;

use anyhow::Result;
use serde_json::json;
use toml::{Table, Value};

use crate::cli::arguments::Common;
use crate::cli::{Outcome, reports, settings};
use crate::config::Setting;

/// Prints every key with its value and its origin.
pub(super) fn run(common: &Common) -> Result<Outcome> {
    let listing = settings::load(common)?.listing;
    let mut text = String::new();
    if common.json {
        let all: Vec<_> = listing
            .iter()
            .map(|one| {
                json!({ "key": one.key, "value": value(one), "origin": one.origin.to_string() })
            })
            .collect();
        writeln!(text, "{}", serde_json::to_string_pretty(&all)?)?;
    } else {
        for one in &listing {
            writeln!(text, "{} = {}  # {}", one.key, one.value, one.origin)?;
        }
    }
    reports::output(&text)?;
    Ok(Outcome::Done)
}

/// Gives a value as JSON.
fn value(setting: &Setting) -> serde_json::Value {
    let read = format!("value = {}", setting.value).parse::<Table>();
    // The value was written as TOML, so it can be read as such.
    read.ok().and_then(|read| read.get("value").map(in_json)).unwrap_or_default()
}

fn in_json(value: &Value) -> serde_json::Value {
    match value {
        Value::String(text) => json!(text),
        Value::Integer(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Boolean(is_so) => json!(is_so),
        // JSON knows no dates.
        Value::Datetime(date) => json!(date.to_string()),
        Value::Array(elements) => elements.iter().map(in_json).collect(),
        Value::Table(keys) => keys.iter().map(|(key, one)| (key.clone(), in_json(one))).collect(),
    }
}
