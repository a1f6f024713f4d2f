//! One pass over the tags of a page.

use html5gum::{DefaultEmitter, HtmlString, StartTag, Token, Tokenizer};

use crate::model::text::lossy;
use crate::read::declared::At;
use crate::read::html::lenient::Lenient;

/// The longest JSON-LD that is read, in bytes.
const LONGEST_JSON: usize = 512 * 1024;
/// How many `<meta>` and `<link>` are kept; no honest page has so many.
const MOST_METAS: usize = 2000;
/// How many lines of headers are kept.
const MOST_LINES: usize = 50;
/// The longest line that may be a date, in bytes.
const LONGEST_LINE: usize = 200;

/// Elements that may stand in a head; any other ends it (HTML, "in head" insertion mode).
const HEAD_ELEMENTS: [&str; 10] =
    ["html", "head", "title", "base", "link", "meta", "script", "style", "noscript", "template"];

/// What the tags of a page say, in the order of the page.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// True when the end of the head was seen.
    pub(super) head_ended: bool,
    /// `<html lang>`.
    pub(super) language: Option<At<String>>,
    /// The text of `<title>`.
    pub(super) title: Option<At<String>>,
    /// `<meta>`: its name, property or `itemprop` in lower case, and its content.
    pub(super) metas: Vec<(String, At<String>)>,
    /// `<link>` and `<a>` with a `rel` of interest: the relation and the address.
    pub(super) links: Vec<(&'static str, At<String>)>,
    /// The texts of JSON-LD scripts.
    pub(super) json_ld: Vec<At<String>>,
    /// `<time datetime>`, and whether it calls itself the date of publishing.
    pub(super) times: Vec<(bool, At<String>)>,
    /// The texts of `<h1>`, and whether they stand in an `<article>` or `<main>`.
    pub(super) headings: Vec<(bool, At<String>)>,
    /// What the `<header>` of an `<article>` or of `<main>` shows, text by text, and what its
    /// elements have as `title`.
    pub(super) header_lines: Vec<At<String>>,
}

/// The element whose text is being collected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Title,
    JsonLd,
    Heading,
}

/// A scan on its way.
struct Scanner<'a> {
    scan: Scan,
    text: &'a str,
    /// The place up to which lines were counted, and the line there.
    counted: (usize, u32),
    within: Within,
    collected: String,
    /// How many `<article>` and `<main>` are open.
    main_depth: usize,
    /// How many `<header>` are open in them.
    header_depth: usize,
}

impl Scan {
    /// Reads to the end of the head.
    pub(super) fn of_head(text: &str) -> Self {
        Self::run(text, false)
    }

    /// Reads the whole page.
    pub(super) fn of_page(text: &str) -> Self {
        Self::run(text, true)
    }

    fn run(text: &str, with_body: bool) -> Self {
        let mut emitter = DefaultEmitter::<usize>::new_with_span();
        emitter.naively_switch_states(true);
        let (scan, within) = (Self::default(), Within::Nothing);
        let mut scanner = Scanner {
            scan,
            text,
            counted: (0, 1),
            within,
            collected: String::new(),
            main_depth: 0,
            header_depth: 0,
        };
        for token in Tokenizer::new_with_emitter(text, Lenient(emitter)).flatten() {
            scanner.take(token);
            if scanner.scan.head_ended && !with_body {
                break;
            }
        }
        scanner.scan
    }
}

impl Scanner<'_> {
    fn take(&mut self, token: Token<usize>) {
        match token {
            Token::StartTag(tag) => self.start(&tag),
            Token::EndTag(tag) => self.end(&tag.name),
            Token::String(text) if self.shows_header() => {
                let line = self.line_at(text.span.start);
                let line = Some(At::new(string(&text.value), line)).filter(fits);
                self.scan.header_lines.extend(line);
            }
            Token::String(text) if self.within != Within::Nothing => {
                let room = LONGEST_JSON.saturating_sub(self.collected.len());
                let text = string(&text.value);
                self.collected.push_str(&text[..text.floor_char_boundary(room)]);
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: &StartTag<usize>) {
        let line = self.line_at(tag.span.start);
        let name = std::str::from_utf8(&tag.name).unwrap_or_default();
        if !self.scan.head_ended && !HEAD_ELEMENTS.contains(&name) {
            self.scan.head_ended = true;
        }
        if self.header_depth > 0 && self.scan.header_lines.len() < MOST_LINES {
            self.scan.header_lines.extend(value(tag, "title", line).filter(fits));
        }
        match name {
            "html" => self.scan.language = self.scan.language.take().or(value(tag, "lang", line)),
            "title" if self.scan.title.is_none() && !self.scan.head_ended => {
                self.scan.title = Some(At::new(String::new(), line));
                self.collect(Within::Title);
            }
            "script" if is_json_ld(tag) => {
                self.scan.json_ld.push(At::new(String::new(), line));
                self.collect(Within::JsonLd);
            }
            "h1" => {
                self.scan.headings.push((self.main_depth > 0, At::new(String::new(), line)));
                self.collect(Within::Heading);
            }
            "article" | "main" => self.main_depth += 1,
            "header" if self.main_depth > 0 => self.header_depth += 1,
            "meta" => self.meta(tag, line),
            "link" | "a" => self.link(tag, line),
            "time" => {
                let is_published = tag.attributes.contains_key(&b"pubdate"[..])
                    || value(tag, "itemprop", line).is_some_and(|at| at.value == "datePublished");
                let date = value(tag, "datetime", line);
                self.scan.times.extend(date.map(|date| (is_published, date)));
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &[u8]) {
        let ends = match self.within {
            Within::Nothing => false,
            Within::Title => name == b"title",
            Within::JsonLd => name == b"script",
            Within::Heading => name == b"h1",
        };
        if ends {
            self.keep();
        }
        match name {
            b"head" => self.scan.head_ended = true,
            b"article" | b"main" => self.main_depth = self.main_depth.saturating_sub(1),
            b"header" => self.header_depth = self.header_depth.saturating_sub(1),
            _ => {}
        }
    }

    /// Tells whether the text that comes is one that people see above an article.
    fn shows_header(&self) -> bool {
        self.within == Within::Nothing
            && self.header_depth > 0
            && self.scan.header_lines.len() < MOST_LINES
    }

    fn collect(&mut self, within: Within) {
        self.within = within;
        self.collected.clear();
    }

    /// Puts the collected text where its element waits for it.
    fn keep(&mut self) {
        let place = match self.within {
            Within::Nothing => None,
            Within::Title => self.scan.title.as_mut(),
            Within::JsonLd => self.scan.json_ld.last_mut(),
            Within::Heading => self.scan.headings.last_mut().map(|(_, heading)| heading),
        };
        if let Some(place) = place {
            place.value = std::mem::take(&mut self.collected);
        }
        self.within = Within::Nothing;
    }

    fn meta(&mut self, tag: &StartTag<usize>, line: u32) {
        let names = ["property", "name", "itemprop", "http-equiv"];
        let name = names.iter().find_map(|name| value(tag, name, line));
        let content = value(tag, "content", line);
        if let (Some(name), Some(content)) = (name, content)
            && self.scan.metas.len() < MOST_METAS
        {
            self.scan.metas.push((name.value.to_ascii_lowercase(), content));
        }
    }

    fn link(&mut self, tag: &StartTag<usize>, line: u32) {
        let relations = value(tag, "rel", line).map(|at| at.value.to_ascii_lowercase());
        let Some((relations, address)) = relations.zip(value(tag, "href", line)) else { return };
        let wanted = ["canonical", "license", "image_src"];
        let found = wanted
            .into_iter()
            .find(|wanted| relations.split_ascii_whitespace().any(|relation| relation == *wanted));
        // A canonical address is the head's to tell.
        let found = found.filter(|found| *found == "license" || tag.name.as_slice() == b"link");
        if self.scan.links.len() < MOST_METAS {
            self.scan.links.extend(found.map(|found| (found, address)));
        }
    }

    /// Gives the line of a place behind the last one that was asked for.
    fn line_at(&mut self, offset: usize) -> u32 {
        let (from, line) = self.counted;
        let passed = self.text.as_bytes().get(from..offset).unwrap_or_default();
        let breaks: u32 = passed.iter().map(|byte| u32::from(*byte == b'\n')).sum();
        self.counted = (from.max(offset), line.saturating_add(breaks));
        self.counted.1
    }
}

/// Tells a line that may hold a date.
fn fits(line: &At<String>) -> bool {
    line.value.len() <= LONGEST_LINE && !line.value.trim().is_empty()
}

fn is_json_ld(tag: &StartTag<usize>) -> bool {
    value(tag, "type", 0).is_some_and(|at| {
        let media_type = at.value.split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case("application/ld+json")
    })
}

/// Gives the value of an attribute, trimmed, when it is not empty.
fn value(tag: &StartTag<usize>, name: &str, line: u32) -> Option<At<String>> {
    let text = string(&tag.attributes.get(name.as_bytes())?.value);
    let text = text.trim();
    (!text.is_empty()).then(|| At::new(text.to_owned(), line))
}

fn string(text: &HtmlString) -> String {
    lossy(text).into_owned()
}
