//! `feedmill inspect`: what was read from an article, and which feeds hold it.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::cli::arguments::{Common, InspectOptions};
use crate::cli::{Outcome, clock, reports, settings, state};
use crate::config::meant::Settings;
use crate::mill;
use crate::mill::standing::{Inspected, Standing};
use crate::model::date::Timestamp;
use crate::model::file::SeedFile;
use crate::model::report::{Report, Severity};
use crate::read::head::{Place, ReadHead};
use crate::watch::absence;
use crate::watch::walk::{self, Walk};

/// Shows one article of the input folders.
pub(super) fn run(common: &Common, options: &InspectOptions) -> Result<Outcome> {
    let settings = settings::load(common)?.settings;
    let now = clock::now()?;
    let file = seed_file(&settings, &options.file)?;
    let read = match mill::stock::head_of(&settings, &file) {
        Ok(read) => read,
        Err(reports) => {
            tell(common, &file, reports);
            return Ok(Outcome::Reported);
        }
    };
    let mut catalog = state::look_into(common, &settings)?;
    let inspected = mill::inspect(&settings, &mut catalog, &file, &read.head, now)?;
    let mut found = read.reports.clone();
    let is_left_out = inspected.is_none();
    if is_left_out {
        let message = "another file with its id is newer, so no feed holds this one";
        found.push(Report::warning("duplicate-id", message));
    }
    found.extend(inspected.iter().flat_map(|inspected| inspected.reports.clone()));
    let fields = fields(&read, inspected.as_ref());
    let standings = inspected.map(|inspected| inspected.standings).unwrap_or_default();
    let text = if common.json {
        in_json(&file, &fields, &standings)?
    } else {
        in_words(&file, &read, &fields, &standings)?
    };
    reports::output(&text)?;
    let is_faulty = found.iter().any(|report| report.severity == Severity::Error);
    tell(common, &file, found);
    Ok(if is_faulty || is_left_out { Outcome::Reported } else { Outcome::Done })
}

fn tell(common: &Common, file: &SeedFile, found: Vec<Report>) {
    let named: Vec<Report> = found.into_iter().map(|report| report.in_file(file.shown())).collect();
    reports::print(common, &named);
}

/// Finds the file among those of the input folders.
fn seed_file(settings: &Settings, path: &Path) -> Result<SeedFile> {
    let wanted = path.canonicalize().with_context(|| path.display().to_string())?;
    let walk = Walk::new(&settings.input, &settings.output.folder);
    walk::find(&walk, &wanted).with_context(|| {
        format!("{}: no article: {}", path.display(), absence::reason(&walk, path))
    })
}

/// A field, its value, and where in the file it stands.
type Field = (&'static str, String, Option<String>);

fn fields(read: &ReadHead, inspected: Option<&Inspected>) -> Vec<Field> {
    let head = &read.head;
    let issued = inspected.map(|inspected| &inspected.entry);
    let whole = inspected.map(|inspected| &inspected.whole);
    let image = whole.and_then(|whole| whole.image.as_ref());
    let content = whole.and_then(|whole| whole.content.as_ref());
    let summary = whole.and_then(|whole| whole.summary.as_ref());
    let list = |items: Vec<String>| (!items.is_empty()).then(|| items.join(", "));
    let values: [(&'static str, Option<String>); 14] = [
        ("title", Some(head.title.to_string())),
        ("id", issued.map(|entry| entry.id.clone())),
        ("permalink", head.permalink.as_ref().map(ToString::to_string)),
        ("published", issued.map(|entry| entry.published.rfc3339())),
        ("updated", issued.map(|entry| entry.updated.rfc3339())),
        ("expires", head.expires.map(Timestamp::rfc3339)),
        ("source", head.source.as_ref().map(ToString::to_string)),
        ("authors", list(head.authors.iter().map(|author| author.name.to_string()).collect())),
        ("tags", list(head.tags.iter().map(ToString::to_string).collect())),
        ("language", head.language.as_ref().map(ToString::to_string)),
        ("image", image.map(|image| image.url.to_string())),
        ("caption", image.and_then(|image| image.caption.as_ref()).map(ToString::to_string)),
        ("summary", summary.map(ToString::to_string)),
        ("content", content.map(|html| format!("{} bytes", html.as_str().len()))),
    ];
    let place =
        |name| read.places.iter().find(|(field, _)| *field == name).map(|(_, at)| told_place(*at));
    values.into_iter().filter_map(|(name, value)| Some((name, value?, place(name)))).collect()
}

fn told_place(place: Place) -> String {
    match place {
        Place::Line(line) => format!("line {line}"),
        Place::Name => "the file's name".to_owned(),
        Place::Text => "the text".to_owned(),
        Place::Permalink => "the permalink".to_owned(),
        Place::Template => "site.permalink".to_owned(),
        Place::SiteLanguage => "site.language".to_owned(),
    }
}

fn in_words(
    file: &SeedFile,
    read: &ReadHead,
    fields: &[Field],
    standings: &[Standing],
) -> Result<String> {
    let mut text = String::new();
    writeln!(text, "{}: {}", file.shown(), read.head.shape.name())?;
    for (name, value, place) in fields {
        let place = place.as_ref().map(|place| format!("  ({place})")).unwrap_or_default();
        writeln!(text, "  {name:<10} {value}{place}")?;
    }
    for standing in standings {
        let feed = if standing.feed.is_empty() { "(root)" } else { &standing.feed };
        match &standing.refused {
            None => writeln!(text, "  in feed    {feed}")?,
            Some(reason) => writeln!(text, "  not in     {feed}: {reason}")?,
        }
    }
    Ok(text)
}

fn in_json(file: &SeedFile, fields: &[Field], standings: &[Standing]) -> Result<String> {
    let values: serde_json::Map<_, _> = fields
        .iter()
        .map(|(name, value, place)| ((*name).to_owned(), json!({ "value": value, "from": place })))
        .collect();
    let feeds: Vec<_> = standings
        .iter()
        .map(|standing| json!({ "feed": standing.feed, "refused": standing.refused }))
        .collect();
    let all = json!({ "file": file.shown(), "fields": values, "feeds": feeds });
    Ok(format!("{}\n", serde_json::to_string_pretty(&all)?))
}
