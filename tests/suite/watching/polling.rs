//! Folders that are walked again and again.

use std::fs;
use std::process::Command;

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

/// Runs the next test where the system watches four folders and no more, if the system lets us.
#[test]
#[allow(clippy::print_stderr)]
fn where_the_system_watches_no_more_everything_is_polled() {
    const LIMITED: &str = "echo 4 > /proc/sys/user/max_inotify_watches && exec \"$0\" \
                           --exact --ignored --nocapture watching::polling::after_four_watches";
    let tests = std::env::current_exe().expect("it has a path");
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c", LIMITED]).arg(tests);
    let output = command.output();
    let told = output.as_ref().map_or_else(ToString::to_string, |output| {
        String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
    });
    if told.contains("running ") {
        assert!(told.contains("1 passed; 0 failed"), "{told}");
    } else {
        eprintln!("not tested, since no user namespace can be made here: {told}");
    }
}

#[test]
#[ignore = "it needs a limit on watches, and is run by the test before"]
fn after_four_watches() {
    let mut follower = Follower::new(QUICK);
    follower.write("seeds/a/b/1.md", "text");
    follower.catch_up();
    follower.await_health(|state| *state == State::Native);
    for number in 2..9 {
        follower.write(&format!("seeds/c/{number}/1.md"), "text");
        follower.catch_up();
    }
    follower.await_health(|state| is_polled(state, &Polling::Limit));
    follower.write("seeds/a/b/1.md", "another text");
    follower.catch_up();
    assert_eq!(follower.next(), folder(""));
    let again = Follower::of(follower.into_folder(), QUICK);
    again.await_health(|state| is_polled(state, &Polling::Limit));
}
