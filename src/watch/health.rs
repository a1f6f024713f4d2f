//! How the input folders are watched.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How each input folder is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The input folders as they are set, in order.
    pub folders: Vec<(PathBuf, State)>,
}

impl Health {
    /// Tells whether every folder is there.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.folders.iter().all(|(_, state)| !matches!(state, State::Missing(_)))
    }
}

/// How an input folder is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Not yet: the watches are being placed.
    Beginning,
    /// The file system tells what happens.
    Native,
    /// It is walked again and again.
    Polled {
        /// The pause between two walks.
        every: Duration,
        /// Why it is not watched natively.
        why: Polling,
    },
    /// It can't be walked, and this is why. It is watched again as soon as it is there.
    Missing(String),
}

/// Why a folder is polled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Polling {
    /// It is set so.
    Set,
    /// It, or a folder in it, is of a file system that does not tell what other machines change.
    FileSystem(&'static str),
    /// The system watches no more folders.
    Limit,
    /// The system's watcher can't be had.
    NoWatcher(String),
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Beginning => write!(f, "not watched yet"),
            Self::Native => write!(f, "watched"),
            Self::Polled { every, why } => write!(f, "walked every {every:?}, since {why}"),
            Self::Missing(why) => write!(f, "missing: {why}"),
        }
    }
}

impl fmt::Display for Polling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set => write!(f, "watch.mode is \"poll\""),
            Self::FileSystem(name) => {
                write!(f, "{name} does not tell what other machines change")
            }
            Self::Limit => write!(
                f,
                "the system watches no more folders; raise fs.inotify.max_user_watches and start anew"
            ),
            Self::NoWatcher(error) => write!(f, "the system's watcher can't be had: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_told_in_words_and_only_a_missing_folder_is_bad() {
        let polled = |why| State::Polled { every: Duration::from_secs(2), why };
        for (state, words, is_good) in [
            (State::Beginning, "not watched yet", true),
            (State::Native, "watched", true),
            (polled(Polling::Set), "walked every 2s, since watch.mode is \"poll\"", true),
            (
                polled(Polling::FileSystem("NFS")),
                "walked every 2s, since NFS does not tell what other machines change",
                true,
            ),
            (State::Missing("it is no folder".into()), "missing: it is no folder", false),
        ] {
            assert_eq!(state.to_string(), words);
            let health = Health { folders: vec![("seeds".into(), state)] };
            assert_eq!(health.is_good(), is_good, "{words}");
        }
    }
}
