//! feedmill mills a folder of article files into feeds and keeps them true.
//!
//! ```text
//! seeds/ ─▶ watch ─▶ read ─▶ catalog ─▶ select ─▶ read ─▶ render ─▶ publish ─▶ feeds/
//!                   (head)                       (whole)
//! ```
//!
//! [`mill`] walks this way once, for all files or for those that were changed; `feedmill build` has it
//! done once, and [`daemon`] again and again. A part imports only from parts that stand further down
//! here:
//!
//! - [`cli`]: the arguments, one file a subcommand
//! - [`daemon`]: the service: what happens, and the turns that follow from it
//! - [`mill`]: a turn; [`serve`]: what is published, over HTTP; [`ops`]: log, systemd, signals, the clock, the socket for whoever asks
//! - [`watch`]: which files there are and where something changed; [`catalog`]: the state file;
//!   [`publish`]: the output folder, the shelf that is served from, and the gate
//! - [`read`]: bytes to articles; [`select`]: which of them, in what order; [`render`]: feeds to documents
//! - [`config`]: the configuration; [`metrics`]: counters
//! - [`model`]: what all of them speak of

pub mod catalog;
pub mod cli;
pub mod config;
pub mod daemon;
pub mod metrics;
pub mod mill;
pub mod model;
pub mod ops;
pub mod publish;
pub mod read;
pub mod render;
pub mod select;
pub mod serve;
pub mod watch;
