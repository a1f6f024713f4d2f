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
/// minted from the path. An article without any date goes by its file's time of change. A change that
/// is dated after `now` counts when it is due, so that no feed is dated in the future. Both are
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
    let no_date = known.is_none().then(|| {
        let message = "the article has no date; the time of change of its file stands in";
        Report::warning("no-date", message).help("declare a date, or put one into the file's name")
    });
    let published = known.unwrap_or_else(|| found.modified.unwrap_or(now).min(now));
    let early = head.updated.filter(|updated| *updated > now && published <= now);
    let updated = head.updated.filter(|_| early.is_none()).unwrap_or(published).max(published);
    let not_due = early.map(|early| {
        let message = format!("updated {} lies in the future; it counts then", early.rfc3339());
        Report::warning("updated", message)
    });
    let listed = Listed { path: found.path.clone(), head: head.clone(), id, published, updated };
    (listed, no_date.or(not_due))
}

/// Gives what tells one path from another, where there are several input folders.
fn key(found: &Found) -> String {
    match found.folder {
        0 => found.path.clone(),
        number => format!("{number}:{}", found.path),
    }
}
