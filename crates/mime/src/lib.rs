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
pub mod dkim;
mod edit;
pub mod encoded_word;
mod error;
pub mod flowed;
pub mod header;
#[cfg(feature = "html")]
pub mod html;
pub mod imap;
mod index;
mod limits;
pub mod maildir;
// Previews need a part of it only.
#[cfg_attr(not(feature = "html"), allow(dead_code))]
mod markup;
pub mod mbox;
mod message;
mod part;
mod partial;
mod policy;
pub mod report;
mod scanner;
#[cfg(feature = "serde")]
mod serial;
mod signed;
pub mod subject;
#[cfg(feature = "tnef")]
pub mod tnef;

pub use bodies::Bodies;
pub use defect::{Defect, DefectKind, PartId, Problem, Problems, Span};
pub use edit::{Edit, EditError};
pub use error::{Error, ParseError};
pub use index::{Index, IndexError, Section};
pub use limits::Limits;
pub use message::Message;
pub use part::{Body, BodyText, Part};
pub use partial::{ExternalBody, JoinError, Partial, join_partial, split_partial};
pub use policy::{Config, Pick, Policy, Refusal};
pub use scanner::{Event, Lines, PartKind, Scanner};
pub use signed::{CrlfChunks, Protected, Signed};
