//! The names by which site generators mark the parts of a page: classes, ids, roles and properties.
//!
//! Only whole names count: `share` is a box to share, `shareholders` is not.

use crate::read::html::document::{Place, attribute, name};

/// Names of what holds the text of an article and nothing else, in the order of their bytes.
const CONTENT: [&str; 11] = [
    "article-body",
    "article-content",
    "e-content",
    "entry-content",
    "gh-content",
    "markdown-body",
    "post-body",
    "post-content",
    "story-body",
    "td-post-content",
    "wp-block-post-content",
];

/// Names of what stands above the text of an article, in the order of their bytes.
const HEADER: [&str; 7] = [
    "article-header",
    "entry-header",
    "gh-article-header",
    "gh-header",
    "page-header",
    "post-header",
    "td-post-header",
];

/// Names of what readers have written, in the order of their bytes.
const COMMENTS: [&str; 12] = [
    "comment",
    "comment-body",
    "comment-content",
    "comment-list",
    "comment-respond",
    "commentlist",
    "comments",
    "comments-area",
    "disqus_thread",
    "giscus",
    "respond",
    "wp-block-comments",
];

/// Names of what stands around the text of an article, in the order of their bytes: dates and
/// bylines, tables of contents, what to share and what to read next.
const FURNITURE: [&str; 73] = [
    "addtoany_content",
    "addtoany_share_save_container",
    "article-byline",
    "article-meta",
    "author-bio",
    "author-box",
    "author-info",
    "breadcrumb",
    "breadcrumbs",
    "byline",
    "cat-links",
    "edit-link",
    "entry-categories",
    "entry-date",
    "entry-footer",
    "entry-meta",
    "entry-tags",
    "ez-toc-container",
    "gh-article-meta",
    "jp-post-flair",
    "jp-relatedposts",
    "lwptoc",
    "nav-links",
    "navigation",
    "pagination",
    "paginav",
    "post-author",
    "post-byline",
    "post-categories",
    "post-date",
    "post-footer",
    "post-meta",
    "post-nav",
    "post-navigation",
    "post-share",
    "post-tags",
    "posted-by",
    "posted-on",
    "reading-time",
    "related",
    "related-articles",
    "related-content",
    "related-posts",
    "relatedposts",
    "screen-reader-text",
    "sd-sharing-enabled",
    "share",
    "share-bar",
    "share-box",
    "share-buttons",
    "share-links",
    "sharedaddy",
    "sharing",
    "skip-link",
    "social-share",
    "social-sharing",
    "table-of-contents",
    "tableofcontents",
    "tags-links",
    "td-post-sharing",
    "toc",
    "toc-container",
    "toc_container",
    "wp-block-jetpack-related-posts",
    "wp-block-jetpack-sharing-buttons",
    "wp-block-post-author",
    "wp-block-post-author-name",
    "wp-block-post-date",
    "wp-block-post-navigation-link",
    "wp-block-post-terms",
    "wp-block-table-of-contents",
    "yarpp",
    "yarpp-related",
];

/// The longest name that is compared, in bytes.
const LONGEST: usize = 40;

/// Tells what holds the text of an article.
pub(super) fn is_content(node: Place<'_>) -> bool {
    has(node, "itemprop", |name| name == "articlebody") || is_named(node, &CONTENT)
}

/// Tells what may stand above the text of an article: title, date, byline, picture.
pub(super) fn is_header(node: Place<'_>) -> bool {
    name(node) == "header" || is_header_by_name(node)
}

/// Tells what calls itself the header of an article.
pub(super) fn is_header_by_name(node: Place<'_>) -> bool {
    is_named(node, &HEADER)
}

/// Tells what readers have written.
pub(super) fn is_comments(node: Place<'_>) -> bool {
    let is_one = |id: &str| {
        let number = id.strip_prefix("div-").unwrap_or(id).strip_prefix("comment-");
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    may_be_left_out(node)
        && (is_named(node, &COMMENTS)
            || has(node, "id", is_one)
            || has(node, "itemprop", |name| name == "comment")
            || has(node, "itemtype", |name| name.ends_with("schema.org/comment")))
}

/// Tells what stands around the text of an article and is none of it.
pub(super) fn is_furniture(node: Place<'_>) -> bool {
    let beside = |role: &str| {
        matches!(role, "navigation" | "complementary" | "search" | "doc-toc" | "contentinfo")
    };
    may_be_left_out(node)
        && (is_named(node, &FURNITURE) || has(node, "role", beside) || is_comments(node))
}

/// Tells elements that are no text of the article, wherever they stand.
pub(super) fn is_beside(node: Place<'_>) -> bool {
    matches!(name(node), "script" | "style" | "template" | "nav" | "aside")
}

/// Tells elements that a name can't make furniture of: those that hold the whole page.
fn may_be_left_out(node: Place<'_>) -> bool {
    !matches!(name(node), "" | "html" | "body" | "main")
}

fn is_named(node: Place<'_>, names: &[&str]) -> bool {
    let is_known = |name: &str| names.binary_search(&name).is_ok();
    has(node, "class", is_known) || has(node, "id", is_known)
}

/// Tells whether one of the names in an attribute fits; they are given in lower case.
fn has(node: Place<'_>, attribute_name: &str, fits: impl Fn(&str) -> bool) -> bool {
    let mut names = attribute(node, attribute_name).unwrap_or_default().split_ascii_whitespace();
    names.any(|name| name.len() <= LONGEST && fits(&name.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_can_be_searched() {
        for names in [&CONTENT[..], &HEADER, &COMMENTS, &FURNITURE] {
            assert!(names.is_sorted(), "{names:?}");
            assert!(names.iter().all(|name| name.len() <= LONGEST));
        }
    }
}
