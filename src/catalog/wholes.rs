//! Articles that were read whole, kept as long as their files have the same bytes.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::catalog::error::Result;
use crate::catalog::files::FileKey;
use crate::model::article::{Head, Whole};
use crate::model::id::Digest;

/// How many bytes of articles are kept at most.
const MOST_BYTES: i64 = 64 * 1024 * 1024;

/// An article at both depths.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Article {
    /// What selecting needs.
    pub head: Head,
    /// What rendering needs beyond that.
    pub whole: Whole,
}

/// An article as the catalog keeps it. To make one of it takes longer than to fetch it, and can be done on
/// any thread.
#[derive(Debug)]
pub struct Kept(String);

impl Kept {
    /// Makes the article.
    pub fn article(&self) -> Result<Article> {
        Ok(serde_json::from_str(&self.0)?)
    }
}

impl Catalog {
    /// Gives an article that was read whole, if its file still has the bytes that it had then.
    pub fn whole(&self, key: &FileKey) -> Result<Option<Kept>> {
        let mut query = self.db.prepare_cached(
            "SELECT w.article FROM whole w JOIN file f USING (folder, name)
             WHERE w.folder = ? AND w.name = ? AND w.hash = f.hash",
        )?;
        let text =
            query.query_row(params![key.folder, key.name.as_encoded_bytes()], |row| row.get(0));
        Ok(text.optional()?.map(Kept))
    }

    /// Gives the digest of the bytes that a file had when the catalog heard of it last.
    pub fn hash_of(&self, key: &FileKey) -> Result<Option<Digest>> {
        let mut query =
            self.db.prepare_cached("SELECT hash FROM file WHERE folder = ? AND name = ?")?;
        let hash =
            query.query_row(params![key.folder, key.name.as_encoded_bytes()], |row| row.get(0));
        Ok(hash.optional()?)
    }

    /// Keeps an article that was read whole; `hash` is the digest of the bytes that were read.
    pub fn put_whole(&self, key: &FileKey, hash: &Digest, article: &Article) -> Result<()> {
        let text = serde_json::to_string(article)?;
        let bytes = i64::try_from(text.len()).unwrap_or(i64::MAX);
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO whole (folder, name, hash, used, bytes, article)
                 VALUES (?, ?, ?, (SELECT coalesce(max(used), 0) + 1 FROM whole), ?, ?)",
            )?
            .execute(params![key.folder, key.name.as_encoded_bytes(), hash, bytes, text])?;
        Ok(())
    }

    /// Lets go of the articles that were read first, where there are too many.
    pub fn trim_wholes(&self) -> Result<()> {
        let kept: i64 =
            self.db.query_row("SELECT coalesce(sum(bytes), 0) FROM whole", [], |row| row.get(0))?;
        if kept > MOST_BYTES {
            self.db.execute(
                "DELETE FROM whole WHERE used <=
                   (SELECT used FROM (SELECT used, sum(bytes) OVER (ORDER BY used DESC) AS kept
                      FROM whole) WHERE kept > ? ORDER BY used DESC LIMIT 1)",
                [MOST_BYTES],
            )?;
        }
        Ok(())
    }
}
