//! Documents to files.
//!
//! Invariant: a document on disk is always a whole one, the old or the new.

pub mod coding;
pub mod directory;
pub mod gate;
pub mod shelf;
