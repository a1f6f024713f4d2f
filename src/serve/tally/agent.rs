//! Who asks, as far as the field `User-Agent` tells.
//!
//! Aggregators that read a feed for many people say for how many: "12 subscribers". There is no standard
//! for it, but they all write it in the same way.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// How much of the field is looked at.
const LONGEST: usize = 512;

/// The most digits of a number of subscribers.
const MOST_DIGITS: usize = 9;

/// The most bytes of what an aggregator calls a feed.
const LONGEST_ID: usize = 64;

/// Readers, each with what its field holds, in lower case.
const READERS: [(&str, &[&str]); 63] = [
    // Those that read for many.
    ("BazQux", &["bazqux"]),
    ("Bloglovin", &["bloglovin"]),
    ("CommaFeed", &["commafeed"]),
    ("Dreamwidth", &["dreamwidth"]),
    ("FeedBurner", &["feedburner"]),
    ("Feedbin", &["feedbin"]),
    ("Feedly", &["feedly", "feedlybot"]),
    ("Feedspot", &["feedspot", "feedspotbot"]),
    ("Flipboard", &["flipboard", "flipboardrss", "flipboardproxy"]),
    ("FreshRSS", &["freshrss"]),
    ("Google Feedfetcher", &["feedfetcher-google"]),
    ("IFTTT", &["ifttt"]),
    ("Inoreader", &["inoreader"]),
    ("LiveJournal", &["livejournal"]),
    ("Mailchimp", &["mailchimp"]),
    ("Miniflux", &["miniflux"]),
    ("Netvibes", &["netvibes"]),
    ("NewsBlur", &["newsblur"]),
    ("Nextcloud News", &["nextcloud-news", "nextcloud news"]),
    ("Readwise", &["readwise"]),
    ("Selfoss", &["selfoss"]),
    ("Slack", &["slackbot"]),
    ("Superfeedr", &["superfeedr"]),
    ("The Old Reader", &["theoldreader"]),
    ("Tiny Tiny RSS", &["tiny tiny rss", "tt-rss"]),
    ("Yarr", &["yarr"]),
    ("Zapier", &["zapier"]),
    // Those that read for one.
    ("Akregator", &["akregator"]),
    ("Elfeed", &["elfeed"]),
    ("FeedDemon", &["feeddemon"]),
    ("FeedMe", &["feedme"]),
    ("Feedbro", &["feedbro"]),
    ("Feeder", &["feeder", "feeder.co"]),
    ("Fiery Feeds", &["fieryfeeds", "fiery feeds"]),
    ("Fluent Reader", &["fluent reader", "fluent-reader"]),
    ("Liferea", &["liferea"]),
    ("Lire", &["lire"]),
    ("NetNewsWire", &["netnewswire"]),
    ("NewsFlash", &["newsflash"]),
    ("Newsboat", &["newsboat"]),
    ("NewsExplorer", &["newsexplorer", "news explorer"]),
    ("Newsblock", &["newsblock"]),
    ("Outlook", &["outlook", "microsoft outlook"]),
    ("QuiteRSS", &["quiterss"]),
    ("RSS Guard", &["rssguard", "rss guard"]),
    ("RSSOwl", &["rssowl", "rssowlnix"]),
    ("ReadKit", &["readkit"]),
    ("ReadYou", &["readyou"]),
    ("Reeder", &["reeder"]),
    ("Sfeed", &["sfeed"]),
    ("Snownews", &["snownews"]),
    ("Thunderbird", &["thunderbird"]),
    ("Unread", &["unread"]),
    ("Vienna", &["vienna"]),
    ("Vivaldi", &["vivaldi"]),
    ("gPodder", &["gpodder"]),
    ("rss2email", &["rss2email"]),
    // Libraries and tools.
    ("SimplePie", &["simplepie", "wordpress"]),
    ("feedparser", &["feedparser", "universalfeedparser"]),
    ("Python", &["python-requests", "python-urllib", "python-httpx", "aiohttp"]),
    ("Go", &["go-http-client"]),
    ("curl", &["curl", "libcurl"]),
    ("Wget", &["wget"]),
];

/// What stands before the name by which an aggregator knows the feed, or after a number of people.
const MARKS: [(&str, Mark); 6] = [
    ("subscriber", Mark::People),
    ("readers", Mark::People),
    ("feed-id", Mark::Id),
    ("feedid", Mark::Id),
    ("feed_id", Mark::Id),
    ("newsblur.com/site/", Mark::Id),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    People,
    Id,
}

/// A reader: one of those that are known, browsers, or some other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Reader(u8);

impl Reader {
    /// How many there are: each has a number below.
    pub(super) const COUNT: usize = READERS.len() + 2;
    const BROWSER: Self = Self::at(READERS.len());
    pub(super) const OTHER: Self = Self::at(READERS.len() + 1);

    /// Takes a number below [`Self::COUNT`].
    #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 256")]
    const fn at(index: usize) -> Self {
        assert!(index < Self::COUNT && Self::COUNT < 256);
        Self(index as u8)
    }

    /// Lists all.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self::at)
    }

    /// Gives its number, by which it is counted.
    pub(super) fn index(self) -> usize {
        self.0.into()
    }

    /// Gives the name for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::BROWSER => "browsers",
            reader => READERS.get(reader.index()).map_or("other", |(name, _)| name),
        }
    }
}

/// What the field tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Agent<'a> {
    /// Who asks.
    pub(super) reader: Reader,
    /// For whom it asks; `None` when it asks for itself, or does not say.
    pub(super) people: Option<People<'a>>,
}

/// The people for whom an aggregator asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct People<'a> {
    /// How many it says there are.
    pub(super) count: u32,
    /// What else tells these people from others of the same aggregator, or of one without a name here.
    pub(super) own: (&'a [u8], &'a [u8]),
}

impl Agent<'_> {
    /// Says nothing.
    pub(super) const UNKNOWN: Self = Self { reader: Reader::OTHER, people: None };
}

/// Finds all that is looked for at once.
struct Finder {
    automaton: AhoCorasick,
    /// Whose each pattern is; those behind them are the marks.
    owners: Vec<Reader>,
}

static FINDER: LazyLock<Option<Finder>> = LazyLock::new(|| {
    let tokens = READERS.iter().zip(Reader::all());
    let tokens = tokens.flat_map(|((_, tokens), reader)| tokens.iter().map(move |t| (*t, reader)));
    let (mut patterns, owners): (Vec<&str>, Vec<Reader>) = tokens.unzip();
    patterns.extend(MARKS.iter().map(|(mark, _)| *mark));
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest);
    Some(Finder { automaton: builder.build(patterns).ok()?, owners })
});

/// Reads the field `User-Agent`. The first reader that is named is it: what others are like comes after.
pub(super) fn agent(field: &[u8]) -> Agent<'_> {
    let field = &field[..field.len().min(LONGEST)];
    let Some(finder) = &*FINDER else { return Agent::UNKNOWN };
    let (mut reader, mut people, mut id) = (None, None, &[][..]);
    for found in finder.automaton.find_iter(field) {
        match finder.owners.get(found.pattern().as_usize()) {
            Some(owner) if reader.is_none() && begins_word(field, found.start()) => {
                reader = Some(*owner);
            }
            Some(_) => {}
            None => match MARKS[found.pattern().as_usize() - finder.owners.len()].1 {
                Mark::People if people.is_none() => people = number_before(field, found.start()),
                Mark::Id if id.is_empty() => id = id_behind(&field[found.end()..]),
                Mark::People | Mark::Id => {}
            },
        }
    }
    // What has no name here is known by what it says before the number.
    let name = |start| if reader.is_none() { &field[..start] } else { &[] };
    let people = people.map(|(count, start)| People { count, own: (name(start), id) });
    Agent { reader: reader.unwrap_or_else(|| unnamed(field)), people }
}

fn begins_word(field: &[u8], at: usize) -> bool {
    !field[..at].last().is_some_and(u8::is_ascii_alphanumeric)
}

/// Tells browsers from what only looks like them in the first word.
fn unnamed(field: &[u8]) -> Reader {
    let is_like_a_browser = field.starts_with(b"Mozilla/") && !field.contains(&b'+');
    let is_something_else = field.windows(11).any(|part| part == b"compatible;");
    if is_like_a_browser && !is_something_else { Reader::BROWSER } else { Reader::OTHER }
}

/// Reads the number that stands before a word, and tells where it begins.
fn number_before(field: &[u8], at: usize) -> Option<(u32, usize)> {
    let before = field[..at].trim_ascii_end();
    let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let start = before.len() - digits;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b".,-".contains(byte);
    let is_whole = !before[..start].last().is_some_and(is_part);
    let number = std::str::from_utf8(&before[start..]).ok().filter(|_| is_whole)?;
    (digits <= MOST_DIGITS).then(|| number.parse().ok())?.map(|number| (number, start))
}

/// Reads the name of a feed that stands behind its mark.
fn id_behind(rest: &[u8]) -> &[u8] {
    let start = rest.iter().take_while(|byte| b"=: ".contains(byte)).count();
    let rest = &rest[start..];
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    &rest[..rest.iter().take(LONGEST_ID).take_while(is_part).count()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(field: &str) -> (&'static str, Option<u32>, String) {
        let agent = agent(field.as_bytes());
        let id = agent.people.map(|people| people.own.1).unwrap_or_default();
        let id = String::from_utf8_lossy(id).into_owned();
        (agent.reader.name(), agent.people.map(|people| people.count), id)
    }

    #[test]
    fn aggregators_tell_for_how_many_they_read() {
        for (field, name, count, id) in [
            ("Feedbin feed-id:1697787 - 102 subscribers", "Feedbin", 102, "1697787"),
            (
                "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like \
                 FeedFetcher-Google)",
                "Feedly",
                16,
                "",
            ),
            (
                "NewsBlur Feed Fetcher - 27 subscribers - https://www.newsblur.com/site/7704/a \
                 (\"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15\")",
                "NewsBlur",
                27,
                "7704",
            ),
            ("Mozilla/5.0 (compatible; inoreader.com; 114 subscribers)", "Inoreader", 114, ""),
            (
                "Mozilla/5.0 (compatible; theoldreader.com; 1 subscribers; feed-id=cead6c)",
                "The Old Reader",
                1,
                "cead6c",
            ),
            (
                "Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 1 subscribers)",
                "BazQux",
                1,
                "",
            ),
            (
                "Dreamwidth Studios (webmaster@dreamwidth.org; for https://a.example/; 2 readers)",
                "Dreamwidth",
                2,
                "",
            ),
            ("A new one/1.0 (0 Subscriber(s))", "other", 0, ""),
        ] {
            assert_eq!(told(field), (name, Some(count), id.to_owned()), "{field}");
        }
    }

    #[test]
    fn others_are_known_by_name_alone() {
        for (field, name) in [
            ("NetNewsWire (RSS Reader; https://netnewswire.com/)", "NetNewsWire"),
            ("Mozilla/5.0 (compatible; Miniflux/2.0.50; +https://miniflux.app)", "Miniflux"),
            ("FreshRSS/1.23.1 (Linux; https://freshrss.org)", "FreshRSS"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Thunderbird/115.6.0", "Thunderbird"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0", "browsers"),
            ("Mozilla/5.0 (compatible; Somebot/1.0)", "other"),
            ("Mozilla/5.0 (X11) Somebot/1.0 (+https://a.example/)", "other"),
            ("A2feeder/1", "other"),
            ("curl/8.5.0", "curl"),
            ("", "other"),
        ] {
            assert_eq!(told(field), (name, None, String::new()), "{field}");
        }
    }

    #[test]
    fn numbers_that_are_none_count_nobody() {
        for field in [
            "x subscribers",
            "v12 subscribers",
            "1.5 subscribers",
            "1,234 subscribers",
            "-3 subscribers",
            "1234567890 subscribers",
            "12 feeds, subscribers",
            "subscribers 12",
        ] {
            assert_eq!(told(field).1, None, "{field}");
        }
        // The second is another thing's.
        assert_eq!(told("X 3 subscribers 4 subscribers").1, Some(3));
    }

    #[test]
    fn whoever_has_no_name_here_is_told_from_others_by_what_it_says() {
        let own = |field: &'static str| agent(field.as_bytes()).people.map(|people| people.own);
        assert_eq!(own("A/1 (3 subscribers)"), own("A/1 (4 subscribers)"));
        assert_ne!(own("A/1 (3 subscribers)"), own("B/1 (3 subscribers)"));
        assert_eq!(own("Feedly/1 (3 subscribers)"), own("Feedly/2 (4 subscribers)"));
    }

    #[test]
    fn every_name_is_found_by_what_stands_for_it() {
        let mut names: Vec<&str> = Reader::all().map(Reader::name).collect();
        for (name, tokens) in READERS {
            for token in tokens {
                assert_eq!(told(&format!("{}/1.0", token.to_uppercase())).0, name);
            }
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Reader::COUNT, "no name stands twice");
    }

    proptest! {
        #[test]
        fn no_field_is_too_odd(field in prop::collection::vec(any::<u8>(), 0..1000)) {
            agent(&field);
        }

        #[test]
        fn a_number_is_found_wherever_it_stands(
            before in "[ -~]{0,40}",
            count in 0..1_000_000_000_u32,
            behind in "[ -~]{0,40}",
        ) {
            prop_assume!(told(&before) == told("") || told(&before).1.is_none());
            let field = format!("{before}; {count} subscribers{behind}");
            prop_assert_eq!(told(&field).1, Some(count), "{}", field);
        }

        #[test]
        fn what_is_found_is_within_bounds(field in "([ -~]|[0-9]{1,12} subscribers|feed-id=){0,60}") {
            if let Some(people) = agent(field.as_bytes()).people {
                prop_assert!(people.own.0.len() <= LONGEST && people.own.1.len() <= LONGEST_ID);
                prop_assert!(people.count < 1_000_000_000);
            }
        }
    }
}
