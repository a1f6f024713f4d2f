//! Conditional requests (RFC 9110 §13).

use std::time::SystemTime;

use http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};
use http::{HeaderMap, HeaderName, Method};

/// What a representation is known by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Validators<'a> {
    /// Its strong entity tag, with its quotes.
    pub(super) etag: &'a [u8],
    /// When it was last modified, in whole seconds; `None` where that does not tell it from others.
    pub(super) modified: Option<SystemTime>,
}

/// What the conditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The request is done as if there were none.
    Proceed,
    /// The client has what there is: 304.
    NotModified,
    /// What the client wants to be so is not: 412.
    Failed,
}

/// Evaluates the conditions of a request for a representation that exists, in the order of RFC 9110
/// §13.2.2.
pub(super) fn evaluate(method: &Method, headers: &HeaderMap, now: Validators<'_>) -> Verdict {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    // 1. If-Match, by strong comparison.
    if let Some(matches) = matches(headers, &IF_MATCH, now.etag, Comparison::Strong) {
        if !matches {
            return Verdict::Failed;
        }
    // 2. If-Unmodified-Since counts only without If-Match.
    } else if let Some(since) = date(headers, &IF_UNMODIFIED_SINCE)
        && now.modified.is_none_or(|modified| modified > since)
    {
        return Verdict::Failed;
    }
    // 3. If-None-Match, by weak comparison.
    if let Some(matches) = matches(headers, &IF_NONE_MATCH, now.etag, Comparison::Weak) {
        return match (matches, reads) {
            (false, _) => Verdict::Proceed,
            (true, true) => Verdict::NotModified,
            (true, false) => Verdict::Failed,
        };
    }
    // 4. If-Modified-Since counts only without If-None-Match, and where something is read.
    if let Some(since) = date(headers, &IF_MODIFIED_SINCE)
        && reads
        && now.modified.is_some_and(|modified| modified <= since)
    {
        return Verdict::NotModified;
    }
    // 5. is If-Range, which `range_counts` tells; 6. is to go on.
    Verdict::Proceed
}

/// Tells whether the range that a request asks for counts: without `If-Range`, or if that names the
/// representation that there is, by strong comparison (RFC 9110 §13.1.5). A date names none here: what
/// was modified twice within a second has one date.
pub(super) fn range_counts(headers: &HeaderMap, now: Validators<'_>) -> bool {
    headers.get(IF_RANGE).is_none_or(|value| value.as_bytes() == now.etag)
}

/// Gives the strong tags that a client says it has.
pub(super) fn tags_that_are_had(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let lines = headers.get_all(IF_NONE_MATCH).iter();
    let tags = lines.flat_map(|line| Tags(line.as_bytes()));
    tags.filter(|(is_weak, _)| !is_weak).map(|(_, tag)| tag)
}

/// How tags are compared (RFC 9110 §8.8.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

/// Tells whether a field names a tag; `None` without the field.
fn matches(headers: &HeaderMap, name: &HeaderName, etag: &[u8], by: Comparison) -> Option<bool> {
    headers.contains_key(name).then(|| {
        headers.get_all(name).iter().any(|line| {
            line.as_bytes().trim_ascii() == b"*"
                || Tags(line.as_bytes())
                    .any(|(is_weak, tag)| tag == etag && !(is_weak && by == Comparison::Strong))
        })
    })
}

/// Gives a date of a request. One that can't be read is passed over (RFC 9110 §13.1.3), and so is a
/// field that stands twice.
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    let mut lines = headers.get_all(name).iter();
    let only = lines.next().filter(|_| lines.next().is_none())?;
    httpdate::parse_http_date(only.to_str().ok()?).ok()
}

/// The entity tags of a list, each with its quotes, and whether it is a weak one. A tag may hold commas.
/// What is none ends the list.
struct Tags<'a>(&'a [u8]);

impl<'a> Iterator for Tags<'a> {
    type Item = (bool, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.0.iter().position(|byte| !b" \t,".contains(byte))?;
        let rest = &self.0[start..];
        let (is_weak, rest) = rest.strip_prefix(b"W/").map_or((false, rest), |rest| (true, rest));
        let inner = rest.strip_prefix(b"\"")?;
        let end = inner.iter().position(|byte| *byte == b'"')? + 2;
        self.0 = &rest[end..];
        Some((is_weak, &rest[..end]))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const ETAG: &str = "\"a,b\"";

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn verdict(method: &Method, fields: &[(HeaderName, &str)]) -> Verdict {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name, HeaderValue::from_str(value).expect("a value"));
        }
        evaluate(
            method,
            &headers,
            Validators { etag: ETAG.as_bytes(), modified: Some(at(1_000_000_000)) },
        )
    }

    const SAME: &str = "Sun, 09 Sep 2001 01:46:40 GMT";
    const BEFORE: &str = "Sun, 09 Sep 2001 01:46:39 GMT";

    #[test]
    fn if_none_match_takes_lists_stars_and_weak_tags() {
        for list in [ETAG, "*", " * ", "W/\"a,b\"", "\"x\", \"a,b\"", "\"x\" ,,W/\"a,b\" , \"y\""] {
            let get = verdict(&Method::GET, &[(IF_NONE_MATCH, list)]);
            assert_eq!(get, Verdict::NotModified, "{list}");
            assert_eq!(verdict(&Method::POST, &[(IF_NONE_MATCH, list)]), Verdict::Failed, "{list}");
        }
        for list in ["\"x\"", "", "a,b", "\"a\"", "\"a", "\"b\", a,b\""] {
            let get = verdict(&Method::GET, &[(IF_NONE_MATCH, list)]);
            assert_eq!(get, Verdict::Proceed, "{list}");
        }
        let twice = [(IF_NONE_MATCH, "\"x\""), (IF_NONE_MATCH, ETAG)];
        assert_eq!(verdict(&Method::HEAD, &twice), Verdict::NotModified);
    }

    #[test]
    fn if_none_match_wins_over_the_date() {
        let both = [(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, SAME)];
        assert_eq!(verdict(&Method::GET, &both), Verdict::Proceed);
        let both = [(IF_NONE_MATCH, ETAG), (IF_MODIFIED_SINCE, BEFORE)];
        assert_eq!(verdict(&Method::GET, &both), Verdict::NotModified);
    }

    #[test]
    fn dates_count_in_whole_seconds_and_where_they_can_be_read() {
        let since = |method: &Method, date| verdict(method, &[(IF_MODIFIED_SINCE, date)]);
        assert_eq!(since(&Method::GET, SAME), Verdict::NotModified);
        assert_eq!(since(&Method::GET, "Sunday, 09-Sep-01 01:46:40 GMT"), Verdict::NotModified);
        assert_eq!(since(&Method::GET, "Sun Sep  9 01:46:40 2001"), Verdict::NotModified);
        assert_eq!(since(&Method::GET, BEFORE), Verdict::Proceed);
        assert_eq!(since(&Method::POST, SAME), Verdict::Proceed);
        assert_eq!(since(&Method::GET, "yesterday"), Verdict::Proceed);
        let twice = [(IF_MODIFIED_SINCE, SAME), (IF_MODIFIED_SINCE, SAME)];
        assert_eq!(verdict(&Method::GET, &twice), Verdict::Proceed);
    }

    #[test]
    fn if_match_wants_the_strong_tag_and_wins_over_its_date() {
        let wanted = |list| verdict(&Method::GET, &[(IF_MATCH, list)]);
        assert_eq!((wanted(ETAG), wanted("*")), (Verdict::Proceed, Verdict::Proceed));
        assert_eq!((wanted("W/\"a,b\""), wanted("\"x\"")), (Verdict::Failed, Verdict::Failed));
        assert_eq!(verdict(&Method::GET, &[(IF_UNMODIFIED_SINCE, BEFORE)]), Verdict::Failed);
        assert_eq!(verdict(&Method::GET, &[(IF_UNMODIFIED_SINCE, SAME)]), Verdict::Proceed);
        let both = [(IF_MATCH, ETAG), (IF_UNMODIFIED_SINCE, BEFORE)];
        assert_eq!(verdict(&Method::GET, &both), Verdict::Proceed);
        let both = [(IF_MATCH, ETAG), (IF_NONE_MATCH, ETAG)];
        assert_eq!(verdict(&Method::GET, &both), Verdict::NotModified);
    }

    #[test]
    fn a_range_counts_for_the_same_bytes_only() {
        let counts = |value: Option<&'static str>| {
            let value = value.map(|value| (IF_RANGE, HeaderValue::from_static(value)));
            let now = Validators { etag: ETAG.as_bytes(), modified: None };
            range_counts(&HeaderMap::from_iter(value), now)
        };
        assert!(counts(None) && counts(Some(ETAG)));
        assert!(!counts(Some("W/\"a,b\"")) && !counts(Some("\"x\"")) && !counts(Some(SAME)));
    }

    proptest! {
        /// Whatever a client sends, a list that names the tag is seen to do so, and nothing panics.
        #[test]
        fn every_list_is_read(
            before in prop::collection::vec("[!#-~]{0,5}", 0..4),
            is_weak in any::<bool>(),
            noise in prop::collection::vec(32_u8..255, 0..30),
        ) {
            let quoted = |tag: &String| format!("\"{tag}\"");
            let mut list: Vec<String> = before.iter().map(quoted).collect();
            let own = if is_weak { "W/" } else { "" };
            list.push(format!("{own}{ETAG}"));
            let list = list.join(" ,\t");
            prop_assert_eq!(
                verdict(&Method::GET, &[(IF_NONE_MATCH, &list)]),
                Verdict::NotModified
            );
            if let Ok(value) = HeaderValue::from_bytes(&noise) {
                let headers = HeaderMap::from_iter([(IF_NONE_MATCH, value)]);
                let now = Validators { etag: ETAG.as_bytes(), modified: None };
                evaluate(&Method::GET, &headers, now);
            }
        }
    }
}
