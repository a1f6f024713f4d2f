//! Dates that bound a feed.

use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use toml::value::{Datetime, Offset};

use crate::config::error::Fault;
use crate::config::typed::Moment;
use crate::model::date::Timestamp;

/// Reads a date, at its beginning when it names no time of day, and in `zone` when it names none.
pub(crate) fn moment(typed: &Moment, zone: Tz) -> Result<Option<Timestamp>, Fault> {
    let (raw, date) = match typed {
        Moment::Text(text) if text.trim().is_empty() => return Ok(None),
        Moment::Text(text) => (text.clone(), Datetime::from_str(text.trim()).ok()),
        Moment::Date(date) => (date.to_string(), Some(*date)),
    };
    let timestamp = date.and_then(|date| timestamp(date, zone)).ok_or_else(|| {
        Fault::new(format!("{raw:?} is no date"))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(typed: &Moment, zone: Tz) -> Option<i64> {
        moment(typed, zone).expect("a date").map(Timestamp::unix)
    }

    fn text(raw: &str) -> Moment {
        Moment::Text(raw.to_owned())
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
}
