//! When something changes by itself.

use crate::catalog::{Catalog, CatalogError};
use crate::config::meant::Settings;
use crate::mill::assembly::Draft;
use crate::model::date::Timestamp;

/// Gives the next time at which a feed changes though no article does: an entry comes in or goes by its
/// own dates, grows too old for its feed, or ends to be told as gone. `None` while nothing is to come.
pub(super) fn next_change(
    settings: &Settings,
    catalog: &Catalog,
    drafts: &[Draft<'_>],
) -> Result<Option<Timestamp>, CatalogError> {
    // What lasts so many seconds is there in the last of them still.
    let end = |begin: Timestamp, seconds: i64| begin.plus_seconds(seconds).plus_seconds(1);
    let tombstone = catalog.oldest_tombstone()?;
    let tombstone = tombstone.map(|at| end(at, settings.output.tombstone_seconds));
    let ages = drafts.iter().filter_map(|draft| {
        let age = draft.query.plan.limits.age_seconds?;
        let oldest = draft.shown().iter().map(|one| one.published).min()?;
        Some(end(oldest, age))
    });
    Ok(ages.chain(catalog.next_due()?).chain(tombstone).min())
}
