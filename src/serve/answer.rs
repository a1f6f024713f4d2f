//! What a request gets, as far as that can be told without reading anything.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW,
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderName, LAST_MODIFIED, LOCATION, RANGE, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use percent_encoding::percent_decode_str;

use crate::config::meant::Coding;
use crate::publish::coding::token;
use crate::publish::shelf::{Item, Shelf};
use crate::serve::accept;
use crate::serve::conditions::{self, Validators, Verdict};
use crate::serve::range::{self, Wanted};

/// What can be asked for.
const METHODS: &str = "GET, HEAD, OPTIONS";

/// What a page may do: show pictures and play media from anywhere, and nothing else. What an article
/// brings along can't run anything.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src * data:; media-src *; \
                      frame-src https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What is told of each document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// How long a document counts as fresh.
    pub(super) max_age: Duration,
}

/// An answer; what it carries may yet have to be read.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    carries: Option<Carried>,
}

/// A document on its way to a client.
#[derive(Debug)]
pub(super) struct Carried {
    item: Arc<Item>,
    coding: Option<Coding>,
    range: Option<String>,
}

/// What a path leads to.
enum Route<'a> {
    Item(&'a Arc<Item>),
    /// A folder whose page stands behind a slash.
    Folder,
    Nothing,
}

/// Answers a request from the shelf.
pub(super) fn answer(request: &Parts, shelf: &Shelf, terms: Terms) -> Answer {
    let path = request.uri.path();
    if request.method == Method::OPTIONS {
        return options(request);
    }
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return Answer::bare(StatusCode::METHOD_NOT_ALLOWED).with(ALLOW, METHODS);
    }
    match route(shelf, path) {
        Route::Item(item) => document(request, item, terms),
        Route::Folder => {
            let query = request.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
            let answer = Answer::bare(StatusCode::MOVED_PERMANENTLY);
            answer.with_value(LOCATION, &format!("{path}/{query}"))
        }
        Route::Nothing => Answer::bare(StatusCode::NOT_FOUND),
    }
}

/// Finds what a path leads to. The shelf is asked for what the path says, and nothing else is looked at:
/// a path with a coded slash would be a second name of another, and leads nowhere.
fn route<'a>(shelf: &'a Shelf, path: &str) -> Route<'a> {
    let has_coded_slash = path.as_bytes().windows(3).any(|part| part.eq_ignore_ascii_case(b"%2f"));
    let plain = path.strip_prefix('/').filter(|_| !has_coded_slash);
    let plain = plain.and_then(|path| percent_decode_str(path).decode_utf8().ok());
    let Some(plain) = plain else { return Route::Nothing };
    let is_folder = plain.is_empty() || plain.ends_with('/');
    let found =
        if is_folder { shelf.get(&format!("{plain}index.html")) } else { shelf.get(&plain) };
    match found {
        Some(item) => Route::Item(item),
        None if !is_folder && shelf.get(&format!("{plain}/index.html")).is_some() => Route::Folder,
        None => Route::Nothing,
    }
}

/// Answers what may be asked for, and a browser that wants to know before it asks from another site's
/// page (Fetch §3.3.5).
fn options(request: &Parts) -> Answer {
    let answer = Answer::bare(StatusCode::NO_CONTENT).with(ALLOW, METHODS);
    if !request.headers.contains_key("access-control-request-method") {
        return answer;
    }
    answer
        .with(ACCESS_CONTROL_ALLOW_METHODS, METHODS)
        .with(ACCESS_CONTROL_ALLOW_HEADERS, "*")
        .with(ACCESS_CONTROL_MAX_AGE, "86400")
}

fn document(request: &Parts, item: &Arc<Item>, terms: Terms) -> Answer {
    let coding = accept::coding(&request.headers, item.codings());
    let etag = item.etag(coding);
    let modified = u64::try_from(item.modified.unix()).ok();
    let modified = modified.map(|at| SystemTime::UNIX_EPOCH + Duration::from_secs(at));
    let told = modified.filter(|_| item.is_told_by_time);
    let validators = Validators { etag: &etag, modified: told };
    let status = match conditions::evaluate(&request.method, &request.headers, validators) {
        Verdict::Proceed => StatusCode::OK,
        Verdict::NotModified => StatusCode::NOT_MODIFIED,
        Verdict::Failed => return Answer::bare(StatusCode::PRECONDITION_FAILED),
    };
    let mut answer = Answer::bare(status)
        .with_value(ETAG, &etag)
        .with_value(CACHE_CONTROL, &format!("public, max-age={}", terms.max_age.as_secs()))
        .with(VARY, vary(item.media_type));
    if let Some(modified) = modified {
        answer = answer.with_value(LAST_MODIFIED, &httpdate::fmt_http_date(modified));
    }
    if status == StatusCode::NOT_MODIFIED {
        return answer;
    }
    answer = answer
        .with(CONTENT_TYPE, label(&request.headers, item.media_type))
        .with(ACCEPT_RANGES, "bytes");
    if let Some(coding) = coding {
        answer = answer.with(CONTENT_ENCODING, token(coding));
    }
    if is_page(item.media_type) {
        answer = answer
            .with(CONTENT_SECURITY_POLICY, POLICY)
            .with(REFERRER_POLICY, "no-referrer-when-downgrade");
    }
    // A range of what a HEAD would carry means nothing (RFC 9110 §14.2).
    let range = request.headers.get(RANGE).and_then(|range| range.to_str().ok());
    let counts =
        request.method == Method::GET && conditions::range_counts(&request.headers, validators);
    let range = range.filter(|_| counts).map(ToOwned::to_owned);
    answer.carries = Some(Carried { item: Arc::clone(item), coding, range });
    answer
}

fn is_page(media_type: &str) -> bool {
    media_type.starts_with("text/html")
}

/// Tells whether a document is a feed in XML, which browsers show as bare source unless it goes by
/// another name.
fn is_xml_feed(media_type: &str) -> bool {
    media_type.starts_with("application/rss+xml") || media_type.starts_with("application/atom+xml")
}

/// Names the fields of a request that have a say in what it gets.
fn vary(media_type: &str) -> &'static str {
    if is_xml_feed(media_type) {
        "Accept-Encoding, Sec-Fetch-Dest, Accept"
    } else {
        "Accept-Encoding"
    }
}

/// Gives the media type under which a document is sent. Whoever opens a feed in a browser gets the same
/// bytes as XML, with which the browser uses the style sheet that they name.
fn label(headers: &HeaderMap, media_type: &'static str) -> &'static str {
    let opens = match headers.get("sec-fetch-dest") {
        Some(destination) => destination == "document",
        // Over plain HTTP browsers don't say what for.
        None => {
            headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"))
        }
    };
    if opens && is_xml_feed(media_type) { "text/xml; charset=utf-8" } else { media_type }
}

impl Answer {
    /// Begins an answer with what all have in common.
    fn bare(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), carries: None }
            .with(X_CONTENT_TYPE_OPTIONS, "nosniff")
            .with(ACCESS_CONTROL_ALLOW_ORIGIN, "*")
            .with(ACCESS_CONTROL_EXPOSE_HEADERS, "ETag, Link")
    }

    fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// Adds a field whose value was made for this answer. What no field may hold is left out.
    fn with_value(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Tells whether what it carries may take long to get at.
    pub(super) fn may_wait(&self) -> bool {
        self.carries.as_ref().is_some_and(|one| !one.item.is_at_hand(one.coding))
    }

    /// Makes the response, with all that it carries. This may wait for a disk, and take a while.
    pub(super) fn response(mut self) -> Response<Bytes> {
        let mut body = Bytes::new();
        match self.carries.take() {
            Some(carried) => match carried.item.bytes(carried.coding) {
                Ok(bytes) => body = self.cut(bytes, carried.range.as_deref()),
                // Its file was replaced just now, and the next shelf has the new one.
                Err(_) => {
                    self = Self::bare(StatusCode::SERVICE_UNAVAILABLE)
                        .with(http::header::RETRY_AFTER, "1");
                }
            },
            None if self.status.is_client_error() => {
                let reason = self.status.canonical_reason().unwrap_or("no");
                body = Bytes::from(format!("{reason}\n"));
                self = self.with(CONTENT_TYPE, "text/plain; charset=utf-8");
            }
            None => {}
        }
        if !matches!(self.status, StatusCode::NOT_MODIFIED | StatusCode::NO_CONTENT) {
            self = self.with_value(CONTENT_LENGTH, &body.len().to_string());
        }
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    /// Cuts out what was asked for of a document.
    fn cut(&mut self, bytes: Bytes, range: Option<&str>) -> Bytes {
        let length = bytes.len();
        let (told, body) = match range.map_or(Wanted::All, |range| range::wanted(range, length)) {
            Wanted::All => return bytes,
            Wanted::Part(part) => {
                self.status = StatusCode::PARTIAL_CONTENT;
                let told = format!("bytes {}-{}/{length}", part.start, part.end - 1);
                (told, bytes.slice(part))
            }
            Wanted::Nothing => {
                self.status = StatusCode::RANGE_NOT_SATISFIABLE;
                (format!("bytes */{length}"), Bytes::new())
            }
        };
        if let Ok(told) = HeaderValue::from_str(&told) {
            self.headers.insert(CONTENT_RANGE, told);
        }
        body
    }
}

#[cfg(test)]
mod tests;
