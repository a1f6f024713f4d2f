//! Putting a feed together: its entries, and what it says of itself.

use std::sync::Arc;

use url::Url;

use crate::config::meant::{ContentMode, Settings};
use crate::mill::library::Library;
use crate::model::article::{Listed, Whole};
use crate::model::date::Timestamp;
use crate::model::feed::{Entry, Feed, Format, document_address};
use crate::model::text::Text;
use crate::select::filter;
use crate::select::group::Query;
use crate::select::limit::Intake;

/// How often a reader may ask, in minutes.
const TTL_MINUTES: u32 = 60;

/// Makes the feed of a query.
pub(super) fn feed(
    settings: &Settings,
    query: &Query<'_>,
    library: &Library<'_>,
    now: Timestamp,
) -> Feed {
    let (site, plan) = (&settings.site, query.plan);
    let entries = entries(query, library, now);
    let description = plan.description.as_ref().map(|pattern| Text::line(&query.fill(pattern)));
    Feed {
        id: site.authority.feed_id(&query.folder),
        title: title(settings, query),
        description: description.unwrap_or_else(|| site.description.clone()),
        root: site.url.clone(),
        home: home(&site.url, query),
        language: plan.language.clone().unwrap_or_else(|| site.language.clone()),
        authors: site.authors.clone(),
        image: site.image.clone(),
        rights: site.rights.clone(),
        ttl_minutes: TTL_MINUTES,
        formats: plan.formats.clone(),
        updated: entries.iter().map(|entry| entry.updated).max(),
        since: site.authority.since(),
        hubs: Vec::new(),
        complete: false,
        entries,
        name: query.name.clone(),
        folder: query.folder.clone(),
    }
}

/// Takes the members of a query in order until a limit is reached. Only those that are taken are
/// read whole, and those whose text a filter asks for.
fn entries(query: &Query<'_>, library: &Library<'_>, now: Timestamp) -> Vec<Arc<Entry>> {
    let plan = query.plan;
    let mut intake = Intake::new(plan.limits, now);
    let mut entries = Vec::new();
    for &index in &query.members {
        if intake.is_full() {
            break;
        }
        let article = library.listed(index);
        if intake.is_too_old(article.published) {
            continue;
        }
        let Some(whole) = library.whole(index) else { continue };
        if filter::refused_by_text(plan, article, &whole.text).is_some() {
            continue;
        }
        let entry = entry(article, &whole, plan.content);
        if !intake.take(&entry) {
            break;
        }
        entries.push(Arc::new(entry));
    }
    entries
}

fn entry(article: &Listed, whole: &Whole, mode: ContentMode) -> Entry {
    let head = &article.head;
    Entry {
        id: article.id.clone(),
        permalink: head.permalink.clone(),
        title: head.title.clone(),
        published: article.published,
        updated: article.updated,
        authors: head.authors.clone(),
        language: head.language.clone(),
        tags: head.tags.clone(),
        source: head.source.clone(),
        rights: whole.rights.clone(),
        summary: whole.summary.clone().filter(|_| mode != ContentMode::Full),
        content: whole.content.clone().filter(|_| mode != ContentMode::Summary),
        image: whole.image.clone(),
        enclosures: whole.enclosures.clone(),
    }
}

/// Gives the declared title, or the site's with the values of the group or the name of the feed.
fn title(settings: &Settings, query: &Query<'_>) -> Text {
    let site = &settings.site.title;
    if let Some(pattern) = &query.plan.title {
        return Text::line(&query.fill(pattern));
    }
    let values: Vec<&str> = query.values.iter().map(|(_, value)| value.as_str()).collect();
    match (values.is_empty(), query.name.as_str()) {
        (true, "") => site.clone(),
        (true, name) => Text::line(&format!("{site} · {name}")),
        (false, _) => Text::line(&format!("{site} · {}", values.join(" · "))),
    }
}

/// Gives the page that a feed belongs to: its twin page, or the site where it has none.
fn home(root: &Url, query: &Query<'_>) -> Url {
    if query.folder.is_empty() || !query.plan.formats.contains(&Format::Html) {
        return root.clone();
    }
    document_address(root, &format!("{}/", query.folder))
}
