//! Environment variables as a layer: `FEEDMILL_SITE_URL` is `site.url`.

use serde::Deserialize;
use toml::de::{DeValue, ValueDeserializer};
use toml::{Table, Value};

use crate::config::error::{ConfigError, Fault, Origin};
use crate::config::layer::Layer;
use crate::config::nearest::nearest;

/// What the names of our variables begin with.
const PREFIX: &str = "FEEDMILL_";

/// Variables that are read elsewhere: how much is logged, and where the configuration file is.
const NOT_SETTINGS: [&str; 2] = ["FEEDMILL_LOG", "FEEDMILL_CONFIG"];

/// A key that the environment can set.
struct Variable<'a> {
    name: String,
    key: String,
    shape: &'a Value,
}

/// Reads the variables that are ours, and holds them against the shape.
pub(crate) fn read(environment: &[(String, String)], shape: &Table) -> (Layer, Vec<ConfigError>) {
    let known = variables(shape);
    let (mut layer, mut errors) = (Layer::default(), Vec::new());
    for (name, text) in environment {
        if !name.starts_with(PREFIX) || NOT_SETTINGS.contains(&name.as_str()) {
            continue;
        }
        let origin = Origin::Environment { variable: name.clone() };
        let Some(variable) = known.iter().find(|variable| variable.name == *name) else {
            errors.push(unknown_variable(name, &known).at(origin, ""));
            continue;
        };
        let set = match value(text, variable.shape) {
            Ok(value) => layer.set(&variable.key, variable.shape, value, origin),
            Err(fault) => Err(vec![fault.at(origin, &variable.key)]),
        };
        errors.extend(set.err().into_iter().flatten());
    }
    (layer, errors)
}

/// Lists every key of the sections that are tables; feeds are too many-sided for variables.
fn variables(shape: &Table) -> Vec<Variable<'_>> {
    let sections = shape.iter().filter_map(|(section, keys)| Some((section, keys.as_table()?)));
    sections
        .flat_map(|(section, keys)| {
            keys.iter().map(move |(key, shape)| Variable {
                name: format!("{PREFIX}{section}_{key}").to_uppercase(),
                key: format!("{section}.{key}"),
                shape,
            })
        })
        .collect()
}

fn unknown_variable(name: &str, known: &[Variable<'_>]) -> Fault {
    let fault = Fault::new("unknown variable");
    if name.starts_with("FEEDMILL_FEED") {
        return fault.help("feeds are set in the configuration file only");
    }
    let names = known.iter().map(|variable| variable.name.as_str());
    fault.did_you_mean(nearest(name, names.chain(NOT_SETTINGS)))
}

/// Reads the text of a variable as a value of the kind that its key wants.
fn value(text: &str, shape: &Value) -> Result<Value, Fault> {
    let plain = text.trim();
    match shape {
        Value::Integer(_) => plain
            .parse()
            .map(Value::Integer)
            .map_err(|_| Fault::new(format!("expected a whole number, found {text:?}"))),
        Value::Boolean(_) => plain
            .parse()
            .map(Value::Boolean)
            .map_err(|_| Fault::new(format!("expected true or false, found {text:?}"))),
        Value::Array(_) if plain.starts_with('[') => DeValue::parse(plain)
            .and_then(|list| Value::deserialize(ValueDeserializer::from(list)))
            .map_err(|error| Fault::new(error.message().replace('\n', ", "))),
        Value::Array(_) => {
            let parts = plain.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(Value::Array(parts.map(Value::from).collect()))
        }
        _ => Ok(Value::String(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::typed;

    fn with(pairs: &[(&str, &str)]) -> (Layer, Vec<String>) {
        let pairs: Vec<_> = pairs.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())).collect();
        let (layer, errors) = read(&pairs, &typed::shape());
        (layer, errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let (layer, errors) = with(&[
            ("FEEDMILL_SITE_URL", "https://example.org/"),
            ("FEEDMILL_INPUT_SUMMARY_LENGTH", " 100 "),
            ("FEEDMILL_INPUT_KEEP_DATELINE", "true"),
            ("FEEDMILL_INPUT_FOLDERS", "a, b,"),
            ("FEEDMILL_INPUT_EXCLUDE", "[\"a,b\"]"),
            ("FEEDMILL_SITE_AUTHORS", ""),
            ("FEEDMILL_LOG", "debug"),
            ("FEEDMILL_CONFIG", "other.toml"),
            ("PATH", "/bin"),
        ]);
        assert_eq!(errors, Vec::<String>::new());
        let wanted = "site = { url = 'https://example.org/', authors = [] }\n[input]\n\
                      summary_length = 100\nkeep_dateline = true\nfolders = ['a', 'b']\n\
                      exclude = ['a,b']";
        assert_eq!(layer.table, wanted.parse::<Table>().expect("a table"));
    }

    #[test]
    fn faults_name_the_variable() {
        let (layer, errors) = with(&[
            ("FEEDMILL_SITE_URI", "x"),
            ("FEEDMILL_INPUT_SUMMARY_LENGTH", "many"),
            ("FEEDMILL_INPUT_DETECT_LANGUAGE", "yes"),
            ("FEEDMILL_INPUT_FOLDERS", "['a'"),
            ("FEEDMILL_INPUT_INCLUDE", "[1]"),
            ("FEEDMILL_FEED_LIMIT", "1"),
        ]);
        assert!(layer.table.is_empty());
        let starts = [
            "FEEDMILL_SITE_URI: unknown variable; did you mean \"FEEDMILL_SITE_URL\"?",
            "FEEDMILL_INPUT_SUMMARY_LENGTH: input.summary_length: expected a whole number",
            "FEEDMILL_INPUT_DETECT_LANGUAGE: input.detect_language: expected true or false",
            "FEEDMILL_INPUT_FOLDERS: input.folders: ",
            "FEEDMILL_INPUT_INCLUDE: input.include[0]: invalid type",
            "FEEDMILL_FEED_LIMIT: unknown variable; feeds are set in the configuration file only",
        ];
        assert_eq!(errors.len(), starts.len(), "{errors:?}");
        for (error, start) in errors.iter().zip(starts) {
            assert!(error.starts_with(start), "{error}");
        }
    }
}
