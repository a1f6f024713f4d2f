//! Single values: words, addresses, hosts, languages, zones.

use std::str::FromStr;

use chrono_tz::{TZ_VARIANTS, Tz};
use url::{Host, Url};

use crate::config::error::Fault;
use crate::config::nearest::nearest;
use crate::model::language::Language;
use crate::model::text::Text;

/// Takes a line of text that must say something.
pub(crate) fn line(raw: &str) -> Result<Text, Fault> {
    let line = Text::line(raw);
    if line.is_empty() { Err(Fault::new("must not be empty")) } else { Ok(line) }
}

/// Takes a string that must say something, as it is but for blanks around it.
pub(crate) fn word(raw: &str) -> Result<String, Fault> {
    line(raw).map(|_| raw.trim().to_owned())
}

/// Means a value that may be empty, for none.
pub(crate) fn optional<T>(
    raw: &str,
    mean: impl FnOnce(&str) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    if raw.trim().is_empty() { Ok(None) } else { mean(raw.trim()).map(Some) }
}

/// Picks what a word stands for.
pub(crate) fn choice<T: Copy>(raw: &str, choices: &[(&str, T)]) -> Result<T, Fault> {
    let word = raw.trim();
    if let Some((_, value)) = choices.iter().find(|(name, _)| *name == word) {
        return Ok(*value);
    }
    let names = choices.iter().map(|(name, _)| *name);
    let fault = Fault::new(format!("{word:?} is not one of the words that can stand here"));
    Err(match nearest(word, names.clone()) {
        Some(near) => fault.did_you_mean(Some(near)),
        None => fault.help(format!("write {}", quoted(names))),
    })
}

/// Lists words: `"a", "b" or "c"`.
fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut quoted: Vec<String> = names.map(|name| format!("{name:?}")).collect();
    let last = quoted.pop().unwrap_or_default();
    if quoted.is_empty() { last } else { format!("{} or {last}", quoted.join(", ")) }
}

/// Reads an absolute http(s) address; IRIs become ASCII.
pub(crate) fn address(raw: &str) -> Result<Url, Fault> {
    let without_scheme = || {
        let fault = Fault::new(format!("{raw:?} does not begin with http:// or https://"));
        Err(with_scheme(fault, raw))
    };
    let url = match Url::parse(raw) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => return without_scheme(),
        Err(error) => return Err(Fault::new(format!("{raw:?} is no address: {error}"))),
    };
    if !matches!(url.scheme(), "http" | "https") {
        return without_scheme();
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Fault::new("an address that is published must not hold a user or a password"));
    }
    Ok(url)
}

/// Proposes the address with `https://` before it, where that makes one.
fn with_scheme(fault: Fault, raw: &str) -> Fault {
    let whole = format!("https://{}", raw.trim_start_matches('/'));
    let makes_sense = raw.contains('.') && !raw.contains("//") && Url::parse(&whole).is_ok();
    fault.did_you_mean(makes_sense.then_some(whole.as_str()))
}

/// Reads the name of a host: ASCII and lower case.
pub(crate) fn host(raw: &str) -> Result<String, Fault> {
    match Host::parse(raw.trim()) {
        Ok(host) if !raw.contains('/') => Ok(host.to_string()),
        _ => Err(Fault::new(format!("{raw:?} is no host"))
            .help("write its name alone, such as \"player.example.org\"")),
    }
}

/// Reads a language tag.
pub(crate) fn language(raw: &str) -> Result<Language, Fault> {
    Language::parse(raw).ok_or_else(|| {
        Fault::new(format!("{raw:?} is no language tag"))
            .help("write one like \"en\", \"pt-BR\" or \"zh-Hans\"")
    })
}

/// Reads the name of a time zone.
pub(crate) fn time_zone(raw: &str) -> Result<Tz, Fault> {
    let name = raw.trim();
    Tz::from_str(name).map_err(|_| {
        let fault = Fault::new(format!("{name:?} is no time zone"));
        match near_zone(name) {
            Some(near) => fault.did_you_mean(Some(near)),
            None => fault.help("write one like \"Europe/Vienna\" or \"UTC\""),
        }
    })
}

/// Finds the zone that was probably meant: by its city alone, by a name like its own, or by one
/// like its city's.
fn near_zone(name: &str) -> Option<&'static str> {
    let zones = || TZ_VARIANTS.iter().map(|zone| zone.name());
    let city = |zone: &'static str| zone.rsplit('/').next().unwrap_or(zone);
    let plain = name.replace(' ', "_");
    let of_city = |wanted: &str| zones().find(|zone| city(zone).eq_ignore_ascii_case(wanted));
    of_city(&plain)
        .or_else(|| nearest(&plain, zones()))
        .or_else(|| nearest(&plain, zones().map(city)).and_then(of_city))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(fault: Fault) -> String {
        fault.help.unwrap_or_default()
    }

    #[test]
    fn addresses_are_absolute_and_ascii() {
        assert_eq!(
            address("http://例子.cn/食").map(String::from).as_deref(),
            Ok("http://xn--fsqu00a.cn/%E9%A3%9F")
        );
        assert_eq!(
            help(address("example.org/a").expect_err("no scheme")),
            "did you mean \"https://example.org/a\"?"
        );
        assert_eq!(
            help(address("example.org:80").expect_err("no scheme")),
            "did you mean \"https://example.org:80\"?"
        );
        for wrong in
            ["", "ftp://example.org/", "http://", "https://me:secret@example.org/", "http://a b/"]
        {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn hosts_stand_alone() {
        assert_eq!(host("Player.例子.CN").as_deref(), Ok("player.xn--fsqu00a.cn"));
        for wrong in ["", "https://example.org", "example.org/embed", "example.org:80", "a b"] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_zone_is_proposed() {
        assert_eq!(time_zone("Asia/Shanghai"), Ok(Tz::Asia__Shanghai));
        assert_eq!(
            help(time_zone("Europ/Vienna").expect_err("mistyped")),
            "did you mean \"Europe/Vienna\"?"
        );
        assert_eq!(
            help(time_zone("new york").expect_err("a city")),
            "did you mean \"America/New_York\"?"
        );
        assert!(help(time_zone("nowhere at all").expect_err("none")).starts_with("write"));
    }

    #[test]
    fn a_word_is_one_of_those_known() {
        let words = [("newest", 1), ("oldest", 2)];
        assert_eq!(choice("oldest", &words), Ok(2));
        assert_eq!(
            help(choice("newst", &words).expect_err("mistyped")),
            "did you mean \"newest\"?"
        );
        assert_eq!(
            help(choice("random", &words).expect_err("unknown")),
            "write \"newest\" or \"oldest\""
        );
    }
}
