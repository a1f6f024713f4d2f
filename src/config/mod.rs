//! The configuration: as typed, then as meant.
//!
//! Invariant: nothing here does I/O; the text of the file and the environment are arguments.

pub mod meant;
