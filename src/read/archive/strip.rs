//! Takes the dateline out of an archive article's parsed body: it is metadata now.

use ego_tree::{NodeId, NodeRef};
use scraper::{Html, Node};

use crate::model::text::collapsed;
use crate::read::archive::opening;

/// Removes dateline, byline and `<time>` from the beginning of a parsed body.
pub fn dateline(tree: &mut Html) {
    let Some(start) = first_level(tree) else { return };
    for id in dateline_nodes(start) {
        if let Some(mut node) = tree.tree.get_mut(id) {
            node.detach();
        }
    }
}

/// Gives the node whose children are the body's blocks: the fragment, or the one `<div>` that the
/// whole body is wrapped in.
fn first_level(tree: &Html) -> Option<NodeRef<'_, Node>> {
    let mut level = tree.tree.get(tree.root_element().id())?;
    loop {
        let mut inner = level.children().filter(|child| !is_blank(*child));
        match (inner.next(), inner.next()) {
            (Some(only), None) if is(only, "div") && only.children().any(is_block) => level = only,
            _ => return Some(level),
        }
    }
}

fn dateline_nodes(level: NodeRef<'_, Node>) -> Vec<NodeId> {
    let mut found = Vec::new();
    for node in level.children().filter(|child| !is_blank(*child)) {
        let belongs = match node.value() {
            Node::Element(element) => match element.name() {
                "address" | "time" => true,
                "div" | "p" => opening::dateline(&lines(node)).is_some(),
                _ => false,
            },
            Node::Text(_) => opening::dateline(&lines(node)).is_some(),
            _ => false,
        };
        if !belongs {
            break;
        }
        found.push(node.id());
    }
    found
}

fn is(node: NodeRef<'_, Node>, name: &str) -> bool {
    node.value().as_element().is_some_and(|element| element.name() == name)
}

fn is_block(node: NodeRef<'_, Node>) -> bool {
    ["div", "p", "address", "figure"].iter().any(|name| is(node, name))
}

fn is_blank(node: NodeRef<'_, Node>) -> bool {
    match node.value() {
        Node::Text(text) => text.trim().is_empty(),
        Node::Comment(_) => true,
        _ => false,
    }
}

/// Gives the lines of a node's text as `<br>` parts them.
fn lines(node: NodeRef<'_, Node>) -> Vec<String> {
    let mut lines = vec![String::new()];
    for descendant in node.descendants() {
        if is(descendant, "br") {
            lines.push(String::new());
        } else if let (Node::Text(text), Some(line)) = (descendant.value(), lines.last_mut()) {
            line.push_str(text);
        }
    }
    let collapsed = lines.iter().map(|line| collapsed(line));
    collapsed.filter(|line| !line.is_empty()).collect()
}
