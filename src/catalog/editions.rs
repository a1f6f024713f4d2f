//! What was published last: the entries of each feed, and the documents.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use crate::catalog::Catalog;
use crate::catalog::entry::timestamp;
use crate::catalog::error::Result;
use crate::model::date::Timestamp;
use crate::model::edition::Shown;
use crate::model::id::Digest;

/// A document that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    /// Its path below the output.
    pub path: String,
    /// The folder of its feed; `None` for what all feeds share.
    pub feed: Option<String>,
    /// The stamp of its file.
    pub stamp: Vec<u8>,
    /// The digest of its bytes.
    pub hash: Digest,
}

impl Catalog {
    /// Gives when something was published last.
    pub fn last_edition(&self) -> Result<Option<Timestamp>> {
        let seconds = self.setting("edition")?.and_then(|seconds| seconds.parse().ok());
        seconds.map(timestamp).transpose()
    }

    /// Notes that something was published.
    pub fn set_last_edition(&self, at: Timestamp) -> Result<()> {
        self.set("edition", &at.unix().to_string())
    }

    /// Begins with an output folder: what was published elsewhere tells nothing of it.
    pub fn publish_to(&mut self, output: &str) -> Result<()> {
        if self.setting("output")?.as_deref() != Some(output) {
            for table in ["shown", "document"] {
                self.db.execute(&format!("DELETE FROM {table}"), [])?;
            }
            self.set("output", output)?;
        }
        Ok(())
    }

    /// Gives the entries of the published feed in a folder, in its order.
    pub fn shown(&self, feed: &str) -> Result<Vec<Shown>> {
        let mut query = self.db.prepare_cached(
            "SELECT id, permalink, title, published, version FROM shown WHERE feed = ?
             ORDER BY position",
        )?;
        let mut rows = query.query([feed])?;
        let mut shown = Vec::new();
        while let Some(row) = rows.next()? {
            shown.push(Shown {
                id: row.get(0)?,
                permalink: row.get(1)?,
                title: row.get(2)?,
                published: timestamp(row.get(3)?)?,
                version: row.get(4)?,
            });
        }
        Ok(shown)
    }

    /// Gives the folders of all published feeds.
    pub fn shown_feeds(&self) -> Result<BTreeSet<String>> {
        // From each to the next: not by all that they hold.
        let mut query = self.db.prepare_cached(
            "WITH RECURSIVE known (feed) AS (
               SELECT min(feed) FROM shown
               UNION ALL
               SELECT (SELECT min(feed) FROM shown WHERE feed > known.feed) FROM known
               WHERE known.feed IS NOT NULL)
             SELECT feed FROM known WHERE feed IS NOT NULL",
        )?;
        let folders = query.query_map([], |row| row.get(0))?;
        Ok(folders.collect::<std::result::Result<_, _>>()?)
    }

    /// Gives all published feeds: the folder, how many entries it holds, and when the newest one was
    /// published.
    pub fn last_editions(&self) -> Result<Vec<(String, usize, Option<Timestamp>)>> {
        let mut query = self
            .db
            .prepare_cached("SELECT feed, count(*), max(published) FROM shown GROUP BY feed")?;
        let mut rows = query.query([])?;
        let mut feeds = Vec::new();
        while let Some(row) = rows.next()? {
            let count = usize::try_from(row.get::<_, i64>(1)?).unwrap_or_default();
            let newest: Option<i64> = row.get(2)?;
            feeds.push((row.get(0)?, count, newest.map(timestamp).transpose()?));
        }
        Ok(feeds)
    }

    /// Counts the entries of the published feed in a folder.
    pub fn count_shown(&self, feed: &str) -> Result<usize> {
        let mut query = self.db.prepare_cached("SELECT count(*) FROM shown WHERE feed = ?")?;
        let count: i64 = query.query_row([feed], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Notes what the published feed in a folder holds; nothing for one that is no more.
    pub fn set_shown(&self, feed: &str, entries: &[Shown]) -> Result<()> {
        self.db.prepare_cached("DELETE FROM shown WHERE feed = ?")?.execute([feed])?;
        let mut insert = self.db.prepare_cached(
            "INSERT INTO shown (feed, position, id, permalink, title, published, version)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?;
        for (position, entry) in entries.iter().enumerate() {
            insert.execute(params![
                feed,
                i64::try_from(position).unwrap_or(i64::MAX),
                entry.id,
                entry.permalink,
                entry.title,
                entry.published.unix(),
                entry.version,
            ])?;
        }
        Ok(())
    }

    /// Gives all documents that were published, by path.
    pub fn documents(&self) -> Result<BTreeMap<String, DocumentRow>> {
        let mut query = self.db.prepare_cached("SELECT path, feed, stamp, hash FROM document")?;
        let rows = query.query_map([], |row| {
            Ok(DocumentRow {
                path: row.get(0)?,
                feed: row.get(1)?,
                stamp: row.get(2)?,
                hash: row.get(3)?,
            })
        })?;
        Ok(rows
            .map(|row| row.map(|row| (row.path.clone(), row)))
            .collect::<std::result::Result<_, _>>()?)
    }

    /// Notes that a document was published.
    pub fn put_document(&self, document: &DocumentRow) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO document (path, feed, stamp, hash) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (path) DO UPDATE SET feed = ?2, stamp = ?3, hash = ?4
                   WHERE feed IS NOT ?2 OR stamp <> ?3 OR hash <> ?4",
            )?
            .execute(params![document.path, document.feed, document.stamp, document.hash])?;
        Ok(())
    }

    /// Notes that a document is no more.
    pub fn drop_document(&self, path: &str) -> Result<()> {
        self.db.prepare_cached("DELETE FROM document WHERE path = ?")?.execute([path])?;
        Ok(())
    }

    /// Notes what subscribers got of an entry that matters.
    pub fn set_matter(&self, entry: i64, matter: &Digest) -> Result<()> {
        self.db
            .prepare_cached("UPDATE entry SET matter = ? WHERE number = ?")?
            .execute(params![matter, entry])?;
        Ok(())
    }
}
