//! Feeds from declarations: one each, or one for each value of a group.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::config::meant::{FeedPlan, Group, Part};
use crate::model::article::Listed;
use crate::model::report::Report;
use crate::model::text::collapsed;
use crate::select::fold::folded;
use crate::select::safe_path;

/// One feed to make: a declaration with its groups filled in.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    /// The declaration.
    pub plan: &'a FeedPlan,
    /// The values of the groups, as people write them, in the order of the name.
    pub values: Vec<(Group, String)>,
    /// The name, filled in.
    pub name: String,
    /// The folder of its documents below the output.
    pub folder: String,
}

impl Query<'_> {
    /// Fills a pattern with the values of this feed.
    #[must_use]
    pub fn fill(&self, pattern: &[Part<Group>]) -> String {
        pattern.iter().map(|part| self.fill_part(part)).collect()
    }

    fn fill_part<'s>(&'s self, part: &'s Part<Group>) -> &'s str {
        match part {
            Part::Literal(words) => words,
            Part::Field(group) => {
                let value = self.values.iter().find(|(own, _)| own == group);
                value.map_or("", |(_, value)| value)
            }
        }
    }
}

/// One of the feeds of a declaration that an article belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The folded values of the groups, so that `Rust` and `rust` are one feed, and its folder stays
    /// the same whatever spelling is the more frequent.
    pub key: Vec<String>,
    /// The values as the article spells them; it may do so in several ways.
    pub spellings: Vec<Vec<String>>,
}

/// Gives the feeds of a declaration that an article belongs to: one where the declaration has no
/// groups, else one for each combination of its values; none where it has no value for a group.
/// Months and years are those of `zone`.
#[must_use]
pub fn memberships(plan: &FeedPlan, article: &Listed, zone: Tz) -> Vec<Membership> {
    let mut memberships: Vec<Membership> = Vec::new();
    for values in combinations(&groups_of(plan), article, zone) {
        let key: Vec<String> = values.iter().map(|value| folded_line(value)).collect();
        match memberships.iter_mut().find(|known| known.key == key) {
            Some(known) => known.spellings.push(values),
            None => memberships.push(Membership { key, spellings: vec![values] }),
        }
    }
    memberships
}

/// Chooses between the spellings of a feed's values, by how often each occurs: the most frequent one;
/// of equals the one that sorts first.
#[must_use]
pub fn spelling(counts: &BTreeMap<Vec<String>, usize>) -> Vec<String> {
    let best = counts.iter().rev().max_by_key(|(_, count)| **count);
    best.map(|(values, _)| values.clone()).unwrap_or_default()
}

/// Makes the feed of a declaration for the values of its groups: folded, and as people write them.
#[must_use]
pub fn query<'a>(plan: &'a FeedPlan, key: &[String], spelling: Vec<String>) -> Query<'a> {
    let values = groups_of(plan).into_iter().zip(spelling).collect();
    named(Query { plan, values, name: String::new(), folder: String::new() }, key)
}

/// Keeps one feed for each folder, and reports the others. Declared names come before those that
/// articles bring with them; of these, the one that sorts first comes first.
#[must_use]
pub fn one_a_folder(queries: &[Query<'_>]) -> (Vec<bool>, Vec<Report>) {
    let mut order: Vec<usize> = (0..queries.len()).collect();
    order.sort_by_key(|index| !queries[*index].values.is_empty());
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let mut kept = vec![true; queries.len()];
    let mut reports = Vec::new();
    for index in order {
        let query = &queries[index];
        let folder = folded(&query.folder);
        if let Some(first) = taken.get(&folder) {
            kept[index] = false;
            reports.push(collision(first, query));
        } else {
            taken.insert(folder, &query.name);
        }
    }
    (kept, reports)
}

fn collision(first: &str, second: &Query<'_>) -> Report {
    let message = format!(
        "the feeds \"{first}\" and \"{}\" come to the same folder \"{}\"; the second is left out",
        second.name, second.folder
    );
    Report::error("feed-collision", message).help("give one of them another name")
}

/// Fills in the name and the folder of a feed; `key` holds the folded values.
fn named<'a>(mut query: Query<'a>, key: &[String]) -> Query<'a> {
    let mut keys = key.iter();
    let mut folder = String::new();
    for part in &query.plan.name {
        match part {
            Part::Literal(words) => folder.push_str(words),
            Part::Field(Group::Folder) => {
                let segments = keys.next().into_iter().flat_map(|path| path.split('/'));
                let safe: Vec<String> = segments.map(safe_path::segment).collect();
                folder.push_str(&safe.join("/"));
            }
            Part::Field(_) => {
                folder.push_str(
                    &keys.next().map(|value| safe_path::segment(value)).unwrap_or_default(),
                );
            }
        }
    }
    query.folder = safe_path::beside_files(&folder);
    query.name = query.fill(&query.plan.name);
    query
}

/// Gives the groups of a declaration, in the order of its name.
#[must_use]
pub fn groups_of(plan: &FeedPlan) -> Vec<Group> {
    let fields = plan.name.iter().filter_map(|part| match part {
        Part::Field(group) => Some(*group),
        Part::Literal(_) => None,
    });
    fields.collect()
}

/// Gives every combination of the values that an article has in some groups; none where it has no
/// value in one of them.
fn combinations(groups: &[Group], article: &Listed, zone: Tz) -> Vec<Vec<String>> {
    let mut combinations = vec![Vec::new()];
    for group in groups {
        let values = values(*group, article, zone);
        combinations = combinations
            .iter()
            .flat_map(|begun: &Vec<String>| {
                values.iter().map(|value| [begun.as_slice(), std::slice::from_ref(value)].concat())
            })
            .collect();
    }
    combinations
}

/// Gives the values of an article in a group.
fn values(group: Group, article: &Listed, zone: Tz) -> Vec<String> {
    let head = &article.head;
    let date =
        |form: &str| vec![article.published.utc().with_timezone(&zone).format(form).to_string()];
    match group {
        Group::Source => head.source.iter().map(ToString::to_string).collect(),
        Group::Tag => head.tags.iter().map(ToString::to_string).collect(),
        Group::Author => head.authors.iter().map(|author| author.name.to_string()).collect(),
        Group::Language => head.language.iter().map(ToString::to_string).collect(),
        Group::Folder => Some(article.folder())
            .filter(|folder| !folder.is_empty())
            .map(ToOwned::to_owned)
            .into_iter()
            .collect(),
        Group::Month => date("%Y-%m"),
        Group::Year => date("%Y"),
    }
}

/// Folds a value, and makes one blank of runs of them.
fn folded_line(value: &str) -> String {
    collapsed(&folded(value))
}
