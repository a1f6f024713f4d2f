//! The places in the content of an entry, and the links to them.
//!
//! In a feed the content of each entry stands alone, with links into the page of the article. On the
//! twin page many stand together: the name of every place tells its entry there, and what leads to
//! a place of the same content leads to it on the page.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use url::Url;

/// Gives the content of an entry as it stands on the page: `anchor` is the name of the entry's own
/// place there, and `page` is the address of the article.
pub(super) fn apart<'a>(content: &'a str, anchor: &str, page: Option<&Url>) -> Cow<'a, str> {
    if !content.contains(" id=") {
        return Cow::Borrowed(content);
    }
    let names: HashSet<String> =
        attributes(content).filter(|found| found.name == "id").map(|found| found.value).collect();
    let places = page.map(|page| Places::of(page, &names));
    let mut apart = String::with_capacity(content.len() + names.len() * 32);
    let mut written = 0;
    for found in attributes(content) {
        let value = match found.name.as_str() {
            _ if found.value.is_empty() => continue,
            "id" => scoped(anchor, &found.value),
            "headers" => headers(anchor, &found.value, &names),
            "href" => match places.as_ref().and_then(|places| places.fragment(&found.value)) {
                Some(fragment) => format!("#{}", scoped(anchor, fragment)),
                None => continue,
            },
            _ => continue,
        };
        apart.push_str(&content[written..found.span.start]);
        apart.push_str(&attribute(&found.name, &value));
        written = found.span.end;
    }
    apart.push_str(&content[written..]);
    Cow::Owned(apart)
}

/// An attribute of a start tag, and where it stands.
struct Found {
    name: String,
    value: String,
    span: Range<usize>,
}

/// Lists the attributes of all start tags.
fn attributes(content: &str) -> impl Iterator<Item = Found> {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let tokens = Tokenizer::new_with_emitter(content, emitter).flatten();
    tokens
        .filter_map(|token| if let Token::StartTag(tag) = token { Some(tag) } else { None })
        .flat_map(of_tag)
}

fn of_tag(tag: StartTag<usize>) -> Vec<Found> {
    let mut found: Vec<Found> = tag
        .attributes
        .into_iter()
        .map(|(name, value)| Found {
            name: String::from_utf8_lossy(&name).into_owned(),
            value: String::from_utf8_lossy(&value.value).into_owned(),
            span: value.span.start..value.span.end,
        })
        .collect();
    found.sort_by_key(|found| found.span.start);
    found
}

fn attribute(name: &str, value: &str) -> String {
    format!("{name}=\"{}\"", html_escape::encode_double_quoted_attribute(value))
}

/// Names a place of an entry on the page. Names of the page itself go on after the anchor with
/// another word.
fn scoped(anchor: &str, name: &str) -> String {
    format!("{anchor}-at-{name}")
}

/// Names the cells that head a cell of a table (HTML §4.9.11).
fn headers(anchor: &str, value: &str, names: &HashSet<String>) -> String {
    let known = value.split_ascii_whitespace().filter(|name| names.contains(*name));
    known.map(|name| scoped(anchor, name)).collect::<Vec<_>>().join(" ")
}

/// The places of the content, as links into the page of the article name them.
struct Places {
    page: String,
    fragments: HashSet<String>,
}

impl Places {
    fn of(page: &Url, names: &HashSet<String>) -> Self {
        // A short address will do to write the names as fragments.
        let mut scratch = page.clone();
        scratch.set_path("");
        scratch.set_query(None);
        let mut fragment = |name: &String| {
            scratch.set_fragment(Some(name));
            scratch.fragment().map(ToOwned::to_owned)
        };
        let fragments = names.iter().filter_map(&mut fragment).collect();
        let page = page.as_str().split('#').next().unwrap_or_default().to_owned();
        Self { page, fragments }
    }

    /// Gives the fragment of a link to one of the places.
    fn fragment<'a>(&self, link: &'a str) -> Option<&'a str> {
        let fragment = link.strip_prefix(&self.page)?.strip_prefix('#')?;
        self.fragments.contains(fragment).then_some(fragment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content: &str) -> String {
        let page = Url::parse("https://a.example/b?c&d#e").expect("an address");
        apart(content, "entry-1", Some(&page)).into_owned()
    }

    #[test]
    fn a_place_tells_its_entry() {
        assert_eq!(
            told("<p id=\"n\" dir=\"ltr\">a</p>"),
            "<p id=\"entry-1-at-n\" dir=\"ltr\">a</p>"
        );
        assert_eq!(told("<p id=\"&quot;&amp;é\">"), "<p id=\"entry-1-at-&quot;&amp;é\">");
        assert_eq!(
            told("<th id=\"a\"><td headers=\"a b\"><td headers=\"\">"),
            "<th id=\"entry-1-at-a\"><td headers=\"entry-1-at-a\"><td headers=\"\">"
        );
    }

    #[test]
    fn a_link_to_a_place_of_the_same_content_stays_on_the_page() {
        assert_eq!(
            told("<a href=\"https://a.example/b?c&amp;d#n%C3%A9\"><p id=\"né\">"),
            "<a href=\"#entry-1-at-n%C3%A9\"><p id=\"entry-1-at-né\">"
        );
        for other in
            ["https://a.example/b?c&amp;d#m", "https://a.example/x#n", "https://a.example/b"]
        {
            let link = format!("<a href=\"{other}\">");
            assert_eq!(
                told(&format!("{link}<p id=\"n\">")),
                format!("{link}<p id=\"entry-1-at-n\">")
            );
        }
    }

    #[test]
    fn the_rest_is_not_touched() {
        for content in
            ["a id=b", "<p title=\" id=&quot;x&quot;\">&lt;a id=\"b\"&gt;", "<b>x & y</b>"]
        {
            assert_eq!(told(content), content);
        }
        assert_eq!(apart("<p id=\"n\">", "e", None), "<p id=\"e-at-n\">");
    }
}
