//! What is remembered, out of the rows of a damaged state file into a new one.
//!
//! A row of a sound page is taken as it is. Another one must make sense; an entry must be proven
//! by the digest of its id, which stands elsewhere in the file.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::types::Value::{self, Blob, Integer, Null, Text};
use rusqlite::{Connection, params};

use crate::catalog::entry::timestamp;
use crate::catalog::error::Result;
use crate::catalog::pages::{Kind, Pages, RawRow};
use crate::model::id::{Digest, digest};

/// Where a file is: the number of its folder, and its name.
type Key = (i64, Vec<u8>);

/// What could be saved of a state.
#[derive(Debug, Default)]
pub(crate) struct Saved {
    entries: BTreeMap<i64, Entry>,
    folders: BTreeMap<i64, (i64, Vec<u8>)>,
    files: BTreeMap<Key, File>,
    /// Digests that lead to entries: of ids, of pages, and of files that are gone.
    digests: BTreeMap<i64, BTreeSet<Digest>>,
    shown: BTreeMap<(String, i64), Vec<Value>>,
    tombstones: BTreeMap<(String, String), i64>,
    documents: BTreeMap<String, Vec<Value>>,
    /// The output that `shown` and `documents` tell of.
    output: Option<String>,
}

#[derive(Debug)]
struct Entry {
    id: String,
    permalink: Option<String>,
    published: i64,
    updated: i64,
    /// `declared`, `public`, `matter` and `removed`.
    facts: Vec<Value>,
    file: Option<Key>,
    /// `flags` and `expires`.
    end: Vec<Value>,
    is_sound: bool,
}

#[derive(Debug)]
struct File {
    hash: Digest,
    entry: i64,
    age: Value,
    loses: bool,
}

impl Saved {
    /// Finds what is remembered in the pages of a file.
    pub(crate) fn from_pages(pages: &Pages) -> Self {
        let mut saved = Self::default();
        for row in pages.rows() {
            saved.take(row);
        }
        if !pages.knows_unused {
            // Former editions may be among them, and the gate must not take them for the last one.
            saved.shown.clear();
        }
        saved.weigh();
        saved
    }

    /// Counts the entries.
    pub(crate) fn count(&self) -> usize {
        self.entries.len()
    }

    /// Takes a row by its shape, which no other table has. Of several for one key the first counts.
    fn take(&mut self, row: RawRow) {
        let RawRow { kind, values, is_sound } = row;
        // Where a page was cut off, what is lost of a text reads as zeros.
        let is_cut = |value: &Value| matches!(value, Text(text) if text.contains('\0'));
        if !is_sound && values.iter().any(is_cut) {
            return;
        }
        match (kind, values.as_slice()) {
            (Kind::Numbered(number), [_, Text(id), ..]) if values.len() == 14 && number > 0 => {
                if let Some(entry) = entry(id, &values, is_sound) {
                    self.entries.entry(number).or_insert(entry);
                }
            }
            (Kind::Numbered(number), [Null, Integer(input), Blob(path)]) if *input >= 0 => {
                self.folders.entry(number).or_insert((*input, path.clone()));
            }
            (
                Kind::Keyed,
                [Integer(folder), Blob(name), _, Blob(hash), Integer(entry), age, loses, _, ..],
            ) if matches!(age, Null | Integer(_)) => {
                let Ok(hash) = Digest::try_from(hash.as_slice()) else { return };
                let loses = matches!(loses, Integer(1));
                let file = File { hash, entry: *entry, age: age.clone(), loses };
                self.files.entry((*folder, name.clone())).or_insert(file);
            }
            (Kind::Keyed, [Blob(key), Integer(entry)]) => {
                let own = self.digests.entry(*entry).or_default();
                own.extend(Digest::try_from(key.as_slice()));
            }
            (Kind::Keyed, [Text(feed), Text(id), Integer(at)]) if timestamp(*at).is_ok() => {
                self.tombstones.entry((feed.clone(), id.clone())).or_insert(*at);
            }
            (
                Kind::Keyed,
                [
                    Text(feed),
                    Integer(at),
                    Text(_),
                    Text(_) | Null,
                    Text(_),
                    Integer(date),
                    Blob(version),
                ],
            ) if version.len() == 16 && timestamp(*date).is_ok() => {
                self.shown.entry((feed.clone(), *at)).or_insert(values[2..].to_vec());
            }
            (Kind::Keyed, [Text(path), Text(_) | Null, Blob(_), Blob(hash)])
                if hash.len() == 16 =>
            {
                self.documents.entry(path.clone()).or_insert(values[1..].to_vec());
            }
            (Kind::Keyed, [Text(name), Text(value)]) if name == "output" => {
                self.output.get_or_insert(value.clone());
            }
            _ => {}
        }
    }

    /// Keeps what fits together.
    fn weigh(&mut self) {
        let mut ids = BTreeSet::new();
        self.entries.retain(|number, entry| {
            let own = self.digests.get(number);
            let is_proven = own.is_none_or(|own| own.contains(&digest(entry.id.as_bytes())));
            (entry.is_sound || is_proven) && ids.insert(entry.id.clone())
        });
        let dates: HashMap<&str, i64> =
            self.shown.values().filter_map(|row| shown_date(row)).collect();
        for entry in self.entries.values_mut().filter(|entry| !entry.is_sound) {
            if let Some(date) = dates.get(entry.id.as_str()) {
                entry.published = *date;
                entry.updated = entry.updated.max(*date);
            }
        }
        self.recall();
        for (number, entry) in &mut self.entries {
            let key = entry.file.take_if(|(folder, _)| !self.folders.contains_key(folder));
            if let Some(file) = key.and_then(|key| self.files.get(&key)) {
                // Where its file is, is lost; it is found again by its bytes, as if it was moved.
                self.digests.entry(*number).or_default().insert(file.hash);
            }
        }
        self.files.retain(|key, file| {
            let entry = self.entries.get(&file.entry);
            entry.is_some_and(|entry| file.loses || entry.file.as_ref() == Some(key))
        });
        let shown: BTreeSet<_> =
            self.shown.iter().filter_map(|((feed, _), row)| Some((feed, text(&row[0])?))).collect();
        self.tombstones.retain(|(feed, id), _| !shown.contains(&(feed, id.as_str())));
    }

    /// Makes entries that were lost of what the published feeds held of them.
    fn recall(&mut self) {
        let numbers: HashMap<Digest, i64> = self
            .digests
            .iter()
            .flat_map(|(number, own)| own.iter().map(|key| (*key, *number)))
            .collect();
        let files: HashMap<i64, &Key> = self
            .files
            .iter()
            .filter(|(_, file)| !file.loses)
            .map(|(key, file)| (file.entry, key))
            .collect();
        for row in self.shown.values() {
            let Some((id, published)) = shown_date(row) else { continue };
            let Some(number) = numbers.get(&digest(id.as_bytes())).filter(|number| **number > 0)
            else {
                continue;
            };
            self.entries.entry(*number).or_insert_with(|| Entry {
                id: id.to_owned(),
                permalink: text(&row[1]).filter(|page| *page != id).map(ToOwned::to_owned),
                published,
                updated: published,
                facts: vec![Null, Integer(1), Null, Null],
                file: files.get(number).map(|key| (*key).clone()),
                end: vec![Integer(0), Null],
                is_sound: true,
            });
        }
    }

    /// Writes all of it into a new state.
    pub(crate) fn write(&self, db: &Connection) -> Result<()> {
        for (number, (input, path)) in &self.folders {
            db.prepare_cached(
                "INSERT OR IGNORE INTO folder (number, input, path) VALUES (?, ?, ?)",
            )?
            .execute(params![number, input, path])?;
        }
        for (number, entry) in &self.entries {
            self.write_entry(db, *number, entry)?;
        }
        for ((folder, name), file) in &self.files {
            write_file(db, *folder, name, file)?;
        }
        for ((feed, position), row) in &self.shown {
            db.prepare_cached(
                "INSERT INTO shown (feed, position, id, permalink, title, published, version)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![feed, position, row[0], row[1], row[2], row[3], row[4]])?;
        }
        for ((feed, id), at) in &self.tombstones {
            db.prepare_cached("INSERT INTO tombstone (feed, id, at) VALUES (?, ?, ?)")?
                .execute(params![feed, id, at])?;
        }
        for (path, row) in &self.documents {
            db.prepare_cached(
                "INSERT INTO document (path, feed, stamp, hash) VALUES (?, ?, ?, ?)",
            )?
            .execute(params![path, row[0], row[1], row[2]])?;
        }
        let articles = self.entries.values().filter(|entry| entry.file.is_some()).count();
        let settings = [("output", self.output.clone()), ("articles", Some(articles.to_string()))];
        for (name, value) in settings {
            db.execute(
                "INSERT INTO setting (name, value) SELECT ?1, ?2 WHERE ?2 IS NOT NULL",
                params![name, value],
            )?;
        }
        Ok(())
    }

    fn write_entry(&self, db: &Connection, number: i64, entry: &Entry) -> Result<()> {
        let (folder, name) = entry.file.clone().unzip();
        let (facts, end) = (&entry.facts, &entry.end);
        db.prepare_cached(
            "INSERT INTO entry (number, id, permalink, published, updated, declared, public, matter,
               removed, folder, name, flags, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            number, entry.id, entry.permalink, entry.published, entry.updated, facts[0], facts[1],
            facts[2], facts[3], folder, name, end[0], end[1],
        ])?;
        let names: Vec<Digest> = [Some(&entry.id), entry.permalink.as_ref()]
            .into_iter()
            .flatten()
            .map(|name| digest(name.as_bytes()))
            .collect();
        for key in &names {
            db.prepare_cached("INSERT OR IGNORE INTO alias (key, entry) VALUES (?, ?)")?
                .execute(params![key, number])?;
        }
        match &entry.file {
            Some(key) if !self.files.contains_key(key) => {
                // What its bytes were is lost, so it counts as changed.
                let hash = Digest::default();
                write_file(
                    db,
                    key.0,
                    &key.1,
                    &File { hash, entry: number, age: Null, loses: false },
                )?;
            }
            Some(_) => {}
            None => {
                let own = self.digests.get(&number).into_iter().flatten();
                for key in own.filter(|key| !names.contains(key)) {
                    db.prepare_cached("INSERT OR IGNORE INTO gone (hash, entry) VALUES (?, ?)")?
                        .execute(params![key, number])?;
                }
            }
        }
        Ok(())
    }
}

fn write_file(db: &Connection, folder: i64, name: &[u8], file: &File) -> Result<()> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO file (folder, name, hash, entry, age, loses) VALUES (?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![folder, name, file.hash, file.entry, file.age, file.loses.then_some(1)])?;
    Ok(())
}

/// Reads an entry, if it makes sense.
fn entry(id: &str, values: &[Value], is_sound: bool) -> Option<Entry> {
    let permalink = match &values[2] {
        Text(page) => Some(page.clone()),
        Null => None,
        _ => return None,
    };
    let [Integer(published), Integer(updated)] = &values[3..5] else { return None };
    let [declared, Integer(0 | 1), matter, removed, folder, name, Integer(_), expires, _] =
        &values[5..]
    else {
        return None;
    };
    let is_time = |value: &Value| match value {
        Integer(at) => timestamp(*at).is_ok(),
        other => *other == Null,
    };
    let is_digest = matches!(matter, Null) || matches!(matter, Blob(bytes) if bytes.len() == 16);
    let times = [&values[3], &values[4], declared, removed, expires];
    let fits =
        !id.is_empty() && is_digest && published <= updated && times.into_iter().all(is_time);
    let file = match (folder, name) {
        (Integer(folder), Blob(name)) => Some((*folder, name.clone())),
        _ => None,
    };
    fits.then(|| Entry {
        id: id.to_owned(),
        permalink,
        published: *published,
        updated: *updated,
        facts: values[5..9].to_vec(),
        file,
        end: values[11..13].to_vec(),
        is_sound,
    })
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Text(text) => Some(text),
        _ => None,
    }
}

/// Gives the id of a shown entry, and when it was published.
fn shown_date(row: &[Value]) -> Option<(&str, i64)> {
    match &row[3] {
        Integer(date) => text(&row[0]).map(|id| (id, *date)),
        _ => None,
    }
}
