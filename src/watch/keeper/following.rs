//! Following the signs of what happens.

use std::fs;
use std::ops::Bound;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::watch::health::Polling;
use crate::watch::keeper::Keeper;
use crate::watch::roots::Root;
use crate::watch::settle::{Change, Hint};
use crate::watch::signs::Sign;

impl Keeper {
    /// Follows a sign.
    pub(super) fn follow(&mut self, sign: Sign) {
        match sign {
            Sign::Made(path) => self.made(&path),
            Sign::Written(path) if self.is_echo(&path) => {}
            Sign::Written(path) => {
                let linked = fs::symlink_metadata(&path).is_ok_and(|found| found.nlink() > 1);
                self.hint_file(&path, Change::Written { linked });
            }
            Sign::Finished(path) => self.hint_file(&path, Change::Finished),
            Sign::Touched(path) => _ = self.look(&path, Change::Touched),
            Sign::Appeared(path) => self.appeared(&path),
            Sign::Moved(path) => _ = self.look(&path, Change::Finished),
            Sign::Lost(why) => self.lose(why),
        }
    }

    /// Tells whether somebody called who wants to know that all is told that happened until now.
    fn is_echo(&self, path: &Path) -> bool {
        let echo = self.desk.echo.as_ref().filter(|echo| echo.path() == path);
        echo.inspect(|echo| echo.heard()).is_some()
    }

    /// Follows the making of a file: another name of one, or a link, is whole.
    fn made(&mut self, path: &Path) {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => self.linked(path),
            Ok(found) if found.nlink() > 1 => self.hint_file(path, Change::Finished),
            _ => self.hint_file(path, Change::Written { linked: false }),
        }
    }

    /// Looks at what appeared somewhere. If it is gone again, whoever walks may have seen it and all that
    /// was in it, and since it was never watched, nothing else tells him that it is gone.
    fn appeared(&mut self, path: &Path) {
        if !self.look(path, Change::Finished) {
            self.hint_folder(path);
        }
    }

    /// Looks at what appeared or disappeared somewhere; tells whether something is there.
    fn look(&mut self, path: &Path, change: Change) -> bool {
        // It may be an input folder, or hold one that was missing.
        let concerns = |root: &Result<Root, String>| root.as_ref().map_or(true, |r| r.path == path);
        if self.territory.roots.iter().any(concerns) {
            self.check();
            if self.anew.is_some() {
                // Everything is going to be walked.
                return true;
            }
        }
        let found = fs::symlink_metadata(path);
        let is_there = found.is_ok();
        match found {
            Ok(found) if found.is_dir() => {
                if change != Change::Touched {
                    self.forget(path);
                }
                self.enter(path);
            }
            found => {
                if self.forget(path) {
                    self.hint_folder(path);
                }
                match found {
                    Ok(found) if found.is_symlink() => self.linked(path),
                    _ => self.hint_file(path, change),
                }
            }
        }
        is_there
    }

    /// Watches a folder that appeared, whatever was watched there before: events of the past may have
    /// ended that.
    fn enter(&mut self, folder: &Path) {
        if self.territory.places(folder).is_empty() {
            return;
        }
        let polled = self.polled.len();
        let adopted = self.adopt(folder.to_owned());
        self.fall_back_if(adopted);
        if self.polled.len() != polled {
            self.tell();
        }
        self.hint_folder(folder);
    }

    fn fall_back_if(&mut self, watched: Result<(), Polling>) {
        if let Err(polling) = watched {
            self.fall_back(&polling);
            self.tell();
        }
    }

    /// Forgets the folders that were watched at a path and below. The watcher goes by paths: what it
    /// keeps under those of the past, it would take from where it is now when these come up again. Tells
    /// whether there were any.
    fn forget(&mut self, folder: &Path) -> bool {
        let below = self.watched.range::<Path, _>((Bound::Included(folder), Bound::Unbounded));
        let below: Vec<_> = below.take_while(|path| path.starts_with(folder)).cloned().collect();
        for path in &below {
            self.watched.remove(path);
            if let Some(native) = &mut self.native {
                native.let_go(path);
            }
        }
        !below.is_empty()
    }

    /// Follows the making of a link. What is no article by its own name may be what others lead
    /// through, as where a whole set of files is exchanged by exchanging one hidden link.
    fn linked(&mut self, link: &Path) {
        if !self.territory.articles(link).is_empty() {
            let noted = self.note_link(link);
            self.fall_back_if(noted);
            self.hint_file(link, Change::Finished);
        } else if let Some(folder) = link.parent() {
            self.enter(folder);
        }
    }

    /// Hints at a file, and at the links that lead to it.
    fn hint_file(&self, path: &Path, change: Change) {
        let links = self.links.get(path).into_iter().flatten().map(PathBuf::as_path);
        for path in links.chain([path]) {
            for place in self.territory.articles(path) {
                self.desk.hint(Hint::File(place, change));
            }
        }
    }

    fn hint_folder(&self, path: &Path) {
        for place in self.territory.places(path) {
            self.desk.hint(Hint::Folder(place));
        }
    }
}
