//! How reports and failures are printed.

use std::io::Write;

use clap::builder::styling::{AnsiColor, Style};
use serde_json::json;

use crate::cli::arguments::Common;
use crate::model::report::{Report, Severity};

const BOLD: Style = Style::new().bold();

/// Prints reports to standard error: a line each, with file and line, and the way out below it.
pub(super) fn print(common: &Common, reports: &[Report]) {
    let least = if common.verbose { Severity::Note } else { Severity::Warning };
    for report in reports.iter().filter(|report| report.severity >= least) {
        match (common.quiet, common.json) {
            (true, _) => {}
            (false, true) => print_json(report),
            (false, false) => print_text(report),
        }
    }
}

fn print_text(report: &Report) {
    let color = match report.severity {
        Severity::Note => AnsiColor::Cyan,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Error => AnsiColor::Red,
    };
    let style = color.on_default().bold();
    // What is wrong with several files together stands in none of them.
    let place = match (report.file.as_str(), report.line) {
        ("", _) => String::new(),
        (file, Some(line)) => format!("{BOLD}{}:{line}:{BOLD:#} ", visible(file)),
        (file, None) => format!("{BOLD}{}:{BOLD:#} ", visible(file)),
    };
    let (word, message) = (report.severity.word(), visible(&plain(&report.message)));
    say!("{place}{style}{word}:{style:#} {message} [{}]", report.rule);
    if let Some(help) = &report.help {
        say!("  help: {help}");
    }
}

fn print_json(report: &Report) {
    let line = json!({
        "file": report.file,
        "line": report.line,
        "severity": report.severity.word(),
        "rule": report.rule,
        "message": plain(&report.message),
        "help": report.help,
    });
    say!("{line}");
}

/// Escapes control characters, so that the name of a file can't steer a terminal.
fn visible(text: &str) -> String {
    let escaped = |c: char| {
        if c.is_control() { c.escape_default().to_string() } else { c.to_string() }
    };
    text.chars().map(escaped).collect()
}

/// Drops the numbers that the operating system has for errors, where words tell the same.
fn plain(message: &str) -> String {
    let mut parts = message.split(" (os error ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |told, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        told + rest.strip_prefix(')').unwrap_or(rest)
    })
}

/// Prints what ended the work.
pub(super) fn failure(common: &Common, error: &anyhow::Error) {
    let message = plain(&format!("{error:#}"));
    if common.json {
        say!("{}", json!({ "severity": "error", "rule": "failure", "message": message }));
        return;
    }
    let style = AnsiColor::Red.on_default().bold();
    for line in message.lines() {
        say!("{style}error:{style:#} {line}");
    }
}

/// Prints a text to standard output. A reader that has gone away, as `head` does, is no fault.
pub(super) fn output(text: &str) -> std::io::Result<()> {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_errors_go() {
        let told = plain("a: File exists (os error 17), b: Not a directory (os error 20)");
        assert_eq!(told, "a: File exists, b: Not a directory");
        assert_eq!(plain("nothing (so)"), "nothing (so)");
    }
}
