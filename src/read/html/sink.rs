//! The tree as it grows: scraper's own sink, with a count of what it costs.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::collections::HashMap;

use ego_tree::NodeId;
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, QualName, ns};
use scraper::{Html, HtmlTreeSink};

use crate::read::html::allowed::{Fate, fate};
use crate::read::html::limits::{DEEPEST, Limit, MOST_NODES, MOST_STEPS};

/// Elements that the parser compares, attributes and all, with every one of their name that is
/// open (HTML §13.2.4.3); of `<a>` and `<nobr>` there is never more than one.
const FORMATTING: [&str; 12] =
    ["b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"];

/// A node of the tree and its place in the list of depths.
#[derive(Clone, Copy)]
pub(crate) struct Handle {
    id: NodeId,
    place: usize,
}

/// An element that no end tag closes, and where it begins in the input, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeftOpen {
    pub(crate) id: NodeId,
    pub(crate) offset: usize,
}

/// A sink that hands everything to scraper's and notes when a limit is passed.
///
/// The depth of a node is that of its parent, plus one, when it was put there. What the parser
/// moves later may be deeper; the steps bound that, and the finished tree is pruned by its true
/// depth.
pub(crate) struct BoundedSink {
    inner: HtmlTreeSink,
    depths: RefCell<Vec<usize>>,
    latest_depth: Cell<usize>,
    nodes: Cell<usize>,
    steps: Cell<usize>,
    passed: Cell<Option<Limit>>,
    /// Where the tag begins that is being read.
    offset: Cell<usize>,
    /// Where the elements begin that feeds drop with all that they hold.
    dropped: RefCell<HashMap<NodeId, usize>>,
    /// The open templates: the tree builder closes them without a word.
    templates: RefCell<Vec<LeftOpen>>,
    /// True when the input has ended; what is open still has no end.
    ended: Cell<bool>,
    left_open: RefCell<Vec<LeftOpen>>,
}

impl BoundedSink {
    /// Wraps an empty tree.
    pub(crate) fn new(html: Html) -> Self {
        Self {
            inner: HtmlTreeSink::new(html),
            // The first place is the document's.
            depths: RefCell::new(vec![0]),
            latest_depth: Cell::new(0),
            nodes: Cell::new(0),
            steps: Cell::new(0),
            passed: Cell::new(None),
            offset: Cell::new(0),
            dropped: RefCell::new(HashMap::new()),
            templates: RefCell::new(Vec::new()),
            ended: Cell::new(false),
            left_open: RefCell::new(Vec::new()),
        }
    }

    /// Notes where the tag begins that is being read.
    pub(crate) fn stand_at(&self, offset: usize) {
        self.offset.set(offset);
    }

    /// Notes that the input has ended.
    pub(crate) fn end_input(&self) {
        self.ended.set(true);
    }

    /// Lists the elements that feeds drop and that were open when the input ended, as they begin.
    pub(crate) fn left_open(&self) -> Vec<LeftOpen> {
        let mut all = [self.templates.borrow().as_slice(), &self.left_open.borrow()].concat();
        all.sort_by_key(|element| element.offset);
        all
    }

    /// Notes that a template ends.
    pub(crate) fn end_template(&self) {
        self.templates.borrow_mut().pop();
    }

    /// Tells which limit was passed first.
    pub(crate) fn passed(&self) -> Option<Limit> {
        self.passed.get()
    }

    fn pass(&self, limit: Limit) {
        if self.passed.get().is_none() {
            self.passed.set(Some(limit));
        }
    }

    fn count_nodes(&self, more: usize) {
        self.nodes.set(self.nodes.get().saturating_add(more));
        if self.nodes.get() > MOST_NODES {
            self.pass(Limit::Nodes);
        }
    }

    fn count_steps(&self, more: usize) {
        self.steps.set(self.steps.get().saturating_add(more));
        if self.steps.get() > MOST_STEPS {
            self.pass(Limit::Steps);
        }
    }

    fn handle(&self, id: NodeId) -> Handle {
        let mut depths = self.depths.borrow_mut();
        depths.push(0);
        Handle { id, place: depths.len() - 1 }
    }

    fn depth(&self, handle: Handle) -> usize {
        self.depths.borrow().get(handle.place).copied().unwrap_or_default()
    }

    /// Notes that a node was put at a depth: 1 is the root element's.
    fn place(&self, child: &NodeOrText<Handle>, depth: usize) {
        match child {
            NodeOrText::AppendNode(node) => {
                if let Some(own) = self.depths.borrow_mut().get_mut(node.place) {
                    *own = depth;
                }
                self.latest_depth.set(depth);
                // When the tree is written and read again, the parser may have to look at all
                // that is open around this node, even where it need not now.
                self.count_steps(depth);
            }
            NodeOrText::AppendText(_) => self.count_nodes(1),
        }
        if depth > DEEPEST + 1 {
            self.pass(Limit::Depth);
        }
    }
}

/// Takes a child apart from its depth, as scraper's sink knows it.
fn bare(child: NodeOrText<Handle>) -> NodeOrText<NodeId> {
    match child {
        NodeOrText::AppendNode(node) => NodeOrText::AppendNode(node.id),
        NodeOrText::AppendText(text) => NodeOrText::AppendText(text),
    }
}

impl TreeSink for BoundedSink {
    type Handle = Handle;
    type Output = Html;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Html {
        self.inner.finish()
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle { id: self.inner.get_document(), place: 0 }
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> Ref<'a, QualName> {
        self.count_steps(1);
        self.inner.elem_name(&target.id)
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> Handle {
        // The content of a template is a node of its own.
        self.count_nodes(1 + usize::from(flags.template) + attributes.len());
        if FORMATTING.contains(&&*name.local) {
            // Both lists of attributes are copied and sorted for that.
            self.count_steps(2 * attributes.len().pow(2) * self.latest_depth.get());
        }
        // A head has an end even if none is written.
        let is_dropped =
            name.ns == ns!(html) && &*name.local != "head" && fate(&name.local) == Fate::Drop;
        let is_template = flags.template;
        let handle = self.handle(self.inner.create_element(name, attributes, flags));
        if is_dropped {
            let element = LeftOpen { id: handle.id, offset: self.offset.get() };
            self.dropped.borrow_mut().insert(handle.id, element.offset);
            self.templates.borrow_mut().extend(is_template.then_some(element));
        }
        handle
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        self.count_nodes(1);
        self.handle(self.inner.create_comment(text))
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.count_nodes(1);
        self.handle(self.inner.create_pi(target, data))
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.place(&child, self.depth(*parent) + 1);
        self.inner.append(&parent.id, bare(child));
    }

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        self.place(&child, self.depth(*sibling));
        self.inner.append_before_sibling(&sibling.id, bare(child));
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        previous: &Handle,
        child: NodeOrText<Handle>,
    ) {
        self.place(&child, self.depth(*element).max(self.depth(*previous) + 1));
        self.inner.append_based_on_parent_node(&element.id, &previous.id, bare(child));
    }

    fn append_doctype_to_document(
        &self,
        name: StrTendril,
        public_id: StrTendril,
        system_id: StrTendril,
    ) {
        self.inner.append_doctype_to_document(name, public_id, system_id);
    }

    fn pop(&self, node: &Handle) {
        if self.ended.get()
            && let Some(offset) = self.dropped.borrow().get(&node.id)
        {
            self.left_open.borrow_mut().push(LeftOpen { id: node.id, offset: *offset });
        }
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.count_steps(1);
        let contents = self.handle(self.inner.get_template_contents(&target.id));
        if let Some(own) = self.depths.borrow_mut().get_mut(contents.place) {
            *own = self.latest_depth.get();
        }
        contents
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        self.count_steps(1);
        one.id == other.id
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.inner.set_quirks_mode(mode);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attributes: Vec<Attribute>) {
        self.count_nodes(attributes.len());
        self.inner.add_attrs_if_missing(&target.id, attributes);
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.inner.remove_from_parent(&target.id);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        let children =
            self.inner.0.borrow().tree.get(node.id).map_or(0, |node| node.children().count());
        self.count_steps(children);
        self.inner.reparent_children(&node.id, &new_parent.id);
    }

    fn allow_declarative_shadow_roots(&self, _intended_parent: &Handle) -> bool {
        false
    }
}
