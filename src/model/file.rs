//! Files of the input folders, and what tells whether one was changed.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::text::lossy;

/// What the file system tells of a file: as long as this is the same, its bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Its length in bytes.
    pub size: u64,
    /// When its bytes were last changed, in nanoseconds since 1970.
    pub modified: i64,
    /// When anything of it was last changed, likewise. No program can set this one back.
    pub changed: i64,
    /// Its number in its file system.
    pub inode: u64,
}

impl Stamp {
    /// Gives the stamp as bytes, to be kept and compared.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        let parts = [
            self.size.to_be_bytes(),
            self.modified.to_be_bytes(),
            self.changed.to_be_bytes(),
            self.inode.to_be_bytes(),
        ];
        let mut bytes = [0; 32];
        for (slot, part) in bytes.chunks_exact_mut(8).zip(parts) {
            slot.copy_from_slice(&part);
        }
        bytes
    }
}

/// A folder that holds articles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Folder {
    /// The number of its input folder.
    pub input: usize,
    /// Its path below the input folder; empty for that itself.
    pub path: PathBuf,
    /// Where it is.
    pub location: PathBuf,
}

/// A file that is to be read as an article.
#[derive(Clone, Debug)]
pub struct SeedFile {
    /// Its folder.
    pub folder: Arc<Folder>,
    /// Its name there.
    pub name: OsString,
}

impl SeedFile {
    /// Gives the path below the input folder, with `/`; what isn't Unicode is replaced.
    #[must_use]
    pub fn path(&self) -> String {
        path_below(&self.folder.path, Path::new(&self.name))
    }

    /// Tells where the file is.
    #[must_use]
    pub fn location(&self) -> PathBuf {
        self.folder.location.join(&self.name)
    }

    /// Gives the name by which reports call the file.
    #[must_use]
    pub fn shown(&self) -> String {
        self.location().display().to_string()
    }
}

/// Joins a folder and a name to a path with `/`; what isn't Unicode is replaced.
#[must_use]
pub fn path_below(folder: &Path, name: &Path) -> String {
    let [folder, name] = [folder, name].map(|part| lossy(part.as_os_str().as_bytes()));
    // An article costs several of these, and joining paths costs much more than joining strings.
    if folder.is_empty() { name.into_owned() } else { [&folder, "/", &name].concat() }
}
