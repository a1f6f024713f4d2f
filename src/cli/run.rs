//! `feedmill run`: the service.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use tokio::runtime;
use tokio::sync::mpsc;
use tracing::Level;

use crate::cli::arguments::{Common, RunOptions};
use crate::cli::{Outcome, settings};
use crate::daemon::{self, Ending, Setup};
use crate::ops::alarm::SystemClock;
use crate::ops::log::{self, Form};
use crate::ops::signals::Signals;
use crate::ops::{memory, open_files};

/// Runs the service until a signal ends it.
pub(super) fn run(common: &Common, options: &RunOptions) -> Result<Outcome> {
    let flags = settings::serving(&options.serve, options.no_serve);
    let settings = settings::load_with(common, flags.clone())?.settings;
    begin_log(common);
    open_files::take_all();
    memory::share();
    let again = common.clone();
    let was_there = AtomicBool::new(settings::path(common).exists());
    let setup = Setup {
        settings,
        load: Box::new(move || {
            let file = settings::path(&again);
            let is_there = file.exists();
            // Whoever writes it anew in two steps does not mean what stands in for it between them.
            if was_there.fetch_or(is_there, Ordering::Relaxed) && !is_there {
                return Err(format!("{}: it is gone; put it back", file.display()));
            }
            let loaded = settings::load_with(&again, flags.clone());
            loaded.map(|loaded| loaded.settings).map_err(|error| format!("{error:#}"))
        }),
        config_file: config_file(common),
        clock: Arc::new(SystemClock),
        force: options.force,
    };
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("the service can't begin")?;
    let ending = runtime.block_on(async {
        let mut signals = Signals::take()?;
        let (sender, receiver) = mpsc::channel(8);
        tokio::spawn(async move { while sender.send(signals.next().await).await.is_ok() {} });
        daemon::run(setup, receiver).await
    })?;
    Ok(match ending {
        Ending::Stopped => Outcome::Done,
        Ending::Busy => Outcome::Unwritten,
    })
}

/// Gives the file of the configuration, which may come to be there later.
fn config_file(common: &Common) -> Option<PathBuf> {
    let file = settings::path(common);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.is_none_or(Path::is_dir).then(|| file.to_owned())
}

/// Begins to write the log, in the form that suits who reads it.
pub(super) fn begin_log(common: &Common) {
    let journal = std::env::var("JOURNAL_STREAM").ok();
    log::begin(Form::choose(common.json, journal.as_deref()), least(common));
}

fn least(common: &Common) -> Level {
    match (common.quiet, common.verbose) {
        (true, _) => Level::ERROR,
        (_, true) => Level::DEBUG,
        _ => Level::INFO,
    }
}
