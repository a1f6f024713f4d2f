//! What is issued for an article: its id for ever, when it was published, and when it last changed
//! in a way that matters.

use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, params};

use crate::catalog::Catalog;
use crate::catalog::entry::EntryRow;
use crate::catalog::error::Result;
use crate::catalog::files::{self, Changed, FileKey, FileRow, Known, Vanished};
use crate::catalog::identity::{Claim, Found, Pending, face, gone_face, gone_path, path_key};
use crate::config::meant::Settings;
use crate::model::article::{Head, Listed};
use crate::model::date::Timestamp;
use crate::model::file::path_below;
use crate::model::id::Digest;
use crate::model::report::Report;
use crate::model::text::Text;

/// Digests what matters of an article, which takes reading it whole; `None` when it can't be read.
pub type Matter<'a> = dyn FnMut(&Catalog, &Found) -> Result<Option<Digest>> + 'a;

/// What a turn knows.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// The time.
    pub now: Timestamp,
}

impl Catalog {
    /// Notes that a file is gone. Gives the files that contended for its entry: one of them may hold
    /// it now, so they are to be read again.
    pub fn vanish(&mut self, turn: Turn<'_>, gone: &Vanished) -> Result<Vec<Changed>> {
        let path = self.path_key(&gone.key)?;
        self.drop_file(&gone.key)?;
        let Some(number) = gone.known.entry else { return Ok(Vec::new()) };
        self.release(turn, number, &gone.key, &gone.known, path)
    }

    /// Takes an entry from the file that held it.
    fn release(
        &mut self,
        turn: Turn<'_>,
        number: i64,
        key: &FileKey,
        known: &Known,
        path: Option<String>,
    ) -> Result<Vec<Changed>> {
        let mut entry = self.entry(number)?;
        if entry.file.as_ref() != Some(key) {
            return Ok(Vec::new());
        }
        entry.file = None;
        entry.removed = Some(turn.now);
        self.put_entry(&entry)?;
        let face = known.face.map(|face| gone_face(&face));
        let path = path.map(|path| gone_path(&path));
        for digest in [Some(known.hash), face, path].into_iter().flatten() {
            self.set_gone(number, Some(&digest))?;
        }
        self.take_places(number)?;
        self.contenders(number, key, &turn.settings.input.folders)
    }

    /// Takes what reading a file gave: which entry it holds, and what that means for the feeds.
    /// Gives back what can't be told yet, and files to be read again.
    pub fn record(
        &mut self,
        turn: Turn<'_>,
        found: Found,
        pending: &mut Pending,
        matter: &mut Matter<'_>,
    ) -> Result<Recorded> {
        let key = found.changed.key();
        let Some(head) = found.head.as_ref() else {
            pending.looked_at(&key);
            let again = self.leave(turn, &found, None)?;
            self.put_file(&found.changed, &FileRow { entry: None, ..row(&found) })?;
            return Ok(Recorded { again, ..Recorded::default() });
        };
        pending.look_at(&found);
        let former = match self.claim(turn, &found, head, pending)? {
            Claim::Later => {
                return Ok(Recorded { later: Some(found), ..Recorded::default() });
            }
            Claim::Again => {
                return Ok(Recorded { again: vec![found.changed], ..Recorded::default() });
            }
            Claim::Copy { entry, of } => {
                pending.looked_at(&key);
                let again = self.leave(turn, &found, Some(entry))?;
                self.put_file(&found.changed, &losing(&found, entry))?;
                return Ok(Recorded { again, later: None, copy_of: Some(of) });
            }
            Claim::Issued(entry) if self.may_be_anothers(&entry, &found, pending)? => {
                return Ok(Recorded { later: Some(found), ..Recorded::default() });
            }
            // Nobody saw it yet, so it is what the file says that holds it in the end.
            Claim::Issued(entry) if entry.number >= self.first_new => EntryRow {
                number: entry.number,
                file: entry.file,
                permalink: entry.permalink,
                ..self.first_seen(turn, entry.id, &found, head)
            },
            Claim::Issued(entry) => *entry,
            Claim::New(id) => self.first_seen(turn, id, &found, head),
        };
        pending.looked_at(&key);
        let mut again = self.leave(turn, &found, Some(former.number))?;
        if let Some(holder) =
            former.file.clone().filter(|file| *file != key && !pending.holds(file))
        {
            if !self.wins(&found, &holder)? {
                self.put_file(&found.changed, &losing(&found, former.number))?;
                return Ok(Recorded { again, ..Recorded::default() });
            }
            self.set_loses(&holder)?;
        } else if former.file.as_ref() == Some(&key) && found.has_other_bytes() {
            // What contended in vain before may be the newer one now.
            again.extend(self.contenders(former.number, &key, &turn.settings.input.folders)?);
        }
        self.hold(turn, found, former, matter)?;
        Ok(Recorded { again, ..Recorded::default() })
    }

    /// Tells whether another file of the turn may be the one that an entry was issued for: one that was
    /// not looked at yet, or of which no more is known than the bytes that it had. Whoever is not that
    /// one would seem to have changed the entry.
    fn may_be_anothers(&self, entry: &EntryRow, found: &Found, pending: &Pending) -> Result<bool> {
        if entry.matter.is_none() || pending.is_last_call() {
            return Ok(false);
        }
        Ok(match &entry.file {
            Some(file) => *file != found.changed.key() && pending.holds(file),
            None => self.gone_with(&found.hash)? != Some(entry.number),
        })
    }

    /// Makes a file the holder of an entry.
    fn hold(
        &mut self,
        turn: Turn<'_>,
        mut found: Found,
        former: EntryRow,
        matter: &mut Matter<'_>,
    ) -> Result<()> {
        let Some(head) = found.head.take() else { return Ok(()) };
        let (age, face) = (age(&head), face(&head));
        let (mut entry, mut reports) = self.issue(turn, &found, &head, former, matter)?;
        reports.append(&mut found.reports);
        let article = listed(&entry, found.changed.file.path(), head);
        let places = self.places(turn.settings, &article, entry.as_of(turn.now))?;
        if entry.number == 0 {
            entry.number = self.insert_entry(&entry, &places)?;
            self.give_places(entry.number, &places)?;
        } else {
            self.put_entry(&entry)?;
            self.set_gone(entry.number, None)?;
            self.change_places(entry.number, &places)?;
        }
        let entry_number = Some(entry.number);
        let own = FileRow { entry: entry_number, age, face, reports: &reports, ..row(&found) };
        self.put_file(&found.changed, &own)?;
        self.set_due(&entry, turn.now)
    }

    /// Begins an entry that was never seen.
    fn first_seen(&self, turn: Turn<'_>, id: String, found: &Found, head: &Head) -> EntryRow {
        // What is there when feedmill first looks was there before; what comes later comes now.
        let seen = if self.first_new == 1 { found.modified.unwrap_or(turn.now) } else { turn.now };
        let published = head.published.or(head.updated).unwrap_or(seen.min(turn.now));
        EntryRow {
            number: 0,
            id,
            permalink: None,
            published,
            updated: published,
            declared: None,
            is_public: false,
            matter: None,
            removed: None,
            file: None,
            is_withheld: false,
            expires: None,
        }
    }

    /// Tells what is issued for an article now.
    fn issue(
        &self,
        turn: Turn<'_>,
        found: &Found,
        head: &Head,
        former: EntryRow,
        matter: &mut Matter<'_>,
    ) -> Result<(EntryRow, Vec<Report>)> {
        let mut reports = Vec::new();
        let mut entry = former;
        if head.published.is_none() && head.updated.is_none() {
            let stand_in = entry.published.rfc3339();
            let message = format!("the article has no date; {stand_in} stands in");
            let report = Report::warning("no-date", message);
            reports.push(report.help("declare a date, or put one into the file's name"));
        }
        // Until a feed could hold it, nobody saw it, and its date may change.
        if let Some(declared) = head.published.or(head.updated).filter(|_| !entry.is_public) {
            entry.published = declared;
            entry.updated = declared;
        }
        let is_out = entry.published <= entry.as_of(turn.now);
        let early = |date: &Timestamp| *date > turn.now && is_out;
        let message = match (head.updated.filter(early), head.published.filter(early)) {
            (Some(date), _) => {
                Some(format!("updated {} lies in the future; it counts then", date.rfc3339()))
            }
            (None, Some(date)) => Some(format!(
                "the date {} lies in the future, but the article was published before: {} stays",
                date.rfc3339(),
                entry.published.rfc3339()
            )),
            (None, None) => None,
        };
        reports.extend(message.map(|message| Report::warning("updated", message)));
        let before = entry.updated;
        let declared = head.updated.or(head.published).filter(|date| !early(date));
        if let Some(date) = declared.filter(|date| entry.declared != Some(*date)) {
            entry.declared = Some(date);
            entry.updated = entry.updated.max(date);
        }
        if entry.matter.is_some() && found.has_other_bytes() {
            let digest = matter(self, found)?;
            if digest.is_some() && digest != entry.matter {
                entry.matter = digest;
                if entry.updated == before {
                    let changed = found.modified.filter(|at| *at > before && *at <= turn.now);
                    entry.updated = before.max(changed.unwrap_or(turn.now));
                }
            }
        }
        entry.updated = entry.updated.max(entry.published);
        let page = head.permalink.as_ref().map(ToString::to_string);
        entry.permalink = page.filter(|page| *page != entry.id);
        entry.file = Some(found.changed.key());
        entry.removed = None;
        entry.is_withheld = head.draft || !head.in_feeds;
        entry.expires = head.expires;
        entry.is_public |= !entry.is_withheld && entry.not_now(turn.now).is_none();
        Ok((entry, reports))
    }

    /// Lets go of the entry that a file held before, unless it holds it still.
    fn leave(&mut self, turn: Turn<'_>, found: &Found, now: Option<i64>) -> Result<Vec<Changed>> {
        let known = found.changed.known.as_ref();
        match known.and_then(|known| Some((known, known.entry?))) {
            Some((known, own)) if Some(own) != now => {
                self.release(turn, own, &found.changed.key(), known, None)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Tells whether a file contends in vain for an entry.
    pub(crate) fn is_contended(&self, entry: i64) -> Result<bool> {
        let mut query =
            self.db.prepare_cached("SELECT 1 FROM file WHERE entry = ? AND loses = 1")?;
        Ok(query.exists([entry])?)
    }

    /// Gives the files that contend in vain for an entry.
    fn contenders(&self, entry: i64, but: &FileKey, inputs: &[PathBuf]) -> Result<Vec<Changed>> {
        let mut query = self
            .db
            .prepare_cached("SELECT folder, name FROM file WHERE entry = ? AND loses = 1")?;
        let keys = query.query_map([entry], |row| {
            Ok(FileKey { folder: row.get(0)?, name: files::name(row, 1)? })
        })?;
        let keys: Vec<FileKey> = keys.collect::<std::result::Result<_, _>>()?;
        let others = keys.iter().filter(|key| *key != but);
        Ok(others
            .map(|key| self.again(key, inputs))
            .collect::<Result<Vec<_>>>()?
            .into_iter()
            .flatten()
            .collect())
    }

    /// Tells whether a file gets an entry that another one holds: the newer one does, of equals the
    /// one whose path comes first.
    fn wins(&self, found: &Found, holder: &FileKey) -> Result<bool> {
        let mut query =
            self.db.prepare_cached("SELECT age FROM file WHERE folder = ? AND name = ?")?;
        let theirs: Option<Option<i64>> = query
            .query_row(params![holder.folder, holder.name.as_encoded_bytes()], |row| row.get(0))
            .optional()?;
        let Some(theirs) = theirs else { return Ok(true) };
        let own = found.age();
        let own_path = (found.changed.file.folder.input, found.changed.file.path());
        Ok(own > theirs || (own == theirs && Some(own_path) < self.input_and_path(holder)?))
    }

    fn set_loses(&self, key: &FileKey) -> Result<()> {
        self.db
            .prepare_cached("UPDATE file SET loses = 1 WHERE folder = ? AND name = ?")?
            .execute(params![key.folder, key.name.as_encoded_bytes()])?;
        Ok(())
    }

    fn path_key(&self, key: &FileKey) -> Result<Option<String>> {
        Ok(self.input_and_path(key)?.map(|(input, path)| path_key(input, &path)))
    }

    /// Gives the number of a file's input folder, and its path below that.
    pub(crate) fn input_and_path(&self, key: &FileKey) -> Result<Option<(usize, String)>> {
        let mut query =
            self.db.prepare_cached("SELECT input, path FROM folder WHERE number = ?")?;
        let found = query
            .query_row([key.folder], |row| Ok((row.get::<_, i64>(0)?, files::path(row, 1)?)))
            .optional()?;
        Ok(found.map(|(input, folder)| {
            let input = usize::try_from(input).unwrap_or(usize::MAX);
            (input, path_below(&folder, Path::new(&key.name)))
        }))
    }
}

/// What taking a file came to.
#[derive(Debug, Default)]
pub struct Recorded {
    /// Files that are to be read again: the entry that they contend for is free, or has changed.
    pub again: Vec<Changed>,
    /// The same file, where its entry can't be told before the others were looked at.
    pub later: Option<Found>,
    /// The file of which it is a copy.
    pub copy_of: Option<FileKey>,
}

/// Puts together what selecting works on.
#[must_use]
pub fn listed(entry: &EntryRow, path: String, head: Head) -> Listed {
    Listed {
        path,
        head,
        id: Text::line(&entry.id),
        published: entry.published,
        updated: entry.updated,
    }
}

fn row(found: &Found) -> FileRow<'_> {
    FileRow {
        stamp: found.stamp,
        hash: found.hash,
        entry: None,
        age: found.age(),
        loses: false,
        face: found.face(),
        reports: &found.reports,
    }
}

/// Makes the row of a file whose entry another one holds.
fn losing(found: &Found, entry: i64) -> FileRow<'_> {
    FileRow { entry: Some(entry), loses: true, ..row(found) }
}

/// Gives the date by which files of one entry contend.
fn age(head: &Head) -> Option<i64> {
    head.updated.or(head.published).map(Timestamp::unix)
}

impl Found {
    /// Gives the date by which files of one entry contend: the newest gets it.
    #[must_use]
    pub fn age(&self) -> Option<i64> {
        self.head.as_ref().and_then(age)
    }
}
