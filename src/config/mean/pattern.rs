//! Words with placeholders: `tag/{tag}`. A brace that is meant itself is doubled.

use crate::config::error::Fault;
use crate::config::meant::Part;
use crate::config::nearest::nearest;

/// Reads a pattern whose placeholders are `fields`. Neighbouring words are one part, and no part is
/// empty.
pub(crate) fn pattern<Field: Copy>(
    raw: &str,
    fields: &[(&str, Field)],
) -> Result<Vec<Part<Field>>, Fault> {
    let (mut parts, mut literal) = (Vec::new(), String::new());
    let mut rest = raw;
    while let Some(at) = rest.find(['{', '}']) {
        literal.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            literal.push_str(brace);
            rest = after;
            continue;
        }
        let (name, after) = placeholder(brace, rest)?;
        if !literal.is_empty() {
            parts.push(Part::Literal(std::mem::take(&mut literal)));
        }
        parts.push(Part::Field(field(name, fields)?));
        rest = after;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(parts)
}

/// Splits what follows a single brace into the name of the placeholder and the rest.
fn placeholder<'a>(brace: &str, rest: &'a str) -> Result<(&'a str, &'a str), Fault> {
    let found = if brace == "{" { rest.split_once('}') } else { None };
    found.ok_or_else(|| {
        Fault::new(format!("a \"{brace}\" stands alone"))
            .help(format!("write \"{brace}{brace}\" where the brace itself is meant"))
    })
}

fn field<Field: Copy>(name: &str, fields: &[(&str, Field)]) -> Result<Field, Fault> {
    if let Some((_, field)) = fields.iter().find(|(known, _)| *known == name) {
        return Ok(*field);
    }
    let names = fields.iter().map(|(known, _)| *known);
    let fault = Fault::new(format!("unknown placeholder {{{}}}", name.escape_debug()));
    Err(match nearest(name, names.clone()) {
        Some(near) => fault.help(format!("did you mean {{{near}}}?")),
        None => fault.help(format!("there are {{{}}}", names.collect::<Vec<_>>().join("} {"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [(&str, u8); 2] = [("tag", 1), ("year", 2)];

    fn literal(words: &str) -> Part<u8> {
        Part::Literal(words.to_owned())
    }

    #[test]
    fn placeholders_stand_between_words() {
        let parts = pattern("食/{tag}-{year}", &FIELDS).expect("well-formed");
        assert_eq!(parts, [literal("食/"), Part::Field(1), literal("-"), Part::Field(2)]);
        assert_eq!(pattern("", &FIELDS), Ok(Vec::new()));
    }

    #[test]
    fn doubled_braces_are_braces() {
        let parts = pattern("{{a}} {tag}}}", &FIELDS).expect("well-formed");
        assert_eq!(parts, [literal("{a} "), Part::Field(1), literal("}")]);
    }

    #[test]
    fn faults_tell_the_way_out() {
        let fault = |raw| pattern(raw, &FIELDS).expect_err("faulty");
        assert_eq!(fault("{tga}").help.as_deref(), Some("did you mean {tag}?"));
        assert_eq!(fault("{city}").help.as_deref(), Some("there are {tag} {year}"));
        assert_eq!(fault("a}").message, "a \"}\" stands alone");
        assert_eq!(fault("a{tag").message, "a \"{\" stands alone");
        assert_eq!(fault("{}").message, "unknown placeholder {}");
    }
}
