//! The service: the feeds follow the folder.
//!
//! ```text
//! watcher ─┐
//! clock   ─┤            ┌─▶ turn of the mill, on a thread of its own ─┐
//! signals ─┼─▶ Event ─▶ loop                                          │
//! config  ─┤            └─▶ log, systemd, status                      │
//! turn    ─┘◀─────────────────────────────────────────────────────────┘
//! ```
//!
//! One thing at a time: what happens while a turn runs is gathered for the next one. A turn that fails
//! leaves everything as it was, and is tried again after a pause that grows.

pub mod board;
pub mod doors;
mod own_files;
mod pause;
pub mod status;
mod teller;
mod turns;
mod workshop;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::catalog::CatalogError;
use crate::config::meant::Settings;
use crate::daemon::board::Board;
use crate::daemon::doors::Doors;
use crate::daemon::own_files::OwnWatch;
use crate::daemon::pause::Pause;
use crate::daemon::teller::Teller;
use crate::daemon::workshop::{Turned, Workshop};
use crate::mill::TurnError;
use crate::model::date::Timestamp;
use crate::ops::alarm::Clock;
use crate::ops::control::{self, Control, Socket};
use crate::ops::signals::Signal;
use crate::ops::systemd;
use crate::serve::tally::Tally;
use crate::watch::health::Health;
use crate::watch::scope::{Place, Scope, Why};
use crate::watch::watcher::{Hints, Watcher};

/// How many new files a turn takes at most, so that a crowd of them is published in parts.
const MOST_NEW: usize = 16_384;

/// How long it must have been quiet until memory is given back that the next turn can do without.
const QUIET: Duration = Duration::from_secs(2);

/// How long a turn is put off that will know more a moment later.
const MOMENT: Duration = Duration::from_millis(100);

/// Reads the configuration; the error is all that is the matter with it.
pub type Loader = Box<dyn Fn() -> Result<Settings, String> + Send>;

/// What a service begins with.
pub struct Setup {
    /// The configuration in force.
    pub settings: Settings,
    /// Reads it again.
    pub load: Loader,
    /// Its file, which is watched for changes.
    pub config_file: Option<PathBuf>,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// Publishes the first edition whatever the gate says.
    pub force: bool,
}

/// Everything that can happen.
enum Event {
    /// Something may have changed there.
    Look(Scope),
    /// The watcher tells how the folders are watched.
    Watching,
    /// A time has come, or the clock was set.
    Due,
    /// What failed may be tried again.
    Retry,
    /// A turn has ended.
    Turned(Box<Turned>),
    /// The file of the configuration was changed.
    ConfigChanged,
    /// The state or the output folder was removed.
    Removed,
    /// A signal came.
    Signal(Signal),
    /// It is time to tell systemd that the service is alive.
    Pulse,
    /// Nothing has happened for a while.
    Quiet,
}

/// How a service ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was told to.
    Stopped,
    /// Another one is at work with the same state.
    Busy,
}

/// Runs the service until it is told to stop. The signals come from a channel.
///
/// Errors: the system gives it no thread to watch the folders.
pub async fn run(setup: Setup, signals: mpsc::Receiver<Signal>) -> std::io::Result<Ending> {
    let mut daemon = Daemon::begin(setup, signals)?;
    while let Some(event) = daemon.next_event().await {
        daemon.take(event);
        daemon.go_on();
    }
    Ok(daemon.leave().await)
}

struct Daemon {
    settings: Arc<Settings>,
    load: Loader,
    clock: Arc<dyn Clock>,
    signals: mpsc::Receiver<Signal>,
    watcher: Watcher,
    hints: Hints,
    health: watch::Receiver<Health>,
    config_watch: Option<OwnWatch>,
    /// Notices when the state or the output folder is removed; `None` until there are any.
    removal_watch: Option<OwnWatch>,
    /// Where the mill stands; `None` while a turn has it.
    workshop: Option<Workshop>,
    turning: Option<JoinHandle<Turned>>,
    /// Where the next turn has to look.
    pending: Scope,
    /// True when the next turn is wanted even if there is nowhere to look.
    is_due: bool,
    next_change: Option<Timestamp>,
    /// Settings that come into force before the next turn.
    reloaded: Option<Settings>,
    pause: Pause,
    pulse: Option<tokio::time::Interval>,
    teller: Teller,
    board: Arc<Board>,
    doors: Doors,
    /// What tells others how things are, and where they ask it.
    control: Option<(JoinHandle<()>, Socket)>,
    /// Asks the turn that runs to be given up.
    stop: Arc<AtomicBool>,
    ending: Ending,
    /// Where a turn looked that the gate refused. After each other turn this one is tried again, by itself:
    /// what else happens is not to be refused with it.
    refused: Scope,
    /// Whether it is tried again once nothing else is pending.
    is_refused_due: bool,
    /// Whether the turn that runs is that one.
    is_trying_refused: bool,
    /// When the first of what is pending came.
    pending_since: Option<Instant>,
    /// When it will have been quiet for a while; `None` once it was.
    quiet_at: Option<Instant>,
}

impl Daemon {
    fn begin(setup: Setup, signals: mpsc::Receiver<Signal>) -> std::io::Result<Self> {
        let Setup { settings, load, config_file, clock, force } = setup;
        let settings = Arc::new(settings);
        let (watcher, hints) = watch(&settings)?;
        let stop = Arc::new(AtomicBool::new(false));
        let config_watch = config_file.and_then(|file| match OwnWatch::of_changes(&file) {
            Ok(watch) => Some(watch),
            Err(error) => {
                tracing::warn!("{} is not watched: {error}", file.display());
                None
            }
        });
        let teller = Teller::new(clock.now());
        let workshop =
            Workshop::new(Arc::clone(&settings), Arc::clone(&clock), Arc::clone(&stop), force);
        let own = Arc::clone(&clock);
        let tally = Arc::new(Tally::new(move || own.now()));
        let published = workshop.published();
        let shelf = published.shelf.clone();
        let board = Board::of_server(teller.told(), shelf, Arc::clone(&tally));
        let board = Arc::new(board.with_turns(teller.turns()));
        let doors = Doors::open(&settings, published, tally, Arc::clone(&board) as _)?;
        Ok(Self {
            workshop: Some(workshop),
            settings,
            load,
            clock,
            signals,
            health: watcher.health(),
            watcher,
            hints,
            config_watch,
            removal_watch: None,
            turning: None,
            pending: Scope::default(),
            is_due: false,
            next_change: None,
            reloaded: None,
            pause: Pause::default(),
            pulse: systemd::pulse().map(tokio::time::interval),
            teller,
            board,
            doors,
            control: None,
            stop,
            ending: Ending::Stopped,
            refused: Scope::default(),
            is_refused_due: false,
            is_trying_refused: false,
            pending_since: None,
            quiet_at: None,
        })
    }

    /// Waits for the next event; `None` once all is done that was to be done before leaving.
    async fn next_event(&mut self) -> Option<Event> {
        if self.is_stopping() && self.turning.is_none() {
            return None;
        }
        let is_idle = self.turning.is_none();
        let (retry, quiet) = (self.pause.until(), self.quiet_at);
        Some(tokio::select! {
            biased;
            signal = self.signals.recv() => match signal {
                Some(signal) => Event::Signal(signal),
                // Whoever sent them is gone, and so has nobody left who could stop the service.
                None => Event::Signal(Signal::Stop),
            },
            turned = ended(&mut self.turning) => Event::Turned(Box::new(turned)),
            () = beat(&mut self.pulse) => Event::Pulse,
            () = changed(&mut self.config_watch) => Event::ConfigChanged,
            () = changed(&mut self.removal_watch) => Event::Removed,
            () = health_changed(&mut self.health) => Event::Watching,
            Some(scope) = self.hints.next(), if is_idle => Event::Look(scope),
            () = until(retry.map(Into::into)), if is_idle => Event::Retry,
            () = until(quiet.map(Into::into)), if is_idle => Event::Quiet,
            reached = self.clock.reach(self.next_change), if is_idle => {
                if let Err(error) = reached {
                    tracing::error!("the clock can't be waited for: {error}");
                }
                Event::Due
            }
        })
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Look(scope) => {
                self.pending_since.get_or_insert_with(Instant::now);
                if let Scope::Everything(why) = &scope {
                    tracing::debug!("everything is looked at: {why}");
                    // A folder that was missing may be there again: nothing is to be waited for.
                    self.pause.end();
                }
                self.pending.extend(scope);
            }
            Event::Watching => self.teller.set_watching(&self.health.borrow_and_update()),
            Event::Due => {
                self.is_due = true;
                self.next_change = None;
            }
            Event::Retry => self.pause.is_over(),
            Event::Turned(turned) => self.take_turned(*turned),
            Event::ConfigChanged => self.reload(),
            Event::Removed => {
                // Another one that takes the place is another folder.
                self.removal_watch = None;
                self.pending.add_everything(Why::Removed);
            }
            Event::Signal(Signal::Reload) => {
                self.doors.reopen_log();
                self.reload();
            }
            Event::Signal(Signal::Stop) => self.stop(),
            Event::Pulse => systemd::alive(),
            Event::Quiet => {
                self.quiet_at = None;
                if let Some(workshop) = &self.workshop {
                    workshop.give_back();
                }
            }
        }
    }

    /// Begins the next turn, if there is one to begin.
    fn go_on(&mut self) {
        if self.is_stopping() || self.turning.is_some() {
            return;
        }
        self.put_into_force();
        let is_other = self.is_due || !self.pending.is_empty();
        let is_wanted = is_other || self.is_refused_due;
        let Some(workshop) = self.workshop.take_if(|_| is_wanted && !self.pause.is_on()) else {
            return;
        };
        let source = if is_other { &mut self.pending } else { &mut self.refused };
        let scope = std::mem::take(source);
        self.is_trying_refused = !is_other;
        self.is_refused_due &= is_other;
        self.is_due = false;
        let ear = self.hints.ear();
        let turn = move || workshop.turn(scope, MOST_NEW, &ear);
        self.turning = Some(tokio::task::spawn_blocking(turn));
    }

    fn take_turned(&mut self, turned: Turned) {
        let Turned { workshop, scope, outcome, told, took } = turned;
        if let Some(told) = told {
            Teller::warn(&told);
        }
        // Who removes or replaces the state does so with the socket.
        if let Some((control, _)) = self.control.take_if(|(_, socket)| !socket.is_held()) {
            control.abort();
        }
        // While the state is another service's, so is its socket.
        if self.control.is_none() && workshop.holds_state() {
            self.control = self.listen();
        }
        self.workshop = Some(workshop);
        self.quiet_at = Some(Instant::now() + QUIET);
        let mut is_all_well = false;
        match &outcome {
            Ok(edition) => {
                let since = self.pending_since.take().filter(|_| edition.written.replaced > 0);
                if let Some(since) = since {
                    self.teller.set_lag(since.elapsed());
                }
                self.pause.end();
                self.next_change = edition.next_change;
                is_all_well = self.refused.is_empty();
                self.is_refused_due = !is_all_well;
                self.look_again(&edition.restless);
                self.watch_for_removal();
                if edition.has_more {
                    self.pending.extend(scope.clone());
                }
            }
            // Whoever was there first goes on; two would undo each other's work.
            Err(TurnError::Catalog(CatalogError::Busy(_))) => {
                self.ending = Ending::Busy;
                self.stop.store(true, Ordering::Relaxed);
            }
            Err(TurnError::Restless(files)) => {
                self.look_again(files);
                if self.is_trying_refused {
                    self.refused.extend(scope.clone());
                    self.is_refused_due = true;
                } else {
                    self.pending.extend(scope.clone());
                }
                self.pause.begin_short(Instant::now(), MOMENT);
            }
            Err(TurnError::Stopped) => self.pending.extend(scope.clone()),
            // What else happens is published all the same.
            Err(TurnError::Refused { .. }) => {
                self.refused.extend(scope.clone());
                self.pause.end();
            }
            // To ask whether it can be read by now costs nothing.
            Err(TurnError::Input { .. }) => {
                self.pending.add_everything(Why::Failed);
                self.pause.begin_short(Instant::now(), self.settings.watch.poll);
            }
            Err(_) => {
                self.pending.add_everything(Why::Failed);
                self.pause.begin(Instant::now());
            }
        }
        if is_all_well {
            self.teller.is_well();
        }
        self.teller.tell(&outcome, &scope, took, self.clock.now(), self.pause.length());
    }

    /// Looks at files again once they are quiet.
    fn look_again(&self, files: &[(usize, PathBuf)]) {
        for (input, path) in files {
            self.hints.again(Place::new(*input, path));
        }
    }

    /// Watches for the state or the output being removed, which nothing else tells.
    fn watch_for_removal(&mut self) {
        if self.removal_watch.is_some() {
            return;
        }
        let state = self.settings.state.as_deref().map(|file| {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            folder.unwrap_or(file)
        });
        let places: Vec<&Path> = state.into_iter().chain([&*self.settings.output.folder]).collect();
        match OwnWatch::of_removal(&places) {
            Ok(watch) => self.removal_watch = Some(watch),
            // The periodic walk notices it too.
            Err(error) => tracing::debug!("the output and the state are not watched: {error}"),
        }
    }

    /// Lets others ask how things are, now that the state is ours.
    fn listen(&self) -> Option<(JoinHandle<()>, Socket)> {
        let path = control::path(self.settings.state.as_deref()?);
        match Control::listen(&path) {
            Ok(control) => {
                let board = Arc::clone(&self.board);
                let told = move || board.full_status().to_json();
                let socket = control.socket();
                Some((tokio::spawn(async move { control.answer(told).await }), socket))
            }
            Err(error) => {
                tracing::warn!("{}: nobody can ask for the status: {error}", path.display());
                None
            }
        }
    }

    fn reload(&mut self) {
        systemd::reloading();
        match (self.load)() {
            Ok(settings) => {
                tracing::info!("the configuration is read");
                self.teller.set_config_fault(None);
                self.reloaded = Some(settings);
            }
            Err(faults) => {
                for fault in faults.lines() {
                    tracing::error!("{fault}");
                }
                tracing::error!("the configuration stays as it was");
                self.teller.set_config_fault(Some(faults));
            }
        }
        self.teller.ready();
    }

    /// Puts settings into force that were read since the last turn.
    fn put_into_force(&mut self) {
        let Some(settings) = self.reloaded.take() else { return };
        let former = std::mem::replace(&mut self.settings, Arc::new(settings));
        // The new watcher is there before the old one goes, so that nothing is lost in between.
        match watch(&self.settings) {
            Ok((watcher, hints)) => {
                self.health = watcher.health();
                (self.watcher, self.hints) = (watcher, hints);
            }
            Err(error) => tracing::error!("the folders are watched as before: {error}"),
        }
        self.removal_watch = None;
        self.doors.change(&former, &self.settings);
        if former.state != self.settings.state
            && let Some((control, _)) = self.control.take()
        {
            control.abort();
        }
        if let Some(workshop) = &mut self.workshop {
            workshop.change(Arc::clone(&self.settings));
        }
        self.pause.end();
        self.pending.add_everything(Why::Configured);
    }

    fn stop(&mut self) {
        if self.is_stopping() {
            tracing::warn!("left at once, as asked for twice");
            std::process::exit(1);
        }
        systemd::stopping();
        self.stop.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    async fn leave(mut self) -> Ending {
        self.doors.close().await;
        if let Some((control, _)) = self.control.take() {
            control.abort();
            // The socket is gone once its task is.
            let _ = control.await;
        }
        if let Some(workshop) = &mut self.workshop {
            workshop.close();
        }
        tracing::info!("stopped");
        self.ending
    }
}

fn watch(settings: &Settings) -> std::io::Result<(Watcher, Hints)> {
    Watcher::start(&settings.watch, &settings.input, &settings.output.folder)
}

/// Waits until a turn has ended; for ever when none runs.
async fn ended(turning: &mut Option<JoinHandle<Turned>>) -> Turned {
    let Some(running) = turning else { return std::future::pending().await };
    let turned = running.await;
    *turning = None;
    match turned {
        Ok(turned) => turned,
        // Whatever the mill stumbled over, it would again: systemd begins the service anew, slower
        // each time.
        Err(broken) => std::panic::resume_unwind(broken.into_panic()),
    }
}

async fn changed(watch: &mut Option<OwnWatch>) {
    match watch {
        Some(watch) => watch.changed().await,
        None => std::future::pending().await,
    }
}

async fn health_changed(health: &mut watch::Receiver<Health>) {
    if health.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn beat(pulse: &mut Option<tokio::time::Interval>) {
    match pulse {
        Some(pulse) => _ = pulse.tick().await,
        None => std::future::pending().await,
    }
}

/// Waits until a point in time; for ever without one.
async fn until(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
