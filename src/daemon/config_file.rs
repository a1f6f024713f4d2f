//! Watching the file of the configuration.

use std::path::Path;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::daemon::until;

/// How long the file must have been left alone before it is read: an empty one, as some editors leave
/// it while they write, would be a configuration too.
const QUIET: Duration = Duration::from_millis(500);

/// A watch of one file. Its folder is what is watched: editors put another file in its place.
#[derive(Debug)]
pub(super) struct ConfigWatch {
    /// Ends the watch when it goes.
    _watcher: RecommendedWatcher,
    changes: mpsc::Receiver<()>,
    /// When a change that was noticed will have been left alone for long enough.
    quiet_at: Option<Instant>,
}

impl ConfigWatch {
    pub(super) fn begin(file: &Path) -> notify::Result<Self> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let name = file.file_name().map(ToOwned::to_owned);
        let (sender, changes) = mpsc::channel(1);
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let concerns = match &event {
                    Ok(event) if matches!(event.kind, EventKind::Access(_)) => false,
                    Ok(event) => {
                        event.need_rescan()
                            || event.paths.iter().any(|path| path.file_name() == name.as_deref())
                    }
                    Err(_) => true,
                };
                if concerns {
                    // One that waits is enough.
                    let _ = sender.try_send(());
                }
            })?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok(Self { _watcher: watcher, changes, quiet_at: None })
    }

    /// Waits until the file was changed, and then left alone for a moment. Nothing is lost when the
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
