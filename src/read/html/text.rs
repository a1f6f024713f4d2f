//! Plain text of HTML.

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};
use scraper::{Html, Node};

use crate::model::text::lossy;
use crate::read::html::document::{Place, content, name};
use crate::read::html::lenient::Lenient;

/// Tells whether an element begins and ends a paragraph of text.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "html"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tr"
            | "ul"
            | "video"
    )
}

/// Tells whether the text of an element is never shown, or only helps to read what is beside it.
fn is_unshown(name: &str) -> bool {
    matches!(
        name,
        "audio"
            | "head"
            | "iframe"
            | "noscript"
            | "rp"
            | "rt"
            | "script"
            | "style"
            | "template"
            | "textarea"
            | "title"
            | "video"
    )
}

/// Makes plain text of a small fragment, such as a declared summary or title: entities are
/// decoded once, tags go, paragraphs are separated by blank lines. Takes time in proportion to
/// the length and builds no tree.
#[must_use]
pub fn plain(raw: &str) -> String {
    let mut writer = Writer::default();
    let mut unshown: Option<Vec<u8>> = None;
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<()> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                // Those of them that hold no raw text could hold themselves; this is no matter.
                let name = lossy(name);
                if unshown.is_none() && is_unshown(&name) {
                    unshown = Some(name.as_bytes().to_vec());
                }
                start(&mut writer, &name);
            }
            CallbackEvent::EndTag { name } => {
                if unshown.as_deref() == Some(name) {
                    unshown = None;
                }
                end(&mut writer, &lossy(name));
            }
            CallbackEvent::String { value } if unshown.is_none() => {
                writer.text(&lossy(value));
            }
            _ => {}
        }
        None
    });
    emitter.naively_switch_states(true);
    // Nothing is given back before the end, and reading from a string can't fail.
    let _ = Tokenizer::new_with_emitter(raw, Lenient(emitter)).next();
    writer.finish()
}

/// What the content of a tree shows as plain text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The text, less the captions.
    pub(crate) prose: String,
    /// The captions of its pictures.
    pub(crate) captions: String,
}

/// Makes plain text of the content of a cleaned tree: paragraphs and list items are separated by
/// blank lines, as are lines broken twice; `<pre>` keeps its white space. The captions that are
/// told, and all `<figcaption>`s, are given apart: what an article says doesn't begin with them.
pub(crate) fn of_tree(html: &Html, captions: &[NodeId]) -> Shown {
    let Some(content) = content(html) else { return Shown::default() };
    let is_caption = |node: Place<'_>| name(node) == "figcaption" || captions.contains(&node.id());
    let mut writer = Writer::default();
    let mut later: Vec<Place<'_>> = Vec::new();
    let mut left_out: Option<NodeId> = None;
    for edge in content.traverse() {
        match edge {
            Edge::Open(_) if left_out.is_some() => {}
            Edge::Open(node) if is_unshown(name(node)) => left_out = Some(node.id()),
            Edge::Open(node) if is_caption(node) => {
                later.push(node);
                left_out = Some(node.id());
            }
            Edge::Open(node) => open(&mut writer, node),
            Edge::Close(node) if left_out == Some(node.id()) => left_out = None,
            Edge::Close(_) if left_out.is_some() => {}
            Edge::Close(node) => end(&mut writer, name(node)),
        }
    }
    let mut captions = Writer::default();
    for caption in later {
        captions.paragraph();
        write(&mut captions, caption);
    }
    Shown { prose: writer.finish(), captions: captions.finish() }
}

/// Makes one line of plain text of all that a node holds.
pub(crate) fn of_node(node: Place<'_>) -> String {
    let mut writer = Writer::default();
    write(&mut writer, node);
    writer.finish()
}

fn write(writer: &mut Writer, node: Place<'_>) {
    for edge in node.traverse() {
        match edge {
            Edge::Open(node) => open(writer, node),
            Edge::Close(node) => end(writer, name(node)),
        }
    }
}

fn open(writer: &mut Writer, node: Place<'_>) {
    match node.value() {
        Node::Text(text) => writer.text(text),
        _ => start(writer, name(node)),
    }
}

fn start(writer: &mut Writer, name: &str) {
    match name {
        "br" => writer.line(),
        "td" | "th" => writer.blank(),
        name if is_block(name) => writer.paragraph(),
        _ => {}
    }
    if name == "pre" {
        writer.kept += 1;
    }
}

fn end(writer: &mut Writer, name: &str) {
    if is_block(name) {
        writer.paragraph();
    }
    if name == "pre" {
        writer.kept = writer.kept.saturating_sub(1);
    }
}

/// Text as it grows. White space is written only when something follows it.
#[derive(Default)]
struct Writer {
    text: String,
    /// Line breaks due before the next character.
    breaks: usize,
    /// True when a blank is due before the next character.
    is_apart: bool,
    /// How many `<pre>` are open.
    kept: usize,
}

impl Writer {
    fn blank(&mut self) {
        self.is_apart = true;
    }

    fn line(&mut self) {
        self.breaks = (self.breaks + 1).min(2);
    }

    fn paragraph(&mut self) {
        self.breaks = 2;
    }

    fn text(&mut self, text: &str) {
        if self.kept > 0 {
            self.settle();
            self.text.push_str(text);
            return;
        }
        // A no-break space and an ideographic one are characters, not space between words.
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if c.is_ascii_whitespace() {
                self.is_apart = true;
                rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
                continue;
            }
            let word = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
            self.settle();
            self.text.push_str(&rest[..word]);
            rest = &rest[word..];
        }
    }

    /// Writes the white space that is due.
    fn settle(&mut self) {
        if !self.text.is_empty() {
            match self.breaks {
                0 if self.is_apart => self.text.push(' '),
                0 => {}
                breaks => self.text.extend(std::iter::repeat_n('\n', breaks)),
            }
        }
        self.breaks = 0;
        self.is_apart = false;
    }

    fn finish(mut self) -> String {
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::html::bounded::parse_fragment;

    fn of(raw: &str) -> String {
        of_tree(&parse_fragment(raw).tree, &[]).prose
    }

    #[test]
    fn blocks_and_double_breaks_make_paragraphs() {
        let raw = "one <b>two</b><p>three<br>four<br /> <br>five</p><ul><li>six<li>seven</ul>";
        let text = "one two\n\nthree\nfour\n\nfive\n\nsix\n\nseven";
        assert_eq!(of(raw), text);
        assert_eq!(plain(raw), text);
    }

    #[test]
    fn white_space_is_collapsed_but_in_pre() {
        let raw = "<p> a \n b</p><pre> x\n   y</pre>z\u{3000}w";
        assert_eq!(of(raw), "a b\n\n x\n   y\n\nz\u{3000}w");
        assert_eq!(plain(raw), of(raw));
    }

    #[test]
    fn what_is_not_shown_is_left_out() {
        let raw = "a<script>b</script><style>c</style><ruby>漢<rp>(</rp><rt>kan</rt></ruby>d";
        assert_eq!(of(raw), "a漢d");
        assert_eq!(plain(raw), "a漢d");
    }

    #[test]
    fn captions_stand_apart() {
        let raw = "<figure><img src=x><figcaption>C</figcaption></figure><p>Text";
        let shown = of_tree(&parse_fragment(raw).tree, &[]);
        assert_eq!((shown.prose.as_str(), shown.captions.as_str()), ("Text", "C"));
    }

    #[test]
    fn entities_are_decoded_once() {
        assert_eq!(plain("Dimeo&#58; a &amp;lt; b"), "Dimeo: a &lt; b");
        assert_eq!(plain("1 < 2 ‹ 3 & 4"), "1 < 2 ‹ 3 & 4");
        assert_eq!(plain(""), "");
    }

    #[test]
    fn cells_stand_apart() {
        assert_eq!(of("<table><tr><td>a<td>b<tr><td>c</table>"), "a b\n\nc");
    }
}
