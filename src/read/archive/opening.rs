//! The opening of an archive article's body: dateline and byline, as different publishers have them.
//!
//! | opening | what it tells |
//! |---|---|
//! | `<div><i>Thu, 16 May 2024 09:32:52 GMT</i></div>` | a date |
//! | `<div><i>NAME<br>2025-02-15T08:03:55Z</i></div>` | author and date |
//! | `<div>26/09/2023 - 08:18</div>` | a date without zone |
//! | `<address>NAME</address><time datetime="…">…</time>` | author and date |
//! | `日期：Thu, 02 Jul 2020 18:28:24 +0000` | a date |
//! | … `记者：甲 责编：乙` in the last line | authors |

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use crate::model::text::{collapsed, lossy};
use crate::read::html::lenient::Lenient;
use crate::read::{date, html};

/// What the opening of a body tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// The date, as written.
    pub dateline: Option<String>,
    /// The names of the authors.
    pub authors: Vec<String>,
}

/// How many tokens of HTML belong to an opening at most.
const LONGEST_OPENING: usize = 64;

/// How many bytes belong to an opening at most: a few names, a date, and the markup around them.
pub const LONGEST_OPENING_BYTES: usize = 1500;

/// How many bytes a line of an opening has at most: 80 characters.
const LONGEST_TEXT: usize = 330;

/// Words before the date in the first line of a body.
const DATE_LABELS: [&str; 4] = ["日期：", "日期:", "Date:", "Date："];

/// Words before a reporter's name in the last line of a body. What stands behind the other labels,
/// such as `责编` (the editor in charge), is no author.
const REPORTER_LABELS: [&str; 2] = ["记者", "記者"];

/// Reads the opening of a body, and its last line if `ending` holds it (the last part of the body,
/// or all of it).
#[must_use]
pub fn read(body: &str, ending: &str) -> Opening {
    let mut opening = of_start(start(body));
    if opening.authors.is_empty() {
        opening.authors = byline(ending);
    }
    opening
}

/// Gives the part of a body that an opening may stand in. It ends before the first text that is too
/// long for one or the first tag that belongs to none, which most bodies soon come to: to tell that
/// takes no tokens.
fn start(body: &str) -> &str {
    let most = body.len().min(LONGEST_OPENING_BYTES);
    let bytes = &body.as_bytes()[..most];
    let mut last = (0, b'>');
    for at in memchr::memchr3_iter(b'<', b'>', b'\n', bytes) {
        if last.1 != b'<' && at - last.0 > LONGEST_TEXT {
            return &body[..last.0];
        }
        if last.1 != b'<' && is_foreign(&bytes[at..]) && is_plain(&bytes[..at]) {
            return &body[..at];
        }
        last = (at, bytes[at]);
    }
    let is_long = last.1 != b'<' && most - last.0 > LONGEST_TEXT;
    &body[..if is_long { last.0 } else { body.floor_char_boundary(most) }]
}

/// Elements that an opening consists of.
const ELEMENTS: [&[u8]; 12] = [
    b"br", b"i", b"em", b"span", b"small", b"b", b"strong", b"a", b"div", b"p", b"address", b"time",
];

/// Tells whether bytes begin with the tag of an element that belongs to no opening.
fn is_foreign(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"<") else { return false };
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let name = &rest[..length];
    name.first().is_some_and(u8::is_ascii_alphabetic)
        && !ELEMENTS.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// Tells whether bytes hold neither a quoted value nor a comment, so that all tags in them are seen.
fn is_plain(bytes: &[u8]) -> bool {
    memchr::memchr3(b'"', b'\'', b'!', bytes).is_none()
}

/// Reads lines as a dateline: the last one is a date, those before it are names. `None` when they
/// are something else.
#[must_use]
pub fn dateline(lines: &[String]) -> Option<(String, Vec<String>)> {
    let (last, names) = lines.split_last()?;
    let written = without_label(last);
    let is_short =
        written.chars().count() <= 48 && names.iter().all(|name| name.chars().count() <= 80);
    let is_date = date::parse(written, chrono_tz::UTC).is_some();
    (is_short && is_date && names.len() <= 3).then(|| (written.to_owned(), names.to_vec()))
}

fn without_label(line: &str) -> &str {
    let labelled = DATE_LABELS.iter().find_map(|label| line.strip_prefix(label));
    labelled.unwrap_or(line).trim()
}

/// Tells whether bytes may hold the label of a byline: both have this character in them.
#[must_use]
pub fn may_hold_byline(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, "者".as_bytes()).is_some()
}

/// Reads the reporters' names from the last line of a text: `记者：甲 乙 责编：丙`.
fn byline(ending: &str) -> Vec<String> {
    let ending = tail(ending, 600);
    if !REPORTER_LABELS.iter().any(|label| ending.contains(label)) {
        return Vec::new();
    }
    let text = html::text::plain(ending);
    let Some(line) = text.lines().map(str::trim).rfind(|line| !line.is_empty()) else {
        return Vec::new();
    };
    let line = line.trim_matches(['（', '）', '(', ')', '。']);
    let Some(names) = REPORTER_LABELS.iter().find_map(|label| line.strip_prefix(label)) else {
        return Vec::new();
    };
    let Some(names) = names.strip_prefix(['：', ':']) else { return Vec::new() };
    // The next label ends the names; what stands right before its colon is the label, no name.
    let names = match names.find(['：', ':']) {
        Some(colon) => names[..colon].trim_end_matches(|c: char| !c.is_whitespace()),
        None => names,
    };
    let names = names.split([' ', '\u{3000}', '、', '，', ',', '/']).map(str::trim);
    names
        .filter(|name| !name.is_empty() && name.chars().count() <= 40)
        .map(ToOwned::to_owned)
        .collect()
}

fn tail(text: &str, bytes: usize) -> &str {
    let start = text.len().saturating_sub(bytes);
    let start = (start..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    &text[start..]
}

/// Takes a body's opening apart, tag by tag, without making a tree. Ends at the first thing that can't
/// belong to an opening; most bodies have none, so what comes behind that is not even looked at.
fn of_start(start: &str) -> Opening {
    let mut pieces = Pieces::default();
    let mut goes_on = true;
    let emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<()> {
        goes_on = goes_on && pieces.hear(&event);
        (!goes_on).then_some(())
    });
    // What is given back says that the opening has ended, and reading from a string can't fail.
    let _ = Tokenizer::new_with_emitter(start, Lenient(emitter)).next();
    pieces.close();
    pieces.opening
}

/// Attributes of a `<time>` that tell its date, the better one first.
const DATE_ATTRIBUTES: [&[u8]; 2] = [b"datetime", b"pudate"];

/// Where the piece of an opening stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Within {
    /// In no element of these.
    #[default]
    Nothing,
    Address,
    Time,
    /// A `<div>` or a `<p>`.
    Block,
}

/// The opening so far, and its piece that is open.
#[derive(Default)]
struct Pieces {
    opening: Opening,
    tokens: usize,
    lines: Vec<String>,
    within: Within,
    /// The values of [`DATE_ATTRIBUTES`], and the one that comes next.
    dates: [Option<String>; 2],
    date: Option<usize>,
    /// True once there was something that belongs to no opening.
    has_ended: bool,
}

impl Pieces {
    /// Takes what comes next; `false` ends the opening.
    fn hear(&mut self, event: &CallbackEvent<'_>) -> bool {
        let is_part = match event {
            CallbackEvent::AttributeName { name } => return self.attribute(name),
            CallbackEvent::AttributeValue { value } => return self.value(value),
            CallbackEvent::CloseStartTag { .. } => return self.end_of_start(),
            CallbackEvent::OpenStartTag { name } => self.start(name),
            CallbackEvent::EndTag { name } => self.end(name),
            CallbackEvent::String { value } => self.text(&lossy(value)),
            _ => true,
        };
        self.tokens += 1;
        is_part && self.tokens < LONGEST_OPENING
    }

    fn start(&mut self, name: &[u8]) -> bool {
        match name {
            b"br" => self.lines.push(String::new()),
            b"div" | b"p" | b"address" | b"time" => {
                self.close();
                self.within = match name {
                    b"address" => Within::Address,
                    b"time" => Within::Time,
                    _ => Within::Block,
                };
            }
            _ => {}
        }
        ELEMENTS.contains(&name) && !self.has_ended
    }

    fn attribute(&mut self, name: &[u8]) -> bool {
        let date =
            DATE_ATTRIBUTES.iter().position(|date| self.within == Within::Time && *date == name);
        self.date = date.filter(|date| self.dates[*date].is_none());
        // One that has no value is empty.
        self.value(b"")
    }

    fn value(&mut self, value: &[u8]) -> bool {
        if let Some(date) = self.date {
            self.dates[date] = Some(lossy(value).into_owned());
        }
        true
    }

    fn end_of_start(&mut self) -> bool {
        let date = std::mem::take(&mut self.dates).into_iter().flatten().next();
        if self.opening.dateline.is_none() {
            self.opening.dateline = date;
        }
        true
    }

    fn end(&mut self, name: &[u8]) -> bool {
        if matches!(name, b"div" | b"p" | b"address" | b"time") {
            self.close();
        }
        !self.has_ended
    }

    fn text(&mut self, text: &str) -> bool {
        if self.within == Within::Time {
            return true;
        }
        let mut parts = text.split('\n');
        self.append(parts.next().unwrap_or_default());
        for part in parts {
            // Loose text ends with its line; in a block, a line break is white space.
            if self.within == Within::Nothing {
                self.close();
            }
            self.append(part);
        }
        !self.has_ended && self.lines.iter().all(|line| line.len() < LONGEST_TEXT)
    }

    fn append(&mut self, text: &str) {
        match self.lines.last_mut() {
            Some(line) => line.push_str(text),
            None => self.lines.push(text.to_owned()),
        }
    }

    /// Ends the open piece. What is none of an opening ends that, too.
    fn close(&mut self) {
        let lines = self.lines.drain(..).map(|line| collapsed(&line));
        let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
        let within = std::mem::take(&mut self.within);
        if lines.is_empty() || self.has_ended {
            return;
        }
        if within == Within::Address {
            self.opening.authors.extend(lines);
        } else if let Some((date, authors)) = dateline(&lines) {
            self.opening.dateline.get_or_insert(date);
            self.opening.authors.extend(authors);
        } else {
            self.has_ended = true;
        }
    }
}
