//! Reading a file of the input folders: its beginning, or all of it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use chrono::{DateTime, Utc};
use rustix::fs::{Mode, OFlags};

use crate::model::date::Timestamp;
use crate::model::report::Report;

/// How many bytes of the end of a file are read with its beginning: enough for a byline.
const ENDING: u64 = 1024;

/// An open article file.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    size: u64,
    modified: Option<Timestamp>,
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
        Ok(Self { file, size: found.len(), modified })
    }

    /// Gives the size in bytes, as it was when the file was opened.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Gives the time of the last change of the file.
    #[must_use]
    pub fn modified(&self) -> Option<Timestamp> {
        self.modified
    }

    /// Reads the first bytes, at most so many.
    pub fn beginning(&mut self, length: u64) -> Result<Vec<u8>, Report> {
        self.part(0, length)
    }

    /// Reads the last bytes: as many as a byline may need.
    pub fn ending(&mut self) -> Result<Vec<u8>, Report> {
        self.part(self.size.saturating_sub(ENDING), ENDING)
    }

    /// Reads all of the file, as far as it went when it was opened.
    pub fn all(&mut self) -> Result<Vec<u8>, Report> {
        self.part(0, self.size)
    }

    fn part(&mut self, start: u64, length: u64) -> Result<Vec<u8>, Report> {
        let mut bytes = Vec::new();
        self.file
            .seek(SeekFrom::Start(start))
            .and_then(|_| self.file.by_ref().take(length).read_to_end(&mut bytes))
            .map_err(|error| unreadable(&error))?;
        Ok(bytes)
    }
}

fn unreadable(error: &io::Error) -> Report {
    Report::error("unreadable", error.to_string())
}
