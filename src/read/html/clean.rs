//! Content fit for a feed: sanitised, absolute, and readable without styles (rules 10 and 11 of
//! interoperability).

use std::io;

use html5ever::serialize::{SerializeOpts, TraversalScope, serialize};
use scraper::{ElementRef, Html as Tree};
use url::Url;

use crate::model::article::{Enclosure, Image};
use crate::model::report::Report;
use crate::model::text::{Html, Text};
use crate::read::html::allowed::sanitiser;
use crate::read::html::document::{content, nodes};
use crate::read::html::links::Addresses;
use crate::read::html::{attributes, frames, lazy, media, pieces, remove, text, tidy};

/// How many times longer than the input the content may become: absolute addresses take room.
pub const MOST_GROWTH: usize = 4;

/// The length, in bytes, that any content may have, however short the input.
pub const ALWAYS_ALLOWED: usize = 64 * 1024;

/// The length, in bytes, beyond which content may be no more than twice as long as the input: what
/// [`MOST_GROWTH`] allows to a large input is more than memory should hold three times over.
pub const ALLOWED_BEYOND: usize = 8 * 1024 * 1024;

/// What cleaning needs to know besides the tree.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What relative addresses are resolved against: the permalink, or the site's address and the
    /// folder of the file.
    pub base: &'a Url,
    /// The page of the article, for links to places in it.
    pub page: Option<&'a Url>,
    /// Hosts whose frames stay frames, in lower case.
    pub frame_hosts: &'a [String],
    /// The length of the input in bytes.
    pub input_bytes: usize,
}

/// Content and what it shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// The content; `None` when there is none, or too much of it.
    pub content: Option<Html>,
    /// The content as plain text, less the captions of its pictures.
    pub text: Text,
    /// The captions of its pictures.
    pub captions: Text,
    /// The lead image.
    pub image: Option<Image>,
    /// Sound and film.
    pub enclosures: Vec<Enclosure>,
    /// What was amiss; without lines.
    pub reports: Vec<Report>,
}

/// Cleans a tree that [`parse_fragment`] or [`parse_document`] gave.
///
/// [`parse_fragment`]: crate::read::html::bounded::parse_fragment
/// [`parse_document`]: crate::read::html::bounded::parse_document
#[must_use]
pub fn clean(mut tree: Tree, context: &Context<'_>) -> Cleaned {
    let addresses = Addresses { base: context.base, page: context.page };
    let all = nodes(&tree);
    lazy::resolve(&mut tree, &all);
    frames::replace(&mut tree, &all, &addresses, context.frame_hosts);
    remove::unwanted(&mut tree, &all);
    let wanted = nodes(&tree);
    remove::unknown(&mut tree, &wanted);
    attributes::keep(&mut tree, &wanted, &addresses);
    tidy::tidy(&mut tree, &wanted);

    let lead = media::lead(&tree);
    let shown = text::of_tree(&tree, lead.caption.as_slice());
    let mut cleaned = Cleaned {
        text: Text::new(&shown.prose),
        captions: Text::new(&shown.captions),
        image: lead.image,
        enclosures: media::enclosures(&tree),
        ..Cleaned::default()
    };
    pieces::cut(&mut tree, &wanted);
    match write(tree, allowed_bytes(context.input_bytes)) {
        Some(fragment) if fragment.trim().is_empty() => {}
        Some(fragment) => cleaned.content = Some(Html::from_sanitised(fragment.trim())),
        None => cleaned.reports.push(too_large(context.input_bytes)),
    }
    cleaned
}

/// Tells how long, in bytes, the content of an input may become.
fn allowed_bytes(input: usize) -> usize {
    let most = ALLOWED_BEYOND.max(input.saturating_mul(2));
    input.saturating_mul(MOST_GROWTH).clamp(ALWAYS_ALLOWED, most)
}

fn too_large(input: usize) -> Report {
    let most = allowed_bytes(input);
    Report::warning("html-output-too-large", format!("the content is longer than {most} bytes"))
        .help("absolute addresses make it longer than the file; shorten or split the article")
}

/// Writes the content and lets the sanitiser have the last word; `None` when it is too long.
fn write(tree: Tree, most: usize) -> Option<String> {
    let mut raw = Bounded { bytes: Vec::new(), most };
    let scope = TraversalScope::ChildrenOnly(None);
    let options = SerializeOpts { traversal_scope: scope, ..SerializeOpts::default() };
    let root = content(&tree).and_then(ElementRef::wrap)?;
    serialize(&mut raw, &root, options).ok()?;
    drop(tree);
    let document = sanitiser().clean_from_reader(raw.bytes.as_slice()).ok()?;
    drop(raw);
    let mut clean = Bounded { bytes: Vec::new(), most };
    document.write_to(&mut clean).ok()?;
    String::from_utf8(clean.bytes).ok()
}

/// Bytes up to a length.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + more.len() > self.most {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
