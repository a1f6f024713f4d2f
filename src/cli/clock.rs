//! The time of day: the one place where the program reads a clock.

use anyhow::{Context, Result};
use chrono::Utc;

use crate::model::date::Timestamp;

/// Gives the present time, or the one in `SOURCE_DATE_EPOCH`, by which builds are made
/// reproducible: Unix seconds.
pub(super) fn now() -> Result<Timestamp> {
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(raw) => raw.trim().parse().with_context(|| format!("SOURCE_DATE_EPOCH: \"{raw}\""))?,
        Err(_) => Utc::now().timestamp(),
    };
    Timestamp::from_unix(seconds).context("the time is outside the years 1 to 9999")
}
