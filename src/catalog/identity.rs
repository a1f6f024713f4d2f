//! Which entry a file holds.
//!
//! The first of these that holds decides:
//!
//! | what the article says of itself | and | it is |
//! |---|---|---|
//! | an id | | the entry with that id |
//! | a page | its file's entry has it | that entry |
//! | | any other entry has it | that entry |
//! | | no other file has that entry, nor contends for it | the one that its file had |
//! | neither | its file had one, and what was in it is nowhere else or was only edited | that one |
//! | | another file has the same title, dates and bytes | a copy: none, while that one is there |
//! | | the bytes, or title and dates, that another file of this turn had | that file's |
//! | | the bytes of a file that is gone | that file's |
//! | | title and dates of one that went in the last `FACE_TIME` | that file's |
//! | | the path of one that went in the last `PATH_TIME` | that file's |
//! | | the path of one that went earlier, and the date that it had, or none | that file's |
//! | | the page that the site's template gives it | the one with that page |
//! | anything | none of these | new: its page is its id, or one is minted from its path |

use std::collections::{HashMap, HashSet};

use rusqlite::params;
use url::Url;

use crate::catalog::Catalog;
use crate::catalog::entry::EntryRow;
use crate::catalog::error::Result;
use crate::catalog::files::{self, Changed, Changes, FileKey, Known};
use crate::catalog::ledger::Turn;
use crate::model::article::Head;
use crate::model::date::Timestamp;
use crate::model::file::Stamp;
use crate::model::id::{Authority, Digest, digest};
use crate::model::report::Report;

/// What reading a changed file gave.
#[derive(Clone, Debug)]
pub struct Found {
    /// The file.
    pub changed: Changed,
    /// Its stamp when it was read; `None` when it may have changed since without one.
    pub stamp: Option<Stamp>,
    /// The digest of its bytes.
    pub hash: Digest,
    /// The head; `None` where it holds no article.
    pub head: Option<Head>,
    /// When the file was last changed.
    pub modified: Option<Timestamp>,
    /// What was not as it should be; the reports don't name the file.
    pub reports: Vec<Report>,
    /// Why it could not be read, where it is there.
    pub unreadable: Option<Report>,
    /// True when what was read may be half written, or of two times.
    pub is_torn: bool,
}

impl Found {
    /// Tells whether the bytes are other than when the file was last read.
    #[must_use]
    pub fn has_other_bytes(&self) -> bool {
        self.changed.known.as_ref().is_none_or(|known| known.hash != self.hash)
    }

    /// Gives the page that the article declares.
    pub(crate) fn declared_page(&self) -> Option<&Url> {
        let head = self.head.as_ref()?;
        head.permalink.as_ref().filter(|_| head.permalink_is_declared)
    }

    /// Gives the face of the article, where it declares neither an id nor a page.
    pub(crate) fn face(&self) -> Option<Digest> {
        self.head.as_ref().and_then(face)
    }

    /// Gives the face, where the file had another one or none.
    fn new_face(&self) -> Option<Digest> {
        let former = self.changed.known.as_ref().and_then(|known| known.face);
        self.face().filter(|face| Some(*face) != former)
    }

    /// Gives what tells the path from others, where there are several input folders.
    pub(crate) fn path_key(&self) -> String {
        path_key(self.changed.file.folder.input, &self.changed.file.path())
    }
}

/// Gives what tells a path from others, where there are several input folders.
pub(crate) fn path_key(input: usize, path: &str) -> String {
    match input {
        0 => path.to_owned(),
        number => format!("{number}:{path}"),
    }
}

/// Gives the digest of what people know an article by, its title and its dates; `None` where it says
/// itself which one it is, by an id or a page.
pub(crate) fn face(head: &Head) -> Option<Digest> {
    if head.id.is_some() || head.permalink_is_declared {
        return None;
    }
    let dates = [head.published, head.updated].map(|date| date.map(Timestamp::unix));
    Some(digest(format!("{dates:?} {}", head.title).as_bytes()))
}

/// For how many seconds an article whose file is gone is known by its face. Beyond that, one with the
/// same title may well be the next of its kind.
const FACE_TIME: i64 = 60;

/// For how many seconds an article whose file is gone is known by its path alone.
const PATH_TIME: i64 = 5;

/// Gives the key under which the face of a file that is gone is remembered.
pub(crate) fn gone_face(face: &Digest) -> Digest {
    digest(&[b"face:", &face[..]].concat())
}

/// Gives the key under which the path of a file that is gone is remembered.
pub(crate) fn gone_path(path_key: &str) -> Digest {
    digest(format!("path:{path_key}").as_bytes())
}

/// The entry that a file claims.
#[derive(Clone, Debug)]
pub enum Claim {
    /// One that was issued before.
    Issued(Box<EntryRow>),
    /// A new one, with this id.
    New(String),
    /// One that another file holds, of which this one is a copy.
    Copy {
        /// The number of the entry.
        entry: i64,
        /// The other file.
        of: FileKey,
    },
    /// It can't be told before all files that say more were looked at.
    Later,
    /// One that is free now. All that contended for it are read again, so that their paths decide and not
    /// which of them happened to be read.
    Again,
}

/// The files of a turn that were changed and not yet looked at.
#[derive(Debug, Default)]
pub struct Pending {
    keys: HashSet<FileKey>,
    /// The entries by the digests that their files had, where those files are gone or changed.
    former: HashMap<Digest, i64>,
    /// The same by the faces that their articles had; `None` where several had one face.
    faces: HashMap<Digest, Option<i64>>,
    /// Those of the digests and faces that other files of the turn have now.
    taken: HashSet<Digest>,
    /// True when files may have changed places: one is new, or several were changed or are gone.
    has_moves: bool,
    /// True when all that say more were looked at.
    is_last_call: bool,
}

impl Pending {
    /// Begins with all that was changed.
    #[must_use]
    pub fn new(changes: &Changes) -> Self {
        let mut pending = Self::default();
        let known = |changed: &Changed| Some((changed.known.clone()?, changed.key()));
        let is_alone = changes.changed.len() + changes.vanished.len() < 2;
        if is_alone || changes.changed.is_empty() {
            return pending;
        }
        for (known, key) in changes.changed.iter().filter_map(known) {
            pending.remember(&known);
            pending.keys.insert(key);
        }
        changes.vanished.iter().for_each(|gone| pending.remember(&gone.known));
        pending.has_moves = !pending.former.is_empty();
        pending
    }

    fn remember(&mut self, known: &Known) {
        let Some(entry) = known.entry else { return };
        self.former.insert(known.hash, entry);
        if let Some(face) = known.face {
            let of_face = self.faces.entry(face).or_insert(Some(entry));
            *of_face = of_face.filter(|other| *other == entry);
        }
    }

    /// Gives the entry of another file whose bytes or face a file has now.
    fn moved(&self, found: &Found) -> Option<i64> {
        let by_face = || self.faces.get(&found.new_face()?).copied().flatten();
        self.former.get(&found.hash).copied().or_else(by_face)
    }

    /// Tells whether another file has the article now that a file had.
    fn has_taken(&self, known: &Known) -> bool {
        self.taken.contains(&known.hash)
            || known.face.is_some_and(|face| self.taken.contains(&face))
    }

    /// Takes note of what a file has now.
    pub(crate) fn look_at(&mut self, found: &Found) {
        if self.former.contains_key(&found.hash) && found.has_other_bytes() {
            self.taken.insert(found.hash);
        }
        let face = found.new_face().filter(|face| self.faces.contains_key(face));
        self.taken.extend(face);
    }

    /// Settles the claims that were put off.
    pub fn call_last(&mut self) {
        self.is_last_call = true;
    }

    pub(crate) fn is_last_call(&self) -> bool {
        self.is_last_call
    }

    /// Takes a file for looked at, or as it was.
    pub(crate) fn looked_at(&mut self, key: &FileKey) {
        // Mostly there are none, and then the name need not be hashed.
        if !self.keys.is_empty() {
            self.keys.remove(key);
        }
    }

    /// Tells whether a file's claim does not count yet.
    pub(crate) fn holds(&self, key: &FileKey) -> bool {
        self.keys.contains(key)
    }
}

impl Catalog {
    /// Tells which entry the article in a file is.
    pub(crate) fn claim(
        &self,
        turn: Turn<'_>,
        found: &Found,
        head: &Head,
        pending: &Pending,
    ) -> Result<Claim> {
        let authority = &turn.settings.site.authority;
        if let Some(declared) = &head.id {
            return self.by_id(authority.declared_id(declared).to_string());
        }
        let own = found.changed.known.as_ref().and_then(|known| known.entry);
        let own = own.map(|number| self.entry(number)).transpose()?;
        let Some(page) = found.declared_page() else {
            return self.claim_undeclared(turn, found, head, own, pending);
        };
        let is_same = |own: &&EntryRow| own.page() == page.as_str() || own.id == page.as_str();
        if let Some(own) = own.as_ref().filter(is_same) {
            return Ok(Claim::Issued(Box::new(own.clone())));
        }
        if let Some(entry) = self.entry_by_page(page.as_str())? {
            return Ok(Claim::Issued(Box::new(entry)));
        }
        match own {
            Some(_) if pending.has_moves && !pending.is_last_call => Ok(Claim::Later),
            // It took another file's entry with that one's page, and has one of its own now.
            Some(own) if self.is_contended(own.number)? => self.mint(found, Some(page), authority),
            Some(own) if is_free_for(&own, found, pending) => Ok(Claim::Issued(Box::new(own))),
            _ => self.mint(found, Some(page), authority),
        }
    }

    fn by_id(&self, id: String) -> Result<Claim> {
        Ok(match self.entry_by_id(&id)? {
            Some(entry) => Claim::Issued(Box::new(entry)),
            None => Claim::New(id),
        })
    }

    fn claim_undeclared(
        &self,
        turn: Turn<'_>,
        found: &Found,
        head: &Head,
        own: Option<EntryRow>,
        pending: &Pending,
    ) -> Result<Claim> {
        let (face, moved) = (found.face(), pending.moved(found));
        if let Some(own) = own.filter(|own| is_own(own, found)) {
            if own.file.is_none() && !pending.is_last_call {
                return Ok(Claim::Again);
            }
            let known = found.changed.known.as_ref().filter(|_| found.has_other_bytes());
            let is_edited = |known: &Known| moved.is_none() && face.is_some() && face == known.face;
            match known.filter(|known| !is_edited(known)) {
                Some(_) if pending.has_moves && !pending.is_last_call => return Ok(Claim::Later),
                // Another file has the article that was here.
                Some(known) if pending.has_taken(known) => {}
                _ => return Ok(Claim::Issued(Box::new(own))),
            }
        }
        if let Some((entry, of)) = self.original(found, face, pending)? {
            return Ok(Claim::Copy { entry, of });
        }
        let number = match moved {
            Some(moved) => Some(moved),
            None => self.gone(turn, found, face)?,
        };
        let entry = match (number, &head.permalink) {
            (Some(number), _) => Some(self.entry(number)?),
            (None, Some(page)) => self.entry_by_page(page.as_str())?,
            (None, None) => None,
        };
        match entry.filter(|entry| is_free_for(entry, found, pending)) {
            Some(entry) => Ok(Claim::Issued(Box::new(entry))),
            None => self.mint(found, None, &turn.settings.site.authority),
        }
    }

    /// Finds the entry of a file that is gone, whose article this one seems to be.
    fn gone(&self, turn: Turn<'_>, found: &Found, face: Option<Digest>) -> Result<Option<i64>> {
        if let Some(gone) = self.gone_with(&found.hash)? {
            return Ok(Some(gone));
        }
        if let Some(face) = face
            && let Some(gone) =
                self.gone_since(&gone_face(&face), turn.now.plus_seconds(-FACE_TIME))?
        {
            return Ok(Some(gone));
        }
        // Whatever comes at once is an edit; later, another date tells another article of the same name.
        let path = gone_path(&found.path_key());
        if let Some(gone) = self.gone_since(&path, turn.now.plus_seconds(-PATH_TIME))? {
            return Ok(Some(gone));
        }
        let Some(gone) = self.gone_with(&path)? else { return Ok(None) };
        let told = found.head.as_ref().and_then(|head| head.published.or(head.updated));
        let published = self.entry(gone)?.published;
        Ok(told.is_none_or(|told| told == published).then_some(gone))
    }

    /// Tells whether a file without an entry of its own has the title and dates of another file, so that
    /// it may be meant to take its place: saved under another name, with the former one about to go.
    pub fn may_replace_another(&self, found: &Found) -> Result<bool> {
        let Some(face) = found.face() else { return Ok(false) };
        let key = found.changed.key();
        let mut query = self.db.prepare_cached(
            "SELECT folder, name, hash FROM file INDEXED BY faced WHERE face = ? AND loses IS NULL",
        )?;
        let mut rows = query.query([face])?;
        let mut is_like_another = false;
        while let Some(row) = rows.next()? {
            let other = FileKey { folder: row.get(0)?, name: files::name(row, 1)? };
            if other == key || row.get::<_, Digest>(2)? == found.hash {
                return Ok(false);
            }
            is_like_another = true;
        }
        Ok(is_like_another)
    }

    /// Gives the entry of another file that holds the same article, to the byte. What was changed since
    /// holds another one now.
    fn original(
        &self,
        found: &Found,
        face: Option<Digest>,
        pending: &Pending,
    ) -> Result<Option<(i64, FileKey)>> {
        let Some(face) = face else { return Ok(None) };
        let key = found.changed.key();
        let mut query = self.db.prepare_cached(
            "SELECT folder, name, entry FROM file INDEXED BY faced
             WHERE face = ? AND hash = ? AND loses IS NULL",
        )?;
        let mut rows = query.query(params![face, found.hash])?;
        while let Some(row) = rows.next()? {
            let other = FileKey { folder: row.get(0)?, name: files::name(row, 1)? };
            if other != key && !pending.holds(&other) {
                return Ok(Some((row.get(2)?, other)));
            }
        }
        Ok(None)
    }

    /// Gives another file that held the same article, to the byte, when it was last read, where this one
    /// held something else then.
    pub fn double(&self, found: &Found, pending: &Pending) -> Result<Option<FileKey>> {
        let was_another = found.changed.known.is_some() && found.has_other_bytes();
        if !was_another {
            return Ok(None);
        }
        Ok(self.original(found, found.face(), pending)?.map(|(_, file)| file))
    }

    /// Makes an id that was never issued: the declared page, or a tag URI of the path.
    fn mint(&self, found: &Found, page: Option<&Url>, authority: &Authority) -> Result<Claim> {
        if let Some(page) = page.map(Url::as_str)
            && self.entry_by_id(page)?.is_none()
        {
            return Ok(Claim::New(page.to_owned()));
        }
        let path = found.path_key();
        let mut id = authority.entry_id(path.as_bytes()).to_string();
        let mut number = 1;
        while let Some(entry) = self.entry_by_id(&id)? {
            // It was saved from a damaged state without its file, which had this path.
            if entry.file.is_none() && entry.removed.is_none() {
                return Ok(Claim::Issued(Box::new(entry)));
            }
            number += 1;
            id = authority.entry_id(format!("{path}\n{number}").as_bytes()).to_string();
        }
        Ok(Claim::New(id))
    }
}

/// Tells whether the entry that a file had is still its own: one that it only contended for is another's.
fn is_own(entry: &EntryRow, found: &Found) -> bool {
    entry.file.as_ref().is_none_or(|file| *file == found.changed.key())
}

/// Tells whether no other file holds an entry.
fn is_free_for(entry: &EntryRow, found: &Found, pending: &Pending) -> bool {
    let key = found.changed.key();
    entry.file.as_ref().is_none_or(|file| *file == key || pending.holds(file))
}
