//! What was not as it should be, file by file.

use std::ffi::OsStr;
use std::path::PathBuf;

use rusqlite::{OptionalExtension, Row, params};

use crate::catalog::Catalog;
use crate::catalog::error::Result;
use crate::catalog::files::{FileKey, location, path};
use crate::model::report::Report;
use crate::model::text::lossy;

/// A file that contends in vain: what `other_file` needs.
const LOSERS: &str =
    "SELECT e.id, d.input, d.path, f.name, h.input, h.path, e.name, f.face IS NOT NULL
     FROM file f JOIN folder d ON d.number = f.folder
       JOIN entry e ON e.number = f.entry JOIN folder h ON h.number = e.folder
     WHERE f.loses = 1";

impl Catalog {
    /// Adds to the reports of a file what reading it whole told.
    pub fn add_reports(&self, key: &FileKey, reports: &[Report]) -> Result<()> {
        let mut all = self.own_reports(key)?;
        all.extend(
            reports.iter().filter(|report| !all.contains(report)).cloned().collect::<Vec<_>>(),
        );
        self.db
            .prepare_cached("UPDATE file SET reports = ? WHERE folder = ? AND name = ?")?
            .execute(params![
                serde_json::to_string(&all)?,
                key.folder,
                key.name.as_encoded_bytes()
            ])?;
        Ok(())
    }

    fn own_reports(&self, key: &FileKey) -> Result<Vec<Report>> {
        let mut query =
            self.db.prepare_cached("SELECT reports FROM file WHERE folder = ? AND name = ?")?;
        let told: Option<Option<String>> = query
            .query_row(params![key.folder, key.name.as_encoded_bytes()], |row| row.get(0))
            .optional()?;
        Ok(told.flatten().map(|told| serde_json::from_str(&told)).transpose()?.unwrap_or_default())
    }

    /// Gives all reports that stand, each naming its file.
    pub fn reports(&self, inputs: &[PathBuf]) -> Result<Vec<Report>> {
        let mut query = self.db.prepare_cached(
            "SELECT f.reports, d.input, d.path, f.name
             FROM file f INDEXED BY reported JOIN folder d ON d.number = f.folder
             WHERE f.reports IS NOT NULL",
        )?;
        let mut rows = query.query([])?;
        let (mut names, mut others) = (Names::new(inputs), Names::new(inputs));
        let mut reports = Vec::new();
        while let Some(row) = rows.next()? {
            let told = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            let told: Vec<Report> = serde_json::from_str(told)?;
            let file = names.shown(row, 1)?;
            reports.extend(told.into_iter().map(|report| report.in_file(file.clone())));
        }
        let mut losers = self.db.prepare_cached(LOSERS)?;
        let mut rows = losers.query([])?;
        while let Some(row) = rows.next()? {
            reports.push(other_file(row, &mut names, &mut others)?);
        }
        Ok(reports)
    }

    /// Gives the reports that stand about some files; `shown` is how each is called.
    pub fn reports_about(
        &self,
        files: &[(FileKey, String)],
        inputs: &[PathBuf],
    ) -> Result<Vec<Report>> {
        let query = format!("{LOSERS} AND f.folder = ? AND f.name = ?");
        let (mut names, mut others) = (Names::new(inputs), Names::new(inputs));
        let mut reports = Vec::new();
        for (key, shown) in files {
            let told = self.own_reports(key)?.into_iter();
            reports.extend(told.map(|report| report.in_file(shown.clone())));
            let mut losers = self.db.prepare_cached(&query)?;
            let mut rows = losers.query(params![key.folder, key.name.as_encoded_bytes()])?;
            while let Some(row) = rows.next()? {
                reports.push(other_file(row, &mut names, &mut others)?);
            }
        }
        Ok(reports)
    }
}

/// How reports call files. Most that follow each other are of one folder, whose name is made once.
struct Names<'a> {
    inputs: &'a [PathBuf],
    /// The folder that was named last, by its input folder and path.
    folder: (i64, PathBuf),
    shown: String,
}

impl<'a> Names<'a> {
    fn new(inputs: &'a [PathBuf]) -> Self {
        Self { inputs, folder: (-1, PathBuf::new()), shown: String::new() }
    }

    /// Gives the name of a file, of which a row tells input folder, path and name from some column on.
    fn shown(&mut self, row: &Row<'_>, at: usize) -> Result<String> {
        let input = row.get(at)?;
        let bytes = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
        if (self.folder.0, self.folder.1.as_os_str().as_encoded_bytes()) != (input, bytes(at + 1)?)
        {
            self.folder = (input, path(row, at + 1)?);
            let location = location(self.inputs, input, &self.folder.1, OsStr::new(""));
            self.shown = location.display().to_string();
        }
        Ok([&*self.shown, &lossy(bytes(at + 2)?)].concat())
    }
}

/// Reports a file whose entry is held by another one.
fn other_file(row: &Row<'_>, names: &mut Names<'_>, others: &mut Names<'_>) -> Result<Report> {
    let (file, other) = (names.shown(row, 1)?, others.shown(row, 4)?);
    let report = if row.get(7)? {
        let message = format!("it is a copy of {other}; this file is left out");
        let report = Report::warning("copy", message);
        report.help("change one of the two, give it an id, or remove it")
    } else {
        let id: String = row.get(0)?;
        let message = format!(
            "the id {id} stands in {other} too, which is as new or newer; this file is left out"
        );
        let report = Report::warning("duplicate-id", message);
        report.help("give one of the two another id, or remove one")
    };
    Ok(report.in_file(file))
}
