//! Putting a feed together: its entries, and what it says of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use url::Url;

use crate::catalog::editions::DocumentRow;
use crate::catalog::entry::EntryRow;
use crate::catalog::held::Made;
use crate::catalog::members::{FeedRow, Member};
use crate::catalog::wholes::Article;
use crate::catalog::{Catalog, CatalogError};
use crate::config::meant::{ContentMode, Group, Settings};
use crate::mill::FeedSummary;
use crate::mill::library::{self, Library};
use crate::mill::threads;
use crate::model::archive::History;
use crate::model::date::Timestamp;
use crate::model::edition::Shown;
use crate::model::feed::{Entry, Feed, Format, Tombstone, document_address};
use crate::model::id::digest;
use crate::model::language::Language;
use crate::model::piece::Pieces;
use crate::model::report::Report;
use crate::model::text::Text;
use crate::publish::directory::Directory;
use crate::select::filter;
use crate::select::group::{self, Query};
use crate::select::limit::Intake;
use crate::watch::scope::Scope;

/// How often a reader may ask, in minutes.
const TTL_MINUTES: u32 = 60;

/// How many members of a feed are looked at before any of them is read whole.
const PAGE: usize = 64;

/// A feed on its way to subscribers.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    /// Its row in the catalog.
    pub(super) row: FeedRow,
    /// What it asks for.
    pub(super) query: Query<'a>,
    /// True when its documents may be other than the published ones.
    pub(super) is_stale: bool,
    /// What it holds: what is published, or will be. `None` where nobody has to know: the feed stays as
    /// it is.
    pub(super) shown: Option<Vec<Shown>>,
    /// What a stale feed held before, once its entries are selected.
    pub(super) before: Vec<Shown>,
    /// The entries of a stale feed, once they are selected.
    pub(super) entries: Vec<Arc<Entry>>,
}

/// Gives all feeds, and what is the matter where two come to one folder; `documents` are those that were
/// published. Tombstones end when they are
/// older than `oldest`.
pub(super) fn drafts<'a>(
    settings: &'a Settings,
    catalog: &mut Catalog,
    scope: &Scope,
    output: &Directory<'_>,
    documents: &BTreeMap<String, DocumentRow>,
    oldest: Timestamp,
) -> Result<(Vec<Draft<'a>>, Vec<Report>), CatalogError> {
    let rows = catalog.feeds(settings)?;
    let queries: Vec<Query<'a>> = rows
        .iter()
        .map(|row| group::query(&settings.feeds[row.plan], &row.key, row.spelling.clone()))
        .collect();
    let (kept, collisions) = group::one_a_folder(&queries);
    let ended = catalog.feeds_with_tombstones_before(oldest)?;
    let mut drafts = Vec::new();
    for ((row, query), _) in rows.into_iter().zip(queries).zip(kept).filter(|(_, kept)| *kept) {
        let is_whole = query.plan.formats.iter().all(|format| {
            let plain = Feed::path_in(&query.folder, None, *format);
            output.paths(&plain).iter().all(|path| {
                documents.get(path).is_some_and(|known| output.is_intact(path, &known.stamp))
            })
        });
        let ages = query.plan.limits.age_seconds.is_some();
        let is_stale = row.is_stale || ages || !is_whole || ended.contains(&query.folder);
        let is_asked_for = is_stale || scope.is_everything();
        let shown = is_asked_for.then(|| catalog.shown(&query.folder)).transpose()?;
        drafts.push(Draft { row, query, is_stale, shown, before: Vec::new(), entries: Vec::new() });
    }
    Ok((drafts, collisions))
}

impl Draft<'_> {
    /// Finds out what a stale feed will hold, and remembers what of it matters to subscribers.
    pub(super) fn select(
        &mut self,
        settings: &Settings,
        catalog: &mut Catalog,
        library: &mut Library<'_>,
        now: Timestamp,
    ) -> Result<(), CatalogError> {
        if !self.is_stale {
            return Ok(());
        }
        let chosen = choose(&self.row, &self.query, catalog, library, now)?;
        let all = threads::map(&chosen, Chosen::is_new, Chosen::shown).into_iter();
        let all = all.collect::<Result<Vec<_>, CatalogError>>()?;
        for (one, shown) in chosen.iter().zip(&all) {
            let Chosen { issued, origin: Origin::Article(article), entry } = one else { continue };
            let mut issued = issued.clone();
            if issued.matter.is_none() {
                let matter = library::matter_of(settings, &article.head, &article.whole);
                catalog.set_matter(issued.number, &matter)?;
                issued.matter = Some(matter);
            }
            let made = Made { entry: Arc::clone(entry), shown: shown.clone() };
            catalog.remember(&issued, self.query.plan.content, made);
        }
        self.entries = chosen.into_iter().map(|one| one.entry).collect();
        self.before = self.shown.replace(all).unwrap_or_default();
        Ok(())
    }

    /// Makes the feed, of the entries that were selected and those that are no more.
    pub(super) fn feed(
        &self,
        settings: &Settings,
        entries: Vec<Arc<Entry>>,
        tombstones: Vec<Tombstone>,
        history: History,
    ) -> Feed {
        let updated = entries.iter().map(|entry| entry.updated).max();
        let complete = self.query.plan.archive.is_none() && self.query.plan.limits.is_none();
        Feed { updated, complete, history, entries, tombstones, ..frame(settings, &self.query) }
    }

    /// Tells whether it is known what the feed holds.
    pub(super) fn is_known(&self) -> bool {
        self.shown.is_some()
    }

    /// Gives what the feed holds, as far as that is known.
    pub(super) fn shown(&self) -> &[Shown] {
        self.shown.as_deref().unwrap_or_default()
    }

    pub(super) fn summary(&self) -> FeedSummary {
        FeedSummary {
            name: self.query.name.clone(),
            folder: self.query.folder.clone(),
            entries: self.shown().len(),
            newest: self.shown().iter().map(|one| one.published).max(),
        }
    }
}

/// Makes a feed with all that it says of itself, and no entries.
pub(super) fn frame(settings: &Settings, query: &Query<'_>) -> Feed {
    let (site, plan) = (&settings.site, query.plan);
    let description = plan.description.as_ref().map(|pattern| Text::line(&query.fill(pattern)));
    Feed {
        id: site.authority.feed_id(&query.folder),
        title: title(settings, query),
        description: description.unwrap_or_else(|| site.description.clone()),
        root: site.url.clone(),
        home: home(&site.url, query),
        front: site.title.clone(),
        language: language(settings, query),
        time_zone: site.time_zone,
        authors: site.authors.clone(),
        image: site.image.clone(),
        rights: site.rights.clone(),
        ttl_minutes: TTL_MINUTES,
        formats: plan.formats.clone(),
        updated: None,
        since: site.authority.since(),
        hubs: Vec::new(),
        complete: false,
        history: History::default(),
        entries: Vec::new(),
        tombstones: Vec::new(),
        name: query.name.clone(),
        folder: query.folder.clone(),
    }
}

/// Counts the articles of all feeds that have no page of their own.
pub(super) fn pageless(drafts: &[Draft<'_>]) -> usize {
    let shown = drafts.iter().flat_map(Draft::shown);
    let pageless = shown.filter(|one| one.permalink.is_none()).map(|one| one.id.as_str());
    pageless.collect::<BTreeSet<_>>().len()
}

/// An entry that a feed is to hold.
#[derive(Debug)]
pub(super) struct Chosen {
    issued: EntryRow,
    origin: Origin,
    pub(super) entry: Arc<Entry>,
}

/// What an entry was made from.
#[derive(Debug)]
enum Origin {
    Article(Box<Article>),
    /// It was shown before.
    Former(Shown),
}

impl Chosen {
    fn is_new(&self) -> bool {
        matches!(self.origin, Origin::Article(_))
    }

    /// Gives what matters to subscribers of it.
    fn shown(&self) -> Result<Shown, CatalogError> {
        match &self.origin {
            Origin::Article(_) => shown(&self.entry),
            Origin::Former(shown) => Ok(shown.clone()),
        }
    }
}

/// Takes the members of a feed in order until a limit is reached. Only those that are taken are read
/// whole, and those whose text a condition asks for.
pub(super) fn choose(
    row: &FeedRow,
    query: &Query<'_>,
    catalog: &Catalog,
    library: &mut Library<'_>,
    now: Timestamp,
) -> Result<Vec<Chosen>, CatalogError> {
    let plan = query.plan;
    let mut intake = Intake::new(plan.limits, now);
    let mut chosen = Vec::new();
    let mut last: Option<Member> = None;
    loop {
        let page = intake.places().map_or(PAGE, |places| places.min(PAGE)).max(1);
        let members = catalog.members(row.number, last.as_ref(), page)?;
        let Some(end) = members.last() else { break };
        last = Some(end.clone());
        let due = members.into_iter().filter(|member| {
            let entry = &member.entry;
            let is_in = entry.not_now(now).is_none() && !intake.is_too_old(entry.published);
            is_in && member.fits != Some(false)
        });
        let needs_text = |member: &Member| member.fits.is_none() && filter::needs_text(plan);
        let mut candidates = Vec::new();
        for member in due.filter(|member| member.entry.file.is_some()) {
            let is_known = member.entry.matter.is_some() && !needs_text(&member);
            let held = is_known.then(|| catalog.recall(&member.entry, plan.content)).flatten();
            candidates.push((member, held));
        }
        let missing = candidates.iter().filter(|(_, held)| held.is_none());
        let keys: Vec<_> = missing.filter_map(|(member, _)| member.entry.file.clone()).collect();
        let mut wholes = library.wholes(catalog, &keys)?.into_iter();
        for (member, held) in candidates {
            if intake.is_full() {
                return Ok(chosen);
            }
            if member.entry.expires.is_some() {
                // A clock that was set back and right again may have gone past its end already.
                catalog.set_due(&member.entry, now)?;
            }
            let one = if let Some(Made { entry, shown }) = held {
                Chosen { issued: member.entry, origin: Origin::Former(shown), entry }
            } else {
                let Some(article) = wholes.next().flatten() else { continue };
                if needs_text(&member) {
                    let (title, text) = (&article.head.title, &article.whole.text);
                    let fits = filter::refused_by_text(plan, title, text).is_none();
                    catalog.set_fits(row.number, &member, fits)?;
                    if !fits {
                        continue;
                    }
                }
                let entry = Arc::new(entry(&member.entry, &article, plan.content));
                let origin = Origin::Article(Box::new(article));
                Chosen { issued: member.entry, origin, entry }
            };
            if !intake.take(&one.entry) {
                return Ok(chosen);
            }
            chosen.push(one);
        }
        if intake.is_full() {
            break;
        }
    }
    Ok(chosen)
}

/// Makes the entry of an article as a feed carries it.
pub(super) fn entry(issued: &EntryRow, article: &Article, mode: ContentMode) -> Entry {
    let (head, whole) = (&article.head, &article.whole);
    Entry {
        id: Text::line(&issued.id),
        permalink: head.permalink.clone(),
        title: head.title.clone(),
        published: issued.published,
        updated: issued.updated,
        authors: head.authors.clone(),
        language: head.language.clone(),
        tags: head.tags.clone(),
        source: head.source.clone(),
        rights: whole.rights.clone(),
        // Where there is no content, the summary is all there is to say.
        summary: whole
            .summary
            .clone()
            .filter(|_| mode != ContentMode::Full || whole.content.is_none()),
        content: whole.content.clone().filter(|_| mode != ContentMode::Summary),
        image: whole.image.clone(),
        enclosures: whole.enclosures.clone(),
        pieces: Pieces::default(),
    }
}

fn shown(entry: &Entry) -> Result<Shown, CatalogError> {
    Ok(Shown {
        id: entry.id.to_string(),
        permalink: entry.permalink.as_ref().map(ToString::to_string),
        title: entry.title.to_string(),
        published: entry.published,
        version: digest(&serde_json::to_vec(entry)?),
    })
}

/// Gives the declared language, else that of the group, else the site's.
fn language(settings: &Settings, query: &Query<'_>) -> Language {
    let of_group = || {
        let value = query.values.iter().find(|(group, _)| *group == Group::Language);
        value.and_then(|(_, value)| Language::parse(value))
    };
    let declared = query.plan.language.clone().or_else(of_group);
    declared.unwrap_or_else(|| settings.site.language.clone())
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
    match query.folder.as_str() {
        _ if !query.plan.formats.contains(&Format::Html) => root.clone(),
        "" => document_address(root, Format::Html.file_name("")),
        folder => document_address(root, &format!("{folder}/")),
    }
}
