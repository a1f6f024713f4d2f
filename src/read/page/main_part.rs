//! The part of a page that is the article.

use std::io;

use ego_tree::NodeId;
use html5ever::serialize::{
    AttrRef, HtmlSerializer, Serialize, SerializeOpts, Serializer, TraversalScope,
};
use html5ever::{LocalName, QualName};
use scraper::{ElementRef, Html};

use crate::model::text::Text;

/// The main text of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MainPart {
    /// Its HTML.
    pub html: String,
    /// The element that holds it; `None` when that is all of the page's body.
    pub element: Option<NodeId>,
}

/// Gives the inner HTML of a page's main text: the `<article>` with the most text, else the
/// `<main>`, else what calls itself so by its role, else the body without the page's own header.
/// Navigation, asides, footers and scripts are left out, and so is the first `<h1>` that only
/// repeats the title. `None` when the page has none of these. The time taken is linear.
#[must_use]
pub fn main_part(tree: &Html, title: &str) -> Option<MainPart> {
    let (part, is_body) = choose(tree)?;
    let title = Text::line(title);
    let heading = elements(part, "h1").position(|heading| {
        !title.is_empty() && Text::line(&heading.text().collect::<String>()) == title
    });
    let options = SerializeOpts { create_missing_parent: true, ..SerializeOpts::default() };
    let mut writer = PartWriter {
        output: HtmlSerializer::new(Vec::new(), options),
        is_body,
        heading,
        headings: 0,
        quotes: 0,
        skipped: 0,
    };
    part.serialize(&mut writer, TraversalScope::ChildrenOnly(None)).ok()?;
    let html = String::from_utf8(writer.output.writer).ok()?;
    Some(MainPart { html, element: (!is_body).then(|| part.id()) })
}

/// Chooses the element of the main text; tells whether it is the whole body.
fn choose(tree: &Html) -> Option<(ElementRef<'_>, bool)> {
    let root = tree.root_element();
    let mut measure = Measure::default();
    root.serialize(&mut measure, TraversalScope::IncludeNode).ok()?;
    let largest = measure.sizes.iter().enumerate().max_by_key(|(place, size)| {
        // Of two that are equal, the first.
        (**size, std::cmp::Reverse(*place))
    });
    let article =
        largest.filter(|(_, size)| **size > 0).and_then(|(n, _)| elements(root, "article").nth(n));
    let by_role = || root.descendent_elements().find(|e| e.attr("role") == Some("main"));
    article
        .or_else(|| elements(root, "main").next())
        .or_else(by_role)
        .map(|part| (part, false))
        .or_else(|| elements(root, "body").next().map(|body| (body, true)))
}

/// Lists the elements of a name, in the order of the page.
fn elements<'a>(
    within: ElementRef<'a>,
    name: &'static str,
) -> impl Iterator<Item = ElementRef<'a>> {
    within.descendent_elements().filter(move |element| element.value().name() == name)
}

/// Tells elements that are no text of the article, wherever they stand.
fn is_beside(name: &LocalName) -> bool {
    matches!(&**name, "script" | "style" | "template" | "nav" | "aside")
}

/// Measures the text of each `<article>`, that of the articles in it included, in one pass.
#[derive(Default)]
struct Measure {
    /// The bytes of text, in the order in which the articles begin.
    sizes: Vec<usize>,
    /// The open elements: which article each is, if it is one, and the text in it up to now.
    open: Vec<(Option<usize>, usize)>,
    /// How many of the open elements are beside the text.
    beside: usize,
}

impl Serializer for Measure {
    fn start_elem<'a, AttrIter>(&mut self, name: QualName, _: AttrIter) -> io::Result<()>
    where
        AttrIter: Iterator<Item = AttrRef<'a>>,
    {
        let article = (&*name.local == "article").then_some(self.sizes.len());
        self.sizes.extend(article.map(|_| 0));
        self.open.push((article, 0));
        self.beside += usize::from(is_beside(&name.local));
        Ok(())
    }

    fn end_elem(&mut self, name: QualName) -> io::Result<()> {
        self.beside -= usize::from(is_beside(&name.local));
        let Some((article, size)) = self.open.pop() else { return Ok(()) };
        if let Some((_, outer)) = self.open.last_mut() {
            *outer += size;
        }
        if let Some(place) = article {
            self.sizes[place] = size;
        }
        Ok(())
    }

    fn write_text(&mut self, text: &str) -> io::Result<()> {
        if let Some((_, size)) = self.open.last_mut().filter(|_| self.beside == 0) {
            *size += text.trim().len();
        }
        Ok(())
    }

    fn write_comment(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn write_doctype(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn write_processing_instruction(&mut self, _: &str, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// Writes HTML, but not the elements that are no part of the article.
struct PartWriter {
    output: HtmlSerializer<Vec<u8>>,
    is_body: bool,
    /// Which `<h1>` repeats the title.
    heading: Option<usize>,
    /// How many `<h1>` have begun.
    headings: usize,
    /// How many `<blockquote>` are open.
    quotes: usize,
    /// How many elements are open that are left out, or stand in one that is.
    skipped: usize,
}

impl PartWriter {
    fn is_left_out(&self, name: &LocalName) -> bool {
        match &**name {
            "header" => self.is_body,
            // In a quotation, the footer says whose words they are.
            "footer" => self.quotes == 0,
            "h1" => self.heading == Some(self.headings),
            _ => is_beside(name),
        }
    }
}

impl Serializer for PartWriter {
    fn start_elem<'a, AttrIter>(&mut self, name: QualName, attributes: AttrIter) -> io::Result<()>
    where
        AttrIter: Iterator<Item = AttrRef<'a>>,
    {
        let is_left_out = self.skipped > 0 || self.is_left_out(&name.local);
        self.headings += usize::from(&*name.local == "h1");
        self.quotes += usize::from(&*name.local == "blockquote");
        if is_left_out {
            self.skipped += 1;
            return Ok(());
        }
        self.output.start_elem(name, attributes)
    }

    fn end_elem(&mut self, name: QualName) -> io::Result<()> {
        self.quotes -= usize::from(&*name.local == "blockquote");
        if self.skipped > 0 {
            self.skipped -= 1;
            return Ok(());
        }
        self.output.end_elem(name)
    }

    fn write_text(&mut self, text: &str) -> io::Result<()> {
        if self.skipped > 0 { Ok(()) } else { self.output.write_text(text) }
    }

    fn write_comment(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn write_doctype(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn write_processing_instruction(&mut self, _: &str, _: &str) -> io::Result<()> {
        Ok(())
    }
}
