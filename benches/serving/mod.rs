//! What it takes to measure servers on this machine.
//!
//! - [`client`]: single requests, and connections that are held
//! - [`memory`]: that of a process
//! - [`server`]: feedmill and nginx, each in processes of their own
//! - [`wrk`]: many requests, and what came of them

pub(crate) mod client;
pub(crate) mod memory;
pub(crate) mod server;
pub(crate) mod wrk;
