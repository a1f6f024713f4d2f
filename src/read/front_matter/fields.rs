//! Keys and values to what an article declares.

use std::collections::HashMap;

use chrono_tz::Tz;

use crate::model::article::Author;
use crate::model::date::Timestamp;
use crate::model::report::{Report, Severity};
use crate::read::date;
use crate::read::declared::{At, Declared, DeclaredEnclosure};
use crate::read::faults;
use crate::read::front_matter::Syntax;
use crate::read::front_matter::kinds;
use crate::read::front_matter::names::{self, Name};
use crate::read::front_matter::value::{Field, Kind};
use crate::read::person::person;

/// Reads the fields of a block in the order of the file.
pub(super) fn declare(fields: Vec<Field>, syntax: Syntax, zone: Tz) -> (Declared, Vec<Report>) {
    let (known, reports) = known(fields);
    let mut reader = Reader { known, syntax, zone, reports };
    let (image, image_alt) = reader.image();
    let declared = Declared {
        id: reader.text(Name::Id),
        permalink: reader.text(Name::Permalink),
        slug: reader.text(Name::Slug),
        title: reader.title(),
        published: reader.date(Name::Published).or_else(|| reader.date_in_path()),
        updated: reader.date(Name::Updated),
        expires: reader.date(Name::Expires),
        source: reader.text(Name::Source),
        authors: reader.authors(),
        tags: reader.tags(),
        language: reader.text(Name::Language),
        summary: reader.text(Name::Summary),
        image,
        image_alt: image_alt.or_else(|| reader.text(Name::ImageAlt)),
        rights: reader.rights(),
        enclosures: reader.enclosures(),
        draft: reader.draft(),
        in_feeds: reader.truth(Name::Feed),
    };
    reader.reports.sort_by_key(|report| report.line);
    faults::limit(&mut reader.reports, "front-matter");
    (declared, reader.reports)
}

/// A field whose key means something.
struct Known {
    name: Name,
    /// The lower, the sooner it is asked.
    rank: usize,
    field: Field,
}

/// Picks the fields that mean something, in the order of the file, those of sections among them.
fn known(fields: Vec<Field>) -> (Vec<Known>, Vec<Report>) {
    const SECTION: usize = 1000;
    let (mut known, mut reports) = (Vec::new(), Vec::new());
    let mut seen = HashMap::new();
    for field in fields {
        let Some((rank, name)) = meaning(&field) else { continue };
        if name == Name::Section {
            for inner in field.value.fields() {
                if let Some((rank, name)) = meaning(inner) {
                    known.push(Known { name, rank: rank + SECTION, field: inner.clone() });
                }
            }
            continue;
        }
        let first = *seen.entry(rank).or_insert(field.line);
        if first != field.line && !matches!(name, Name::Tags | Name::Authors | Name::Enclosures) {
            let message = format!("`{}` stands in line {first} already, which counts", field.key);
            reports.push(Report::warning("front-matter", message).at_line(field.line));
        }
        known.push(Known { name, rank, field });
    }
    (known, reports)
}

/// Tells what a field means: `published: false` tells of no date.
fn meaning(field: &Field) -> Option<(usize, Name)> {
    let (rank, name) = names::meaning(&field.key)?;
    let says_truth = field.value.text().and_then(kinds::truth).is_some();
    let is_visible = name == Name::Published && says_truth;
    Some((rank, if is_visible { Name::Visible } else { name }))
}

struct Reader {
    known: Vec<Known>,
    syntax: Syntax,
    zone: Tz,
    reports: Vec<Report>,
}

impl Reader {
    /// Takes the fields of one meaning, those that win first. Each meaning is asked once.
    fn fields(&mut self, name: Name) -> Vec<Field> {
        let mut found = self.extract(name);
        found.sort_by_key(|known| known.rank);
        found.into_iter().map(|known| known.field).collect()
    }

    /// Takes the fields of one meaning in the order of the file.
    fn extract(&mut self, name: Name) -> Vec<Known> {
        self.known.extract_if(.., |known| known.name == name).collect()
    }

    fn warn(&mut self, rule: &'static str, line: u32, message: String) {
        self.reports.push(Report::warning(rule, message).at_line(line));
    }

    /// Reports a value of the wrong kind; what is empty is as good as not there.
    fn wrong_kind(&mut self, field: &Field, wanted: &str) {
        let is_empty = match &field.value.kind {
            Kind::Nothing => true,
            Kind::Scalar(text) => text.trim().is_empty(),
            _ => false,
        };
        if !is_empty {
            let message = format!("`{}` is {}, not {wanted}", field.key, field.value.what());
            self.warn("front-matter", field.line, message);
        }
    }

    fn text(&mut self, name: Name) -> Option<At<String>> {
        for field in self.fields(name) {
            if let Some(text) = field.value.text() {
                return Some(At::new(text.to_owned(), field.line));
            }
            self.wrong_kind(&field, "text");
        }
        None
    }

    /// The title. Site generators write it into a page as it stands, so that an entity in it, often
    /// a `&#58;` where YAML minds the colon, means its character.
    fn title(&mut self) -> Option<At<String>> {
        let At { value, line } = self.text(Name::Title)?;
        Some(At::new(html_escape::decode_html_entities(&value).into_owned(), line))
    }

    fn date(&mut self, name: Name) -> Option<At<Timestamp>> {
        for field in self.fields(name) {
            let Some(text) = field.value.text() else {
                self.wrong_kind(&field, "a date");
                continue;
            };
            if let Some(parsed) = date::parse_value(text, self.zone) {
                return Some(At::new(parsed.at, field.line));
            }
            if !date::says_nothing(text) {
                let message = format!("`{}` is `{}`, which is no date", field.key, short(text));
                let report = Report::warning("date", message).at_line(field.line);
                self.reports.push(report.help("write it like 2024-05-16T09:32:52Z"));
            }
        }
        None
    }

    /// Reads the date of `path = "2024/05/16/title"`. Other paths tell none, and this is no fault.
    fn date_in_path(&mut self) -> Option<At<Timestamp>> {
        let paths = self.fields(Name::Path);
        paths.iter().find_map(|field| {
            let parsed = date::in_file_name(field.value.text()?.trim_matches('/'), self.zone)?;
            Some(At::new(parsed.at, field.line))
        })
    }

    fn truth(&mut self, name: Name) -> Option<At<bool>> {
        for field in self.fields(name) {
            if let Some(truth) = field.value.text().and_then(kinds::truth) {
                return Some(At::new(truth, field.line));
            }
            let Some(text) = field.value.text() else {
                self.wrong_kind(&field, "true or false");
                continue;
            };
            let message = format!("`{}` is `{}`, neither true nor false", field.key, short(text));
            self.warn("front-matter", field.line, message);
        }
        None
    }

    /// `draft: true`, then `published: false`, then `status: draft`.
    fn draft(&mut self) -> Option<At<bool>> {
        let draft = self.truth(Name::Draft);
        let visible = self.truth(Name::Visible);
        let status = self.status();
        draft.or(visible.map(|visible| At::new(!visible.value, visible.line))).or(status)
    }

    fn status(&mut self) -> Option<At<bool>> {
        let status = self.text(Name::Status)?;
        let known = kinds::is_unpublished(&status.value);
        if known.is_none() {
            let message =
                format!("`status` is `{}`, which says nothing here", short(&status.value));
            let report = Report::new(Severity::Note, "front-matter", message);
            self.reports.push(report.at_line(status.line));
        }
        known.map(|draft| At::new(draft, status.line))
    }

    /// The authors of the key that wins.
    fn authors(&mut self) -> Vec<At<Author>> {
        let mut known = self.extract(Name::Authors);
        let Some(winner) = known.iter().map(|known| known.rank).min() else { return Vec::new() };
        known.retain(|known| known.rank == winner);
        let mut authors = Vec::new();
        for Known { field, .. } in known {
            let divides = self.syntax == Syntax::Keys && names::plain(&field.key) == "authors";
            for item in field.value.items() {
                let found = match item.text() {
                    Some(text) if divides => kinds::divided(text).filter_map(person).collect(),
                    _ => Vec::from_iter(kinds::author(item)),
                };
                if found.is_empty() && item.text().is_none() {
                    self.wrong_kind(&Field { value: item.clone(), ..field.clone() }, "a name");
                }
                authors.extend(found.into_iter().map(|author| At::new(author, item.line)));
            }
        }
        authors
    }

    /// The tags of every key, in the order of the file.
    fn tags(&mut self) -> Vec<At<String>> {
        let mut tags = Vec::new();
        for Known { field, .. } in self.extract(Name::Tags) {
            let before = tags.len();
            kinds::tags(&field.value, &mut tags);
            if tags.len() == before && matches!(field.value.kind, Kind::Map(_)) {
                self.wrong_kind(&field, "a list of tags");
            }
        }
        tags
    }

    /// The first image that there is, with what it shows.
    fn image(&mut self) -> (Option<At<String>>, Option<At<String>>) {
        for field in self.fields(Name::Image) {
            // `image: false` says that there is none.
            if field.value.text().is_some_and(|text| kinds::truth(text).is_some()) {
                continue;
            }
            match kinds::image(&field.value) {
                (Some(At { value, .. }), _) if kinds::is_number(&value) => {
                    let message = format!("`{}` is `{}`, no address", field.key, short(&value));
                    self.warn("image", field.line, message);
                }
                (None, _) => self.wrong_kind(&field, "the address of an image"),
                found => return found,
            }
        }
        (None, None)
    }

    /// Text, or the name or address of a license in a table.
    fn rights(&mut self) -> Option<At<String>> {
        for field in self.fields(Name::Rights) {
            let named = kinds::first_text(&field.value, &["name", "title", "url", "link"]);
            if let Some(text) = field.value.text().or(named.map(|(text, _)| text)) {
                return Some(At::new(text.to_owned(), field.line));
            }
            self.wrong_kind(&field, "text");
        }
        None
    }

    fn enclosures(&mut self) -> Vec<At<DeclaredEnclosure>> {
        let mut enclosures = Vec::new();
        for Known { field, .. } in self.extract(Name::Enclosures) {
            for item in field.value.items() {
                match kinds::enclosure(item) {
                    Some(enclosure) => enclosures.push(At::new(enclosure, item.line)),
                    None if item.text().and_then(kinds::truth).is_some() => {}
                    None => self.wrong_kind(
                        &Field { value: item.clone(), ..field.clone() },
                        "the address of a file",
                    ),
                }
            }
        }
        enclosures
    }
}

/// Gives the beginning of a value for a message.
fn short(text: &str) -> String {
    const SHOWN: usize = 60;
    let line = text.replace(['\r', '\n'], " ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
