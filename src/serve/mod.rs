//! Serving what is published over HTTP.
//!
//! ```text
//! request ─▶ route ─▶ coding ─▶ conditions ─▶ range ─▶ answer
//! ```
//!
//! Invariant: what is answered comes from the shelf alone, never from a path that a request names.

mod accept;
mod answer;
mod client;
mod conditions;
pub mod events;
mod limits;
mod listener;
mod range;
mod routes;
pub mod server;
mod tls;
