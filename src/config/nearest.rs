//! The word that was probably meant.

use strsim::damerau_levenshtein;

/// Longer words are not compared: no key is as long, and comparing costs the product of the lengths
/// in time.
const LONGEST: usize = 64;

/// Finds the candidate nearest to a mistyped word, without regard to case; `None` when all are far
/// off. Of two equally near ones, the first wins.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let (distance, best) = candidates
        .into_iter()
        .map(|candidate| (damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .min_by_key(|(distance, _)| *distance)?;
    let longer = word.chars().count().max(best.chars().count());
    (distance <= (longer / 3).max(1)).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_seen_through() {
        let keys = ["title", "url", "language"];
        assert_eq!(nearest("langauge", keys), Some("language"));
        assert_eq!(nearest("URI", keys), Some("url"));
        assert_eq!(nearest("photograph", keys), None);
        assert_eq!(nearest("title", []), None);
    }

    #[test]
    fn a_huge_word_is_not_compared() {
        assert_eq!(nearest(&"t".repeat(1 << 20), ["t"]), None);
    }
}
