//! The attributes that stay, with their addresses made absolute.

use std::collections::HashSet;

use ego_tree::NodeId;
use html5ever::QualName;
use scraper::node::Element;
use scraper::{Html, StrTendril};

use crate::read::html::allowed::may_have;
use crate::read::html::document::{change, set};
use crate::read::html::links::Addresses;
use crate::read::html::pieces::is_costly;

/// Keeps the attributes that an element may have and resolves the addresses among them.
pub(crate) fn keep(html: &mut Html, nodes: &[NodeId], addresses: &Addresses<'_>) {
    let mut names = HashSet::new();
    for id in nodes {
        if html.tree.get(*id).is_none_or(|node| node.parent().is_none()) {
            continue;
        }
        change(html, *id, |element| {
            keep_in(element, addresses);
            keep_name(element, &mut names);
        });
    }
}

/// Keeps the name of a place, unless it is none or another place has it (HTML §3.2.6.1).
fn keep_name(element: &mut Element, names: &mut HashSet<String>) {
    element.attrs.retain(|name, value| {
        &*name.local != "id"
            || !(value.is_empty() || value.contains(|c: char| c.is_ascii_whitespace()))
                && names.insert(value.to_string())
    });
}

fn keep_in(element: &mut Element, addresses: &Addresses<'_>) {
    let tag = element.name.local.clone();
    element.attrs.retain(|name, value| {
        name.ns.is_empty()
            && may_have(&tag, &name.local)
            && resolve(name, value, addresses)
            && !is_costly(value)
    });
    if matches!(&*tag, "audio" | "video") {
        set(element, "controls", "");
    }
    // Without it, a screen reader reads the address of the image aloud.
    if &*tag == "img" && element.attr("alt").is_none() {
        set(element, "alt", "");
    }
}

/// Resolves an address; false when there is no good one, so that the attribute goes.
fn resolve(name: &QualName, value: &mut StrTendril, addresses: &Addresses<'_>) -> bool {
    let resolved = match &*name.local {
        "href" => addresses.link(value),
        "src" | "poster" | "cite" => addresses.file(value).map(String::from),
        "srcset" => addresses.set(value),
        _ => return true,
    };
    if let Some(address) = &resolved {
        *value = StrTendril::from_slice(address);
    }
    resolved.is_some()
}
