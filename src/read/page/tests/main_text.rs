use scraper::Html;

use crate::read::page::main_part;

fn part(page: &str, title: &str) -> String {
    main_part(Html::parse_document(page), title).expect("a part")
}

#[test]
fn the_main_part_is_the_article() {
    let page = "<header>H</header><article>short</article><article><header><h1>A</h1></header>\
        <p>long enough &lt;</p><script>x</script><aside>s</aside><nav>n</nav>\
        <blockquote>q<footer>who</footer></blockquote><noscript><img src=a></noscript>\
        <footer>f</footer></article><footer>F</footer>";
    assert_eq!(
        part(page, " A "),
        "<p>long enough &lt;</p><blockquote>q<footer>who</footer></blockquote>\
         <noscript><img src=a></noscript>"
    );
    assert_eq!(part("<main><h1>B</h1>m</main>", "A"), "<h1>B</h1>m");
    assert_eq!(part("<article></article><main>m</main>", ""), "m");
    assert_eq!(part("<div role=main>m</div><p>x", ""), "m");
    assert_eq!(part("<header>h</header><p>x</p><nav>n</nav>", ""), "<p>x</p>");
    let comments = "<article>text<article>a comment that is longer</article></article>";
    assert!(part(comments, "").starts_with("text"));
    assert_eq!(part("", ""), "");
}

#[test]
fn a_comment_is_never_the_article() {
    let long = "A reader has much to say. ".repeat(20);
    for comment in [
        format!("<section id=comments><article><p>{long}</article></section>"),
        format!("<article id=div-comment-7 class=comment-body><p>{long}</article>"),
        format!("<article itemprop=comment itemscope><p>{long}</article>"),
        format!("<ol class='comment-list'><li id=comment-7><article>{long}</article></ol>"),
        // Not named, but it follows the post in `<main>`.
        format!("<article><p>{long}</article>"),
    ] {
        let page = format!("<main><article class=post><p>Short.</p></article>{comment}</main>");
        assert_eq!(part(&page, "T"), "<p>Short.</p>", "{comment}");
    }
    let inside = format!("<article><h1>T</h1><p>Short.</p><div id=comments>{long}</div></article>");
    assert_eq!(part(&inside, "T"), "<p>Short.</p>");
    // A post about comments is no comment.
    let about = format!("<article id=comment-policy class='post has-comments'>{long}</article>");
    assert!(part(&about, "T").contains("much to say"));
}

#[test]
fn of_many_articles_the_one_with_the_title_counts() {
    let long = "The teaser of another article. ".repeat(20);
    let page = |own: &str| format!("<article>{long}</article>{own}<article>{long}</article>");
    assert_eq!(part(&page("<article><h1>T</h1><p>x</p></article>"), "T"), "<p>x</p>");
    assert_eq!(
        part(&page("<article><h1>Other</h1><p>x</p></article>"), "T"),
        "<h1>Other</h1><p>x</p>"
    );
    assert_eq!(part(&page("<article><p itemprop=articleBody>x</p></article>"), "T"), "x");
    // A heading alone is no article.
    let alone = page("<article><h1>T</h1></article>");
    assert!(part(&alone, "T").starts_with("The teaser"));
    let outside = format!("<main><div class=entry-content>x</div><article>{long}</article></main>");
    assert_eq!(part(&outside, "T"), "x");
}

#[test]
fn the_header_of_the_theme_is_left_out_but_for_its_picture() {
    let body = "<p>Hello.</p><h2 id=\"a\">A</h2>";
    for header in [
        "<header><h1>T</h1><div class=x><span>May 16, 2024</span> · 1 min · Sam</div></header>",
        "<header class=post-header><h2>T</h2><p>Sam</p></header>",
        "<div class='entry-header'><h1>T</h1>by Sam</div>",
        "<h1>T</h1><p class=byline>by Sam</p>",
        "<h1>T</h1><p>May 16, 2024 · 1 min · Sam</p>",
        "<h1>T</h1><div>by <a rel=author href=/sam>Sam</a></div>",
        "<h1>T</h1><p>On <time datetime=2024-05-16>Thursday</time></p>",
        "<div class=toc><details><summary>Contents</summary></details></div>",
        "<div class=breadcrumbs>Home » Posts</div>",
    ] {
        let page = format!("<article>{header}{body}</article>");
        assert_eq!(part(&page, "T"), body, "{header}");
    }
    let picture = "<figure><img src=\"a\"></figure>";
    let page = format!("<article><header><h1>T</h1><img src=me>{picture}</header>{body}</article>");
    assert_eq!(part(&page, "T"), format!("{picture}{body}"));
}

#[test]
fn what_says_something_stays() {
    for body in [
        "<section><header><h2>One</h2></header><p>x</p></section>",
        "<p>Doors open at <time datetime=\"19:00\">seven</time></p><p>x</p>",
        "<p>x</p><header><h1>Later</h1></header>",
        "<p class=\"shareholders\">x</p>",
        "<blockquote><p>q</p><p class=\"byline\">who</p></blockquote>",
    ] {
        assert_eq!(part(&format!("<article>{body}</article>"), "T"), body, "{body}");
    }
    // Where nothing else is there, even a box to share is the text.
    for body in ["<header><p>May 16, 2024</p></header>", "<div class=\"share\">x</div>"] {
        assert!(part(&format!("<article>{body}</article>"), "T").contains(body), "{body}");
    }
}

#[test]
fn what_is_named_as_the_text_counts() {
    for name in ["class=entry-content", "class='a gh-content'", "itemprop=articleBody"] {
        let page = format!(
            "<article><div><h1>T</h1><p>Teaser</p></div><figure><img src=a></figure><div {name}>\
             <p>One.</p><div class=sharedaddy><h3>Share this:</h3></div>\
             <div id=jp-relatedposts class=jp-relatedposts>Related, and much longer than the \
             text</div></div><div>Written by Sam</div></article>"
        );
        assert_eq!(part(&page, "T"), "<figure><img src=\"a\"></figure><p>One.</p>", "{name}");
    }
    let two = "<article><div class=article-body>One.</div>ad<div class=article-body>Two.</div>";
    assert_eq!(part(two, "T"), "One.Two.");
    // The name means something else where most of the text stands beside it.
    let long = "The text goes on and on. ".repeat(20);
    let other = format!("<article><p class=post-content>Intro</p><div>{long}</div></article>");
    assert!(part(&other, "T").contains(&long));
}
