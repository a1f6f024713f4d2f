//! Frames and embedded things: those of known hosts stay, the others become links.

use ego_tree::NodeId;
use scraper::node::Element;
use scraper::{Html, Node, StrTendril};
use url::Url;

use crate::read::html::document::{Place, attribute, change, detach, empty, name, rename, set};
use crate::read::html::links::Addresses;
use crate::read::html::pixels::{is_hidden, is_pixel};

/// What a frame may do: play, and open its own page in a window of its own. Never: reach the
/// page that it stands in.
const SANDBOX: &str = "allow-popups allow-presentation allow-same-origin allow-scripts";

/// Attributes of a frame that stay.
const KEPT: [&str; 4] = ["height", "id", "title", "width"];

/// What a frame becomes.
enum Frame {
    /// It stays, with this address.
    Stay(Url),
    /// It becomes a link to its address, with these words.
    Link(String, String),
    /// It goes: it has no address, or nobody is meant to see it.
    Drop,
}

/// Keeps the frames of the hosts that are told (in lower case), and makes links of all others.
pub(crate) fn replace(
    html: &mut Html,
    nodes: &[NodeId],
    addresses: &Addresses<'_>,
    hosts: &[String],
) {
    for id in nodes.iter().copied() {
        let Some(frame) = html.tree.get(id).and_then(|node| judge(node, addresses, hosts)) else {
            continue;
        };
        match frame {
            Frame::Stay(address) => stay(html, id, &address),
            Frame::Link(address, words) => link(html, id, &address, &words),
            Frame::Drop => detach(html, id),
        }
    }
}

fn judge(node: Place<'_>, addresses: &Addresses<'_>, hosts: &[String]) -> Option<Frame> {
    let raw = match name(node) {
        "iframe" | "frame" | "embed" | "portal" => attribute(node, "src"),
        "object" | "applet" => attribute(node, "data").or_else(|| embedded(node)),
        _ => return None,
    };
    let Some(mut address) = raw.and_then(|raw| addresses.file(raw)) else {
        return Some(Frame::Drop);
    };
    if is_pixel(node) || is_hidden(node) {
        return Some(Frame::Drop);
    }
    let is_known = address.host_str().is_some_and(|host| hosts.iter().any(|known| known == host));
    if name(node) == "iframe" && is_known {
        // Nothing but a strange base could make this fail; then the frame keeps its scheme.
        let _ = address.set_scheme("https");
        return Some(Frame::Stay(address));
    }
    let words = attribute(node, "title").map(str::trim).filter(|title| !title.is_empty());
    let words = words.unwrap_or(address.as_str()).to_owned();
    Some(Frame::Link(address.into(), words))
}

/// Finds the address of what an `<object>` holds.
fn embedded(object: Place<'_>) -> Option<&str> {
    object.descendants().find_map(|node| match name(node) {
        "embed" | "iframe" => attribute(node, "src"),
        "param" if matches!(attribute(node, "name"), Some("movie" | "src")) => {
            attribute(node, "value")
        }
        _ => None,
    })
}

fn stay(html: &mut Html, id: NodeId, address: &Url) {
    // The content of a frame is for browsers that know no frames.
    empty(html, id);
    change(html, id, |element: &mut Element| {
        element.attrs.retain(|name, _| KEPT.contains(&&*name.local));
        set(element, "src", address.as_str());
        set(element, "sandbox", SANDBOX);
        set(element, "allowfullscreen", "");
        set(element, "loading", "lazy");
    });
}

fn link(html: &mut Html, id: NodeId, address: &str, words: &str) {
    empty(html, id);
    change(html, id, |element| {
        element.attrs.retain(|name, _| &*name.local == "id");
        rename(element, "a");
        set(element, "href", address);
    });
    if let Some(mut node) = html.tree.get_mut(id) {
        let text = StrTendril::from_slice(words);
        node.append(Node::Text(scraper::node::Text { text }));
    }
}
