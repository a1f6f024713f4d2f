//! feedmill mills a folder of article files into feeds and keeps them true.

pub mod config;
pub mod model;
pub mod read;
pub mod render;
