//! Which entry a file holds.
//!
//! A declared id decides. Then comes what the file had before: an entry stays with its file through
//! every edit, and is found again by its page, its bytes or its path when the file was moved. Only
//! what was never seen gets a new id: its declared page, or one minted from its path.

use std::collections::{HashMap, HashSet};

use url::Url;

use crate::catalog::Catalog;
use crate::catalog::entry::EntryRow;
use crate::catalog::error::Result;
use crate::catalog::files::{Changed, Changes, FileKey};
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
    /// It can't be told before all files that say more were looked at.
    Later,
}

/// The files of a turn that were changed and not yet looked at.
#[derive(Debug, Default)]
pub struct Pending {
    keys: HashSet<FileKey>,
    /// The entries by the digests that their files had, where those files have other bytes now.
    former: HashMap<Digest, i64>,
    /// True when a file is new, so that it may be an old one that was moved.
    has_new: bool,
    /// True when all that say more were looked at.
    is_last_call: bool,
}

impl Pending {
    /// Begins with all that was changed.
    #[must_use]
    pub fn new(changes: &Changes) -> Self {
        let known = |changed: &Changed| Some((changed.known.clone()?, changed.key()));
        let mut pending = Self {
            has_new: changes.changed.iter().any(|changed| changed.known.is_none()),
            ..Self::default()
        };
        if pending.has_new {
            for (known, key) in changes.changed.iter().filter_map(known) {
                pending.former.extend(known.entry.map(|entry| (known.hash, entry)));
                pending.keys.insert(key);
            }
        }
        pending
    }

    /// Settles the claims that were put off.
    pub fn call_last(&mut self) {
        self.is_last_call = true;
    }

    pub(crate) fn is_last_call(&self) -> bool {
        self.is_last_call
    }

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
        found: &Found,
        head: &Head,
        authority: &Authority,
        pending: &Pending,
    ) -> Result<Claim> {
        if let Some(declared) = &head.id {
            return self.by_id(authority.declared_id(declared).to_string());
        }
        let own = found.changed.known.as_ref().and_then(|known| known.entry);
        let own = own.map(|number| self.entry(number)).transpose()?;
        let Some(page) = found.declared_page() else {
            return self.claim_undeclared(found, head, own, authority, pending);
        };
        let is_same = |own: &&EntryRow| own.page() == page.as_str() || own.id == page.as_str();
        if let Some(own) = own.as_ref().filter(is_same) {
            return Ok(Claim::Issued(Box::new(own.clone())));
        }
        if let Some(entry) = self.entry_by_page(page.as_str())? {
            return Ok(Claim::Issued(Box::new(entry)));
        }
        match own {
            Some(_) if pending.has_new && !pending.is_last_call => Ok(Claim::Later),
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
        found: &Found,
        head: &Head,
        own: Option<EntryRow>,
        authority: &Authority,
        pending: &Pending,
    ) -> Result<Claim> {
        match own {
            Some(_) if found.has_other_bytes() && pending.has_new && !pending.is_last_call => {
                return Ok(Claim::Later);
            }
            Some(own) if is_free_for(&own, found, pending) => {
                return Ok(Claim::Issued(Box::new(own)));
            }
            _ => {}
        }
        let moved = pending.former.get(&found.hash).copied();
        let by_bytes = moved.map_or_else(|| self.gone_with(&found.hash), |moved| Ok(Some(moved)));
        let by_path = || self.gone_with(&gone_path(&found.path_key()));
        let number = by_bytes?.map_or_else(by_path, |number| Ok(Some(number)))?;
        let entry = match (number, &head.permalink) {
            (Some(number), _) => Some(self.entry(number)?),
            (None, Some(page)) => self.entry_by_page(page.as_str())?,
            (None, None) => None,
        };
        match entry.filter(|entry| is_free_for(entry, found, pending)) {
            Some(entry) => Ok(Claim::Issued(Box::new(entry))),
            None => self.mint(found, None, authority),
        }
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

/// Tells whether no other file holds an entry.
fn is_free_for(entry: &EntryRow, found: &Found, pending: &Pending) -> bool {
    let key = found.changed.key();
    entry.file.as_ref().is_none_or(|file| *file == key || pending.holds(file))
}
