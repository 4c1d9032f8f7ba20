use crate::Defect;

/// Why reading a message stopped.
///
/// Reading leniently never fails; only a [`Policy`](crate::Policy) that refuses defects does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The policy refuses messages with this defect.
    #[error("refused by policy: {}", .0.kind)]
    Refused(Defect),
    /// More bytes were handed in than the push scanner may hold before its events are taken.
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
