//! Drivers and programs over the protocol crates.

pub mod maildir;
