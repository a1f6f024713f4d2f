//! What of the chosen part of a page stays: its text, less what its theme puts around it.

use chrono_tz::Tz;
use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::{Html, Node};

use crate::model::text::Text;
use crate::read::date;
use crate::read::html::document::{Place, attribute, name};
use crate::read::page::choose::Chosen;
use crate::read::page::names;

/// The longest line that may be a date or a byline, in characters.
const LONGEST_LINE: usize = 100;
/// The longest heading that is compared with the title, in characters.
const LONGEST_TITLE: usize = 1000;
/// How many nodes of an element are looked at to find out what it is.
const SEARCHED: usize = 200;
/// What has the well-known name of a text must hold at least this part of all text, unless there are
/// so few bytes of other text; otherwise the name means something else there.
const LEAST_PART: usize = 3;
const LITTLE: usize = 200;

/// How much is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// All but what has the well-known name of a text.
    ContentOnly,
    /// Headers, bylines, boxes to share and the like.
    LessFurniture,
    /// Only what is beside the text by its element's name.
    Everything,
}

/// What is to be kept and what to be left out.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Pictures that stand above the text.
    pub(super) pictures_above: Vec<NodeId>,
    /// The elements whose children are the text.
    pub(super) parts: Vec<NodeId>,
    /// Headers to be left out but for these pictures in them.
    pub(super) headers: Vec<(NodeId, Vec<NodeId>)>,
    /// What is left out of the text.
    pub(super) left_out: Vec<NodeId>,
}

impl Plan {
    /// Makes a plan by one pass over the chosen part; `None` when nothing would be left that shows
    /// anything, or too little to be the text.
    pub(super) fn make(tree: &Html, chosen: Chosen, title: &Text, rules: Rules) -> Option<Self> {
        let part = tree.tree.get(chosen.id)?;
        let mut walk = Walk::new(title, rules, chosen);
        if rules != Rules::ContentOnly || names::is_content(part) {
            walk.content = Some(chosen.id);
            walk.plan.parts.push(chosen.id);
        }
        for edge in part.traverse() {
            walk.take(edge);
        }
        let is_enough =
            walk.outside <= LITTLE || walk.shown * LEAST_PART >= walk.shown + walk.outside;
        (rules == Rules::Everything || is_enough && (walk.shown > 0 || walk.has_media))
            .then_some(walk.plan)
    }
}

struct Walk<'a> {
    title: &'a Text,
    rules: Rules,
    chosen: Chosen,
    /// An open element whose inner nodes are not looked at.
    passed: Option<NodeId>,
    /// The open header that is left out.
    header: Option<NodeId>,
    /// The open element that holds the text.
    content: Option<NodeId>,
    /// True when the heading that repeats the title was found.
    has_title: bool,
    /// How many `<blockquote>` are open.
    quotes: usize,
    /// How many other articles are open.
    articles: usize,
    /// The bytes of text that stay, and of text that stands outside of what holds the text.
    shown: usize,
    outside: usize,
    has_media: bool,
    plan: Plan,
}

impl<'a> Walk<'a> {
    fn new(title: &'a Text, rules: Rules, chosen: Chosen) -> Self {
        Self {
            title,
            rules,
            chosen,
            passed: None,
            header: None,
            content: None,
            has_title: false,
            quotes: 0,
            articles: 0,
            shown: 0,
            outside: 0,
            has_media: false,
            plan: Plan::default(),
        }
    }

    fn take(&mut self, edge: Edge<'_, Node>) {
        match edge {
            Edge::Open(node) | Edge::Close(node) if node.id() == self.chosen.id => {}
            Edge::Open(_) if self.passed.is_some() => {}
            Edge::Open(node) => self.open(node),
            Edge::Close(node) if self.passed == Some(node.id()) => self.passed = None,
            Edge::Close(_) if self.passed.is_some() => {}
            Edge::Close(node) => self.close(node),
        }
    }

    fn open(&mut self, node: Place<'_>) {
        if let Node::Text(text) = node.value() {
            self.count(text.trim().len());
        } else if self.is_left_out(node) {
            self.plan.left_out.push(node.id());
            self.passed = Some(node.id());
        } else if self.content.is_none() && self.header.is_none() && self.is_content(node) {
            self.content = Some(node.id());
            self.plan.parts.push(node.id());
        } else if self.is_header(node) {
            self.header = Some(node.id());
            self.plan.headers.push((node.id(), Vec::new()));
        } else if self.stands_above(node) {
            self.picture(node);
        } else {
            self.quotes += usize::from(name(node) == "blockquote");
            self.articles += usize::from(name(node) == "article");
            self.has_media |= self.content.is_some() && is_media(node);
        }
    }

    fn count(&mut self, bytes: usize) {
        if self.header.is_some() {
            // What is left out with the header is no sign of anything.
        } else if self.content.is_some() {
            self.shown += bytes;
        } else if self.articles == 0 {
            self.outside += bytes;
        }
    }

    fn close(&mut self, node: Place<'_>) {
        if self.header == Some(node.id()) {
            self.header = None;
        } else if self.content == Some(node.id()) {
            self.content = None;
        } else {
            self.quotes -= usize::from(name(node) == "blockquote");
            self.articles -= usize::from(name(node) == "article");
        }
    }

    fn is_left_out(&mut self, node: Place<'_>) -> bool {
        match name(node) {
            "header" if self.chosen.is_body => return true,
            // In a quotation, the footer says whose words they are.
            "footer" => return self.quotes == 0,
            "h1" if !self.has_title => {
                let text = short_text(node, LONGEST_TITLE).map(|text| Text::line(&text));
                self.has_title = text.is_some_and(|text| !text.is_empty() && text == *self.title);
                return self.has_title;
            }
            _ => {}
        }
        let is_furniture = || self.quotes == 0 && names::is_furniture(node);
        names::is_beside(node)
            || (self.rules != Rules::Everything && is_furniture())
            || (self.rules == Rules::LessFurniture && self.begins() && is_dateline(node))
    }

    /// Tells whether nothing of the text has been shown yet.
    fn begins(&self) -> bool {
        self.shown == 0 && self.header.is_none()
    }

    fn is_content(&self, node: Place<'_>) -> bool {
        self.rules == Rules::ContentOnly && self.articles == 0 && names::is_content(node)
    }

    fn is_header(&self, node: Place<'_>) -> bool {
        let may_be = match self.rules {
            Rules::ContentOnly => self.content.is_none(),
            Rules::LessFurniture => true,
            Rules::Everything => false,
        };
        may_be && self.begins() && names::is_header(node) && is_of_article(node)
    }

    /// Tells a picture that stands in the header, or above what holds the text.
    fn stands_above(&self, node: Place<'_>) -> bool {
        let is_above = self.content.is_none() && self.plan.parts.is_empty() && self.articles == 0;
        (self.header.is_some() || is_above) && (is_picture(node) || name(node) == "noscript")
    }

    fn picture(&mut self, node: Place<'_>) {
        self.passed = Some(node.id());
        // What stands in a `<noscript>` is the picture beside it once more.
        if name(node) == "noscript" {
            return;
        }
        match self.plan.headers.last_mut().filter(|_| self.rules == Rules::LessFurniture) {
            Some((_, pictures)) => pictures.push(node.id()),
            None => self.plan.pictures_above.push(node.id()),
        }
    }
}

/// Tells the picture of an article from those of authors and signs.
fn is_picture(node: Place<'_>) -> bool {
    let classes = || attribute(node, "class").unwrap_or_default().split_ascii_whitespace();
    match name(node) {
        "figure" | "picture" => true,
        "img" => classes().any(|class| class == "wp-post-image"),
        _ => false,
    }
}

fn is_media(node: Place<'_>) -> bool {
    matches!(name(node), "img" | "video" | "audio" | "iframe" | "object" | "embed")
}

/// Tells the header of an article from one of its sections.
fn is_of_article(node: Place<'_>) -> bool {
    name(node) != "header"
        || names::is_header_by_name(node)
        || node.descendants().take(SEARCHED).any(|inner| {
            matches!(name(inner), "h1" | "time" | "figure" | "picture")
                || names::is_furniture(inner)
        })
}

/// Tells a line that says no more than when and by whom the article was written.
fn is_dateline(node: Place<'_>) -> bool {
    let may_be = matches!(
        name(node),
        "p" | "div" | "span" | "time" | "address" | "small" | "ul" | "h4" | "h5" | "h6"
    );
    let Some(line) = may_be.then(|| short_text(node, LONGEST_LINE)).flatten() else { return false };
    let is_sentence = line.trim_end().ends_with(['.', '!', '?', '。']);
    let tells = |inner: Place<'_>| {
        attribute(inner, "rel") == Some("author")
            || (name(inner) == "time" && attribute(inner, "datetime").is_some_and(is_date))
    };
    parts_of_line(&line).any(is_date)
        || (!is_sentence && node.descendants().take(SEARCHED).any(tells))
}

/// Divides a line at the signs that themes put between a date, a name and a reading time.
pub(super) fn parts_of_line(line: &str) -> impl Iterator<Item = &str> {
    line.split(['·', '•', '|', '—', '–']).map(str::trim)
}

fn is_date(text: &str) -> bool {
    date::parse(text, Tz::UTC).is_some()
}

/// Gives all text of a node, if it is not longer than so many characters and has few nodes.
fn short_text(node: Place<'_>, longest: usize) -> Option<String> {
    let mut text = String::new();
    for (count, inner) in node.descendants().enumerate() {
        if let Node::Text(more) = inner.value() {
            text.push_str(more);
        }
        if count > SEARCHED || text.len() > longest * 4 {
            return None;
        }
    }
    (text.trim().chars().count() <= longest).then_some(text)
}
