//! What goes before the content stands in a feed: what runs, hides, counts or is of no use.

use ego_tree::NodeId;
use html5ever::ns;
use scraper::{Html, Node};

use crate::read::html::allowed::{Fate, fate};
use crate::read::html::document::{Place, change, detach, name, rename, unwrap};
use crate::read::html::pixels::{is_hidden, is_pixel};

/// Drops what no reader should show, with all that it holds.
pub(crate) fn unwanted(html: &mut Html, nodes: &[NodeId]) {
    let unwanted: Vec<NodeId> =
        nodes.iter().copied().filter(|id| html.tree.get(*id).is_some_and(is_unwanted)).collect();
    for id in unwanted {
        detach(html, id);
    }
}

fn is_unwanted(node: Place<'_>) -> bool {
    match node.value() {
        Node::Text(_) => false,
        Node::Element(element) if element.name.ns == ns!(svg) => true,
        // A formula is shown as its text; its notes would say it twice.
        Node::Element(element) if element.name.ns == ns!(mathml) => {
            matches!(element.name(), "annotation" | "annotation-xml")
        }
        Node::Element(element) => {
            fate(element.name()) == Fate::Drop
                || is_hidden(node)
                || (element.name() == "img" && is_pixel(node))
        }
        _ => true,
    }
}

/// Gives elements that feeds do not know the name of the nearest that they do know, or leaves
/// only what they hold.
pub(crate) fn unknown(html: &mut Html, nodes: &[NodeId]) {
    // In the order of the document, so that every node moves once.
    for id in nodes.iter().copied() {
        let Some(node) = html.tree.get(id).filter(|node| node.value().is_element()) else {
            continue;
        };
        match fate(name(node)) {
            Fate::Stay => {}
            Fate::Drop => detach(html, id),
            Fate::Rename(new) => change(html, id, |element| rename(element, new)),
            Fate::Unwrap => unwrap(html, id),
        }
    }
}
