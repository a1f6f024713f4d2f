//! `feedmill completions` and `feedmill man`.

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::arguments::Arguments;
use crate::cli::{Outcome, reports};

/// Prints completions for a shell.
pub(super) fn completions(shell: Shell) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "feedmill", &mut script);
    reports::output(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Done)
}

/// Prints the man page.
pub(super) fn man() -> Result<Outcome> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
    reports::output(&String::from_utf8_lossy(&page))?;
    Ok(Outcome::Done)
}
