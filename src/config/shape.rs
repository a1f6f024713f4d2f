//! Holding keys and values against the shape of the configuration.

use toml::{Table, Value};

use crate::config::error::Fault;
use crate::config::nearest::nearest;
use crate::config::typed::Typed;

/// Checks the type of a value. Elements of a list are checked one by one, so that each faulty one
/// is named.
pub(crate) fn checked(
    key: &str,
    shape: &Value,
    value: Value,
) -> Result<Value, Vec<(String, Fault)>> {
    let faults: Vec<_> = match (&value, shape) {
        (Value::Array(elements), Value::Array(_)) => {
            let keyed = elements.iter().enumerate().map(|(at, v)| (format!("{key}[{at}]"), v));
            keyed.filter_map(|(key, v)| type_fault(&key, v).map(|fault| (key, fault))).collect()
        }
        _ if std::mem::discriminant(&value) == std::mem::discriminant(shape) => Vec::new(),
        _ => type_fault(key, &value)
            .map(|own| (key.to_owned(), plainly(own, shape, &value)))
            .into_iter()
            .collect(),
    };
    if faults.is_empty() { Ok(value) } else { Err(faults) }
}

/// Asks the typed configuration itself whether a value fits.
fn type_fault(key: &str, value: &Value) -> Option<Fault> {
    let alone = Value::Table(nest(key, value.clone()));
    alone.try_into::<Typed>().err().map(|error| Fault::new(error.message()))
}

/// Says it in our words, unless the type itself has told what it expects.
fn plainly(own: Fault, shape: &Value, found: &Value) -> Fault {
    match mismatch(shape, found) {
        Some(fault) if own.message.starts_with("invalid type") => fault,
        _ => own,
    }
}

/// Tells in plain words which kind of value is wanted.
fn mismatch(shape: &Value, found: &Value) -> Option<Fault> {
    let wanted = match shape {
        Value::String(_) => "a string in quotes",
        Value::Integer(_) => "a whole number",
        Value::Boolean(_) => "true or false",
        Value::Array(list) if list.iter().any(Value::is_table) => "a list of tables",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
        Value::Float(_) | Value::Datetime(_) => return None,
    };
    let fault = Fault::new(format!("expected {wanted}, found {}", kind(found)));
    Some(match (shape, found) {
        (Value::Array(list), Value::Table(_)) if list.iter().any(Value::is_table) => {
            fault.help("write it in double brackets: there may be several")
        }
        (Value::Array(_), Value::String(found)) => fault.help(format!("write [{found:?}]")),
        _ => fault,
    })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a fraction",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}

/// Tells that a key does not exist in a table, and which one may have been meant: a near one beside
/// it, or the same one in another section.
pub(crate) fn unknown_key(name: &str, beside: &Table, whole: &Table) -> Fault {
    let fault = Fault::new("unknown key");
    if let Some(near) = nearest(name, beside.keys().map(String::as_str)) {
        return fault.did_you_mean(Some(near));
    }
    let holds = |section: &&str| {
        let keys = whole.get(*section);
        let in_feed = keys.and_then(|keys| keys.get(0)).and_then(|feed| feed.get(name));
        keys.and_then(|keys| keys.get(name)).or(in_feed).is_some()
    };
    // What a site and a feed both have is meant for the site by whoever has named no section.
    let elsewhere = std::iter::once("site").chain(whole.keys().map(String::as_str)).find(holds);
    if let Some(section) = elsewhere {
        return fault.did_you_mean(Some(&format!("{section}.{name}")));
    }
    let known: Vec<&str> = beside.keys().map(String::as_str).collect();
    fault.help(format!("known keys are {}", known.join(", ")))
}

/// Wraps a value into the tables that its key names; `[n]` stands for a list of this one element.
pub(crate) fn nest(key: &str, value: Value) -> Table {
    let mut value = value;
    let mut steps = key.rsplit('.').peekable();
    loop {
        let step = steps.next().unwrap_or_default();
        let name = step.split('[').next().unwrap_or_default();
        if name.len() < step.len() {
            value = Value::Array(vec![value]);
        }
        let table = Table::from_iter([(name.to_owned(), value)]);
        if steps.peek().is_none() {
            return table;
        }
        value = Value::Table(table);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::typed;

    fn table(text: &str) -> Table {
        text.parse().expect("a table")
    }

    #[test]
    fn a_key_names_its_tables() {
        assert_eq!(nest("site.url", 1.into()), table("site.url = 1"));
        assert_eq!(nest("feed[7].only.tags[2]", 1.into()), table("feed = [{ only.tags = [1] }]"));
    }

    #[test]
    fn every_faulty_element_is_named() {
        let shape = Value::Array(Vec::new());
        let value = table("v = [\"a\", 1, \"b\", true]")["v"].clone();
        let faults = checked("input.include", &shape, value).expect_err("two are no strings");
        let keys: Vec<&str> = faults.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["input.include[1]", "input.include[3]"]);
        assert_eq!(faults[0].1.message, "invalid type: integer `1`, expected a string");
    }

    #[test]
    fn kinds_are_told_in_plain_words() {
        let fault = |key: &str, shape: Value, value: Value| {
            checked(key, &shape, value).expect_err("of another kind").remove(0).1
        };
        let list = fault("input.folders", Value::Array(Vec::new()), "seeds".into());
        assert_eq!(list.message, "expected a list, found a string");
        assert_eq!(list.help.as_deref(), Some("write [\"seeds\"]"));
        let number = fault("input.summary_length", 1.into(), 1.5.into());
        assert_eq!(number.message, "expected a whole number, found a fraction");
    }

    #[test]
    fn an_unknown_key_is_looked_for_in_other_sections() {
        let shape = typed::shape();
        let site = shape["site"].as_table().expect("a section");
        let help = |name| unknown_key(name, site, &shape).help;
        assert_eq!(help("langauge").as_deref(), Some("did you mean \"language\"?"));
        assert_eq!(help("limit_age").as_deref(), Some("did you mean \"feed.limit_age\"?"));
        assert_eq!(help("precompress").as_deref(), Some("did you mean \"output.precompress\"?"));
        let at_top = |name| unknown_key(name, &shape, &shape).help;
        assert_eq!(at_top("title").as_deref(), Some("did you mean \"site.title\"?"));
        assert_eq!(at_top("limit").as_deref(), Some("did you mean \"feed.limit\"?"));
        assert!(help("photograph").is_some_and(|help| help.starts_with("known keys are authors,")));
    }
}
