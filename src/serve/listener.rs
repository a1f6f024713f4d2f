//! Where clients come in: TCP, Unix sockets, and sockets that systemd handed over.

use std::fmt::Display;
use std::fs::{self, Permissions};
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net as unix;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use listenfd::ListenFd;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use crate::config::meant::{Door, Listen};
use crate::serve::client::Peer;
use crate::serve::crew::least_busy;

/// How long answers may take that are under way when the service ends.
const LAST_PATIENCE: Duration = Duration::from_millis(500);

/// The pause after the system gave no connection, or no address.
const PAUSE: Duration = Duration::from_secs(1);

/// Waits until something can be opened at a place. What is `missing` meanwhile, the log says once.
pub(super) async fn opened<T, F>(place: impl Display, missing: &str, open: impl Fn() -> F) -> T
where
    F: Future<Output = io::Result<T>>,
{
    let mut is_told = false;
    loop {
        match open().await {
            Ok(opened) => return opened,
            Err(error) if !is_told => {
                tracing::warn!("{place}: {missing}: {error}");
                is_told = true;
            }
            Err(_) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// A socket that clients come to.
#[derive(Debug)]
pub(super) enum Listener {
    /// On the network.
    Tcp(TcpListener),
    /// On this machine.
    Unix {
        listener: UnixListener,
        /// Its path, where we made it: it goes with the listener.
        _own: Option<Own>,
    },
}

/// The path of a socket that we made, which is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Own(PathBuf);

/// A connection with a client.
#[derive(Debug)]
pub(super) enum Stream {
    /// By the network.
    Tcp(TcpStream),
    /// On this machine.
    Unix(UnixStream),
}

impl Listener {
    /// Opens all that an address stands for, and tells how people write each.
    ///
    /// Errors: the system does not allow it, or not yet.
    pub(super) async fn open(listen: &Listen) -> io::Result<Vec<(Self, String)>> {
        let scheme = if listen.is_secure { "https" } else { "http" };
        Ok(match &listen.door {
            Door::Tcp(address) => {
                let (listener, own) = Self::bind(*address).await?;
                vec![(listener, format!("{scheme}://{own}/"))]
            }
            Door::Unix(path) => {
                let (listener, own) = bind(path)?;
                vec![(Self::Unix { listener, _own: Some(own) }, path.display().to_string())]
            }
            Door::Systemd => Self::handed(scheme)?,
        })
    }

    /// Listens at an address; gives the one that it became.
    pub(super) async fn bind(address: SocketAddr) -> io::Result<(Self, SocketAddr)> {
        let listener = TcpListener::bind(address).await?;
        hold_little_back(&listener);
        let own = listener.local_addr().unwrap_or(address);
        Ok((Self::Tcp(listener), own))
    }

    /// Gives the sockets that systemd handed over; each may be asked for again after a change of the
    /// settings.
    fn handed(scheme: &str) -> io::Result<Vec<(Self, String)>> {
        static HANDED: OnceLock<Vec<Handed>> = OnceLock::new();
        let handed = HANDED.get_or_init(Handed::take);
        if handed.is_empty() {
            return Err(io::Error::other("systemd handed no socket over"));
        }
        handed.iter().map(|one| one.open(scheme)).collect()
    }

    /// Takes clients in until `stopped`, each with a place in the room and a task of its own, where a crew
    /// has the least to do or else where this runs; then waits for the talks that are under way, for a
    /// moment. `greet` makes a talk, or sends a client away.
    pub(super) async fn take_in<T>(
        self,
        room: &Arc<Semaphore>,
        crew: &[Handle],
        mut stopped: watch::Receiver<bool>,
        greet: impl Fn(Stream, Peer, Watcher) -> Option<T>,
    ) where
        T: Future<Output = ()> + Send + 'static,
    {
        let under_way = GracefulShutdown::new();
        tokio::select! {
            () = self.take_all(room, crew, &under_way, greet) => {}
            // Nobody can say it any more when the sender is gone.
            _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
        }
        // Whoever comes now is to find nobody.
        drop(self);
        let _ = timeout(LAST_PATIENCE, under_way.shutdown()).await;
    }

    async fn take_all<T>(
        &self,
        room: &Arc<Semaphore>,
        crew: &[Handle],
        under_way: &GracefulShutdown,
        greet: impl Fn(Stream, Peer, Watcher) -> Option<T>,
    ) where
        T: Future<Output = ()> + Send + 'static,
    {
        loop {
            // Whoever comes when all places are taken waits in the system's queue.
            let Ok(place) = Arc::clone(room).acquire_owned().await else { return };
            let accepted = self.accept().await;
            let member = least_busy(crew);
            match accepted.and_then(|(stream, peer)| Ok((stream.given_to(&member)?, peer))) {
                Ok((stream, peer)) => {
                    let Some(talk) = greet(stream, peer, under_way.watcher()) else { continue };
                    member.spawn(async move {
                        talk.await;
                        drop(place);
                    });
                }
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    tracing::warn!("no connection can be taken: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Waits for the next client.
    async fn accept(&self) -> io::Result<(Stream, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                // Answers are sent in one piece, so there is nothing to wait for.
                stream.set_nodelay(true)?;
                Ok((Stream::Tcp(stream), Peer::Network(peer.ip().to_canonical())))
            }
            Self::Unix { listener, .. } => {
                Ok((Stream::Unix(listener.accept().await?.0), Peer::Machine))
            }
        }
    }
}

impl Stream {
    /// Gives the connection to a runtime, whose events it has from then on.
    fn given_to(self, runtime: &Handle) -> io::Result<Self> {
        let _entered = runtime.enter();
        Ok(match self {
            Self::Tcp(stream) => Self::Tcp(TcpStream::from_std(stream.into_std()?)?),
            Self::Unix(stream) => Self::Unix(UnixStream::from_std(stream.into_std()?)?),
        })
    }
}

/// Tells whether a connection failed before it was taken, which says nothing of the next.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// How many bytes of an answer the system may hold for a client that does not read on. It would take far
/// more, and a crowd of such clients its memory for all of the network.
#[cfg(target_os = "linux")]
static HELD_BYTES: libc::c_int = 128 * 1024;

/// Lets the system hold little for each client of a listener (`TCP_NOTSENT_LOWAT`, `tcp(7)`), where it can
/// be asked to. It is no fault where it can't.
fn hold_little_back(listener: &TcpListener) {
    #[cfg(target_os = "linux")]
    set_least_unsent(listener);
    #[cfg(not(target_os = "linux"))]
    let _ = listener;
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn set_least_unsent(listener: &TcpListener) {
    let length = libc::socklen_t::try_from(size_of_val(&HELD_BYTES)).unwrap_or_default();
    // SAFETY: the pointer is to a number of that length, which outlives the call, and the socket is open.
    unsafe {
        libc::setsockopt(
            listener.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_NOTSENT_LOWAT,
            (&raw const HELD_BYTES).cast(),
            length,
        );
    }
}

/// Binds a socket to a path; the one of a service that was killed makes way. Everyone on this machine may
/// connect: what is served is for all to read.
fn bind(path: &Path) -> io::Result<(UnixListener, Own)> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    if is_socket && unix::UnixStream::connect(path).is_err() {
        fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    let own = Own(path.to_owned());
    fs::set_permissions(path, Permissions::from_mode(0o666))?;
    Ok((listener, own))
}

impl Drop for Own {
    fn drop(&mut self) {
        // Nobody is harmed by one that stays: whoever binds it next removes it.
        let _ = fs::remove_file(&self.0);
    }
}

/// A socket that systemd handed over (`sd_listen_fds(3)`).
enum Handed {
    Tcp(std::net::TcpListener),
    Unix(unix::UnixListener),
}

impl Handed {
    fn take() -> Vec<Self> {
        let mut handed = ListenFd::from_env();
        let count = handed.len();
        let take = |at| match handed.take_tcp_listener(at) {
            Ok(listener) => listener.map(Self::Tcp),
            Err(_) => handed.take_unix_listener(at).ok().flatten().map(Self::Unix),
        };
        (0..count).filter_map(take).collect()
    }

    fn open(&self, scheme: &str) -> io::Result<(Listener, String)> {
        Ok(match self {
            Self::Tcp(listener) => {
                let own = listener.local_addr()?;
                listener.set_nonblocking(true)?;
                let listener = TcpListener::from_std(listener.try_clone()?)?;
                hold_little_back(&listener);
                (Listener::Tcp(listener), format!("{scheme}://{own}/"))
            }
            Self::Unix(listener) => {
                let own = listener.local_addr()?;
                let told = own.as_pathname().unwrap_or(Path::new("a socket of systemd"));
                listener.set_nonblocking(true)?;
                let told = told.display().to_string();
                let listener = UnixListener::from_std(listener.try_clone()?)?;
                (Listener::Unix { listener, _own: None }, told)
            }
        })
    }
}
