//! An entry of the page: what the template shows of it, put into words.

use std::borrow::Cow;

use chrono::{NaiveTime, Offset};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use url::Url;

use crate::model::article::{Author, Enclosure, Image};
use crate::model::date::Timestamp;
use crate::model::feed::{Entry, Feed};
use crate::model::language::Language;
use crate::model::text::Html;
use crate::render::html::direction;
use crate::render::html::lead;
use crate::render::html::places;
use crate::render::html::setting;
use crate::render::html::words::Words;

/// What the template `entry.html` shows.
pub(super) struct EntryView<'a> {
    /// The entry itself, for what is shown as it is.
    pub(super) entry: &'a Entry,
    /// The name of its place in the page.
    pub(super) anchor: String,
    /// Its language, or the feed's.
    pub(super) language: &'a str,
    /// The direction of its text, as in HTML's `dir`.
    pub(super) direction: &'static str,
    /// Its language, where it is not the feed's.
    pub(super) badge: Option<&'a str>,
    /// The page of the article.
    pub(super) link: Option<&'a str>,
    /// When it was published.
    pub(super) published: Date,
    /// When it last changed, where that is another day.
    pub(super) updated: Option<Date>,
    /// Who wrote it.
    pub(super) authors: Vec<AuthorView<'a>>,
    /// The content, if it says more than what is shown above it, with names for its places that no
    /// other entry has.
    pub(super) content: Option<Cow<'a, str>>,
    /// The lead image.
    pub(super) image: Option<&'a Image>,
    /// What stands for it where it can't be seen.
    pub(super) alt: &'a str,
    /// Sound and film.
    pub(super) enclosures: Vec<EnclosureView<'a>>,
}

/// A date for machines and for people of any language.
pub(super) struct Date {
    /// As HTML's `datetime` wants it.
    pub(super) machine: String,
    /// As it is read.
    pub(super) people: String,
}

/// An author, with a page if there is one.
pub(super) struct AuthorView<'a> {
    /// The name.
    pub(super) name: &'a str,
    /// A page about the author.
    pub(super) link: Option<&'a str>,
}

/// A file of sound, film or anything else.
pub(super) struct EnclosureView<'a> {
    /// Where it is.
    pub(super) address: &'a str,
    /// Its media type.
    pub(super) media_type: &'a str,
    /// What a browser can do with it.
    pub(super) kind: Kind,
    /// Its own title.
    pub(super) title: Option<&'a str>,
    /// Its playing time and its size, as far as they are known.
    pub(super) measures: String,
}

/// What a browser can do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Play it as sound.
    Sound,
    /// Play it as film.
    Film,
    /// Fetch it.
    File,
}

impl<'a> EntryView<'a> {
    /// Puts an entry of a feed into words.
    pub(super) fn of(entry: &'a Entry, feed: &'a Feed) -> Self {
        let own_language = entry.language.as_ref();
        let anchor = anchor("entry", &entry.id);
        let page = entry.permalink.as_ref();
        let day = |time: Timestamp| time.utc().with_timezone(&feed.time_zone).date_naive();
        let changed = day(entry.updated) != day(entry.published);
        let image = entry.image.as_ref().filter(|image| web_address(&image.url).is_some());
        let content = entry.content.as_ref().map(Html::as_str);
        let content = content.map(|content| lead::without(content, image));
        let content = content.filter(|content| lead::says_more(content, entry.summary.as_deref()));
        Self {
            entry,
            content: content.map(|content| setting::set(places::apart(content, &anchor, page))),
            alt: image.map_or("", |image| lead::alternative(image, &entry.title)),
            anchor,
            language: own_language.unwrap_or(&feed.language).as_str(),
            direction: own_language.map_or("auto", direction),
            badge: own_language.filter(|own| **own != feed.language).map(Language::as_str),
            link: entry.permalink.as_ref().and_then(web_address),
            published: Date::of(entry.published, feed.time_zone),
            updated: changed.then(|| Date::of(entry.updated, feed.time_zone)),
            authors: entry.authors.iter().map(AuthorView::of).collect(),
            image,
            enclosures: entry.enclosures.iter().filter_map(EnclosureView::of).collect(),
        }
    }
}

impl Date {
    /// Puts a time into words. Midnight in the zone of the site is what a date without a time of day
    /// means, so none is shown. The zone is told by its offset: short names of zones, such as CST,
    /// stand for several.
    fn of(time: Timestamp, zone: Tz) -> Self {
        let local = time.utc().with_timezone(&zone);
        let is_day = local.time() == NaiveTime::MIN;
        let form = match local.offset().fix().local_minus_utc() {
            _ if is_day => "%Y-%m-%d",
            0 => "%Y-%m-%d %H:%M UTC",
            _ => "%Y-%m-%d %H:%M %:z",
        };
        Self { machine: time.rfc3339(), people: local.format(form).to_string() }
    }

    /// Puts the day of a time into words.
    pub(super) fn day(time: Timestamp, zone: Tz) -> Self {
        let local = time.utc().with_timezone(&zone);
        Self { machine: time.rfc3339(), people: local.format("%Y-%m-%d").to_string() }
    }
}

impl<'a> AuthorView<'a> {
    fn of(author: &'a Author) -> Self {
        Self { name: &author.name, link: author.url.as_ref().and_then(web_address) }
    }
}

impl<'a> EnclosureView<'a> {
    fn of(enclosure: &'a Enclosure) -> Option<Self> {
        let time = enclosure.seconds.map(playing_time);
        let size = (enclosure.length > 0).then(|| size(enclosure.length));
        let measures: Vec<String> = [time, size].into_iter().flatten().collect();
        Some(Self {
            address: web_address(&enclosure.url)?,
            media_type: &enclosure.media_type,
            kind: Kind::of(&enclosure.media_type),
            title: enclosure.title.as_deref().filter(|title| !title.is_empty()),
            measures: measures.join(" · "),
        })
    }
}

impl Kind {
    /// Tells the kind from a media type, which is compared without regard to case (RFC 9110 §8.3.1).
    fn of(media_type: &str) -> Self {
        match media_type.split('/').next().map(str::to_ascii_lowercase).as_deref() {
            Some("audio") => Self::Sound,
            Some("video") => Self::Film,
            _ => Self::File,
        }
    }

    /// Gives the word for a file without a title.
    pub(super) fn word(self, words: &Words) -> &'static str {
        match self {
            Self::Sound => words.sound,
            Self::Film => words.film,
            Self::File => words.file,
        }
    }
}

/// Makes the name of a place in the page, of an entry or anything else that has an id. It lasts as long
/// as the id, and is safe in an address whatever the id is made of.
pub(super) fn anchor(kind: &str, id: &str) -> String {
    let digest = Sha256::digest(id.as_bytes());
    let number = digest.iter().take(8).fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
    format!("{kind}-{number:016x}")
}

/// Gives an address that may be linked; `None` for schemes such as `javascript:`.
pub(super) fn web_address(url: &Url) -> Option<&str> {
    matches!(url.scheme(), "http" | "https").then(|| url.as_str())
}

/// Writes seconds as `m:ss` or `h:mm:ss`.
fn playing_time(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Writes a number of bytes with at most one decimal, in units of a thousand.
fn size(bytes: u64) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match units.into_iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn playing_times_and_sizes_are_short() {
        assert_eq!(playing_time(59), "0:59");
        assert_eq!(playing_time(3_723), "1:02:03");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(12_345_678), "12.3 MB");
        assert_eq!(size(u64::MAX), "18446744073.7 GB");
    }

    #[test]
    fn people_are_told_dates_in_the_zone_of_the_site() {
        let told = |unix, zone| Date::of(Timestamp::from_unix(unix).expect("in range"), zone);
        let evening = 1_715_871_600;
        assert_eq!(told(evening, Tz::UTC).people, "2024-05-16 15:00 UTC");
        assert_eq!(told(evening, Tz::Europe__Vienna).people, "2024-05-16 17:00 +02:00");
        assert_eq!(told(evening, Tz::Asia__Tokyo).people, "2024-05-17");
        assert_eq!(told(evening, Tz::Asia__Tokyo).machine, "2024-05-16T15:00:00Z");
    }

    #[test]
    fn an_anchor_is_made_of_the_id_alone() {
        assert_eq!(anchor("entry", "a b\"<"), anchor("entry", "a b\"<"));
        assert_ne!(anchor("entry", "a"), anchor("entry", "b"));
        assert_ne!(anchor("entry", "a"), anchor("feed", "a"));
        assert!(anchor("entry", "食 \"<").bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    }

    #[test]
    fn only_web_addresses_are_linked() {
        let url = |raw| Url::parse(raw).expect("an address");
        assert_eq!(web_address(&url("javascript:alert(1)")), None);
        assert_eq!(web_address(&url("data:text/html,x")), None);
        assert_eq!(web_address(&url("https://a.example/")), Some("https://a.example/"));
    }

    #[test]
    fn the_kind_is_told_without_regard_to_case() {
        assert_eq!(Kind::of("Audio/MPEG"), Kind::Sound);
        assert_eq!(Kind::of("video/mp4"), Kind::Film);
        assert_eq!(Kind::of("audiobook"), Kind::File);
        assert_eq!(Kind::of(""), Kind::File);
    }
}
