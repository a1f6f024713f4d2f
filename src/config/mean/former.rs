//! Places where a feed was before.

use crate::config::error::Fault;
use crate::config::mean::name::{foreign_placeholder, name, unsafe_path};
use crate::config::meant::{Former, Group, Part};
use crate::model::feed::Format;

/// Endings of the documents of feeds, of whatever program.
const ENDINGS: [&str; 5] = ["xml", "json", "rss", "atom", "rdf"];

/// Reads a former place of a feed that has a name and formats: another name, or the path of a single
/// document, which has the ending of one, or a slash at its end.
pub(crate) fn former(raw: &str, now: &[Part<Group>], formats: &[Format]) -> Result<Former, Fault> {
    let raw = raw.trim();
    if is_document(raw) { document(raw, now, formats) } else { former_name(raw, now) }
}

/// Tells whether a path is that of a single document.
fn is_document(path: &str) -> bool {
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
    path.ends_with('/') || ending.is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

fn document(raw: &str, now: &[Part<Group>], formats: &[Format]) -> Result<Former, Fault> {
    if now.iter().any(|part| matches!(part, Part::Field(_))) {
        return Err(Fault::new(format!("{raw:?} is one document, and the feed is many"))
            .help("write a former name with the placeholders of the name"));
    }
    if let Some(reason) = unsafe_path(raw.trim_matches('/')) {
        return Err(Fault::new(format!("{raw:?} can't be the path of a document: {reason}")));
    }
    let wanted = match raw.rsplit('.').next() {
        Some("json") => Format::Json,
        _ if raw.contains("atom") => Format::Atom,
        _ => Format::Rss,
    };
    let format = formats.iter().find(|format| **format == wanted).or(formats.first());
    let format = format.copied().unwrap_or(wanted);
    Ok(Former::Document(raw.trim_matches('/').to_owned(), format))
}

fn former_name(raw: &str, now: &[Part<Group>]) -> Result<Former, Fault> {
    let parts = name(raw)?;
    if parts == now {
        return Err(Fault::new(format!("{raw:?} is the name that the feed has now")));
    }
    if let Some(foreign) = foreign_placeholder(&parts, now) {
        return Err(Fault::new(format!("the name of the feed has no {{{foreign}}}")));
    }
    match foreign_placeholder(now, &parts) {
        Some(missing) => {
            Err(Fault::new(format!("{raw:?} does not tell the {{{missing}}} of the name")))
        }
        None => Ok(Former::Name(parts)),
    }
}

/// Reads the path of something that was removed for good.
pub(crate) fn gone(raw: &str) -> Result<String, Fault> {
    let path = raw.trim().trim_matches('/');
    match unsafe_path(path) {
        Some(reason) => Err(Fault::new(format!("{raw:?} can't be gone: {reason}"))),
        None => Ok(path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::meant::Group;

    const ALL: [Format; 4] = Format::ALL;

    #[test]
    fn former_names_have_the_placeholders_of_the_name() {
        let now = name("source/{source}").expect("safe");
        let parts = vec![Part::Literal("from/".into()), Part::Field(Group::Source)];
        assert_eq!(former("from/{source}", &now, &ALL), Ok(Former::Name(parts)));
        for wrong in ["from", "from/{tag}/{source}", "source/{source}", "../{source}", "index.xml"]
        {
            assert!(former(wrong, &now, &ALL).is_err(), "{wrong}");
        }
        assert_eq!(former("", &name("news").expect("safe"), &ALL), Ok(Former::Name(Vec::new())));
    }

    #[test]
    fn documents_of_other_programs_lead_to_the_format_that_is_most_like_them() {
        let now = name("news").expect("safe");
        for (raw, path, format) in [
            ("index.xml", "index.xml", Format::Rss),
            ("feed/", "feed", Format::Rss),
            ("feed/atom/", "feed/atom", Format::Atom),
            ("blog/atom.xml", "blog/atom.xml", Format::Atom),
            ("blog/feed.json", "blog/feed.json", Format::Json),
        ] {
            assert_eq!(former(raw, &now, &ALL), Ok(Former::Document(path.into(), format)), "{raw}");
        }
        let only = [Format::Atom, Format::Html];
        let document = Former::Document("a.rss".into(), Format::Atom);
        assert_eq!(former("a.rss", &now, &only), Ok(document));
        assert!(former("../index.xml", &now, &ALL).is_err());
    }

    #[test]
    fn what_is_gone_is_a_path() {
        assert_eq!(gone("/old/tag/"), Ok("old/tag".into()));
        assert_eq!(gone("old/rss.xml"), Ok("old/rss.xml".into()));
        assert!(gone("").is_err() && gone("a/../b").is_err());
    }
}
