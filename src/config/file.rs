//! The configuration file as a layer.

use std::ops::Range;

use serde::Deserialize;
use toml::de::{DeTable, DeValue, ValueDeserializer};
use toml::{Spanned, Table, Value};

use crate::config::error::{ConfigError, Fault, Origin};
use crate::config::layer::Layer;
use crate::config::place::Places;
use crate::config::shape::{checked, unknown_key};

/// Reads the text of a configuration file and holds it against the shape. Everything that does not
/// fit is told, and left out of the layer.
pub(crate) fn read(name: &str, text: &str, shape: &Table) -> (Layer, Vec<ConfigError>) {
    let places = Places::new(text);
    let mut walk = Walk { name, places, shape, layer: Layer::default(), errors: Vec::new() };
    match DeTable::parse(text) {
        Ok(table) => walk.layer.table = walk.table("", shape, table.into_inner()),
        Err(error) => {
            let origin = walk.origin(&error.span().unwrap_or_default());
            walk.errors.push(Fault::new(error.message().replace('\n', ", ")).at(origin, ""));
        }
    }
    (walk.layer, walk.errors)
}

/// The way through a file.
struct Walk<'a> {
    name: &'a str,
    places: Places,
    shape: &'a Table,
    layer: Layer,
    errors: Vec<ConfigError>,
}

impl Walk<'_> {
    fn origin(&self, span: &Range<usize>) -> Origin {
        let (line, column) = self.places.line_and_column(span.start);
        Origin::File { name: self.name.to_owned(), line, column }
    }

    /// Notes where a key stands.
    fn note(&mut self, key: &str, span: &Range<usize>) {
        self.layer.origins.insert(key.to_owned(), self.origin(span));
    }

    fn error(&mut self, key: &str, fault: Fault) {
        self.errors.push(self.layer.place(key, fault));
    }

    /// Takes what fits of a table; `path` is its key, empty for the whole file.
    fn table(&mut self, path: &str, shape: &Table, given: DeTable<'_>) -> Table {
        let mut fitting = Table::new();
        for (name, value) in given {
            // Keys in quotes may hold anything; those that we know are the same escaped.
            let own = name.get_ref().escape_debug();
            let key = if path.is_empty() { own.to_string() } else { format!("{path}.{own}") };
            self.note(&key, &name.span());
            let Some(wanted) = shape.get(name.get_ref().as_ref()) else {
                self.error(&key, unknown_key(name.get_ref(), shape, self.shape));
                continue;
            };
            if let Some(value) = self.value(&key, wanted, value) {
                fitting.insert(name.into_inner().into_owned(), value);
            }
        }
        fitting
    }

    fn value(&mut self, key: &str, shape: &Value, given: Spanned<DeValue<'_>>) -> Option<Value> {
        match (shape, given.get_ref()) {
            (Value::Table(shape), DeValue::Table(_)) => {
                let DeValue::Table(table) = given.into_inner() else { return None };
                Some(Value::Table(self.table(key, shape, table)))
            }
            (Value::Array(list), DeValue::Array(_)) if list.iter().any(Value::is_table) => {
                Some(self.tables(key, list.first()?, given.into_inner()))
            }
            _ => self.leaf(key, shape, given),
        }
    }

    /// Takes a list of tables, `[[feed]]`.
    fn tables(&mut self, key: &str, shape: &Value, given: DeValue<'_>) -> Value {
        let DeValue::Array(elements) = given else { return Value::Array(Vec::new()) };
        let mut fitting = Vec::with_capacity(elements.len());
        for (at, element) in elements.into_iter().enumerate() {
            let key = format!("{key}[{at}]");
            self.note(&key, &element.span());
            // A faulty one keeps its place, so that those after it keep their numbers.
            let value = self.value(&key, shape, element);
            fitting.push(value.unwrap_or_else(|| Value::Table(Table::new())));
        }
        Value::Array(fitting)
    }

    /// Takes a value that is no section.
    fn leaf(&mut self, key: &str, shape: &Value, given: Spanned<DeValue<'_>>) -> Option<Value> {
        if let DeValue::Array(elements) = given.get_ref() {
            for (at, element) in elements.iter().enumerate() {
                self.note(&format!("{key}[{at}]"), &element.span());
            }
        }
        let value = match Value::deserialize(ValueDeserializer::from(given)) {
            Ok(value) => value,
            Err(error) => {
                self.error(key, Fault::new(error.message()));
                return None;
            }
        };
        match checked(key, shape, value) {
            Ok(value) => Some(value),
            Err(faults) => {
                for (key, fault) in faults {
                    self.error(&key, fault);
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::typed;

    fn errors(text: &str) -> Vec<String> {
        let (_, mut errors) = read("config.toml", text, &typed::shape());
        errors.sort();
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_unknown_key_is_told_with_its_place() {
        assert_eq!(
            errors("\n[site]\n  langauge = 'en'\n"),
            ["config.toml:3:3: site.langauge: unknown key; did you mean \"language\"?"]
        );
        assert_eq!(
            errors("[[feed]]\nname = 'a'\nonly.sourcs = []\n"),
            ["config.toml:3:6: feed[0].only.sourcs: unknown key; did you mean \"sources\"?"]
        );
        assert_eq!(
            errors("[[feeds]]"),
            ["config.toml:1:3: feeds: unknown key; did you mean \"feed\"?"]
        );
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let text = "site = 5\n[input]\nfolders = 'seeds'\nexclude = [\n 'a',\n 2,\n]\n\
                    [output]\nfolder = 1\n";
        assert_eq!(
            errors(text),
            [
                "config.toml:1:1: site: expected a table, found a whole number",
                "config.toml:3:1: input.folders: expected a list, found a string; \
                 write [\"seeds\"]",
                "config.toml:6:2: input.exclude[1]: invalid type: integer `2`, expected a string",
                "config.toml:9:1: output.folder: expected a string in quotes, found a whole number",
            ]
        );
    }

    #[test]
    fn feeds_are_several_tables() {
        assert_eq!(
            errors("[feed]\nname = 'a'"),
            ["config.toml:1:2: feed: expected a list of tables, found a table; \
              write it in double brackets: there may be several"]
        );
        assert_eq!(errors("feed = [1]").len(), 1);
    }

    #[test]
    fn a_fault_of_syntax_names_the_line() {
        let found = errors("[site]\ntitle = \n");
        assert!(found.len() == 1 && found[0].starts_with("config.toml:2:"), "{found:?}");
        let found = errors("[site]\nurl = ''\nurl = ''\n");
        assert!(
            found.len() == 1 && found[0].starts_with("config.toml:3:1: duplicate"),
            "{found:?}"
        );
    }

    #[test]
    fn a_byte_order_mark_is_no_fault() {
        assert_eq!(errors("\u{FEFF}[site]\r\ntitle = 'a'\r\n"), Vec::<String>::new());
    }

    #[test]
    fn numbers_that_fit_nowhere_are_faults() {
        assert_eq!(errors("input.summary_length = 99999999999999999999").len(), 1);
        assert_eq!(errors("site.authors = [{ name = 'a', mail = 'b' }]").len(), 1);
    }

    #[test]
    fn what_fits_is_kept_with_its_place() {
        let (layer, errors) = read("c", "feed = [{limit=1},\n{limit=2}]", &typed::shape());
        assert_eq!(errors, []);
        assert_eq!(layer.table["feed"][1]["limit"].as_integer(), Some(2));
        let origin = Origin::File { name: "c".into(), line: 2, column: 2 };
        assert_eq!(layer.origins["feed[1].limit"], origin);
    }
}
