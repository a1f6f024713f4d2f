//! What is said about an input that was not as it should be.
//!
//! A report is a passing fault: the work goes on, and nothing else is touched by it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize};

/// How much a report weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Worth knowing; the feeds are as meant. Does not count for `--strict`.
    Note,
    /// Something was left out, guessed or mended.
    Warning,
    /// The file gave no entry, or less than it holds.
    Error,
}

impl Severity {
    /// Gives the word that stands before the message.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One finding about one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Report {
    /// The file, as a person would type it; empty while the part that reads it does not know its name.
    pub file: String,
    /// The line in the file, from 1, where there is one to point at.
    pub line: Option<u32>,
    /// How much it weighs.
    pub severity: Severity,
    /// The name of the rule, in kebab case: stable, for machines and for searching.
    pub rule: &'static str,
    /// What is the matter, in lower case without a full stop.
    pub message: String,
    /// The way out, where it isn't plain from the message.
    pub help: Option<Cow<'static, str>>,
}

impl Report {
    /// Makes a report that does not know its file yet.
    #[must_use]
    pub fn new(severity: Severity, rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            file: String::new(),
            line: None,
            severity,
            rule,
            message: message.into(),
            help: None,
        }
    }

    /// Makes a warning.
    #[must_use]
    pub fn warning(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, rule, message)
    }

    /// Makes an error.
    #[must_use]
    pub fn error(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, rule, message)
    }

    /// Names the line, from 1.
    #[must_use]
    pub fn at_line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }

    /// Names the file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = file.into();
        self
    }

    /// Tells the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A report as it is kept between runs.
#[derive(Deserialize)]
struct Kept {
    file: String,
    line: Option<u32>,
    severity: Severity,
    rule: String,
    message: String,
    help: Option<String>,
}

impl<'de> Deserialize<'de> for Report {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Kept { file, line, severity, rule, message, help } = Kept::deserialize(from)?;
        Ok(Self { file, line, severity, rule: named(rule), message, help: help.map(Cow::Owned) })
    }
}

/// Gives the name of a rule for good. There are only as many as the program has.
fn named(rule: String) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    names.get(rule.as_str()).copied().unwrap_or_else(|| {
        let name: &'static str = Box::leak(rule.into_boxed_str());
        names.insert(name);
        name
    })
}

/// Gives the number, from 1, of the line in which a byte stands.
#[must_use]
pub fn line_of(text: &[u8], offset: usize) -> u32 {
    let before = &text[..offset.min(text.len())];
    before.iter().fold(1, |line: u32, byte| line.saturating_add(u32::from(*byte == b'\n')))
}
