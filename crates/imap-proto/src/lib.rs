#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod deviation;
mod error;
mod limits;
#[allow(dead_code)] // until every grammar file is there
mod literal;
mod secret;
mod string;
#[allow(dead_code)] // until every grammar file is there
mod syntax;

pub mod client;
pub mod server;

pub use deviation::{Deviation, DeviationKind};
pub use error::{Error, ParseError, SendError};
pub use limits::Limits;
pub use literal::LiteralMode;
pub use secret::Secret;
pub use string::{Atom, Content, Str, Tag, Text};
