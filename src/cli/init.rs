//! `feedmill init`: a place to begin.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::cli::Outcome;
use crate::cli::arguments::{Common, InitOptions};

const CONFIG: &str = include_str!("../../config.toml");
const ARTICLE: &str = include_str!("../../seeds/markdown-yaml.md");

/// Writes a commented configuration and a sample article; never replaces a file.
pub(super) fn run(common: &Common, options: &InitOptions) -> Result<Outcome> {
    let seeds = options.folder.join("seeds");
    let config = options.folder.join("config.toml");
    if config.exists() {
        bail!(
            "{}: it is there already, and init replaces nothing; to begin anew, name another folder \
             (feedmill init DIR), or move the file away",
            config.display()
        );
    }
    fs::create_dir_all(&seeds).with_context(|| seeds.display().to_string())?;
    let files = [(config, CONFIG), (seeds.join("first-article.md"), ARTICLE)];
    for (path, text) in &files {
        write_new(path, text).with_context(|| path.display().to_string())?;
        if !common.quiet {
            say!("wrote {}", path.display());
        }
    }
    if !common.quiet {
        say!("now run: feedmill build");
    }
    Ok(Outcome::Done)
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}
