//! What feedmill remembers: ids and dates that never change, and what subscribers are spared.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use crate::mill::{command, tree};

/// A day later than the clock of the tests, in seconds.
pub(crate) const LATER: i64 = 1_735_689_600 + 86_400;

/// A folder with articles and a state.
pub(crate) struct Site {
    folder: TempDir,
}

impl Site {
    pub(crate) fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir(folder.path().join("seeds")).expect("made");
        let site = Self { folder };
        site.write("config.toml", config);
        site
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        let to = self.path().join(to);
        fs::create_dir_all(to.parent().expect("it has a folder")).expect("made");
        fs::rename(self.path().join(from), to).expect("renamed");
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).expect("removed");
    }

    /// Runs feedmill at a time, with the state of the folder.
    pub(crate) fn run(&self, now: i64, arguments: &[&str]) -> Output {
        command(self.path(), arguments)
            .env("FEEDMILL_STATE_FILE", "state.db")
            .env("SOURCE_DATE_EPOCH", now.to_string())
            .output()
            .expect("the program can be started")
    }

    pub(crate) fn succeed(&self, now: i64, arguments: &[&str]) -> Output {
        let output = self.run(now, arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
        output
    }

    /// Builds, and gives the items of the JSON Feed by their titles.
    pub(crate) fn build(&self, now: i64) -> BTreeMap<String, serde_json::Value> {
        self.succeed(now, &["build", "--quiet"]);
        self.items()
    }

    fn items(&self) -> BTreeMap<String, serde_json::Value> {
        let text = fs::read(self.path().join("feeds/feed.json")).expect("it is there");
        let feed: serde_json::Value = serde_json::from_slice(&text).expect("it is JSON");
        let items = feed["items"].as_array().expect("there are items").clone();
        let title =
            |item: &serde_json::Value| item["title"].as_str().unwrap_or_default().to_owned();
        items.into_iter().map(|item| (title(&item), item)).collect()
    }

    fn atom(&self) -> String {
        fs::read_to_string(self.path().join("feeds/atom.xml")).expect("it is there")
    }
}

const CONFIG: &str = "[site]\nurl = \"https://feeds.example/\"\n[[feed]]\nlimit = 0\n";

fn article(title: &str, more: &str, text: &str) -> String {
    format!("---\ntitle: {title}\n{more}---\n{text}\n")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_id_stays_through_every_edit() {
    let site = Site::new(CONFIG);
    let page = "permalink: https://a.example/1\ndate: 2024-05-01\n";
    site.write("seeds/bare.md", &article("Bare", "date: 2024-05-02\n", "Text."));
    site.write("seeds/page.md", &article("Page", page, "Text."));
    let first = site.build(LATER);
    let (bare, paged) = (first["Bare"]["id"].clone(), first["Page"]["id"].clone());
    assert_eq!(paged, "https://a.example/1");

    site.rename("seeds/bare.md", "seeds/other name.md");
    assert_eq!(site.build(LATER)["Bare"]["id"], bare, "renamed");
    site.rename("seeds/other name.md", "seeds/deep/er/bare.md");
    assert_eq!(site.build(LATER)["Bare"]["id"], bare, "moved to a folder");
    site.rename("seeds/deep", "seeds/elsewhere");
    assert_eq!(site.build(LATER)["Bare"]["id"], bare, "its folder moved");
    let edited = article("Bare, edited", "date: 2024-05-02\n", "Other text.");
    site.write("seeds/elsewhere/er/bare.md", &edited);
    assert_eq!(site.build(LATER)["Bare, edited"]["id"], bare, "edited");
    let page = "permalink: https://a.example/another\ndate: 2024-05-01\n";
    site.write("seeds/page.md", &article("Page, edited", page, "Other."));
    let now = site.build(LATER);
    assert_eq!(now["Page, edited"]["id"], paged, "its page is another");
    assert_eq!(now["Page, edited"]["url"], "https://a.example/another");
    site.write("config.toml", &CONFIG.replace("feeds.example", "moved.example"));
    let moved = site.build(LATER);
    assert_eq!((&moved["Page, edited"]["id"], &moved["Bare, edited"]["id"]), (&paged, &bare));
}

#[test]
fn a_file_that_takes_the_place_of_another_is_another_article() {
    let site = Site::new(CONFIG);
    let page = |number| format!("permalink: https://a.example/{number}\ndate: 2024-05-01\n");
    site.write("seeds/a.md", &article("One", &page(1), "Text."));
    site.write("seeds/b.md", &article("Bare", "date: 2024-05-01\n", "Text."));
    let first = site.build(LATER);
    site.rename("seeds/a.md", "seeds/a-old.md");
    site.write("seeds/a.md", &article("Two", &page(2), "Text."));
    site.rename("seeds/b.md", "seeds/b-old.md");
    site.write("seeds/b.md", &article("Bare too", "date: 2024-05-01\n", "Other."));
    let now = site.build(LATER);
    assert_eq!(now["One"]["id"], first["One"]["id"]);
    assert_eq!(now["Two"]["id"], "https://a.example/2");
    assert_eq!(now["Bare"]["id"], first["Bare"]["id"]);
    assert_ne!(now["Bare too"]["id"], first["Bare"]["id"]);
}

#[test]
fn a_file_that_was_renamed_and_edited_at_once_is_known_by_its_title_and_date() {
    let site = Site::new(CONFIG);
    let dated = |text: &str| article("Dated", "date: 2024-05-01\n", text);
    site.write("seeds/a.md", &dated("Text."));
    site.write("seeds/b.md", &article("Bare", "", "Text."));
    let first = site.build(LATER);
    site.remove("seeds/a.md");
    site.remove("seeds/b.md");
    site.write("seeds/c.md", &dated("Another text."));
    site.write("seeds/deep/d.md", &article("Bare", "", "Another text."));
    site.write("seeds/e.md", &article("Dated", "date: 2024-05-02\n", "Text."));
    site.succeed(LATER + 60, &["build"]);
    let items = fs::read_to_string(site.path().join("feeds/feed.json")).expect("it is there");
    let feed: serde_json::Value = serde_json::from_str(&items).expect("it is JSON");
    let ids: Vec<_> = feed["items"].as_array().expect("items").iter().map(|i| &i["id"]).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.contains(&&first["Dated"]["id"]) && ids.contains(&&first["Bare"]["id"]));
    assert!(!site.atom().contains("deleted-entry"));
}

#[test]
fn an_article_that_was_moved_to_where_another_was_takes_its_id_along() {
    let site = Site::new(CONFIG);
    for name in ["a", "b", "c", "d"] {
        site.write(&format!("seeds/{name}.md"), &article(name, "date: 2024-05-01\n", name));
    }
    let first = site.build(LATER);
    site.rename("seeds/a.md", "seeds/t.md");
    site.rename("seeds/b.md", "seeds/a.md");
    assert_eq!(site.build(LATER), first, "one after another");
    site.rename("seeds/c.md", "seeds/hidden");
    site.rename("seeds/d.md", "seeds/c.md");
    site.rename("seeds/hidden", "seeds/d.md");
    assert_eq!(site.build(LATER), first, "exchanged");
    // What is saved beside its place and moved there is the article that was there.
    site.write("seeds/new.md", &article("a, edited", "date: 2024-05-01\n", "Other."));
    site.build(LATER);
    site.rename("seeds/new.md", "seeds/t.md");
    let now = site.build(LATER);
    assert_eq!((now.len(), &now["a, edited"]["id"]), (4, &first["a"]["id"]), "replaced");
}

#[test]
fn articles_that_were_edited_and_moved_on_are_known_by_their_titles_and_dates() {
    let site = Site::new(CONFIG);
    let write = |path: &str, title: &str, text: &str| {
        site.write(path, &article(title, "date: 2024-05-01\n", text));
    };
    let ids = |items: &BTreeMap<String, serde_json::Value>, titles: &[&str]| -> Vec<String> {
        titles.iter().map(|title| items[*title]["id"].to_string()).collect()
    };
    write("seeds/a.md", "A", "Text.");
    write("seeds/b.md", "B", "Text.");
    let first = ids(&site.build(LATER), &["A", "B"]);
    // One after another: a to z, and b to where a was.
    site.remove("seeds/b.md");
    write("seeds/z.md", "A", "Words.");
    write("seeds/a.md", "B", "Words.");
    assert_eq!(ids(&site.build(LATER), &["A", "B"]), first);
    // The newest always has one name.
    write("seeds/old.md", "B", "More words.");
    write("seeds/a.md", "C", "New.");
    let now = site.build(LATER);
    assert_eq!((ids(&now, &["A", "B"]), now.len()), (first, 3));
}

#[test]
fn an_article_that_is_edited_where_it_is_keeps_its_id_beside_a_copy_of_what_it_was() {
    let site = Site::new(CONFIG);
    let [old, new] = ["Text.", "Other."].map(|text| article("One", "date: 2024-05-01\n", text));
    site.write("seeds/b.md", &old);
    let first = site.build(LATER);
    for copy in ["a", "c"] {
        site.write(&format!("seeds/{copy}.md"), &old);
    }
    site.write("seeds/b.md", &new);
    site.build(LATER + 60);
    let id_of = |text: &str| {
        let feed = fs::read_to_string(site.path().join("feeds/feed.json")).expect("it is there");
        let feed: serde_json::Value = serde_json::from_str(&feed).expect("it is JSON");
        let items = feed["items"].as_array().expect("items").clone();
        let holds = |item: &&serde_json::Value| {
            item["content_text"].to_string().contains(text)
                || item["content_html"].to_string().contains(text)
        };
        let found: Vec<_> = items.iter().filter(holds).map(|item| item["id"].clone()).collect();
        assert_eq!(found.len(), 1, "{text}");
        found[0].clone()
    };
    assert_eq!(id_of("Other."), first["One"]["id"]);
    assert_ne!(id_of("Text."), first["One"]["id"]);
}

#[test]
fn an_article_that_took_the_page_of_another_gives_it_back() {
    let site = Site::new(CONFIG);
    let page =
        |number, day| format!("permalink: https://a.example/{number}\ndate: 2024-05-{day}\n");
    site.write("seeds/g.md", &article("First", &page(1, "01"), "Text."));
    let first = site.build(LATER);
    site.write("seeds/n.md", &article("Second", &page(1, "09"), "Other."));
    assert!(told(&site.succeed(LATER, &["build"])).contains("duplicate-id"));
    site.write("seeds/n.md", &article("Second", &page(2, "09"), "Other."));
    let now = site.build(LATER);
    assert_eq!(now["First"]["id"], first["First"]["id"]);
    assert_eq!(now["Second"]["id"], "https://a.example/2");
    assert_eq!(now["Second"]["date_published"], "2024-05-09T00:00:00Z");
}

#[test]
fn another_article_under_the_name_of_one_that_is_gone_is_a_new_one() {
    let dated = |day: u8| format!("date: 2024-05-0{day}\n");
    for (seconds, date, is_known) in
        [(5, dated(2), true), (6, dated(2), false), (61, dated(1), true), (61, String::new(), true)]
    {
        let site = Site::new(CONFIG);
        site.write("seeds/a.md", &article("One", &dated(1), "Text."));
        let first = site.build(LATER);
        site.remove("seeds/a.md");
        site.succeed(LATER + 60, &["build", "--force"]);
        site.write("seeds/a.md", &article("Two", &date, "Other."));
        let now = site.build(LATER + 60 + seconds);
        assert_eq!(now["Two"]["id"] == first["One"]["id"], is_known, "{date:?} after {seconds}");
    }
}

#[test]
fn a_removed_article_is_known_by_its_title_and_date_for_a_minute() {
    for (seconds, is_known) in [(60, true), (61, false)] {
        let site = Site::new(CONFIG);
        site.write("seeds/a.md", &article("Daily report", "", "Text."));
        let first = site.build(LATER);
        site.remove("seeds/a.md");
        site.succeed(LATER + 60, &["build", "--force"]);
        site.write("seeds/b.md", &article("Daily report", "", "Other."));
        let now = site.build(LATER + 60 + seconds);
        assert_eq!(now["Daily report"]["id"] == first["Daily report"]["id"], is_known, "{seconds}");
    }
}

#[test]
fn where_several_files_with_one_title_and_date_are_gone_none_is_taken_for_the_new_one() {
    let site = Site::new(CONFIG);
    let note = |text: &str| article("Note", "", text);
    site.write("seeds/a.md", &note("One."));
    site.write("seeds/b.md", &note("Two."));
    site.build(LATER);
    site.remove("seeds/a.md");
    site.remove("seeds/b.md");
    site.write("seeds/c.md", &note("Three."));
    site.build(LATER + 60);
    assert_eq!(site.atom().matches("<at:deleted-entry").count(), 2);
}

#[test]
fn a_copy_is_no_second_entry_and_takes_the_place_of_the_first_file() {
    let site = Site::new(CONFIG);
    let text = article("One", "date: 2024-05-01\n", "Text.");
    site.write("seeds/b.md", &text);
    let first = site.build(LATER);
    let before = tree(&site.path().join("feeds"));
    site.write("seeds/a.md", &text);
    site.write("seeds/c.md", &text);
    let output = site.succeed(LATER + 60, &["build"]);
    for copy in ["a", "c"] {
        let report = format!("seeds/{copy}.md: warning: it is a copy of seeds/b.md");
        assert!(told(&output).contains(&report), "{}", told(&output));
    }
    assert_eq!(tree(&site.path().join("feeds")), before);

    site.remove("seeds/b.md");
    let now = site.build(LATER + 120);
    assert_eq!(now, first, "the same entry out of another file");
    assert!(!site.atom().contains("deleted-entry"));

    site.write("seeds/c.md", &article("Two", "date: 2024-05-01\n", "Other."));
    let now = site.build(LATER + 180);
    assert_eq!(now["One"], first["One"]);
    assert_ne!(now["Two"]["id"], first["One"]["id"], "what was edited is an article of its own");
}

/// Files that were written just now are read again by the next build, whatever becomes of the others.
#[test]
fn a_copy_that_is_edited_after_the_first_file_was_renamed_makes_no_third_entry() {
    for _ in 0..5 {
        let site = Site::new(CONFIG);
        let text = article("One", "date: 2024-05-01\n", "Text.");
        site.write("seeds/k.md", &text);
        site.build(LATER);
        site.write("seeds/a.md", &text);
        site.build(LATER);
        site.rename("seeds/k.md", "seeds/z.md");
        site.build(LATER);
        site.write("seeds/a.md", &text.replace("Text.", "Other."));
        site.build(LATER);
        assert_eq!(site.atom().matches("<entry>").count(), 2);
    }
}

#[test]
fn the_date_of_first_sight_is_kept() {
    let site = Site::new(CONFIG);
    site.write("seeds/old.md", &article("Old", "date: 2024-05-01\n", "Text."));
    site.build(LATER);
    site.write("seeds/new.md", &article("New", "", "Text."));
    let seen = site.build(LATER + 60)["New"]["date_published"].clone();
    assert_eq!(seen, "2025-01-02T00:01:00Z");
    site.write("seeds/new.md", &article("New", "", "Text. More."));
    site.write("seeds/old.md", &article("Old", "date: 2024-06-01\n", "Text."));
    let now = site.build(LATER + 3600);
    assert_eq!(now["New"]["date_published"], seen);
    assert_eq!(now["Old"]["date_published"], "2024-05-01T00:00:00Z");
    assert_eq!(now["Old"]["date_modified"], "2024-06-01T00:00:00Z", "a new declared date");
}

#[test]
fn only_a_change_that_matters_is_an_update() {
    let site = Site::new(CONFIG);
    let date = "date: 2024-05-01\n";
    site.write("seeds/a.md", &article("A", date, "Some text here."));
    let first = site.build(LATER);
    site.write("seeds/a.md", &article("A", date, "Some *text*\n  here."));
    let marked = site.build(LATER + 60);
    assert_eq!(marked["A"]["date_modified"], first["A"]["date_modified"]);
    assert!(
        marked["A"]["content_html"].to_string().contains("<em>"),
        "it is published all the same"
    );
    site.write("seeds/a.md", &article("A", date, "Some other text here."));
    let other = site.build(LATER + 120);
    assert_eq!(other["A"]["date_modified"], "2025-01-02T00:02:00Z");
    site.write("seeds/a.md", &article("A", date, "Some other text here. "));
    let blank = site.build(LATER + 180);
    assert_eq!(blank["A"]["date_modified"], other["A"]["date_modified"]);
}

#[test]
fn two_files_with_one_id_are_one_entry() {
    let site = Site::new(CONFIG);
    let own = |day| format!("id: urn:x:1\ndate: 2024-05-{day:02}\n");
    site.write("seeds/a.md", &article("Older", &own(1), "Text."));
    site.write("seeds/b.md", &article("Newer", &own(2), "Text."));
    let output = site.succeed(LATER, &["build"]);
    assert!(told(&output).contains("seeds/a.md: warning: the id urn:x:1 stands in seeds/b.md too"));
    assert_eq!(site.items().keys().collect::<Vec<_>>(), ["Newer"]);
    let again = site.succeed(LATER, &["build"]);
    assert!(told(&again).contains("stands in seeds/b.md too"), "the report stands");
    site.remove("seeds/b.md");
    assert_eq!(site.build(LATER).keys().collect::<Vec<_>>(), ["Older"]);
    site.write("seeds/b.md", &article("Newer", &own(2), "Text."));
    assert_eq!(site.build(LATER).keys().collect::<Vec<_>>(), ["Newer"]);
}

/// Whoever builds anew from the ledger looks at the files of one entry in any order: the one that lost
/// before must not be taken for a change of the one that won.
#[test]
fn the_files_of_one_entry_contend_as_before_when_all_is_built_anew() {
    let site = Site::new(CONFIG);
    for (name, day) in [("a", 3), ("b", 5), ("c", 4)] {
        let head = format!("permalink: https://a.example/1\ndate: 2024-05-0{day}\n");
        site.write(&format!("seeds/{name}.md"), &article(name, &head, &format!("Text {day}.")));
    }
    let first = site.build(LATER);
    assert_eq!(first["b"]["date_published"], "2024-05-05T00:00:00Z");
    let anew = |now| {
        site.succeed(now, &["ledger", "export", "ledger.jsonl"]);
        site.remove("state.db");
        site.succeed(now, &["ledger", "import", "ledger.jsonl"]);
        site.build(now)
    };
    assert_eq!(anew(LATER), first);
    // What nobody ever saw in this way is a change, of the newest only.
    let head = "permalink: https://a.example/1\ndate: 2024-05-05\n";
    site.write("seeds/b.md", &article("b", head, "Another text."));
    site.write("seeds/d.md", &article("d", &head.replace("05-05", "05-04"), "Third text."));
    assert_eq!(anew(LATER + 60)["b"]["content_html"], "<p>Another text.</p>");
}

#[test]
fn a_removed_entry_leaves_a_tombstone_and_never_comes_back_as_new() {
    let site = Site::new(CONFIG);
    for number in 1..=3 {
        let text = article(&format!("A{number}"), "", &format!("Text {number}."));
        site.write(&format!("seeds/{number}.md"), &text);
    }
    let first = site.build(LATER);
    let id = first["A2"]["id"].as_str().expect("an id").to_owned();
    site.rename("seeds/2.md", "kept.md");
    site.build(LATER + 60);
    let tombstone = format!("<at:deleted-entry ref=\"{id}\" when=\"2025-01-02T00:01:00Z\"");
    assert!(site.atom().contains(&tombstone), "{}", site.atom());
    site.rename("kept.md", "seeds/2.md");
    let back = site.build(LATER + 120);
    assert_eq!(back["A2"], first["A2"]);
    assert!(!site.atom().contains("deleted-entry"));
    site.remove("seeds/2.md");
    site.build(LATER + 180);
    site.build(LATER + 91 * 86_400);
    assert!(!site.atom().contains("deleted-entry"), "its time is over");
}

#[test]
fn subscribers_are_told_of_what_has_expired_and_the_gate_lets_it_go() {
    let site = Site::new(&format!("[output]\ngate = 0\n{CONFIG}"));
    site.write("seeds/stays.md", &article("Stays", "", "Text."));
    let brief = |expires: &str| {
        let head = format!("expires: 2025-01-{expires}T00:00:00Z\n");
        site.write("seeds/brief.md", &article("Brief", &head, "Text."));
    };
    brief("03");
    let first = site.build(LATER);
    let id = first["Brief"]["id"].as_str().expect("an id");
    let forecast = site.run(LATER + 86_400, &["build", "--dry-run"]);
    assert!(told(&forecast).contains("expired: 1"), "{}", told(&forecast));
    site.build(LATER + 86_400);
    let tombstone = format!("<at:deleted-entry ref=\"{id}\" when=\"2025-01-03T00:00:00Z\"");
    assert!(site.atom().contains(&tombstone), "{}", site.atom());
    brief("05");
    let back = site.build(LATER + 86_400);
    assert_eq!(back["Brief"]["id"], first["Brief"]["id"]);
    assert!(!site.atom().contains("deleted-entry"));
    // Nobody said before that it would go.
    brief("01");
    assert_eq!(site.run(LATER + 86_400, &["build"]).status.code(), Some(3));
}

#[test]
fn a_date_that_moves_into_the_future_moves_nothing() {
    let site = Site::new(CONFIG);
    let dated = |year: u32| {
        site.write("seeds/a.md", &article("A", &format!("date: {year}-03-02\n"), "Text."));
    };
    dated(2024);
    let first = site.build(LATER);
    dated(2034);
    let built = site.run(LATER, &["build"]);
    assert!(told(&built).contains("the date 2034-03-02T00:00:00Z lies in the future"));
    assert_eq!(site.items(), first);
}

#[test]
fn a_dry_run_leaves_nothing_behind() {
    let site = Site::new(CONFIG);
    site.write("seeds/a.md", &article("A", "", "Text."));
    let before = tree(site.path());
    let forecast = site.succeed(LATER, &["build", "--dry-run"]);
    assert!(told(&forecast).contains("new: 1"), "{}", told(&forecast));
    assert_eq!(tree(site.path()), before);
}

#[test]
fn a_state_that_was_lost_beside_its_feeds_is_told_of() {
    let site = Site::new(CONFIG);
    let is_told = || {
        let built = site.run(LATER, &["build"]);
        assert!(built.status.success(), "{}", told(&built));
        told(&built).contains("[no-memory]")
    };
    assert!(!is_told(), "there is nothing in the output");
    assert!(!is_told(), "there is a state, though it knows of no article");
    site.write("seeds/a.md", &article("A", "", "Text."));
    assert!(!is_told());
    site.remove("state.db");
    let forecast = site.succeed(LATER, &["build", "--dry-run"]);
    assert!(told(&forecast).contains("[no-memory]"), "before it is too late");
    assert!(is_told());
    assert!(!is_told(), "it remembers again");
}

#[test]
fn the_gate_refuses_what_would_empty_a_feed() {
    let site = Site::new(&format!("[output]\ngate = 2\n{CONFIG}"));
    for number in 1..=5 {
        let text = article(&format!("A{number}"), "date: 2024-05-01\n", "Text.");
        site.write(&format!("seeds/{number}.md"), &text);
    }
    site.build(LATER);
    let before = tree(&site.path().join("feeds"));
    site.rename("seeds", "unmounted");
    let refused = site.run(LATER, &["build"]);
    assert_eq!(refused.status.code(), Some(3), "{}", told(&refused));
    assert!(told(&refused).contains("seeds: the articles can't be read"), "{}", told(&refused));
    fs::create_dir(site.path().join("seeds")).expect("made");
    let refused = site.run(LATER, &["build"]);
    assert_eq!(refused.status.code(), Some(3), "{}", told(&refused));
    assert!(told(&refused).contains("gone: 5"), "{}", told(&refused));
    fs::remove_dir(site.path().join("seeds")).expect("removed");
    assert_eq!(tree(&site.path().join("feeds")), before);
    site.rename("unmounted", "seeds");
    for number in 1..=3 {
        site.rename(&format!("seeds/{number}.md"), &format!("{number}.md"));
    }
    assert_eq!(site.run(LATER, &["build"]).status.code(), Some(3));
    site.rename("1.md", "seeds/1.md");
    assert_eq!(site.build(LATER).len(), 3, "two may go");
    site.remove("seeds/1.md");
    site.remove("seeds/4.md");
    site.remove("seeds/5.md");
    assert_eq!(site.run(LATER, &["build"]).status.code(), Some(3), "nothing would be left");
    site.succeed(LATER, &["build", "--force"]);
    assert!(site.items().is_empty());
}

#[test]
fn a_folder_that_is_not_there_is_wrong_use() {
    let site = Site::new("");
    for folder in ["missing", "config.toml"] {
        let output = site.run(LATER, &["build", "--input", folder]);
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(told(&output).contains(&format!("{folder}: the articles can't be read")));
        assert!(!site.path().join("feeds").exists());
    }
    let output = site.run(LATER, &["build", "--strict"]);
    assert_eq!(output.status.code(), Some(1), "an empty one is told");
    assert!(told(&output).contains("seeds: warning: there is no article in it [no-articles]"));
}

#[test]
fn what_is_published_is_no_article() {
    let site = Site::new("");
    site.write("seeds/a.md", &article("A", "date: 2024-05-01\n", "Text."));
    for _ in 0..2 {
        site.succeed(LATER, &["build", "--quiet", "--input", ".", "--output", "seeds/feeds"]);
        let text = fs::read(site.path().join("seeds/feeds/feed.json")).expect("it is there");
        let feed: serde_json::Value = serde_json::from_slice(&text).expect("it is JSON");
        assert_eq!(feed["items"].as_array().map(Vec::len), Some(1));
    }
    let output = site.run(LATER, &["build", "--output", "seeds"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
}

#[test]
fn a_dry_run_tells_and_writes_nothing() {
    let site = Site::new(CONFIG);
    site.write("seeds/a.md", &article("A", "date: 2024-05-01\n", "Text."));
    site.build(LATER);
    let before = tree(site.path());
    site.write("seeds/b.md", &article("B", "date: 2024-05-02\n", "Text."));
    let output = site.succeed(LATER, &["build", "--dry-run", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(told[0]["new"].as_array().map(Vec::len), Some(1), "{told}");
    let mut after = tree(site.path());
    after.remove("seeds/b.md");
    let feeds = |tree: &BTreeMap<String, Vec<u8>>| -> Vec<Vec<u8>> {
        tree.iter().filter(|(path, _)| path.starts_with("feeds/")).map(|(_, b)| b.clone()).collect()
    };
    assert_eq!(feeds(&after), feeds(&before));
    assert_eq!(site.build(LATER).len(), 2);
}

#[test]
fn without_a_state_the_bytes_are_the_same() {
    let site = Site::new(CONFIG);
    let own = "id: urn:x:1\ndate: 2024-05-01\nupdated: 2024-05-03\n";
    site.write("seeds/a.md", &article("A", own, "Text."));
    site.write(
        "seeds/b.md",
        "<!--1715852342000-->\n[B](https://b.example/1)\n------\n\n<p>Text.</p>",
    );
    site.build(LATER);
    site.succeed(LATER, &["build", "--state", "none", "--output", "stateless"]);
    assert_eq!(tree(&site.path().join("feeds")), tree(&site.path().join("stateless")));
}

#[test]
fn documents_of_feeds_that_are_no_more_are_removed_and_nothing_else() {
    let site = Site::new("[[feed]]\n[[feed]]\nname = \"tag/{tag}\"\nformats = [\"rss\"]\n");
    site.write("seeds/a.md", &article("A", "date: 2024-05-01\ntags: [x, y]\n", "Text."));
    site.build(LATER);
    site.write("feeds/tag/x/mine.txt", "mine");
    site.write("seeds/a.md", &article("A", "date: 2024-05-01\ntags: [z]\n", "Text."));
    site.build(LATER);
    let files = tree(&site.path().join("feeds"));
    assert!(files.contains_key("tag/z/rss.xml") && files.contains_key("tag/x/mine.txt"));
    assert!(!files.contains_key("tag/x/rss.xml") && !files.contains_key("tag/y/rss.xml"));
    assert!(!site.path().join("feeds/tag/y").exists());
}

#[test]
fn what_others_issued_is_adopted() {
    let site = Site::new(CONFIG);
    site.write(
        "old.xml",
        "<rss version='2.0'><channel><title>T</title><link>https://a.example/</link>\
         <description>D</description><item><guid isPermaLink='false'>post-7</guid>\
         <link>https://a.example/seven</link><pubDate>Wed, 01 May 2024 00:00:00 GMT</pubDate>\
         </item></channel></rss>",
    );
    let page = "permalink: https://a.example/seven\ndate: 2024-05-09\n";
    site.write("seeds/seven.md", &article("Seven", page, "Text."));
    site.build(LATER);
    let adopted = site.succeed(LATER, &["ledger", "adopt", "old.xml"]);
    let adopted = told(&adopted);
    assert!(adopted.contains("1 of 1 entries of old.xml adopted"), "{adopted}");
    assert!(adopted.contains("1 are articles that are here"), "{adopted}");
    let items = site.build(LATER);
    assert_eq!(items["Seven"]["id"], "post-7");
    assert_eq!(items["Seven"]["date_published"], "2024-05-01T00:00:00Z");
}
