//! What exists: every article with its identity, one entry for one id.
//!
//! Invariant: never parses an article.

pub mod ledger;

use std::collections::HashMap;
use std::path::PathBuf;

use crate::model::article::{Head, Listed};
use crate::model::date::Timestamp;
use crate::model::id::Authority;
use crate::model::report::Report;

/// What a file gave: its head, and when the file was last changed.
#[derive(Clone, Debug)]
pub struct Found {
    /// The number of its input folder.
    pub folder: usize,
    /// The path below its input folder, with `/`.
    pub path: String,
    /// Where the file is.
    pub location: PathBuf,
    /// The head.
    pub head: Head,
    /// When the file was last changed.
    pub modified: Option<Timestamp>,
}

/// A row: an article, and the file in which it stands.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where its file is.
    pub location: PathBuf,
    /// Its head and its identity.
    pub article: Listed,
}

impl Row {
    /// Gives the name by which reports call the file.
    #[must_use]
    pub fn name(&self) -> String {
        self.location.display().to_string()
    }
}

/// The articles that exist.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The rows, in the order of their files; no id twice.
    pub rows: Vec<Row>,
    /// What was not as it should be.
    pub reports: Vec<Report>,
}

impl Catalog {
    /// Makes the catalog of what the files gave. Of two files with one id, the one that was updated
    /// last stays, and the other is reported.
    #[must_use]
    pub fn new(found: Vec<Found>, authority: &Authority, now: Timestamp) -> Self {
        let mut catalog = Self::default();
        let mut by_id: HashMap<String, usize> = HashMap::new();
        for found in found {
            let (article, report) = ledger::identify(&found, authority, now);
            let row = Row { location: found.location, article };
            catalog.reports.extend(report.map(|report| report.in_file(row.name())));
            match by_id.get(row.article.id.as_str()) {
                None => {
                    by_id.insert(row.article.id.to_string(), catalog.rows.len());
                    catalog.rows.push(row);
                }
                Some(&index) => catalog.settle(index, row),
            }
        }
        catalog
    }

    /// Keeps the newer one of two rows with one id.
    fn settle(&mut self, index: usize, second: Row) {
        let first = &mut self.rows[index];
        let loser = if second.article.updated > first.article.updated {
            std::mem::replace(first, second)
        } else {
            second
        };
        let message = format!(
            "the id {} stands in {} too, which is as new or newer; this file is left out",
            loser.article.id,
            first.name()
        );
        let report = Report::warning("duplicate-id", message).in_file(loser.name());
        self.reports.push(report.help("give one of the two another id, or remove one"));
    }
}
