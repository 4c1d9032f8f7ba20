//! Drivers and programs over the protocol crates.

pub mod client;
pub mod crlf;
pub mod deflate;
pub mod drive;
pub mod inspect;
pub mod maildir;
pub mod openpgp;
pub mod options;
pub mod pgp_mime;
mod sans_io;
pub mod sasl;
pub mod server;
pub mod stream;
pub mod tls;
pub mod users;

pub use sans_io::SansIo;

/// The examples of the front page, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct FrontPage;
