//! Parts of a representation (RFC 9110 §14).

use std::ops::Range;

/// What a client wants of a representation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it: it asked for no part, for several, or in a way that nobody has to understand.
    All,
    /// These bytes: 206.
    Part(Range<usize>),
    /// Bytes beyond its end: 416.
    Nothing,
}

/// Tells what a `Range` field asks for, of a representation of so many bytes.
pub(super) fn wanted(field: &str, length: usize) -> Wanted {
    let Some((first, last)) = single(field) else { return Wanted::All };
    let part = match (first, last) {
        // The last so many bytes.
        (None, Some(count)) => length.saturating_sub(count)..length,
        (Some(first), last) => {
            first..last.map_or(length, |last| last.saturating_add(1).min(length))
        }
        (None, None) => return Wanted::All,
    };
    if part.is_empty() { Wanted::Nothing } else { Wanted::Part(part) }
}

/// Reads a field that asks for one part in bytes: its first and its last position.
fn single(field: &str) -> Option<(Option<usize>, Option<usize>)> {
    let (unit, part) = field.split_once('=')?;
    let (first, last) = part.trim().split_once('-')?;
    let are_numbers = [first, last].iter().all(|raw| raw.bytes().all(|byte| byte.is_ascii_digit()));
    if !unit.trim().eq_ignore_ascii_case("bytes") || !are_numbers {
        return None;
    }
    let (first, last) = (position(first), position(last));
    let is_in_order = first.zip(last).is_none_or(|(first, last)| first <= last);
    is_in_order.then_some((first, last))
}

/// Reads the digits of a position; `None` where there are none.
fn position(digits: &str) -> Option<usize> {
    // What no number can hold lies beyond every end.
    (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_part_is_given() {
        for (field, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=2-4", 2..5),
            ("bytes=2-", 2..10),
            ("bytes=-3", 7..10),
            ("bytes=-30", 0..10),
            ("bytes=9-99999999999999999999999", 9..10),
            ("Bytes= 1-2 ", 1..3),
        ] {
            assert_eq!(wanted(field, 10), Wanted::Part(part), "{field}");
        }
    }

    #[test]
    fn beyond_the_end_is_nothing() {
        for field in ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(wanted(field, 10), Wanted::Nothing, "{field}");
        }
        assert_eq!(wanted("bytes=0-", 0), Wanted::Nothing);
    }

    #[test]
    fn what_is_not_understood_is_passed_over() {
        for field in
            ["bytes=1-2,4-5", "lines=1-2", "bytes=4-2", "bytes=-", "bytes=a-b", "", "bytes"]
        {
            assert_eq!(wanted(field, 10), Wanted::All, "{field}");
        }
    }

    proptest! {
        #[test]
        fn a_part_is_always_within(field in "(bytes=)?[-0-9, ]{0,25}", length in 0..1000_usize) {
            if let Wanted::Part(part) = wanted(&field, length) {
                prop_assert!(part.start < part.end && part.end <= length);
            }
        }
    }
}
