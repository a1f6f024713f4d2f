//! The part of a page that is the article, less what its theme puts around it.

use ego_tree::NodeId;
use html5ever::serialize::{SerializeOpts, TraversalScope, serialize};
use scraper::{ElementRef, Html};

use crate::model::text::Text;
use crate::read::html::document::detach;
use crate::read::page::choose::choose;
use crate::read::page::strip::{Plan, Rules};

/// Gives the HTML of a page's main text, of the article that [`choose`] finds. Where a part of it
/// has the well-known name of a text, only that part counts, with the pictures that stand above
/// it. Navigation, asides, footers, bylines, boxes to share and the like are left out, and so is
/// the first `<h1>` that only repeats the title. `None` when the page has none of these. The time
/// taken is linear.
#[must_use]
pub fn main_part(mut tree: Html, title: &str) -> Option<String> {
    let title = Text::line(title);
    let chosen = choose(&tree, &title)?;
    let plan = |rules| Plan::make(&tree, chosen, &title, rules);
    let plan = [Rules::ContentOnly, Rules::LessFurniture]
        .into_iter()
        .find_map(plan)
        .or_else(|| plan(Rules::Everything))
        .unwrap_or_default();
    let mut bytes = Vec::new();
    for picture in plan.pictures_above {
        write(&tree, picture, TraversalScope::IncludeNode, &mut bytes)?;
    }
    for (header, pictures) in plan.headers {
        for picture in pictures {
            tree.tree.get_mut(header)?.insert_id_before(picture);
        }
        detach(&mut tree, header);
    }
    for id in plan.left_out {
        detach(&mut tree, id);
    }
    for part in plan.parts {
        write(&tree, part, TraversalScope::ChildrenOnly(None), &mut bytes)?;
    }
    String::from_utf8(bytes).ok()
}

/// Gives the element of a page's main text; `None` when that is the whole body, or nothing.
#[must_use]
pub fn main_element(tree: &Html, title: &str) -> Option<NodeId> {
    choose(tree, &Text::line(title)).filter(|chosen| !chosen.is_body).map(|chosen| chosen.id)
}

fn write(tree: &Html, id: NodeId, scope: TraversalScope, bytes: &mut Vec<u8>) -> Option<()> {
    let element = ElementRef::wrap(tree.tree.get(id)?)?;
    let options = SerializeOpts {
        traversal_scope: scope,
        create_missing_parent: true,
        ..SerializeOpts::default()
    };
    serialize(bytes, &element, options).ok()
}
