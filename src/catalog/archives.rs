//! Which entries stand on which page of a feed's archive (RFC 5005 §4).
//!
//! What stands on a page is derived from the articles. Where pages go by count, the page that an entry
//! was given is remembered: whatever comes late or goes, no other entry moves.

use rusqlite::{OptionalExtension, params};

use crate::catalog::Catalog;
use crate::catalog::entry::{COLUMNS, EntryRow};
use crate::catalog::error::Result;
use crate::catalog::transfer::PageLine;
use crate::model::id::Digest;

/// A page of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRow {
    /// Its number; the lesser is the older.
    pub number: i64,
    /// True when its documents may be other than the published ones.
    pub is_stale: bool,
}

/// The next place of an archive that goes by count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    folder: String,
    size: i64,
    page: i64,
    taken: i64,
}

impl Catalog {
    /// Tells what the documents of a feed say of it; when that is new, all pages of its archive are
    /// stale.
    pub fn set_frame(&self, feed: i64, frame: &Digest) -> Result<()> {
        let changed = self
            .db
            .prepare_cached("UPDATE feed SET frame = ?2 WHERE number = ?1 AND frame IS NOT ?2")?
            .execute(params![feed, frame])?;
        if changed > 0 {
            self.db.prepare_cached("UPDATE page SET stale = 1 WHERE feed = ?")?.execute([feed])?;
        }
        Ok(())
    }

    /// Notes that an entry of a feed with an archive may have changed.
    pub(crate) fn touch_archive(&self, feed: i64, entry: i64) -> Result<()> {
        self.db
            .prepare_cached("INSERT OR IGNORE INTO touched (feed, entry) VALUES (?, ?)")?
            .execute([feed, entry])?;
        Ok(())
    }

    /// Gives the entries of a feed that were touched, the first published first.
    pub fn touched(&self, feed: i64) -> Result<Vec<i64>> {
        let mut query = self.db.prepare_cached(
            "SELECT t.entry FROM touched t LEFT JOIN entry e ON e.number = t.entry
             WHERE t.feed = ? ORDER BY e.published, e.id",
        )?;
        let entries = query.query_map([feed], |row| row.get(0))?;
        Ok(entries.collect::<std::result::Result<_, _>>()?)
    }

    /// Notes that all touched entries of a feed were looked at.
    pub fn forget_touched(&self, feed: i64) -> Result<()> {
        self.db.prepare_cached("DELETE FROM touched WHERE feed = ?")?.execute([feed])?;
        Ok(())
    }

    /// Puts a changed entry on a page of a feed's archive, or on none. The pages that it leaves and
    /// comes to are stale then.
    pub fn put_leaf(&self, feed: i64, entry: i64, page: Option<i64>) -> Result<()> {
        let mut query =
            self.db.prepare_cached("SELECT page FROM leaf WHERE entry = ? AND feed = ?")?;
        let former: Option<i64> = query.query_row([entry, feed], |row| row.get(0)).optional()?;
        if let Some(former) = former {
            self.set_page(feed, former, true)?;
        }
        if former == page {
            return Ok(());
        }
        if let Some(former) = former {
            self.db
                .prepare_cached("DELETE FROM leaf WHERE feed = ? AND page = ? AND entry = ?")?
                .execute([feed, former, entry])?;
            self.drop_page_if_empty(feed, former)?;
        }
        if let Some(page) = page {
            self.db
                .prepare_cached("INSERT INTO leaf (feed, page, entry) VALUES (?, ?, ?)")?
                .execute([feed, page, entry])?;
            self.open_page(feed, page)?;
        }
        Ok(())
    }

    /// Makes sure that a page is there, and is stale. A new one is linked from those beside it.
    fn open_page(&self, feed: i64, page: i64) -> Result<()> {
        let opened = self
            .db
            .prepare_cached("INSERT OR IGNORE INTO page (feed, page, stale) VALUES (?, ?, 1)")?
            .execute([feed, page])?;
        if opened == 0 { self.set_page(feed, page, true) } else { self.relink_beside(feed, page) }
    }

    fn drop_page_if_empty(&self, feed: i64, page: i64) -> Result<()> {
        let dropped = self
            .db
            .prepare_cached(
                "DELETE FROM page WHERE feed = ?1 AND page = ?2 AND NOT EXISTS
                   (SELECT 1 FROM leaf WHERE feed = ?1 AND page = ?2)",
            )?
            .execute([feed, page])?;
        if dropped == 0 { Ok(()) } else { self.relink_beside(feed, page) }
    }

    /// Makes the pages before and after one stale: they link to others now.
    fn relink_beside(&self, feed: i64, page: i64) -> Result<()> {
        for beside in [
            "SELECT max(page) FROM page WHERE feed = ?1 AND page < ?2",
            "SELECT min(page) FROM page WHERE feed = ?1 AND page > ?2",
        ] {
            self.db
                .prepare_cached(&format!(
                    "UPDATE page SET stale = 1 WHERE feed = ?1 AND page = ({beside}) AND stale = 0"
                ))?
                .execute([feed, page])?;
        }
        Ok(())
    }

    /// Notes whether the documents of a page may be other than the published ones.
    pub fn set_page(&self, feed: i64, page: i64, is_stale: bool) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE page SET stale = ?3 WHERE feed = ?1 AND page = ?2 AND stale <> ?3",
            )?
            .execute(params![feed, page, is_stale])?;
        Ok(())
    }

    /// Gives the pages of a feed's archive, the oldest first.
    pub fn pages(&self, feed: i64) -> Result<Vec<PageRow>> {
        let mut query =
            self.db.prepare_cached("SELECT page, stale FROM page WHERE feed = ? ORDER BY page")?;
        let pages = query
            .query_map([feed], |row| Ok(PageRow { number: row.get(0)?, is_stale: row.get(1)? }))?;
        Ok(pages.collect::<std::result::Result<_, _>>()?)
    }

    /// Gives the entries on a page, the last published first.
    pub fn leaves(&self, feed: i64, page: i64) -> Result<Vec<EntryRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM entry WHERE number IN
               (SELECT entry FROM leaf WHERE feed = ? AND page = ?)
             ORDER BY published DESC, id"
        );
        let mut query = self.db.prepare_cached(&sql)?;
        let mut rows = query.query([feed, page])?;
        let mut leaves = Vec::new();
        while let Some(row) = rows.next()? {
            leaves.push(EntryRow::read(row)?);
        }
        Ok(leaves)
    }

    /// Gives the place that is to be given next in the archive of the feed in a folder, where a page
    /// has a place for `size` entries.
    pub fn shelf(&self, folder: &str, size: i64) -> Result<Shelf> {
        let mut query = self.db.prepare_cached(
            "SELECT page, count(*) FROM shelved WHERE feed = ?1 AND size = ?2 AND page =
               (SELECT max(page) FROM shelved WHERE feed = ?1 AND size = ?2)
             GROUP BY page",
        )?;
        let last = query.query_row(params![folder, size], |row| Ok((row.get(0)?, row.get(1)?)));
        let (page, taken) = last.optional()?.unwrap_or((1, 0));
        Ok(Shelf { folder: folder.to_owned(), size, page, taken })
    }

    /// Gives the page that an entry was given. One that was given none gets the next place: on the
    /// last page, or on a new one when all places of that were given, whether or not their entries are
    /// still there.
    pub fn shelve(&self, shelf: &mut Shelf, entry: i64) -> Result<i64> {
        let mut query = self
            .db
            .prepare_cached("SELECT page FROM shelved WHERE entry = ? AND feed = ? AND size = ?")?;
        let given = query
            .query_row(params![entry, shelf.folder, shelf.size], |row| row.get(0))
            .optional()?;
        if let Some(page) = given {
            return Ok(page);
        }
        if shelf.taken >= shelf.size {
            shelf.page += 1;
            shelf.taken = 0;
        }
        shelf.taken += 1;
        self.put_shelved(&shelf.folder, shelf.size, shelf.page, entry)?;
        Ok(shelf.page)
    }

    fn put_shelved(&self, folder: &str, size: i64, page: i64, entry: i64) -> Result<()> {
        self.db
            .prepare_cached("INSERT INTO shelved (feed, size, page, entry) VALUES (?, ?, ?, ?)")?
            .execute(params![folder, size, page, entry])?;
        Ok(())
    }

    /// Forgets the pages that an entry was given.
    pub(crate) fn forget_shelved(&self, entry: i64) -> Result<()> {
        self.db.prepare_cached("DELETE FROM shelved WHERE entry = ?")?.execute([entry])?;
        Ok(())
    }

    /// Gives the pages that entries were given, page by page.
    pub(crate) fn all_shelved(&self) -> Result<Vec<PageLine>> {
        let mut query = self.db.prepare_cached(
            "SELECT s.feed, s.size, s.page, e.id FROM shelved s JOIN entry e ON e.number = s.entry
             ORDER BY s.feed, s.size, s.page, e.id",
        )?;
        let mut rows = query.query([])?;
        let mut pages: Vec<PageLine> = Vec::new();
        while let Some(row) = rows.next()? {
            let (feed, size, page) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let id: String = row.get(3)?;
            match pages.last_mut() {
                Some(last) if (&last.feed, last.size, last.page) == (&feed, size, page) => {
                    last.ids.push(id);
                }
                _ => pages.push(PageLine { feed, size, page, ids: vec![id] }),
            }
        }
        Ok(pages)
    }

    /// Takes the pages that entries were given elsewhere. `None` when one of the entries isn't known.
    pub(crate) fn import_page(&self, line: &PageLine) -> Result<Option<()>> {
        if line.size < 1 || line.page < 1 {
            return Ok(None);
        }
        for id in &line.ids {
            let Some(entry) = self.entry_by_id(id)? else { return Ok(None) };
            self.db
                .prepare_cached("DELETE FROM shelved WHERE entry = ? AND feed = ? AND size = ?")?
                .execute(params![entry.number, line.feed, line.size])?;
            self.put_shelved(&line.feed, line.size, line.page, entry.number)?;
        }
        // What stands on the pages now was derived from what was remembered before.
        self.set("print", "")?;
        Ok(Some(()))
    }
}
