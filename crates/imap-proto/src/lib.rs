#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod capability;
mod command;
#[allow(dead_code)] // until the commands are there
mod date;
mod deviation;
mod digits;
mod error;
#[allow(dead_code)] // until the commands are there
mod flag;
#[allow(dead_code)] // until the machines are there
mod input;
mod limits;
#[allow(dead_code)] // until every grammar file is there
mod literal;
#[allow(dead_code)] // until the commands are there
mod mailbox;
#[allow(dead_code)] // until the machines are there
mod output;
#[allow(unused_imports, unused_macros)] // until every grammar file is there
mod own;
mod secret;
#[allow(dead_code)] // until the commands are there
mod section;
#[allow(dead_code)] // until the commands are there
mod sequence_set;
mod string;
#[allow(dead_code)] // until every grammar file is there
mod syntax;
mod words;

pub mod client;
pub mod sasl;
pub mod server;

pub use capability::{Capabilities, Capability};
pub use command::{
    Append, AppendData, AppendMessage, CatenatePart, Command, Create, CreateParameter, EntryType,
    EventGroup, Fetch, FetchAttribute, FetchAttributes, FetchModifier, GetMetadata, List,
    ListReturn, ListSelection, MailboxFilter, MetadataDepth, ModSeqKey, MultiSearch, Notify,
    NotifyEvent, PartialRange, QResync, Replace, Search, SearchKey, SearchReturn, Select,
    SelectParameter, Sort, SortCriterion, SortKey, StatusAttribute, Store, StoreAction,
    StoreModifier, StoreValues, TaggedCommand, Thread,
};
pub use date::{Date, DateTime};
pub use deviation::{Deviation, DeviationKind};
pub use error::{Error, ParseError, SendError};
pub use flag::{Flag, Flags};
pub use limits::Limits;
pub use literal::LiteralMode;
pub use mailbox::{Mailbox, NameEncoding, decode_utf7, encode_utf7};
pub use secret::Secret;
pub use section::{PartNumber, Partial, Section, SectionText};
pub use sequence_set::{SequenceNumber, SequenceRange, SequenceRanges, SequenceSet};
pub use string::{Atom, Content, Raw, Str, Tag, Text, Word};
