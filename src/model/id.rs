//! Ids for what declares none.

use sha2::{Digest, Sha256};

use crate::model::text::Text;

/// Who mints ids: the authority name and the date since when it is held, as in `example.org,2026`
/// (RFC 4151 §2.1, `taggingEntity`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority(String);

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
        (name_fits && date_fits).then(|| Self(raw.to_owned()))
    }

    /// Mints the id of an article from the path of its file: the same path, the same id. The path
    /// itself isn't told: it may change later while the id stays.
    #[must_use]
    pub fn entry_id(&self, path: &[u8]) -> Text {
        let digest = Sha256::digest(path);
        let hex: String = digest[..10].iter().map(|byte| format!("{byte:02x}")).collect();
        Text::line(&format!("tag:{}:entry/{hex}", self.0))
    }

    /// Makes the id of a feed from its name.
    #[must_use]
    pub fn feed_id(&self, name: &str) -> Text {
        let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        Text::line(&format!("tag:{}:feed/{}", self.0, name.replace("%2F", "/").replace('+', "%20")))
    }
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
