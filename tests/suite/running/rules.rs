//! The rules of HTTP for validators, conditions, ranges and 304 (RFC 9110 §8.8, §13, §14, §15.4.5), each
//! held against what the service answers. `cargo test rules_of_http -- --nocapture` lists them.

use std::net::SocketAddr;

use super::serving::{Answer, Client};
use super::{Service, article, site};

const FEED: &str = "/atom.xml";

/// A service with a feed, and what its answers tell of it.
struct World {
    client: Client,
    /// All that is told with the feed.
    whole: Answer,
    etag: String,
    modified: String,
}

impl World {
    fn new(address: SocketAddr) -> Self {
        let mut client = Client::to(address);
        let whole = client.ask("GET", FEED, "");
        let field = |name| whole.field(name).to_owned();
        let (etag, modified) = (field("etag"), field("last-modified"));
        Self { client, whole, etag, modified }
    }

    fn ask(&mut self, method: &str, fields: &[(&str, &str)]) -> Answer {
        let fields = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let fields = fields.collect::<Vec<_>>().concat();
        let first = self.client.ask(method, FEED, &fields);
        // What was answered just now is answered again in the same way.
        let again = self.client.ask(method, FEED, &fields);
        assert_eq!(first.without_date(), again.without_date(), "{method} {fields}");
        first
    }

    fn get(&mut self, fields: &[(&str, &str)]) -> Answer {
        self.ask("GET", fields)
    }

    /// Tells whether a GET with a field is answered with a status.
    fn gives(&mut self, name: &str, value: &str, status: &str) -> bool {
        self.get(&[(name, value)]).status() == status
    }

    /// Tells whether a GET of a range gives those bytes.
    fn gives_part(&mut self, range: &str, first: usize, last: usize) -> bool {
        let answer = self.get(&[("Range", range)]);
        let length = self.whole.body.len();
        answer.status() == "206"
            && answer.field("content-range") == format!("bytes {first}-{last}/{length}")
            && answer.body == self.whole.body[first..=last]
    }
}

/// A rule: its section, what it says, and whether it holds.
type Rule = (&'static str, &'static str, fn(&mut World) -> bool);

const EARLIER: &str = "Sat, 01 Jan 2000 00:00:00 GMT";
const LATER: &str = "Fri, 01 Jan 2100 00:00:00 GMT";

const RULES: [Rule; 45] = [
    ("8.8.1", "a GET and a HEAD have the same validators", |w| {
        let head = w.ask("HEAD", &[]);
        (head.field("etag"), head.field("last-modified")) == (&w.etag, &w.modified)
    }),
    ("8.8.2.1", "Last-Modified is not later than Date", |w| {
        let at = |value: &str| httpdate::parse_http_date(value).expect("a date");
        at(&w.modified) <= at(w.whole.field("date"))
    }),
    ("8.8.3", "a tag is opaque, in quotes, and strong", |w| {
        let inner = w.etag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.is_some_and(|tag| tag.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'))
    }),
    ("8.8.3.2", "by weak comparison a weak tag is equal to the strong one", |w| {
        let weak = format!("W/{}", w.etag);
        w.gives("If-None-Match", &weak, "304")
    }),
    ("8.8.3.2", "by strong comparison it is not", |w| {
        let weak = format!("W/{}", w.etag);
        w.gives("If-Match", &weak, "412")
    }),
    ("8.8.3.3", "each content coding has a tag of its own", |w| {
        let mut tags = ["identity", "gzip", "br", "zstd"]
            .map(|coding| w.get(&[("Accept-Encoding", coding)]).field("etag").to_owned());
        tags.sort();
        tags.windows(2).all(|pair| pair[0] != pair[1])
    }),
    ("13.1.1", "If-Match with a tag of the document goes on", |w| {
        let tag = w.etag.clone();
        w.gives("If-Match", &tag, "200")
    }),
    ("13.1.1", "If-Match with a list that holds it goes on", |w| {
        let list = format!("\"x\", {}", w.etag);
        w.gives("If-Match", &list, "200")
    }),
    ("13.1.1", "If-Match: * goes on where there is a document", |w| {
        w.gives("If-Match", "*", "200")
    }),
    ("13.1.1", "If-Match with other tags fails", |w| w.gives("If-Match", "\"x\", \"y\"", "412")),
    ("13.1.2", "If-None-Match with its tag is 304 for GET", |w| {
        let tag = w.etag.clone();
        w.gives("If-None-Match", &tag, "304")
    }),
    ("13.1.2", "and for HEAD", |w| {
        let tag = w.etag.clone();
        w.ask("HEAD", &[("If-None-Match", &tag)]).status() == "304"
    }),
    ("13.1.2", "If-None-Match with a list that holds it is 304", |w| {
        let list = format!("\"x\",W/\"y\" , {}", w.etag);
        w.gives("If-None-Match", &list, "304")
    }),
    ("13.1.2", "If-None-Match: * is 304 where there is a document", |w| {
        w.gives("If-None-Match", "*", "304")
    }),
    ("13.1.2", "If-None-Match with other tags goes on", |w| {
        w.gives("If-None-Match", "\"x\"", "200")
    }),
    ("13.1.2", "the tag of another coding is another tag", |w| {
        let gzip = w.get(&[("Accept-Encoding", "gzip")]).field("etag").to_owned();
        w.gives("If-None-Match", &gzip, "200")
    }),
    ("13.1.3", "If-Modified-Since with its date is 304", |w| {
        let date = w.modified.clone();
        w.gives("If-Modified-Since", &date, "304")
    }),
    ("13.1.3", "and with a later one", |w| w.gives("If-Modified-Since", LATER, "304")),
    ("13.1.3", "with an earlier one it goes on", |w| w.gives("If-Modified-Since", EARLIER, "200")),
    ("13.1.3", "what is no date is passed over", |w| w.gives("If-Modified-Since", "now", "200")),
    ("13.1.3", "If-None-Match makes it count for nothing", |w| {
        let both = [("If-None-Match", "\"x\""), ("If-Modified-Since", LATER)];
        w.get(&both).status() == "200"
    }),
    ("5.6.7", "dates of RFC 850 and asctime are read", |w| {
        w.gives("If-Modified-Since", "Thursday, 01-Jan-60 00:00:00 GMT", "304")
            && w.gives("If-Modified-Since", "Fri Jan  1 00:00:00 2100", "304")
    }),
    ("13.1.4", "If-Unmodified-Since with its date goes on", |w| {
        let date = w.modified.clone();
        w.gives("If-Unmodified-Since", &date, "200")
    }),
    ("13.1.4", "with an earlier one it fails", |w| w.gives("If-Unmodified-Since", EARLIER, "412")),
    ("13.1.4", "what is no date is passed over", |w| w.gives("If-Unmodified-Since", "now", "200")),
    ("13.1.4", "If-Match makes it count for nothing", |w| {
        let tag = w.etag.clone();
        w.get(&[("If-Match", &tag), ("If-Unmodified-Since", EARLIER)]).status() == "200"
    }),
    ("13.1.5", "If-Range with its tag gives the part", |w| {
        let tag = w.etag.clone();
        w.get(&[("Range", "bytes=0-1"), ("If-Range", &tag)]).status() == "206"
    }),
    ("13.1.5", "with another, or a weak one, it gives all", |w| {
        let weak = format!("W/{}", w.etag);
        ["\"x\"", &weak]
            .iter()
            .all(|tag| w.get(&[("Range", "bytes=0-1"), ("If-Range", tag)]).status() == "200")
    }),
    ("13.1.5", "without Range it counts for nothing", |w| w.gives("If-Range", "\"x\"", "200")),
    ("13.2.1", "what would be no success is not made another by conditions", |w| {
        let fields = "If-None-Match: *\r\nIf-Match: \"x\"\r\n";
        let none = w.client.ask("GET", "/none.xml", fields).status() == "404";
        none && w.ask("POST", &[("If-Match", "\"x\"")]).status() == "405"
    }),
    ("13.2.2", "If-Match comes before If-None-Match", |w| {
        let tag = w.etag.clone();
        w.get(&[("If-Match", "\"x\""), ("If-None-Match", &tag)]).status() == "412"
    }),
    ("13.2.2", "If-None-Match comes before Range", |w| {
        let tag = w.etag.clone();
        w.get(&[("If-None-Match", &tag), ("Range", "bytes=0-1")]).status() == "304"
    }),
    ("14.1.2", "first and last byte", |w| w.gives_part("bytes=2-5", 2, 5)),
    ("14.1.2", "a last byte beyond the end is the end", |w| {
        let end = w.whole.body.len() - 1;
        w.gives_part("bytes=2-99999999999999999999", 2, end)
    }),
    ("14.1.2", "from a byte on", |w| {
        let end = w.whole.body.len() - 1;
        w.gives_part("bytes=7-", 7, end)
    }),
    ("14.1.2", "the last bytes, or all where there are fewer", |w| {
        let end = w.whole.body.len() - 1;
        w.gives_part("bytes=-4", end - 3, end) && w.gives_part("bytes=-99999999", 0, end)
    }),
    ("14.1.2", "what can't be a range is passed over", |w| {
        ["bytes=5-2", "bytes=a-b", "bytes", "bytes=-"]
            .iter()
            .all(|range| w.gives("Range", range, "200"))
    }),
    ("14.2", "other units are passed over", |w| w.gives("Range", "items=0-1", "200")),
    ("14.2", "a range means nothing but with GET", |w| {
        w.ask("HEAD", &[("Range", "bytes=0-1")]).status() == "200"
    }),
    ("14.3", "Accept-Ranges tells that there are ranges of bytes", |w| {
        w.whole.field("accept-ranges") == "bytes"
    }),
    ("14.4", "beyond the end is 416, which tells the length", |w| {
        let length = w.whole.body.len();
        let answer = w.get(&[("Range", &format!("bytes={length}-"))]);
        answer.status() == "416" && answer.field("content-range") == format!("bytes */{length}")
    }),
    ("15.3.7", "a part comes with the fields of the whole", |w| {
        let part = w.get(&[("Range", "bytes=0-1")]);
        let names = ["etag", "cache-control", "vary", "last-modified", "content-type"];
        !part.field("date").is_empty()
            && names.iter().all(|name| part.field(name) == w.whole.field(name))
    }),
    ("15.4.5", "a 304 comes with the fields that the 200 would have", |w| {
        let tag = w.etag.clone();
        let same = w.get(&[("If-None-Match", &tag)]);
        let names = ["etag", "cache-control", "vary", "last-modified"];
        !same.field("date").is_empty()
            && names.iter().all(|name| same.field(name) == w.whole.field(name))
    }),
    ("15.4.5", "and with no content", |w| {
        let tag = w.etag.clone();
        let same = w.get(&[("If-None-Match", &tag)]);
        // Another answer follows at once: nothing stood between.
        same.status() == "304"
            && same.field("content-length").is_empty()
            && w.gives("A", "b", "200")
    }),
    ("15.5.6", "a method that is not known here is told which are", |w| {
        let answer = w.ask("DELETE", &[]);
        answer.status() == "405" && answer.field("allow") == "GET, HEAD, OPTIONS"
    }),
];

#[test]
#[allow(clippy::print_stdout, reason = "whoever asks for the list is to have it")]
fn the_rules_of_http_hold() {
    let site = site();
    for number in 1..20 {
        site.write(&format!("seeds/{number}.md"), &article(&format!("Number {number}")));
    }
    let mut service = Service::begin(&site, |command| {
        command.args(["--listen", "127.0.0.1:0"]);
    });
    service.await_line("documents written");
    let mut world = World::new(service.address_told());
    let mut broken = Vec::new();
    for (section, rule, holds) in RULES {
        println!("RFC 9110 §{section}: {rule}");
        if !holds(&mut world) {
            broken.push(format!("§{section}: {rule}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(service.stop().success());
}
