//! Serving what is published over HTTP.
//!
//! ```text
//! listener ─▶ server ─▶ talk ─▶ answer ─▶ tally ─▶ admin, log
//!                      request ─▶ route ─▶ coding ─▶ conditions ─▶ news or range
//! ```
//!
//! - `listener`, `tls`: where clients come in; `client`, `limits`, `tide`: who they are, and how many
//! - [`server`]: what all share; `talk`: talking to one, with `wire` (heads as they are sent), `known`
//!   (answers that are given again) and `patience` (how long it is waited for)
//! - `answer`: what a request gets, by `routes`, `accept`, `conditions` and `range`; [`events`]: what
//!   happens, for whoever stays
//! - [`tally`]: what was answered to whom, with `feed_counts`, `subscribers` (`agent`, `sample`) and `moved`;
//!   `access_log`, [`account`], [`admin`]: the ways in which it is told
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
mod known;
mod limits;
mod listener;
mod moved;
mod patience;
mod range;
mod routes;
mod sample;
pub mod server;
mod subscribers;
mod talk;
pub mod tally;
mod tide;
mod tls;
mod wire;
