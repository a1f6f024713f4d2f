//! The values that every part speaks of: articles, feeds, documents, reports.
//!
//! Invariant: nothing here does I/O, reads a clock or knows a file format.

pub mod archive;
pub mod article;
pub mod date;
pub mod document;
pub mod edition;
pub mod feed;
pub mod file;
pub mod glance;
pub mod id;
pub mod language;
pub mod list;
pub mod news;
pub mod overview;
pub mod piece;
pub mod report;
pub mod text;
