//! Language tags (BCP 47).

use std::fmt;

use icu_locale_core::LanguageIdentifier;
use serde::{Deserialize, Serialize};

/// A well-formed BCP 47 language tag in its customary casing, such as `en-US` or `zh-Hans`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Language(String);

/// Primary languages that are written from right to left.
const RIGHT_TO_LEFT: [&str; 10] = ["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur"];

impl Language {
    /// Reads a tag; `_` is taken for `-`, as locales of operating systems write it. `None` when it
    /// is not well-formed or says nothing (`und`).
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let plain = raw.trim().replace('_', "-");
        let plain = plain.split(['.', '@']).next().unwrap_or_default();
        let tag: LanguageIdentifier = plain.parse().ok()?;
        (!tag.language.is_unknown()).then(|| Self(tag.to_string()))
    }

    /// Gives the tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the first subtag: `zh` of `zh-Hans`.
    #[must_use]
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// Tells whether a wanted tag covers this one: `zh` covers `zh-Hans` (RFC 4647 §3.3.1).
    #[must_use]
    pub fn is_covered_by(&self, wanted: &str) -> bool {
        let (own, wanted) = (self.0.to_lowercase(), wanted.replace('_', "-").to_lowercase());
        own.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// Tells whether text in this language runs from right to left.
    #[must_use]
    pub fn is_right_to_left(&self) -> bool {
        RIGHT_TO_LEFT.contains(&self.primary())
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_put_into_their_customary_case() {
        let tag = |raw| Language::parse(raw).map(|language| language.to_string());
        assert_eq!(tag("EN_us").as_deref(), Some("en-US"));
        assert_eq!(tag("zh-hans").as_deref(), Some("zh-Hans"));
        assert_eq!(tag("de_AT.UTF-8").as_deref(), Some("de-AT"));
        assert_eq!(tag("und"), None);
        assert_eq!(tag("english language"), None);
    }

    #[test]
    fn a_shorter_tag_covers_a_longer_one() {
        let tag = Language::parse("zh-Hans").expect("well-formed");
        assert!(tag.is_covered_by("zh") && tag.is_covered_by("ZH_hans"));
        assert!(!tag.is_covered_by("z") && !tag.is_covered_by("zh-Hant"));
    }
}
