//! What exists: the files of the input folders, and the head of each.

use rayon::prelude::*;

use crate::catalog::{Catalog, Found};
use crate::config::meant::Settings;
use crate::mill::Progress;
use crate::model::date::Timestamp;
use crate::model::report::Report;
use crate::read::head::Context;
use crate::read::{self, Beginning, Bytes};
use crate::watch::file::OpenFile;
use crate::watch::walk::{self, SeedFile};

/// How much of a file is read for its head, and how much more when that isn't enough.
const HEAD_BYTES: [u64; 2] = [8 * 1024, 64 * 1024];

/// What the input folders hold.
#[derive(Debug)]
pub struct Stock {
    /// The articles.
    pub catalog: Catalog,
    /// How many files were looked at.
    pub files: usize,
    /// What was not as it should be.
    pub reports: Vec<Report>,
}

/// Walks the input folders and reads the head of every article.
#[must_use]
pub fn take(settings: &Settings, now: Timestamp, progress: &dyn Progress) -> Stock {
    let (files, mut reports) = walk::walk(&settings.input);
    let count = files.len();
    progress.begin("articles", count);
    let heads: Vec<(Option<Found>, Vec<Report>)> = files
        .into_par_iter()
        .map(|file| {
            let read = read_head(settings, file);
            progress.step();
            read
        })
        .collect();
    let mut found = Vec::with_capacity(heads.len());
    for (head, of_file) in heads {
        found.extend(head);
        reports.extend(of_file);
    }
    let mut catalog = Catalog::new(found, &settings.site.authority, now);
    reports.append(&mut catalog.reports);
    Stock { catalog, files: count, reports }
}

fn read_head(settings: &Settings, file: SeedFile) -> (Option<Found>, Vec<Report>) {
    let named = |reports: Vec<Report>| {
        reports.into_iter().map(|report| report.in_file(file.name())).collect::<Vec<_>>()
    };
    match open_head(settings, &file) {
        Err(report) => (None, named(vec![report])),
        Ok((Beginning::Head(read), modified)) => {
            let reports = named(read.reports);
            let SeedFile { folder, path, location } = file;
            (Some(Found { folder, path, location, head: read.head, modified }), reports)
        }
        Ok((Beginning::Nothing(reports), _)) => (None, named(reports)),
        // All of the file was read, so there is no more to ask for.
        Ok((Beginning::NeedsMore, _)) => (None, Vec::new()),
    }
}

/// Reads as much of a file as its head needs. Gives the time of the file's last change with it.
pub fn open_head(
    settings: &Settings,
    file: &SeedFile,
) -> Result<(Beginning, Option<Timestamp>), Report> {
    let mut open = OpenFile::open(&file.location, settings.input.reading.max_bytes)?;
    let context = context(settings, &file.path);
    let size = open.size();
    for length in HEAD_BYTES.into_iter().filter(|length| *length < size) {
        let (front, back) = (open.beginning(length)?, open.ending()?);
        let bytes = Bytes { front: &front, back: &back, complete: false };
        match read::head(bytes, context) {
            Beginning::NeedsMore => {}
            enough => return Ok((enough, open.modified())),
        }
    }
    let all = open.all()?;
    let bytes = Bytes { front: &all, back: &[], complete: true };
    Ok((read::head(bytes, context), open.modified()))
}

/// Gives what reading the file at a path needs to know besides its bytes.
pub(super) fn context<'a>(settings: &'a Settings, path: &'a str) -> Context<'a> {
    Context { site: &settings.site, reading: &settings.input.reading, path }
}
