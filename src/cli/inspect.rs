//! `feedmill inspect`: what was read from an article, and which feeds hold it.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use crate::cli::arguments::{Common, InspectOptions};
use crate::cli::{Outcome, clock, reports, settings};
use crate::config::meant::Settings;
use crate::mill::standing::{self, Standing};
use crate::mill::{self, Silent, stock};
use crate::model::article::{Listed, Whole};
use crate::model::date::Timestamp;
use crate::model::report::Report;
use crate::read::Beginning;
use crate::read::head::{Place, ReadHead};
use crate::watch::walk::{self, SeedFile};

/// Shows one article of the input folders.
pub(super) fn run(common: &Common, options: &InspectOptions) -> Result<Outcome> {
    let settings = settings::load(common)?.settings;
    let now = clock::now()?;
    let file = seed_file(&settings, &options.file)?;
    let (beginning, _) = match stock::open_head(&settings, &file) {
        Ok(read) => read,
        Err(report) => return Ok(tell(common, &file, vec![report])),
    };
    let read = match beginning {
        Beginning::Head(read) => read,
        Beginning::Nothing(reports) => return Ok(tell(common, &file, reports)),
        Beginning::NeedsMore => bail!("{}: the file ends before its head", file.name()),
    };
    let catalog = stock::take(&settings, now, &Silent).catalog;
    let own = catalog.find(&file.location);
    let standings = own.map(|own| standing::of(&settings, &catalog, own, now)).unwrap_or_default();
    let mut found = read.reports.clone();
    if own.is_none() {
        let message = "another file with its id is newer, so no feed holds this one";
        found.push(Report::warning("duplicate-id", message));
    }
    let article = own.map(|own| &catalog.articles[own]);
    let whole = match article.map(|article| mill::open_whole(&settings, article, &file.location)) {
        Some(Ok((whole, of_whole))) => {
            found.extend(of_whole);
            whole
        }
        Some(Err(report)) => {
            found.push(report);
            Whole::default()
        }
        None => Whole::default(),
    };
    let fields = fields(&read, article, &whole);
    let text = if common.json {
        in_json(&file, &fields, &standings)?
    } else {
        in_words(&file, &read, &fields, &standings)?
    };
    reports::output(&text)?;
    Ok(tell(common, &file, found))
}

fn tell(common: &Common, file: &SeedFile, found: Vec<Report>) -> Outcome {
    let named: Vec<Report> = found.into_iter().map(|report| report.in_file(file.name())).collect();
    reports::print(common, &named);
    Outcome::Done
}

/// Finds the file among those of the input folders.
fn seed_file(settings: &Settings, path: &Path) -> Result<SeedFile> {
    let wanted = path.canonicalize().with_context(|| path.display().to_string())?;
    let (files, _) = walk::walk(&settings.input);
    let same = |file: &SeedFile| file.location.canonicalize().is_ok_and(|found| found == wanted);
    files.into_iter().find(same).with_context(|| {
        format!(
            "{}: not among the articles of the input folders (see feedmill config)",
            path.display()
        )
    })
}

/// A field, its value, and where in the file it stands.
type Field = (&'static str, String, Option<String>);

fn fields(read: &ReadHead, article: Option<&Listed>, whole: &Whole) -> Vec<Field> {
    let head = &read.head;
    let list = |items: Vec<String>| (!items.is_empty()).then(|| items.join(", "));
    let values: [(&'static str, Option<String>); 14] = [
        ("title", Some(head.title.to_string())),
        ("id", article.map(|article| article.id.to_string())),
        ("permalink", head.permalink.as_ref().map(ToString::to_string)),
        ("published", article.map(|article| article.published.rfc3339())),
        ("updated", article.map(|article| article.updated.rfc3339())),
        ("expires", head.expires.map(Timestamp::rfc3339)),
        ("source", head.source.as_ref().map(ToString::to_string)),
        ("authors", list(head.authors.iter().map(|author| author.name.to_string()).collect())),
        ("tags", list(head.tags.iter().map(ToString::to_string).collect())),
        ("language", head.language.as_ref().map(ToString::to_string)),
        ("image", whole.image.as_ref().map(|image| image.url.to_string())),
        (
            "caption",
            whole.image.as_ref().and_then(|image| image.caption.as_ref()).map(ToString::to_string),
        ),
        ("summary", whole.summary.as_ref().map(ToString::to_string)),
        ("content", whole.content.as_ref().map(|html| format!("{} bytes", html.as_str().len()))),
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
    }
}

fn in_words(
    file: &SeedFile,
    read: &ReadHead,
    fields: &[Field],
    standings: &[Standing],
) -> Result<String> {
    let mut text = String::new();
    writeln!(text, "{}: {}", file.name(), read.head.shape.name())?;
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
    let all = json!({ "file": file.name(), "fields": values, "feeds": feeds });
    Ok(format!("{}\n", serde_json::to_string_pretty(&all)?))
}
