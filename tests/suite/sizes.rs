//! Articles and feeds that are too large to keep as cases.

use std::fmt::Write;
use std::fs;

use crate::mill::succeed;

/// The size of a large article that really occurs, in bytes.
const LARGE: usize = 700_000;

#[test]
fn a_large_article_is_whole_in_its_feed() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("seeds")).expect("made");
    fs::write(folder.path().join("config.toml"), "[[feed]]\nlimit_size = \"250 KB\"\n")
        .expect("written");
    let mut article =
        String::from("<!--1715852342000-->\n[Large](https://a.example/large.html)\n------\n\n");
    for number in 1.. {
        if article.len() >= LARGE {
            break;
        }
        write!(article, "<p>段落 {number}：这一段的文字不长，也不短。</p>").expect("written");
    }
    article.push_str("<p>The last paragraph.</p>");
    fs::write(folder.path().join("seeds/large.md"), &article).expect("written");
    let output = succeed(folder.path(), &["build", "--strict"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr).matches("warning").count(), 0);
    for name in ["rss.xml", "atom.xml", "feed.json"] {
        let bytes = fs::read(folder.path().join("feeds").join(name)).expect("it is there");
        let feed = feed_rs::parser::parse(&bytes[..]).expect("it is a feed");
        let [entry] = feed.entries.as_slice() else {
            panic!("{name}: one entry is too large, and in")
        };
        let content = entry.content.as_ref().and_then(|content| content.body.as_deref());
        let content = content.expect("the content is there");
        assert_eq!(content, &article[article.find("<p>").expect("a paragraph")..], "{name}");
    }
}
