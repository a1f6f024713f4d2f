//! The mill and its state, on the thread of a turn.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::catalog::{Catalog, CatalogError};
use crate::config::meant::Settings;
use crate::daemon::teller::Teller;
use crate::mill::{self, Edition, Following, Permits, Progress, TurnError};
use crate::model::news::Told;
use crate::model::report::Report;
use crate::ops::alarm::Clock;
use crate::ops::memory;
use crate::publish::shelf::Shelf;
use crate::serve::events::Chronicle;
use crate::serve::server::Published;
use crate::watch::scope::{Place, Scope};
use crate::watch::watcher::Ear;

/// How many files read are many: what one of these needs is kept for the next.
const MANY: usize = 256;

/// What a turn needs.
#[derive(Debug)]
pub(super) struct Workshop {
    settings: Arc<Settings>,
    clock: Arc<dyn Clock>,
    stop: Arc<AtomicBool>,
    /// The state; `None` before the first turn, and after one that failed on it.
    catalog: Option<Catalog>,
    /// Since when turns have put off what they found; `None` if the last one did not.
    waiting_since: Option<Instant>,
    /// Whether the next edition is published whatever the gate says.
    force: bool,
    /// What is served.
    shelf: watch::Sender<Arc<Shelf>>,
    /// What happened to entries.
    chronicle: watch::Sender<Arc<Chronicle>>,
    /// Whether the shelf holds what was published last.
    is_shown: bool,
}

/// A turn that has ended.
pub(super) struct Turned {
    pub(super) workshop: Workshop,
    /// Where it looked.
    pub(super) scope: Scope,
    pub(super) outcome: Result<Edition, TurnError>,
    /// What was not as it should be with the state file.
    pub(super) told: Option<Report>,
    pub(super) took: Duration,
}

impl Workshop {
    pub(super) fn new(
        settings: Arc<Settings>,
        clock: Arc<dyn Clock>,
        stop: Arc<AtomicBool>,
        force: bool,
    ) -> Self {
        Self {
            settings,
            clock,
            stop,
            catalog: None,
            waiting_since: None,
            force,
            shelf: watch::Sender::default(),
            chronicle: watch::Sender::default(),
            is_shown: false,
        }
    }

    /// Gives what is served, now and whenever that changes.
    pub(super) fn published(&self) -> Published {
        let chronicle = Some(self.chronicle.subscribe());
        Published { shelf: self.shelf.subscribe(), chronicle }
    }

    /// Goes on with other settings; a state elsewhere is opened by the next turn.
    pub(super) fn change(&mut self, settings: Arc<Settings>) {
        if settings.state != self.settings.state {
            self.close();
        }
        self.settings = settings;
        self.is_shown = false;
    }

    /// Turns the mill once.
    pub(super) fn turn(mut self, scope: Scope, most_new: usize, ear: &Ear) -> Turned {
        let began = Instant::now();
        let mut told = None;
        if !self.is_shown {
            // What was published last is served while the first turn runs.
            self.show();
        }
        let outcome = self.turn_within(&scope, most_new, ear, &mut told);
        if let Err(TurnError::Catalog(_)) = outcome {
            // What failed once may not be tried again with the same open file.
            self.catalog = None;
        }
        if outcome.as_ref().is_ok_and(|edition| edition.written.is_any()) || !self.is_shown {
            self.show();
        }
        if let Ok(edition) = &outcome {
            // Who hears of it may ask for it at once: it is on the shelf by now.
            self.tell(&edition.news);
        }
        if outcome.as_ref().map_or(true, |edition| edition.read > MANY) {
            // What a crowd has needed is not what comes next.
            self.catalog.iter().for_each(Catalog::let_go);
            self.give_back();
        }
        self.force &= outcome.is_err();
        self.waiting_since = match outcome {
            Err(TurnError::Restless(_)) => self.waiting_since.or(Some(began)),
            // A folder that comes and goes does not make the feeds stand still for longer.
            Err(TurnError::Input { .. }) => self.waiting_since,
            _ => None,
        };
        Turned { workshop: self, scope, outcome, told, took: began.elapsed() }
    }

    fn turn_within(
        &mut self,
        scope: &Scope,
        most_new: usize,
        ear: &Ear,
        told: &mut Option<Report>,
    ) -> Result<Edition, TurnError> {
        if let Some(catalog) = self.catalog.take_if(|catalog| !catalog.is_in_place()) {
            *told = Some(catalog.put_in_place()?);
        }
        let catalog = match &mut self.catalog {
            Some(catalog) => catalog,
            nothing => {
                let opened = open(&self.settings)?;
                *told = told.take().or_else(|| opened.told().cloned());
                let remembered = Chronicle::default().followed_by(opened.news()?);
                self.chronicle.send_replace(Arc::new(remembered));
                nothing.insert(opened)
            }
        };
        let following = Following {
            most_new,
            settle: self.settings.watch.settle,
            waited: self.waiting_since.map(|since| since.elapsed()),
        };
        let permits =
            Permits { force: self.force, following: Some(following), ..Permits::default() };
        let progress = Watched { stop: &self.stop, ear };
        mill::turn(&self.settings, catalog, scope, self.clock.now(), permits, &progress)
    }

    /// Tells what happened to entries.
    fn tell(&self, news: &[Told]) {
        if !news.is_empty() {
            self.chronicle.send_modify(|chronicle| {
                *chronicle = Arc::new(chronicle.followed_by(news.iter().cloned()));
            });
        }
    }

    /// Puts what is published on the shelf.
    fn show(&mut self) {
        if self.settings.serve.listen.is_empty() {
            return;
        }
        let (folder, former) = (&self.settings.output.folder, Arc::clone(&self.shelf.borrow()));
        match Shelf::load(folder, &former) {
            Ok(shelf) => {
                self.shelf.send_replace(Arc::new(shelf));
                self.is_shown = true;
            }
            // It is made by the first turn.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => tracing::warn!("{}: not served: {error}", folder.display()),
        }
    }

    /// Lets go of the memory that turns have needed.
    pub(super) fn give_back(&self) {
        if let Some(Err(error)) = self.catalog.as_ref().map(Catalog::shrink) {
            tracing::debug!("the state keeps its memory: {error}");
        }
        memory::give_back();
    }

    /// Tells whether the state is open, and so nobody else's.
    pub(super) fn holds_state(&self) -> bool {
        self.catalog.is_some()
    }

    /// Makes the state ready to be left.
    pub(super) fn close(&mut self) {
        let Some(catalog) = self.catalog.take() else { return };
        let closed = if catalog.is_in_place() {
            catalog.close()
        } else {
            catalog.put_in_place().map(|told| Teller::warn(&told))
        };
        if let Err(error) = closed {
            // Nothing is lost: the log holds it, and the next one reads it from there.
            tracing::warn!("the state is left as it is: {error}");
        }
    }
}

/// Opens the state. One of a newer feedmill is put aside: a service has nobody to ask.
fn open(settings: &Settings) -> Result<Catalog, CatalogError> {
    let Some(path) = &settings.state else { return Catalog::in_memory() };
    Catalog::open_anew(path)
}

/// Gives a turn up when the service is to end.
struct Watched<'a> {
    stop: &'a AtomicBool,
    ear: &'a Ear,
}

impl Progress for Watched<'_> {
    fn begin(&self, _: &'static str, _: usize) {}
    fn step(&self) {}

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn catch_up(&self) -> bool {
        self.ear.catch_up()
    }

    fn has_news(&self, file: &Place) -> bool {
        self.ear.has_news(file)
    }
}
