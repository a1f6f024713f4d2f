//! The names that stand in dates: months, days of the week, zones.

use chrono::FixedOffset;

use crate::read::date::Zone;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Names of zones that mean one thing wherever they are written, with their hours from UTC
/// (RFC 2822 §4.3 for those of North America).
const ZONES: [(&str, i32); 25] = [
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("z", 0),
    ("est", -5),
    ("edt", -4),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
    ("wet", 0),
    ("west", 1),
    ("cet", 1),
    ("cest", 2),
    ("mez", 1),
    ("mesz", 2),
    ("eet", 2),
    ("eest", 3),
    ("msk", 3),
    ("hkt", 8),
    ("jst", 9),
    ("kst", 9),
    ("aest", 10),
    ("aedt", 11),
];

/// Names that mean several zones: China or Chicago, India, Ireland or Israel, Britain or
/// Bangladesh, the Atlantic or Arabia, and what people in America say for either half of the year.
const AMBIGUOUS: [&str; 9] = ["cst", "ist", "bst", "ast", "sst", "et", "ct", "mt", "pt"];

/// Gives the number, from 1, of a month named in full or by three letters or more.
pub(super) fn month(word: &str) -> Option<u32> {
    position(&MONTHS, word)
}

/// Tells a day of the week, named in full or by three letters or more.
pub(super) fn is_weekday(word: &str) -> bool {
    position(&WEEKDAYS, word).is_some()
}

fn position(names: &[&str], word: &str) -> Option<u32> {
    let begins_with =
        |name: &str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let found = names.iter().position(|name| word.len() >= 3 && begins_with(name))?;
    u32::try_from(found + 1).ok()
}

/// Tells what the name of a zone says; `None` when it names none.
pub(super) fn zone(name: &str) -> Option<Zone> {
    if name.contains('/') {
        let named = name.parse().ok()?;
        return Some(Zone::Named(named));
    }
    let name = name.to_ascii_lowercase();
    // A lone letter is a military zone; those were used wrongly for so long that they say nothing
    // (RFC 2822 §4.3).
    let is_military = name.len() == 1 && name != "z" && name != "j";
    if is_military || AMBIGUOUS.contains(&name.as_str()) {
        return Some(Zone::Untold);
    }
    let (_, hours) = ZONES.iter().find(|(known, _)| *known == name)?;
    FixedOffset::east_opt(hours * 3600).map(Zone::Offset)
}
