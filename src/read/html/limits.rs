//! How much of an HTML file is read before it is taken for hostile.

use crate::model::report::Report;

/// The deepest nesting that is kept: elements below the root element.
pub const DEEPEST: usize = 512;

/// The most nodes of a tree. An attribute counts as one, as it does in the DOM (DOM §4.9.2): it
/// takes as much memory.
pub const MOST_NODES: usize = 200_000;

/// The most attributes of one tag.
pub const MOST_ATTRIBUTES: usize = 256;

/// The most steps that building a tree may take: one is a look at an open element. An article of
/// 20,000 nodes takes about a million; misnested formatting takes any number.
pub const MOST_STEPS: usize = 8_000_000;

/// A limit that an input has passed, or another reason why the tree does not hold all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Depth,
    Nodes,
    Attributes,
    Steps,
    Unclosed,
}

impl Limit {
    /// Reports the limit, which was passed in a line (from 1) of the input.
    pub(crate) fn report(self, line: u32) -> Report {
        let (rule, message) = match self {
            Self::Depth => {
                ("html-too-deep", format!("elements are nested more than {DEEPEST} deep"))
            }
            Self::Nodes => {
                ("html-too-many-nodes", format!("there are more than {MOST_NODES} nodes"))
            }
            Self::Attributes => (
                "html-too-many-attributes",
                format!("a tag has more than {MOST_ATTRIBUTES} attributes"),
            ),
            Self::Steps => ("html-too-tangled", "elements overlap in too many ways".to_owned()),
            Self::Unclosed => {
                let message = "what begins here has no end and hides all that follows";
                return Report::warning("html-unclosed", message)
                    .at_line(line)
                    .help("close the comment or the element, or take its beginning out");
            }
        };
        Report::warning(rule, message).at_line(line).help("what follows this place was left out")
    }
}
