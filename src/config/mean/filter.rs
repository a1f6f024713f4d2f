//! `[feed.only]` and `[feed.except]` as meant.

use chrono_tz::Tz;
use url::Host;

use crate::config::error::Fault;
use crate::config::mean::Findings;
use crate::config::mean::matcher::{glob, glob_set, regex};
use crate::config::mean::moment::moment;
use crate::config::mean::value::{language, optional, word};
use crate::config::meant::Filter;
use crate::config::typed;

/// Means a filter whose key is `key`.
pub(crate) fn filter(
    key: &str,
    typed: &typed::Filter,
    zone: Tz,
    findings: &mut Findings<'_>,
) -> Option<Filter> {
    let at = |name: &str| format!("{key}.{name}");
    let paths = findings.take_each(&at("paths"), &typed.paths, |raw| glob(raw));
    let paths = match paths {
        Some(globs) if globs.is_empty() => Some(None),
        Some(globs) => findings.take(&at("paths"), glob_set(globs).map(Some)),
        None => None,
    };
    let mut words = |name: &str, typed: &[String]| {
        findings.take_each(&at(name), typed, |raw: &String| word(raw))
    };
    let sources = words("sources", &typed.sources).map(with_ascii_hosts);
    let tags = words("tags", &typed.tags);
    let authors = words("authors", &typed.authors);
    let title_words = words("title_words", &typed.title_words);
    let text_words = words("words", &typed.words);
    let languages = findings.take_each(&at("languages"), &typed.languages, |raw| {
        language(raw).map(|language| language.as_str().to_owned())
    });
    let since = findings.take(&at("since"), moment(&typed.since, zone));
    let until = findings.take(&at("until"), moment(&typed.until, zone));
    if let (Some(Some(since)), Some(Some(until))) = (since, until)
        && since >= until
    {
        findings.fault(&at("until"), Fault::new("nothing lies between \"since\" and \"until\""));
    }
    let title_matches = findings.take(&at("title_matches"), optional(&typed.title_matches, regex));
    let matches = findings.take(&at("matches"), optional(&typed.matches, regex));
    Some(Filter {
        paths: paths?,
        sources: sources?,
        tags: tags?,
        authors: authors?,
        languages: languages?,
        since: since?,
        until: until?,
        title_words: title_words?,
        title_matches: title_matches?,
        words: text_words?,
        matches: matches?,
    })
}

/// Adds the ASCII form of hosts that have letters beyond it: articles know their source by that.
fn with_ascii_hosts(sources: Vec<String>) -> Vec<String> {
    let mut all = Vec::with_capacity(sources.len());
    for source in sources {
        let is_foreign = source.contains('.') && !source.is_ascii();
        let ascii = if is_foreign { Host::parse(&source).ok() } else { None };
        all.push(source);
        all.extend(ascii.map(|host| host.to_string()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer::Origins;
    use crate::model::date::Timestamp;

    fn meant(text: &str) -> Result<Filter, Vec<String>> {
        let typed: typed::Filter = toml::from_str(text).expect("a filter");
        let origins = Origins::default();
        let mut findings = Findings { origins: &origins, errors: Vec::new() };
        match filter("feed[0].only", &typed, Tz::UTC, &mut findings) {
            Some(filter) if findings.errors.is_empty() => Ok(filter),
            _ => Err(findings.errors.iter().map(|error| error.key.clone()).collect()),
        }
    }

    #[test]
    fn an_empty_filter_says_nothing() {
        let filter = meant("matches = ''").expect("empty");
        assert!(filter.paths.is_none() && filter.since.is_none() && filter.matches.is_none());
    }

    #[test]
    fn conditions_are_read() {
        let text = "paths = ['news/**']\nsources = ['例子.cn', '食']\nlanguages = ['ZH_hans']\n\
                    since = 2024-05-16\nuntil = '2024-06-01'\ntitle_matches = '^a'";
        let filter = meant(text).expect("well-formed");
        assert!(filter.paths.is_some_and(|paths| paths.is_match("news/a.md")));
        assert_eq!(filter.sources, ["例子.cn", "xn--fsqu00a.cn", "食"]);
        assert_eq!(filter.languages, ["zh-Hans"]);
        assert_eq!(filter.since.map(Timestamp::rfc3339).as_deref(), Some("2024-05-16T00:00:00Z"));
        assert!(filter.title_matches.is_some_and(|pattern| pattern.is_match("abc")));
    }

    #[test]
    fn every_impossible_condition_is_told() {
        let text = "paths = ['a', '[']\ntags = ['']\nlanguages = ['klingon-please']\n\
                    since = 2024-05-16\nuntil = 2024-05-16\nmatches = '('";
        let wanted = ["paths[1]", "tags[0]", "languages[0]", "until", "matches"];
        let wanted = wanted.map(|key| format!("feed[0].only.{key}")).to_vec();
        assert_eq!(meant(text).map(|_| ()), Err(wanted));
    }
}
