//! Points in time, to the second.

use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};

/// A point in time within the years 1 to 9999, the range that RFC 3339 and RFC 822 dates can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// Takes seconds since 1970-01-01T00:00:00Z; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Option<Self> {
        let year = DateTime::from_timestamp(seconds, 0)?.year();
        (1..=9999).contains(&year).then_some(Self(seconds))
    }

    /// Takes a date of any zone, cut to the second; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn from_date<Z: chrono::TimeZone>(date: &DateTime<Z>) -> Option<Self> {
        Self::from_unix(date.timestamp())
    }

    /// Gives seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix(self) -> i64 {
        self.0
    }

    /// Gives the point in time so many seconds later, or the nearest one in range.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds)).unwrap_or(self)
    }

    /// Gives the date in UTC, for parts of it.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0, 0).unwrap_or_default()
    }

    /// Writes the date as Atom and JSON Feed want it (RFC 3339, always `Z`).
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.utc().format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Writes the date as RSS wants it (RFC 822 with a four-digit year, English names, `+0000`).
    #[must_use]
    pub fn rfc822(self) -> String {
        self.utc().format("%a, %d %b %Y %H:%M:%S +0000").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_one_date() {
        let date = Timestamp::from_unix(1_715_851_972).expect("in range");
        assert_eq!(date.rfc3339(), "2024-05-16T09:32:52Z");
        assert_eq!(date.rfc822(), "Thu, 16 May 2024 09:32:52 +0000");
    }

    #[test]
    fn early_years_have_four_digits() {
        let first = Timestamp::from_unix(-62_135_596_800).expect("year 1");
        assert_eq!(first.rfc3339(), "0001-01-01T00:00:00Z");
        assert_eq!(first.rfc822(), "Mon, 01 Jan 0001 00:00:00 +0000");
    }

    #[test]
    fn years_outside_are_refused() {
        assert_eq!(Timestamp::from_unix(-62_135_596_801), None);
        assert_eq!(Timestamp::from_unix(253_402_300_800), None);
        assert_eq!(Timestamp::from_unix(i64::MAX), None);
    }
}
