//! YAML to values.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use crate::model::report::Report;
use crate::read::front_matter::value::{DEEPEST, Field, Kind, Value};

/// How many bytes all copies that anchors and aliases ask for may take.
const COPIED: usize = 1024 * 1024;

/// Parses a block whose first line has the number `first_line`. `None` when it is no mapping but
/// prose. The error says what is wrong and where.
pub(super) fn parse(block: &str, first_line: u32) -> Result<Option<Vec<Field>>, Box<Report>> {
    let mut builder = Builder { first_line, copies_left: COPIED, ..Builder::default() };
    for event in Parser::new_from_str(block) {
        let (event, span) = event.map_err(|error| Box::new(report(&error, first_line)))?;
        let line = builder.file_line(span.start.line());
        if matches!(event, Event::DocumentEnd) {
            break;
        }
        builder
            .take(event, line)
            .map_err(|message| Box::new(Report::warning("front-matter", message).at_line(line)))?;
    }
    Ok(match builder.root.map(|root| root.kind) {
        Some(Kind::Map(fields)) => Some(fields),
        None | Some(Kind::Nothing) => Some(Vec::new()),
        Some(Kind::Scalar(_) | Kind::List(_)) => None,
    })
}

/// Says what the parser didn't understand, and what usually is behind it.
fn report(error: &ScanError, first_line: u32) -> Report {
    let line = first_line.saturating_add(to_u32(error.marker().line()).saturating_sub(1));
    let help = if error.info().contains("tab") {
        "indent with blanks, not tabs"
    } else {
        "put a value that holds `: `, `#`, quotes or brackets into quotes"
    };
    Report::warning("front-matter", format!("the YAML is broken: {}", error.info()))
        .at_line(line)
        .help(help)
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Puts values together from events, without recursion.
#[derive(Default)]
struct Builder {
    first_line: u32,
    /// The lists and maps that are open, the innermost last.
    open: Vec<Open>,
    /// Values by the number of their anchor.
    anchors: HashMap<usize, Value>,
    copies_left: usize,
    root: Option<Value>,
}

struct Open {
    value: Value,
    anchor: usize,
    /// The key whose value comes next.
    key: Option<(String, u32)>,
}

impl Builder {
    fn file_line(&self, line: usize) -> u32 {
        self.first_line.saturating_add(to_u32(line).saturating_sub(1))
    }

    fn take(&mut self, event: Event<'_>, line: u32) -> Result<(), &'static str> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_nothing = style == ScalarStyle::Plain && is_null(&text);
                let value = if is_nothing && !self.wants_key() {
                    Value::nothing(line)
                } else {
                    Value::scalar(text, line)
                };
                self.place(value, anchor)
            }
            Event::SequenceStart(anchor, _) => self.open(Kind::List(Vec::new()), anchor, line),
            Event::MappingStart(anchor, _) => self.open(Kind::Map(Vec::new()), anchor, line),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { value, anchor, .. }) => self.place(value, anchor),
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                // An alias within its own anchor means nothing.
                let known = self.anchors.remove(&anchor);
                let copy = known.as_ref().map(|value| self.copy(value)).transpose()?;
                self.anchors.extend(known.map(|value| (anchor, value)));
                self.place(copy.map_or(Value::nothing(line), |copy| Value { line, ..copy }), 0)
            }
            _ => Ok(()),
        }
    }

    fn wants_key(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| matches!(open.value.kind, Kind::Map(_)) && open.key.is_none())
    }

    fn open(&mut self, kind: Kind, anchor: usize, line: u32) -> Result<(), &'static str> {
        if self.open.len() >= DEEPEST {
            return Err("lists and keys lie too deep within each other");
        }
        self.open.push(Open { value: Value { line, kind }, anchor, key: None });
        Ok(())
    }

    /// Copies a value, within the bounds that keep a few lines from becoming gigabytes.
    fn copy(&mut self, value: &Value) -> Result<Value, &'static str> {
        let (depth, size) = value.extent();
        if self.open.len() + depth > DEEPEST {
            return Err("aliases lie too deep within each other");
        }
        self.copies_left =
            self.copies_left.checked_sub(size).ok_or("aliases stand for too much text")?;
        Ok(value.clone())
    }

    /// Puts a whole value where it belongs.
    fn place(&mut self, value: Value, anchor: usize) -> Result<(), &'static str> {
        if anchor > 0 {
            let copy = self.copy(&value)?;
            self.anchors.insert(anchor, copy);
        }
        let Some(Open { value: Value { kind, .. }, key, .. }) = self.open.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        match (kind, key.take()) {
            (Kind::List(items), _) => items.push(value),
            (Kind::Map(fields), Some((key, line))) => fields.push(Field { key, line, value }),
            // A key that is no scalar has no name that anyone asks for.
            (Kind::Map(_), None) => {
                *key = Some((value.text().unwrap_or_default().to_owned(), value.line));
            }
            (Kind::Nothing | Kind::Scalar(_), _) => {}
        }
        Ok(())
    }
}

/// Tells how YAML writes nothing (YAML 1.2.2 §10.2.1.1).
fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}
