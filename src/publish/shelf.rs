//! The shelf: all that is published, ready to be served from memory.

pub mod body;
mod former;
pub mod told;

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;

use crate::config::meant::Coding;
use crate::model::date::Timestamp;
use crate::model::feed::{Format, OVERVIEW_PATH, SCRIPT_PATH};
use crate::model::id::{Digest, digest, hex};
use crate::publish::coding;
use crate::publish::directory::stamp_of;
use crate::publish::shelf::body::{Body, CODINGS};
use crate::publish::shelf::former::Former;

/// How many bytes are held in memory at most. Documents beyond that, which are pages of large archives,
/// are read when somebody asks for them.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// From how many bytes on it is worth the while that the system sends a document by itself.
const LARGE: usize = 64 * 1024;

/// How many bytes are coded at most before an edition is shown, so that nobody has to wait for what was asked
/// for of the former one; what is more is coded when somebody asks for it.
const MOST_READY: usize = 1024 * 1024;

/// How many files of such documents are held open at most: none where they are not sent that way.
const MOST_FILES: usize = if cfg!(target_os = "linux") { 256 } else { 0 };

/// All that is published, as of one moment.
#[derive(Debug, Default)]
pub struct Shelf {
    items: HashMap<String, Arc<Item>>,
}

/// A document on the shelf.
#[derive(Debug)]
pub struct Item {
    /// Its media type, with `charset` where that applies.
    pub media_type: &'static str,
    /// The time of its newest entry, which is that of its file.
    pub modified: Timestamp,
    /// Whether that time tells these bytes from others: false once others were seen with the same one, as
    /// when an older entry was edited.
    pub is_told_by_time: bool,
    /// The feed that it shows; `None` for what belongs to none.
    pub shown: Option<Shown>,
    location: PathBuf,
    /// What the file system tells of its file.
    stamp: Vec<u8>,
    /// When its file was written to, in seconds and nanoseconds.
    written: (i64, i64),
    digest: Digest,
    /// The entity tags of its bytes: as they are, and in each of [`CODINGS`].
    etags: [Bytes; 1 + CODINGS.len()],
    /// How many bytes it has.
    length: usize,
    /// Its bytes, if there is room for them: of a large one only once somebody asks for it.
    body: Option<Arc<Body>>,
    /// Whether somebody asked for it: as it is, and in each of [`CODINGS`].
    asked: [AtomicBool; 1 + CODINGS.len()],
    /// Its file, if there are many.
    file: Option<Arc<File>>,
    /// The links that it tells of, as `Link` fields hold them; empty for none.
    links: Bytes,
    /// Where its entries stand among its bytes.
    entries: Vec<Range<usize>>,
    former: Former,
}

/// What of a feed a document shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The folder of the feed below the output; empty for the one at the root.
    pub folder: String,
    /// The form in which it is shown.
    pub format: Format,
    /// Whether it is a page of the feed's archive, and not what people subscribe to.
    pub is_page: bool,
}

impl Shelf {
    /// Takes in what stands in an output folder. Files that are as they were on the former shelf are not
    /// read again. What feedmill would not write has no place on it, and nor has what is hidden.
    ///
    /// Errors: the folder, or a file in it, can't be read.
    pub fn load(root: &Path, former: &Self) -> io::Result<Self> {
        // What goes while it is looked at was removed, or the whole folder is moved away just now.
        loop {
            if let Some(shelf) = Self::walk(root, former)? {
                shelf.make_ready(former);
                return Ok(shelf);
            }
        }
    }

    /// Codes what is new as it was asked for in the former edition, as far as that takes no more than a
    /// moment: first what people subscribe to, and then pages of archives.
    fn make_ready(&self, former: &Self) {
        let new = self.items.iter().filter_map(|(path, item)| {
            let known = former.items.get(path).filter(|known| !Arc::ptr_eq(known, item))?;
            let is_page = item.shown.as_ref().is_some_and(|shown| shown.is_page);
            Some((is_page, path, item, known))
        });
        let mut new: Vec<_> = new.collect();
        new.sort_unstable_by_key(|(is_page, path, ..)| (*is_page, *path));
        let mut left = MOST_READY;
        for (_, _, item, known) in new {
            item.make_ready(known, &mut left);
        }
    }

    /// Takes in what stands in an output folder; `None` when something of it was gone before it was read.
    fn walk(root: &Path, former: &Self) -> io::Result<Option<Self>> {
        let mut items = HashMap::new();
        let (mut room, mut files) = (MOST_BYTES, MOST_FILES);
        let is_visible = |entry: &walkdir::DirEntry| {
            entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".")
        };
        let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(is_visible) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.depth() > 0 && is_gone(&error) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            let Some(path) = path_below(root, entry.path()) else { continue };
            let Some(kind) = kind(&path).filter(|_| entry.file_type().is_file()) else {
                continue;
            };
            let known = former.items.get(&path);
            match Item::load(entry.path(), kind, known, room, files > 0) {
                Ok(item) => {
                    room -= item.body.as_ref().map_or(0, |_| item.length);
                    files = files.saturating_sub(usize::from(item.file.is_some()));
                    items.insert(path, item);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(Self { items }))
    }

    /// Gives the document at a path below the output, with `/`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Arc<Item>> {
        self.items.get(path)
    }

    /// Tells whether nothing is published.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl Item {
    fn load(
        location: &Path,
        (media_type, shown): Kind,
        known: Option<&Arc<Self>>,
        room: usize,
        holds_file: bool,
    ) -> io::Result<Arc<Self>> {
        let fits =
            |found: &Metadata| usize::try_from(found.len()).is_ok_and(|length| length <= room);
        let found = fs::symlink_metadata(location)?;
        let is_same =
            |one: &&Arc<Self>| one.stamp == stamp_of(&found) && one.body.is_some() == fits(&found);
        if let Some(known) = known.filter(is_same) {
            return Ok(Arc::clone(known));
        }
        let mut file = File::open(location)?;
        // It may be another one by now.
        let found = file.metadata()?;
        let fits = fits(&found);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let digest = digest(&bytes);
        let modified = Timestamp::from_unix(found.mtime()).unwrap_or(Timestamp::EPOCH);
        let is_told_by_time = known.is_none_or(|known| {
            known.modified != modified || (known.is_told_by_time && known.digest == digest)
        });
        let file = (holds_file && fits && bytes.len() >= LARGE).then(|| Arc::new(file));
        // What nobody asked for of the former edition, nobody may ever ask for.
        let is_wanted = known
            .is_some_and(|known| known.asked.iter().any(|asked| asked.load(Ordering::Relaxed)));
        let same =
            known.filter(|known| known.digest == digest).and_then(|known| known.body.clone());
        let told = shown.as_ref().map(|shown| told::of(shown.format, &bytes)).unwrap_or_default();
        Ok(Arc::new(Self {
            links: told::written(&told.links).into(),
            entries: told.entries,
            former: known.map_or_else(Former::default, |known| known.followed_by(&digest)),
            media_type,
            shown,
            length: bytes.len(),
            modified,
            is_told_by_time,
            location: location.to_owned(),
            stamp: stamp_of(&found),
            written: (found.mtime(), found.mtime_nsec()),
            etags: etags(&digest),
            digest,
            body: fits.then(|| match (same, &file) {
                (Some(same), _) => same,
                (None, Some(file)) if !is_wanted => {
                    Body::in_file(Arc::clone(file), bytes.len(), digest).into()
                }
                _ => Body::from(Bytes::from(bytes)).into(),
            }),
            asked: <[AtomicBool; 1 + CODINGS.len()]>::default(),
            file,
        }))
    }

    /// Codes it as its former edition was asked for, as long as that leaves something of so many bytes.
    fn make_ready(&self, former: &Self, left: &mut usize) {
        let Some(body) = &self.body else { return };
        let asked = CODINGS.into_iter().filter(|coding| former.was_asked_for(Some(*coding)));
        for coding in asked.filter(|coding| body.at_hand(Some(*coding)).is_none()) {
            let Some(rest) = left.checked_sub(self.length) else { return };
            *left = rest;
            // What is in the way is told to whoever asks for it.
            let _ = body.bytes(Some(coding));
        }
    }

    fn was_asked_for(&self, coding: Option<Coding>) -> bool {
        self.asked[place(coding)].load(Ordering::Relaxed)
    }

    /// Gives the former editions of the document of a digest that comes after this one.
    fn followed_by(&self, next: &Digest) -> Former {
        let has_changed = self.digest != *next && !self.entries.is_empty();
        match self.body.as_ref().filter(|_| has_changed).map(|body| body.bytes(None)) {
            Some(Ok(bytes)) => self.former.after(self.digest, &bytes, &self.entries),
            _ => self.former.again(),
        }
    }

    /// Gives the strong entity tag of its bytes in a coding (RFC 9110 §8.8.3): the same after a restart
    /// and on every machine.
    #[must_use]
    pub fn etag(&self, coding: Option<Coding>) -> &Bytes {
        &self.etags[place(coding)]
    }

    /// Gives the codings that it is offered in.
    #[must_use]
    pub fn codings(&self) -> &'static [Coding] {
        if self.body.is_some() { &CODINGS } else { &[] }
    }

    /// Gives the format of the feed that it shows.
    #[must_use]
    pub fn format(&self) -> Option<Format> {
        self.shown.as_ref().map(|shown| shown.format)
    }

    /// Gives how many bytes it has.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Gives how many bytes it has in a coding, or without one where it was not coded that way yet.
    #[must_use]
    pub fn length_in(&self, coding: Option<Coding>) -> usize {
        self.at_hand(coding).map_or(self.length, Bytes::len)
    }

    /// Gives the links that it tells of, as `Link` fields hold them (RFC 8288 §3); empty for none.
    #[must_use]
    pub fn links(&self) -> &Bytes {
        &self.links
    }

    /// Gives its bytes in a coding, if that takes no time.
    #[must_use]
    pub fn at_hand(&self, coding: Option<Coding>) -> Option<&Bytes> {
        self.body.as_ref()?.at_hand(coding)
    }

    /// Gives its file, if it is large and still has these bytes, so that the system can send them from there
    /// without being handed a copy.
    #[must_use]
    pub fn file(&self, coding: Option<Coding>) -> Option<&Arc<File>> {
        let is_same = |file: &&Arc<File>| file.metadata().is_ok_and(|found| self.is_in(&found));
        self.file.as_ref().filter(|_| coding.is_none()).filter(is_same)
    }

    /// Tells whether its file still has its bytes. Once another file has taken the name, the stamp is another
    /// one for that alone.
    fn is_in(&self, found: &Metadata) -> bool {
        let is_as_written = || {
            (found.mtime(), found.mtime_nsec()) == self.written
                && usize::try_from(found.len()) == Ok(self.length)
        };
        stamp_of(found) == self.stamp || (found.nlink() == 0 && is_as_written())
    }

    /// Gives its bytes in a coding. To read or code them takes long, the first time.
    ///
    /// Errors: its file is to be read, and has gone or has other bytes by now.
    pub fn bytes(&self, coding: Option<Coding>) -> io::Result<Bytes> {
        self.asked[place(coding)].store(true, Ordering::Relaxed);
        match &self.body {
            Some(body) => body.bytes(coding),
            None => Body::from(self.read()?).bytes(coding),
        }
    }

    /// Gives the document with those entries only that the edition of an entity tag did not hold, in
    /// whatever coding; `None` where that edition is not known any more, or where that would be all of them,
    /// or none. It takes a moment, the first time.
    #[must_use]
    pub fn news_since(&self, etag: &[u8]) -> Option<&Body> {
        let tag = str::from_utf8(etag).ok()?.trim_matches('"');
        let known = tag.split('-').next()?;
        self.former.news_since(known, &self.body.as_ref()?.bytes(None).ok()?, &self.entries)
    }

    fn read(&self) -> io::Result<Bytes> {
        let bytes = fs::read(&self.location)?;
        if digest(&bytes) == self.digest {
            Ok(bytes.into())
        } else {
            Err(io::Error::other("the document was replaced just now"))
        }
    }
}

/// Gives the place of a coding among all ways to give a document: as it is, and in each of [`CODINGS`].
fn place(coding: Option<Coding>) -> usize {
    CODINGS.iter().position(|one| Some(*one) == coding).map_or(0, |place| place + 1)
}

/// Makes the entity tags of bytes, as they are and in each of [`CODINGS`].
fn etags(digest: &Digest) -> [Bytes; 1 + CODINGS.len()] {
    let own = hex(digest);
    std::array::from_fn(|place| {
        let coding = place.checked_sub(1).and_then(|place| CODINGS.get(place));
        let suffix =
            coding.map(|coding| format!("-{}", coding::token(*coding))).unwrap_or_default();
        Bytes::from(format!("\"{own}{suffix}\""))
    })
}

fn is_gone(error: &walkdir::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn path_below(root: &Path, path: &Path) -> Option<String> {
    path.strip_prefix(root).ok()?.to_str().map(ToOwned::to_owned)
}

/// What feedmill writes at a path: its media type, and which feed it shows.
type Kind = (&'static str, Option<Shown>);

/// Tells what feedmill writes at a path; `None` for what it does not write.
fn kind(path: &str) -> Option<Kind> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, ending) = name.rsplit_once('.')?;
    for format in Format::ALL {
        let (own, own_ending) = format.stem_and_ending(folder);
        let page = stem.strip_prefix(own).filter(|_| own_ending.strip_prefix('.') == Some(ending));
        if let Some(page) = page.filter(|page| page.is_empty() || page.starts_with('-')) {
            let (folder, is_page) = (folder.to_owned(), !page.is_empty());
            return Some((format.content_type(), Some(Shown { folder, format, is_page })));
        }
    }
    match ending {
        "html" if path == OVERVIEW_PATH => Some((Format::Html.content_type(), None)),
        // What a page may run is no more than this.
        "js" if path == SCRIPT_PATH => Some(("text/javascript; charset=utf-8", None)),
        "css" => Some(("text/css; charset=utf-8", None)),
        "opml" => Some(("text/x-opml; charset=utf-8", None)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, path: &str, text: &str) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    #[test]
    fn only_what_feedmill_writes_is_on_the_shelf() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let own = [
            "rss.xml",
            "a/atom.xml",
            "a/atom-2024-05.xml",
            "feed.json",
            "a/b/index.html",
            "a/index-2.html",
            "index.html",
            "feed.html",
            "feed-2024-05.html",
            "feedmill.js",
        ];
        for path in own {
            write(folder.path(), path, path);
        }
        for path in [".rss.xml", ".a/rss.xml", "sitemap.xml", "rss.xml.gz", "notes.html", "rss"] {
            write(folder.path(), path, path);
        }
        for path in ["a/feed.html", "index-2.html", "a/feedmill.js", "other.js"] {
            write(folder.path(), path, path);
        }
        let shelf = Shelf::load(folder.path(), &Shelf::default()).expect("read");
        let mut found: Vec<&str> = shelf.items.keys().map(String::as_str).collect();
        found.sort_unstable();
        let mut wanted = own.to_vec();
        wanted.sort_unstable();
        assert_eq!(found, wanted);
        let atom = shelf.get("a/atom-2024-05.xml").expect("it is there");
        assert_eq!(atom.media_type, "application/atom+xml; charset=utf-8");
        assert_eq!(atom.bytes(None).expect("held"), "a/atom-2024-05.xml".as_bytes());
        let shown = Shown { folder: "a".to_owned(), format: Format::Atom, is_page: true };
        assert_eq!(atom.shown, Some(shown));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_large_document_is_sent_from_its_file_as_long_as_that_has_its_bytes() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        write(folder.path(), "rss.xml", &"a".repeat(LARGE));
        write(folder.path(), "atom.xml", &"a".repeat(LARGE - 1));
        let shelf = Shelf::load(folder.path(), &Shelf::default()).expect("read");
        let [large, small] =
            ["rss.xml", "atom.xml"].map(|path| shelf.get(path).expect("it is there"));
        assert!(large.file(None).is_some() && small.file(None).is_none());
        assert!(large.file(Some(Coding::Gzip)).is_none());
        let path = folder.path().join("rss.xml");
        let others = File::options().write(true).open(&path).expect("opened");
        // Another file takes the name: that one has its bytes still.
        write(folder.path(), "beside", "other");
        fs::rename(folder.path().join("beside"), path).expect("renamed");
        assert!(large.file(None).is_some());
        others.set_len(7).expect("cut");
        assert!(large.file(None).is_none());
        assert!(large.bytes(None).is_err(), "they are nowhere any more");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_large_document_is_in_memory_once_somebody_asked_for_it() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let replace = |text: &str, former: &Shelf| {
            write(folder.path(), "beside", &text.repeat(LARGE));
            let (beside, place) = (folder.path().join("beside"), folder.path().join("rss.xml"));
            fs::rename(beside, place).expect("renamed");
            let shelf = Shelf::load(folder.path(), former).expect("read");
            let item = Arc::clone(shelf.get("rss.xml").expect("it is there"));
            (shelf, item)
        };
        let (shelf, first) = replace("a", &Shelf::default());
        let (shelf, second) = replace("b", &shelf);
        assert!(first.at_hand(None).is_none() && second.at_hand(None).is_none());
        let bytes = first.bytes(None).expect("the file is open");
        assert_eq!(&bytes[..3], b"aaa", "whatever has its name by now");
        second.bytes(None).expect("read");
        let (_, third) = replace("c", &shelf);
        assert_eq!(&third.at_hand(None).expect("somebody may ask again")[..3], b"ccc");
    }

    #[test]
    fn what_the_former_edition_was_asked_for_is_ready() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let write_all = |text: &str, former: &Shelf| {
            for (path, length) in [("atom.xml", 9), ("feed.json", MOST_READY - 9), ("rss.xml", 1)] {
                write(folder.path(), path, &text.repeat(length));
            }
            Shelf::load(folder.path(), former).expect("read")
        };
        let first = write_all("a", &Shelf::default());
        let asked =
            [("atom.xml", Coding::Gzip), ("feed.json", Coding::Gzip), ("rss.xml", Coding::Gzip)];
        for (path, coding) in asked {
            first.get(path).expect("it is there").bytes(Some(coding)).expect("coded");
        }
        let second = write_all("b", &first);
        let is_ready = |shelf: &Shelf, path: &str, coding| {
            shelf.get(path).is_some_and(|item| item.at_hand(Some(coding)).is_some())
        };
        let ready = asked.map(|(path, coding)| is_ready(&second, path, coding));
        assert_eq!(ready, [true, true, false], "the last one is too much");
        assert!(!is_ready(&second, "atom.xml", Coding::Zstd), "nobody asked for it");
        let third = write_all("c", &second);
        let ready = asked.map(|(path, coding)| is_ready(&third, path, coding));
        assert_eq!(ready, [false; 3], "nobody asked for the one before");
    }

    #[test]
    fn a_folder_that_is_gone_is_no_empty_one() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let shelf = Shelf::load(folder.path(), &Shelf::default()).expect("read");
        assert!(shelf.is_empty());
        let missing = Shelf::load(&folder.path().join("feeds"), &shelf);
        let kind = missing.err().map(|error| error.kind());
        assert_eq!(kind, Some(io::ErrorKind::NotFound));
    }

    #[test]
    fn a_folder_that_is_moved_away_while_it_is_read_is_no_emptier_one() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (feeds, elsewhere) = (folder.path().join("feeds"), folder.path().join("elsewhere"));
        for number in 0..50 {
            write(&feeds, &format!("{number}/rss.xml"), "one");
        }
        let mover = std::thread::spawn({
            let feeds = feeds.clone();
            move || {
                for _ in 0..1000 {
                    fs::rename(&feeds, &elsewhere).expect("moved");
                    std::thread::yield_now();
                    fs::rename(&elsewhere, &feeds).expect("moved back");
                    std::thread::yield_now();
                }
            }
        });
        while !mover.is_finished() {
            if let Ok(shelf) = Shelf::load(&feeds, &Shelf::default()) {
                assert_eq!(shelf.items.len(), 50);
            }
        }
        mover.join().expect("it ends");
    }

    #[test]
    fn what_stays_as_it_was_is_not_read_again() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        write(folder.path(), "rss.xml", "one");
        write(folder.path(), "atom.xml", "one");
        let first = Shelf::load(folder.path(), &Shelf::default()).expect("read");
        write(folder.path(), "atom.xml", "other");
        let second = Shelf::load(folder.path(), &first).expect("read");
        write(folder.path(), "beside", "other");
        fs::rename(folder.path().join("beside"), folder.path().join("atom.xml")).expect("renamed");
        let again = Shelf::load(folder.path(), &second).expect("read");
        let body = |shelf: &Shelf| shelf.get("atom.xml").and_then(|item| item.body.clone());
        let bodies = body(&second).zip(body(&again));
        assert!(
            bodies.is_some_and(|(one, other)| Arc::ptr_eq(&one, &other)),
            "it has the same bytes"
        );
        let is_same = |path| {
            let (one, other) = (first.get(path), second.get(path));
            one.zip(other).is_some_and(|(one, other)| Arc::ptr_eq(one, other))
        };
        assert!(is_same("rss.xml") && !is_same("atom.xml"));
        let etag = |shelf: &Shelf| shelf.get("atom.xml").map(|item| item.etag(None).clone());
        assert_ne!(etag(&first), etag(&second));
    }

    #[test]
    fn a_time_that_several_bytes_had_tells_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut shelf = Shelf::default();
        let mut write_at = |text: &str, seconds: u64| {
            write(folder.path(), "rss.xml", text);
            let at = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            let file = File::options().append(true).open(folder.path().join("rss.xml"));
            file.and_then(|file| file.set_modified(at)).expect("set");
            shelf = Shelf::load(folder.path(), &shelf).expect("read");
            shelf.get("rss.xml").is_some_and(|item| item.is_told_by_time)
        };
        let told = [("one", 7), ("two", 7), ("three", 7), ("four", 8), ("four", 8)];
        let told = told.map(|(text, seconds)| write_at(text, seconds));
        assert_eq!(told, [true, false, false, true, true]);
    }

    #[test]
    fn each_coding_has_its_own_tag_and_the_same_bytes() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let text = "the mill by the river ".repeat(100);
        write(folder.path(), "rss.xml", &text);
        let shelf = Shelf::load(folder.path(), &Shelf::default()).expect("read");
        let item = shelf.get("rss.xml").expect("it is there");
        let mut tags: Vec<_> = CODINGS.iter().map(|one| item.etag(Some(*one))).collect();
        tags.push(item.etag(None));
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 4);
        let zstd = item.bytes(Some(Coding::Zstd)).expect("coded");
        let decoded = zstd::decode_all(&zstd[..]).expect("it is zstd");
        assert_eq!(decoded, text.as_bytes());
        assert_eq!(item.bytes(Some(Coding::Zstd)).expect("coded"), zstd);
        let lengths = [None, Some(Coding::Zstd), Some(Coding::Gzip)].map(|one| item.length_in(one));
        assert_eq!(lengths, [text.len(), zstd.len(), text.len()], "nobody asked for gzip yet");
    }
}
