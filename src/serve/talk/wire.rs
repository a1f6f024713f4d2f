//! Requests and answers as HTTP/1.1 has them on the wire (RFC 9112), as far as feeds need them.
//!
//! Invariant: whatever may be read in two ways is not read here.

use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TRANSFER_ENCODING, UPGRADE};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri, Version};
use memchr::memmem::Finder;

use crate::serve::answer::routes::EVENTS;

/// What a client of HTTP/2 begins with (RFC 9113 §3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How many fields a plain request has at most.
const MOST_FIELDS: usize = 64;

/// How many bytes the beginning of an answer has, or few more.
const HEAD_BYTES: usize = 1024;

/// What is added to complete an answer: its date, which has 29 characters, perhaps that it is the last one,
/// and its end.
const END_BYTES: usize = "\r\ndate: ".len() + 29 + "\r\n\r\n".len();
const LAST_BYTES: usize = "\r\nconnection: close".len();

/// What a client has sent, as far as it is known.
#[derive(Debug)]
pub(super) enum Reading {
    /// A plain request: one for a document, without a body, that can be read in one way only.
    Plain(Box<Plain>),
    /// The beginning of a request: more is to come.
    Beginning,
    /// Something else.
    Other,
}

/// A plain request.
#[derive(Debug)]
pub(super) struct Plain {
    /// As it was sent.
    pub(super) head: Bytes,
    pub(super) request: Parts,
    /// Whether nothing is to follow it.
    pub(super) is_last: bool,
}

/// Reads the next request, and takes it out if it is a plain one.
pub(super) fn read(sent: &mut Vec<u8>) -> Reading {
    if sent.len() < PREFACE.len() && PREFACE.starts_with(sent) {
        return Reading::Beginning;
    }
    let Some(head) = head(sent) else {
        return if may_go_on(sent) { Reading::Beginning } else { Reading::Other };
    };
    // The fields are parts of this copy, so that each need not be copied.
    match plain(Bytes::copy_from_slice(head)) {
        Some(plain) => {
            sent.drain(..plain.head.len());
            Reading::Plain(Box::new(plain))
        }
        None => Reading::Other,
    }
}

/// Gives the head of the first request, if it is whole.
pub(super) fn head(sent: &[u8]) -> Option<&[u8]> {
    static END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\r\n\r\n"));
    END.find(sent).map(|end| &sent[..end + 4])
}

/// Tells whether bytes may be the beginning of a request.
fn may_go_on(sent: &[u8]) -> bool {
    let mut fields = [MaybeUninit::uninit(); MOST_FIELDS];
    let parsed = httparse::Request::new(&mut []).parse_with_uninit_headers(sent, &mut fields);
    matches!(parsed, Ok(httparse::Status::Partial))
}

/// Reads a whole head; `None` where it is not that of a plain request.
fn plain(head: Bytes) -> Option<Plain> {
    let mut fields = [MaybeUninit::uninit(); MOST_FIELDS];
    let mut read = httparse::Request::new(&mut []);
    let parsed = read.parse_with_uninit_headers(&head, &mut fields);
    let is_whole = parsed == Ok(httparse::Status::Complete(head.len()));
    let method = match read.method {
        Some("GET") => Method::GET,
        Some("HEAD") => Method::HEAD,
        _ => return None,
    };
    let target = read.path.filter(|target| target.starts_with('/'))?;
    if !is_whole || read.version != Some(1) || !has_whole_lines(&head) {
        return None;
    }
    let target = PathAndQuery::from_maybe_shared(head.slice_ref(target.as_bytes())).ok()?;
    // An answer without an end is written in another way.
    if target.path().ends_with(EVENTS) {
        return None;
    }
    let mut request = Request::new(()).into_parts().0;
    request.method = method;
    request.uri = Uri::from(target);
    request.headers.reserve(read.headers.len());
    let mut is_last = false;
    for field in read.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        let value = HeaderValue::from_maybe_shared(head.slice_ref(field.value)).ok()?;
        match name {
            CONTENT_LENGTH | TRANSFER_ENCODING | EXPECT | UPGRADE => return None,
            CONNECTION if value.as_bytes().eq_ignore_ascii_case(b"close") => is_last = true,
            CONNECTION if !value.as_bytes().eq_ignore_ascii_case(b"keep-alive") => return None,
            _ => {}
        }
        request.headers.append(name, value);
    }
    names_host(&request).then_some(Plain { head, request, is_last })
}

/// Tells whether a request names its host as it must: by one field; by one at most before HTTP/1.1, and
/// in another way after it (RFC 9112 §3.2).
pub(in crate::serve) fn names_host(request: &Parts) -> bool {
    if request.version > Version::HTTP_11 {
        return true;
    }
    let mut hosts = request.headers.get_all(HOST).iter().map(HeaderValue::as_bytes);
    // An address without a name has none to tell.
    let is_host = |host: &[u8]| {
        host.is_empty() || (!host.contains(&b'@') && Authority::try_from(host).is_ok())
    };
    let is_needed = request.version == Version::HTTP_11;
    hosts.next().map_or(!is_needed, is_host) && hosts.next().is_none()
}

/// Tells whether all lines end as they should; some programs take a bare line feed for such an end, and
/// others do not (RFC 9112 §2.2).
fn has_whole_lines(head: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', head).all(|at| at > 0 && head[at - 1] == b'\r')
}

/// Writes the beginning of an answer: all that stays the same when it is given again.
pub(super) fn beginning<T>(answer: &Response<T>) -> Vec<u8> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let status = answer.status();
    head.extend_from_slice(b"HTTP/1.1 ");
    head.extend_from_slice(status.as_str().as_bytes());
    head.push(b' ');
    head.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    for (name, value) in answer.headers() {
        push_field(&mut head, name.as_str(), value.as_bytes());
    }
    head
}

/// Completes an answer up to its body. `now` is the time of day.
pub(super) fn complete(beginning: &[u8], is_last: bool, now: SystemTime) -> Vec<u8> {
    // Room that is left over would have to be given back.
    let added = END_BYTES + if is_last { LAST_BYTES } else { 0 };
    let mut head = Vec::with_capacity(beginning.len() + added);
    head.extend_from_slice(beginning);
    push_date(&mut head, now);
    if is_last {
        push_field(&mut head, CONNECTION.as_str(), b"close");
    }
    head.extend_from_slice(b"\r\n\r\n");
    head
}

fn push_field(head: &mut Vec<u8>, name: &str, value: &[u8]) {
    head.extend_from_slice(b"\r\n");
    head.extend_from_slice(name.as_bytes());
    head.extend_from_slice(b": ");
    head.extend_from_slice(value);
}

/// Adds the date (RFC 9110 §6.6.1), which is written anew only once a second.
fn push_date(head: &mut Vec<u8>, now: SystemTime) {
    thread_local! {
        static WRITTEN: RefCell<(u64, String)> = const { RefCell::new((u64::MAX, String::new())) };
    }
    let second = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    WRITTEN.with_borrow_mut(|(written, date)| {
        if *written != second {
            *written = second;
            *date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(second));
        }
        push_field(head, "date", date.as_bytes());
    });
}

#[cfg(test)]
mod tests {
    use http::header::ETAG;
    use proptest::prelude::*;

    use super::*;

    fn reading(sent: &str) -> (Reading, Vec<u8>) {
        let mut sent = sent.as_bytes().to_vec();
        (read(&mut sent), sent)
    }

    #[test]
    fn a_plain_request_is_taken_out_as_soon_as_it_is_whole() {
        let request =
            "GET /a/rss.xml?b=c HTTP/1.1\r\nHost: a.example\r\nIf-None-Match: \"d\"\r\n\r\n";
        for end in 0..request.len() {
            let (reading, left) = reading(&request[..end]);
            assert!(matches!(reading, Reading::Beginning), "{reading:?}");
            assert_eq!(left.len(), end);
        }
        let (reading, left) = reading(&format!("{request}GET /next"));
        let Reading::Plain(plain) = reading else { panic!("{reading:?}") };
        let Plain { request, is_last, .. } = *plain;
        assert_eq!((request.uri.path(), request.uri.query()), ("/a/rss.xml", Some("b=c")));
        assert_eq!(request.headers[HOST], "a.example");
        assert_eq!((request.method, request.headers.len(), is_last), (Method::GET, 2, false));
        assert_eq!(left, b"GET /next");
    }

    #[test]
    fn the_last_request_says_so() {
        for (field, last) in [("close", true), ("Close", true), ("keep-alive", false)] {
            let (reading, _) =
                reading(&format!("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: {field}\r\n\r\n"));
            let Reading::Plain(plain) = reading else { panic!("{reading:?}") };
            let Plain { request, is_last, .. } = *plain;
            assert_eq!((request.method, is_last), (Method::HEAD, last));
        }
    }

    #[test]
    fn a_request_names_one_host() {
        let names_in = |version: Version, hosts: &[&str]| {
            let request = Request::builder().version(version);
            let request = hosts.iter().fold(request, |request, host| request.header(HOST, *host));
            names_host(&request.body(()).expect("a request").into_parts().0)
        };
        let names = |hosts: &[&str]| names_in(Version::HTTP_11, hosts);
        for host in ["", "a.example", "a.example:8080", "127.0.0.1", "[::1]:80"] {
            assert!(names(&[host]), "{host}");
        }
        let wrong: [&[&str]; 6] =
            [&[], &["a", "a"], &["a", ""], &["a b"], &["user@a.example"], &["a/b"]];
        for hosts in wrong {
            assert!(!names(hosts), "{hosts:?}");
        }
        let older = |hosts: &[&str]| names_in(Version::HTTP_10, hosts);
        assert!(older(&[]) && older(&["a"]) && !older(&["a", "a"]) && !older(&["a b"]));
        assert!(names_in(Version::HTTP_2, &[]));
    }

    #[test]
    fn whatever_may_be_read_in_two_ways_is_left_as_it_is() {
        let many = "A: b\r\n".repeat(MOST_FIELDS + 1);
        for (line, fields) in [
            ("POST / HTTP/1.1", "Content-Length: 3\r\n"),
            ("GET / HTTP/1.1", "Content-Length: 0\r\n"),
            ("GET / HTTP/1.1", "Host: a\r\n"),
            ("GET / HTTP/1.1", "Transfer-Encoding: chunked\r\n"),
            ("GET / HTTP/1.1", "Expect: 100-continue\r\n"),
            ("GET / HTTP/1.1", "Connection: Upgrade\r\nUpgrade: h2c\r\n"),
            ("GET / HTTP/1.1", "Connection: close, A\r\n"),
            ("GET / HTTP/1.1", "Content-Length : 3\r\n"),
            ("GET / HTTP/1.1", "A: b\r\n Content-Length: 3\r\n"),
            ("GET / HTTP/1.1", "A: b\nContent-Length: 3\r\n"),
            ("GET / HTTP/1.1\n", ""),
            ("GET / HTTP/1.1", "A: b\0c\r\n"),
            ("GET / HTTP/1.1", "A: b\rc\r\n"),
            ("GET / HTTP/1.1", &many),
            ("GET / HTTP/1.0", ""),
            ("GET /", ""),
            ("OPTIONS * HTTP/1.1", ""),
            ("GET http://a.example/ HTTP/1.1", ""),
            ("GET /a b HTTP/1.1", ""),
            ("\r\n\r\nGET / HTTP/1.1", ""),
            ("GET /events HTTP/1.1", ""),
            ("GET /site/events?a HTTP/1.1", ""),
            ("PRI * HTTP/2.0\r\n\r\nSM", ""),
            ("\u{16}\u{3}\u{1}", ""),
        ] {
            let sent = format!("{line}\r\nHost: a\r\n{fields}\r\n");
            let (reading, left) = reading(&sent);
            assert!(matches!(reading, Reading::Other), "{sent:?}: {reading:?}");
            assert_eq!(left, sent.as_bytes());
        }
    }

    #[test]
    fn an_answer_is_written_with_its_date() {
        let mut answer = Response::new(());
        answer.headers_mut().insert(ETAG, HeaderValue::from_static("\"a\""));
        let now = UNIX_EPOCH + Duration::from_millis(784_111_777_999);
        let head = complete(&beginning(&answer), true, now);
        let wanted = "HTTP/1.1 200 OK\r\netag: \"a\"\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                      connection: close\r\n\r\n";
        assert_eq!(String::from_utf8_lossy(&head), wanted);
        assert_eq!(head.capacity(), head.len(), "there is just enough room");
    }

    proptest! {
        /// Whatever is sent: what is taken out is one head, with nothing in it that tells of a body.
        #[test]
        fn nothing_but_whole_heads_is_taken_out(
            sent in "(GET|HEAD|POST) /[a-z]{0,3} HTTP/1\\.1(\r\n|\n)(Host: a\r\n)?((A|content-length|Connection|Host)( ?: ?|)[ -~]{0,5}(\r\n|\n|\r)){0,3}(\r\n|\n)?[\r\na-z]{0,4}",
        ) {
            let mut left = sent.as_bytes().to_vec();
            match read(&mut left) {
                Reading::Plain(plain) => {
                    let taken = &sent[..sent.len() - left.len()];
                    prop_assert!(taken.ends_with("\r\n\r\n"));
                    prop_assert_eq!(taken.matches("\r\n\r\n").count(), 1);
                    prop_assert!(!plain.request.headers.contains_key(CONTENT_LENGTH));
                    let mut names = taken.lines().filter_map(|line| line.split_once(':'));
                    prop_assert!(!names.any(|(name, _)| name.trim() == "content-length"));
                }
                Reading::Beginning | Reading::Other => prop_assert_eq!(left, sent.as_bytes()),
            }
        }

        #[test]
        fn no_bytes_are_too_odd(mut sent in prop::collection::vec(any::<u8>(), 0..100)) {
            read(&mut sent);
        }
    }
}
