//! Opening, keeping and dropping: the file itself.

use std::cell::{Cell, RefCell};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use rustix::fs::FlockOperation;

use crate::catalog::error::{CatalogError, Result};
use crate::catalog::gathered::Gathered;
use crate::catalog::seal::{self, Seal};
use crate::catalog::transfer::Line;
use crate::catalog::{Catalog, Condition, StateFile, rescue};
use crate::model::report::Report;

/// The version of the schema that is written here.
const VERSION: i64 = 3;

/// What makes each version of the one before it; the first of nothing.
const STEPS: [&str; 3] =
    [include_str!("schema/1.sql"), include_str!("schema/2.sql"), include_str!("schema/3.sql")];

/// Says "feedmill" in the header of the file (`PRAGMA application_id`).
const APPLICATION: i64 = 0x666D_6C6C;

/// How much of the file is kept in memory, in KiB.
const PAGE_CACHE_KIB: i64 = 4096;

/// Likewise while a new state is made.
const FIRST_PAGE_CACHE_KIB: i64 = 8192;

/// How many statements stay prepared: all that a turn needs, whatever happened.
const STATEMENTS: usize = 128;

/// How long the log may become before it is folded into the file, in bytes.
const LONGEST_LOG: u64 = 8 * 1024 * 1024;

/// The tables that are derived from the articles.
const DERIVED: [&str; 10] =
    ["feed", "spelling", "member", "due", "page", "leaf", "touched", "whole", "cadence", "glance"];

impl Catalog {
    /// Opens the state in a file, which is made if it isn't there. A damaged file is put aside, and
    /// what can be read of the ledger is saved.
    pub fn open(path: &Path) -> Result<Self> {
        let at = |error| CatalogError::Io(path.to_owned(), error);
        fs::create_dir_all(seal::folder(path)).map_err(at)?;
        let _turn = wait_for_turn(seal::folder(path)).map_err(at)?;
        rescue::finish(path).map_err(at)?;
        Self::clear_unborn(path)?;
        match Self::open_sound(path) {
            Err(CatalogError::Damaged(why)) => {
                let told = rescue::rescue(path, &why)?;
                Ok(Self { told: Some(told), ..Self::open_sound(path)? })
            }
            opened => opened,
        }
    }

    /// Does the same, and puts a file aside that is of a newer feedmill.
    pub fn open_anew(path: &Path) -> Result<Self> {
        match Self::open(path) {
            Err(CatalogError::Newer { .. }) => {
                let told = rescue::leave_newer(path)?;
                Ok(Self { told: Some(told), ..Self::open(path)? })
            }
            opened => opened,
        }
    }

    /// Opens a file that is as it was left.
    fn open_sound(path: &Path) -> Result<Self> {
        let at = |error| CatalogError::Io(path.to_owned(), error);
        let mut options = File::options();
        let opened = options.read(true).write(true).create(true).truncate(false).open(path);
        let opened = opened.map_err(at)?;
        let sealed = Seal::read(path);
        if sealed.is_none() && is_foreign(&opened).map_err(at)? {
            return Err(CatalogError::Foreign(path.to_owned()));
        }
        let db = Connection::open(path)?;
        // Only sealing writes to the file itself; all else goes to the log beside it.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        db.pragma_update(None, "wal_autocheckpoint", 0)?;
        let locked = match lock(&db, path) {
            Err(CatalogError::Busy(path)) => return Err(CatalogError::Busy(path)),
            locked => locked,
        };
        // Whoever has the lock may compare: nobody else writes to the file. Where it was not given
        // because of the file's header, the seal tells better what is the matter.
        let is_sealed = sealed.is_some();
        if let Some(sealed) = sealed
            && Seal::of(&opened).map_err(at)? != sealed
        {
            return Err(CatalogError::Damaged("it is not as it was left".to_owned()));
        }
        locked?;
        let condition = match opened.metadata().map_err(at)?.len() {
            0 => Condition::Unborn,
            _ if is_sealed => Condition::Sealed,
            _ => Condition::Unsealed,
        };
        if condition == Condition::Unborn {
            begin_unborn(&db, path)?;
        } else {
            use_log(&db)?;
        }
        let file =
            StateFile { path: path.to_owned(), opened, condition, log: None, has_failed: false };
        let catalog = Self::with(db, Some(file))?;
        if is_sealed {
            catalog.rest()?;
        }
        Ok(catalog)
    }

    /// Throws away a state that was never kept, whose build was killed: nothing of it was published.
    fn clear_unborn(path: &Path) -> Result<()> {
        let at = |error| CatalogError::Io(path.to_owned(), error);
        let mark = seal::unborn(path);
        if !fs::exists(&mark).map_err(at)? {
            return Ok(());
        }
        // Whoever makes it still holds its lock, for which what stands in it does not matter.
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(path);
        let opened = opened.map_err(at)?;
        if let Err(CatalogError::Busy(path)) = lock(&Connection::open(path)?, path) {
            return Err(CatalogError::Busy(path));
        }
        for log in ["-wal", "-journal"].map(|ending| seal::beside(path, ending)) {
            if fs::exists(&log).map_err(at)? {
                fs::remove_file(&log).map_err(at)?;
            }
        }
        opened.set_len(0).map_err(at)?;
        opened.sync_all().map_err(at)?;
        fs::remove_file(mark).map_err(at)
    }

    /// Makes a state that is forgotten in the end.
    pub fn in_memory() -> Result<Self> {
        Self::with(Connection::open_in_memory()?, None)
    }

    fn with(db: Connection, file: Option<StateFile>) -> Result<Self> {
        let condition = file.as_ref().map(|file| file.condition);
        let is_unborn = condition == Some(Condition::Unborn);
        let cache = if is_unborn { FIRST_PAGE_CACHE_KIB } else { PAGE_CACHE_KIB };
        db.pragma_update(None, "cache_size", -cache)?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        let is_doubtful = condition == Some(Condition::Unsealed);
        let mut catalog = Self {
            db,
            file,
            is_doubtful,
            told: None,
            first_new: 1,
            articles: Cell::new(0),
            gathered: RefCell::default(),
            held: RefCell::default(),
        };
        catalog.prepare()?;
        Ok(catalog)
    }

    /// Checks the version, and makes the tables in a new file.
    fn prepare(&mut self) -> Result<()> {
        let pragma = |name| self.db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let (version, application) = (pragma("user_version")?, pragma("application_id")?);
        let path = || self.file.as_ref().map(|file| file.path.clone()).unwrap_or_default();
        match (version, application) {
            (1..=VERSION, APPLICATION) => {
                if self.is_doubtful {
                    self.look_through()?;
                }
                if version < VERSION {
                    self.db.execute_batch("BEGIN IMMEDIATE")?;
                    make_steps(&self.db, version)?;
                    self.db.execute_batch("COMMIT")?;
                }
                Ok(())
            }
            (0, 0) if self.is_blank()? => {
                self.db.execute_batch("BEGIN IMMEDIATE")?;
                make_tables(&self.db)?;
                self.db.execute_batch("COMMIT")?;
                Ok(())
            }
            (newer, APPLICATION) if newer > VERSION => {
                Err(CatalogError::Newer { path: path(), found: newer, known: VERSION })
            }
            (_, APPLICATION) => Err(CatalogError::Damaged("it has no version".to_owned())),
            _ => Err(CatalogError::Foreign(path())),
        }
    }

    /// Looks for damage in a file that was not sealed.
    fn look_through(&self) -> Result<()> {
        let found: String = self.db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if found != "ok" {
            return Err(CatalogError::Damaged(found));
        }
        self.export(&mut |line| match line {
            Line::Entry(entry) if self.entry_by_id(&entry.id)?.is_none() => {
                Err(CatalogError::Damaged(format!(
                    "the id {} is not the one that was issued",
                    entry.id
                )))
            }
            _ => Ok(()),
        })
    }

    /// Tells whether the file is where it was opened: it may have been removed or replaced since.
    #[must_use]
    pub fn is_in_place(&self) -> bool {
        self.file.as_ref().is_none_or(|file| {
            let found = (file.opened.metadata(), fs::metadata(&file.path));
            matches!(found, (Ok(ours), Ok(there)) if number(&ours) == number(&there))
        })
    }

    /// Lets go of a file that is not in its place. If it was removed, what is remembered is written
    /// there, to be opened again; if it was replaced, the other one counts. Gives what is to be told.
    pub fn put_in_place(self) -> Result<Report> {
        let path = self.file.as_ref().map(|file| file.path.clone()).unwrap_or_default();
        let at = |error| CatalogError::Io(path.clone(), error);
        // The log beside the file may be another one's by now.
        self.db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        fs::create_dir_all(seal::folder(&path)).map_err(at)?;
        let _turn = wait_for_turn(seal::folder(&path)).map_err(at)?;
        let log = seal::beside(&path, "-wal");
        let own = self.file.as_ref().and_then(|file| file.log);
        if own.is_some() && fs::metadata(&log).is_ok_and(|found| Some(number(&found)) == own) {
            fs::remove_file(&log).map_err(at)?;
        }
        if fs::exists(&path).map_err(at)? {
            return Ok(rescue::replaced(&path));
        }
        rescue::write_anew(&self.db, &path)
    }

    /// Gives what was not as it should be with the file.
    #[must_use]
    pub fn told(&self) -> Option<&Report> {
        self.told.as_ref()
    }

    /// Seals the file, unless it is sealed as it is: all of the state stands in it then. What is
    /// doubtful gets no seal.
    fn seal(&mut self) -> Result<()> {
        self.be_born()?;
        let Some(file) = self.file.as_mut().filter(|file| !file.has_failed) else {
            return Ok(());
        };
        let log = length_of_log(&file.path);
        if (file.condition != Condition::Sealed || log > 0) && !self.is_doubtful {
            let at = |error| CatalogError::Io(file.path.clone(), error);
            file.condition = Condition::Unsealed;
            file.has_failed = true;
            seal::break_open(&file.path).map_err(at)?;
            self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Seal::of(&file.opened).and_then(|seal| seal.write(&file.path)).map_err(at)?;
            file.condition = Condition::Sealed;
            file.has_failed = false;
        }
        self.rest()
    }

    /// Lets `SQLite` remove its log when it closes a sealed file, unless the log still holds turns.
    fn rest(&self) -> Result<()> {
        if self.file.is_some() {
            let has_log = self.log_length() > 0;
            self.db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, has_log)?;
        }
        Ok(())
    }

    fn log_length(&self) -> u64 {
        self.file.as_ref().map_or(0, |file| length_of_log(&file.path))
    }

    fn is_blank(&self) -> Result<bool> {
        let tables: i64 =
            self.db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok(tables == 0)
    }

    /// Begins a turn. `print` stands for everything that what is derived depends on, the program
    /// included: where it is another than that of the last turn, all is derived anew.
    /// Gives whether that is so: then everything has to be looked at.
    pub fn begin(&mut self, print: &str) -> Result<bool> {
        self.db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        let last: Option<i64> = self
            .db
            .prepare_cached("SELECT max(number) FROM entry")?
            .query_row([], |row| row.get(0))?;
        self.first_new = last.unwrap_or_default() + 1;
        let holds_all_aliases = last.is_none();
        self.gathered.replace(Gathered { holds_all_aliases, ..Gathered::default() });
        self.articles.set(self.written_articles()?);
        if self.is_doubtful {
            // The file will be sealed, whatever becomes of the turn. So this stays: what is derived stands
            // for no settings, and the next turn forgets it if this one fails.
            self.set("print", "")?;
            self.keep()?;
            self.is_doubtful = false;
        }
        let is_other = self.setting("print")?.as_deref() != Some(print);
        if is_other {
            self.forget_derived()?;
            self.set("print", print)?;
        }
        Ok(is_other)
    }

    /// Forgets what the files tell, so that all of them are read again. Which entry a file holds is
    /// remembered.
    fn forget_derived(&mut self) -> Result<()> {
        self.let_go();
        for table in DERIVED {
            self.db.execute(&format!("DELETE FROM {table}"), [])?;
        }
        self.db.execute("UPDATE file SET stamp = NULL, reports = NULL", [])?;
        self.db.execute("UPDATE entry SET members = NULL", [])?;
        Ok(())
    }

    /// Keeps what the turn changed so far, and goes on with it.
    pub fn keep(&mut self) -> Result<()> {
        self.end_turn()?;
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        Ok(())
    }

    /// Ends the turn and keeps its changes.
    pub fn commit(&mut self) -> Result<()> {
        self.end_turn()?;
        self.seal()
    }

    /// Does the same where more turns follow: the log is only folded into the file once it is long.
    pub fn commit_to_log(&mut self) -> Result<()> {
        self.end_turn()?;
        if self.log_length() > LONGEST_LOG { self.seal() } else { Ok(()) }
    }

    fn end_turn(&mut self) -> Result<()> {
        self.write_gathered()?;
        self.set("articles", &self.articles.get().to_string())?;
        let ended = self
            .sync_log()
            .and_then(|()| Ok(self.db.execute_batch("COMMIT")?))
            .and_then(|()| self.be_born());
        if let Some(file) = &mut self.file {
            file.has_failed |= ended.is_err();
        }
        ended
    }

    /// Makes sure that the first turn of a new state outlives a power cut, and lets the next ones go to
    /// the log.
    fn be_born(&mut self) -> Result<()> {
        let is_unborn =
            |file: &&mut StateFile| file.condition == Condition::Unborn && !file.has_failed;
        let Some(file) = self.file.as_mut().filter(is_unborn) else { return Ok(()) };
        let at = |error| CatalogError::Io(file.path.clone(), error);
        file.has_failed = true;
        use_log(&self.db)?;
        // Going over to the log leaves an empty journal.
        match fs::remove_file(seal::beside(&file.path, "-journal")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(error)),
            _ => {}
        }
        self.db.pragma_update(None, "cache_size", -PAGE_CACHE_KIB)?;
        file.opened.sync_all().map_err(at)?;
        fs::remove_file(seal::unborn(&file.path)).map_err(at)?;
        File::open(seal::folder(&file.path)).and_then(|folder| folder.sync_all()).map_err(at)?;
        (file.condition, file.has_failed) = (Condition::Unsealed, false);
        Ok(())
    }

    /// Makes sure that the log itself outlives a power cut, before anything is written that must.
    /// `SQLite` does so as well, but does not mind when that fails.
    fn sync_log(&mut self) -> Result<()> {
        let needs_log =
            |file: &&mut StateFile| file.log.is_none() && file.condition != Condition::Unborn;
        let Some(file) = self.file.as_mut().filter(needs_log) else {
            return Ok(());
        };
        if self.db.total_changes() > 0 {
            let synced = File::open(seal::folder(&file.path)).and_then(|folder| folder.sync_all());
            let log = synced.and_then(|()| fs::metadata(seal::beside(&file.path, "-wal")));
            file.log =
                Some(number(&log.map_err(|error| CatalogError::Io(file.path.clone(), error))?));
        }
        Ok(())
    }

    /// Ends the turn and drops its changes since the last [`Catalog::keep`].
    pub fn roll_back(&mut self) -> Result<()> {
        self.let_go();
        let ended = self.db.execute_batch("ROLLBACK");
        self.seal()?;
        Ok(ended?)
    }

    /// Throws away what is needed no longer.
    pub fn tidy(&mut self) -> Result<()> {
        self.drop_empty_folders()?;
        self.trim_wholes()
    }

    /// Tells whether nothing was issued before this turn.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.first_new == 1
    }

    /// Counts the articles that existed when the state was left.
    pub fn last_articles(&self) -> Result<usize> {
        Ok(usize::try_from(self.written_articles()?).unwrap_or_default())
    }

    fn written_articles(&self) -> Result<i64> {
        let articles = self.setting("articles")?.and_then(|count| count.parse().ok());
        Ok(articles.unwrap_or_default())
    }

    /// Lets go of what `SQLite` holds to find it sooner.
    pub fn shrink(&self) -> Result<()> {
        self.db.flush_prepared_statement_cache();
        Ok(self.db.execute_batch("PRAGMA shrink_memory")?)
    }

    /// Makes the state ready to be left: all of it stands in its file then.
    pub fn close(mut self) -> Result<()> {
        self.seal()
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
            .prepare_cached(
                "INSERT INTO setting (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = ?2 WHERE value <> ?2",
            )?
            .execute(params![name, value])?;
        Ok(())
    }
}

/// Tells one file from all others: its device, and its number there.
fn number(found: &fs::Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
}

fn length_of_log(state: &Path) -> u64 {
    fs::metadata(seal::beside(state, "-wal")).map_or(0, |found| found.len())
}

/// Makes the tables of a state.
pub(crate) fn make_tables(db: &Connection) -> Result<()> {
    make_steps(db, 0)?;
    db.pragma_update(None, "application_id", APPLICATION)?;
    Ok(())
}

/// Makes a state of a version one of this.
fn make_steps(db: &Connection, from: i64) -> Result<()> {
    for (step, version) in STEPS.iter().zip(1..).filter(|(_, version)| *version > from) {
        db.execute_batch(step)?;
        db.pragma_update(None, "user_version", version)?;
    }
    Ok(())
}

/// Marks a new state as one that counts for nothing yet. Until it is kept it needs no log, which would
/// be half of the writing: a build that is killed begins anew.
fn begin_unborn(db: &Connection, path: &Path) -> Result<()> {
    let mark = || {
        File::create(seal::unborn(path))?;
        File::open(seal::folder(path))?.sync_all()
    };
    mark().map_err(|error| CatalogError::Io(path.to_owned(), error))?;
    db.pragma_update(None, "journal_mode", "MEMORY")?;
    db.pragma_update(None, "synchronous", "OFF")?;
    Ok(())
}

/// Lets turns go to the log.
fn use_log(db: &Connection) -> Result<()> {
    db.pragma_update(None, "journal_mode", "WAL")?;
    // In WAL, NORMAL would lose the last turns to a power cut; what was issued must not be lost.
    db.pragma_update(None, "synchronous", "FULL")?;
    Ok(())
}

/// Tells whether a file is clearly none of ours, so that it is to be left alone.
fn is_foreign(file: &File) -> io::Result<bool> {
    let mut header = [0; 72];
    let length = file.read_at(&mut header, 0)?;
    let is_ours = header[68..] == APPLICATION.to_be_bytes()[4..];
    Ok(length > 0 && !is_ours && !header.starts_with(b"SQLite format 3\0"))
}

/// Waits until nobody else opens a state in a folder. Where the file system has no such locks,
/// nobody is waited for.
fn wait_for_turn(folder: &Path) -> io::Result<File> {
    let folder = File::open(folder)?;
    let _ = rustix::fs::flock(&folder, FlockOperation::LockExclusive);
    Ok(folder)
}

/// Takes the file for this process alone, without writing to it.
fn lock(db: &Connection, path: &Path) -> Result<()> {
    db.execute_batch("BEGIN EXCLUSIVE; ROLLBACK").map_err(|error| {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                CatalogError::Busy(path.to_owned())
            }
            // It was opened for writing before: it is its header that says otherwise.
            Some(ErrorCode::ReadOnly) => CatalogError::Damaged(error.to_string()),
            _ => error.into(),
        }
    })
}
