//! `[site]` as meant.

use url::Url;

use crate::config::error::Fault;
use crate::config::mean::Findings;
use crate::config::mean::pattern::pattern;
use crate::config::mean::value::{address, language, line, optional, time_zone};
use crate::config::meant::{Part, PermalinkField, PermalinkTemplate, Site};
use crate::config::typed;
use crate::model::article::Author;
use crate::model::id::Authority;
use crate::model::text::Text;

/// Where the output is served while nobody says: by this machine.
const ASSUMED_URL: &str = "http://localhost:8080/";

/// Since when a host mints ids, where `id_authority` says nothing else. It stands in ids that were
/// issued, so it never changes.
const AUTHORITY_SINCE: &str = "2026";

const PERMALINK_FIELDS: [(&str, PermalinkField); 6] = [
    ("path", PermalinkField::Path),
    ("folder", PermalinkField::Folder),
    ("slug", PermalinkField::Slug),
    ("year", PermalinkField::Year),
    ("month", PermalinkField::Month),
    ("day", PermalinkField::Day),
];

/// Means `[site]`.
pub(crate) fn site(typed: &typed::Site, findings: &mut Findings<'_>) -> Option<Site> {
    let url_is_assumed = typed.url.trim().is_empty();
    let title = findings.take("site.title", line(&typed.title));
    let url = findings.take("site.url", site_url(&typed.url));
    let language = findings.take("site.language", language(&typed.language));
    let authors = findings.take_each("site.authors", &typed.authors, author);
    let image = findings.take("site.image", optional(&typed.image, address));
    let time_zone = findings.take("site.time_zone", time_zone(&typed.time_zone));
    let permalink = findings.take("site.permalink", optional(&typed.permalink, permalink));
    let authority = findings.take("site.id_authority", authority(typed, url.as_ref()));
    Some(Site {
        title: title?,
        url: url?,
        url_is_assumed,
        description: Text::line(&typed.description),
        language: language?,
        authors: authors?,
        image: image?,
        rights: Some(Text::line(&typed.rights)).filter(|rights| !rights.is_empty()),
        time_zone: time_zone?,
        permalink: permalink?,
        authority: authority??,
    })
}

/// Reads the address of the output: a folder, so with `/` at its end.
fn site_url(raw: &str) -> Result<Url, Fault> {
    let raw = if raw.trim().is_empty() { ASSUMED_URL } else { raw.trim() };
    let mut url = address(raw)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Fault::new(format!("{raw:?} has a ? or a #, so nothing can stand below it")));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

fn author(typed: &typed::Author) -> Result<Author, Fault> {
    match typed {
        typed::Author::Line(raw) => {
            match raw.trim().strip_suffix('>').map(|r| r.rsplit_once('<')) {
                Some(Some((name, mail))) => {
                    Ok(Author { name: line(name)?, email: Some(email(mail)?), url: None })
                }
                _ => Ok(Author { name: line(raw)?, email: None, url: None }),
            }
        }
        typed::Author::Table(table) => Ok(Author {
            name: line(&table.name)?,
            email: optional(&table.email, email)?,
            url: optional(&table.url, address)?,
        }),
    }
}

/// Reads a mail address, as far as a typing error shows: something, an `@`, something.
fn email(raw: &str) -> Result<Text, Fault> {
    let mail = Text::line(raw);
    let fits = !mail.contains(char::is_whitespace)
        && mail.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    if fits { Ok(mail) } else { Err(Fault::new(format!("{raw:?} is no mail address"))) }
}

fn permalink(raw: &str) -> Result<PermalinkTemplate, Fault> {
    let parts = pattern(raw, &PERMALINK_FIELDS)?;
    if raw.contains("://") || raw.starts_with("//") {
        return Err(Fault::new(format!("{raw:?} is no path"))
            .help("write what follows the site's address, such as \"/{year}/{slug}/\""));
    }
    let wrong = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    if raw.contains(wrong) || raw.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(Fault::new(format!("{raw:?} is no path")));
    }
    let tells_articles_apart = parts
        .iter()
        .any(|part| matches!(part, Part::Field(PermalinkField::Path | PermalinkField::Slug)));
    if !tells_articles_apart {
        return Err(Fault::new("every article of a day would have the same permalink")
            .help("write {slug} or {path} in it"));
    }
    Ok(PermalinkTemplate(parts))
}

/// Reads who mints ids, else takes the host of the site; `None` while that is faulty.
fn authority(typed: &typed::Site, url: Option<&Url>) -> Result<Option<Authority>, Fault> {
    let raw = match (typed.id_authority.trim(), url) {
        ("", None) => return Ok(None),
        // An IPv6 address has characters that a tag URI has not (RFC 4151 §2.1).
        ("", Some(url)) => {
            let host = url.host_str().unwrap_or_default();
            let plain = host.replace([':', '[', ']'], "-");
            format!("{},{AUTHORITY_SINCE}", plain.trim_matches('-'))
        }
        (declared, _) => declared.to_owned(),
    };
    Authority::parse(&raw).map(Some).ok_or_else(|| {
        Fault::new(format!("{raw:?} can't stand in a tag URI")).help(
            "write a host or a mail address, a comma, and a date, such as \"example.org,2026\"",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer::Origins;

    fn meant(change: impl FnOnce(&mut typed::Site)) -> Result<Site, Vec<String>> {
        let mut typed = typed::Site::default();
        change(&mut typed);
        let origins = Origins::default();
        let mut findings = Findings { origins: &origins, errors: Vec::new() };
        let site = site(&typed, &mut findings);
        site.ok_or_else(|| findings.errors.iter().map(|error| error.key.clone()).collect())
    }

    #[test]
    fn without_an_address_this_machine_is_assumed() {
        let site = meant(|_| {}).expect("the defaults");
        assert!(site.url_is_assumed);
        assert_eq!(site.url.as_str(), "http://localhost:8080/");
        assert_eq!(Some(site.authority), Authority::parse("localhost,2026"));
    }

    #[test]
    fn the_address_is_a_folder() {
        let url =
            |raw: &str| meant(|site| site.url = raw.to_owned()).map(|site| site.url.to_string());
        let ascii = "https://xn--fsqu00a.cn/%E9%A3%9F/";
        assert_eq!(url("https://例子.cn/食").as_deref(), Ok(ascii));
        assert_eq!(url("HTTPS://Example.org"), Ok("https://example.org/".to_owned()));
        for wrong in ["https://example.org/?a", "https://example.org/#", "mailto:a@b.c"] {
            assert_eq!(url(wrong), Err(vec!["site.url".to_owned()]), "{wrong}");
        }
    }

    #[test]
    fn every_host_can_mint_ids() {
        for host in ["[::1]:8080", "127.0.0.1", "a_b.example"] {
            assert!(meant(|site| site.url = format!("http://{host}/")).is_ok(), "{host}");
        }
        let own = meant(|site| site.id_authority = "me@example.org,2020-05".to_owned());
        assert_eq!(own.ok().map(|site| site.authority), Authority::parse("me@example.org,2020-05"));
        assert!(meant(|site| site.id_authority = "example.org".to_owned()).is_err());
    }

    #[test]
    fn authors_are_lines_or_tables() {
        let read = |raw: &str| author(&typed::Author::Line(raw.to_owned()));
        let ana = read(" Ana  B. <ana@example.org> ").expect("an author");
        assert_eq!((ana.name.as_str(), ana.email.as_deref()), ("Ana B.", Some("ana@example.org")));
        assert_eq!(read("食 < 飲").expect("an author").name.as_str(), "食 < 飲");
        for wrong in ["", "<ana@example.org>", "Ana <ana>", "Ana <@>", "Ana <a b@c>"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let table = typed::AuthorTable {
            name: "Ana".to_owned(),
            email: String::new(),
            url: "https://example.org/ana".to_owned(),
        };
        let ana = author(&typed::Author::Table(table)).expect("an author");
        assert_eq!(ana.url.map(String::from).as_deref(), Some("https://example.org/ana"));
    }

    #[test]
    fn a_permalink_is_a_path_of_its_own() {
        let parts = permalink("/{year}/{slug}/").expect("a template").0;
        assert_eq!(parts.len(), 5);
        for wrong in
            ["/{year}/", "https://example.org/{slug}", "/../{slug}", "/a b/{slug}", "{slg}"]
        {
            assert!(permalink(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let errors = meant(|site| {
            site.title = " ".to_owned();
            site.url = "nothing".to_owned();
            site.language = "english please".to_owned();
            site.image = "/logo.png".to_owned();
            site.time_zone = "Mars".to_owned();
        });
        let keys = ["site.title", "site.url", "site.language", "site.image", "site.time_zone"];
        assert_eq!(errors.map(|_| ()), Err(keys.map(str::to_owned).to_vec()));
    }
}
