use crate::Note;

/// Why reading ended. The same error comes back on every later call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The policy refuses input with this deviation.
    #[error("refused by policy: {} at offset {}", .0.kind, .0.at)]
    Refused(Note),
    /// There is no block of the wanted kind.
    #[error("no block found")]
    NoBlock,
    /// The block is a cleartext message, which has a text and no data.
    #[error("a cleartext message where a block of data is wanted")]
    Cleartext,
    /// A line of a frame or of a header section is too long.
    #[error("line longer than {limit} bytes")]
    LineTooLong {
        /// [`Limits::line`](crate::Limits::line).
        limit: usize,
    },
    /// A block has too many header lines.
    #[error("more than {limit} header lines")]
    TooManyHeaders {
        /// [`Limits::headers`](crate::Limits::headers).
        limit: usize,
    },
    /// More bytes were handed in than may be held before the events are taken.
    #[error("more than {limit} bytes of unread input")]
    InputOverflow {
        /// [`Limits::buffered_input`](crate::Limits::buffered_input).
        limit: usize,
    },
}

/// A grammar unit that does not parse: where, and what was expected there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at offset {offset}")]
#[non_exhaustive]
pub struct ParseError {
    /// Index from the start of the unit.
    pub offset: usize,
    /// What the grammar wants there.
    pub expected: &'static str,
}

impl ParseError {
    /// Creates an error.
    pub const fn new(offset: usize, expected: &'static str) -> Self {
        ParseError { offset, expected }
    }
}
