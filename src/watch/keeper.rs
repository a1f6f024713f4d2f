//! Keeps the watches: places them, follows the signs, and begins anew where that is needed.

mod following;
mod placing;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use tokio::sync::watch::Sender;

use crate::config::meant::Watch;
use crate::watch::desk::Desk;
use crate::watch::health::{Health, Polling, State};
use crate::watch::native::{Inbox, MOST_MESSAGES, Message, Native};
use crate::watch::pacing::Pacing;
use crate::watch::roots::{self, Territory};
use crate::watch::scope::Why;
use crate::watch::settle::Hint;

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
    /// The articles that are links to a file, by that file. Nothing is told of a link when what it
    /// leads to is written.
    links: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
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
            links: BTreeMap::new(),
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
            if self.desk.is_closed() {
                return;
            }
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
        self.set_echo(false);
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
        let _ = self.messages.try_iter().take(MOST_MESSAGES).count();
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

    /// Says whether all is told that happens.
    fn set_echo(&self, is_watched: bool) {
        if let Some(echo) = &self.desk.echo {
            echo.set_watched(is_watched);
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
}

impl Drop for Keeper {
    /// Says that no more hints come, even if the thread panics.
    fn drop(&mut self) {
        self.desk.close();
    }
}

#[cfg(test)]
mod tests;
