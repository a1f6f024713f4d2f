//! Bytes to text, whatever the encoding.
//!
//! The order: a byte order mark; the pattern of UTF-16; valid UTF-8; UTF-8 with a few broken
//! bytes; what an HTML page or XML declares; what the bytes look like; UTF-8 with many broken bytes,
//! where they look like Latin script.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::model::report::{Report, Severity};
use crate::model::text::is_xml_char;

/// How many bytes at the beginning tell whether a file is text at all.
const SNIFFED: usize = 8000;
/// How many bytes from the first that is not ASCII are shown to the detector.
const DETECTED: usize = 64 * 1024;
/// A text may have one control byte in so many.
const CONTROLS_IN_UTF8: usize = 10;
/// Likewise, where the encoding is not known.
const CONTROLS_IN_OTHERS: usize = 50;
/// Where an HTML page must have declared its encoding (HTML, "determining the character encoding").
const DECLARATION: usize = 1024;

/// The text of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, without a byte order mark, control characters and all; empty for a binary file.
    pub text: Cow<'a, str>,
    /// The name of the encoding (WHATWG), such as `UTF-8`, `GB18030`, `windows-1252`.
    pub encoding: &'static str,
    /// True when the bytes are no text in any encoding, such as those of an image.
    pub binary: bool,
    /// What was guessed, replaced or looks odd.
    pub reports: Vec<Report>,
}

/// Decodes a file. With `complete` false the bytes are only the beginning of one: a character that
/// is cut at their end is left out in silence.
#[must_use]
pub fn decode(bytes: &[u8], complete: bool) -> Decoded<'_> {
    let mut decoded = decode_bytes(bytes, complete);
    // A line feed may come right after a cut.
    let ended = decoded.text.strip_suffix('\r').filter(|_| !complete).unwrap_or(&decoded.text);
    if !decoded.text.contains('\n') && ended.contains('\r') {
        // Line ends of old Macintoshes.
        decoded.text = Cow::Owned(decoded.text.replace('\r', "\n"));
    }
    decoded
}

fn decode_bytes(bytes: &[u8], complete: bool) -> Decoded<'_> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, bytes, mark, complete);
    }
    let start = &bytes[..bytes.len().min(SNIFFED)];
    // Nearly every file: nothing else has to be thought of then.
    if let Some(text) = as_utf8(bytes, complete) {
        let is_clean = !may_hold_controls(text);
        if is_clean || !start.contains(&0) && !has_too_many_controls(start, CONTROLS_IN_UTF8) {
            let reports = if is_clean { Vec::new() } else { Vec::from_iter(report_controls(text)) };
            let (text, encoding) = (Cow::Borrowed(text), UTF_8.name());
            return Decoded { text, encoding, binary: false, reports };
        }
    }
    if let Some(encoding) = utf16_by_pattern(start) {
        return decode_as(encoding, bytes, 0, complete);
    }
    if is_binary(start) {
        let (text, reports) = (Cow::Borrowed(""), Vec::new());
        return Decoded { text, encoding: "binary", binary: true, reports };
    }
    if is_mostly_utf8(bytes, complete) {
        return decode_as(UTF_8, bytes, 0, complete);
    }
    if let Some(encoding) = declared(bytes, complete) {
        return decode_as(encoding, bytes, 0, complete);
    }
    let guessed = detect(bytes, complete);
    let Utf8Likeness { good, broken } = likeness(bytes, complete);
    if complete && is_latin(guessed) && good >= broken {
        // In Latin text, two such bytes in a row are rare: what has so many was UTF-8 once.
        return decode_as(UTF_8, bytes, 0, complete);
    }
    let mut decoded = decode_as(guessed, bytes, 0, complete);
    if good > 0 && guessed.is_single_byte() {
        let message = format!("read as {}, but some of it may be UTF-8", guessed.name());
        let doubt = Report::warning("encoding", message);
        decoded.reports[0] = doubt.help("save the file as UTF-8, or fetch it again");
    }
    decoded
}

/// Takes bytes as UTF-8, if all of them are; what is cut at the end of an incomplete file is left out.
fn as_utf8(bytes: &[u8], complete: bool) -> Option<&str> {
    let sound = if complete { bytes } else { &bytes[..bytes.len() - cut_length(bytes)] };
    simdutf8::basic::from_utf8(sound).ok()
}

/// Tells how many bytes at the end begin a character of UTF-8 that goes on.
fn cut_length(bytes: &[u8]) -> usize {
    let back = bytes.iter().rev().take(3).position(|byte| byte & 0xC0 != 0x80);
    back.map_or(0, |back| {
        let length = match bytes[bytes.len() - 1 - back] {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => 1,
        };
        if back + 1 < length { back + 1 } else { 0 }
    })
}

/// Decodes with a known encoding, after a byte order mark of `mark` bytes.
fn decode_as<'a>(
    encoding: &'static Encoding,
    bytes: &'a [u8],
    mark: usize,
    complete: bool,
) -> Decoded<'a> {
    let (text, broken) = run(encoding, &bytes[mark..], complete);
    let mut reports = Vec::new();
    if encoding != UTF_8 {
        let message = format!("read as {}, not UTF-8", encoding.name());
        reports.push(Report::new(Severity::Note, "encoding", message));
    }
    reports.extend(broken.map(|broken| broken.report(mark, encoding)));
    reports.extend(report_controls(&text));
    let text = Cow::Owned(text);
    Decoded { text, encoding: encoding.name(), binary: false, reports }
}

/// Bytes that mean nothing in the encoding, each run of them now a U+FFFD.
struct Broken {
    count: usize,
    first_offset: usize,
    first_line: u32,
}

impl Broken {
    fn report(&self, mark: usize, encoding: &'static Encoding) -> Report {
        let message = format!(
            "{} broken {} replaced by U+FFFD, the first at byte {} ({})",
            self.count,
            if self.count == 1 { "character" } else { "characters" },
            self.first_offset + mark,
            encoding.name(),
        );
        Report::warning("encoding", message)
            .at_line(self.first_line)
            .help("save the file as UTF-8, or fetch it again")
    }
}

/// Decodes all bytes and tells what was broken among them.
fn run(encoding: &'static Encoding, bytes: &[u8], complete: bool) -> (String, Option<Broken>) {
    if encoding == UTF_8
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return (text.to_owned(), None);
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::new();
    let mut broken: Option<Broken> = None;
    let mut read = 0;
    loop {
        // Room for one more character makes sure that each turn gets on.
        text.reserve((bytes.len() - read).saturating_add(16));
        let (result, used) =
            decoder.decode_to_string_without_replacement(&bytes[read..], &mut text, complete);
        read += used;
        match result {
            DecoderResult::InputEmpty => return (text, broken),
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, after) => {
                let first = read.saturating_sub(usize::from(length) + usize::from(after));
                broken
                    .get_or_insert_with(|| Broken {
                        count: 0,
                        first_offset: first,
                        first_line: line_at_end(&text),
                    })
                    .count += 1;
                text.push('\u{FFFD}');
            }
        }
    }
}

/// Gives the number, from 1, of the line that comes next.
fn line_at_end(text: &str) -> u32 {
    let breaks = text.bytes().filter(|byte| *byte == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1)
}

/// Tells in one glance whether a text may hold a character that XML forbids: a control character, or
/// U+FFFE or U+FFFF, which begin with the bytes EF BF. Folding goes many bytes at a time, which looking
/// for the first one does not.
fn may_hold_controls(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_control = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    bytes.iter().fold(false, |found, byte| found | is_control(*byte))
        || memchr::memmem::find(bytes, b"\xEF\xBF").is_some()
}

/// Says how many characters the feeds will go without.
fn report_controls(text: &str) -> Option<Report> {
    let (first, _) = text.char_indices().find(|(_, c)| !is_xml_char(*c))?;
    let count = text[first..].chars().filter(|c| !is_xml_char(*c)).count();
    let noun = if count == 1 { "character" } else { "characters" };
    let message = format!("{count} control {noun} that XML doesn't allow will be left out");
    let line = line_at_end(&text[..first]);
    Some(Report::new(Severity::Note, "control-characters", message).at_line(line))
}

/// Knows UTF-16 without a mark by its ASCII characters: a zero byte on the one side of many, and
/// hardly any on the other (only characters such as U+4E00 have it there).
fn utf16_by_pattern(start: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = start.as_chunks::<2>();
    let is_text = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let big = pairs.iter().filter(|pair| pair[0] == 0 && is_text(pair[1])).count();
    let little = pairs.iter().filter(|pair| pair[1] == 0 && is_text(pair[0])).count();
    let zeros = pairs.as_flattened().iter().map(|byte| usize::from(*byte == 0)).sum::<usize>();
    let tells =
        |found: usize| found >= 2 && found * 3 >= pairs.len() && (zeros - found) * 4 <= found;
    match (tells(big), tells(little)) {
        (true, false) => Some(UTF_16BE),
        (false, true) => Some(UTF_16LE),
        _ => None,
    }
}

/// Tells bytes that are no text: a zero byte among what is not UTF-8, or too many control bytes
/// (no legacy encoding of text has them as second bytes).
fn is_binary(start: &[u8]) -> bool {
    if is_mostly_utf8(start, false) {
        return has_too_many_controls(start, CONTROLS_IN_UTF8);
    }
    start.contains(&0) || has_too_many_controls(start, CONTROLS_IN_OTHERS)
}

/// Tells whether more than one byte in so many is a control byte that no text has.
fn has_too_many_controls(start: &[u8], one_in: usize) -> bool {
    let is_control =
        |byte: &u8| *byte < 0x20 && !matches!(*byte, b'\t' | b'\n' | b'\r' | 0x08 | 0x0C | 0x1B);
    start.iter().filter(|byte| is_control(byte)).count() * one_in > start.len()
}

/// Tells UTF-8, also with a few broken bytes in it. In text of another encoding only a part of the
/// bytes beyond ASCII looks like UTF-8 by chance, so four good characters outweigh a broken one.
fn is_mostly_utf8(bytes: &[u8], complete: bool) -> bool {
    let Utf8Likeness { good, broken } = likeness(bytes, complete);
    good >= broken * 4
}

/// How much bytes look like UTF-8.
struct Utf8Likeness {
    /// Characters beyond ASCII.
    good: usize,
    /// Places that are no UTF-8.
    broken: usize,
}

fn likeness(bytes: &[u8], complete: bool) -> Utf8Likeness {
    let (mut good, mut broken, mut read) = (0_usize, 0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        read += chunk.valid().len() + chunk.invalid().len();
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        // What is cut at the very end says nothing against UTF-8.
        let is_cut = read == bytes.len()
            && std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
        broken += usize::from(!chunk.invalid().is_empty() && !(is_cut && (good > 0 || !complete)));
    }
    Utf8Likeness { good, broken }
}

/// Tells the encodings of Latin script: in their texts, letters beyond ASCII seldom stand together.
fn is_latin(encoding: &'static Encoding) -> bool {
    let name = encoding.name();
    ["windows-1250", "windows-1252", "windows-1254", "windows-1257", "windows-1258"].contains(&name)
        || ["2", "3", "4", "10", "13", "14", "15", "16"]
            .iter()
            .any(|part| name.strip_prefix("ISO-8859-") == Some(part))
}

/// Finds the encoding that a page or an XML declaration names, if the bytes are sound in it.
fn declared(bytes: &[u8], complete: bool) -> Option<&'static Encoding> {
    let start = bytes[..bytes.len().min(DECLARATION)].trim_ascii_start();
    if !start.starts_with(b"<") {
        return None;
    }
    let lower = start.to_ascii_lowercase();
    let label = value_after(&lower, b"charset").or_else(|| value_after(&lower, b"encoding"))?;
    let encoding = Encoding::for_label(label)?.output_encoding();
    let (_, broken) = run(encoding, bytes, complete);
    broken.is_none().then_some(encoding)
}

/// Gives the value in `name="value"`, quoted or bare.
fn value_after<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let found = text.windows(name.len()).position(|window| window == name)?;
    let rest = text[found + name.len()..].trim_ascii_start().strip_prefix(b"=")?;
    let is_delimiter = |byte: &u8| byte.is_ascii_whitespace() || b"\"'>;/?".contains(byte);
    rest.trim_ascii_start().split(is_delimiter).find(|value| !value.is_empty())
}

/// Guesses the encoding from what the bytes look like.
fn detect(bytes: &[u8], complete: bool) -> &'static Encoding {
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or_default();
    let window = &bytes[first.saturating_sub(2)..];
    let shown = &window[..window.len().min(DETECTED)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(shown, complete && shown.len() == window.len());
    match detector.guess(None, Utf8Detection::Deny) {
        // GB18030 holds all of GBK and a character for every code point.
        encoding if encoding == GBK => GB18030,
        encoding => encoding,
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, EUC_KR, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
    use proptest::prelude::*;

    use super::*;

    /// A headline and a sentence in each of the encodings that articles come in without a mark.
    const SAMPLES: [(&Encoding, &str); 7] = [
        (
            GB18030,
            "习近平和普京会面深化中俄友好关系\n俄罗斯总统普京周四在北京与中国国家主席习近平会晤。\n",
        ),
        (GB18030, "今天天气很好\n我们去公园散步吧。\n"),
        (BIG5, "總統出席國慶典禮發表演說\n總統今天上午在台北出席國慶典禮，並發表演說。\n"),
        (
            SHIFT_JIS,
            "東京で桜が満開になりました\n気象庁は今日、東京の桜が満開になったと発表した。\n",
        ),
        (EUC_KR, "서울에 첫눈이 내렸습니다\n기상청은 오늘 아침 서울에 첫눈이 내렸다고 밝혔다.\n"),
        (
            WINDOWS_1252,
            "Café “Müller” schließt\nDas Café schließt nach fünfzig Jahren für immer.\n",
        ),
        (WINDOWS_1251, "В Москве выпал снег\nСегодня утром в Москве выпал первый снег.\n"),
    ];

    fn rules<'a>(decoded: &'a Decoded<'_>) -> Vec<(Severity, &'a str, Option<u32>)> {
        decoded.reports.iter().map(|report| (report.severity, report.rule, report.line)).collect()
    }

    #[test]
    fn legacy_encodings_are_detected() {
        for (encoding, text) in SAMPLES {
            let (bytes, _, lossy) = encoding.encode(text);
            assert!(!lossy);
            let decoded = decode(&bytes, true);
            assert_eq!((decoded.encoding, &*decoded.text), (encoding.name(), text));
            assert_eq!(rules(&decoded), [(Severity::Note, "encoding", None)]);
        }
    }

    #[test]
    fn legacy_encodings_are_detected_in_an_archive_head() {
        for (encoding, text) in SAMPLES {
            let (title, sentence) = text.split_once('\n').expect("two lines");
            let file = format!(
                "<!--1715852342000-->\n[{title}](https://a.example/7614387.html)\n------\n\n\
                 <div><i>Thu, 16 May 2024 09:32:52 GMT</i></div><p>{sentence}</p>"
            );
            let (bytes, ..) = encoding.encode(&file);
            assert_eq!(decode(&bytes, true).text, file, "{}", encoding.name());
        }
    }

    #[test]
    fn a_prefix_cut_within_a_character_is_sound() {
        for (encoding, text) in SAMPLES.into_iter().chain([(UTF_8, "日本の桜")]) {
            let (bytes, ..) = encoding.encode(text);
            for cut in [bytes.len() - 1, bytes.len() - 2, bytes.len() - 3] {
                let decoded = decode(&bytes[..cut], false);
                assert!(text.starts_with(&*decoded.text), "{} {:?}", encoding.name(), decoded.text);
            }
        }
    }

    #[test]
    fn the_beginning_of_a_legacy_file_is_no_utf_8() {
        for (encoding, text) in SAMPLES.into_iter().chain([(WINDOWS_1252, "Un café noir")]) {
            let (bytes, ..) = encoding.encode(text);
            for complete in [false, true] {
                let decoded = decode(&bytes, complete);
                assert!(!decoded.encoding.starts_with("UTF-"), "{} {complete}", encoding.name());
            }
        }
    }

    #[test]
    fn a_mark_tells_the_encoding() {
        let utf16 = |order: fn(u16) -> [u8; 2], mark: &[u8], text: &str| -> Vec<u8> {
            mark.iter().copied().chain(text.encode_utf16().flat_map(order)).collect()
        };
        let text = "Title: 桜 😀\n\nBody\n";
        for (bytes, name) in [
            ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), "UTF-8"),
            (utf16(u16::to_le_bytes, b"\xFF\xFE", text), "UTF-16LE"),
            (utf16(u16::to_be_bytes, b"\xFE\xFF", text), "UTF-16BE"),
            (utf16(u16::to_le_bytes, b"", text), "UTF-16LE"),
            (utf16(u16::to_be_bytes, b"", text), "UTF-16BE"),
        ] {
            let decoded = decode(&bytes, true);
            assert_eq!((&*decoded.text, decoded.encoding), (text, name));
            assert!(!decoded.binary);
        }
    }

    #[test]
    fn a_declared_encoding_counts_when_it_fits() {
        let page = |declared: &str| {
            format!("<!doctype html><meta charset={declared}><title>Łódź</title>").into_bytes()
        };
        let (text, ..) = encoding_rs::ISO_8859_2.encode("Łódź");
        let mut bytes = page("\"iso-8859-2\"");
        let place = bytes.windows(7).position(|window| window == "Łódź".as_bytes());
        bytes.splice(place.expect("the title")..place.expect("the title") + 7, text.to_vec());
        let decoded = decode(&bytes, true);
        assert_eq!(decoded.encoding, "ISO-8859-2");
        assert!(decoded.text.contains("Łódź"));
        // UTF-8 that calls itself something else is UTF-8.
        assert_eq!(decode(&page("gbk"), true).encoding, "UTF-8");
    }

    #[test]
    fn broken_characters_are_counted_and_placed() {
        let decoded = decode("一二三四五\n六七八九十 \u{0}".as_bytes(), true);
        assert_eq!(rules(&decoded), [(Severity::Note, "control-characters", Some(2))]);
        let mut bytes = "一二三四五\n六七八九十甲乙丙丁".as_bytes().to_vec();
        bytes.remove(17);
        bytes.pop();
        let decoded = decode(&bytes, true);
        assert_eq!(decoded.text, "一二三四五\n\u{FFFD}七八九十甲乙丙\u{FFFD}");
        assert_eq!(rules(&decoded), [(Severity::Warning, "encoding", Some(2))]);
        assert!(decoded.reports[0].message.starts_with("2 broken characters"));
        assert!(decoded.reports[0].message.contains("at byte 16 "), "{:?}", decoded.reports);
    }

    #[test]
    fn few_good_characters_among_broken_ones_are_utf_8_or_a_doubt() {
        let broken = b"M\xC3\xBCller and \xFF\xFE bad \xE3 end. Gr\xC3\xB6\xC3\x9Fe f\xC3\xBCr B\xC3\xBCcher.\n";
        let decoded = decode(broken, true);
        assert_eq!(decoded.encoding, "UTF-8");
        assert!(
            decoded.text.starts_with("Müller and ") && decoded.text.contains("Größe für Bücher")
        );
        assert_eq!(rules(&decoded), [(Severity::Warning, "encoding", Some(1))]);
        // Another program pasted UTF-8 into a text of Windows.
        let pasted = b"Caf\xE9 M\xFCller, f\xFCr \xDCbung, pasted Gr\xC3\xB6sse";
        let decoded = decode(pasted, true);
        assert_eq!(decoded.encoding, "windows-1252");
        assert_eq!(rules(&decoded), [(Severity::Warning, "encoding", None)]);
    }

    #[test]
    fn other_single_byte_encodings_are_no_broken_utf_8() {
        for (encoding, text) in [
            (
                encoding_rs::WINDOWS_874,
                "วันนี้อากาศดีมาก เราไปเดินเล่นในสวนสาธารณะกันเถอะ ดอกไม้บานสวยมาก\n",
            ),
            (encoding_rs::WINDOWS_1253, "Σήμερα ο καιρός είναι καλός και πάμε βόλτα στο πάρκο.\n"),
            (
                encoding_rs::KOI8_R,
                "Сегодня утром в Москве выпал первый снег, и город стал белым.\n",
            ),
            (encoding_rs::WINDOWS_1255, "היום מזג האוויר נעים מאוד ואנחנו הולכים לטייל בפארק.\n"),
        ] {
            let (bytes, _, lossy) = encoding.encode(text);
            assert!(!lossy);
            assert_eq!(decode(&bytes, true).text, text, "{}", encoding.name());
        }
    }

    #[test]
    fn line_ends_of_old_macintoshes_are_line_ends() {
        assert_eq!(decode(b"---\rtitle: A\r---\rText\r", true).text, "---\ntitle: A\n---\nText\n");
        assert_eq!(decode(b"---\rtitle", false).text, "---\ntitle");
        for text in ["a\r\nb\rc", "a\rb\n", "a"] {
            assert_eq!(decode(text.as_bytes(), true).text, text);
        }
        // The line feed may be cut off.
        assert_eq!(decode(b"a\r", false).text, "a\r");
    }

    #[test]
    fn what_is_no_text_is_told() {
        let png = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06\0\0\0";
        assert!(decode(png, true).binary);
        assert!(decode(&[0; 100], true).binary);
        assert!(decode(b"\x1F\x8B\x08\0\0\0\0\0\0\x03\xCBH\xCD\xC9\xC9\x07\0", true).binary);
        assert!(!decode(b"", true).binary && !decode(b"\n", true).binary);
    }

    #[test]
    fn hostile_bytes_take_linear_time() {
        // Each byte is broken: 4 MiB of them would take minutes if a report cost a look back.
        let bytes = b"<\xFF\xFF".repeat(1 << 20);
        let decoded = decode(&bytes, true);
        assert!(!decoded.text.is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded(bytes in prop::collection::vec(any::<u8>(), 0..300), complete: bool) {
            let _ = decode(&bytes, complete);
        }

        #[test]
        fn any_text_without_controls_comes_back(text in "\\PC{0,100}") {
            let decoded = decode(text.as_bytes(), true);
            prop_assert_eq!(&*decoded.text, text.trim_start_matches('\u{FEFF}'));
        }
    }
}
