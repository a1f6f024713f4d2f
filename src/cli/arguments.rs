//! The arguments, as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// Mills a folder of article files into RSS, Atom and JSON feeds and keeps them true.
#[derive(Debug, Parser)]
#[command(name = "feedmill", version, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every subcommand takes.
#[derive(Clone, Debug, Args)]
pub(super) struct Common {
    /// The configuration file [default: config.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE", env = "FEEDMILL_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// The folder of articles; may be given several times
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) input: Vec<PathBuf>,
    /// The folder that the feeds are written to
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// The address at which the output is served
    #[arg(long, global = true, value_name = "URL")]
    pub(super) site_url: Option<String>,
    /// The file that remembers ids and dates from build to build, or "none"
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) state: Option<PathBuf>,
    /// Print for machines: JSON on standard output, a report a line on standard error
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Print nothing but errors that end the work
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Print more: notes, and every feed
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build the feeds once and leave
    Build(BuildOptions),
    /// Build the feeds, and keep them true to the folder from then on
    Run(RunOptions),
    /// Serve an output folder that another feedmill keeps
    Serve(ServeOptions),
    /// Tell how a running service is, or what was published last
    Status,
    /// Write a commented config.toml and a sample article
    Init(InitOptions),
    /// Show what is read from an article, and which feeds hold it
    Inspect(InspectOptions),
    /// Carry ids and dates to another place, or take them from a feed that others made
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Print the configuration in force, and where each value comes from
    Config,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page
    Man,
}

#[derive(Debug, Subcommand)]
pub(super) enum LedgerCommand {
    /// Write all ids and dates that were issued, as lines of JSON
    Export {
        /// Where to [default: standard output]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Take what was exported; the same ids are replaced
    Import {
        /// The export
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Take ids and dates from an RSS, Atom or JSON feed, so that its subscribers see nothing twice
    Adopt {
        /// The feed
        #[arg(value_name = "FEED")]
        feed: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct BuildOptions {
    /// Leave with exit code 1 if any article was reported
    #[arg(long)]
    pub(super) strict: bool,
    /// Only tell what subscribers would see; write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Publish even if many entries disappear or reappear as unread
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct RunOptions {
    /// Publish the first edition even if many entries disappear or reappear as unread
    #[arg(long)]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) serve: ServeOptions,
    /// Serve nothing over HTTP
    #[arg(long, conflicts_with = "listen")]
    pub(super) no_serve: bool,
}

#[derive(Debug, Args)]
pub(super) struct ServeOptions {
    /// Serve the feeds here, as serve.listen says; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct InitOptions {
    /// The folder to begin in
    #[arg(default_value = ".", value_name = "DIR")]
    pub(super) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct InspectOptions {
    /// The article
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}
