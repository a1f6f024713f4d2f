//! The bytes of a document, in every coding that somebody asked for.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;

use crate::config::meant::Coding;
use crate::model::id::{Digest, digest};
use crate::publish::coding;

/// The content codings that a document is offered in, the smallest first.
pub const CODINGS: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];

/// The bytes of a document.
#[derive(Debug, Default)]
pub struct Body {
    plain: OnceLock<Bytes>,
    /// Where they are until somebody asks for them.
    source: Option<Source>,
    /// The same in each of [`CODINGS`], once somebody asked for it, or for the edition before in that one.
    coded: [OnceLock<Bytes>; CODINGS.len()],
    /// Held by whoever codes it: those that come meanwhile wait, rather than do the same.
    at_work: Mutex<()>,
}

impl From<Bytes> for Body {
    fn from(plain: Bytes) -> Self {
        Self { plain: plain.into(), ..Self::default() }
    }
}

/// A file with bytes of a known length and digest.
#[derive(Debug)]
struct Source {
    file: Arc<File>,
    length: usize,
    digest: Digest,
}

impl Source {
    /// Reads the bytes. They are there as long as the file is open, whatever takes its name.
    fn read(&self) -> io::Result<Bytes> {
        let mut bytes = vec![0; self.length];
        self.file.read_exact_at(&mut bytes, 0)?;
        if digest(&bytes) == self.digest {
            Ok(bytes.into())
        } else {
            Err(io::Error::other("the file was written to"))
        }
    }
}

impl Body {
    /// Makes a body of bytes that stay in their file until somebody asks for them.
    #[must_use]
    pub fn in_file(file: Arc<File>, length: usize, digest: Digest) -> Self {
        Self { source: Some(Source { file, length, digest }), ..Self::default() }
    }

    /// Gives the bytes in a coding, if that takes no time.
    #[must_use]
    pub fn at_hand(&self, coding: Option<Coding>) -> Option<&Bytes> {
        match coding {
            None => self.plain.get(),
            Some(coding) => self.place(coding)?.get(),
        }
    }

    /// Gives the bytes in a coding. To read or code them takes long, the first time.
    ///
    /// Errors: they are still in their file, and it can't be read or has others by now.
    pub fn bytes(&self, coding: Option<Coding>) -> io::Result<Bytes> {
        if let Some(bytes) = self.at_hand(coding) {
            return Ok(bytes.clone());
        }
        let _turn = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = self.at_hand(coding) {
            return Ok(bytes.clone());
        }
        let plain = match (self.plain.get(), &self.source) {
            (Some(plain), _) => plain.clone(),
            (None, Some(source)) => {
                let read = source.read()?;
                self.plain.get_or_init(|| read).clone()
            }
            (None, None) => Bytes::new(),
        };
        let Some(coding) = coding else { return Ok(plain) };
        let coded = Bytes::from(coding::encode_bytes(&plain, coding)?);
        let place = self.place(coding);
        Ok(place.map_or(coded.clone(), |place| place.get_or_init(|| coded).clone()))
    }

    fn place(&self, coding: Coding) -> Option<&OnceLock<Bytes>> {
        let index = CODINGS.iter().position(|one| *one == coding)?;
        self.coded.get(index)
    }
}
