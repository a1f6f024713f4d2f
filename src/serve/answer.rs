//! What a request gets, as far as that can be told without reading anything.
//!
//! ```text
//! request ─▶ route ─▶ coding ─▶ conditions ─▶ news or range
//! ```

mod accept;
mod conditions;
mod range;
pub(super) mod routes;

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW,
    CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, LAST_MODIFIED, LINK, LOCATION, RANGE,
    REFERRER_POLICY, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use crate::config::meant::{Coding, Settings};
use crate::model::feed::Format;
use crate::publish::coding::token;
use crate::publish::shelf::body::Body;
use crate::publish::shelf::{Item, Shelf};
use crate::serve::answer::conditions::{Validators, Verdict};
use crate::serve::answer::range::Wanted;
use crate::serve::answer::routes::{Route, Routes};

/// How many fields an answer has at most, or few more.
const FIELDS: usize = 24;

/// What can be asked for.
const METHODS: &str = "GET, HEAD, OPTIONS";

/// What a page may do: show pictures and play media from anywhere, and run the one script of the output,
/// which may ask this server for more but make nothing out of text. What an article brings along can't
/// run anything: the script is a file, and no other file is sent as one.
const POLICY: &str = "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'; \
                      connect-src 'self'; style-src 'self'; img-src * data:; media-src *; \
                      frame-src https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Names how an answer was made of the instance (RFC 3229 §10.5.2).
const IM: HeaderName = HeaderName::from_static("im");

/// What holds for all requests.
#[derive(Debug)]
pub(super) struct Terms {
    /// What is told of how long a document counts as fresh.
    freshness: HeaderValue,
    routes: Routes,
    /// Whether anybody can tell what happens to entries.
    has_events: bool,
}

impl Terms {
    /// Makes the terms of a site.
    pub(super) fn new(settings: &Settings, has_events: bool) -> Self {
        let freshness = format!("public, max-age={}", settings.serve.max_age.as_secs());
        // A number is always such a value.
        let freshness = HeaderValue::try_from(freshness).unwrap_or(HeaderValue::from_static(""));
        Self { freshness, routes: Routes::new(settings), has_events }
    }
}

/// An answer; what it carries may yet have to be read.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    subject: Option<Subject>,
    /// How much it carries of what it is about; `None` for nothing.
    carries: Option<Part>,
    /// Whether it goes on with what happens to entries.
    goes_on: bool,
}

/// The document that an answer is about, whether it carries it or not.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// The document.
    pub(super) item: Arc<Item>,
    /// The coding in which the client gets it, or would.
    pub(super) coding: Option<Coding>,
}

/// How much of a document is wanted.
#[derive(Debug)]
enum Part {
    All,
    /// What a `Range` field says.
    Range(String),
    /// The entries that are new to whoever has the edition of this tag.
    News(Vec<u8>),
}

/// Answers a request from the shelf. `now` is the time of day.
pub(super) fn answer(request: &Parts, shelf: &Shelf, terms: &Terms, now: SystemTime) -> Answer {
    let path = request.uri.path();
    if request.method == Method::OPTIONS {
        return options(request);
    }
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return Answer::bare(StatusCode::METHOD_NOT_ALLOWED).with(ALLOW, METHODS);
    }
    match terms.routes.find(shelf, path) {
        Route::Item(item) => document(request, item, terms, now),
        Route::Elsewhere(path) => {
            let query = request.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
            Answer::bare(StatusCode::MOVED_PERMANENTLY)
                .with_value(LOCATION, &format!("{path}{query}"))
                .with_field(CACHE_CONTROL, terms.freshness.clone())
        }
        Route::Events if terms.has_events => Answer::events(),
        Route::Gone => Answer::bare(StatusCode::GONE),
        Route::Events | Route::Nothing => Answer::bare(StatusCode::NOT_FOUND),
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

fn document(request: &Parts, item: &Arc<Item>, terms: &Terms, now: SystemTime) -> Answer {
    let coding = accept::coding(&request.headers, item.codings());
    let etag = item.etag(coding);
    let modified = u64::try_from(item.modified.unix()).ok();
    let modified = modified.map(|at| SystemTime::UNIX_EPOCH + Duration::from_secs(at));
    // What is yet to come is not told (RFC 9110 §8.8.2.1).
    let modified = modified.filter(|at| *at <= now);
    let told = modified.filter(|_| item.is_told_by_time);
    let validators = Validators { etag, modified: told };
    let status = match conditions::evaluate(&request.method, &request.headers, validators) {
        Verdict::Proceed => StatusCode::OK,
        Verdict::NotModified => StatusCode::NOT_MODIFIED,
        Verdict::Failed => {
            return Answer::bare(StatusCode::PRECONDITION_FAILED).about(item, coding);
        }
    };
    let mut answer = Answer::bare(status)
        .about(item, coding)
        .with_bytes(ETAG, etag)
        .with_field(CACHE_CONTROL, freshness(item, terms))
        .with(VARY, vary(item));
    if let Some(modified) = modified {
        answer = answer.with_value(LAST_MODIFIED, &httpdate::fmt_http_date(modified));
    }
    if !item.links().is_empty() {
        answer = answer.with_bytes(LINK, item.links());
    }
    if status == StatusCode::NOT_MODIFIED {
        return answer;
    }
    answer = answer.with(CONTENT_TYPE, label(&request.headers, item));
    if let Some(coding) = coding {
        answer = answer.with(CONTENT_ENCODING, token(coding));
    }
    if is_page(item) {
        answer = answer
            .with(CONTENT_SECURITY_POLICY, POLICY)
            .with(REFERRER_POLICY, "no-referrer-when-downgrade");
    }
    let part = part(request, item, validators);
    if let Part::News(_) = part {
        answer = answer.with(IM, "feed").with(CACHE_CONTROL, "no-store, im");
        answer.status = StatusCode::IM_USED;
    } else {
        answer = answer.with(ACCEPT_RANGES, "bytes");
    }
    answer.carries = Some(part);
    answer
}

/// Tells how long a document counts as fresh. People who come back to a page expect what is there now.
fn freshness(item: &Item, terms: &Terms) -> HeaderValue {
    if is_page(item) { HeaderValue::from_static("no-cache") } else { terms.freshness.clone() }
}

fn is_page(item: &Item) -> bool {
    item.media_type == Format::Html.content_type()
}

/// Tells how much of a document a request asks for, that is to be answered with it. Where news alone would
/// be doubtful, it is all of it.
fn part(request: &Parts, item: &Item, validators: Validators<'_>) -> Part {
    let headers = &request.headers;
    if is_xml_feed(item)
        && accept::takes_news(headers)
        && let Some(tag) =
            conditions::tags_that_are_had(headers).find(|tag| item.news_since(tag).is_some())
    {
        return Part::News(tag.to_owned());
    }
    // A range of what a HEAD would carry means nothing (RFC 9110 §14.2).
    let counts = request.method == Method::GET && conditions::range_counts(headers, validators);
    let range = headers.get(RANGE).filter(|_| counts).and_then(|range| range.to_str().ok());
    range.map_or(Part::All, |range| Part::Range(range.to_owned()))
}

/// Tells whether a document is a feed in XML: browsers show it as bare source unless it goes by another
/// name, and its entries can be sent without the others.
fn is_xml_feed(item: &Item) -> bool {
    matches!(item.format(), Some(Format::Rss | Format::Atom))
}

/// Names the fields of a request that have a say in what it gets.
fn vary(item: &Item) -> &'static str {
    if is_xml_feed(item) {
        "Accept-Encoding, Sec-Fetch-Dest, Accept, A-IM"
    } else {
        "Accept-Encoding"
    }
}

/// Gives the media type under which a document is sent. Whoever opens a feed in a browser gets the same
/// bytes as XML, with which the browser uses the style sheet that they name.
fn label(headers: &HeaderMap, item: &Item) -> &'static str {
    let opens = match headers.get("sec-fetch-dest") {
        Some(destination) => destination == "document",
        // Over plain HTTP browsers don't say what for.
        None => {
            headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"))
        }
    };
    if opens && is_xml_feed(item) { "text/xml; charset=utf-8" } else { item.media_type }
}

impl Answer {
    /// Begins an answer with what all have in common.
    fn bare(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::with_capacity(FIELDS),
            subject: None,
            carries: None,
            goes_on: false,
        }
        .with(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .with(ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .with(ACCESS_CONTROL_EXPOSE_HEADERS, "ETag, Link")
    }

    /// Begins the answer for someone who wants to know what happens to entries.
    fn events() -> Self {
        let answer = Self::bare(StatusCode::OK)
            .with(CONTENT_TYPE, "text/event-stream")
            .with(CACHE_CONTROL, "no-store")
            // A proxy that gathers what comes would tell of nothing (nginx).
            .with(HeaderName::from_static("x-accel-buffering"), "no");
        Self { goes_on: true, ..answer }
    }

    /// Tells whether it goes on with what happens to entries.
    pub(super) fn goes_on(&self) -> bool {
        self.goes_on
    }

    /// Makes the answer to a request that may be meant in two ways, after which nothing else is heard.
    pub(super) fn nonsense() -> Self {
        Self::bare(StatusCode::BAD_REQUEST).with(CONNECTION, "close")
    }

    /// Makes the answer for someone who asks much too often, and may ask again after a time.
    pub(super) fn too_often(wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Self::bare(StatusCode::TOO_MANY_REQUESTS).with_value(RETRY_AFTER, &seconds.to_string())
    }

    fn with(self, name: HeaderName, value: &'static str) -> Self {
        self.with_field(name, HeaderValue::from_static(value))
    }

    fn with_field(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Adds a field whose value was made for this answer. What no field may hold is left out.
    fn with_value(self, name: HeaderName, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => self.with_field(name, value),
            Err(_) => self,
        }
    }

    fn about(mut self, item: &Arc<Item>, coding: Option<Coding>) -> Self {
        self.subject = Some(Subject { item: Arc::clone(item), coding });
        self
    }

    /// Gives the document that it is about.
    pub(super) fn subject(&self) -> Option<Subject> {
        self.subject.clone()
    }

    /// Adds a field whose value was made before. What no field may hold is left out.
    fn with_bytes(self, name: HeaderName, value: &Bytes) -> Self {
        match HeaderValue::from_maybe_shared(value.clone()) {
            Ok(value) => self.with_field(name, value),
            Err(_) => self,
        }
    }

    /// Tells whether the same request gets the same answer as long as the shelf is the same: a document as
    /// a whole, or the word that the client has it. What is dated later than now will be told of one day.
    pub(super) fn is_lasting(&self) -> bool {
        let is_plain = matches!(self.status, StatusCode::OK | StatusCode::NOT_MODIFIED)
            && matches!(self.carries, None | Some(Part::All));
        is_plain && self.subject.is_some() && self.headers.contains_key(LAST_MODIFIED)
    }

    /// Tells whether what it carries may take long to get at.
    pub(super) fn may_wait(&self) -> bool {
        let carried = self.subject.as_ref().zip(self.carries.as_ref());
        carried.is_some_and(|(subject, part)| !subject.is_at_hand(part))
    }

    /// Makes the response, with all that it carries. This may wait for a disk, and take a while.
    pub(super) fn response(mut self) -> Response<Bytes> {
        let mut body = Bytes::new();
        match self.subject.as_ref().zip(self.carries.take()) {
            Some((subject, part)) => match (subject.bytes(&part), part) {
                (Ok(bytes), Part::Range(range)) => body = self.cut(bytes, &range),
                (Ok(bytes), _) => body = bytes,
                // Its file was replaced just now, and the next shelf has the new one.
                (Err(_), _) => {
                    self = Self::bare(StatusCode::SERVICE_UNAVAILABLE).with(RETRY_AFTER, "1");
                }
            },
            None if self.status.is_client_error() => {
                let reason = self.status.canonical_reason().unwrap_or("no");
                body = Bytes::from(format!("{reason}\n"));
                self = self.with(CONTENT_TYPE, "text/plain; charset=utf-8");
            }
            None => {}
        }
        if !matches!(self.status, StatusCode::NOT_MODIFIED | StatusCode::NO_CONTENT)
            && !self.goes_on
        {
            self = self.with_value(CONTENT_LENGTH, &body.len().to_string());
        }
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    /// Cuts out what was asked for of a document.
    fn cut(&mut self, bytes: Bytes, range: &str) -> Bytes {
        let length = bytes.len();
        let (told, body) = match range::wanted(range, length) {
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

impl Subject {
    /// Gives the news that a part of it is, if it is any.
    fn news(&self, part: &Part) -> Option<&Body> {
        match part {
            Part::News(tag) => self.item.news_since(tag),
            _ => None,
        }
    }

    fn is_at_hand(&self, part: &Part) -> bool {
        match self.news(part) {
            Some(news) => news.at_hand(self.coding).is_some(),
            None => self.item.at_hand(self.coding).is_some(),
        }
    }

    fn bytes(&self, part: &Part) -> io::Result<Bytes> {
        match self.news(part) {
            Some(news) => news.bytes(self.coding),
            None => self.item.bytes(self.coding),
        }
    }
}

#[cfg(test)]
mod tests;
