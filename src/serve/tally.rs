//! What was answered to whom, in numbers.
//!
//! - `feed_counts`: answers, by feed; `moved`: requests for feeds where they no longer are
//! - `subscribers`: who reads, with `agent` (by which reader) and `sample` (how many differ)
//! - [`account`], `access_log`: the ways in which it is told
//!
//! Invariant: an answer is counted without waiting for anything slow, and what clients send can't make
//! the tally grow without end.

mod access_log;
pub mod account;
mod agent;
mod feed_counts;
mod moved;
mod sample;
mod subscribers;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, LOCATION, REFERER, USER_AGENT};
use http::request::Parts;
use http::{HeaderValue, Response, Version};

use crate::config::meant::LogPlace;
use crate::metrics::histogram::{Histogram, OF_ANSWERS};
use crate::metrics::{Counter, Level};
use crate::model::date::Timestamp;
use crate::model::feed::Format;
use crate::publish::shelf::Shown;
use crate::serve::answer::Subject;
use crate::serve::tally::access_log::{AccessLog, Line};
use crate::serve::tally::agent::{Reader, agent as agent_of};
use crate::serve::tally::feed_counts::{FeedCounts, NO_FEED};
use crate::serve::tally::moved::Moved;
use crate::serve::tally::subscribers::{Poll, Subscribers};

/// A request and its answer.
pub(super) struct Seen<'a> {
    /// From where it came, if that is known.
    pub(super) peer: Option<IpAddr>,
    /// What was asked for.
    pub(super) request: &'a Parts,
    /// The answer, with the body that is sent.
    pub(super) response: &'a Response<Bytes>,
    /// The document that it is about.
    pub(super) subject: Option<&'a Subject>,
    /// How long it took to make the answer, but not to send it.
    pub(super) took: Duration,
}

/// What an answer counts for, whoever gets it.
#[derive(Clone, Debug)]
pub(super) struct Share {
    /// The number of the feed that it is about.
    feed: usize,
    status: u16,
    /// How many bytes of a body were sent.
    sent: u64,
    /// How many did not have to be sent.
    saved: u64,
    /// The form of the feed; `None` for what belongs to none.
    format: Option<Format>,
    /// What the reader says of itself that has the feed now; `None` where nobody has.
    agent: Option<HeaderValue>,
}

/// Counts since the process began.
pub struct Tally {
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    feeds: FeedCounts,
    /// In the order of [`Format::ALL`].
    formats: [Counter; Format::ALL.len()],
    /// Of what people subscribe to, by the number of the reader.
    polls: [Counter; Reader::COUNT],
    subscribers: Subscribers,
    moved: Moved,
    took: Histogram,
    sent: Counter,
    saved: Saved,
    connections: Level,
    taken: Counter,
    /// Where it is served.
    places: Mutex<Vec<String>>,
    log: RwLock<Option<AccessLog>>,
    /// Lines of the log that were not written.
    lost: Arc<Counter>,
}

/// Bytes that were not sent though they were asked for.
#[derive(Debug, Default)]
struct Saved {
    coding: Counter,
    not_modified: Counter,
    delta: Counter,
}

/// A connection that there is.
pub(super) struct Connected(Arc<Tally>);

/// An address at which something is served.
pub(super) struct Listed<'a>(&'a Tally, String);

impl Tally {
    /// Begins to count. The clock tells the time of day.
    #[must_use]
    pub fn new(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self {
            clock: Box::new(clock),
            feeds: FeedCounts::new(),
            formats: Default::default(),
            polls: std::array::from_fn(|_| Counter::default()),
            subscribers: Subscribers::default(),
            moved: Moved::default(),
            took: Histogram::new(OF_ANSWERS),
            sent: Counter::default(),
            saved: Saved::default(),
            connections: Level::default(),
            taken: Counter::default(),
            places: Mutex::default(),
            log: RwLock::default(),
            lost: Arc::default(),
        }
    }

    /// Writes each answer down from now on, or no more.
    pub fn log_to(&self, place: Option<&LogPlace>) {
        let begun = place.and_then(|place| match AccessLog::begin(place, &self.lost) {
            Ok(log) => Some(log),
            Err(error) => {
                tracing::error!("the access log can't be begun: {error}");
                None
            }
        });
        let former = std::mem::replace(&mut *self.log_mut(), begun);
        // It ends by itself once all is written.
        drop(former);
    }

    /// Opens the access log anew, since it was moved away.
    pub fn reopen_log(&self) {
        if let Some(log) = &*self.log.read().unwrap_or_else(PoisonError::into_inner) {
            log.reopen();
        }
    }

    /// Ends the access log; what waits is written, for a moment.
    pub fn close_log(&self) {
        let log = self.log_mut().take();
        if let Some(log) = log {
            log.close();
        }
    }

    fn log_mut(&self) -> std::sync::RwLockWriteGuard<'_, Option<AccessLog>> {
        self.log.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the present time.
    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Counts a connection for as long as what is given is kept.
    pub(super) fn connects(self: &Arc<Self>) -> Connected {
        self.connections.rise();
        self.taken.add_one();
        Connected(Arc::clone(self))
    }

    /// Lists an address for as long as what is given is kept.
    pub(super) fn serves_at(&self, address: String) -> Listed<'_> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner).push(address.clone());
        Listed(self, address)
    }

    /// Gives the addresses at which something is served.
    pub(super) fn places(&self) -> Vec<String> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts an answer, and has it written down; gives what each other one like it counts for.
    pub(super) fn note(&self, seen: &Seen<'_>) -> Share {
        let share = self.share_of(seen);
        self.count(&share, seen.peer, seen.took);
        if share.format.is_none() && is_moved(share.status, seen) {
            let agent = seen.field(&USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
            self.moved.add(seen.request.uri.path(), share.status, agent_of(agent).reader);
        }
        if let Some(log) = &*self.log.read().unwrap_or_else(PoisonError::into_inner) {
            log.take(&seen.line(self.now()));
        }
        share
    }

    /// Counts a refusal of what can't be read, and has it written down.
    pub(super) fn note_refusal(&self, peer: Option<IpAddr>, status: u16) {
        self.feeds.add(NO_FEED, status);
        if let Some(log) = &*self.log.read().unwrap_or_else(PoisonError::into_inner) {
            let (at, nothing) = (self.now(), &[][..]);
            let (request, sent, referer, agent) = (None, 0, nothing, nothing);
            log.take(&Line { peer, at, request, status, sent, referer, agent });
        }
    }

    /// Tells whether each answer is written down.
    pub(super) fn has_log(&self) -> bool {
        self.log.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn share_of(&self, seen: &Seen<'_>) -> Share {
        let status = seen.response.status().as_u16();
        let shown = seen.subject.and_then(|subject| subject.item.shown.as_ref());
        // Whoever gets an error, or a part, has not read the feed.
        let is_feed = |shown: &&Shown| shown.format != Format::Html && !shown.is_page;
        let polled = shown.filter(is_feed).filter(|_| matches!(status, 200 | 226 | 304));
        let sent = seen.response.body().len();
        Share {
            feed: shown.map_or(NO_FEED, |shown| self.feeds.number(&shown.folder)),
            status,
            sent: count(sent),
            saved: seen.subject.map_or(0, |subject| count(saved(status, sent, subject))),
            format: shown.map(|shown| shown.format),
            agent: polled.map(|_| {
                let nothing = || HeaderValue::from_static("");
                seen.field(&USER_AGENT).cloned().unwrap_or_else(nothing)
            }),
        }
    }

    /// Counts an answer like one before.
    pub(super) fn count(&self, share: &Share, peer: Option<IpAddr>, took: Duration) {
        self.feeds.add(share.feed, share.status);
        self.took.note(took);
        self.sent.add(share.sent);
        self.saved.add(share.status, share.saved);
        let Some(format) = share.format else { return };
        if let Some(place) = Format::ALL.iter().position(|one| *one == format) {
            self.formats[place].add_one();
        }
        let Some(field) = &share.agent else { return };
        let field = field.as_bytes();
        let agent = agent_of(field);
        self.polls[agent.reader.index()].add_one();
        self.subscribers.note(&Poll {
            feed: share.feed,
            format,
            peer,
            field,
            agent,
            at: self.now(),
        });
    }
}

impl Saved {
    fn add(&self, status: u16, bytes: u64) {
        match status {
            200 => self.coding.add(bytes),
            226 => self.delta.add(bytes),
            304 => self.not_modified.add(bytes),
            _ => {}
        }
    }
}

/// Gives how many bytes did not have to be sent though they were asked for.
fn saved(status: u16, sent: usize, Subject { item, coding }: &Subject) -> usize {
    match status {
        // What a HEAD gets would not have been sent either.
        200 if sent > 0 => item.length().saturating_sub(sent),
        226 => item.length_in(*coding).saturating_sub(sent),
        304 => item.length_in(*coding),
        _ => 0,
    }
}

impl Seen<'_> {
    /// Gives a field of the request.
    fn field(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.request.headers.get(name)
    }

    fn line(&self, at: Timestamp) -> Line<'_> {
        let bytes = |name| self.field(name).map(HeaderValue::as_bytes).unwrap_or_default();
        let target = self.request.uri.path_and_query();
        let target = target.map_or("*", http::uri::PathAndQuery::as_str);
        let version = match self.request.version {
            Version::HTTP_10 => "HTTP/1.0",
            Version::HTTP_2 => "HTTP/2.0",
            _ => "HTTP/1.1",
        };
        Line {
            peer: self.peer,
            at,
            request: Some((self.request.method.as_str(), target, version)),
            status: self.response.status().as_u16(),
            sent: self.response.body().len(),
            referer: bytes(&REFERER),
            agent: bytes(&USER_AGENT),
        }
    }
}

/// Tells whether a feed was asked for that has left its address. A folder whose page stands behind a slash
/// has not.
fn is_moved(status: u16, seen: &Seen<'_>) -> bool {
    let location = seen.response.headers().get(LOCATION).map(HeaderValue::as_bytes);
    let behind = location.and_then(|to| to.strip_prefix(seen.request.uri.path().as_bytes()));
    let is_folder = behind.is_some_and(|rest| rest.starts_with(b"/"));
    match status {
        301 | 308 => !is_folder,
        status => status == 410,
    }
}

/// Takes a number of bytes as a count.
fn count(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.connections.fall();
    }
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        let mut places = self.0.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.iter().position(|place| *place == self.1) {
            places.remove(place);
        }
    }
}

#[cfg(test)]
mod tests;
