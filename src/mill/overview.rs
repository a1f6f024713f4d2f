//! The page that lists all feeds: what it tells of a feed is kept when the feed is made, so that a turn
//! reads no more than the feeds that it changes.

use std::sync::Arc;

use crate::catalog::{Catalog, CatalogError};
use crate::config::meant::Settings;
use crate::mill::assembly::{self, Draft};
use crate::mill::list;
use crate::model::archive::Page;
use crate::model::date::Timestamp;
use crate::model::document::Document;
use crate::model::feed::{Entry, Format};
use crate::model::glance::{Cadence, Glance, HEADLINES, Headline};
use crate::model::id::{digest, hex};
use crate::model::overview::{Card, Overview, Shelf};
use crate::model::text::Text;
use crate::render::html;
use crate::select::filter;

/// The feeds that the page lists, without what is kept of them.
#[derive(Debug)]
pub(super) struct Listed {
    /// The feeds: their numbers, and the names of their groups.
    feeds: Vec<(i64, Option<Text>, Card)>,
}

impl Listed {
    /// Lists all feeds; `None` where none of them has a page.
    pub(super) fn of(settings: &Settings, drafts: &[Draft<'_>]) -> Option<Self> {
        let has_page = |draft: &Draft<'_>| draft.query.plan.formats.contains(&Format::Html);
        let feed = |draft: &Draft<'_>| {
            let frame = assembly::frame(settings, &draft.query);
            let card = Card {
                title: frame.title,
                description: frame.description,
                language: frame.language,
                folder: frame.folder,
                formats: frame.formats,
                glance: Glance::default(),
            };
            (draft.row.number, list::group(&draft.query), card)
        };
        let is_shown = drafts.iter().any(has_page);
        is_shown.then(|| Self { feeds: drafts.iter().map(feed).collect() })
    }

    /// Gives a word that is another one where other feeds are listed, or otherwise.
    pub(super) fn print(&self) -> String {
        hex(&digest(format!("{:?}", self.feeds).as_bytes()))
    }

    /// Renders the page, with what is kept of the feeds, and tells the time of what is newest on it.
    pub(super) fn document(
        self,
        settings: &Settings,
        catalog: &Catalog,
    ) -> Result<(Document, Timestamp), CatalogError> {
        let mut glances = catalog.glances()?;
        let mut shelves = vec![Shelf::default()];
        for (number, group, mut card) in self.feeds {
            card.glance = glances.remove(&number).unwrap_or_default();
            let at = match &group {
                None => 0,
                Some(_) if shelves.last().is_some_and(|last| last.group == group) => {
                    shelves.len() - 1
                }
                Some(_) => {
                    shelves.push(Shelf { group, cards: Vec::new() });
                    shelves.len() - 1
                }
            };
            shelves[at].cards.push(card);
        }
        shelves.retain(|shelf| !shelf.cards.is_empty());
        let cards = shelves.iter().flat_map(|shelf| &shelf.cards);
        let updated = cards.filter_map(|card| card.glance.updated).max();
        let site = &settings.site;
        let page = html::overview(&Overview {
            title: site.title.clone(),
            description: site.description.clone(),
            language: site.language.clone(),
            image: site.image.clone(),
            rights: site.rights.clone(),
            time_zone: site.time_zone,
            root: site.url.clone(),
            shelves,
        });
        Ok((page, updated.unwrap_or(site.authority.since())))
    }
}

/// Tells what is to be kept of a feed that was made of some entries.
///
/// Where a filter asks for the text, only the articles that were looked at are known to be in the feed,
/// and which these are depends on what was there before: so what it holds is all that counts.
pub(super) fn glance(
    settings: &Settings,
    catalog: &Catalog,
    draft: &Draft<'_>,
    entries: &[Arc<Entry>],
) -> Result<Glance, CatalogError> {
    let month =
        |entry: &Arc<Entry>| (Page::of_month(entry.published, settings.site.time_zone).number(), 1);
    let months = if filter::needs_text(draft.query.plan) {
        entries.iter().map(month).collect()
    } else {
        catalog.cadence(draft.row.number)?
    };
    Ok(Glance {
        articles: months.iter().map(|(_, count)| count).sum(),
        cadence: Cadence::of(months),
        updated: entries.iter().map(|entry| entry.updated).max(),
        headlines: headlines(entries),
    })
}

fn headlines(entries: &[Arc<Entry>]) -> Vec<Headline> {
    let mut newest: Vec<&Entry> = entries.iter().map(AsRef::as_ref).collect();
    newest.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.id.cmp(&b.id)));
    newest.truncate(HEADLINES);
    let headline = |entry: &Entry| Headline {
        id: entry.id.clone(),
        title: entry.title.clone(),
        permalink: entry.permalink.clone(),
        published: entry.published,
        language: entry.language.clone(),
    };
    newest.into_iter().map(headline).collect()
}
