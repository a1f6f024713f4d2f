//! TOML to values. The parser itself bounds how deep tables and dotted keys may lie in each other.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::report::Report;
use crate::read::front_matter::value::{DEEPEST, Field, Kind, Value};

/// Parses a block whose first line has the number `first_line`. The error says what is wrong and
/// where.
pub(super) fn parse(block: &str, first_line: u32) -> Result<Vec<Field>, Box<Report>> {
    let lines = Lines::new(block, first_line);
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
