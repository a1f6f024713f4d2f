//! Waiting for a client: for what it asks, and until it has taken what it gets.

use std::fs::File;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::os::fd::AsFd;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
#[cfg(target_os = "linux")]
use rustix::net::SendFlags;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, Interest};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Instant, Sleep};

use crate::serve::talk::known::Payload;

/// How long a client may take to tell what it wants, and how long a connection may be idle.
pub(super) const HEAD_PATIENCE: Duration = Duration::from_secs(20);

/// How long a client may leave an answer where it is, without reading on.
pub(super) const READING_PATIENCE: Duration = Duration::from_secs(30);

/// How many bytes of a request are taken in at a time.
const TAKEN_BYTES: usize = 2 * 1024;

/// A connection without anything between it and the client.
pub(super) trait Bare: AsyncRead + AsyncWrite + AsFd + Send + Unpin + 'static {
    /// Waits until there is something to be read. Until then, no room is needed to read it into.
    fn poll_arrival(&self, context: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Waits until something can be sent.
    fn poll_room(&self, context: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Sends something, if that can be done at once.
    fn try_send(&self, send: impl FnMut() -> io::Result<usize>) -> io::Result<usize>;

    /// Sends something as soon as that can be done.
    fn poll_send(
        &self,
        context: &mut Context<'_>,
        mut send: impl FnMut() -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.poll_room(context))?;
            match self.try_send(&mut send) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                sent => return Poll::Ready(sent),
            }
        }
    }
}

/// Both kinds of streams can do this, by methods of the same names.
macro_rules! is_bare {
    ($stream:ty) => {
        impl Bare for $stream {
            fn poll_arrival(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.poll_read_ready(context)
            }

            fn poll_room(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.poll_write_ready(context)
            }

            fn try_send(&self, send: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
                self.try_io(Interest::WRITABLE, send)
            }
        }
    };
}

is_bare!(TcpStream);
is_bare!(UnixStream);

/// An answer as it goes out.
pub(super) struct Outgoing {
    pub(super) head: Bytes,
    pub(super) body: Payload,
    /// Whether nothing is to follow it.
    pub(super) is_last: bool,
}

/// How long a client is waited for. The one alarm of a connection is set anew only when it goes off, and not
/// with each request.
pub(super) struct Patience<'a, F> {
    alarm: Pin<&'a mut Sleep>,
    /// Since when the client is waited for; `None` until it makes anybody wait.
    since: Option<Instant>,
    /// Ends the waiting for a request.
    stopped: Pin<&'a mut F>,
}

impl<'a, F: Future> Patience<'a, F> {
    /// Begins to wait; `stopped` ends the waiting for a request.
    pub(super) fn new(alarm: Pin<&'a mut Sleep>, stopped: Pin<&'a mut F>) -> Self {
        Self { alarm, since: None, stopped }
    }

    /// Takes in more of what a client sends; `None` when nothing more comes, or not in time.
    pub(super) async fn take_more<S: Bare>(
        &mut self,
        stream: &mut S,
        sent: &mut Vec<u8>,
    ) -> Option<()> {
        poll_fn(|context| self.poll_stopped(context, |context| stream.poll_arrival(context)))
            .await?
            .ok()?;
        sent.reserve(TAKEN_BYTES);
        let mut taken = pin!(stream.read_buf(sent));
        let count =
            poll_fn(|context| self.poll_stopped(context, |context| taken.as_mut().poll(context)))
                .await?
                .ok()?;
        (count > 0).then_some(())
    }

    /// Sends an answer; `None` when it can't be sent, or is not taken in time.
    pub(super) async fn give<S: Bare>(&mut self, stream: &mut S, answer: Outgoing) -> Option<()> {
        let Outgoing { head, body: Payload { bytes, file }, .. } = answer;
        match file {
            Some(file) => self.give_file(stream, head, &file, bytes.len()).await,
            None => self.give_bytes(stream, head.chain(bytes)).await,
        }
    }

    async fn give_bytes<S: Bare>(&mut self, stream: &mut S, mut answer: impl Buf) -> Option<()> {
        self.since = None;
        while answer.has_remaining() {
            let count = poll_fn(|context| {
                self.poll(READING_PATIENCE, context, |context| {
                    let mut parts = [IoSlice::new(&[]); 2];
                    let stream = Pin::new(&mut *stream);
                    match answer.chunks_vectored(&mut parts) {
                        // The system has less to do for a single part.
                        1 => stream.poll_write(context, &parts[0]),
                        count => stream.poll_write_vectored(context, &parts[..count]),
                    }
                })
            })
            .await?
            .ok()?;
            if count == 0 {
                return None;
            }
            answer.advance(count);
            self.since = None;
        }
        Some(())
    }

    /// Sends a body from a file, which the system does by itself.
    #[cfg(target_os = "linux")]
    async fn give_file<S: Bare>(
        &mut self,
        stream: &mut S,
        mut head: Bytes,
        file: &File,
        length: usize,
    ) -> Option<()> {
        self.since = None;
        let (mut offset, length) = (0, u64::try_from(length).unwrap_or(u64::MAX));
        while offset < length {
            let count = poll_fn(|context| {
                self.poll(READING_PATIENCE, context, |context| {
                    stream.poll_send(context, || {
                        if !head.is_empty() {
                            // The body is to come along with it.
                            return Ok(rustix::net::send(
                                &*stream,
                                &head,
                                SendFlags::MORE | SendFlags::NOSIGNAL,
                            )?);
                        }
                        let left = usize::try_from(length - offset).unwrap_or(usize::MAX);
                        Ok(rustix::fs::sendfile(&*stream, file, Some(&mut offset), left)?)
                    })
                })
            })
            .await?
            .ok()?;
            if count == 0 {
                return None;
            }
            head.advance(count.min(head.len()));
            self.since = None;
        }
        Some(())
    }

    /// Sends nothing: the shelf holds no files here.
    #[cfg(not(target_os = "linux"))]
    async fn give_file<S: Bare>(&mut self, _: &mut S, _: Bytes, _: &File, _: usize) -> Option<()> {
        None
    }

    /// Waits for something from the client, unless all is to end.
    fn poll_stopped<T>(
        &mut self,
        context: &mut Context<'_>,
        act: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<Option<T>> {
        match self.poll(HEAD_PATIENCE, context, act) {
            Poll::Pending if self.stopped.as_mut().poll(context).is_ready() => Poll::Ready(None),
            polled => polled,
        }
    }

    /// Waits for something from the client for some time; `None` when it is over.
    fn poll<T>(
        &mut self,
        patience: Duration,
        context: &mut Context<'_>,
        mut act: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<Option<T>> {
        if let Poll::Ready(done) = act(context) {
            return Poll::Ready(Some(done));
        }
        let end = *self.since.get_or_insert_with(Instant::now) + patience;
        while self.alarm.as_mut().poll(context).is_ready() {
            if Instant::now() >= end {
                return Poll::Ready(None);
            }
            self.alarm.as_mut().reset(end);
        }
        Poll::Pending
    }
}
