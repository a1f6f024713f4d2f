//! Where hints lie until they are taken.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::config::meant::Watch;
use crate::watch::agenda::Agenda;
use crate::watch::echo::Echo;
use crate::watch::scope::{Place, Scope};
use crate::watch::settle::Hint;

/// Where the keeper of the watches puts hints down, and whoever looks takes them from. It holds them
/// all in bounded memory, so that neither has to wait for the other.
#[derive(Debug)]
pub(super) struct Desk {
    agenda: Mutex<Agenda>,
    bell: Notify,
    /// Tells whoever looks that all hints lie here of what happened until now; `None` where the system
    /// has no room for it.
    pub(super) echo: Option<Echo>,
    settle: Duration,
}

impl Desk {
    pub(super) fn new(settings: &Watch) -> Self {
        Self {
            agenda: Mutex::new(Agenda::new(settings, Instant::now())),
            bell: Notify::new(),
            echo: Echo::new().ok(),
            settle: settings.settle,
        }
    }

    /// Puts a hint down.
    pub(super) fn hint(&self, hint: Hint) {
        self.agenda().hint(hint, Instant::now());
        self.bell.notify_one();
    }

    /// Tells whether a file has to be looked at again, now or later.
    pub(super) fn has_news(&self, file: &Place) -> bool {
        self.agenda().has_news(file)
    }

    /// Waits until all hints lie here of what happened until now; tells whether they do. Nobody waits
    /// longer than for a file that is not told to be whole.
    pub(super) fn catch_up(&self) -> bool {
        self.echo.as_ref().is_some_and(|echo| echo.call(self.settle))
    }

    /// Sets which input folders are polled.
    pub(super) fn set_polled(&self, polled: BTreeSet<usize>) {
        self.agenda().set_polled(polled, Instant::now());
        self.bell.notify_one();
    }

    /// Says that no more hints will come.
    pub(super) fn close(&self) {
        self.agenda().is_closed = true;
        self.bell.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.agenda().is_closed
    }

    /// Waits until there is something to look at, and takes all of it; `None` if no more will come.
    pub(super) async fn take(&self) -> Option<Scope> {
        loop {
            let deadline = {
                let mut agenda = self.agenda();
                if agenda.is_closed {
                    return None;
                }
                if let Some(scope) = agenda.take(Instant::now()) {
                    return Some(scope);
                }
                agenda.deadline()
            };
            match deadline {
                None => self.bell.notified().await,
                Some(deadline) => tokio::select! {
                    () = self.bell.notified() => {}
                    () = tokio::time::sleep_until(deadline.into()) => {}
                },
            }
        }
    }

    fn agenda(&self) -> MutexGuard<'_, Agenda> {
        self.agenda.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
