//! The twin page of a feed, for people, and the stylesheet of the output.
//!
//! The page needs no script and asks for nothing but its stylesheet, pictures, sound and film.
//!
//! Invariant: every value that goes into a page is escaped, but for the content of an entry, which
//! the sanitiser has let through.

mod entry;
mod lead;
mod places;
#[cfg(test)]
mod tests;
mod words;

use askama::Template;

use crate::model::archive;
use crate::model::document::Document;
use crate::model::feed::{Feed, Format};
use crate::model::language::Language;
use crate::model::list::{Branch, Outline};
use crate::model::text::Text;
use crate::render::html::entry::{EntryView, Kind};
use crate::render::html::words::{ENGLISH, Words};

/// Where the stylesheet stands below the output.
const STYLESHEET_PATH: &str = "feedmill.css";

/// Where the list of all feeds stands below the output.
const LIST_PATH: &str = "feeds.opml";

/// Renders the twin page of a feed. The same feed gives the same bytes.
#[must_use]
pub fn render(feed: &Feed) -> Document {
    let page = Page::of(feed).to_string();
    Document::text(feed.path(Format::Html), Format::Html.content_type(), page)
}

/// Gives the stylesheet: that of the pages, and of the RSS and Atom documents when a browser shows
/// them (CSS 2.2, and `xml-stylesheet` as W3C's "Associating Style Sheets with XML documents").
#[must_use]
pub fn stylesheet() -> Document {
    let rules = include_str!("html/feedmill.css").to_owned();
    Document::text(STYLESHEET_PATH, "text/css; charset=utf-8", rules)
}

/// What the template `page.html` shows.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    feed: &'a Feed,
    words: &'a Words,
    direction: &'static str,
    generator: &'static str,
    canonical: String,
    stylesheet: String,
    list: String,
    /// The site that the feed belongs to, unless that is this page.
    home: Option<&'a str>,
    /// The name of the page at the root, where that is another one.
    front: String,
    /// The other feeds, by the groups that they are in.
    others: Vec<Shelf<'a>>,
    /// What the page of an archive holds.
    label: Option<String>,
    subscriptions: Vec<Subscription>,
    /// The names of the pages beside this one, with their relation and words.
    pages: Vec<(&'static str, &'static str, String)>,
    entries: Vec<EntryView<'a>>,
}

/// Feeds of one group, or feeds without one.
struct Shelf<'a> {
    /// The name of the group.
    group: Option<&'a Text>,
    feeds: Vec<Neighbour<'a>>,
}

/// Another feed.
struct Neighbour<'a> {
    title: &'a Text,
    language: &'a str,
    /// Its page, or its document where it has none, as it is linked from here.
    link: String,
}

/// A way to subscribe.
struct Subscription {
    format: Format,
    /// The whole address, for feed readers.
    address: String,
}

impl<'a> Page<'a> {
    fn of(feed: &'a Feed) -> Self {
        let up = feed.up_to_root();
        let current = feed.address_of(None, Format::Html);
        Self {
            words: &ENGLISH,
            direction: direction(&feed.language),
            generator: env!("CARGO_PKG_NAME"),
            stylesheet: format!("{up}{STYLESHEET_PATH}"),
            list: format!("{up}{LIST_PATH}"),
            home: Some(feed.home.as_str()).filter(|home| !is_page(home, current.as_str())),
            label: feed.history.page.map(archive::Page::label),
            pages: pages(feed),
            canonical: canonical(feed),
            front: format!("{up}{}", Format::Html.file_name()),
            others: shelves(feed),
            subscriptions: subscriptions(feed),
            entries: feed.entries.iter().map(|entry| EntryView::of(entry, feed)).collect(),
            feed,
        }
    }
}

/// Gives the one address of the page: that of its folder, as other documents of the feed have it,
/// unless it is a page of an archive.
fn canonical(feed: &Feed) -> String {
    let own = feed.address(Format::Html).to_string();
    match feed.history.page {
        Some(_) => own,
        None => own.strip_suffix(Format::Html.file_name()).unwrap_or(&own).to_owned(),
    }
}

/// Lists the other feeds: those without a group first, then group by group.
fn shelves(feed: &Feed) -> Vec<Shelf<'_>> {
    let mut shelves = vec![Shelf { group: None, feeds: Vec::new() }];
    for branch in &feed.others {
        match branch {
            Branch::Single(outline) => shelves[0].feeds.push(neighbour(feed, outline)),
            Branch::Group(name, outlines) => {
                let feeds = outlines.iter().map(|outline| neighbour(feed, outline)).collect();
                shelves.push(Shelf { group: Some(name), feeds });
            }
        }
    }
    shelves.retain(|shelf| !shelf.feeds.is_empty());
    shelves
}

/// Links another feed. A relative link leads there from a disk, too.
fn neighbour<'a>(feed: &Feed, outline: &'a Outline) -> Neighbour<'a> {
    let whole = outline.page.as_ref().unwrap_or(&outline.address).as_str();
    let below = whole.strip_prefix(feed.root.as_str()).unwrap_or(whole);
    Neighbour { title: &outline.title, language: &outline.language, link: format!("./{below}") }
}

/// Tells whether an address is that of a page, with or without the name of its file.
fn is_page(address: &str, page: &str) -> bool {
    let folder = page.strip_suffix(Format::Html.file_name());
    address == page || folder == Some(address)
}

/// Lists the pages that lead through the history of a feed.
fn pages(feed: &Feed) -> Vec<(&'static str, &'static str, String)> {
    let archive::History { page, older, newer } = feed.history;
    let name = |page| Format::Html.page_file_name(page);
    // The newest page of the archive leads on to the page that is always the newest.
    let latest = || page.map(|_| Format::Html.file_name().to_owned());
    let newer = newer.map(name).or_else(latest).map(|name| ("next", ENGLISH.newer, name));
    let older = older.map(|page| ("prev", ENGLISH.older, name(page)));
    [newer, older].into_iter().flatten().collect()
}

/// Lists the formats that a feed reader takes, in the order of the feed. Nobody subscribes to a page
/// of an archive, so it offers what people subscribe to.
fn subscriptions(feed: &Feed) -> Vec<Subscription> {
    let formats = feed.formats.iter().copied().filter(|format| *format != Format::Html);
    formats
        .map(|format| Subscription { format, address: feed.address_of(None, format).into() })
        .collect()
}

/// Gives the value of `dir` for text in a language.
fn direction(language: &Language) -> &'static str {
    if language.is_right_to_left() { "rtl" } else { "ltr" }
}
