//! What exists: the files of the input folders, and what of them was changed.

use std::collections::VecDeque;
use std::sync::mpsc;
use std::thread;

use rayon::prelude::*;

use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::catalog::files::{Changed, Changes};
use crate::catalog::identity::{Found, Pending};
use crate::catalog::ledger::Turn;
use crate::config::meant::Settings;
use crate::mill::Progress;
use crate::mill::library;
use crate::model::date::Timestamp;
use crate::model::file::{SeedFile, Stamp};
use crate::model::id::digest;
use crate::model::report::Report;
use crate::read::head::{Context, ReadHead};
use crate::read::{self, Beginning, Bytes};
use crate::select::filter;
use crate::watch::file::OpenFile;
use crate::watch::walk::{Listing, Walk};

/// How many files are read before the catalog hears of them.
const BATCH: usize = 512;

/// How many bytes of a file are looked at for its head, and how many more when they aren't enough.
const HEAD_BYTES: [usize; 3] = [2 * 1024, 8 * 1024, 64 * 1024];

/// How many bytes of the end of a file are looked at with its beginning: enough for a byline.
const ENDING_BYTES: usize = 1024;

/// What was found out about the files.
#[derive(Debug, Default)]
pub struct Stock {
    /// How many files there are.
    pub files: usize,
    /// How many of them were read.
    pub read: usize,
    /// What can't be looked at.
    pub reports: Vec<Report>,
}

/// Walks the input folders, reads the head of every article that was changed, and tells the catalog.
pub fn take(
    settings: &Settings,
    catalog: &mut Catalog,
    now: Timestamp,
    progress: &dyn Progress,
) -> Result<Stock, CatalogError> {
    let (changes, reports) = compare(settings, catalog)?;
    let stock = Stock { files: changes.files, read: changes.changed.len(), reports };
    progress.begin("articles", stock.read);
    let mut intake = Intake {
        turn: Turn { settings, now },
        pending: Pending::new(&changes),
        again: VecDeque::new(),
        later: Vec::new(),
    };
    for gone in &changes.vanished {
        intake.again.extend(catalog.vanish(intake.turn, gone)?);
    }
    read_all(settings, changes.changed, progress, &mut |found| intake.take(catalog, found))?;
    intake.finish(catalog)?;
    Ok(stock)
}

/// Tells the catalog of files, in the order that their claims need.
struct Intake<'a> {
    turn: Turn<'a>,
    pending: Pending,
    /// Files that are to be read again.
    again: VecDeque<Changed>,
    /// Files whose entry can't be told before all others were looked at.
    later: Vec<Found>,
}

impl Intake<'_> {
    fn take(&mut self, catalog: &mut Catalog, found: Found) -> Result<(), CatalogError> {
        let settings = self.turn.settings;
        let recorded =
            catalog.record(self.turn, found, &mut self.pending, &mut |catalog, found| {
                library::matter(settings, catalog, found)
            })?;
        self.again.extend(recorded.again);
        self.later.extend(recorded.later);
        Ok(())
    }

    fn finish(mut self, catalog: &mut Catalog) -> Result<(), CatalogError> {
        self.pending.call_last();
        for found in std::mem::take(&mut self.later) {
            self.take(catalog, found)?;
        }
        while let Some(changed) = self.again.pop_front() {
            let found = read_head(self.turn.settings, changed, &mut Vec::new());
            self.take(catalog, found)?;
        }
        Ok(())
    }
}

/// Compares the input folders with the catalog. Folders are walked on all threads; the catalog hears
/// of each as soon as it is listed.
fn compare(settings: &Settings, catalog: &Catalog) -> Result<(Changes, Vec<Report>), CatalogError> {
    let (sender, receiver) = mpsc::sync_channel::<Listing>(64);
    let mut comparison = catalog.compare()?;
    let walk = Walk::new(&settings.input, &settings.output.folder);
    let walk = if comparison.knows_nothing() { walk.without_stamps() } else { walk };
    thread::scope(|scope| {
        scope.spawn(move || {
            walk.run(&|listing| {
                // Nobody listens any more when the catalog has failed.
                drop(sender.send(listing));
            });
        });
        let mut reports = Vec::new();
        for listing in receiver {
            reports.extend(listing.reports);
            catalog.compare_folder(&mut comparison, &listing.folder, listing.files)?;
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

/// Reads the heads of files on all threads, and hands them on in the order of the files.
fn read_all(
    settings: &Settings,
    changed: Vec<Changed>,
    progress: &dyn Progress,
    take: &mut dyn FnMut(Found) -> Result<(), CatalogError>,
) -> Result<(), CatalogError> {
    let (sender, receiver) = mpsc::sync_channel::<Vec<Found>>(2);
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut changed = changed.into_iter();
            loop {
                let batch: Vec<Changed> = changed.by_ref().take(BATCH).collect();
                let read: Vec<Found> = batch
                    .into_par_iter()
                    .map_init(Vec::new, |bytes, changed| {
                        let found = read_head(settings, changed, bytes);
                        progress.step();
                        found
                    })
                    .collect();
                if read.is_empty() || sender.send(read).is_err() {
                    break;
                }
            }
        });
        receiver.into_iter().flatten().try_for_each(take)
    })
}

/// Reads a file as far as the catalog needs it; `bytes` is room to read it into.
fn read_head(settings: &Settings, changed: Changed, bytes: &mut Vec<u8>) -> Found {
    let mut found = Found {
        changed,
        stamp: None,
        hash: [0; 16],
        head: None,
        modified: None,
        reports: Vec::new(),
    };
    match open(settings, &found.changed.file, Depth::Selecting, bytes) {
        Err(report) => found.reports.push(report),
        Ok(opened) => {
            found.stamp = opened.stamp;
            found.modified = opened.modified;
            found.hash = digest(bytes);
            match opened.head {
                Ok(read) => {
                    found.reports = read.reports;
                    found.head = Some(read.head);
                }
                Err(reports) => found.reports = reports,
            }
        }
    }
    found
}

/// A file that was opened and read.
pub(crate) struct Opened {
    pub(crate) stamp: Option<Stamp>,
    pub(crate) modified: Option<Timestamp>,
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
    let head = head(bytes, context(settings, &path, depth));
    Ok(Opened { stamp: open.stamp(), modified: open.modified(), head })
}

/// Reads the head of the article in a file, or tells why there is none.
pub fn head_of(settings: &Settings, file: &SeedFile) -> Result<ReadHead, Vec<Report>> {
    open(settings, file, Depth::Showing, &mut Vec::new()).map_err(|report| vec![report])?.head
}

/// Reads the head of an article of which all bytes are there, from as few of them as will do.
fn head(bytes: &[u8], context: Context<'_>) -> Result<ReadHead, Vec<Report>> {
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
