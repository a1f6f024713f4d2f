//! Which entries may be in which feed, by all that their heads say, and in its order.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use rusqlite::types::{ToSql, ToSqlOutput, Value};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::catalog::entry::{COLUMNS, EntryRow, timestamp};
use crate::catalog::error::Result;
use crate::config::meant::Settings;
use crate::model::archive::Page;
use crate::model::article::Listed;
use crate::model::date::Timestamp;
use crate::select::order::Rank;
use crate::select::{filter, group, order};

/// A place of an entry in a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    feed: i64,
    rank: Rank,
    /// How the article spells the values of the feed's groups.
    spellings: Vec<Vec<String>>,
    /// True where the feed has an archive, which learns of every change of the entry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_archived: bool,
    /// The month in which the article was published, while it is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    month: Option<i64>,
}

/// A feed of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedRow {
    /// Its number.
    pub number: i64,
    /// The number of its declaration.
    pub plan: usize,
    /// The folded values of its group; none where it has no group.
    pub key: Vec<String>,
    /// The values as most of its articles spell them.
    pub spelling: Vec<String>,
    /// True when its documents may be other than the published ones.
    pub is_stale: bool,
}

/// An entry that may be in a feed.
#[derive(Clone, Debug)]
pub struct Member {
    /// The entry.
    pub entry: EntryRow,
    /// Whether its text fits the feed's conditions on the text; `None` while that is unknown.
    pub fits: Option<bool>,
    rank: Value,
}

impl Catalog {
    /// Tells the places of an article in all feeds, by its head.
    pub(crate) fn places(
        &self,
        settings: &Settings,
        article: &Listed,
        now: Timestamp,
    ) -> Result<Vec<Place>> {
        let mut places = Vec::new();
        if article.head.draft || !article.head.in_feeds {
            return Ok(places);
        }
        let zone = settings.site.time_zone;
        let month = month_in_force(article.published, article.head.expires, zone, now);
        for (number, plan) in settings.feeds.iter().enumerate() {
            if filter::refused_by_head(plan, article).is_some() {
                continue;
            }
            for membership in group::memberships(plan, article, zone) {
                let feed = self.feed_number(number, &membership.key)?;
                let rank = order::rank(plan.order, article);
                places.push(Place {
                    feed,
                    rank,
                    spellings: membership.spellings,
                    is_archived: plan.archive.is_some(),
                    month,
                });
            }
        }
        Ok(places)
    }

    fn feed_number(&self, plan: usize, key: &[String]) -> Result<i64> {
        let known = self.gathered.borrow().feeds.get(&plan).and_then(|own| own.get(key)).copied();
        if let Some(number) = known {
            return Ok(number);
        }
        let number = self.written_feed_number(plan, key)?;
        let mut gathered = self.gathered.borrow_mut();
        gathered.feeds.entry(plan).or_default().insert(key.to_vec(), number);
        Ok(number)
    }

    fn written_feed_number(&self, plan: usize, key: &[String]) -> Result<i64> {
        let (plan, key) = (i64::try_from(plan).unwrap_or(i64::MAX), serde_json::to_string(key)?);
        let mut query =
            self.db.prepare_cached("SELECT number FROM feed WHERE plan = ? AND key = ?")?;
        let found = query.query_row(params![plan, key], |row| row.get(0)).optional()?;
        if let Some(number) = found {
            return Ok(number);
        }
        self.db
            .prepare_cached("INSERT INTO feed (plan, key, stale) VALUES (?, ?, 1)")?
            .execute(params![plan, key])?;
        Ok(self.db.last_insert_rowid())
    }

    /// Takes the places that an entry has. All of their feeds are stale then.
    pub(crate) fn take_places(&self, entry: i64) -> Result<()> {
        let mut delete = self
            .db
            .prepare_cached("DELETE FROM member WHERE feed = ? AND rank = ? AND entry = ?")?;
        for place in self.places_of(entry)? {
            if !self.ungather_member(place.feed, &place.rank, entry) {
                delete.execute(params![place.feed, place.rank, entry])?;
            }
            self.gather(&place, -1);
            self.touch(&place, entry)?;
        }
        self.db
            .prepare_cached("UPDATE entry SET members = NULL WHERE number = ?")?
            .execute([entry])?;
        Ok(())
    }

    /// Gives an entry other places than it has. All feeds of both are stale then.
    pub(crate) fn change_places(&self, entry: i64, places: &[Place]) -> Result<()> {
        self.take_places(entry)?;
        self.write_places(entry, places)?;
        self.give_places(entry, places)
    }

    fn write_places(&self, entry: i64, places: &[Place]) -> Result<()> {
        self.db
            .prepare_cached("UPDATE entry SET members = ? WHERE number = ?")?
            .execute(params![written_places(places)?, entry])?;
        Ok(())
    }

    /// Gives an entry the places that its row tells. All of their feeds are stale then.
    pub(crate) fn give_places(&self, entry: i64, places: &[Place]) -> Result<()> {
        for place in places {
            self.gather_member(place.feed, &place.rank, entry)?;
            self.gather(place, 1);
            self.touch(place, entry)?;
        }
        Ok(())
    }

    fn places_of(&self, entry: i64) -> Result<Vec<Place>> {
        let mut query = self.db.prepare_cached("SELECT members FROM entry WHERE number = ?")?;
        let told: Option<Option<String>> = query.query_row([entry], |row| row.get(0)).optional()?;
        Ok(told.flatten().map(|told| serde_json::from_str(&told)).transpose()?.unwrap_or_default())
    }

    /// Notes that a feed has one article more or less.
    fn gather(&self, place: &Place, change: i64) {
        let mut gathered = self.gathered.borrow_mut();
        gathered.stale.insert(place.feed);
        if let Some(month) = place.month {
            *gathered.months.entry((place.feed, month)).or_default() += change;
        }
        for spelling in place.spellings.iter().filter(|values| !values.is_empty()) {
            gathered.count_spelling(place.feed, spelling, change);
        }
    }

    fn touch(&self, place: &Place, entry: i64) -> Result<()> {
        if place.is_archived { self.touch_archive(place.feed, entry) } else { Ok(()) }
    }

    /// Notes that an entry changes by itself at the times that are still to come.
    pub(crate) fn set_due(&self, entry: &EntryRow, now: Timestamp) -> Result<()> {
        let times = [Some(entry.published), entry.expires];
        for at in times.into_iter().flatten().filter(|at| *at > now) {
            self.db
                .prepare_cached("INSERT OR IGNORE INTO due (at, entry) VALUES (?, ?)")?
                .execute(params![at.unix(), entry.number])?;
        }
        Ok(())
    }

    /// Makes the feeds stale that hold an entry whose time has come. Months are those of `zone`.
    pub fn come_due(&mut self, now: Timestamp, zone: Tz) -> Result<()> {
        let numbers: Vec<i64> = {
            let mut query = self.db.prepare_cached("SELECT entry FROM due WHERE at <= ?")?;
            query
                .query_map([now.unix()], |row| row.get(0))?
                .collect::<std::result::Result<_, _>>()?
        };
        for number in numbers {
            let mut entry = self.entry(number)?;
            if !entry.is_withheld && !entry.is_public && entry.not_now(now).is_none() {
                entry.is_public = true;
                self.put_entry(&entry)?;
            }
            let month = month_in_force(entry.published, entry.expires, zone, entry.as_of(now));
            let mut places = self.places_of(number)?;
            for place in &mut places {
                self.gather(place, -1);
                place.month = month;
                self.gather(place, 1);
                self.touch(place, number)?;
            }
            self.write_places(number, &places)?;
        }
        self.db.prepare_cached("DELETE FROM due WHERE at <= ?")?.execute([now.unix()])?;
        Ok(())
    }

    /// Gives the time at which an entry comes into the feeds or leaves them by itself next.
    pub fn next_due(&self) -> Result<Option<Timestamp>> {
        let mut query = self.db.prepare_cached("SELECT min(at) FROM due")?;
        let at: Option<i64> = query.query_row([], |row| row.get(0))?;
        at.map(timestamp).transpose()
    }

    /// Gives all feeds, by declaration and key. Those of a group are there as long as they have an
    /// article; the others always.
    pub fn feeds(&mut self, settings: &Settings) -> Result<Vec<FeedRow>> {
        self.write_gathered()?;
        for (number, plan) in settings.feeds.iter().enumerate() {
            if group::groups_of(plan).is_empty() {
                self.feed_number(number, &[])?;
            }
        }
        let mut delete = self.db.prepare_cached(
            "DELETE FROM feed WHERE key <> '[]' AND stale = 1 AND NOT EXISTS
               (SELECT 1 FROM member WHERE member.feed = feed.number)",
        )?;
        delete.execute([])?;
        self.gathered.borrow_mut().feeds.clear();
        let mut query =
            self.db.prepare_cached("SELECT number, plan, key, stale FROM feed ORDER BY plan")?;
        let mut rows = query.query([])?;
        let mut feeds = Vec::new();
        while let Some(row) = rows.next()? {
            let number = row.get(0)?;
            feeds.push(FeedRow {
                number,
                plan: usize::try_from(row.get::<_, i64>(1)?).unwrap_or(usize::MAX),
                key: serde_json::from_str(&row.get::<_, String>(2)?)?,
                spelling: self.spelling(number)?,
                is_stale: row.get(3)?,
            });
        }
        feeds.sort_by(|a, b| (a.plan, &a.key).cmp(&(b.plan, &b.key)));
        Ok(feeds)
    }

    /// Gives the most frequent spelling of a feed's values; of equals the one that sorts first.
    fn spelling(&self, feed: i64) -> Result<Vec<String>> {
        let mut query = self
            .db
            .prepare_cached("SELECT spelling, count FROM spelling WHERE feed = ? AND count > 0")?;
        let mut rows = query.query([feed])?;
        let mut counts = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let values: Vec<String> = serde_json::from_str(&row.get::<_, String>(0)?)?;
            counts.insert(values, usize::try_from(row.get::<_, i64>(1)?).unwrap_or_default());
        }
        Ok(group::spelling(&counts))
    }

    /// Notes that a feed's documents are published.
    pub fn set_fresh(&self, feed: i64) -> Result<()> {
        self.db.prepare_cached("UPDATE feed SET stale = 0 WHERE number = ?")?.execute([feed])?;
        Ok(())
    }

    /// Gives the members of a feed that come after one, in order: at least so many, if there are.
    /// Those that stand at the same rank come together, by their ids.
    pub fn members(&self, feed: i64, after: Option<&Member>, count: usize) -> Result<Vec<Member>> {
        let mut members = self.page_of_members(feed, after.map(|member| &member.rank), count)?;
        if let Some(last) = members.last().map(|member| member.rank.clone())
            && members.len() >= count
        {
            members.retain(|member| member.rank != last);
            members.extend(self.members_at(feed, &last)?);
        }
        // SQLite gave them by rank; only the ids are to be put in order.
        for group in members.chunk_by_mut(|a, b| a.rank == b.rank) {
            group.sort_by(|a, b| a.entry.id.cmp(&b.entry.id));
        }
        Ok(members)
    }

    fn page_of_members(
        &self,
        feed: i64,
        after: Option<&Value>,
        count: usize,
    ) -> Result<Vec<Member>> {
        let beyond = if after.is_some() { "AND m.rank > ?3" } else { "AND ?3 IS NULL" };
        let sql = format!(
            "SELECT {}, m.fits, m.rank FROM member m JOIN entry e ON e.number = m.entry
             WHERE m.feed = ?1 {beyond} ORDER BY m.rank LIMIT ?2",
            columns()
        );
        let mut query = self.db.prepare_cached(&sql)?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let mut rows = query.query(params![feed, count, after])?;
        let mut members = Vec::new();
        while let Some(row) = rows.next()? {
            members.push(member(row)?);
        }
        Ok(members)
    }

    fn members_at(&self, feed: i64, rank: &Value) -> Result<Vec<Member>> {
        let sql = format!(
            "SELECT {}, m.fits, m.rank FROM member m JOIN entry e ON e.number = m.entry
             WHERE m.feed = ?1 AND m.rank = ?2",
            columns()
        );
        let mut query = self.db.prepare_cached(&sql)?;
        let mut rows = query.query(params![feed, rank])?;
        let mut members = Vec::new();
        while let Some(row) = rows.next()? {
            members.push(member(row)?);
        }
        Ok(members)
    }

    /// Remembers whether a member's text fits the feed's conditions.
    pub fn set_fits(&self, feed: i64, member: &Member, fits: bool) -> Result<()> {
        self.db
            .prepare_cached("UPDATE member SET fits = ? WHERE feed = ? AND rank = ? AND entry = ?")?
            .execute(params![fits, feed, member.rank, member.entry.number])?;
        Ok(())
    }

    /// Gives an entry as a member of a feed; `None` where its head keeps it out.
    pub fn member(&self, feed: i64, entry: i64) -> Result<Option<Member>> {
        let places = self.places_of(entry)?;
        let Some(place) = places.iter().find(|place| place.feed == feed) else { return Ok(None) };
        let sql = format!(
            "SELECT {}, m.fits, m.rank FROM member m JOIN entry e ON e.number = m.entry
             WHERE m.feed = ?1 AND m.rank = ?2 AND m.entry = ?3",
            columns()
        );
        let mut query = self.db.prepare_cached(&sql)?;
        let mut rows = query.query(params![feed, place.rank, entry])?;
        rows.next()?.map(member).transpose()
    }

    /// Tells whether an entry may be in a feed by all that its head says.
    pub fn is_member(&self, feed: i64, entry: i64) -> Result<bool> {
        Ok(self.places_of(entry)?.iter().any(|place| place.feed == feed))
    }
}

/// Gives the number of the month in which an article was published, if the feeds can hold it now.
fn month_in_force(
    published: Timestamp,
    expires: Option<Timestamp>,
    zone: Tz,
    now: Timestamp,
) -> Option<i64> {
    let is_in_force = filter::not_now(published, expires, now).is_none();
    is_in_force.then(|| Page::of_month(published, zone).number())
}

/// Writes places as the row of their entry tells them.
pub(crate) fn written_places(places: &[Place]) -> Result<Option<String>> {
    Ok((!places.is_empty()).then(|| serde_json::to_string(places)).transpose()?)
}

fn columns() -> String {
    COLUMNS.split(", ").map(|column| format!("e.{column}")).collect::<Vec<_>>().join(", ")
}

fn member(row: &Row<'_>) -> Result<Member> {
    Ok(Member { entry: EntryRow::read(row)?, fits: row.get(13)?, rank: row.get(14)? })
}

impl ToSql for Rank {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Rank::Number(number) => number.to_sql(),
            Rank::Text(text) => text.to_sql(),
        }
    }
}
