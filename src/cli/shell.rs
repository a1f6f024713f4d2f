//! `feedmill completions` and `feedmill man`.

use std::io;

use anyhow::Result;
use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::Roff;

use crate::cli::arguments::Arguments;
use crate::cli::{Outcome, reports};

/// Prints completions for a shell.
pub(super) fn completions(shell: Shell) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "feedmill", &mut script);
    reports::output(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Done)
}

/// Prints the man page: one for all subcommands, so that it names no page that isn't there.
pub(super) fn man() -> Result<Outcome> {
    let mut command = Arguments::command();
    command.build();
    let leaves = leaves(&command);
    let page = Man::new(command);
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    let mut text = String::from_utf8(text)?;
    text += &heading("SH", "NAME");
    text += &body(|out| page.render_name_section(out))?;
    text += &heading("SH", "SYNOPSIS");
    text += &body(|out| page.render_synopsis_section(out))?;
    text += &heading("SH", "OPTIONS");
    text += &body(|out| page.render_options_section(out))?;
    text += &heading("SH", "SUBCOMMANDS");
    text += "Each takes the options above, but not \\fB\\-\\-version\\fR.\n";
    for leaf in leaves {
        text += &section(leaf)?;
    }
    reports::output(&text)?;
    Ok(Outcome::Done)
}

/// Lists the subcommands that have none of their own, in the order of their declarations. Help is
/// told among the options.
fn leaves(command: &Command) -> Vec<Command> {
    let subcommands = command.get_subcommands().filter(|command| command.get_name() != "help");
    subcommands
        .flat_map(
            |command| {
                if command.has_subcommands() { leaves(command) } else { vec![command.clone()] }
            },
        )
        .collect()
}

/// Makes the section of a subcommand, less the options that stand above for all of them.
fn section(subcommand: Command) -> Result<String> {
    let name = subcommand.get_bin_name().unwrap_or(subcommand.get_name()).to_owned();
    let hide = |argument: Arg| {
        let is_of_all = argument.is_global_set() || argument.get_id() == "help";
        argument.hide(is_of_all)
    };
    let page = Man::new(subcommand.mut_args(hide));
    let mut text = heading("SS", &name);
    text += &body(|out| page.render_synopsis_section(out))?;
    text += ".PP\n";
    text += &body(|out| page.render_description_section(out))?;
    text += &body(|out| page.render_options_section(out))?;
    Ok(text)
}

fn heading(level: &str, words: &str) -> String {
    let mut roff = Roff::new();
    roff.control(level, [words]);
    roff.to_roff()
}

/// Gives what stands below the heading of a section: what comes above it belongs to a page.
fn body(render: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<String> {
    let mut written = Vec::new();
    render(&mut written)?;
    let written = String::from_utf8(written)?;
    let section = written.split_once(".SH ").map_or("", |(_, section)| section);
    Ok(section.split_once('\n').map_or("", |(_, body)| body).to_owned())
}
