//! A random sequence of edits: after each, what was built step by step equals what is built at once
//! with the same ledger, and ids and dates are those of a simple model.
//!
//! `FEEDMILL_STEPS` and `FEEDMILL_SEED` ask for a longer or another sequence.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

use crate::memory::Site;
use crate::mill::tree;

/// The clock of the first step, in seconds: 2025-01-01T00:00:00Z.
const START: i64 = 1_735_689_600;

/// How many articles there are at most: a step of a long sequence takes no longer than one of a short one.
const MOST_ARTICLES: usize = 120;

/// The kind of edit that removes an article.
const REMOVE: usize = 4;

/// What the model knows of an article, by the mark in its text.
#[derive(Clone, Debug)]
struct Article {
    path: String,
    title: u64,
    text: u64,
    /// Its page, of those that declare one.
    page: Option<u64>,
    /// True when it declares a date.
    is_dated: bool,
    /// Where its file was, while it has none.
    is_removed: bool,
    /// The id and the date of publishing, once they were seen.
    issued: Option<(String, String)>,
}

impl Article {
    fn text(&self, mark: usize) -> String {
        let page = self.page.map(|page| format!("permalink: https://a.example/{page}\n"));
        let date = self.is_dated.then(|| format!("date: 2024-05-{:02}\n", mark % 28 + 1));
        format!(
            "---\ntitle: Title {}\n{}{}---\nmark-{mark}- text {}\n",
            self.title,
            page.unwrap_or_default(),
            date.unwrap_or_default(),
            self.text
        )
    }
}

/// Numbers that are drawn from a seed (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(drawn).expect("it has 31 bits") % bound
    }
}

struct Model {
    site: Site,
    random: Random,
    articles: Vec<Article>,
    counter: u64,
    titles: u64,
}

impl Model {
    fn new(seed: u64) -> Self {
        let site = Site::new(&config(0));
        Self { site, random: Random(seed | 1), articles: Vec::new(), counter: 0, titles: 0 }
    }

    fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// Picks an article that has a file, or none.
    fn pick(&mut self, removed: bool) -> Option<usize> {
        let fits = |article: &Article| article.is_removed == removed;
        let marks: Vec<usize> =
            (0..self.articles.len()).filter(|mark| fits(&self.articles[*mark])).collect();
        (!marks.is_empty()).then(|| marks[self.random.below(marks.len())])
    }

    fn write(&self, mark: usize) {
        let article = &self.articles[mark];
        self.site.write(&article.path, &article.text(mark));
    }

    fn add(&mut self) -> String {
        let (mark, number) = (self.articles.len(), self.next());
        let folder = self.random.below(3);
        let page = (self.random.below(2) == 0).then(|| self.next());
        let is_dated = self.random.below(3) > 0;
        let path = format!("seeds/{folder}/{number}.md");
        self.articles.push(Article {
            path: path.clone(),
            title: number,
            text: number,
            page,
            is_dated,
            is_removed: false,
            issued: None,
        });
        self.write(mark);
        format!("add {path}")
    }

    /// Copies an article's file, and removes the first one once a build saw both, or edits the copy
    /// before any build sees it.
    fn replace_by_copy(&mut self, mark: usize, now: i64) -> String {
        let (old, number) = (self.articles[mark].path.clone(), self.next());
        let path = format!("seeds/{}/{number}.md", self.random.below(3));
        self.articles[mark].path.clone_from(&path);
        let is_edited = self.random.below(2) == 0;
        if is_edited {
            self.articles[mark].text = number;
        }
        self.write(mark);
        if !is_edited {
            self.check(now);
        }
        self.site.remove(&old);
        let edited = if is_edited { "edit" } else { "build" };
        format!("copy {old} to {path}, {edited}, remove")
    }

    /// Moves an article to where another one is, and that one to the first one's place or to a new one.
    fn move_on(&mut self, mark: usize, other: usize) -> String {
        let (old, place) = (self.articles[mark].path.clone(), self.articles[other].path.clone());
        let is_exchange = self.random.below(2) == 0;
        let new = if is_exchange { old.clone() } else { format!("seeds/0/{}.md", self.next()) };
        self.site.rename(&place, "seeds/moving");
        self.site.rename(&old, &place);
        self.site.rename("seeds/moving", &new);
        let told = format!("move {old} to {place}, and that to {new}");
        self.articles[mark].path = place;
        self.articles[other].path = new;
        told
    }

    /// Makes one edit; tells which.
    fn edit(&mut self, now: i64) -> String {
        let mut kind = self.random.below(12);
        let articles = self.articles.iter().filter(|article| !article.is_removed).count();
        if kind < 2 && articles >= MOST_ARTICLES {
            kind = REMOVE;
        }
        if kind == 11
            && let Some((mark, other)) = self.pick(false).zip(self.pick(false))
            && mark != other
        {
            return self.move_on(mark, other);
        }
        if kind == 10
            && let Some(mark) = self.pick(false)
        {
            return self.replace_by_copy(mark, now);
        }
        if kind == 9 {
            self.titles += 1;
            self.site.write("config.toml", &config(self.titles));
            return "configure".to_owned();
        }
        if kind == 8 {
            let Some(mark) = self.pick(true) else { return self.add() };
            self.articles[mark].is_removed = false;
            self.write(mark);
            return format!("restore {}", self.articles[mark].path);
        }
        let Some(mark) = self.pick(false).filter(|_| (2..8).contains(&kind)) else {
            return self.add();
        };
        let number = self.next();
        let old = self.articles[mark].path.clone();
        match kind {
            2 => self.articles[mark].title = number,
            3 => self.articles[mark].text = number,
            REMOVE => {
                self.site.remove(&old);
                self.articles[mark].is_removed = true;
                return format!("remove {old}");
            }
            5 => {
                let folder = self.random.below(3);
                self.articles[mark].path = format!("seeds/{folder}/{number}.md");
                self.site.rename(&old, &self.articles[mark].path);
                return format!("rename {old} to {}", self.articles[mark].path);
            }
            6 if self.articles[mark].page.is_some() => self.articles[mark].page = Some(number),
            _ => {}
        }
        self.write(mark);
        format!("write {old} ({kind})")
    }

    /// Builds, and holds what came out against the model.
    fn check(&mut self, now: i64) {
        self.site.succeed(now, &["build", "--quiet", "--force"]);
        let text = fs::read(self.site.path().join("feeds/feed.json")).expect("it is there");
        let feed: serde_json::Value = serde_json::from_slice(&text).expect("it is JSON");
        let mut seen = BTreeMap::new();
        for item in feed["items"].as_array().expect("there are items") {
            let content = item["content_html"].as_str().expect("it has content");
            let mark = content.split("mark-").nth(1).and_then(|rest| rest.split('-').next());
            let mark: usize = mark.expect("it has a mark").parse().expect("a number");
            let told = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
            seen.insert(mark, (told("id"), told("date_published")));
        }
        for (mark, article) in self.articles.iter_mut().enumerate() {
            assert_eq!(seen.contains_key(&mark), !article.is_removed, "article {mark} is there");
            let Some(told) = seen.remove(&mark) else { continue };
            let issued = article.issued.get_or_insert_with(|| told.clone());
            assert_eq!(told, *issued, "what was issued for article {mark}");
        }
    }

    /// Builds at once with the same ledger, and expects the same bytes.
    fn compare_with_clean_build(&self, now: i64) {
        let path = self.site.path();
        for place in ["clean.db", "clean.db-wal", "clean.db-shm"] {
            drop(fs::remove_file(path.join(place)));
        }
        drop(fs::remove_dir_all(path.join("clean")));
        self.site.succeed(now, &["ledger", "export", "ledger.jsonl"]);
        let clean = ["--quiet", "--state", "clean.db"];
        self.site.succeed(now, &[&["ledger", "import", "ledger.jsonl"], &clean[..]].concat());
        let output = ["build", "--force", "--output", "clean"];
        self.site.succeed(now, &[&output[..], &clean[..]].concat());
        let (own, clean) = (tree(&path.join("feeds")), tree(&path.join("clean")));
        assert!(own.keys().eq(clean.keys()), "{:?} and {:?}", own.keys(), clean.keys());
        for (name, bytes) in own {
            let (own, clean) =
                (String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&clean[&name]));
            assert_eq!(own, clean, "{name}");
        }
    }
}

fn config(title: u64) -> String {
    format!(
        "[site]\ntitle = \"Site {title}\"\nurl = \"https://feeds.example/{title}/\"\n\
         id_authority = \"feeds.example,2025\"\n\
         [[feed]]\nlimit = 0\n[[feed]]\nname = \"folder/{{folder}}\"\nlimit = 5\n\
         archive = \"3 entries\"\nformats = [\"atom\", \"json\"]\n\
         [[feed]]\nname = \"months\"\nlimit = 2\narchive = \"month\"\nformats = [\"atom\", \"json\"]\n"
    )
}

#[test]
fn step_by_step_is_the_same_as_at_once() {
    let number =
        |name: &str, or: u64| std::env::var(name).map_or(or, |raw| raw.parse().expect("a number"));
    let steps = number("FEEDMILL_STEPS", 60);
    let mut model = Model::new(number("FEEDMILL_SEED", 7));
    let mut history = Vec::new();
    for step in 0..steps {
        let now = START + i64::try_from(step).expect("it fits") * 3600;
        let edit = model.edit(now);
        history.push(format!("step {step}: {edit}"));
        let shown = Shown(&history);
        model.check(now);
        model.compare_with_clean_build(now);
        drop(shown);
    }
}

/// Shows the edits so far when a step fails.
struct Shown<'a>(&'a [String]);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let last = self.0.len().saturating_sub(20);
            let _ = writeln!(std::io::stderr(), "{}", self.0[last..].join("\n"));
        }
    }
}
