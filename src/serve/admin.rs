//! What whoever runs the server asks of it, at addresses of their own.
//!
//! Invariant: nothing that the world is served with is answered here, and the other way round.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio_io_timeout::TimeoutStream;

use crate::metrics::exposition::Form;
use crate::serve::listener::{Listener, Stream, opened};
use crate::serve::talk::wire::names_host;

/// What can be asked for.
const METHODS: &str = "GET, HEAD";

/// How long a client may take to tell what it wants, to leave an answer where it is, or to be idle.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many connections there may be at once.
const MOST_CONNECTIONS: usize = 64;

/// What there is to be told of the whole service.
pub trait Told: Send + Sync {
    /// Tells how the service is, in one object of JSON.
    fn status(&self) -> String;
    /// Gives its numbers.
    fn metrics(&self, form: Form) -> String;
    /// Tells why nobody should be sent here, a line each; nothing when all is well.
    fn hindrances(&self) -> Vec<String>;
}

/// Answers until it is dropped or told to stop.
#[derive(Debug)]
pub struct Admin {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Admin {
    /// Begins to answer at all of these addresses. One that is another's is waited for. A former one is
    /// stopped before.
    #[must_use]
    pub fn start(addresses: &[SocketAddr], told: &Arc<dyn Told>, former: Option<Self>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let desk =
            Desk { told: Arc::clone(told), room: Arc::new(Semaphore::new(MOST_CONNECTIONS)) };
        let addresses = addresses.to_vec();
        let task = tokio::spawn(async move {
            if let Some(former) = former {
                former.stop().await;
            }
            let listen = |address| desk.clone().listen(address, stopped.clone());
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
struct Desk {
    told: Arc<dyn Told>,
    /// A place for each connection that there may be.
    room: Arc<Semaphore>,
}

impl Desk {
    async fn listen(self, address: SocketAddr, mut stopped: watch::Receiver<bool>) {
        let missing = "metrics and status are not there yet";
        let (listener, own) = tokio::select! {
            opened = opened(address, missing, || Listener::bind(address)) => opened,
            // Nobody can say it any more when the sender is gone.
            _ = stopped.wait_for(|is_stopped| *is_stopped) => return,
        };
        tracing::info!("metrics and status are at http://{own}/");
        let greet = |stream, _, watcher| match stream {
            Stream::Tcp(stream) => Some(talk(Arc::clone(&self.told), stream, watcher)),
            Stream::Unix(_) => None,
        };
        listener.take_in(&self.room, &[], stopped, greet).await;
    }
}

/// Talks to a client until one of the two has enough.
async fn talk(told: Arc<dyn Told>, stream: TcpStream, under_way: Watcher) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(PATIENCE));
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let (parts, _) = request.into_parts();
        let response = answer(&parts, &*told);
        let is_sent = parts.method != Method::HEAD;
        async move {
            Ok::<_, Infallible>(
                response.map(|body| Full::new(if is_sent { body } else { Bytes::new() })),
            )
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    if let Err(error) = under_way.watch(connection).await {
        tracing::debug!("a connection ended: {error}");
    }
}

/// Answers a request.
fn answer(request: &Parts, told: &dyn Told) -> Response<Bytes> {
    const TEXT: &str = "text/plain; charset=utf-8";
    if !names_host(request) {
        let mut response = response(StatusCode::BAD_REQUEST, TEXT, "name one host\n".to_owned());
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return response;
    }
    if !matches!(request.method, Method::GET | Method::HEAD) {
        let told = "only GET and HEAD are answered here\n".to_owned();
        let mut response = response(StatusCode::METHOD_NOT_ALLOWED, TEXT, told);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(METHODS));
        return response;
    }
    match request.uri.path() {
        "/metrics" => {
            let accept = request.headers.get(ACCEPT).and_then(|field| field.to_str().ok());
            let form = Form::choose(accept.unwrap_or_default());
            response(StatusCode::OK, form.media_type(), told.metrics(form))
        }
        "/healthz" => response(StatusCode::OK, TEXT, "ok\n".to_owned()),
        "/readyz" => match told.hindrances() {
            hindrances if hindrances.is_empty() => {
                response(StatusCode::OK, TEXT, "ok\n".to_owned())
            }
            hindrances => {
                let told = hindrances.join("\n") + "\n";
                response(StatusCode::SERVICE_UNAVAILABLE, TEXT, told)
            }
        },
        "/status" => response(StatusCode::OK, "application/json", told.status() + "\n"),
        _ => response(StatusCode::NOT_FOUND, TEXT, "Not Found\n".to_owned()),
    }
}

fn response(status: StatusCode, media_type: &'static str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let length = HeaderValue::from(response.body().len());
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // A HEAD is told it as well.
    fields.insert(http::header::CONTENT_LENGTH, length);
    response
}

#[cfg(test)]
mod tests {
    use http::Request;
    use http::header::HOST;

    use super::*;

    /// Tells of a trouble, or of none.
    struct Example(Option<&'static str>);

    impl Told for Example {
        fn status(&self) -> String {
            "{}".to_owned()
        }

        fn metrics(&self, form: Form) -> String {
            format!("{form:?}")
        }

        fn hindrances(&self) -> Vec<String> {
            self.0.map(ToOwned::to_owned).into_iter().collect()
        }
    }

    fn ask(method: &str, path: &str, told: &Example) -> (u16, String, Response<Bytes>) {
        let request = Request::builder().method(method).uri(path).header(HOST, "a.example");
        let request = request.header(ACCEPT, "application/openmetrics-text");
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let response = answer(&parts, told);
        let body = String::from_utf8_lossy(response.body()).into_owned();
        (response.status().as_u16(), body, response)
    }

    #[test]
    fn each_path_has_its_answer_and_others_have_none() {
        for (path, status, wanted) in [
            ("/metrics", 200, "OpenMetrics"),
            ("/metrics?a=b", 200, "OpenMetrics"),
            ("/healthz", 200, "ok\n"),
            ("/readyz", 200, "ok\n"),
            ("/status", 200, "{}\n"),
            ("/", 404, "Not Found\n"),
            ("/metrics/", 404, "Not Found\n"),
            ("/rss.xml", 404, "Not Found\n"),
        ] {
            let (told, body, response) = ask("GET", path, &Example(None));
            assert_eq!((told, body.as_str()), (status, wanted), "{path}");
            assert_eq!(response.headers()["cache-control"], "no-store");
        }
        let (nameless, ()) = Request::new(()).into_parts();
        assert_eq!(answer(&nameless, &Example(None)).status(), StatusCode::BAD_REQUEST);
        let (status, _, response) = ask("POST", "/status", &Example(None));
        assert_eq!(
            (status, &response.headers()["allow"]),
            (405, &HeaderValue::from_static(METHODS))
        );
    }

    #[test]
    fn what_is_in_the_way_is_told_while_the_process_is_well() {
        let troubled = Example(Some("the disk is full"));
        let (status, body, _) = ask("GET", "/readyz", &troubled);
        assert_eq!((status, body.as_str()), (503, "the disk is full\n"));
        assert_eq!(ask("HEAD", "/healthz", &troubled).0, 200);
    }
}
