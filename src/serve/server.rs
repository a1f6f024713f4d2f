//! Listening, and talking to clients.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio_io_timeout::TimeoutStream;

use crate::config::meant::Serve;
use crate::publish::shelf::Shelf;
use crate::serve::answer::{self, Terms};

/// How long a client may take to tell what it wants, and how long a connection may be idle.
const HEAD_PATIENCE: Duration = Duration::from_secs(20);

/// How long a client may leave an answer where it is, without reading on.
const READING_PATIENCE: Duration = Duration::from_secs(30);

/// How many bytes the head of a request may have; more are answered with 431.
const HEAD_BYTES: usize = 32 * 1024;

/// How long answers may take that are under way when the service ends.
const LAST_PATIENCE: Duration = Duration::from_millis(500);

/// What a client of HTTP/2 begins with (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The pause between two looks at what a client begins with.
const MOMENT: Duration = Duration::from_millis(20);

/// The pause after the system gave no connection, or no address.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves a shelf until it is dropped or told to stop.
#[derive(Debug)]
pub struct Server {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    /// Begins to serve what is on a shelf, and on those that follow it, at all addresses of the settings.
    /// An address that is another's is waited for. A former server is stopped before.
    #[must_use]
    pub fn start(
        settings: &Serve,
        shelf: &watch::Receiver<Arc<Shelf>>,
        former: Option<Self>,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let room = Arc::new(Semaphore::new(settings.connections));
        let house =
            House { shelf: shelf.clone(), terms: Terms { max_age: settings.max_age }, room };
        let addresses = settings.listen.clone();
        let task = tokio::spawn(async move {
            if let Some(former) = former {
                former.stop().await;
            }
            let listen = |address| house.clone().listen(address, stopped.clone());
            addresses.into_iter().map(listen).collect::<JoinSet<()>>().join_all().await;
        });
        Self { stop, task }
    }

    /// Takes no more requests, and waits for those that are under way, for a moment.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // A task that panicked has nothing under way.
        let _ = self.task.await;
    }
}

/// What all listeners share.
#[derive(Clone)]
struct House {
    shelf: watch::Receiver<Arc<Shelf>>,
    terms: Terms,
    /// A place for each connection that there may be.
    room: Arc<Semaphore>,
}

impl House {
    async fn listen(self, address: SocketAddr, mut stopped: watch::Receiver<bool>) {
        let under_way = GracefulShutdown::new();
        tokio::select! {
            () = self.take_all(address, &under_way) => {}
            // Nobody can say it any more when the sender is gone.
            _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
        }
        let _ = tokio::time::timeout(LAST_PATIENCE, under_way.shutdown()).await;
    }

    async fn take_all(&self, address: SocketAddr, under_way: &GracefulShutdown) {
        let listener = bind(address).await;
        loop {
            // Whoever comes when all places are taken waits in the system's queue.
            let Ok(place) = Arc::clone(&self.room).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => {
                    let (house, watcher) = (self.clone(), under_way.watcher());
                    tokio::spawn(async move {
                        house.talk(stream, watcher).await;
                        drop(place);
                    });
                }
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    tracing::warn!("{address}: no connection can be taken: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Talks to a client until one of the two has enough.
    async fn talk(self, stream: TcpStream, under_way: Watcher) {
        // Answers are sent in one piece, so there is nothing to wait for.
        let _ = stream.set_nodelay(true);
        if tokio::time::timeout(HEAD_PATIENCE, begin(&stream)).await.is_err() {
            return;
        }
        let (shelf, terms) = (self.shelf, self.terms);
        let service =
            service_fn(move |request| respond(request, Arc::clone(&shelf.borrow()), terms));
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_PATIENCE)
            .max_buf_size(HEAD_BYTES);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(HEAD_PATIENCE)
            .keep_alive_timeout(HEAD_PATIENCE)
            .max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX))
            .max_concurrent_streams(100);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(READING_PATIENCE));
        let stream = TokioIo::new(Box::pin(stream));
        let connection = builder.serve_connection(stream, service).into_owned();
        if let Err(error) = under_way.watch(connection).await {
            tracing::debug!("a connection ended: {error}");
        }
    }
}

/// Waits until it is plain which version of HTTP a client speaks. Whoever finds that out waits for ever,
/// and only then begins to count.
async fn begin(stream: &TcpStream) {
    let mut bytes = [0; PREFACE.len()];
    // An end and an error are seen again by whoever reads.
    while let Ok(count) = stream.peek(&mut bytes).await {
        if count == 0 || count == bytes.len() || !PREFACE.starts_with(&bytes[..count]) {
            return;
        }
        // There is something to be peeked at already, so nobody tells when there is more.
        tokio::time::sleep(MOMENT).await;
    }
}

/// Waits until an address can be listened at.
async fn bind(address: SocketAddr) -> TcpListener {
    let mut is_told = false;
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => {
                let own = listener.local_addr().unwrap_or(address);
                tracing::info!("served at http://{own}/");
                return listener;
            }
            Err(error) => {
                if !is_told {
                    tracing::warn!("{address}: the feeds are not served there yet: {error}");
                }
                is_told = true;
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Tells whether a connection failed before it was taken, which says nothing of the next.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn respond(
    request: Request<Incoming>,
    shelf: Arc<Shelf>,
    terms: Terms,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, _) = request.into_parts();
    let answer = answer::answer(&parts, &shelf, terms);
    let response = if answer.may_wait() {
        let waited = tokio::task::spawn_blocking(|| answer.response()).await;
        match waited {
            Ok(response) => response,
            Err(broken) => std::panic::resume_unwind(broken.into_panic()),
        }
    } else {
        answer.response()
    };
    // What a HEAD gets is told, and not sent.
    let is_sent = parts.method != Method::HEAD;
    Ok(response.map(|body| Full::new(if is_sent { body } else { Bytes::new() })))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Larger than what the system keeps for a client that does not read.
    const LARGE: usize = 16 * 1024 * 1024;

    /// Makes a client of a house with one large document. The clock stands still, and goes on to the next
    /// time that somebody waits for whenever nothing else can be done.
    async fn client() -> (TcpStream, (TempDir, GracefulShutdown)) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::write(folder.path().join("rss.xml"), "a".repeat(LARGE)).expect("written");
        let shelf = Shelf::load(folder.path(), &Shelf::default()).expect("read");
        let terms = Terms { max_age: Duration::from_mins(5) };
        let room = Arc::new(Semaphore::new(1));
        let house = House { shelf: watch::channel(Arc::new(shelf)).1, terms, room };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address is free");
        let address = listener.local_addr().expect("it has one");
        let client = TcpStream::connect(address).await.expect("somebody listens");
        let (stream, _) = listener.accept().await.expect("a client comes");
        let under_way = GracefulShutdown::new();
        tokio::spawn(house.talk(stream, under_way.watcher()));
        (client, (folder, under_way))
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_does_not_say_what_he_wants_is_left() {
        let whole = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
        for beginning in ["", "GET / HTTP/1.1\r\nHost:", "PRI * HTTP/2.0\r\n", whole] {
            let (mut client, _kept) = client().await;
            client.write_all(beginning.as_bytes()).await.expect("sent");
            let began = tokio::time::Instant::now();
            let mut told = Vec::new();
            // It is closed, perhaps with a word of why.
            let _ = client.read_to_end(&mut told).await;
            assert!(told.len() < 500, "{beginning:?}");
            let waited = began.elapsed();
            let patience = HEAD_PATIENCE..=HEAD_PATIENCE * 2;
            assert!(patience.contains(&waited), "{beginning:?}: {waited:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_does_not_read_on_is_left() {
        let (mut client, _kept) = client().await;
        client.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("sent");
        tokio::time::sleep(READING_PATIENCE * 3).await;
        let mut told = Vec::new();
        let _ = client.read_to_end(&mut told).await;
        assert!(!told.is_empty() && told.len() < LARGE, "{}", told.len());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_reads_gets_all() {
        let (mut client, _kept) = client().await;
        let request = "GET /rss.xml HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        client.write_all(request.as_bytes()).await.expect("sent");
        let mut told = Vec::new();
        client.read_to_end(&mut told).await.expect("read");
        assert!(told.len() > LARGE, "{}", told.len());
    }
}
