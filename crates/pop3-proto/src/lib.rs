#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod capability;
mod command;
mod deviation;
mod error;
mod input;
mod limits;
mod listing;
mod output;
mod reply;
mod secret;
mod syntax;
mod text;

pub mod client;
pub mod dot;
pub mod extensions;
pub mod sasl;
pub mod server;

pub use capability::{CapaTag, Capabilities, Capability, Mechanisms};
pub use command::Command;
pub use deviation::{Deviation, DeviationKind};
pub use error::{Error, ParseError, SendError};
pub use limits::Limits;
pub use listing::{DropListing, ScanListing, UniqueId, UniqueIdListing};
pub use reply::{CodeText, Reply, ResponseCode};
pub use secret::{Password, Secret};
pub use text::{Digest, Keyword, Mechanism, Name, Text, Timestamp};
