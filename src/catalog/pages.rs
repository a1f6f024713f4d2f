//! The pages of a damaged state file, and the rows that can be read from them without `SQLite`.
//!
//! The format is told in <https://www.sqlite.org/fileformat2.html>; sections below are its own.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use rusqlite::types::Value;

use crate::catalog::seal::{PAGE, Seal};

/// How many pages are searched for a single flipped bit: more are not damaged by that.
const MOST_MENDED: usize = 16;

/// How long a row may be: longer ones are not read from a damaged file.
const MOST_BYTES: usize = 1 << 20;

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In a table, under this number.
    Numbered(i64),
    /// In an index, or in a table whose key it is itself.
    Keyed,
}

/// A row that was read from a page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RawRow {
    pub(crate) kind: Kind,
    pub(crate) values: Vec<Value>,
    /// True when its page is as it was sealed.
    pub(crate) is_sound: bool,
}

/// The pages of a file.
#[derive(Debug)]
pub(crate) struct Pages {
    bytes: Vec<Page>,
    /// True when the list of pages that are out of use could be read.
    pub(crate) knows_unused: bool,
    unused: BTreeSet<usize>,
}

#[derive(Debug)]
struct Page {
    bytes: Vec<u8>,
    is_sound: bool,
}

impl Pages {
    /// Reads all pages of a file, with what a write-ahead log changes of them. Pages in which a
    /// single bit was flipped are put right.
    pub(crate) fn read(file: &File, log: Option<&File>, seal: Option<&Seal>) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let mut pages = Self { bytes: Vec::new(), knows_unused: false, unused: BTreeSet::new() };
        let mut mended = 0;
        for number in 0..usize::try_from(length.div_ceil(PAGE as u64)).unwrap_or_default() {
            let offset = (number * PAGE) as u64;
            let left = usize::try_from(length - offset).unwrap_or(PAGE).min(PAGE);
            let mut bytes = vec![0; left];
            file.read_exact_at(&mut bytes, offset)?;
            let mut is_sound = seal.is_some_and(|seal| seal.fits(number, &bytes));
            if let Some(seal) = seal.filter(|_| !is_sound && mended < MOST_MENDED) {
                mended += 1;
                is_sound = seal.mend(number, &mut bytes);
            }
            bytes.resize(PAGE, 0);
            pages.bytes.push(Page { bytes, is_sound });
        }
        if let Some(log) = log {
            pages.apply(log)?;
        }
        pages.knows_unused = pages.list_unused().is_some();
        Ok(pages)
    }

    /// Puts in the pages of a write-ahead log, as far as its turns were kept (§4.1 and §4.2). Whether
    /// it is damaged itself is not known, so they are not sound.
    fn apply(&mut self, log: &File) -> io::Result<()> {
        let length = log.metadata()?.len();
        let mut header = [0; 32];
        if length < 32 {
            return Ok(());
        }
        log.read_exact_at(&mut header, 0)?;
        let mut offset = 32;
        let mut turn = Vec::new();
        let mut frame = [0; 24 + PAGE];
        while offset + frame.len() as u64 <= length {
            log.read_exact_at(&mut frame, offset)?;
            offset += frame.len() as u64;
            if frame[8..16] != header[16..24] {
                break;
            }
            turn.push((number_at(&frame, 0), frame[24..].to_vec()));
            if number_at(&frame, 4) == 0 {
                continue;
            }
            for (number, bytes) in turn.drain(..).filter(|(number, _)| *number > 0) {
                let most = self.bytes.len() + MOST_BYTES / PAGE;
                while self.bytes.len() < number && number <= most {
                    self.bytes.push(Page { bytes: vec![0; PAGE], is_sound: false });
                }
                if let Some(page) = self.bytes.get_mut(number - 1) {
                    *page = Page { bytes, is_sound: false };
                }
            }
        }
        Ok(())
    }

    /// Lists the pages that are out of use, in which old rows may stand (§1.5). `None` when the list
    /// can't be relied on.
    fn list_unused(&mut self) -> Option<()> {
        let first = self.bytes.first().filter(|page| page.is_sound)?;
        let (mut trunk, count) = (number_at(&first.bytes, 32), number_at(&first.bytes, 36));
        while trunk != 0 && self.unused.len() <= count {
            let page = self.bytes.get(trunk - 1).filter(|page| page.is_sound)?;
            self.unused.insert(trunk);
            let leaves = number_at(&page.bytes, 4).min(PAGE / 4 - 2);
            self.unused.extend((0..leaves).map(|leaf| number_at(&page.bytes, 8 + 4 * leaf)));
            trunk = number_at(&page.bytes, 0);
        }
        (self.unused.len() == count).then_some(())
    }

    /// Gives all rows of the pages that are in use; those of sound pages come first.
    pub(crate) fn rows(&self) -> Vec<RawRow> {
        let mut rows = Vec::new();
        for sound in [true, false] {
            for (index, page) in self.bytes.iter().enumerate() {
                if page.is_sound == sound && !self.unused.contains(&(index + 1)) {
                    self.rows_of(index, &mut rows);
                }
            }
        }
        rows.sort_by_key(|row| !row.is_sound);
        rows
    }

    /// Reads the rows of a page (§1.6).
    fn rows_of(&self, index: usize, rows: &mut Vec<RawRow>) {
        let page = &self.bytes[index].bytes;
        let start = if index == 0 { 100 } else { 0 };
        let kind = page[start];
        let header = start + if kind == 0x02 { 12 } else { 8 };
        if !matches!(kind, 0x02 | 0x0A | 0x0D) {
            return;
        }
        let count = usize::from(page[start + 3]) << 8 | usize::from(page[start + 4]);
        for cell in 0..count.min((PAGE - header) / 2) {
            let at = header + 2 * cell;
            let offset = usize::from(page[at]) << 8 | usize::from(page[at + 1]);
            rows.extend(self.row(index, kind, offset));
        }
    }

    fn row(&self, index: usize, kind: u8, offset: usize) -> Option<RawRow> {
        let page = &self.bytes[index];
        let mut rest = page.bytes.get(offset..)?;
        if kind == 0x02 {
            rest = rest.get(4..)?;
        }
        let size = usize::try_from(varint(&mut rest)?).ok().filter(|size| *size <= MOST_BYTES)?;
        let number = if kind == 0x0D { Kind::Numbered(varint(&mut rest)?) } else { Kind::Keyed };
        let most = if kind == 0x0D { PAGE - 35 } else { (PAGE - 12) * 64 / 255 - 23 };
        let (payload, is_sound) = self.payload(rest, size, most)?;
        let values = record(&payload)?;
        Some(RawRow { kind: number, values, is_sound: is_sound && page.is_sound })
    }

    /// Puts together a payload, of which the end may stand on pages of its own.
    fn payload(&self, local: &[u8], size: usize, most: usize) -> Option<(Vec<u8>, bool)> {
        if size <= most {
            return Some((local.get(..size)?.to_vec(), true));
        }
        let least = (PAGE - 12) * 32 / 255 - 23;
        let kept = least + (size - least) % (PAGE - 4);
        let kept = if kept <= most { kept } else { least };
        let mut payload = local.get(..kept)?.to_vec();
        let mut next = number_at(local.get(kept..kept + 4)?, 0);
        let mut is_sound = true;
        while payload.len() < size {
            let page = self.bytes.get(next.checked_sub(1)?)?;
            let part = (size - payload.len()).min(PAGE - 4);
            payload.extend(&page.bytes[4..4 + part]);
            is_sound &= page.is_sound;
            next = number_at(&page.bytes, 0);
        }
        Some((payload, is_sound))
    }
}

/// Reads the values of a row (§2.1).
fn record(payload: &[u8]) -> Option<Vec<Value>> {
    let mut types = payload;
    let header = usize::try_from(varint(&mut types)?).ok()?;
    let before = payload.len() - types.len();
    let mut types = payload.get(before..header)?;
    let mut rest = payload.get(header..)?;
    let mut values = Vec::new();
    while !types.is_empty() {
        let serial = varint(&mut types)?;
        let length = match serial {
            0 | 8..=11 => 0,
            1..=4 => serial,
            5 => 6,
            6 | 7 => 8,
            _ => serial.checked_sub(12)? / 2,
        };
        let (bytes, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        rest = after;
        values.push(match serial {
            0 => Value::Null,
            1..=6 => Value::Integer(integer(bytes)),
            8 | 9 => Value::Integer(serial - 8),
            // None of our tables holds a fraction, and 10 and 11 are not in use.
            7 | 10 | 11 => return None,
            _ if serial % 2 == 0 => Value::Blob(bytes.to_vec()),
            _ => Value::Text(String::from_utf8(bytes.to_vec()).ok()?),
        });
    }
    rest.is_empty().then_some(values)
}

/// Reads a number of one to nine bytes, and goes on behind it.
fn varint(bytes: &mut &[u8]) -> Option<i64> {
    let mut number: i64 = 0;
    for at in 0..9 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if at == 8 {
            return Some(number << 8 | i64::from(*byte));
        }
        number = number << 7 | i64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(number)
}

/// Reads a signed number of the length of the bytes.
fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte))
}

/// Reads an unsigned number of four bytes; 0 where they aren't there.
fn number_at(bytes: &[u8], at: usize) -> usize {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
    four.map_or(0, |four| u32::from_be_bytes(*four) as usize)
}
