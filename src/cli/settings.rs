//! The configuration in force: file, environment and flags.

use std::path::Path;

use anyhow::{Context, Result, bail};
use toml::Value;

use crate::cli::arguments::{Common, ServeOptions};
use crate::config::{self, ConfigFile, FlagValue, Loaded, Sources};

/// The file that is looked for when none is named.
const DEFAULT_FILE: &str = "config.toml";

/// Loads the configuration; every fault of it is in the error, a line each.
pub(super) fn load(common: &Common) -> Result<Loaded> {
    load_with(common, Vec::new())
}

/// Loads the configuration, with the flags of a subcommand.
pub(super) fn load_with(common: &Common, own: Vec<FlagValue>) -> Result<Loaded> {
    load_from(common, own, file(common)?)
}

fn load_from(common: &Common, own: Vec<FlagValue>, file: Option<ConfigFile>) -> Result<Loaded> {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("FEEDMILL_"))
        .collect();
    let sources = Sources { file, environment, flags: [flags(common)?, own].concat() };
    config::load(&sources).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!(lines.join("\n"))
    })
}

/// Loads what environment and flags say alone: where the service is to be found, while the file that it
/// once read is broken.
pub(super) fn load_without_file(common: &Common) -> Result<Loaded> {
    load_from(common, Vec::new(), None)
}

/// Gives the file of the configuration, which need not be there when none is named.
pub(super) fn path(common: &Common) -> &Path {
    common.config.as_deref().unwrap_or(Path::new(DEFAULT_FILE))
}

fn file(common: &Common) -> Result<Option<ConfigFile>> {
    let path = path(common);
    if common.config.is_none() && !path.exists() {
        return Ok(None);
    }
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| name.clone())?;
    Ok(Some(ConfigFile { name, text }))
}

fn flag(key: &str, value: Value, flag: &str) -> FlagValue {
    FlagValue { key: key.to_owned(), value, flag: flag.to_owned() }
}

/// Gives what the flags say of serving.
pub(super) fn serving(options: &ServeOptions, serves_nothing: bool) -> Vec<FlagValue> {
    let addresses = options.listen.iter().map(|address| Value::String(address.clone()));
    let addresses: Vec<_> = addresses.collect();
    match (serves_nothing, addresses.is_empty()) {
        (true, _) => vec![flag("serve.listen", Value::Array(Vec::new()), "--no-serve")],
        (false, true) => Vec::new(),
        (false, false) => vec![flag("serve.listen", Value::Array(addresses), "--listen")],
    }
}

fn flags(common: &Common) -> Result<Vec<FlagValue>> {
    let mut flags = Vec::new();
    if !common.input.is_empty() {
        let folders = common.input.iter().map(|path| text(path)).collect::<Result<Vec<_>>>()?;
        flags.push(flag("input.folders", Value::Array(folders), "--input"));
    }
    if let Some(path) = &common.output {
        flags.push(flag("output.folder", text(path)?, "--output"));
    }
    if let Some(path) = &common.state {
        flags.push(flag("state.file", text(path)?, "--state"));
    }
    if let Some(url) = &common.site_url {
        flags.push(flag("site.url", Value::String(url.clone()), "--site-url"));
    }
    Ok(flags)
}

fn text(path: &Path) -> Result<Value> {
    match path.to_str() {
        Some(text) => Ok(Value::String(text.to_owned())),
        None => bail!("{}: a folder's path must be UTF-8", path.display()),
    }
}
