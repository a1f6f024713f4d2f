//! `feedmill serve`: serves an output folder that another feedmill keeps.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tokio::runtime;
use tokio::sync::watch;

use crate::cli::arguments::{Common, ServeOptions};
use crate::cli::run::begin_log;
use crate::cli::{Outcome, settings};
use crate::config::meant::Settings;
use crate::daemon::board::Board;
use crate::daemon::doors::Doors;
use crate::daemon::status::Status;
use crate::ops::alarm::{Clock as _, SystemClock};
use crate::ops::open_files;
use crate::ops::signals::{Signal, Signals};
use crate::publish::shelf::Shelf;
use crate::serve::server::Published;
use crate::serve::tally::Tally;

/// Serves until a signal ends it.
pub(super) fn run(common: &Common, options: &ServeOptions) -> Result<Outcome> {
    let settings = settings::load_with(common, settings::serving(options, false))?.settings;
    if settings.serve.listen.is_empty() {
        bail!("serve.listen names no address to serve at; name one, or use --listen");
    }
    begin_log(common);
    open_files::take_all();
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("nothing can be served")?.block_on(serve(&settings))?;
    Ok(Outcome::Done)
}

async fn serve(settings: &Settings) -> Result<()> {
    let mut signals = Signals::take()?;
    let folder = &settings.output.folder;
    let shelf = Shelf::load(folder, &Shelf::default());
    let shelf = shelf.with_context(|| folder.display().to_string())?;
    let (sender, receiver) = watch::channel(Arc::new(shelf));
    let status = watch::Sender::new(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        since: SystemClock.now().rfc3339(),
        ..Status::default()
    });
    let tally = Arc::new(Tally::new(|| SystemClock.now()));
    let board = Board::of_server(status.subscribe(), receiver.clone(), Arc::clone(&tally));
    let published = Published { shelf: receiver, chronicle: None };
    let doors = Doors::open(settings, published, tally, Arc::new(board))?;
    loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Signal::Stop => break,
                Signal::Reload => doors.reopen_log(),
            },
            () = tokio::time::sleep(settings.watch.poll) => {
                let (folder, former) = (folder.clone(), Arc::clone(&sender.borrow()));
                let loaded = tokio::task::spawn_blocking(move || Shelf::load(&folder, &former));
                let trouble = match loaded.await? {
                    Ok(shelf) => {
                        sender.send_replace(Arc::new(shelf));
                        None
                    }
                    // What was there last is served until it is there again.
                    Err(error) => Some(format!("{}: {error}", settings.output.folder.display())),
                };
                tell(&status, trouble);
            }
        }
    }
    doors.close().await;
    Ok(())
}

/// Tells what is the matter with the folder, if that is news.
fn tell(status: &watch::Sender<Status>, trouble: Option<String>) {
    status.send_if_modified(|status| {
        let troubles: Vec<String> = trouble.into_iter().collect();
        let is_news = status.troubles != troubles;
        match troubles.first() {
            Some(trouble) if is_news => tracing::warn!("{trouble}"),
            None if is_news => tracing::info!("all is well again"),
            _ => {}
        }
        status.troubles = troubles;
        is_news
    });
}
