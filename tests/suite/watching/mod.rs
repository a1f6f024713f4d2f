//! The watcher, on real folders: whoever looks where it says knows everything.

mod folders;
mod follower;
mod polling;
mod storm;
mod writing;
