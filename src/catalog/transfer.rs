//! The ledger as lines of JSON, and ids of feeds that were made by others.

use std::path::Path;

use rusqlite::params;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::catalog::Catalog;
use crate::catalog::entry::{COLUMNS, EntryRow};
use crate::catalog::error::{CatalogError, Result};
use crate::catalog::files::FileKey;
use crate::model::date::Timestamp;
use crate::model::id::{Digest, hex};

/// One thing that the ledger remembers: a line of its export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Line {
    /// An entry.
    Entry(Box<EntryLine>),
    /// An entry that a feed tells to be gone.
    Tombstone(TombstoneLine),
    /// A page of an archive that goes by count.
    Page(PageLine),
}

/// What was issued for an entry, and by what its article is known again. Times are Unix seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EntryLine {
    /// The id.
    pub id: String,
    /// The page that was last declared or made, where it isn't the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permalink: Option<String>,
    /// When it was published.
    pub published: i64,
    /// When it last changed in a way that matters.
    pub updated: i64,
    /// The date of its last change that the article itself told last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<i64>,
    /// True once a feed could hold it.
    pub public: bool,
    /// The digest of what matters, as subscribers got it last, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matter: Option<String>,
    /// When its file was found gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<i64>,
    /// The number of the input folder of its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<usize>,
    /// The path of its file below the input folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The digest of its file, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Digests by which a file that is gone is known again, in hexadecimal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
}

/// An entry that a feed tells to be gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TombstoneLine {
    /// The folder of the feed.
    pub feed: String,
    /// The id of the entry.
    pub id: String,
    /// When it was found gone, in Unix seconds.
    pub at: i64,
}

/// A page of an archive that goes by count, and the entries that it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageLine {
    /// The folder of the feed.
    pub feed: String,
    /// How many entries a page has a place for.
    pub size: i64,
    /// The number of the page.
    pub page: i64,
    /// The ids of the entries.
    pub ids: Vec<String>,
}

/// An entry of a feed that was made by others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// The id.
    pub id: String,
    /// The page.
    pub permalink: Option<String>,
    /// When it was published.
    pub published: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
}

impl Catalog {
    /// Hands all that the ledger remembers to `take`, in the order of the ids.
    pub fn export<E: From<CatalogError>>(
        &self,
        take: &mut dyn FnMut(Line) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let failed = CatalogError::from;
        let sql = format!("SELECT {COLUMNS} FROM entry ORDER BY id");
        let mut query = self.db.prepare(&sql).map_err(failed)?;
        let mut rows = query.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let entry = EntryRow::read(row)?;
            take(Line::Entry(Box::new(self.line(&entry)?)))?;
        }
        for tombstone in self.all_tombstones()? {
            take(Line::Tombstone(tombstone))?;
        }
        for page in self.all_shelved()? {
            take(Line::Page(page))?;
        }
        Ok(())
    }

    fn line(&self, entry: &EntryRow) -> Result<EntryLine> {
        let place =
            entry.file.as_ref().map(|file| self.input_and_path(file)).transpose()?.flatten();
        let hash = entry.file.as_ref().map(|file| self.hash_of(file)).transpose()?.flatten();
        let mut query =
            self.db.prepare_cached("SELECT hash FROM gone WHERE entry = ? ORDER BY hash")?;
        let gone = query.query_map([entry.number], |row| row.get::<_, Digest>(0))?;
        Ok(EntryLine {
            id: entry.id.clone(),
            permalink: entry.permalink.clone(),
            published: entry.published.unix(),
            updated: entry.updated.unix(),
            declared: entry.declared.map(Timestamp::unix),
            public: entry.is_public,
            matter: entry.matter.map(|digest| hex(&digest)),
            removed: entry.removed.map(Timestamp::unix),
            input: place.as_ref().map(|(input, _)| *input),
            path: place.map(|(_, path)| path),
            hash: hash.map(|digest| hex(&digest)),
            gone: gone
                .map(|digest| digest.map(|digest| hex(&digest)))
                .collect::<std::result::Result<_, _>>()?,
        })
    }

    /// Takes one line of an export: what is known of the same id is replaced. `None` when the line
    /// holds what can't be.
    pub fn import(&mut self, line: &Line) -> Result<Option<()>> {
        match line {
            Line::Tombstone(one) => {
                let Some(at) = Timestamp::from_unix(one.at) else { return Ok(None) };
                self.add_tombstone(&one.feed, &one.id, at)?;
                Ok(Some(()))
            }
            Line::Page(line) => self.import_page(line),
            Line::Entry(line) => self.import_entry(line),
        }
    }

    fn import_entry(&mut self, line: &EntryLine) -> Result<Option<()>> {
        let Some(mut entry) = issued(line) else { return Ok(None) };
        let known = self.entry_by_id(&line.id)?;
        let (number, former) = known.map_or((0, None), |known| (known.number, known.file));
        entry.number = number;
        // The feeds learn of it when its file is read.
        entry.file = former;
        entry.number = self.put_entry(&entry)?;
        self.set_gone(entry.number, None)?;
        for digest in line.gone.iter().filter_map(|digest| from_hex(digest)) {
            self.set_gone(entry.number, Some(&digest))?;
        }
        if let (Some(path), Some(hash)) = (&line.path, line.hash.as_deref().and_then(from_hex)) {
            let key = self.file_key(line.input.unwrap_or_default(), Path::new(path))?;
            self.hand_over(&key, &hash, &entry)?;
        }
        Ok(Some(()))
    }

    /// Gives the place of a path in the state, which is made if it isn't there.
    fn file_key(&self, input: usize, path: &Path) -> Result<FileKey> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let name = path.file_name().unwrap_or_default().to_owned();
        let input = i64::try_from(input).unwrap_or(i64::MAX);
        let folder = self.folder_number(input, folder)?;
        Ok(FileKey { folder, name })
    }

    /// Makes a file that of an entry, to be read again; whatever held it before lets go of it.
    fn hand_over(&mut self, key: &FileKey, hash: &Digest, entry: &EntryRow) -> Result<()> {
        if let Some(other) = self.entry_of(key)?.filter(|other| *other != entry.number) {
            self.forget_entry(other)?;
        }
        self.db
            .prepare_cached(
                "INSERT INTO file (folder, name, hash, entry) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (folder, name) DO UPDATE SET stamp = NULL, entry = ?4, loses = NULL",
            )?
            .execute(params![key.folder, key.name.as_encoded_bytes(), hash, entry.number])?;
        self.put_entry(&EntryRow { file: Some(key.clone()), ..entry.clone() })?;
        Ok(())
    }

    /// Forgets that an entry was ever issued.
    fn forget_entry(&mut self, number: i64) -> Result<()> {
        let entry = self.entry(number)?;
        self.take_places(number)?;
        self.put_entry(&EntryRow { file: None, permalink: None, ..entry })?;
        self.forget_shelved(number)?;
        for sql in [
            "DELETE FROM alias WHERE entry = ?",
            "DELETE FROM gone WHERE entry = ?",
            "DELETE FROM due WHERE entry = ?",
            "DELETE FROM entry WHERE number = ?",
        ] {
            self.db.prepare_cached(sql)?.execute([number])?;
        }
        Ok(())
    }

    /// Takes an entry of a feed that was made by others: the article with its page has its id from now
    /// on.
    pub fn adopt(&mut self, adopted: &Adopted) -> Result<Adoption> {
        if self.entry_by_id(&adopted.id)?.is_some() {
            return Ok(Adoption::Known);
        }
        let permalink = adopted.permalink.clone().filter(|page| *page != adopted.id);
        let holder = self.entry_by_page(permalink.as_deref().unwrap_or(&adopted.id))?;
        let mut entry = EntryRow {
            number: 0,
            id: adopted.id.clone(),
            permalink,
            published: adopted.published,
            updated: adopted.updated.max(adopted.published),
            declared: None,
            is_public: true,
            matter: None,
            removed: None,
            file: None,
            is_withheld: false,
            expires: None,
        };
        entry.number = self.put_entry(&entry)?;
        let Some(file) = holder.and_then(|holder| holder.file) else {
            let has_page =
                entry.permalink.is_some() || Url::parse(&entry.id).is_ok_and(|id| is_page(&id));
            return Ok(if has_page { Adoption::Awaited } else { Adoption::Pageless });
        };
        let hash = self.hash_of(&file)?.unwrap_or_default();
        self.hand_over(&file, &hash, &entry)?;
        Ok(Adoption::Matched)
    }
}

/// What came of an entry that was to be adopted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adoption {
    /// Its id was issued before.
    Known,
    /// There is an article with its page, which has its id now.
    Matched,
    /// An article with its page is yet to come.
    Awaited,
    /// It has no page: only an article that declares its id will have it.
    Pageless,
}

fn is_page(id: &Url) -> bool {
    matches!(id.scheme(), "http" | "https")
}

fn issued(line: &EntryLine) -> Option<EntryRow> {
    let time = |seconds: Option<i64>| match seconds {
        None => Some(None),
        Some(seconds) => Timestamp::from_unix(seconds).map(Some),
    };
    Some(EntryRow {
        number: 0,
        id: (!line.id.is_empty()).then(|| line.id.clone())?,
        permalink: line.permalink.clone(),
        published: Timestamp::from_unix(line.published)?,
        updated: Timestamp::from_unix(line.updated)?,
        declared: time(line.declared)?,
        is_public: line.public,
        matter: line.matter.as_deref().map(from_hex).map_or(Some(None), |m| m.map(Some))?,
        removed: time(line.removed)?,
        file: None,
        is_withheld: false,
        expires: None,
    })
}

/// Reads a digest from hexadecimal digits.
fn from_hex(digits: &str) -> Option<Digest> {
    let mut digest = Digest::default();
    let fits = digits.len() == 2 * digest.len() && digits.is_ascii();
    for (at, byte) in digest.iter_mut().enumerate().take_while(|_| fits) {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
    }
    fits.then_some(digest)
}
