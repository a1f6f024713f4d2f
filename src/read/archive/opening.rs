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

use html5gum::{StartTag, Token, Tokenizer};

use crate::read::{date, html};

/// What the opening of a body tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// The date, as written.
    pub dateline: Option<String>,
    /// The names of the authors.
    pub authors: Vec<String>,
}

impl Opening {
    /// Takes the next piece of a body; `false` when it belongs to no opening.
    fn take(&mut self, piece: Piece) -> bool {
        match piece {
            Piece::Address(names) => self.authors.extend(names),
            Piece::Time(date) => {
                self.dateline.get_or_insert(date);
            }
            Piece::Lines(lines) => {
                let Some((date, authors)) = dateline(&lines) else { return false };
                self.dateline.get_or_insert(date);
                self.authors.extend(authors);
            }
        }
        true
    }
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
    let mut opening = Opening::default();
    each_piece(start(body), &mut |piece| opening.take(piece));
    if opening.authors.is_empty() {
        opening.authors = byline(ending);
    }
    opening
}

/// Gives the part of a body that an opening may stand in. It ends before the first text that is too
/// long for one, which most bodies soon come to: to tell that takes no tokens.
fn start(body: &str) -> &str {
    let most = body.len().min(LONGEST_OPENING_BYTES);
    let bytes = &body.as_bytes()[..most];
    let mut last = (0, b'>');
    for at in memchr::memchr3_iter(b'<', b'>', b'\n', bytes) {
        if last.1 != b'<' && at - last.0 > LONGEST_TEXT {
            return &body[..last.0];
        }
        last = (at, bytes[at]);
    }
    let is_long = last.1 != b'<' && most - last.0 > LONGEST_TEXT;
    &body[..if is_long { last.0 } else { body.floor_char_boundary(most) }]
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

/// A piece of an opening.
enum Piece {
    /// The lines of an `<address>`.
    Address(Vec<String>),
    /// The date of a `<time>`, as written.
    Time(String),
    /// The lines of a `<div>`, a `<p>` or loose text.
    Lines(Vec<String>),
}

/// Takes a body's opening apart, token by token, without making a tree. Ends at the first thing
/// that can't belong to an opening, or that nobody takes.
fn each_piece(start: &str, take: &mut dyn FnMut(Piece) -> bool) {
    let mut pieces = Pieces::default();
    for token in Tokenizer::new(start).take(LONGEST_OPENING) {
        let Ok(token) = token;
        let goes_on = match &token {
            Token::StartTag(tag) => pieces.start(tag),
            Token::EndTag(tag) => pieces.end(&tag.name),
            Token::String(text) => pieces.text(&String::from_utf8_lossy(&text.value)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => true,
        };
        if !goes_on {
            pieces.close();
        }
        if !pieces.done.drain(..).all(&mut *take) || !goes_on {
            return;
        }
    }
    pieces.close();
    pieces.done.into_iter().all(take);
}

/// The pieces so far, and the one that is open.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    lines: Vec<String>,
    in_address: bool,
    in_time: bool,
    in_block: bool,
}

impl Pieces {
    /// Takes a start tag; `false` ends the opening.
    fn start(&mut self, tag: &StartTag<()>) -> bool {
        match tag.name.as_slice() {
            b"br" => self.lines.push(String::new()),
            b"i" | b"em" | b"span" | b"small" | b"b" | b"strong" | b"a" => {}
            b"div" | b"p" => {
                self.close();
                self.in_block = true;
            }
            b"address" => {
                self.close();
                self.in_address = true;
            }
            b"time" => {
                self.close();
                self.in_time = true;
                let date = |name: &[u8]| tag.attributes.get(name);
                if let Some(date) = date(b"datetime").or_else(|| date(b"pudate")) {
                    self.done.push(Piece::Time(String::from_utf8_lossy(&date.value).into_owned()));
                }
            }
            _ => return false,
        }
        true
    }

    fn end(&mut self, name: &[u8]) -> bool {
        if matches!(name, b"div" | b"p" | b"address" | b"time") {
            self.close();
        }
        true
    }

    fn text(&mut self, text: &str) -> bool {
        if self.in_time {
            return true;
        }
        let mut parts = text.split('\n');
        self.append(parts.next().unwrap_or_default());
        for part in parts {
            // Loose text ends with its line; in a block, a line break is white space.
            if !self.in_block && !self.in_address {
                self.close();
            }
            self.append(part);
        }
        self.lines.iter().all(|line| line.len() < LONGEST_TEXT)
    }

    fn append(&mut self, text: &str) {
        match self.lines.last_mut() {
            Some(line) => line.push_str(text),
            None => self.lines.push(text.to_owned()),
        }
    }

    /// Ends the open piece.
    fn close(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        let lines: Vec<String> = lines
            .iter()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|line| !line.is_empty())
            .collect();
        if !lines.is_empty() && !self.in_time {
            self.done.push(if self.in_address {
                Piece::Address(lines)
            } else {
                Piece::Lines(lines)
            });
        }
        (self.in_address, self.in_time, self.in_block) = (false, false, false);
    }
}
