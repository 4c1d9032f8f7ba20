#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod audit;
mod bodies;
pub mod build;
pub mod charset;
pub mod codec;
mod defect;
pub mod encoded_word;
mod error;
pub mod flowed;
pub mod header;
mod index;
mod limits;
mod message;
mod part;
mod policy;
mod scanner;
pub mod subject;

pub use bodies::Bodies;
pub use defect::{Defect, DefectKind, PartId, Problem, Problems, Span};
pub use error::{Error, ParseError};
pub use index::{Index, IndexError, Section};
pub use limits::Limits;
pub use message::Message;
pub use part::{Body, BodyText, Part};
pub use policy::{Config, Pick, Policy, Refusal};
pub use scanner::{Event, Lines, PartKind, Scanner};
