//! `feedmill build`: one turn of the mill.

use std::io::ErrorKind;

use anyhow::Result;
use serde_json::json;

use crate::cli::arguments::{BuildOptions, Common};
use crate::cli::progress::Bar;
use crate::cli::{Outcome, clock, forecasts, reports, settings, state};
use crate::config::meant::Settings;
use crate::mill::account::{self, Account};
use crate::mill::{self, Edition, FeedSummary, Permits, TurnError};
use crate::model::report::Severity;
use crate::model::text::counted;
use crate::publish::gate::Forecast;
use crate::watch::scope::{Scope, Why};

/// Builds the feeds once.
pub(super) fn run(common: &Common, options: &BuildOptions) -> Result<Outcome> {
    let settings = settings::load(common)?.settings;
    let open = if options.dry_run { state::look_into } else { state::open };
    let mut catalog = open(common, &settings)?;
    let bar = Bar::new(common);
    let permits = Permits { dry_run: options.dry_run, force: options.force, ..Permits::default() };
    let now = clock::now()?;
    let turned =
        mill::turn(&settings, &mut catalog, &Scope::Everything(Why::Asked), now, permits, &bar);
    bar.finish();
    let edition = match turned {
        Ok(edition) => edition,
        Err(error) => return failed(common, error),
    };
    reports::print(common, &edition.reports);
    if options.dry_run {
        return tell_forecasts(common, &edition.forecasts);
    }
    if common.json {
        reports::output(&format!("{}\n", machine_summary(&edition)))?;
    } else if !common.quiet {
        if common.verbose {
            let account = account::take(&settings, &mut catalog, &edition.feeds, now)?;
            print_feeds(&edition.feeds, &account);
        }
        print_summary(&settings, &edition);
    }
    let is_reported = edition.reports.iter().any(|report| report.severity > Severity::Note);
    Ok(if options.strict && is_reported { Outcome::Reported } else { Outcome::Done })
}

fn failed(common: &Common, error: TurnError) -> Result<Outcome> {
    let told = error.to_string();
    let (outcome, told) = match error {
        TurnError::Publish(failed) if is_in_the_way(failed.error.kind()) => {
            let place = failed.path.display();
            let told = format!("{place}: a file stands where a folder of the output should be");
            (Outcome::Unwritten, told)
        }
        TurnError::Catalog(fault) if !fault.is_unwritable() => (Outcome::Misused, told),
        TurnError::Input { is_published: false, .. } => (Outcome::Misused, told),
        TurnError::Catalog(_) | TurnError::Publish(_) => (Outcome::Unwritten, told),
        // Nobody asks a build for the last two.
        TurnError::Input { .. } | TurnError::Stopped | TurnError::Restless(_) => {
            (Outcome::Refused, told)
        }
        TurnError::Refused { forecasts, .. } => {
            if !common.quiet {
                tell_forecasts(common, &forecasts)?;
            }
            (Outcome::Refused, format!("{told}; use --force if this is meant"))
        }
    };
    reports::failure(common, &anyhow::anyhow!(told));
    Ok(outcome)
}

fn is_in_the_way(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::AlreadyExists | ErrorKind::NotADirectory)
}

fn tell_forecasts(common: &Common, told: &[Forecast]) -> Result<Outcome> {
    if common.json {
        reports::output(&format!("{}\n", forecasts::in_json(told)))?;
    } else {
        forecasts::print(told);
    }
    Ok(Outcome::Done)
}

fn machine_summary(edition: &Edition) -> serde_json::Value {
    let feeds: Vec<_> = edition
        .feeds
        .iter()
        .map(|feed| json!({ "name": feed.name, "folder": feed.folder, "entries": feed.entries }))
        .collect();
    json!({
        "files": edition.files,
        "articles": edition.articles,
        "feeds": feeds,
        "read": edition.read,
        "documents": {
            "written": edition.written.replaced,
            "unchanged": edition.written.unchanged,
            "removed": edition.written.removed,
        },
        "reports": edition.reports.len(),
    })
}

fn print_feeds(feeds: &[FeedSummary], account: &Account) {
    for feed in feeds {
        let name = if feed.name.is_empty() { "(root)" } else { &feed.name };
        let limits = account.limited.iter().find(|(folder, _)| *folder == feed.folder);
        let note = match limits {
            Some((_, keys)) => format!(", {} leaves out more", keys.join(" and ")),
            None if feed.entries == 0 => ", no published article fits it".to_owned(),
            None => String::new(),
        };
        say!("  {name}: {}{note}", counted(feed.entries, "entry", "entries"));
    }
    for (why, count) in &account.unpublished {
        say!("  in no feed: {} ({})", counted(*count, "article", "articles"), why.reason());
    }
}

fn print_summary(settings: &Settings, edition: &Edition) {
    say!(
        "{} of {} in {}, {} in {}: {} written, {} unchanged",
        counted(edition.articles, "article", "articles"),
        counted(edition.files, "file", "files"),
        settings
            .input
            .folders
            .iter()
            .map(|path| path.display().to_string())
            .collect::<Vec<_>>()
            .join(", "),
        counted(edition.feeds.len(), "feed", "feeds"),
        settings.output.folder.display(),
        counted(edition.written.replaced, "document", "documents"),
        edition.written.unchanged,
    );
    if settings.site.url_is_assumed {
        say!(
            "note: the feeds say that they stand at {}; tell the real address by site.url or --site-url",
            settings.site.url
        );
    }
    if edition.pageless > 0 && settings.site.permalink.is_none() {
        say!(
            "note: {} no page of {} own; set site.permalink to give {} one",
            counted(edition.pageless, "article has", "articles have"),
            if edition.pageless == 1 { "its" } else { "their" },
            if edition.pageless == 1 { "it" } else { "them" },
        );
    }
}
