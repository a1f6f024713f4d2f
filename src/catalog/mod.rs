//! What exists: every article with its identity, one entry for one id.
//!
//! Invariant: never parses an article.

pub mod ledger;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::model::article::{Head, Listed};
use crate::model::date::Timestamp;
use crate::model::id::Authority;
use crate::model::report::Report;
use crate::model::text::Text;

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

/// The articles that exist.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The articles, in the order of their files; no id twice.
    pub articles: Vec<Listed>,
    /// Where the file of each is.
    pub locations: Vec<PathBuf>,
    /// What was not as it should be.
    pub reports: Vec<Report>,
}

impl Catalog {
    /// Makes the catalog of what the files gave. Of two files with one id, the one that was updated
    /// last stays, and the other is reported.
    #[must_use]
    pub fn new(found: Vec<Found>, authority: &Authority, now: Timestamp) -> Self {
        let mut catalog = Self::default();
        let mut by_id: HashMap<Text, usize> = HashMap::new();
        for found in found {
            let (article, report) = ledger::identify(&found, authority, now);
            catalog.reports.extend(report.map(|report| report.in_file(name(&found.location))));
            match by_id.get(&article.id) {
                None => {
                    by_id.insert(article.id.clone(), catalog.articles.len());
                    catalog.articles.push(article);
                    catalog.locations.push(found.location);
                }
                Some(&index) => catalog.settle(index, article, found.location),
            }
        }
        catalog
    }

    /// Gives the number of the article in a file.
    #[must_use]
    pub fn find(&self, location: &Path) -> Option<usize> {
        self.locations.iter().position(|own| own == location)
    }

    /// Keeps the newer one of two articles with one id.
    fn settle(&mut self, index: usize, mut second: Listed, mut location: PathBuf) {
        if second.updated > self.articles[index].updated {
            std::mem::swap(&mut self.articles[index], &mut second);
            std::mem::swap(&mut self.locations[index], &mut location);
        }
        let message = format!(
            "the id {} stands in {} too, which is as new or newer; this file is left out",
            second.id,
            name(&self.locations[index])
        );
        let report = Report::warning("duplicate-id", message).in_file(name(&location));
        self.reports.push(report.help("give one of the two another id, or remove one"));
    }
}

/// Gives the name by which reports call a file.
fn name(location: &Path) -> String {
    location.display().to_string()
}
