//! What exists: the files of the input folders, and what of them was changed.

use std::collections::VecDeque;
use std::fs;
use std::io::ErrorKind;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::catalog::files::{Changed, Changes, Comparison, FileKey};
use crate::catalog::identity::{Found, Pending};
use crate::catalog::ledger::Turn;
use crate::config::meant::Settings;
use crate::mill::fresh::{Fresh, Room};
use crate::mill::heads::{Guard, Read, Reader, restless_time};
use crate::mill::library;
use crate::mill::{Permits, Progress};
use crate::model::date::Timestamp;
use crate::model::file::{Folder, SeedFile};
use crate::model::id::{Digest, digest};
use crate::model::report::Report;
use crate::read::head::{Context, ReadHead};
use crate::read::{self, Beginning, Bytes};
use crate::select::filter;
use crate::watch::file::OpenFile;
use crate::watch::scope::{Place, Places, Scope};
use crate::watch::walk::{Listing, Seen, Walk};

/// How many bytes of a file are looked at for its head, and how many more when they aren't enough.
const HEAD_BYTES: [usize; 3] = [2 * 1024, 8 * 1024, 64 * 1024];

/// How many bytes of the end of a file are looked at with its beginning: enough for a byline.
const ENDING_BYTES: usize = 1024;

/// How many files are held whose entry can't be told yet; beyond that, they are read twice.
const MOST_LATER: usize = if cfg!(test) { 4 } else { 4096 };

/// What was found out about the files.
#[derive(Debug, Default)]
pub struct Stock {
    /// How many files were looked at.
    pub files: usize,
    /// How many of them were read.
    pub read: usize,
    /// What can't be looked at.
    pub reports: Vec<Report>,
    /// The files that were read or are gone, and how reports call them; empty where everything was looked
    /// at.
    pub judged: Vec<(FileKey, String)>,
    /// True when there are more new files than a turn may take: the others are found by the next one.
    pub has_more: bool,
    /// Files that are not quiet yet, so that they were left as they are: input folder and path.
    pub restless: Vec<(usize, PathBuf)>,
    /// True when nothing counts that was found out, since a moment later more will be known.
    pub must_wait: bool,
    /// True when the turn was stopped before all files were read.
    pub is_stopped: bool,
    /// The bytes that were read, if they may not be read again.
    pub(super) fresh: Fresh,
}

/// Looks for changes, reads the head of every article that was changed, and tells the catalog. Of new
/// files at most so many are taken.
pub fn take(
    settings: &Settings,
    catalog: &mut Catalog,
    scope: &Scope,
    permits: Permits,
    now: Timestamp,
    progress: &dyn Progress,
) -> Result<Stock, CatalogError> {
    let (mut changes, reports) = match scope {
        Scope::Everything(_) => compare(settings, catalog, restless_time(permits))?,
        Scope::Places(places) => compare_places(settings, catalog, places, restless_time(permits))?,
    };
    let must_wait = must_wait(catalog, permits, &changes);
    let most_new = permits.following.map_or(usize::MAX, |following| following.most_new);
    let has_more = leave_for_later(catalog, &mut changes, most_new);
    let mut stock = Stock {
        files: changes.files,
        read: changes.changed.len(),
        reports,
        judged: Vec::new(),
        has_more,
        must_wait,
        restless: std::mem::take(&mut changes.restless),
        is_stopped: false,
        fresh: Fresh::default(),
    };
    if stock.must_wait {
        return Ok(stock);
    }
    progress.begin("articles", stock.read);
    let mut intake = Intake {
        turn: Turn { settings, now },
        is_following: permits.following.is_some(),
        pending: Pending::new(&changes),
        again: VecDeque::new(),
        doubles: Vec::new(),
        reports: Vec::new(),
        later: Vec::new(),
        much_later: Vec::new(),
        fresh: Fresh::default(),
        restless: Vec::new(),
        judged: matches!(scope, Scope::Places(_)).then(Vec::new),
    };
    for gone in &changes.vanished {
        if let Some(judged) = &mut intake.judged
            && let Some(file) = catalog.seed_file(&gone.key, &settings.input.folders)?
        {
            judged.push((gone.key.clone(), file.shown()));
        }
        intake.again.extend(catalog.vanish(intake.turn, gone)?);
    }
    let reader = Reader {
        settings,
        guard: Guard::new(scope, permits),
        room: Room::new(permits.following.is_some()),
    };
    reader.read_all(changes.changed, progress, &mut |read| intake.take_read(catalog, read))?;
    if !progress.is_stopped() {
        intake.finish(catalog, &reader, progress)?;
    }
    stock.is_stopped = progress.is_stopped();
    let is_patient = permits.following.is_some_and(|following| following.is_patient());
    stock.must_wait =
        is_patient && intake.doubles.iter().any(|double| double.is_outdated(settings, catalog));
    stock.restless.append(&mut intake.restless);
    stock.reports.append(&mut intake.reports);
    stock.fresh = intake.fresh;
    stock.judged = intake.judged.unwrap_or_default();
    Ok(stock)
}

/// Tells whether the turn is better done a moment later, as [`crate::mill::Following::waited`] says.
fn must_wait(catalog: &Catalog, permits: Permits, changes: &Changes) -> bool {
    let Some(following) = permits.following else { return false };
    let is_gone = !changes.vanished.is_empty();
    let is_seen = is_gone || catalog.is_first();
    // The walk is ahead of what the system tells: a file that was moved into a new folder is found
    // before it is told to be gone from the old one, and must not be taken for another.
    let may_be_moved = is_gone || (changes.has_found_new && !catalog.is_first());
    (may_be_moved && following.waited.is_none())
        || (is_seen && !changes.restless.is_empty() && following.is_patient())
}

/// Leaves new files for the next turn where there are too many, so that what was read is published in
/// between. The last by their paths come first: where these tell the date, those are the newest. Only
/// what is nothing but new can be parted: a file that is gone may be one of the new ones. And what is
/// there when feedmill first looks belongs together.
fn leave_for_later(catalog: &Catalog, changes: &mut Changes, most: usize) -> bool {
    let is_only_new = changes.vanished.is_empty()
        && changes.changed.iter().all(|changed| changed.known.is_none());
    if changes.changed.len() <= most || !is_only_new || catalog.is_first() {
        return false;
    }
    changes.changed.drain(..changes.changed.len() - most);
    true
}

/// Tells the catalog of files, in the order that their claims need.
struct Intake<'a> {
    turn: Turn<'a>,
    /// Whether a later turn will look again.
    is_following: bool,
    pending: Pending,
    /// Files that are to be read again.
    again: VecDeque<Changed>,
    /// What can't be read, and stays as it was.
    reports: Vec<Report>,
    /// Files of which others have the bytes now.
    doubles: Vec<Double>,
    /// Files whose entry can't be told before all others were looked at.
    later: Vec<Found>,
    /// The same, of those that are too many to be held.
    much_later: Vec<Changed>,
    /// Files that may be half written, and stay as they were: input folder and path.
    restless: Vec<(usize, PathBuf)>,
    /// The files that were taken or are gone, where not everything was looked at.
    judged: Option<Vec<(FileKey, String)>>,
    fresh: Fresh,
}

impl Intake<'_> {
    /// Takes a file that was read, unless it may be half written.
    fn take_read(&mut self, catalog: &mut Catalog, read: Read) -> Result<(), CatalogError> {
        let Read { mut found, bytes, is_recent, .. } = read;
        let key = found.changed.key();
        let holds_entry = found.changed.known.as_ref().is_some_and(|known| known.entry.is_some());
        // What can't be read just now is not gone.
        if let Some(report) = found.unreadable.take_if(|_| holds_entry) {
            self.pending.looked_at(&key);
            self.reports.push(report.in_file(found.changed.file.shown()));
            return Ok(());
        }
        found.reports.extend(found.unreadable.take());
        // What has the same bytes as before is whole if that was.
        let is_torn = found.is_torn && found.has_other_bytes();
        let double = self.double(catalog, &found)?;
        let is_moving = is_recent && (double.is_some() || catalog.may_replace_another(&found)?);
        self.note_double(double, found.hash);
        if is_torn || is_moving {
            self.pending.looked_at(&key);
            let file = &found.changed.file;
            self.restless.push((file.folder.input, file.folder.path.join(&file.name)));
            return Ok(());
        }
        if let Some(judged) = &mut self.judged {
            judged.push((key.clone(), found.changed.file.shown()));
        }
        self.fresh.put(key, bytes);
        self.take(catalog, found)
    }

    fn take(&mut self, catalog: &mut Catalog, found: Found) -> Result<(), CatalogError> {
        let (settings, hash) = (self.turn.settings, found.hash);
        let fresh = &self.fresh;
        let recorded =
            catalog.record(self.turn, found, &mut self.pending, &mut |catalog, found| {
                library::matter(settings, catalog, fresh, found)
            })?;
        self.again.extend(recorded.again);
        self.note_double(recorded.copy_of, hash);
        match recorded.later {
            Some(found) if self.later.len() >= MOST_LATER && found.face().is_some() => {
                self.much_later.push(found.changed);
            }
            later => self.later.extend(later),
        }
        Ok(())
    }

    /// Gives the file of which another one has the bytes now, which is to be waited for where its next look
    /// will tell what became of it. A build takes things as they are.
    fn double(&self, catalog: &Catalog, found: &Found) -> Result<Option<FileKey>, CatalogError> {
        if self.is_following { catalog.double(found, &self.pending) } else { Ok(None) }
    }

    /// Notes of which file another one has the bytes now; of many copies in a row it is mostly the same.
    fn note_double(&mut self, file: Option<FileKey>, hash: Digest) {
        let double = file.map(|file| Double { file, hash });
        self.doubles.extend(double.filter(|double| self.doubles.last() != Some(double)));
    }

    fn finish(
        &mut self,
        catalog: &mut Catalog,
        reader: &Reader<'_>,
        progress: &dyn Progress,
    ) -> Result<(), CatalogError> {
        self.pending.call_last();
        // Of several that claim one entry, the newest gets it in the end: so it comes first.
        self.later.sort_by_key(|found| std::cmp::Reverse(found.age()));
        for found in std::mem::take(&mut self.later) {
            // A file that was not quiet counts as it was from now on, and may not be so any more.
            let double = self.double(catalog, &found)?;
            self.note_double(double, found.hash);
            self.take(catalog, found)?;
        }
        let much_later = std::mem::take(&mut self.much_later);
        if !much_later.is_empty() {
            progress.begin("articles once more", much_later.len());
        }
        reader.read_all(much_later, progress, &mut |read| self.take_read(catalog, read))?;
        let inputs = &self.turn.settings.input.folders;
        while let Some(changed) = self.again.pop_front() {
            // It may have got an entry of its own since it was to be read again.
            let Some(changed) = catalog.again(&changed.key(), inputs)? else { continue };
            self.take_read(catalog, reader.read_one(changed, progress))?;
        }
        Ok(())
    }
}

/// A file that held the same bytes as another one when it was last read.
#[derive(PartialEq, Eq)]
struct Double {
    file: FileKey,
    hash: Digest,
}

impl Double {
    /// Tells whether the file has other bytes by now, or none, so that the other may be what became of it.
    /// The next look at it will tell.
    fn is_outdated(&self, settings: &Settings, catalog: &Catalog) -> bool {
        let Ok(Some(file)) = catalog.seed_file(&self.file, &settings.input.folders) else {
            return false;
        };
        let mut bytes = Vec::new();
        let opened = OpenFile::open(&file.location(), settings.input.reading.max_bytes);
        let read = opened.and_then(|mut opened| opened.read_into(&mut bytes));
        if read.is_err() { is_gone(&file) } else { digest(&bytes) != self.hash }
    }
}

/// Compares all input folders with the catalog. Folders are walked on all threads; the catalog hears
/// of each as soon as it is listed.
fn compare(
    settings: &Settings,
    catalog: &Catalog,
    restless_time: Option<RangeInclusive<i64>>,
) -> Result<(Changes, Vec<Report>), CatalogError> {
    let (sender, receiver) = mpsc::sync_channel::<Listing>(64);
    let needs_stamps = restless_time.is_some();
    let mut comparison = catalog.compare()?.without_those_of(restless_time);
    let walk = Walk::new(&settings.input, &settings.output.folder);
    let needs_no_stamps = comparison.knows_nothing() && !needs_stamps;
    let walk = if needs_no_stamps { walk.without_stamps() } else { walk };
    thread::scope(|scope| {
        scope.spawn(move || {
            walk.run(&|listing| {
                // Nobody listens any more when the catalog has failed.
                drop(sender.send(listing));
            });
        });
        let mut reports = Vec::new();
        for listing in receiver {
            reports.extend(compare_listing(catalog, &mut comparison, listing)?);
        }
        let changes = catalog.finish_comparison(comparison)?;
        if changes.files == 0 {
            reports.extend(settings.input.folders.iter().map(|folder| {
                let report = Report::warning("no-articles", "there is no article in it");
                let way_out = "see input.include, input.exclude and input.extensions";
                report.help(way_out).in_file(folder.display().to_string())
            }));
        }
        Ok((changes, reports))
    })
}

/// Compares some files and folders of the input with the catalog.
fn compare_places(
    settings: &Settings,
    catalog: &Catalog,
    places: &Places,
    restless_time: Option<RangeInclusive<i64>>,
) -> Result<(Changes, Vec<Report>), CatalogError> {
    let walk = Walk::new(&settings.input, &settings.output.folder);
    let mut comparison = Comparison::default().without_those_of(restless_time);
    let mut reports = Vec::new();
    for Place { input, path } in places.folders.iter().chain(&places.files) {
        // A place may be of a configuration that is no more in force.
        let Some(root) = settings.input.folders.get(*input) else { continue };
        catalog.compare_below(&mut comparison, *input, path)?;
        let listings = Mutex::new(Vec::new());
        let seen = walk.look_at(*input, path, &|listing| {
            listings.lock().unwrap_or_else(PoisonError::into_inner).push(listing);
        });
        for listing in listings.into_inner().unwrap_or_else(PoisonError::into_inner) {
            reports.extend(compare_listing(catalog, &mut comparison, listing)?);
        }
        let stamp = match seen {
            Seen::File(stamp) => Some(stamp),
            Seen::Fault(report) => {
                reports.push(report);
                None
            }
            Seen::Untold(report) => {
                reports.push(report);
                continue;
            }
            Seen::Folder | Seen::Nothing => None,
        };
        // What is a folder or nothing now may have been a file.
        if let (Some(name), Some(above)) = (path.file_name(), path.parent()) {
            let location = root.join(above);
            let folder = Arc::new(Folder { input: *input, path: above.to_owned(), location });
            catalog.compare_file(&mut comparison, &folder, name, stamp)?;
        }
    }
    Ok((catalog.finish_comparison(comparison)?, reports))
}

/// Compares one folder with the catalog, and gives what is to be reported of it.
fn compare_listing(
    catalog: &Catalog,
    comparison: &mut Comparison,
    listing: Listing,
) -> Result<Vec<Report>, CatalogError> {
    if listing.is_read {
        catalog.compare_folder(comparison, &listing.folder, listing.files())?;
    } else {
        comparison.skip(&listing.folder);
    }
    Ok(listing.reports)
}

/// Tells whether there is nothing any more where a file was.
pub(crate) fn is_gone(file: &SeedFile) -> bool {
    fs::symlink_metadata(file.location()).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// A file that was opened and read.
pub(crate) struct Opened {
    pub(crate) file: OpenFile,
    /// The head, or why there is none.
    pub(crate) head: Result<ReadHead, Vec<Report>>,
}

/// Opens a file and reads its head; `bytes` are those of the file then.
pub(crate) fn open(
    settings: &Settings,
    file: &SeedFile,
    depth: Depth,
    bytes: &mut Vec<u8>,
) -> Result<Opened, Report> {
    let mut open = OpenFile::open(&file.location(), settings.input.reading.max_bytes)?;
    open.read_into(bytes)?;
    let path = file.path();
    Ok(Opened { file: open, head: head(bytes, context(settings, &path, depth)) })
}

/// Reads the head of the article in a file, or tells why there is none.
pub fn head_of(settings: &Settings, file: &SeedFile) -> Result<ReadHead, Vec<Report>> {
    open(settings, file, Depth::Showing, &mut Vec::new()).map_err(|report| vec![report])?.head
}

/// Reads the head of an article of which all bytes are there, from as few of them as will do.
pub(crate) fn head(bytes: &[u8], context: Context<'_>) -> Result<ReadHead, Vec<Report>> {
    let parts = HEAD_BYTES.into_iter().filter(|length| *length < bytes.len());
    let partial = parts.map(|length| {
        let back = &bytes[bytes.len().saturating_sub(ENDING_BYTES)..];
        Bytes { front: &bytes[..length], back, complete: false }
    });
    let whole = Bytes { front: bytes, back: &[], complete: true };
    for bytes in partial.chain([whole]) {
        match read::head(bytes, context) {
            Beginning::Head(read) => return Ok(*read),
            Beginning::Nothing(reports) => return Err(reports),
            Beginning::NeedsMore => {}
        }
    }
    // All of the file was there, so there was no more to ask for.
    Err(Vec::new())
}

/// How much of a head is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What the feeds are selected by.
    Selecting,
    /// All that an entry shows.
    Showing,
}

/// Gives what reading the file at a path needs to know besides its bytes.
pub(crate) fn context<'a>(settings: &'a Settings, path: &'a str, depth: Depth) -> Context<'a> {
    let wants_language =
        depth == Depth::Showing || settings.feeds.iter().any(filter::needs_language);
    Context { site: &settings.site, reading: &settings.input.reading, path, wants_language }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    use tempfile::TempDir;

    use super::*;
    use crate::config::{FlagValue, Sources, load};
    use crate::mill::library::Library;
    use crate::mill::{Following, LONGEST_WAIT};

    /// A folder with one article, whose file was just changed.
    struct Site {
        folder: TempDir,
        settings: Settings,
        catalog: Catalog,
    }

    impl Site {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a temporary folder can be made");
            let input = folder.path().display().to_string();
            let flag = FlagValue {
                key: "input.folders".into(),
                value: vec![input].into(),
                flag: "--input".into(),
            };
            let sources = Sources { flags: vec![flag], ..Sources::default() };
            let settings = load(&sources).expect("valid").settings;
            let mut catalog = Catalog::in_memory().expect("made");
            catalog.begin(&settings.print).expect("begun");
            let site = Self { folder, settings, catalog };
            site.write("Whole.");
            site
        }

        fn write(&self, text: &str) {
            fs::write(self.folder.path().join("a.md"), text).expect("written");
        }

        /// Takes the article, which was told to be whole.
        fn take(&mut self, news: &News) -> Stock {
            self.take_all(&["a.md"], news, LONGEST_WAIT)
        }

        /// Takes articles that were told to be whole, after such a wait.
        fn take_all(&mut self, names: &[&str], news: &dyn Progress, waited: Duration) -> Stock {
            let mut scope = Scope::default();
            for name in names {
                scope.add_file(Place::new(0, *name));
            }
            let settle = Duration::from_hours(1);
            let following = Following { most_new: usize::MAX, settle, waited: Some(waited) };
            let permits = Permits { following: Some(following), ..Permits::default() };
            let now = Timestamp::from_unix(1_735_689_600).expect("a time");
            take(&self.settings, &mut self.catalog, &scope, permits, now, news).expect("taken")
        }
    }

    /// What is told of all files since they were told to be whole.
    struct News {
        is_caught_up: bool,
        has_news: bool,
    }

    impl Progress for News {
        fn begin(&self, _: &'static str, _: usize) {}
        fn step(&self) {}

        fn catch_up(&self) -> bool {
            self.is_caught_up
        }

        fn has_news(&self, _: &Place) -> bool {
            self.has_news
        }
    }

    /// There is news of one file.
    struct NewsOf(&'static str);

    impl Progress for NewsOf {
        fn begin(&self, _: &'static str, _: usize) {}
        fn step(&self) {}

        fn catch_up(&self) -> bool {
            true
        }

        fn has_news(&self, place: &Place) -> bool {
            place.path == Path::new(self.0)
        }
    }

    const NO_NEWS: News = News { is_caught_up: true, has_news: false };

    #[test]
    fn what_may_have_been_written_again_since_it_was_told_to_be_whole_stays_as_it_was() {
        let mut site = Site::new();
        for (is_caught_up, has_news) in [(true, true), (false, false)] {
            let stock = site.take(&News { is_caught_up, has_news });
            assert_eq!(stock.restless, [(0, PathBuf::from("a.md"))]);
            assert_eq!(site.catalog.count_articles(), 0);
        }
        assert_eq!(site.take(&NO_NEWS).restless, []);
        assert_eq!(site.catalog.count_articles(), 1);
    }

    #[test]
    fn files_that_change_places_are_waited_for_whichever_of_them_is_quiet_first() {
        for restless in ["a.md", "b.md"] {
            let mut site = Site::new();
            let path = |name: &str| site.folder.path().join(name);
            let (one, other, beside) = (path("a.md"), path("b.md"), path("beside"));
            for (path, title) in [(&one, "One"), (&other, "Other")] {
                let text = format!("---\ntitle: {title}\ndate: 2024-05-01\n---\nText.\n");
                fs::write(path, text).expect("written");
                let long_ago = SystemTime::now() - Duration::from_hours(2);
                let file = fs::File::options().append(true).open(path).expect("opened");
                file.set_modified(long_ago).expect("set");
            }
            let names = ["a.md", "b.md"];
            site.take_all(&names, &NO_NEWS, LONGEST_WAIT);
            for (from, to) in [(&one, &beside), (&other, &one), (&beside, &other)] {
                fs::rename(from, to).expect("renamed");
            }
            let stock = site.take_all(&names, &NewsOf(restless), Duration::ZERO);
            assert!(stock.must_wait, "{restless} tells more in a moment");
            assert!(!site.take_all(&names, &NO_NEWS, Duration::ZERO).must_wait);
        }
    }

    #[test]
    fn what_is_read_whole_is_what_the_catalog_heard_of() {
        let mut site = Site::new();
        let stock = site.take(&NO_NEWS);
        site.write("Half");
        let mut library = Library::new(&site.settings, true, stock.fresh);
        let key = FileKey { folder: 1, name: "a.md".into() };
        let articles = library.wholes(&site.catalog, &[key]).expect("read");
        let texts = articles.iter().flatten().map(|article| article.whole.text.to_string());
        assert_eq!(texts.collect::<Vec<_>>(), ["Whole."]);
        assert_eq!(library.take_restless(), []);
    }
}
