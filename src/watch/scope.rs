//! Where to look again.
//!
//! Invariant: nothing here does I/O; of places that are gone nothing more is known than their paths.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// At most so many places are told one by one.
const MOST_PLACES: usize = 4096;

/// At most so many folders are left when the files of a crowd gave way to their folders.
const MOST_CROWDED: usize = 1024;

/// A path below an input folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The number of the input folder.
    pub input: usize,
    /// The path below it; empty for the input folder itself.
    pub path: PathBuf,
}

impl Place {
    /// Makes a place of an input folder and a path below it.
    #[must_use]
    pub fn new(input: usize, path: impl Into<PathBuf>) -> Self {
        Self { input, path: path.into() }
    }

    fn holds(&self, other: &Self) -> bool {
        self.input == other.input && other.path.starts_with(&self.path)
    }

    /// Gives the folder that the place is in; the input folder is in itself.
    pub(super) fn parent(&self) -> Self {
        Self::new(self.input, self.path.parent().unwrap_or(Path::new("")))
    }
}

/// Why to look everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Watching has begun.
    Begun,
    /// It is time for the periodic walk.
    Reconcile,
    /// So much happened at once that some of it was not told.
    Overflow,
    /// The watcher told of an error.
    Error(String),
    /// The watcher died.
    Died,
    /// An input folder is gone.
    Vanished,
    /// An input folder that was gone is there again.
    Returned,
    /// Another folder stands where an input folder was.
    Replaced,
    /// A file with several names was written, and nothing tells where the others are.
    Linked,
    /// There are more places than are told one by one.
    Crowded,
    /// Someone asked for it, as whoever builds once does.
    Asked,
    /// The configuration is another.
    Configured,
    /// What feedmill keeps, its feeds or its state, was removed.
    Removed,
    /// What was done last has failed, or is not done.
    Failed,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Begun => "watching has begun",
            Self::Reconcile => "it is time for the periodic walk",
            Self::Overflow => "too much happened at once",
            Self::Error(error) => return write!(f, "the watcher failed: {error}"),
            Self::Died => "the watcher died",
            Self::Vanished => "an input folder is gone",
            Self::Returned => "an input folder is there again",
            Self::Replaced => "an input folder was replaced",
            Self::Linked => "a file with several names was written",
            Self::Crowded => "too many places changed",
            Self::Asked => "it was asked for",
            Self::Configured => "the configuration is another",
            Self::Removed => "the feeds or the state were removed",
            Self::Failed => "the last time has failed",
        })
    }
}

/// Where to look again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere, for this reason, and for others perhaps.
    Everything(Why),
    /// At some places.
    Places(Places),
}

/// Places at which to look again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Whatever stands at these places and below: most often folders, but there may be a file by now,
    /// or nothing. None of them is below another.
    pub folders: BTreeSet<Place>,
    /// What stands at these places, and was told to be whole; none of them is below one of the folders.
    pub files: BTreeSet<Place>,
}

impl Default for Scope {
    fn default() -> Self {
        Self::Places(Places::default())
    }
}

impl Scope {
    /// Tells whether there is nowhere to look.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Everything(_) => false,
            Self::Places(places) => places.folders.is_empty() && places.files.is_empty(),
        }
    }

    /// Tells whether everything is to be looked at.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        matches!(self, Self::Everything(_))
    }

    /// Adds another scope.
    pub fn extend(&mut self, other: Self) {
        match other {
            Self::Everything(why) => self.add_everything(why),
            Self::Places(places) => {
                places.folders.into_iter().for_each(|folder| self.add_folder(folder));
                places.files.into_iter().for_each(|file| self.add_file(file));
            }
        }
    }

    /// Tells whether whoever looks there looks at a place.
    #[must_use]
    pub fn covers(&self, place: &Place) -> bool {
        match self {
            Self::Everything(_) => true,
            Self::Places(places) => places.files.contains(place) || places.are_above(place),
        }
    }

    /// Adds everything, for a reason; the first one stays.
    pub fn add_everything(&mut self, why: Why) {
        if let Self::Places(_) = self {
            *self = Self::Everything(why);
        }
    }

    /// Adds a place and all that is below it.
    pub fn add_folder(&mut self, folder: Place) {
        self.add(|places| places.add_folder(folder));
    }

    /// Adds a single place.
    pub fn add_file(&mut self, file: Place) {
        self.add(|places| {
            if !places.are_above(&file) {
                places.files.insert(file);
            }
        });
    }

    /// Takes back a single place, if it was added by itself.
    pub(super) fn remove_file(&mut self, file: &Place) {
        if let Self::Places(places) = self {
            places.files.remove(file);
        }
    }

    fn add(&mut self, add: impl FnOnce(&mut Places)) {
        if let Self::Places(places) = self {
            add(places);
            if !places.shrink() {
                *self = Self::Everything(Why::Crowded);
            }
        }
    }
}

impl Places {
    /// Tells whether a place is one of the folders, or below one.
    fn are_above(&self, place: &Place) -> bool {
        // No folder is below another, so the last one that is not after the place is the only one
        // that can hold it.
        self.folders.range(..=place).next_back().is_some_and(|folder| folder.holds(place))
    }

    fn add_folder(&mut self, folder: Place) {
        if self.are_above(&folder) {
            return;
        }
        take_below(&mut self.folders, &folder);
        take_below(&mut self.files, &folder);
        self.folders.insert(folder);
    }

    /// Lets files give way to their folders where there are too many; tells whether that helped.
    fn shrink(&mut self) -> bool {
        if self.files.len() + self.folders.len() <= MOST_PLACES {
            return true;
        }
        for file in std::mem::take(&mut self.files) {
            self.add_folder(file.parent());
        }
        self.folders.len() <= MOST_CROWDED
    }
}

/// Takes out all that is below a folder.
fn take_below(places: &mut BTreeSet<Place>, folder: &Place) {
    let below = places.range(folder..).take_while(|place| folder.holds(place));
    for place in below.cloned().collect::<Vec<_>>() {
        places.remove(&place);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn places(scope: &Scope) -> (Vec<&Path>, Vec<&Path>) {
        let Scope::Places(places) = scope else { panic!("{scope:?}") };
        (paths(&places.folders), paths(&places.files))
    }

    fn paths(places: &BTreeSet<Place>) -> Vec<&Path> {
        places.iter().map(|place| place.path.as_path()).collect()
    }

    #[test]
    fn a_folder_swallows_what_is_in_it() {
        let mut scope = Scope::default();
        assert!(scope.is_empty());
        for file in ["a/b/1.md", "a-b.md", "a/2.md", "b.md"] {
            scope.add_file(Place::new(0, file));
        }
        scope.add_folder(Place::new(0, "a/b"));
        scope.add_folder(Place::new(0, "a"));
        scope.add_folder(Place::new(0, "a/c"));
        scope.add_file(Place::new(0, "a/3.md"));
        let (folders, files) = places(&scope);
        assert_eq!(folders, [Path::new("a")]);
        assert_eq!(files, [Path::new("a-b.md"), Path::new("b.md")]);
        assert!(!scope.covers(&Place::new(1, "a/1.md")));
    }

    #[test]
    fn a_crowd_becomes_its_folder() {
        let mut scope = Scope::default();
        for number in 0..=MOST_PLACES {
            scope.add_file(Place::new(0, format!("a/{number}.md")));
        }
        assert_eq!(places(&scope), (vec![Path::new("a")], Vec::new()));
    }

    #[test]
    fn a_crowd_in_many_folders_becomes_everything() {
        let mut scope = Scope::default();
        for number in 0..=MOST_PLACES {
            scope.add_file(Place::new(0, format!("{}/{number}.md", number / 2)));
        }
        assert_eq!(scope, Scope::Everything(Why::Crowded));
        scope.add_everything(Why::Overflow);
        scope.add_folder(Place::new(0, "a"));
        assert_eq!(scope, Scope::Everything(Why::Crowded));
    }

    fn any_place() -> impl Strategy<Value = Place> {
        let names = prop::collection::vec(prop::sample::select(vec!["a", "b", "a.md", "-"]), 0..4);
        (0..2_usize, names).prop_map(|(input, names)| Place::new(input, names.join("/")))
    }

    proptest! {
        #[test]
        fn exactly_what_was_added_is_covered(
            added in prop::collection::vec((any_place(), any::<bool>()), 0..20),
            asked in any_place(),
        ) {
            let mut scope = Scope::default();
            for (place, is_folder) in &added {
                match is_folder {
                    true => scope.add_folder(place.clone()),
                    false => scope.add_file(place.clone()),
                }
            }
            let wanted = added.iter().any(|(place, is_folder)| {
                *place == asked || *is_folder && place.holds(&asked)
            });
            prop_assert_eq!(scope.covers(&asked), wanted, "{:?}", scope);
            let Scope::Places(places) = scope else { panic!("few places stay places") };
            for place in &places.folders {
                prop_assert!(!places.folders.iter().any(|f| f != place && f.holds(place)));
                prop_assert!(!places.files.iter().any(|file| place.holds(file)));
            }
        }
    }
}
