//! The output folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use rayon::{Scope, ThreadPool, ThreadPoolBuilder};
use rustix::fs::{FlockOperation, Mode, OFlags};
use tempfile::{NamedTempFile, TempPath};

use crate::config::meant::{Coding, Output};
use crate::model::date::Timestamp;
use crate::model::document::Document;
use crate::model::id::{Digest, digest};
use crate::publish::coding;

/// How the name of a temporary file begins and ends.
const TEMPORARY: (&str, &str) = (".feedmill-", ".tmp");

/// How many documents are written at a time. Most of that goes by waiting for the disk, which is done
/// with several almost as soon as with one.
const AT_A_TIME: usize = 8;

/// The threads that do so; `None` where the system gives none, so that those of all other work have to.
static WRITERS: LazyLock<Option<ThreadPool>> =
    LazyLock::new(|| ThreadPoolBuilder::new().num_threads(AT_A_TIME).build().ok());

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

/// A document that is in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its path below the output.
    pub path: String,
    /// What the file system tells of it: as long as this is the same, so are its bytes.
    pub stamp: Vec<u8>,
    /// The digest of its bytes.
    pub hash: Digest,
    /// False when it had these bytes before.
    pub is_replaced: bool,
}

/// A document that is ready to take its place.
#[derive(Debug)]
pub struct Prepared {
    document: Document,
    modified: Timestamp,
    /// Its bytes beside its place; `None` when it is there already.
    file: Option<TempPath>,
    /// What is there now. As long as that is open, it is not freed when another file takes its name. To
    /// free one of 200 KB takes as long as to sync it, and all other renames of the folder wait for that.
    former: Option<File>,
}

/// A folder that documents are published in.
#[derive(Debug)]
pub struct Directory<'a> {
    root: &'a Path,
    codings: &'a [Coding],
    is_checked: bool,
}

/// The right to write into an output, as long as it is held.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code, reason = "closing it gives the right back")] File);

impl<'a> Directory<'a> {
    /// Names the output; nothing is done with it yet. Unless it is to be checked, its documents count as
    /// they were left.
    #[must_use]
    pub fn new(output: &'a Output, is_checked: bool) -> Self {
        Self { root: &output.folder, codings: &output.precompress, is_checked }
    }

    /// Takes the right to write into the output, and makes the folder if it isn't there. An error
    /// when another process has that right.
    pub fn lock(&self) -> Result<Lock, PublishError> {
        at(self.root, make_folder(self.root))?;
        let folder = at(self.root, File::open(self.root))?;
        match rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Lock(folder)),
            Err(rustix::io::Errno::WOULDBLOCK) => {
                at(self.root, Err(io::Error::other("another feedmill is writing into this folder")))
            }
            Err(error) => at(self.root, Err(error.into())),
        }
    }

    /// Gives the paths that a document and its coded twins have.
    #[must_use]
    pub fn paths(&self, path: &str) -> Vec<String> {
        let twins = self.codings.iter().map(|one| coding::path(path, *one));
        std::iter::once(path.to_owned()).chain(twins).collect()
    }

    /// Tells whether a document is as it was left.
    #[must_use]
    pub fn is_intact(&self, path: &str, stamp: &[u8]) -> bool {
        let found = || fs::symlink_metadata(self.root.join(path));
        !self.is_checked || found().is_ok_and(|found| found.is_file() && stamp_of(&found) == stamp)
    }

    /// Tells whether there is a file at a path.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        self.root.join(path).is_file()
    }

    /// Makes documents and their coded twins on all threads, and has each written beside its place as soon as
    /// it is made; something else is done `meanwhile`. The time of each becomes the time of change of its
    /// files, or one second after that of what they replace, if that is later: so other bytes always have a
    /// later time.
    ///
    /// Gives the files in the order of the documents, each followed by its twins, or the first error in this
    /// order. Nobody sees them before [`Self::place`]; what is not placed is removed when it is dropped.
    pub fn prepare<M, T>(
        &self,
        makers: Vec<M>,
        meanwhile: impl FnOnce() -> T,
    ) -> (Result<Vec<Prepared>, PublishError>, T)
    where
        M: FnOnce() -> (Document, Timestamp) + Send,
    {
        let prepared = Mutex::new(BTreeMap::new());
        let add = |index, one| {
            prepared.lock().unwrap_or_else(PoisonError::into_inner).insert(index, one);
        };
        let done = beside_writers(|writers| {
            let make = |(number, make): (usize, M)| {
                let (document, modified) = make();
                match self.with_twins(document) {
                    Ok(files) => files.into_iter().enumerate().for_each(|(twin, file)| {
                        writers.spawn(move |_| add((number, twin), self.write(file, modified)));
                    }),
                    Err(error) => add((number, 0), Err(error)),
                }
            };
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| makers.into_par_iter().enumerate().for_each(make));
                meanwhile()
            })
        });
        let prepared = prepared.into_inner().unwrap_or_else(PoisonError::into_inner);
        (prepared.into_values().collect(), done)
    }

    /// Puts documents into their places. Each is replaced atomically, and only when its bytes differ. The
    /// folders are not synced yet.
    pub fn place(&self, prepared: Vec<Prepared>) -> Result<Vec<Placed>, PublishError> {
        // What was there before stays open until all have their places: see `Prepared::former`.
        let mut formers = Vec::new();
        let mut place = |one: Prepared| {
            let path = self.root.join(&one.document.path);
            formers.push(one.former);
            let is_replaced = one.file.is_some();
            match one.file {
                Some(file) => at(&path, file.persist(&path).map_err(|error| error.error))?,
                None => at(&path, date(&path, one.modified))?,
            }
            let stamp = stamp_of(&at(&path, fs::symlink_metadata(&path))?);
            Ok((one.document, stamp, is_replaced))
        };
        let placed: Vec<_> = prepared.into_iter().map(&mut place).collect::<Result<_, _>>()?;
        // Subscribers have them by now; what follows is for the next turn.
        let tell = |(document, stamp, is_replaced): (Document, _, _)| {
            let hash = digest(&document.bytes);
            Placed { path: document.path, stamp, hash, is_replaced }
        };
        Ok(placed.into_par_iter().map(tell).collect())
    }

    /// Adds the coded twins to a document.
    fn with_twins(&self, document: Document) -> Result<Vec<Document>, PublishError> {
        let path = self.root.join(&document.path);
        let twins = self.codings.iter().map(|coding| at(&path, coding::encode(&document, *coding)));
        let twins = twins.collect::<Result<Vec<_>, _>>()?;
        Ok(std::iter::once(document).chain(twins).collect())
    }

    /// Writes a document beside its place, unless it is there already.
    fn write(&self, document: Document, modified: Timestamp) -> Result<Prepared, PublishError> {
        let path = self.root.join(&document.path);
        let former = open(&path).ok();
        let is_there = former.as_ref().is_some_and(|former| is_same(former, &document.bytes));
        let file = if is_there {
            None
        } else {
            Some(at(&path, write_beside(&path, &document.bytes, after_former(&path, modified)))?)
        };
        Ok(Prepared { document, modified, file, former })
    }

    /// Makes sure that the documents that were placed or removed at some paths outlive a power cut.
    pub fn sync<'b>(&self, paths: impl Iterator<Item = &'b str>) -> Result<(), PublishError> {
        self.folders(paths).iter().try_for_each(|folder| {
            match File::open(folder) {
                // It was removed as well, and the one above it stands for both.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                opened => at(folder, opened.and_then(|folder| folder.sync_all())),
            }
        })
    }

    /// Takes out what a killed build left beside the documents at some paths.
    pub fn clear<'b>(&self, paths: impl Iterator<Item = &'b str>) {
        self.folders(paths).iter().for_each(|folder| remove_leftovers(folder));
    }

    fn folders<'b>(&self, paths: impl Iterator<Item = &'b str>) -> BTreeSet<PathBuf> {
        paths.filter_map(|path| self.root.join(path).parent().map(Path::to_owned)).collect()
    }

    /// Removes a document that was published, and the folders that are empty then; `false` when the
    /// file has other bytes than those that were published, so that it stays.
    pub fn remove(&self, path: &str, hash: &Digest) -> Result<bool, PublishError> {
        let file = self.root.join(path);
        match fs::read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            Err(error) => return at(&file, Err(error)),
            Ok(bytes) if digest(&bytes) != *hash => return Ok(false),
            Ok(_) => at(&file, fs::remove_file(&file))?,
        }
        let folders = file.ancestors().skip(1).take_while(|folder| *folder != self.root);
        for folder in folders {
            remove_leftovers(folder);
            if fs::remove_dir(folder).is_err() {
                break;
            }
            let above = folder.parent().unwrap_or(self.root);
            at(above, File::open(above).and_then(|above| above.sync_all()))?;
        }
        Ok(true)
    }
}

/// Does something on this thread that gives work to the writers, and waits until all is done.
fn beside_writers<'s, T>(work: impl FnOnce(&Scope<'s>) -> T) -> T {
    match &*WRITERS {
        Some(writers) => writers.in_place_scope(work),
        None => rayon::in_place_scope(work),
    }
}

/// Makes a folder with all above it, each of which outlives a power cut.
fn make_folder(path: &Path) -> io::Result<()> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.is_dir();
    let missing: Vec<&Path> = path.ancestors().take_while(is_missing).collect();
    fs::create_dir_all(path)?;
    for made in missing {
        let above = made.parent().filter(|above| !above.as_os_str().is_empty());
        File::open(above.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// Opens a file for reading. Never waits, as opening a FIFO would.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
}

/// Compares a file with what it should hold. A file that can't be read isn't the same.
fn is_same(mut file: &File, bytes: &[u8]) -> bool {
    let same_length = file.metadata().is_ok_and(|found| found.len() == bytes.len() as u64);
    let mut current = Vec::new();
    same_length && file.read_to_end(&mut current).is_ok() && current == bytes
}

/// Gives the time of change of what takes the place of a file. Two texts with the same time would be
/// taken for one: there are clients that tell by the time alone what is new to them (RFC 9110 §13.1.3),
/// even if the entity tag is another, and programs that copy only files whose size or time differs.
fn after_former(path: &Path, modified: Timestamp) -> Timestamp {
    let former = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file);
    let after = former.and_then(|former| Timestamp::from_unix(former.mtime() + 1));
    after.map_or(modified, |after| after.max(modified))
}

/// Sets the time of change of a file that has its bytes already, unless its time is a later one.
fn date(path: &Path, modified: Timestamp) -> io::Result<()> {
    if fs::metadata(path)?.mtime() >= modified.unix() {
        return Ok(());
    }
    File::options().append(true).open(path)?.set_modified(system_time(modified))
}

/// Writes a temporary file that is to take the place of another, in the same folder, and syncs it: whoever
/// reads that place sees all of the old or all of the new. A sync that failed is not tried again: what it
/// was about may be lost already, so the temporary file goes.
fn write_beside(path: &Path, bytes: &[u8], modified: Timestamp) -> io::Result<TempPath> {
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let mut temporary = temporary_file(folder)?;
    temporary.as_file_mut().write_all(bytes)?;
    temporary.as_file().set_modified(system_time(modified))?;
    temporary.as_file().sync_all()?;
    Ok(temporary.into_temp_path())
}

fn system_time(at: Timestamp) -> SystemTime {
    let seconds = Duration::from_secs(at.unix().unsigned_abs());
    let shifted = if at.unix() < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(seconds)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(seconds)
    };
    shifted.unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Makes a hidden file that other programs may read once it has its place, as far as the umask
/// lets them. An error is the system's own, without the name: that is another one each time, and what is
/// told again would not be known to be the same.
fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    let create = |path: &Path| {
        File::options().read(true).write(true).create_new(true).mode(0o666).open(path)
    };
    tempfile::Builder::new().prefix(TEMPORARY.0).suffix(TEMPORARY.1).make_in(folder, create)
}

/// Removes the temporary files of a folder. Only who holds the lock of the output writes into it,
/// and what this process prepared has its place or is gone by then: so they are those of a build that was
/// killed. Their times would not tell it, as they are those of articles. One that can't be removed
/// does no harm.
fn remove_leftovers(folder: &Path) {
    let is_temporary = |name: &str| name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_str().is_some_and(is_temporary) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Gives what the file system tells of a file: as long as this is the same, so are its bytes.
pub(super) fn stamp_of(found: &fs::Metadata) -> Vec<u8> {
    let parts = [
        found.len().to_be_bytes(),
        found.mtime().to_be_bytes(),
        found.ctime().to_be_bytes(),
        found.ctime_nsec().to_be_bytes(),
        found.ino().to_be_bytes(),
    ];
    parts.concat()
}

fn at<T>(path: &Path, result: io::Result<T>) -> Result<T, PublishError> {
    result.map_err(|error| PublishError { path: path.to_owned(), error })
}
