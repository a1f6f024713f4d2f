//! The ways to subscribe to a feed: its addresses, and the readers that take them over.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url, form_urlencoded};

use crate::model::feed::{Feed, Format, document_address};

/// Readers on the web, and how each is asked to subscribe to an address that follows.
const READERS: [(&str, &str); 5] = [
    ("Feedly", "https://feedly.com/i/subscription/feed/"),
    ("Inoreader", "https://www.inoreader.com/?add_feed="),
    ("NewsBlur", "https://www.newsblur.com/?url="),
    ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url="),
    ("Feedbin", "https://feedbin.com/?subscribe="),
];

/// Ends of names that lead nowhere outside of a house (RFC 6761 §6.3, RFC 6762 §3, RFC 8375, and what
/// ICANN keeps free for private use).
const PRIVATE_ENDINGS: [&str; 4] = ["localhost", "local", "home.arpa", "internal"];

/// All ways to subscribe to a feed.
pub(super) struct Ways {
    /// Its addresses, in the order of its formats.
    pub(super) subscriptions: Vec<Subscription>,
    /// What takes the first of them over; none where nobody could reach it.
    pub(super) readers: Vec<Reader>,
}

/// A document to subscribe to.
pub(super) struct Subscription {
    /// Its format.
    pub(super) format: Format,
    /// The whole address, for feed readers.
    pub(super) address: String,
    /// The same as it is linked from the page.
    pub(super) link: String,
}

/// A feed reader.
pub(super) struct Reader {
    /// Its name; `None` for whatever this machine reads feeds with.
    pub(super) name: Option<&'static str>,
    /// Where it is asked to subscribe.
    pub(super) link: String,
}

impl Ways {
    /// Lists the ways to subscribe to the feed in a folder of the output, as they are linked from a page
    /// that `link` begins the path of. Nobody subscribes to a page of an archive or to one for people.
    pub(super) fn of(root: &Url, folder: &str, formats: &[Format], link: &str) -> Self {
        let subscription = |format: Format| {
            let address = document_address(root, &Feed::path_in(folder, None, format));
            let name = below(root, &address);
            let name = if link.is_empty() { format.file_name(folder).to_owned() } else { name };
            Subscription { format, address: address.into(), link: format!("{link}{name}") }
        };
        let formats = formats.iter().copied().filter(|format| *format != Format::Html);
        let subscriptions: Vec<_> = formats.map(subscription).collect();
        let readers = if is_public(root) { readers(&subscriptions) } else { Vec::new() };
        Self { subscriptions, readers }
    }
}

/// Gives the path of an address below the root of the output, as links have it.
pub(super) fn below(root: &Url, address: &Url) -> String {
    let whole = address.as_str();
    whole.strip_prefix(root.as_str()).unwrap_or(whole).to_owned()
}

/// Lists the readers. All of them take XML; not all of them take JSON.
fn readers(subscriptions: &[Subscription]) -> Vec<Reader> {
    let is_xml = |one: &&Subscription| matches!(one.format, Format::Rss | Format::Atom);
    let Some(feed) = subscriptions.iter().find(is_xml) else { return Vec::new() };
    let coded: String = form_urlencoded::byte_serialize(feed.address.as_bytes()).collect();
    let on_the_web = READERS
        .iter()
        .map(|(name, ask)| Reader { name: Some(name), link: format!("{ask}{coded}") });
    let here = Reader { name: None, link: format!("feed:{}", feed.address) };
    on_the_web.chain([here]).collect()
}

/// Tells whether an address may be one that everybody can reach.
fn is_public(address: &Url) -> bool {
    match address.host() {
        None => false,
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let is_within = |end: &str| {
                name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            };
            name.contains('.') && !PRIVATE_ENDINGS.iter().any(|end| is_within(end))
        }
        Some(Host::Ipv4(address)) => is_public_v4(address),
        Some(Host::Ipv6(address)) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    // RFC 6598: between a provider and its customers.
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_near = address.is_loopback() || address.is_private() || address.is_link_local();
    !(is_shared || is_near || address.is_unspecified() || address.is_broadcast())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let is_near = address.is_unique_local() || address.is_unicast_link_local();
    !(is_near || address.is_loopback() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(root: &str, formats: &[Format]) -> Ways {
        Ways::of(&Url::parse(root).expect("an address"), "tag/食", formats, "./")
    }

    #[test]
    fn every_reader_gets_the_whole_address() {
        let ways = ways("https://feeds.example/a b/", &Format::ALL);
        let coded = "https%3A%2F%2Ffeeds.example%2Fa%2520b%2Ftag%2F%25E9%25A3%259F%2Frss.xml";
        assert_eq!(ways.subscriptions[1].link, "./tag/%E9%A3%9F/atom.xml");
        assert_eq!(ways.readers.len(), READERS.len() + 1);
        for (reader, (name, ask)) in ways.readers.iter().zip(READERS) {
            assert_eq!((reader.name, &reader.link), (Some(name), &format!("{ask}{coded}")));
        }
        let here = "feed:https://feeds.example/a%20b/tag/%E9%A3%9F/rss.xml";
        assert_eq!(ways.readers.last().map(|reader| reader.link.as_str()), Some(here));
    }

    #[test]
    fn readers_are_offered_for_xml_that_they_can_reach() {
        let count = |root: &str, formats: &[Format]| ways(root, formats).readers.len();
        assert_eq!(count("https://feeds.example/", &[Format::Json, Format::Html]), 0);
        assert_eq!(count("https://feeds.example/", &[Format::Atom]), 6);
        for near in [
            "http://localhost:8080/",
            "http://a.localhost/",
            "http://mill/",
            "http://mill.local/",
            "http://127.0.0.1/",
            "http://10.1.2.3/",
            "http://192.168.0.1/",
            "http://169.254.1.1/",
            "http://100.64.0.1/",
            "http://[::1]/",
            "http://[fd00::1]/",
            "http://[fe80::1]/",
            "http://[::ffff:10.0.0.1]/",
        ] {
            assert_eq!(count(near, &Format::ALL), 0, "{near}");
        }
        for far in ["http://8.8.8.8/", "http://[2606:4700::1]/", "http://notlocal.example/"] {
            assert_eq!(count(far, &Format::ALL), 6, "{far}");
        }
    }
}
