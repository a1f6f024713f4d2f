//! Follows the hints of a watcher over a folder of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use feedmill::config::meant::Settings;
use feedmill::config::{ConfigFile, Sources, load};
use feedmill::watch::health::{Health, State};
use feedmill::watch::scope::{Place, Places, Scope, Why};
use feedmill::watch::watcher::{Hints, Watcher};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// How long a hint may take before it is taken to be lost. The periodic walk is further off.
const PATIENCE: Duration = Duration::from_secs(30);

/// Settings in which nothing is found by chance: only what a test is about comes in its time.
pub(super) const SLOW: &str = "[watch]\npoll = '1 hour'\nreconcile = '1 hour'\nsettle = '1 hour'\n";

/// Settings in which open files settle and lost folders are found in no time.
pub(super) const QUICK: &str = "[watch]\npoll = '20 ms'\nreconcile = '1 hour'\nsettle = '20 ms'\n";

/// Looks where the watcher says, and nowhere else.
pub(super) struct Follower {
    folder: TempDir,
    runtime: Runtime,
    settings: Settings,
    watcher: Watcher,
    hints: Hints,
    known: BTreeMap<Place, Vec<u8>>,
}

impl Follower {
    /// Begins to watch the folder `seeds` of a new folder.
    pub(super) fn new(settings: &str) -> Self {
        Self::of(tempfile::tempdir().expect("a temporary folder can be made"), settings)
    }

    /// Begins to watch a folder.
    pub(super) fn of(folder: TempDir, settings: &str) -> Self {
        fs::create_dir_all(folder.path().join("seeds")).expect("made");
        let file = ConfigFile { name: "config.toml".into(), text: settings.into() };
        let sources = Sources { file: Some(file), ..Sources::default() };
        let mut settings = load(&sources).expect("valid").settings;
        for input in &mut settings.input.folders {
            *input = folder.path().join(&input);
        }
        let output = folder.path().join(&settings.output.folder);
        let (watcher, hints) =
            Watcher::start(&settings.watch, &settings.input, &output).expect("started");
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        let mut follower =
            Self { folder, runtime, settings, watcher, hints, known: BTreeMap::new() };
        assert_eq!(follower.next(), Scope::Everything(Why::Begun));
        follower
    }

    /// Watches no longer, and gives the folder.
    pub(super) fn into_folder(self) -> TempDir {
        self.folder
    }

    /// Gives a path below the folder.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file below the folder, whose folder is made where it is missing.
    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    pub(super) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).expect("renamed");
    }

    /// Tells how the input folders are watched.
    pub(super) fn health(&self) -> Health {
        self.watcher.health().borrow().clone()
    }

    /// Waits until the only input folder is in a state.
    pub(super) fn await_health(&self, wanted: impl Fn(&State) -> bool) {
        let mut health = self.watcher.health();
        let awaited = health.wait_for(|health| health.folders.iter().all(|(_, s)| wanted(s)));
        let awaited = async { tokio::time::timeout(PATIENCE, awaited).await.map(|_| ()) };
        self.runtime.block_on(awaited).unwrap_or_else(|_| panic!("it stays {:?}", self.health()));
    }

    /// Puts a file back that is not whole.
    pub(super) fn again(&self, path: &str) {
        self.hints.again(Place::new(0, path));
    }

    /// Waits for the next scope and looks there.
    pub(super) fn next(&mut self) -> Scope {
        let next = async { tokio::time::timeout(PATIENCE, self.hints.next()).await };
        let scope = self.runtime.block_on(next).expect("a hint comes").expect("the watcher lives");
        self.look(&scope);
        scope
    }

    /// Follows the hints until everything is known as it is; fails if they do not lead there.
    pub(super) fn catch_up(&mut self) -> Vec<Scope> {
        let mut scopes = Vec::new();
        while self.known != self.everything() {
            let next = async { tokio::time::timeout(PATIENCE, self.hints.next()).await };
            let Ok(scope) = self.runtime.block_on(next) else {
                panic!("no hint covers {:?}; {scopes:?}", self.unknown())
            };
            let scope = scope.expect("the watcher lives");
            self.look(&scope);
            scopes.push(scope);
        }
        scopes
    }

    /// Lists the places at which something else is than is known.
    fn unknown(&self) -> Vec<Place> {
        let (known, found) = (&self.known, self.everything());
        let places = known.keys().chain(found.keys());
        places.filter(|place| known.get(place) != found.get(place)).cloned().collect()
    }

    fn everything(&self) -> BTreeMap<Place, Vec<u8>> {
        let mut found = BTreeMap::new();
        for input in 0..self.settings.input.folders.len() {
            self.walk(&Place::new(input, ""), &mut found);
        }
        found
    }

    fn look(&mut self, scope: &Scope) {
        match scope {
            Scope::Everything(_) => self.known = self.everything(),
            Scope::Places(Places { folders, files, .. }) => {
                for folder in folders {
                    let is_below =
                        |p: &Place| p.input == folder.input && p.path.starts_with(&folder.path);
                    self.known.retain(|place, _| !is_below(place));
                    let mut found = BTreeMap::new();
                    self.walk(folder, &mut found);
                    self.known.append(&mut found);
                }
                for file in files {
                    match fs::read(self.location(file)) {
                        Ok(bytes) => _ = self.known.insert(file.clone(), bytes),
                        Err(_) => _ = self.known.remove(file),
                    }
                }
            }
        }
    }

    fn location(&self, place: &Place) -> PathBuf {
        self.settings.input.folders[place.input].join(&place.path)
    }

    /// Reads all that is visible at a place and below, all of which are articles in these tests.
    fn walk(&self, place: &Place, found: &mut BTreeMap<Place, Vec<u8>>) {
        let root = &self.settings.input.folders[place.input];
        let is_visible = |entry: &walkdir::DirEntry| {
            entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".")
        };
        let entries = walkdir::WalkDir::new(self.location(place)).into_iter();
        // What goes while it is walked is told by another hint.
        for entry in entries.filter_entry(is_visible).flatten() {
            let is_article = entry.path().extension().is_some_and(|ending| ending == "md");
            if let (true, Ok(bytes)) = (is_article, fs::read(entry.path())) {
                let below = entry.path().strip_prefix(root).expect("it is below");
                found.insert(Place::new(place.input, below), bytes);
            }
        }
    }
}

/// Makes a scope of single files of the only input folder.
pub(super) fn files(paths: &[&str]) -> Scope {
    let mut scope = Scope::default();
    for path in paths {
        scope.add_file(Place::new(0, *path));
    }
    scope
}

/// Makes a scope of one folder of the only input folder.
pub(super) fn folder(path: &str) -> Scope {
    let mut scope = Scope::default();
    scope.add_folder(Place::new(0, path));
    scope
}

/// Appends to a file that stays open.
pub(super) fn append(path: &Path) -> fs::File {
    fs::OpenOptions::new().create(true).append(true).open(path).expect("opened")
}
