//! What is in the input folders, and what happens there.
//!
//! Events are hints, the walk is the truth: [`watcher`] tells where to look again, and never what is
//! there. Its thread, the [`keeper`], places watches and follows the [`signs`] of the system's own
//! watcher; what it makes of them lies on the [`desk`] until it is whole and somebody takes it.

pub mod absence;
mod agenda;
mod desk;
mod echo;
pub mod file;
pub mod health;
mod keeper;
mod native;
mod pacing;
mod remote;
mod roots;
pub mod scope;
pub mod settle;
mod signs;
pub mod walk;
pub mod watcher;
