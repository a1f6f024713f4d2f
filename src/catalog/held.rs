//! Entries as feeds have shown them, in memory: what a turn shows is nearly what the last one has shown.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::catalog::entry::EntryRow;
use crate::catalog::error::Result;
use crate::catalog::files::FileKey;
use crate::config::meant::ContentMode;
use crate::model::edition::Shown;
use crate::model::feed::Entry;
use crate::model::id::Digest;

/// How many bytes of entries are held at most, nearly.
const MOST_BYTES: usize = 1024 * 1024;

/// What an entry needs beside its texts, roughly, in bytes.
const FRAME_BYTES: usize = 1024;

/// An entry that was made of an article.
#[derive(Clone, Debug)]
pub struct Made {
    /// The entry.
    pub entry: Arc<Entry>,
    /// What matters to subscribers of it.
    pub shown: Shown,
}

/// What is held.
#[derive(Debug, Default)]
pub(super) struct Held {
    entries: HashMap<(FileKey, ContentMode), Holding>,
    bytes: usize,
}

/// An entry with all that it was made from.
#[derive(Debug)]
struct Holding {
    issued: EntryRow,
    /// The digest of the article's file.
    hash: Digest,
    made: Made,
}

impl Catalog {
    /// Gives the entry that was made for a row, if both the row and its file are as they were then.
    pub fn recall(&self, issued: &EntryRow, mode: ContentMode) -> Result<Option<Made>> {
        let Some(key) = &issued.file else { return Ok(None) };
        let held = self.held.borrow();
        let Some(holding) = held.entries.get(&(key.clone(), mode)) else { return Ok(None) };
        let is_same = holding.issued == *issued && self.hash_of(key)? == Some(holding.hash);
        Ok(is_same.then(|| holding.made.clone()))
    }

    /// Holds an entry that was made for a row. Where there is no room left, it gets that of all others.
    pub fn remember(&self, issued: &EntryRow, mode: ContentMode, made: Made) -> Result<()> {
        let Some(key) = &issued.file else { return Ok(()) };
        let Some(hash) = self.hash_of(key)? else { return Ok(()) };
        let mut held = self.held.borrow_mut();
        held.bytes += size(&made.entry);
        if held.bytes > MOST_BYTES {
            *held = Held { bytes: size(&made.entry), ..Held::default() };
        }
        let holding = Holding { issued: issued.clone(), hash, made };
        if let Some(former) = held.entries.insert((key.clone(), mode), holding) {
            held.bytes -= size(&former.made.entry);
        }
        Ok(())
    }

    /// Lets go of all entries.
    pub(crate) fn let_go(&self) {
        self.held.take();
    }
}

fn size(entry: &Entry) -> usize {
    entry.length() + FRAME_BYTES
}
