//! From drafts to subscribers: what they would see, the documents, and their places.

use std::collections::{BTreeMap, BTreeSet};

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
use crate::model::feed::{Feed, Format, OVERVIEW_PATH};
use crate::model::report::Report;
use crate::publish::directory::{Directory, Placed, PublishError};
use crate::publish::gate::{self, Forecast, Leave};
use crate::render::{self, html, opml};
use crate::select::filter::Unpublished;

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
    now: Timestamp,
) -> Result<Vec<Forecast>, CatalogError> {
    let last_edition = catalog.last_edition()?;
    let mut forecasts = Vec::new();
    let mut ended = catalog.shown_feeds()?;
    for draft in drafts {
        ended.remove(&draft.query.folder);
        if !draft.is_stale {
            continue;
        }
        let leave = |one: &Shown| -> Result<Leave, CatalogError> {
            let Some(entry) = catalog.entry_by_id(&one.id)? else { return Ok(Leave::Gone) };
            let is_over = entry.not_now(now) == Some(Unpublished::Expired);
            // Whoever tells only now that its time was over when it was published did not tell before.
            if is_over && entry.expires > last_edition {
                return Ok(Leave::Expired);
            }
            let may_stay = !is_over && catalog.is_member(draft.row.number, entry.number)?;
            Ok(if may_stay { Leave::MadeRoom } else { Leave::Gone })
        };
        let told = gate::forecast(&draft.query.name, &draft.before, draft.shown(), leave)?;
        forecasts.extend(Some(told).filter(|told| !told.is_quiet()));
    }
    for folder in ended {
        let before = catalog.shown(&folder)?;
        forecasts
            .push(gate::forecast(&folder, &before, &[], |_| Ok::<_, CatalogError>(Leave::Gone))?);
    }
    Ok(forecasts)
}

/// Tells that there are feeds in the output of which nothing is remembered, so that their entries may get
/// other ids.
pub(super) fn forgotten(
    settings: &Settings,
    output: &Directory<'_>,
    drafts: &[Draft<'_>],
) -> Option<Report> {
    let state = settings.state.as_ref()?;
    let mut documents = drafts.iter().flat_map(|draft| paths(output, draft, None));
    let found = documents.find(|path| output.holds(path))?;
    let message = format!(
        "the feeds were published before ({found}), but there is no memory of them: ids and dates that \
         articles don't declare are issued anew"
    );
    let help = "put the state back from a backup, or import a ledger that you kept; feeds of another \
                program, feedmill ledger adopt takes over";
    let report = Report::warning("no-memory", message).help(help);
    Some(report.in_file(state.display().to_string()))
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
        for one in own.flat_map(Forecast::lost) {
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
/// what was published in the catalog; `former` is what was published before. What is issued is kept
/// before anyone sees it.
pub(super) fn publish(
    settings: &Settings,
    catalog: &mut Catalog,
    library: &mut Library<'_>,
    output: &Directory<'_>,
    former: BTreeMap<String, DocumentRow>,
    drafts: &[Draft<'_>],
    progress: &dyn Progress,
) -> Result<Told, TurnError> {
    let mut ended = catalog.shown_feeds()?;
    let mut press = Press {
        settings,
        catalog,
        output,
        former,
        expected: BTreeSet::new(),
        told: Told::default(),
        is_kept: false,
    };
    let mut ready = Vec::new();
    for draft in drafts {
        ended.remove(&draft.query.folder);
        // Archive documents are in place before the document that points at them.
        let history = press.archive(library, draft)?;
        let paths = paths(output, draft, None);
        if !draft.is_stale {
            press.told.written.unchanged += paths.len();
        }
        press.expected.extend(paths);
        if !draft.is_stale {
            continue;
        }
        let feed = subscription(settings, press.catalog, draft, history)?;
        ready.push((draft, feed));
        if ready.len() == TOGETHER {
            press.replace(&mut ready, progress)?;
        }
    }
    press.replace(&mut ready, progress)?;
    press.share(Shared::of(settings, drafts))?;
    press.remove_others()?;
    for folder in ended {
        press.catalog.set_shown(&folder, &[])?;
    }
    Ok(press.told)
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
}

/// Brings documents to their places.
struct Press<'a> {
    settings: &'a Settings,
    catalog: &'a mut Catalog,
    output: &'a Directory<'a>,
    /// What was published before.
    former: BTreeMap<String, DocumentRow>,
    /// The paths of all that is published now.
    expected: BTreeSet<String>,
    told: Told,
    /// Whether the catalog is kept as it was when the first document went to its place.
    is_kept: bool,
}

impl Press<'_> {
    /// Publishes the pages of a feed's archive that may be other than they should be, and tells what the
    /// feed says of its archive.
    fn archive(
        &mut self,
        library: &mut Library<'_>,
        draft: &Draft<'_>,
    ) -> Result<History, TurnError> {
        let archive = Archive::of(self.catalog, draft)?;
        for page in self.stale_pages(&archive, draft) {
            let feed = archive.feed(self.settings, self.catalog, library, draft, page)?;
            let placed = self.print(&[&feed])?;
            self.record(Some(&draft.query.folder), &placed)?;
            self.catalog.set_page(draft.row.number, page.number(), false)?;
        }
        for (page, _) in archive.pages() {
            self.expected.extend(paths(self.output, draft, Some(*page)));
        }
        Ok(archive.history())
    }

    /// Gives the pages of an archive whose documents may be other than they should be, in the order in
    /// which they are published: new ones first, since older ones are going to point at them, and the
    /// oldest first. The documents of the others are counted.
    fn stale_pages(&mut self, archive: &Archive, draft: &Draft<'_>) -> Vec<Page> {
        let mut stale = Vec::new();
        for (page, is_stale) in archive.pages() {
            let paths = paths(self.output, draft, Some(*page));
            let is_new = !paths.iter().all(|path| self.former.contains_key(path));
            if *is_stale || !self.are_intact(&paths) {
                stale.push((!is_new, *page));
            } else {
                self.told.written.unchanged += paths.len();
            }
        }
        stale.sort_unstable();
        stale.into_iter().map(|(_, page)| page).collect()
    }

    /// Replaces what people subscribe to of some feeds.
    fn replace(
        &mut self,
        ready: &mut Vec<(&Draft<'_>, Feed)>,
        progress: &dyn Progress,
    ) -> Result<(), TurnError> {
        let feeds: Vec<_> = ready.iter().map(|(_, feed)| feed).collect();
        let mut placed = self.print(&feeds)?.into_iter();
        for (draft, feed) in ready.drain(..) {
            let count = paths(self.output, draft, None).len();
            let placed: Vec<_> = placed.by_ref().take(count).collect();
            let glance = overview::glance(self.settings, self.catalog, draft, &feed.entries)?;
            self.catalog.set_glance(draft.row.number, &glance)?;
            self.record(Some(&draft.query.folder), &placed)?;
            self.catalog.set_shown(&draft.query.folder, draft.shown())?;
            self.catalog.set_fresh(draft.row.number)?;
            progress.step();
        }
        Ok(())
    }

    /// Publishes what belongs to all feeds, once these are published.
    fn share(&mut self, shared: Shared) -> Result<(), TurnError> {
        let mut dated = Vec::new();
        let mut documents = vec![html::stylesheet(), shared.list];
        if let Some(listed) = shared.listed {
            documents.push(html::script());
            let paths = self.output.paths(OVERVIEW_PATH);
            // What is listed is noted in any case.
            let is_other = self.catalog.set_listed(&listed.print())?;
            if is_other || shared.has_news || !self.are_intact(&paths) {
                dated.push(listed.document(self.settings, self.catalog)?);
            } else {
                self.told.written.unchanged += paths.len();
            }
            self.expected.extend(paths);
        }
        let since = self.settings.site.authority.since();
        self.expected.extend(documents.iter().flat_map(|one| self.output.paths(&one.path)));
        dated.extend(documents.into_iter().map(|one| (one, since)));
        let placed = self.place(dated.into_iter().map(|made| || made).collect())?;
        self.record(None, &placed)
    }

    /// Renders feeds and puts their documents into their places, on all threads. Gives what was placed,
    /// in the order of the feeds.
    fn print(&mut self, feeds: &[&Feed]) -> Result<Vec<Placed>, TurnError> {
        let all = feeds.iter().flat_map(|feed| feed.formats.iter().map(|format| (*feed, *format)));
        let render = |(feed, format): (&Feed, Format)| {
            (render::document(feed, format), feed.updated.unwrap_or(feed.since))
        };
        self.place(all.map(|one| move || render(one)).collect())
    }

    /// Makes documents, and puts them into their places. The first time the catalog is kept while they
    /// are made and written: that waits for the disk as well, and nobody sees them before.
    fn place<M>(&mut self, makers: Vec<M>) -> Result<Vec<Placed>, TurnError>
    where
        M: FnOnce() -> (Document, Timestamp) + Send,
    {
        let output = self.output;
        let keep = || if self.is_kept { Ok(()) } else { self.catalog.keep() };
        let (prepared, kept) = output.prepare(makers, keep);
        kept?;
        self.is_kept = true;
        let placed = output.place(prepared?)?;
        self.sync(&placed)?;
        Ok(placed)
    }

    /// Makes sure that documents stay where they were placed, now or by a build that did not come to its
    /// end, of which the catalog knows nothing; and that nothing of such a build is left beside them.
    fn sync(&self, placed: &[Placed]) -> Result<(), PublishError> {
        let is_known = |one: &&Placed| {
            self.former.get(&one.path).is_some_and(|known| known.stamp == one.stamp)
        };
        let unsure = placed.iter().filter(|one| one.is_replaced || !is_known(one));
        self.output.clear(placed.iter().map(|one| one.path.as_str()));
        self.output.sync(unsure.map(|one| one.path.as_str()))
    }

    /// Tells whether documents are as they were left.
    fn are_intact(&self, paths: &[String]) -> bool {
        paths.iter().all(|path| {
            let known = self.former.get(path);
            known.is_some_and(|known| self.output.is_intact(path, &known.stamp))
        })
    }

    fn record(&mut self, feed: Option<&str>, placed: &[Placed]) -> Result<(), TurnError> {
        for Placed { path, stamp, hash, is_replaced } in placed {
            self.catalog.put_document(&DocumentRow {
                path: path.clone(),
                feed: feed.map(ToOwned::to_owned),
                stamp: stamp.clone(),
                hash: *hash,
            })?;
            self.told.written.replaced += usize::from(*is_replaced);
            self.told.written.unchanged += usize::from(!*is_replaced);
        }
        Ok(())
    }

    /// Removes the documents that were published and belong to no feed any more.
    fn remove_others(&mut self) -> Result<(), TurnError> {
        let is_other = |path: &String| !self.expected.contains(path);
        let others: Vec<_> = self.former.iter().filter(|(path, _)| is_other(path)).collect();
        for (path, row) in &others {
            if self.output.remove(path, &row.hash)? {
                self.told.written.removed += 1;
            } else {
                let message =
                    "its feed is no more, but the file was changed by others, so it stays";
                let report = Report::warning("foreign-change", message);
                self.told.reports.push(report.in_file((*path).clone()));
            }
            self.catalog.drop_document(path)?;
        }
        Ok(self.output.sync(others.iter().map(|(path, _)| path.as_str()))?)
    }
}

/// Renders the list of all feeds for machines, grouped as they are declared.
fn list(settings: &Settings, drafts: &[Draft<'_>]) -> Document {
    let listing =
        |draft: &Draft<'_>| list::listing(&draft.query, &assembly::frame(settings, &draft.query));
    let branches = list::branches(drafts.iter().filter_map(listing).collect());
    opml::render(&settings.site.title, &branches)
}

/// Gives the paths of the documents of a feed: those of a page of its archive, or those that people
/// subscribe to.
fn paths(output: &Directory<'_>, draft: &Draft<'_>, page: Option<Page>) -> Vec<String> {
    let formats = draft.query.plan.formats.iter();
    formats
        .flat_map(|format| output.paths(&Feed::path_in(&draft.query.folder, page, *format)))
        .collect()
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
