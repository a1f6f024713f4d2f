//! The archive of a feed: pages that together hold its whole history (RFC 5005 §4).
//!
//! Invariant: only pages that a change touches are put together, and one at a time.

use std::sync::Arc;

use crate::catalog::archives::PageRow;
use crate::catalog::members::Member;
use crate::catalog::{Catalog, CatalogError};
use crate::config::meant::{Paging, Settings};
use crate::mill::assembly::{self, Draft};
use crate::mill::library::{self, Library};
use crate::model::archive::{History, Page};
use crate::model::date::Timestamp;
use crate::model::feed::{Entry, Feed};
use crate::model::id::digest;
use crate::select::filter;

/// How many touched entries are looked at together.
const BATCH: usize = 64;

/// Puts the entries of a feed that changed on the pages of its archive where they belong now.
pub(super) fn settle(
    settings: &Settings,
    catalog: &Catalog,
    library: &mut Library<'_>,
    draft: &Draft<'_>,
    now: Timestamp,
) -> Result<(), CatalogError> {
    let Some(paging) = draft.query.plan.archive else { return Ok(()) };
    let feed = draft.row.number;
    let frame = assembly::frame(settings, &draft.query);
    catalog.set_frame(feed, &digest(format!("{frame:?}").as_bytes()))?;
    let touched = catalog.touched(feed)?;
    let mut shelf = match paging {
        Paging::Count(size) if !touched.is_empty() => {
            Some(catalog.shelf(&draft.query.folder, size)?)
        }
        _ => None,
    };
    for batch in touched.chunks(BATCH) {
        let is_passing = touched.len() > BATCH;
        let members = fitting(catalog, library, draft, batch, is_passing)?;
        for (entry, member) in batch.iter().zip(members) {
            let due = member.filter(|member| is_due(member, now));
            let page = match (due, &mut shelf) {
                (None, _) => None,
                (Some(_), Some(shelf)) => Some(catalog.shelve(shelf, *entry)?),
                (Some(member), None) => {
                    Some(Page::of_month(member.entry.published, settings.site.time_zone).number())
                }
            };
            catalog.put_leaf(feed, *entry, page)?;
        }
    }
    catalog.forget_touched(feed)
}

fn is_due(member: &Member, now: Timestamp) -> bool {
    member.entry.not_now(now).is_none()
}

/// Gives those of some entries that the feed's filters let through, its conditions on the text
/// included.
fn fitting(
    catalog: &Catalog,
    library: &mut Library<'_>,
    draft: &Draft<'_>,
    entries: &[i64],
    is_passing: bool,
) -> Result<Vec<Option<Member>>, CatalogError> {
    let (feed, plan) = (draft.row.number, draft.query.plan);
    let mut members = Vec::with_capacity(entries.len());
    for entry in entries {
        members.push(catalog.member(feed, *entry)?.filter(|member| member.fits != Some(false)));
    }
    if !filter::needs_text(plan) {
        return Ok(members);
    }
    let open = |member: &Option<Member>| {
        let member = member.as_ref().filter(|member| member.fits.is_none());
        member.and_then(|member| member.entry.file.clone())
    };
    let keys: Vec<_> = members.iter().filter_map(open).collect();
    let wholes = if is_passing {
        library.wholes_in_passing(catalog, &keys)?
    } else {
        library.wholes(catalog, &keys)?
    };
    let mut wholes = wholes.into_iter();
    for slot in members.iter_mut().filter(|member| open(member).is_some()) {
        let (Some(member), Some(article)) = (slot.as_ref(), wholes.next().flatten()) else {
            *slot = None;
            continue;
        };
        let refused = filter::refused_by_text(plan, &article.head.title, &article.whole.text);
        catalog.set_fits(feed, member, refused.is_none())?;
        if refused.is_some() {
            *slot = None;
        }
    }
    Ok(members)
}

/// The pages of an archive, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Archive {
    pages: Vec<(Page, bool)>,
}

impl Archive {
    pub(super) fn of(catalog: &Catalog, draft: &Draft<'_>) -> Result<Self, CatalogError> {
        let Some(paging) = draft.query.plan.archive else { return Ok(Self::default()) };
        let page = |PageRow { number, is_stale }| match paging {
            Paging::Month => (Page::Month(number), is_stale),
            Paging::Count(_) => (Page::Number(number), is_stale),
        };
        let pages = catalog.pages(draft.row.number)?.into_iter().map(page).collect();
        Ok(Self { pages })
    }

    /// Gives the pages, each with whether it is stale.
    pub(super) fn pages(&self) -> &[(Page, bool)] {
        &self.pages
    }

    /// Gives what the document that people subscribe to tells of the archive.
    pub(super) fn history(&self) -> History {
        History { older: self.pages.last().map(|(page, _)| *page), ..History::default() }
    }

    /// Puts the feed of a page together.
    pub(super) fn feed(
        &self,
        settings: &Settings,
        catalog: &Catalog,
        library: &mut Library<'_>,
        draft: &Draft<'_>,
        page: Page,
    ) -> Result<Feed, CatalogError> {
        let at = self.pages.partition_point(|(other, _)| *other < page);
        let beside =
            |at: Option<usize>| at.and_then(|at| self.pages.get(at)).map(|(page, _)| *page);
        let (older, newer) = (beside(at.checked_sub(1)), beside(Some(at + 1)));
        // What is on the newest page is shown again soon, since new entries come to it.
        let keeps = newer.is_none();
        let entries = entries(settings, catalog, library, draft, page, keeps)?;
        let updated = entries.iter().map(|entry| entry.updated).max();
        let history = History { page: Some(page), older, newer };
        let frame = assembly::frame(settings, &draft.query);
        Ok(Feed { updated, history, entries, ..frame })
    }
}

/// Gives the entries on a page, and remembers what of them matters to subscribers.
fn entries(
    settings: &Settings,
    catalog: &Catalog,
    library: &mut Library<'_>,
    draft: &Draft<'_>,
    page: Page,
    keeps: bool,
) -> Result<Vec<Arc<Entry>>, CatalogError> {
    let leaves = catalog.leaves(draft.row.number, page.number())?;
    let leaves = leaves.into_iter().filter_map(|entry| Some((entry.file.clone()?, entry)));
    let (keys, rows): (Vec<_>, Vec<_>) = leaves.unzip();
    let wholes = if keeps {
        library.wholes(catalog, &keys)?
    } else {
        library.wholes_in_passing(catalog, &keys)?
    };
    let mut entries = Vec::with_capacity(rows.len());
    for (row, article) in rows.iter().zip(wholes) {
        let Some(article) = article else { continue };
        if row.matter.is_none() {
            let matter = library::matter_of(settings, &article.head, &article.whole);
            catalog.set_matter(row.number, &matter)?;
        }
        entries.push(Arc::new(assembly::entry(row, &article, draft.query.plan.content)));
    }
    Ok(entries)
}
