//! The forms of dates.

use std::borrow::Cow;

use chrono::{FixedOffset, NaiveDate, NaiveTime};

use crate::read::date::cursor::Cursor;
use crate::read::date::names;
use crate::read::date::{Written, Zone};

/// Reads a whole date; `None` when anything of it doesn't fit.
pub(super) fn read(raw: &str) -> Option<Written> {
    let plain = plain(raw);
    let mut cursor = Cursor::new(&plain);
    skip_weekday(&mut cursor);
    let written = digits_only(&mut cursor)
        .or_else(|| asctime(&mut cursor))
        .or_else(|| date_and_time(&mut cursor))?;
    cursor.blanks();
    cursor.is_at_end().then_some(written)
}

/// Writes a Chinese or Japanese date with the signs that the forms know; others stay as they are.
fn plain(raw: &str) -> Cow<'_, str> {
    if raw.is_ascii() {
        return Cow::Borrowed(raw.trim());
    }
    let signs = |c| match c {
        '日' | '号' | '號' | '\u{3000}' | '\u{202F}' | '\u{A0}' => ' ',
        '时' | '時' | '点' | '點' | '：' => ':',
        '年' | '月' | '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '，' | '、' => ',',
        other => other,
    };
    let mut plain: String = raw.chars().map(signs).collect();
    if raw.contains(['分', '秒']) {
        let has_seconds = raw.contains('秒');
        plain = plain.replace('分', if has_seconds { ":" } else { "" }).replace('秒', "");
    }
    Cow::Owned(plain.trim().to_owned())
}

/// Skips the day of the week: it often is wrong, and the date tells it.
fn skip_weekday(cursor: &mut Cursor<'_>) {
    let mut ahead = *cursor;
    if ahead.word().is_some_and(names::is_weekday) {
        ahead.symbol(&['.']);
        ahead.symbol(&[',']);
        ahead.blanks();
        *cursor = ahead;
    }
}

/// `20240516`, `202405160932`, `20240516093252`, `20240516T093252Z`.
fn digits_only(cursor: &mut Cursor<'_>) -> Option<Written> {
    let mut ahead = *cursor;
    let digits = ahead.digits(8, 14)?;
    let date = NaiveDate::parse_from_str(digits.get(..8)?, "%Y%m%d").ok()?;
    let mut clock = digits.get(8..).filter(|rest| !rest.is_empty());
    if clock.is_none() && ahead.rest.starts_with(['T', 't']) {
        let mut after = ahead;
        after.symbol(&['T', 't']);
        clock = after.digits(4, 6);
        if clock.is_some() {
            ahead = after;
        }
    }
    let Some(clock) = clock else {
        *cursor = ahead;
        return with_time(cursor, date);
    };
    let number = |from: usize| clock.get(from..from + 2)?.parse().ok();
    let seconds = if clock.len() == 6 { number(4)? } else { 0 };
    let time = (clock.len() % 2 == 0).then(|| clock_time(number(0)?, number(2)?, seconds))??;
    skip_fraction(&mut ahead);
    *cursor = ahead;
    let zone = zone(cursor)?;
    Some(Written { local: date.and_time(time), has_time: true, zone })
}

/// `May 16 09:32:52 2024`, `May 16 09:32:52 UTC 2024`: C's `asctime` and the `date` command.
fn asctime(cursor: &mut Cursor<'_>) -> Option<Written> {
    let mut ahead = *cursor;
    let month = names::month(ahead.word()?)?;
    ahead.blanks();
    let day = ahead.short_number()?;
    ahead.blanks();
    let time = time(&mut ahead)?;
    ahead.blanks();
    let mut zone = Zone::Untold;
    if let Some(name) = ahead.word() {
        zone = names::zone(name)?;
        ahead.blanks();
    }
    let year = ahead.digits(4, 4)?.parse().ok()?;
    *cursor = ahead;
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    Some(Written { local: date.and_time(time), has_time: true, zone })
}

fn date_and_time(cursor: &mut Cursor<'_>) -> Option<Written> {
    let date = year_first(cursor).or_else(|| day_first(cursor)).or_else(|| month_first(cursor))?;
    with_time(cursor, date)
}

/// Reads what may follow a date: a time and a zone.
fn with_time(cursor: &mut Cursor<'_>, date: NaiveDate) -> Option<Written> {
    let mut ahead = *cursor;
    let time = separator(&mut ahead).and_then(|()| time(&mut ahead));
    if time.is_some() {
        *cursor = ahead;
    }
    let zone = zone(cursor)?;
    let local = date.and_time(time.unwrap_or(NaiveTime::MIN));
    Some(Written { local, has_time: time.is_some(), zone })
}

/// `2024-05-16`, `2024/5/16`, `2024.05.16`.
fn year_first(cursor: &mut Cursor<'_>) -> Option<NaiveDate> {
    let mut ahead = *cursor;
    let year = ahead.digits(4, 4)?.parse().ok()?;
    let sign = ahead.symbol(&['-', '/', '.'])?;
    ahead.blanks();
    let month = ahead.short_number()?;
    ahead.symbol(&[sign])?;
    ahead.blanks();
    let day = ahead.short_number()?;
    *cursor = ahead;
    NaiveDate::from_ymd_opt(year, month, day)
}

/// `26/09/2023`, `16.5.2024`, `16 May 2024`, `16-May-24`, `16th of May, 2024`.
fn day_first(cursor: &mut Cursor<'_>) -> Option<NaiveDate> {
    let mut ahead = *cursor;
    let day = ahead.short_number()?;
    if let Some(sign) = ahead.symbol(&['/', '.', '-'])
        && ahead.rest.starts_with(|c: char| c.is_ascii_digit())
    {
        let month = ahead.short_number()?;
        ahead.symbol(&[sign])?;
        let year = ahead.digits(4, 4)?.parse().ok()?;
        *cursor = ahead;
        return NaiveDate::from_ymd_opt(year, month, day);
    }
    skip_ordinal(&mut ahead);
    ahead.blanks();
    let mut name = ahead.word()?;
    if name.eq_ignore_ascii_case("of") {
        ahead.blanks();
        name = ahead.word()?;
    }
    let month = names::month(name)?;
    while ahead.symbol(&['.', ',', '-']).is_some() || ahead.blanks() {}
    let year = year(&mut ahead)?;
    *cursor = ahead;
    NaiveDate::from_ymd_opt(year, month, day)
}

/// `May 16, 2024`, `Sept. 3rd 2024`.
fn month_first(cursor: &mut Cursor<'_>) -> Option<NaiveDate> {
    let mut ahead = *cursor;
    let month = names::month(ahead.word()?)?;
    ahead.symbol(&['.']);
    ahead.blanks();
    let day = ahead.short_number()?;
    skip_ordinal(&mut ahead);
    ahead.symbol(&[',']);
    ahead.blanks();
    let year = ahead.digits(4, 4)?.parse().ok()?;
    *cursor = ahead;
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Skips the letters of `1st`, `2nd`, `3rd`, `4th`.
fn skip_ordinal(cursor: &mut Cursor<'_>) {
    let mut ahead = *cursor;
    let is_ordinal = |word: &str| ["st", "nd", "rd", "th"].contains(&&*word.to_ascii_lowercase());
    if ahead.word().is_some_and(is_ordinal) {
        *cursor = ahead;
    }
}

/// Reads a year; two or three digits are meant as RFC 2822 §4.3 says.
fn year(cursor: &mut Cursor<'_>) -> Option<i32> {
    let digits = cursor.digits(2, 4)?;
    let year: i32 = digits.parse().ok()?;
    Some(match digits.len() {
        2 if year < 50 => year + 2000,
        2 | 3 => year + 1900,
        _ => year,
    })
}

/// Reads what stands between a date and its time.
fn separator(cursor: &mut Cursor<'_>) -> Option<()> {
    let start = cursor.rest.len();
    if cursor.symbol(&['T', 't']).is_none() {
        cursor.symbol(&[',', ':']);
        let spaced = cursor.blanks();
        let mut ahead = *cursor;
        if spaced
            && (ahead.symbol(&['-', '|']).is_some()
                || ahead.word().is_some_and(|word| word.eq_ignore_ascii_case("at")))
            && ahead.blanks()
        {
            *cursor = ahead;
        }
    }
    (cursor.rest.len() < start).then_some(())
}

/// `9:00`, `09:32:52`, `08:03:55.243`, `9:30 pm`.
fn time(cursor: &mut Cursor<'_>) -> Option<NaiveTime> {
    let mut hour = cursor.short_number()?;
    cursor.symbol(&[':'])?;
    let minute = cursor.digits(2, 2)?.parse().ok()?;
    let mut second = 0;
    if cursor.symbol(&[':']).is_some() {
        second = cursor.digits(2, 2)?.parse().ok()?;
        skip_fraction(cursor);
    }
    let mut ahead = *cursor;
    ahead.blanks();
    let half = ahead.take_while(|c| c.is_ascii_alphabetic() || c == '.').unwrap_or_default();
    let half = half.replace('.', "").to_ascii_lowercase();
    if half == "am" || half == "pm" {
        *cursor = ahead;
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if half == "pm" { 12 } else { 0 };
    }
    clock_time(hour, minute, second)
}

/// Makes a time of day; a leap second is the one before it.
fn clock_time(hour: u32, minute: u32, second: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(hour, minute, if second == 60 { 59 } else { second })
}

/// Skips the part of a second: a timestamp has none.
fn skip_fraction(cursor: &mut Cursor<'_>) {
    let mut ahead = *cursor;
    if ahead.symbol(&['.', ',']).is_some() && ahead.digits(1, 12).is_some() {
        *cursor = ahead;
    }
}

/// Reads the zone, if there is one: an offset, a name, or an offset with a name after it that adds
/// nothing. `None` when something stands there that is no zone.
fn zone(cursor: &mut Cursor<'_>) -> Option<Zone> {
    cursor.blanks();
    let mut found = Zone::Untold;
    if let Some(name) = zone_name(cursor) {
        found = names::zone(name)?;
    }
    if cursor.rest.starts_with(['+', '-']) {
        // `GMT+8` is the usual way to write eight hours east, whatever POSIX says.
        found = Zone::Offset(offset(cursor)?);
        skip_zone_name(cursor);
    }
    cursor.blanks();
    let after_offset = *cursor;
    let bracketed = bracketed(cursor);
    match bracketed {
        Some(name) if found == Zone::Untold => found = names::zone(name)?,
        Some(_) => {}
        None => *cursor = after_offset,
    }
    Some(found)
}

/// Skips the name that Go writes after an offset: `+0000 UTC`.
fn skip_zone_name(cursor: &mut Cursor<'_>) {
    let mut ahead = *cursor;
    if ahead.blanks() && ahead.word().and_then(names::zone).is_some() {
        *cursor = ahead;
    }
}

fn zone_name<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    if !cursor.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut ahead = *cursor;
    let place = ahead.take_while(|c| c.is_ascii_alphanumeric() || "/_-".contains(c))?;
    if place.contains('/') {
        *cursor = ahead;
        return Some(place);
    }
    cursor.word()
}

/// Reads `(CST)` or `[Europe/Berlin]`.
fn bracketed<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let close = if cursor.symbol(&['(', '['])? == '(' { ')' } else { ']' };
    let name = cursor.take_while(|c| c != close)?;
    cursor.symbol(&[close])?;
    Some(name)
}

/// `+02`, `-0400`, `+05:30`.
fn offset(cursor: &mut Cursor<'_>) -> Option<FixedOffset> {
    let sign = if cursor.symbol(&['+', '-'])? == '-' { -1 } else { 1 };
    let digits = cursor.digits(1, 4)?;
    let (hours, minutes) = match digits.len() {
        1 | 2 if cursor.symbol(&[':']).is_some() => (digits, cursor.digits(2, 2)?),
        1 | 2 => (digits, "0"),
        length => digits.split_at(length - 2),
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    // No place on Earth is farther than 14 hours from UTC; ISO 8601 allows a little more.
    (hours <= 18 && minutes < 60)
        .then(|| FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60)))?
}
