//! The bytes of the files that a turn has read, so that it need not read them again: by then they could
//! be others, and half written.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::catalog::files::FileKey;

/// How many bytes a turn keeps at most. Files beyond that are read again.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Room for bytes, which any thread may take.
#[derive(Debug)]
pub(super) struct Room(AtomicUsize);

impl Room {
    /// Makes room, or none where files may be read again.
    pub(super) fn new(is_wanted: bool) -> Self {
        Self(AtomicUsize::new(if is_wanted { MOST_BYTES } else { 0 }))
    }

    /// Keeps bytes if there is room for them.
    pub(super) fn keep(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let left = |room: usize| room.checked_sub(bytes.len());
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
        taken.is_ok().then(|| bytes.to_vec())
    }
}

/// The bytes of files, as the catalog heard of them in this turn.
#[derive(Debug, Default)]
pub(super) struct Fresh(HashMap<FileKey, Vec<u8>>);

impl Fresh {
    /// Takes what was read of a file now; `None` where there was no room for it.
    pub(super) fn put(&mut self, key: FileKey, bytes: Option<Vec<u8>>) {
        match bytes {
            Some(bytes) => _ = self.0.insert(key, bytes),
            None => _ = self.0.remove(&key),
        }
    }

    /// Gives what was read of a file.
    pub(super) fn get(&self, key: &FileKey) -> Option<&[u8]> {
        self.0.get(key).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_until_it_is_taken() {
        let room = Room::new(true);
        assert!(room.keep(&vec![0; MOST_BYTES]).is_some());
        assert_eq!((room.keep(&[0]), room.keep(&[])), (None, Some(Vec::new())));
        assert_eq!(Room::new(false).keep(&[0]), None);
    }

    #[test]
    fn what_is_read_again_replaces_what_was_read_before() {
        let (mut fresh, key) = (Fresh::default(), FileKey { folder: 1, name: "a.md".into() });
        fresh.put(key.clone(), Some(vec![1]));
        assert_eq!(fresh.get(&key), Some(&[1][..]));
        fresh.put(key.clone(), None);
        assert_eq!(fresh.get(&key), None);
    }
}
