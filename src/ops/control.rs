//! The socket by which others ask a running service how it is.
//!
//! Whoever connects is told at once, in one line of JSON, and nothing is read from him.

use std::fs::{self, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::UnixListener;
use tokio::time::timeout;

/// How long someone may take to read what he asked for, and how long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many bytes of an answer are read at most.
const LONGEST_ANSWER: u64 = 64 * 1024 * 1024;

/// Gives the path of the socket of a service: beside its state, which belongs to it alone.
#[must_use]
pub fn path(state: &Path) -> PathBuf {
    let mut path = state.as_os_str().to_owned();
    path.push(".sock");
    path.into()
}

/// A socket that is listened on.
#[derive(Debug)]
pub struct Control {
    socket: Socket,
    listener: UnixListener,
}

/// Where a socket is, and which file is there.
#[derive(Clone, Debug)]
pub struct Socket {
    path: PathBuf,
    /// Device and number.
    file: (u64, u64),
}

impl Socket {
    fn of(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: file_at(path)? })
    }

    /// Tells whether that file is still there. Another one may have taken its place.
    #[must_use]
    pub fn is_held(&self) -> bool {
        file_at(&self.path).is_ok_and(|file| file == self.file)
    }
}

impl Control {
    /// Listens at a path; the socket of a service that was killed makes way. Only the user and the
    /// group of the service may connect. Whoever calls this must hold what makes him the only one.
    pub fn listen(path: &Path) -> io::Result<Self> {
        if fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket()) {
            fs::remove_file(path)?;
        }
        let listener = UnixListener::bind(path)?;
        fs::set_permissions(path, Permissions::from_mode(0o660))?;
        Ok(Self { socket: Socket::of(path)?, listener })
    }

    /// Tells where it listens.
    #[must_use]
    pub fn socket(&self) -> Socket {
        self.socket.clone()
    }

    /// Answers everyone who asks, one after the other, for ever.
    pub async fn answer(&self, told: impl Fn() -> String) {
        loop {
            let Ok((mut asker, _)) = self.listener.accept().await else {
                // There are too many open files; it passes.
                tokio::time::sleep(PATIENCE).await;
                continue;
            };
            let line = told() + "\n";
            // Whoever goes away or does not read has had his chance.
            let _ = timeout(PATIENCE, asker.write_all(line.as_bytes())).await;
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // Another one may listen there by now, where this one's socket was removed.
        if self.socket.is_held() {
            let _ = fs::remove_file(&self.socket.path);
        }
    }
}

fn file_at(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
}

/// Asks the service that listens at a path; `None` when there is none.
pub fn ask(path: &Path) -> io::Result<Option<String>> {
    let asked = match UnixStream::connect(path) {
        Err(error) if is_absent(error.kind()) => return Ok(None),
        asked => asked?,
    };
    asked.set_read_timeout(Some(PATIENCE))?;
    let mut told = String::new();
    asked.take(LONGEST_ANSWER).read_to_string(&mut told)?;
    Ok(Some(told))
}

fn is_absent(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_is_told_and_nobody_is_nobody() {
        let folder = tempfile::tempdir().expect("made");
        let path = folder.path().join("control.sock");
        assert_eq!(ask(&path).expect("asked"), None);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("started");
        for round in ["one", "two"] {
            // The second takes the place of the first, which was killed.
            let control = {
                let _entered = runtime.enter();
                Control::listen(&path).expect("listening")
            };
            let asking = {
                let path = path.clone();
                std::thread::spawn(move || ask(&path).expect("asked"))
            };
            let told = runtime.block_on(async {
                tokio::select! {
                    () = control.answer(|| round.to_owned()) => None,
                    told = tokio::task::spawn_blocking(move || asking.join()) => told.ok(),
                }
            });
            assert_eq!(told.expect("told").expect("joined"), Some(format!("{round}\n")));
            std::mem::forget(control);
        }
        assert_eq!(ask(&folder.path().join("other")).expect("asked"), None);
    }
}
