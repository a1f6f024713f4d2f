//! What goes wrong leaves the feeds as they are, is told, and is made good by itself.

use std::fs;
use std::time::Instant;

use crate::damage::offsets;
use crate::memory::{LATER, Site};
use crate::mill::tree;
use crate::running::{PATIENCE, Service, article, feed_tells, id_of, site, status};

#[test]
fn a_folder_that_vanishes_empties_no_feed() {
    let site = site();
    let mut service = Service::start(&site);
    site.rename("seeds", "elsewhere");
    service.await_line("the articles can't be read");
    assert!(feed_tells(&site, "<title>One</title>"));
    let told = status(&site);
    assert!(told["status"]["troubles"].to_string().contains("seeds"), "{told}");
    site.write("elsewhere/two.md", &article("Two"));
    site.rename("elsewhere", "seeds");
    service.await_line("(root) +1");
    // The folder and the turn are told of by two threads: whichever comes last makes it good.
    let end = Instant::now() + PATIENCE;
    loop {
        let told = status(&site);
        if told["status"]["troubles"] == serde_json::json!([]) {
            break;
        }
        assert!(Instant::now() < end, "{told}");
    }
    assert!(service.stop().success());
}

#[test]
fn a_folder_that_is_not_there_yet_is_waited_for() {
    let site = site();
    site.rename("seeds", "elsewhere");
    let mut service = Service::begin(&site, |_| {});
    service.await_line("the articles can't be read");
    site.rename("elsewhere", "seeds");
    service.await_line("(root) +1");
    assert!(service.stop().success());
}

#[test]
fn an_output_that_can_not_be_written_is_tried_again() {
    let site = site();
    let mut service = Service::start(&site);
    let former = tree(&site.path().join("feeds"));
    // A folder can't be replaced by a file.
    fs::remove_file(site.path().join("feeds/rss.xml")).expect("removed");
    fs::create_dir_all(site.path().join("feeds/rss.xml/in/the/way")).expect("made");
    site.write("seeds/two.md", &article("Two"));
    service.await_line("it is tried again in");
    assert!(!status(&site)["status"]["troubles"].to_string().contains("[]"));
    assert!(!former.is_empty());
    fs::remove_dir_all(site.path().join("feeds/rss.xml")).expect("removed");
    service.await_line("all is well again");
    assert!(feed_tells(&site, "<title>Two</title>"));
    assert!(
        fs::read_to_string(site.path().join("feeds/rss.xml")).expect("it is there").contains("Two")
    );
    assert!(service.stop().success());
}

/// Nothing of what was issued is lost, whether the service is killed after the next turn, or ended in
/// order before there is one.
#[test]
fn a_state_that_is_removed_is_written_anew() {
    let site = site();
    let state = site.path().join("kept/state.db");
    let begin = || {
        Service::begin(&site, |command| {
            command.env("FEEDMILL_STATE_FILE", "kept/state.db");
        })
    };
    let remove = || fs::remove_dir_all(site.path().join("kept")).expect("removed");
    let mut service = begin();
    service.await_line("documents written");
    let id = id_of(&site, "One");
    remove();
    site.write("seeds/two.md", &article("Two"));
    service.await_line("the state file was removed while it was in use");
    service.await_line("(root) +1");
    let socket = site.path().join("kept/state.db.sock");
    assert!(std::os::unix::net::UnixStream::connect(socket).is_ok(), "others can ask");
    service.kill();
    site.rename("seeds/one.md", "seeds/deep/other.md");
    site.write("seeds/three.md", &article("Three"));
    let mut service = begin();
    service.await_line("(root) +1");
    assert_eq!(id_of(&site, "One"), id);

    remove();
    assert!(service.stop().success());
    assert!(state.is_file());
    site.rename("seeds/deep/other.md", "seeds/one.md");
    site.write("seeds/four.md", &article("Four"));
    let mut service = begin();
    service.await_line("(root) +1");
    assert_eq!(id_of(&site, "One"), id);

    // Who puts another state in its place wants that one.
    let other = Site::new("");
    other.succeed(LATER, &["ledger", "export", "none.jsonl"]);
    fs::rename(other.path().join("state.db"), &state).expect("replaced");
    site.write("seeds/five.md", &article("Five"));
    service.await_line("the state file was replaced while it was in use");
    service.await_line("(root) +5");
    assert!(service.stop().success());
}

#[test]
fn what_is_removed_beside_the_articles_comes_back_by_itself() {
    let site = site();
    site.write("config.toml", "[[feed]]\n[[feed]]\nname = \"folder/{folder}\"\n");
    site.write("seeds/deep/two.md", &article("Two"));
    let mut service = Service::begin(&site, |command| {
        command.env("FEEDMILL_STATE_FILE", "kept/state.db");
    });
    service.await_line("documents written");
    let feeds = site.path().join("feeds");
    let published = tree(&feeds);
    fs::remove_dir_all(&feeds).expect("removed");
    service.await_line("documents written");
    assert_eq!(tree(&feeds), published);
    site.rename("kept", "elsewhere");
    service.await_line("the state file was removed while it was in use");
    service.await_line("0 documents written");
    let socket = site.path().join("kept/state.db.sock");
    let can_ask = || std::os::unix::net::UnixStream::connect(&socket).is_ok();
    assert!(can_ask());
    // The socket that comes back with the former state is nobody's.
    site.rename("kept", "aside");
    site.rename("elsewhere", "kept");
    service.await_line("the state file was replaced while it was in use");
    site.write("seeds/three.md", &article("Three"));
    service.await_line("(root) +1");
    assert!(can_ask());
    let published = tree(&feeds);
    fs::remove_dir_all(&feeds).expect("removed");
    service.await_line("documents written");
    assert_eq!(tree(&feeds), published, "it is watched on");
    assert!(service.stop().success());
}

/// A bit is another one, or the end is missing, here or there: the service notices, goes on with what it
/// can save, and the feeds stay as they are.
#[test]
fn a_damaged_state_is_put_aside() {
    let site = site();
    assert!(Service::start(&site).stop().success());
    let at = |name: &str| site.path().join(name);
    let (state, seal) = (fs::read(at("state.db")).expect("read"), fs::read(at("state.db.seal")));
    let (seal, feeds) = (seal.expect("read"), tree(&at("feeds")));
    let flipped = offsets(state.len()).into_iter().map(|offset| {
        let mut flipped = state.clone();
        flipped[offset] ^= 1 << (offset % 8);
        (format!("byte {offset}"), flipped)
    });
    let cuts = [0, 1, 99, 100, 4096, 4097, state.len() / 2, state.len() - 1];
    let cut = cuts.map(|length| (format!("cut at {length}"), state[..length].to_vec()));
    for (what, damaged) in flipped.chain(cut) {
        for file in fs::read_dir(site.path()).expect("listed") {
            let file = file.expect("listed");
            if file.file_name().to_string_lossy().starts_with("state.db") {
                fs::remove_file(file.path()).expect("removed");
            }
        }
        fs::write(at("state.db"), damaged).expect("written");
        fs::write(at("state.db.seal"), &seal).expect("written");
        let mut service = Service::begin(&site, |_| {});
        service.await_line("the state file was damaged");
        service.await_line("documents written");
        assert!(service.stop().success(), "{what}");
        assert!(at("state.db.damaged-1").exists(), "{what}");
        assert_eq!(tree(&at("feeds")), feeds, "{what}");
    }
}

#[test]
fn a_state_of_a_newer_feedmill_is_put_aside() {
    let site = site();
    let newer = rusqlite::Connection::open(site.path().join("state.db")).expect("made");
    newer.pragma_update(None, "application_id", 0x666D_6C6C).expect("set");
    newer.pragma_update(None, "user_version", 99).expect("set");
    drop(newer);
    let mut service = Service::begin(&site, |_| {});
    service.await_line("the state file is of a newer feedmill");
    service.await_line("documents written");
    assert!(service.stop().success());
}

#[test]
fn a_second_one_leaves() {
    let site = site();
    let service = Service::start(&site);
    let build = site.run(LATER, &["build"]);
    let told = String::from_utf8_lossy(&build.stderr);
    assert!(told.contains("another feedmill is at work"), "{told}");
    assert_eq!(build.status.code(), Some(4));
    let mut second = Service::begin(&site, |_| {});
    second.await_line("another feedmill is at work");
    assert_eq!(second.child.wait().expect("it ended").code(), Some(4));
    assert_eq!(status(&site)["running"], true, "the first one can still be asked");
    assert!(service.stop().success());
}

#[test]
fn a_service_that_was_killed_goes_on_where_it_was() {
    let site = site();
    Service::start(&site).kill();
    site.write("seeds/two.md", &article("Two"));
    let mut service = Service::begin(&site, |_| {});
    service.await_line("(root) +1");
    assert!(site.path().join("state.db.sock").exists());
    assert!(service.stop().success());
    assert!(!site.path().join("state.db.sock").exists());
}
