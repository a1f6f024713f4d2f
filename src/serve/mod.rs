//! Serving what is published over HTTP.
//!
//! ```text
//! request ─▶ route ─▶ coding ─▶ conditions ─▶ range ─▶ answer ─▶ tally ─▶ admin, log
//! ```
//!
//! Invariant: what is answered comes from the shelf alone, never from a path that a request names.

mod accept;
mod access_log;
pub mod account;
pub mod admin;
mod agent;
mod answer;
mod client;
mod conditions;
pub mod events;
mod feed_counts;
mod limits;
mod listener;
mod moved;
mod range;
mod routes;
mod sample;
pub mod server;
mod subscribers;
pub mod tally;
mod tide;
mod tls;
