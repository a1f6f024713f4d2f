//! What the XML documents have in common.

/// Stands for the `&#x` of a character reference while a crate that escapes `&` writes the text.
/// XML forbids this character and the model drops it, so it can't come from an article.
const REFERENCE: char = '\u{FFFE}';

/// The name of the style sheet at the root of the output.
const STYLE_SHEET: &str = "feedmill.css";

/// Writes `&`, `<` and `>` so that [`finish`] turns them into hexadecimal character references: what
/// the most readers of RSS get right in a title (RSS Best Practices Profile §3.1).
pub(super) fn referenced(text: &str) -> String {
    text.replace('&', &format!("{REFERENCE}26;"))
        .replace('<', &format!("{REFERENCE}3C;"))
        .replace('>', &format!("{REFERENCE}3E;"))
}

/// Makes a document of an element that a crate has written: the declaration, the style sheet for
/// browsers, the references put in.
pub(super) fn finish(element: &[u8], up_to_root: &str) -> String {
    // The crates write into a buffer of ours from strings of ours, so this is UTF-8.
    let element = String::from_utf8_lossy(element).replace(REFERENCE, "&#x");
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <?xml-stylesheet type=\"text/css\" href=\"{up_to_root}{STYLE_SHEET}\"?>\n\
         {element}\n"
    )
}
