//! `[input]` and `[output]` as meant.

use std::path::{Path, PathBuf};

use crate::config::error::Fault;
use crate::config::mean::Findings;
use crate::config::mean::amount::{age, size};
use crate::config::mean::matcher::{glob, glob_set};
use crate::config::mean::value::{choice, host, optional};
use crate::config::meant::{Coding, Input, Output, Reading};
use crate::config::typed;
use crate::model::id::{digest, hex};

/// The most bytes of a state file's name, less its ending.
const LONGEST_NAME: usize = 200;

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
    // What takes everything need not be asked of every file.
    let takes_all = typed.include.iter().any(|raw| raw == "**");
    Some(Input {
        folders: folders?,
        include: include.map(|globs| (!takes_all).then_some(globs))?,
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
    let gate = findings.take("output.gate", gate(typed.gate));
    let tombstones = findings.take("output.tombstones", optional(&typed.tombstones, age));
    Some(Output {
        folder: folder?,
        precompress,
        gate: gate?,
        tombstone_seconds: tombstones?.unwrap_or_default(),
    })
}

fn gate(count: i64) -> Result<usize, Fault> {
    usize::try_from(count).map_err(|_| Fault::new("must be 0 or more"))
}

/// Means `[state]`: a file, or none. What is remembered is what the subscribers of one output got, so
/// every output has a file of its own.
pub(crate) fn state(
    typed: &typed::State,
    output: &typed::Output,
) -> Result<Option<PathBuf>, Fault> {
    match typed.file.as_str() {
        "none" => Ok(None),
        "" => Ok(Some(Path::new(".feedmill").join(state_of(&output.folder)))),
        file => folder(file).map(Some),
    }
}

/// Names the state of an output: two outputs never have the same name.
fn state_of(output: &str) -> String {
    if output == typed::Output::default().folder {
        return "state.db".to_owned();
    }
    let named: String = output.split('/').map(in_name).collect::<Vec<_>>().join("+");
    // "state" is taken, and the name of a file has an end.
    match named.as_str() {
        "state" => "%state.db".to_owned(),
        long if long.len() > LONGEST_NAME => format!("{}.db", hex(&digest(output.as_bytes()))),
        named => format!("{named}.db"),
    }
}

fn in_name(segment: &str) -> String {
    url::form_urlencoded::byte_serialize(segment.as_bytes())
        .map(|c| c.replace('+', "%20"))
        .collect()
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
    fn every_output_has_a_state_of_its_own() {
        let of = |output: &str| {
            let output = typed::Output { folder: output.into(), ..typed::Output::default() };
            let file = state(&typed::State::default(), &output).expect("it has a name");
            file.map(|file| file.display().to_string()).unwrap_or_default()
        };
        assert_eq!(of("feeds"), ".feedmill/state.db");
        assert_eq!(of("public/feeds"), ".feedmill/public+feeds.db");
        assert_eq!(of("public+feeds"), ".feedmill/public%2Bfeeds.db");
        assert_eq!(of("/srv/a b"), ".feedmill/+srv+a%20b.db");
        assert_eq!(of("state"), ".feedmill/%state.db");
        assert!(of(&"x".repeat(4000)).len() < 60);
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
            gate: 0,
            tombstones: String::new(),
            folder: "feeds".into(),
            precompress: ["zstd", "gzip", "zstd"].map(Into::into).to_vec(),
        };
        let origins = Origins::default();
        let mut findings = Findings { origins: &origins, errors: Vec::new() };
        let output = output(&typed, &mut findings).expect("well-formed");
        assert_eq!(output.precompress, [Coding::Gzip, Coding::Zstd]);
    }
}
