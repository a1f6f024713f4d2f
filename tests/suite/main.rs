//! The tests of the whole program, in one binary.

mod any_bytes;
mod any_text;
mod cases;
mod command_line;
mod documents;
mod floors;
mod mill;
mod sizes;
