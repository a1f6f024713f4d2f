//! How one article stands with every feed: which hold it, and why the others don't.

use crate::catalog::entry::EntryRow;
use crate::catalog::ledger;
use crate::catalog::members::FeedRow;
use crate::catalog::{Catalog, CatalogError};
use crate::config::meant::{FeedPlan, Limits, Settings};
use crate::mill::fresh::Fresh;
use crate::mill::library::{self, Library};
use crate::mill::{assembly, list};
use crate::model::article::{Head, Listed, Whole};
use crate::model::date::Timestamp;
use crate::model::file::SeedFile;
use crate::model::report::Report;
use crate::select::filter::{self, Refused};
use crate::select::group::{self, Query};
use crate::select::limit::Intake;

/// How an article stands with a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The name of the feed, or of its declaration where the article is in none of its groups.
    pub feed: String,
    /// Why the feed doesn't hold it; `None` when it does.
    pub refused: Option<String>,
}

/// An article, as the whole program sees it.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// What was issued for it.
    pub entry: EntryRow,
    /// What rendering needs of it.
    pub whole: Whole,
    /// What was not as it should be in its content.
    pub reports: Vec<Report>,
    /// How it stands with every feed.
    pub standings: Vec<Standing>,
}

/// Looks at the article in a file, whose head was read; `None` when another file holds its entry. The
/// catalog must know the present state of the files.
pub fn inspect(
    settings: &Settings,
    catalog: &mut Catalog,
    file: &SeedFile,
    head: &Head,
    now: Timestamp,
) -> Result<Option<Inspected>, CatalogError> {
    let key = catalog.find(file)?;
    let number = key.map(|key| catalog.entry_of(&key)).transpose()?.flatten();
    let Some(number) = number else { return Ok(None) };
    let entry = catalog.entry(number)?;
    let (whole, reports) = match library::read_whole(settings, file) {
        Ok(read) => (read.article.whole, read.reports),
        Err(report) => (Whole::default(), vec![report]),
    };
    let article = ledger::listed(&entry, file.path(), head.clone());
    let feeds = catalog.feeds(settings)?;
    let mut standings = Vec::new();
    for (plan_number, plan) in settings.feeds.iter().enumerate() {
        let unpublished =
            filter::unpublished(&article, entry.as_of(now)).map(|why| why.reason().to_owned());
        let by_head = || filter::refused_by_head(plan, &article).map(Refused::reason);
        if let Some(reason) = unpublished.or_else(by_head) {
            standings.push(refused(plan, reason));
            continue;
        }
        let mut own = Vec::new();
        for row in feeds.iter().filter(|row| row.plan == plan_number) {
            if catalog.is_member(row.number, number)? {
                own.push(in_feed(settings, catalog, row, &article, &whole, now)?);
            }
        }
        if own.is_empty() {
            own.push(refused(plan, "it has no value to be grouped by".to_owned()));
        }
        standings.append(&mut own);
    }
    Ok(Some(Inspected { entry, whole, reports, standings }))
}

fn refused(plan: &FeedPlan, reason: String) -> Standing {
    Standing { feed: list::declared_name(plan), refused: Some(reason) }
}

/// Tells how an article stands with a feed that it may be in by its head.
fn in_feed(
    settings: &Settings,
    catalog: &Catalog,
    row: &FeedRow,
    article: &Listed,
    whole: &Whole,
    now: Timestamp,
) -> Result<Standing, CatalogError> {
    let query: Query<'_> = group::query(&settings.feeds[row.plan], &row.key, row.spelling.clone());
    let mut library = Library::new(settings, false, Fresh::default());
    let chosen = assembly::choose(row, &query, catalog, &mut library, now)?;
    let is_in = chosen.iter().any(|one| one.entry.id == article.id);
    let by_text = || filter::refused_by_text(query.plan, &article.head.title, &whole.text);
    let by_limit = || {
        let limit = limit(query.plan.limits, article, chosen.len(), now);
        let archive = if query.plan.archive.is_some() { "; its archive may hold it" } else { "" };
        format!("{limit}{archive}")
    };
    let refused = (!is_in).then(|| by_text().map_or_else(by_limit, Refused::reason));
    Ok(Standing { feed: query.name, refused })
}

/// Tells which limit leaves no place for an article in a feed that holds so many entries.
fn limit(limits: Limits, article: &Listed, entries: usize, now: Timestamp) -> &'static str {
    if Intake::new(limits, now).is_too_old(article.published) {
        "it is older than limit_age allows"
    } else if limits.count.is_some_and(|count| entries >= count) {
        "as many entries as limit allows come before it"
    } else if limits.bytes.is_some() {
        "limit_size leaves no room for it after the entries that come before it"
    } else {
        "its file can't be read"
    }
}
