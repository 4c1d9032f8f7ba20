#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod body_structure;
mod capability;
mod command;
mod date;
mod deviation;
mod digits;
mod envelope;
mod error;
mod extensions;
mod fetch;
mod flag;
mod input;
mod limits;
mod lists;
mod literal;
mod mailbox;
mod output;
mod own;
mod response;
mod scan;
mod secret;
mod section;
mod sequence_set;
mod string;
mod syntax;
mod words;

pub mod client;
pub mod sasl;
pub mod server;

pub use body_structure::{BodyKind, BodyPart, BodyStructure, Disposition, LazyBodyStructure};
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
pub use envelope::{Envelope, LazyEnvelope};
pub use error::{Error, ParseError, SendError};
pub use extensions::acl::{Acl, ListRights, MyRights};
pub use extensions::comparator::ComparatorData;
pub use extensions::esearch::{ESearch, ESearchItem};
pub use extensions::gmail::{GmailLabelIter, GmailLabels};
pub use extensions::in_progress::InProgress;
pub use extensions::metadata::{Metadata, MetadataEntries};
pub use extensions::namespace::{Namespace, Namespaces};
pub use extensions::object_id::ObjectId;
pub use extensions::quota::{Quota, QuotaResource, QuotaRoot};
pub use extensions::thread::{ThreadMessage, Threads};
pub use extensions::uid_batches::UidBatches;
pub use extensions::url_auth::{UrlData, UrlFetchData, UrlItem};
pub use fetch::{FetchItem, MessageData};
pub use flag::{Flag, Flags};
pub use limits::Limits;
pub use lists::{Address, AddressIter, Addresses, ParameterIter, Parameters, StringIter, Strings};
pub use literal::LiteralMode;
pub use mailbox::{Mailbox, NameEncoding, decode_utf7, encode_utf7};
pub use response::{
    CodeText, Condition, Continuation, Delimiter, ListExtended, MailboxAttribute,
    MailboxAttributes, MailboxList, MailboxStatus, MetadataCode, NumberIter, Numbers, Response,
    ResponseCode, SearchResult, Status, StatusItem,
};
pub use secret::Secret;
pub use section::{PartNumber, Partial, Section, SectionText};
pub use sequence_set::{SequenceNumber, SequenceRange, SequenceRanges, SequenceSet};
pub use string::{Atom, Content, Raw, Str, Tag, Text, Word};
