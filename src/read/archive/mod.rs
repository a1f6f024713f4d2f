//! The archive shape: what news-archive robots write, one file per item of a feed.
//!
//! ```text
//! <!--1715852342000-->                      when the robot saw the item, Unix milliseconds
//! [title](https://publisher.example/a.html) title and permalink
//! ------                                    rule
//!                                           blank line, not always there
//! <div><i>Thu, 16 May 2024 …</i></div>…     HTML, its opening telling more (see `opening`)
//! ```

pub mod opening;
pub mod strip;

use chrono_tz::Tz;

use crate::model::article::Author;
use crate::model::date::Timestamp;
use crate::model::report::Report;
use crate::model::text::Text;
use crate::read::archive::opening::Opening;
use crate::read::date;
use crate::read::declared::{At, Declared};

/// How far the publisher's own date may lie before the robot's, in seconds.
const LONGEST_DELAY: i64 = 48 * 3600;

/// How far into a text the rule is looked for. The longest titles have a few hundred bytes; the
/// bound keeps a long text that begins with `[` cheap.
const LONGEST_HEAD: usize = 8 * 1024;

/// The three lines at the top, as they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Top<'a> {
    /// What stands in the comment, and its line.
    pub comment: Option<(&'a str, u32)>,
    /// The title, as written.
    pub title: &'a str,
    /// The address, as written.
    pub address: &'a str,
    /// The line of the title.
    pub line: u32,
    /// The body, from its first byte in the text.
    pub body: usize,
    /// The line in which the body begins.
    pub body_line: u32,
}

/// Finds the top of the archive shape at the beginning of a text. `line` is the number of the
/// text's first line in its file. `None` when the text has another shape.
#[must_use]
pub fn find(text: &str, line: u32) -> Option<Top<'_>> {
    let mut rest = Rest { text, at: 0, line };
    rest.skip_blank();
    let comment = rest.comment();
    rest.skip_blank();
    if !rest.left().starts_with('[') {
        return None;
    }
    let (title_line, head) = (rest.line, rest.until_rule()?);
    let inner = head.trim_end().strip_prefix('[')?.strip_suffix(')')?;
    // The title isn't escaped and may hold brackets: only the last `](` parts it from the address.
    let (title, address) = inner.rsplit_once("](")?;
    rest.skip_one_blank_line();
    Some(Top { comment, title, address, line: title_line, body: rest.at, body_line: rest.line })
}

/// What is left of a text, and where it stands.
struct Rest<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl<'a> Rest<'a> {
    fn left(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn advance(&mut self, bytes: usize) -> &'a str {
        let passed = &self.left()[..bytes];
        let breaks = passed.bytes().filter(|byte| *byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        self.at += bytes;
        passed
    }

    fn skip_blank(&mut self) {
        let left = self.left();
        self.advance(left.len() - left.trim_start().len());
    }

    fn comment(&mut self) -> Option<(&'a str, u32)> {
        let inner = self.left().strip_prefix("<!--")?;
        let end = inner.find("-->").filter(|end| *end <= 64)?;
        let line = self.line;
        self.advance("<!--".len() + end + "-->".len());
        Some((inner[..end].trim(), line))
    }

    /// Gives what stands before the rule: the first line of three or more dashes that follows a
    /// line ending in `)`. Stands behind the rule afterwards.
    fn until_rule(&mut self) -> Option<&'a str> {
        let left = self.left();
        let mut start = 0;
        for line in left.split_inclusive('\n') {
            let before = &left[..start];
            if is_rule(line) && before.trim_end().ends_with(')') {
                self.advance(start + line.len());
                return Some(before);
            }
            start += line.len();
            if start > LONGEST_HEAD {
                return None;
            }
        }
        None
    }

    fn skip_one_blank_line(&mut self) {
        let left = self.left();
        let end = left.find('\n').map_or(left.len(), |end| end + 1);
        if left[..end].trim().is_empty() {
            self.advance(end);
        }
    }
}

fn is_rule(line: &str) -> bool {
    let line = line.trim_end();
    line.len() >= 3 && line.bytes().all(|byte| byte == b'-')
}

/// Puts together what the top and the opening of the body declare.
///
/// The publisher's own date counts when it names a zone, isn't later than the comment, and lies
/// within 48 hours of it; otherwise the comment counts.
#[must_use]
pub fn declared(top: &Top<'_>, opening: &Opening, zone: Tz) -> (Declared, Vec<Report>) {
    let mut reports = Vec::new();
    let seen = top.comment.and_then(|(raw, line)| seen_at(raw, line, &mut reports));
    let own = opening.dateline.as_ref().and_then(|raw| {
        let date = date::parse(raw, zone).filter(|date| date.zoned)?;
        Some(At::new(date.at, top.body_line))
    });
    let published = match (own, &seen) {
        (Some(own), Some(seen)) if !is_plausible(own.value, seen.value) => {
            let message = format!(
                "the body's date {} doesn't fit the time in the comment, {}; the comment counts",
                own.value.rfc3339(),
                seen.value.rfc3339()
            );
            reports.push(Report::warning("dateline", message).at_line(own.line));
            Some(seen.clone())
        }
        (Some(own), _) => Some(own),
        (None, seen) => seen.clone(),
    };
    let text = |raw: &str| (!raw.trim().is_empty()).then(|| At::new(raw.to_owned(), top.line));
    let declared = Declared {
        title: text(&html_escape::decode_html_entities(top.title)),
        permalink: text(top.address),
        updated: seen.filter(|seen| published.as_ref().is_some_and(|own| own.value < seen.value)),
        published,
        authors: opening.authors.iter().map(|name| At::new(author(name), top.body_line)).collect(),
        ..Declared::default()
    };
    (declared, reports)
}

fn author(name: &str) -> Author {
    Author { name: Text::line(name), ..Author::default() }
}

fn is_plausible(own: Timestamp, seen: Timestamp) -> bool {
    (0..=LONGEST_DELAY).contains(&(seen.unix() - own.unix()))
}

/// Reads the comment. `NaN` and `0` are what a robot writes that had no date; anything else that
/// isn't a time is reported.
fn seen_at(raw: &str, line: u32, reports: &mut Vec<Report>) -> Option<At<Timestamp>> {
    let milliseconds = raw.parse::<i64>().ok();
    let at = milliseconds.filter(|ms| *ms > 0).and_then(|ms| Timestamp::from_unix(ms / 1000));
    if at.is_none() {
        let message = format!("the comment \"{raw}\" is no Unix time in milliseconds");
        reports.push(Report::warning("comment", message).at_line(line));
    }
    at.map(|at| At::new(at, line))
}
