//! Why a state file can't be worked with.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A fault of the state file that ends a turn.
#[derive(Debug)]
pub enum CatalogError {
    /// The file was written by a newer feedmill.
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of its schema.
        found: i64,
        /// The newest version that is known here.
        known: i64,
    },
    /// Another process holds the file.
    Busy(PathBuf),
    /// The file is damaged.
    Damaged(String),
    /// The file is none of ours, and is left alone.
    Foreign(PathBuf),
    /// The file or its folder can't be read or written.
    Io(PathBuf, io::Error),
    /// The engine says something else.
    Sqlite(rusqlite::Error),
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer { path, found, known } => write!(
                f,
                "{}: the state file is of version {found}, and this feedmill knows version {known}; \
                 use the newer feedmill, or another file with --state",
                path.display()
            ),
            Self::Busy(path) => {
                write!(f, "{}: another feedmill is at work with this state file", path.display())
            }
            Self::Damaged(why) => write!(f, "the state file is damaged: {why}"),
            Self::Foreign(path) => write!(
                f,
                "{}: this is no state file of feedmill; name another file with --state",
                path.display()
            ),
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Sqlite(error) => write!(f, "the state file: {error}"),
        }
    }
}

impl std::error::Error for CatalogError {}

impl CatalogError {
    /// Tells whether the state can't be written: the disk fails, or another one is at work with it.
    #[must_use]
    pub fn is_unwritable(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, DiskFull, ReadOnly, SystemIoFailure};
        match self {
            Self::Io(..) | Self::Busy(_) => true,
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(CannotOpen | DiskFull | ReadOnly | SystemIoFailure)
            ),
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for CatalogError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        let is_no_row_of_ours = matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::QueryReturnedNoRows
        );
        match error.sqlite_error_code() {
            Some(DatabaseCorrupt | NotADatabase) => Self::Damaged(error.to_string()),
            _ if is_no_row_of_ours => Self::Damaged(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

impl From<serde_json::Error> for CatalogError {
    fn from(error: serde_json::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// What working with the state gives.
pub(crate) type Result<T> = std::result::Result<T, CatalogError>;
