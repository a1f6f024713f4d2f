//! Keeps the watches: places them, follows the signs, and begins anew where that is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Bound;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use tokio::sync::watch::Sender;

use crate::config::meant::{Watch, WatchMode};
use crate::watch::desk::Desk;
use crate::watch::health::{Health, Polling, State};
use crate::watch::native::{Inbox, Message, Native, Refusal};
use crate::watch::pacing::Pacing;
use crate::watch::remote::remote;
use crate::watch::roots::{self, Root, Territory};
use crate::watch::scope::Why;
use crate::watch::settle::{Change, Hint};
use crate::watch::signs::Sign;

/// Keeps the watches, on a thread of its own: all that it does may wait for a disk.
///
/// Invariant: a folder is watched before it is walked. Whatever is made in it is then either told by
/// an event or found by the walk.
#[derive(Debug)]
pub(super) struct Keeper {
    settings: Watch,
    territory: Territory,
    inbox: Inbox,
    messages: Receiver<Message>,
    desk: Arc<Desk>,
    health: Sender<Health>,
    /// The watcher of the system, if any folder is watched by it.
    native: Option<Native>,
    /// The number of that watcher; messages from others are of the past.
    number: u64,
    /// The folders that are watched by it.
    watched: BTreeSet<PathBuf>,
    /// Why input folders are polled, by their numbers.
    polled: BTreeMap<usize, Polling>,
    pacing: Pacing,
    /// Why watching has to begin anew.
    anew: Option<Why>,
    check_due: Instant,
    reconcile_due: Instant,
}

impl Keeper {
    pub(super) fn new(
        settings: Watch,
        territory: Territory,
        (inbox, messages): (Inbox, Receiver<Message>),
        desk: Arc<Desk>,
        health: Sender<Health>,
    ) -> Self {
        Self {
            settings,
            territory,
            inbox,
            messages,
            desk,
            health,
            native: None,
            number: 0,
            watched: BTreeSet::new(),
            polled: BTreeMap::new(),
            pacing: Pacing::default(),
            anew: Some(Why::Begun),
            check_due: Instant::now(),
            reconcile_due: Instant::now(),
        }
    }

    /// Keeps the watches until it is told to stop.
    pub(super) fn run(mut self) {
        while !self.desk.is_closed() {
            let now = Instant::now();
            self.do_what_is_due(now);
            let pause = self.due(now).saturating_duration_since(Instant::now());
            match self.messages.recv_timeout(pause) {
                Ok(Message::Sign(number, sign)) if number == self.number => self.follow(sign),
                Ok(Message::Ended(number)) if number == self.number => self.lose(Why::Died),
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.inbox.take_overflow() {
                self.lose(Why::Overflow);
            }
        }
    }

    /// Tells when something is due if no message comes.
    fn due(&self, now: Instant) -> Instant {
        let due = self.check_due.min(self.reconcile_due);
        if self.anew.is_some() { due.min(self.pacing.due(now)) } else { due }
    }

    fn do_what_is_due(&mut self, now: Instant) {
        if self.check_due <= now {
            self.check();
        }
        match self.anew.take_if(|_| self.pacing.due(now) <= now) {
            Some(why) => {
                self.begin(why);
                self.pacing.began(now, Instant::now());
            }
            None if self.reconcile_due <= now => self.begin(Why::Reconcile),
            None => {}
        }
    }

    /// Notes that nobody knows what happened: watching begins anew, as soon as it may.
    fn lose(&mut self, why: Why) {
        self.anew.get_or_insert(why);
    }

    /// Checks that the input folders are there, and the same.
    fn check(&mut self) {
        self.check_due = Instant::now() + self.settings.poll;
        let found = self.territory.locations().iter().map(|location| roots::find(location));
        let found: Vec<_> = found.collect();
        let changes = self.territory.roots.iter().zip(&found).filter_map(|pair| match pair {
            (Ok(before), Ok(now)) => (before != now).then_some(Why::Replaced),
            (Ok(_), Err(_)) => Some(Why::Vanished),
            (Err(_), Ok(_)) => Some(Why::Returned),
            (Err(_), Err(_)) => None,
        });
        if let Some(why) = changes.into_iter().next() {
            self.lose(why);
        } else if self.territory.roots != found {
            // It still is missing, but for another reason.
            self.territory.roots = found;
            self.tell();
        }
    }

    /// Begins anew: places all watches, and then gives the hint to walk everything.
    fn begin(&mut self, why: Why) {
        self.stop_watching();
        self.polled.clear();
        self.territory.find();
        // What was told of the watches that are gone is of no use, and takes room.
        while self.messages.try_recv().is_ok() {}
        self.inbox.take_overflow();
        let natively = self.choose();
        if let Err(polling) = self.watch_natively(&natively) {
            self.fall_back(&polling);
        }
        self.tell();
        self.desk.hint(Hint::Everything(why));
        let now = Instant::now();
        self.check_due = now + self.settings.poll;
        self.reconcile_due = now + self.settings.reconcile;
    }

    /// Chooses how each input folder is watched, and gives those that are watched natively.
    fn choose(&mut self) -> Vec<PathBuf> {
        let mut natively = Vec::new();
        for (input, root) in self.territory.roots.iter().enumerate() {
            let Ok(root) = root else { continue };
            match polling(self.settings.mode, root) {
                Some(polling) => _ = self.polled.insert(input, polling),
                None => natively.push(root.path.clone()),
            }
        }
        natively
    }

    fn watch_natively(&mut self, folders: &[PathBuf]) -> Result<(), Polling> {
        if folders.is_empty() {
            return Ok(());
        }
        let native = Native::start(self.number, self.inbox.clone());
        self.native = Some(native.map_err(|error| Polling::NoWatcher(error.to_string()))?);
        folders.iter().try_for_each(|folder| self.adopt(folder.clone()))
    }

    fn stop_watching(&mut self) {
        self.native = None;
        self.number += 1;
        self.watched.clear();
    }

    /// Polls all folders from now on. Those that are watched already would lose the next folder that
    /// is made in them, and hold what other programs could watch.
    fn fall_back(&mut self, polling: &Polling) {
        self.stop_watching();
        for (input, _) in self.territory.roots.iter().enumerate().filter(|(_, root)| root.is_ok()) {
            self.polled.entry(input).or_insert_with(|| polling.clone());
        }
    }

    /// Tells how the input folders are watched, to whom it concerns.
    fn tell(&self) {
        self.desk.set_polled(self.polled.keys().copied().collect());
        let states = self.territory.roots.iter().enumerate().map(|(input, root)| match root {
            Err(why) => State::Missing(why.clone()),
            Ok(_) => self.polled.get(&input).map_or(State::Native, |why| State::Polled {
                every: self.settings.poll,
                why: why.clone(),
            }),
        });
        let folders = self.territory.locations().iter().cloned().zip(states).collect();
        let health = Health { folders };
        self.health.send_if_modified(|told| {
            let is_new = *told != health;
            *told = health;
            is_new
        });
    }

    /// Watches a folder and all below it that is of the territory.
    fn adopt(&mut self, folder: PathBuf) -> Result<(), Polling> {
        let mut waiting = vec![folder];
        while let Some(folder) = waiting.pop() {
            let Some(native) = &mut self.native else { return Ok(()) };
            match native.watch(&folder) {
                Ok(()) => {}
                Err(Refusal::Unreadable) => continue,
                Err(Refusal::Limit) => return Err(Polling::Limit),
                Err(Refusal::Dead) => {
                    self.lose(Why::Died);
                    return Ok(());
                }
            }
            self.poll_if_remote(&folder);
            let below = folders_in(&folder);
            self.watched.insert(folder);
            waiting.extend(below.filter(|below| !self.territory.places(below).is_empty()));
        }
        Ok(())
    }

    /// Polls the input folders of a folder at which another file system begins that does not tell of
    /// all changes.
    fn poll_if_remote(&mut self, folder: &Path) {
        let Ok(found) = fs::symlink_metadata(folder) else { return };
        for place in self.territory.places(folder) {
            let is_own = |root: &Root| root.device == found.dev();
            let is_known = self.settings.mode != WatchMode::Auto
                || self.polled.contains_key(&place.input)
                || self.territory.roots[place.input].as_ref().is_ok_and(is_own);
            if let (false, Some(name)) = (is_known, remote(folder)) {
                self.polled.insert(place.input, Polling::FileSystem(name));
            }
        }
    }

    fn follow(&mut self, sign: Sign) {
        match sign {
            Sign::Made(path) => self.made(&path),
            Sign::Written(path) => {
                let linked = fs::symlink_metadata(&path).is_ok_and(|found| found.nlink() > 1);
                self.hint_file(&path, Change::Written { linked });
            }
            Sign::Finished(path) => self.hint_file(&path, Change::Finished),
            Sign::Touched(path) => self.look(&path, Change::Touched),
            Sign::Moved(path) => self.look(&path, Change::Finished),
            Sign::Lost(why) => self.lose(why),
        }
    }

    /// Follows the making of a file: another name of one, or a link, is whole.
    fn made(&self, path: &Path) {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => self.hint_link(path),
            Ok(found) if found.nlink() > 1 => self.hint_file(path, Change::Finished),
            _ => self.hint_file(path, Change::Written { linked: false }),
        }
    }

    /// Looks at what appeared or disappeared somewhere.
    fn look(&mut self, path: &Path, change: Change) {
        // It may be an input folder, or hold one that was missing.
        let concerns = |root: &Result<Root, String>| root.as_ref().map_or(true, |r| r.path == path);
        if self.territory.roots.iter().any(concerns) {
            self.check();
            if self.anew.is_some() {
                return;
            }
        }
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_dir() => self.enter(path),
            found => {
                self.leave(path);
                match found {
                    Ok(found) if found.is_symlink() => self.hint_link(path),
                    _ => self.hint_file(path, change),
                }
            }
        }
    }

    /// Watches a folder that appeared, whatever was watched there before: events of the past may have
    /// ended that.
    fn enter(&mut self, folder: &Path) {
        if self.territory.places(folder).is_empty() {
            return;
        }
        let polled = self.polled.len();
        if let Err(polling) = self.adopt(folder.to_owned()) {
            self.fall_back(&polling);
        }
        if self.polled.len() != polled {
            self.tell();
        }
        self.hint_folder(folder);
    }

    /// Forgets a folder that disappeared.
    fn leave(&mut self, folder: &Path) {
        let below = self.watched.range::<Path, _>((Bound::Included(folder), Bound::Unbounded));
        let below: Vec<_> = below.take_while(|path| path.starts_with(folder)).cloned().collect();
        if below.is_empty() {
            return;
        }
        for path in &below {
            self.watched.remove(path);
        }
        self.hint_folder(folder);
    }

    /// Hints at a link. What is no article by its own name may be what others lead through, as where
    /// a whole set of files is exchanged by exchanging one hidden link.
    fn hint_link(&self, link: &Path) {
        if !self.territory.articles(link).is_empty() {
            self.hint_file(link, Change::Finished);
        } else if let Some(folder) = link.parent() {
            self.hint_folder(folder);
        }
    }

    fn hint_file(&self, path: &Path, change: Change) {
        for place in self.territory.articles(path) {
            self.desk.hint(Hint::File(place, change));
        }
    }

    fn hint_folder(&self, path: &Path) {
        for place in self.territory.places(path) {
            self.desk.hint(Hint::Folder(place));
        }
    }
}

impl Drop for Keeper {
    /// Says that no more hints come, even if the thread panics.
    fn drop(&mut self) {
        self.desk.close();
    }
}

/// Tells why a folder is to be polled, if it is.
fn polling(mode: WatchMode, root: &Root) -> Option<Polling> {
    match mode {
        WatchMode::Poll => Some(Polling::Set),
        WatchMode::Auto => remote(&root.path).map(Polling::FileSystem),
        WatchMode::Native => None,
    }
}

/// Lists the folders in a folder. What can't be read is told by the walk.
fn folders_in(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.map(|entry| entry.path())
}
