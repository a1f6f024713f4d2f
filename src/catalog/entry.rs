//! A row an entry: what was issued to subscribers.

use std::ffi::OsString;

use rusqlite::{OptionalExtension, Row, params};

use crate::catalog::Catalog;
use crate::catalog::error::{CatalogError, Result};
use crate::catalog::files::{self, FileKey};
use crate::catalog::members::{Place, written_places};
use crate::model::date::Timestamp;
use crate::model::id::{Digest, digest};
use crate::select::filter::{self, Unpublished};

/// What was issued for an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    /// Its number in the state.
    pub number: i64,
    /// The id, for ever.
    pub id: String,
    /// The page that was last declared or made, where it isn't the id.
    pub permalink: Option<String>,
    /// When it was published.
    pub published: Timestamp,
    /// When it last changed in a way that matters.
    pub updated: Timestamp,
    /// The date of its last change that the article itself told last.
    pub declared: Option<Timestamp>,
    /// True once a feed could hold it.
    pub is_public: bool,
    /// The digest of what matters, as subscribers got it last.
    pub matter: Option<Digest>,
    /// When its file was found gone.
    pub removed: Option<Timestamp>,
    /// Its file; `None` while no file is known.
    pub file: Option<FileKey>,
    /// True for a draft, or what is kept out of the feeds.
    pub is_withheld: bool,
    /// When it leaves the feeds.
    pub expires: Option<Timestamp>,
}

/// The columns of [`EntryRow`], in the order in which it is read.
pub(crate) const COLUMNS: &str = "number, id, permalink, published, updated, declared, public, \
                                  matter, removed, folder, name, flags, expires";

/// The flag of an entry that is withheld.
const WITHHELD: i64 = 1;

impl EntryRow {
    /// Reads a row that begins with [`COLUMNS`].
    pub(crate) fn read(row: &Row<'_>) -> Result<Self> {
        let time = |column| -> Result<Option<Timestamp>> {
            let seconds: Option<i64> = row.get(column)?;
            seconds.map(timestamp).transpose()
        };
        let wanted = |time: Option<Timestamp>| {
            time.ok_or_else(|| CatalogError::Damaged("an entry without a date".to_owned()))
        };
        let folder: Option<i64> = row.get(9)?;
        let name: Option<OsString> = folder.map(|_| files::name(row, 10)).transpose()?;
        Ok(Self {
            number: row.get(0)?,
            id: row.get(1)?,
            permalink: row.get(2)?,
            published: wanted(time(3)?)?,
            updated: wanted(time(4)?)?,
            declared: time(5)?,
            is_public: row.get(6)?,
            matter: row.get(7)?,
            removed: time(8)?,
            file: folder.zip(name).map(|(folder, name)| FileKey { folder, name }),
            is_withheld: row.get::<_, i64>(11)? & WITHHELD != 0,
            expires: time(12)?,
        })
    }

    fn flags(&self) -> i64 {
        if self.is_withheld { WITHHELD } else { 0 }
    }

    /// Gives the time by which it is judged whether a feed can hold it: what was public once stays so when
    /// the clock is set back. Where it has an end, that may have been reached: then only the clock tells.
    #[must_use]
    pub fn as_of(&self, now: Timestamp) -> Timestamp {
        if self.is_public && self.expires.is_none() { now.max(self.published) } else { now }
    }

    /// Tells by its dates why no feed holds it, if that is so.
    #[must_use]
    pub fn not_now(&self, now: Timestamp) -> Option<Unpublished> {
        filter::not_now(self.published, self.expires, self.as_of(now))
    }

    /// Gives the page that was last declared or made.
    #[must_use]
    pub fn page(&self) -> &str {
        self.permalink.as_deref().unwrap_or(&self.id)
    }
}

impl Catalog {
    /// Gives an entry by its number.
    pub fn entry(&self, number: i64) -> Result<EntryRow> {
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE number = ?");
        let mut query = self.db.prepare_cached(&sql)?;
        let mut rows = query.query([number])?;
        match rows.next()? {
            Some(row) => EntryRow::read(row),
            None => Err(CatalogError::Damaged(format!("there is no entry {number}"))),
        }
    }

    /// Finds the entry that has an id.
    pub fn entry_by_id(&self, id: &str) -> Result<Option<EntryRow>> {
        self.entry_by_alias(id, |entry| entry.id == id)
    }

    /// Finds the entry that has a page.
    pub fn entry_by_page(&self, page: &str) -> Result<Option<EntryRow>> {
        self.entry_by_alias(page, |entry| entry.page() == page)
    }

    fn entry_by_alias(
        &self,
        alias: &str,
        fits: impl Fn(&EntryRow) -> bool,
    ) -> Result<Option<EntryRow>> {
        let key = digest(alias.as_bytes());
        let gathered = self.gathered.borrow().aliases.get(&key).copied();
        for number in gathered.into_iter().chain(self.written_aliases(&key)?) {
            let entry = self.entry(number)?;
            if fits(&entry) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn written_aliases(&self, key: &Digest) -> Result<Vec<i64>> {
        if self.gathered.borrow().holds_all_aliases {
            return Ok(Vec::new());
        }
        let mut query = self.db.prepare_cached("SELECT entry FROM alias WHERE key = ?")?;
        let numbers = query.query_map([key], |row| row.get(0))?;
        Ok(numbers.collect::<std::result::Result<_, _>>()?)
    }

    /// Writes an entry; gives its number, which a new one (0) gets here.
    pub(crate) fn put_entry(&self, entry: &EntryRow) -> Result<i64> {
        match entry.number {
            0 => self.insert_entry(entry, &[]),
            number => self.update_entry(entry).map(|()| number),
        }
    }

    /// Writes a new entry with its places in the feeds; gives its number.
    pub(crate) fn insert_entry(&self, entry: &EntryRow, places: &[Place]) -> Result<i64> {
        self.db
            .prepare_cached(
                "INSERT INTO entry (id, permalink, published, updated, declared, public, matter,
                   removed, folder, name, flags, expires, members)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                entry.id,
                entry.permalink,
                entry.published.unix(),
                entry.updated.unix(),
                entry.declared.map(Timestamp::unix),
                entry.is_public,
                entry.matter,
                entry.removed.map(Timestamp::unix),
                entry.file.as_ref().map(|file| file.folder),
                entry.file.as_ref().map(|file| file.name.as_encoded_bytes()),
                entry.flags(),
                entry.expires.map(Timestamp::unix),
                written_places(places)?,
            ])?;
        let number = self.db.last_insert_rowid();
        self.count_article(false, entry.file.is_some());
        self.add_alias(&entry.id, number)?;
        self.change_alias(number, None, entry.permalink.as_deref())?;
        Ok(number)
    }

    fn update_entry(&self, entry: &EntryRow) -> Result<()> {
        let former = self.entry(entry.number)?;
        self.db
            .prepare_cached(
                "UPDATE entry SET permalink = ?2, published = ?3, updated = ?4, declared = ?5,
                   public = ?6, matter = ?7, removed = ?8, folder = ?9, name = ?10, flags = ?11,
                   expires = ?12 WHERE number = ?1",
            )?
            .execute(params![
                entry.number,
                entry.permalink,
                entry.published.unix(),
                entry.updated.unix(),
                entry.declared.map(Timestamp::unix),
                entry.is_public,
                entry.matter,
                entry.removed.map(Timestamp::unix),
                entry.file.as_ref().map(|file| file.folder),
                entry.file.as_ref().map(|file| file.name.as_encoded_bytes()),
                entry.flags(),
                entry.expires.map(Timestamp::unix),
            ])?;
        self.count_article(former.file.is_some(), entry.file.is_some());
        self.change_alias(entry.number, former.permalink.as_deref(), entry.permalink.as_deref())
    }

    fn count_article(&self, had_file: bool, has_file: bool) {
        let change = i64::from(has_file) - i64::from(had_file);
        self.articles.set(self.articles.get() + change);
    }

    fn change_alias(&self, entry: i64, old: Option<&str>, new: Option<&str>) -> Result<()> {
        if old == new {
            return Ok(());
        }
        if let Some(old) = old {
            let key = digest(old.as_bytes());
            let mut gathered = self.gathered.borrow_mut();
            if gathered.aliases.get(&key) == Some(&entry) {
                gathered.aliases.remove(&key);
            }
            drop(gathered);
            self.db
                .prepare_cached("DELETE FROM alias WHERE key = ? AND entry = ?")?
                .execute(params![key, entry])?;
        }
        new.map_or(Ok(()), |new| self.add_alias(new, entry))
    }

    fn add_alias(&self, alias: &str, entry: i64) -> Result<()> {
        let key = digest(alias.as_bytes());
        let mut gathered = self.gathered.borrow_mut();
        match gathered.aliases.get(&key) {
            Some(own) if *own == entry => Ok(()),
            None => {
                gathered.aliases.insert(key, entry);
                Ok(())
            }
            // Two entries have one: the second is not gathered.
            Some(_) => {
                gathered.holds_all_aliases = false;
                self.db
                    .prepare_cached("INSERT OR IGNORE INTO alias (key, entry) VALUES (?, ?)")?
                    .execute(params![key, entry])?;
                Ok(())
            }
        }
    }

    /// Finds an entry whose file is gone, by the digest of the file that it had.
    pub(crate) fn gone_with(&self, hash: &Digest) -> Result<Option<i64>> {
        let mut query = self.db.prepare_cached("SELECT entry FROM gone WHERE hash = ? LIMIT 1")?;
        Ok(query.query_row([hash], |row| row.get(0)).optional()?)
    }

    /// Finds an entry whose file is gone since a time, by a digest; `None` where there are several.
    pub(crate) fn gone_since(&self, hash: &Digest, time: Timestamp) -> Result<Option<i64>> {
        let mut query = self.db.prepare_cached(
            "SELECT max(number) FROM gone JOIN entry ON number = entry
             WHERE hash = ? AND removed >= ? HAVING count(*) = 1",
        )?;
        let row = query.query_row(params![hash, time.unix()], |row| row.get(0));
        Ok(row.optional()?)
    }

    /// Remembers the digest of the file that an entry had, or forgets it when it has one again.
    pub(crate) fn set_gone(&self, entry: i64, hash: Option<&Digest>) -> Result<()> {
        match hash {
            Some(hash) => self
                .db
                .prepare_cached("INSERT OR REPLACE INTO gone (hash, entry) VALUES (?, ?)")?
                .execute(params![hash, entry])?,
            None => self.db.prepare_cached("DELETE FROM gone WHERE entry = ?")?.execute([entry])?,
        };
        Ok(())
    }
}

/// Takes seconds from a row.
pub(crate) fn timestamp(seconds: i64) -> Result<Timestamp> {
    Timestamp::from_unix(seconds)
        .ok_or_else(|| CatalogError::Damaged(format!("{seconds} is no time")))
}
