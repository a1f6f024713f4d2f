//! The walk over the input folders: which files are articles.

use std::ffi::{CStr, OsStr};
use std::fs::{self, Metadata};
use std::io;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};

use crate::config::meant::Input;
use crate::model::file::{Folder, SeedFile, Stamp, path_below};
use crate::model::report::{Report, Severity};

/// How many files one thread looks at before another may help.
const FILES_A_THREAD: usize = 256;

/// What is in one folder.
#[derive(Debug)]
pub struct Listing {
    /// The folder.
    pub folder: Arc<Folder>,
    /// Its articles, in the order of their names; with their stamps, unless the walk goes without.
    files: Vec<(Range<usize>, Option<Stamp>)>,
    /// Where their names stand: in one piece, since nearly all are only compared.
    names: Names,
    /// What can't be looked at.
    pub reports: Vec<Report>,
    /// False when the folder is there but can't be read, so that nothing tells what is in it and below.
    pub is_read: bool,
}

impl Listing {
    /// Gives the articles, in the order of their names; with their stamps, unless the walk went without.
    #[must_use]
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&OsStr, Option<Stamp>)> {
        self.files.iter().map(|(name, stamp)| (self.names.get(name), *stamp))
    }
}

/// Names in a folder, each followed by the zero that the system wants to see after it.
#[derive(Debug, Default)]
struct Names(Vec<u8>);

impl Names {
    fn push(&mut self, name: &CStr) -> Range<usize> {
        let start = self.0.len();
        self.0.extend_from_slice(name.to_bytes_with_nul());
        start..self.0.len() - 1
    }

    fn get(&self, name: &Range<usize>) -> &OsStr {
        OsStr::from_bytes(&self.0[name.clone()])
    }

    fn for_system(&self, name: &Range<usize>) -> &CStr {
        CStr::from_bytes_with_nul(&self.0[name.start..=name.end]).expect("a zero follows the name")
    }
}

/// What is at a place that was looked at.
#[derive(Debug)]
pub enum Seen {
    /// A folder; all that is in it was given.
    Folder,
    /// An article with this stamp.
    File(Stamp),
    /// Something that can't be looked at.
    Fault(Report),
    /// What the system does not tell just now.
    Untold(Report),
    /// Nothing that is an article, any more or at all.
    Nothing,
}

/// What to walk, and what to leave out.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    pub(super) input: &'a Input,
    /// The output: what is published is no article, wherever it stands.
    pub(super) output: Option<PathBuf>,
    /// Whether the file system is asked for the stamp of each article.
    asks_stamps: bool,
}

impl<'a> Walk<'a> {
    /// Makes a walk over the input folders that stays out of the output.
    #[must_use]
    pub fn new(input: &'a Input, output: &Path) -> Self {
        Self { input, output: output.canonicalize().ok(), asks_stamps: true }
    }

    /// Makes a walk that asks for no stamps: enough where nothing is known that they could be compared
    /// with.
    #[must_use]
    pub fn without_stamps(self) -> Self {
        Self { asks_stamps: false, ..self }
    }

    /// Tells which input folder can't be walked, and why.
    pub fn check(&self) -> Result<(), (PathBuf, io::Error)> {
        self.input.folders.iter().try_for_each(|folder| {
            let why = match fs::metadata(folder) {
                Ok(found) if found.is_dir() => fs::read_dir(folder).err(),
                Ok(_) => Some(io::Error::other("it is no folder")),
                Err(error) => Some(error),
            };
            let is_output = || self.is_output(folder).then(|| io::Error::other("it is the output"));
            why.or_else(is_output).map_or(Ok(()), |why| Err((folder.clone(), why)))
        })
    }

    /// Walks all input folders, and gives what is in each folder of theirs: in no order, and from
    /// any thread. Hidden files, `_index` pages, editors' leavings and files with other endings are
    /// no articles and not reported.
    pub fn run(&self, visit: &(dyn Fn(Listing) + Sync)) {
        rayon::scope(|scope| {
            for (number, location) in self.input.folders.iter().enumerate() {
                let folder =
                    Folder { input: number, path: PathBuf::new(), location: location.clone() };
                scope.spawn(move |scope| self.descend(scope, folder, visit));
            }
        });
    }

    /// Looks at one place in an input folder, at whatever is there now, as a walk of everything would
    /// see it. What is below a hidden folder or in the output is nothing.
    pub fn look_at(&self, input: usize, path: &Path, visit: &(dyn Fn(Listing) + Sync)) -> Seen {
        let root = &self.input.folders[input];
        let is_hidden = |part: &OsStr| part.as_encoded_bytes().starts_with(b".");
        let above = path.parent().unwrap_or(Path::new(""));
        let location = root.join(path);
        let is_reached = !path.iter().any(is_hidden)
            && path.ancestors().all(|folder| !self.is_output(&root.join(folder)))
            && is_real_folder(root, above);
        let kind = fs::symlink_metadata(&location).map(|found| found.file_type());
        match kind {
            Ok(kind) if is_reached && kind.is_dir() => {
                let folder = Folder { input, path: path.to_owned(), location };
                rayon::scope(|scope| self.descend(scope, folder, visit));
                Seen::Folder
            }
            Ok(kind) if is_reached => {
                let folder = Folder { input, path: above.to_owned(), location: root.join(above) };
                let ask = || fs::metadata(&location).map(|found| stamp(&found));
                let name = path.file_name().unwrap_or_default();
                match look_at_file(self.input, &folder, name, kind.is_file(), Some(&ask)) {
                    Look::Article(Some(stamp)) => Seen::File(stamp),
                    Look::Fault(report) => Seen::Fault(*report),
                    _ => Seen::Nothing,
                }
            }
            Err(error) if is_reached && error.kind() != io::ErrorKind::NotFound => {
                Seen::Untold(unreadable(&error, &location))
            }
            _ => Seen::Nothing,
        }
    }

    fn descend<'s>(
        &'s self,
        scope: &rayon::Scope<'s>,
        folder: Folder,
        visit: &'s (dyn Fn(Listing) + Sync),
    ) {
        let (listing, below) = list(self.input, folder, self.asks_stamps);
        for folder in below {
            if !self.is_output(&folder.location) {
                scope.spawn(move |scope| self.descend(scope, folder, visit));
            }
        }
        visit(listing);
    }

    fn is_output(&self, folder: &Path) -> bool {
        let Some(output) = &self.output else { return false };
        // Only a folder of the same name is worth the question.
        let name = folder.file_name().filter(|name| *name != "." && *name != "..");
        name.is_none_or(|name| Some(name) == output.file_name())
            && folder.canonicalize().is_ok_and(|folder| folder == *output)
    }
}

/// Lists one folder: what is in it, and the folders below it.
fn list(input: &Input, folder: Folder, asks_stamps: bool) -> (Listing, Vec<Folder>) {
    let (mut files, mut below, mut reports) = (Vec::new(), Vec::new(), Vec::new());
    let mut names = Names::default();
    let mut is_read = true;
    match read(input, &folder, &mut names, asks_stamps) {
        Err(error) => {
            is_read = error.kind() == io::ErrorKind::NotFound;
            reports.push(unreadable(&error, &folder.location));
        }
        Ok(entries) => {
            for (entry, look) in entries {
                match look {
                    Look::Article(stamp) => files.push((entry.name, stamp)),
                    Look::Folder(found) => below.push(found),
                    Look::Fault(report) => reports.push(*report),
                    Look::Nothing => {}
                }
            }
        }
    }
    (Listing { folder: Arc::new(folder), files, names, reports, is_read }, below)
}

/// Looks at all that is in a folder, in the order of the names, which stand in `names` then.
fn read(
    input: &Input,
    folder: &Folder,
    names: &mut Names,
    asks_stamps: bool,
) -> io::Result<Vec<(Entry, Look)>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut opened = Dir::new(rustix::fs::open(&folder.location, flags, Mode::empty())?)?;
    let mut entries = Vec::new();
    while let Some(entry) = opened.read() {
        let entry = entry?;
        // What is hidden is none of the articles, and neither are the folder itself and the one above.
        if !entry.file_name().to_bytes().starts_with(b".") {
            entries.push(Entry { name: names.push(entry.file_name()), kind: entry.file_type() });
        }
    }
    // Most are made in the order of their names, and stand side by side in the system's memory: in that
    // order they are asked for a fifth faster than in the one in which they are listed.
    entries.sort_unstable_by(|a, b| names.get(&a.name).cmp(names.get(&b.name)));
    let open = OpenFolder { input, folder, opened: opened.fd()?, names, asks_stamps };
    let entries = entries.into_par_iter().with_min_len(FILES_A_THREAD);
    let looked = entries.map(|entry| {
        let look = open.look_at(&entry);
        (entry, look)
    });
    Ok(looked.collect())
}

/// Finds the file of the input folders that has a canonical path.
#[must_use]
pub fn find(walk: &Walk<'_>, wanted: &Path) -> Option<SeedFile> {
    let found = Mutex::new(None);
    walk.run(&|listing| {
        for (name, _) in listing.files() {
            let file = SeedFile { folder: Arc::clone(&listing.folder), name: name.to_owned() };
            let is_wanted = file.location().canonicalize().is_ok_and(|path| path == wanted);
            if let (true, Ok(mut found)) = (is_wanted, found.lock()) {
                *found = Some(file);
            }
        }
    });
    found.into_inner().ok().flatten()
}

/// An entry of a folder, as that lists it.
struct Entry {
    name: Range<usize>,
    kind: FileType,
}

/// What an entry of a folder is.
enum Look {
    Article(Option<Stamp>),
    Folder(Folder),
    Fault(Box<Report>),
    Nothing,
}

impl Look {
    fn fault(report: Report) -> Self {
        Self::Fault(Box::new(report))
    }

    /// What can't be asked of the system: it went between the listing and the look, or there is a fault.
    fn failed(error: &io::Error, place: &Path) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Nothing,
            _ => Self::fault(unreadable(error, place)),
        }
    }
}

/// A folder that is open, with the names of what is in it.
struct OpenFolder<'a> {
    input: &'a Input,
    folder: &'a Folder,
    opened: BorrowedFd<'a>,
    names: &'a Names,
    asks_stamps: bool,
}

impl OpenFolder<'_> {
    /// Tells what an entry is. It is asked for by its name in the open folder, which is cheaper than by its
    /// whole path.
    fn look_at(&self, entry: &Entry) -> Look {
        let name = self.names.get(&entry.name);
        let location = || self.folder.location.join(name);
        let found = || {
            let name = self.names.for_system(&entry.name);
            rustix::fs::statat(self.opened, name, AtFlags::SYMLINK_NOFOLLOW)
                .map_err(io::Error::from)
        };
        let kind = match entry.kind {
            // Not every file system tells it with the name.
            FileType::Unknown => match found() {
                Ok(found) => FileType::from_raw_mode(found.st_mode),
                Err(error) => return Look::failed(&error, &location()),
            },
            kind => kind,
        };
        if kind == FileType::Directory {
            let path = self.folder.path.join(name);
            return Look::Folder(Folder { input: self.folder.input, path, location: location() });
        }
        let is_file = kind == FileType::RegularFile;
        let stamp = || {
            if is_file {
                found().map(|found| stamp_in(&found))
            } else {
                fs::metadata(location()).map(|found| stamp(&found))
            }
        };
        let stamp: &dyn Fn() -> io::Result<Stamp> = &stamp;
        look_at_file(self.input, self.folder, name, is_file, self.asks_stamps.then_some(stamp))
    }
}

/// Tells what something in a folder is that is no folder; without its stamp where there is nothing to ask
/// for it.
fn look_at_file(
    input: &Input,
    folder: &Folder,
    name: &OsStr,
    is_file: bool,
    stamp: Option<&dyn Fn() -> io::Result<Stamp>>,
) -> Look {
    let has_globs = input.include.is_some() || !input.exclude.is_empty();
    if refusal_of_name(input, name.as_encoded_bytes()).is_some()
        || (has_globs && !is_article(input, &path_below(&folder.path, Path::new(name))))
    {
        return Look::Nothing;
    }
    let location = || folder.location.join(name);
    if !is_file {
        let location = location();
        let fault = match fs::symlink_metadata(&location) {
            Ok(found) => fault(&location, found.file_type(), &input.folders[folder.input]),
            Err(error) => return Look::failed(&error, &location),
        };
        if let Some(report) = fault {
            return Look::fault(report.in_file(location.display().to_string()));
        }
    }
    match stamp.map(|stamp| stamp()).transpose() {
        Ok(stamp) => Look::Article(stamp),
        Err(error) => Look::failed(&error, &location()),
    }
}

/// Tells whether a path below an input folder leads through real folders only, as a walk does.
fn is_real_folder(root: &Path, path: &Path) -> bool {
    let below = path.ancestors().filter(|folder| !folder.as_os_str().is_empty());
    fs::metadata(root).is_ok_and(|found| found.is_dir())
        && below
            .map(|folder| root.join(folder))
            .all(|folder| fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir()))
}

/// Makes the stamp of a file.
#[must_use]
pub fn stamp(found: &Metadata) -> Stamp {
    Stamp {
        size: found.len(),
        modified: nanoseconds(found.mtime(), found.mtime_nsec()),
        changed: nanoseconds(found.ctime(), found.ctime_nsec()),
        inode: found.ino(),
    }
}

/// Makes the stamp of a file of which the system was asked in another way.
#[allow(
    clippy::cast_lossless,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::unnecessary_cast,
    reason = "the same numbers have other types on each machine"
)]
fn stamp_in(found: &Stat) -> Stamp {
    Stamp {
        size: found.st_size as u64,
        modified: nanoseconds(found.st_mtime as i64, found.st_mtime_nsec as i64),
        changed: nanoseconds(found.st_ctime as i64, found.st_ctime_nsec as i64),
        inode: found.st_ino as u64,
    }
}

fn nanoseconds(seconds: i64, rest: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(rest)
}

fn unreadable(error: &io::Error, place: &Path) -> Report {
    Report::error("unreadable", error.to_string()).in_file(place.display().to_string())
}

/// Why a file is no article, as far as its path tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is hidden, or an editor's leaving.
    Hidden,
    /// It stands for a folder.
    Index,
    /// It has another ending.
    Ending,
    /// `input.include` does not take it.
    NotIncluded,
    /// `input.exclude` takes it.
    Excluded,
}

/// Tells by its path whether a file is an article.
#[must_use]
pub fn is_article(input: &Input, path: &str) -> bool {
    refusal(input, path).is_none()
}

/// Tells by its path why a file is no article, if it is none.
pub(super) fn refusal(input: &Input, path: &str) -> Option<Refusal> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if let Some(refusal) = refusal_of_name(input, name.as_bytes()) {
        return Some(refusal);
    }
    if input.include.as_ref().is_some_and(|globs| !globs.is_match(path)) {
        return Some(Refusal::NotIncluded);
    }
    input.exclude.is_match(path).then_some(Refusal::Excluded)
}

/// Tells by its name why a file is no article, if that tells it.
fn refusal_of_name(input: &Input, name: &[u8]) -> Option<Refusal> {
    let dot = memchr::memrchr(b'.', name);
    let (stem, ending) = dot.map_or((name, &b""[..]), |dot| (&name[..dot], &name[dot + 1..]));
    // What editors keep as `#name#` has another ending already.
    if name.starts_with(b".") || name.starts_with(b"~$") || name.ends_with(b"~") {
        return Some(Refusal::Hidden);
    }
    // Of the rest of the name, nothing need be Unicode.
    let ending = str::from_utf8(ending).unwrap_or_default().trim_end();
    if !input.extensions.iter().any(|wanted| ending.eq_ignore_ascii_case(wanted)) {
        return Some(Refusal::Ending);
    }
    stem.eq_ignore_ascii_case(b"_index").then_some(Refusal::Index)
}

/// Tells why a file can't be read as an article: it is no regular file, or a link that leads out of
/// its folder.
pub(super) fn fault(path: &Path, kind: fs::FileType, folder: &Path) -> Option<Report> {
    if kind.is_file() {
        return None;
    }
    if !kind.is_symlink() {
        return Some(Report::error("not-a-file", format!("it is a {}, not a file", kind_of(kind))));
    }
    let target = match (path.canonicalize(), folder.canonicalize()) {
        (Ok(target), Ok(folder)) if target.starts_with(&folder) => target,
        (Ok(_), _) => {
            let report = Report::error("link-leaves", "the link leads out of the input folder");
            return Some(report.help("put the file itself there, or name its folder as an input"));
        }
        (Err(error), _) => {
            return Some(Report::error("unreadable", format!("the link leads nowhere: {error}")));
        }
    };
    match target.metadata() {
        Ok(found) if found.is_file() => None,
        Ok(found) if found.is_dir() => {
            Some(Report::new(Severity::Note, "link-to-folder", "links to folders are not followed"))
        }
        _ => Some(Report::error("not-a-file", "the link does not lead to a regular file")),
    }
}

#[cfg(unix)]
fn kind_of(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_fifo() => "FIFO",
        kind if kind.is_socket() => "socket",
        kind if kind.is_char_device() || kind.is_block_device() => "device",
        _ => "special file",
    }
}

#[cfg(not(unix))]
fn kind_of(_: fs::FileType) -> &'static str {
    "special file"
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;
    use crate::config::{Sources, load};

    #[test]
    fn a_file_has_one_stamp_however_the_system_is_asked() {
        let place = tempfile::tempdir().expect("a temporary folder can be made");
        let path = place.path().join("a.md");
        fs::write(&path, "Text.").expect("written");
        let asked = rustix::fs::stat(&path).expect("it is there");
        assert_eq!(stamp_in(&asked), stamp(&fs::metadata(&path).expect("it is there")));
    }

    #[test]
    fn what_a_file_system_does_not_tell_with_the_name_is_asked_for() {
        let place = tempfile::tempdir().expect("a temporary folder can be made");
        fs::write(place.path().join("a.md"), "Text.").expect("written");
        fs::create_dir(place.path().join("b")).expect("made");
        let settings = load(&Sources::default()).expect("the defaults are valid").settings;
        let location = place.path().to_owned();
        let folder = Folder { input: 0, path: PathBuf::new(), location };
        let opened = fs::File::open(place.path()).expect("opened");
        let mut names = Names::default();
        let mut entry = |name| Entry { name: names.push(name), kind: FileType::Unknown };
        let entries = [c"a.md", c"b", c"gone.md"].map(&mut entry);
        let (input, opened) = (&settings.input, opened.as_fd());
        let open = OpenFolder { input, folder: &folder, opened, names: &names, asks_stamps: true };
        let [file, below, gone] = entries.map(|entry| open.look_at(&entry));
        let wanted = stamp(&fs::metadata(place.path().join("a.md")).expect("it is there"));
        assert!(matches!(file, Look::Article(Some(stamp)) if stamp == wanted));
        assert!(matches!(below, Look::Folder(found) if found.path == Path::new("b")));
        assert!(matches!(gone, Look::Nothing));
    }
}
