//! The command line: one file a subcommand.
//!
//! Invariant: what is printed for machines goes to standard output, everything else to standard
//! error.

/// Prints a line to standard error. Where that can't be written to, as when a log has filled its disk,
/// the work goes on.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(anstream::stderr(), $($words)*);
    }};
}

mod arguments;
mod build;
mod clock;
mod config;
mod forecasts;
mod init;
mod inspect;
mod ledger;
mod progress;
mod reports;
mod run;
mod serve;
mod settings;
mod shell;
mod state;
mod status;

use std::process::ExitCode;

use clap::Parser;

use crate::catalog::CatalogError;
use crate::cli::arguments::{Arguments, Command};

/// How a run can end; the numbers are the exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All done.
    Done = 0,
    /// An article was reported, and `--strict` was given; or the file to inspect gives no entry.
    Reported = 1,
    /// Wrong use, or a wrong configuration.
    Misused = 2,
    /// The gate: too much would have disappeared, or reappeared as unread, at once.
    Refused = 3,
    /// The output, or the state, could not be written.
    Unwritten = 4,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome as u8)
    }
}

/// Runs the program on the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let common = &arguments.common;
    let outcome = match &arguments.command {
        Command::Build(options) => build::run(common, options),
        Command::Run(options) => run::run(common, options),
        Command::Serve(options) => serve::run(common, options),
        Command::Status => status::run(common),
        Command::Init(options) => init::run(common, options),
        Command::Inspect(options) => inspect::run(common, options),
        Command::Ledger(command) => ledger::run(common, command),
        Command::Config => config::run(common),
        Command::Completions { shell } => shell::completions(*shell),
        Command::Man => shell::man(),
    };
    let outcome = outcome.unwrap_or_else(|error| {
        reports::failure(common, &error);
        let state = error.downcast_ref::<CatalogError>();
        if state.is_some_and(CatalogError::is_unwritable) {
            Outcome::Unwritten
        } else {
            Outcome::Misused
        }
    });
    outcome.into()
}
