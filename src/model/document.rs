//! A document: bytes that are published as one file.

/// A whole document, ready to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Where it stands below the output, with `/`.
    pub path: String,
    /// Its media type, with `charset` where that applies.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Document {
    /// Makes a document of text.
    #[must_use]
    pub fn text(path: impl Into<String>, media_type: &'static str, text: String) -> Self {
        Self { path: path.into(), media_type, bytes: text.into_bytes() }
    }
}
