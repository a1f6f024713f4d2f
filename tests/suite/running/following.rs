//! The feeds follow the folder.

use std::fs;
use std::io::Write;

use crate::mill::tree;
use crate::running::{Service, article, feed_tells, id_of, site, status};

#[test]
fn articles_come_change_move_and_go() {
    let site = site();
    let mut service = Service::start(&site);
    site.write("seeds/two.md", &article("Two"));
    service.await_line("(root) +1");
    assert!(feed_tells(&site, "<title>Two</title>"));
    site.write("seeds/two.md", &article("Twice"));
    service.await_line("(root) ~1");
    assert!(feed_tells(&site, "<title>Twice</title>"));
    let id = id_of(&site, "Twice");
    site.rename("seeds/two.md", "seeds/deep/er/two.md");
    site.write("seeds/three.md", &article("Three"));
    service.await_line("(root) +1");
    assert_eq!(id_of(&site, "Twice"), id, "a move changes no id");
    fs::remove_dir_all(site.path().join("seeds/deep")).expect("removed");
    service.await_line("(root) -1");
    assert!(!feed_tells(&site, "<title>Twice</title>"));
    assert!(feed_tells(&site, "deleted-entry"), "subscribers are told");
    assert!(service.stop().success());
    let followed = tree(&site.path().join("feeds"));
    site.succeed(1_790_000_000, &["build", "--quiet", "--force"]);
    assert_eq!(followed, tree(&site.path().join("feeds")), "a build finds nothing to do");
}

#[test]
fn a_crowded_folder_that_is_moved_in_is_taken_whole() {
    let site = site();
    for number in 0..40 {
        site.write(&format!("beside/a/{number}.md"), &article(&format!("Number {number}")));
    }
    let mut service = Service::start(&site);
    site.rename("beside", "seeds/b/beside");
    service.await_line("(root) +40");
    assert!(feed_tells(&site, "Number 39"));
    site.rename("seeds/b", "gone");
    service.await_line("nothing was published: 40 entries would disappear");
    assert!(feed_tells(&site, "Number 39"), "the gate keeps them");
    site.write("seeds/two.md", &article("Two"));
    service.await_line("(root) +1");
    site.write("seeds/three.md", &article("Three"));
    service.await_line("(root) +1");
    let has_both =
        feed_tells(&site, "<title>Two</title>") && feed_tells(&site, "<title>Three</title>");
    assert!(feed_tells(&site, "Number 39") && has_both);
    let troubles = status(&site)["status"]["troubles"].to_string();
    assert!(troubles.contains("40 entries would disappear"), "{troubles}");
    site.rename("gone", "seeds/b");
    service.await_line("all is well again");
}

#[test]
fn what_is_half_written_is_not_published() {
    let site = site();
    let mut service = Service::start(&site);
    let mut slow = fs::File::create(site.path().join("seeds/slow.md")).expect("made");
    slow.write_all(b"---\ntitle: Slow\ndate: 2024-05-02\n---\nThe first half").expect("written");
    slow.sync_all().expect("synced");
    site.write("seeds/other.md", &article("Other"));
    service.await_line("(root) +1");
    assert!(feed_tells(&site, "Other"));
    slow.write_all(b", and the second.\n").expect("written");
    drop(slow);
    while !feed_tells(&site, "and the second") {
        service.await_line("(root)");
        let is_half = feed_tells(&site, "The first half") && !feed_tells(&site, "and the second");
        assert!(!is_half, "it was closed only later");
    }
}

/// As those do that keep the newest under one name: the new one is written where the old one was, and not
/// done yet when the old one is found elsewhere.
#[test]
fn a_renamed_file_is_known_while_another_is_written_in_its_place() {
    let site = site();
    site.write("seeds/two.md", &article("Two"));
    let mut service = Service::start(&site);
    let id = id_of(&site, "Two");
    site.rename("seeds/two.md", "seeds/old.md");
    let mut new = fs::File::create(site.path().join("seeds/two.md")).expect("made");
    let text = article("New");
    let (first, second) = text.split_at(9);
    new.write_all(first.as_bytes()).expect("written");
    new.sync_all().expect("synced");
    new.write_all(second.as_bytes()).expect("written");
    drop(new);
    service.await_line("(root) +1");
    assert_eq!(id_of(&site, "Two"), id);
    assert_ne!(id_of(&site, "New"), id);
    assert!(service.stop().success());
}

#[test]
fn what_is_saved_under_another_name_and_edited_is_the_same_entry() {
    let site = site();
    let mut service = Service::start(&site);
    site.write("seeds/two.md", &article("Two"));
    service.await_line("(root) +1");
    let id = id_of(&site, "Two");
    let seeds = site.path().join("seeds");
    fs::copy(seeds.join("two.md"), seeds.join("second.md")).expect("copied");
    service.await_line("it is a copy of seeds/two.md");
    site.write("seeds/second.md", &format!("{}And more.\n", article("Two")));
    fs::remove_file(seeds.join("two.md")).expect("removed");
    while !feed_tells(&site, "And more.") {
        service.await_line("(root)");
    }
    assert_eq!(id_of(&site, "Two"), id);
    assert!(service.stop().success());
}
