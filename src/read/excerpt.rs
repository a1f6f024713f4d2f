//! Summaries: the beginning of a plain text, cut where a reader would stop.

use unicode_segmentation::UnicodeSegmentation;

use crate::model::text::Text;

/// A summary shorter than this part of its limit takes in the next paragraph.
const SHORT_PART: usize = 5;

/// Letters up to which a paragraph is taken for a dateline, byline or caption, if a longer one
/// follows. An ideograph says as much as three letters.
const SLIGHT: usize = 40;

/// How many paragraphs from the start are searched for one that is not slight.
const SEARCHED: usize = 12;

/// Characters that end a sentence.
const ENDS: [char; 9] = ['.', '!', '?', '…', '。', '！', '？', '．', '‼'];

/// Characters that may follow the end of a sentence and belong to it.
const CLOSERS: [char; 12] = ['"', '\'', ')', ']', '”', '’', '」', '』', '）', '»', '》', '】'];

/// Makes a summary of a text whose paragraphs are separated by blank lines: the first paragraph
/// that says something, cut at the end of a sentence, in at most `length` graphemes. When the
/// first sentence is too long by itself, it is cut between words and `…` is added.
#[must_use]
pub fn summary(text: &str, length: usize) -> Option<Text> {
    if length == 0 {
        return None;
    }
    let mut paragraphs = paragraphs(text).skip(slight_ones(text));
    let mut summary = cut(&paragraphs.next()?, length);
    for paragraph in paragraphs {
        let taken = count(&summary);
        if summary.ends_with('…') || taken >= length / SHORT_PART || !is_prose(&paragraph) {
            break;
        }
        let more = sentences(&paragraph, length.saturating_sub(taken + 1));
        if more.is_empty() {
            break;
        }
        if !summary.ends_with(is_wide_mark) {
            summary.push(' ');
        }
        summary.push_str(more);
    }
    Some(Text::line(&summary)).filter(|text| !text.is_empty())
}

fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    text.split("\n\n")
        .map(|paragraph| Text::line(paragraph).as_str().to_owned())
        .filter(|paragraph| !paragraph.is_empty())
}

/// Counts the slight paragraphs before the first that is not; none when all are.
fn slight_ones(text: &str) -> usize {
    paragraphs(text).take(SEARCHED).position(|paragraph| !is_slight(&paragraph)).unwrap_or(0)
}

fn is_slight(paragraph: &str) -> bool {
    let weigh = |c: char| match c {
        // Kana, ideographs and Hangul.
        '\u{3040}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{20000}'.. => 3,
        c if c.is_alphabetic() => 1,
        _ => 0,
    };
    // A long paragraph need not be weighed to its end.
    let weight: usize = paragraph.chars().take(SLIGHT * 5).map(weigh).sum();
    weight < SLIGHT && !paragraph.trim_end_matches(CLOSERS).ends_with(['。', '！', '？'])
}

/// Tells a paragraph that ends as a sentence does from a byline or a heading.
fn is_prose(paragraph: &str) -> bool {
    paragraph.trim_end_matches(CLOSERS).ends_with(ENDS)
}

/// Cuts a paragraph to a length in graphemes.
fn cut(paragraph: &str, length: usize) -> String {
    let whole = sentences(paragraph, length);
    if whole.is_empty() { words(paragraph, length) } else { whole.to_owned() }
}

/// Gives as many whole sentences as a length in graphemes holds.
fn sentences(paragraph: &str, length: usize) -> &str {
    let (mut graphemes, mut end) = (0, 0);
    for (start, sentence) in paragraph.split_sentence_bound_indices() {
        let own = count(sentence.trim_end());
        if graphemes + own > length {
            break;
        }
        let until = start + sentence.len();
        if until == paragraph.len() || is_end(sentence.trim_end()) {
            end = until;
        }
        graphemes += count(sentence);
    }
    paragraph[..end].trim_end()
}

/// Tells whether a sentence really ends here: not after an initial or a short form (`U.S.`, `Mr.`).
fn is_end(sentence: &str) -> bool {
    let bare = sentence.trim_end_matches(CLOSERS);
    let Some(before) = bare.strip_suffix('.') else { return bare.ends_with(ENDS) };
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let is_capital = word.chars().next().is_some_and(char::is_uppercase);
    !(word.contains('.') || is_capital && word.chars().count() <= 3)
}

/// Gives as many words as a length in graphemes holds, with `…`.
fn words(paragraph: &str, length: usize) -> String {
    let (mut graphemes, mut end) = (0, 0);
    for (start, word) in paragraph.split_word_bound_indices() {
        graphemes += count(word);
        if graphemes >= length {
            break;
        }
        end = start + word.len();
    }
    if end == 0 {
        // One word is longer than all that is allowed.
        end = paragraph.grapheme_indices(true).nth(length - 1).map_or(0, |(start, _)| start);
    }
    let kept = paragraph[..end].trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '，' | '、' | '；' | '：')
    });
    format!("{kept}…")
}

fn count(text: &str) -> usize {
    text.graphemes(true).count()
}

/// Tells whether a mark brings its own space with it.
fn is_wide_mark(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FFEF}' | '”' | '’')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, length: usize) -> String {
        summary(text, length).map(|text| text.as_str().to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_summary_ends_with_a_sentence() {
        let text = "The river rose again in the night. Nobody slept, she said. It fell at noon.";
        assert_eq!(of(text, 60), "The river rose again in the night. Nobody slept, she said.");
        assert_eq!(of(text, 200), text);
        assert_eq!(of(text, 40), "The river rose again in the night.");
    }

    #[test]
    fn a_long_sentence_is_cut_between_words() {
        let text = "The committee, which had met every week, came to no conclusion at all";
        assert_eq!(of(text, 16), "The committee…");
        assert_eq!(of(text, 22), "The committee, which…");
        assert_eq!(of("Donaudampfschifffahrtsgesellschaft", 10), "Donaudamp…");
    }

    #[test]
    fn chinese_and_japanese_sentences_keep_their_quotes() {
        let text = "他说：“我们明天会再来，请大家放心。”随后他离开了会场。记者没有得到更多的回答。";
        assert_eq!(of(text, 20), "他说：“我们明天会再来，请大家放心。”");
        assert_eq!(of(text, 30), "他说：“我们明天会再来，请大家放心。”随后他离开了会场。");
        let text = "「川の水が夜のうちにまた増えた」と彼女は話した。誰も眠れなかったという！";
        assert_eq!(of(text, 30), "「川の水が夜のうちにまた増えた」と彼女は話した。");
        assert_eq!(of(text, 9), "「川の水が夜のう…");
    }

    #[test]
    fn slight_paragraphs_are_skipped_when_a_longer_one_follows() {
        let long = "The river rose again in the night and nobody in the village slept.";
        assert_eq!(of(&format!("26/09/2023 - 08:18\n\nBy A. Writer\n\n{long}"), 100), long);
        assert_eq!(of("Short.\n\nShorter.", 100), "Short. Shorter.");
    }

    #[test]
    fn a_short_first_paragraph_takes_in_the_next() {
        let (one, two) = ("The river rose again in the night and we left.", "It fell at noon.");
        assert_eq!(of(&format!("{one}\n\n{two}"), 300), format!("{one} {two}"));
        assert_eq!(of(&format!("{one}\n\n{two}"), 100), one);
        let text = "市议会星期一晚上开会，决定明年修桥。\n\n记者：甲 责编：乙";
        assert_eq!(of(text, 300), "市议会星期一晚上开会，决定明年修桥。");
    }

    #[test]
    fn initials_end_no_sentence() {
        let text = "It was signed in the U.S. President Smith and Mr. Jones were there all day.";
        assert_eq!(of(text, 60), "It was signed in the U.S. President Smith and Mr. Jones…");
    }

    #[test]
    fn graphemes_are_not_torn() {
        let family = "👨‍👩‍👧‍👦".repeat(30);
        assert_eq!(of(&family, 3), format!("{}…", "👨‍👩‍👧‍👦".repeat(2)));
        assert_eq!(summary("", 10), None);
        assert_eq!(summary(" \n\n ", 10), None);
        assert_eq!(summary("text", 0), None);
    }
}
