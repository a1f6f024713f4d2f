//! What a turn gathers before it is written: a row that would be written again and again is written
//! once, and what was written in this turn is found without asking.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::{ToSql, params, params_from_iter};

use crate::catalog::Catalog;
use crate::catalog::error::Result;
use crate::model::id::Digest;
use crate::select::order::Rank;

/// What was gathered and is not written yet.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// The numbers of feeds, by declaration and key.
    pub(crate) feeds: HashMap<usize, HashMap<Vec<String>, i64>>,
    /// The feeds whose documents may be other than the published ones.
    pub(crate) stale: HashSet<i64>,
    /// By how much the counts of spellings changed, by feed.
    pub(crate) spellings: BTreeMap<i64, Vec<(Vec<String>, i64)>>,
    /// By how much the counts of articles by month changed, by feed and month.
    pub(crate) months: BTreeMap<(i64, i64), i64>,
    /// Members that are new.
    pub(crate) members: BTreeSet<(i64, Rank, i64)>,
    /// Aliases that are new, but for the second of two entries that have one.
    pub(crate) aliases: HashMap<Digest, i64>,
    /// True while there are no other aliases than these.
    pub(crate) holds_all_aliases: bool,
}

/// How many members are gathered at most.
const MOST_MEMBERS: usize = 1 << 15;

/// How many rows are written by one statement; the last ones go one by one, so that there are only two
/// statements a table to be prepared.
const ROWS_AT_ONCE: usize = 32;

impl Gathered {
    /// Notes that a feed has one article more or less that spells the values of its groups like this.
    pub(crate) fn count_spelling(&mut self, feed: i64, spelling: &[String], change: i64) {
        let counts = self.spellings.entry(feed).or_default();
        match counts.iter_mut().find(|(known, _)| known == spelling) {
            Some((_, count)) => *count += change,
            None => counts.push((spelling.to_vec(), change)),
        }
    }
}

impl Catalog {
    /// Notes that an entry is a member of a feed.
    pub(crate) fn gather_member(&self, feed: i64, rank: &Rank, entry: i64) -> Result<()> {
        let mut gathered = self.gathered.borrow_mut();
        gathered.members.insert((feed, rank.clone(), entry));
        let is_full = gathered.members.len() >= MOST_MEMBERS;
        drop(gathered);
        if is_full { self.write_members() } else { Ok(()) }
    }

    /// Takes a member away again, if it was gathered and is not written yet.
    pub(crate) fn ungather_member(&self, feed: i64, rank: &Rank, entry: i64) -> bool {
        self.gathered.borrow_mut().members.remove(&(feed, rank.clone(), entry))
    }

    /// Writes the members that were gathered, in the order of their keys, so that neighbours are
    /// written together. Whoever looks at members calls this first.
    pub(crate) fn write_members(&self) -> Result<()> {
        let members = std::mem::take(&mut self.gathered.borrow_mut().members);
        self.write_rows(
            "member (feed, rank, entry)",
            members.iter().map(|(feed, rank, entry)| -> [&dyn ToSql; 3] { [feed, rank, entry] }),
        )
    }

    /// Writes rows that may be there already, many by one statement: to begin and to end one takes
    /// about as long as to write a row.
    fn write_rows<'a, const N: usize>(
        &self,
        table: &str,
        mut rows: impl ExactSizeIterator<Item = [&'a dyn ToSql; N]>,
    ) -> Result<()> {
        let row = format!("({})", ["?"; N].join(", "));
        while rows.len() > 0 {
            let count = if rows.len() < ROWS_AT_ONCE { 1 } else { ROWS_AT_ONCE };
            let values = vec![row.as_str(); count].join(", ");
            self.db
                .prepare_cached(&format!("INSERT OR IGNORE INTO {table} VALUES {values}"))?
                .execute(params_from_iter(rows.by_ref().take(count).flatten()))?;
        }
        Ok(())
    }

    /// Writes what was gathered.
    pub(crate) fn write_gathered(&self) -> Result<()> {
        self.write_members()?;
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
        for (feed, counts) in std::mem::take(&mut gathered.spellings) {
            for (spelling, change) in counts.iter().filter(|(_, change)| *change != 0) {
                count.execute(params![feed, serde_json::to_string(spelling)?, change])?;
            }
        }
        let mut count = self.db.prepare_cached(
            "INSERT INTO cadence (feed, month, count) VALUES (?1, ?2, ?3)
             ON CONFLICT (feed, month) DO UPDATE SET count = count + ?3",
        )?;
        for ((feed, month), change) in std::mem::take(&mut gathered.months) {
            if change != 0 {
                count.execute(params![feed, month, change])?;
            }
        }
        // In the order of the keys, so that every page of the table is written once.
        let mut aliases: Vec<(Digest, i64)> = gathered.aliases.drain().collect();
        aliases.sort_unstable();
        gathered.holds_all_aliases &= aliases.is_empty();
        self.write_rows(
            "alias (key, entry)",
            aliases.iter().map(|(key, entry)| -> [&dyn ToSql; 2] { [key, entry] }),
        )
    }
}
