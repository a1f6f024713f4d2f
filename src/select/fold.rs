//! What makes two spellings the same.

use unicode_normalization::UnicodeNormalization;

/// Writes text in lower case and composed (NFC): `É` as one character or as two is one letter.
pub(super) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfc().flat_map(char::to_lowercase).nfc().collect()
}
