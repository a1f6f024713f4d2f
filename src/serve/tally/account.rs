//! The tally as people and programs read it.

use serde::{Deserialize, Serialize};

use crate::metrics::exposition::Exposition;
use crate::model::feed::Format;
use crate::serve::tally::Tally;
use crate::serve::tally::agent::Reader;
use crate::serve::tally::subscribers::Audience;

/// The statuses of answers that are documents, or tell that the client has it already.
const DOCUMENTS: [&str; 4] = ["200", "206", "226", "304"];

/// How the serving goes, since the process began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// The addresses at which something is served.
    pub addresses: Vec<String>,
    /// How many connections there are.
    pub connections: u64,
    /// How many requests were answered.
    pub requests: u64,
    /// How many of them with 304, since the client had the document already.
    pub not_modified: u64,
    /// How many of a hundred answers that were about documents had the status 304.
    pub not_modified_percent: u64,
    /// How many bytes of documents were sent.
    pub sent_bytes: u64,
    /// How many bytes did not have to be sent, thanks to 304, codings and deltas.
    pub saved_bytes: u64,
    /// How many lines the access log has lost.
    pub lost_log_lines: u64,
    /// Who reads each feed, the most read first.
    pub feeds: Vec<Readership>,
    /// Who reads by each reader, the most used first.
    pub readers: Vec<Readership>,
    /// Who asks for feeds where they no longer are.
    pub moved: Vec<MovedRequests>,
}

/// Who reads a feed, or by a reader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readership {
    /// The folder of the feed, or the name of the reader.
    pub name: String,
    /// How often it was asked for.
    pub requests: u64,
    /// For how many people aggregators say that they read it.
    pub subscribers: u64,
    /// How many others asked today, since midnight in UTC.
    pub pollers_today: u64,
    /// How many others asked yesterday.
    pub pollers_yesterday: u64,
    /// Whether these are so many that they are estimated.
    pub is_estimate: bool,
}

/// Who asks for a feed where it no longer is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedRequests {
    /// The path that the feed had.
    pub path: String,
    /// What was answered: 301 or 308 where it has moved, 410 where it is gone.
    pub status: u16,
    /// The name of the reader.
    pub reader: String,
    /// How often.
    pub requests: u64,
}

impl Readership {
    fn new(name: String, requests: u64, audience: Option<&Audience>) -> Self {
        let audience = audience.copied().unwrap_or_default();
        Self {
            name,
            requests,
            subscribers: audience.subscribers,
            pollers_today: audience.today,
            pollers_yesterday: audience.yesterday,
            is_estimate: audience.is_estimate,
        }
    }

    /// Gives how many there are: of the others as many as on the better of two days.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.subscribers + self.pollers_today.max(self.pollers_yesterday)
    }

    fn is_any(&self) -> bool {
        self.requests > 0 || self.size() > 0
    }
}

/// Puts the largest first, and equals by name.
fn sorted(mut all: Vec<Readership>) -> Vec<Readership> {
    all.sort_by(|one, other| {
        let by_size = other.size().cmp(&one.size()).then(other.requests.cmp(&one.requests));
        by_size.then_with(|| one.name.cmp(&other.name))
    });
    all
}

impl Tally {
    /// Sums up how the serving goes.
    #[must_use]
    pub fn account(&self) -> Serving {
        let not_modified = self.feeds.sum(&["304"]);
        let documents = self.feeds.sum(&DOCUMENTS).max(1);
        let saved = [&self.saved.coding, &self.saved.not_modified, &self.saved.delta];
        let moved = self.moved.counts().into_iter().map(|(path, status, reader, requests)| {
            MovedRequests { path, status, reader: reader.name().to_owned(), requests }
        });
        Serving {
            addresses: self.places(),
            connections: self.connections.get(),
            requests: self.feeds.all(),
            not_modified,
            not_modified_percent: not_modified.min(documents) * 100 / documents,
            sent_bytes: self.sent.get(),
            saved_bytes: saved.iter().map(|counter| counter.get()).sum(),
            lost_log_lines: self.lost.get(),
            feeds: sorted(self.of_feeds()),
            readers: sorted(self.of_readers()),
            moved: moved.collect(),
        }
    }

    fn of_feeds(&self) -> Vec<Readership> {
        let audiences = self.subscribers.of_feeds(self.now());
        let named = self.feeds.names().into_iter().filter(|(_, name)| !name.is_empty());
        let feeds = named.map(|(number, name)| {
            let requests = self.feeds.answers(number).iter().map(|(_, count)| count).sum();
            Readership::new(name, requests, audiences.get(number))
        });
        feeds.filter(Readership::is_any).collect()
    }

    fn of_readers(&self) -> Vec<Readership> {
        let audiences = self.subscribers.of_readers(self.now());
        let readers = Reader::all().map(|reader| {
            let requests = self.polls[reader.index()].get();
            Readership::new(reader.name().to_owned(), requests, audiences.get(reader.index()))
        });
        readers.filter(Readership::is_any).collect()
    }

    /// Writes the tally for Prometheus.
    pub fn write(&self, page: &mut Exposition) {
        self.write_requests(page);
        self.write_traffic(page);
        let mut polls =
            page.counter("feedmill_polls", "Feeds that readers asked for and have now.");
        let readers = self.of_readers();
        for reader in readers.iter().filter(|reader| reader.requests > 0) {
            polls.add(&[("reader", &reader.name)], reader.requests);
        }
        write_audience(page, "feed", &self.of_feeds());
        write_audience(page, "reader", &readers);
        let mut moved =
            page.counter("feedmill_moved_requests", "Requests for feeds where they no longer are.");
        for (path, status, reader, requests) in self.moved.counts() {
            let status = status.to_string();
            let labels = [("path", &*path), ("code", &status), ("reader", reader.name())];
            moved.add(&labels, requests);
        }
    }

    fn write_requests(&self, page: &mut Exposition) {
        let help =
            "Requests, by the folder of the feed (none for what belongs to no feed) and status.";
        let mut requests = page.counter("feedmill_requests", help);
        for (number, name) in self.feeds.names() {
            for (status, count) in self.feeds.answers(number) {
                requests.add(&[("feed", &name), ("code", status)], count);
            }
        }
        let help = "Requests for documents of feeds, by form.";
        let mut forms = page.counter("feedmill_document_requests", help);
        for (format, counter) in Format::ALL.iter().zip(&self.formats) {
            forms.add(&[("format", format.word())], counter.get());
        }
        let help = "How long it took to make an answer, without sending it.";
        page.histogram("feedmill_answer_duration_seconds", help, &self.took);
    }

    fn write_traffic(&self, page: &mut Exposition) {
        page.counter("feedmill_sent_bytes", "Bytes of bodies that were sent.")
            .add(&[], self.sent.get());
        let help = "Bytes that were asked for and did not have to be sent.";
        let mut saved = page.counter("feedmill_saved_bytes", help);
        saved.add(&[("by", "coding")], self.saved.coding.get());
        saved.add(&[("by", "not_modified")], self.saved.not_modified.get());
        saved.add(&[("by", "delta")], self.saved.delta.get());
        page.gauge("feedmill_connections", "Connections that there are.")
            .add(&[], self.connections.get());
        page.counter("feedmill_connections_taken", "Connections that there were.")
            .add(&[], self.taken.get());
        page.counter("feedmill_access_log_lost_lines", "Lines that the access log has lost.")
            .add(&[], self.lost.get());
    }
}

/// Writes who reads, by feed or by reader.
fn write_audience(page: &mut Exposition, label: &str, all: &[Readership]) {
    let help = "People for whom aggregators say that they read.";
    let mut subscribers = page.gauge(&format!("feedmill_{label}_subscribers"), help);
    for one in all.iter().filter(|one| one.subscribers > 0) {
        subscribers.add(&[(label, &one.name)], one.subscribers);
    }
    let help = "Different others that asked on a day of UTC, by address and User-Agent.";
    let mut pollers = page.gauge(&format!("feedmill_{label}_pollers"), help);
    for one in all.iter().filter(|one| one.size() > one.subscribers) {
        pollers.add(&[(label, &one.name), ("day", "today")], one.pollers_today);
        pollers.add(&[(label, &one.name), ("day", "yesterday")], one.pollers_yesterday);
    }
}
