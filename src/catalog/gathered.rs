//! What a turn gathers before it is written: a row that would be written again and again is written
//! once, and what was written in this turn is found without asking.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::params;

use crate::catalog::Catalog;
use crate::catalog::error::Result;
use crate::model::id::Digest;

/// What was gathered and is not written yet.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// The numbers of feeds, by declaration and key.
    pub(crate) feeds: HashMap<(usize, Vec<String>), i64>,
    /// The feeds whose documents may be other than the published ones.
    pub(crate) stale: HashSet<i64>,
    /// By how much the counts of spellings changed.
    pub(crate) spellings: BTreeMap<(i64, Vec<String>), i64>,
    /// Aliases that are new, but for the second of two entries that have one.
    pub(crate) aliases: HashMap<Digest, i64>,
    /// True while there are no other aliases than these.
    pub(crate) holds_all_aliases: bool,
}

impl Catalog {
    /// Writes what was gathered.
    pub(crate) fn write_gathered(&self) -> Result<()> {
        let mut gathered = self.gathered.borrow_mut();
        let mut stale =
            self.db.prepare_cached("UPDATE feed SET stale = 1 WHERE number = ? AND stale = 0")?;
        for feed in gathered.stale.drain() {
            stale.execute([feed])?;
        }
        let mut count = self.db.prepare_cached(
            "INSERT INTO spelling (feed, spelling, count) VALUES (?1, ?2, ?3)
             ON CONFLICT (feed, spelling) DO UPDATE SET count = count + ?3",
        )?;
        for ((feed, spelling), change) in std::mem::take(&mut gathered.spellings) {
            if change != 0 {
                count.execute(params![feed, serde_json::to_string(&spelling)?, change])?;
            }
        }
        // In the order of the keys, so that every page of the table is written once.
        let mut aliases: Vec<(Digest, i64)> = gathered.aliases.drain().collect();
        aliases.sort_unstable();
        let mut insert =
            self.db.prepare_cached("INSERT OR IGNORE INTO alias (key, entry) VALUES (?, ?)")?;
        gathered.holds_all_aliases &= aliases.is_empty();
        for (key, entry) in aliases {
            insert.execute(params![key, entry])?;
        }
        Ok(())
    }
}
