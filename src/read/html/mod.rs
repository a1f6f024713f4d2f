//! HTML that strangers wrote: parsed within limits, then cleaned.
//!
//! The way of a fragment: [`bounded`] makes a tree of it, whatever it is; [`clean`] makes the
//! tree fit to stand in a feed and tells what it shows. Invariant: no input makes any of this
//! panic, and none takes more time or memory than its size explains.

mod allowed;
mod attributes;
pub mod bounded;
pub mod clean;
#[cfg(test)]
mod clean_tests;
pub(crate) mod document;
mod frames;
pub mod known;
mod lazy;
pub(crate) mod lenient;
mod limits;
mod links;
mod media;
mod noscript;
mod pieces;
mod pixels;
#[cfg(test)]
mod properties;
mod remove;
mod sink;
pub mod text;
mod tidy;
mod tokens;
