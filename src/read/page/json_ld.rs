//! JSON-LD: the article among the things that a page describes (schema.org).

use std::collections::HashMap;

use serde_json::Value;
use url::Url;

use crate::model::article::Author;
use crate::model::report::Report;
use crate::model::text::Text;
use crate::read::declared::{At, DeclaredEnclosure};
use crate::read::person::person;

/// What JSON-LD says of the article.
#[derive(Debug, Default)]
pub(super) struct Article {
    pub(super) headline: Option<String>,
    pub(super) published: Vec<String>,
    pub(super) updated: Option<String>,
    pub(super) expires: Option<String>,
    pub(super) authors: Vec<Author>,
    pub(super) keywords: Vec<String>,
    pub(super) sections: Vec<String>,
    pub(super) description: Option<String>,
    pub(super) image: Option<String>,
    pub(super) image_alt: Option<String>,
    pub(super) url: Option<String>,
    pub(super) language: Option<String>,
    pub(super) rights: Option<String>,
    pub(super) files: Vec<DeclaredEnclosure>,
    /// The line of the script that tells it.
    pub(super) line: u32,
}

/// Finds the article in the scripts of a page; of several, the first. Reports what is no JSON.
pub(super) fn article(scripts: &[At<String>], reports: &mut Vec<Report>) -> Option<Article> {
    let mut values = Vec::new();
    for script in scripts {
        match serde_json::from_str::<Value>(&script.value) {
            Ok(value) => values.push(At::new(value, script.line)),
            Err(error) => {
                let message = format!("the JSON-LD of the page is broken: {error}");
                reports.push(Report::warning("page-metadata", message).at_line(script.line));
            }
        }
    }
    let mut nodes = Vec::new();
    for value in &values {
        flatten(&value.value, value.line, &mut nodes);
    }
    let by_id: HashMap<&str, &Value> = nodes
        .iter()
        .filter(|node| node.value.as_object().is_some_and(|object| object.len() > 1))
        .filter_map(|node| Some((node.value.get("@id")?.as_str()?, node.value)))
        .collect();
    let node = nodes.iter().find(|node| is_article(node.value))?;
    Some(Graph { by_id }.read(node))
}

/// Lists the things of a script: alone, in an array, or in `@graph`. The depth is bounded by the
/// JSON parser.
fn flatten<'a>(value: &'a Value, line: u32, nodes: &mut Vec<At<&'a Value>>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, line, nodes)),
        Value::Object(object) => {
            nodes.push(At::new(value, line));
            for key in ["@graph", "mainEntity", "mainEntityOfPage"] {
                if let Some(inner) = object.get(key) {
                    flatten(inner, line, nodes);
                }
            }
        }
        _ => {}
    }
}

/// Tells a schema.org type that is an article: `Article`, `NewsArticle`, `BlogPosting`, ….
fn is_article(node: &Value) -> bool {
    let named = |name: &str| {
        let name = name.rsplit(['/', ':', '#']).next().unwrap_or_default();
        name.ends_with("Article") || name.ends_with("Posting") || name == "Report"
    };
    items(node.get("@type")).iter().filter_map(|name| name.as_str()).any(named)
}

/// Gives the items of an array, or the value itself.
fn items(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(items)) => items,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
}

/// The things of a page by their `@id`, since one may only name another.
struct Graph<'a> {
    by_id: HashMap<&'a str, &'a Value>,
}

impl Graph<'_> {
    fn read(&self, node: &At<&Value>) -> Article {
        let At { value: node, line } = *node;
        let text = |keys: &[&str]| keys.iter().find_map(|key| first_string(node.get(key)));
        let dates = ["datePublished", "dateCreated"];
        let image = ["image", "thumbnailUrl", "thumbnail"]
            .iter()
            .flat_map(|key| items(node.get(key)))
            .map(|image| self.followed(image))
            .find_map(|image| Some((address(image)?, image)));
        Article {
            headline: text(&["headline", "name"]).map(decoded),
            published: dates.iter().filter_map(|key| first_string(node.get(key))).collect(),
            updated: text(&["dateModified"]),
            expires: text(&["expires"]),
            authors: self.authors(node),
            keywords: words(node.get("keywords")),
            sections: items(node.get("articleSection"))
                .iter()
                .filter_map(string)
                .map(decoded)
                .collect(),
            description: text(&["description", "abstract"]).map(decoded),
            image_alt: image
                .as_ref()
                .and_then(|(_, image)| first_string(image.get("caption")))
                .map(decoded),
            image: image.map(|(address, _)| address),
            url: text(&["url"]).or_else(|| address(node.get("mainEntityOfPage")?)),
            language: self.language(node),
            rights: text(&["copyrightNotice"])
                .map(decoded)
                .or_else(|| address(node.get("license")?)),
            files: self.files(node),
            line,
        }
    }

    /// Gives the thing that a mere reference names, or the value itself.
    fn followed<'v>(&'v self, value: &'v Value) -> &'v Value {
        let is_reference = value.as_object().is_some_and(|object| object.len() == 1);
        let id = value.get("@id").and_then(Value::as_str).filter(|_| is_reference);
        id.and_then(|id| self.by_id.get(id).copied()).unwrap_or(value)
    }

    fn authors(&self, node: &Value) -> Vec<Author> {
        let authors = items(node.get("author")).iter().chain(items(node.get("creator")));
        let mut found: Vec<Author> = Vec::new();
        for author in authors.filter_map(|author| read_author(self.followed(author))) {
            if !found.contains(&author) {
                found.push(author);
            }
        }
        found
    }

    /// Reads a tag, or a `Language` that has one.
    fn language(&self, node: &Value) -> Option<String> {
        let language = self.followed(node.get("inLanguage")?);
        string(language).or_else(|| first_string(language.get("alternateName")))
    }

    fn files(&self, node: &Value) -> Vec<DeclaredEnclosure> {
        let files =
            ["audio", "video", "associatedMedia"].iter().flat_map(|key| items(node.get(key)));
        let read = |file: &Value| {
            let file = self.followed(file);
            Some(DeclaredEnclosure {
                url: first_string(file.get("contentUrl"))?,
                media_type: first_string(file.get("encodingFormat")),
                title: first_string(file.get("name")).map(decoded),
                ..DeclaredEnclosure::default()
            })
        };
        files.filter_map(read).collect()
    }
}

fn read_author(value: &Value) -> Option<Author> {
    if let Some(name) = value.as_str() {
        return person(&decoded(name.to_owned()));
    }
    let mut author = person(&decoded(first_string(value.get("name"))?))?;
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https");
    let email = first_string(value.get("email"));
    author.email =
        email.map(|mail| Text::line(mail.trim_start_matches("mailto:"))).or(author.email);
    author.url = first_string(value.get("url"))
        .and_then(|url| Url::parse(&url).ok())
        .filter(is_web)
        .or(author.url);
    Some(author)
}

/// Reads text, or the `@value` of text with a language.
fn string(value: &Value) -> Option<String> {
    let text = value.as_str().or_else(|| value.get("@value")?.as_str())?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Decodes the character references of text that is shown: JSON knows none, but what writes it takes
/// its text from HTML.
fn decoded(text: String) -> String {
    if text.contains('&') { html_escape::decode_html_entities(&text).into_owned() } else { text }
}

fn first_string(value: Option<&Value>) -> Option<String> {
    items(value).iter().find_map(string)
}

/// Reads an address: text, or the address or id of a thing.
fn address(value: &Value) -> Option<String> {
    string(value).or_else(|| {
        ["url", "contentUrl", "@id"].iter().find_map(|key| first_string(value.get(key)))
    })
}

/// Reads keywords: an array, or text with commas. Terms of other sites tell their type first
/// (`tag:x`) and are left as they are.
fn words(value: Option<&Value>) -> Vec<String> {
    let named = |item: &Value| string(item).or_else(|| first_string(item.get("name")));
    let is_list = value.is_some_and(Value::is_array);
    let texts = items(value).iter().filter_map(named).map(decoded);
    if is_list {
        return texts.collect();
    }
    texts.flat_map(|text| divided(&text)).collect()
}

/// Divides keywords in one line at their commas.
pub(super) fn divided(text: &str) -> Vec<String> {
    let parts = text.split([',', '，', '、']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
