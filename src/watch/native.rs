//! The watcher of the system, by `notify`, one folder at a time.
//!
//! It is not asked to watch whole trees: it would watch hidden folders and the output too, and lose
//! what is in folders that are made quickly.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use notify::{Config, ErrorKind, Event, EventHandler, RecommendedWatcher, RecursiveMode, Watcher};

use crate::watch::signs::{Sign, signs};

/// So many messages may wait. More of them are taken as an overflow, like that of the system's own
/// queue, so that memory has a bound.
pub(super) const MOST_MESSAGES: usize = 8192;

/// What the keeper of the watches hears.
#[derive(Debug)]
pub(super) enum Message {
    /// A sign from the watcher of this number.
    Sign(u64, Sign),
    /// The watcher of this number ended.
    Ended(u64),
    /// The keeper shall end.
    Stop,
}

/// Where messages are put in, without ever waiting.
#[derive(Clone, Debug)]
pub(super) struct Inbox {
    sender: SyncSender<Message>,
    overflow: Arc<AtomicBool>,
}

impl Inbox {
    /// Makes an inbox and its other end.
    pub(super) fn new() -> (Self, Receiver<Message>) {
        let (sender, receiver) = sync_channel(MOST_MESSAGES);
        (Self { sender, overflow: Arc::default() }, receiver)
    }

    pub(super) fn put(&self, message: Message) {
        if self.sender.try_send(message).is_err() {
            self.overflow.store(true, Ordering::Release);
        }
    }

    /// Tells whether a message found no room since this was asked last.
    pub(super) fn take_overflow(&self) -> bool {
        self.overflow.swap(false, Ordering::AcqRel)
    }
}

/// Why a folder is not watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It can't be looked into, or is gone: the walk will tell.
    Unreadable,
    /// The system watches no more.
    Limit,
    /// The watcher is dead.
    Dead,
}

/// A watcher of the system.
#[derive(Debug)]
pub(super) struct Native {
    /// There until it is dropped.
    watcher: Option<RecommendedWatcher>,
}

impl Native {
    /// Starts the watcher of this number, which tells its signs to an inbox.
    pub(super) fn start(number: u64, inbox: Inbox) -> notify::Result<Self> {
        let ear = Ear { number, inbox };
        let watcher = RecommendedWatcher::new(ear, Config::default())?;
        Ok(Self { watcher: Some(watcher) })
    }

    /// Watches a folder and what is directly in it.
    pub(super) fn watch(&mut self, folder: &Path) -> Result<(), Refusal> {
        let Some(watcher) = &mut self.watcher else { return Err(Refusal::Dead) };
        // It panics when its thread is dead.
        let watch = || watcher.watch(folder, RecursiveMode::NonRecursive);
        let watched = catch_unwind(AssertUnwindSafe(watch)).map_err(|_| Refusal::Dead)?;
        watched.map_err(|error| refusal(&error))
    }

    /// Lets go of a folder, by the path at which it was watched. What stands there now, or where it is
    /// now, is watched anew by whoever hears of that.
    pub(super) fn let_go(&mut self, folder: &Path) {
        let Some(watcher) = &mut self.watcher else { return };
        // It panics when its thread is dead; and what is not watched any more is no loss.
        let _ = catch_unwind(AssertUnwindSafe(|| watcher.unwatch(folder)));
    }
}

fn refusal(error: &notify::Error) -> Refusal {
    match &error.kind {
        ErrorKind::MaxFilesWatch => Refusal::Limit,
        ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::OutOfMemory => Refusal::Limit,
        _ => Refusal::Unreadable,
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        let watcher = self.watcher.take();
        // It panics when its thread is dead.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(watcher)));
    }
}

/// Listens to a watcher, on that one's thread.
struct Ear {
    number: u64,
    inbox: Inbox,
}

impl EventHandler for Ear {
    fn handle_event(&mut self, event: notify::Result<Event>) {
        for sign in signs(event) {
            self.inbox.put(Message::Sign(self.number, sign));
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.inbox.put(Message::Ended(self.number));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    /// Dies of the first event.
    struct Mortal(#[allow(dead_code)] SyncSender<()>);

    impl EventHandler for Mortal {
        fn handle_event(&mut self, _: notify::Result<Event>) {
            panic!("a watcher dies for this test");
        }
    }

    #[test]
    fn a_dead_watcher_is_told_from_a_living_one_and_harms_nobody() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (sender, death) = sync_channel(0);
        let watcher = RecommendedWatcher::new(Mortal(sender), Config::default());
        let mut native = Native { watcher: Some(watcher.expect("started")) };
        assert_eq!(native.watch(folder.path()), Ok(()));
        assert_eq!(native.watch(&folder.path().join("none")), Err(Refusal::Unreadable));
        fs::write(folder.path().join("a.md"), "text").expect("written");
        // The sender goes when the thread does.
        let waited = death.recv_timeout(Duration::from_secs(30));
        assert_eq!(waited, Err(std::sync::mpsc::RecvTimeoutError::Disconnected));
        assert_eq!(native.watch(folder.path()), Err(Refusal::Dead));
        drop(native);
    }

    #[test]
    fn the_end_of_a_watcher_is_told() {
        let (inbox, messages) = Inbox::new();
        drop(Native::start(7, inbox).expect("started"));
        let message = messages.recv_timeout(Duration::from_secs(30));
        assert!(matches!(message, Ok(Message::Ended(7))), "{message:?}");
    }
}
