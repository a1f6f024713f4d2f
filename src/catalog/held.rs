//! Entries as feeds have shown them, in memory: what a turn shows is nearly what the last one has shown.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::catalog::entry::EntryRow;
use crate::catalog::files::FileKey;
use crate::config::meant::ContentMode;
use crate::model::edition::Shown;
use crate::model::feed::Entry;
use crate::model::piece::MOST_KEPT;

/// How many bytes of entries a generation holds at most, nearly.
const MOST_BYTES: usize = 3 * 512 * 1024;

/// What an entry needs beside its texts, roughly, in bytes.
const FRAME_BYTES: usize = 1024;

/// How often what it tells is held at most: as it is, and in the pieces of documents.
const TIMES: usize = 1 + MOST_KEPT;

/// An entry that was made of an article.
#[derive(Clone, Debug)]
pub struct Made {
    /// The entry.
    pub entry: Arc<Entry>,
    /// What matters to subscribers of it.
    pub shown: Shown,
}

/// What is held, in two generations: when the young one is full, it takes the place of the old one. What
/// is asked for is young again, so what is in use stays.
#[derive(Debug, Default)]
pub(super) struct Held {
    young: Generation,
    old: Generation,
}

#[derive(Debug, Default)]
struct Generation {
    files: HashMap<FileKey, Vec<Holding>>,
    bytes: usize,
}

/// An entry with all that it was made from but the bytes of its file: whoever hears of other bytes has to
/// say so.
#[derive(Debug)]
struct Holding {
    issued: EntryRow,
    mode: ContentMode,
    made: Made,
    /// In bytes.
    size: usize,
}

impl Catalog {
    /// Gives the entry that was made for a row, if both the row and its file are as they were then.
    pub fn recall(&self, issued: &EntryRow, mode: ContentMode) -> Option<Made> {
        let mut held = self.held.borrow_mut();
        let holding = held.take(issued.file.as_ref()?, mode).filter(|one| one.issued == *issued)?;
        let made = holding.made.clone();
        held.put(holding);
        Some(made)
    }

    /// Holds an entry that was made for a row, and what is written of it.
    pub fn remember(&self, issued: &EntryRow, mode: ContentMode, made: Made) {
        let size = size(&made.entry);
        let mut held = self.held.borrow_mut();
        drop(issued.file.as_ref().and_then(|file| held.take(file, mode)));
        held.put(Holding { issued: issued.clone(), mode, made, size });
    }

    /// Lets go of what was made of a file that was read again.
    pub(super) fn let_go_of(&self, file: &FileKey) {
        self.held.borrow_mut().drop_file(file);
    }

    /// Lets go of all entries.
    pub(crate) fn let_go(&self) {
        self.held.take();
    }
}

impl Held {
    /// Holds an entry of which nothing is held.
    fn put(&mut self, holding: Holding) {
        let Some(file) = holding.issued.file.clone() else { return };
        if holding.size > MOST_BYTES / 2 {
            // It would make everything else go.
            return;
        }
        if self.young.bytes + holding.size > MOST_BYTES {
            self.old = std::mem::take(&mut self.young);
        }
        holding.made.entry.pieces.keep();
        self.young.bytes += holding.size;
        self.young.files.entry(file).or_default().push(holding);
    }

    fn take(&mut self, file: &FileKey, mode: ContentMode) -> Option<Holding> {
        self.young.take(file, mode).or_else(|| self.old.take(file, mode))
    }

    fn drop_file(&mut self, file: &FileKey) {
        for generation in [&mut self.young, &mut self.old] {
            let dropped = generation.files.remove(file).unwrap_or_default();
            generation.bytes -= dropped.iter().map(|holding| holding.size).sum::<usize>();
        }
    }
}

impl Generation {
    fn take(&mut self, file: &FileKey, mode: ContentMode) -> Option<Holding> {
        let own = self.files.get_mut(file)?;
        let taken = own.swap_remove(own.iter().position(|one| one.mode == mode)?);
        if own.is_empty() {
            self.files.remove(file);
        }
        self.bytes -= taken.size;
        Some(taken)
    }
}

impl Drop for Holding {
    /// Where the entry goes on being used, what is written of it is not kept any more.
    fn drop(&mut self) {
        self.made.entry.pieces.forget();
    }
}

/// Gives how many bytes an entry may need, whatever is written of it.
fn size(entry: &Entry) -> usize {
    // What can't be written as JSON is never written at all.
    serde_json::to_vec(entry).map_or(usize::MAX, |told| told.len() * TIMES + FRAME_BYTES)
}
