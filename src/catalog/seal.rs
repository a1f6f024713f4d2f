//! The seal: a file beside the state that knows each of its pages by a digest.
//!
//! A state file is sealed when all of the state stands in it, and the seal is broken before it is
//! written to again. What `SQLite` would read without noticing, a flipped bit in the middle of a row,
//! does not fit the seal any more; and what does not fit is known to the page.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::NamedTempFile;
use twox_hash::XxHash3_64;

/// The size of a page of the state, which is what `SQLite` takes unless it is told otherwise.
pub(crate) const PAGE: usize = 4096;

/// How the file of a seal begins.
const MAGIC: &[u8] = b"feedmill seal 1\n";

/// How many pages are read at once.
const PAGES_AT_ONCE: usize = 64;

/// How many times that one thread reads before another may help.
const PARTS_A_THREAD: usize = 16;

/// What a state file held when it was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seal {
    /// Its length in bytes.
    length: u64,
    /// The digest of each page.
    pages: Vec<u64>,
}

impl Seal {
    /// Takes the seal of a file as it is.
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let most = (PAGE * PAGES_AT_ONCE) as u64;
        let read = |buffer: &mut Vec<u8>, number: usize| {
            let offset = number as u64 * most;
            let part = usize::try_from(length - offset).unwrap_or(usize::MAX).min(buffer.len());
            file.read_exact_at(&mut buffer[..part], offset)?;
            Ok(buffer[..part].chunks(PAGE).map(XxHash3_64::oneshot).collect())
        };
        let parts = 0..usize::try_from(length.div_ceil(most)).unwrap_or(usize::MAX);
        let parts = parts.into_par_iter().with_min_len(PARTS_A_THREAD);
        let pages = parts.map_init(|| vec![0; PAGE * PAGES_AT_ONCE], read);
        let pages = pages.collect::<io::Result<Vec<Vec<u64>>>>()?;
        Ok(Self { length, pages: pages.concat() })
    }

    /// Reads the seal of a state file; `None` where there is none, or none that is whole: it counts
    /// for nothing then.
    pub(crate) fn read(state: &Path) -> Option<Self> {
        let bytes = fs::read(path(state)).ok()?;
        let (told, check) = bytes.split_last_chunk::<8>()?;
        let numbers = told.strip_prefix(MAGIC)?;
        let is_whole = XxHash3_64::oneshot(told).to_be_bytes() == *check;
        let (numbers, rest) = numbers.as_chunks::<8>();
        let mut numbers = numbers.iter().map(|bytes| u64::from_be_bytes(*bytes));
        let length = numbers.next().filter(|_| is_whole && rest.is_empty())?;
        Some(Self { length, pages: numbers.collect() })
    }

    /// Writes the seal beside its state file. It need not outlive a power cut: what is left of it
    /// then is not whole.
    pub(crate) fn write(&self, state: &Path) -> io::Result<()> {
        let mut bytes = MAGIC.to_vec();
        for number in std::iter::once(&self.length).chain(&self.pages) {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend(XxHash3_64::oneshot(&bytes).to_be_bytes());
        let mut temporary = NamedTempFile::with_prefix_in(".feedmill-", folder(state))?;
        temporary.write_all(&bytes)?;
        temporary.persist(path(state)).map_err(|error| error.error)?;
        Ok(())
    }

    /// Tells whether a page is as it was sealed.
    pub(crate) fn fits(&self, page: usize, bytes: &[u8]) -> bool {
        self.pages.get(page).is_some_and(|digest| XxHash3_64::oneshot(bytes) == *digest)
    }

    /// Puts a page right in which a single bit is wrong; `false` when that is not what is wrong.
    pub(crate) fn mend(&self, page: usize, bytes: &mut [u8]) -> bool {
        for at in 0..bytes.len() {
            for bit in 0..8 {
                bytes[at] ^= 1 << bit;
                if self.fits(page, bytes) {
                    return true;
                }
                bytes[at] ^= 1 << bit;
            }
        }
        false
    }
}

/// Gives the path of the seal of a state file.
pub(crate) fn path(state: &Path) -> PathBuf {
    beside(state, ".seal")
}

/// Breaks the seal of a state file for good: neither a kill nor a power cut brings it back.
pub(crate) fn break_open(state: &Path) -> io::Result<()> {
    match fs::remove_file(path(state)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => File::open(folder(state))?.sync_all(),
    }
}

/// Gives the path of the file that says that a state was never kept, so that it counts for nothing.
pub(crate) fn unborn(state: &Path) -> PathBuf {
    beside(state, ".unborn")
}

/// Gives the path of a file that belongs to a state file.
pub(crate) fn beside(state: &Path, ending: &str) -> PathBuf {
    let mut name = state.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Gives the folder of a state file.
pub(crate) fn folder(state: &Path) -> &Path {
    state.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(bytes: &[u8]) -> (tempfile::TempDir, PathBuf, Seal) {
        let folder = tempfile::tempdir().expect("made");
        let state = folder.path().join("state.db");
        fs::write(&state, bytes).expect("written");
        let seal = Seal::of(&File::open(&state).expect("opened")).expect("read");
        seal.write(&state).expect("written");
        (folder, state, seal)
    }

    #[test]
    fn a_seal_is_read_as_it_was_written_and_fits_only_its_pages() {
        let bytes: Vec<u8> =
            (0..PAGE * 70 + 5).map(|at| u8::try_from(at % 251).unwrap_or(0)).collect();
        let (_folder, state, seal) = sealed(&bytes);
        assert_eq!(Seal::read(&state).as_ref(), Some(&seal));
        for (number, page) in bytes.chunks(PAGE).enumerate() {
            let mut page = page.to_vec();
            assert!(seal.fits(number, &page));
            page[number % 5] ^= 0x10;
            assert!(!seal.fits(number, &page));
        }
        assert!(!seal.fits(71, &[]), "there is no such page");
        break_open(&state).expect("removed");
        break_open(&state).expect("it is gone already");
        assert_eq!(Seal::read(&state), None);
    }

    #[test]
    fn a_seal_that_is_not_whole_counts_for_nothing() {
        let (_folder, state, _) = sealed(&[7; PAGE * 3]);
        let whole = fs::read(path(&state)).expect("it is there");
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            fs::write(path(&state), flipped).expect("written");
            assert_eq!(Seal::read(&state), None, "a flip at {at}");
            fs::write(path(&state), &whole[..at]).expect("written");
            assert_eq!(Seal::read(&state), None, "cut at {at}");
        }
    }

    #[test]
    fn a_single_flipped_bit_is_put_right() {
        let (_folder, _, seal) = sealed(&[7; 300]);
        let mut page = [7; 300];
        page[200] ^= 0x20;
        assert!(seal.mend(0, &mut page));
        assert_eq!(page, [7; 300]);
        page[200] ^= 0x20;
        page[100] ^= 0x20;
        let two = page;
        assert!(!seal.mend(0, &mut page));
        assert_eq!(page, two, "what can't be put right is left");
    }
}
