//! Feeds from declarations: one each, or one for each value of a group.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::config::meant::{FeedPlan, Group, Part};
use crate::model::article::Listed;
use crate::model::report::Report;
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
    /// The articles that may be in it, as indexes, in the order of the feed.
    pub members: Vec<usize>,
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

/// Makes the feeds of all declarations. `ordered` gives, for each declaration, the indexes of the
/// articles that its filters let through, in its order. Months and years are those of `zone`.
///
/// Two group values that come to one folder are reported; the one that sorts first keeps it.
#[must_use]
pub fn queries<'a>(
    plans: &'a [FeedPlan],
    articles: &[Listed],
    ordered: &[Vec<usize>],
    zone: Tz,
) -> (Vec<Query<'a>>, Vec<Report>) {
    let mut queries: Vec<Query<'a>> = Vec::new();
    for (plan, members) in plans.iter().zip(ordered) {
        queries.extend(queries_of(plan, articles, members, zone));
    }
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    let mut reports = Vec::new();
    // Declared names come before those that articles bring with them.
    queries.sort_by_key(|query| !query.values.is_empty());
    queries.retain(|query| match taken.get(&folded(&query.folder)) {
        None => {
            taken.insert(folded(&query.folder), query.name.clone());
            true
        }
        Some(first) => {
            reports.push(collision(first, query));
            false
        }
    });
    let position = |query: &Query<'_>| plans.iter().position(|plan| std::ptr::eq(plan, query.plan));
    queries.sort_by_key(position);
    (queries, reports)
}

fn collision(first: &str, second: &Query<'_>) -> Report {
    let message = format!(
        "the feeds \"{first}\" and \"{}\" come to the same folder \"{}\"; the second is left out",
        second.name, second.folder
    );
    Report::error("feed-collision", message).help("give one of them another name")
}

fn queries_of<'a>(
    plan: &'a FeedPlan,
    articles: &[Listed],
    members: &[usize],
    zone: Tz,
) -> Vec<Query<'a>> {
    let groups = groups_of(plan);
    if groups.is_empty() {
        let query = Query {
            plan,
            values: vec![],
            name: String::new(),
            folder: String::new(),
            members: members.to_vec(),
        };
        return vec![named(query, &[])];
    }
    // By the folded values, so that `Rust` and `rust` are one group and its folder stays the same
    // whatever spelling is the more frequent.
    let mut by_key: BTreeMap<Vec<String>, Members> = BTreeMap::new();
    for &index in members {
        for values in combinations(&groups, &articles[index], zone) {
            let key = values.iter().map(|value| folded_line(value)).collect();
            by_key.entry(key).or_default().add(index, values);
        }
    }
    by_key
        .into_iter()
        .map(|(key, found)| {
            let values = groups.iter().copied().zip(found.spelling()).collect();
            let query = Query {
                plan,
                values,
                name: String::new(),
                folder: String::new(),
                members: found.indexes,
            };
            named(query, &key)
        })
        .collect()
}

/// The articles of one group value, and how they spell it.
#[derive(Default)]
struct Members {
    indexes: Vec<usize>,
    spellings: BTreeMap<Vec<String>, usize>,
}

impl Members {
    fn add(&mut self, index: usize, values: Vec<String>) {
        if self.indexes.last() != Some(&index) {
            self.indexes.push(index);
        }
        *self.spellings.entry(values).or_default() += 1;
    }

    /// Gives the most frequent spelling; of equals the one that sorts first.
    fn spelling(&self) -> Vec<String> {
        let best = self.spellings.iter().rev().max_by_key(|(_, count)| **count);
        best.map(|(values, _)| values.clone()).unwrap_or_default()
    }
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

fn groups_of(plan: &FeedPlan) -> Vec<Group> {
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
    folded(value).split_whitespace().collect::<Vec<_>>().join(" ")
}
