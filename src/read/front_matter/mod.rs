//! The metadata block at the top of a Markdown file: YAML, TOML or bare `Key: value` lines.

mod fields;
mod key_lines;
mod kinds;
mod names;
mod toml_block;
mod value;
mod yaml_block;

use chrono_tz::Tz;

use crate::model::report::{Report, line_of};
use crate::read::declared::Declared;
use crate::read::front_matter::key_lines::Dialect;
use crate::read::front_matter::value::Field;

/// The longest block that is looked at, in bytes, from its first line to its last.
const LONGEST: usize = 256 * 1024;
/// The beginning of a text shows within so many bytes whether a block opens there.
const TELLING: usize = 64;

/// How a block is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// Between `---` and `---` or `...`.
    Yaml,
    /// Between `+++` and `+++`.
    Toml,
    /// `Key: value` lines up to a blank one.
    Keys,
}

/// What a text begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No metadata block.
    None,
    /// A block, or what may be one, that does not end in this part of the text.
    Unfinished,
    /// A block.
    Block(Box<Block>),
}

/// A metadata block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// How it is written.
    pub syntax: Syntax,
    /// What it declares.
    pub declared: Declared,
    /// Where the text after it begins, in bytes.
    pub body: usize,
    /// The line, from 1, in which the text after it begins.
    pub body_line: u32,
    /// What was not as it should be.
    pub reports: Vec<Report>,
}

/// Looks for a metadata block at the beginning of a text, after a byte order mark and blank lines.
/// With `complete` false the text is only the beginning of a file. Dates without a zone are in
/// `zone`.
#[must_use]
pub fn find(text: &str, complete: bool, zone: Tz) -> Found {
    let start = after_blank_lines(text);
    let rest = &text[start..];
    let source = Source { text, start, complete, zone };
    let first = rest.lines().next().unwrap_or_default();
    if !complete && !rest.contains('\n') && rest.len() < TELLING {
        return Found::Unfinished;
    }
    match first.trim_end() {
        "---" => source.fenced(Syntax::Yaml, &["---", "..."]),
        "+++" => source.fenced(Syntax::Toml, &["+++"]),
        _ => source.key_lines(),
    }
}

/// Gives the place of the first line that shows anything.
fn after_blank_lines(text: &str) -> usize {
    let text_after_mark = text.trim_start_matches('\u{FEFF}');
    let shown = text_after_mark.trim_start();
    let skipped = &text_after_mark[..text_after_mark.len() - shown.len()];
    let line_start = skipped.rfind('\n').map_or(0, |end| end + 1);
    text.len() - text_after_mark.len() + line_start
}

/// A text and where in it a block may begin.
struct Source<'a> {
    text: &'a str,
    start: usize,
    complete: bool,
    zone: Tz,
}

impl Source<'_> {
    /// Reads a block between two fences, the first of which stands at the start.
    fn fenced(&self, syntax: Syntax, fences: &[&str]) -> Found {
        let mut place = self.start;
        let mut inner = None;
        for line in self.text[self.start..].split_inclusive('\n') {
            let (line_start, is_whole) = (place, self.complete || line.ends_with('\n'));
            place += line.len();
            match inner {
                None => inner = Some(place),
                Some(inner) if is_whole && fences.contains(&line.trim_end()) => {
                    return self.block(syntax, inner, line_start, place);
                }
                Some(_) if place - self.start > LONGEST => return self.unclosed(syntax),
                Some(_) => {}
            }
        }
        if self.complete { self.unclosed(syntax) } else { Found::Unfinished }
    }

    /// Reads the text from `inner` to `end`; what comes after stands at `body`.
    fn block(&self, syntax: Syntax, inner: usize, end: usize, body: usize) -> Found {
        let (written, line) = (&self.text[inner..end], self.line_at(inner));
        let parsed = match syntax {
            Syntax::Toml => toml_block::parse(written, line).map(Some),
            _ => yaml_block::parse(written, line),
        };
        match parsed {
            Ok(Some(fields)) => self.found(syntax, fields, body, Vec::new()),
            Ok(None) => Found::None,
            Err(report) => {
                let fields = key_lines::parse(written, line, Dialect::recovering(syntax));
                // Without any key it is prose between two rules.
                if fields.iter().any(|field| names::meaning(&field.key).is_some()) {
                    self.found(syntax, fields, body, vec![*report])
                } else {
                    Found::None
                }
            }
        }
    }

    /// Reads a block that never ends: its lines up to a blank one, if they are of the kind.
    fn unclosed(&self, syntax: Syntax) -> Found {
        let opening = self.text[self.start..].find('\n').map_or(self.text.len(), |end| end + 1);
        let inner = (self.start + opening).min(self.text.len());
        let body = inner + key_lines::paragraph(&self.text[inner..]).len();
        let written = &self.text[inner..body];
        let dialect = Dialect::recovering(syntax);
        let first_key = key_lines::key_of(written.lines().next().unwrap_or_default(), dialect);
        if first_key.is_none_or(|key| names::meaning(key).is_none()) {
            return Found::None;
        }
        let report = Report::warning("front-matter", "the front matter has no end")
            .at_line(self.line_at(self.start))
            .help("close it with a line like the one that opens it");
        let fields = key_lines::parse(written, self.line_at(inner), dialect);
        self.found(syntax, fields, body, vec![report])
    }

    /// Reads bare key lines, if the text begins with such.
    fn key_lines(&self) -> Found {
        let rest = &self.text[self.start..];
        match key_lines::extent(rest, self.complete) {
            key_lines::Extent::None => Found::None,
            key_lines::Extent::Unfinished => Found::Unfinished,
            key_lines::Extent::Bytes(length) => {
                let line = self.line_at(self.start);
                let fields = key_lines::parse(&rest[..length], line, Dialect::BARE);
                self.found(Syntax::Keys, fields, self.start + length, Vec::new())
            }
        }
    }

    fn found(
        &self,
        syntax: Syntax,
        fields: Vec<Field>,
        body: usize,
        mut reports: Vec<Report>,
    ) -> Found {
        let (declared, more) = fields::declare(fields, syntax, self.zone);
        reports.extend(more);
        let body_line = self.line_at(body);
        Found::Block(Box::new(Block { syntax, declared, body, body_line, reports }))
    }

    fn line_at(&self, offset: usize) -> u32 {
        line_of(self.text.as_bytes(), offset)
    }
}

#[cfg(test)]
mod tests;
