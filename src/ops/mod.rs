//! The service around the mill: what it writes to its log, what it tells systemd, which signals it
//! gets, and how it waits for a time of day.

pub mod alarm;
pub mod control;
pub mod log;
pub mod memory;
pub mod open_files;
pub mod signals;
pub mod systemd;
