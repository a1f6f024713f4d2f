//! Placing watches.

use std::fs::{self, FileType};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::config::meant::WatchMode;
use crate::watch::health::Polling;
use crate::watch::keeper::Keeper;
use crate::watch::native::{Native, Refusal};
use crate::watch::remote::remote;
use crate::watch::roots::Root;
use crate::watch::scope::Why;

impl Keeper {
    /// Chooses how each input folder is watched, and gives those that are watched natively.
    pub(super) fn choose(&mut self) -> Vec<PathBuf> {
        let mut natively = Vec::new();
        for (input, root) in self.territory.roots.iter().enumerate() {
            let Ok(root) = root else { continue };
            match polling(self.settings.mode, root) {
                Some(polling) => _ = self.polled.insert(input, polling),
                None => natively.push(root.path.clone()),
            }
        }
        natively
    }

    /// Watches folders by the watcher of the system.
    pub(super) fn watch_natively(&mut self, folders: &[PathBuf]) -> Result<(), Polling> {
        if folders.is_empty() {
            return Ok(());
        }
        let native = Native::start(self.number, self.inbox.clone());
        self.native = Some(native.map_err(|error| Polling::NoWatcher(error.to_string()))?);
        folders.iter().try_for_each(|folder| self.adopt(folder.clone()))?;
        let echo = self.desk.echo.as_ref().map(|echo| echo.path().to_owned());
        let is_watched = echo.is_some_and(|echo| self.watch(&echo) == Ok(true));
        self.set_echo(is_watched && self.anew.is_none());
        Ok(())
    }

    /// Lets go of all watches.
    pub(super) fn stop_watching(&mut self) {
        self.set_echo(false);
        self.native = None;
        self.number += 1;
        self.watched.clear();
        self.links.clear();
    }

    /// Polls all folders from now on. Those that are watched already would lose the next folder that
    /// is made in them, and hold what other programs could watch.
    pub(super) fn fall_back(&mut self, polling: &Polling) {
        self.stop_watching();
        for (input, _) in self.territory.roots.iter().enumerate().filter(|(_, root)| root.is_ok()) {
            self.polled.entry(input).or_insert_with(|| polling.clone());
        }
    }

    /// Watches a folder and all below it that is of the territory.
    pub(super) fn adopt(&mut self, folder: PathBuf) -> Result<(), Polling> {
        let mut waiting = vec![folder];
        while let Some(folder) = waiting.pop() {
            if !self.watch(&folder)? {
                continue;
            }
            self.poll_if_remote(&folder);
            // What can't be read is told by the walk.
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let (path, kind) = (entry.path(), entry.file_type());
                if kind.as_ref().is_ok_and(FileType::is_symlink) {
                    self.note_link(&path)?;
                } else if kind.is_ok_and(|kind| kind.is_dir())
                    && !self.territory.places(&path).is_empty()
                {
                    waiting.push(path);
                }
            }
            self.watched.insert(folder);
        }
        Ok(())
    }

    /// Watches one folder; tells whether that could be done.
    fn watch(&mut self, folder: &Path) -> Result<bool, Polling> {
        let Some(native) = &mut self.native else { return Ok(false) };
        match native.watch(folder) {
            Ok(()) => Ok(true),
            Err(Refusal::Unreadable) => Ok(false),
            Err(Refusal::Limit) => Err(Polling::Limit),
            Err(Refusal::Dead) => {
                self.lose(Why::Died);
                Ok(false)
            }
        }
    }

    /// Notes where a link leads that is an article, and watches that as well if it is hidden.
    pub(super) fn note_link(&mut self, link: &Path) -> Result<(), Polling> {
        let Ok(target) = link.canonicalize() else { return Ok(()) };
        let is_below = |root: &Root| target.starts_with(&root.path);
        let is_inside = self.territory.roots.iter().flatten().any(is_below);
        if !is_inside || self.territory.articles(link).is_empty() {
            return Ok(());
        }
        match target.parent() {
            Some(folder) if self.territory.places(folder).is_empty() => _ = self.watch(folder)?,
            _ => {}
        }
        self.links.entry(target).or_default().insert(link.to_owned());
        Ok(())
    }

    /// Polls the input folders of a folder at which another file system begins that does not tell of
    /// all changes.
    fn poll_if_remote(&mut self, folder: &Path) {
        let Ok(found) = fs::symlink_metadata(folder) else { return };
        for place in self.territory.places(folder) {
            let is_own = |root: &Root| root.device == found.dev();
            let is_known = self.settings.mode != WatchMode::Auto
                || self.polled.contains_key(&place.input)
                || self.territory.roots[place.input].as_ref().is_ok_and(is_own);
            if let (false, Some(name)) = (is_known, remote(folder)) {
                self.polled.insert(place.input, Polling::FileSystem(name));
            }
        }
    }
}

/// Tells why a folder is to be polled, if it is.
fn polling(mode: WatchMode, root: &Root) -> Option<Polling> {
    match mode {
        WatchMode::Poll => Some(Polling::Set),
        WatchMode::Auto => remote(&root.path).map(Polling::FileSystem),
        WatchMode::Native => None,
    }
}
