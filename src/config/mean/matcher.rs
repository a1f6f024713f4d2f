//! Patterns that are held against paths and text: globs and regular expressions.

use globset::{Glob, GlobBuilder, GlobSet};
use regex::Regex;

use crate::config::error::Fault;

/// A compiler of globs needs room that grows with their length and nesting; no path is longer.
const LONGEST_GLOB: usize = 4096;

/// Reads a glob: `*` stays within a folder, `**` does not.
pub(crate) fn glob(raw: &str) -> Result<Glob, Fault> {
    if raw.is_empty() || raw.len() > LONGEST_GLOB {
        return Err(Fault::new(format!("a pattern must have 1 to {LONGEST_GLOB} bytes")));
    }
    if raw.starts_with(['/', '\\']) || raw.starts_with("./") {
        return Err(Fault::new(format!("{raw:?} matches nothing"))
            .help("paths begin below the input folder: leave out what stands before"));
    }
    GlobBuilder::new(raw).literal_separator(true).backslash_escape(true).build().map_err(|error| {
        Fault::new(format!("{raw:?} is no pattern: {}", plain(&error.kind().to_string())))
    })
}

/// Puts globs together.
pub(crate) fn glob_set(globs: Vec<Glob>) -> Result<GlobSet, Fault> {
    GlobSet::new(globs).map_err(|error| {
        Fault::new(format!("too much to match: {}", plain(&error.kind().to_string())))
    })
}

/// Reads a regular expression.
pub(crate) fn regex(raw: &str) -> Result<Regex, Fault> {
    Regex::new(raw).map_err(|error| {
        Fault::new(format!("{raw:?} is no regular expression: {}", plain(&error.to_string())))
    })
}

/// Takes the reason out of a drawn error: the last line has it, those before it draw the expression
/// and an arrow.
fn plain(drawn: &str) -> String {
    let last = drawn.lines().last().unwrap_or_default().trim();
    let reason = last.strip_prefix("error: ").unwrap_or(last).trim_end_matches('.');
    reason.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_folder() {
        let set = |raw: &str| glob_set(vec![glob(raw).expect("a glob")]).expect("a set");
        assert!(set("news/*.md").is_match("news/a.md"));
        assert!(!set("news/*.md").is_match("news/b/a.md"));
        assert!(set("news/**").is_match("news/b/a.md"));
        assert!(set("**").is_match("a.md") && set("**").is_match("a/b/c.md"));
        for wrong in ["", "[a", "a{b", "/news/**", "./news/*"] {
            assert!(glob(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_monstrous_glob_is_a_fault() {
        for piece in ["{", "[", "*", "{a,", "**/"] {
            let long = piece.repeat(LONGEST_GLOB);
            assert!(glob(&long).is_err() || piece.len() == 1, "{piece}");
            let deep = piece.repeat(LONGEST_GLOB / piece.len());
            if let Ok(glob) = glob(&deep) {
                let _ = glob_set(vec![glob]);
            }
        }
        let nested = format!("{}a{}", "{".repeat(2048), "}".repeat(2048));
        let _ = glob(&nested).and_then(|glob| glob_set(vec![glob]));
    }

    #[test]
    fn an_expression_tells_its_own_fault_in_one_line() {
        assert!(regex("(?i)food|食").is_ok());
        assert_eq!(
            regex("(a").expect_err("unclosed").message,
            "\"(a\" is no regular expression: unclosed group"
        );
        let huge = regex("((a{1000}){1000}){1000}").expect_err("too big").message;
        assert!(!huge.contains('\n'), "{huge}");
    }
}
