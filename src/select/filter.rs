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
    } else if article.published > now {
        Some(Unpublished::Future)
    } else if head.expires.is_some_and(|end| end <= now) {
        Some(Unpublished::Expired)
    } else {
        None
    }
}

/// Tells which condition of a feed keeps an article out, by all that its head says; the conditions
/// on the text are left open where the title alone doesn't settle them.
#[must_use]
pub fn refused_by_head(plan: &FeedPlan, article: &Listed) -> Option<String> {
    let wanted = conditions(&plan.only, article);
    if let Some((name, _)) = wanted.into_iter().find(|(_, fits)| *fits == Some(false)) {
        return Some(format!("only.{name}"));
    }
    let unwanted = conditions(&plan.except, article);
    let (name, _) = unwanted.into_iter().find(|(_, fits)| *fits == Some(true))?;
    Some(format!("except.{name}"))
}

/// Tells which condition on the text keeps an article out.
#[must_use]
pub fn refused_by_text(plan: &FeedPlan, title: &str, text: &str) -> Option<String> {
    let wanted = text_conditions(&plan.only, title, text);
    if let Some((name, _)) = wanted.into_iter().find(|(_, fits)| *fits == Some(false)) {
        return Some(format!("only.{name}"));
    }
    let unwanted = text_conditions(&plan.except, title, text);
    let (name, _) = unwanted.into_iter().find(|(_, fits)| *fits == Some(true))?;
    Some(format!("except.{name}"))
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
