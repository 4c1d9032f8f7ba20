#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod error;
mod limits;
pub mod mail;
mod note;
pub mod packet;

pub use error::{Error, ParseError};
pub use limits::Limits;
pub use note::{Note, NoteKind, Policy};
