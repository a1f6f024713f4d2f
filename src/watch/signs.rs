//! What the events of the watcher are signs of.
//!
//! Invariant: nothing here does I/O. Events tell where something happened, and little of what.

use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RemoveKind, RenameMode};
use notify::{Event, EventKind};

use crate::watch::scope::Why;

/// What an event is a sign of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A file was made, empty so far, or it is another name of one, or a link.
    Made(PathBuf),
    /// A file was written to, and more may come.
    Written(PathBuf),
    /// A file was closed after writing, or removed.
    Finished(PathBuf),
    /// Something there is now known by other facts, such as its rights.
    Touched(PathBuf),
    /// Something appeared there: a file or a folder with all that is in it.
    Appeared(PathBuf),
    /// Something appeared or disappeared there.
    Moved(PathBuf),
    /// Nobody knows what happened.
    Lost(Why),
}

/// Tells what an event, or an error in its stead, is a sign of.
pub(super) fn signs(event: notify::Result<Event>) -> Vec<Sign> {
    let event = match event {
        Ok(event) if event.need_rescan() => return vec![Sign::Lost(Why::Overflow)],
        Ok(event) => event,
        Err(error) => return vec![Sign::Lost(Why::Error(error.to_string()))],
    };
    let Some(sign) = sign(event.kind) else { return Vec::new() };
    event.paths.into_iter().map(sign).filter(tells).collect()
}

/// Gives what a kind of event is a sign of, for each of its paths.
fn sign(kind: EventKind) -> Option<fn(PathBuf) -> Sign> {
    Some(match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Remove(RemoveKind::File) => Sign::Finished,
        // Reading is no change; and where both sides of a renaming are told, each was told before.
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => {
            return None;
        }
        EventKind::Create(CreateKind::File) => Sign::Made,
        EventKind::Modify(ModifyKind::Metadata(_)) => Sign::Touched,
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any | ModifyKind::Other) => {
            Sign::Written
        }
        EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => {
            Sign::Appeared
        }
        EventKind::Remove(_)
        | EventKind::Modify(ModifyKind::Name(_))
        | EventKind::Any
        | EventKind::Other => Sign::Moved,
    })
}

/// Tells whether a sign can matter: hidden files are no articles, whatever is written to them.
fn tells(sign: &Sign) -> bool {
    match sign {
        Sign::Made(path) | Sign::Written(path) | Sign::Finished(path) => !is_hidden(path),
        Sign::Touched(_) | Sign::Appeared(_) | Sign::Moved(_) | Sign::Lost(_) => true,
    }
}

/// Tells whether a file or a folder is hidden by its own name.
pub(super) fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use notify::event::{DataChange, Flag, MetadataKind};

    use super::*;

    fn of(kind: EventKind) -> Vec<Sign> {
        signs(Ok(Event::new(kind).add_path("/s/a.md".into())))
    }

    fn path() -> PathBuf {
        "/s/a.md".into()
    }

    #[test]
    fn reading_is_no_sign() {
        for mode in [AccessMode::Read, AccessMode::Any, AccessMode::Execute] {
            assert_eq!(of(EventKind::Access(AccessKind::Open(mode))), []);
            assert_eq!(of(EventKind::Access(AccessKind::Close(mode))), []);
        }
        assert_eq!(of(EventKind::Access(AccessKind::Read)), []);
    }

    #[test]
    fn writing_and_closing_are_told_apart() {
        let written = [
            EventKind::Modify(ModifyKind::Other),
            EventKind::Modify(ModifyKind::Data(DataChange::Any)),
            EventKind::Modify(ModifyKind::Any),
        ];
        for kind in written {
            assert_eq!(of(kind), [Sign::Written(path())], "{kind:?}");
        }
        assert_eq!(of(EventKind::Create(CreateKind::File)), [Sign::Made(path())]);
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        assert_eq!(of(closed), [Sign::Finished(path())]);
        assert_eq!(of(EventKind::Remove(RemoveKind::File)), [Sign::Finished(path())]);
        let touched = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any));
        assert_eq!(of(touched), [Sign::Touched(path())]);
    }

    #[test]
    fn what_may_be_a_folder_is_looked_at() {
        let appeared = [
            EventKind::Create(CreateKind::Folder),
            EventKind::Create(CreateKind::Any),
            EventKind::Modify(ModifyKind::Name(RenameMode::To)),
        ];
        for kind in appeared {
            assert_eq!(of(kind), [Sign::Appeared(path())], "{kind:?}");
        }
        let moved = [
            EventKind::Remove(RemoveKind::Folder),
            EventKind::Remove(RemoveKind::Other),
            EventKind::Modify(ModifyKind::Name(RenameMode::From)),
            EventKind::Modify(ModifyKind::Name(RenameMode::Any)),
            EventKind::Any,
            EventKind::Other,
        ];
        for kind in moved {
            assert_eq!(of(kind), [Sign::Moved(path())], "{kind:?}");
        }
        assert_eq!(of(EventKind::Modify(ModifyKind::Name(RenameMode::Both))), []);
    }

    #[test]
    fn a_rescan_and_an_error_mean_that_nobody_knows() {
        let overflow = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(signs(Ok(overflow)), [Sign::Lost(Why::Overflow)]);
        let error = signs(Err(notify::Error::generic("no luck")));
        assert_eq!(error, [Sign::Lost(Why::Error("no luck".into()))]);
    }

    #[test]
    fn hidden_files_are_passed_over_but_hidden_links_may_matter() {
        let hidden = |kind| signs(Ok(Event::new(kind).add_path("/s/.a.md.swp".into())));
        assert_eq!(hidden(EventKind::Create(CreateKind::File)), []);
        assert_eq!(hidden(EventKind::Access(AccessKind::Close(AccessMode::Write))), []);
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        assert_eq!(hidden(renamed), [Sign::Appeared("/s/.a.md.swp".into())]);
    }
}
