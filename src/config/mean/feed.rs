//! `[[feed]]` as meant.

use chrono_tz::Tz;

use crate::config::error::{Fault, Origin};
use crate::config::mean::Findings;
use crate::config::mean::amount::{age, paging, size};
use crate::config::mean::filter::filter;
use crate::config::mean::former::former;
use crate::config::mean::name::{collisions, foreign_placeholder, name, words};
use crate::config::mean::value::{choice, language, optional};
use crate::config::meant::{ContentMode, FeedPlan, Former, Limits, Order};
use crate::config::typed;
use crate::model::feed::Format;

const CONTENTS: [(&str, ContentMode); 3] =
    [("both", ContentMode::Both), ("full", ContentMode::Full), ("summary", ContentMode::Summary)];

const ORDERS: [(&str, Order); 4] = [
    ("newest", Order::Newest),
    ("oldest", Order::Oldest),
    ("updated", Order::Updated),
    ("title", Order::Title),
];

/// Means every `[[feed]]`.
pub(crate) fn feeds(
    typed: &[typed::Feed],
    zone: Tz,
    findings: &mut Findings<'_>,
) -> Option<Vec<FeedPlan>> {
    if typed.is_empty() {
        findings.fault("feed", Fault::new("there must be at least one feed"));
    }
    let plans: Vec<Option<FeedPlan>> =
        typed.iter().enumerate().map(|(at, feed)| plan(at, feed, zone, findings)).collect();
    keep_apart(&plans, findings);
    keep_former_apart(&plans, findings);
    plans.into_iter().collect()
}

fn plan(
    position: usize,
    typed: &typed::Feed,
    zone: Tz,
    findings: &mut Findings<'_>,
) -> Option<FeedPlan> {
    let at = |key: &str| format!("feed[{position}].{key}");
    let name = findings.take(&at("name"), name(typed.name.trim()));
    let title = findings.take(&at("title"), optional(&typed.title, words));
    let description = findings.take(&at("description"), optional(&typed.description, words));
    let language = findings.take(&at("language"), optional(&typed.language, language));
    let formats = formats(&at("formats"), &typed.formats, findings);
    let moved_from = match (&name, &formats) {
        (Some(name), Some(formats)) => {
            let former = |raw: &String| former(raw, name, formats);
            findings.take_each(&at("moved_from"), &typed.moved_from, former)
        }
        // What it is held against has a fault already.
        _ => None,
    };
    let limits = limits(&at, typed, findings);
    let archive = findings.take(&at("archive"), optional(&typed.archive, paging));
    let content = findings.take(&at("content"), choice(&typed.content, &CONTENTS));
    let order = findings.take(&at("order"), choice(&typed.order, &ORDERS));
    let only = filter(&at("only"), &typed.only, zone, findings);
    let except = filter(&at("except"), &typed.except, zone, findings);
    for (key, words) in [("title", &title), ("description", &description)] {
        if let (Some(Some(words)), Some(name)) = (words, &name)
            && let Some(foreign) = foreign_placeholder(words, name)
        {
            let fault = Fault::new(format!("the name of the feed has no {{{foreign}}}"));
            findings.fault(&at(key), fault);
        }
    }
    Some(FeedPlan {
        name: name?,
        moved_from: moved_from?,
        title: title?,
        description: description?,
        language: language?,
        formats: formats?,
        limits: limits?,
        archive: archive?,
        content: content?,
        order: order?,
        only: only?,
        except: except?,
    })
}

/// Reads the formats: each once, in the order in which they are listed everywhere.
fn formats(key: &str, typed: &[String], findings: &mut Findings<'_>) -> Option<Vec<Format>> {
    let known = Format::ALL.map(|format| (format.word(), format));
    let mut formats = findings.take_some(key, typed, |word| choice(word, &known))?;
    formats.sort_unstable();
    formats.dedup();
    Some(formats)
}

fn limits(
    at: &impl Fn(&str) -> String,
    typed: &typed::Feed,
    findings: &mut Findings<'_>,
) -> Option<Limits> {
    let count = findings.take(&at("limit"), count(typed.limit));
    let age_seconds = findings.take(&at("limit_age"), optional(&typed.limit_age, age));
    let bytes = findings.take(&at("limit_size"), optional(&typed.limit_size, size));
    Some(Limits { count: count?, age_seconds: age_seconds?, bytes: bytes? })
}

/// Reads a limit by count, where 0 stands for none.
fn count(typed: i64) -> Result<Option<usize>, Fault> {
    match usize::try_from(typed) {
        Ok(count) => Ok(Some(count).filter(|count| *count > 0)),
        Err(_) => Err(Fault::new(format!("{typed} is no number of entries"))
            .help("write a number from 1, or 0 for no limit")),
    }
}

/// Tells which feeds would be written to the same place. One that has a fault is left out: what is
/// wrong may be its name.
fn keep_apart(plans: &[Option<FeedPlan>], findings: &mut Findings<'_>) {
    let faulty = findings.faulty_sections();
    let named = plans
        .iter()
        .enumerate()
        .filter(|(at, _)| !faulty.contains(format!("feed[{at}]").as_str()))
        .filter_map(|(at, plan)| Some((at, plan.as_ref()?.name.as_slice())));
    let pairs = collisions(named);
    for (before, after) in pairs {
        let other = match findings.origins.nearest(&name_key(before)) {
            Origin::Default => format!("feed[{before}]"),
            origin => format!("the one at {origin}"),
        };
        let fault = Fault::new(format!("this feed would be written to the same place as {other}"));
        findings.fault(&name_key(after), fault.help("give each a name of its own"));
    }
}

/// Tells which former places can't lead anywhere, since a feed stands there now, or another one was there
/// too.
fn keep_former_apart(plans: &[Option<FeedPlan>], findings: &mut Findings<'_>) {
    let known = || plans.iter().enumerate().filter_map(|(at, plan)| Some((at, plan.as_ref()?)));
    let names = known().map(|(at, plan)| (name_key(at), plan.name.as_slice()));
    let former = known().flat_map(|(at, plan)| {
        plan.moved_from.iter().enumerate().filter_map(move |(number, former)| match former {
            Former::Name(name) => {
                Some((format!("feed[{at}].moved_from[{number}]"), name.as_slice()))
            }
            Former::Document(..) => None,
        })
    });
    let (keys, names): (Vec<String>, Vec<_>) = names.chain(former).unzip();
    for (before, after) in collisions(names.into_iter().enumerate()) {
        if keys[after].contains("moved_from") {
            let fault = Fault::new(format!("{} is the same place", keys[before]));
            findings.fault(&keys[after], fault.help("one address can lead to one feed only"));
        }
    }
}

fn name_key(position: usize) -> String {
    format!("feed[{position}].name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer::Origins;
    use crate::config::meant::{Group, Paging, Part};

    fn meant(text: &str) -> Result<Vec<FeedPlan>, Vec<String>> {
        let typed: typed::Typed = toml::from_str(text).expect("a configuration");
        let origins = Origins::default();
        let mut findings = Findings { origins: &origins, errors: Vec::new() };
        match feeds(&typed.feed, Tz::UTC, &mut findings) {
            Some(feeds) if findings.errors.is_empty() => Ok(feeds),
            _ => Err(findings.errors.iter().map(|error| error.key.clone()).collect()),
        }
    }

    #[test]
    fn a_former_place_is_that_of_one_feed_only() {
        let at = |text: &str| meant(text).map(|_| ());
        let two = "[[feed]]\nname = \"a\"\nmoved_from = [\"b\", \"c\"]\n[[feed]]\nname = ";
        assert_eq!(at(&format!("{two}\"d\"")), Ok(()));
        let taken = Err(vec!["feed[0].moved_from[0]".to_owned()]);
        assert_eq!(at(&format!("{two}\"B\"")), taken);
        let twice = Err(vec!["feed[1].moved_from[0]".to_owned()]);
        assert_eq!(at(&format!("{two}\"d\"\nmoved_from = [\"c\"]")), twice);
    }

    #[test]
    fn without_a_feed_there_is_one_of_everything() {
        let feeds = meant("").expect("the defaults");
        assert_eq!(feeds.len(), 1);
        assert!(feeds[0].name.is_empty() && feeds[0].title.is_none());
        assert_eq!(feeds[0].formats, Format::ALL);
        let limits = Limits { count: Some(50), age_seconds: None, bytes: Some(250_000) };
        assert_eq!(feeds[0].limits, limits);
        assert!(meant("feed = []").is_err());
    }

    #[test]
    fn a_feed_is_read() {
        let text = "[[feed]]\nname = 'tag/{tag}'\ntitle = 'On {tag}'\n\
                    formats = ['json', 'rss', 'rss']\nlimit = 0\nlimit_age = '2 weeks'\n\
                    limit_size = ''\narchive = 'month'\ncontent = 'summary'\norder = 'title'";
        let feed = meant(text).expect("well-formed").remove(0);
        assert_eq!(feed.name, [Part::Literal("tag/".into()), Part::Field(Group::Tag)]);
        assert_eq!(feed.formats, [Format::Rss, Format::Json]);
        let limits = Limits { count: None, age_seconds: Some(14 * 86_400), bytes: None };
        assert_eq!(feed.limits, limits);
        assert_eq!(feed.archive, Some(Paging::Month));
        assert_eq!((feed.content, feed.order), (ContentMode::Summary, Order::Title));
    }

    #[test]
    fn every_fault_of_every_feed_is_told() {
        let text = "[[feed]]\nname = 'a'\ntitle = '{tag}'\nformats = ['rs', 'atom', 'x']\n\
                    limit = -1\n[[feed]]\nname = '/b'\nlimit_age = '5'\n\
                    limit_size = '1 furlong'\narchive = 'weekly'\ncontent = 'ful'\norder = ''\n\
                    only = { matches = '(' }\nexcept = { paths = ['['] }";
        let wanted = [
            "feed[0].formats[0]",
            "feed[0].formats[2]",
            "feed[0].limit",
            "feed[0].title",
            "feed[1].name",
            "feed[1].limit_age",
            "feed[1].limit_size",
            "feed[1].archive",
            "feed[1].content",
            "feed[1].order",
            "feed[1].only.matches",
            "feed[1].except.paths[0]",
        ];
        assert_eq!(meant(text).map(|_| ()), Err(wanted.map(str::to_owned).to_vec()));
    }

    #[test]
    fn two_feeds_are_not_written_to_one_place() {
        let twice = |name: &str| format!("[[feed]]\nname = '{name}'\n").repeat(2);
        for name in ["", "a", "tag/{tag}"] {
            assert_eq!(meant(&twice(name)).map(|_| ()), Err(vec![name_key(1)]), "{name}");
        }
    }
}
