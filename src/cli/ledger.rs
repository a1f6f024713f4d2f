//! `feedmill ledger`: what was issued, to be carried elsewhere, and what others issued before.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::catalog::Catalog;
use crate::catalog::transfer::{Adopted, Adoption, Line};
use crate::cli::arguments::{Common, LedgerCommand};
use crate::cli::{Outcome, clock, settings, state};
use crate::config::meant::Settings;
use crate::model::date::Timestamp;
use crate::read::feed;

/// Runs a subcommand of `ledger`.
pub(super) fn run(common: &Common, command: &LedgerCommand) -> Result<Outcome> {
    let settings = settings::load(common)?.settings;
    if settings.state.is_none() {
        bail!("there is no state file that holds a ledger (state.file is \"none\")");
    }
    let mut catalog = state::open(common, &settings)?;
    let now = clock::now()?;
    match command {
        LedgerCommand::Export { file } => export(&mut catalog, file.as_deref()),
        LedgerCommand::Import { file } => {
            within(&mut catalog, &settings, |catalog| import(common, catalog, file))
        }
        LedgerCommand::Adopt { feed } => {
            within(&mut catalog, &settings, |catalog| adopt(common, catalog, feed, now))
        }
    }?;
    Ok(Outcome::Done)
}

/// Keeps all that `act` does, or nothing of it.
fn within(
    catalog: &mut Catalog,
    settings: &Settings,
    act: impl FnOnce(&mut Catalog) -> Result<()>,
) -> Result<()> {
    catalog.begin(&settings.print)?;
    match act(catalog) {
        Ok(()) => Ok(catalog.commit()?),
        Err(error) => {
            catalog.roll_back()?;
            Err(error)
        }
    }
}

fn export(catalog: &mut Catalog, file: Option<&Path>) -> Result<()> {
    let mut text = Vec::new();
    catalog.export::<anyhow::Error>(&mut |line| {
        serde_json::to_writer(&mut text, &line)?;
        text.push(b'\n');
        Ok(())
    })?;
    match file {
        Some(file) => fs::write(file, text).with_context(|| file.display().to_string()),
        None => Ok(std::io::stdout().write_all(&text)?),
    }
}

fn import(common: &Common, catalog: &mut Catalog, file: &Path) -> Result<()> {
    let name = file.display();
    let opened = fs::File::open(file).with_context(|| name.to_string())?;
    let mut count = 0;
    for (number, line) in BufReader::new(opened).lines().enumerate() {
        let place = || format!("{name}:{}", number + 1);
        let line = line.with_context(place)?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&line).with_context(place)?;
        let taken = catalog.import(&line)?;
        taken.with_context(|| format!("{}: an id, a date or a digest can't be", place()))?;
        count += 1;
    }
    tell(common, &format!("{count} lines of {name} imported; build to see them in the feeds"));
    Ok(())
}

fn adopt(common: &Common, catalog: &mut Catalog, file: &Path, now: Timestamp) -> Result<()> {
    let name = file.display();
    let bytes = fs::read(file).with_context(|| name.to_string())?;
    let entries = feed::entries(&bytes).map_err(|why| anyhow::anyhow!("{name}: {why}"))?;
    let mut adoptions = Vec::with_capacity(entries.len());
    for entry in entries {
        let published = entry.published.or(entry.updated).unwrap_or(now);
        adoptions.push(catalog.adopt(&Adopted {
            id: entry.id,
            permalink: entry.permalink,
            published,
            updated: entry.updated.unwrap_or(published),
        })?);
    }
    let count = |wanted| adoptions.iter().filter(|one| **one == wanted).count();
    let known = count(Adoption::Known);
    tell(
        common,
        &format!("{} of {} entries of {name} adopted", adoptions.len() - known, adoptions.len()),
    );
    for (count, what) in [
        (count(Adoption::Matched), "are articles that are here, which have their ids now"),
        (
            count(Adoption::Awaited),
            "wait for an article with their page: build to see if there is one",
        ),
        (count(Adoption::Pageless), "have no page, and wait for an article that declares their id"),
        (known, "were known by their ids before"),
    ] {
        if count > 0 {
            tell(common, &format!("  {count} {what}"));
        }
    }
    Ok(())
}

fn tell(common: &Common, words: &str) {
    if !common.quiet {
        say!("{words}");
    }
}
