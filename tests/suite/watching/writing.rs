//! Every way in which programs write files.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::{Duration, SystemTime};

use feedmill::watch::scope::{Scope, Why};

use crate::watching::follower::{Follower, QUICK, SLOW, append, files, folder};

fn run(follower: &Follower, program: &str, arguments: &[&str]) {
    let mut command = Command::new(program);
    command.current_dir(follower.path("seeds")).args(arguments);
    assert!(command.status().expect("it can be started").success(), "{program} {arguments:?}");
}

#[test]
fn a_file_that_was_written_is_given_when_it_is_closed() {
    let mut follower = Follower::new(SLOW);
    follower.write("seeds/a.md", "one");
    assert_eq!(follower.next(), files(&["a.md"]));
    follower.write("seeds/a.md", "two");
    follower.catch_up();
    fs::remove_file(follower.path("seeds/a.md")).expect("removed");
    assert_eq!(follower.next(), files(&["a.md"]));
    follower.catch_up();
}

#[test]
fn a_file_that_was_renamed_is_given_under_both_names() {
    let mut follower = Follower::new(SLOW);
    follower.write("seeds/.a.tmp", "one");
    follower.rename("seeds/.a.tmp", "seeds/a.md");
    assert_eq!(follower.next(), files(&["a.md"]));
    follower.rename("seeds/a.md", "seeds/b.md");
    let scopes = follower.catch_up();
    let covers = |path| scopes.iter().any(|scope| *scope == files(&[path]));
    assert!(scopes == [files(&["a.md", "b.md"])] || covers("a.md") && covers("b.md"));
    follower.rename("seeds/b.md", "elsewhere.md");
    assert_eq!(follower.next(), files(&["b.md"]));
}

#[test]
fn an_open_file_waits_until_it_is_closed() {
    let mut follower = Follower::new(SLOW);
    let mut open = append(&follower.path("seeds/open.md"));
    open.write_all(b"half of").expect("written");
    follower.write("seeds/closed.md", "whole");
    assert_eq!(follower.next(), files(&["closed.md"]));
    open.write_all(b" it").expect("written");
    drop(open);
    assert_eq!(follower.next(), files(&["open.md"]));
    follower.catch_up();
}

#[test]
fn a_file_that_stays_open_is_given_each_time_it_is_quiet() {
    let mut follower = Follower::new(QUICK);
    let mut log = append(&follower.path("seeds/log.md"));
    for line in 0..3 {
        for word in ["a ", "line", "\n"] {
            log.write_all(word.as_bytes()).expect("written");
        }
        let scopes = follower.catch_up();
        assert!(!scopes.is_empty(), "{line}");
    }
}

#[test]
fn a_file_that_was_not_whole_is_given_again() {
    let mut follower = Follower::new(QUICK);
    follower.again("a.md");
    assert_eq!(follower.next(), files(&["a.md"]));
}

#[test]
fn editors_and_tools_are_followed() {
    let mut follower = Follower::new(SLOW);
    follower.write("seeds/a.md", "one\n");
    follower.catch_up();
    run(&follower, "sed", &["-i", "s/one/two/", "a.md"]);
    follower.catch_up();
    run(&follower, "sh", &["-c", "printf three > a.md && printf four >> a.md && cp -p a.md b.md"]);
    follower.catch_up();
    // As vim does: a trial file, the old text moved aside, the new one written, the old removed.
    follower.write("seeds/4913", "");
    fs::remove_file(follower.path("seeds/4913")).expect("removed");
    follower.rename("seeds/a.md", "seeds/a.md~");
    follower.write("seeds/a.md", "five\n");
    fs::remove_file(follower.path("seeds/a.md~")).expect("removed");
    follower.catch_up();
    // As rsync does: a hidden file, its times and rights set, renamed over the old one.
    follower.write("seeds/.a.md.Xq3Zt1", "six\n");
    let hidden = append(&follower.path("seeds/.a.md.Xq3Zt1"));
    let past = SystemTime::now() - Duration::from_hours(1);
    hidden.set_modified(past).expect("the time is set");
    follower.rename("seeds/.a.md.Xq3Zt1", "seeds/a.md");
    follower.catch_up();
    fs::remove_file(follower.path("seeds/b.md")).expect("removed");
    follower.catch_up();
}

#[test]
fn an_unpacked_archive_is_followed() {
    let mut follower = Follower::new(SLOW);
    for number in 0..300 {
        follower.write(&format!("pack/{}/{}/{number}.md", number % 7, number % 5), "text");
    }
    run(&follower, "tar", &["-c", "-f", "../pack.tar", "-C", "../pack", "."]);
    run(&follower, "tar", &["-x", "-f", "../pack.tar"]);
    follower.catch_up();
}

#[test]
fn a_hard_link_is_given_at_once_and_a_write_to_one_name_leads_to_all() {
    let mut follower = Follower::new(SLOW);
    follower.write("seeds/a.md", "one");
    follower.catch_up();
    fs::hard_link(follower.path("seeds/a.md"), follower.path("seeds/b.md")).expect("linked");
    assert_eq!(follower.next(), files(&["b.md"]));
    follower.write("seeds/a.md", "two");
    assert_eq!(follower.catch_up().last(), Some(&Scope::Everything(Why::Linked)));
}

#[test]
fn a_set_of_files_that_is_exchanged_by_a_hidden_link_is_walked() {
    let mut follower = Follower::new(SLOW);
    follower.write("seeds/..1/a.md", "one");
    symlink("..1", follower.path("seeds/..data")).expect("linked");
    symlink("..data/a.md", follower.path("seeds/a.md")).expect("linked");
    follower.catch_up();
    follower.write("seeds/..2/a.md", "two");
    symlink("..2", follower.path("seeds/..data_tmp")).expect("linked");
    follower.rename("seeds/..data_tmp", "seeds/..data");
    assert_eq!(follower.catch_up().last(), Some(&folder("")));
}

#[test]
fn a_link_is_given_when_what_it_leads_to_changes() {
    let mut follower = Follower::new(SLOW);
    follower.write("seeds/a/1.md", "one");
    follower.write("seeds/.hidden/2.md", "two");
    symlink("a/1.md", follower.path("seeds/before.md")).expect("linked");
    follower.catch_up();
    symlink("../.hidden/2.md", follower.path("seeds/a/later.md")).expect("linked");
    assert_eq!(follower.catch_up().last(), Some(&files(&["a/later.md"])));
    follower.write("seeds/a/1.md", "another one");
    follower.catch_up();
    follower.write("seeds/.hidden/2.md", "another two");
    assert_eq!(follower.catch_up().last(), Some(&files(&["a/later.md"])));
}

#[test]
fn what_is_no_article_gives_no_hint() {
    let mut follower = Follower::new(&format!("output.folder = 'seeds/feeds'\n{SLOW}"));
    for path in [".a.md", ".git/b.md", "a.md~", "picture.png", "_index.md", "feeds/index.html"] {
        follower.write(&format!("seeds/{path}"), "text");
        follower.write("seeds/feeds/c.md", "text");
    }
    follower.rename("seeds/picture.png", "seeds/photograph.png");
    let reading = fs::read(follower.path("seeds/photograph.png")).expect("read");
    assert_eq!(reading, b"text");
    follower.write("seeds/a.md", "text");
    assert_eq!(follower.next(), files(&["a.md"]));
}
