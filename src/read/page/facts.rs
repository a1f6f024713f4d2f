//! What a page tells, weighed: which of its sources counts for what.

use chrono_tz::Tz;

use crate::model::article::Author;
use crate::model::date::Timestamp;
use crate::model::report::Report;
use crate::model::text::Text;
use crate::read::date;
use crate::read::declared::{At, Declared};
use crate::read::faults;
use crate::read::page::PageHead;
use crate::read::page::json_ld::{self, Article};
use crate::read::page::scan::Scan;
use crate::read::page::strip::parts_of_line;
use crate::read::person::person;

const PUBLISHED: [&str; 15] = [
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "date",
    "pubdate",
    "publishdate",
    "publish-date",
    "citation_publication_date",
];

const UPDATED: [&str; 9] = [
    "article:modified_time",
    "og:updated_time",
    "og:modified_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "lastmod",
    "revised",
];

const AUTHORS: [&str; 6] =
    ["article:author", "author", "dc.creator", "dcterms.creator", "citation_author", "byl"];

const SUMMARY: [&str; 5] = [
    "og:description",
    "description",
    "dc.description",
    "dcterms.description",
    "twitter:description",
];

const IMAGE: [&str; 6] = [
    "og:image",
    "og:image:url",
    "og:image:secure_url",
    "twitter:image",
    "twitter:image:src",
    "thumbnail",
];

/// The facts of a page, still without a verdict.
pub(super) struct Facts<'a> {
    scan: &'a Scan,
    article: Article,
    zone: Tz,
    published: Option<At<Timestamp>>,
    reports: Vec<Report>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(scan: &'a Scan, zone: Tz) -> Self {
        let mut reports = Vec::new();
        let article = json_ld::article(&scan.json_ld, &mut reports).unwrap_or_default();
        let mut facts = Self { scan, article, zone, published: None, reports };
        facts.published = facts.published();
        facts
    }

    /// Tells whether the head alone gives a title that stands for sure, and a date.
    pub(super) fn tell_enough(&self) -> bool {
        self.published.is_some() && self.sure_title().is_some()
    }

    pub(super) fn declare(mut self) -> PageHead {
        let updated = std::mem::take(&mut self.article.updated).map(|date| self.in_json(date));
        let updated = self.date(updated.into_iter().chain(self.metas(&UPDATED)).collect());
        let expires = std::mem::take(&mut self.article.expires).map(|date| self.in_json(date));
        let named = self.metas(&["article:expiration_time", "expires_at"]);
        let expires = self.date(expires.into_iter().chain(named).collect());
        let (image, image_alt) = self.image();
        let declared = Declared {
            permalink: self.permalink(),
            title: self.title(),
            published: self.published.take(),
            updated,
            expires,
            authors: self.authors(),
            tags: self.tags(),
            language: self.language(),
            summary: self.json(self.article.description.as_ref()).or_else(|| self.meta(&SUMMARY)),
            image,
            image_alt,
            rights: self.rights(),
            enclosures: self.article.files.iter().map(|file| self.in_json(file.clone())).collect(),
            ..Declared::default()
        };
        faults::limit(&mut self.reports, "page-metadata");
        PageHead { declared, reports: self.reports }
    }

    /// Gives the contents of the `<meta>` of these names, those of the first name first.
    fn metas(&self, names: &[&str]) -> Vec<At<String>> {
        let of = |name| self.scan.metas.iter().filter(move |(known, _)| known == name);
        names.iter().flat_map(|name| of(*name)).map(|(_, content)| content.clone()).collect()
    }

    fn meta(&self, names: &[&str]) -> Option<At<String>> {
        let of = |name: &&str| self.scan.metas.iter().find(|(known, _)| known == name);
        names.iter().find_map(of).map(|(_, content)| content.clone())
    }

    fn link(&self, relation: &str) -> Option<At<String>> {
        let found = self.scan.links.iter().find(|(known, _)| *known == relation);
        found.map(|(_, address)| address.clone())
    }

    /// Places a value of the JSON-LD at the line of its script.
    fn in_json<T>(&self, value: T) -> At<T> {
        At::new(value, self.article.line)
    }

    fn json(&self, value: Option<&String>) -> Option<At<String>> {
        value.map(|value| self.in_json(value.clone()))
    }

    /// Gives the first date that can be read; reports those before it that can't.
    fn date(&mut self, candidates: Vec<At<String>>) -> Option<At<Timestamp>> {
        for At { value, line } in candidates {
            if let Some(parsed) = date::parse_value(&value, self.zone) {
                return Some(At::new(parsed.at, line));
            }
            if !date::says_nothing(&value) {
                let shown: String = value.chars().take(60).collect();
                let message = format!("the page gives `{shown}` as a date, which is none");
                self.reports.push(Report::warning("date", message).at_line(line));
            }
        }
        None
    }

    fn published(&mut self) -> Option<At<Timestamp>> {
        let told = self.article.published.clone();
        let mut candidates: Vec<_> = told.into_iter().map(|date| self.in_json(date)).collect();
        candidates.extend(self.metas(&PUBLISHED));
        let (named, others): (Vec<_>, Vec<_>) =
            self.scan.times.iter().cloned().partition(|(is_published, _)| *is_published);
        candidates.extend(named.into_iter().map(|(_, date)| date));
        // Other times may be playing times, or the dates of comments and related articles: the first
        // that is a date counts, and the rest is no fault.
        let is_date = |date: &At<String>| date::parse(&date.value, self.zone).is_some();
        candidates.extend(others.into_iter().map(|(_, date)| date).find(is_date));
        candidates.extend(self.header_dates().find(is_date));
        self.date(candidates)
    }

    /// What may be a date for people to read: a text of the article's header, or a part of one.
    fn header_dates(&self) -> impl Iterator<Item = At<String>> {
        self.scan.header_lines.iter().flat_map(|At { value, line }| {
            parts_of_line(value).map(|part| At::new(part.to_owned(), *line))
        })
    }

    /// The title that doesn't depend on the body.
    fn sure_title(&self) -> Option<At<String>> {
        self.json(self.article.headline.as_ref())
            .or_else(|| self.meta(&["og:title"]).map(|title| self.without_site(title)))
    }

    fn title(&self) -> Option<At<String>> {
        let mut headings = self.scan.headings.iter().filter(|(_, text)| shows(&text.value));
        let mut in_main = headings.clone().filter(|(in_main, _)| *in_main);
        let heading = match (in_main.next(), in_main.next()) {
            (Some(heading), None) => Some(heading),
            (Some(_), Some(_)) => None,
            (None, _) => headings.next().filter(|_| headings.next().is_none()),
        };
        self.sure_title()
            .or_else(|| heading.map(|(_, text)| text.clone()))
            .or_else(|| self.meta(&["dc.title", "dcterms.title", "twitter:title"]))
            .or_else(|| self.scan.title.clone().map(|title| self.without_site(title)))
            .filter(|title| shows(&title.value))
    }

    /// Takes the name of the site off a title that ends or begins with it: `Title | Site`.
    fn without_site(&self, title: At<String>) -> At<String> {
        let Some(site) = self.meta(&["og:site_name", "application-name"]) else { return title };
        let plain = Text::line(&title.value);
        let site = Text::line(&site.value);
        let divided = |rest: &str| -> Option<String> {
            let rest = rest.trim();
            let signs = ['|', '-', '–', '—', '·', ':', '•', '»', '«', '_', '/'];
            let bare = rest.strip_suffix(signs).or_else(|| rest.strip_prefix(signs))?.trim();
            (!bare.is_empty()).then(|| bare.to_owned())
        };
        let ends = plain.strip_suffix(site.as_str()).and_then(divided);
        let bare = ends.or_else(|| plain.strip_prefix(site.as_str()).and_then(divided));
        At::new(bare.unwrap_or_else(|| title.value.clone()), title.line)
    }

    fn permalink(&self) -> Option<At<String>> {
        self.json(self.article.url.as_ref())
            .or_else(|| self.meta(&["og:url"]))
            .or_else(|| self.link("canonical"))
    }

    /// The authors of the source that wins.
    fn authors(&self) -> Vec<At<Author>> {
        if !self.article.authors.is_empty() {
            return self.article.authors.iter().cloned().map(|a| self.in_json(a)).collect();
        }
        let read = |At { value, line }: At<String>| {
            // `article:author` often is the address of a profile, which names nobody.
            let is_address = value.starts_with("http://") || value.starts_with("https://");
            person(&value).filter(|_| !is_address).map(|author| At::new(author, line))
        };
        let of =
            |name: &&str| -> Vec<_> { self.metas(&[name]).into_iter().filter_map(read).collect() };
        AUTHORS.iter().map(of).find(|authors| !authors.is_empty()).unwrap_or_default()
    }

    /// The keywords of the source that wins, and the sections.
    fn tags(&self) -> Vec<At<String>> {
        let divided = |At { value, line }: At<String>| {
            json_ld::divided(&value).into_iter().map(move |word| At::new(word, line))
        };
        let json = |words: &[String]| -> Vec<_> {
            words.iter().map(|word| self.in_json(word.clone())).collect()
        };
        let mut sources = vec![json(&self.article.keywords), self.metas(&["article:tag"])];
        for name in ["news_keywords", "keywords", "dc.subject", "dcterms.subject"] {
            sources.push(self.metas(&[name]).into_iter().flat_map(divided).collect());
        }
        let mut tags = sources.into_iter().find(|tags| !tags.is_empty()).unwrap_or_default();
        let mut sections = json(&self.article.sections);
        if sections.is_empty() {
            sections = self.metas(&["article:section"]);
        }
        tags.append(&mut sections);
        tags
    }

    fn language(&self) -> Option<At<String>> {
        self.json(self.article.language.as_ref())
            .or_else(|| self.scan.language.clone())
            .or_else(|| self.meta(&["content-language", "dc.language", "dcterms.language"]))
            .or_else(|| self.meta(&["og:locale"]))
    }

    /// The image, and what it shows when the same source says so.
    fn image(&self) -> (Option<At<String>>, Option<At<String>>) {
        if let Some(image) = self.json(self.article.image.as_ref()) {
            return (Some(image), self.json(self.article.image_alt.as_ref()));
        }
        let alt = self.meta(&["og:image:alt", "twitter:image:alt"]);
        (self.meta(&IMAGE).or_else(|| self.link("image_src")), alt)
    }

    fn rights(&self) -> Option<At<String>> {
        self.json(self.article.rights.as_ref())
            .or_else(|| self.meta(&["dc.rights", "dcterms.rights", "dcterms.license"]))
            .or_else(|| self.meta(&["copyright", "rights"]))
            .or_else(|| self.link("license"))
    }
}

/// Tells whether a text has anything to see.
fn shows(text: &str) -> bool {
    !Text::line(text).is_empty()
}
