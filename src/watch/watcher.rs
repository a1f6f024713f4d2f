//! Watching the input folders.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use tokio::sync::watch;

use crate::config::meant::{Input, Watch};
use crate::watch::desk::Desk;
use crate::watch::health::{Health, State};
use crate::watch::keeper::Keeper;
use crate::watch::native::{Inbox, Message};
use crate::watch::roots::Territory;
use crate::watch::scope::{Place, Scope};
use crate::watch::settle::{Change, Hint};

/// Watches the input folders until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    desk: Arc<Desk>,
    inbox: Inbox,
    health: watch::Receiver<Health>,
}

impl Watcher {
    /// Begins to watch the input folders, all but what is hidden, and the output. The first hint comes
    /// when they are watched, and is to walk everything. Folders that are not there are no error.
    ///
    /// Errors: no thread can be started.
    pub fn start(settings: &Watch, input: &Input, output: &Path) -> io::Result<(Self, Hints)> {
        let desk = Arc::new(Desk::new(settings));
        let folders = input.folders.iter().map(|folder| (folder.clone(), State::Beginning));
        let (sender, health) = watch::channel(Health { folders: folders.collect() });
        let (inbox, messages) = Inbox::new();
        let territory = Territory::new(input, output);
        let ends = (inbox.clone(), messages);
        let keeper = Keeper::new(settings.clone(), territory, ends, Arc::clone(&desk), sender);
        thread::Builder::new().name("watch".to_owned()).spawn(move || keeper.run())?;
        Ok((Self { desk: Arc::clone(&desk), inbox, health }, Hints { desk }))
    }

    /// Gives how each input folder is watched, now and whenever that changes.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.desk.close();
        self.inbox.put(Message::Stop);
    }
}

/// Where to look again.
#[derive(Debug)]
pub struct Hints {
    desk: Arc<Desk>,
}

impl Hints {
    /// Waits until there is something to look at, and takes all of it at once; `None` if the watcher
    /// ended. Nothing is lost when the waiting is broken off. To ask again is to say that what was
    /// given before has been looked at.
    pub async fn next(&mut self) -> Option<Scope> {
        self.desk.take().await
    }

    /// Lets someone ask what is told of files while he looks at them.
    #[must_use]
    pub fn ear(&self) -> Ear {
        Ear { desk: Arc::clone(&self.desk) }
    }

    /// Puts a file back that turned out not to be whole: it is given again when nothing is told of it
    /// for a moment. This is for a file that was changed while it was read, and for one that a walk
    /// found and that is not quiet yet.
    pub fn again(&self, file: Place) {
        self.desk.hint(Hint::File(file, Change::Doubted));
    }
}

/// Hears what is told of files while they are looked at.
#[derive(Clone, Debug)]
pub struct Ear {
    desk: Arc<Desk>,
}

impl Ear {
    /// Waits until all is told that happened until now; tells whether it is.
    #[must_use]
    pub fn catch_up(&self) -> bool {
        self.desk.catch_up()
    }

    /// Tells whether a file has to be looked at again, as far as that was told.
    #[must_use]
    pub fn has_news(&self, file: &Place) -> bool {
        self.desk.has_news(file)
    }
}
