//! What is in the input folders.

pub mod file;
pub mod walk;
