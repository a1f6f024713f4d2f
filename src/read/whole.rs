//! The whole of an article: what rendering needs, from all of its file.

use url::Url;

use crate::model::article::{Enclosure, Head, Image, Shape, Whole};
use crate::model::report::Report;
use crate::model::text::Text;
use crate::read::declared::{Declared, DeclaredEnclosure};
use crate::read::head::{self, Context};
use crate::read::html::{bounded, clean};
use crate::read::media_type::media_type;
use crate::read::shape::Parts;
use crate::read::{archive, excerpt, html, markdown, page, templates};

/// Makes the whole of an article whose head is known. `file_bytes` is the size of its file.
#[must_use]
pub fn assemble(
    parts: &Parts<'_>,
    declared: &Declared,
    head: &Head,
    file_bytes: usize,
    context: Context<'_>,
) -> (Whole, Vec<Report>) {
    let (tree, parse_reports) = parse(parts, head, context);
    let base = head::base(head.permalink.as_ref(), context);
    let cleaning = clean::Context {
        base: &base,
        page: head.permalink.as_ref(),
        frame_hosts: &context.reading.frame_hosts,
        input_bytes: file_bytes,
    };
    let cleaned = clean::clean(tree, &cleaning);
    let mut reports: Vec<Report> = parse_reports.into_iter().chain(cleaned.reports).collect();
    // Reports of the parser count lines from the body's first one.
    for report in &mut reports {
        report.line = report.line.map(|line| line + parts.body_line - 1);
    }
    if cleaned.content.is_none() && cleaned.text.trim().is_empty() {
        let message = "the body is empty; the entry has no content";
        reports.push(Report::warning("empty-body", message).at_line(parts.body_line));
    }
    reports.extend(useless_addresses(declared, &base));
    let length = context.reading.summary_length;
    let whole = Whole {
        summary: declared_summary(declared)
            .or_else(|| excerpt::summary(&cleaned.text, length))
            .or_else(|| excerpt::summary(&cleaned.captions, length)),
        image: declared_image(declared, &base).or(cleaned.image),
        enclosures: enclosures(declared, &base, cleaned.enclosures),
        rights: declared.rights.as_ref().and_then(|at| line(&at.value)),
        content: cleaned.content,
        text: with_captions(cleaned.text, &cleaned.captions),
    };
    (whole, reports)
}

/// Parses the body of any shape into a tree, less what is metadata.
fn parse(parts: &Parts<'_>, head: &Head, context: Context<'_>) -> (scraper::Html, Vec<Report>) {
    match parts.shape {
        Shape::Archive => {
            let mut bounded = bounded::parse_fragment(parts.body);
            if !context.reading.keep_dateline {
                archive::strip::dateline(&mut bounded.tree);
            }
            (bounded.tree, bounded.reports)
        }
        Shape::Page => {
            let mut document = bounded::parse_document(parts.body);
            document.report_only_of(parts.body, |tree| page::main_element(tree, &head.title));
            let main = page::main_part(document.tree, &head.title).unwrap_or_default();
            (bounded::parse_fragment(&main).tree, document.reports)
        }
        Shape::Text => {
            let bounded = bounded::parse_fragment(&markdown::text_to_html(parts.body, &head.title));
            (bounded.tree, bounded.reports)
        }
        Shape::YamlMarkdown | Shape::TomlMarkdown | Shape::KeyedMarkdown | Shape::Markdown => {
            let html = markdown::to_html(parts.body, Some(&head.title));
            let mut bounded = bounded::parse_fragment(&html);
            // The lines are those of the HTML that was made, not of the file.
            bounded.reports.iter_mut().for_each(|report| report.line = None);
            bounded.reports.extend(templates::reports(parts.body));
            (bounded.tree, bounded.reports)
        }
    }
}

/// Puts the captions after the text: filters look for words in both.
fn with_captions(text: Text, captions: &Text) -> Text {
    if captions.is_empty() { text } else { Text::new(&format!("{text}\n\n{captions}")) }
}

/// Gives the declared summary; what is no HTML stays as it stands.
fn declared_summary(declared: &Declared) -> Option<Text> {
    let summary = &declared.summary.as_ref()?.value;
    if html::known::is_html(summary) { line(&html::text::plain(summary)) } else { line(summary) }
}

fn declared_image(declared: &Declared, base: &Url) -> Option<Image> {
    let url = absolute(&declared.image.as_ref()?.value, base)?;
    let alt = declared.image_alt.as_ref().map(|at| Text::line(&at.value));
    Some(Image { url, caption: None, alt })
}

/// Reports what is declared for an image or an enclosure and comes to no address of a file.
fn useless_addresses(declared: &Declared, base: &Url) -> Vec<Report> {
    let image = declared.image.iter().map(|at| ("image", at.value.as_str(), at.line));
    let files = declared.enclosures.iter().map(|at| ("enclosure", at.value.url.as_str(), at.line));
    image
        .chain(files)
        .filter(|(_, raw, _)| absolute(raw, base).is_none())
        .map(|(rule, raw, line)| {
            let shown: String = raw.chars().take(60).collect();
            let message = format!("the {rule} \"{shown}\" is no http(s) address; it is left out");
            Report::warning(rule, message).at_line(line)
        })
        .collect()
}

/// Gives the declared enclosures, then those of the content that are others.
fn enclosures(declared: &Declared, base: &Url, found: Vec<Enclosure>) -> Vec<Enclosure> {
    let own = declared.enclosures.iter().filter_map(|at| enclosure(&at.value, base));
    let mut all: Vec<Enclosure> = Vec::new();
    for enclosure in own.chain(found) {
        if all.iter().all(|known| known.url != enclosure.url) {
            all.push(enclosure);
        }
    }
    all
}

fn enclosure(declared: &DeclaredEnclosure, base: &Url) -> Option<Enclosure> {
    let url = absolute(&declared.url, base)?;
    Some(Enclosure {
        media_type: media_type(declared.media_type.as_deref(), &url),
        length: declared.length.unwrap_or(0),
        seconds: declared.seconds,
        title: declared.title.as_deref().and_then(line),
        url,
    })
}

fn absolute(raw: &str, base: &Url) -> Option<Url> {
    base.join(raw.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// Takes text as one line; `None` when it shows nothing.
fn line(raw: &str) -> Option<Text> {
    Some(Text::line(raw)).filter(|line| !line.is_empty())
}
