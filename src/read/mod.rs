//! Bytes of a file to an article.
//!
//! Invariant: nothing here does I/O or reads a clock; it can't fail, it can only report.

pub mod date;
pub mod declared;
pub mod excerpt;
pub mod html;
pub mod language;
pub mod decode;
mod faults;
pub mod front_matter;
pub mod page;
pub mod person;
