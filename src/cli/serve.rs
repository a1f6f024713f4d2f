//! `feedmill serve`: serves an output folder that another feedmill keeps.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tokio::runtime;
use tokio::sync::watch;

use crate::cli::arguments::{Common, ServeOptions};
use crate::cli::run::begin_log;
use crate::cli::{Outcome, settings};
use crate::config::meant::Settings;
use crate::ops::signals::{Signal, Signals};
use crate::publish::shelf::Shelf;
use crate::serve::server::{Published, Server};

/// Serves until a signal ends it.
pub(super) fn run(common: &Common, options: &ServeOptions) -> Result<Outcome> {
    let settings = settings::load_with(common, settings::serving(options, false))?.settings;
    if settings.serve.listen.is_empty() {
        bail!("serve.listen names no address to serve at; name one, or use --listen");
    }
    begin_log(common);
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
    let server = Server::start(settings, &Published { shelf: receiver, chronicle: None }, None)?;
    loop {
        tokio::select! {
            signal = signals.next() => if signal == Signal::Stop { break },
            () = tokio::time::sleep(settings.watch.poll) => {
                let (folder, former) = (folder.clone(), Arc::clone(&sender.borrow()));
                match tokio::task::spawn_blocking(move || Shelf::load(&folder, &former)).await? {
                    Ok(shelf) => _ = sender.send_replace(Arc::new(shelf)),
                    // What was there last is served until it is there again.
                    Err(error) => tracing::warn!("{}: {error}", settings.output.folder.display()),
                }
            }
        }
    }
    server.stop().await;
    Ok(())
}
