//! A feed to its documents: one file a format, and no format knows another.
//!
//! Invariant: nothing here filters characters or cleans HTML (the model's types have done so), does
//! I/O or reads a clock.

pub mod atom;
pub mod html;
pub mod json;
pub mod opml;
pub mod rss;
mod xml;

use crate::model::document::Document;
use crate::model::feed::{Feed, Format};

/// Renders the document of one format of a feed.
#[must_use]
pub fn document(feed: &Feed, format: Format) -> Document {
    match format {
        Format::Rss => rss::render(feed),
        Format::Atom => atom::render(feed),
        Format::Json => json::render(feed),
        Format::Html => html::render(feed),
    }
}
