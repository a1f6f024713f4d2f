//! `[input]` and `[output]` as meant.

use std::path::PathBuf;

use crate::config::error::Fault;
use crate::config::mean::Findings;
use crate::config::mean::amount::size;
use crate::config::mean::matcher::{glob, glob_set};
use crate::config::mean::value::{choice, host};
use crate::config::meant::{Coding, Input, Output, Reading};
use crate::config::typed;

const CODINGS: [(&str, Coding); 3] =
    [("gzip", Coding::Gzip), ("brotli", Coding::Brotli), ("zstd", Coding::Zstd)];

/// Means `[input]`.
pub(crate) fn input(typed: &typed::Input, findings: &mut Findings<'_>) -> Option<Input> {
    let folders = findings.take_some("input.folders", &typed.folders, |raw| folder(raw));
    let include = findings.take_some("input.include", &typed.include, |raw| glob(raw));
    let include = include.and_then(|globs| findings.take("input.include", glob_set(globs)));
    let exclude = findings.take_each("input.exclude", &typed.exclude, |raw| glob(raw));
    let exclude = exclude.and_then(|globs| findings.take("input.exclude", glob_set(globs)));
    let extensions = findings.take_some("input.extensions", &typed.extensions, |r| extension(r));
    let reading = reading(typed, findings);
    Some(Input {
        folders: folders?,
        include: include?,
        exclude: exclude?,
        extensions: extensions?,
        reading: reading?,
    })
}

fn reading(typed: &typed::Input, findings: &mut Findings<'_>) -> Option<Reading> {
    let max_bytes = findings.take("input.max_size", size(&typed.max_size));
    let summary_length =
        findings.take("input.summary_length", summary_length(typed.summary_length));
    let frame_hosts = findings.take_each("input.frame_hosts", &typed.frame_hosts, |raw| host(raw));
    Some(Reading {
        max_bytes: max_bytes?,
        keep_dateline: typed.keep_dateline,
        summary_length: summary_length?,
        detect_language: typed.detect_language,
        frame_hosts: frame_hosts?,
    })
}

/// Means `[output]`.
pub(crate) fn output(typed: &typed::Output, findings: &mut Findings<'_>) -> Option<Output> {
    let folder = findings.take("output.folder", folder(&typed.folder));
    let codings =
        findings.take_each("output.precompress", &typed.precompress, |word| choice(word, &CODINGS));
    let mut precompress = codings.unwrap_or_default();
    precompress.sort_unstable();
    precompress.dedup();
    Some(Output { folder: folder?, precompress })
}

/// Takes a path as typed: names of folders may begin and end with blanks.
fn folder(raw: &str) -> Result<PathBuf, Fault> {
    if raw.is_empty() || raw.contains('\0') {
        return Err(Fault::new("must be the path of a folder").help("\".\" is the one you are in"));
    }
    Ok(PathBuf::from(raw))
}

fn extension(raw: &str) -> Result<String, Fault> {
    let plain = raw.trim().trim_start_matches('.').to_lowercase();
    if plain.is_empty() || plain.contains(['/', '\\', '*']) {
        return Err(
            Fault::new(format!("{raw:?} is no ending of a file name")).help("write it like \"md\"")
        );
    }
    Ok(plain)
}

fn summary_length(typed: i64) -> Result<usize, Fault> {
    match usize::try_from(typed) {
        Ok(length) if length > 0 => Ok(length),
        _ => Err(Fault::new(format!("{typed} is no length of a summary"))
            .help("write a number of characters above 0")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer::Origins;

    fn keys(change: impl FnOnce(&mut typed::Input)) -> Vec<String> {
        let mut typed = typed::Input::default();
        change(&mut typed);
        let origins = Origins::default();
        let mut findings = Findings { origins: &origins, errors: Vec::new() };
        assert_eq!(input(&typed, &mut findings).is_some(), findings.errors.is_empty());
        findings.errors.iter().map(|error| error.key.clone()).collect()
    }

    #[test]
    fn every_faulty_element_is_told() {
        let found = keys(|input| {
            input.folders = Vec::new();
            input.exclude = vec!["a".into(), "[".into(), "{".into()];
            input.extensions = vec![".MD".into(), "a/b".into()];
            input.max_size = "many".into();
            input.summary_length = 0;
            input.frame_hosts = vec!["https://example.org".into()];
        });
        let wanted = [
            "input.folders",
            "input.exclude[1]",
            "input.exclude[2]",
            "input.extensions[1]",
            "input.max_size",
            "input.summary_length",
            "input.frame_hosts[0]",
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn an_ending_is_put_into_its_plain_form() {
        assert_eq!(extension(" .MD").as_deref(), Ok("md"));
        assert!(extension(".").is_err() && extension("*.md").is_err());
    }

    #[test]
    fn codings_stand_once_and_in_order() {
        let typed = typed::Output {
            folder: "feeds".into(),
            precompress: ["zstd", "gzip", "zstd"].map(Into::into).to_vec(),
        };
        let origins = Origins::default();
        let mut findings = Findings { origins: &origins, errors: Vec::new() };
        let output = output(&typed, &mut findings).expect("well-formed");
        assert_eq!(output.precompress, [Coding::Gzip, Coding::Zstd]);
    }
}
