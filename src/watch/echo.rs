//! Knowing that all is told that happened until now.
//!
//! What the system tells comes late, when the machine is busy by any time. It does come in order: so
//! whoever writes to a file of his own, and hears of that, has heard of everything that happened before.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A file that is called into, and whose watch is listened to. It has no name, so nothing of it stays
/// behind.
#[derive(Debug)]
pub(super) struct Echo {
    file: File,
    path: PathBuf,
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// True while the file is watched.
    is_watched: bool,
    /// True while a call was not heard yet. The system may tell two writings as one, so no other call
    /// is made in the meantime.
    is_called: bool,
}

impl Echo {
    /// Makes the file.
    ///
    /// Errors: the system's folder for temporary files can't be written to.
    pub(super) fn new() -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
        Ok(Self { file, path, state: Mutex::default(), bell: Condvar::new() })
    }

    /// Gives the path by which the file is watched.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Says whether the file is watched from now on, by a new watcher.
    pub(super) fn set_watched(&self, is_watched: bool) {
        *self.state() = State { is_watched, is_called: false };
        self.bell.notify_all();
    }

    /// Says that a call was heard, and all that was told before it was followed.
    pub(super) fn heard(&self) {
        self.state().is_called = false;
        self.bell.notify_all();
    }

    /// Calls, and waits until that is heard; tells whether it was. It never is where no watch is kept,
    /// where the watches begin anew in the meantime, or within `patience`.
    pub(super) fn call(&self, patience: Duration) -> bool {
        let end = Instant::now() + patience;
        let Some(mut state) = self.wait(self.state(), end) else { return false };
        if !state.is_watched || self.file.write_all_at(b"!", 0).is_err() {
            return false;
        }
        state.is_called = true;
        self.wait(state, end).is_some_and(|state| state.is_watched)
    }

    /// Waits until no call is unheard; `None` if that takes too long.
    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        end: Instant,
    ) -> Option<MutexGuard<'a, State>> {
        let left = end.saturating_duration_since(Instant::now());
        let waited = self.bell.wait_timeout_while(state, left, |state| state.is_called);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (!state.is_called).then_some(state)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[test]
    fn where_nobody_watches_nothing_is_heard() {
        let echo = Echo::new().expect("made");
        assert!(!echo.call(PATIENCE));
        echo.set_watched(true);
        assert!(!echo.call(Duration::ZERO));
        // Nor is a second call made before the first is heard.
        assert!(!echo.call(Duration::ZERO));
        echo.heard();
        assert!(!echo.call(Duration::ZERO));
    }

    #[test]
    fn a_call_ends_when_it_is_heard_and_when_watching_begins_anew() {
        for is_heard in [true, false] {
            let echo = Arc::new(Echo::new().expect("made"));
            echo.set_watched(true);
            let caller = Arc::clone(&echo);
            let call = thread::spawn(move || caller.call(PATIENCE));
            while !echo.state().is_called {
                thread::yield_now();
            }
            if is_heard {
                echo.heard();
            } else {
                echo.set_watched(false);
            }
            assert_eq!(call.join().expect("it ends"), is_heard);
        }
    }
}
