//! Makes of a tree one that HTML can write.
//!
//! A tree that lost elements may hold what no parser would build: a paragraph around a table, a
//! link in a link. Written out and read again it would fall apart, at worst into thousands of
//! copies of what was open around it. After this, reading what was written gives the same tree.

use ego_tree::NodeId;
use scraper::{Html, Node, StrTendril};

use crate::read::html::document::{
    Place, attribute, change, content, detach, is_blank, name, rename, unwrap,
};

/// Tidies the content, whose nodes are listed.
pub(crate) fn tidy(html: &mut Html, nodes: &[NodeId]) {
    drop_hollow(html, nodes);
    if mend_nesting(html) {
        // What is a division now may be hollow.
        drop_hollow(html, nodes);
    }
    guard_first_line_breaks(html, nodes);
}

/// Tells whether the start of an element ends an open paragraph (HTML §13.2.6.4.7).
fn ends_paragraph(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "footer"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "li"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "ul"
    )
}

/// Tells whether an element says nothing when it is empty.
fn is_hollow_when_empty(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "blockquote"
            | "cite"
            | "code"
            | "del"
            | "div"
            | "em"
            | "figcaption"
            | "figure"
            | "i"
            | "ins"
            | "mark"
            | "p"
            | "picture"
            | "q"
            | "s"
            | "small"
            | "span"
            | "strong"
            | "u"
    )
}

/// Drops links, paragraphs and the like that have become empty, the inner ones first, and links
/// that lead nowhere.
fn drop_hollow(html: &mut Html, nodes: &[NodeId]) {
    for id in nodes.iter().copied().rev() {
        let Some(node) = html.tree.get(id) else { continue };
        if is_hollow_when_empty(name(node)) && !is_named(node) && node.children().all(is_blank) {
            // A blank between two words stays one.
            unwrap(html, id);
        } else if matches!(name(node), "video" | "audio") && !has_source(node) {
            detach(html, id);
        }
    }
    for id in nodes.iter().copied() {
        let leads_nowhere = |node: &Place<'_>| {
            name(*node) == "a" && attribute(*node, "href").is_none() && !is_named(*node)
        };
        let is_bare_picture =
            |node: &Place<'_>| name(*node) == "img" && attribute(*node, "src").is_none();
        if html.tree.get(id).as_ref().is_some_and(leads_nowhere) {
            unwrap(html, id);
        } else if html.tree.get(id).as_ref().is_some_and(is_bare_picture) {
            detach(html, id);
        }
    }
}

/// Tells whether a link may lead to an element.
fn is_named(node: Place<'_>) -> bool {
    attribute(node, "id").is_some()
}

fn has_source(media: Place<'_>) -> bool {
    attribute(media, "src").is_some() || media.children().any(|child| name(child) == "source")
}

/// What is open around a node.
#[derive(Clone, Copy, Default)]
struct Open {
    /// The innermost paragraph that a block would end.
    paragraph: Option<NodeId>,
    /// True within a link.
    link: bool,
    /// True when the start of a list item would end one that is open.
    item: bool,
    /// True when the parent is a heading.
    heading: bool,
}

/// Mends what the parser would take apart: blocks in paragraphs, links in links, items in items,
/// headings in headings. Tells whether there were any.
fn mend_nesting(html: &mut Html) -> bool {
    let Some(root) = content(html) else { return false };
    let mut blocks_in: Vec<NodeId> = Vec::new();
    let mut into_divisions: Vec<NodeId> = Vec::new();
    let mut inner_links: Vec<NodeId> = Vec::new();
    let mut stack: Vec<(Place<'_>, Open)> = vec![(root, Open::default())];
    while let Some((node, open)) = stack.pop() {
        let tag = name(node);
        if let Some(paragraph) = open.paragraph.filter(|_| ends_paragraph(tag)) {
            blocks_in.push(paragraph);
        }
        if tag == "a" && open.link {
            inner_links.push(node.id());
        }
        let is_item = matches!(tag, "dd" | "dt" | "li");
        let is_heading = matches!(tag.as_bytes(), [b'h', b'1'..=b'6']);
        if (is_item && open.item) || (is_heading && open.heading) {
            into_divisions.push(node.id());
        }
        let inner = inside(node, open, is_item, is_heading);
        stack.extend(node.children().map(|child| (child, inner)));
    }
    let is_amiss = !(blocks_in.is_empty() && into_divisions.is_empty() && inner_links.is_empty());
    for id in blocks_in.into_iter().chain(into_divisions) {
        change(html, id, |element| rename(element, "div"));
    }
    // The stack gave the document backwards in places, but a link is always before its inner ones.
    for id in inner_links {
        unwrap(html, id);
    }
    is_amiss
}

/// Tells what is open inside a node.
fn inside(node: Place<'_>, around: Open, is_item: bool, is_heading: bool) -> Open {
    match name(node) {
        // The borders of every scope (HTML §13.2.4.2); what is open around them can't be ended.
        "caption" | "td" | "th" => Open { link: around.link, ..Open::default() },
        "p" => Open { paragraph: Some(node.id()), heading: false, ..around },
        "a" => Open { link: true, heading: false, ..around },
        "ol" | "ul" | "dl" | "table" | "blockquote" | "section" | "article" | "aside"
        | "figure" | "details" | "summary" | "header" | "footer" | "figcaption" | "pre" => {
            Open { item: false, heading: false, ..around }
        }
        _ => Open { item: around.item || is_item, heading: is_heading, ..around },
    }
}

/// Doubles the line break that begins a `<pre>`: a parser takes the first one away (HTML
/// §13.2.6.4.7), once in the sanitiser and once in the reader.
fn guard_first_line_breaks(html: &mut Html, nodes: &[NodeId]) {
    let first_texts: Vec<NodeId> = nodes
        .iter()
        .filter_map(|id| html.tree.get(*id))
        .filter(|node| name(*node) == "pre")
        .filter_map(|node| node.first_child())
        .map(|child| child.id())
        .collect();
    for id in first_texts {
        if let Some(mut node) = html.tree.get_mut(id)
            && let Node::Text(text) = node.value()
            && text.starts_with('\n')
        {
            text.text = StrTendril::from_slice(&format!("\n\n{}", &**text));
        }
    }
}
