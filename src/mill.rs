//! One turn of the mill: the articles in, the feeds out.
//!
//! ```text
//! walk ─▶ read heads ─▶ catalog ─▶ select ─▶ read whole ─▶ gate ─▶ render ─▶ publish
//! └────── stock ───────────────┘   └─ assembly, library ┘          └─── press ──────┘
//! ```
//!
//! Only what was changed travels this way: files whose stamp is another, feeds that they enter or
//! leave. The catalog remembers the rest.

pub mod account;
mod archive;
mod assembly;
mod error;
mod fresh;
mod heads;
mod library;
mod list;
mod news;
mod overview;
mod press;
mod schedule;
pub mod standing;
pub mod stock;
mod threads;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use crate::catalog::{Catalog, CatalogError};
use crate::config::meant::Settings;
use crate::mill::assembly::Draft;
use crate::mill::library::Library;
use crate::mill::standing::Inspected;
use crate::model::article::Head;
use crate::model::date::Timestamp;
use crate::model::file::SeedFile;
use crate::model::news::{MOST_NEWS, Told};
use crate::model::report::Report;
use crate::publish::directory::Directory;
use crate::publish::gate::{self, Forecast};
use crate::watch::scope::{Place, Scope, Why};
use crate::watch::walk::Walk;

/// For how long files that are being written are waited for: someone may write for ever, and the feeds
/// stand still meanwhile.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

pub use crate::mill::error::TurnError;

/// What a turn may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permits {
    /// Only tells what subscribers would see; nothing is written.
    pub dry_run: bool,
    /// Publishes whatever the gate says.
    pub force: bool,
    /// What holds for a turn that others follow; `None` for one that stands alone.
    pub following: Option<Following>,
}

/// What holds for a turn that others follow: what it leaves, they take. The state is made ready to be
/// left only from time to time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Following {
    /// How many new files are taken at most, where nothing but new files was found.
    pub most_new: usize,
    /// How long a file must have been quiet that nobody told to be closed. Nothing half written is
    /// published: what is not quiet stays as it was.
    pub settle: Duration,
    /// For how long the turns before this one have put off what they found, if they have. What is gone,
    /// or was found by a walk, is waited for once: it may be on its way to another place, or be written
    /// anew. Files that are not quiet are waited for a while, where it would be seen that they are
    /// missing.
    pub waited: Option<Duration>,
}

impl Following {
    /// Tells whether files that are not quiet are still waited for.
    fn is_patient(&self) -> bool {
        self.waited.is_none_or(|waited| waited < LONGEST_WAIT)
    }
}

/// What one turn did.
#[derive(Debug)]
pub struct Edition {
    /// How many files were looked at.
    pub files: usize,
    /// How many of them were read.
    pub read: usize,
    /// True when there are more new files than the turn could take.
    pub has_more: bool,
    /// Files that were not quiet, so that they were left as they were: input folder and path.
    pub restless: Vec<(usize, PathBuf)>,
    /// How many articles exist.
    pub articles: usize,
    /// How many articles of these feeds have no page of their own.
    pub pageless: usize,
    /// The feeds, in the order of their declarations; those that may have changed, where not everything
    /// was looked at.
    pub feeds: Vec<FeedSummary>,
    /// What subscribers see of it, feed by feed.
    pub forecasts: Vec<Forecast>,
    /// What happened to which entries, for whoever looks on; of the very first edition nothing.
    pub news: Vec<Told>,
    /// How many documents were written.
    pub written: Written,
    /// When something changes next though no article does.
    pub next_change: Option<Timestamp>,
    /// What was not as it should be, by file and line; of what was looked at.
    pub reports: Vec<Report>,
    /// The files that were read or are gone, as reports call them: what is reported of them stands above.
    /// Empty where everything was looked at.
    pub judged: BTreeSet<String>,
}

/// How many documents were written, and how many were already as they should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// New or replaced.
    pub replaced: usize,
    /// The same bytes as before: not touched.
    pub unchanged: usize,
    /// Removed, since their feeds are no more.
    pub removed: usize,
}

impl Written {
    /// Tells whether any document is other than before.
    #[must_use]
    pub fn is_any(self) -> bool {
        self.replaced + self.removed > 0
    }
}

/// A feed that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSummary {
    /// Its name; empty for the feed at the root.
    pub name: String,
    /// Its folder below the output.
    pub folder: String,
    /// How many entries it holds.
    pub entries: usize,
    /// When its newest entry was published.
    pub newest: Option<Timestamp>,
}

/// Something that wants to know how far the work is; it may be called from any thread.
pub trait Progress: Sync {
    /// So many steps of the named work are to come.
    fn begin(&self, work: &'static str, steps: usize);
    /// One step is done.
    fn step(&self);
    /// Tells whether the turn is to be given up, with the state as it was before.
    fn is_stopped(&self) -> bool {
        false
    }
    /// Waits until all is told that happened to the files until now; tells whether it is.
    fn catch_up(&self) -> bool {
        false
    }
    /// Tells whether something was told of a file since the turn began.
    fn has_news(&self, _: &Place) -> bool {
        false
    }
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &'static str, _: usize) {}
    fn step(&self) {}
}

/// Walks the whole path once, for what is found where it looks: everywhere, if nothing is known by these
/// settings yet. `now` decides which articles are due. After an error, and after a dry run, the state is
/// as it was.
pub fn turn(
    settings: &Settings,
    catalog: &mut Catalog,
    scope: &Scope,
    now: Timestamp,
    permits: Permits,
    progress: &dyn Progress,
) -> Result<Edition, TurnError> {
    let mut everything = Scope::default();
    let is_all_unknown = catalog.begin(&settings.print)?;
    let scope = if is_all_unknown && !scope.is_everything() {
        everything.add_everything(Why::Configured);
        &everything
    } else {
        scope
    };
    let turned = turn_within(settings, catalog, scope, now, permits, progress);
    match &turned {
        Ok(_) if !permits.dry_run && permits.following.is_some() => catalog.commit_to_log()?,
        Ok(_) if !permits.dry_run => catalog.commit()?,
        // What went wrong is told; that the rest could not be undone as well would hide it.
        _ => drop(catalog.roll_back()),
    }
    turned
}

/// Looks at the article in a file, whose head was read: what is or would be issued for it, and how it
/// stands with every feed. `None` when another file holds its entry. The state stays as it was.
pub fn inspect(
    settings: &Settings,
    catalog: &mut Catalog,
    file: &SeedFile,
    head: &Head,
    now: Timestamp,
) -> Result<Option<Inspected>, CatalogError> {
    catalog.begin(&settings.print)?;
    let inspected = stock::take(
        settings,
        catalog,
        &Scope::Everything(Why::Asked),
        Permits::default(),
        now,
        &Silent,
    )
    .and_then(|_| standing::inspect(settings, catalog, file, head, now));
    catalog.roll_back()?;
    inspected
}

fn turn_within(
    settings: &Settings,
    catalog: &mut Catalog,
    scope: &Scope,
    now: Timestamp,
    permits: Permits,
    progress: &dyn Progress,
) -> Result<Edition, TurnError> {
    let output = Directory::new(&settings.output, scope.is_everything());
    catalog.publish_to(&settings.output.folder.to_string_lossy())?;
    if let Err((folder, error)) = Walk::new(&settings.input, &settings.output.folder).check() {
        let is_published = !catalog.shown_feeds()?.is_empty();
        return Err(TurnError::Input { folder, error, is_published });
    }
    let stock = stock::take(settings, catalog, scope, permits, now, progress)?;
    if stock.is_stopped {
        return Err(TurnError::Stopped);
    }
    if stock.must_wait {
        return Err(TurnError::Restless(stock.restless));
    }
    catalog.come_due(now, settings.site.time_zone)?;

    let mut library = Library::new(settings, permits.following.is_some(), stock.fresh);
    let oldest_tombstone = now.plus_seconds(-settings.output.tombstone_seconds);
    let former = catalog.documents()?;
    let (mut drafts, collisions) =
        assembly::drafts(settings, catalog, scope, &output, &former, oldest_tombstone)?;
    progress.begin("feeds", drafts.iter().filter(|draft| draft.is_stale).count());
    for draft in &mut drafts {
        archive::settle(settings, catalog, &mut library, draft, now)?;
        draft.select(settings, catalog, &mut library, now)?;
    }
    let restless = library.take_restless();
    if !restless.is_empty() && permits.following.is_some_and(|following| following.is_patient()) {
        return Err(TurnError::Restless(restless));
    }
    let forecasts = press::forecasts(catalog, &drafts, now)?;
    press::bury(catalog, &drafts, &forecasts, now, oldest_tombstone)?;
    let remembers_nothing = catalog.is_first() && former.is_empty();
    let forgotten =
        remembers_nothing.then(|| press::forgotten(settings, &output, &drafts)).flatten();
    let mut edition = Edition {
        files: stock.files,
        read: stock.read,
        has_more: stock.has_more,
        restless: [stock.restless, restless].concat(),
        articles: catalog.count_articles(),
        pageless: assembly::pageless(&drafts),
        feeds: drafts.iter().filter(|draft| draft.is_known()).map(Draft::summary).collect(),
        forecasts,
        news: Vec::new(),
        written: Written::default(),
        next_change: schedule::next_change(settings, catalog, &drafts)?,
        reports: forgotten.into_iter().collect(),
        judged: BTreeSet::new(),
    };
    if permits.dry_run {
        return Ok(edition);
    }
    if let Some(refusal) =
        gate::refusal(&edition.forecasts, settings.output.gate, edition.articles == 0)
        && !permits.force
    {
        return Err(TurnError::Refused { refusal, forecasts: edition.forecasts });
    }
    let lock = output.lock()?;
    let told = press::publish(settings, catalog, &mut library, &output, former, &drafts, progress)?;
    drop(lock);

    if !catalog.is_first() {
        edition.news = catalog.add_news(news::of(&edition.forecasts, MOST_NEWS), now)?;
    }
    edition.written = told.written;
    if edition.written.replaced + edition.written.removed > 0 {
        catalog.set_last_edition(now)?;
    }
    let inputs = &settings.input.folders;
    edition.reports.extend(match scope {
        Scope::Everything(_) => catalog.reports(inputs)?,
        Scope::Places(_) => catalog.reports_about(&stock.judged, inputs)?,
    });
    edition.judged = stock.judged.into_iter().map(|(_, shown)| shown).collect();
    edition.reports.extend(stock.reports);
    edition.reports.extend(collisions);
    edition.reports.extend(library.into_reports());
    edition.reports.extend(told.reports);
    edition.reports.sort();
    edition.reports.dedup();
    if scope.is_everything() {
        catalog.tidy()?;
    }
    Ok(edition)
}

#[cfg(test)]
mod tests;
