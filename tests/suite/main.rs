//! The tests of the whole program, in one binary.

mod cases;
mod command_line;
mod distributed;
mod documentation;
mod documents;
mod floors;
mod mill;
#[cfg(unix)]
mod odd_files;
mod publishing;
mod readme;
mod sizes;
#[cfg(unix)]
mod unprivileged;
