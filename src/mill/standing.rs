//! How one article stands with every feed: which hold it, and why the others don't.

use crate::catalog::Catalog;
use crate::config::meant::{FeedPlan, Settings};
use crate::mill::library::Library;
use crate::mill::{assembly, list, members};
use crate::model::date::Timestamp;
use crate::select::group::Query;
use crate::select::{filter, group};

/// How an article stands with a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The name of the feed, or of its declaration where the article is in none of its groups.
    pub feed: String,
    /// Why the feed doesn't hold it; `None` when it does.
    pub refused: Option<String>,
}

/// Tells how the article of a number in the catalog stands with every feed.
#[must_use]
pub fn of(settings: &Settings, catalog: &Catalog, own: usize, now: Timestamp) -> Vec<Standing> {
    let library = Library::new(settings, catalog);
    settings
        .feeds
        .iter()
        .flat_map(|plan| with_plan(settings, plan, &library, catalog, own, now))
        .collect()
}

fn with_plan(
    settings: &Settings,
    plan: &FeedPlan,
    library: &Library<'_>,
    catalog: &Catalog,
    own: usize,
    now: Timestamp,
) -> Vec<Standing> {
    let article = library.listed(own);
    let unpublished = filter::unpublished(article, now).map(|reason| reason.reason().to_owned());
    if let Some(reason) = unpublished.or_else(|| filter::refused_by_head(plan, article)) {
        return vec![refused(plan, reason)];
    }
    let ordered = [members(plan, &catalog.articles, now)];
    let (queries, _) = group::queries(
        std::slice::from_ref(plan),
        &catalog.articles,
        &ordered,
        settings.site.time_zone,
    );
    let standings: Vec<Standing> = queries
        .iter()
        .filter(|query| query.members.contains(&own))
        .map(|query| {
            let feed = assembly::feed(settings, query, library, now);
            let is_in = feed.entries.iter().any(|entry| entry.id == article.id);
            Standing { feed: feed.name, refused: (!is_in).then(|| left_out(query, library, own)) }
        })
        .collect();
    if standings.is_empty() {
        return vec![refused(plan, "it has no value to be grouped by".to_owned())];
    }
    standings
}

fn refused(plan: &FeedPlan, reason: String) -> Standing {
    Standing { feed: list::declared_name(plan), refused: Some(reason) }
}

/// Tells why a feed that an article may be in by its head doesn't hold it.
fn left_out(query: &Query<'_>, library: &Library<'_>, own: usize) -> String {
    let whole = library.whole(own);
    let by_text = whole
        .and_then(|whole| filter::refused_by_text(query.plan, library.listed(own), &whole.text));
    by_text.unwrap_or_else(|| "the feed's limits leave no place for it".to_owned())
}
