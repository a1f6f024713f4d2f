//! Any text as a date: a time in the years 1 to 9999, which reads back from both its forms, or none.
#![no_main]

use chrono_tz::Tz;
use feedmill::read::date;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = date::says_nothing(text);
    let _ = date::in_file_name(text, Tz::UTC);
    for zone in [Tz::UTC, Tz::Asia__Shanghai, Tz::America__New_York] {
        let Some(parsed) = date::parse(text, zone) else { continue };
        for written in [parsed.at.rfc3339(), parsed.at.rfc822()] {
            let again = date::parse(&written, zone).expect("what was written can be read");
            assert_eq!(again.at, parsed.at, "{written}");
        }
    }
});
