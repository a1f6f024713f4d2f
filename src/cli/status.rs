//! `feedmill status`: how a running service is, or what was published last.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::catalog::{Catalog, CatalogError};
use crate::cli::arguments::Common;
use crate::cli::{Outcome, reports, settings};
use crate::daemon::status::{FeedStatus, Status};
use crate::model::date::Timestamp;
use crate::model::text::counted;
use crate::ops::control;
use crate::serve::tally::account::{Readership, Serving};

/// How many feeds, readers and old addresses are listed for people.
const LISTED: usize = 10;

/// Asks the service, or looks into the state that it left. Ends with 1 when something is the matter.
pub(super) fn run(common: &Common) -> Result<Outcome> {
    let loaded = settings::load(common);
    let loaded = loaded.or_else(|fault| settings::load_without_file(common).map_err(|_| fault));
    let settings = loaded?.settings;
    let Some(state) = settings.state.as_deref() else {
        bail!("there is no state to look into, and a service without one can't be asked");
    };
    let socket = control::path(state);
    let told = control::ask(&socket).with_context(|| socket.display().to_string())?;
    let (status, is_running) = match told {
        Some(told) => {
            let status = serde_json::from_str::<Status>(&told);
            (status.context("the service is of another version, and tells other things")?, true)
        }
        None => (left(state)?, false),
    };
    if common.json {
        reports::output(&(status.to_answer(is_running) + "\n"))?;
    } else {
        reports::output(&in_words(&status, is_running))?;
    }
    Ok(if status.troubles.is_empty() { Outcome::Done } else { Outcome::Reported })
}

/// Tells what the state on disk tells.
fn left(state: &Path) -> Result<Status> {
    if !state.exists() {
        bail!("{}: nothing was built yet, and no `feedmill run` keeps it", state.display());
    }
    let catalog = match Catalog::open(state) {
        Err(CatalogError::Busy(_)) => bail!("{}: a build is at work; ask again", state.display()),
        opened => opened?,
    };
    let feeds = catalog.last_editions()?.into_iter().map(|(folder, entries, newest)| FeedStatus {
        name: folder.clone(),
        folder,
        entries,
        newest: newest.map(Timestamp::rfc3339),
    });
    let status = Status { feeds: feeds.collect(), ..Status::default() };
    Ok(Status { articles: catalog.last_articles()?, ..status })
}

fn in_words(status: &Status, is_running: bool) -> String {
    let mut lines = Vec::new();
    if is_running {
        lines.push(format!("feedmill {} runs since {}", status.version, status.since));
    } else {
        lines.push("no service runs; this was published last".to_owned());
    }
    lines.extend(status.troubles.iter().map(|trouble| format!("trouble: {trouble}")));
    lines.extend(status.watched.iter().map(|one| format!("{}: {}", one.folder, one.how)));
    lines.push(status.in_brief());
    for feed in &status.feeds {
        let name = if feed.name.is_empty() { "(root)" } else { &feed.name };
        let newest = feed.newest.as_ref().map(|at| format!(", newest {at}")).unwrap_or_default();
        lines.push(format!("  {name}: {}{newest}", counted(feed.entries, "entry", "entries")));
    }
    lines.extend(status.serving.iter().flat_map(serving_in_words));
    if let Some(at) = &status.next_change {
        lines.push(format!("something changes by itself at {at}"));
    }
    if !status.turns.is_empty() {
        lines.push("last turns:".to_owned());
        let turns = status
            .turns
            .iter()
            .map(|turn| format!("  {} {} ({} ms)", turn.at, turn.what, turn.took_ms));
        lines.extend(turns);
    }
    if status.reports_in_all > 0 {
        lines.push(counted(status.reports_in_all, "report:", "reports:"));
        lines.extend(status.reports.iter().map(|line| format!("  {line}")));
    }
    lines.join("\n") + "\n"
}

/// Says how the serving goes: nothing where nothing is served.
fn serving_in_words(serving: &Serving) -> Vec<String> {
    if serving.addresses.is_empty() && serving.requests == 0 {
        return Vec::new();
    }
    let Serving { addresses, connections, requests, not_modified_percent, .. } = serving;
    let addresses = if addresses.is_empty() { "no address".into() } else { addresses.join(", ") };
    let mut lines = vec![
        format!("served at {addresses}: {}", counted(*connections, "connection", "connections")),
        format!(
            "{}, {not_modified_percent} % of those for documents answered with 304",
            counted(*requests, "request", "requests")
        ),
        format!("{} bytes sent, {} saved", serving.sent_bytes, serving.saved_bytes),
    ];
    lines.extend(readers_in_words("who reads the feeds:", &serving.feeds));
    lines.extend(readers_in_words("by which readers:", &serving.readers));
    if !serving.moved.is_empty() {
        lines.push("who asks for feeds where they no longer are:".to_owned());
    }
    lines.extend(serving.moved.iter().take(LISTED).map(|one| {
        format!(
            "  {} ({}): {}, {}",
            one.path.escape_debug(),
            one.status,
            one.reader,
            counted(one.requests, "time", "times")
        )
    }));
    if serving.lost_log_lines > 0 {
        let (one, many) = ("line of the access log was lost", "lines of the access log were lost");
        lines.push(counted(serving.lost_log_lines, one, many));
    }
    lines
}

fn readers_in_words(title: &str, all: &[Readership]) -> Vec<String> {
    let line = |one: &Readership| {
        let about = if one.is_estimate { "about " } else { "" };
        format!(
            "  {}: {} by aggregators, {about}{} others today ({about}{} yesterday), {}",
            one.name,
            one.subscribers,
            one.pollers_today,
            one.pollers_yesterday,
            counted(one.requests, "request", "requests")
        )
    };
    let title = Some(title.to_owned()).filter(|_| !all.is_empty());
    let more = all.len().checked_sub(LISTED).filter(|more| *more > 0);
    let more = more.map(|more| format!("  and {more} more"));
    title.into_iter().chain(all.iter().take(LISTED).map(line)).chain(more).collect()
}
