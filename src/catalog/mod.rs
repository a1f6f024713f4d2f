//! The state file: what exists (the catalog, derived from the files) and what only memory knows (the
//! ledger).
//!
//! - [`files`]: a row a file, and what changed since it was written
//! - [`entry`]: a row an entry: what was issued to subscribers
//! - [`identity`]: which entry a file holds
//! - [`ledger`]: what is issued for it, and when it counts as published and updated
//! - [`members`]: which entries may be in which feed, in its order
//! - [`wholes`]: articles that were read whole
//! - [`editions`]: what the published feeds and documents hold
//! - [`tombstones`]: what the feeds tell to be gone
//! - [`transfer`]: the ledger as lines of JSON, and ids of feeds that were made by others
//!
//! Invariant: never parses an article.

pub mod editions;
pub mod entry;
pub mod error;
pub mod files;
pub mod identity;
pub mod ledger;
pub mod members;
pub mod store;
pub mod tombstones;
pub mod transfer;
pub mod wholes;

use std::cell::Cell;
use std::path::PathBuf;

use rusqlite::Connection;

pub use crate::catalog::error::CatalogError;

/// The state, with a turn's changes to it until they are kept or dropped.
#[derive(Debug)]
pub struct Catalog {
    db: Connection,
    /// Where the file is; `None` for one in memory.
    path: Option<PathBuf>,
    /// The number of the first entry that was never issued before this turn.
    first_new: i64,
    /// How many entries have a file.
    articles: Cell<i64>,
}
