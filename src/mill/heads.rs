//! Reading files as far as the catalog needs them, and telling which of them may be half written.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::mpsc;
use std::thread;

use rayon::prelude::*;

use crate::catalog::CatalogError;
use crate::catalog::files::Changed;
use crate::catalog::identity::Found;
use crate::config::meant::Settings;
use crate::mill::fresh::Room;
use crate::mill::stock::{Depth, is_gone, open};
use crate::mill::{Permits, Progress};
use crate::model::id::digest;
use crate::watch::file::{is_unreadable, nanoseconds_now};
use crate::watch::scope::{Place, Scope};

/// How many files are read before the catalog hears of them.
const BATCH: usize = 512;

/// Gives the time within which a file that was written to may be written to still, in nanoseconds since
/// 1970. What is dated later was given its date.
pub(super) fn restless_time(permits: Permits) -> Option<RangeInclusive<i64>> {
    let settle = i64::try_from(permits.following?.settle.as_nanos()).unwrap_or(i64::MAX);
    let now = nanoseconds_now();
    Some(now.saturating_sub(settle)..=now)
}

/// Tells which files may be half written.
#[derive(Debug)]
pub(super) struct Guard<'a> {
    /// When files may have been written to at the latest, in nanoseconds since 1970. Rights, names and
    /// times that are set later do no harm.
    quiet_since: i64,
    /// The files that were told to be whole.
    told: Option<&'a BTreeSet<Place>>,
}

impl<'a> Guard<'a> {
    /// Makes a guard, or none where files are read as they are.
    pub(super) fn new(scope: &'a Scope, permits: Permits) -> Option<Self> {
        let told = match scope {
            Scope::Everything(_) => None,
            Scope::Places(places) => Some(&places.files),
        };
        restless_time(permits).map(|time| Self { quiet_since: *time.start(), told })
    }

    /// Tells whether a file was told to be whole.
    fn was_told(&self, place: &Place) -> bool {
        self.told.is_some_and(|told| told.contains(place))
    }

    /// Tells whether a file that was written to at a time may be half written, of which nothing is told.
    /// Where that time is yet to come, the clock was set, or is another machine's: it tells nothing.
    fn is_restless(&self, written: i64) -> bool {
        self.quiet_since < written && written <= nanoseconds_now()
    }
}

/// A file that was read as far as the catalog needs it.
pub(super) struct Read {
    pub(super) found: Found,
    /// All its bytes, if there is room for them.
    pub(super) bytes: Option<Vec<u8>>,
    /// True when it was written to a moment ago, so that more may be about to happen.
    pub(super) is_recent: bool,
    /// When it was last written to, in nanoseconds since 1970; `None` if it could not be opened.
    written: Option<i64>,
}

/// Reads files as far as the catalog needs them.
pub(super) struct Reader<'a> {
    pub(super) settings: &'a Settings,
    pub(super) guard: Option<Guard<'a>>,
    pub(super) room: Room,
}

impl Reader<'_> {
    /// Reads the heads of files on all threads, and hands them on in the order of the files.
    pub(super) fn read_all(
        &self,
        changed: Vec<Changed>,
        progress: &dyn Progress,
        take: &mut dyn FnMut(Read) -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        if changed.len() <= 1 {
            // Nothing is to be done at the same time.
            return changed.into_iter().try_for_each(|changed| {
                let read = self.read_one(changed, progress);
                progress.step();
                take(read)
            });
        }
        let (sender, receiver) = mpsc::sync_channel::<Vec<Read>>(2);
        thread::scope(|scope| {
            scope.spawn(move || {
                let mut changed = changed.into_iter();
                loop {
                    let batch: Vec<Changed> = changed.by_ref().take(BATCH).collect();
                    let read = self.read_batch(batch, progress);
                    if read.is_empty() || progress.is_stopped() || sender.send(read).is_err() {
                        break;
                    }
                }
            });
            receiver.into_iter().flatten().try_for_each(take)
        })
    }

    /// Reads one file.
    pub(super) fn read_one(&self, changed: Changed, progress: &dyn Progress) -> Read {
        let mut read = self.read_head(changed, &mut Vec::new());
        self.doubt(std::slice::from_mut(&mut read), progress);
        read
    }

    fn read_batch(&self, batch: Vec<Changed>, progress: &dyn Progress) -> Vec<Read> {
        let read = batch.into_par_iter().map_init(Vec::new, |bytes, changed| {
            let read = self.read_head(changed, bytes);
            progress.step();
            read
        });
        let mut read: Vec<Read> = read.collect();
        self.doubt(&mut read, progress);
        read
    }

    /// Reads a file as far as the catalog needs it; `bytes` is room to read it into.
    fn read_head(&self, changed: Changed, bytes: &mut Vec<u8>) -> Read {
        let mut found = Found {
            changed,
            stamp: None,
            hash: [0; 16],
            head: None,
            modified: None,
            reports: Vec::new(),
            unreadable: None,
            is_torn: false,
        };
        let file = &found.changed.file;
        let opened = match open(self.settings, file, Depth::Selecting, bytes) {
            Ok(opened) => opened,
            Err(report) => {
                // It may be on its way to another place, where the next look finds it.
                found.is_torn = self.guard.is_some() && is_gone(file);
                if is_unreadable(&report) && !is_gone(file) {
                    found.unreadable = Some(report);
                } else {
                    found.reports.push(report);
                }
                return Read { found, bytes: None, is_recent: false, written: None };
            }
        };
        found.is_torn = self.guard.is_some() && !opened.file.is_as_opened();
        found.stamp = opened.file.stamp();
        found.modified = opened.file.modified();
        let written = Some(opened.file.written());
        found.hash = digest(bytes);
        match opened.head {
            Ok(read) => {
                found.reports = read.reports;
                found.head = Some(read.head);
            }
            Err(reports) => found.reports = reports,
        }
        Read { found, bytes: self.room.keep(bytes), is_recent: false, written }
    }

    /// Finds out which of the files may have been half written when they were read. Of those that were
    /// told to be whole, something is told if they were written to again; all others must have been
    /// quiet for a while.
    fn doubt(&self, read: &mut [Read], progress: &dyn Progress) {
        let Some(guard) = &self.guard else { return };
        let mut is_caught_up = None;
        for Read { found, is_recent, written, .. } in read {
            let Some(written) = written else { continue };
            let file = &found.changed.file;
            let place = Place::new(file.folder.input, file.folder.path.join(&file.name));
            let is_told =
                guard.was_told(&place) && *is_caught_up.get_or_insert_with(|| progress.catch_up());
            *is_recent = guard.is_restless(*written);
            found.is_torn |= if is_told { progress.has_news(&place) } else { *is_recent };
        }
    }
}
