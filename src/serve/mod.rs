//! Serving what is published over HTTP.
//!
//! ```text
//! listener ─▶ server ─▶ talk ─▶ answer ─▶ tally ─▶ admin, log
//! ```
//!
//! - `listener`, `tls`: where clients come in; `client`, `limits`, `tide`: who they are, and how many
//! - [`server`]: what all share; `crew`: the threads; `talk`: talking to one
//! - `answer`: what a request gets; [`events`]: what happens, for whoever stays
//! - [`tally`]: what was answered to whom; [`admin`]: where that is told
//!
//! Invariant: what is answered comes from the shelf alone, never from a path that a request names.

pub mod admin;
mod answer;
mod client;
mod crew;
pub mod events;
mod limits;
mod listener;
pub mod server;
mod talk;
pub mod tally;
mod tide;
mod tls;
