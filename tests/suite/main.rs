//! The tests of the whole program, in one binary.

mod cases;
mod command_line;
mod documents;
mod floors;
mod mill;
mod sizes;
