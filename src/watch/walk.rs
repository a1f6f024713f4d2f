//! The walk over the input folders: which files are articles.

use std::fs::FileType;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::config::meant::Input;
use crate::model::report::{Report, Severity};

/// A file that is to be read as an article.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeedFile {
    /// The number of its input folder.
    pub folder: usize,
    /// The path below its input folder, with `/`; what isn't Unicode is replaced.
    pub path: String,
    /// Where the file is.
    pub location: PathBuf,
}

impl SeedFile {
    /// Gives the name by which reports call the file.
    #[must_use]
    pub fn name(&self) -> String {
        self.location.display().to_string()
    }
}

/// Lists the articles of all input folders in the order of their paths, and reports what can't be
/// looked at. Hidden files, `_index` pages, editors' leavings and files with other endings are no
/// articles and not reported.
#[must_use]
pub fn walk(input: &Input) -> (Vec<SeedFile>, Vec<Report>) {
    let mut files = Vec::new();
    let mut reports = Vec::new();
    for (number, folder) in input.folders.iter().enumerate() {
        let walk = WalkDir::new(folder).into_iter();
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry)) {
            match entry.map_err(|error| unreadable(&error, folder)) {
                Ok(entry) => match look(input, number, folder, &entry) {
                    Ok(file) => files.extend(file),
                    Err(report) => reports.push(report),
                },
                Err(report) => reports.push(report),
            }
        }
    }
    files.sort();
    (files, reports)
}

/// Tells whether an entry of a folder is an article; the report says why one can't be read.
fn look(
    input: &Input,
    number: usize,
    folder: &Path,
    entry: &DirEntry,
) -> Result<Option<SeedFile>, Report> {
    let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
    let path = below.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    if entry.file_type().is_dir() || !is_article(input, &path) {
        return Ok(None);
    }
    let location = entry.path().to_owned();
    match fault(entry, folder) {
        None => Ok(Some(SeedFile { folder: number, path, location })),
        Some(report) => Err(report.in_file(location.display().to_string())),
    }
}

fn unreadable(error: &walkdir::Error, folder: &Path) -> Report {
    let place = error.path().unwrap_or(folder).display().to_string();
    let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    Report::error("unreadable", why).in_file(place)
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Tells by its path whether a file is an article.
#[must_use]
pub fn is_article(input: &Input, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    // What editors keep as `#name#` has another ending already.
    let is_leaving = name.starts_with('.') || name.starts_with("~$") || name.ends_with('~');
    input.extensions.iter().any(|wanted| ending.trim_end().eq_ignore_ascii_case(wanted))
        && !is_leaving
        && !stem.eq_ignore_ascii_case("_index")
        && input.include.is_match(path)
        && !input.exclude.is_match(path)
}

/// Tells why a file can't be read as an article: it is no regular file, or a link that leads out of
/// its folder.
fn fault(entry: &DirEntry, folder: &Path) -> Option<Report> {
    let kind = entry.file_type();
    if kind.is_file() {
        return None;
    }
    if !kind.is_symlink() {
        return Some(Report::error("not-a-file", format!("it is a {}, not a file", kind_of(kind))));
    }
    let target = match (entry.path().canonicalize(), folder.canonicalize()) {
        (Ok(target), Ok(folder)) if target.starts_with(&folder) => target,
        (Ok(_), _) => {
            let report = Report::error("link-leaves", "the link leads out of the input folder");
            return Some(report.help("put the file itself there, or name its folder as an input"));
        }
        (Err(error), _) => {
            return Some(Report::error("unreadable", format!("the link leads nowhere: {error}")));
        }
    };
    match target.metadata() {
        Ok(found) if found.is_file() => None,
        Ok(found) if found.is_dir() => {
            Some(Report::new(Severity::Note, "link-to-folder", "links to folders are not followed"))
        }
        _ => Some(Report::error("not-a-file", "the link does not lead to a regular file")),
    }
}

#[cfg(unix)]
fn kind_of(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_fifo() => "FIFO",
        kind if kind.is_socket() => "socket",
        kind if kind.is_char_device() || kind.is_block_device() => "device",
        _ => "special file",
    }
}

#[cfg(not(unix))]
fn kind_of(_: FileType) -> &'static str {
    "special file"
}
