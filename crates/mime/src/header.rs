//! Header fields.
use crate::Problems;

mod address;
mod date;
mod lexer;
mod message_id;
mod unstructured;

pub use address::{Address, AddressList, Group, Mailbox};
pub use date::DateTime;
pub use message_id::{MessageId, MessageIdList};
pub use unstructured::Unstructured;

/// A type that the value of a header field can be read as.
pub trait FieldValue<'a>: Sized {
    /// Reads the value: what stands behind the colon, with its line breaks.
    ///
    /// What is wrong is noted, with places counted from the start of the value. `None` is for a
    /// value from which nothing can be had.
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self>;
}
