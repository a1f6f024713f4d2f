//! The configuration as typed: what `config.toml` says, and the default of every key.
//!
//! Invariant: nothing is judged here but names of keys and types of values. The defaults are also
//! the shape that every layer is held against, so each key serialises to a value of its type.

use serde::{Deserialize, Serialize};
use toml::value::Datetime;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Typed {
    pub(crate) site: Site,
    pub(crate) input: Input,
    pub(crate) output: Output,
    pub(crate) state: State,
    pub(crate) watch: Watch,
    pub(crate) serve: Serve,
    pub(crate) feed: Vec<Feed>,
}

impl Default for Typed {
    /// Without any `[[feed]]` there is one, at the root, of everything.
    fn default() -> Self {
        Self {
            site: Site::default(),
            input: Input::default(),
            output: Output::default(),
            state: State::default(),
            watch: Watch::default(),
            serve: Serve::default(),
            feed: vec![Feed::default()],
        }
    }
}

/// `[site]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Site {
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) description: String,
    pub(crate) language: String,
    pub(crate) authors: Vec<Author>,
    pub(crate) image: String,
    pub(crate) rights: String,
    pub(crate) time_zone: String,
    pub(crate) permalink: String,
    pub(crate) id_authority: String,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            title: "Feeds".into(),
            url: String::new(),
            description: String::new(),
            language: "en".into(),
            authors: Vec::new(),
            image: String::new(),
            rights: String::new(),
            time_zone: "UTC".into(),
            permalink: String::new(),
            id_authority: String::new(),
        }
    }
}

/// Someone who stands for the site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected \"Name <mail>\" or a table with a name and perhaps email and url"
)]
pub(crate) enum Author {
    /// `Name` or `Name <mail>`.
    Line(String),
    /// A table.
    Table(AuthorTable),
}

/// An author as a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorTable {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) url: String,
}

/// `[input]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Input {
    pub(crate) folders: Vec<String>,
    pub(crate) include: Vec<String>,
    pub(crate) exclude: Vec<String>,
    pub(crate) extensions: Vec<String>,
    pub(crate) max_size: String,
    pub(crate) keep_dateline: bool,
    pub(crate) summary_length: i64,
    pub(crate) detect_language: bool,
    pub(crate) frame_hosts: Vec<String>,
}

/// Endings of files that are read as articles.
const EXTENSIONS: [&str; 8] = ["md", "markdown", "mdown", "txt", "text", "html", "htm", "xhtml"];

/// Well-known video players.
const FRAME_HOSTS: [&str; 7] = [
    "www.youtube.com",
    "youtube.com",
    "www.youtube-nocookie.com",
    "youtube-nocookie.com",
    "player.vimeo.com",
    "www.dailymotion.com",
    "player.bilibili.com",
];

impl Default for Input {
    fn default() -> Self {
        Self {
            folders: strings(&["seeds"]),
            include: strings(&["**"]),
            exclude: Vec::new(),
            extensions: strings(&EXTENSIONS),
            max_size: "4 MiB".into(),
            keep_dateline: false,
            summary_length: 280,
            detect_language: true,
            frame_hosts: strings(&FRAME_HOSTS),
        }
    }
}

/// `[output]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Output {
    pub(crate) folder: String,
    pub(crate) precompress: Vec<String>,
    pub(crate) gate: i64,
    pub(crate) tombstones: String,
}

impl Default for Output {
    fn default() -> Self {
        Self {
            folder: "feeds".into(),
            precompress: Vec::new(),
            gate: 20,
            tombstones: "90 days".into(),
        }
    }
}

/// `[state]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) file: String,
}

/// `[watch]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Watch {
    pub(crate) mode: String,
    pub(crate) poll: String,
    pub(crate) reconcile: String,
    pub(crate) settle: String,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            mode: "auto".into(),
            poll: "2 seconds".into(),
            reconcile: "10 minutes".into(),
            settle: "500 ms".into(),
        }
    }
}

/// `[serve]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Serve {
    pub(crate) listen: Vec<String>,
    pub(crate) max_age: String,
    pub(crate) connections: u32,
    pub(crate) connections_each: u32,
    pub(crate) requests_each: u32,
    pub(crate) proxies: Vec<String>,
    pub(crate) tls_certificate: String,
    pub(crate) tls_key: String,
    pub(crate) gone: Vec<String>,
    pub(crate) admin: Vec<String>,
    pub(crate) access_log: String,
}

impl Default for Serve {
    fn default() -> Self {
        Self {
            listen: vec!["127.0.0.1:8080".into()],
            max_age: "5 minutes".into(),
            connections: 16_384,
            connections_each: 256,
            requests_each: 1_200,
            proxies: strings(&["127.0.0.0/8", "::1", "unix"]),
            tls_certificate: String::new(),
            tls_key: String::new(),
            gone: Vec::new(),
            admin: Vec::new(),
            access_log: String::new(),
        }
    }
}

/// One `[[feed]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Feed {
    pub(crate) name: String,
    pub(crate) moved_from: Vec<String>,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) language: String,
    pub(crate) formats: Vec<String>,
    pub(crate) limit: i64,
    pub(crate) limit_age: String,
    pub(crate) limit_size: String,
    pub(crate) archive: String,
    pub(crate) content: String,
    pub(crate) order: String,
    pub(crate) only: Filter,
    pub(crate) except: Filter,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            name: String::new(),
            moved_from: Vec::new(),
            title: String::new(),
            description: String::new(),
            language: String::new(),
            formats: strings(&["rss", "atom", "json", "html"]),
            limit: 50,
            limit_age: String::new(),
            limit_size: "250 KB".into(),
            archive: String::new(),
            content: "both".into(),
            order: "newest".into(),
            only: Filter::default(),
            except: Filter::default(),
        }
    }
}

/// `[feed.only]` or `[feed.except]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Filter {
    pub(crate) paths: Vec<String>,
    pub(crate) sources: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) languages: Vec<String>,
    pub(crate) since: Moment,
    pub(crate) until: Moment,
    pub(crate) title_words: Vec<String>,
    pub(crate) title_matches: String,
    pub(crate) words: Vec<String>,
    pub(crate) matches: String,
}

/// A date, with or without a time of day, with or without a zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a date or a string")]
pub(crate) enum Moment {
    /// In quotes; empty for none.
    Text(String),
    /// In TOML's own syntax.
    Date(Datetime),
}

impl Default for Moment {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// Gives the defaults as a table: the shape of the configuration. There is exactly one `[[feed]]`
/// in it.
pub(crate) fn shape() -> toml::Table {
    table(&Typed::default())
}

/// Gives a configuration as a table. Every field is of a type that TOML has, so it can't fail.
pub(crate) fn table(typed: &Typed) -> toml::Table {
    toml::Table::try_from(typed).unwrap_or_default()
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_holds_every_section_and_reads_back() {
        let shape = shape();
        for section in ["site", "input", "output", "state", "watch", "serve"] {
            assert!(shape[section].as_table().is_some_and(|keys| !keys.is_empty()), "{section}");
        }
        assert_eq!(shape["feed"].as_array().map(Vec::len), Some(1));
        assert_eq!(shape.try_into::<Typed>().expect("its own shape"), Typed::default());
    }

    #[test]
    fn dates_are_taken_in_both_syntaxes() {
        let read = |text: &str| toml::from_str::<Filter>(text).map(|filter| filter.since);
        assert_eq!(read("since = \"2024\""), Ok(Moment::Text("2024".into())));
        assert!(matches!(read("since = 2024-05-16"), Ok(Moment::Date(_))));
        assert!(matches!(read("since = 2024-05-16T09:00:00Z"), Ok(Moment::Date(_))));
        assert!(read("since = 2024").is_err());
    }
}
