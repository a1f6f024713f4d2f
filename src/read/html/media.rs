//! What the content shows and plays: the lead image, sound and film.

use ego_tree::NodeId;
use scraper::Html;
use url::Url;

use crate::model::article::{Enclosure, Image};
use crate::model::text::Text;
use crate::read::html::document::{Place, attribute, content, is_blank, name, neighbour};
use crate::read::html::pixels::is_icon;
use crate::read::html::text::of_node;
use crate::read::media_type::media_type;

/// The lead image and the node of its caption, where that is no `<figcaption>`.
#[derive(Default)]
pub(crate) struct Lead {
    pub(crate) image: Option<Image>,
    pub(crate) caption: Option<NodeId>,
}

/// Finds the lead image of a cleaned tree: the first picture that is no icon, or the poster of
/// the first film.
pub(crate) fn lead(html: &Html) -> Lead {
    let pictures = content(html).into_iter().flat_map(|content| content.descendants());
    for node in pictures {
        let address = match name(node) {
            "img" if !is_icon(node) => attribute(node, "src"),
            "video" => attribute(node, "poster"),
            _ => None,
        };
        let Some(url) = address.and_then(|address| Url::parse(address).ok()) else { continue };
        let below = below(node);
        let caption = figcaption(node).or(below);
        let image = Image {
            url,
            caption: caption.and_then(|node| line(&of_node(node))),
            alt: attribute(node, "alt").and_then(line),
        };
        return Lead { image: Some(image), caption: below.map(|node| node.id()) };
    }
    Lead::default()
}

/// Finds the caption of the figure in which a picture stands.
fn figcaption(picture: Place<'_>) -> Option<Place<'_>> {
    let figure = picture.ancestors().find(|node| name(*node) == "figure")?;
    figure.descendants().find(|node| name(*node) == "figcaption")
}

/// Finds the small print directly after a picture: `<small>`, alone in a `<div>` or bare.
fn below(picture: Place<'_>) -> Option<Place<'_>> {
    let next = neighbour(picture, true)?;
    match name(next) {
        "small" => Some(next),
        "div" => {
            let mut held = next.children().filter(|child| !is_blank(*child));
            let small = held.next().filter(|child| name(*child) == "small")?;
            held.next().is_none().then_some(small)
        }
        _ => None,
    }
}

/// Lists the sound and film of a cleaned tree, each once: of several forms of the same, the first.
pub(crate) fn enclosures(html: &Html) -> Vec<Enclosure> {
    let mut found: Vec<Enclosure> = Vec::new();
    let mut known = std::collections::HashSet::new();
    let all = content(html).into_iter().flat_map(|content| content.descendants());
    for node in all.filter(|node| matches!(name(*node), "audio" | "video")) {
        let source = node.children().find(|child| name(*child) == "source");
        let Some(file) = [Some(node), source]
            .into_iter()
            .flatten()
            .find(|file| attribute(*file, "src").is_some())
        else {
            continue;
        };
        let address = attribute(file, "src").and_then(|address| Url::parse(address).ok());
        if let Some(url) = address.filter(|url| known.insert(url.clone())) {
            let media_type = media_type(attribute(file, "type"), &url);
            let title = attribute(node, "title").and_then(line);
            found.push(Enclosure { url, media_type, length: 0, seconds: None, title });
        }
    }
    found
}

fn line(raw: &str) -> Option<Text> {
    Some(Text::line(raw)).filter(|text| !text.is_empty())
}
