//! What the page that lists all feeds tells of them, so that it can be written without reading any
//! article again.

use std::collections::HashMap;

use rusqlite::params;

use crate::catalog::Catalog;
use crate::catalog::error::Result;
use crate::model::glance::Glance;

impl Catalog {
    /// Gives how many articles of a feed were published in each month, as the pages of an archive by
    /// months are numbered: all that its filters let through by their heads, and that are in force.
    pub fn cadence(&self, feed: i64) -> Result<Vec<(i64, u64)>> {
        self.write_gathered()?;
        let mut query = self
            .db
            .prepare_cached("SELECT month, count FROM cadence WHERE feed = ? AND count > 0")?;
        let months = query.query_map([feed], |row| {
            Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default()))
        })?;
        Ok(months.collect::<std::result::Result<_, _>>()?)
    }

    /// Notes what is told of a feed.
    pub fn set_glance(&self, feed: i64, glance: &Glance) -> Result<()> {
        let told = serde_json::to_string(glance)?;
        self.db
            .prepare_cached(
                "INSERT INTO glance (feed, told) VALUES (?1, ?2)
                 ON CONFLICT (feed) DO UPDATE SET told = ?2 WHERE told <> ?2",
            )?
            .execute(params![feed, told])?;
        Ok(())
    }

    /// Gives what is told of all feeds, by their numbers.
    pub fn glances(&self) -> Result<HashMap<i64, Glance>> {
        let mut query = self.db.prepare_cached("SELECT feed, told FROM glance")?;
        let mut rows = query.query([])?;
        let mut glances = HashMap::new();
        while let Some(row) = rows.next()? {
            glances.insert(row.get(0)?, serde_json::from_str(&row.get::<_, String>(1)?)?);
        }
        Ok(glances)
    }

    /// Notes which feeds are listed; tells whether those are others than before.
    pub fn set_listed(&self, listed: &str) -> Result<bool> {
        let is_other = self.setting("listed")?.as_deref() != Some(listed);
        self.set("listed", listed)?;
        Ok(is_other)
    }
}
