//! OPML 2.0: the list of all feeds.

use std::io;

use quick_xml::Writer;
use quick_xml::events::BytesText;

use crate::model::document::Document;
use crate::model::feed::{Format, LIST_PATH};
use crate::model::list::{Branch, Outline};
use crate::model::text::Text;
use crate::render::xml;

/// Renders the list, grouped as the feeds are declared.
#[must_use]
pub fn render(title: &Text, branches: &[Branch]) -> Document {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    // Writing into a vector does not fail.
    let written = write(&mut writer, title, branches);
    let element = written.map(|()| writer.into_inner()).unwrap_or_default();
    Document::text(LIST_PATH, "text/x-opml; charset=utf-8", xml::finish(&element, ""))
}

fn write(writer: &mut Writer<Vec<u8>>, title: &Text, branches: &[Branch]) -> io::Result<()> {
    writer.create_element("opml").with_attribute(("version", "2.0")).write_inner_content(
        |opml| {
            opml.create_element("head").write_inner_content(|head| {
                head.create_element("title").write_text_content(BytesText::new(title))?;
                Ok(())
            })?;
            opml.create_element("body").write_inner_content(|body| {
                branches.iter().try_for_each(|branch| write_branch(body, branch))
            })?;
            Ok(())
        },
    )?;
    Ok(())
}

fn write_branch(writer: &mut Writer<Vec<u8>>, branch: &Branch) -> io::Result<()> {
    match branch {
        Branch::Single(outline) => write_outline(writer, outline),
        Branch::Group(name, outlines) => {
            let group = writer.create_element("outline").with_attribute(("text", name.as_str()));
            group.write_inner_content(|inner| {
                outlines.iter().try_for_each(|outline| write_outline(inner, outline))
            })?;
            Ok(())
        }
    }
}

fn write_outline(writer: &mut Writer<Vec<u8>>, outline: &Outline) -> io::Result<()> {
    // OPML 2.0 knows the type `rss` for feeds of any kind; readers look into the document.
    let version = match outline.format {
        Format::Rss => "RSS2",
        Format::Atom => "atom1",
        Format::Json | Format::Html => "json1",
    };
    let mut element = writer.create_element("outline").with_attributes([
        ("type", "rss"),
        ("text", outline.title.as_str()),
        ("title", outline.title.as_str()),
        ("xmlUrl", outline.address.as_str()),
        ("htmlUrl", outline.home.as_str()),
        ("language", outline.language.as_str()),
        ("version", version),
    ]);
    if !outline.description.is_empty() {
        element = element.with_attribute(("description", outline.description.as_str()));
    }
    element.write_empty()?;
    Ok(())
}
