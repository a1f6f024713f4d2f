//! Ids for what declares none.

use std::fmt::Write;

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::model::date::Timestamp;
use crate::model::text::Text;

/// The first 16 bytes of a SHA-256: tells contents, ids and addresses apart.
pub type Digest = [u8; 16];

/// Digests bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> Digest {
    let mut short = Digest::default();
    short.copy_from_slice(&Sha256::digest(bytes)[..16]);
    short
}

/// Who mints ids: the authority name and the date since when it is held, as in `example.org,2026`
/// (RFC 4151 §2.1, `taggingEntity`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    entity: String,
    since: Timestamp,
}

impl Authority {
    /// Reads `name,date`, the date as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. `None` when it is neither.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let (name, date) = raw.split_once(',')?;
        let name_fits = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._@".contains(&b));
        let parts: Vec<&str> = date.split('-').collect();
        let date_fits = parts.len() <= 3
            && parts.iter().zip([4, 2, 2]).all(|(part, length)| {
                part.len() == length && part.bytes().all(|b| b.is_ascii_digit())
            });
        let since = midnight(&parts).filter(|_| name_fits && date_fits)?;
        Some(Self { entity: raw.to_owned(), since })
    }

    /// Gives the point in time since when the authority is held.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// Gives an id that an article declares, as a URI: what is none is put into a tag URI
    /// (RFC 4287 §4.2.6 wants an IRI).
    #[must_use]
    pub fn declared_id(&self, declared: &str) -> Text {
        match Url::parse(declared) {
            Ok(_) => Text::line(declared),
            Err(_) => Text::line(&format!("tag:{}:id/{}", self.entity, percent_encoded(declared))),
        }
    }

    /// Mints the id of an article from the path of its file: the same path, the same id. The path
    /// itself isn't told: it may change later while the id stays.
    #[must_use]
    pub fn entry_id(&self, path: &[u8]) -> Text {
        let digest = Sha256::digest(path);
        Text::line(&format!("tag:{}:entry/{}", self.entity, hex(&digest[..10])))
    }

    /// Makes the id of a feed from its name.
    #[must_use]
    pub fn feed_id(&self, name: &str) -> Text {
        Text::line(&format!("tag:{}:feed/{}", self.entity, percent_encoded(name)))
    }
}

/// Writes bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing into a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Reads year, month and day; the ones that aren't there are the first.
fn midnight(parts: &[&str]) -> Option<Timestamp> {
    let number = |index: usize| parts.get(index).map_or(Some(1), |part| part.parse::<u32>().ok());
    let year = i32::try_from(number(0)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(1)?, number(2)?)?;
    Timestamp::from_date(&date.and_hms_opt(0, 0, 0)?.and_utc())
}

/// Writes text for the specific part of a tag URI (RFC 4151 §2.1: `pchar`, `/` and `?`).
fn percent_encoded(raw: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(raw.as_bytes()).collect();
    encoded.replace("%2F", "/").replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_a_name_and_a_date() {
        assert!(Authority::parse("example.org,2026").is_some());
        assert!(Authority::parse("me@example.org,2026-01-31").is_some());
        for wrong in ["example.org", ",2026", "example.org,26", "a b,2026", "a,2026-1"] {
            assert_eq!(Authority::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ids_are_tag_uris() {
        let authority = Authority::parse("example.org,2026").expect("well-formed");
        assert_eq!(
            authority.feed_id("tag/食 a").as_str(),
            "tag:example.org,2026:feed/tag/%E9%A3%9F%20a"
        );
        assert!(authority.entry_id(b"a.md").starts_with("tag:example.org,2026:entry/"));
        assert_ne!(authority.entry_id(b"a.md"), authority.entry_id(b"b.md"));
    }
}
