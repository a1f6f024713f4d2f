//! What a turn of the mill looks at.

use std::path::PathBuf;

/// Where to look for articles that were changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// In all input folders, and at every document.
    Everywhere,
    /// At these files and folders, with all that is in them. They may be gone, and they may hold
    /// nothing new.
    At(Vec<PathBuf>),
}

impl Look {
    /// Tells whether everything is looked at.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        *self == Self::Everywhere
    }
}
