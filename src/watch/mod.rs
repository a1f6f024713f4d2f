//! What is in the input folders.

pub mod absence;
pub mod file;
pub mod walk;
