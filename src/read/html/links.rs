//! Addresses: absolute, ASCII, and of a scheme that readers know (rule 10 of interoperability).

use url::Url;

/// What the addresses of an article are resolved against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses<'a> {
    /// The permalink, or the site's address and the folder of the file.
    pub(crate) base: &'a Url,
    /// The permalink.
    pub(crate) page: Option<&'a Url>,
}

impl Addresses<'_> {
    /// Makes the address of a picture, sound, film or frame: absolute http(s) without user name.
    pub(crate) fn file(&self, raw: &str) -> Option<Url> {
        let raw = raw.trim_matches(|c: char| c <= ' ');
        if raw.is_empty() || raw.starts_with('#') {
            return None;
        }
        let url = self.join(raw)?;
        (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
    }

    /// Makes the address of a link: absolute http(s), `mailto:` or `tel:`.
    ///
    /// A link to a place in the article leads to its page; without a page it leads nowhere.
    pub(crate) fn link(&self, raw: &str) -> Option<String> {
        let raw = raw.trim_matches(|c: char| c <= ' ');
        if raw.starts_with('#') {
            return Some(self.page?.join(raw).ok()?.into());
        }
        if let Some(url) = self.file(raw) {
            return Some(url.into());
        }
        let url = Url::parse(raw).ok()?;
        matches!(url.scheme(), "mailto" | "tel").then(|| url.into())
    }

    /// Makes a set of pictures (`srcset`, HTML §4.8.4.2.1); those without a usable address go.
    pub(crate) fn set(&self, raw: &str) -> Option<String> {
        let mut set = String::new();
        for (address, descriptor) in candidates(raw) {
            let Some(url) = self.file(address) else { continue };
            if !set.is_empty() {
                set.push_str(", ");
            }
            // A comma at the end would be taken for the end of the candidate.
            let url = url.as_str();
            let trimmed = url.trim_end_matches(',');
            set.push_str(trimmed);
            set.push_str(&"%2C".repeat(url.len() - trimmed.len()));
            for word in descriptor.split_ascii_whitespace() {
                set.push(' ');
                set.push_str(word);
            }
        }
        (!set.is_empty()).then_some(set)
    }

    fn join(&self, raw: &str) -> Option<Url> {
        let mut start = raw.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r'));
        let is_slash = |c: Option<char>| matches!(c, Some('/' | '\\'));
        if is_slash(start.next()) && is_slash(start.next()) {
            let rest: String = start.collect();
            return Url::parse(&format!("https://{}", rest.trim_start_matches(['/', '\\']))).ok();
        }
        self.base.join(raw).ok()
    }
}

/// Splits a set of pictures into addresses and descriptors, as browsers do.
pub(crate) fn candidates(raw: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = raw;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return found;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, after) = rest.split_at(end);
        let bare = address.trim_end_matches(',');
        if bare.len() < address.len() {
            found.push((bare, ""));
            rest = after;
            continue;
        }
        let end = end_of_descriptor(after);
        found.push((address, after[..end].trim()));
        rest = &after[end..];
    }
}

/// Finds the comma that ends a descriptor; one in parentheses does not.
fn end_of_descriptor(text: &str) -> usize {
    let mut is_open = false;
    for (place, c) in text.char_indices() {
        match c {
            '(' => is_open = true,
            ')' => is_open = false,
            ',' if !is_open => return place,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(task: impl FnOnce(Addresses<'_>) -> T) -> T {
        let page = Url::parse("http://site.example/a/b.html?x=1").expect("a good address");
        task(Addresses { base: &page, page: Some(&page) })
    }

    fn link(raw: &str) -> Option<String> {
        with(|addresses| addresses.link(raw))
    }

    #[test]
    fn a_link_becomes_absolute_and_ascii() {
        assert_eq!(link("../c d").as_deref(), Some("http://site.example/c%20d"));
        assert_eq!(link("//cdn.example/x").as_deref(), Some("https://cdn.example/x"));
        assert_eq!(link("/\t/cdn.example/x").as_deref(), Some("https://cdn.example/x"));
        assert_eq!(link("\\\\cdn.example").as_deref(), Some("https://cdn.example/"));
        assert_eq!(link("https://例え.jp/路").as_deref(), Some("https://xn--r8jz45g.jp/%E8%B7%AF"));
        assert_eq!(link("?y").as_deref(), Some("http://site.example/a/b.html?y"));
    }

    #[test]
    fn a_place_in_the_article_needs_a_page() {
        assert_eq!(link(" #n1").as_deref(), Some("http://site.example/a/b.html?x=1#n1"));
        let base = Url::parse("https://site.example/").expect("a good address");
        assert_eq!(Addresses { base: &base, page: None }.link("#n1"), None);
    }

    #[test]
    fn schemes_that_run_or_hide_are_no_links() {
        for raw in ["javascript:x()", "JaVa\tScript:x()", "\u{1}javascript:x", "data:text/html,x"] {
            assert_eq!(link(raw), None, "{raw}");
        }
        assert_eq!(link("vbscript:x"), None);
        assert_eq!(link("http://"), None);
        assert_eq!(link(""), None);
        assert_eq!(link("mailto:a@b.example").as_deref(), Some("mailto:a@b.example"));
        assert_eq!(link("tel:+49123").as_deref(), Some("tel:+49123"));
    }

    #[test]
    fn a_set_of_pictures_keeps_its_descriptors() {
        let set = |raw| with(|addresses| addresses.set(raw));
        assert_eq!(
            set("a,b.jpg 1x, //c.example/d 200w,,data:image/png;base64,xx 3x").as_deref(),
            Some("http://site.example/a/a,b.jpg 1x, https://c.example/d 200w")
        );
        assert_eq!(set("e.jpg, f.jpg 2x").as_deref(), {
            Some("http://site.example/a/e.jpg, http://site.example/a/f.jpg 2x")
        });
        assert_eq!(set(" , "), None);
    }

    #[test]
    fn a_set_is_read_as_browsers_do() {
        assert_eq!(candidates("a (1,2)x, b"), [("a", "(1,2)x"), ("b", "")]);
        assert_eq!(candidates("a, ,b 1x"), [("a", ""), ("b", "1x")]);
    }
}
