//! The state file: what exists (the catalog, derived from the files) and what only memory knows (the
//! ledger).
//!
//! - [`files`]: a row a file, and what changed since it was written
//! - [`entry`]: a row an entry: what was issued to subscribers
//! - [`identity`]: which entry a file holds
//! - [`ledger`]: what is issued for it, and when it counts as published and updated
//! - [`members`]: which entries may be in which feed, in its order
//! - [`archives`]: which of them stand on which page of a feed's archive
//! - [`wholes`]: articles that were read whole
//! - [`held`]: entries that were made of them, remembered between turns
//! - [`editions`]: what the published feeds and documents hold
//! - [`reports`]: what was not as it should be, file by file
//! - [`news`]: what happened to entries, for whoever looks on
//! - [`tombstones`]: what the feeds tell to be gone
//! - [`overview`]: what the page that lists all feeds tells of them
//! - [`transfer`]: the ledger as lines of JSON, and ids of feeds that were made by others
//! - [`store`], `seal`: the file itself, and whether it is as it was left
//! - `rescue`, `salvage`, `pages`: what is remembered, out of a damaged file
//!
//! Invariant: never parses an article.

pub mod archives;
pub mod editions;
pub mod entry;
pub mod error;
pub mod files;
mod gathered;
pub mod held;
pub mod identity;
pub mod ledger;
pub mod members;
pub mod news;
pub mod overview;
mod pages;
pub mod reports;
mod rescue;
mod salvage;
mod seal;
pub mod store;
pub mod tombstones;
pub mod transfer;
pub mod wholes;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::path::PathBuf;

use rusqlite::Connection;

use crate::catalog::gathered::Gathered;
use crate::catalog::held::Held;

pub use crate::catalog::error::CatalogError;
use crate::model::report::Report;

/// The state, with a turn's changes to it until they are kept or dropped.
#[derive(Debug)]
pub struct Catalog {
    db: Connection,
    /// The file; `None` for a state in memory.
    file: Option<StateFile>,
    /// True when what is derived can't be relied on: the file was not sealed.
    is_doubtful: bool,
    /// What was not as it should be with the file.
    told: Option<Report>,
    /// The number of the first entry that was never issued before this turn.
    first_new: i64,
    /// How many entries have a file.
    articles: Cell<i64>,
    gathered: RefCell<Gathered>,
    held: RefCell<Held>,
}

/// Where a state is kept.
#[derive(Debug)]
struct StateFile {
    path: PathBuf,
    /// The file itself, to take its seal. It stays open longer than the connection: to close it lets
    /// go of `SQLite`'s lock, which is one of the process (POSIX `fcntl`).
    opened: File,
    condition: Condition,
    /// Which file the log beside this one is (device and number), once its folder was synced since it
    /// was made.
    log: Option<(u64, u64)>,
    /// True once keeping a turn has failed. Then nothing more is tried with this file: a sync that
    /// failed may seem to succeed the second time, though what it was about is lost. The next one
    /// who opens the file writes anew what its log holds.
    has_failed: bool,
}

/// How far a state file can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    /// It was never kept: it goes without a log, and counts for nothing when the build is killed.
    Unborn,
    /// It is written to, or was when it was left.
    Unsealed,
    /// The seal beside the file is that of its present bytes.
    Sealed,
}
