//! What cleaning does, case by case.

use url::Url;

use crate::model::text::Text;
use crate::read::html::bounded::parse_fragment;
use crate::read::html::clean::{Cleaned, Context, clean};

fn cleaned(raw: &str) -> Cleaned {
    let page = Url::parse("https://news.example/a/story.html").expect("a good address");
    let hosts = ["www.youtube.com".to_owned()];
    let context =
        Context { base: &page, page: Some(&page), frame_hosts: &hosts, input_bytes: raw.len() };
    clean(parse_fragment(raw).tree, &context)
}

fn content(raw: &str) -> String {
    cleaned(raw).content.map(|html| html.as_str().to_owned()).unwrap_or_default()
}

fn image(raw: &str) -> Option<(String, Option<String>)> {
    let image = cleaned(raw).image?;
    Some((image.url.into(), image.caption.map(|text: Text| text.as_str().to_owned())))
}

#[test]
fn what_runs_is_gone_with_its_text() {
    assert_eq!(content("a<script>x()</script><style>p{}</style><!-- c -->b"), "ab");
    assert_eq!(content("<p onclick=x() style='color:red' class=c>a</p>"), "<p>a</p>");
    assert_eq!(content("<a href='java\tscript:x()'>a</a>"), "a");
    assert_eq!(content("<a href='&#106;avascript&colon;x()'>a</a>"), "a");
    assert_eq!(content("<form action=x><input value=y><button>z</button>a</form>"), "<div>a</div>");
    assert_eq!(content("<svg><a href=javascript:x>y</a></svg>b"), "b");
    assert_eq!(content("<template><p>x</template>a"), "a");
}

#[test]
fn loose_signs_survive() {
    assert_eq!(content("1 < 2 ‹ 3 & 4 <3"), "1 &lt; 2 ‹ 3 &amp; 4 &lt;3");
}

#[test]
fn addresses_become_absolute() {
    assert_eq!(
        content("<a href=b>x</a><img src=//c.example/d alt=e><q cite=/f>g</q>"),
        "<a href=\"https://news.example/a/b\">x</a><img src=\"https://c.example/d\" alt=\"e\">\
         <q cite=\"https://news.example/f\">g</q>"
    );
    assert_eq!(
        content("<p id=n>a <a href='#n'>b</a>"),
        "<p id=\"n\">a <a href=\"https://news.example/a/story.html#n\">b</a></p>"
    );
    assert_eq!(
        content("<video poster=p.jpg><source src=v.mp4 type=video/mp4><track src=t.vtt></video>"),
        "<video poster=\"https://news.example/a/p.jpg\" controls=\"\">\
         <source src=\"https://news.example/a/v.mp4\" type=\"video/mp4\">\
         <track src=\"https://news.example/a/t.vtt\"></video>"
    );
}

#[test]
fn lazy_pictures_get_their_real_address() {
    let real = "<img src=\"https://i.example/a.jpg\" alt=\"\">";
    let stand_in = "data:image/svg+xml;base64,PHN2Zz4=";
    for raw in [
        format!("<img src='{stand_in}' data-src='https://i.example/a.jpg'>"),
        "<img data-lazy-src='https://i.example/a.jpg'>".to_owned(),
        "<img src=spacer.gif data-original='//i.example/a.jpg'>".to_owned(),
        format!("<img src='{stand_in}'><noscript><img src=//i.example/a.jpg></noscript>"),
        "<noscript><img src=//i.example/a.jpg></noscript>".to_owned(),
        "<img src=//i.example/a.jpg><noscript><img src=//i.example/a.jpg></noscript>".to_owned(),
        "<img data-src=//i.example/a.jpg> <noscript><img src=//i.example/b.jpg></noscript>".into(),
        "<noscript><img src=//i.example/a.jpg></noscript><img class=lazy src=//i.example/0.gif>"
            .to_owned(),
    ] {
        assert_eq!(content(&raw), real, "{raw}");
    }
    assert_eq!(content(&format!("a<img src='{stand_in}'>")), "a");
    assert_eq!(content("a<noscript>Please enable <img src=b> scripts</noscript>"), "a");
    assert_eq!(
        content("<img data-srcset='s.jpg 100w, l.jpg 900w'>"),
        "<img srcset=\"https://news.example/a/s.jpg 100w, https://news.example/a/l.jpg 900w\" \
         src=\"https://news.example/a/l.jpg\" alt=\"\">"
    );
}

#[test]
fn pictures_that_count_readers_are_gone() {
    for raw in [
        "<img src=a width=1 height=1>",
        "<img src=a width=0 height=100>",
        "<img src=a style='width: 1px; height:1px !important'>",
        "<img src=a style='display : NONE'>",
        "<noscript><img src=a height=1 width=1 style='display:none'></noscript>",
        "<img src=https://pixel.wp.com/b.gif?x>",
        "<iframe src=https://www.youtube.com/x width=0 height=0></iframe>",
    ] {
        assert_eq!(content(raw), "", "{raw}");
    }
    assert_ne!(content("<img src=a width=1 height=100%>"), "");
}

#[test]
fn frames_of_known_hosts_stay_and_others_become_links() {
    assert_eq!(
        content("<iframe src=//www.youtube.com/embed/x srcdoc='<b>' onload=x width=9>a</iframe>"),
        "<iframe width=\"9\" src=\"https://www.youtube.com/embed/x\" \
         sandbox=\"allow-popups allow-presentation allow-same-origin allow-scripts\" \
         allowfullscreen=\"\" loading=\"lazy\"></iframe>"
    );
    let link = "<a href=\"https://v.example/x\">https://v.example/x</a>";
    assert_eq!(content("<iframe src=//v.example/x></iframe>"), link);
    assert_eq!(content("<embed src=https://v.example/x>"), link);
    assert_eq!(content("<object data=https://v.example/x><p>No plug-in</object>"), link);
    assert_eq!(content("<object><param name=movie value=//v.example/x></object>"), link);
    assert_eq!(content("a<iframe src=about:blank></iframe><iframe srcdoc=x></iframe>"), "a");
    assert_eq!(
        content("<iframe src=//www.youtube.com.v.example/ title='A film'></iframe>"),
        "<a href=\"https://www.youtube.com.v.example/\">A film</a>"
    );
}

#[test]
fn what_readers_can_show_is_kept() {
    for raw in [
        "<pre>  a\n\tb</pre>",
        "<table><caption>a</caption><tbody><tr><td colspan=\"2\">b</td></tr></tbody></table>",
        "<ruby>漢<rp>(</rp><rt>kan</rt></ruby>",
        "<details open=\"\"><summary>a</summary>b</details>",
        "<p lang=\"ar\" dir=\"rtl\">a</p>",
        "<figure><img src=\"https://i.example/a\" alt=\"\"><figcaption>b</figcaption></figure>",
        "<h2>a</h2><blockquote>b</blockquote><ol start=\"3\"><li>c</li></ol>",
    ] {
        assert_eq!(content(raw), raw);
    }
    // The parser takes away a line break that begins a <pre>.
    assert_eq!(content("<pre>\n\na</pre>"), "<pre>\n\na</pre>");
}

#[test]
fn elements_that_feeds_do_not_know_leave_what_they_hold() {
    assert_eq!(content("<font color=red>a <x-y>b</x-y></font>"), "a b");
    assert_eq!(content("<center>a</center>b"), "<div>a</div>b");
    assert_eq!(content("<math><mi>x</mi><annotation>y</annotation></math>"), "x");
}

#[test]
fn what_was_left_empty_goes() {
    assert_eq!(content("<p><a href=x><img src=data:,></a></p> <p>b</p>"), "<p>b</p>");
    assert_eq!(content("<a id=here></a>b"), "<a id=\"here\"></a>b");
    assert_eq!(content("a<span> </span>b"), "a b");
    assert_eq!(cleaned("<p> </p>").content, None);
    assert_eq!(cleaned(""), Cleaned::default());
}

#[test]
fn what_html_cannot_nest_is_mended() {
    assert_eq!(content("<p>a<button><div>b</div></button>"), "<p>a</p>");
    assert_eq!(content("<p>a<marquee><p>b</marquee>"), "<div>a<div><p>b</p></div></div>");
    assert_eq!(
        content("<a href=x>a<iframe src=//v.example title=b></iframe></a>"),
        "<a href=\"https://news.example/a/x\">ab</a>"
    );
}

#[test]
fn hidden_things_are_left_out() {
    let cleaned = cleaned("<p>a</p><p hidden>b</p><div style='display:none'>c</div>");
    assert_eq!(cleaned.text.as_str(), "a");
    assert_eq!(cleaned.content.expect("a paragraph").as_str(), "<p>a</p>");
}

#[test]
fn the_lead_image_has_the_caption_below_it() {
    let address = "https://i.example/a.jpg".to_owned();
    let expected = Some((address.clone(), Some("At the river".to_owned())));
    let archive = "<img src=\"//i.example/a.jpg\" width=\"100%\"><div><small style=\"color: #999;\">\
                   At the\n river</small></div><p>Text.</p>";
    assert_eq!(image(archive), expected);
    let cleaned = cleaned(archive);
    assert_eq!((cleaned.text.as_str(), cleaned.captions.as_str()), ("Text.", "At the river"));
    assert_eq!(image("<img src=//i.example/a.jpg> <small>At the river</small>"), expected);
    let figure =
        "<figure><img src=//i.example/a.jpg><figcaption>At the river</figcaption></figure>";
    assert_eq!(image(figure), expected);
    assert_eq!(image("<img src=//i.example/a.jpg><p>Text"), Some((address.clone(), None)));
    assert_eq!(image("<video poster=//i.example/a.jpg src=v.mp4>"), Some((address.clone(), None)));
    let icon = "<img src=b width=16 height=16><img src=https://s.w.org/images/core/emoji/1.png>";
    assert_eq!(image(&format!("{icon}<img src=//i.example/a.jpg>")), Some((address, None)));
    assert_eq!(image(icon), None);
}

#[test]
fn sound_and_film_become_enclosures_once() {
    let raw = "<audio src=a.mp3></audio><audio src=a.mp3></audio><video title=V><source src=v \
               type='video/webm; codecs=x'><source src=v.mp4></video>";
    let found: Vec<(String, String)> = cleaned(raw)
        .enclosures
        .into_iter()
        .map(|enclosure| (enclosure.url.into(), enclosure.media_type.as_str().to_owned()))
        .collect();
    assert_eq!(
        found,
        [
            ("https://news.example/a/a.mp3".to_owned(), "audio/mpeg".to_owned()),
            ("https://news.example/a/v".to_owned(), "video/webm".to_owned()),
        ]
    );
}

#[test]
fn content_that_grows_too_much_is_reported() {
    assert_eq!(cleaned(&"<img src=?>".repeat(1000)).reports, []);
    let cleaned = cleaned(&"<img src=?>".repeat(5000));
    assert_eq!(cleaned.content, None);
    assert_eq!(cleaned.reports[0].rule, "html-output-too-large");
    // Three times as long is no matter.
    assert_eq!(self::cleaned(&"<a href=x>y</a>".repeat(5000)).reports, []);
}

#[test]
fn the_name_of_a_place_stands_once() {
    assert_eq!(
        content(
            "<p id=a>1</p><script id=c></script><p id=a>2</p><p id='b c'>3</p><p id>4</p><p id=c>5"
        ),
        "<p id=\"a\">1</p><p>2</p><p>3</p><p>4</p><p id=\"c\">5</p>"
    );
}

#[test]
fn what_a_browser_shows_is_not_lost_in_what_is_never_closed() {
    assert_eq!(content("a<map name=m><area><p>b</map><p>c"), "a<p>b</p><p>c</p>");
    assert_eq!(content("a <meter value=1>b<p>c</meter><p>d"), "a b<p>c</p><p>d</p>");
}
