//! Amounts with a unit: sizes, ages, waits and pages.

use std::time::Duration;

use crate::config::error::Fault;
use crate::config::meant::Paging;

/// Units of size in bytes, in lower case.
const SIZES: [(&str, u64); 9] = [
    ("", 1),
    ("b", 1),
    ("bytes", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
];

/// Reads a size such as `250 KB` or `4 MiB`, in bytes.
pub(crate) fn size(raw: &str) -> Result<u64, Fault> {
    amount(raw, &SIZES).ok_or_else(|| {
        Fault::new(format!("{raw:?} is no size"))
            .help("write a whole number and B, KB, MB, GB, KiB, MiB or GiB")
    })
}

const DAY: u64 = 24 * 60 * 60;

/// Units of age in seconds, in lower case and in the singular.
const AGES: [(&str, u64); 6] = [
    ("minute", 60),
    ("hour", 60 * 60),
    ("day", DAY),
    ("week", 7 * DAY),
    ("month", 30 * DAY),
    ("year", 365 * DAY),
];

/// Reads an age such as `90 days`, in seconds; a month has 30 days and a year 365.
pub(crate) fn age(raw: &str) -> Result<i64, Fault> {
    let singular = raw.trim_end().strip_suffix(['s', 'S']).unwrap_or(raw);
    amount(singular, &AGES).and_then(|seconds| i64::try_from(seconds).ok()).ok_or_else(|| {
        Fault::new(format!("{raw:?} is no age"))
            .help("write a whole number and minutes, hours, days, weeks, months or years")
    })
}

/// Units of waits in milliseconds, in lower case and in the singular.
const WAITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("millisecond", 1),
    ("second", 1_000),
    ("minute", 60 * 1_000),
    ("hour", 60 * 60 * 1_000),
];

/// The longest wait, so that every point in time that is waited for can be told.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * DAY);

/// Reads a length of time that the program waits, such as `2 seconds` or `500 ms`.
pub(crate) fn wait(raw: &str) -> Result<Duration, Fault> {
    let singular = raw.trim_end().strip_suffix(['s', 'S']).unwrap_or(raw);
    let wait = amount(raw, &WAITS).or_else(|| amount(singular, &WAITS)).map(Duration::from_millis);
    wait.filter(|wait| *wait <= LONGEST_WAIT).ok_or_else(|| {
        Fault::new(format!("{raw:?} is no length of time"))
            .help("write a whole number and ms, seconds, minutes or hours, at most a year")
    })
}

/// Units of pages.
const ENTRIES: [(&str, u64); 2] = [("entry", 1), ("entries", 1)];

/// Reads how an archive is divided: `month`, or `100 entries`.
pub(crate) fn paging(raw: &str) -> Result<Paging, Fault> {
    if raw.trim() == "month" {
        return Ok(Paging::Month);
    }
    let count = amount(raw, &ENTRIES).and_then(|count| i64::try_from(count).ok());
    count.map(Paging::Count).ok_or_else(|| {
        Fault::new(format!("{raw:?} is no way to divide an archive"))
            .help("write \"month\", or a number of entries such as \"100 entries\"")
    })
}

/// Reads a whole number above zero and a unit.
fn amount(raw: &str, units: &[(&str, u64)]) -> Option<u64> {
    let raw = raw.trim();
    let end = raw.find(|c: char| !c.is_ascii_digit()).unwrap_or(raw.len());
    let (number, unit) = raw.split_at(end);
    let unit = unit.trim_start().to_lowercase();
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor).filter(|amount| *amount > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (raw, bytes) in
            [("250 KB", 250_000), ("4MiB", 4 << 20), (" 7 ", 7), ("1 gb", 1_000_000_000)]
        {
            assert_eq!(size(raw), Ok(bytes), "{raw}");
        }
        for wrong in [
            "",
            "KB",
            "0",
            "-1 KB",
            "1.5 MB",
            "4 MBit",
            "99999999999999999999",
            "9999999999999 GiB",
        ] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn pages_are_months_or_so_many_entries() {
        assert_eq!(paging(" month"), Ok(Paging::Month));
        assert_eq!(paging("100 entries"), Ok(Paging::Count(100)));
        assert_eq!(paging("1 Entry"), Ok(Paging::Count(1)));
        for wrong in ["", "100", "0 entries", "months", "2 months", "-1 entries"] {
            assert!(paging(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn waits_have_units() {
        for (raw, milliseconds) in [
            ("500 ms", 500),
            ("2 seconds", 2_000),
            (" 1 Minute ", 60_000),
            ("8760 hours", 31_536_000_000),
        ] {
            assert_eq!(wait(raw), Ok(Duration::from_millis(milliseconds)), "{raw}");
        }
        for wrong in ["", "2", "0 ms", "-1 s", "1 s", "5 m", "1.5 seconds", "8761 hours"] {
            assert!(wait(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ages_have_units() {
        assert_eq!(age("90 days"), Ok(90 * 86_400));
        assert_eq!(age("1 Week "), Ok(7 * 86_400));
        for wrong in ["90", "0 days", "s", "3 fortnights", "9999999999999999 years"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }
}
