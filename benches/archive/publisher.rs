//! Twelve invented publishers.

use crate::archive::words::Tongue;

/// How a publisher's body opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// A zoned date in `<i>`, the lead image, its caption.
    DateImageCaption,
    /// The same with the image behind an image proxy.
    DateProxiedImage,
    /// An ISO date in `<i>`, no image.
    IsoDate,
    /// Author and ISO date with milliseconds in one `<i>`.
    AuthorAndIsoDate,
    /// A date that names no zone, then an image.
    DateWithoutZone,
    /// `<address>`, `<time>` and a `<figure>`.
    AddressAndFigure,
    /// A film with a poster.
    Video,
    /// Text at once, and a line of names at the end.
    Bylines,
    /// An image that a script was to load, its address in `data-src`.
    LazyDataSource,
    /// The same in `data-lazy-src`, and for those without scripts in `<noscript>`.
    LazyNoscript,
    /// A dated first line of text, and no comment in the head.
    FirstLineDate,
    /// Everything in one `<div>` with line breaks, text beside tags.
    LooseText,
}

/// A publisher.
#[derive(Debug)]
pub(crate) struct Publisher {
    /// Its host.
    pub(crate) host: &'static str,
    /// The language that it writes.
    pub(crate) tongue: Tongue,
    /// How its bodies open.
    pub(crate) opening: Opening,
}

/// The publishers: each opening once, both languages with each kind of date.
pub(crate) const PUBLISHERS: [Publisher; 12] = [
    publisher("www.news1.example", Tongue::Chinese, Opening::DateImageCaption),
    publisher("news2.example", Tongue::Chinese, Opening::DateProxiedImage),
    publisher("news3.example", Tongue::English, Opening::IsoDate),
    publisher("www.news4.example", Tongue::English, Opening::AuthorAndIsoDate),
    publisher("news5.example", Tongue::Chinese, Opening::DateWithoutZone),
    publisher("news6.example", Tongue::Chinese, Opening::AddressAndFigure),
    publisher("film.news7.example", Tongue::English, Opening::Video),
    publisher("news8.example", Tongue::Chinese, Opening::Bylines),
    publisher("news9.example", Tongue::English, Opening::LazyDataSource),
    publisher("www.news10.example", Tongue::Chinese, Opening::LazyNoscript),
    publisher("news11.example", Tongue::Chinese, Opening::FirstLineDate),
    publisher("news12.example", Tongue::English, Opening::LooseText),
];

/// Makes a publisher.
const fn publisher(host: &'static str, tongue: Tongue, opening: Opening) -> Publisher {
    Publisher { host, tongue, opening }
}

/// Gives the address of an article: percent-encoded already, now and then with raw parentheses.
pub(crate) fn address(publisher: &Publisher, number: u64) -> String {
    let Publisher { host, tongue, .. } = publisher;
    match (tongue, number % 25) {
        (_, 7) => format!("https://{host}/a/mill_(river)/{number}.html"),
        (_, 11) => format!("http://{host}/story.php?id={number}&from=feed&lang=a%20b"),
        (Tongue::Chinese, 3) => format!("https://{host}/%E6%96%B0%E9%97%BB/{number}.html"),
        _ => format!("https://{host}/a/story-{number}.html"),
    }
}
