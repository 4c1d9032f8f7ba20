use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

/// A place in a message: from `start` up to and without `end`, in bytes from the message's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Span {
    /// The first byte.
    pub start: u64,
    /// The byte after the last one.
    pub end: u64,
}

impl Span {
    /// Creates a span.
    pub const fn new(start: u64, end: u64) -> Self {
        Span { start, end }
    }

    /// Returns the number of bytes; 0 where `end` is before `start`.
    pub const fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Returns whether there is no byte in it.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Returns the bytes at this place, `None` where `bytes` ends before.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::Span;
    ///
    /// assert_eq!(Span::new(1, 3).of(b"abcd"), Some(&b"bc"[..]));
    /// assert_eq!(Span::new(1, 9).of(b"abcd"), None);
    /// ```
    pub fn of(self, bytes: &[u8]) -> Option<&[u8]> {
        bytes.get(usize::try_from(self.start).ok()?..usize::try_from(self.end).ok()?)
    }
}

impl From<Range<u64>> for Span {
    fn from(range: Range<u64>) -> Self {
        Span { start: range.start, end: range.end }
    }
}

/// The number of a part in document order; the message itself is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PartId(pub u32);

impl PartId {
    /// The message itself.
    pub const ROOT: PartId = PartId(0);
}

/// A deviation from the standards, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Defect {
    /// What is wrong.
    pub kind: DefectKind,
    /// The part that it belongs to.
    pub part: PartId,
    /// The bytes that are wrong; empty where something is missing.
    pub at: Span,
}

impl Defect {
    /// Creates a defect.
    pub const fn new(kind: DefectKind, part: PartId, at: Span) -> Self {
        Defect { kind, part, at }
    }
}

/// Something that was wrong with a piece of content, seen without the message around it.
///
/// A kind is reported once for each piece of content, with the place of its first occurrence and
/// the number of occurrences, so that the reports about hostile content stay few.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Problem {
    /// What was wrong.
    pub kind: DefectKind,
    /// The bytes of the first occurrence, counted from the start of the content.
    pub at: Range<u64>,
    /// How often it occurred.
    pub count: u64,
}

/// The problems of one piece of content, at most one of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Creates an empty list.
    pub const fn new() -> Self {
        Problems(Vec::new())
    }

    /// Adds a problem, or counts it if its kind is known.
    pub fn add(&mut self, kind: DefectKind, start: u64, end: u64) {
        if let Some(known) = self.0.iter_mut().find(|p| p.kind == kind) {
            known.count = known.count.saturating_add(1);
        } else {
            // A decoder may see one kind only after it went past another.
            let at = self.0.partition_point(|p| p.at.start <= start);
            self.0.insert(at, Problem { kind, at: start..end, count: 1 });
        }
    }

    /// Returns whether nothing was wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the report for one kind, if it occurred.
    pub fn find(&self, kind: DefectKind) -> Option<&Problem> {
        self.0.iter().find(|p| p.kind == kind)
    }

    /// Iterates over the problems in the order of their first occurrence.
    pub fn iter(&self) -> core::slice::Iter<'_, Problem> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = core::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident, $class:ident, $rfc:literal, $text:literal;)*) => {
        /// What can be wrong with a message.
        ///
        /// Each kind is documented with what the crate does about it. "Ambiguous" are those that
        /// mail programs are known to read in different ways, so that a filter may see another
        /// message than the reader does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u8)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub enum DefectKind {
            $(
                $(#[$doc])*
                #[doc = concat!("\n\n", stringify!($class), "; ", $rfc, ".")]
                $name,
            )*
        }

        impl DefectKind {
            /// All kinds.
            pub const ALL: &'static [DefectKind] = &[$(DefectKind::$name),*];

            /// Returns whether mail programs are known to read this in different ways.
            ///
            /// # Example
            ///
            /// ```
            /// use mime::DefectKind;
            ///
            /// assert!(DefectKind::DuplicateBoundary.is_ambiguity());
            /// assert!(!DefectKind::MissingCloseDelimiter.is_ambiguity());
            /// ```
            pub const fn is_ambiguity(self) -> bool {
                match self { $(DefectKind::$name => kinds!(@$class),)* }
            }

            /// Returns the section of the RFC that is violated, or that says what to do.
            pub const fn rfc(self) -> &'static str {
                match self { $(DefectKind::$name => $rfc,)* }
            }

            /// Returns the name of the kind, as in the source: `"DuplicateBoundary"`.
            pub const fn name(self) -> &'static str {
                match self { $(DefectKind::$name => stringify!($name),)* }
            }

            const fn text(self) -> &'static str {
                match self { $(DefectKind::$name => $text,)* }
            }
        }
    };
    (@Ambiguous) => { true };
    (@Harmless) => { false };
}

impl fmt::Display for DefectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

kinds! {
    // Multipart structure.

    /// A multipart without a `boundary` parameter. Read as a leaf.
    MissingBoundary, Ambiguous, "RFC 2046, section 5.1.1", "multipart without boundary parameter";
    /// A `boundary` parameter with an empty value. Read as a leaf.
    EmptyBoundary, Ambiguous, "RFC 2046, section 5.1.1", "empty boundary";
    /// A boundary of more than 70 characters. Used as it is, up to 8,190.
    LongBoundary, Harmless, "RFC 2046, section 5.1.1", "boundary longer than 70 characters";
    /// A boundary with characters that are not allowed in it. Used as it is.
    InvalidBoundary, Ambiguous, "RFC 2046, section 5.1.1", "boundary with forbidden characters";
    /// A boundary with blanks in it and no quotes around it. Used up to its last character.
    UnquotedBoundary, Ambiguous, "RFC 2045, section 5.1", "boundary with blanks but without quotes";
    /// A boundary that ends in a blank. The blank is dropped, as on the delimiter lines.
    BoundaryTrailingBlank, Ambiguous, "RFC 2046, section 5.1.1", "boundary ends in a blank";
    /// Several `boundary` parameters. The policy picks.
    DuplicateBoundary, Ambiguous, "RFC 2045, section 5", "several boundary parameters";
    /// A boundary in continued or percent-encoded form. Put together.
    ExtendedBoundary, Ambiguous, "RFC 2231, section 3", "boundary in the form of RFC 2231";
    /// The boundary equals one of an enclosing multipart. It belongs to the innermost one that is
    /// not closed.
    ReusedBoundary, Ambiguous, "RFC 2046, section 5.1.2", "boundary of an enclosing part used again";
    /// The boundary begins with one of an enclosing multipart, or that with this. Lines are
    /// compared as a whole.
    PrefixBoundary, Ambiguous, "RFC 2046, section 5.1.2", "boundary is the start of another open one";
    /// No delimiter line follows. The multipart has no parts; its body is all preamble.
    MissingStartDelimiter, Harmless, "RFC 2046, section 5.1.1", "no delimiter line in a multipart";
    /// The multipart ends without a closing delimiter. It ends where what encloses it ends.
    MissingCloseDelimiter, Harmless, "RFC 2046, section 5.1.1", "no closing delimiter in a multipart";
    /// A delimiter line follows the closing one. It is text of the epilogue.
    DelimiterAfterClose, Ambiguous, "RFC 2046, section 5.1.1", "delimiter after the closing one";
    /// A multipart with a transfer encoding other than 7bit, 8bit and binary. Not decoded.
    EncodedMultipart, Ambiguous, "RFC 2045, section 6.4", "multipart with a transfer encoding";
    /// A message inside a message with such a transfer encoding. It is a leaf; decode it to read it.
    EncodedMessage, Harmless, "RFC 2046, section 5.2.1", "enclosed message with a transfer encoding";
    /// Containers nested deeper than [`Limits::depth`](crate::Limits::depth). Read as a leaf.
    TooDeep, Ambiguous, "RFC 2046, section 5.1", "containers nested too deeply";
    /// More parts than [`Limits::parts`](crate::Limits::parts). The rest belongs to the container.
    TooManyParts, Ambiguous, "RFC 2046, section 5.1", "too many parts";
    /// More than [`Limits::encoded_nesting`](crate::Limits::encoded_nesting) messages encoded in
    /// messages. Not read.
    TooManyEncodings, Ambiguous, "RFC 2046, section 5.2.1", "encoded messages nested too deeply";

    // Header sections.

    /// A header section without a blank line behind. The body begins with the next line.
    MissingBlankLine, Ambiguous, "RFC 5322, section 2.1", "no blank line after the header";
    /// A line in a header section that is no field. Kept as it is; the section goes on behind it.
    NotAField, Ambiguous, "RFC 7103, section 7.2", "header line without a colon";
    /// A field without a name. Kept.
    EmptyName, Ambiguous, "RFC 5322, section 2.2", "empty field name";
    /// A field name followed by blanks. They are not part of the name.
    BlankBeforeColon, Ambiguous, "RFC 5322, section 4.5", "blank between field name and colon";
    /// A field name with control, blank or non-ASCII characters, or with a parenthesis, which some
    /// take for a comment. Kept, not recognised.
    InvalidName, Ambiguous, "RFC 5322, section 2.2", "forbidden character in a field name";
    /// A continuation line of blanks only. Part of the field.
    BlankContinuation, Ambiguous, "RFC 5322, section 4.2", "header line of blanks only";
    /// A header section that begins with a continuation line. Kept as a line that is no field.
    LeadingContinuation, Ambiguous, "RFC 5322, section 2.2.3", "continuation line before any field";
    /// A `From ` line of an mbox before the header. Skipped.
    MboxLine, Harmless, "RFC 4155, section 2", "mbox separator line before the header";
    /// A message that begins with a blank line. An empty line ends the header, which is then
    /// empty; a line of blanks is kept as a line that is no field.
    LeadingBlankLine, Ambiguous, "RFC 5322, section 2.1", "blank line before the header";
    /// Several fields where one is allowed. The policy picks.
    DuplicateField, Ambiguous, "RFC 5322, section 3.6", "field occurs more than once";
    /// A header section longer than [`Limits::header_bytes`](crate::Limits::header_bytes).
    HeaderTooLong, Ambiguous, "RFC 5322, section 2.1", "header section too long";
    /// A field longer than [`Limits::field_bytes`](crate::Limits::field_bytes). Cut.
    FieldTooLong, Ambiguous, "RFC 5322, section 2.2", "header field too long";
    /// More fields than [`Limits::fields`](crate::Limits::fields).
    TooManyFields, Ambiguous, "RFC 5322, section 3.6", "too many header fields";
    /// More defects than [`Limits::defects`](crate::Limits::defects).
    TooManyDefects, Ambiguous, "RFC 7103, section 1.3", "too many defects";
    /// No `From` field in a message.
    MissingFrom, Harmless, "RFC 5322, section 3.6", "no From field";
    /// No `Date` field in a message.
    MissingDate, Harmless, "RFC 5322, section 3.6", "no Date field";
    /// MIME fields without `MIME-Version`. Read as if it were there.
    MissingMimeVersion, Ambiguous, "RFC 7103, section 8.1", "MIME fields without MIME-Version";
    /// A `MIME-Version` other than 1.0. Ignored.
    InvalidMimeVersion, Harmless, "RFC 2045, section 4", "unknown MIME-Version";

    // Bytes and lines.

    /// A CR without LF. It ends no line.
    BareCr, Ambiguous, "RFC 5322, section 2.3", "CR without LF";
    /// An LF without CR in a message that has both kinds of line ends. Both end lines.
    MixedLineEnds, Ambiguous, "RFC 5322, section 2.3", "LF without CR";
    /// CR CR LF. It ends a line; a blank line may have such an end.
    DoubledCr, Ambiguous, "RFC 5322, section 2.3", "CR CR LF";
    /// A NUL byte. Kept.
    Nul, Ambiguous, "RFC 5322, section 4", "NUL byte";
    /// Bytes above 127 in a header that are not UTF-8. Read as windows-1252 where text is wanted.
    EightBitHeader, Ambiguous, "RFC 7103, section 7.7", "header with bytes that are not UTF-8";
    /// A body part with bytes above 127 under a 7bit label. Kept.
    EightBitBody, Harmless, "RFC 2045, section 6.2", "8-bit body labelled as 7bit";
    /// A line of more than 998 bytes. Kept.
    LineTooLong, Harmless, "RFC 5322, section 2.1.1", "line longer than 998 bytes";

    // Content-Type and its relatives.

    /// A media type that does not parse. Read as text/plain.
    InvalidContentType, Ambiguous, "RFC 2045, section 5.2", "malformed media type";
    /// Parameters without a semicolon before. Read as parameters.
    MissingSemicolon, Ambiguous, "RFC 2045, section 5.1", "no semicolon before a parameter";
    /// Something between semicolons that is no parameter. Skipped.
    InvalidParameter, Ambiguous, "RFC 2045, section 5.1", "malformed parameter";
    /// A value that must be quoted and is not. Read up to the next semicolon or blank.
    UnquotedValue, Harmless, "RFC 2045, section 5.1", "parameter value must be quoted";
    /// A quoted value without the closing quote. Read to the end.
    UnterminatedQuote, Ambiguous, "RFC 5322, section 3.2.4", "no closing quote";
    /// A comment in a MIME field. Skipped.
    CommentInField, Ambiguous, "RFC 2045, section 5.1", "comment in a MIME field";
    /// Several parameters of one name. The policy picks.
    DuplicateParameter, Ambiguous, "RFC 2045, section 5", "parameter occurs more than once";
    /// Sections of a continued parameter that are missing or repeated. Read up to there.
    ParameterSections, Ambiguous, "RFC 2231, section 3", "sections of a parameter missing or repeated";
    /// A parameter in plain and in extended form. The extended form counts.
    ParameterForms, Ambiguous, "RFC 2231, section 4", "parameter in plain and in extended form";
    /// A malformed extended value. Kept as it is.
    InvalidExtendedValue, Ambiguous, "RFC 2231, section 4", "malformed extended parameter value";
    /// An encoded word as parameter value. Decoded in file names.
    EncodedWordParameter, Harmless, "RFC 2047, section 5", "encoded word as parameter value";
    /// More parameters than [`Limits::parameters`](crate::Limits::parameters). Ignored.
    TooManyParameters, Ambiguous, "RFC 2045, section 5.1", "too many parameters";
    /// A transfer encoding that is unknown. The body is application/octet-stream, not decoded.
    UnknownEncoding, Ambiguous, "RFC 2045, section 6.4", "unknown transfer encoding";
    /// A transfer encoding with something around its name. The name counts.
    InvalidEncoding, Ambiguous, "RFC 2045, section 6.1", "malformed transfer encoding";
    /// A disposition that does not parse. Read as attachment.
    InvalidDisposition, Harmless, "RFC 2183, section 2.8", "malformed disposition";
    /// Different file names in Content-Type and Content-Disposition. The latter counts.
    FilenameConflict, Ambiguous, "RFC 2183, section 2.3", "different file names";
    /// A file name with path separators, control characters or direction marks.
    UnsafeFilename, Ambiguous, "RFC 2183, section 5", "unsafe file name";

    // Transfer encodings.

    /// Base64 that ends in the middle of a group. What is whole is kept.
    Base64Truncated, Harmless, "RFC 2045, section 6.8", "base64 ends within a group";
    /// Base64 without its padding. Decoded as if it were there.
    Base64MissingPadding, Harmless, "RFC 2045, section 6.8", "base64 without padding";
    /// Padding where none may be. Skipped.
    Base64MisplacedPadding, Ambiguous, "RFC 2045, section 6.8", "misplaced padding in base64";
    /// Data behind padding. Decoded as a further stream.
    Base64DataAfterPadding, Ambiguous, "RFC 2045, section 6.8", "base64 goes on after padding";
    /// Bits behind the last byte that are not zero. Dropped.
    Base64TrailingBits, Harmless, "RFC 4648, section 3.5", "non-zero bits after the end of base64";
    /// Characters outside of the alphabet. Skipped.
    Base64Junk, Ambiguous, "RFC 2045, section 6.8", "character outside of base64";
    /// Quoted-printable that ends within an escape. Kept.
    QuotedPrintableTruncated, Harmless, "RFC 2045, section 6.7", "quoted-printable ends within an escape";
    /// A `=` without two hexadecimal digits or a line end. Kept.
    QuotedPrintableMalformed, Harmless, "RFC 2045, section 6.7", "malformed escape in quoted-printable";
    /// Lower-case hexadecimal digits. Decoded.
    QuotedPrintableLowerCase, Harmless, "RFC 2045, section 6.7", "lower-case escape in quoted-printable";
    /// Blanks at the end of a line. Dropped.
    QuotedPrintableTrailingBlanks, Harmless, "RFC 2045, section 6.7", "blanks at the end of a quoted-printable line";
    /// Blanks between `=` and the line end. Dropped.
    QuotedPrintableBlanksInSoftBreak, Harmless, "RFC 2045, section 6.7", "blanks in a soft line break";
    /// Bytes above 127, or controls, as they are. Kept.
    QuotedPrintableEightBit, Harmless, "RFC 2045, section 6.7", "unescaped byte in quoted-printable";
    /// Uuencoded data without a `begin` line.
    UuencodeNoBegin, Harmless, "POSIX uuencode", "uuencode without begin line";
    /// Uuencoded data without an `end` line.
    UuencodeNoEnd, Harmless, "POSIX uuencode", "uuencode without end line";
    /// A damaged line of uuencoded data.
    UuencodeMalformed, Harmless, "POSIX uuencode", "malformed uuencode line";
    /// yEnc data without its end.
    YencTruncated, Harmless, "yEnc draft 1.3", "yEnc without its end";
    /// yEnc data of another size than announced.
    YencSizeMismatch, Harmless, "yEnc draft 1.3", "yEnc size differs";
    /// yEnc data with another checksum than announced.
    YencChecksumMismatch, Harmless, "yEnc draft 1.3", "yEnc checksum differs";

    /// A TNEF stream that ends within an attribute. What is before is read.
    TnefTruncated, Harmless, "MS-OXTNEF, section 2.1.3", "TNEF stream ends within an attribute";
    /// A TNEF attribute with another checksum than given. Read.
    TnefChecksumMismatch, Harmless, "MS-OXTNEF, section 2.1.3.1", "TNEF checksum differs";

    // Charsets and encoded words.

    /// A charset that is not known. Read as UTF-8 or windows-1252.
    UnknownCharset, Harmless, "RFC 2046, section 4.1.2", "unknown charset";
    /// Bytes that the charset does not have. Replaced by U+FFFD.
    InvalidCharacters, Harmless, "RFC 2046, section 4.1.2", "bytes outside of the charset";
    /// US-ASCII, or no charset, with bytes above 127.
    UndeclaredCharset, Ambiguous, "RFC 2046, section 4.1.2", "8-bit text labelled as US-ASCII";
    /// UTF-7, which hides markup from programs that do not know it.
    HiddenCharset, Ambiguous, "RFC 2152", "charset that hides characters";
    /// An encoded word that does not decode. Kept.
    EncodedWordMalformed, Harmless, "RFC 2047, section 2", "malformed encoded word";
    /// An encoded word without its end. Decoded up to the next blank.
    EncodedWordUnterminated, Harmless, "RFC 2047, section 2", "encoded word without end";
    /// An encoded word glued to other text. Decoded.
    EncodedWordGlued, Harmless, "RFC 2047, section 5", "encoded word without blank around";
    /// An encoded word of more than 75 characters. Decoded.
    EncodedWordTooLong, Harmless, "RFC 2047, section 2", "encoded word too long";
    /// A blank inside of an encoded word. Decoded.
    EncodedWordBlank, Harmless, "RFC 2047, section 2", "blank in an encoded word";
    /// A character that is split over two encoded words. Decoded together.
    EncodedWordSplitCharacter, Harmless, "RFC 2047, section 5", "character split over encoded words";
    /// An encoded word that decodes to CR, LF, NUL or another control character.
    EncodedWordControl, Ambiguous, "RFC 2047, section 5", "control character in an encoded word";
    /// An encoded word where none may be: in quotes or in an addr-spec.
    EncodedWordMisplaced, Ambiguous, "RFC 2047, section 5", "encoded word where none may be";

    // Values of other fields.

    /// An address that does not parse. Kept as text.
    InvalidAddress, Ambiguous, "RFC 5322, section 3.4", "malformed address";
    /// A source route before an address. Dropped.
    AddressRoute, Harmless, "RFC 5322, section 4.4", "source route in an address";
    /// An empty member of an address list. Skipped.
    EmptyMember, Harmless, "RFC 5322, section 4.4", "empty member in a list";
    /// An address with blanks or comments between its tokens. Put together.
    ObsoleteAddress, Harmless, "RFC 5322, section 4.4", "blank or comment inside an address";
    /// An address without a domain. Kept.
    MissingDomain, Ambiguous, "RFC 7103, section 7.1.7", "address without domain";
    /// An address with more than one unquoted `@`.
    SeveralAts, Ambiguous, "RFC 5322, section 3.4.1", "several @ in an address";
    /// A control character in an address.
    ControlInAddress, Ambiguous, "RFC 5322, section 4.1", "control character in an address";
    /// A display name that looks like an address.
    AddressAsName, Ambiguous, "RFC 5322, section 3.4", "display name looks like an address";
    /// A group inside a group. Its members are taken.
    NestedGroup, Ambiguous, "RFC 5322, section 3.4", "group inside a group";
    /// A group without its semicolon.
    UnterminatedGroup, Harmless, "RFC 5322, section 3.4", "group without end";
    /// Angle brackets that do not match.
    UnbalancedAngle, Ambiguous, "RFC 7103, section 7.1.3", "unbalanced angle bracket";
    /// A comment without its end, or an end without comment.
    UnbalancedComment, Ambiguous, "RFC 7103, section 7.1.4", "unbalanced parenthesis";
    /// More members than [`Limits::members`](crate::Limits::members). Ignored.
    TooManyMembers, Ambiguous, "RFC 5322, section 3.4", "too many members in a list";
    /// A date in an obsolete form: a two-digit year, a named zone, comments.
    ObsoleteDate, Harmless, "RFC 5322, section 4.3", "obsolete form of a date";
    /// A date in a form that no RFC has, but that can be read.
    NonstandardDate, Harmless, "RFC 5322, section 3.3", "nonstandard form of a date";
    /// A date that cannot be read.
    InvalidDate, Harmless, "RFC 5322, section 3.3", "malformed date";
    /// A message identifier with blanks or comments between its tokens, which are dropped, or one
    /// that does not parse, which is kept as it is.
    InvalidMessageId, Harmless, "RFC 5322, section 3.6.4", "malformed message identifier";
    /// Another value that does not follow the grammar of its field.
    InvalidValue, Harmless, "RFC 5322, section 2.2", "malformed field value";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_distinct_and_described() {
        for (i, a) in DefectKind::ALL.iter().enumerate() {
            assert_eq!(*a as usize, i);
            assert!(!a.rfc().is_empty() && !a.text().is_empty());
            for b in DefectKind::ALL.iter().skip(i + 1) {
                assert_ne!(a.text(), b.text());
            }
        }
    }
}
