//! Layers of the configuration: each held against the shape on its own, then laid on one another.

use std::collections::HashMap;

use toml::{Table, Value};

use crate::config::error::{ConfigError, Fault, Origin};
use crate::config::shape::{checked, nest};

/// What one source says: only keys that exist, only values of the right type.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    /// The values.
    pub(crate) table: Table,
    /// Where each key was said, tables and elements of lists (`site.authors[0]`) included.
    pub(crate) origins: HashMap<String, Origin>,
}

impl Layer {
    /// Takes a value for a key of the shape, if it is of the right type.
    pub(crate) fn set(
        &mut self,
        key: &str,
        shape: &Value,
        value: Value,
        origin: Origin,
    ) -> Result<(), Vec<ConfigError>> {
        self.origins.insert(key.to_owned(), origin);
        match checked(key, shape, value) {
            Ok(value) => {
                merge(&mut self.table, nest(key, value));
                Ok(())
            }
            Err(faults) => {
                Err(faults.into_iter().map(|(key, fault)| self.place(&key, fault)).collect())
            }
        }
    }

    /// Places a fault where its key was said in this layer, or the key's table.
    pub(crate) fn place(&self, key: &str, fault: Fault) -> ConfigError {
        fault.at(nearest_origin(&self.origins, key).cloned().unwrap_or_default(), key)
    }
}

/// Where everything in force was said, the weakest layer first.
#[derive(Debug, Default)]
pub(crate) struct Origins(Vec<HashMap<String, Origin>>);

impl Origins {
    /// Lays the origins of a stronger layer on top.
    pub(crate) fn push(&mut self, stronger: HashMap<String, Origin>) {
        self.0.push(stronger);
    }

    /// Tells where a key was said; the default when nowhere.
    pub(crate) fn exact(&self, key: &str) -> Origin {
        self.0.iter().rev().find_map(|layer| layer.get(key)).cloned().unwrap_or_default()
    }

    /// Tells where a key, or else what holds it, was said.
    pub(crate) fn nearest(&self, key: &str) -> Origin {
        let layers = self.0.iter().rev();
        layers.map(|layer| nearest_origin(layer, key)).find_map(|o| o).cloned().unwrap_or_default()
    }
}

fn nearest_origin<'a>(origins: &'a HashMap<String, Origin>, key: &str) -> Option<&'a Origin> {
    let mut key = key;
    loop {
        if let Some(origin) = origins.get(key) {
            return Some(origin);
        }
        key = &key[..key.rfind(['.', '['])?];
    }
}

/// Lays a table on another: tables are merged, any other value replaces the one below.
pub(crate) fn merge(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        text.parse().expect("a table")
    }

    #[test]
    fn tables_are_merged_and_lists_replaced() {
        let mut below = table("a = { x = 1, y = [1, 2] }\nb = 1");
        merge(&mut below, table("a = { y = [3], z = 4 }"));
        assert_eq!(below, table("a = { x = 1, y = [3], z = 4 }\nb = 1"));
    }

    #[test]
    fn the_strongest_layer_tells_the_origin() {
        let flag = |name: &str| Origin::Flag { name: name.to_owned() };
        let mut origins = Origins::default();
        origins.push(HashMap::from([
            ("site.url".to_owned(), flag("weak")),
            ("site.authors".to_owned(), flag("weak")),
            ("site.authors[1]".to_owned(), flag("stale")),
        ]));
        origins.push(HashMap::from([("site.authors".to_owned(), flag("strong"))]));
        assert_eq!(origins.exact("site.url"), flag("weak"));
        assert_eq!(origins.nearest("site.authors[1].url"), flag("strong"));
        assert_eq!(origins.exact("site.title"), Origin::Default);
    }
}
