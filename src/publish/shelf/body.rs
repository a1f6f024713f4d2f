//! The bytes of a document, in every coding that somebody asked for.

use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};

use bytes::Bytes;

use crate::config::meant::Coding;
use crate::publish::coding;

/// The content codings that a document is offered in, the smallest first.
pub const CODINGS: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];

/// The bytes of a document.
#[derive(Debug, Default)]
pub struct Body {
    plain: Bytes,
    /// The same in each of [`CODINGS`], once somebody asked for it.
    coded: [OnceLock<Bytes>; CODINGS.len()],
    /// Held by whoever codes it: those that come meanwhile wait, rather than do the same.
    at_work: Mutex<()>,
}

impl From<Bytes> for Body {
    fn from(plain: Bytes) -> Self {
        Self { plain, ..Self::default() }
    }
}

impl Body {
    /// Gives the bytes as they are.
    #[must_use]
    pub fn plain(&self) -> &Bytes {
        &self.plain
    }

    /// Gives the bytes in a coding, if that takes no time.
    #[must_use]
    pub fn at_hand(&self, coding: Option<Coding>) -> Option<&Bytes> {
        match coding {
            None => Some(&self.plain),
            Some(coding) => self.place(coding)?.get(),
        }
    }

    /// Gives the bytes in a coding. To code them takes long, the first time.
    pub fn bytes(&self, coding: Option<Coding>) -> io::Result<Bytes> {
        if let Some(bytes) = self.at_hand(coding) {
            return Ok(bytes.clone());
        }
        let _turn = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        match (self.at_hand(coding), coding) {
            (Some(bytes), _) => Ok(bytes.clone()),
            (None, None) => Ok(self.plain.clone()),
            (None, Some(coding)) => {
                let coded = Bytes::from(coding::encode_bytes(&self.plain, coding)?);
                let place = self.place(coding);
                Ok(place.map_or(coded.clone(), |place| place.get_or_init(|| coded).clone()))
            }
        }
    }

    fn place(&self, coding: Coding) -> Option<&OnceLock<Bytes>> {
        let index = CODINGS.iter().position(|one| *one == coding)?;
        self.coded.get(index)
    }
}
