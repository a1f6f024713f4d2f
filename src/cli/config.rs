//! `feedmill config`: what is in force, and where it comes from.

use std::fmt::Write;

use anyhow::Result;
use serde_json::json;

use crate::cli::arguments::Common;
use crate::cli::{Outcome, reports, settings};

/// Prints every key with its value and its origin.
pub(super) fn run(common: &Common) -> Result<Outcome> {
    let listing = settings::load(common)?.listing;
    let mut text = String::new();
    if common.json {
        let all: Vec<_> = listing
            .iter()
            .map(|one| json!({ "key": one.key, "value": one.value, "origin": one.origin.to_string() }))
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
