//! feedmill mills a folder of article files into feeds and keeps them true.

pub mod catalog;
pub mod cli;
pub mod config;
pub mod daemon;
pub mod mill;
pub mod model;
pub mod ops;
pub mod publish;
pub mod read;
pub mod render;
pub mod select;
pub mod watch;
