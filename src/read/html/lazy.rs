//! Pictures that a script would load: the real address takes the place of the stand-in.

use ego_tree::NodeId;
use scraper::Html;
use scraper::node::Element;

use crate::read::html::document::{Place, attribute, change, detach, name, neighbour, set, unwrap};
use crate::read::html::links::candidates;

/// Attributes in which scripts look for the real address, the best first.
const REAL_ADDRESSES: [&str; 7] = [
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-orig-file",
    "data-actualsrc",
    "data-url",
    "data-hi-res-src",
];

/// Attributes in which scripts look for the real set of addresses.
const REAL_SETS: [&str; 3] = ["data-srcset", "data-lazy-srcset", "data-original-set"];

/// Gives every picture, film and frame its real address. A picture without any goes, and of a
/// stand-in and its twin in `<noscript>` one stays.
pub(crate) fn resolve(html: &mut Html, nodes: &[NodeId]) {
    for id in nodes {
        change(html, *id, resolve_in);
    }
    for id in nodes {
        if html.tree.get(*id).is_some_and(|node| name(node) == "noscript") {
            resolve_noscript(html, *id);
        }
    }
    for id in nodes {
        if html.tree.get(*id).is_some_and(is_without_address) {
            detach(html, *id);
        }
    }
}

fn resolve_in(element: &mut Element) {
    if !matches!(element.name(), "img" | "source" | "iframe" | "video" | "audio" | "embed") {
        return;
    }
    if let Some(address) = first(element, &REAL_ADDRESSES) {
        set(element, "src", &address);
    }
    if let Some(set_of_pictures) = first(element, &REAL_SETS) {
        set(element, "srcset", &set_of_pictures);
    }
    if let Some(poster) = first(element, &["data-poster"]) {
        set(element, "poster", &poster);
    }
    if element.name() == "img" && !element.attr("src").is_some_and(is_real) {
        let best = element.attr("srcset").and_then(largest).map(str::to_owned);
        if let Some(address) = best {
            set(element, "src", &address);
        }
    }
}

/// Finds the first attribute with an address that a feed can use.
fn first(element: &Element, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| element.attr(name).filter(|value| is_real(value))).map(Into::into)
}

/// Tells whether an address can be one of a picture in a feed; readers drop `data:`.
fn is_real(address: &str) -> bool {
    let address = address.trim_matches(|c: char| c <= ' ');
    let scheme = address.split(':').next().unwrap_or_default();
    !address.is_empty()
        && !["data", "blob", "about", "javascript"]
            .iter()
            .any(|other| scheme.eq_ignore_ascii_case(other))
}

/// Finds the largest picture of a set by the number of its descriptor.
fn largest(set_of_pictures: &str) -> Option<&str> {
    let mut best: Option<(&str, f64)> = None;
    for (address, descriptor) in candidates(set_of_pictures) {
        let size = descriptor.trim_end_matches(['w', 'x', 'h']).parse().unwrap_or(1.0);
        if is_real(address) && best.is_none_or(|(_, known)| size > known) {
            best = Some((address, size));
        }
    }
    best.map(|(address, _)| address)
}

fn is_without_address(node: Place<'_>) -> bool {
    let lacks = |attribute_name| !attribute(node, attribute_name).is_some_and(is_real);
    match name(node) {
        "img" => lacks("src"),
        "source" => lacks("src") && lacks("srcset"),
        _ => false,
    }
}

/// What becomes of a `<noscript>`.
enum Noscript {
    /// Its picture takes its place.
    Keep,
    /// Its picture takes its place and that of the stand-in.
    Replace(NodeId),
    /// It goes.
    Drop,
}

fn resolve_noscript(html: &mut Html, id: NodeId) {
    match html.tree.get(id).map_or(Noscript::Drop, judge) {
        Noscript::Keep => unwrap(html, id),
        Noscript::Replace(stand_in) => {
            detach(html, stand_in);
            unwrap(html, id);
        }
        Noscript::Drop => detach(html, id),
    }
}

/// Judges a `<noscript>`. The parser leaves only those that hold a picture and no words: they stand
/// for a lazy picture.
fn judge(noscript: Place<'_>) -> Noscript {
    let Some(picture) = noscript.descendants().find(|node| name(*node) == "img") else {
        return Noscript::Drop;
    };
    let twin = [false, true]
        .into_iter()
        .filter_map(|after| neighbour(noscript, after))
        .find_map(|next| next.descendants().find(|node| name(*node) == "img"));
    match twin {
        Some(twin) if attribute(twin, "src") == attribute(picture, "src") => Noscript::Drop,
        Some(twin) if is_without_address(twin) => Noscript::Replace(twin.id()),
        // The script would have put the address of the twin in its place already.
        Some(twin) if has_real_address(twin) => Noscript::Drop,
        Some(twin) if is_stand_in(twin) => Noscript::Replace(twin.id()),
        _ => Noscript::Keep,
    }
}

fn has_real_address(picture: Place<'_>) -> bool {
    REAL_ADDRESSES
        .iter()
        .chain(&REAL_SETS)
        .any(|name| attribute(picture, name).is_some_and(is_real))
}

fn is_stand_in(picture: Place<'_>) -> bool {
    let says_lazy = |name| {
        attribute(picture, name).is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            ["lazy", "placeholder", "spacer", "blank"].iter().any(|word| value.contains(word))
        })
    };
    says_lazy("class") || says_lazy("src")
}
