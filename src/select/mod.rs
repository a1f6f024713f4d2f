//! Which articles are in which feed, and in which order.
//!
//! Invariant: works on heads; a text is looked at only when a filter asks for words in it.

pub mod filter;
mod fold;
pub mod group;
pub mod limit;
pub mod order;
pub mod safe_path;
