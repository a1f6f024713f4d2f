//! The pages for people: that which lists all feeds and the twin page of each, with the stylesheet and
//! the script of the output.
//!
//! A page needs no script and asks for nothing but its stylesheet, pictures, sound and film. The script
//! adds what can't be done without: it searches the page, and copies addresses.
//!
//! Invariant: every value that goes into a page is escaped, but for the content of an entry, which
//! the sanitiser has let through.

mod cadence;
mod entry;
mod lead;
mod overview;
mod places;
mod setting;
#[cfg(test)]
mod tests;
mod ways;
mod words;

use askama::Template;

use crate::model::archive;
use crate::model::document::Document;
use crate::model::feed::{Feed, Format, LIST_PATH, OVERVIEW_PATH, SCRIPT_PATH, STYLESHEET_PATH};
use crate::model::language::Language;
use crate::render::html::entry::{EntryView, Kind};
use crate::render::html::ways::Ways;
use crate::render::html::words::{ENGLISH, Words};

pub use crate::render::html::overview::overview;

/// What a server shows of a folder.
const FOLDER_PAGE: &str = "index.html";

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

/// Gives the script of the pages.
#[must_use]
pub fn script() -> Document {
    let script = include_str!("html/feedmill.js").to_owned();
    Document::text(SCRIPT_PATH, "text/javascript; charset=utf-8", script)
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
    /// What leads from the folder of the feed to the root of the output.
    up: String,
    stylesheet: &'static str,
    script: &'static str,
    list: &'static str,
    overview: &'static str,
    /// What the page of an archive holds.
    label: Option<String>,
    ways: Ways,
    /// The names of the pages beside this one, with their relation and words.
    pages: Vec<(&'static str, &'static str, String)>,
    entries: Vec<EntryView<'a>>,
}

impl<'a> Page<'a> {
    fn of(feed: &'a Feed) -> Self {
        Self {
            words: &ENGLISH,
            direction: direction(&feed.language),
            generator: env!("CARGO_PKG_NAME"),
            up: feed.up_to_root(),
            stylesheet: STYLESHEET_PATH,
            script: SCRIPT_PATH,
            list: LIST_PATH,
            overview: OVERVIEW_PATH,
            label: feed.history.page.map(archive::Page::label),
            pages: pages(feed),
            canonical: canonical(feed),
            // Nobody subscribes to a page of an archive, so it offers what people subscribe to.
            ways: Ways::of(&feed.root, &feed.folder, &feed.formats, ""),
            entries: feed.entries.iter().map(|entry| EntryView::of(entry, feed)).collect(),
            feed,
        }
    }
}

/// Gives the one address of the page: that of its folder, where it is what a folder shows.
fn canonical(feed: &Feed) -> String {
    let own = feed.address(Format::Html).to_string();
    own.strip_suffix(FOLDER_PAGE).unwrap_or(&own).to_owned()
}

/// Lists the pages that lead through the history of a feed.
fn pages(feed: &Feed) -> Vec<(&'static str, &'static str, String)> {
    let archive::History { page, older, newer } = feed.history;
    let name = |page| Format::Html.page_file_name(&feed.folder, page);
    // The newest page of the archive leads on to the page that is always the newest.
    let latest = || page.map(|_| Format::Html.file_name(&feed.folder).to_owned());
    let newer = newer.map(name).or_else(latest).map(|name| ("next", ENGLISH.newer, name));
    let older = older.map(|page| ("prev", ENGLISH.older, name(page)));
    [newer, older].into_iter().flatten().collect()
}

/// Gives the value of `dir` for text in a language.
fn direction(language: &Language) -> &'static str {
    if language.is_right_to_left() { "rtl" } else { "ltr" }
}
