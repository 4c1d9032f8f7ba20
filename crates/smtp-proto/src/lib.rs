#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod capability;
mod command;
mod deviation;
mod enhanced;
mod error;
mod host;
mod input;
mod limits;
mod output;
mod parameter;
mod path;
mod reply;
mod secret;
mod syntax;
mod text;
mod words;
mod xtext;

pub mod client;
pub mod dot;
pub mod extensions;
pub mod proxy;
pub mod sasl;
pub mod server;

pub use capability::{Capabilities, Capability, CapabilityText};
pub use command::Command;
pub use deviation::DeviationKind;
pub use enhanced::EnhancedCode;
pub use error::{Error, ParseError, SendError};
pub use host::{HelloName, Host};
pub use limits::Limits;
pub use parameter::{BodyType, MailParameter, Parameter, Parameters, RcptParameter};
pub use path::{ForwardPath, Mailbox, Path, ReversePath};
pub use reply::{Lines, Reply};
pub use secret::Secret;
pub use text::{Keyword, Mechanism, Text};
pub use xtext::XText;
