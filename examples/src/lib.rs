//! Drivers and programs over the protocol crates.

pub mod inspect;
pub mod maildir;
