//! The input folders as they are found on disk, and what of them is watched.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use crate::config::meant::Input;
use crate::model::file::path_below;
use crate::watch::scope::Place;
use crate::watch::walk;

/// An input folder that was found. As long as all of this is the same, it is the same folder, at the
/// same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Root {
    /// Its path without links, below which events are told.
    pub(super) path: PathBuf,
    pub(super) device: u64,
    inode: u64,
}

/// Finds an input folder; the error says in words why that can't be done.
pub(super) fn find(location: &Path) -> Result<Root, String> {
    let path = location.canonicalize().map_err(|error| error.to_string())?;
    let found = fs::metadata(&path).map_err(|error| error.to_string())?;
    if !found.is_dir() {
        return Err("it is no folder".to_owned());
    }
    Ok(Root { path, device: found.dev(), inode: found.ino() })
}

/// What is watched: the input folders, without what is hidden and without the output.
#[derive(Debug)]
pub(super) struct Territory {
    input: Input,
    output: PathBuf,
    /// The output without links, be it there or not.
    real_output: PathBuf,
    /// What was found of each input folder, in order.
    pub(super) roots: Vec<Result<Root, String>>,
}

impl Territory {
    pub(super) fn new(input: &Input, output: &Path) -> Self {
        let (output, real_output) = (output.to_owned(), real(output));
        Self { input: input.clone(), output, real_output, roots: Vec::new() }
    }

    /// Finds all input folders and the output anew.
    pub(super) fn find(&mut self) {
        self.roots = self.locations().iter().map(|location| find(location)).collect();
        self.real_output = real(&self.output);
    }

    /// Gives the input folders as they are set.
    pub(super) fn locations(&self) -> &[PathBuf] {
        &self.input.folders
    }

    /// Gives the places of a path without links: one for each input folder that it is in.
    pub(super) fn places(&self, path: &Path) -> Vec<Place> {
        let mut places = Vec::new();
        for (input, root) in self.roots.iter().enumerate() {
            let Ok(root) = root else { continue };
            let Ok(below) = path.strip_prefix(&root.path) else { continue };
            if !has_hidden(below) && !self.is_of_output(path, root) {
                places.push(Place::new(input, below));
            }
        }
        places
    }

    /// Gives the places at which a path is an article by its name.
    pub(super) fn articles(&self, path: &Path) -> Vec<Place> {
        let is_article =
            |place: &Place| walk::is_article(&self.input, &path_below(Path::new(""), &place.path));
        self.places(path).into_iter().filter(is_article).collect()
    }

    /// Tells whether something is part of the output, as seen from an input folder that holds it. An
    /// input folder within the output is walked nevertheless.
    fn is_of_output(&self, path: &Path, root: &Root) -> bool {
        let output = &self.real_output;
        *output != root.path && output.starts_with(&root.path) && path.starts_with(output)
    }
}

fn has_hidden(below: &Path) -> bool {
    below.components().any(|part| match part {
        Component::Normal(name) => name.as_encoded_bytes().starts_with(b"."),
        _ => false,
    })
}

/// Gives a path without links, as far as it is there.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let found = absolute.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    let Some((above, real)) = found else { return absolute };
    absolute.strip_prefix(above).map_or_else(|_| real.clone(), |rest| real.join(rest))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;
    use crate::config::{FlagValue, Sources, load};

    fn territory(folder: &TempDir, inputs: &[&str], output: &str) -> Territory {
        let inputs: Vec<String> =
            inputs.iter().map(|input| folder.path().join(input).display().to_string()).collect();
        let flag =
            FlagValue { key: "input.folders".into(), value: inputs.into(), flag: "--input".into() };
        let settings = load(&Sources { flags: vec![flag], ..Sources::default() }).expect("valid");
        let mut territory = Territory::new(&settings.settings.input, &folder.path().join(output));
        territory.find();
        territory
    }

    fn folder(below: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for path in below {
            fs::create_dir_all(folder.path().join(path)).expect("made");
        }
        folder
    }

    #[test]
    fn hidden_places_and_the_output_are_left_out() {
        let folder = folder(&["seeds/a"]);
        let territory = territory(&folder, &["seeds"], "seeds/a/feeds");
        let seeds = folder.path().canonicalize().expect("it is there").join("seeds");
        let articles = |path: &str| territory.articles(&seeds.join(path)).len();
        assert_eq!((articles("a/b.md"), articles("a/b.png"), articles("feeds/b.md")), (1, 0, 1));
        assert_eq!((articles(".a.md"), articles("a/.b/c.md")), (0, 0));
        assert_eq!((articles("a/feeds"), articles("a/feeds/index.html")), (0, 0));
        assert_eq!(territory.places(&seeds), [Place::new(0, "")]);
        assert_eq!(territory.places(folder.path()), []);
    }

    #[test]
    fn a_path_has_a_place_in_each_input_folder_that_it_is_in() {
        let folder = folder(&["seeds/.a", "gone"]);
        symlink("seeds/.a", folder.path().join("link")).expect("linked");
        let territory = territory(&folder, &["seeds", "link", "none"], ".");
        let seeds = folder.path().canonicalize().expect("it is there").join("seeds");
        assert_eq!(territory.places(&seeds.join(".a/b.md")), [Place::new(1, "b.md")]);
        assert_eq!(territory.places(&seeds.join("b.md")), [Place::new(0, "b.md")]);
        assert!(territory.roots[2].is_err());
    }

    #[test]
    fn another_folder_at_the_same_place_is_another_root() {
        let folder = folder(&["one", "two"]);
        let (link, one) = (folder.path().join("link"), folder.path().join("one"));
        symlink(&one, &link).expect("linked");
        let before = find(&link);
        assert_eq!(before, find(&one));
        fs::rename(&one, folder.path().join("old")).expect("renamed");
        assert!(find(&link).is_err());
        fs::rename(folder.path().join("two"), &one).expect("renamed");
        assert!(find(&link).is_ok_and(|found| Ok(found) != before));
    }

    #[test]
    fn what_is_not_there_is_told_without_links_all_the_same() {
        let folder = folder(&["real"]);
        symlink("real", folder.path().join("link")).expect("linked");
        let wanted = folder.path().canonicalize().expect("it is there").join("real/a/b");
        assert_eq!(real(&folder.path().join("link/a/b")), wanted);
    }
}
