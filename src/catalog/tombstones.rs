//! Entries that a feed tells to be gone (RFC 6721), for a time.

use rusqlite::params;

use crate::catalog::Catalog;
use crate::catalog::entry::timestamp;
use crate::catalog::error::Result;
use crate::catalog::transfer::TombstoneLine;
use crate::model::date::Timestamp;
use crate::model::feed::Tombstone;
use crate::model::text::Text;

impl Catalog {
    /// Notes that the feed in a folder tells from now on that an entry is gone. The first time counts.
    pub fn add_tombstone(&self, feed: &str, id: &str, at: Timestamp) -> Result<()> {
        self.db
            .prepare_cached("INSERT OR IGNORE INTO tombstone (feed, id, at) VALUES (?, ?, ?)")?
            .execute(params![feed, id, at.unix()])?;
        Ok(())
    }

    /// Gives what the feed in a folder tells to be gone, the latest first.
    pub fn tombstones(&self, feed: &str) -> Result<Vec<Tombstone>> {
        let mut query = self
            .db
            .prepare_cached("SELECT id, at FROM tombstone WHERE feed = ? ORDER BY at DESC, id")?;
        let mut rows = query.query([feed])?;
        let mut tombstones = Vec::new();
        while let Some(row) = rows.next()? {
            let id = Text::line(&row.get::<_, String>(0)?);
            tombstones.push(Tombstone { id, removed: timestamp(row.get(1)?)? });
        }
        Ok(tombstones)
    }

    /// Gives the feeds, by their folders, that tell of an entry which went before a time.
    pub fn feeds_with_tombstones_before(&self, time: Timestamp) -> Result<Vec<String>> {
        let mut query =
            self.db.prepare_cached("SELECT DISTINCT feed FROM tombstone WHERE at < ?")?;
        let feeds = query.query_map([time.unix()], |row| row.get(0))?;
        Ok(feeds.collect::<std::result::Result<_, _>>()?)
    }

    /// Gives the time of the tombstone that ends first.
    pub fn oldest_tombstone(&self) -> Result<Option<Timestamp>> {
        let at: Option<i64> =
            self.db.query_row("SELECT min(at) FROM tombstone", [], |row| row.get(0))?;
        at.map(timestamp).transpose()
    }

    /// Forgets the tombstones that are older than a time.
    pub fn end_tombstones(&self, before: Timestamp) -> Result<()> {
        self.db.prepare_cached("DELETE FROM tombstone WHERE at < ?")?.execute([before.unix()])?;
        Ok(())
    }

    /// Forgets that an entry of a feed was gone: it is back.
    pub fn raise(&self, feed: &str, id: &str) -> Result<()> {
        self.db
            .prepare_cached("DELETE FROM tombstone WHERE feed = ? AND id = ?")?
            .execute(params![feed, id])?;
        Ok(())
    }

    pub(crate) fn all_tombstones(&self) -> Result<Vec<TombstoneLine>> {
        let mut query =
            self.db.prepare_cached("SELECT feed, id, at FROM tombstone ORDER BY feed, id")?;
        let rows = query.query_map([], |row| {
            Ok(TombstoneLine { feed: row.get(0)?, id: row.get(1)?, at: row.get(2)? })
        })?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }
}
