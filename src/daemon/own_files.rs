//! Watching what is the service's own: the file of its configuration, its state and its feeds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::ModifyKind;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::daemon::until;

/// How long a file must have been left alone before it is read: an empty one, as some editors leave
/// it while they write, would be a configuration too.
const QUIET: Duration = Duration::from_millis(500);

/// A watch of a few files or folders. The folders that they are in are what is watched: others may be put in
/// their places.
#[derive(Debug)]
pub(super) struct OwnWatch {
    /// Ends the watch when it goes.
    _watcher: RecommendedWatcher,
    changes: mpsc::Receiver<()>,
    /// When a change that was noticed will have been left alone for long enough.
    quiet_at: Option<Instant>,
}

impl OwnWatch {
    /// Watches a file for whatever is done to it.
    ///
    /// Errors: its folder can't be watched.
    pub(super) fn of_changes(file: &Path) -> notify::Result<Self> {
        Self::begin(&[file], |kind| !matches!(kind, EventKind::Access(_)))
    }

    /// Watches files and folders for being removed or moved away.
    ///
    /// Errors: a folder that one of them is in can't be watched.
    pub(super) fn of_removal(places: &[&Path]) -> notify::Result<Self> {
        let is_removal =
            |kind| matches!(kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
        Self::begin(places, is_removal)
    }

    fn begin(places: &[&Path], concerns: fn(EventKind) -> bool) -> notify::Result<Self> {
        let (sender, changes) = mpsc::channel(1);
        let names: Vec<_> = places.iter().filter_map(|path| path.file_name()).collect();
        let names: Vec<_> = names.into_iter().map(ToOwned::to_owned).collect();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let is_one = |path: &PathBuf| names.iter().any(|name| path.ends_with(name));
                let concerns = match &event {
                    Ok(event) if event.need_rescan() => true,
                    Ok(event) => concerns(event.kind) && event.paths.iter().any(is_one),
                    Err(_) => true,
                };
                if concerns {
                    // One that waits is enough.
                    let _ = sender.try_send(());
                }
            })?;
        for place in places {
            let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
            watcher.watch(folder.unwrap_or(Path::new(".")), RecursiveMode::NonRecursive)?;
        }
        Ok(Self { _watcher: watcher, changes, quiet_at: None })
    }

    /// Waits until something was done to them, and they were then left alone for a moment. Nothing is lost when the
    /// waiting is broken off.
    pub(super) async fn changed(&mut self) {
        loop {
            tokio::select! {
                Some(()) = self.changes.recv() => self.quiet_at = Some(Instant::now() + QUIET),
                () = until(self.quiet_at) => {
                    self.quiet_at = None;
                    return;
                }
            }
        }
    }
}
