//! What the service tells: the log, systemd, and the status for whoever asks.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::daemon::status::{FeedStatus, Status, TurnStatus, Watched};
use crate::daemon::turns::Turns;
use crate::mill::{Edition, FeedSummary, TurnError};
use crate::model::date::Timestamp;
use crate::model::report::{Report, Severity};
use crate::model::text::counted;
use crate::ops::systemd;
use crate::publish::gate::Forecast;
use crate::watch::health::Health;
use crate::watch::scope::Scope;

/// How many turns the status remembers.
const TURNS: usize = 20;

/// How many reports stand in the status, and how many new ones in the log for one turn.
const REPORTS: usize = 1000;
const LOGGED: usize = 20;

/// How many reports are known to be logged.
const MOST_STANDING: usize = 10 * REPORTS;

/// How many feeds are named in a line of the log.
const NAMED: usize = 5;

/// Tells how things are.
#[derive(Debug)]
pub(super) struct Teller {
    status: watch::Sender<Status>,
    turns: Arc<Turns>,
    is_ready: bool,
    /// What is the matter with each part.
    watching: Vec<String>,
    turning: Option<String>,
    config: Option<String>,
    /// The reports that stand, as far as there is room: the file and all that was logged.
    standing: BTreeSet<(String, String)>,
}

impl Teller {
    pub(super) fn new(now: Timestamp) -> Self {
        let status = Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            since: now.rfc3339(),
            ..Status::default()
        };
        Self {
            status: watch::Sender::new(status),
            turns: Arc::new(Turns::new()),
            is_ready: false,
            watching: Vec::new(),
            turning: None,
            config: None,
            standing: BTreeSet::new(),
        }
    }

    /// Lets someone see the status at any time.
    pub(super) fn told(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Gives the turns, in numbers.
    pub(super) fn turns(&self) -> Arc<Turns> {
        Arc::clone(&self.turns)
    }

    /// Tells how the input folders are watched.
    pub(super) fn set_watching(&mut self, health: &Health) {
        let shown = |(folder, state): &(std::path::PathBuf, _)| {
            (folder.display().to_string(), format!("{state}"))
        };
        let watched: Vec<(String, String)> = health.folders.iter().map(shown).collect();
        for (folder, how) in &watched {
            tracing::info!("{folder}: {how}");
        }
        let lines = watched.iter().map(|(folder, how)| format!("{folder}: {how}"));
        self.watching = if health.is_good() { Vec::new() } else { lines.collect() };
        self.status.send_modify(|status| {
            let watched = watched.into_iter();
            status.watched = watched.map(|(folder, how)| Watched { folder, how }).collect();
        });
        self.set_troubles();
    }

    /// Tells what is the matter with the configuration that was read last; nothing when it is sound.
    pub(super) fn set_config_fault(&mut self, fault: Option<String>) {
        self.config = fault.map(|fault| format!("the configuration is not in force: {fault}"));
        self.set_troubles();
    }

    /// Tells that the service does its work again, once the first edition was published.
    pub(super) fn ready(&self) {
        if self.is_ready {
            systemd::ready(&self.line());
        }
    }

    /// Tells what a turn came to. `pause` is how long it takes until it is tried again.
    pub(super) fn tell(
        &mut self,
        outcome: &Result<Edition, TurnError>,
        scope: &Scope,
        took: Duration,
        now: Timestamp,
        pause: Option<Duration>,
    ) {
        self.turns.note(outcome, took);
        let what = match outcome {
            Ok(edition) => self.tell_edition(edition, scope, took),
            Err(TurnError::Stopped | TurnError::Restless(_)) => return,
            Err(error) => self.tell_failure(error, pause),
        };
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.status.send_modify(|status| {
            status.turns.insert(0, TurnStatus { at: now.rfc3339(), what, took_ms });
            status.turns.truncate(TURNS);
        });
        self.set_troubles();
        if !self.is_ready && outcome.is_ok() {
            self.is_ready = true;
            self.ready();
        }
    }

    fn tell_edition(&mut self, edition: &Edition, scope: &Scope, took: Duration) -> String {
        let what = in_a_line(edition);
        let did_nothing = edition.read == 0
            && edition.forecasts.is_empty()
            && edition.written.replaced + edition.written.removed == 0;
        let took = format!("{:.1} ms", took.as_secs_f64() * 1000.0);
        if did_nothing && self.is_ready {
            tracing::debug!("{what} ({took})");
        } else {
            tracing::info!("{what} ({took})");
        }
        let is_whole = scope.is_everything();
        self.tell_reports(edition, is_whole);
        self.status.send_modify(|status| {
            status.articles = edition.articles;
            status.next_change = edition.next_change.map(Timestamp::rfc3339);
            take_feeds(&mut status.feeds, &edition.feeds, is_whole);
        });
        what
    }

    fn tell_failure(&mut self, error: &TurnError, pause: Option<Duration>) -> String {
        let mut what = error.to_string();
        if let TurnError::Refused { .. } = error {
            what.push_str("; if this is meant, start the service once with --force");
        }
        if let Some(pause) = pause {
            what = format!("{what}; it is tried again in {} s", pause.as_secs());
        }
        let trouble = error.to_string();
        if self.turning.as_ref() == Some(&trouble) {
            tracing::debug!("{what}");
        } else {
            tracing::error!("{what}");
        }
        self.turning = Some(trouble);
        what
    }

    /// Logs the reports that were not logged before. Where everything was looked at, these are all that
    /// stand.
    fn tell_reports(&mut self, edition: &Edition, are_all: bool) {
        let weighty = edition.reports.iter().filter(|report| report.severity > Severity::Note);
        let lines: BTreeSet<(String, String)> =
            weighty.map(|report| (report.file.clone(), in_words(report))).collect();
        let new: Vec<&String> = lines.difference(&self.standing).map(|(_, line)| line).collect();
        for line in new.iter().take(LOGGED) {
            tracing::warn!("{line}");
        }
        if new.len() > LOGGED {
            tracing::warn!("and {} more reports; see feedmill status", new.len() - LOGGED);
        }
        let before = self.standing.len();
        self.standing.retain(|(file, _)| !are_all && !edition.judged.contains(file));
        let gone = before - self.standing.len();
        let added = lines.difference(&self.standing).count();
        let room = MOST_STANDING.saturating_sub(self.standing.len());
        self.standing.extend(lines.into_iter().take(room));
        if !are_all && gone + added == 0 {
            return;
        }
        let shown = self.standing.iter().take(REPORTS).map(|(_, line)| line.clone()).collect();
        self.status.send_modify(|status| {
            let kept = if are_all { 0 } else { status.reports_in_all.saturating_sub(gone) };
            status.reports_in_all = kept + added;
            status.reports = shown;
        });
    }

    /// Tells that nothing is left of what went wrong.
    pub(super) fn is_well(&mut self) {
        if self.turning.take().is_some() {
            tracing::info!("all is well again");
        }
    }

    /// Tells what was not as it should be with the state.
    pub(super) fn warn(report: &Report) {
        tracing::warn!("{}", in_words(report));
    }

    /// Tells how long the last change waited until it was published.
    pub(super) fn set_lag(&self, lag: Duration) {
        let lag = u64::try_from(lag.as_millis()).unwrap_or(u64::MAX);
        self.status.send_modify(|status| status.lag_ms = Some(lag));
    }

    fn set_troubles(&self) {
        let troubles = self.watching.iter().chain(&self.turning).chain(&self.config);
        let troubles: Vec<String> = troubles.cloned().collect();
        self.status.send_modify(|status| status.troubles = troubles);
        if self.is_ready {
            systemd::status(&self.line());
        }
    }

    /// Says in a line how things are.
    fn line(&self) -> String {
        let status = self.status.borrow();
        match status.troubles.first() {
            Some(trouble) => trouble.replace('\n', "; "),
            None => status.in_brief(),
        }
    }
}

/// Takes what a turn tells of feeds: of all, or of those that may have changed.
fn take_feeds(feeds: &mut Vec<FeedStatus>, told: &[FeedSummary], are_all: bool) {
    let status = |feed: &FeedSummary| FeedStatus {
        name: feed.name.clone(),
        folder: feed.folder.clone(),
        entries: feed.entries,
        newest: feed.newest.map(Timestamp::rfc3339),
    };
    if are_all {
        *feeds = told.iter().map(status).collect();
        return;
    }
    for feed in told {
        match feeds.iter_mut().find(|known| known.folder == feed.folder) {
            Some(known) => *known = status(feed),
            None => feeds.push(status(feed)),
        }
    }
}

/// Says what a turn did: how much was read, what subscribers see, how much was written.
fn in_a_line(edition: &Edition) -> String {
    let mut parts = vec![format!("read {} of {} files", edition.read, edition.files)];
    let changes = edition.forecasts.iter().take(NAMED).map(|forecast| {
        let name = if forecast.feed.is_empty() { "(root)" } else { &forecast.feed };
        format!("{name} {}", in_numbers(forecast))
    });
    parts.extend(changes);
    if edition.forecasts.len() > NAMED {
        let more = edition.forecasts.len() - NAMED;
        parts.push(format!("and {}", counted(more, "more feed", "more feeds")));
    }
    parts.push(format!("{} documents written", edition.written.replaced));
    if edition.written.removed > 0 {
        parts.push(format!("{} removed", edition.written.removed));
    }
    if edition.has_more {
        parts.push("more to come".to_owned());
    }
    parts.join(", ")
}

fn in_numbers(forecast: &Forecast) -> String {
    let counts = [
        ("+", forecast.new.len()),
        ("~", forecast.changed.len()),
        ("-", forecast.lost().count()),
        ("!", forecast.reappearing.len()),
    ];
    let told = counts.iter().filter(|(_, count)| *count > 0);
    told.map(|(sign, count)| format!("{sign}{count}")).collect::<Vec<_>>().join(" ")
}

fn in_words(report: &Report) -> String {
    let line = report.line.map(|line| format!(":{line}")).unwrap_or_default();
    let place =
        if report.file.is_empty() { String::new() } else { format!("{}{line}: ", report.file) };
    let help = report.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{place}{} [{}]{help}", report.message, report.rule)
}
