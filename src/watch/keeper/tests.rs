//! What can't be brought about from outside.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::sync::watch;

use crate::config::meant::Watch;
use crate::config::{ConfigFile, Sources, load};
use crate::watch::desk::Desk;
use crate::watch::health::Health;
use crate::watch::keeper::Keeper;
use crate::watch::native::{Inbox, Message};
use crate::watch::roots::Territory;
use crate::watch::scope::{Place, Scope, Why};
use crate::watch::signs::Sign;

/// How long a hint may take before it is taken to be lost.
const PATIENCE: Duration = Duration::from_secs(30);

struct House {
    folder: TempDir,
    desk: Arc<Desk>,
    inbox: Inbox,
}

/// Makes a keeper over a folder, in which nothing is due by itself.
fn keeper() -> (Keeper, House) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let text = format!("input.folders = [{:?}]", folder.path());
    let file = ConfigFile { name: "config.toml".into(), text };
    let sources = Sources { file: Some(file), ..Sources::default() };
    let settings = load(&sources).expect("valid").settings;
    let hour = Duration::from_hours(1);
    let slow = Watch { poll: hour, reconcile: hour, settle: hour, ..settings.watch };
    let desk = Arc::new(Desk::new(&slow));
    let (inbox, messages) = Inbox::new();
    let (sender, _) = watch::channel(Health { folders: Vec::new() });
    let territory = Territory::new(&settings.input, Path::new("feeds"));
    let ends = (inbox.clone(), messages);
    let keeper = Keeper::new(slow, territory, ends, Arc::clone(&desk), sender);
    (keeper, House { folder, desk, inbox })
}

fn next(house: &House) -> Scope {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let next = async { tokio::time::timeout(PATIENCE, house.desk.take()).await };
    let scope = runtime.expect("a runtime").block_on(next).expect("a hint comes");
    scope.expect("the keeper lives")
}

/// Writes a file, and expects that it is told of by itself.
fn is_watched(house: &House) {
    fs::write(house.folder.path().join("a.md"), "text").expect("written");
    let Scope::Places(told) = next(house) else { panic!("one file was written") };
    assert!(told.folders.is_empty());
    assert_eq!(told.files.into_iter().collect::<Vec<_>>(), [Place::new(0, "a.md")]);
}

fn stop(house: &House) {
    house.desk.close();
    house.inbox.put(Message::Stop);
}

#[test]
fn whatever_gets_lost_is_walked_for_and_watched_anew() {
    let (keeper, house) = keeper();
    let thread = thread::spawn(move || keeper.run());
    assert_eq!(next(&house), Scope::Everything(Why::Begun));
    let overflow = Message::Sign(1, Sign::Lost(Why::Overflow));
    let error = Message::Sign(2, Sign::Lost(Why::Error("no luck".into())));
    let whys = [Why::Overflow, Why::Error("no luck".into()), Why::Died];
    for (message, why) in [overflow, error, Message::Ended(3)].into_iter().zip(whys) {
        house.inbox.put(message);
        assert_eq!(next(&house), Scope::Everything(why));
        is_watched(&house);
    }
    stop(&house);
    thread.join().expect("it ends");
}

#[test]
fn messages_from_watchers_of_the_past_are_passed_over() {
    let (keeper, house) = keeper();
    let thread = thread::spawn(move || keeper.run());
    assert_eq!(next(&house), Scope::Everything(Why::Begun));
    house.inbox.put(Message::Ended(0));
    house.inbox.put(Message::Sign(0, Sign::Lost(Why::Overflow)));
    is_watched(&house);
    stop(&house);
    thread.join().expect("it ends");
}

#[test]
fn what_appeared_and_is_gone_again_is_walked_for() {
    let (mut keeper, house) = keeper();
    keeper.do_what_is_due(Instant::now());
    assert_eq!(next(&house), Scope::Everything(Why::Begun));
    let gone = house.folder.path().canonicalize().expect("it is there").join("gone");
    keeper.follow(Sign::Moved(gone.clone()));
    keeper.follow(Sign::Appeared(gone));
    let mut folder = Scope::default();
    folder.add_folder(Place::new(0, "gone"));
    assert_eq!(next(&house), folder);
}

/// What a watch is kept under is a path. A folder that moved on is watched where it is now, even when
/// its former path goes once more.
#[test]
fn a_folder_that_moved_stays_watched_when_its_former_path_goes() {
    let (keeper, house) = keeper();
    let path = |name: &str| house.folder.path().join(name);
    fs::create_dir_all(path("a/b")).expect("made");
    let thread = thread::spawn(move || keeper.run());
    assert_eq!(next(&house), Scope::Everything(Why::Begun));
    fs::rename(path("a"), path("c")).expect("moved");
    assert!(house.desk.catch_up());
    fs::create_dir(path("a")).expect("made");
    assert!(house.desk.catch_up());
    fs::create_dir(path("a/b")).expect("made");
    fs::remove_dir(path("a/b")).expect("removed");
    assert!(house.desk.catch_up());
    next(&house);
    fs::write(path("c/b/a.md"), "text").expect("written");
    let Scope::Places(told) = next(&house) else { panic!("one file was written") };
    assert_eq!(told.files.into_iter().collect::<Vec<_>>(), [Place::new(0, "c/b/a.md")]);
    stop(&house);
    thread.join().expect("it ends");
}

#[test]
fn more_messages_than_there_is_room_for_are_an_overflow() {
    let (mut keeper, house) = keeper();
    keeper.do_what_is_due(Instant::now());
    assert_eq!(next(&house), Scope::Everything(Why::Begun));
    while !house.inbox.take_overflow() {
        house.inbox.put(Message::Sign(1, Sign::Finished("/nowhere/a.md".into())));
    }
    house.inbox.put(Message::Ended(1));
    let thread = thread::spawn(move || keeper.run());
    assert_eq!(next(&house), Scope::Everything(Why::Overflow));
    is_watched(&house);
    stop(&house);
    thread.join().expect("it ends");
}

#[test]
fn whoever_has_caught_up_knows_of_every_writing_until_then() {
    let (keeper, house) = keeper();
    assert!(!house.desk.catch_up(), "nothing is watched yet");
    let thread = thread::spawn(move || keeper.run());
    assert_eq!(next(&house), Scope::Everything(Why::Begun));
    for number in 0..200 {
        let name = format!("{number}.md");
        let file = fs::File::create(house.folder.path().join(&name)).expect("made");
        assert!(house.desk.catch_up());
        assert!(house.desk.has_news(&Place::new(0, &name)));
        drop(file);
        assert!(house.desk.catch_up());
        let Scope::Places(told) = next(&house) else { panic!("one file was written") };
        assert_eq!(told.files.into_iter().collect::<Vec<_>>(), [Place::new(0, &name)]);
        assert!(!house.desk.has_news(&Place::new(0, &name)));
    }
    house.inbox.put(Message::Sign(1, Sign::Lost(Why::Overflow)));
    assert_eq!(next(&house), Scope::Everything(Why::Overflow));
    assert!(house.desk.catch_up(), "it is watched anew");
    stop(&house);
    thread.join().expect("it ends");
}
