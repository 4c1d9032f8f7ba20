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
