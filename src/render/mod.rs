//! Feeds → documents: one leaf a format.
//!
//! Invariant: no renderer knows another one, and none does I/O or reads a clock.

pub mod html;
