//! What a build can tell beyond its documents: which articles are in no feed, and which feeds would
//! hold more without a limit.

use crate::catalog::members::{FeedRow, Member};
use crate::catalog::transfer::Line;
use crate::catalog::{Catalog, CatalogError, ledger};
use crate::config::meant::{FeedPlan, Settings};
use crate::mill::FeedSummary;
use crate::mill::stock::{self, Depth};
use crate::model::date::Timestamp;
use crate::select::filter::{self, Unpublished};
use crate::select::group;
use crate::select::limit::Intake;

/// How many members of a feed are looked at together.
const PAGE: usize = 64;

/// What the feeds leave out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// How many articles are in no feed, by the reason; only reasons that there are.
    pub unpublished: Vec<(Unpublished, usize)>,
    /// The folders of feeds that a limit by age or size makes smaller than the one by count, and the
    /// keys of these limits.
    pub limited: Vec<(String, Vec<&'static str>)>,
}

/// Takes account of what the feeds of the last build leave out. The state stays as it was.
pub fn take(
    settings: &Settings,
    catalog: &mut Catalog,
    feeds: &[FeedSummary],
    now: Timestamp,
) -> Result<Account, CatalogError> {
    catalog.begin(&settings.print)?;
    let account = unpublished(settings, catalog, now).and_then(|unpublished| {
        Ok(Account { unpublished, limited: limited(settings, catalog, feeds, now)? })
    });
    catalog.roll_back()?;
    account
}

fn unpublished(
    settings: &Settings,
    catalog: &Catalog,
    now: Timestamp,
) -> Result<Vec<(Unpublished, usize)>, CatalogError> {
    let mut counts: Vec<(Unpublished, usize)> = Unpublished::ALL.map(|why| (why, 0)).to_vec();
    catalog.export::<CatalogError>(&mut |line| {
        let Line::Entry(line) = line else { return Ok(()) };
        let Some(path) = line.path else { return Ok(()) };
        let why = why_unpublished(settings, catalog, &line.id, path, now)?;
        for (_, count) in counts.iter_mut().filter(|(own, _)| Some(*own) == why) {
            *count += 1;
        }
        Ok(())
    })?;
    counts.retain(|(_, count)| *count > 0);
    Ok(counts)
}

/// Tells why an entry is in no feed. Only the file itself knows a draft from what is kept out.
fn why_unpublished(
    settings: &Settings,
    catalog: &Catalog,
    id: &str,
    path: String,
    now: Timestamp,
) -> Result<Option<Unpublished>, CatalogError> {
    let Some(entry) = catalog.entry_by_id(id)? else { return Ok(None) };
    if !entry.is_withheld {
        return Ok(entry.not_now(now));
    }
    let file = entry.file.as_ref().map(|key| catalog.seed_file(key, &settings.input.folders));
    let file = file.transpose()?.flatten();
    let opened =
        file.and_then(|file| stock::open(settings, &file, Depth::Selecting, &mut Vec::new()).ok());
    let head = opened.and_then(|opened| opened.head.ok()).map(|read| read.head);
    Ok(head.and_then(|head| {
        filter::unpublished(&ledger::listed(&entry, path, head), entry.as_of(now))
    }))
}

fn limited(
    settings: &Settings,
    catalog: &mut Catalog,
    feeds: &[FeedSummary],
    now: Timestamp,
) -> Result<Vec<(String, Vec<&'static str>)>, CatalogError> {
    let mut limited = Vec::new();
    for row in catalog.feeds(settings)? {
        let plan = &settings.feeds[row.plan];
        let folder = group::query(plan, &row.key, row.spelling.clone()).folder;
        let Some(feed) = feeds.iter().find(|feed| feed.folder == folder) else { continue };
        let keys = limits_of(plan, catalog, &row, feed.entries, now)?;
        limited.extend(Some((folder, keys)).filter(|(_, keys)| !keys.is_empty()));
    }
    Ok(limited)
}

/// Gives the keys of the limits that keep entries out of a feed which its limit by count would let
/// in.
fn limits_of(
    plan: &FeedPlan,
    catalog: &Catalog,
    row: &FeedRow,
    entries: usize,
    now: Timestamp,
) -> Result<Vec<&'static str>, CatalogError> {
    let limits = plan.limits;
    let most = limits.count.unwrap_or(usize::MAX);
    if limits.age_seconds.is_none() && limits.bytes.is_none() {
        return Ok(Vec::new());
    }
    let intake = Intake::new(limits, now);
    let (mut fresh, mut old) = (0, 0);
    let mut last: Option<Member> = None;
    while fresh + old < most {
        let members = catalog.members(row.number, last.as_ref(), PAGE)?;
        let Some(end) = members.last() else { break };
        last = Some(end.clone());
        let due = members.iter().filter(|member| {
            let is_due = member.entry.not_now(now);
            let fits = member.fits.unwrap_or(!filter::needs_text(plan));
            is_due.is_none() && fits
        });
        for member in due.take(most - fresh - old) {
            let is_old = intake.is_too_old(member.entry.published);
            old += usize::from(is_old);
            fresh += usize::from(!is_old);
        }
    }
    let by_size = limits.bytes.is_some() && fresh > entries;
    let keys = [(old > 0 && entries < most, "limit_age"), (by_size, "limit_size")];
    Ok(keys.into_iter().filter(|(is_so, _)| *is_so).map(|(_, key)| key).collect())
}
