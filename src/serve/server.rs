//! Listening, and talking to clients.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::channel::Channel;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::{self, Handle, Runtime};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout};
use tokio_io_timeout::TimeoutStream;

use crate::config::meant::{Listen, Serve, Settings};
use crate::publish::shelf::Shelf;
use crate::serve::answer::{self, Answer, Terms};
use crate::serve::client::{self, Peer};
use crate::serve::events::{self, Chronicle};
use crate::serve::limits::{Crowd, Pace};
use crate::serve::listener::{Listener, Stream, opened};
use crate::serve::tally::{Seen, Tally};
use crate::serve::tide::Tide;
use crate::serve::tls::Identity;

/// How long a client may take to tell what it wants, and how long a connection may be idle.
const HEAD_PATIENCE: Duration = Duration::from_secs(20);

/// How long a client may leave an answer where it is, without reading on.
const READING_PATIENCE: Duration = Duration::from_secs(30);

/// How many bytes the head of a request may have; more are answered with 431.
const HEAD_BYTES: usize = 32 * 1024;

/// What a client of HTTP/2 begins with (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The pause between two looks at what a client begins with.
const MOMENT: Duration = Duration::from_millis(20);

/// How many documents are read or coded at once.
const MOST_AT_WORK: usize = 4;

/// What is served.
#[derive(Clone, Debug)]
pub struct Published {
    /// All documents, and those that follow them.
    pub shelf: watch::Receiver<Arc<Shelf>>,
    /// What happens to entries, where anybody can tell.
    pub chronicle: Option<watch::Receiver<Arc<Chronicle>>>,
}

/// Serves what is published until it is dropped or told to stop.
#[derive(Debug)]
pub struct Server {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    /// Where clients are talked to: on threads of their own, so that nobody else's work holds them up.
    /// `None` where nothing is served.
    runtime: Option<Runtime>,
}

impl Server {
    /// Begins to serve what is published, now and from then on, wherever the settings say. An
    /// address that is another's is waited for, and so is a certificate that can't be read. A former server
    /// is stopped before. What is answered is counted in the tally, and `give_back` is called once a crowd
    /// has left, for which much memory was needed.
    ///
    /// Errors: the system gives no threads.
    pub fn start(
        settings: &Settings,
        published: &Published,
        tally: &Arc<Tally>,
        give_back: fn(),
        former: Option<Self>,
    ) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let doors = settings.serve.listen.clone();
        let runtime = if doors.is_empty() { None } else { Some(threads()?) };
        let house = House::new(settings, published.clone(), Arc::clone(tally), give_back, stopped);
        let serve = async move {
            if let Some(former) = former {
                former.stop().await;
            }
            let listen = |door| Arc::clone(&house).listen(door);
            doors.into_iter().map(listen).collect::<JoinSet<()>>().join_all().await;
        };
        let own = runtime.as_ref().map(|runtime| runtime.handle().clone());
        let task = own.unwrap_or_else(Handle::current).spawn(serve);
        Ok(Self { stop, task, runtime })
    }

    /// Tells whether a server would serve alike by other settings, so that it need not start anew.
    #[must_use]
    pub fn is_alike(one: &Settings, other: &Settings) -> bool {
        let ways = |settings: &Settings| {
            let feeds = settings.feeds.iter();
            feeds.map(|plan| (plan.name.clone(), plan.moved_from.clone())).collect::<Vec<_>>()
        };
        // Whoever runs the server is told of it elsewhere.
        let served = |settings: &Settings| Serve {
            admin: Vec::new(),
            access_log: None,
            ..settings.serve.clone()
        };
        served(one) == served(other) && one.site.url == other.site.url && ways(one) == ways(other)
    }

    /// Takes no more requests, and waits for those that are under way, for a moment.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        // A task that panicked has nothing under way.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Whatever is left has had its time.
            runtime.shutdown_background();
        }
    }
}

/// Gives threads to talk to clients on, one for each processor.
fn threads() -> io::Result<Runtime> {
    runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("serve")
        .max_blocking_threads(MOST_AT_WORK)
        .build()
}

/// What all listeners share.
struct House {
    published: Published,
    tally: Arc<Tally>,
    /// Whether all is to end.
    stopped: watch::Receiver<bool>,
    settings: Serve,
    terms: Terms,
    pace: Pace,
    /// A place for each connection that there may be.
    room: Arc<Semaphore>,
    crowd: Arc<Crowd>,
    tide: Tide,
}

impl House {
    fn new(
        settings: &Settings,
        published: Published,
        tally: Arc<Tally>,
        give_back: fn(),
        stopped: watch::Receiver<bool>,
    ) -> Arc<Self> {
        let serve = settings.serve.clone();
        let has_events = published.chronicle.is_some();
        Arc::new(Self {
            published,
            tally,
            stopped,
            room: Arc::new(Semaphore::new(serve.connections)),
            crowd: Crowd::new(serve.connections_each),
            tide: Tide::new(give_back),
            terms: Terms::new(settings, has_events),
            pace: Pace::new(serve.requests_each),
            settings: serve,
        })
    }

    /// Takes clients in at a door until it is to be closed.
    async fn listen(self: Arc<Self>, door: Listen) {
        let mut stopped = self.stopped.clone();
        let missing = "the feeds are not served there yet";
        let (listeners, identity) = tokio::select! {
            opened = opened(&door.door, missing, || self.try_to_open(&door)) => opened,
            // Nobody can say it any more when the sender is gone.
            _ = stopped.wait_for(|is_stopped| *is_stopped) => return,
        };
        let take_in = |(listener, place)| {
            tracing::info!("served at {place}");
            Arc::clone(&self).take_in(listener, place, identity.clone())
        };
        listeners.into_iter().map(take_in).collect::<JoinSet<()>>().join_all().await;
    }

    async fn try_to_open(
        &self,
        door: &Listen,
    ) -> io::Result<(Vec<(Listener, String)>, Option<Arc<Identity>>)> {
        let certificate = self.settings.certificate.as_ref().filter(|_| door.is_secure);
        let identity = certificate.map(Identity::read).transpose()?;
        Ok((Listener::open(door).await?, identity.map(Arc::new)))
    }

    async fn take_in(
        self: Arc<Self>,
        listener: Listener,
        place: String,
        identity: Option<Arc<Identity>>,
    ) {
        let _listed = self.tally.serves_at(place);
        let greet = |stream, peer, watcher| {
            let own = self.crowd.enter(self.counted(peer))?;
            let (house, identity) = (Arc::clone(&self), identity.clone());
            Some(async move {
                house.tide.come();
                Arc::clone(&house).talk(stream, peer, identity.as_deref(), watcher).await;
                house.tide.leave();
                drop(own);
            })
        };
        listener.take_in(&self.room, self.stopped.clone(), greet).await;
    }

    /// Gives the address that a connection counts for: a proxy's is that of many.
    fn counted(&self, peer: Peer) -> Option<IpAddr> {
        match peer {
            Peer::Network(address) if !self.settings.proxies.believe(peer) => Some(address),
            _ => None,
        }
    }

    /// Talks to a client until one of the two has enough.
    async fn talk(
        self: Arc<Self>,
        stream: Stream,
        peer: Peer,
        identity: Option<&Identity>,
        under_way: Watcher,
    ) {
        let _counted = self.tally.connects();
        let begun = match identity {
            // What is spoken is agreed on with the handshake.
            Some(_) => Ok(Version::Http1),
            None => timeout(HEAD_PATIENCE, begin(&stream)).await,
        };
        let Ok(version) = begun else { return };
        // Each way on its own, so that no client holds the room that another kind of client needs.
        let talk: Pin<Box<dyn Future<Output = ()> + Send + '_>> = match (stream, identity) {
            (Stream::Tcp(stream), None) => self.converse(stream, version, peer, under_way),
            (Stream::Unix(stream), None) => self.converse(stream, version, peer, under_way),
            (Stream::Tcp(stream), Some(own)) => Box::pin(self.secure(stream, own, peer, under_way)),
            (Stream::Unix(stream), Some(own)) => {
                Box::pin(self.secure(stream, own, peer, under_way))
            }
        };
        talk.await;
    }

    /// Talks to a client behind TLS.
    async fn secure<S>(
        self: Arc<Self>,
        stream: S,
        identity: &Identity,
        peer: Peer,
        under_way: Watcher,
    ) where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        match timeout(HEAD_PATIENCE, identity.acceptor().accept(stream)).await {
            Ok(Ok(stream)) => {
                let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let version = if is_http2 { Version::Http2 } else { Version::Http1 };
                self.converse(stream, version, peer, under_way).await;
            }
            Ok(Err(error)) => tracing::debug!("no TLS with a client: {error}"),
            Err(_) => {}
        }
    }

    fn converse<S>(
        self: Arc<Self>,
        stream: S,
        version: Version,
        peer: Peer,
        under_way: Watcher,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>>
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        // The room for an answer is taken only while there is a request.
        let respond = move |request| Box::pin(Arc::clone(&self).respond(request, peer));
        let service = service_fn(respond);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(READING_PATIENCE));
        let stream = TokioIo::new(Box::pin(stream));
        match version {
            Version::Http1 => {
                let mut builder = http1::Builder::new();
                builder
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_PATIENCE)
                    .max_buf_size(HEAD_BYTES);
                Box::pin(end(under_way.watch(builder.serve_connection(stream, service))))
            }
            Version::Http2 => {
                let mut builder = http2::Builder::new(TokioExecutor::new());
                builder
                    .timer(TokioTimer::new())
                    .keep_alive_interval(HEAD_PATIENCE)
                    .keep_alive_timeout(HEAD_PATIENCE)
                    .max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX))
                    .max_concurrent_streams(100);
                Box::pin(end(under_way.watch(builder.serve_connection(stream, service))))
            }
        }
    }
}

/// Waits for the end of a connection.
async fn end(connection: impl Future<Output = hyper::Result<()>>) {
    if let Err(error) = connection.await {
        tracing::debug!("a connection ended: {error}");
    }
}

impl House {
    /// Answers a request.
    async fn respond(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: Peer,
    ) -> Result<Response<Body>, Infallible> {
        let began = std::time::Instant::now();
        let (parts, _) = request.into_parts();
        let client = client::address(peer, &parts.headers, &self.settings.proxies);
        let held_back = client.and_then(|client| self.pace.count(client, Instant::now()).err());
        let answer = if let Some(wait) = held_back {
            Answer::too_often(wait)
        } else {
            let shelf = Arc::clone(&self.published.shelf.borrow());
            answer::answer(&parts, &shelf, &self.terms, SystemTime::now())
        };
        let subject = answer.subject();
        let chronicle = self.published.chronicle.as_ref().filter(|_| answer.goes_on());
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
        let response = response.map(|body| if is_sent { body } else { Bytes::new() });
        self.tally.note(&Seen {
            peer: client.or(peer.address()),
            request: &parts,
            response: &response,
            subject: subject.as_ref(),
            took: began.elapsed(),
        });
        Ok(match chronicle {
            Some(chronicle) => {
                let (chronicle, stopped) = (chronicle.clone(), self.stopped.clone());
                let told = events::follow(&parts.headers, chronicle, stopped);
                response.map(|_| Either::Right(told))
            }
            None => response.map(|body| Either::Left(Full::new(body))),
        })
    }
}

/// What an answer carries: a document, or what happens.
type Body = Either<Full<Bytes>, Channel<Bytes>>;

/// A version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Http1,
    Http2,
}

/// Waits until it is plain which version of HTTP a client speaks.
async fn begin(stream: &Stream) -> Version {
    let mut bytes = [0; PREFACE.len()];
    // An end and an error are seen again by whoever reads.
    while let Ok(count) = stream.peek(&mut bytes).await {
        if count == bytes.len() && bytes == *PREFACE {
            return Version::Http2;
        }
        if count == 0 || !PREFACE.starts_with(&bytes[..count]) {
            break;
        }
        // There is something to be peeked at already, so nobody tells when there is more.
        tokio::time::sleep(MOMENT).await;
    }
    Version::Http1
}

#[cfg(test)]
mod tests {
    use std::fs;

    use hyper_util::server::graceful::GracefulShutdown;
    use tempfile::TempDir;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::config::{self, Sources};
    use crate::model::date::Timestamp;

    /// Larger than what the system keeps for a client that does not read.
    const LARGE: usize = 16 * 1024 * 1024;

    /// Makes a client of a house with one large document. The clock stands still, and goes on to the next
    /// time that somebody waits for whenever nothing else can be done.
    async fn client() -> (TcpStream, (TempDir, GracefulShutdown)) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::write(folder.path().join("rss.xml"), "a".repeat(LARGE)).expect("written");
        let shelf = Shelf::load(folder.path(), &Shelf::default()).expect("read");
        let settings = config::load(&Sources::default()).expect("the defaults are valid").settings;
        let shelf = watch::channel(Arc::new(shelf)).1;
        let published = Published { shelf, chronicle: None };
        let tally = Arc::new(Tally::new(|| Timestamp::EPOCH));
        let house = House::new(&settings, published, tally, || {}, watch::channel(false).1);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address is free");
        let address = listener.local_addr().expect("it has one");
        let client = TcpStream::connect(address).await.expect("somebody listens");
        let (stream, peer) = listener.accept().await.expect("a client comes");
        let under_way = GracefulShutdown::new();
        let (peer, watcher) = (Peer::Network(peer.ip()), under_way.watcher());
        tokio::spawn(house.talk(Stream::Tcp(stream), peer, None, watcher));
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
