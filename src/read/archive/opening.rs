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

/// How many tokens of HTML belong to an opening at most.
const LONGEST_OPENING: usize = 64;

/// How many bytes belong to an opening at most: a few names, a date, and the markup around them.
const LONGEST_OPENING_BYTES: usize = 1500;

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
    for piece in pieces(body) {
        match piece {
            Piece::Address(names) => opening.authors.extend(names),
            Piece::Time(date) => {
                opening.dateline.get_or_insert(date);
            }
            Piece::Lines(lines) => {
                let Some((date, authors)) = dateline(&lines) else { break };
                opening.dateline.get_or_insert(date);
                opening.authors.extend(authors);
            }
        }
    }
    if opening.authors.is_empty() {
        opening.authors = byline(ending);
    }
    opening
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
/// that can't belong to an opening.
fn pieces(body: &str) -> Vec<Piece> {
    let mut pieces = Pieces::default();
    let start = &body[..body.floor_char_boundary(LONGEST_OPENING_BYTES)];
    for token in Tokenizer::new(start).take(LONGEST_OPENING) {
        let Ok(token) = token;
        let goes_on = match &token {
            Token::StartTag(tag) => pieces.start(tag),
            Token::EndTag(tag) => pieces.end(&tag.name),
            Token::String(text) => pieces.text(&String::from_utf8_lossy(&text.value)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => true,
        };
        if !goes_on {
            break;
        }
    }
    pieces.close();
    pieces.done
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
        self.lines.iter().all(|line| line.len() < 1000)
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
