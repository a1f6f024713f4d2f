//! Parsing within limits.

use ego_tree::{NodeId, Tree};
use html5ever::interface::{ElementFlags, QuirksMode, TreeSink};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{LocalName, QualName, ns};
use scraper::{Html, Node};

use crate::model::report::{Report, line_of};
use crate::read::html::document::name;
use crate::read::html::limits::Limit;
pub use crate::read::html::limits::{DEEPEST, MOST_ATTRIBUTES, MOST_NODES, MOST_STEPS};
use crate::read::html::sink::{BoundedSink, LeftOpen};
use crate::read::html::tokens::{Builder, Built, build};

/// Room for the nodes of a small article. Doubled again and again it is hardly more than
/// [`MOST_NODES`], so that the largest tree has no room to spare.
const FIRST_ROOM: usize = MOST_NODES / 128 + 8;

/// The tree of an HTML input.
#[derive(Debug)]
pub struct Bounded {
    /// The tree: no deeper than [`DEEPEST`] and well-formed, even if the input was cut.
    pub tree: Html,
    /// What was left out; lines are those of the input.
    pub reports: Vec<Report>,
    /// True when the tree does not hold the whole input.
    pub cut: bool,
    /// The elements that feeds drop and that are never closed, as they begin. Only the first is
    /// among the reports: it holds the others.
    left_open: Vec<LeftOpen>,
}

impl Bounded {
    /// Forgets what is reported of elements that are never closed, unless they take something from
    /// a part of the tree, if there is one: then the first of those counts. `raw` is the input.
    pub fn report_only_of(&mut self, raw: &str, part_of: impl Fn(&Html) -> Option<NodeId>) {
        if self.left_open.is_empty() {
            return;
        }
        let Some(node) = part_of(&self.tree).and_then(|part| self.tree.tree.get(part)) else {
            return;
        };
        let part = node.id();
        let end = format!("</{}", name(node));
        let last_end = raw.to_ascii_lowercase().rfind(&end);
        let is_loss = |element: &&LeftOpen| {
            let is_within = |inner: NodeId, outer: NodeId| {
                let inner = self.tree.tree.get(inner);
                inner.is_some_and(|inner| inner.ancestors().any(|node| node.id() == outer))
            };
            // What holds the part takes nothing from it, nor does what begins after its end. A
            // button in a button ends the part before its own end, and stands beside it.
            is_within(element.id, part)
                || !is_within(part, element.id) && last_end.is_none_or(|end| end > element.offset)
        };
        let first = self.left_open.iter().find(is_loss);
        self.reports = first.map(|element| unclosed(raw, element)).into_iter().collect();
    }
}

/// Parses a fragment, as if it stood in a `<body>` (HTML §13.4).
#[must_use]
pub fn parse_fragment(raw: &str) -> Bounded {
    let sink = BoundedSink::new(empty(Node::Fragment));
    let name = QualName::new(None, ns!(html), LocalName::from("body"));
    let context = sink.create_element(name, Vec::new(), ElementFlags::default());
    parse(raw, TreeBuilder::new_for_fragment(sink, context, None, options()))
}

/// Parses a whole page (HTML §13.2).
#[must_use]
pub fn parse_document(raw: &str) -> Bounded {
    let sink = BoundedSink::new(empty(Node::Document));
    parse(raw, TreeBuilder::new(sink, options()))
}

fn parse(raw: &str, builder: Builder) -> Bounded {
    let Built { mut tree, stop, left_open } = build(raw, builder);
    prune(&mut tree);
    // What was read no further has elements without an end, which is no fault of theirs.
    let left_open = if stop.is_none() { left_open } else { Vec::new() };
    let first = left_open.first().map(|element| unclosed(raw, element));
    let report = stop.map(|stop| stop.limit.report(line_of(raw.as_bytes(), stop.offset))).or(first);
    let reports: Vec<Report> = report.into_iter().collect();
    Bounded { tree, cut: !reports.is_empty(), reports, left_open }
}

fn unclosed(raw: &str, element: &LeftOpen) -> Report {
    Limit::Unclosed.report(line_of(raw.as_bytes(), element.offset))
}

/// Scripts do not run here, so that the pictures that are left of a `<noscript>` are markup.
fn options() -> TreeBuilderOpts {
    TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() }
}

fn empty(root: Node) -> Html {
    Html { quirks_mode: QuirksMode::NoQuirks, tree: Tree::with_capacity(root, FIRST_ROOM) }
}

/// Takes out what is too deep. The parser moves nodes about, so only the finished tree tells.
fn prune(html: &mut Html) {
    let mut too_deep: Vec<NodeId> = Vec::new();
    // The root has depth 0, the root element 1, what stands in it 2.
    let mut level: Vec<NodeId> = vec![html.tree.root().id()];
    for depth in 0.. {
        let next: Vec<NodeId> = level
            .iter()
            .filter_map(|id| html.tree.get(*id))
            .flat_map(|node| node.children().map(|child| child.id()))
            .collect();
        if depth == DEEPEST + 1 {
            too_deep = next;
            break;
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }
    for id in too_deep {
        if let Some(mut node) = html.tree.get_mut(id) {
            node.detach();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(bounded: &Bounded) -> Vec<(&str, Option<u32>)> {
        bounded.reports.iter().map(|report| (report.rule, report.line)).collect()
    }

    fn depth(tree: &Html) -> usize {
        tree.tree.nodes().map(|node| node.ancestors().count()).max().unwrap_or_default()
    }

    #[test]
    fn a_common_fragment_is_the_same_as_without_limits() {
        for raw in [
            "",
            "a<p>b<br>c</p> d",
            "<b>a<i>b</b>c</i>",
            "<table>x<tr><td>a<p>b</table>",
            "<svg><style><a>b</style></svg><![CDATA[x]]>",
            "<svg><![CDATA[x<b>]]></svg>",
            "<script>if (a<b) '</scripty>'</script>c<style><p></style>",
            "<textarea><b></textarea><title>&amp;</title><xmp><b></xmp>",
            "<pre>\n\na</pre><plaintext></b>",
            "<a b=1 b=2 c d='&quot;'>&notin;&not &#0;\0</a><!-- a --x><!doctype html>-->",
        ] {
            let bounded = parse_fragment(raw);
            assert_eq!(bounded.tree.html(), Html::parse_fragment(raw).html(), "{raw}");
            assert!(!bounded.cut && bounded.reports.is_empty());
        }
    }

    #[test]
    fn a_page_is_the_same_as_without_limits() {
        let raw = "<!DOCTYPE html><title>a</title><meta charset=utf-8><body class=x>b<p>c</html> d";
        assert_eq!(parse_document(raw).tree.html(), Html::parse_document(raw).html());
        let quirky = "<p>a<table><tr><td>b";
        assert_eq!(parse_document(quirky).tree.html(), Html::parse_document(quirky).html());
    }

    #[test]
    fn a_noscript_holds_nothing_but_pictures() {
        let html = |raw: &str| {
            let bounded = parse_fragment(raw);
            assert!(!bounded.cut && bounded.reports.is_empty(), "{raw}");
            bounded.tree.root_element().inner_html()
        };
        let picture = "<noscript><img src=\"a\"></noscript>";
        assert_eq!(html("<noscript><img src=a></noscript>"), picture);
        assert_eq!(
            html("<NOSCRIPT><a><img src=a b=1 src=c></NoScript >x").matches("src").count(),
            1
        );
        assert_eq!(html("a<noscript><p>words <img src=a></noscript>b"), "ab");
        // What is open in it does not reach beyond it, and what begins before it goes on after it.
        assert_eq!(html("<noscript><p><img src=a></noscript><p>b"), format!("{picture}<p>b</p>"));
        assert_eq!(html("<noscript><map><b><p>x</noscript><p>b"), "<p>b</p>");
        assert_eq!(html("<p>a<noscript></p><!-- </noscript>b"), "<p>ab</p>");
        assert_eq!(html("<noscript></noscript>a</noscript>"), "a");
        // Without an end, it is none.
        assert_eq!(html("a<noscript><p>b</noscripts"), "a<p>b</p>");
        assert_eq!(html("<svg><noscript>a</noscript></svg>"), html("<svg><noscript>a"));
    }

    #[test]
    fn what_has_no_end_and_hides_the_rest_is_reported() {
        for raw in
            ["<textarea>", "<script>", "<style>", "<title>", "<iframe src=a>", "<!--", "<a b='"]
        {
            let bounded = parse_fragment(&format!("<p>a\n{raw}b<p>c"));
            assert_eq!(rules(&bounded), [("html-unclosed", Some(2))], "{raw}");
            assert!(bounded.cut && bounded.tree.html().contains("<p>a\n"), "{raw}");
        }
        for raw in ["<button>", "<select>", "<dialog>", "<datalist><p></datalist>", "<template>"] {
            let bounded = parse_fragment(&format!("<p>a</p>\n{raw}b<p>c"));
            assert_eq!(rules(&bounded), [("html-unclosed", Some(2))], "{raw}");
        }
        for raw in ["", "<title>a</title>", "<head><meta>", "<p>a", "<select></select>"] {
            assert!(parse_document(raw).reports.is_empty(), "{raw}");
        }
        let ended = "<!-- a --><script>b</script><p>c<style> </style><select><option>a</select>\
                     <button>b<i></button><dialog><p></dialog><template><p></template><meta><input>d";
        for raw in [ended, "<xmp>a", "<plaintext>b", "<!-- a -->", "<!---->", "<!-- a --!>", "<!a"]
        {
            assert!(parse_fragment(raw).reports.is_empty(), "{raw}");
        }
    }

    #[test]
    fn what_has_no_end_is_reported_of_a_part() {
        let rules_of = |raw: &str| {
            let mut bounded = parse_document(raw);
            let part = scraper::Selector::parse("main").expect("a selector");
            bounded.report_only_of(raw, |tree| tree.select(&part).next().map(|part| part.id()));
            rules(&bounded).first().map(|(rule, line)| ((*rule).to_owned(), *line))
        };
        let unclosed = |line: u32| Some(("html-unclosed".to_owned(), Some(line)));
        assert_eq!(rules_of("<main>a</main>\n<button>b"), None);
        assert_eq!(rules_of("<button>b\n<main>a</main>"), None);
        assert_eq!(rules_of("<template>b</template><main>a</main><template>"), None);
        assert_eq!(rules_of("<main>a\n<button>b"), unclosed(2));
        assert_eq!(rules_of("<button>\n<main>a\n<p><dialog><dialog>b"), unclosed(3));
        assert_eq!(rules_of("<main>a\n<template>b"), unclosed(2));
        assert_eq!(rules_of("<button>\n<main>a\n<button>b</main>c"), unclosed(3));
        assert_eq!(rules_of("<button>\n<main>a\n<button>b"), unclosed(3));
        // Nobody knows what a comment hides.
        assert_eq!(rules_of("<main>a</main>\n<!-- b"), unclosed(2));
    }

    #[test]
    fn nesting_is_cut_where_it_is_too_deep() {
        let bounded = parse_fragment(&format!("first\n{}x", "<div>\n".repeat(600)));
        assert_eq!(rules(&bounded), [("html-too-deep", Some(513))]);
        // The element itself, the root element and the fragment.
        assert_eq!(depth(&bounded.tree), DEEPEST + 1);
        assert!(bounded.cut && bounded.tree.html().contains("first"));
        assert!(!parse_fragment(&"<div>".repeat(DEEPEST)).cut);
    }

    #[test]
    fn nodes_are_counted_with_their_attributes() {
        let bounded = parse_fragment(&"<br a>".repeat(MOST_NODES / 2 + 1));
        assert_eq!(rules(&bounded), [("html-too-many-nodes", Some(1))]);
        assert!(!parse_fragment(&"<br a>".repeat(MOST_NODES / 2 - 2)).cut);
    }

    #[test]
    fn a_tag_with_too_many_attributes_ends_the_tree_before_it() {
        let attributes = |count: usize| {
            let names: Vec<String> = (0..count).map(|n| format!(" a{n}")).collect();
            names.concat()
        };
        let raw = format!("<p>kept\n<a{}>lost", attributes(MOST_ATTRIBUTES + 1));
        let bounded = parse_fragment(&raw);
        assert_eq!(rules(&bounded), [("html-too-many-attributes", Some(2))]);
        assert!(bounded.tree.html().contains("<p>kept\n</p>"));
        assert!(!parse_fragment(&format!("<a{}>", attributes(MOST_ATTRIBUTES))).cut);
        // Text that only looks like such a tag is text.
        let script = format!("<script>a<b{} ></script><p>kept", attributes(600));
        assert!(!parse_fragment(&script).cut);
    }

    #[test]
    fn tangled_formatting_is_cut() {
        let pieces: Vec<String> = (0..3000).map(|n| format!("<p><b a={n}>x")).collect();
        let bounded = parse_fragment(&pieces.concat());
        assert!(bounded.cut);
        assert!(depth(&bounded.tree) <= DEEPEST + 1);
    }
}
