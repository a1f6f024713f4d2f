//! TOML to values.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::report::Report;
use crate::read::front_matter::value::{DEEPEST, Field, Kind, Value};

/// A key of more parts than this is refused before it is parsed.
const MOST_DOTS: usize = 64;

/// Parses a block whose first line has the number `first_line`. The error says what is wrong and
/// where.
pub(super) fn parse(block: &str, first_line: u32) -> Result<Vec<Field>, Box<Report>> {
    let lines = Lines::new(block, first_line);
    if let Some(offset) = deep_key(block) {
        let message = "the TOML is broken: a key has too many parts";
        return Err(Box::new(
            Report::warning("front-matter", message).at_line(lines.line_of(offset)),
        ));
    }
    match DeTable::parse(block) {
        Ok(table) => Ok(lines.fields(table.get_ref(), 1)),
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            let message = format!("the TOML is broken: {}", error.message());
            let report = Report::warning("front-matter", message).at_line(lines.line_of(offset));
            Err(Box::new(report.help("text stands in quotes: title = \"A title\"")))
        }
    }
}

/// Finds a key such as `a.a.a.a…` whose tables within tables would take more stack than there is.
/// Strings and comments are skipped as TOML reads them.
fn deep_key(block: &str) -> Option<usize> {
    let mut dots = 0;
    let mut place = 0;
    while let Some(byte) = block.as_bytes().get(place) {
        match byte {
            b'"' | b'\'' => {
                place += string_length(&block.as_bytes()[place..], *byte);
                continue;
            }
            b'#' => {
                place += block[place..].find('\n').unwrap_or(block.len() - place);
                continue;
            }
            b'.' => dots += 1,
            b'\n' | b'=' | b',' | b'[' | b']' | b'{' | b'}' => dots = 0,
            _ => {}
        }
        if dots > MOST_DOTS {
            return Some(place);
        }
        place += 1;
    }
    None
}

/// Gives the length of the string, quotes and all, that begins here; one that never ends stops at
/// the end of its line, or of the block when it may span lines.
fn string_length(text: &[u8], quote: u8) -> usize {
    let is_long = text.len() >= 3 && text[..3] == [quote; 3];
    let width = if is_long { 3 } else { 1 };
    let mut place = width;
    while place < text.len() {
        match text[place] {
            b'\\' if quote == b'"' => place += 1,
            b'\n' if !is_long => return place,
            _ if text[place..].starts_with(&[quote; 3][..width]) => return place + width,
            _ => {}
        }
        place += 1;
    }
    text.len()
}

/// Where the lines of a block begin.
struct Lines<'a> {
    block: &'a str,
    first_line: u32,
    breaks: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(block: &'a str, first_line: u32) -> Self {
        let breaks = block.match_indices('\n').map(|(offset, _)| offset).collect();
        Self { block, first_line, breaks }
    }

    fn line_of(&self, offset: usize) -> u32 {
        let before = self.breaks.partition_point(|line_break| *line_break < offset);
        self.first_line.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    }

    /// Gives the fields of a table in the order of the file.
    fn fields(&self, table: &DeTable<'_>, depth: usize) -> Vec<Field> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let field = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| Field {
            key: String::from(AsRef::<str>::as_ref(key.get_ref())),
            line: self.line_of(key.span().start),
            value: self.value(value, depth),
        };
        entries.into_iter().map(field).collect()
    }

    fn value(&self, value: &Spanned<DeValue<'_>>, depth: usize) -> Value {
        let line = self.line_of(value.span().start);
        let kind = match value.get_ref() {
            _ if depth > DEEPEST => Kind::Nothing,
            DeValue::String(text) => Kind::Scalar(text.to_string()),
            DeValue::Array(items) => {
                Kind::List(items.iter().map(|item| self.value(item, depth + 1)).collect())
            }
            DeValue::Table(table) => Kind::Map(self.fields(table, depth + 1)),
            // Numbers, dates and truths keep the text in which they are written.
            _ => Kind::Scalar(self.block.get(value.span()).unwrap_or_default().to_owned()),
        };
        Value { line, kind }
    }
}
