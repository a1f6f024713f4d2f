//! Folders that come and go, the input folders among them.

use std::fs;

use feedmill::watch::health::State;
use feedmill::watch::scope::{Place, Scope, Why};

use crate::watching::follower::{Follower, QUICK, SLOW, folder};

fn remove(follower: &Follower, path: &str) {
    fs::remove_dir_all(follower.path(path)).expect("removed");
}

/// Waits until a file below the seeds is told of by itself when it is written, as it is where folders
/// are watched. While there still are hints of what was done before, they may cover it.
fn is_watched(follower: &mut Follower, path: &str) {
    let place = Place::new(0, path);
    for attempt in 0..100 {
        follower.write(&format!("seeds/{path}"), &attempt.to_string());
        loop {
            match follower.next() {
                Scope::Places(places) if places.files.contains(&place) => return,
                scope if scope.covers(&place) => break,
                _ => {}
            }
        }
    }
    panic!("only walks tell of {path}");
}

#[test]
fn all_of_500_files_in_folders_that_are_made_quickly_are_found() {
    let mut follower = Follower::new(SLOW);
    for number in 0..500 {
        let folder = format!("seeds/{}/{}/{}/{number}", number % 3, number % 11, number % 7);
        follower.write(&format!("{folder}/a.md"), "text");
    }
    follower.catch_up();
    is_watched(&mut follower, "2/1/2/23/b.md");
}

#[test]
fn a_populated_folder_that_is_moved_in_is_walked_and_watched() {
    let mut follower = Follower::new(SLOW);
    for number in 0..50 {
        follower.write(&format!("other/a/{}/{number}.md", number % 5), "text");
    }
    follower.rename("other/a", "seeds/a");
    assert_eq!(follower.next(), folder("a"));
    follower.catch_up();
    is_watched(&mut follower, "a/3/new.md");
    follower.rename("seeds/a", "seeds/b");
    follower.catch_up();
    is_watched(&mut follower, "b/4/new.md");
    follower.rename("seeds/b", "other/b");
    assert_eq!(follower.next(), folder("b"));
    follower.catch_up();
}

#[test]
fn folders_that_change_places_are_watched_where_they_are() {
    let mut follower = Follower::new(SLOW);
    follower.write("seeds/a/deep/1.md", "in a");
    follower.write("seeds/b/deep/2.md", "in b");
    follower.catch_up();
    follower.rename("seeds/a", "seeds/c");
    follower.rename("seeds/b", "seeds/a");
    follower.rename("seeds/c", "seeds/b");
    follower.catch_up();
    is_watched(&mut follower, "a/deep/3.md");
    is_watched(&mut follower, "b/deep/4.md");
}

#[test]
fn a_folder_that_is_removed_and_made_again_is_watched() {
    let mut follower = Follower::new(SLOW);
    for round in 0..20 {
        follower.write("seeds/a/b/1.md", &format!("{round}"));
        remove(&follower, "seeds/a");
    }
    follower.write("seeds/a/b/1.md", "last");
    follower.catch_up();
    is_watched(&mut follower, "a/b/2.md");
}

#[test]
fn a_folder_with_the_name_of_an_article_is_a_folder() {
    let mut follower = Follower::new(SLOW);
    follower.write("other/a.md/b.md", "text");
    follower.rename("other/a.md", "seeds/a.md");
    follower.catch_up();
    remove(&follower, "seeds/a.md");
    follower.write("seeds/a.md", "a file");
    follower.catch_up();
}

#[test]
fn a_hidden_folder_that_is_shown_is_walked_and_watched() {
    let mut follower = Follower::new(SLOW);
    follower.write("seeds/.draft/a.md", "text");
    follower.rename("seeds/.draft", "seeds/shown");
    assert_eq!(follower.next(), folder("shown"));
    is_watched(&mut follower, "shown/b.md");
    follower.rename("seeds/shown", "seeds/.draft");
    assert_eq!(follower.next(), folder("shown"));
    follower.catch_up();
}

#[test]
fn an_input_folder_that_is_deleted_is_missed_and_found_again() {
    let mut follower = Follower::new(QUICK);
    follower.write("seeds/a/1.md", "text");
    follower.catch_up();
    for _ in 0..3 {
        remove(&follower, "seeds");
        follower.await_health(|state| matches!(state, State::Missing(_)));
        assert!(!follower.health().is_good());
        follower.write("seeds/a/2.md", "text");
        follower.catch_up();
        follower.await_health(|state| *state == State::Native);
        is_watched(&mut follower, "a/3.md");
    }
}

#[test]
fn an_input_folder_that_is_exchanged_is_noticed() {
    let mut follower = Follower::new(QUICK);
    follower.write("seeds/1.md", "old");
    follower.catch_up();
    follower.write("new/2.md", "new");
    follower.rename("seeds", "old");
    follower.rename("new", "seeds");
    let scopes = follower.catch_up();
    assert!(scopes.iter().all(|scope| matches!(scope, Scope::Everything(_))), "{scopes:?}");
    is_watched(&mut follower, "3.md");
}

#[test]
fn a_folder_above_that_is_exchanged_is_noticed() {
    let mut follower = Follower::new(&format!("input.folders = ['site/a']\n{QUICK}"));
    follower.await_health(|state| matches!(state, State::Missing(_)));
    follower.write("site/a/1.md", "old");
    follower.catch_up();
    follower.write("site.new/a/2.md", "new");
    follower.rename("site", "site.old");
    follower.rename("site.new", "site");
    let scopes = follower.catch_up();
    let is_known = |scope: &Scope| {
        matches!(scope, Scope::Everything(Why::Replaced | Why::Vanished | Why::Returned))
    };
    assert!(scopes.iter().all(is_known), "{scopes:?}");
}

#[test]
fn a_file_in_the_place_of_an_input_folder_is_no_folder() {
    let follower = Follower::new(QUICK);
    remove(&follower, "seeds");
    fs::write(follower.path("seeds"), "a file").expect("written");
    follower.await_health(|state| *state == State::Missing("it is no folder".to_owned()));
}

#[test]
fn input_folders_may_overlap() {
    let mut follower = Follower::new(&format!("input.folders = ['seeds', 'seeds/a']\n{SLOW}"));
    follower.write("seeds/b/1.md", "text");
    follower.catch_up();
    follower.write("seeds/a/b/2.md", "text");
    follower.catch_up();
    is_watched(&mut follower, "a/b/3.md");
}
