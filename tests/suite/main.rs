//! The tests of the whole program, in one binary.

mod any_bytes;
mod any_text;
mod archives;
mod cases;
mod command_line;
mod damage;
mod distributed;
mod documentation;
mod documents;
mod floors;
mod memory;
mod mill;
mod model;
#[cfg(unix)]
mod odd_files;
mod overview;
mod publishing;
mod readme;
#[cfg(unix)]
mod running;
mod sizes;
#[cfg(unix)]
mod unprivileged;
#[cfg(unix)]
mod watching;
