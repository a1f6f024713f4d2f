//! Opening, keeping and dropping: the file itself.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use crate::catalog::Catalog;
use crate::catalog::error::{CatalogError, Result};

/// The version of the schema that is written here.
const VERSION: i64 = 1;

/// Says "feedmill" in the header of the file (`PRAGMA application_id`).
const APPLICATION: i64 = 0x666D_6C6C;

/// How much of the file is kept in memory, in KiB.
const PAGE_CACHE_KIB: i64 = 4096;

/// The tables that are derived from the articles.
const DERIVED: [&str; 5] = ["feed", "spelling", "member", "due", "whole"];

impl Catalog {
    /// Opens the state in a file, which is made if it isn't there.
    pub fn open(path: &Path) -> Result<Self> {
        let at = |error| CatalogError::Io(path.to_owned(), error);
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(at)?;
        }
        let db = Connection::open(path)?;
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        db.pragma_update(None, "journal_mode", "WAL").map_err(|error| busy(error, path))?;
        // In WAL, NORMAL would lose the last turns to a power cut; what was issued must not be lost.
        db.pragma_update(None, "synchronous", "FULL")?;
        Self::with(db, Some(path))
    }

    /// Makes a state that is forgotten in the end.
    pub fn in_memory() -> Result<Self> {
        Self::with(Connection::open_in_memory()?, None)
    }

    fn with(db: Connection, path: Option<&Path>) -> Result<Self> {
        db.pragma_update(None, "cache_size", -PAGE_CACHE_KIB)?;
        db.set_prepared_statement_cache_capacity(64);
        let mut catalog =
            Self { db, path: path.map(Path::to_owned), first_new: 1, articles: Cell::new(0) };
        catalog.prepare()?;
        Ok(catalog)
    }

    /// Checks the version, and makes the tables in a new file.
    fn prepare(&mut self) -> Result<()> {
        let pragma = |name| self.db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let (version, application) = (pragma("user_version")?, pragma("application_id")?);
        match (version, application) {
            (VERSION, APPLICATION) => {}
            (0, 0) if self.is_blank()? => {
                self.db.execute_batch("BEGIN IMMEDIATE")?;
                self.db.execute_batch(include_str!("schema.sql"))?;
                self.db.pragma_update(None, "user_version", VERSION)?;
                self.db.pragma_update(None, "application_id", APPLICATION)?;
                self.db.execute_batch("COMMIT")?;
            }
            (newer, APPLICATION) if newer > VERSION => {
                let path = self.path.clone().unwrap_or_default();
                return Err(CatalogError::Newer { path, found: newer, known: VERSION });
            }
            _ => return Err(CatalogError::Damaged("it is no state file of feedmill".to_owned())),
        }
        Ok(())
    }

    fn is_blank(&self) -> Result<bool> {
        let tables: i64 =
            self.db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok(tables == 0)
    }

    /// Begins a turn. `print` stands for everything that what is derived depends on, the program
    /// included: where it is another than that of the last turn, all is derived anew.
    pub fn begin(&mut self, print: &str) -> Result<()> {
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        let last: Option<i64> =
            self.db.query_row("SELECT max(number) FROM entry", [], |row| row.get(0))?;
        self.first_new = last.unwrap_or_default() + 1;
        let articles = self.setting("articles")?.and_then(|count| count.parse().ok());
        self.articles.set(articles.unwrap_or_default());
        if self.setting("print")?.as_deref() != Some(print) {
            self.forget_derived()?;
            self.set("print", print)?;
        }
        Ok(())
    }

    /// Forgets what the files tell, so that all of them are read again. Which entry a file holds is
    /// remembered.
    fn forget_derived(&mut self) -> Result<()> {
        for table in DERIVED {
            self.db.execute(&format!("DELETE FROM {table}"), [])?;
        }
        self.db.execute("UPDATE file SET stamp = NULL, reports = NULL", [])?;
        self.db.execute("UPDATE entry SET members = NULL", [])?;
        Ok(())
    }

    /// Keeps what the turn changed so far, and goes on with it.
    pub fn keep(&mut self) -> Result<()> {
        self.commit()?;
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        Ok(())
    }

    /// Ends the turn and keeps its changes.
    pub fn commit(&mut self) -> Result<()> {
        self.set("articles", &self.articles.get().to_string())?;
        self.db.execute_batch("COMMIT")?;
        Ok(())
    }

    /// Ends the turn and drops its changes since the last [`Catalog::keep`].
    pub fn roll_back(&mut self) -> Result<()> {
        self.db.execute_batch("ROLLBACK")?;
        Ok(())
    }

    /// Throws away what is needed no longer.
    pub fn tidy(&mut self) -> Result<()> {
        self.drop_empty_folders()?;
        self.trim_wholes()
    }

    /// Counts the articles that exist.
    #[must_use]
    pub fn count_articles(&self) -> usize {
        usize::try_from(self.articles.get()).unwrap_or_default()
    }

    /// Gives a value that holds for the whole file.
    pub(crate) fn setting(&self, name: &str) -> Result<Option<String>> {
        let mut query = self.db.prepare_cached("SELECT value FROM setting WHERE name = ?")?;
        Ok(query.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Sets a value that holds for the whole file.
    pub(crate) fn set(&self, name: &str, value: &str) -> Result<()> {
        self.db
            .prepare_cached("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)")?
            .execute(params![name, value])?;
        Ok(())
    }
}

fn busy(error: rusqlite::Error, path: &Path) -> CatalogError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            CatalogError::Busy(path.to_owned())
        }
        _ => error.into(),
    }
}
