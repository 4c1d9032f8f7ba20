/// Something in the input that the grammar does not allow and that was understood all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deviation {
    /// What was wrong.
    pub kind: DeviationKind,
    /// Where, as an index from the start of the unit.
    pub offset: usize,
}

impl Deviation {
    pub(crate) const fn new(kind: DeviationKind, offset: usize) -> Self {
        Self { kind, offset }
    }
}

/// The kinds of tolerated [`Deviation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviationKind {
    /// More than one space where one is allowed.
    ExtraSpace,
    /// A space before the end of the line or before a closing parenthesis.
    TrailingSpace,
    /// A space is missing.
    MissingSpace,
    /// A tab instead of a space.
    Tab,
    /// A line that ends with LF alone.
    BareLf,
    /// Octets above 127 where only ASCII is allowed.
    EightBit,
    /// A character that is not allowed here and was kept.
    BadCharacter,
    /// A number is too large, or zero where that is not allowed.
    BadNumber,
    /// Something mandatory is not there.
    Missing,
    /// Something is there that the grammar does not know, and was skipped or kept raw.
    Unknown,
}
