//! The configuration as meant: checked whole, every value of the type that its user needs.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use globset::GlobSet;
use ipnet::IpNet;
use regex::Regex;
use url::Url;

use crate::model::article::Author;
use crate::model::date::Timestamp;
use crate::model::feed::Format;
use crate::model::id::Authority;
use crate::model::language::Language;
use crate::model::text::Text;

/// Everything that is in force for one run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the feeds stand for.
    pub site: Site,
    /// Where the articles are, and how they are read.
    pub input: Input,
    /// Where the documents go.
    pub output: Output,
    /// Where the memory of former builds is; `None` for no memory.
    pub state: Option<PathBuf>,
    /// How the input folders are watched.
    pub watch: Watch,
    /// How the output is served.
    pub serve: Serve,
    /// The feeds, in the order in which they are declared.
    pub feeds: Vec<FeedPlan>,
    /// Stands for all that entries and feeds are made by, the version of the program included: as
    /// long as this is the same, what was derived from an article still holds.
    pub print: String,
}

/// What the feeds stand for.
#[derive(Clone, Debug)]
pub struct Site {
    /// The title of the site, and of a feed that has none of its own.
    pub title: Text,
    /// The address at which the output is served, with a `/` at the end.
    pub url: Url,
    /// True while nobody said where the output is served: addresses then name this machine.
    pub url_is_assumed: bool,
    /// A sentence about the site; may be empty.
    pub description: Text,
    /// The language of the site, for what declares none and can't be detected.
    pub language: Language,
    /// Who stands for the site.
    pub authors: Vec<Author>,
    /// A picture of the site: absolute http(s).
    pub image: Option<Url>,
    /// The rights of the feeds.
    pub rights: Option<Text>,
    /// The zone of dates that name none.
    pub time_zone: Tz,
    /// How permalinks are made for articles that declare none.
    pub permalink: Option<PermalinkTemplate>,
    /// Who mints ids.
    pub authority: Authority,
}

/// A permalink with placeholders, such as `/{year}/{slug}/`, relative to the site's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermalinkTemplate(pub Vec<Part<PermalinkField>>);

/// What a permalink may be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermalinkField {
    /// The path of the file below its input folder, less its ending.
    Path,
    /// The folder of the file below its input folder.
    Folder,
    /// The declared slug, else the name of the file less date and ending.
    Slug,
    /// The year of publishing, four digits.
    Year,
    /// The month of publishing, two digits.
    Month,
    /// The day of publishing, two digits.
    Day,
}

/// A piece of a pattern: words, or a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<Field> {
    /// Words as they stand.
    Literal(String),
    /// A placeholder.
    Field(Field),
}

/// Where the articles are, and how they are read.
#[derive(Clone, Debug)]
pub struct Input {
    /// The folders, in order.
    pub folders: Vec<PathBuf>,
    /// Paths below a folder that are articles, if they have one of `extensions`; `None` for all.
    pub include: Option<GlobSet>,
    /// Paths below a folder that are none.
    pub exclude: GlobSet,
    /// Endings of file names that are articles, in lower case, without the dot.
    pub extensions: Vec<String>,
    /// How a file is read.
    pub reading: Reading,
}

/// How a file is read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Files larger than this many bytes are reported and left out.
    pub max_bytes: u64,
    /// Keeps the dateline at the top of an archive article's body.
    pub keep_dateline: bool,
    /// The length of a summary, in characters as people count them (grapheme clusters).
    pub summary_length: usize,
    /// Detects the language of an article that declares none.
    pub detect_language: bool,
    /// Hosts whose frames stay frames, in lower case; other frames become links.
    pub frame_hosts: Vec<String>,
}

/// Where the documents go.
#[derive(Clone, Debug)]
pub struct Output {
    /// The folder.
    pub folder: PathBuf,
    /// The codings in which each text document stands beside the plain one.
    pub precompress: Vec<Coding>,
    /// At most so many entries may disappear, or reappear as unread, at once.
    pub gate: usize,
    /// How long Atom feeds tell that an entry is no more, in seconds.
    pub tombstone_seconds: i64,
}

/// A content coding (RFC 9110 §8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coding {
    /// `gzip`, `.gz`.
    Gzip,
    /// `br`, `.br`.
    Brotli,
    /// `zstd`, `.zst`.
    Zstd,
}

/// How the input folders are watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// By what changes are noticed.
    pub mode: WatchMode,
    /// How often folders are walked whose file system does not tell of changes, and how often it is
    /// checked that the input folders are still there and still the same.
    pub poll: Duration,
    /// How often everything is walked, for whatever was not told.
    pub reconcile: Duration,
    /// How long a file that is still open must have been quiet before it is read.
    pub settle: Duration,
}

/// How the output is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serve {
    /// Where clients come in; nowhere where nothing is served.
    pub listen: Vec<Listen>,
    /// How long a reader may take a document for fresh before it asks again.
    pub max_age: Duration,
    /// How many connections there may be at once.
    pub connections: usize,
    /// How many of them one address may have.
    pub connections_each: usize,
    /// How many requests one address may make in a minute; 0 for any number.
    pub requests_each: u32,
    /// Who is believed when it tells for whom it asks.
    pub proxies: Proxies,
    /// By what doors are secure that are to be so.
    pub certificate: Option<Certificate>,
    /// What was removed for good: paths of feeds or documents below the output.
    pub gone: Vec<String>,
    /// The addresses at which whoever runs the server asks how it is; none where nobody may.
    pub admin: Vec<SocketAddr>,
    /// Where each answer is written down; `None` for nowhere.
    pub access_log: Option<LogPlace>,
}

/// Where clients come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// The door.
    pub door: Door,
    /// Whether it speaks TLS.
    pub is_secure: bool,
}

/// A way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// An address on the network.
    Tcp(SocketAddr),
    /// A socket on this machine.
    Unix(PathBuf),
    /// The sockets that systemd hands over.
    Systemd,
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => path.display().fmt(f),
            Self::Systemd => f.write_str("systemd"),
        }
    }
}

/// The files of a certificate, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate, and those that it stands on.
    pub chain: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Proxies that are believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxies {
    /// Those of these networks.
    pub networks: Vec<IpNet>,
    /// Whoever comes by a Unix socket.
    pub machine: bool,
}

/// Where lines are written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogPlace {
    /// To standard output.
    Output,
    /// To the end of a file.
    File(PathBuf),
}

/// By what changes are noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchMode {
    /// By what the file system tells, where it does; else by polling.
    Auto,
    /// By what the file system tells, of whatever kind it is.
    Native,
    /// By polling.
    Poll,
}

/// One `[[feed]]`: a query over the articles, or a query for each value of a group.
#[derive(Clone, Debug)]
pub struct FeedPlan {
    /// The name, its placeholders making groups; empty for the feed at the root.
    pub name: Vec<Part<Group>>,
    /// Where it was before.
    pub moved_from: Vec<Former>,
    /// The title; may hold the placeholders of the name.
    pub title: Option<Vec<Part<Group>>>,
    /// A sentence about it; may hold the placeholders of the name.
    pub description: Option<Vec<Part<Group>>>,
    /// The language, where it is not the site's.
    pub language: Option<Language>,
    /// The formats, in the order of [`Format::ALL`]; not empty.
    pub formats: Vec<Format>,
    /// How much it holds.
    pub limits: Limits,
    /// How its whole history is divided into archive documents; `None` for no archive.
    pub archive: Option<Paging>,
    /// How much of an article an entry carries.
    pub content: ContentMode,
    /// In which order.
    pub order: Order,
    /// What an article must be to be in it.
    pub only: Filter,
    /// What an article must not be to be in it.
    pub except: Filter,
}

/// A place where a feed was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Former {
    /// A former name; its placeholders are those of the name.
    Name(Vec<Part<Group>>),
    /// The path of a single document, such as another program's `index.xml`, and the format that
    /// stands for it now.
    Document(String, Format),
}

/// What articles can be grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Where it comes from.
    Source,
    /// Each of its tags.
    Tag,
    /// Each of its authors.
    Author,
    /// Its language.
    Language,
    /// The folder of its file below the input folder.
    Folder,
    /// The month of publishing, `2024-05`.
    Month,
    /// The year of publishing, `2024`.
    Year,
}

/// How much a feed holds: what each limit allows, and always one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// So many entries.
    pub count: Option<usize>,
    /// Entries published within so many seconds before the build.
    pub age_seconds: Option<i64>,
    /// So many bytes of titles, summaries and contents.
    pub bytes: Option<u64>,
}

impl Limits {
    /// Tells whether a feed holds everything.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.count.is_none() && self.age_seconds.is_none() && self.bytes.is_none()
    }
}

/// How the history of a feed is divided into pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// By the month of publishing, in the site's time zone.
    Month,
    /// By so many entries, from the oldest on.
    Count(i64),
}

/// How much of an article an entry carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContentMode {
    /// The content.
    Full,
    /// The summary.
    Summary,
    /// The summary and the content.
    Both,
}

/// In which order entries stand. Ties are broken by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Newest published first.
    Newest,
    /// Oldest published first.
    Oldest,
    /// Latest updated first.
    Updated,
    /// By title.
    Title,
}

/// Conditions on an article. In one condition any of the values will do; an empty condition says
/// nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Paths below the input folder.
    pub paths: Option<GlobSet>,
    /// Sources, without regard to case.
    pub sources: Vec<String>,
    /// Tags, without regard to case.
    pub tags: Vec<String>,
    /// Names of authors, without regard to case.
    pub authors: Vec<String>,
    /// Language tags; `zh` stands for `zh-Hans` too.
    pub languages: Vec<String>,
    /// Published at this time or later.
    pub since: Option<Timestamp>,
    /// Published before this time.
    pub until: Option<Timestamp>,
    /// Words in the title, without regard to case.
    pub title_words: Vec<String>,
    /// A pattern in the title.
    pub title_matches: Option<Regex>,
    /// Words in the title or the text, without regard to case.
    pub words: Vec<String>,
    /// A pattern in the title or the text.
    pub matches: Option<Regex>,
}
