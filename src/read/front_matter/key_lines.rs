//! `Key: value` lines: a block of its own (Pelican, `MultiMarkdown`), and what is left to read when
//! YAML or TOML is broken.

use crate::read::front_matter::Syntax;
use crate::read::front_matter::names;
use crate::read::front_matter::value::{Field, Kind, Value};

/// The longest key, in bytes.
const LONGEST_KEY: usize = 40;
/// The longest block of bare lines, in bytes.
const LONGEST_BLOCK: usize = 64 * 1024;

/// How lines are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    separator: char,
    /// True when values may stand in quotes, lists in brackets, and comments after `#`.
    quoted: bool,
}

impl Dialect {
    /// Bare lines: a value is what stands there.
    pub(super) const BARE: Self = Self { separator: ':', quoted: false };

    /// What broken YAML or TOML is read as.
    pub(super) fn recovering(syntax: Syntax) -> Self {
        let separator = if syntax == Syntax::Toml { '=' } else { ':' };
        Self { separator, quoted: true }
    }
}

/// How far a block of bare lines goes.
pub(super) enum Extent {
    None,
    Unfinished,
    /// To this many bytes, the blank line after it included.
    Bytes(usize),
}

/// Measures the block of bare lines at the beginning of a text. The first line must have a key that
/// opens such blocks. A block ends at a blank line; one that runs into other text needs two keys
/// that are known, because prose may well begin with `Summary: `.
pub(super) fn extent(text: &str, complete: bool) -> Extent {
    let first = text.lines().next().unwrap_or_default();
    if !key_of(first, Dialect::BARE).is_some_and(names::opens_block) {
        return Extent::None;
    }
    let (mut length, mut known) = (0, 0);
    for line in text.split_inclusive('\n') {
        if !complete && !line.ends_with('\n') {
            break;
        }
        let key = key_of(line, Dialect::BARE);
        if line.trim().is_empty() {
            return Extent::Bytes(length + line.len());
        }
        if key.is_none() && !line.starts_with([' ', '\t']) {
            return if known >= 2 { Extent::Bytes(length) } else { Extent::None };
        }
        known += usize::from(key.is_some_and(|key| names::meaning(key).is_some()));
        length += line.len();
        if length > LONGEST_BLOCK {
            return Extent::None;
        }
    }
    if complete { Extent::Bytes(length) } else { Extent::Unfinished }
}

/// Gives the text up to the first blank line.
pub(super) fn paragraph(text: &str) -> &str {
    let lines = text.split_inclusive('\n').take_while(|line| !line.trim().is_empty());
    let length = lines.map(str::len).sum::<usize>().min(LONGEST_BLOCK);
    &text[..text.floor_char_boundary(length)]
}

/// Gives the key of a line that has one.
pub(super) fn key_of(line: &str, dialect: Dialect) -> Option<&str> {
    split(line, dialect).map(|(key, _)| key)
}

/// Splits a line into its key and the rest. A key is letters, digits, `-` and `_`.
fn split(line: &str, dialect: Dialect) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(dialect.separator)?;
    let key = key.trim_end();
    let fits = (1..=LONGEST_KEY).contains(&key.len())
        && key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    // `http://…` is no key, and neither is `12:30`.
    let is_apart =
        dialect.separator != ':' || value.is_empty() || value.starts_with(char::is_whitespace);
    (fits && is_apart).then(|| (key, value.trim()))
}

/// Reads lines, the first of which has the number `first_line`. Lines that are indented, or begin
/// with a dash, belong to the key before them: as items, as keys of its own, or as more text.
pub(super) fn parse(text: &str, first_line: u32, dialect: Dialect) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    let mut section_counts = true;
    for (line, number) in text.lines().zip(first_line..) {
        let shown = line.trim();
        if shown.is_empty() || (dialect.quoted && shown.starts_with('#')) {
            continue;
        }
        if dialect.separator == '=' && shown.starts_with('[') {
            section_counts = names::is_section(shown.trim_matches(['[', ']']));
            continue;
        }
        if !section_counts {
            continue;
        }
        let belongs = line.starts_with([' ', '\t', '-']);
        match (split(line, dialect), fields.last_mut()) {
            (Some((key, value)), _) if !belongs => {
                let value = read_value(value, number, dialect);
                fields.push(Field { key: key.to_owned(), line: number, value });
            }
            (_, Some(last)) if belongs => add(&mut last.value, shown, number, dialect),
            _ => {}
        }
    }
    if dialect.quoted {
        for field in &mut fields {
            close(&mut field.value);
        }
    }
    fields
}

/// Takes off a value the bracket or the quote that opens it and has no end, which may be what broke
/// the block. An apostrophe may well begin a word.
fn close(value: &mut Value) {
    let line = value.line;
    match &mut value.kind {
        Kind::Nothing => {}
        Kind::List(items) => items.iter_mut().for_each(close),
        Kind::Map(fields) => fields.iter_mut().for_each(|field| close(&mut field.value)),
        Kind::Scalar(text) => {
            let list = text.strip_prefix('[').map(|list| list.strip_suffix(']').unwrap_or(list));
            if let Some(list) = list.filter(|list| !list.contains(']')) {
                let is_list = list.contains(',');
                *value =
                    if is_list { items(list, line) } else { Value::scalar(unquoted(list), line) };
            } else if let Some(rest) = text.strip_prefix('"').filter(|rest| !rest.contains('"')) {
                *text = rest.to_owned();
            }
        }
    }
}

/// Adds a line to the value that stands before it.
fn add(value: &mut Value, shown: &str, line: u32, dialect: Dialect) {
    let item = shown.strip_prefix("- ").filter(|_| dialect.quoted);
    let field = split(shown, dialect).filter(|_| dialect.quoted);
    match (&mut value.kind, item, field) {
        (Kind::List(items), Some(item), _) => items.push(read_value(item, line, dialect)),
        (kind @ Kind::Nothing, Some(item), _) => {
            *kind = Kind::List(vec![read_value(item, line, dialect)]);
        }
        (Kind::Map(fields), _, Some((key, value))) => {
            let value = read_value(value, line, dialect);
            fields.push(Field { key: key.to_owned(), line, value });
        }
        (kind @ Kind::Nothing, None, Some((key, value))) => {
            let value = read_value(value, line, dialect);
            *kind = Kind::Map(vec![Field { key: key.to_owned(), line, value }]);
        }
        (kind @ Kind::Nothing, None, None) => *kind = Kind::Scalar(shown.to_owned()),
        (Kind::Scalar(text), ..) => {
            text.push(if dialect.quoted { ' ' } else { '\n' });
            text.push_str(shown);
        }
        (Kind::List(_) | Kind::Map(_), ..) => {}
    }
}

/// Reads what stands after a key.
fn read_value(written: &str, line: u32, dialect: Dialect) -> Value {
    // `|` and `>` announce text on the lines below.
    let announces = matches!(written, "|" | "|-" | ">" | ">-");
    if written.is_empty() || (dialect.quoted && announces) {
        return Value::nothing(line);
    }
    if !dialect.quoted {
        return Value::scalar(written, line);
    }
    let Some(list) = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return Value::scalar(unquoted(written), line);
    };
    items(list, line)
}

/// Reads what stands between the brackets of a list.
fn items(list: &str, line: u32) -> Value {
    let items = list.split(',').map(|item| Value::scalar(unquoted(item.trim()), line)).collect();
    Value { line, kind: Kind::List(items) }
}

/// Takes the quotes off a value that stands in them.
fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value)
}
