//! Which content coding a client gets (RFC 9110 §12.5.3), and whether news alone will do (RFC 3229).

use http::header::{ACCEPT_ENCODING, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::meant::Coding;
use crate::publish::coding::token;

/// Names ways to make less of an instance (RFC 3229 §10.5.3).
pub(super) const A_IM: HeaderName = HeaderName::from_static("a-im");

/// How those name themselves that say so without knowing: this library says it for every program that is
/// made with it, and to some of them, such as rss2email, a 226 is an error.
const UNAWARE: [&[u8]; 3] = [b"feedparser/", b"UniversalFeedParser/", b"rss2email/"];

/// Tells whether a client takes the entries that are new to it alone (RFC 3229 §10.5.3, `A-IM: feed`).
pub(super) fn takes_news(headers: &HeaderMap) -> bool {
    let name = headers.get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
    let is_unaware = UNAWARE.iter().any(|own| name.starts_with(own));
    !is_unaware && Weights::of(headers, &A_IM).named("feed").is_some_and(|weight| weight > 0)
}

/// Picks the coding that a client likes best of those that are offered, and of equals the one that is
/// offered first; `None` for none. Whoever does not say what he takes gets none.
pub(super) fn coding(headers: &HeaderMap, offered: &[Coding]) -> Option<Coding> {
    let weights = Weights::of(headers, &ACCEPT_ENCODING);
    let best = offered.iter().rev().max_by_key(|coding| weights.of_coding(token(**coding)))?;
    let weight = weights.of_coding(token(*best));
    // Unless the client says more of it, having no coding is what it takes, but likes least.
    let is_better = weights.named("identity").is_none_or(|identity| weight >= identity);
    (weight > 0 && is_better).then_some(*best)
}

/// The weights that a client gives to what a field lists, in thousandths.
struct Weights(Vec<(String, u16)>);

impl Weights {
    fn of(headers: &HeaderMap, name: &HeaderName) -> Self {
        let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
        let parts = lines.flat_map(|line| line.split(','));
        Self(parts.filter_map(weighted).collect())
    }

    fn named(&self, coding: &str) -> Option<u16> {
        let named = |name: &str| name == coding || (coding == "gzip" && name == "x-gzip");
        self.0.iter().find(|(name, _)| named(name)).map(|(_, weight)| *weight)
    }

    fn of_coding(&self, coding: &str) -> u16 {
        self.named(coding).or_else(|| self.named("*")).unwrap_or(0)
    }
}

/// Reads a part of the list: a coding and its weight. What is none is passed over.
fn weighted(part: &str) -> Option<(String, u16)> {
    let mut words = part.split(';').map(str::trim);
    let name = words.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let weight = match words.next() {
        None => 1000,
        Some(word) => thousandths(word.strip_prefix(['q', 'Q'])?.trim().strip_prefix('=')?.trim())?,
    };
    Some((name, weight))
}

/// Reads a weight (RFC 9110 §12.4.2): from 0 to 1, with at most three digits behind the point.
fn thousandths(raw: &str) -> Option<u16> {
    let (whole, part) = raw.split_once('.').unwrap_or((raw, ""));
    let is_number = part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let weight = match whole {
        "0" => format!("{part:0<3}").parse().ok()?,
        "1" if part.bytes().all(|byte| byte == b'0') => 1000,
        _ => return None,
    };
    is_number.then_some(weight)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::publish::shelf::body::CODINGS;

    fn picked(field: &str) -> &'static str {
        let value = HeaderValue::from_str(field).expect("a value");
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, value)]);
        coding(&headers, &CODINGS).map_or("identity", token)
    }

    #[test]
    fn the_best_liked_is_picked() {
        for (field, wanted) in [
            ("gzip", "gzip"),
            ("gzip, deflate, br, zstd", "br"),
            ("GZIP;Q=1", "gzip"),
            ("x-gzip", "gzip"),
            ("br;q=0.1, gzip;q=0.2", "gzip"),
            ("*", "br"),
            ("*;q=0.5, br;q=0", "zstd"),
            ("gzip;q=0", "identity"),
            ("identity, gzip;q=0.5", "identity"),
            ("identity;q=0.5, gzip;q=0.5", "gzip"),
            ("identity;q=0, gzip", "gzip"),
            ("identity;q=0", "identity"),
            ("deflate", "identity"),
            ("", "identity"),
            ("gzip;q=2, br;q=0.1234, zstd;level=3", "identity"),
            ("gzip; q = 0.001", "gzip"),
        ] {
            assert_eq!(picked(field), wanted, "{field}");
        }
        assert_eq!(coding(&HeaderMap::new(), &CODINGS), None);
    }

    #[test]
    fn news_alone_are_taken_by_whoever_says_so() {
        for (field, takes) in [
            ("feed", true),
            ("Feed", true),
            ("vcdiff, feed;q=0.5", true),
            ("feed;q=0", false),
            ("feeds", false),
            ("*", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(A_IM, HeaderValue::from_static(field))]);
            assert_eq!(takes_news(&headers), takes, "{field}");
        }
        assert!(!takes_news(&HeaderMap::new()));
        let feed = (A_IM, HeaderValue::from_static("feed"));
        for unaware in ["feedparser/6.0.10 +https://feedparser.example/", "rss2email/3.14"] {
            let unaware = HeaderValue::from_static(unaware);
            assert!(!takes_news(&HeaderMap::from_iter([feed.clone(), (USER_AGENT, unaware)])));
        }
    }

    proptest! {
        #[test]
        fn what_is_refused_is_never_picked(weights in prop::collection::vec(0..=10_u8, 4)) {
            let names = ["br", "gzip", "zstd", "identity"];
            let part = |(name, weight): (&str, &u8)| {
                let whole = if *weight == 10 { "1".to_owned() } else { format!("0.{weight}") };
                format!("{name};q={whole}")
            };
            let field: Vec<String> = names.into_iter().zip(&weights).map(part).collect();
            let picked = picked(&field.join(","));
            let weight = names.iter().zip(&weights).find(|(name, _)| **name == picked);
            let most = weights.iter().max().copied().unwrap_or_default();
            prop_assert_eq!(weight.map(|(_, weight)| *weight), Some(most));
        }

        #[test]
        fn no_field_is_too_odd(field in "[ -~]{0,60}") {
            picked(&field);
        }
    }
}
