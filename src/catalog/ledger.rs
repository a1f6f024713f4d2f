//! The identity of an article: the id that it keeps, and when it was published.
//!
//! This is where the memory of former runs has its place. So far an identity is made of nothing but
//! the file itself, its path and its time of change, so that the same input gives the same bytes.

use crate::catalog::Found;
use crate::model::article::Listed;
use crate::model::date::Timestamp;
use crate::model::id::Authority;
use crate::model::report::Report;

/// Gives an article its identity. The id is the declared one, else the declared permalink, else one
/// minted from the path. An article without any date goes by its file's time of change, which is
/// reported.
#[must_use]
pub fn identify(found: &Found, authority: &Authority, now: Timestamp) -> (Listed, Option<Report>) {
    let head = &found.head;
    let page = head.permalink.as_ref().filter(|_| head.permalink_is_declared);
    let id = match (&head.id, page) {
        (Some(declared), _) => authority.declared_id(declared),
        (None, Some(page)) => authority.declared_id(page.as_str()),
        (None, None) => authority.entry_id(key(found).as_bytes()),
    };
    let known = head.published.or(head.updated);
    let report = known.is_none().then(|| {
        let message = "the article has no date; the time of change of its file stands in";
        Report::warning("no-date", message).help("declare a date, or put one into the file's name")
    });
    let published = known.unwrap_or_else(|| found.modified.unwrap_or(now).min(now));
    let updated = head.updated.unwrap_or(published).max(published);
    let listed = Listed { path: found.path.clone(), head: head.clone(), id, published, updated };
    (listed, report)
}

/// Gives what tells one path from another, where there are several input folders.
fn key(found: &Found) -> String {
    match found.folder {
        0 => found.path.clone(),
        number => format!("{number}:{}", found.path),
    }
}
