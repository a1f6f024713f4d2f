//! Single values: words, addresses, hosts, languages, zones, amounts, dates, globs, patterns.

use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use globset::{Glob, GlobBuilder, GlobSet};
use regex::Regex;
use toml::value::{Datetime, Offset};
use url::{Host, Url};

use crate::config::error::Fault;
use crate::config::nearest::nearest;
use crate::config::typed::Moment;
use crate::model::date::Timestamp;
use crate::model::language::Language;
use crate::model::text::Text;

/// A compiler of globs needs room that grows with their length and nesting; no path is longer.
const LONGEST_GLOB: usize = 4096;

/// Takes a line of text that must say something.
pub(crate) fn line(raw: &str) -> Result<Text, Fault> {
    let line = Text::line(raw);
    if line.is_empty() { Err(Fault::new("must not be empty")) } else { Ok(line) }
}

/// Takes a string that must say something, as it is but for blanks around it.
pub(crate) fn word(raw: &str) -> Result<String, Fault> {
    line(raw).map(|_| raw.trim().to_owned())
}

/// Means a value that may be empty, for none.
pub(crate) fn optional<T>(
    raw: &str,
    mean: impl FnOnce(&str) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    if raw.trim().is_empty() { Ok(None) } else { mean(raw.trim()).map(Some) }
}

/// Picks what a word stands for.
pub(crate) fn choice<T: Copy>(raw: &str, choices: &[(&str, T)]) -> Result<T, Fault> {
    let word = raw.trim();
    if let Some((_, value)) = choices.iter().find(|(name, _)| *name == word) {
        return Ok(*value);
    }
    let names = choices.iter().map(|(name, _)| *name);
    let fault = Fault::new(format!("\"{word}\" is not one of the words that can stand here"));
    Err(match nearest(word, names.clone()) {
        Some(near) => fault.did_you_mean(Some(near)),
        None => fault.help(format!("write {}", quoted(names))),
    })
}

/// Lists words: `"a", "b" or "c"`.
fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut quoted: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
    let last = quoted.pop().unwrap_or_default();
    if quoted.is_empty() { last } else { format!("{} or {last}", quoted.join(", ")) }
}

/// Reads an absolute http(s) address; IRIs become ASCII.
pub(crate) fn address(raw: &str) -> Result<Url, Fault> {
    let url = Url::parse(raw).map_err(|error| {
        let fault = Fault::new(format!("\"{raw}\" is no address: {error}"));
        if error == url::ParseError::RelativeUrlWithoutBase {
            with_scheme(fault, raw)
        } else {
            fault
        }
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        let fault = Fault::new(format!("\"{raw}\" does not begin with http:// or https://"));
        return Err(with_scheme(fault, raw));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Fault::new("an address that is published must not hold a user or a password"));
    }
    Ok(url)
}

/// Proposes the address with `https://` before it, where that makes one.
fn with_scheme(fault: Fault, raw: &str) -> Fault {
    let whole = format!("https://{}", raw.trim_start_matches('/'));
    let makes_sense = raw.contains('.') && !raw.contains("//") && Url::parse(&whole).is_ok();
    fault.did_you_mean(makes_sense.then_some(whole.as_str()))
}

/// Reads the name of a host: ASCII and lower case.
pub(crate) fn host(raw: &str) -> Result<String, Fault> {
    match Host::parse(raw.trim()) {
        Ok(host) if !raw.contains('/') => Ok(host.to_string()),
        _ => Err(Fault::new(format!("\"{raw}\" is no host"))
            .help("write its name alone, such as \"player.example.org\"")),
    }
}

/// Reads a language tag.
pub(crate) fn language(raw: &str) -> Result<Language, Fault> {
    Language::parse(raw).ok_or_else(|| {
        Fault::new(format!("\"{raw}\" is no language tag"))
            .help("write one like \"en\", \"pt-BR\" or \"zh-Hans\"")
    })
}

/// Reads the name of a time zone.
pub(crate) fn time_zone(raw: &str) -> Result<Tz, Fault> {
    let name = raw.trim();
    Tz::from_str(name).map_err(|_| {
        let fault = Fault::new(format!("\"{name}\" is no time zone"));
        match near_zone(name) {
            Some(near) => fault.did_you_mean(Some(near)),
            None => fault.help("write one like \"Europe/Vienna\" or \"UTC\""),
        }
    })
}

/// Finds the zone that was probably meant: by its city alone, by its name, by a name like its city's.
fn near_zone(name: &str) -> Option<&'static str> {
    let zones = || TZ_VARIANTS.iter().map(|zone| zone.name());
    let city = |zone: &'static str| zone.rsplit('/').next().unwrap_or(zone);
    let plain = name.replace(' ', "_");
    let of_city = |wanted: &str| zones().find(|zone| city(zone).eq_ignore_ascii_case(wanted));
    of_city(&plain)
        .or_else(|| nearest(&plain, zones()))
        .or_else(|| nearest(&plain, zones().map(city)).and_then(of_city))
}

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
        Fault::new(format!("\"{raw}\" is no size"))
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
        Fault::new(format!("\"{raw}\" is no age"))
            .help("write a whole number and minutes, hours, days, weeks, months or years")
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

/// Reads a date, at its beginning when it names no time of day, and in `zone` when it names none.
pub(crate) fn moment(typed: &Moment, zone: Tz) -> Result<Option<Timestamp>, Fault> {
    let (raw, date) = match typed {
        Moment::Text(text) if text.trim().is_empty() => return Ok(None),
        Moment::Text(text) => (text.clone(), Datetime::from_str(text.trim()).ok()),
        Moment::Date(date) => (date.to_string(), Some(*date)),
    };
    let timestamp = date.and_then(|date| timestamp(date, zone)).ok_or_else(|| {
        Fault::new(format!("\"{raw}\" is no date"))
            .help("write it like 2024-05-16 or 2024-05-16T09:30:00Z")
    })?;
    Ok(Some(timestamp))
}

fn timestamp(date: Datetime, zone: Tz) -> Option<Timestamp> {
    let day = date.date?;
    let day = NaiveDate::from_ymd_opt(day.year.into(), day.month.into(), day.day.into())?;
    let time = match date.time {
        Some(time) => {
            let second = time.second.unwrap_or(0);
            NaiveTime::from_hms_opt(time.hour.into(), time.minute.into(), second.into())?
        }
        None => NaiveTime::MIN,
    };
    let local = day.and_time(time);
    match date.offset {
        Some(Offset::Z) => Timestamp::from_date(&Utc.from_utc_datetime(&local)),
        Some(Offset::Custom { minutes }) => {
            let utc = local.checked_sub_signed(TimeDelta::minutes(minutes.into()))?;
            Timestamp::from_date(&Utc.from_utc_datetime(&utc))
        }
        None => in_zone(local, zone),
    }
}

/// Finds a local time in its zone: the first of two where clocks are set back, the next that exists
/// where they are set forward (a quarter of an hour to a whole day is left out then).
fn in_zone(local: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
    (0..=24 * 4).find_map(|quarters| {
        let later = local.checked_add_signed(TimeDelta::minutes(15 * quarters))?;
        Timestamp::from_date(&zone.from_local_datetime(&later).earliest()?)
    })
}

/// Reads a glob: `*` stays within a folder, `**` does not.
pub(crate) fn glob(raw: &str) -> Result<Glob, Fault> {
    if raw.is_empty() || raw.len() > LONGEST_GLOB {
        return Err(Fault::new(format!("a pattern must have 1 to {LONGEST_GLOB} bytes")));
    }
    if raw.starts_with(['/', '\\']) || raw.starts_with("./") {
        return Err(Fault::new(format!("\"{raw}\" matches nothing"))
            .help("paths begin below the input folder: leave out what stands before"));
    }
    GlobBuilder::new(raw)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map_err(|error| Fault::new(format!("\"{raw}\" is no pattern: {}", error.kind())))
}

/// Puts globs together.
pub(crate) fn glob_set(globs: Vec<Glob>) -> Result<GlobSet, Fault> {
    GlobSet::new(globs).map_err(|error| Fault::new(format!("too much to match: {}", error.kind())))
}

/// Reads a regular expression.
pub(crate) fn regex(raw: &str) -> Result<Regex, Fault> {
    Regex::new(raw).map_err(|error| {
        // The last line says what is wrong; those before it draw the expression and an arrow.
        let told = error.to_string();
        let last = told.lines().last().unwrap_or_default().trim();
        let reason = last.strip_prefix("error: ").unwrap_or(last);
        Fault::new(format!("\"{raw}\" is no regular expression: {}", reason.trim_end_matches('.')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(fault: Fault) -> String {
        fault.help.unwrap_or_default()
    }

    fn unix(typed: &Moment, zone: Tz) -> Option<i64> {
        moment(typed, zone).expect("a date").map(Timestamp::unix)
    }

    fn text(raw: &str) -> Moment {
        Moment::Text(raw.to_owned())
    }

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
    fn ages_have_units() {
        assert_eq!(age("90 days"), Ok(90 * 86_400));
        assert_eq!(age("1 Week "), Ok(7 * 86_400));
        for wrong in ["90", "0 days", "s", "3 fortnights", "9999999999999999 years"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_are_absolute_and_ascii() {
        assert_eq!(
            address("http://例子.cn/食").map(String::from).as_deref(),
            Ok("http://xn--fsqu00a.cn/%E9%A3%9F")
        );
        assert_eq!(
            help(address("example.org/a").expect_err("no scheme")),
            "did you mean \"https://example.org/a\"?"
        );
        assert_eq!(
            help(address("example.org:80").expect_err("no scheme")),
            "did you mean \"https://example.org:80\"?"
        );
        for wrong in
            ["", "ftp://example.org/", "http://", "https://me:secret@example.org/", "http://a b/"]
        {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn hosts_stand_alone() {
        assert_eq!(host("Player.例子.CN").as_deref(), Ok("player.xn--fsqu00a.cn"));
        for wrong in ["", "https://example.org", "example.org/embed", "example.org:80", "a b"] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_zone_is_proposed() {
        assert_eq!(time_zone("Asia/Shanghai"), Ok(Tz::Asia__Shanghai));
        assert_eq!(
            help(time_zone("Europ/Vienna").expect_err("mistyped")),
            "did you mean \"Europe/Vienna\"?"
        );
        assert_eq!(
            help(time_zone("new york").expect_err("a city")),
            "did you mean \"America/New_York\"?"
        );
        assert!(help(time_zone("nowhere at all").expect_err("none")).starts_with("write"));
    }

    #[test]
    fn a_date_without_zone_is_in_the_site_s() {
        let utc = 1_715_817_600;
        assert_eq!(unix(&text("2024-05-16"), Tz::UTC), Some(utc));
        assert_eq!(unix(&text("2024-05-16"), Tz::Asia__Shanghai), Some(utc - 8 * 3600));
        assert_eq!(unix(&text("2024-05-16T00:00:00Z"), Tz::Asia__Shanghai), Some(utc));
        assert_eq!(unix(&text(" 2024-05-16 01:00:00+01:00"), Tz::Asia__Shanghai), Some(utc));
        assert_eq!(unix(&text(" "), Tz::UTC), None);
        for wrong in ["yesterday", "2024-02-30", "09:00:00", "2024-05-16T24:00:00Z", "0000-01-01"] {
            assert!(moment(&text(wrong), Tz::UTC).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_local_time_that_does_not_exist_is_the_next_that_does() {
        // São Paulo skipped the first hour of this day, Samoa the whole of that one.
        assert_eq!(unix(&text("2018-11-04"), Tz::America__Sao_Paulo), Some(1_541_300_400));
        assert_eq!(
            unix(&text("2011-12-30"), Tz::Pacific__Apia),
            unix(&text("2011-12-31"), Tz::Pacific__Apia)
        );
    }

    #[test]
    fn a_star_stays_within_a_folder() {
        let set = |raw: &str| glob_set(vec![glob(raw).expect("a glob")]).expect("a set");
        assert!(set("news/*.md").is_match("news/a.md"));
        assert!(!set("news/*.md").is_match("news/b/a.md"));
        assert!(set("news/**").is_match("news/b/a.md"));
        assert!(set("**").is_match("a.md") && set("**").is_match("a/b/c.md"));
        for wrong in ["", "[a", "a{b", "/news/**", "./news/*"] {
            assert!(glob(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_monstrous_glob_is_a_fault() {
        for piece in ["{", "[", "*", "{a,", "**/"] {
            let long = piece.repeat(LONGEST_GLOB);
            assert!(glob(&long).is_err() || piece.len() == 1, "{piece}");
            let deep = piece.repeat(LONGEST_GLOB / piece.len());
            if let Ok(glob) = glob(&deep) {
                let _ = glob_set(vec![glob]);
            }
        }
        let nested = format!("{}a{}", "{".repeat(2048), "}".repeat(2048));
        let _ = glob(&nested).and_then(|glob| glob_set(vec![glob]));
    }

    #[test]
    fn an_expression_tells_its_own_fault_in_one_line() {
        assert!(regex("(?i)food|食").is_ok());
        assert_eq!(
            regex("(a").expect_err("unclosed").message,
            "\"(a\" is no regular expression: unclosed group"
        );
        let huge = regex("((a{1000}){1000}){1000}").expect_err("too big").message;
        assert!(!huge.contains('\n'), "{huge}");
    }

    #[test]
    fn a_word_is_one_of_those_known() {
        let words = [("newest", 1), ("oldest", 2)];
        assert_eq!(choice("oldest", &words), Ok(2));
        assert_eq!(
            help(choice("newst", &words).expect_err("mistyped")),
            "did you mean \"newest\"?"
        );
        assert_eq!(
            help(choice("random", &words).expect_err("unknown")),
            "write \"newest\" or \"oldest\""
        );
    }
}
