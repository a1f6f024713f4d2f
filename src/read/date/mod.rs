//! Dates as people and programs write them.
//!
//! Nothing is guessed: a date whose day and month could be exchanged is read day first, as most of
//! the world writes it, and what does not fit a known form is no date. Placeholders such as
//! `0001-01-01` and the zero of Unix time are no dates either.

mod cursor;
mod file_name;
mod grammar;
mod names;

use chrono::{Datelike, Duration, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use crate::model::date::Timestamp;

pub use file_name::in_file_name;

/// The longest date that is looked at, in bytes.
const LONGEST: usize = 120;

/// A date that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The point in time.
    pub at: Timestamp,
    /// True when the date itself names its zone.
    pub zoned: bool,
    /// True when the date tells a time of day.
    pub has_time: bool,
}

/// Reads a date: RFC 822, RFC 2822 and RFC 850, ISO 8601 and RFC 3339, the form of C's `asctime`,
/// and how English, Chinese and Japanese prose and most of Europe write one, all with or without
/// time and zone. A date without a zone is one in `zone`, one without a time is its midnight there.
///
/// `None` when it is no date, or one outside the years 1 to 9999, or a placeholder.
#[must_use]
pub fn parse(raw: &str, zone: Tz) -> Option<Parsed> {
    let raw = raw.trim();
    if raw.len() > LONGEST {
        return None;
    }
    let written = grammar::read(raw)?;
    if is_placeholder(written.local) {
        return None;
    }
    let (at, zoned) = match written.zone {
        Zone::Offset(offset) => {
            (Timestamp::from_date(&offset.from_local_datetime(&written.local).single()?)?, true)
        }
        Zone::Named(named) => (resolve(written.local, named)?, true),
        Zone::Untold => (resolve(written.local, zone)?, false),
    };
    // In another zone a placeholder has another date, but what is written of it is in UTC.
    (!is_placeholder(at.utc().naive_utc())).then_some(Parsed {
        at,
        zoned,
        has_time: written.has_time,
    })
}

/// Reads a date that stands where one is asked for: those of [`parse`], seconds or milliseconds of
/// Unix time, and `05/16/2024`, whose 16 is no month.
#[must_use]
pub fn parse_value(raw: &str, zone: Tz) -> Option<Parsed> {
    let unix = || {
        let at = match raw.trim().len() {
            10 => unix_seconds(raw),
            13 => unix_milliseconds(raw),
            _ => None,
        };
        // `2024051609` is a day with an hour, not a second of the year 2034.
        at.filter(|_| in_file_name(&raw.trim()[..8], zone).is_none())
    };
    parse(raw, zone)
        .or_else(|| parse(&day_before_month(raw.trim())?, zone))
        .or_else(|| Some(Parsed { at: unix()?, zoned: true, has_time: true }))
}

/// Writes `05/16/2024` with its day first, where nothing but that can be meant.
fn day_before_month(raw: &str) -> Option<String> {
    let (month, rest) = raw.split_once(['/', '-'])?;
    let sign = raw.as_bytes().get(month.len()).copied().map(char::from)?;
    let (day, rest) = rest.split_once(sign)?;
    let number = |part: &str| part.parse().ok().filter(|_| part.len() <= 2);
    let is_american = number(month).is_some_and(|month: u32| (1..=12).contains(&month))
        && number(day).is_some_and(|day: u32| (13..=31).contains(&day));
    is_american.then(|| format!("{day}{sign}{month}{sign}{rest}"))
}

/// Tells whether a value is written where there is no date: `0000-00-00`, or the first moment of
/// the year 1 or of 1970, which programs write for "none".
#[must_use]
pub fn says_nothing(raw: &str) -> bool {
    let raw = raw.trim();
    raw.starts_with("0000-00-00")
        || (raw.len() <= LONGEST
            && grammar::read(raw).is_some_and(|written| {
                is_placeholder(written.local)
                    || matches!(written.zone, Zone::Offset(offset)
                        if written.local.and_utc().timestamp() == i64::from(offset.local_minus_utc()))
            }))
}

/// Reads seconds since 1970-01-01T00:00:00Z. `None` for anything that is not a whole number above
/// zero, or beyond the year 9999.
#[must_use]
pub fn unix_seconds(raw: &str) -> Option<Timestamp> {
    let seconds: u64 = raw.trim().parse().ok()?;
    (seconds > 0).then(|| Timestamp::from_unix(i64::try_from(seconds).ok()?))?
}

/// Reads milliseconds since 1970-01-01T00:00:00Z, cut to the second. `None` as for seconds.
#[must_use]
pub fn unix_milliseconds(raw: &str) -> Option<Timestamp> {
    let seconds = raw.trim().parse::<u64>().ok()? / 1000;
    (seconds > 0).then(|| Timestamp::from_unix(i64::try_from(seconds).ok()?))?
}

/// A date as written, its zone not applied yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Written {
    local: NaiveDateTime,
    has_time: bool,
    zone: Zone,
}

/// A zone that a date names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    /// None, or a name that means several.
    Untold,
    Offset(FixedOffset),
    Named(Tz),
}

fn is_placeholder(local: NaiveDateTime) -> bool {
    let start = |year| NaiveDate::from_ymd_opt(year, 1, 1);
    Some(local.date()) == start(1)
        || (Some(local.date()) == start(1970) && local.time() == chrono::NaiveTime::MIN)
}

/// Finds the point in time of a local date: the earlier one when clocks showed it twice. When they
/// never showed it, it is what they showed so long after the gap as it lies behind the gap's start.
fn resolve(local: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
    if local.year() < 1 {
        return None;
    }
    // The widest gap is a day, when a place changed sides of the date line.
    (0..=25).find_map(|hours| {
        let back = Duration::hours(hours);
        match zone.from_local_datetime(&(local.checked_sub_signed(back)?)) {
            LocalResult::Single(date) | LocalResult::Ambiguous(date, _) => {
                Timestamp::from_unix(date.timestamp() + back.num_seconds())
            }
            LocalResult::None => None,
        }
    })
}

#[cfg(test)]
mod tests;
