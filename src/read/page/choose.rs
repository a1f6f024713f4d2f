//! Which element of a page is the article.

use std::cmp::Reverse;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::{Html, Node};

use crate::model::text::Text;
use crate::read::html::document::{Place, attribute, name};
use crate::read::page::names;

/// The element of the main text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    pub(super) id: NodeId,
    /// True when it is the whole body, with the page's own header and all.
    pub(super) is_body: bool,
}

/// Chooses the element of the main text: an `<article>`, else the `<main>`, else what calls itself
/// so by its role, else the body. What readers have written is never chosen.
pub(super) fn choose(tree: &Html, title: &Text) -> Option<Chosen> {
    let mut survey = Survey::new(title);
    for edge in tree.tree.root().traverse() {
        survey.take(edge);
    }
    let Survey { articles, main, by_role, body, has_content_outside, .. } = survey;
    let article = best(articles.into_iter().map(|(_, article)| article), has_content_outside);
    let part = article.or(main).or(by_role).map(|id| Chosen { id, is_body: false });
    part.or_else(|| body.map(|id| Chosen { id, is_body: true }))
}

/// Gives the article that most probably is the page's own: the one with the strongest sign, then the
/// first in `<main>`, else the longest.
fn best(articles: impl Iterator<Item = Article>, has_content_outside: bool) -> Option<NodeId> {
    let rank = |(place, article): &(usize, Article)| {
        let size = if article.sign == Sign::InMain { 0 } else { article.size };
        (article.sign, size, Reverse(*place))
    };
    let articles = articles.enumerate().filter(|(_, article)| article.size > 0);
    let (_, best) = articles.max_by_key(rank)?;
    (best.sign > Sign::InMain || !has_content_outside).then_some(best.id)
}

/// What tells that an `<article>` is the page's own, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    Nothing,
    /// It stands in `<main>`.
    InMain,
    /// It has an `<h1>`.
    Heading,
    /// It has, or holds what has, the well-known name of a text.
    Content,
    /// It has the title as its `<h1>`.
    Title,
}

/// What is known of an `<article>`, all that it holds included.
#[derive(Clone, Copy, Debug)]
struct Article {
    id: NodeId,
    /// The bytes of its text, less its main headings.
    size: usize,
    sign: Sign,
}

/// One pass over a page.
struct Survey<'a> {
    title: &'a Text,
    /// The articles in the order in which they begin, and the place of the one around each.
    articles: Vec<(Option<usize>, Article)>,
    /// The innermost article that is open.
    current: Option<usize>,
    /// An open element that is no part of any article.
    left_out: Option<NodeId>,
    /// The open `<h1>` and its text.
    heading: Option<(NodeId, String)>,
    main: Option<NodeId>,
    main_is_open: bool,
    by_role: Option<NodeId>,
    body: Option<NodeId>,
    /// True when the well-known name of a text stands outside of any article.
    has_content_outside: bool,
}

impl<'a> Survey<'a> {
    fn new(title: &'a Text) -> Self {
        Self {
            title,
            articles: Vec::new(),
            current: None,
            left_out: None,
            heading: None,
            main: None,
            main_is_open: false,
            by_role: None,
            body: None,
            has_content_outside: false,
        }
    }

    fn take(&mut self, edge: Edge<'_, Node>) {
        match edge {
            Edge::Open(_) if self.left_out.is_some() => {}
            Edge::Open(node) if names::is_beside(node) || names::is_furniture(node) => {
                self.left_out = Some(node.id());
            }
            Edge::Open(node) => self.open(node),
            Edge::Close(node) if self.left_out == Some(node.id()) => self.left_out = None,
            Edge::Close(_) if self.left_out.is_some() => {}
            Edge::Close(node) => self.close(node),
        }
    }

    fn open(&mut self, node: Place<'_>) {
        if let Node::Text(text) = node.value() {
            return self.text(text);
        }
        match name(node) {
            "article" => {
                let sign = if self.main_is_open { Sign::InMain } else { Sign::Nothing };
                self.articles.push((self.current, Article { id: node.id(), size: 0, sign }));
                self.current = Some(self.articles.len() - 1);
            }
            "h1" if self.heading.is_none() => self.heading = Some((node.id(), String::new())),
            "main" => {
                self.main.get_or_insert(node.id());
                self.main_is_open = true;
            }
            "body" => self.body = self.body.or(Some(node.id())),
            _ => {}
        }
        if attribute(node, "role") == Some("main") {
            self.by_role.get_or_insert(node.id());
        }
        if names::is_content(node) {
            match self.article() {
                Some(article) => article.sign = article.sign.max(Sign::Content),
                None => self.has_content_outside = true,
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, heading)) = &mut self.heading {
            heading.push_str(text);
        } else if let Some(article) = self.article() {
            article.size += text.trim().len();
        }
    }

    fn close(&mut self, node: Place<'_>) {
        match name(node) {
            "article" => self.close_article(),
            "h1" if self.heading.as_ref().is_some_and(|(id, _)| *id == node.id()) => {
                let (_, text) = self.heading.take().unwrap_or((node.id(), String::new()));
                let text = Text::line(&text);
                let is_title = !text.is_empty() && text == *self.title;
                let sign = if is_title { Sign::Title } else { Sign::Heading };
                if let Some(article) = self.article() {
                    article.sign = article.sign.max(sign);
                }
            }
            "main" => self.main_is_open = false,
            _ => {}
        }
    }

    /// What an article holds belongs to the one around it, too.
    fn close_article(&mut self) {
        let Some(place) = self.current else { return };
        let (around, inner) = self.articles[place];
        self.current = around;
        if let Some(outer) = self.article() {
            outer.size += inner.size;
            outer.sign = outer.sign.max(inner.sign);
        }
    }

    fn article(&mut self) -> Option<&mut Article> {
        Some(&mut self.articles.get_mut(self.current?)?.1)
    }
}
