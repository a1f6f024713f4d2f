//! What was written of an entry, so that the next edition need not write it again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::feed::{Entry, Feed, Format};
use crate::model::text::Text;

/// In how many ways an entry is kept at most: in each of three formats, and in one of them in two ways.
pub const MOST_KEPT: usize = 4;

/// All that the writing of an entry depends on besides the entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The format in which it is written.
    pub format: Format,
    /// Whether its language is another than that of the feed, so that it is told.
    pub is_foreign: bool,
    /// Who stands in for the author, where the format must have one and nobody is named.
    pub stand_in: Option<Text>,
}

impl Variant {
    /// Tells how an entry is written in a feed, where nobody has to stand in for its author.
    #[must_use]
    pub fn of(format: Format, entry: &Entry, feed: &Feed) -> Self {
        let is_foreign = entry.language.as_ref().is_some_and(|own| *own != feed.language);
        Self { format, is_foreign, stand_in: None }
    }
}

/// The parts of documents that stand for one entry, as long as they are wanted. They are none of what the
/// entry tells: entries that differ by them alone are equal.
#[derive(Debug, Default)]
pub struct Pieces(Mutex<Option<Vec<Piece>>>);

/// A part of a document, and how it is written.
type Piece = (Variant, Arc<str>);

impl Pieces {
    /// Keeps what is written from now on.
    pub fn keep(&self) {
        self.kept().get_or_insert_default();
    }

    /// Keeps nothing any more.
    pub fn forget(&self) {
        self.kept().take();
    }

    /// Gives what was written before, or writes it.
    pub fn get_or_write(&self, variant: Variant, write: impl FnOnce() -> String) -> Arc<str> {
        let find = |(known, piece): &Piece| (*known == variant).then(|| Arc::clone(piece));
        if let Some(piece) = self.kept().iter().flatten().find_map(find) {
            return piece;
        }
        // Nobody waits meanwhile: another thread may write it in another format.
        let piece = Arc::from(write());
        if let Some(kept) = self.kept().as_mut() {
            if kept.iter().any(|(known, _)| *known == variant) {
                return piece;
            }
            if kept.len() >= MOST_KEPT {
                // An entry that nobody signs is written for each title of a feed: one such goes.
                let own = kept.iter().position(|(known, _)| known.format == variant.format);
                kept.remove(own.unwrap_or_default());
            }
            kept.push((variant, Arc::clone(&piece)));
        }
        piece
    }

    fn kept(&self) -> MutexGuard<'_, Option<Vec<Piece>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Pieces {
    /// A copy may be changed, so it begins with nothing.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Pieces {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Pieces {}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(stand_in: &str) -> Variant {
        Variant { format: Format::Atom, is_foreign: false, stand_in: Some(Text::line(stand_in)) }
    }

    #[test]
    fn many_ways_in_one_format_leave_the_others() {
        let pieces = Pieces::default();
        pieces.keep();
        let other = || Variant { format: Format::Rss, is_foreign: false, stand_in: None };
        pieces.get_or_write(other(), || "1".to_owned());
        for number in 0..9 {
            pieces.get_or_write(variant(&number.to_string()), String::new);
            assert!(pieces.kept().iter().flatten().count() <= MOST_KEPT);
        }
        assert_eq!(&*pieces.get_or_write(other(), || "2".to_owned()), "1");
    }

    #[test]
    fn a_piece_is_written_once_while_it_is_kept() {
        let pieces = Pieces::default();
        let written = |name: &str, text: &str| {
            pieces.get_or_write(variant(name), || text.to_owned()).to_string()
        };
        assert_eq!([written("a", "1"), written("a", "2")], ["1", "2"]);
        pieces.keep();
        assert_eq!([written("a", "3"), written("a", "4"), written("b", "5")], ["3", "3", "5"]);
        pieces.keep();
        assert_eq!(written("a", "6"), "3");
        for number in 0..MOST_KEPT {
            written(&number.to_string(), "7");
        }
        assert_eq!(written("a", "8"), "8");
        pieces.forget();
        assert_eq!(written("a", "9"), "9");
    }
}
