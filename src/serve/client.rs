//! Who a client is, where a proxy stands between.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};

use crate::config::meant::Proxies;

/// The field of proxies that know nothing of RFC 7239.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    /// Someone on the network.
    Network(IpAddr),
    /// Someone on this machine, by a Unix socket.
    Machine,
}

impl Peer {
    /// Gives the address on the network.
    pub(super) fn address(self) -> Option<IpAddr> {
        match self {
            Self::Network(address) => Some(address),
            Self::Machine => None,
        }
    }
}

impl Proxies {
    /// Tells whether a peer is a proxy that is believed.
    pub(super) fn believe(&self, peer: Peer) -> bool {
        match peer {
            Peer::Network(address) => self.networks.iter().any(|own| own.contains(&address)),
            Peer::Machine => self.machine,
        }
    }
}

/// Gives what an address counts as: itself, or in IPv6 its network, of which each subscriber of a provider
/// has one at least, and whose other addresses come and go within a day (RFC 8981).
pub(super) fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

/// Gives the address of whoever made a request: the peer's, or the one that a proxy tells that is believed
/// (RFC 7239 §5.2, or `X-Forwarded-For`). The last in a row that is no such proxy itself counts: what stands
/// before it may be made up. `None` where nobody tells, and for a proxy that asks itself.
pub(super) fn address(peer: Peer, headers: &HeaderMap, proxies: &Proxies) -> Option<IpAddr> {
    if !proxies.believe(peer) {
        return peer.address();
    }
    let told = if headers.contains_key(FORWARDED) { forwarded(headers) } else { listed(headers) };
    let of_someone = told
        .into_iter()
        .rev()
        .find(|node| node.is_none_or(|address| !proxies.believe(Peer::Network(address))));
    of_someone.flatten()
}

/// Gives the nodes of `Forwarded`, in order; `None` for one that is hidden.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(FORWARDED).iter().filter_map(|line| line.to_str().ok());
    let elements = lines.flat_map(|line| line.split(','));
    elements
        .map(|element| {
            let value = element.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case("for").then_some(value)
            });
            value.and_then(|value| node(value.trim().trim_matches('"')))
        })
        .collect()
}

/// Gives the addresses of `X-Forwarded-For`, in order; `None` for what is none.
fn listed(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(X_FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|part| node(part.trim())).collect()
}

/// Reads a node: an address with or without a port, one of IPv6 in brackets where it has one.
fn node(raw: &str) -> Option<IpAddr> {
    let bare = raw.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(raw);
    let address = bare.parse().ok();
    let address = address.or_else(|| raw.parse().ok().map(|socket: SocketAddr| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn proxies() -> Proxies {
        let networks = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48"];
        let networks = networks.iter().map(|raw| raw.parse().expect("a network")).collect();
        Proxies { networks, machine: true }
    }

    fn told(peer: &str, fields: &[(&str, &str)]) -> Option<String> {
        let peer = match peer {
            "unix" => Peer::Machine,
            address => Peer::Network(address.parse().expect("an address")),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
            headers.append(name, HeaderValue::from_str(value).expect("a value"));
        }
        address(peer, &headers, &proxies()).map(|address| address.to_string())
    }

    #[test]
    fn nobody_is_believed_but_the_proxies() {
        let made_up = [("x-forwarded-for", "198.51.100.1"), ("forwarded", "for=198.51.100.1")];
        assert_eq!(told("203.0.113.9", &made_up).as_deref(), Some("203.0.113.9"));
        assert_eq!(told("203.0.113.9", &[]).as_deref(), Some("203.0.113.9"));
        assert_eq!(told("10.0.0.1", &made_up).as_deref(), Some("198.51.100.1"));
        assert_eq!(told("unix", &made_up).as_deref(), Some("198.51.100.1"));
        assert_eq!(told("10.0.0.1", &[]), None);
    }

    #[test]
    fn the_last_that_is_no_proxy_counts() {
        for (list, wanted) in [
            ("198.51.100.1", Some("198.51.100.1")),
            ("1.1.1.1, 198.51.100.1", Some("198.51.100.1")),
            ("1.1.1.1, 198.51.100.1, 10.0.0.7", Some("198.51.100.1")),
            ("1.1.1.1 ,198.51.100.1:4711,::ffff:10.0.0.7", Some("198.51.100.1")),
            ("[2001:db8::1]:80, 10.0.0.7", Some("2001:db8::1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("1.1.1.1, unknown", None),
            ("1.1.1.1, nonsense, 10.0.0.7", None),
            ("10.0.0.8, 10.0.0.7", None),
            ("", None),
        ] {
            assert_eq!(told("10.0.0.1", &[("x-forwarded-for", list)]).as_deref(), wanted, "{list}");
        }
        let lines = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2, 10.0.0.7")];
        assert_eq!(told("127.0.0.1", &lines).as_deref(), Some("2.2.2.2"));
    }

    #[test]
    fn the_standard_field_is_read_first() {
        for (field, wanted) in [
            ("for=192.0.2.43", Some("192.0.2.43")),
            ("For=\"[2001:db8:cafe::17]:4711\"", Some("2001:db8:cafe::17")),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", Some("192.0.2.60")),
            ("for=1.1.1.1, proto=https ; for=\"192.0.2.43:80\", for=10.0.0.7", Some("192.0.2.43")),
            ("for=_hidden, for=10.0.0.7", None),
            ("proto=https", None),
        ] {
            let fields = [("forwarded", field), ("x-forwarded-for", "3.3.3.3")];
            assert_eq!(told("127.0.0.1", &fields).as_deref(), wanted, "{field}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_before_counts_for_nothing(noise in "[ -~]{0,40}", own in any::<[u8; 4]>()) {
            let own = IpAddr::from(own);
            prop_assume!(!proxies().believe(Peer::Network(own)));
            let list = format!("{noise}, {own}, 10.1.2.3");
            let told = told("127.0.0.1", &[("x-forwarded-for", &list)]);
            prop_assert_eq!(told, Some(own.to_string()));
        }
    }
}
