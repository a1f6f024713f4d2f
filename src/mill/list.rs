//! The list of all feeds, grouped as they are declared.

use crate::config::meant::{FeedPlan, Group, Part};
use crate::model::feed::{Feed, Format};
use crate::model::list::{Branch, Outline};
use crate::model::text::Text;
use crate::select::group::Query;

/// A feed as the list has it.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    outline: Outline,
    /// The name of its group, where it is one of a group.
    group: Option<Text>,
}

/// Lists a feed by the first of its formats that a reader can subscribe to; `None` without one.
pub(super) fn listing(query: &Query<'_>, feed: &Feed) -> Option<Listing> {
    let format = *feed.formats.iter().find(|format| **format != Format::Html)?;
    let outline = Outline {
        title: feed.title.clone(),
        description: feed.description.clone(),
        home: feed.home.clone(),
        page: feed.formats.contains(&Format::Html).then(|| feed.address(Format::Html)),
        language: feed.language.to_string(),
        address: feed.address(format),
        format,
    };
    Some(Listing { outline, group: group(query) })
}

/// Gives the name of the group that a feed is one of, if it is.
pub(super) fn group(query: &Query<'_>) -> Option<Text> {
    (!query.values.is_empty()).then(|| Text::line(&declared_name(query.plan)))
}

/// Arranges the feeds: those of one group under its name.
pub(super) fn branches(listings: Vec<Listing>) -> Vec<Branch> {
    let mut branches: Vec<Branch> = Vec::new();
    for Listing { outline, group } in listings {
        match (group, branches.last_mut()) {
            (None, _) => branches.push(Branch::Single(Box::new(outline))),
            (Some(name), Some(Branch::Group(last, outlines))) if *last == name => {
                outlines.push(outline);
            }
            (Some(name), _) => branches.push(Branch::Group(name, vec![outline])),
        }
    }
    branches
}

/// Gives the name of a declaration for people: `source/{source}` goes by `source`.
pub(super) fn declared_name(plan: &FeedPlan) -> String {
    let pieces = plan.name.iter().map(|part| match part {
        Part::Literal(words) => words.as_str(),
        Part::Field(group) => word(*group),
    });
    let name: String = pieces.collect();
    let mut segments: Vec<&str> = name.split('/').collect();
    segments.dedup();
    segments.join("/")
}

fn word(group: Group) -> &'static str {
    match group {
        Group::Source => "source",
        Group::Tag => "tag",
        Group::Author => "author",
        Group::Language => "language",
        Group::Folder => "folder",
        Group::Month => "month",
        Group::Year => "year",
    }
}
