//! What holds of any input.

use proptest::prelude::*;
use scraper::Html;
use url::Url;

use crate::read::html::bounded::{DEEPEST, parse_document, parse_fragment};
use crate::read::html::clean::{Context, clean};
use crate::read::html::text::plain;

/// Pieces that make trouble when they meet.
const PIECES: [&str; 64] = [
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<i a=1>",
    "</i>",
    "<a href=x>",
    "<a href='javascript:x()'>",
    "</a>",
    "<div>",
    "</div>",
    "<table>",
    "<tr>",
    "<td>",
    "</table>",
    "<ul>",
    "<li>",
    "</ul>",
    "<svg>",
    "</svg>",
    "<math>",
    "<mi>",
    "<foreignObject>",
    "<style>",
    "</style>",
    "<script>",
    "</script>",
    "<noscript>",
    "</noscript>",
    "<img src=a onerror=x>",
    "<img data-src=b>",
    "<iframe src=//ok.example/>",
    "</iframe>",
    "<object data=x>",
    "</object>",
    "<template>",
    "</template>",
    "<select>",
    "<option>",
    "</select>",
    "<textarea>",
    "</textarea>",
    "<pre>\n",
    "</pre>",
    "<h1>",
    "<h2>",
    "</h2>",
    "<form>",
    "<button>",
    "</button>",
    "<center>",
    "<marquee>",
    "<x onclick=y>",
    "<video src=v>",
    "<figure>",
    "<figcaption>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<a id=n href='java\tscript:z'>",
    "<dl><dt>",
    "<dd>",
    "<span style='display:none'>",
];

/// Any text, or a heap of pieces with words between.
fn anything() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => "[a-z<>&\"'= /\0\r\n‹中]{0,6}",
    ];
    prop_oneof![
        any::<String>(),
        proptest::collection::vec(piece, 0..60).prop_map(|all| all.concat())
    ]
}

fn cleaned(raw: &str) -> String {
    let page = Url::parse("https://news.example/a/story.html").expect("a good address");
    let hosts = ["ok.example".to_owned()];
    let context =
        Context { base: &page, page: Some(&page), frame_hosts: &hosts, input_bytes: raw.len() };
    let cleaned = clean(parse_fragment(raw).tree, &context);
    cleaned.content.map(|html| html.as_str().to_owned()).unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn content_is_harmless_and_absolute(raw in anything()) {
        for element in Html::parse_fragment(&cleaned(&raw)).tree.values().filter_map(|node| node.as_element()) {
            prop_assert!(!matches!(element.name(), "script" | "style" | "svg" | "form" | "object"));
            for (name, value) in element.attrs() {
                prop_assert!(!name.starts_with("on"));
                if matches!(name, "href" | "src" | "poster" | "cite") {
                    prop_assert!(value.starts_with("http"), "{}", value);
                    prop_assert!(value.is_ascii());
                }
            }
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing(raw in anything()) {
        let once = cleaned(&raw);
        prop_assert_eq!(cleaned(&once), once);
    }

    #[test]
    fn any_input_gives_a_bounded_tree(raw in anything()) {
        for bounded in [parse_fragment(&raw), parse_document(&raw)] {
            let tree = bounded.tree.tree;
            let depth = tree.root().descendants().map(|node| node.ancestors().count()).max();
            prop_assert!(depth <= Some(DEEPEST + 1));
        }
    }

    #[test]
    fn limits_change_nothing_within_them(raw in anything()) {
        // Scripts run for the other parser, so that it takes this for text.
        let raw = raw.replace("noscript", "main").replace('\0', "");
        prop_assert_eq!(parse_fragment(&raw).tree.html(), Html::parse_fragment(&raw).html());
    }

    #[test]
    fn plain_text_of_anything(raw in anything()) {
        let text = plain(&raw);
        prop_assert_eq!(text.trim_end(), &text);
    }
}
