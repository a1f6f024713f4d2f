//! Long strings of signs that HTML escapes, cut so that writing them takes time in proportion.
//!
//! html5ever's serializer looks for the next `<` or `>` once for every `&` and every byte 0xC2
//! before it, so that a text of nothing but `&` takes it the square of its length. The sanitiser
//! writes with it too.

use ego_tree::NodeId;
use scraper::{Html, Node, StrTendril};

/// Signs to escape, up to which a string may have any length.
const FEW: usize = 64;

/// The length in bytes up to which a string may have any number of signs to escape.
const SHORT: usize = 512;

/// Cuts such texts by comments, which the sanitiser takes out again. Between them, texts stay
/// apart in its tree, and nobody sees that in what it writes.
pub(crate) fn cut(html: &mut Html, nodes: &[NodeId]) {
    let costly: Vec<NodeId> =
        nodes.iter().copied().filter(|id| text(html, *id).is_some_and(is_costly)).collect();
    for id in costly {
        let whole = text(html, id).unwrap_or_default().to_owned();
        let Some(mut node) = html.tree.get_mut(id) else { continue };
        let mut rest = &*whole;
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(rest.floor_char_boundary(SHORT));
            let text = StrTendril::from_slice(piece);
            node.insert_before(Node::Text(scraper::node::Text { text }));
            node.insert_before(Node::Comment(scraper::node::Comment {
                comment: StrTendril::new(),
            }));
            rest = later;
        }
        node.detach();
    }
}

/// Tells whether a string would take long to write: such an attribute can't be cut, and has to go.
pub(crate) fn is_costly(text: &str) -> bool {
    text.len() > SHORT && text.bytes().filter(|byte| matches!(byte, b'&' | 0xC2)).nth(FEW).is_some()
}

fn text(html: &Html, id: NodeId) -> Option<&str> {
    html.tree.get(id)?.value().as_text().map(|text| &**text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::html::bounded::parse_fragment;
    use crate::read::html::document::nodes;

    #[test]
    fn a_text_of_ampersands_is_cut_into_short_ones() {
        let mut tree = parse_fragment(&format!("a<b>{}é</b>c", "&".repeat(1300))).tree;
        let nodes = nodes(&tree);
        cut(&mut tree, &nodes);
        let texts: Vec<usize> =
            tree.tree.values().filter_map(|node| node.as_text()).map(|text| text.len()).collect();
        assert!(tree.html().contains("<b>&amp;"));
        assert_eq!(
            tree.root_element().text().map(str::len).collect::<Vec<_>>(),
            [1, 512, 512, 278, 1]
        );
        assert_eq!(texts.iter().filter(|length| **length > SHORT).count(), 1, "the old one");
    }

    #[test]
    fn common_texts_are_left_alone() {
        assert!(!is_costly(&"a word & another, ".repeat(30)));
        assert!(!is_costly(&"&".repeat(SHORT)));
        assert!(is_costly(&"«a» ".repeat(200)));
    }
}
