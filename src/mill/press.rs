//! From drafts to subscribers: what they would see, the documents, and their places.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::catalog::editions::DocumentRow;
use crate::catalog::{Catalog, CatalogError};
use crate::config::meant::Settings;
use crate::mill::archive::Archive;
use crate::mill::assembly::{self, Draft};
use crate::mill::library::Library;
use crate::mill::overview::{self, Listed};
use crate::mill::{Progress, TurnError, Written, list};
use crate::model::archive::{History, Page};
use crate::model::date::Timestamp;
use crate::model::document::Document;
use crate::model::edition::Shown;
use crate::model::feed::{Feed, OVERVIEW_PATH};
use crate::model::report::Report;
use crate::publish::directory::{Directory, Placed, PublishError};
use crate::publish::gate::{self, Forecast};
use crate::render::{self, html, opml};

/// What publishing came to.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) written: Written,
    pub(super) reports: Vec<Report>,
}

/// Tells what subscribers would see, feed by feed; feeds that stay as they are tell nothing.
pub(super) fn forecasts(
    catalog: &Catalog,
    drafts: &[Draft<'_>],
) -> Result<Vec<Forecast>, CatalogError> {
    let mut forecasts = Vec::new();
    let mut ended = catalog.shown_feeds()?;
    for draft in drafts {
        ended.remove(&draft.query.folder);
        if !draft.is_stale {
            continue;
        }
        let before = catalog.shown(&draft.query.folder)?;
        let mut gone = BTreeSet::new();
        for one in &before {
            let entry = catalog.entry_by_id(&one.id)?;
            let stays = match entry {
                Some(entry) => catalog.is_member(draft.row.number, entry.number)?,
                None => false,
            };
            if !stays {
                gone.insert(one.id.clone());
            }
        }
        let has_left = |one: &Shown| gone.contains(&one.id);
        let told = gate::forecast(&draft.query.name, &before, draft.shown(), has_left);
        forecasts.extend(Some(told).filter(|told| !told.is_quiet()));
    }
    for folder in ended {
        let before = catalog.shown(&folder)?;
        forecasts.push(gate::forecast(&folder, &before, &[], |_| true));
    }
    Ok(forecasts)
}

/// Notes which entries the feeds tell to be gone: those that subscribers had and would have no more.
pub(super) fn bury(
    catalog: &Catalog,
    drafts: &[Draft<'_>],
    forecasts: &[Forecast],
    now: Timestamp,
    oldest: Timestamp,
) -> Result<(), CatalogError> {
    catalog.end_tombstones(oldest)?;
    for draft in drafts.iter().filter(|draft| draft.is_stale) {
        let folder = &draft.query.folder;
        let own = forecasts.iter().filter(|forecast| forecast.feed == draft.query.name);
        for one in own.flat_map(|forecast| &forecast.gone) {
            catalog.add_tombstone(folder, &one.id, now)?;
        }
        for one in draft.shown() {
            catalog.raise(folder, &one.id)?;
        }
    }
    Ok(())
}

/// How many feeds are rendered together at most, so that all threads have something to do, and memory has
/// a bound.
const TOGETHER: usize = 4;

/// Renders and publishes the stale feeds, removes the documents of feeds that are no more, and keeps
/// what was published in the catalog.
pub(super) fn publish(
    settings: &Settings,
    catalog: &mut Catalog,
    library: &mut Library<'_>,
    output: &Directory<'_>,
    drafts: Vec<Draft<'_>>,
    progress: &dyn Progress,
) -> Result<Told, TurnError> {
    let former = catalog.documents()?;
    let mut told = Told::default();
    let mut expected = BTreeSet::new();
    let mut ended = catalog.shown_feeds()?;
    let shared = Shared::of(settings, &drafts);
    let mut ready = Vec::new();
    for draft in drafts {
        ended.remove(&draft.query.folder);
        let archive = Archive::of(catalog, &draft)?;
        // Archive documents are in place before the document that points at them.
        for page in stale_pages(&archive, &draft, output, &former, &mut told) {
            let feed = archive.feed(settings, catalog, library, &draft, page)?;
            for placed in print(output, &[&feed], &former)? {
                record(catalog, Some(&draft.query.folder), &placed, &mut told.written)?;
            }
            catalog.set_page(draft.row.number, page.number(), false)?;
        }
        for (page, _) in archive.pages() {
            expected.extend(paths(output, &draft, Some(*page)));
        }
        let paths = paths(output, &draft, None);
        if !draft.is_stale {
            told.written.unchanged += paths.len();
        }
        expected.extend(paths);
        if !draft.is_stale {
            continue;
        }
        let feed = subscription(settings, catalog, &draft, archive.history())?;
        ready.push((draft, feed));
        if ready.len() == TOGETHER {
            replace(settings, catalog, output, &mut ready, &former, &mut told, progress)?;
        }
    }
    replace(settings, catalog, output, &mut ready, &former, &mut told, progress)?;
    expected.extend(shared.publish(settings, catalog, output, &former, &mut told)?);
    remove_others(catalog, output, &former, &expected, &mut told)?;
    for folder in ended {
        catalog.set_shown(&folder, &[])?;
    }
    Ok(told)
}

/// What belongs to no feed, or to all.
struct Shared {
    /// The list of all feeds, for machines.
    list: Document,
    /// The feeds that the page for people lists, where there is such a page.
    listed: Option<Listed>,
    /// Whether any feed may be other than before.
    has_news: bool,
}

impl Shared {
    fn of(settings: &Settings, drafts: &[Draft<'_>]) -> Self {
        Self {
            list: list(settings, drafts),
            listed: Listed::of(settings, drafts),
            has_news: drafts.iter().any(|draft| draft.is_stale),
        }
    }

    /// Publishes it, once the feeds are published. Gives the paths.
    fn publish(
        self,
        settings: &Settings,
        catalog: &Catalog,
        output: &Directory<'_>,
        former: &BTreeMap<String, DocumentRow>,
        told: &mut Told,
    ) -> Result<Vec<String>, TurnError> {
        let mut paths = Vec::new();
        let mut dated = Vec::new();
        let mut documents = vec![html::stylesheet(), self.list];
        if let Some(listed) = self.listed {
            documents.push(html::script());
            paths = output.paths(OVERVIEW_PATH);
            // What is listed is noted in any case.
            let is_other = catalog.set_listed(&listed.print())?;
            if is_other || self.has_news || !are_intact(output, &paths, former) {
                dated.push(listed.document(settings, catalog)?);
            } else {
                told.written.unchanged += paths.len();
            }
        }
        paths.extend(documents.iter().flat_map(|one| output.paths(&one.path)));
        let since = settings.site.authority.since();
        dated.extend(documents.into_iter().map(|one| (one, since)));
        let placed = output.publish(dated)?.concat();
        sync(output, placed.iter(), former)?;
        record(catalog, None, &placed, &mut told.written)?;
        Ok(paths)
    }
}

/// Replaces what people subscribe to of some feeds.
fn replace(
    settings: &Settings,
    catalog: &mut Catalog,
    output: &Directory<'_>,
    ready: &mut Vec<(Draft<'_>, Feed)>,
    former: &BTreeMap<String, DocumentRow>,
    told: &mut Told,
    progress: &dyn Progress,
) -> Result<(), TurnError> {
    let placed = print(output, &ready.iter().map(|(_, feed)| feed).collect::<Vec<_>>(), former)?;
    for ((draft, feed), placed) in ready.drain(..).zip(placed) {
        let glance = overview::glance(settings, catalog, &draft, &feed.entries)?;
        catalog.set_glance(draft.row.number, &glance)?;
        record(catalog, Some(&draft.query.folder), &placed, &mut told.written)?;
        catalog.set_shown(&draft.query.folder, draft.shown())?;
        catalog.set_fresh(draft.row.number)?;
        progress.step();
    }
    Ok(())
}

/// Renders the list of all feeds for machines, grouped as they are declared.
fn list(settings: &Settings, drafts: &[Draft<'_>]) -> Document {
    let listing =
        |draft: &Draft<'_>| list::listing(&draft.query, &assembly::frame(settings, &draft.query));
    let branches = list::branches(drafts.iter().filter_map(listing).collect());
    opml::render(&settings.site.title, &branches)
}

/// Tells whether documents are as they were left.
fn are_intact(
    output: &Directory<'_>,
    paths: &[String],
    former: &BTreeMap<String, DocumentRow>,
) -> bool {
    let is_intact =
        |path: &String| former.get(path).is_some_and(|known| output.is_intact(path, &known.stamp));
    paths.iter().all(is_intact)
}

/// Gives the paths of the documents of a feed: those of a page of its archive, or those that people
/// subscribe to.
fn paths(output: &Directory<'_>, draft: &Draft<'_>, page: Option<Page>) -> Vec<String> {
    let formats = draft.query.plan.formats.iter();
    formats
        .flat_map(|format| output.paths(&Feed::path_in(&draft.query.folder, page, *format)))
        .collect()
}

/// Gives the pages of an archive whose documents may be other than they should be, in the order in
/// which they are published: new ones first, since older ones are going to point at them, and the
/// oldest first. The documents of the others are counted.
fn stale_pages(
    archive: &Archive,
    draft: &Draft<'_>,
    output: &Directory<'_>,
    former: &BTreeMap<String, DocumentRow>,
    told: &mut Told,
) -> Vec<Page> {
    let mut stale = Vec::new();
    for (page, is_stale) in archive.pages() {
        let paths = paths(output, draft, Some(*page));
        let is_new = !paths.iter().all(|path| former.contains_key(path));
        if *is_stale || !are_intact(output, &paths, former) {
            stale.push((!is_new, *page));
        } else {
            told.written.unchanged += paths.len();
        }
    }
    stale.sort_unstable();
    stale.into_iter().map(|(_, page)| page).collect()
}

/// Puts together what people subscribe to.
fn subscription(
    settings: &Settings,
    catalog: &Catalog,
    draft: &Draft<'_>,
    history: History,
) -> Result<Feed, CatalogError> {
    let entries = draft.entries.clone();
    let tombstones = catalog.tombstones(&draft.query.folder)?;
    Ok(draft.feed(settings, entries, tombstones, history))
}

/// Renders feeds and puts their documents into their places, on all threads. Gives what was placed, feed
/// by feed.
fn print(
    output: &Directory<'_>,
    feeds: &[&Feed],
    former: &BTreeMap<String, DocumentRow>,
) -> Result<Vec<Vec<Placed>>, TurnError> {
    let formats = feeds.iter().flat_map(|feed| feed.formats.iter().map(|format| (*feed, *format)));
    let documents = formats
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(feed, format)| (render::document(feed, format), feed.updated.unwrap_or(feed.since)))
        .collect();
    let mut placed = output.publish(documents)?.into_iter();
    let of_feed = |feed: &&Feed| placed.by_ref().take(feed.formats.len()).flatten().collect();
    let placed: Vec<Vec<Placed>> = feeds.iter().map(of_feed).collect();
    sync(output, placed.iter().flatten(), former)?;
    Ok(placed)
}

/// Makes sure that documents stay where they were placed, now or by a build that did not come to its
/// end, of which the catalog knows nothing; and that nothing of such a build is left beside them.
fn sync<'a>(
    output: &Directory<'_>,
    placed: impl Iterator<Item = &'a Placed> + Clone,
    former: &BTreeMap<String, DocumentRow>,
) -> Result<(), PublishError> {
    let is_known =
        |one: &&Placed| former.get(&one.path).is_some_and(|known| known.stamp == one.stamp);
    let unsure = placed.clone().filter(|one| one.is_replaced || !is_known(one));
    output.clear(placed.map(|one| one.path.as_str()));
    output.sync(unsure.map(|one| one.path.as_str()))
}

fn record(
    catalog: &Catalog,
    feed: Option<&str>,
    placed: &[Placed],
    written: &mut Written,
) -> Result<(), CatalogError> {
    for Placed { path, stamp, hash, is_replaced } in placed {
        catalog.put_document(&DocumentRow {
            path: path.clone(),
            feed: feed.map(ToOwned::to_owned),
            stamp: stamp.clone(),
            hash: *hash,
        })?;
        written.replaced += usize::from(*is_replaced);
        written.unchanged += usize::from(!*is_replaced);
    }
    Ok(())
}

/// Removes the documents that were published and belong to no feed any more.
fn remove_others(
    catalog: &Catalog,
    output: &Directory<'_>,
    former: &BTreeMap<String, DocumentRow>,
    expected: &BTreeSet<String>,
    told: &mut Told,
) -> Result<(), TurnError> {
    let others = || former.iter().filter(|(path, _)| !expected.contains(*path));
    for (path, row) in others() {
        if output.remove(path, &row.hash)? {
            told.written.removed += 1;
        } else {
            let message = "its feed is no more, but the file was changed by others, so it stays";
            told.reports.push(Report::warning("foreign-change", message).in_file(path.clone()));
        }
        catalog.drop_document(path)?;
    }
    Ok(output.sync(others().map(|(path, _)| path.as_str()))?)
}
