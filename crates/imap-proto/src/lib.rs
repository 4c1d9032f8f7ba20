#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod capability;
mod deviation;
mod error;
#[allow(dead_code)] // until the machines are there
mod input;
mod limits;
#[allow(dead_code)] // until every grammar file is there
mod literal;
#[allow(dead_code)] // until the machines are there
mod output;
#[allow(unused_imports, unused_macros)] // until every grammar file is there
mod own;
mod secret;
mod string;
#[allow(dead_code)] // until every grammar file is there
mod syntax;

pub mod client;
pub mod sasl;
pub mod server;

pub use capability::{Capabilities, Capability};
pub use deviation::{Deviation, DeviationKind};
pub use error::{Error, ParseError, SendError};
pub use limits::Limits;
pub use literal::LiteralMode;
pub use secret::Secret;
pub use string::{Atom, Content, Raw, Str, Tag, Text, Word};
