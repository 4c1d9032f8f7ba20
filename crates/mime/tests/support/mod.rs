//! What tests of the corpus need: JSON and SHA-256.
pub(crate) mod json;
pub(crate) mod sha256;
