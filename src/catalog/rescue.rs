//! A damaged state file is put aside, and another one made of what it remembers.
//!
//! Whenever this ends, by a kill as well, either the damaged file is still in its place, or the new
//! one is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::catalog::error::{CatalogError, Result};
use crate::catalog::pages::Pages;
use crate::catalog::salvage::Saved;
use crate::catalog::seal::{self, Seal, beside};
use crate::catalog::store;
use crate::model::report::Report;

/// Puts a damaged state file aside. Gives what is to be told of it.
pub(crate) fn rescue(state: &Path, why: &str) -> Result<Report> {
    let at = |error| CatalogError::Io(state.to_owned(), error);
    let file = File::open(state).map_err(at)?;
    let log = File::open(log_of(state)).ok();
    let pages = Pages::read(&file, log.as_ref(), Seal::read(state).as_ref()).map_err(at)?;
    let saved = Saved::from_pages(&pages);
    make(&new_of(state), &saved)?;
    let aside = put_aside(state).map_err(at)?;
    finish(state).map_err(at)?;
    let message = format!(
        "the state file was damaged ({why}); it is kept as {}, and a new one remembers the ids and \
         dates of {} entries that could be read from it",
        aside.display(),
        saved.count()
    );
    let help = "all articles are read again; if entries are missing, see feedmill ledger import";
    Ok(Report::warning("damaged-state", message).in_file(state.display().to_string()).help(help))
}

/// Puts a state file aside that is of a newer feedmill, with nothing taken from it. Gives what is to be
/// told of it.
pub(crate) fn leave_newer(state: &Path) -> Result<Report> {
    let aside = put_aside(state).map_err(|error| CatalogError::Io(state.to_owned(), error))?;
    let message = format!(
        "the state file is of a newer feedmill; it is kept as {}, and a new one begins from the \
         articles",
        aside.display()
    );
    let help = "to go back to it, run the newer feedmill with that file in its place";
    Ok(Report::warning("newer-state", message).in_file(state.display().to_string()).help(help))
}

/// Ends what was begun when the damaged file was put aside and the new one not yet in its place, and
/// breaks the seal of a file that is there no more.
pub(crate) fn finish(state: &Path) -> io::Result<()> {
    if fs::exists(state)? {
        return Ok(());
    }
    seal::break_open(state)?;
    match fs::rename(new_of(state), state) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => File::open(seal::folder(state))?.sync_all(),
    }
}

/// Writes a state that was removed while it was open to its place again. Gives what is to be told of
/// it.
pub(crate) fn write_anew(db: &Connection, state: &Path) -> Result<Report> {
    let at = |error| CatalogError::Io(state.to_owned(), error);
    let new = new_of(state);
    // A log that is left of any former file would count as the new one's.
    clear(&[&new, &log_of(state)])?;
    db.backup("main", &new, None)?;
    File::open(&new).and_then(|file| file.sync_all()).map_err(at)?;
    finish(state).map_err(at)?;
    let message = "the state file was removed while it was in use; it is written anew, with all that it \
                   remembers";
    let help = "to begin without it, stop the service first";
    Ok(Report::warning("removed-state", message).in_file(state.display().to_string()).help(help))
}

/// Tells of a state file that took the place of the one in use.
pub(crate) fn replaced(state: &Path) -> Report {
    let message =
        "the state file was replaced while it was in use; what stands in the new one counts";
    let help = "stop the service before you restore a state";
    Report::warning("removed-state", message).in_file(state.display().to_string()).help(help)
}

/// Removes files that may be there.
fn clear(files: &[&Path]) -> Result<()> {
    for file in files {
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(CatalogError::Io((*file).to_owned(), error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Makes a state file of what was saved, which is synced when this ends.
fn make(path: &Path, saved: &Saved) -> Result<()> {
    clear(&[path, &beside(path, "-journal")])?;
    let db = Connection::open(path)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.execute_batch("BEGIN EXCLUSIVE")?;
    store::make_tables(&db)?;
    saved.write(&db)?;
    db.execute_batch("COMMIT")?;
    db.close().map_err(|(_, error)| error.into())
}

/// Renames a state file with all that belongs to it. Its log goes first: a log without its file
/// would be thrown away by `SQLite`.
fn put_aside(state: &Path) -> io::Result<PathBuf> {
    let mut number = 1;
    let mut aside = beside(state, ".damaged-1");
    while fs::exists(&aside)? {
        number += 1;
        aside = beside(state, &format!(".damaged-{number}"));
    }
    let log = log_of(state);
    match fs::metadata(&log).map(|found| found.len()) {
        Ok(0) => fs::remove_file(&log)?,
        Ok(_) => fs::rename(&log, log_of(&aside))?,
        Err(_) => {}
    }
    fs::rename(state, &aside)?;
    // Where there is none, the file was damaged while it was not sealed.
    match fs::rename(seal::path(state), seal::path(&aside)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(aside),
    }
}

fn log_of(state: &Path) -> PathBuf {
    beside(state, "-wal")
}

fn new_of(state: &Path) -> PathBuf {
    beside(state, ".rescued")
}
