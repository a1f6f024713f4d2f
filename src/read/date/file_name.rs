//! Dates in the names of files.

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;

use crate::read::date::{Parsed, resolve};

/// Finds the date that a path tells, its parts divided by `/`: at the beginning of the file's name
/// (`2024-05-16-title.md`, `20240516-title.md`, `202405160932.md`), or as three folders
/// (`2024/05/16/title.md`; the day may begin the file's name). A date without time is midnight in
/// `zone`. Years outside 1900 to 2099 are other numbers.
#[must_use]
pub fn in_file_name(name: &str, zone: Tz) -> Option<Parsed> {
    let (folders, file) = name.rsplit_once('/').unwrap_or(("", name));
    if let Some((date, time)) = compact(file) {
        return parsed(date, time, zone);
    }
    let date = hyphenated(file).or_else(|| in_folders(folders, file))?;
    parsed(date, None, zone)
}

fn parsed(date: NaiveDate, time: Option<NaiveTime>, zone: Tz) -> Option<Parsed> {
    let at = resolve(date.and_time(time.unwrap_or(NaiveTime::MIN)), zone)?;
    (at.unix() != 0).then_some(Parsed { at, zoned: false, has_time: time.is_some() })
}

/// `20240516`, `202405160932`, `20240516093252`, then anything but a digit.
fn compact(file: &str) -> Option<(NaiveDate, Option<NaiveTime>)> {
    let digits = leading_digits(file);
    let number = |from: usize| digits.get(from..from + 2)?.parse().ok();
    let date = || day(digits.get(..4)?, digits.get(4..6)?, digits.get(6..8)?);
    let time = |second| NaiveTime::from_hms_opt(number(8)?, number(10)?, second);
    match digits.len() {
        8 => Some((date()?, None)),
        12 => Some((date()?, Some(time(0)?))),
        14 => Some((date()?, Some(time(number(12)?)?))),
        _ => None,
    }
}

/// `2024-05-16`, `2024_5_16`, `2024.05.16`, then anything but a digit.
fn hyphenated(file: &str) -> Option<NaiveDate> {
    let year = leading_digits(file);
    let rest = &file[year.len()..];
    let sign = rest.chars().next().filter(|c| "-_.".contains(*c))?;
    let rest = &rest[1..];
    let month = leading_digits(rest);
    let rest = rest[month.len()..].strip_prefix(sign)?;
    day(year, month, leading_digits(rest))
}

/// `2024/05/16/title.md` and `2024/05/16-title.md`, below any other folders.
fn in_folders(folders: &str, file: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = folders.split('/').collect();
    let whole = parts.windows(3).rev().find_map(|part| day(part[0], part[1], part[2]));
    whole.or_else(|| {
        let [.., year, month] = parts.as_slice() else { return None };
        day(year, month, leading_digits(file))
    })
}

fn day(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = year.len() == 4
        && [month, day].iter().all(|part| (1..=2).contains(&part.len()))
        && [year, month, day].into_iter().all(is_number);
    let year = year.parse().ok().filter(|year| fits && (1900..=2099).contains(year))?;
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

fn leading_digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}
