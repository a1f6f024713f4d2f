//! The articles read whole: each at most once, whoever asks first.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::catalog::Catalog;
use crate::config::meant::Settings;
use crate::mill::stock;
use crate::model::article::{Listed, Whole};
use crate::model::report::Report;
use crate::read;
use crate::watch::file::OpenFile;

/// The articles of a catalog, and those of them that were read whole so far.
pub(super) struct Library<'a> {
    settings: &'a Settings,
    catalog: &'a Catalog,
    shelf: Vec<OnceLock<Read>>,
}

type Read = (Option<Arc<Whole>>, Vec<Report>);

impl<'a> Library<'a> {
    pub(super) fn new(settings: &'a Settings, catalog: &'a Catalog) -> Self {
        let shelf = catalog.articles.iter().map(|_| OnceLock::new()).collect();
        Self { settings, catalog, shelf }
    }

    /// Gives what selecting knows of an article.
    pub(super) fn listed(&self, index: usize) -> &'a Listed {
        &self.catalog.articles[index]
    }

    /// Gives an article whole; `None` when its file can't be read any more.
    pub(super) fn whole(&self, index: usize) -> Option<Arc<Whole>> {
        let read = self.shelf[index].get_or_init(|| {
            match open_whole(self.settings, self.listed(index), &self.catalog.locations[index]) {
                Ok((whole, reports)) => (Some(Arc::new(whole)), reports),
                Err(report) => (None, vec![report]),
            }
        });
        read.0.clone()
    }

    /// Gives what was not as it should be in the articles that were read.
    pub(super) fn into_reports(self) -> Vec<Report> {
        let read = self.shelf.into_iter().zip(&self.catalog.locations);
        read.filter_map(|(read, location)| Some((read.into_inner()?.1, location)))
            .flat_map(|(reports, location)| {
                let name = location.display().to_string();
                reports.into_iter().map(move |report| report.in_file(name.clone()))
            })
            .collect()
    }
}

/// Reads all of an article whose head is known.
pub fn open_whole(
    settings: &Settings,
    article: &Listed,
    location: &Path,
) -> Result<(Whole, Vec<Report>), Report> {
    let mut open = OpenFile::open(location, settings.input.reading.max_bytes)?;
    let all = open.all()?;
    Ok(read::whole(&all, &article.head, stock::context(settings, &article.path)))
}
