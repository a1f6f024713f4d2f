//! The head of an article: what selecting needs, from the first kilobytes of its file.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;
use url::Url;

use crate::config::meant::{Part, PermalinkField, Reading, Site};
use crate::model::article::{Author, Head, Shape};
use crate::model::date::Timestamp;
use crate::model::language::Language;
use crate::model::report::Report;
use crate::model::text::Text;
use crate::read::archive::opening::LONGEST_OPENING_BYTES;
use crate::read::declared::{At, Declared};
use crate::read::shape::Parts;
use crate::read::{archive, date, excerpt, html, language, markdown, name, page};

/// How much text is looked at to detect a language, in bytes. The same for head and whole, so that
/// both always say the same.
const LANGUAGE_SAMPLE: usize = 3000;

/// The most characters of a title that is made of the first words of a text.
const LONGEST_TITLE: usize = 80;

/// Where a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a line of the file, from 1.
    Line(u32),
    /// In the name or the path of the file.
    Name,
    /// In the text, by detection or by taking its first words.
    Text,
    /// In another value, such as the source in the permalink.
    Permalink,
    /// In the template of the configuration.
    Template,
    /// In the language of the site.
    SiteLanguage,
}

/// A head, where each of its values was found, and what was not as it should be.
#[derive(Clone, Debug)]
pub struct ReadHead {
    /// The head.
    pub head: Head,
    /// The places, by the name of the field.
    pub places: Vec<(&'static str, Place)>,
    /// The reports; they don't name the file yet.
    pub reports: Vec<Report>,
}

/// What reading a file needs to know besides its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The site.
    pub site: &'a Site,
    /// How files are read.
    pub reading: &'a Reading,
    /// The path of the file below its input folder, with `/`.
    pub path: &'a str,
    /// True when the language is wanted even where the article doesn't declare it. Detecting it costs
    /// more than all else of a head.
    pub wants_language: bool,
}

/// Puts together what an article declares, whatever its shape. `ending` is the last part of the
/// body. `complete` is false when the text is only the beginning of a file; then `None` means that
/// more of it is needed.
#[must_use]
pub fn declared(
    parts: &mut Parts<'_>,
    ending: &str,
    complete: bool,
    site: &Site,
) -> Option<Declared> {
    let front = std::mem::take(&mut parts.front);
    let (own, reports) = match (&parts.top, parts.shape) {
        (Some(top), _) => {
            if !complete && parts.body.len() < LONGEST_OPENING_BYTES {
                return None;
            }
            let opening = archive::opening::read(parts.body, ending);
            archive::declared(top, &opening, site.time_zone)
        }
        (None, Shape::Page) => {
            let page = page::declared(parts.body, complete, site.time_zone)?;
            (page.declared, page.reports)
        }
        (None, _) => (Declared::default(), Vec::new()),
    };
    parts.reports.extend(reports);
    Some(front.or(own))
}

/// Makes the head of what an article declares.
#[must_use]
pub fn assemble(parts: &Parts<'_>, declared: &Declared, context: Context<'_>) -> ReadHead {
    let mut read =
        Assembly { context, places: Vec::with_capacity(8), reports: parts.reports.clone() };
    let title = read.title(parts, declared);
    let published = read.published(declared);
    let updated = read.updated(declared, published);
    let own_permalink = read.permalink(declared);
    let source = read.source(declared, own_permalink.as_ref());
    let permalink_is_declared = own_permalink.is_some();
    let permalink = own_permalink.or_else(|| read.templated_permalink(declared, published));
    let head = Head {
        shape: parts.shape,
        id: read.line("id", declared.id.as_ref()),
        permalink,
        permalink_is_declared,
        language: read.language(parts, declared, &title),
        title,
        published,
        updated,
        expires: read.value("expires", declared.expires.as_ref()),
        source,
        authors: read.authors(declared),
        tags: read.tags(declared),
        draft: read.value("draft", declared.draft.as_ref()).unwrap_or(false),
        in_feeds: read.value("feed", declared.in_feeds.as_ref()).unwrap_or(true),
    };
    ReadHead { head, places: read.places, reports: read.reports }
}

/// Gives the address that relative addresses in an article are relative to: its page, or where its
/// file would stand on the site.
#[must_use]
pub fn base(permalink: Option<&Url>, context: Context<'_>) -> Url {
    if let Some(permalink) = permalink {
        return permalink.clone();
    }
    let folder = context.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    below_site(context.site, folder.split('/').filter(|part| !part.is_empty()), true)
}

fn below_site<'a>(site: &Site, path: impl Iterator<Item = &'a str>, is_folder: bool) -> Url {
    let mut address = site.url.clone();
    if let Ok(mut segments) = address.path_segments_mut() {
        segments.pop_if_empty().extend(path);
        if is_folder {
            segments.push("");
        }
    }
    address
}

struct Assembly<'a> {
    context: Context<'a>,
    places: Vec<(&'static str, Place)>,
    reports: Vec<Report>,
}

impl Assembly<'_> {
    fn value<T: Clone>(&mut self, field: &'static str, at: Option<&At<T>>) -> Option<T> {
        let at = at?;
        self.places.push((field, Place::Line(at.line)));
        Some(at.value.clone())
    }

    fn line(&mut self, field: &'static str, at: Option<&At<String>>) -> Option<Text> {
        let line = Text::line(&at?.value);
        (!line.is_empty()).then(|| {
            self.value(field, at);
            line
        })
    }

    /// Gives the declared title, or the first words of the text, or the name of the file.
    fn title(&mut self, parts: &Parts<'_>, declared: &Declared) -> Text {
        if let Some(title) = self.line("title", declared.title.as_ref()) {
            return title;
        }
        let first = match parts.shape {
            Shape::Archive | Shape::Page => first_words(&html::text::plain(head_of(parts.body))),
            Shape::Text => first_words(first_line(head_of(parts.body))),
            _ => markdown::first_line(head_of(parts.body)).unwrap_or_default(),
        };
        let (title, place) = match Text::line(&first) {
            title if title.is_empty() => (Text::line(&name::title(self.context.path)), Place::Name),
            title => (title, Place::Text),
        };
        self.places.push(("title", place));
        match title {
            title if title.is_empty() => Text::line("Untitled"),
            title => title,
        }
    }

    fn published(&mut self, declared: &Declared) -> Option<Timestamp> {
        if let Some(date) = self.value("published", declared.published.as_ref()) {
            return Some(date);
        }
        let date = date::in_file_name(self.context.path, self.context.site.time_zone)?;
        self.places.push(("published", Place::Name));
        Some(date.at)
    }

    fn updated(&mut self, declared: &Declared, published: Option<Timestamp>) -> Option<Timestamp> {
        let updated = self.value("updated", declared.updated.as_ref())?;
        let first = published.filter(|first| *first > updated);
        if let (Some(first), Some(at)) = (first, &declared.updated) {
            let message = format!(
                "updated {} is earlier than published {}; the later one counts",
                updated.rfc3339(),
                first.rfc3339()
            );
            self.reports.push(Report::warning("updated", message).at_line(at.line));
        }
        Some(first.unwrap_or(updated))
    }

    /// Gives the declared permalink if it comes to an absolute http(s) address.
    fn permalink(&mut self, declared: &Declared) -> Option<Url> {
        let at = declared.permalink.as_ref()?;
        let url = self.context.site.url.join(at.value.trim()).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if url.is_some() {
            self.places.push(("permalink", Place::Line(at.line)));
        } else {
            let message = format!("the permalink \"{}\" is no http(s) address", at.value.trim());
            self.reports.push(Report::warning("permalink", message).at_line(at.line));
        }
        url
    }

    fn source(&mut self, declared: &Declared, permalink: Option<&Url>) -> Option<Text> {
        if let Some(source) = self.line("source", declared.source.as_ref()) {
            return Some(source);
        }
        let host = permalink?.host_str()?;
        self.places.push(("source", Place::Permalink));
        Some(Text::line(host.strip_prefix("www.").unwrap_or(host)))
    }

    /// Fills the site's template; `None` without one, or where it asks for a date that isn't there.
    fn templated_permalink(
        &mut self,
        declared: &Declared,
        published: Option<Timestamp>,
    ) -> Option<Url> {
        let template = self.context.site.permalink.as_ref()?;
        let mut path = String::new();
        for part in &template.0 {
            match part {
                Part::Literal(words) => path.push_str(words),
                Part::Field(field) => {
                    let Some(value) = self.permalink_field(*field, declared, published) else {
                        let message = "the site's permalinks ask for a date, and there is none";
                        self.reports.push(Report::warning("permalink", message));
                        return None;
                    };
                    path.push_str(&value);
                }
            }
        }
        self.places.push(("permalink", Place::Template));
        let is_folder = path.ends_with('/');
        let segments = path.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
        Some(below_site(self.context.site, segments, is_folder))
    }

    fn permalink_field(
        &self,
        field: PermalinkField,
        declared: &Declared,
        published: Option<Timestamp>,
    ) -> Option<String> {
        let path = self.context.path;
        let date = |form: &str| {
            let local = published?.utc().with_timezone(&self.context.site.time_zone);
            Some(local.format(form).to_string())
        };
        match field {
            PermalinkField::Path => Some(name::without_ending(path).to_owned()),
            PermalinkField::Folder => {
                Some(path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned())
            }
            PermalinkField::Slug => Some(
                declared
                    .slug
                    .as_ref()
                    .and_then(|at| segment(&at.value))
                    .unwrap_or(name::slug(path)),
            ),
            PermalinkField::Year => date("%Y"),
            PermalinkField::Month => date("%m"),
            PermalinkField::Day => date("%d"),
        }
    }

    /// Gives the declared language, else the detected one, else the site's.
    fn language(
        &mut self,
        parts: &Parts<'_>,
        declared: &Declared,
        title: &Text,
    ) -> Option<Language> {
        if let Some(at) = &declared.language {
            if let Some(language) = Language::parse(&at.value) {
                self.places.push(("language", Place::Line(at.line)));
                return Some(language);
            }
            let message = format!("\"{}\" is no language tag (BCP 47)", at.value);
            let report = Report::warning("language", message).at_line(at.line);
            self.reports.push(report.help("write it like en, en-US or zh-Hans"));
        }
        if !self.context.wants_language {
            return None;
        }
        if let Some(language) = self.detected_language(parts, title) {
            return Some(language);
        }
        self.places.push(("language", Place::SiteLanguage));
        Some(self.context.site.language.clone())
    }

    fn detected_language(&mut self, parts: &Parts<'_>, title: &Text) -> Option<Language> {
        if !self.context.reading.detect_language {
            return None;
        }
        let sample = sample(parts.body);
        let text = match parts.shape {
            Shape::Archive | Shape::Page => html::text::plain(sample),
            _ => sample.to_owned(),
        };
        let language = language::detect(&format!("{title}\n{text}"))?;
        self.places.push(("language", Place::Text));
        Some(language)
    }

    fn authors(&mut self, declared: &Declared) -> Vec<Author> {
        let first = declared.authors.first().map(|at| ("authors", Place::Line(at.line)));
        self.places.extend(first);
        let mut authors: Vec<Author> = Vec::new();
        for at in &declared.authors {
            let is_new = authors.iter().all(|author| author.name != at.value.name);
            if is_new && !at.value.name.is_empty() {
                authors.push(at.value.clone());
            }
        }
        authors
    }

    fn tags(&mut self, declared: &Declared) -> Vec<Text> {
        let first = declared.tags.first().map(|at| ("tags", Place::Line(at.line)));
        self.places.extend(first);
        let mut seen = HashSet::new();
        let tags = declared.tags.iter().map(|at| Text::line(&at.value));
        tags.filter(|tag| !tag.is_empty() && seen.insert(folded(tag))).collect()
    }
}

/// Writes a tag so that two that differ by case or by how their accents are composed are one.
fn folded(tag: &str) -> String {
    tag.nfc().flat_map(char::to_lowercase).nfc().collect()
}

/// Takes a declared slug as one segment of a path; `None` when it is none by itself: it would lead
/// to another folder, where every such article would be.
fn segment(slug: &str) -> Option<String> {
    let segment = Text::line(slug).replace('/', "-");
    (!matches!(&*segment, "" | "." | "..")).then_some(segment)
}

/// Gives the part of a body that is looked at for its first words and its language.
fn sample(body: &str) -> &str {
    cut(body, LANGUAGE_SAMPLE)
}

fn head_of(body: &str) -> &str {
    cut(body, 2 * LANGUAGE_SAMPLE)
}

fn cut(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// Gives the first line that shows anything.
fn first_line(text: &str) -> &str {
    text.lines().find(|line| !Text::line(line).is_empty()).unwrap_or_default()
}

/// Gives the first words of a text, for a title.
fn first_words(text: &str) -> String {
    excerpt::summary(text, LONGEST_TITLE).map(|words| words.to_string()).unwrap_or_default()
}
