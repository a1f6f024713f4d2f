//! What the fuzz targets share: settings, names for files, and the laws that reading obeys.

use std::sync::LazyLock;

use feedmill::config::meant::Settings;
use feedmill::config::{self, Sources};
use feedmill::model::article::Head;
use feedmill::read::head::Context;
use scraper::{ElementRef, Html};

/// The settings of a site that has no configuration.
pub static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    config::load(&Sources::default()).expect("the defaults are a configuration").settings
});

/// Parts an input into the name of a file, by its first byte, and the file's bytes.
#[must_use]
pub fn file(input: &[u8]) -> (&'static str, &[u8]) {
    match input.split_first() {
        None => ("empty.md", input),
        Some((b'h', bytes)) => ("pages/page.html", bytes),
        Some((b't', bytes)) => ("2024-01-05 a letter.txt", bytes),
        Some((_, bytes)) => ("posts/article.md", bytes),
    }
}

/// Gives what reading a file of a name needs to know.
#[must_use]
pub fn context(path: &'static str) -> Context<'static> {
    Context { site: &SETTINGS.site, reading: &SETTINGS.input.reading, path, wants_language: true }
}

/// Every text is of characters that XML 1.0 allows (§2.2).
pub fn is_xml_text(text: &str) {
    let allowed = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}')
            || c >= '\u{10000}'
    };
    assert!(text.chars().all(allowed), "a character that XML forbids: {text:?}");
}

/// A head has a title that can be printed, dates in order, and an address of the web.
pub fn is_sound_head(head: &Head) {
    is_xml_text(head.title.as_str());
    head.id.iter().for_each(|id| is_xml_text(id.as_str()));
    head.tags.iter().for_each(|tag| is_xml_text(tag.as_str()));
    head.authors.iter().for_each(|author| is_xml_text(author.name.as_str()));
    if let (Some(published), Some(updated)) = (head.published, head.updated) {
        assert!(published <= updated, "{published:?} > {updated:?}");
    }
    if let Some(permalink) = &head.permalink {
        assert!(matches!(permalink.scheme(), "http" | "https"), "{permalink}");
    }
}

/// Content holds nothing that could run, as a browser's parser sees it.
pub fn is_harmless(content: &str) {
    is_xml_text(content);
    let page = Html::parse_fragment(content);
    for element in page.tree.nodes().filter_map(ElementRef::wrap) {
        let name = element.value().name();
        let forbidden = ["script", "style", "form", "object", "embed", "base", "meta", "link", "svg"];
        assert!(!forbidden.contains(&name), "<{name}> in {content}");
        for (key, value) in element.value().attrs() {
            assert!(!key.starts_with("on") && key != "style", "{key} in {content}");
            let is_address = matches!(key, "href" | "src" | "poster" | "cite");
            assert!(!is_address || is_safe_address(value), "{key}={value:?} in {content}");
        }
    }
}

fn is_safe_address(address: &str) -> bool {
    ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| address.starts_with(scheme))
}
