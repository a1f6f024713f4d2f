//! What happened to the entries that are published, for whoever missed it.

use rusqlite::{Row, params};

use crate::catalog::Catalog;
use crate::catalog::entry::timestamp;
use crate::catalog::error::Result;
use crate::model::date::Timestamp;
use crate::model::news::{MOST_NEWS, News, Told};

impl Catalog {
    /// Notes what happened, in order; gives it with its place. What happened longest ago is forgotten.
    pub fn add_news(&self, all: Vec<News>, at: Timestamp) -> Result<Vec<Told>> {
        let mut insert = self.db.prepare_cached("INSERT INTO news (at, told) VALUES (?, ?)")?;
        let mut told = Vec::with_capacity(all.len());
        for news in all {
            insert.execute(params![at.unix(), serde_json::to_string(&news)?])?;
            told.push(Told { number: self.db.last_insert_rowid(), at, news });
        }
        if let Some(last) = told.last() {
            let most = i64::try_from(MOST_NEWS).unwrap_or(i64::MAX);
            self.db
                .prepare_cached("DELETE FROM news WHERE number <= ?")?
                .execute([last.number.saturating_sub(most)])?;
        }
        Ok(told)
    }

    /// Gives all that is remembered, in order.
    pub fn news(&self) -> Result<Vec<Told>> {
        let mut query =
            self.db.prepare_cached("SELECT number, at, told FROM news ORDER BY number")?;
        let mut rows = query.query([])?;
        let mut told = Vec::new();
        while let Some(row) = rows.next()? {
            told.push(told_in(row)?);
        }
        Ok(told)
    }
}

fn told_in(row: &Row<'_>) -> Result<Told> {
    let news = serde_json::from_str(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?;
    Ok(Told { number: row.get(0)?, at: timestamp(row.get(1)?)?, news })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::news::Change;

    fn news(title: &str) -> News {
        News {
            change: Change::New,
            id: title.to_owned(),
            url: None,
            title: title.to_owned(),
            published: "2024-05-01T00:00:00Z".to_owned(),
            feeds: vec![String::new()],
        }
    }

    #[test]
    fn the_latest_is_remembered_in_order() {
        let catalog = Catalog::in_memory().expect("made");
        let at = Timestamp::EPOCH;
        let first = catalog.add_news(vec![news("a"), news("b")], at).expect("noted");
        assert_eq!(catalog.news().expect("read"), first);
        let many = (0..MOST_NEWS).map(|number| news(&number.to_string())).collect();
        let many = catalog.add_news(many, at).expect("noted");
        assert_eq!(catalog.news().expect("read"), many);
        assert_eq!(many[0].number, first[1].number + 1);
        assert_eq!(catalog.add_news(Vec::new(), at).expect("noted"), []);
    }
}
