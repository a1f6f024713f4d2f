//! For how many people feeds are read, without following anyone.
//!
//! Aggregators say for how many they read; what they say holds for two days. Of the others, the different
//! ones of a day are counted: by a hash of address and `User-Agent`, under a salt that is made anew each
//! day and never leaves memory. Once the day is over, nobody can tell from what is left who they were,
//! nor whether they came again.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::date::Timestamp;
use crate::model::feed::Format;
use crate::serve::client::household;
use crate::serve::tally::agent::{Agent, Reader};
use crate::serve::tally::sample::Sample;

/// How long the word of an aggregator holds, in seconds.
const WORD_HOLDS: i64 = 2 * DAY;

const DAY: i64 = 24 * 60 * 60;

/// By how many names one aggregator may know a feed. Anyone can say anything in the name of anyone, and
/// must not keep the others from being heard.
const MOST_WORDS: usize = 16;

/// How often it is looked for words that hold no more, at most, in seconds.
const PAUSE: i64 = 60 * 60;

/// How many bytes of a `User-Agent` tell pollers apart.
const LONGEST_AGENT: usize = 512;

/// Somebody who has asked for a feed, and has it now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Poll<'a> {
    /// The number by which the feed is counted.
    pub(super) feed: usize,
    /// In which form.
    pub(super) format: Format,
    /// From where, if that is known.
    pub(super) peer: Option<IpAddr>,
    /// What it says of itself, as it stands.
    pub(super) field: &'a [u8],
    /// The same, as it was read.
    pub(super) agent: Agent<'a>,
    /// When.
    pub(super) at: Timestamp,
}

/// For how many people a feed is read, or how many use a reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Audience {
    /// As many as aggregators say.
    pub(super) subscribers: u64,
    /// Others that asked today, since midnight in UTC.
    pub(super) today: u64,
    /// Others that asked yesterday.
    pub(super) yesterday: u64,
    /// Whether there were so many others that they are estimated.
    pub(super) is_estimate: bool,
}

/// Counts subscribers.
#[derive(Debug, Default)]
pub(super) struct Subscribers {
    book: Mutex<Book>,
    /// Tells aggregators apart.
    names: RandomState,
}

#[derive(Debug, Default)]
struct Book {
    /// The day whose pollers are counted, since 1970-01-01.
    day: i64,
    /// What the hashes of that day are salted with.
    salt: RandomState,
    /// By the number of each feed.
    feeds: Vec<Pollers>,
    /// By the number of each reader.
    readers: Vec<Pollers>,
    /// What aggregators said.
    words: HashMap<Aggregator, Word>,
    /// How many of them there are, by feed and reader.
    word_counts: HashMap<(usize, Reader), usize>,
    /// When those that hold no more were forgotten.
    forgotten: Option<Timestamp>,
}

/// The different ones that ask.
#[derive(Debug, Default)]
struct Pollers {
    today: Sample,
    yesterday: u64,
    was_estimate: bool,
}

/// An aggregator, by each name that it has for a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Aggregator {
    feed: usize,
    format: Format,
    reader: Reader,
    /// The hash of the name.
    own: u64,
}

#[derive(Clone, Copy, Debug)]
struct Word {
    count: u32,
    at: Timestamp,
}

impl Subscribers {
    /// Counts a poll.
    pub(super) fn note(&self, poll: &Poll<'_>) {
        if let Some(people) = poll.agent.people {
            let own = self.names.hash_one(people.own);
            let (feed, format, reader) = (poll.feed, poll.format, poll.agent.reader);
            let word = Word { count: people.count, at: poll.at };
            self.book().take_word(Aggregator { feed, format, reader, own }, word);
            return;
        }
        // Without an address nobody is told from another.
        let Some(peer) = poll.peer else { return };
        let agent = &poll.field[..poll.field.len().min(LONGEST_AGENT)];
        let mut book = self.book();
        book.turn_to(poll.at.unix().div_euclid(DAY));
        let hash = book.salt.hash_one((household(peer), agent));
        Book::pollers(&mut book.feeds, poll.feed).today.add(hash);
        Book::pollers(&mut book.readers, poll.agent.reader.index()).today.add(hash);
    }

    /// Gives for how many people each feed is read, by its number, as of now. Those without anybody may be
    /// left out at the end.
    pub(super) fn of_feeds(&self, now: Timestamp) -> Vec<Audience> {
        self.book().audiences(now, |book| &book.feeds, |aggregator| aggregator.feed)
    }

    /// Gives how many people use each reader, by its number, likewise. Who reads several feeds counts for
    /// each of them where an aggregator says so.
    pub(super) fn of_readers(&self, now: Timestamp) -> Vec<Audience> {
        self.book().audiences(now, |book| &book.readers, |aggregator| aggregator.reader.index())
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Each change of the book is whole by itself.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// Turns to the page of a day, if it is a later one. A clock that is set back by less than a day does
    /// not end it.
    fn turn_to(&mut self, day: i64) {
        if self.day == day || self.day == day + 1 {
            return;
        }
        let is_next = day == self.day + 1;
        for pollers in self.feeds.iter_mut().chain(&mut self.readers) {
            let ended = std::mem::take(&mut pollers.today);
            pollers.yesterday = if is_next { ended.count() } else { 0 };
            pollers.was_estimate = is_next && !ended.is_exact();
        }
        self.salt = RandomState::new();
        self.day = day;
    }

    fn pollers(all: &mut Vec<Pollers>, index: usize) -> &mut Pollers {
        if all.len() <= index {
            all.resize_with(index + 1, Pollers::default);
        }
        &mut all[index]
    }

    /// Takes an aggregator at its word, if there is room for it.
    fn take_word(&mut self, aggregator: Aggregator, word: Word) {
        if let Some(known) = self.words.get_mut(&aggregator) {
            *known = word;
            return;
        }
        let is_long_ago =
            self.forgotten.is_none_or(|last| (word.at.unix() - last.unix()).abs() >= PAUSE);
        if is_long_ago {
            self.forget(word.at);
        }
        let count = self.word_counts.entry((aggregator.feed, aggregator.reader)).or_default();
        if *count < MOST_WORDS {
            *count += 1;
            self.words.insert(aggregator, word);
        }
    }

    /// Forgets what holds no more.
    fn forget(&mut self, now: Timestamp) {
        self.words.retain(|_, word| word.holds(now));
        self.word_counts.clear();
        for Aggregator { feed, reader, .. } in self.words.keys() {
            *self.word_counts.entry((*feed, *reader)).or_default() += 1;
        }
        self.forgotten = Some(now);
    }

    fn audiences(
        &mut self,
        now: Timestamp,
        pollers: impl Fn(&Self) -> &Vec<Pollers>,
        index: impl Fn(&Aggregator) -> usize,
    ) -> Vec<Audience> {
        self.turn_to(now.unix().div_euclid(DAY));
        self.forget(now);
        let audience = |pollers: &Pollers| Audience {
            subscribers: 0,
            today: pollers.today.count(),
            yesterday: pollers.yesterday,
            is_estimate: pollers.was_estimate || !pollers.today.is_exact(),
        };
        let mut audiences: Vec<Audience> = pollers(self).iter().map(audience).collect();
        for (aggregator, word) in &self.words {
            let index = index(aggregator);
            if audiences.len() <= index {
                audiences.resize_with(index + 1, Audience::default);
            }
            audiences[index].subscribers += u64::from(word.count);
        }
        audiences
    }
}

impl Word {
    fn holds(self, now: Timestamp) -> bool {
        // A clock that was set back makes no word hold for longer.
        (now.unix() - self.at.unix()).abs() < WORD_HOLDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::tally::agent::agent;

    /// 2024-05-16T00:00:00Z.
    const MIDNIGHT: i64 = 1_715_817_600;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(MIDNIGHT + seconds).expect("in range")
    }

    fn poll<'a>(peer: &str, field: &'a str, seconds: i64) -> Poll<'a> {
        Poll {
            feed: 0,
            format: Format::Rss,
            peer: Some(peer.parse().expect("an address")),
            field: field.as_bytes(),
            agent: agent(field.as_bytes()),
            at: at(seconds),
        }
    }

    fn feed(subscribers: &Subscribers, seconds: i64) -> Audience {
        subscribers.of_feeds(at(seconds)).first().copied().unwrap_or_default()
    }

    #[test]
    fn the_last_word_of_an_aggregator_holds_for_two_days() {
        let subscribers = Subscribers::default();
        for (field, seconds) in [
            ("Feedbin feed-id:1 - 10 subscribers", 0),
            ("Feedbin feed-id:2 - 5 subscribers", 10),
            ("Feedly/1.0 (100 subscribers)", 20),
            ("Feedbin feed-id:1 - 11 subscribers", DAY),
        ] {
            // From wherever it comes.
            subscribers.note(&poll(&format!("192.0.2.{}", seconds % 200), field, seconds));
        }
        let other = Poll { format: Format::Atom, ..poll("192.0.2.1", "Feedly 7 subscribers", DAY) };
        subscribers.note(&other);
        assert_eq!(feed(&subscribers, DAY).subscribers, 11 + 5 + 100 + 7);
        assert_eq!(feed(&subscribers, 2 * DAY + 15).subscribers, 11 + 100 + 7);
        assert_eq!(feed(&subscribers, 2 * DAY + 20).subscribers, 11 + 7);
        let readers = subscribers.of_readers(at(2 * DAY + 20));
        let by_name = Reader::all().zip(readers).filter(|(_, audience)| audience.subscribers > 0);
        let by_name: Vec<_> =
            by_name.map(|(reader, audience)| (reader.name(), audience.subscribers)).collect();
        assert_eq!(by_name, [("Feedbin", 11), ("Feedly", 7)]);
        assert_eq!(feed(&subscribers, 5 * DAY), Audience::default());
    }

    #[test]
    fn others_are_counted_once_a_day() {
        let subscribers = Subscribers::default();
        for (peer, field) in [
            ("192.0.2.1", "NetNewsWire"),
            ("192.0.2.1", "NetNewsWire"),
            ("::ffff:192.0.2.1", "NetNewsWire"),
            ("192.0.2.1", "Newsboat"),
            ("192.0.2.2", "Newsboat"),
            ("2001:db8:0:1::5", "Newsboat"),
            ("2001:db8:0:1::6", "Newsboat"),
            ("2001:db8:0:2::6", "Newsboat"),
        ] {
            subscribers.note(&poll(peer, field, 5));
        }
        let nobody = Poll { peer: None, ..poll("192.0.2.9", "Newsboat", 5) };
        subscribers.note(&nobody);
        let counted = Audience { today: 5, ..Audience::default() };
        assert_eq!(feed(&subscribers, 5), counted);
        let readers = subscribers.of_readers(at(5));
        assert_eq!(readers[agent(b"Newsboat").reader.index()].today, 4);
    }

    #[test]
    fn a_day_ends_at_midnight_and_its_salt_with_it() {
        let subscribers = Subscribers::default();
        let poll_at = |seconds| subscribers.note(&poll("192.0.2.1", "Newsboat", seconds));
        let salt = || subscribers.book().salt.hash_one("somebody");
        poll_at(0);
        let first = salt();
        poll_at(DAY - 1);
        assert_eq!(salt(), first);
        assert_eq!(
            (feed(&subscribers, DAY - 1).today, feed(&subscribers, DAY - 1).yesterday),
            (1, 0)
        );
        poll_at(DAY);
        assert_ne!(salt(), first);
        assert_eq!((feed(&subscribers, DAY).today, feed(&subscribers, DAY).yesterday), (1, 1));
        // The clock is set back by a second, and that day is over.
        let second = salt();
        poll_at(DAY - 1);
        assert_eq!(salt(), second);
        assert_eq!((feed(&subscribers, DAY - 1).today, feed(&subscribers, DAY).yesterday), (1, 1));
        // Nobody came on the third day.
        assert_eq!(feed(&subscribers, 3 * DAY).yesterday, 0);
    }

    #[test]
    fn what_anyone_says_is_bounded() {
        let subscribers = Subscribers::default();
        for number in 0..10 * MOST_WORDS {
            let field = format!("Feedbin feed-id:{number} - 1 subscribers");
            subscribers.note(&poll("192.0.2.1", &field, 0));
        }
        assert_eq!(feed(&subscribers, 0).subscribers, MOST_WORDS as u64);
        // Those that are known are heard, and so are others; there is room once the rest is gone.
        subscribers.note(&poll("192.0.2.1", "Feedbin feed-id:0 - 9 subscribers", DAY));
        subscribers.note(&poll("192.0.2.1", "Feedly 5 subscribers", DAY));
        assert_eq!(feed(&subscribers, DAY).subscribers, MOST_WORDS as u64 + 8 + 5);
        subscribers.note(&poll("192.0.2.1", "Feedbin feed-id:new - 3 subscribers", 2 * DAY));
        assert_eq!(feed(&subscribers, 2 * DAY).subscribers, 9 + 5 + 3);
    }
}
