//! What was answered to whom, in numbers.
//!
//! Invariant: an answer is counted without waiting for anything slow, and what clients send can't make
//! the tally grow without end.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, LOCATION, REFERER, USER_AGENT};
use http::request::Parts;
use http::{Response, Version};

use crate::config::meant::LogPlace;
use crate::metrics::histogram::{Histogram, OF_ANSWERS};
use crate::metrics::{Counter, Level};
use crate::model::date::Timestamp;
use crate::model::feed::Format;
use crate::publish::shelf::Shown;
use crate::serve::access_log::{AccessLog, Line};
use crate::serve::agent::{Reader, agent};
use crate::serve::answer::Subject;
use crate::serve::feed_counts::{FeedCounts, NO_FEED};
use crate::serve::moved::Moved;
use crate::serve::subscribers::{Poll, Subscribers};

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

/// Counts since the process began.
pub struct Tally {
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    pub(super) feeds: FeedCounts,
    /// In the order of [`Format::ALL`].
    pub(super) formats: [Counter; Format::ALL.len()],
    /// Of what people subscribe to, by the number of the reader.
    pub(super) polls: [Counter; Reader::COUNT],
    pub(super) subscribers: Subscribers,
    pub(super) moved: Moved,
    pub(super) took: Histogram,
    pub(super) sent: Counter,
    pub(super) saved: Saved,
    pub(super) connections: Level,
    pub(super) taken: Counter,
    /// Where it is served.
    places: Mutex<Vec<String>>,
    log: RwLock<Option<AccessLog>>,
    /// Lines of the log that were not written.
    pub(super) lost: Arc<Counter>,
}

/// Bytes that were not sent though they were asked for.
#[derive(Debug, Default)]
pub(super) struct Saved {
    pub(super) coding: Counter,
    pub(super) not_modified: Counter,
    pub(super) delta: Counter,
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

    /// Counts an answer, and has it written down.
    pub(super) fn note(&self, seen: &Seen<'_>) {
        let status = seen.response.status().as_u16();
        let shown = seen.subject.and_then(|subject| subject.item.shown.as_ref());
        let feed = shown.map_or(NO_FEED, |shown| self.feeds.number(&shown.folder));
        self.feeds.add(feed, status);
        self.took.note(seen.took);
        self.sent.add(count(seen.response.body().len()));
        if let Some(subject) = seen.subject {
            self.saved.note(status, seen.response.body().len(), subject);
        }
        match shown {
            Some(shown) => self.note_shown(seen, shown, feed, status),
            None if is_moved(status, seen) => {
                let reader = agent(seen.field(&USER_AGENT)).reader;
                self.moved.add(seen.request.uri.path(), status, reader);
            }
            None => {}
        }
        if let Some(log) = &*self.log.read().unwrap_or_else(PoisonError::into_inner) {
            log.take(&seen.line(self.now()));
        }
    }

    fn note_shown(&self, seen: &Seen<'_>, shown: &Shown, feed: usize, status: u16) {
        if let Some(place) = Format::ALL.iter().position(|format| *format == shown.format) {
            self.formats[place].add_one();
        }
        // Whoever gets an error, or a part, has not read the feed.
        let is_feed = shown.format != Format::Html && !shown.is_page;
        if !is_feed || !matches!(status, 200 | 226 | 304) {
            return;
        }
        let field = seen.field(&USER_AGENT);
        let agent = agent(field);
        self.polls[agent.reader.index()].add_one();
        let (format, peer, at) = (shown.format, seen.peer, self.now());
        self.subscribers.note(&Poll { feed, format, peer, field, agent, at });
    }
}

impl Saved {
    fn note(&self, status: u16, sent: usize, Subject { item, coding }: &Subject) {
        let (saved, bytes) = match status {
            // What a HEAD gets would not have been sent either.
            200 if sent > 0 => (&self.coding, item.length().saturating_sub(sent)),
            226 => (&self.delta, item.length_in(*coding).saturating_sub(sent)),
            304 => (&self.not_modified, item.length_in(*coding)),
            _ => return,
        };
        saved.add(count(bytes));
    }
}

impl Seen<'_> {
    /// Gives a field of the request; empty where there is none.
    fn field(&self, name: &HeaderName) -> &[u8] {
        self.request.headers.get(name).map(http::HeaderValue::as_bytes).unwrap_or_default()
    }

    fn line(&self, at: Timestamp) -> Line<'_> {
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
            request: (self.request.method.as_str(), target, version),
            status: self.response.status().as_u16(),
            sent: self.response.body().len(),
            referer: self.field(&REFERER),
            agent: self.field(&USER_AGENT),
        }
    }
}

/// Tells whether a feed was asked for that has left its address. A folder whose page stands behind a slash
/// has not.
fn is_moved(status: u16, seen: &Seen<'_>) -> bool {
    let location = seen.response.headers().get(LOCATION).map(http::HeaderValue::as_bytes);
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
