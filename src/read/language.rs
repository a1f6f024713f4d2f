//! The language of a text, told from the text.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use encoding_rs::{BIG5, Encoding, GBK};
use whatlang::{Lang, detect as guess};

use crate::model::language::Language;

/// How much of a text is looked at, in characters: more tells nothing new.
const SAMPLE: usize = 2000;

/// How many ideographs tell the script of Chinese: a third of them differ.
const ENOUGH_HAN: usize = 600;

/// Letters below which a text is too short to tell. An ideograph counts as three.
const FEWEST: usize = 20;

/// Tells the language of a text as a BCP 47 tag, Chinese with its script (`zh-Hans`, `zh-Hant`);
/// `None` when there is too little text or the library that guesses does not rely on its guess.
#[must_use]
pub fn detect(text: &str) -> Option<Language> {
    let sample: String = text.chars().take(SAMPLE).collect();
    if sample.chars().map(weigh).sum::<usize>() < FEWEST {
        return None;
    }
    let info = guess(&sample).filter(whatlang::Info::is_reliable)?;
    Language::parse(match info.lang() {
        Lang::Cmn => chinese(&sample),
        // The library names Persian of Iran; readers know the language as a whole.
        Lang::Pes => "fa",
        other => isolang::Language::from_639_3(other.code())
            .and_then(|language| language.to_639_1())
            .unwrap_or(other.code()),
    })
}

fn weigh(c: char) -> usize {
    match c {
        c if is_han(c) => 3,
        '\u{3040}'..='\u{30FF}' | '\u{AC00}'..='\u{D7A3}' => 3,
        c if c.is_alphabetic() => 1,
        _ => 0,
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The ideographs of GB 2312, which was made for the simplified ones. GBK added the traditional ones
/// outside of the square that GB 2312 fills.
static GB2312: LazyLock<HashSet<char>> =
    LazyLock::new(|| ideographs(GBK, 0xB0..=0xF7, |trail| trail >= 0xA1));

/// The ideographs of Big5, which was made for the traditional ones. Hong Kong's additions, some of
/// them simplified, lie beside its rows.
static BIG5_ROWS: LazyLock<HashSet<char>> = LazyLock::new(|| {
    let is_trail = |trail| matches!(trail, 0x40..=0x7E | 0xA1..=0xFE);
    let mut found = ideographs(BIG5, 0xA4..=0xC6, is_trail);
    found.extend(ideographs(BIG5, 0xC9..=0xF9, is_trail));
    found
});

/// Tells the script of Chinese by the characters that only one of the two old national sets has.
fn chinese(text: &str) -> &'static str {
    let (mut simplified, mut traditional) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| is_han(*c)).take(ENOUGH_HAN) {
        let (in_gb2312, in_big5) = (GB2312.contains(&c), BIG5_ROWS.contains(&c));
        simplified += usize::from(in_gb2312 && !in_big5);
        traditional += usize::from(in_big5 && !in_gb2312);
    }
    match simplified.cmp(&traditional) {
        std::cmp::Ordering::Greater => "zh-Hans",
        std::cmp::Ordering::Less => "zh-Hant",
        std::cmp::Ordering::Equal => "zh",
    }
}

/// Gives the ideographs with a code of two bytes in some rows of an encoding. Decoding all codes once
/// is a thousand times cheaper than asking for the code of each character of each text.
fn ideographs(
    encoding: &'static Encoding,
    rows: RangeInclusive<u8>,
    is_trail: impl Fn(u8) -> bool,
) -> HashSet<char> {
    let trails: Vec<u8> = (0x40..=0xFE).filter(|trail| is_trail(*trail)).collect();
    let codes: Vec<u8> =
        rows.flat_map(|row| trails.iter().flat_map(move |trail| [row, *trail])).collect();
    let (text, _) = encoding.decode_without_bom_handling(&codes);
    text.chars().filter(|c| is_han(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        detect(text).map(|language| language.to_string()).unwrap_or_default()
    }

    #[test]
    fn the_two_scripts_of_chinese_are_told_apart() {
        assert_eq!(of("记者从当地政府了解到，这条河的水位在夜间再次上涨。"), "zh-Hans");
        assert_eq!(of("記者從當地政府瞭解到，這條河的水位在夜間再次上漲。"), "zh-Hant");
        // A quotation in the other script does not turn the whole.
        assert_eq!(of("他在讲话中提到《說文解字》，认为这部书对后来的研究影响很大。"), "zh-Hans");
    }

    #[test]
    fn languages_with_a_script_of_their_own_are_told() {
        assert_eq!(of("川の水位が夜のうちにまた上がり、村の人々は眠れなかった。"), "ja");
        assert_eq!(of("강물이 밤사이 다시 불어나 마을 사람들은 잠을 이루지 못했다."), "ko");
    }

    #[test]
    fn arabic_is_told() {
        let text = "ارتفع منسوب النهر مرة أخرى خلال الليل ولم ينم أحد من أهل القرية، وعندما جاء \
                    الصباح كانت المياه أمام أبواب البيوت، وقال السكان إنهم ينتظرون المساعدة من \
                    الحكومة منذ ثلاثة أيام، ولكن الطريق إلى المدينة ما زال مغلقا.";
        assert_eq!(of(text), "ar");
    }

    #[test]
    fn languages_that_share_a_script_are_told() {
        let english = "The river rose again during the night, and nobody in the village slept. \
                       When the morning came, the water stood at the doors of the houses.";
        let german = "Der Fluss ist in der Nacht wieder gestiegen, und niemand im Dorf hat \
                      geschlafen. Am Morgen stand das Wasser vor den Türen der Häuser.";
        let russian = "Этой ночью вода в реке опять поднялась, и жители были вынуждены ждать \
                       помощи. Мы ещё не знаем, сколько это продлится, сообщил представитель \
                       правительства. Он также отметил, что большинство дорог было закрыто.";
        assert_eq!((of(english), of(german), of(russian)), ("en".into(), "de".into(), "ru".into()));
    }

    #[test]
    fn too_little_text_tells_nothing() {
        for text in ["", "OK", "Hello!", "12345 67890 12345 67890", "中山"] {
            assert_eq!(detect(text), None, "{text}");
        }
    }
}
