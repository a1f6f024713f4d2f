//! `feedmill status`: how a running service is, or what was published last.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::catalog::{Catalog, CatalogError};
use crate::cli::arguments::Common;
use crate::cli::{Outcome, reports, settings};
use crate::daemon::status::{FeedStatus, Status};
use crate::model::date::Timestamp;
use crate::ops::control;

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
        let line = serde_json::json!({ "running": is_running, "status": status });
        reports::output(&format!("{line}\n"))?;
    } else {
        reports::output(&in_words(&status, is_running))?;
    }
    Ok(if status.troubles.is_empty() { Outcome::Done } else { Outcome::Reported })
}

/// Tells what the state on disk tells.
fn left(state: &Path) -> Result<Status> {
    if !state.exists() {
        bail!("{}: nothing was built yet, and no service runs", state.display());
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
    lines.push(format!("{} articles, {} feeds", status.articles, status.feeds.len()));
    for feed in &status.feeds {
        let name = if feed.name.is_empty() { "(root)" } else { &feed.name };
        let newest = feed.newest.as_ref().map(|at| format!(", newest {at}")).unwrap_or_default();
        lines.push(format!("  {name}: {} entries{newest}", feed.entries));
    }
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
        lines.push(format!("{} reports:", status.reports_in_all));
        lines.extend(status.reports.iter().map(|line| format!("  {line}")));
    }
    lines.join("\n") + "\n"
}
