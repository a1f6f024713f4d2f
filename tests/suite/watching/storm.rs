//! A storm of changes, at random.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use crate::watching::follower::{Follower, QUICK, SLOW};

/// Numbers that are random enough (xorshift), and the same for each seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn folder(&mut self, root: &Path) -> PathBuf {
        let depth = self.below(4);
        (0..depth).fold(root.to_owned(), |folder, _| folder.join(self.below(3).to_string()))
    }

    fn file(&mut self, root: &Path) -> PathBuf {
        let name = format!("{}.md", self.below(5));
        self.folder(root).join(name)
    }
}

/// Does something at random below a folder. What can't be done, since what it needs is not there, is
/// not done.
fn change(random: &mut Random, root: &Path, step: u64) -> std::io::Result<()> {
    let (file, other) = (random.file(root), random.file(root));
    let (folder, target) = (random.folder(root), random.folder(root));
    match random.below(10) {
        0 | 1 => fs::write(file, format!("{step}")),
        2 => fs::create_dir_all(folder),
        3 => {
            let hidden = file.with_extension("tmp");
            fs::write(&hidden, format!("{step}"))?;
            fs::rename(hidden, file)
        }
        4 => fs::remove_file(file),
        5 => fs::rename(file, other),
        6 if folder != root => fs::rename(folder, target),
        7 if folder != root => fs::remove_dir_all(folder),
        8 => fs::hard_link(file, other),
        _ => {
            fs::create_dir_all(folder.join("0/1"))?;
            fs::write(folder.join("0/1/0.md"), format!("{step}"))
        }
    }
}

fn storm(settings: &str, seed: u64, steps: u64) {
    let mut follower = Follower::new(settings);
    let root = follower.path("seeds");
    let writer = thread::spawn(move || {
        let mut random = Random(seed);
        (0..steps).filter(|step| change(&mut random, &root, *step).is_ok()).count()
    });
    while !writer.is_finished() {
        follower.catch_up();
    }
    let done = writer.join().expect("the writer ends");
    follower.catch_up();
    assert!(done as u64 > steps / 4, "{done}");
}

#[test]
fn after_a_storm_everything_is_known() {
    for seed in 1..=6 {
        storm(SLOW, seed, 1_500);
    }
    storm(QUICK, 7, 1_500);
}
