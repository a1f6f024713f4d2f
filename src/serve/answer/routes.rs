//! What a path leads to: a document on the shelf, or the word that it is elsewhere, or gone.

use std::sync::Arc;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use regex::{Captures, Regex};

use crate::config::meant::{Former, Group, Part, Settings};
use crate::publish::shelf::{Item, Shelf};

/// What a segment of a path can't hold as it is (RFC 3986 §3.3).
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The path at which is told what happens to entries.
pub(in crate::serve) const EVENTS: &str = "events";

/// Ways that lead elsewhere than to the document of the same path.
#[derive(Debug, Default)]
pub(super) struct Routes {
    /// The path of the site's address, without slashes at its ends: what a proxy may leave in front.
    base: String,
    moved: Vec<Moved>,
    gone: Vec<String>,
}

/// A place that leads to another.
#[derive(Debug)]
struct Moved {
    /// What matches the former path; the groups of the name are groups of the pattern.
    from: Regex,
    to: Vec<Part<Group>>,
    /// What follows the name of the feed: `None` for whatever followed the former name.
    document: Option<&'static str>,
}

/// What a path leads to.
#[derive(Clone, Debug)]
pub(super) enum Route<'a> {
    /// A document.
    Item(&'a Arc<Item>),
    /// Another path on this server.
    Elsewhere(String),
    /// What happens to entries.
    Events,
    /// Something that was removed for good.
    Gone,
    /// Nothing that was ever known.
    Nothing,
}

impl Routes {
    /// Makes the ways that the settings tell of.
    pub(super) fn new(settings: &Settings) -> Self {
        let moved = settings.feeds.iter().flat_map(|plan| {
            plan.moved_from.iter().filter_map(|former| Moved::new(former, &plan.name))
        });
        let base = percent_decode_str(settings.site.url.path()).decode_utf8_lossy();
        Self {
            base: base.trim_matches('/').to_owned(),
            moved: moved.collect(),
            gone: settings.serve.gone.clone(),
        }
    }

    /// Finds what the path of a request leads to. The shelf is asked for what the path says, and nothing
    /// else is looked at: a path with a coded slash would be a second name of another, and leads nowhere.
    pub(super) fn find<'a>(&self, shelf: &'a Shelf, path: &str) -> Route<'a> {
        let has_coded_slash =
            || path.as_bytes().windows(3).any(|part| part.eq_ignore_ascii_case(b"%2f"));
        let plain = path.strip_prefix('/').filter(|path| !path.contains('%') || !has_coded_slash());
        let plain = plain.and_then(|path| percent_decode_str(path).decode_utf8().ok());
        let Some(plain) = plain else { return Route::Nothing };
        match (self.below(shelf, &plain), self.without_base(&plain)) {
            (Route::Nothing, Some(rest)) => match self.below(shelf, rest) {
                Route::Elsewhere(path) => Route::Elsewhere(format!("/{}{path}", coded(&self.base))),
                route => route,
            },
            (route, _) => route,
        }
    }

    fn without_base<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(&self.base)?;
        if self.base.is_empty() { None } else { rest.strip_prefix('/') }
    }

    /// Finds what a path below the output leads to. What is there now is there, whatever was before.
    fn below<'a>(&self, shelf: &'a Shelf, path: &str) -> Route<'a> {
        if let Some(item) = item(shelf, path) {
            return Route::Item(item);
        }
        if is_folder_of_page(shelf, path) {
            return Route::Elsewhere(format!("/{}/", coded(path)));
        }
        if path == EVENTS {
            return Route::Events;
        }
        let is_there =
            |target: &String| item(shelf, target).is_some() || is_folder_of_page(shelf, target);
        if let Some(target) = self.moved.iter().filter_map(|one| one.target(path)).find(is_there) {
            return Route::Elsewhere(format!("/{}", coded(&target)));
        }
        let is_gone = |gone: &&String| {
            let rest = path.strip_prefix(gone.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if self.gone.iter().any(|gone| is_gone(&gone)) { Route::Gone } else { Route::Nothing }
    }
}

/// Gives the document at a path: a folder's is its page.
fn item<'a>(shelf: &'a Shelf, path: &str) -> Option<&'a Arc<Item>> {
    if path.is_empty() || path.ends_with('/') {
        shelf.get(&format!("{path}index.html"))
    } else {
        shelf.get(path)
    }
}

/// Tells whether a path is that of a folder whose page stands behind a slash.
fn is_folder_of_page(shelf: &Shelf, path: &str) -> bool {
    !path.ends_with('/') && shelf.get(&format!("{path}/index.html")).is_some()
}

/// Writes a path as an address holds it.
fn coded(path: &str) -> String {
    let segments = path.split('/').map(|segment| utf8_percent_encode(segment, SEGMENT).to_string());
    segments.collect::<Vec<_>>().join("/")
}

/// Gives the words of a part; nothing for a placeholder.
fn literal(part: &Part<Group>) -> &str {
    match part {
        Part::Literal(words) => words,
        Part::Field(_) => "",
    }
}

impl Moved {
    fn new(former: &Former, now: &[Part<Group>]) -> Option<Self> {
        let (from, document) = match former {
            Former::Name(name) => (Self::pattern(name), None),
            Former::Document(path, format) => {
                // One that stands for a single document has no groups.
                let folder: String = now.iter().map(literal).collect();
                (format!("^{}/?$", regex::escape(path)), Some(format.file_name(&folder)))
            }
        };
        // It is made of what was escaped, so it can be read; a name too long for it leads nowhere.
        Some(Self { from: Regex::new(&from).ok()?, to: now.to_owned(), document })
    }

    /// Makes the pattern of a former name and of what may follow it.
    fn pattern(name: &[Part<Group>]) -> String {
        let mut told = Vec::new();
        let mut pattern = String::from("^");
        for part in name {
            match part {
                Part::Literal(words) => pattern.push_str(&regex::escape(words)),
                Part::Field(group) => {
                    // Only values of folders have slashes in them.
                    let any = if *group == Group::Folder { ".+?" } else { "[^/]+?" };
                    let is_told = told.contains(group);
                    let named = if is_told { String::new() } else { format!("?P<{group:?}>") };
                    pattern.extend(["(", &named, any, ")"]);
                    told.push(*group);
                }
            }
        }
        let slash = if name.is_empty() { "" } else { "/" };
        format!("{pattern}(?:{slash}(?P<rest>.*))?$")
    }

    /// Gives the path that a former path leads to.
    fn target(&self, path: &str) -> Option<String> {
        let found = self.from.captures(path)?;
        let folder: String = self.to.iter().map(|part| Self::fill(part, &found)).collect();
        let rest = found.name("rest").map_or("", |rest| rest.as_str());
        let rest = self.document.unwrap_or(rest);
        Some(if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") })
    }

    fn fill<'f>(part: &'f Part<Group>, found: &'f Captures<'_>) -> &'f str {
        match part {
            Part::Literal(words) => words,
            Part::Field(group) => {
                found.name(&format!("{group:?}")).map_or("", |value| value.as_str())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use url::Url;

    use super::*;
    use crate::config::{ConfigFile, Sources, load};

    /// The ways of a configuration, beside a shelf with a few documents.
    struct Ways {
        routes: Routes,
        shelf: Shelf,
    }

    impl Ways {
        fn new(config: &str) -> Self {
            let file = ConfigFile { name: "config.toml".into(), text: config.into() };
            let settings = load(&Sources { file: Some(file), ..Sources::default() });
            let routes = Routes::new(&settings.expect("valid").settings);
            let folder = tempfile::tempdir().expect("a temporary folder can be made");
            for path in [
                "rss.xml",
                "news/rss.xml",
                "news/index.html",
                "news/atom-2024-05.xml",
                "source/ü.example/rss.xml",
            ] {
                let path = folder.path().join(path);
                fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
                fs::write(path, "a").expect("written");
            }
            let shelf = Shelf::load(folder.path(), &Shelf::default()).expect("read");
            Self { routes, shelf }
        }

        fn lead(&self, path: &str) -> String {
            match self.routes.find(&self.shelf, path) {
                Route::Item(item) => item.media_type.to_owned(),
                Route::Elsewhere(path) => path,
                Route::Events => "events".into(),
                Route::Gone => "gone".into(),
                Route::Nothing => String::new(),
            }
        }
    }

    const CONFIG: &str = "[site]\nurl = \"https://a.example/my feeds/\"\n\
        [serve]\ngone = [\"old/tag\", \"x.xml\"]\n\
        [[feed]]\n\
        [[feed]]\nname = \"news\"\nmoved_from = [\"reports\", \"index.xml\", \"feed/\"]\n\
        [[feed]]\nname = \"source/{source}\"\nmoved_from = [\"from/{source}\"]\n";

    static WAYS: LazyLock<Ways> = LazyLock::new(|| Ways::new(CONFIG));

    const RSS: &str = "application/rss+xml; charset=utf-8";

    #[test]
    fn former_places_lead_to_the_feed() {
        let ways = Ways::new(CONFIG);
        for (path, target) in [
            ("/reports/rss.xml", "/news/rss.xml"),
            ("/reports/atom-2024-05.xml", "/news/atom-2024-05.xml"),
            ("/reports/", "/news/"),
            ("/reports", "/news/"),
            ("/index.xml", "/news/rss.xml"),
            ("/feed/", "/news/rss.xml"),
            ("/feed", "/news/rss.xml"),
            ("/from/%C3%BC.example/rss.xml", "/source/%C3%BC.example/rss.xml"),
            ("/from/other.example/rss.xml", ""),
            ("/reports/none.xml", ""),
            ("/reportss/rss.xml", ""),
            ("/news", "/news/"),
            ("/news/rss.xml", RSS),
            ("/events", "events"),
            ("/events/", ""),
        ] {
            assert_eq!(ways.lead(path), target, "{path}");
        }
    }

    #[test]
    fn the_path_of_the_site_may_stand_in_front() {
        let ways = Ways::new(CONFIG);
        for (path, target) in [
            ("/my%20feeds/rss.xml", RSS),
            ("/my%20feeds/reports/rss.xml", "/my%20feeds/news/rss.xml"),
            ("/my%20feeds/news", "/my%20feeds/news/"),
            ("/my%20feeds/events", "events"),
            ("/my%20feeds/old/tag/rss.xml", "gone"),
            ("/my%20feedsrss.xml", ""),
            ("/my%20feeds/my%20feeds/rss.xml", ""),
        ] {
            assert_eq!(ways.lead(path), target, "{path}");
        }
    }

    #[test]
    fn what_was_removed_for_good_is_gone() {
        let ways = Ways::new(CONFIG);
        for path in ["/old/tag", "/old/tag/", "/old/tag/a/rss.xml", "/x.xml"] {
            assert_eq!(ways.lead(path), "gone", "{path}");
        }
        for path in ["/old/tags/rss.xml", "/old/rss.xml", "/old", "/x.xml2"] {
            assert_eq!(ways.lead(path), "", "{path}");
        }
    }

    #[test]
    fn a_feed_that_left_the_root_is_found() {
        let ways = Ways::new("[[feed]]\nname = \"news\"\nmoved_from = [\"\"]");
        assert_eq!(ways.lead("/atom-2024-05.xml"), "/news/atom-2024-05.xml");
        assert_eq!(ways.lead("/"), "/news/");
        assert_eq!(ways.lead("/rss.xml"), RSS, "something stands there");
    }

    proptest! {
        /// Wherever a client is led, it arrives: at a document, by an address of this server.
        #[test]
        fn every_way_leads_to_a_document(path in "/(from/|reports/|my%20feeds/|[a-z./%~]{0,6}){0,3}(rss.xml|[ -~]{0,6})") {
            let ways = &*WAYS;
            if let Route::Elsewhere(target) = ways.routes.find(&ways.shelf, &path) {
                prop_assert!(target.starts_with('/') && !target.starts_with("//"), "{}", target);
                let url = Url::parse("http://a.example/").and_then(|base| base.join(&target));
                let url = url.expect("an address");
                prop_assert_eq!(url.path(), &target);
                let arrived = matches!(ways.routes.find(&ways.shelf, &target), Route::Item(_));
                prop_assert!(arrived, "{}", target);
            }
        }
    }
}
