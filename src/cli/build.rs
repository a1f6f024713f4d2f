//! `feedmill build`: one turn of the mill.

use anyhow::Result;
use serde_json::json;

use crate::cli::arguments::{BuildOptions, Common};
use crate::cli::progress::Bar;
use crate::cli::{Outcome, clock, forecasts, reports, settings, state};
use crate::config::meant::Settings;
use crate::mill::{self, Edition, Permits, TurnError};
use crate::model::report::Severity;
use crate::publish::gate::Forecast;

/// Builds the feeds once.
pub(super) fn run(common: &Common, options: &BuildOptions) -> Result<Outcome> {
    let settings = settings::load(common)?.settings;
    let mut catalog = state::open(common, &settings)?;
    let bar = Bar::new(common);
    let permits = Permits { dry_run: options.dry_run, force: options.force };
    let turned = mill::turn(&settings, &mut catalog, clock::now()?, permits, &bar);
    bar.finish();
    let edition = match turned {
        Ok(edition) => edition,
        Err(error) => return failed(common, error),
    };
    if options.dry_run {
        return tell_forecasts(common, &edition.forecasts);
    }
    reports::print(common, &edition.reports);
    if common.json {
        reports::output(&format!("{}\n", machine_summary(&edition)))?;
    } else if !common.quiet {
        print_summary(common, &settings, &edition);
    }
    let is_reported = edition.reports.iter().any(|report| report.severity > Severity::Note);
    Ok(if options.strict && is_reported { Outcome::Reported } else { Outcome::Done })
}

fn failed(common: &Common, error: TurnError) -> Result<Outcome> {
    let outcome = match &error {
        TurnError::Catalog(fault) if !fault.is_of_the_disk() => Outcome::Misused,
        TurnError::Input { is_published: false, .. } => Outcome::Misused,
        TurnError::Input { .. } => Outcome::Refused,
        TurnError::Catalog(_) | TurnError::Publish(_) => Outcome::Unwritten,
        TurnError::Refused { forecasts, .. } => {
            if !common.quiet {
                tell_forecasts(common, forecasts)?;
            }
            Outcome::Refused
        }
    };
    reports::failure(common, &error.into());
    Ok(outcome)
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

fn print_summary(common: &Common, settings: &Settings, edition: &Edition) {
    if common.verbose {
        for feed in &edition.feeds {
            let name = if feed.name.is_empty() { "(root)" } else { &feed.name };
            say!("  {name}: {}", counted(feed.entries, "entry", "entries"));
        }
    }
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
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
