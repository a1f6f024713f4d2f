//! Reading a file of the input folders.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use rustix::fs::{Mode, OFlags};

use crate::model::date::Timestamp;
use crate::model::file::Stamp;
use crate::model::report::Report;
use crate::watch::walk;

/// How coarse the clock may be by which a file system dates changes, in nanoseconds.
const CLOCK_TICK: i64 = 20_000_000;

/// An open article file.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    size: u64,
    modified: Option<Timestamp>,
    opened: Stamp,
    stamp: Option<Stamp>,
}

impl OpenFile {
    /// Opens a regular file of at most so many bytes; the report says why not. Never waits, as
    /// opening a FIFO would, even if the file was replaced by one after the walk.
    pub fn open(path: &Path, max_bytes: u64) -> Result<Self, Report> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let opened = rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from);
        let file = File::from(opened.map_err(|error| unreadable(&error))?);
        let found = file.metadata().map_err(|error| unreadable(&error))?;
        if !found.is_file() {
            return Err(Report::error("not-a-file", "it is not a regular file"));
        }
        if found.len() > max_bytes {
            let message =
                format!("the file has {} bytes; at most {max_bytes} are read", found.len());
            return Err(Report::error("too-large", message).help("raise input.max_size"));
        }
        let modified = found.modified().ok().map(DateTime::<Utc>::from);
        let modified = modified.and_then(|date| Timestamp::from_date(&date));
        let opened = walk::stamp(&found);
        Ok(Self { file, size: found.len(), modified, opened, stamp: settled(opened) })
    }

    /// Gives the stamp that the file had when it was opened; `None` when the file was changed so
    /// short a time ago that the next change could leave the stamp as it is.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        self.stamp
    }

    /// Gives when the file was written to last before it was opened, in nanoseconds since 1970.
    #[must_use]
    pub fn written(&self) -> i64 {
        self.opened.modified
    }

    /// Tells whether the file is still as it was when it was opened: what was read of it in between is
    /// then all of one time.
    #[must_use]
    pub fn is_as_opened(&self) -> bool {
        self.file.metadata().is_ok_and(|found| walk::stamp(&found) == self.opened)
    }

    /// Gives the time of the last change of the file.
    #[must_use]
    pub fn modified(&self) -> Option<Timestamp> {
        self.modified
    }

    /// Reads all of the file, as far as it went when it was opened. What `bytes` held before goes; its
    /// room is used again, since to get new room for every file of thousands takes longer than to
    /// read it.
    pub fn read_into(&mut self, bytes: &mut Vec<u8>) -> Result<(), Report> {
        bytes.clear();
        bytes.reserve(usize::try_from(self.size).unwrap_or_default());
        let read = self.file.by_ref().take(self.size).read_to_end(bytes);
        read.map(drop).map_err(|error| unreadable(&error))
    }
}

/// Gives a stamp that every later change of the file will change.
fn settled(stamp: Stamp) -> Option<Stamp> {
    let now = nanoseconds_now();
    (stamp.changed < now.saturating_sub(CLOCK_TICK)).then_some(stamp)
}

/// Gives the time as file systems tell it, in nanoseconds since 1970.
#[must_use]
pub fn nanoseconds_now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// The rule by which it is reported that the system does not give the bytes of a file.
const UNREADABLE: &str = "unreadable";

fn unreadable(error: &io::Error) -> Report {
    Report::error(UNREADABLE, error.to_string())
}

/// Tells whether a report says that the system does not give a file's bytes, so that nothing is known of
/// what is in it.
#[must_use]
pub fn is_unreadable(report: &Report) -> bool {
    report.rule == UNREADABLE
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_changes_under_the_reading_is_not_as_it_was_opened() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("a.md");
        fs::write(&path, "Half").expect("written");
        let mut file = OpenFile::open(&path, 100).expect("it is there");
        let mut bytes = Vec::new();
        file.read_into(&mut bytes).expect("read");
        assert_eq!(bytes, b"Half");
        assert!(file.is_as_opened());
        fs::write(&path, "Half and half").expect("written");
        assert!(!file.is_as_opened());
    }
}
