//! Small helpers on a tree, for those who change it.
//!
//! Invariant: a change costs time in proportion to what it touches, and nothing here recurses.

use ego_tree::{NodeId, NodeRef};
use html5ever::{LocalName, QualName, ns};
use scraper::node::Element;
use scraper::{Html, Node, StrTendril};

/// A node of a tree.
pub(crate) type Place<'a> = NodeRef<'a, Node>;

/// Gives the node whose children are the content: the body, or the root element of a fragment.
pub(crate) fn content(html: &Html) -> Option<Place<'_>> {
    let root = html.tree.root().children().find(|node| node.value().is_element())?;
    if html.tree.root().value().is_fragment() {
        return Some(root);
    }
    Some(root.children().find(|node| name(*node) == "body").unwrap_or(root))
}

/// Lists the nodes of the content in the order of the document.
///
/// One list serves many passes: a node that was taken out in between does no harm, and none of
/// the passes changes the order.
pub(crate) fn nodes(html: &Html) -> Vec<NodeId> {
    let Some(content) = content(html) else { return Vec::new() };
    content.descendants().skip(1).map(|node| node.id()).collect()
}

/// Gives the name of an HTML element; an empty string for any other node.
pub(crate) fn name(node: Place<'_>) -> &str {
    match node.value() {
        Node::Element(element) if element.name.ns == ns!(html) => element.name(),
        _ => "",
    }
}

/// Gives an attribute of an element.
pub(crate) fn attribute<'a>(node: Place<'a>, name: &str) -> Option<&'a str> {
    // There are few: looking at each is faster than hashing the name.
    let mut attributes = node.value().as_element()?.attrs();
    attributes.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// Gives the element that stands next to a node, before or after it, with nothing but white space
/// between.
pub(crate) fn neighbour(node: Place<'_>, after: bool) -> Option<Place<'_>> {
    let mut next = sibling(node, after)?;
    while next.value().as_text().is_some_and(|text| text.trim().is_empty()) {
        next = sibling(next, after)?;
    }
    next.value().is_element().then_some(next)
}

fn sibling(node: Place<'_>, after: bool) -> Option<Place<'_>> {
    if after { node.next_sibling() } else { node.prev_sibling() }
}

/// Tells whether a node shows nothing by itself: white space, a comment.
pub(crate) fn is_blank(node: Place<'_>) -> bool {
    match node.value() {
        Node::Text(text) => text.trim().is_empty(),
        Node::Element(_) => false,
        _ => true,
    }
}

/// Changes an element.
pub(crate) fn change(html: &mut Html, id: NodeId, how: impl FnOnce(&mut Element)) {
    if let Some(mut node) = html.tree.get_mut(id)
        && let Node::Element(element) = node.value()
    {
        how(element);
    }
}

/// Gives an element another name of HTML.
pub(crate) fn rename(element: &mut Element, name: &str) {
    element.name = QualName::new(None, ns!(html), LocalName::from(name));
}

/// Sets an attribute.
pub(crate) fn set(element: &mut Element, name: &str, value: &str) {
    let name = QualName::new(None, ns!(), LocalName::from(name));
    element.attrs.insert(name, StrTendril::from_slice(value));
}

/// Takes a node and all that it holds out of the tree.
pub(crate) fn detach(html: &mut Html, id: NodeId) {
    if let Some(mut node) = html.tree.get_mut(id) {
        node.detach();
    }
}

/// Takes all that a node holds out of the tree.
pub(crate) fn empty(html: &mut Html, id: NodeId) {
    let held: Vec<NodeId> =
        html.tree.get(id).iter().flat_map(NodeRef::children).map(|child| child.id()).collect();
    for child in held {
        detach(html, child);
    }
}

/// Puts the children of a node in its place.
///
/// Those who unwrap many nodes go in the order of the document: then each node moves only once.
pub(crate) fn unwrap(html: &mut Html, id: NodeId) {
    let held: Vec<NodeId> =
        html.tree.get(id).iter().flat_map(NodeRef::children).map(|child| child.id()).collect();
    let Some(mut node) = html.tree.get_mut(id) else { return };
    if node.parent().is_none() {
        return;
    }
    for child in held {
        node.insert_id_before(child);
    }
    node.detach();
}
