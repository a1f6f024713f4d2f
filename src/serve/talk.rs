//! Talking to clients.
//!
//! ```text
//! stream ─┬─▶ plain requests ─┬──────────────────────────┬─▶ respond
//!         │                   └─▶ anything else ─▶ hyper ─┤
//!         └─▶ TLS ───────────────────────────────▶ hyper ─┘
//! ```
//!
//! Nearly all that is asked for is a document, by a request without a body. Such requests are read and
//! answered here, with few system calls, and a client that is silent holds no memory but its place.
//! With the first request that is none of these, the whole connection is hyper's: HTTP/2, requests with
//! bodies, answers without an end, and whatever may be an attack.
//!
//! - `wire`: heads as they are sent; `known`: answers that are given again
//! - `patience`: how long it is waited for

pub(super) mod known;
mod patience;
pub(super) mod wire;

use std::convert::Infallible;
use std::io::Cursor;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body_util::channel::Channel;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_io_timeout::TimeoutStream;

use crate::config::meant::Proxies;
use crate::publish::shelf::Shelf;
use crate::serve::answer::{self, Answer, Subject, Terms};
use crate::serve::client::{self, Peer};
use crate::serve::events;
use crate::serve::limits::Pace;
use crate::serve::listener::Stream;
use crate::serve::server::Published;
use crate::serve::talk::known::{Given, Known, Payload};
use crate::serve::talk::patience::{Bare, HEAD_PATIENCE, Outgoing, Patience, READING_PATIENCE};
use crate::serve::talk::wire::{PREFACE, Plain, Reading};
use crate::serve::tally::{Seen, Share, Tally};
use crate::serve::tls::Identity;

/// How many bytes the head of a request may have; more are answered with 431.
const HEAD_BYTES: usize = 32 * 1024;

/// Whoever talks to clients, and what there is to know for it.
pub(super) struct Host {
    pub(super) published: Published,
    pub(super) tally: Arc<Tally>,
    /// Whether all is to end.
    pub(super) stopped: watch::Receiver<bool>,
    pub(super) proxies: Proxies,
    pub(super) terms: Terms,
    pub(super) pace: Pace,
    pub(super) known: Known,
}

impl Host {
    /// Talks to a client until one of the two has enough.
    pub(super) async fn talk(
        self: Arc<Self>,
        stream: Stream,
        peer: Peer,
        identity: Option<Arc<Identity>>,
        under_way: Watcher,
    ) {
        let _counted = self.tally.connects();
        // Each way on its own, so that no client holds the room that another kind of client needs.
        let talk: Pin<Box<dyn Future<Output = ()> + Send>> = match (stream, identity) {
            (Stream::Tcp(stream), None) => Box::pin(self.talk_plainly(stream, peer, under_way)),
            (Stream::Unix(stream), None) => Box::pin(self.talk_plainly(stream, peer, under_way)),
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
        identity: Arc<Identity>,
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

    /// Answers plain requests, and leaves the rest to hyper.
    async fn talk_plainly<S: Bare>(self: Arc<Self>, stream: S, peer: Peer, under_way: Watcher) {
        let Some((stream, sent)) = self.answer_plain(stream, peer).await else { return };
        let version = if sent.starts_with(PREFACE) { Version::Http2 } else { Version::Http1 };
        let (reader, writer) = tokio::io::split(stream);
        let stream = tokio::io::join(AsyncReadExt::chain(Cursor::new(sent), reader), writer);
        self.converse(stream, version, peer, under_way).await;
    }

    /// Answers requests as long as they are plain ones. Gives back the connection with the first other one,
    /// and what was read of that; `None` when the talk is over.
    async fn answer_plain<S: Bare>(&self, mut stream: S, peer: Peer) -> Option<(S, Vec<u8>)> {
        let mut stopped = self.stopped.clone();
        // Nobody can say it any more when the sender is gone.
        let stopped = pin!(stopped.wait_for(|is_stopped| *is_stopped));
        let alarm = pin!(sleep(HEAD_PATIENCE));
        let mut patience = Patience::new(alarm, stopped);
        let is_proxy = self.proxies.believe(peer);
        let mut sent = Vec::new();
        loop {
            let outgoing = match self.again(&sent, peer, is_proxy) {
                Some((length, outgoing)) => {
                    sent.drain(..length);
                    outgoing
                }
                None => match wire::read(&mut sent) {
                    Reading::Plain(plain) => self.answer_anew(&plain, peer, is_proxy).await,
                    Reading::Beginning if sent.len() < HEAD_BYTES => {
                        patience.take_more(&mut stream, &mut sent).await?;
                        continue;
                    }
                    Reading::Beginning | Reading::Other => return Some((stream, sent)),
                },
            };
            if sent.is_empty() {
                sent = Vec::new();
            }
            let is_last = outgoing.is_last;
            patience.give(&mut stream, outgoing).await?;
            if is_last {
                return None;
            }
        }
    }

    /// Gives again what was given to the same request just now; also tells the length of the request.
    fn again(&self, sent: &[u8], peer: Peer, is_proxy: bool) -> Option<(usize, Outgoing)> {
        let request = wire::head(sent)?;
        let began = std::time::Instant::now();
        let given = self.known.find(request, &self.published.shelf.borrow(), is_proxy)?;
        let body = given.body()?;
        let client = if is_proxy { given.told_client } else { peer.address() };
        // An answer of which more is to be told, or which is refused, is made anew.
        if self.tally.has_log()
            || client.is_some_and(|client| self.pace.count(client, began.into()).is_err())
        {
            return None;
        }
        let is_last = given.is_last;
        let head = wire::complete(&given.beginning, is_last, SystemTime::now()).into();
        self.tally.count(&given.share, client.or(peer.address()), began.elapsed());
        Some((request.len(), Outgoing { head, body, is_last }))
    }

    /// Makes the answer to a request, and keeps it for those that ask the same.
    async fn answer_anew(&self, plain: &Plain, peer: Peer, is_proxy: bool) -> Outgoing {
        let Plain { head: request, request: parts, is_last } = plain;
        let Made { response, lasting, share, client, .. } = self.respond(parts, peer).await;
        let beginning = wire::beginning(&response);
        let head = wire::complete(&beginning, *is_last, SystemTime::now()).into();
        let mut body = Payload { bytes: response.into_body(), file: None };
        if let Some((shelf, Subject { item, coding })) = lasting {
            let is_carried = !body.bytes.is_empty();
            body.file = item.file(coding).filter(|_| is_carried).cloned();
            let carries = is_carried.then(|| (Arc::downgrade(&item), coding));
            let given = Given { beginning, carries, is_last: *is_last, share, told_client: client };
            self.known.keep(request, &shelf, is_proxy, given);
        }
        Outgoing { head, body, is_last: *is_last }
    }

    /// Leaves a connection to hyper.
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
        let (host, tally) = (Arc::clone(&self), Arc::clone(&self.tally));
        let respond = move |request| Box::pin(Arc::clone(&host).respond_fully(request, peer));
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
                Box::pin(end(
                    under_way.watch(builder.serve_connection(stream, service)),
                    tally,
                    peer,
                ))
            }
            Version::Http2 => {
                let mut builder = http2::Builder::new(TokioExecutor::new());
                builder
                    .timer(TokioTimer::new())
                    .keep_alive_interval(HEAD_PATIENCE)
                    .keep_alive_timeout(HEAD_PATIENCE)
                    .max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX))
                    .max_concurrent_streams(100);
                Box::pin(end(
                    under_way.watch(builder.serve_connection(stream, service)),
                    tally,
                    peer,
                ))
            }
        }
    }

    /// Answers a request that hyper has read.
    async fn respond_fully(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: Peer,
    ) -> Result<Response<Body>, Infallible> {
        let (parts, _) = request.into_parts();
        let Made { response, goes_on, .. } = self.respond(&parts, peer).await;
        let chronicle = self.published.chronicle.as_ref().filter(|_| goes_on);
        Ok(match chronicle {
            Some(chronicle) => {
                let (chronicle, stopped) = (chronicle.clone(), self.stopped.clone());
                let told = events::follow(&parts.headers, chronicle, stopped);
                response.map(|_| Either::Right(told))
            }
            None => response.map(|body| Either::Left(Full::new(body))),
        })
    }

    /// Answers a request.
    async fn respond(&self, request: &Parts, peer: Peer) -> Made {
        let began = std::time::Instant::now();
        let client = client::address(peer, &request.headers, &self.proxies);
        let held_back = client.and_then(|client| self.pace.count(client, Instant::now()).err());
        let shelf = Arc::clone(&self.published.shelf.borrow());
        let answer = match held_back {
            Some(wait) => Answer::too_often(wait),
            None if !wire::names_host(request) => Answer::nonsense(),
            None => answer::answer(request, &shelf, &self.terms, SystemTime::now()),
        };
        let (subject, goes_on, is_lasting) =
            (answer.subject(), answer.goes_on(), answer.is_lasting());
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
        let is_sent = request.method != Method::HEAD;
        let response = response.map(|body| if is_sent { body } else { Bytes::new() });
        let share = self.tally.note(&Seen {
            peer: client.or(peer.address()),
            request,
            response: &response,
            subject: subject.as_ref(),
            took: began.elapsed(),
        });
        let lasting = subject.filter(|_| is_lasting).map(|subject| (shelf, subject));
        Made { response, goes_on, lasting, share, client }
    }
}

/// An answer that was made.
struct Made {
    response: Response<Bytes>,
    /// Whether it goes on with what happens to entries.
    goes_on: bool,
    /// What it was made from and is about, where the same request gets the same answer from it.
    lasting: Option<(Arc<Shelf>, Subject)>,
    /// What it counts for.
    share: Share,
    /// Who asked, as far as the peer or a proxy tells.
    client: Option<IpAddr>,
}

/// What an answer of hyper's carries: a document, or what happens.
type Body = Either<Full<Bytes>, Channel<Bytes>>;

/// A version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Http1,
    Http2,
}

/// Waits for the end of a connection. What hyper could not read, it has refused.
async fn end(connection: impl Future<Output = hyper::Result<()>>, tally: Arc<Tally>, peer: Peer) {
    let Err(error) = connection.await else { return };
    tracing::debug!("a connection ended: {error}");
    if error.is_parse() {
        let status = if error.is_parse_too_large() {
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
        } else {
            StatusCode::BAD_REQUEST
        };
        tally.note_refusal(peer.address(), status.as_u16());
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use hyper_util::server::graceful::GracefulShutdown;
    use tempfile::TempDir;
    use tokio::io::AsyncWriteExt;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::config::{self, Sources};
    use crate::model::date::Timestamp;

    const SOMEONE: [u8; 4] = [192, 0, 2, 1];
    const PROXY: [u8; 4] = [127, 0, 0, 1];

    /// Larger than what the system keeps for a client that does not read.
    const LARGE: usize = 16 * 1024 * 1024;

    /// A host with one document, and a client that asks for it. Where the clock stands still, it goes on to
    /// the next time that somebody waits for whenever nothing else can be done.
    struct Talk {
        client: TcpStream,
        host: Arc<Host>,
        shelf: watch::Sender<Arc<Shelf>>,
        folder: TempDir,
        _kept: (GracefulShutdown, watch::Sender<bool>),
    }

    impl Talk {
        /// Begins a talk about a document of a length.
        async fn begin(length: usize, peer: [u8; 4]) -> Self {
            let folder = tempfile::tempdir().expect("a temporary folder can be made");
            let settings =
                config::load(&Sources::default()).expect("the defaults are valid").settings;
            let (stop, stopped) = watch::channel(false);
            let (shelf, shown) = watch::channel(Arc::default());
            let host = Arc::new(Host {
                published: Published { shelf: shown, chronicle: None },
                tally: Arc::new(Tally::new(|| Timestamp::EPOCH)),
                stopped,
                proxies: settings.serve.proxies.clone(),
                terms: Terms::new(&settings, false),
                pace: Pace::new(0),
                known: Known::default(),
            });
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address is free");
            let address = listener.local_addr().expect("it has one");
            let client = TcpStream::connect(address).await.expect("somebody listens");
            let (stream, _) = listener.accept().await.expect("a client comes");
            let under_way = GracefulShutdown::new();
            let (stream, peer) = (Stream::Tcp(stream), Peer::Network(peer.into()));
            let talk = Arc::clone(&host).talk(stream, peer, None, under_way.watcher());
            tokio::spawn(talk);
            let talk = Self { client, host, shelf, folder, _kept: (under_way, stop) };
            talk.publish(&"a".repeat(length));
            talk
        }

        fn publish(&self, text: &str) {
            fs::write(self.folder.path().join("rss.xml"), text).expect("written");
            let shelf = Shelf::load(self.folder.path(), &self.shelf.borrow()).expect("read");
            self.shelf.send_replace(Arc::new(shelf));
        }

        /// Asks for the document, and gives what comes until the end of some text.
        async fn ask(&mut self, fields: &str, end: &str) -> String {
            let request =
                format!("GET /rss.xml HTTP/1.1\r\nHost: a\r\nUser-Agent: Newsboat\r\n{fields}\r\n");
            self.client.write_all(request.as_bytes()).await.expect("sent");
            let mut told = Vec::new();
            while !told.ends_with(end.as_bytes()) {
                assert!(self.client.read_buf(&mut told).await.expect("read") > 0);
            }
            String::from_utf8(told).expect("it is text")
        }
    }

    #[tokio::test]
    async fn what_is_given_again_is_what_is_published_now_and_counts() {
        let mut talk = Talk::begin(0, SOMEONE).await;
        let mut known = Vec::new();
        for text in ["one", "another"] {
            talk.publish(text);
            let (first, again) = (talk.ask("", text).await, talk.ask("", text).await);
            let without_date = |answer: &str| {
                let lines = answer.lines().filter(|line| !line.starts_with("date"));
                lines.map(ToOwned::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(without_date(&first), without_date(&again));
            assert!(!known.contains(&without_date(&again)));
            known.push(without_date(&again));
        }
        let told = talk.host.tally.account();
        assert_eq!(
            (told.requests, told.sent_bytes),
            (4, 2 * ("one".len() + "another".len()) as u64)
        );
        let readers: Vec<_> =
            told.readers.iter().map(|one| (&*one.name, one.requests, one.size())).collect();
        assert_eq!(readers, [("Newsboat", 4, 1)]);
    }

    #[tokio::test]
    async fn whoever_asks_by_a_proxy_counts_for_himself() {
        let mut talk = Talk::begin(0, PROXY).await;
        talk.publish("one");
        for client in [7, 7, 8, 8, 7] {
            talk.ask(&format!("X-Forwarded-For: 198.51.100.{client}\r\n"), "one").await;
        }
        let told = talk.host.tally.account();
        assert_eq!((told.requests, told.readers[0].size()), (5, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_does_not_say_what_he_wants_is_left() {
        let whole = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
        for beginning in ["", "GET / HTTP/1.1\r\nHost:", "PRI * HTTP/2.0\r\n", whole] {
            let mut talk = Talk::begin(LARGE, SOMEONE).await;
            let client = &mut talk.client;
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
        let mut talk = Talk::begin(LARGE, SOMEONE).await;
        let client = &mut talk.client;
        client.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("sent");
        tokio::time::sleep(READING_PATIENCE * 3).await;
        let mut told = Vec::new();
        let _ = client.read_to_end(&mut told).await;
        assert!(!told.is_empty() && told.len() < LARGE, "{}", told.len());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_reads_gets_all() {
        let mut talk = Talk::begin(LARGE, SOMEONE).await;
        let client = &mut talk.client;
        let request = "GET /rss.xml HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        client.write_all(request.as_bytes()).await.expect("sent");
        let mut told = Vec::new();
        client.read_to_end(&mut told).await.expect("read");
        assert!(told.len() > LARGE, "{}", told.len());
    }
}
