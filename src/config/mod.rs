//! The configuration: as typed, then as meant.
//!
//! Four layers, each held against the shape of the configuration on its own and laid on the one
//! before: the defaults, the file, the environment, the flags. [`load`] does it all.
//!
//! Invariant: nothing here does I/O; the text of the file and the environment are arguments.

mod environment;
pub mod error;
mod file;
mod layer;
mod mean;
pub mod meant;
mod nearest;
mod place;
mod shape;
mod typed;

use toml::{Table, Value};

use crate::config::error::{ConfigError, Origin};
use crate::config::layer::{Layer, Origins};
use crate::config::meant::Settings;
use crate::config::typed::Typed;
use crate::model::id::{digest, hex};

/// What is said about the configuration, by whom.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file, where there is one.
    pub file: Option<ConfigFile>,
    /// The environment: names and values, those that are not ours included.
    pub environment: Vec<(String, String)>,
    /// The flags of the command line that set a key.
    pub flags: Vec<FlagValue>,
}

/// A configuration file that was read.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// Its name, as a person would type it; errors begin with it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A flag of the command line that sets a key.
#[derive(Clone, Debug)]
pub struct FlagValue {
    /// The key, such as `site.url`.
    pub key: String,
    /// The value, of the type that the key has.
    pub value: Value,
    /// The flag as typed, such as `--site-url`.
    pub flag: String,
}

/// The configuration that is in force.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// As meant.
    pub settings: Settings,
    /// As typed, key by key: the sections in the order of the reference, the keys of each in
    /// alphabetical order.
    pub listing: Vec<Setting>,
}

/// A key that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key, such as `site.url` or `feed[0].limit`.
    pub key: String,
    /// The value as TOML; a string of several lines takes as many.
    pub value: String,
    /// Where it was said.
    pub origin: Origin,
}

/// Reads the configuration from all its sources and checks it whole. Relative paths in it stay as
/// they are: relative to the folder in which the program runs, wherever the file stands.
///
/// Errors: everything that is wrong, the file's faults first and in the order of its lines. When
/// the file can't be understood at all, that is its only one.
pub fn load(sources: &Sources) -> Result<Loaded, Vec<ConfigError>> {
    let defaults = typed::shape();
    let mut merged = defaults.clone();
    let mut origins = Origins::default();
    let mut errors = Vec::new();
    let (from_file, faults) = match &sources.file {
        Some(file) => file::read(&file.name, &file.text, &defaults),
        None => Default::default(),
    };
    errors.extend(faults);
    let (from_environment, faults) = environment::read(&sources.environment, &defaults);
    errors.extend(faults);
    let (from_flags, faults) = read_flags(&sources.flags, &defaults);
    errors.extend(faults);
    for layer in [from_file, from_environment, from_flags] {
        layer::merge(&mut merged, layer.table);
        origins.push(layer.origins);
    }
    let (settings, typed) = means(merged, &origins, errors).map_err(|mut errors| {
        errors.sort();
        errors
    })?;
    let listing = listing(&typed, &origins);
    Ok(Loaded { settings: Settings { print: print(&listing), ..settings }, listing })
}

/// Tells whether a key says how things are made. All others say where they are, when they are looked at,
/// and how they are served.
fn is_of_the_making(key: &str) -> bool {
    const PLACES: [&str; 3] = ["input.folders", "output.folder", "state.file"];
    let is_elsewhere = ["watch.", "serve."].iter().any(|section| key.starts_with(section));
    !is_elsewhere && !PLACES.contains(&key) && !key.ends_with("].moved_from")
}

/// Makes the print of all settings and the version.
fn print(listing: &[Setting]) -> String {
    let made_by = listing.iter().filter(|setting| is_of_the_making(&setting.key));
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let lines = made_by.map(|setting| format!("{} = {}", setting.key, setting.value));
    hex(&digest(std::iter::once(version).chain(lines).collect::<Vec<_>>().join("\n").as_bytes()))
}

/// Holds the flags against the shape.
fn read_flags(flags: &[FlagValue], defaults: &Table) -> (Layer, Vec<ConfigError>) {
    let (mut layer, mut errors) = (Layer::default(), Vec::new());
    for FlagValue { key, value, flag } in flags {
        let origin = Origin::Flag { name: flag.clone() };
        let (section, name) = key.split_once('.').unwrap_or(("", key));
        let keys = defaults.get(section).and_then(Value::as_table).unwrap_or(defaults);
        let set = match keys.get(name).filter(|shape| !shape.is_table()) {
            Some(shape) => layer.set(key, shape, value.clone(), origin),
            None => Err(vec![shape::unknown_key(name, keys, defaults).at(origin, key)]),
        };
        errors.extend(set.err().into_iter().flatten());
    }
    (layer, errors)
}

/// Reads the merged layers as typed and means them.
fn means(
    merged: Table,
    origins: &Origins,
    mut errors: Vec<ConfigError>,
) -> Result<(Settings, Typed), Vec<ConfigError>> {
    match merged.try_into::<Typed>() {
        Ok(typed) => Ok((mean::settings(&typed, origins, errors)?, typed)),
        // Every layer was held against the types, so this can't be; but if it were, say so.
        Err(error) => {
            errors.push(error::Fault::new(error.message()).at(Origin::Default, ""));
            Err(errors)
        }
    }
}

/// Lists every key in force.
fn listing(typed: &Typed, origins: &Origins) -> Vec<Setting> {
    let table = typed::table(typed);
    let mut listing = Vec::new();
    for section in ["site", "input", "output", "state", "watch", "serve", "feed"] {
        if let Some(value) = table.get(section) {
            list(section, value, origins, &mut listing);
        }
    }
    listing
}

/// Lists a value: a table key by key, a list of sections one by one.
fn list(key: &str, value: &Value, origins: &Origins, listing: &mut Vec<Setting>) {
    match value {
        Value::Table(keys) => {
            for (name, value) in keys {
                list(&format!("{key}.{name}"), value, origins, listing);
            }
        }
        Value::Array(feeds) if key == "feed" => {
            for (at, feed) in feeds.iter().enumerate() {
                list(&format!("{key}[{at}]"), feed, origins, listing);
            }
        }
        _ => listing.push(Setting {
            key: key.to_owned(),
            value: value.to_string(),
            origin: origins.exact(key),
        }),
    }
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
