use chrono_tz::Tz;
use proptest::prelude::*;

use crate::model::date::Timestamp;
use crate::read::date::{
    in_file_name, parse, parse_value, says_nothing, unix_milliseconds, unix_seconds,
};

/// Reads in UTC and gives the date with what it told of itself.
fn told(raw: &str) -> Option<(String, bool, bool)> {
    parse(raw, Tz::UTC).map(|parsed| (parsed.at.rfc3339(), parsed.zoned, parsed.has_time))
}

fn zoned(raw: &str) -> Option<String> {
    told(raw).map(|(at, zoned, has_time)| {
        assert!(zoned && has_time, "{raw} has a zone and a time");
        at
    })
}

#[test]
fn mail_dates() {
    for raw in [
        "Thu, 16 May 2024 09:32:52 GMT",
        "Mon, 16 May 2024 09:32:52 GMT",
        "thursday, 16 MAY 2024 09:32:52 +0000",
        "16 May 2024 09:32:52 UT",
        "16 May 24 09:32:52 Z",
        "Thu, 16 May 2024 05:32:52 EDT",
        "Thu, 16 May 2024 04:32:52 -0500 (CDT)",
        "Thursday, 16-May-24 09:32:52 GMT",
        "Thu May 16 09:32:52 UTC 2024",
        "Thu, 16 May 2024 17:32:52 GMT+8",
        "Thu, 16 May 2024 17:32:52 +0800 (China Standard Time)",
    ] {
        assert_eq!(zoned(raw).as_deref(), Some("2024-05-16T09:32:52Z"), "{raw}");
    }
    let years = [("1 Jan 49 00:00:00 GMT", "2049"), ("1 Jan 71 00:00:00 GMT", "1971")];
    for (raw, year) in years {
        assert_eq!(zoned(raw), Some(format!("{year}-01-01T00:00:00Z")), "{raw}");
    }
}

#[test]
fn iso_dates() {
    for (raw, at) in [
        ("2022-04-11T08:12:20Z", "2022-04-11T08:12:20Z"),
        ("2025-02-15T08:03:55.243Z", "2025-02-15T08:03:55Z"),
        ("2016-02-08 9:00:00 -0400", "2016-02-08T13:00:00Z"),
        ("2024-05-16T09:30+02", "2024-05-16T07:30:00Z"),
        ("2024-05-16T09:30:00+05:30", "2024-05-16T04:00:00Z"),
        ("2024-05-16 09:30:00 UTC", "2024-05-16T09:30:00Z"),
        ("2024-05-16t09:30:00z", "2024-05-16T09:30:00Z"),
        ("2024-05-16 09:30:00 +0200 CEST", "2024-05-16T07:30:00Z"),
        ("20240516T093252Z", "2024-05-16T09:32:52Z"),
        ("2024-07-01T12:00:00[Europe/Berlin]", "2024-07-01T10:00:00Z"),
        ("2024-07-01T12:00:00+02:00[Europe/Berlin]", "2024-07-01T10:00:00Z"),
        ("2024-07-01 12:00 Europe/Berlin", "2024-07-01T10:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
    ] {
        assert_eq!(zoned(raw).as_deref(), Some(at), "{raw}");
    }
}

#[test]
fn dates_without_zone() {
    for (raw, at) in [
        ("26/09/2023 - 08:18", "2023-09-26T08:18:00Z"),
        ("2025-02-14 05:24:00", "2025-02-14T05:24:00Z"),
        ("2025年2月14日 05:24", "2025-02-14T05:24:00Z"),
        ("2025年2月14日 5时24分", "2025-02-14T05:24:00Z"),
        ("2025年2月14日5時24分10秒", "2025-02-14T05:24:10Z"),
        ("May 16, 2024 at 9:30 PM", "2024-05-16T21:30:00Z"),
        ("May 16, 2024, 12:05 a.m.", "2024-05-16T00:05:00Z"),
        ("Thu May 16 09:32:52 2024", "2024-05-16T09:32:52Z"),
        ("16.05.2024, 09:32", "2024-05-16T09:32:00Z"),
        ("2024-05-16 09:32 CST", "2024-05-16T09:32:00Z"),
        ("16 May 2024 09:32 A", "2024-05-16T09:32:00Z"),
        ("20240516093252", "2024-05-16T09:32:52Z"),
    ] {
        assert_eq!(told(raw), Some((at.to_owned(), false, true)), "{raw}");
    }
}

#[test]
fn dates_without_time() {
    for raw in [
        "2024-05-16",
        "2024-5-16",
        "20240516",
        "2024/05/16",
        "2024.05.16",
        "2024年5月16日",
        "May 16, 2024",
        "16 May 2024",
        "Thursday, May 16th 2024",
        "16th of May, 2024",
        "16 Sept 2024",
        "16/05/2024",
    ] {
        let at = if raw.contains("Sept") { "2024-09-16" } else { "2024-05-16" };
        assert_eq!(told(raw), Some((format!("{at}T00:00:00Z"), false, false)), "{raw}");
    }
    assert_eq!(told("2020-12-2").map(|(at, ..)| at).as_deref(), Some("2020-12-02T00:00:00Z"));
}

#[test]
fn what_is_no_date() {
    for raw in [
        "",
        "soon",
        "2021-02-08 16:30-:00+16:30",
        "2024-02-30",
        "2024-13-01",
        "2024-05-16 25:00",
        "2024-05-16T09:30:00+99:00",
        "2024-05-16 and more",
        "05/16/2024",
        "2024",
        "2024-05",
        "16/05-2024",
        "10000-01-01",
        "1715852342000",
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01",
        "1970-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "1970-01-01T01:00:00+01:00",
        "9999-12-31T23:59:59-10:00",
        "0001-01-02T00:00:00+18:00 ",
    ] {
        assert!(told(raw).is_none(), "{raw}");
    }
    let east = |raw| parse(raw, Tz::Asia__Shanghai).map(|parsed| parsed.at.rfc3339());
    assert_eq!(east("2/01/0001"), None, "what is written of it is 1 January of the year 1");
    assert_eq!(east("3/01/0001").as_deref(), Some("0001-01-02T15:54:17Z"));
    for raw in ["0001-01-01T00:00:00Z", "0000-00-00", "1970-01-01", "1970-01-01T01:00:00+01:00"] {
        assert!(says_nothing(raw), "{raw}");
    }
    assert!(!says_nothing("soon") && !says_nothing("2024-05-16"));
}

#[test]
fn local_dates_are_in_the_given_zone() {
    let at = |raw| parse(raw, Tz::Europe__Berlin).map(|parsed| parsed.at.rfc3339());
    assert_eq!(at("2024-05-16").as_deref(), Some("2024-05-15T22:00:00Z"));
    // 02:30 was skipped: the clocks showed 03:30 half an hour after the gap.
    assert_eq!(at("2024-03-31 02:30").as_deref(), Some("2024-03-31T01:30:00Z"));
    // 02:30 came twice: the first counts.
    assert_eq!(at("2024-10-27 02:30").as_deref(), Some("2024-10-27T00:30:00Z"));
    // Samoa had no 30 December in 2011.
    let skipped = parse("2011-12-30", Tz::Pacific__Apia).map(|parsed| parsed.at.rfc3339());
    assert_eq!(skipped.as_deref(), Some("2011-12-30T10:00:00Z"));
}

#[test]
fn unix_times() {
    let at = |stamp: Option<Timestamp>| stamp.map(Timestamp::rfc3339);
    assert_eq!(at(unix_milliseconds("1715852342000")).as_deref(), Some("2024-05-16T09:39:02Z"));
    assert_eq!(at(unix_seconds(" 1715852342 ")).as_deref(), Some("2024-05-16T09:39:02Z"));
    for raw in ["NaN", "0", "-1", "", "99999999999999999999", "18446744073709551615"] {
        assert_eq!((unix_seconds(raw), unix_milliseconds(raw)), (None, None), "{raw}");
    }
}

#[test]
fn values_may_be_unix_times_or_american() {
    let at = |raw| parse_value(raw, Tz::Europe__Berlin).map(|parsed| parsed.at.rfc3339());
    for (raw, expected) in [
        ("1715852342", "2024-05-16T09:39:02Z"),
        (" 1715852342000 ", "2024-05-16T09:39:02Z"),
        ("05/16/2024", "2024-05-15T22:00:00Z"),
        ("5-16-2024 09:30 +0000", "2024-05-16T09:30:00Z"),
        ("05/06/2024", "2024-06-04T22:00:00Z"),
        ("2024-05-16T09:32:52Z", "2024-05-16T09:32:52Z"),
    ] {
        assert_eq!(at(raw).as_deref(), Some(expected), "{raw}");
    }
    for raw in ["13/32/2024", "00/16/2024", "05/16-2024", "2024051609", "171585234", "0000000000"] {
        assert_eq!(at(raw), None, "{raw}");
    }
}

#[test]
fn dates_in_file_names() {
    for name in [
        "2024-05-16-title.md",
        "20240516.md",
        "20240516-title.md",
        "posts/2024/05/16/title.md",
        "2024/05/16-title.md",
        "2024/5/16/a/b.md",
        "2020/01/01/2024-05-16 title.md",
        "2024_05_16_title.md",
        "2024-05-16T09.md",
    ] {
        let at = in_file_name(name, Tz::UTC).map(|parsed| parsed.at.rfc3339());
        assert_eq!(at.as_deref(), Some("2024-05-16T00:00:00Z"), "{name}");
    }
    let minute = in_file_name("202405160932 note.md", Tz::UTC).expect("a date with a time");
    assert_eq!((minute.at.rfc3339().as_str(), minute.has_time), ("2024-05-16T09:32:00Z", true));
    for name in ["", "title.md", "7614387.md", "12345678.md", "2024-05-161.md", "2024/05/x.md"] {
        assert_eq!(in_file_name(name, Tz::UTC), None, "{name}");
    }
}

proptest! {
    #[test]
    fn any_string_is_a_date_or_none(raw in "\\PC{0,60}") {
        let _ = parse_value(&raw, Tz::Europe__Berlin);
        let _ = in_file_name(&raw, Tz::Europe__Berlin);
    }

    #[test]
    fn anything_like_a_date_is_one_or_none(raw in "[0-9TZ:/. +年月日,aMpy-]{0,40}") {
        let _ = parse_value(&raw, Tz::America__New_York);
        let _ = in_file_name(&raw, Tz::America__New_York);
    }

    #[test]
    fn dates_come_back(seconds in -62_135_510_400_i64..253_402_300_800) {
        prop_assume!(seconds != 0);
        let at = Timestamp::from_unix(seconds).expect("in range");
        for written in [at.rfc3339(), at.rfc822()] {
            let parsed = parse(&written, Tz::Asia__Tokyo);
            prop_assert_eq!(parsed.map(|parsed| parsed.at), Some(at), "{}", written);
        }
    }
}
