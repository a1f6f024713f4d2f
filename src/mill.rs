//! One turn of the mill: the articles in, the feeds out.
//!
//! ```text
//! walk ─▶ read heads ─▶ catalog ─▶ select ─▶ read whole ─▶ render ─▶ publish
//! ```

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use url::Url;

use crate::catalog::{Catalog, Found, Row};
use crate::config::meant::{ContentMode, FeedPlan, Group, Part, Settings};
use crate::model::article::{Listed, Whole};
use crate::model::date::Timestamp;
use crate::model::feed::{Entry, Feed, Format, document_address};
use crate::model::report::Report;
use crate::model::text::Text;
use crate::publish::directory::{Directory, PublishError, Written};
use crate::read::head::Context;
use crate::read::{self, Beginning, Bytes};
use crate::render::opml::{Branch, Outline};
use crate::render::{self, html, opml};
use crate::select::group::Query;
use crate::select::limit::Intake;
use crate::select::{filter, group, order};
use crate::watch::file::OpenFile;
use crate::watch::walk::{self, SeedFile};

/// How much of a file is read for its head, and how much more when that isn't enough.
const HEAD_BYTES: [u64; 2] = [8 * 1024, 64 * 1024];

/// How often a reader may ask, in minutes.
const TTL_MINUTES: u32 = 60;

/// What one turn did.
#[derive(Debug)]
pub struct Edition {
    /// How many files were looked at.
    pub files: usize,
    /// How many articles exist.
    pub articles: usize,
    /// The feeds, in the order of their declarations.
    pub feeds: Vec<FeedSummary>,
    /// How many documents were written.
    pub written: Written,
    /// What was not as it should be, by file and line.
    pub reports: Vec<Report>,
}

/// A feed that was made.
#[derive(Clone, Debug)]
pub struct FeedSummary {
    /// Its name; empty for the feed at the root.
    pub name: String,
    /// Its folder below the output.
    pub folder: String,
    /// How many entries it holds.
    pub entries: usize,
    outline: Option<Outline>,
    group: Option<Text>,
}

/// Something that wants to know how far the work is; it may be called from any thread.
pub trait Progress: Sync {
    /// So many steps of the named work are to come.
    fn begin(&self, work: &'static str, steps: usize);
    /// One step is done.
    fn step(&self);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &'static str, _: usize) {}
    fn step(&self) {}
}

/// How an article stands with a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The name of the feed, or its declaration where the article is in none of its groups.
    pub feed: String,
    /// Why the feed doesn't hold it; `None` when it does.
    pub refused: Option<String>,
}

/// Walks the whole path once. `now` decides which articles are due.
pub fn turn(
    settings: &Settings,
    now: Timestamp,
    progress: &dyn Progress,
) -> Result<Edition, PublishError> {
    let output = Directory::open(&settings.output)?;
    let (catalog, files, mut reports) = take_stock(settings, now, progress);
    let articles: Vec<Listed> = catalog.rows.iter().map(|row| row.article.clone()).collect();
    let ordered: Vec<Vec<usize>> =
        settings.feeds.iter().map(|plan| members(plan, &articles, now)).collect();
    let (queries, collisions) = group::queries(&settings.feeds, &articles, &ordered);
    reports.extend(collisions);

    let library = Library::new(settings, &catalog.rows);
    progress.begin("feeds", queries.len());
    let made: Vec<(FeedSummary, Written)> = queries
        .par_iter()
        .map(|query| {
            let feed = assemble(settings, query, &library, now);
            let documents: Vec<_> =
                feed.formats.iter().map(|format| render::document(&feed, *format)).collect();
            let written = output.publish(&documents)?;
            progress.step();
            Ok((summary(query, &feed), written))
        })
        .collect::<Result<_, PublishError>>()?;
    let (feeds, written): (Vec<FeedSummary>, Vec<Written>) = made.into_iter().unzip();
    let shared = [html::stylesheet(), opml::render(&settings.site.title, &branches(&feeds))];
    let written = written.into_iter().fold(output.publish(&shared)?, |sum, one| sum + one);
    reports.extend(library.into_reports());
    reports.sort();
    reports.dedup();
    Ok(Edition { files, articles: articles.len(), feeds, written, reports })
}

/// Tells how the article in a file stands with every feed: which hold it, and why the others don't.
#[must_use]
pub fn standings(
    settings: &Settings,
    location: &Path,
    now: Timestamp,
    progress: &dyn Progress,
) -> Vec<Standing> {
    let (catalog, _, _) = take_stock(settings, now, progress);
    let Some(own) = catalog.rows.iter().position(|row| row.location == location) else {
        let refused = Some("another file with its id is newer".to_owned());
        let names = settings.feeds.iter().map(declared_name);
        return names.map(|feed| Standing { feed, refused: refused.clone() }).collect();
    };
    let articles: Vec<Listed> = catalog.rows.iter().map(|row| row.article.clone()).collect();
    let library = Library::new(settings, &catalog.rows);
    let mut standings = Vec::new();
    for plan in &settings.feeds {
        let article = &articles[own];
        let refused = filter::unpublished(article, now)
            .map(|reason| reason.reason().to_owned())
            .or_else(|| filter::refused_by_head(plan, article));
        if let Some(reason) = refused {
            standings.push(Standing { feed: declared_name(plan), refused: Some(reason) });
            continue;
        }
        let ordered = [members(plan, &articles, now)];
        let (queries, _) = group::queries(std::slice::from_ref(plan), &articles, &ordered);
        let holding: Vec<_> = queries.iter().filter(|query| query.members.contains(&own)).collect();
        if holding.is_empty() {
            let refused = Some("it has no value to be grouped by".to_owned());
            standings.push(Standing { feed: declared_name(plan), refused });
        }
        for query in holding {
            let feed = assemble(settings, query, &library, now);
            let is_in = feed.entries.iter().any(|entry| entry.id == article.id);
            let refused = (!is_in).then(|| refusal(plan, article, &library, own));
            standings.push(Standing { feed: query.name.clone(), refused });
        }
    }
    standings
}

/// Tells why a feed that an article may be in by its head doesn't hold it.
fn refusal(plan: &FeedPlan, article: &Listed, library: &Library<'_>, own: usize) -> String {
    let by_text =
        library.whole(own).and_then(|whole| filter::refused_by_text(plan, article, &whole.text));
    by_text.unwrap_or_else(|| "the feed's limits leave no place for it".to_owned())
}

/// Finds out what exists: walks the input folders and reads the head of every article.
#[must_use]
pub fn take_stock(
    settings: &Settings,
    now: Timestamp,
    progress: &dyn Progress,
) -> (Catalog, usize, Vec<Report>) {
    let (files, mut reports) = walk::walk(&settings.input);
    let count = files.len();
    progress.begin("articles", count);
    let heads: Vec<(Option<Found>, Vec<Report>)> = files
        .into_par_iter()
        .map(|file| {
            let read = read_head(settings, file);
            progress.step();
            read
        })
        .collect();
    let mut found = Vec::with_capacity(heads.len());
    for (head, of_file) in heads {
        found.extend(head);
        reports.extend(of_file);
    }
    let mut catalog = Catalog::new(found, &settings.site.authority, now);
    reports.append(&mut catalog.reports);
    (catalog, count, reports)
}

fn read_head(settings: &Settings, file: SeedFile) -> (Option<Found>, Vec<Report>) {
    let named = |reports: Vec<Report>| {
        reports.into_iter().map(|report| report.in_file(file.name())).collect::<Vec<_>>()
    };
    match open_head(settings, &file) {
        Err(report) => (None, named(vec![report])),
        Ok((Beginning::Head(read), modified)) => {
            let reports = named(read.reports);
            let SeedFile { folder, path, location } = file;
            (Some(Found { folder, path, location, head: read.head, modified }), reports)
        }
        Ok((Beginning::Nothing(reports), _)) => (None, named(reports)),
        // All of the file was read, so there is no more to ask for.
        Ok((Beginning::NeedsMore, _)) => (None, Vec::new()),
    }
}

/// Reads as much of a file as its head needs.
pub fn open_head(
    settings: &Settings,
    file: &SeedFile,
) -> Result<(Beginning, Option<Timestamp>), Report> {
    let mut open = OpenFile::open(&file.location, settings.input.reading.max_bytes)?;
    let context = context(settings, &file.path);
    let size = open.size();
    for length in HEAD_BYTES.into_iter().filter(|length| *length < size) {
        let (front, back) = (open.beginning(length)?, open.ending()?);
        let bytes = Bytes { front: &front, back: &back, complete: false };
        match read::head(bytes, context) {
            Beginning::NeedsMore => {}
            enough => return Ok((enough, open.modified())),
        }
    }
    let all = open.all()?;
    let bytes = Bytes { front: &all, back: &[], complete: true };
    Ok((read::head(bytes, context), open.modified()))
}

/// Reads all of an article whose head is known.
pub fn open_whole(settings: &Settings, row: &Row) -> Result<(Whole, Vec<Report>), Report> {
    let mut open = OpenFile::open(&row.location, settings.input.reading.max_bytes)?;
    let all = open.all()?;
    Ok(read::whole(&all, &row.article.head, context(settings, &row.article.path)))
}

fn context<'a>(settings: &'a Settings, path: &'a str) -> Context<'a> {
    Context { site: &settings.site, reading: &settings.input.reading, path }
}

/// Gives the articles that the head lets into a feed, in its order.
fn members(plan: &FeedPlan, articles: &[Listed], now: Timestamp) -> Vec<usize> {
    let mut members: Vec<usize> = (0..articles.len())
        .filter(|&index| {
            let article = &articles[index];
            filter::unpublished(article, now).is_none()
                && filter::refused_by_head(plan, article).is_none()
        })
        .collect();
    members.sort_by(|&a, &b| order::compare(plan.order, &articles[a], &articles[b]));
    members
}

/// The articles read whole: each at most once, whoever asks first.
struct Library<'a> {
    settings: &'a Settings,
    rows: &'a [Row],
    shelf: Vec<OnceLock<Read>>,
}

type Read = (Option<Arc<Whole>>, Vec<Report>);

impl<'a> Library<'a> {
    fn new(settings: &'a Settings, rows: &'a [Row]) -> Self {
        let shelf = rows.iter().map(|_| OnceLock::new()).collect();
        Self { settings, rows, shelf }
    }

    /// Gives an article whole; `None` when its file can't be read any more.
    fn whole(&self, index: usize) -> Option<Arc<Whole>> {
        let read =
            self.shelf[index].get_or_init(|| match open_whole(self.settings, &self.rows[index]) {
                Ok((whole, reports)) => (Some(Arc::new(whole)), reports),
                Err(report) => (None, vec![report]),
            });
        read.0.clone()
    }

    fn into_reports(self) -> Vec<Report> {
        let read = self.shelf.into_iter().zip(self.rows);
        read.filter_map(|(read, row)| Some((read.into_inner()?.1, row)))
            .flat_map(|(reports, row)| reports.into_iter().map(|report| report.in_file(row.name())))
            .collect()
    }
}

/// Makes the feed of a query: takes its members in order until a limit is reached.
fn assemble(settings: &Settings, query: &Query<'_>, library: &Library<'_>, now: Timestamp) -> Feed {
    let plan = query.plan;
    let mut intake = Intake::new(plan.limits, now);
    let mut entries = Vec::new();
    for &index in &query.members {
        if intake.is_full() {
            break;
        }
        let article = &library.rows[index].article;
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
    feed(settings, query, entries)
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

fn feed(settings: &Settings, query: &Query<'_>, entries: Vec<Arc<Entry>>) -> Feed {
    let (site, plan) = (&settings.site, query.plan);
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

fn summary(query: &Query<'_>, feed: &Feed) -> FeedSummary {
    let format = feed.formats.iter().find(|format| **format != Format::Html);
    let outline = format.map(|format| Outline {
        title: feed.title.clone(),
        description: feed.description.clone(),
        home: feed.home.clone(),
        language: feed.language.to_string(),
        address: feed.address(*format),
        format: *format,
    });
    let group = (!query.values.is_empty()).then(|| Text::line(&declared_name(query.plan)));
    let (name, folder) = (feed.name.clone(), feed.folder.clone());
    FeedSummary { name, folder, entries: feed.entries.len(), outline, group }
}

/// Gives the name of a group as it is declared: `source/{source}` goes by `source`.
fn declared_name(plan: &FeedPlan) -> String {
    let pieces = plan.name.iter().map(|part| match part {
        Part::Literal(words) => words.as_str(),
        Part::Field(group) => group_word(*group),
    });
    let name: String = pieces.collect();
    let mut segments: Vec<&str> = name.split('/').collect();
    segments.dedup();
    segments.join("/")
}

fn group_word(group: Group) -> &'static str {
    match group {
        Group::Source => "source",
        Group::Tag => "tag",
        Group::Author => "author",
        Group::Language => "language",
        Group::Folder => "folder",
        Group::Month => "month",
        Group::Year => "year",
    }
}

/// Arranges the feeds for the list: those of one group under its name.
fn branches(feeds: &[FeedSummary]) -> Vec<Branch> {
    let mut branches: Vec<Branch> = Vec::new();
    for feed in feeds {
        let Some(outline) = feed.outline.clone() else { continue };
        match (&feed.group, branches.last_mut()) {
            (None, _) => branches.push(Branch::Single(Box::new(outline))),
            (Some(name), Some(Branch::Group(last, outlines))) if last == name => {
                outlines.push(outline);
            }
            (Some(name), _) => branches.push(Branch::Group(name.clone(), vec![outline])),
        }
    }
    branches
}
