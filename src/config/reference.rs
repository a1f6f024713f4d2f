//! The file `config.toml` at the root of the repository: it must be the truth.

use toml::Value;

use crate::config::typed::{Typed, shape};
use crate::config::{ConfigFile, Sources, file, load};

const REFERENCE: &str = include_str!("../../config.toml");

/// The reference with every example taken out of its comment.
fn all_in_force() -> String {
    let is_key = |line: &str| {
        line.split_once(" = ").is_some_and(|(key, _)| {
            key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        })
    };
    let uncover = |line: &'static str| match line.strip_prefix("# ") {
        Some(setting) if setting.starts_with('[') || is_key(setting) => setting,
        _ => line,
    };
    REFERENCE.lines().map(uncover).collect::<Vec<_>>().join("\n")
}

/// Lists the keys of a shape: `site.url`, `feed[0].only.tags`.
fn keys(path: &str, shape: &Value) -> Vec<String> {
    match shape {
        Value::Table(table) => {
            table.iter().flat_map(|(name, shape)| keys(&format!("{path}.{name}"), shape)).collect()
        }
        Value::Array(feeds) if path == ".feed" => keys(".feed[0]", &feeds[0]),
        _ => vec![path[1..].to_owned()],
    }
}

fn sources(text: &str) -> Sources {
    let file = ConfigFile { name: "config.toml".to_owned(), text: text.to_owned() };
    Sources { file: Some(file), ..Sources::default() }
}

#[test]
fn the_reference_means_the_defaults() {
    let typed: Typed = toml::from_str(REFERENCE).expect("valid");
    assert_eq!(typed, Typed::default());
    let values = |text| -> Vec<(String, String)> {
        let loaded = load(&sources(text)).expect("valid");
        loaded.listing.into_iter().map(|setting| (setting.key, setting.value)).collect()
    };
    assert_eq!(values(REFERENCE), values(""));
}

#[test]
fn the_reference_holds_every_key_and_its_examples_are_valid() {
    let text = all_in_force();
    let loaded = load(&sources(&text)).expect("valid");
    assert_eq!(loaded.settings.feeds.len(), 4);
    let (layer, _) = file::read("config.toml", &text, &shape());
    let missing: Vec<String> = keys("", &Value::Table(shape()))
        .into_iter()
        .filter(|key| !layer.origins.contains_key(key))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn a_key_is_live_unless_it_is_empty() {
    let (live, _) = file::read("config.toml", REFERENCE, &shape());
    for setting in load(&sources("")).expect("the defaults").listing {
        let is_empty = matches!(setting.value.as_str(), "\"\"" | "[]");
        assert_eq!(live.origins.contains_key(&setting.key), !is_empty, "{}", setting.key);
    }
}
