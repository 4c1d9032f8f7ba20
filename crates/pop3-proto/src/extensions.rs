//! Extensions that have a grammar of their own, one file for each.

pub mod lang;
