//! A row a file: what of a folder was changed since it was last read.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::ops::RangeInclusive;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{OptionalExtension, Row, params};

use crate::catalog::Catalog;
use crate::catalog::error::Result;
use crate::model::file::{Folder, SeedFile, Stamp};
use crate::model::id::Digest;
use crate::model::report::Report;

/// Where a file is, in the numbers of the state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileKey {
    /// The number of its folder.
    pub folder: i64,
    /// Its name.
    pub name: OsString,
}

/// What is known of a file since it was last read.
#[derive(Clone, Debug)]
pub struct Known {
    /// The digest of its bytes.
    pub hash: Digest,
    /// The number of the entry that it holds or contends for.
    pub entry: Option<i64>,
    /// True when what was derived from it still holds.
    pub is_derived: bool,
    /// The face of its article, where it declares neither an id nor a page.
    pub face: Option<Digest>,
}

/// A file that is to be read.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The file.
    pub file: SeedFile,
    /// The number of its folder in the state.
    pub folder: i64,
    /// What is known of it; `None` for a new one.
    pub known: Option<Known>,
}

impl Changed {
    /// Gives the place of the file in the state.
    #[must_use]
    pub fn key(&self) -> FileKey {
        FileKey { folder: self.folder, name: self.file.name.clone() }
    }
}

/// A file that is gone.
#[derive(Clone, Debug)]
pub struct Vanished {
    /// Its place in the state.
    pub key: FileKey,
    /// What is known of it.
    pub known: Known,
}

/// What a walk found to be other than the state says.
#[derive(Debug, Default)]
pub struct Changes {
    /// Files that are new, or whose stamp is another.
    pub changed: Vec<Changed>,
    /// Files that are gone.
    pub vanished: Vec<Vanished>,
    /// How many files were looked at.
    pub files: usize,
    /// Files that a walk found and that are not quiet yet, so that they may be half written: input
    /// folder and path. They count as they were.
    pub restless: Vec<(usize, PathBuf)>,
    /// True when a walk found new files. They may have come from a place of which nothing was told yet.
    pub has_found_new: bool,
}

/// Compares folders with the state, one by one.
#[derive(Debug, Default)]
pub struct Comparison {
    unseen: HashMap<(i64, PathBuf), i64>,
    changes: Changes,
    /// Files of a walk whose bytes were changed in this time are restless, in nanoseconds since 1970.
    restless_time: Option<RangeInclusive<i64>>,
}

impl Comparison {
    /// Leaves files alone that a walk finds, and whose bytes were changed in a time, in nanoseconds since
    /// 1970.
    #[must_use]
    pub fn without_those_of(self, time: Option<RangeInclusive<i64>>) -> Self {
        Self { restless_time: time, ..self }
    }

    fn is_restless(&self, stamp: Option<Stamp>) -> bool {
        let times = stamp.zip(self.restless_time.as_ref());
        times.is_some_and(|(stamp, time)| time.contains(&stamp.modified))
    }

    /// Takes what is known of a folder and of those below it as it is: nothing tells what is there now.
    pub fn skip(&mut self, folder: &Folder) {
        let number = i64::try_from(folder.input).unwrap_or(i64::MAX);
        self.unseen.retain(|(input, path), _| *input != number || !path.starts_with(&folder.path));
    }

    /// Tells whether the state knows of no folder.
    #[must_use]
    pub fn knows_nothing(&self) -> bool {
        self.unseen.is_empty()
    }
}

impl Catalog {
    /// Begins to compare everything; every folder of the state that is never given is gone.
    pub fn compare(&self) -> Result<Comparison> {
        let mut query = self.db.prepare_cached("SELECT input, path, number FROM folder")?;
        let rows = query.query_map([], |row| Ok(((row.get(0)?, path(row, 1)?), row.get(2)?)))?;
        let unseen = rows.collect::<std::result::Result<_, _>>()?;
        Ok(Comparison { unseen, ..Comparison::default() })
    }

    /// Takes the folders of the state at a path and below it into a comparison; each that is not given
    /// later is gone.
    pub fn compare_below(
        &self,
        comparison: &mut Comparison,
        input: usize,
        path: &Path,
    ) -> Result<()> {
        let input = i64::try_from(input).unwrap_or(i64::MAX);
        let path = path.as_os_str().as_encoded_bytes();
        // What is below a path begins with it and a slash, after which comes the digit 0 in ASCII.
        let (first, last) = ([path, b"/"].concat(), [path, b"0"].concat());
        let mut query = self.db.prepare_cached(
            "SELECT input, path, number FROM folder
             WHERE input = ?1 AND (?2 = x'' OR path = ?2 OR (path >= ?3 AND path < ?4))",
        )?;
        let rows = query.query_map(params![input, path, first, last], |row| {
            Ok(((row.get(0)?, self::path(row, 1)?), row.get(2)?))
        })?;
        for row in rows {
            let (key, number) = row?;
            comparison.unseen.insert(key, number);
        }
        Ok(())
    }

    /// Compares one file; without a stamp it is no article any more, or never was one.
    pub fn compare_file(
        &self,
        comparison: &mut Comparison,
        folder: &Arc<Folder>,
        name: &OsStr,
        stamp: Option<Stamp>,
    ) -> Result<()> {
        let input = i64::try_from(folder.input).unwrap_or(i64::MAX);
        let number = match self.known_folder(input, &folder.path)? {
            Some(number) => number,
            None if stamp.is_none() => return Ok(()),
            None => self.folder_number(input, &folder.path)?,
        };
        let mut query = self.db.prepare_cached(
            "SELECT name, stamp, hash, entry, face FROM file WHERE folder = ? AND name = ?",
        )?;
        let mut rows = query.query(params![number, name.as_encoded_bytes()])?;
        let row = rows.next()?;
        let Some(stamp) = stamp else {
            comparison.changes.vanished.extend(row.map(|row| vanished(number, row)).transpose()?);
            return Ok(());
        };
        comparison.changes.files += 1;
        if !has_stamp(row, Some(stamp))? {
            let known = row.map(known_of).transpose()?;
            let file = SeedFile { folder: Arc::clone(folder), name: name.to_owned() };
            comparison.changes.changed.push(Changed { file, folder: number, known });
        }
        Ok(())
    }

    /// Compares one folder. `files` are all of its files that are articles, in the order of their
    /// names; one without a stamp counts as changed.
    pub fn compare_folder<'f>(
        &self,
        comparison: &mut Comparison,
        folder: &Arc<Folder>,
        files: impl ExactSizeIterator<Item = (&'f OsStr, Option<Stamp>)>,
    ) -> Result<()> {
        comparison.changes.files += files.len();
        let key = (i64::try_from(folder.input).unwrap_or(i64::MAX), folder.path.clone());
        let known = comparison.unseen.remove(&key);
        if known.is_none() && files.len() == 0 {
            return Ok(());
        }
        let number = match known {
            Some(number) => number,
            None => self.folder_number(key.0, &folder.path)?,
        };
        let mut query = self.db.prepare_cached(
            "SELECT name, stamp, hash, entry, face FROM file WHERE folder = ? ORDER BY name",
        )?;
        let mut rows = query.query([number])?;
        let mut row = rows.next()?;
        for (name, stamp) in files {
            while let Some(known) = row {
                let own = known.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
                if own.cmp(name.as_encoded_bytes()) != Ordering::Less {
                    break;
                }
                comparison.changes.vanished.push(vanished(number, known)?);
                row = rows.next()?;
            }
            let same = match row {
                Some(known) if known.get_ref(0)?.as_blob() == Ok(name.as_encoded_bytes()) => {
                    Some(known)
                }
                _ => None,
            };
            let is_unchanged = has_stamp(same, stamp)?;
            if !is_unchanged && comparison.is_restless(stamp) {
                comparison.changes.restless.push((folder.input, folder.path.join(name)));
            } else if !is_unchanged {
                let known = same.map(|row| known_of(row)).transpose()?;
                comparison.changes.has_found_new |= known.is_none();
                let file = SeedFile { folder: Arc::clone(folder), name: name.to_owned() };
                comparison.changes.changed.push(Changed { file, folder: number, known });
            }
            if same.is_some() {
                row = rows.next()?;
            }
        }
        while let Some(known) = row {
            comparison.changes.vanished.push(vanished(number, known)?);
            row = rows.next()?;
        }
        Ok(())
    }

    /// Ends the comparison: what of the state was not seen is gone.
    pub fn finish_comparison(&self, comparison: Comparison) -> Result<Changes> {
        let Comparison { unseen, mut changes, .. } = comparison;
        for number in unseen.into_values() {
            let mut query = self.db.prepare_cached(
                "SELECT name, stamp, hash, entry, face FROM file WHERE folder = ? ORDER BY name",
            )?;
            let mut rows = query.query([number])?;
            while let Some(row) = rows.next()? {
                changes.vanished.push(vanished(number, row)?);
            }
        }
        changes.changed.sort_by(|a, b| order(&a.file, &b.file));
        // Two places that were looked at may hold the same file.
        changes.changed.dedup_by(|a, b| order(&a.file, &b.file).is_eq());
        changes
            .vanished
            .sort_by(|a, b| (a.key.folder, &a.key.name).cmp(&(b.key.folder, &b.key.name)));
        changes.vanished.dedup_by(|a, b| a.key == b.key);
        Ok(changes)
    }

    /// Forgets folders that hold no article any more.
    pub(crate) fn drop_empty_folders(&self) -> Result<()> {
        let dropped = self.db.execute(
            "DELETE FROM folder WHERE NOT EXISTS
               (SELECT 1 FROM file WHERE file.folder = folder.number)",
            [],
        )?;
        if dropped > 0 {
            // Their numbers may be given to others.
            self.let_go();
        }
        Ok(())
    }

    fn known_folder(&self, input: i64, path: &Path) -> Result<Option<i64>> {
        let path = path.as_os_str().as_encoded_bytes();
        let mut query =
            self.db.prepare_cached("SELECT number FROM folder WHERE input = ? AND path = ?")?;
        Ok(query.query_row(params![input, path], |row| row.get(0)).optional()?)
    }

    /// Gives the number of a folder, which gets one if it has none.
    pub(crate) fn folder_number(&self, input: i64, path: &Path) -> Result<i64> {
        if let Some(number) = self.known_folder(input, path)? {
            return Ok(number);
        }
        let path = path.as_os_str().as_encoded_bytes();
        self.db
            .prepare_cached("INSERT INTO folder (input, path) VALUES (?, ?)")?
            .execute(params![input, path])?;
        Ok(self.db.last_insert_rowid())
    }

    /// Writes the row of a file. `stamp` is `None` when the file must be read again next time.
    pub(crate) fn put_file(&self, changed: &Changed, row: &FileRow<'_>) -> Result<()> {
        let reports =
            if row.reports.is_empty() { None } else { Some(serde_json::to_string(row.reports)?) };
        self.let_go_of(&changed.key());
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO file
                   (folder, name, stamp, hash, entry, age, loses, reports, face)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                changed.folder,
                changed.file.name.as_encoded_bytes(),
                row.stamp.map(Stamp::to_bytes),
                row.hash,
                row.entry,
                row.age,
                row.loses.then_some(1),
                reports,
                row.face,
            ])?;
        Ok(())
    }

    /// Forgets a file.
    pub(crate) fn drop_file(&self, key: &FileKey) -> Result<()> {
        for table in ["file", "whole"] {
            self.db
                .prepare_cached(&format!("DELETE FROM {table} WHERE folder = ? AND name = ?"))?
                .execute(params![key.folder, key.name.as_encoded_bytes()])?;
        }
        Ok(())
    }

    /// Gives a file of the state as one that is to be read again.
    pub(crate) fn again(&self, key: &FileKey, inputs: &[PathBuf]) -> Result<Option<Changed>> {
        let mut query = self
            .db
            .prepare_cached("SELECT hash, entry, face FROM file WHERE folder = ? AND name = ?")?;
        let known = query
            .query_row(params![key.folder, key.name.as_encoded_bytes()], |row| {
                let (hash, entry, face) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(Known { hash, entry, is_derived: false, face })
            })
            .optional()?;
        let file = self.seed_file(key, inputs)?;
        Ok(file.map(|file| Changed { file, folder: key.folder, known }))
    }

    /// Gives a file of the state as one to be read.
    pub fn seed_file(&self, key: &FileKey, inputs: &[PathBuf]) -> Result<Option<SeedFile>> {
        let mut query =
            self.db.prepare_cached("SELECT input, path FROM folder WHERE number = ?")?;
        let folder = query
            .query_row([key.folder], |row| Ok((row.get::<_, i64>(0)?, path(row, 1)?)))
            .optional()?;
        Ok(folder.map(|(input, path)| {
            let location = location(inputs, input, &path, OsStr::new(""));
            let input = usize::try_from(input).unwrap_or(usize::MAX);
            let folder = Arc::new(Folder { input, path, location });
            SeedFile { folder, name: key.name.clone() }
        }))
    }

    /// Finds a file of the state.
    pub fn find(&self, file: &SeedFile) -> Result<Option<FileKey>> {
        let input = i64::try_from(file.folder.input).unwrap_or(i64::MAX);
        let folder = self.known_folder(input, &file.folder.path)?;
        Ok(folder.map(|folder| FileKey { folder, name: file.name.clone() }))
    }

    /// Gives the number of the entry that a file holds; `None` where it holds none.
    pub fn entry_of(&self, key: &FileKey) -> Result<Option<i64>> {
        let mut query = self.db.prepare_cached(
            "SELECT entry FROM file WHERE folder = ? AND name = ? AND loses IS NULL",
        )?;
        let found =
            query.query_row(params![key.folder, key.name.as_encoded_bytes()], |row| row.get(0));
        Ok(found.optional()?.flatten())
    }
}

/// What is written of a file.
#[derive(Debug)]
pub(crate) struct FileRow<'a> {
    pub(crate) stamp: Option<Stamp>,
    pub(crate) hash: Digest,
    pub(crate) entry: Option<i64>,
    pub(crate) age: Option<i64>,
    pub(crate) loses: bool,
    pub(crate) face: Option<Digest>,
    pub(crate) reports: &'a [Report],
}

/// Tells where a file is.
pub(crate) fn location(inputs: &[PathBuf], input: i64, folder: &Path, name: &OsStr) -> PathBuf {
    let base = usize::try_from(input).ok().and_then(|input| inputs.get(input));
    base.cloned().unwrap_or_default().join(folder).join(name)
}

/// Reads a path from a row.
pub(crate) fn path(row: &Row<'_>, column: usize) -> rusqlite::Result<PathBuf> {
    name(row, column).map(PathBuf::from)
}

/// Reads the name of a file from a row.
pub(crate) fn name(row: &Row<'_>, column: usize) -> rusqlite::Result<OsString> {
    row.get::<_, Vec<u8>>(column).map(OsString::from_vec)
}

/// Tells whether the row of a file says that it has a stamp.
fn has_stamp(row: Option<&Row<'_>>, stamp: Option<Stamp>) -> Result<bool> {
    let (Some(row), Some(stamp)) = (row, stamp) else { return Ok(false) };
    Ok(row.get_ref(1)?.as_blob() == Ok(&stamp.to_bytes()[..]))
}

fn known_of(row: &Row<'_>) -> Result<Known> {
    let is_derived = row.get_ref(1)? != rusqlite::types::ValueRef::Null;
    Ok(Known { hash: row.get(2)?, entry: row.get(3)?, is_derived, face: row.get(4)? })
}

fn vanished(folder: i64, row: &Row<'_>) -> Result<Vanished> {
    let key = FileKey { folder, name: name(row, 0)? };
    Ok(Vanished { key, known: known_of(row)? })
}

/// The order in which files are taken: that of their paths, input folder by input folder. Neighbours
/// are of one folder, whose path isn't compared with itself.
fn order(a: &SeedFile, b: &SeedFile) -> Ordering {
    let by_folder = if Arc::ptr_eq(&a.folder, &b.folder) {
        Ordering::Equal
    } else {
        (a.folder.input, &a.folder.path).cmp(&(b.folder.input, &b.folder.path))
    };
    by_folder.then_with(|| a.name.cmp(&b.name))
}
