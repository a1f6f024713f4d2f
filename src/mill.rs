//! One turn of the mill: the articles in, the feeds out.
//!
//! ```text
//! walk ─▶ read heads ─▶ catalog ─▶ select ─▶ read whole ─▶ render ─▶ publish
//! └────── stock ──────────────┘              └ library ┘
//! ```

mod assembly;
mod library;
mod list;
pub mod standing;
pub mod stock;

use rayon::prelude::*;

use crate::config::meant::{FeedPlan, Settings};
use crate::mill::library::Library;
use crate::mill::list::Listing;
use crate::mill::stock::Stock;
use crate::model::article::Listed;
use crate::model::date::Timestamp;
use crate::model::document::Document;
use crate::model::report::Report;
use crate::publish::directory::{Directory, PublishError, Written};
use crate::render::{self, html, opml};
use crate::select::{filter, group, order};

pub use crate::mill::library::open_whole;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSummary {
    /// Its name; empty for the feed at the root.
    pub name: String,
    /// Its folder below the output.
    pub folder: String,
    /// How many entries it holds.
    pub entries: usize,
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

/// Walks the whole path once. `now` decides which articles are due.
pub fn turn(
    settings: &Settings,
    now: Timestamp,
    progress: &dyn Progress,
) -> Result<Edition, PublishError> {
    let output = Directory::open(&settings.output)?;
    let Stock { catalog, files, mut reports } = stock::take(settings, now, progress);
    let articles = &catalog.articles;
    let ordered: Vec<Vec<usize>> =
        settings.feeds.iter().map(|plan| members(plan, articles, now)).collect();
    let (queries, collisions) =
        group::queries(&settings.feeds, articles, &ordered, settings.site.time_zone);
    reports.extend(collisions);

    let library = Library::new(settings, &catalog);
    progress.begin("feeds", queries.len());
    // A feed is rendered, published and let go, so that no more of them are held than threads work.
    let made: Vec<(FeedSummary, Option<Listing>, Written)> = queries
        .par_iter()
        .map(|query| {
            let feed = assembly::feed(settings, query, &library, now);
            let documents: Vec<Document> =
                feed.formats.iter().map(|format| render::document(&feed, *format)).collect();
            let written = output.publish(&documents)?;
            progress.step();
            let listing = list::listing(query, &feed);
            let summary =
                FeedSummary { name: feed.name, folder: feed.folder, entries: feed.entries.len() };
            Ok((summary, listing, written))
        })
        .collect::<Result<_, PublishError>>()?;

    let listings: Vec<Listing> =
        made.iter().filter_map(|(_, listing, _)| listing.clone()).collect();
    let list = opml::render(&settings.site.title, &list::branches(listings));
    let shared = output.publish(&[html::stylesheet(), list])?;
    let written = made.iter().fold(shared, |sum, (_, _, written)| sum + *written);
    reports.extend(library.into_reports());
    reports.sort();
    reports.dedup();
    let feeds = made.into_iter().map(|(summary, _, _)| summary).collect();
    Ok(Edition { files, articles: articles.len(), feeds, written, reports })
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
