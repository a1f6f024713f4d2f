//! Former editions of a feed, by which is told what is new to a reader (RFC 3229).

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};

use crate::model::id::{Digest, digest, hex};
use crate::publish::shelf::body::Body;

/// How many former editions of a feed are remembered.
const MOST: usize = 16;

/// What an edition of a feed held.
#[derive(Debug)]
struct Edition {
    /// The digest of its document.
    digest: Digest,
    /// The digests of its entries, sorted.
    entries: Vec<Digest>,
}

/// The editions of a feed before the one that there is, the newest first.
#[derive(Debug, Default)]
pub(super) struct Former(Vec<(Arc<Edition>, OnceLock<Option<Body>>)>);

impl Former {
    /// Goes on with an edition that was replaced, with its document's digest, bytes, and the places of its
    /// entries.
    pub(super) fn after(&self, replaced: Digest, bytes: &[u8], entries: &[Range<usize>]) -> Self {
        let entries = entries.iter().filter_map(|entry| bytes.get(entry.clone()));
        let mut entries: Vec<Digest> = entries.map(digest).collect();
        entries.sort_unstable();
        let newest = Arc::new(Edition { digest: replaced, entries });
        let older = self.0.iter().map(|(edition, _)| Arc::clone(edition));
        // An edition that comes again is what it was.
        let older = older.filter(|edition| edition.digest != replaced);
        let all = std::iter::once(newest).chain(older).take(MOST);
        Self(all.map(|edition| (edition, OnceLock::new())).collect())
    }

    /// Gives the same editions, for another document that follows them.
    pub(super) fn again(&self) -> Self {
        Self(self.0.iter().map(|(edition, _)| (Arc::clone(edition), OnceLock::new())).collect())
    }

    /// Gives a document with those entries only that the edition of a digest, in hexadecimal digits, did
    /// not hold; `None` where that edition is not known, or where that would be all of them, or none.
    pub(super) fn news_since(
        &self,
        known: &str,
        bytes: &Bytes,
        entries: &[Range<usize>],
    ) -> Option<&Body> {
        let (edition, news) = self.0.iter().find(|(edition, _)| hex(&edition.digest) == known)?;
        let news = news.get_or_init(|| edition.news_in(bytes, entries).map(Body::from));
        news.as_ref()
    }
}

impl Edition {
    fn news_in(&self, bytes: &Bytes, entries: &[Range<usize>]) -> Option<Bytes> {
        let is_known = |entry: &&Range<usize>| {
            let entry = bytes.get((*entry).clone()).unwrap_or_default();
            self.entries.binary_search(&digest(entry)).is_ok()
        };
        let known: Vec<&Range<usize>> = entries.iter().filter(is_known).collect();
        if known.is_empty() || known.len() == entries.len() {
            return None;
        }
        let mut news = BytesMut::with_capacity(bytes.len());
        let mut taken = 0;
        for entry in known {
            // The blanks before an entry go with it.
            news.extend_from_slice(bytes.get(taken..entry.start)?.trim_ascii_end());
            taken = entry.end;
        }
        news.extend_from_slice(bytes.get(taken..)?);
        Some(news.freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::feed::Format;
    use crate::publish::shelf::told;

    fn feed(entries: &[&str]) -> Bytes {
        let entries = entries.iter().map(|entry| format!("  <entry>{entry}</entry>\n"));
        Bytes::from(format!("<feed>\n  <title>a</title>\n{}</feed>\n", entries.collect::<String>()))
    }

    fn after(former: &Former, replaced: &Bytes) -> Former {
        former.after(digest(replaced), replaced, &told::of(Format::Atom, replaced).entries)
    }

    fn news(former: &Former, known: &Bytes, now: &Bytes) -> Option<Bytes> {
        let entries = told::of(Format::Atom, now).entries;
        former
            .news_since(&hex(&digest(known)), now, &entries)
            .and_then(|body| body.at_hand(None).cloned())
    }

    #[test]
    fn only_what_the_edition_did_not_hold_is_news() {
        let (first, second) = (feed(&["1"]), feed(&["2", "1"]));
        let now = feed(&["3", "2!", "1"]);
        let former = after(&after(&Former::default(), &first), &second);
        assert_eq!(news(&former, &first, &now), Some(feed(&["3", "2!"])));
        assert_eq!(news(&former, &second, &now), Some(feed(&["3", "2!"])));
        let now = feed(&["3", "2", "1"]);
        assert_eq!(news(&former.again(), &second, &now), Some(feed(&["3"])));
    }

    #[test]
    fn what_is_doubtful_is_no_news() {
        let old = feed(&["2", "1"]);
        let former = after(&Former::default(), &old);
        for (now, why) in [
            (feed(&["1"]), "an entry was removed"),
            (feed(&["4", "3"]), "all are new"),
            (feed(&[]), "none is left"),
        ] {
            assert_eq!(news(&former, &old, &now), None, "{why}");
        }
        assert_eq!(news(&former, &feed(&["0"]), &feed(&["3", "2"])), None, "it is not known");
    }

    #[test]
    fn memory_is_short() {
        let editions: Vec<Bytes> = (0..=MOST).map(|number| feed(&[&number.to_string()])).collect();
        let former = editions.iter().fold(Former::default(), |former, old| after(&former, old));
        let now = feed(&["new", "0", "1"]);
        assert_eq!(news(&former, &editions[0], &now), None);
        assert_eq!(news(&former, &editions[1], &now), Some(feed(&["new", "0"])));
        let again = after(&former, &editions[1]);
        assert_eq!(again.0.len(), MOST);
    }
}
