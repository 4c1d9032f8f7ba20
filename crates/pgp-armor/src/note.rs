use core::fmt;

/// A deviation from the standards that was tolerated, and where it is.
///
/// Each kind is noted once for each block, at its first occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Note {
    /// What was tolerated.
    pub kind: NoteKind,
    /// Where, in bytes from the start of the input.
    pub at: u64,
}

impl Note {
    /// Creates a note.
    pub const fn new(kind: NoteKind, at: u64) -> Self {
        Note { kind, at }
    }
}

/// What was tolerated.
///
/// Some deviations are cosmetic; those where [`is_damage`](Self::is_damage) is true mean that the
/// data may differ from what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u8)]
pub enum NoteKind {
    /// A byte order mark stands before the first line.
    ByteOrderMark,
    /// A line ends with CR alone.
    BareCr,
    /// A header line has no space after its colon.
    NoSpaceAfterColon,
    /// A header value is not UTF-8.
    HeaderNotUtf8,
    /// A line of a header section is no header; it was skipped.
    BadHeader,
    /// No blank line stands between the headers and the body.
    NoBlankLine,
    /// The blank line holds other white space than spaces and tabs.
    OddBlankLine,
    /// A body line is longer than 76 characters.
    LongLine,
    /// White space stands inside of a body line, at its start or at its end, or a line is blank.
    SpaceInBody,
    /// The padding of the last base64 group is missing.
    MissingPadding,
    /// The checksum stands on the last line of the body.
    ChecksumOnDataLine,
    /// The checksum is none: not four base64 characters.
    ChecksumMalformed,
    /// There is more than one checksum.
    ChecksumRepeated,
    /// The checksum is that of other data.
    ChecksumMismatch,
    /// The END line names another label than the BEGIN line.
    LabelMismatch,
    /// A line of a quoted block has no quote prefix.
    MissingQuote,
    /// A line of a signed text starts with a dash that is not escaped.
    UnescapedDash,
    /// A body has a byte that is neither base64 nor white space; it was skipped.
    InvalidByte,
    /// The bits behind the last byte are not zero.
    TrailingBits,
    /// A single base64 character is left at the end of the body.
    LoneCharacter,
    /// Data follow the padding; they were skipped.
    DataAfterPadding,
    /// The block has no body.
    NoBody,
    /// The block has no END line, the signed text no signature.
    NoEnd,
}

impl NoteKind {
    /// Returns whether the data may differ from what was written.
    ///
    /// A checksum is no such thing: RFC 9580, section 6.1, wants data to be taken whatever the
    /// checksum says, and a mismatch is noted beside.
    pub const fn is_damage(self) -> bool {
        matches!(
            self,
            NoteKind::MissingQuote
                | NoteKind::InvalidByte
                | NoteKind::TrailingBits
                | NoteKind::LoneCharacter
                | NoteKind::DataAfterPadding
                | NoteKind::NoBody
                | NoteKind::NoEnd
        )
    }
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoteKind::ByteOrderMark => "byte order mark",
            NoteKind::BareCr => "line end of a CR alone",
            NoteKind::NoSpaceAfterColon => "no space after the colon of a header",
            NoteKind::HeaderNotUtf8 => "header value that is not UTF-8",
            NoteKind::BadHeader => "line that is no header",
            NoteKind::NoBlankLine => "no blank line before the body",
            NoteKind::OddBlankLine => "odd white space in the blank line",
            NoteKind::LongLine => "body line of more than 76 characters",
            NoteKind::SpaceInBody => "white space in the body",
            NoteKind::MissingPadding => "no padding",
            NoteKind::ChecksumOnDataLine => "checksum on a line of data",
            NoteKind::ChecksumMalformed => "malformed checksum",
            NoteKind::ChecksumRepeated => "more than one checksum",
            NoteKind::ChecksumMismatch => "checksum of other data",
            NoteKind::LabelMismatch => "END line with another label",
            NoteKind::MissingQuote => "line without the quote prefix",
            NoteKind::UnescapedDash => "unescaped dash in a signed text",
            NoteKind::InvalidByte => "byte that is not base64",
            NoteKind::TrailingBits => "bits after the last byte",
            NoteKind::LoneCharacter => "incomplete base64 group",
            NoteKind::DataAfterPadding => "data after the padding",
            NoteKind::NoBody => "no body",
            NoteKind::NoEnd => "no end",
        })
    }
}

/// Which deviations end the reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// None. What is found is handed out, with notes.
    Lenient,
    /// Those after which the data may be wrong ([`NoteKind::is_damage`]).
    #[default]
    Intact,
    /// All, also a checksum that does not match. What tests of writers need.
    Strict,
}

impl Policy {
    /// Returns whether a deviation of this kind ends the reading.
    pub const fn refuses(self, kind: NoteKind) -> bool {
        match self {
            Policy::Lenient => false,
            Policy::Intact => kind.is_damage(),
            Policy::Strict => true,
        }
    }
}
