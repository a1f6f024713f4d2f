//! The output folder.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::ops::Add;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::config::meant::{Coding, Output};
use crate::model::document::Document;
use crate::publish::coding;

/// The output could not be written.
#[derive(Debug)]
pub struct PublishError {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for PublishError {}

/// How many documents were written, and how many were already as they should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// New or replaced.
    pub replaced: usize,
    /// The same bytes as before: not touched.
    pub unchanged: usize,
}

impl Add for Written {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            replaced: self.replaced + other.replaced,
            unchanged: self.unchanged + other.unchanged,
        }
    }
}

/// A folder that documents are published in.
#[derive(Debug)]
pub struct Directory<'a> {
    root: &'a Path,
    codings: &'a [Coding],
}

impl<'a> Directory<'a> {
    /// Opens the output; makes the folder if it isn't there.
    pub fn open(output: &'a Output) -> Result<Self, PublishError> {
        at(&output.folder, fs::create_dir_all(&output.folder))?;
        Ok(Self { root: &output.folder, codings: &output.precompress })
    }

    /// Publishes documents, each with its coded twins. Each is replaced atomically, and only when
    /// its bytes differ; a folder is synced once, when all of its documents are in place.
    pub fn publish(&self, documents: &[Document]) -> Result<Written, PublishError> {
        let mut written = Written::default();
        let mut folders: Vec<PathBuf> = Vec::new();
        for document in documents {
            let path = self.root.join(&document.path);
            let one = self.publish_with_twins(document, &path)?;
            if let (true, Some(folder)) = (one.replaced > 0, path.parent()) {
                folders.push(folder.to_owned());
            }
            written = written + one;
        }
        folders.dedup();
        for folder in folders {
            at(&folder, File::open(&folder).and_then(|folder| folder.sync_all()))?;
        }
        Ok(written)
    }

    fn publish_with_twins(
        &self,
        document: &Document,
        path: &Path,
    ) -> Result<Written, PublishError> {
        let mut written = replace_if_other(path, &document.bytes)?;
        for coding in self.codings {
            let twin = at(path, coding::encode(document, *coding))?;
            written = written + replace_if_other(&self.root.join(&twin.path), &twin.bytes)?;
        }
        Ok(written)
    }
}

fn replace_if_other(path: &Path, bytes: &[u8]) -> Result<Written, PublishError> {
    if is_same(path, bytes) {
        return Ok(Written { replaced: 0, unchanged: 1 });
    }
    at(path, replace(path, bytes))?;
    Ok(Written { replaced: 1, unchanged: 0 })
}

/// Compares a file with what it should hold. A file that can't be read isn't the same.
fn is_same(path: &Path, bytes: &[u8]) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    let same_length = file.metadata().is_ok_and(|found| found.len() == bytes.len() as u64);
    let mut current = Vec::new();
    same_length && file.read_to_end(&mut current).is_ok() && current == bytes
}

/// Replaces a file by a temporary one in the same folder, which is synced before it takes its
/// place: whoever reads the file sees all of the old or all of the new.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut temporary = temporary_file(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Makes a hidden file that other programs may read once it has its place, as far as the umask
/// lets them.
fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".feedmill-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn at<T>(path: &Path, result: io::Result<T>) -> Result<T, PublishError> {
    result.map_err(|error| PublishError { path: path.to_owned(), error })
}
