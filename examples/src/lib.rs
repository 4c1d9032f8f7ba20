//! Drivers and programs over the protocol crates.
