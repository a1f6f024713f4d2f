//! Folders that are walked again and again.

use std::fs;

use feedmill::watch::health::{Polling, State};
use feedmill::watch::scope::{Scope, Why};

use crate::watching::follower::{Follower, QUICK, folder};

fn is_polled(state: &State, wanted: &Polling) -> bool {
    matches!(state, State::Polled { why, .. } if why == wanted)
}

#[test]
fn a_polled_folder_is_walked_again_and_again() {
    let mut follower = Follower::new(&format!("{QUICK}mode = 'poll'\n"));
    assert!(follower.health().folders.iter().all(|(_, state)| is_polled(state, &Polling::Set)));
    follower.write("seeds/a/1.md", "text");
    let scopes = follower.catch_up();
    assert!(scopes.iter().all(|scope| *scope == folder("")), "{scopes:?}");
    assert_eq!(follower.next(), folder(""));
    fs::remove_dir_all(follower.path("seeds")).expect("removed");
    follower.await_health(|state| matches!(state, State::Missing(_)));
    follower.write("seeds/2.md", "text");
    follower.catch_up();
}

#[test]
fn the_periodic_walk_comes() {
    let settings = "[watch]\npoll = '1 hour'\nreconcile = '20 ms'\n";
    let mut follower = Follower::new(settings);
    assert_eq!(follower.next(), Scope::Everything(Why::Reconcile));
    assert_eq!(follower.next(), Scope::Everything(Why::Reconcile));
}
