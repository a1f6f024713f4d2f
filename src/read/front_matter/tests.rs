use chrono_tz::Tz;
use proptest::prelude::*;

use crate::model::report::Severity;
use crate::read::declared::{At, Declared};
use crate::read::front_matter::{Block, Found, Syntax, find};

fn block(text: &str) -> Block {
    match find(text, true, Tz::UTC) {
        Found::Block(block) => *block,
        other => panic!("{other:?} in {text:?}"),
    }
}

/// Reads a block that must have no fault.
fn sound(text: &str) -> Declared {
    let block = block(text);
    assert_eq!(block.reports, [], "{text}");
    block.declared
}

fn yaml(lines: &str) -> Declared {
    sound(&format!("---\n{lines}\n---\n"))
}

fn text(value: Option<&At<String>>) -> Option<&str> {
    value.map(|at| at.value.as_str())
}

fn tags(declared: &Declared) -> Vec<&str> {
    declared.tags.iter().map(|tag| tag.value.as_str()).collect()
}

fn authors(declared: &Declared) -> Vec<String> {
    declared.authors.iter().map(|author| author.value.name.to_string()).collect()
}

fn rules(block: &Block) -> Vec<(&str, Option<u32>)> {
    block.reports.iter().map(|report| (report.rule, report.line)).collect()
}

#[test]
fn yaml_with_every_key() {
    let written = "\u{FEFF}\r\n\r\n---\r\nTitle: A \"title\"\r\ndate: 2024-05-16 09:32:52 +0000\r\n\
        last_modified_at: 2024-05-17\r\nexpiry-date: 2030-01-01\r\npermalink: /a/\r\n\
        guid: urn:a\r\nslug: a\r\nsource: Wire\r\nauthors:\r\n- Ann <ann@a.example>\r\n\
        - {name: Bob, url: 'https://b.example/'}\r\ntags: [x, y z]\r\ncategory: 2013\r\n\
        lang: zh-Hans\r\nsummary: Short.\r\nimage: {src: a.png, alt: An a}\r\n\
        license: CC BY 4.0\r\naudio: {url: a.mp3, type: audio/mpeg, length: 1_000, \
        duration: '1:02:03'}\r\ndraft: no\r\nfeed: false\r\n...\r\nBody\r\n";
    let block = block(written);
    assert_eq!((block.syntax, &block.reports[..]), (Syntax::Yaml, &[][..]));
    assert_eq!((&written[block.body..], block.body_line), ("Body\r\n", 25));
    let declared = block.declared;
    assert_eq!(declared.title, Some(At::new("A \"title\"".to_owned(), 4)));
    let published = declared.published.as_ref().map(|at| (at.value.rfc3339(), at.line));
    assert_eq!(published, Some(("2024-05-16T09:32:52Z".to_owned(), 5)));
    assert_eq!(declared.updated.as_ref().map(|at| at.value.unix()), Some(1_715_904_000));
    assert_eq!(declared.expires.as_ref().map(|at| at.line), Some(7));
    assert_eq!(text(declared.permalink.as_ref()), Some("/a/"));
    assert_eq!(text(declared.id.as_ref()), Some("urn:a"));
    assert_eq!(text(declared.slug.as_ref()), Some("a"));
    assert_eq!(text(declared.source.as_ref()), Some("Wire"));
    assert_eq!(authors(&declared), ["Ann", "Bob"]);
    assert_eq!(declared.authors[0].value.email.as_deref(), Some("ann@a.example"));
    assert!(declared.authors[1].value.url.is_some());
    assert_eq!(tags(&declared), ["x", "y z", "2013"]);
    assert_eq!(text(declared.language.as_ref()), Some("zh-Hans"));
    assert_eq!(text(declared.summary.as_ref()), Some("Short."));
    assert_eq!(text(declared.image.as_ref()), Some("a.png"));
    assert_eq!(text(declared.image_alt.as_ref()), Some("An a"));
    assert_eq!(text(declared.rights.as_ref()), Some("CC BY 4.0"));
    let file = &declared.enclosures[0].value;
    assert_eq!((file.url.as_str(), file.length, file.seconds), ("a.mp3", Some(1000), Some(3723)));
    assert_eq!(
        (declared.draft, declared.in_feeds),
        (Some(At::new(false, 22)), Some(At::new(false, 23)))
    );
}

#[test]
fn yaml_scalars_keep_what_is_written() {
    assert_eq!(text(yaml("title: yes").title.as_ref()), Some("yes"));
    assert_eq!(text(yaml("title: 1.10").title.as_ref()), Some("1.10"));
    assert_eq!(text(yaml("title: 'null'").title.as_ref()), Some("null"));
    assert_eq!(yaml("title: null\nslug: ~\nid: ''\nlang:"), Declared::default());
    assert_eq!(text(yaml("title: >\n  one\n  two\n").title.as_ref()), Some("one two"));
}

#[test]
fn an_entity_in_a_title_is_its_character() {
    let title = yaml("title: Dimeo&#58; Learning &amp; more");
    assert_eq!(text(title.title.as_ref()), Some("Dimeo: Learning & more"));
    assert_eq!(text(yaml("title: R&D <b>").title.as_ref()), Some("R&D <b>"));
}

#[test]
fn a_path_may_tell_the_date() {
    let date = |written| yaml(written).published.map(|at| (at.value.rfc3339(), at.line));
    assert_eq!(date("path: 2024/05/16/title"), Some(("2024-05-16T00:00:00Z".to_owned(), 2)));
    assert_eq!(date("path: /blog/2024-05-16-title/"), date("path: 2024/05/16/"));
    assert_eq!(date("path: about"), None);
    assert_eq!(
        date("path: 2024/05/16/title\ndate: 2024-05-17"),
        Some(("2024-05-17T00:00:00Z".to_owned(), 3))
    );
}

#[test]
fn of_two_names_the_plainer_wins() {
    assert_eq!(text(yaml("link: /b\nurl: /a").permalink.as_ref()), Some("/a"));
    assert_eq!(text(yaml("extra: {title: B}\ntitle: A").title.as_ref()), Some("A"));
    assert_eq!(text(yaml("extra: {title: B}").title.as_ref()), Some("B"));
    let found = block("---\ntitle: A\nTITLE: B\n---\n");
    assert_eq!(text(found.declared.title.as_ref()), Some("A"));
    assert_eq!(rules(&found), [("front-matter", Some(3))]);
}

#[test]
fn published_is_a_date_or_a_truth() {
    assert_eq!(yaml("published: false").draft, Some(At::new(true, 2)));
    assert_eq!(yaml("published: true").draft, Some(At::new(false, 2)));
    assert!(yaml("published: 2024-05-16").published.is_some());
    assert!(yaml("published: true\ndate: 2024-05-16").published.is_some());
    assert_eq!(yaml("status: draft").draft, Some(At::new(true, 2)));
    assert_eq!(yaml("status: published").draft, Some(At::new(false, 2)));
    assert_eq!(yaml("draft: false\nstatus: hidden").draft, Some(At::new(false, 2)));
    let odd = block("---\nstatus: evergreen\n---\n");
    assert_eq!((odd.declared.draft, odd.reports[0].severity), (None, Severity::Note));
}

#[test]
fn tags_and_authors_in_their_forms() {
    assert_eq!(tags(&yaml("tags: a, b c")), ["a", "b c"]);
    assert_eq!(tags(&yaml("tags: a b")), ["a b"]);
    assert_eq!(tags(&yaml("categories: [[a, b], c]\nkeywords: d")), ["a", "b", "c", "d"]);
    assert_eq!(tags(&yaml("tags: [{name: a, slug: b}, 'c, d']")), ["a", "c, d"]);
    assert_eq!(authors(&yaml("author: Lee, Ann")), ["Lee, Ann"]);
    assert_eq!(authors(&yaml("author: {name: Ann}")), ["Ann"]);
    assert_eq!(authors(&yaml("author: Bob\nauthors: [Ann]")), ["Ann"]);
    assert_eq!(authors(&sound("Title: a\nAuthors: Ann; Lee, Bob\n\n")), ["Ann", "Lee, Bob"]);
    assert_eq!(authors(&sound("Title: a\nAuthors: Ann, Bob\n\n")), ["Ann", "Bob"]);
}

#[test]
fn images_and_files_in_their_forms() {
    let image = |lines: &str| yaml(lines).image.map(|at| at.value);
    assert_eq!(image("image: a.png").as_deref(), Some("a.png"));
    assert_eq!(image("images: [a.png, b.png]").as_deref(), Some("a.png"));
    assert_eq!(image("cover:\n  image: a.png\n  caption: b").as_deref(), Some("a.png"));
    assert_eq!(image("image: false\nthumbnail: t.png").as_deref(), Some("t.png"));
    let cover = yaml("cover: {image: a.png, alt: An a}");
    assert_eq!(text(cover.image_alt.as_ref()), Some("An a"));
    let number = block("---\nimage: 7\nthumbnail: t.png\n---\n");
    assert_eq!(rules(&number), [("image", Some(2))]);
    assert_eq!(text(number.declared.image.as_ref()), Some("t.png"));
    assert_eq!(text(yaml("image: a\nimage_alt: b").image_alt.as_ref()), Some("b"));
    let files =
        yaml("enclosure: |\n  https://a.example/a.mp3\n  123\n  audio/mpeg\nvideo: [b.mp4]");
    assert_eq!(files.enclosures[0].value.length, Some(123));
    assert_eq!(files.enclosures[0].value.media_type.as_deref(), Some("audio/mpeg"));
    assert_eq!(files.enclosures[1].value.url, "b.mp4");
}

#[test]
fn wrong_kinds_are_reported() {
    let found = block(
        "---\ntitle: {a: b}\nslug: [a]\ndate: soon\nupdated: 2021-02-08 16:30-:00+16:30\n\
         draft: perhaps\nauthor: {age: 3}\nimage: {a: b}\ntags: {a: b}\nenclosure: {a: b}\n\
         license: [a]\nlastmod: 0001-01-01T00:00:00Z\n---\n",
    );
    let expected: Vec<(&str, Option<u32>)> = (2..=11)
        .map(|line| (if line == 4 || line == 5 { "date" } else { "front-matter" }, Some(line)))
        .collect();
    assert_eq!(rules(&found), expected);
    assert!(found.reports[2].message.contains("`soon`"));
    assert_eq!(found.declared, Declared::default());
}

#[test]
fn countless_faults_are_told_briefly() {
    let found = block(&format!("---\ntitle: A\n{}---\n", "title: B\n".repeat(1000)));
    assert_eq!(found.reports.len(), 21);
    assert_eq!(found.reports[20].message, "980 more faults of this kind are not listed");
}

#[test]
fn broken_yaml_is_read_line_by_line() {
    for (lines, line, title) in [
        ("title: a: b\ntags:\n- x\n- y", 2, "a: b"),
        ("title: A\ntags:\n\t- x\n\t- y", 4, "A"),
        ("title: \"a\" b\ntags: [x, 'y']", 2, "\"a\" b"),
        ("title: 'A'\n@x: 1\ntags:\n  - x\n  - y", 3, "A"),
    ] {
        let found = block(&format!("---\n{lines}\n---\nBody"));
        assert_eq!(rules(&found), [("front-matter", Some(line))], "{lines}");
        assert!(found.reports[0].help.is_some());
        assert_eq!(text(found.declared.title.as_ref()), Some(title), "{lines}");
        assert_eq!(tags(&found.declared), ["x", "y"], "{lines}");
    }
    let nested =
        block("---\ntitle: a: b\n# note\nimage:\n  src: a.png\nsummary: >\n  one\n  two\n---\n");
    assert_eq!(text(nested.declared.image.as_ref()), Some("a.png"));
    assert_eq!(text(nested.declared.summary.as_ref()), Some("one two"));
}

#[test]
fn what_opens_and_never_ends_is_no_part_of_the_value() {
    for (lines, title, expected) in [
        ("title: \"Unclosed\ntags: [a, b", "Unclosed", vec!["a", "b"]),
        ("title: 'tis \"so\": x\ntags: [a", "'tis \"so\": x", vec!["a"]),
        ("title: [Review] a: b\ntags: [\"a b\",\n  c", "[Review] a: b", vec!["a b", "c"]),
        ("title: a: b\ntags:\n- \"x\n- y", "a: b", vec!["x", "y"]),
    ] {
        let found = block(&format!("---\n{lines}\n---\nBody"));
        assert_eq!(text(found.declared.title.as_ref()), Some(title), "{lines}");
        assert_eq!(tags(&found.declared), expected, "{lines}");
    }
}

#[test]
fn anchors_and_merge_keys() {
    let declared = yaml("base: &b {lang: de, tags: [x]}\n<<: *b\ntitle: &t A\nslug: *t");
    assert_eq!((text(declared.language.as_ref()), tags(&declared)), (Some("de"), vec!["x"]));
    assert_eq!(text(declared.slug.as_ref()), Some("A"));
}

#[test]
fn toml_with_sections_and_native_dates() {
    let written = "+++\ntitle = \"A\"\ndate = 2024-05-16T09:32:52+02:00\nupdated = 2024-05-17\n\
        weight = 3\nslug = 0x10\ndraft = true\nauthors = [\"Ann\", {name = \"Bob\"}]\n\n[taxonomies]\n\
        tags = [\"x\", \"y\"]\ncategories = [\"z\"]\n[extra]\nlang = 'de'\n[extra.deep]\nid = 'no'\n\
        +++\nBody";
    let found = block(written);
    assert_eq!((found.syntax, &found.reports[..]), (Syntax::Toml, &[][..]));
    assert_eq!((&written[found.body..], found.body_line), ("Body", 18));
    let declared = found.declared;
    assert_eq!(declared.title, Some(At::new("A".to_owned(), 2)));
    let published = declared.published.as_ref().map(|at| (at.value.rfc3339(), at.line));
    assert_eq!(published, Some(("2024-05-16T07:32:52Z".to_owned(), 3)));
    assert_eq!(declared.updated.as_ref().map(|at| at.value.unix()), Some(1_715_904_000));
    assert_eq!(text(declared.slug.as_ref()), Some("0x10"));
    assert_eq!(declared.draft, Some(At::new(true, 7)));
    assert_eq!(authors(&declared), ["Ann", "Bob"]);
    assert_eq!((tags(&declared), declared.tags[0].line), (vec!["x", "y", "z"], 11));
    assert_eq!(text(declared.language.as_ref()), Some("de"));
    assert_eq!(declared.id, None);
}

#[test]
fn broken_toml_is_read_line_by_line() {
    let found = block(
        "+++\ntitle = Hello World\ndate = 2024-05-16\n[other]\nslug = \"no\"\n[taxonomies]\n\
         tags = [\"x\", \"y\"]\n+++\n",
    );
    assert_eq!(rules(&found), [("front-matter", Some(2))]);
    assert_eq!(text(found.declared.title.as_ref()), Some("Hello World"));
    assert!(found.declared.published.is_some());
    assert_eq!((tags(&found.declared), &found.declared.slug), (vec!["x", "y"], &None));
}

#[test]
fn bare_key_lines() {
    let written = "\nTitle: A: b\nDate: 2010-12-03 10:20\nTags: x, y\nUnknown: 1\n\
        Summary: one\n    two\nLink:\n\nBody";
    let found = block(written);
    assert_eq!((found.syntax, &found.reports[..]), (Syntax::Keys, &[][..]));
    assert_eq!((&written[found.body..], found.body_line), ("Body", 10));
    assert_eq!(text(found.declared.title.as_ref()), Some("A: b"));
    assert_eq!(text(found.declared.summary.as_ref()), Some("one\ntwo"));
    assert_eq!(tags(&found.declared), ["x", "y"]);
    assert_eq!(found.declared.permalink, None);
    let tight = "Title: A\nDate: 2010-12-03\n# Heading\n";
    assert_eq!(&tight[block(tight).body..], "# Heading\n");
}

#[test]
fn what_is_no_block() {
    for text in [
        "",
        "\n",
        "Hello",
        "# Title: a\n",
        "Summary: this is prose\nthat goes on\n\n",
        "Note: one\n\n",
        "Title:x\n\n",
        "http://a.example/\n\n",
        "---\nprose\n---\nmore",
        "---\nprose\n",
        "------\ntitle: a\n------\n",
        "+++\nprose\n",
        "--- title: a\n---\n",
        "<!--1715852342000-->\n[a](https://a.example/)\n------\n",
    ] {
        assert_eq!(find(text, true, Tz::UTC), Found::None, "{text:?}");
    }
    assert_eq!(block("---\n---\nBody").declared, Declared::default());
}

#[test]
fn a_prefix_is_unfinished_until_the_block_ends() {
    for text in [
        "---\ntitle: A\nx: y\n---\nBody",
        "+++\ntitle = 'A'\n+++\nBody",
        "Title: A\nDate: 2024-05-16\n\nBody",
    ] {
        let whole = find(text, true, Tz::UTC);
        let end = text.find("Body").expect("a body");
        for cut in 0..text.len() {
            let found = find(&text[..cut], false, Tz::UTC);
            let expected = if cut < end { &Found::Unfinished } else { &whole };
            assert_eq!(&found, expected, "{cut} bytes of {text:?}");
        }
    }
    let prose = "Prose that goes on and on without any line break for more than a few words";
    assert_eq!(find(prose, false, Tz::UTC), Found::None);
}

#[test]
fn a_block_without_end_is_reported() {
    let written = "---\ntitle: A\ntags: [x]\n\nBody";
    let found = block(written);
    assert_eq!(rules(&found), [("front-matter", Some(1))]);
    assert_eq!(
        (text(found.declared.title.as_ref()), &written[found.body..]),
        (Some("A"), "\nBody")
    );
    let endless = format!("---\ntitle: A\n\n{}", "x\n".repeat(200_000));
    assert_eq!(find(&endless, false, Tz::UTC), find(&endless, true, Tz::UTC));
    assert_eq!(text(block(&endless).declared.title.as_ref()), Some("A"));
}

#[test]
fn hostile_blocks_are_harmless() {
    let laughs = (1..20).fold("a0: &a0 [x, x]\n".to_owned(), |text, n| {
        format!("{text}a{n}: &a{n} [*a{m}, *a{m}, *a{m}, *a{m}]\n", m = n - 1)
    });
    let size = 250_000;
    for (name, inner) in [
        ("laughs", laughs),
        ("flow", "[".repeat(size)),
        ("flow maps", "{a: ".repeat(size / 4)),
        ("dashes", "- ".repeat(size / 2)),
        ("questions", "? ".repeat(size / 2)),
        ("colons", "a: ".repeat(size / 3)),
        ("anchors", "&a ".repeat(size / 3)),
        ("tags", "! ".repeat(size / 2)),
        ("keys", "a: b\n".repeat(size / 5)),
        ("titles", "title: b\n".repeat(size / 9)),
        ("items", format!("tags:\n{}", "- a\n".repeat(size / 4))),
        ("indents", (0..600).map(|n| " ".repeat(n) + "a:\n").collect()),
        ("quote", format!("title: \"{}", "\\n".repeat(size / 2))),
        ("lines", "\n".repeat(size)),
        ("aliases", format!("a: &a x\nb: [{}]", "*a,".repeat(size / 3))),
        ("dots", format!("{}a = 1", "a.".repeat(size / 2))),
        ("spaced dots", format!("{}a = 1", "a . ".repeat(size / 4))),
        ("header", format!("[{}a]", "a.".repeat(size / 2))),
        ("quoted dots", format!("{}a = 1", "\"=\".".repeat(size / 4))),
        ("arrays", format!("a = {}", "[".repeat(size))),
        ("tables", format!("a = {}", "{a=".repeat(size / 3))),
        ("headers", "[a]\n".repeat(size / 4)),
        ("strings", format!("a = \"\"\"{}", "\"\" ".repeat(size / 3))),
    ] {
        for fence in ["---", "+++"] {
            let text = format!("{fence}\nid: x\n{inner}\n{fence}\n");
            for text in [text.replacen("id: x\n", "", 1), text] {
                let is_told = !matches!(find(&text, true, Tz::UTC), Found::Unfinished);
                assert!(is_told, "{name} in {fence}: all of the text was there");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_looked_through(text in "\\PC{0,80}", complete: bool) {
        let _ = find(&text, complete, Tz::UTC);
    }

    #[test]
    fn anything_in_a_block_is_read(
        lines in prop::collection::vec("(title|date|tags|author|image|extra)?[:= ]{0,3}[-&*\\[{}\\]\"'|>#a-z1,.\t]{0,12}", 0..8),
        fence in "(---|\\+\\+\\+)",
        complete: bool,
    ) {
        let text = format!("{fence}\n{}\n{fence}\nBody", lines.join("\n"));
        if let Found::Block(block) = find(&text, complete, Tz::UTC) {
            prop_assert!(text.is_char_boundary(block.body));
        }
    }

    #[test]
    fn any_title_comes_back(title in "\\PC{1,40}") {
        prop_assume!(title.trim() == title && !title.is_empty());
        let quoted = serde_json::to_string(&title).expect("a string");
        let found = find(&format!("---\ntitle: {quoted}\n---\n"), true, Tz::UTC);
        let Found::Block(block) = found else { panic!("no block") };
        prop_assert_eq!(block.declared.title.map(|at| at.value), Some(title));
    }
}
