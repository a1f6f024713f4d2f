//! The page that lists all feeds: what it tells is true after any turn, and no turn writes it in vain.

use std::fs;

use scraper::{Html, Selector};

use crate::damage::former;
use crate::memory::Site;
use crate::mill::tree;

/// A day later than the clock of the tests, in seconds.
const LATER: i64 = 1_735_689_600 + 86_400;

const DAY: i64 = 86_400;

/// Builds, and gives the page.
fn page(site: &Site, now: i64) -> String {
    site.succeed(now, &["build", "--quiet", "--force"]);
    fs::read_to_string(site.path().join("feeds/index.html")).expect("it is there")
}

/// Gives the texts of elements of a page.
fn texts(page: &str, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    let page = Html::parse_document(page);
    page.select(&selector).map(|element| element.text().collect()).collect()
}

/// Gives the numbers of the months of the first feed.
fn months(page: &str) -> String {
    let told = texts(page, "svg title").into_iter().next().unwrap_or_default();
    told.rsplit(": ").next().unwrap_or_default().to_owned()
}

fn article(title: &str, more: &str) -> String {
    format!("---\ntitle: {title}\n{more}---\nText of {title}.\n")
}

#[test]
fn the_page_at_the_root_lists_new_feeds_that_its_own_entries_know_nothing_of() {
    let site = Site::new(
        "[[feed]]\nexcept.tags = [\"b\"]\n\n[[feed]]\nname = \"tag/{tag}\"\nformats = [\"atom\"]\n",
    );
    let article = |tag: &str| format!("---\ndate: 2024-05-01\ntags: [{tag}]\n---\n# On {tag}\n");
    site.write("seeds/a.md", &article("a"));
    let page = || fs::read_to_string(site.path().join("feeds/index.html")).expect("it is there");
    site.succeed(LATER, &["build"]);
    assert!(page().contains("./tag/a/atom.xml") && !page().contains("./tag/b/atom.xml"));
    site.write("seeds/b.md", &article("b"));
    site.succeed(LATER, &["build"]);
    assert!(page().contains("./tag/a/atom.xml") && page().contains("./tag/b/atom.xml"));
    let again = site.succeed(LATER, &["build", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert_eq!(told["documents"]["written"], 0);
    site.remove("seeds/b.md");
    site.succeed(LATER, &["build"]);
    assert!(!page().contains("./tag/b/atom.xml"));
}

#[test]
fn it_is_there_as_long_as_any_feed_has_a_page() {
    let config = |formats: &str| {
        format!("[[feed]]\nformats = [\"rss\"]\n[[feed]]\nname = \"b\"\nformats = [{formats}]\n")
    };
    let site = Site::new(&config("\"rss\", \"html\""));
    site.write("seeds/a.md", &article("A", "date: 2024-05-01\n"));
    let told = page(&site, LATER);
    assert_eq!(texts(&told, "h3"), ["Feeds", "Feeds · b"]);
    assert!(told.contains("./rss.xml") && told.contains("./b/index.html"));
    site.write("config.toml", &config("\"rss\""));
    site.succeed(LATER, &["build", "--quiet"]);
    let left = tree(&site.path().join("feeds"));
    let names: Vec<&str> = left.keys().map(String::as_str).collect();
    assert_eq!(names, ["b/rss.xml", "feedmill.css", "feeds.opml", "rss.xml"]);
}

#[test]
fn a_feed_stands_for_all_its_articles_and_not_only_for_those_that_it_holds() {
    let site = Site::new("[[feed]]\nlimit = 2\n");
    for (name, date) in [("a", "2023-07-01"), ("b", "2024-04-30"), ("c", "2024-05-01")] {
        site.write(&format!("seeds/{name}.md"), &article(name, &format!("date: {date}\n")));
    }
    site.write("seeds/d.md", &article("d", "date: 2024-05-02\n"));
    let told = page(&site, LATER);
    assert_eq!(texts(&told, ".size"), ["4 articles"]);
    assert_eq!(months(&told), "0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2");
    assert_eq!(texts(&told, ".headlines a"), ["d", "c"]);

    site.write("seeds/b.md", &article("b", "date: 2024-04-29\ndraft: true\n"));
    site.remove("seeds/d.md");
    let told = page(&site, LATER);
    assert_eq!(texts(&told, ".size"), ["2 articles"]);
    assert_eq!(months(&told), "0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1");
    site.remove("feeds/index.html");
    assert_eq!(page(&site, LATER), told, "it is written again when it is gone");
    site.remove("state.db");
    assert_eq!(page(&site, LATER), told, "it is the same from the beginning");
}

#[test]
fn what_is_not_yet_due_or_is_over_is_not_counted() {
    let site = Site::new("[[feed]]\nlimit = 0\n");
    site.write("seeds/a.md", &article("A", "date: 2024-12-01\n"));
    site.write("seeds/b.md", &article("B", "date: 2024-12-02\nexpires: 2025-01-04\n"));
    site.write("seeds/c.md", &article("C", "date: 2025-01-03\n"));
    let mut told = page(&site, LATER);
    assert_eq!(texts(&told, ".size"), ["2 articles"]);
    assert!(months(&told).ends_with("0, 2"), "{}", months(&told));
    for (days, articles, wanted) in [(1, 3, "0, 2, 1"), (2, 2, "0, 1, 1")] {
        told = page(&site, LATER + days * DAY);
        assert_eq!(texts(&told, ".size"), [format!("{articles} articles")], "day {days}");
        assert!(months(&told).ends_with(wanted), "day {days}: {}", months(&told));
    }
    site.remove("state.db");
    assert_eq!(page(&site, LATER + 2 * DAY), told, "it is the same from the beginning");
    site.remove("seeds/b.md");
    assert_eq!(page(&site, LATER + 2 * DAY), told, "what is over was counted no more");
    site.remove("seeds/c.md");
    assert_eq!(texts(&page(&site, LATER + 2 * DAY), ".size"), ["1 article"]);
}

#[test]
fn where_a_filter_asks_for_the_text_what_the_feed_holds_is_counted() {
    let config = "[[feed]]\nlimit = 2\nonly.words = [\"bread\"]\n";
    let site = Site::new(config);
    for day in 1..6 {
        let text = format!("---\ntitle: T{day}\ndate: 2024-05-0{day}\n---\nOf bread.\n");
        site.write(&format!("seeds/{day}.md"), &text);
    }
    let told = page(&site, LATER);
    assert_eq!(texts(&told, ".size"), ["2 articles"]);
    site.write("seeds/6.md", &article("Bread", "date: 2024-05-06\n"));
    let told = page(&site, LATER);
    assert_eq!(
        (texts(&told, ".size"), months(&told).ends_with("0, 2")),
        (vec!["2 articles".to_owned()], true)
    );
    site.remove("state.db");
    assert_eq!(page(&site, LATER), told);
}

#[test]
fn a_state_that_knows_nothing_of_it_learns_it() {
    let site = former();
    let items = site.build(LATER + 10 * DAY);
    let told = page(&site, LATER + 10 * DAY);
    assert!(items.len() > 1, "there is something to count");
    assert_eq!(texts(&told, ".size")[0], format!("{} articles", items.len()));
    assert_eq!(texts(&told, ".shelf:first-child .headlines li").len(), items.len().min(3));
}
