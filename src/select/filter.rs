//! Whether an article fits a feed.

use regex::Regex;

use crate::config::meant::{FeedPlan, Filter, Group, Part};
use crate::model::article::Listed;
use crate::model::date::Timestamp;
use crate::model::text::Text;
use crate::select::fold::folded;

/// Why an article is in no feed at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpublished {
    /// It is a draft.
    Draft,
    /// It says `feed: false`.
    KeptOut,
    /// Its date has not come yet.
    Future,
    /// Its time is over.
    Expired,
}

impl Unpublished {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Draft, Self::KeptOut, Self::Future, Self::Expired];

    /// Tells the reason in words.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Draft => "it is a draft",
            Self::KeptOut => "it declares `feed: false`",
            Self::Future => "its date has not come yet",
            Self::Expired => "it has expired",
        }
    }
}

/// Tells why an article is in no feed at a point in time, if it isn't.
#[must_use]
pub fn unpublished(article: &Listed, now: Timestamp) -> Option<Unpublished> {
    let head = &article.head;
    if head.draft {
        Some(Unpublished::Draft)
    } else if !head.in_feeds {
        Some(Unpublished::KeptOut)
    } else {
        not_now(article.published, head.expires, now)
    }
}

/// Tells by its dates why an article is in no feed at a point in time, if it isn't.
#[must_use]
pub fn not_now(
    published: Timestamp,
    expires: Option<Timestamp>,
    now: Timestamp,
) -> Option<Unpublished> {
    if published > now {
        Some(Unpublished::Future)
    } else {
        expires.is_some_and(|end| end <= now).then_some(Unpublished::Expired)
    }
}

/// The condition of a feed that keeps an article out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A condition of `only` that it doesn't meet, by its key.
    Only(&'static str),
    /// A condition of `except` that it meets, by its key.
    Except(&'static str),
}

impl Refused {
    /// Tells the reason in words.
    #[must_use]
    pub fn reason(self) -> String {
        match self {
            Self::Only(key) => match key {
                "since" => "it was published before only.since".to_owned(),
                "until" => "it was not published before only.until".to_owned(),
                "title_words" => "its title has none of only.title_words".to_owned(),
                "words" => "its title and text have none of only.words".to_owned(),
                "title_matches" => "its title does not match only.title_matches".to_owned(),
                "matches" => "its title and text do not match only.matches".to_owned(),
                "tags" | "authors" => format!("none of its {key} is among only.{key}"),
                _ => format!("its {} is not among only.{key}", one(key)),
            },
            Self::Except(key) => match key {
                "since" => "it was not published before except.since".to_owned(),
                "until" => "it was published before except.until".to_owned(),
                "title_words" => "its title has one of except.title_words".to_owned(),
                "words" => "its title or text has one of except.words".to_owned(),
                "title_matches" => "its title matches except.title_matches".to_owned(),
                "matches" => "its title or text matches except.matches".to_owned(),
                "tags" | "authors" => format!("one of its {key} is among except.{key}"),
                _ => format!("its {} is among except.{key}", one(key)),
            },
        }
    }
}

/// Gives the word for one of what a key lists.
fn one(key: &str) -> &str {
    key.strip_suffix('s').unwrap_or(key)
}

/// Tells which condition of a feed keeps an article out, by all that its head says; the conditions
/// on the text are left open where the title alone doesn't settle them.
#[must_use]
pub fn refused_by_head(plan: &FeedPlan, article: &Listed) -> Option<Refused> {
    first_refused(&conditions(&plan.only, article), &conditions(&plan.except, article))
}

/// Tells which condition on the text keeps an article out.
#[must_use]
pub fn refused_by_text(plan: &FeedPlan, title: &str, text: &str) -> Option<Refused> {
    let conditions = |filter| text_conditions(filter, title, text);
    first_refused(&conditions(&plan.only), &conditions(&plan.except))
}

fn first_refused(only: &[Condition], except: &[Condition]) -> Option<Refused> {
    let unmet = only.iter().find(|(_, fits)| *fits == Some(false));
    let met = || except.iter().find(|(_, fits)| *fits == Some(true));
    unmet.map(|(key, _)| Refused::Only(key)).or_else(|| met().map(|(key, _)| Refused::Except(key)))
}

/// Tells whether the language of an article makes a difference to a feed.
#[must_use]
pub fn needs_language(plan: &FeedPlan) -> bool {
    let by_group = plan.name.contains(&Part::Field(Group::Language));
    by_group || [&plan.only, &plan.except].iter().any(|filter| !filter.languages.is_empty())
}

/// Tells whether a feed has conditions that only the text of an article can settle.
#[must_use]
pub fn needs_text(plan: &FeedPlan) -> bool {
    [&plan.only, &plan.except]
        .iter()
        .any(|filter| !filter.words.is_empty() || filter.matches.is_some())
}

/// A condition's name, and whether the article fits it; `None` when it says nothing.
type Condition = (&'static str, Option<bool>);

fn conditions(filter: &Filter, article: &Listed) -> [Condition; 9] {
    let head = &article.head;
    let names = head.authors.iter().map(|author| author.name.as_str());
    [
        ("paths", filter.paths.as_ref().map(|globs| globs.is_match(&article.path))),
        ("sources", any_same(&filter.sources, head.source.iter().map(Text::as_str))),
        ("tags", any_same(&filter.tags, head.tags.iter().map(Text::as_str))),
        ("authors", any_same(&filter.authors, names)),
        ("languages", any_language(&filter.languages, article)),
        ("since", filter.since.map(|since| article.published >= since)),
        ("until", filter.until.map(|until| article.published < until)),
        ("title_words", any_word(&filter.title_words, &[&head.title])),
        ("title_matches", any_match(filter.title_matches.as_ref(), &[&head.title])),
    ]
}

fn text_conditions(filter: &Filter, title: &str, text: &str) -> [Condition; 2] {
    let places = [title, text];
    [
        ("words", any_word(&filter.words, &places)),
        ("matches", any_match(filter.matches.as_ref(), &places)),
    ]
}

fn any_same<'a>(wanted: &[String], mut found: impl Iterator<Item = &'a str>) -> Option<bool> {
    let fits = |found: &str| wanted.iter().any(|wanted| folded(wanted) == folded(found));
    (!wanted.is_empty()).then(|| found.any(fits))
}

fn any_language(wanted: &[String], article: &Listed) -> Option<bool> {
    let language = article.head.language.as_ref();
    let fits = || language.is_some_and(|own| wanted.iter().any(|tag| own.is_covered_by(tag)));
    (!wanted.is_empty()).then(fits)
}

/// Looks for words as they stand, in the middle of others too: Chinese has no blanks between them.
fn any_word(wanted: &[String], places: &[&str]) -> Option<bool> {
    let fits = || {
        places.iter().any(|place| {
            let place = folded(place);
            wanted.iter().any(|word| place.contains(&folded(word)))
        })
    };
    (!wanted.is_empty()).then(fits)
}

fn any_match(pattern: Option<&Regex>, places: &[&str]) -> Option<bool> {
    pattern.map(|pattern| places.iter().any(|place| pattern.is_match(place)))
}
