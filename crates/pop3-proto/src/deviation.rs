use core::fmt;

/// Something that a server did other than the protocol says, and that was understood all the same.
///
/// A client reports it with `Event::Deviation`, before the event of the line that it is about. In
/// strict mode it ends the connection instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deviation {
    /// What kind it is of.
    pub kind: DeviationKind,
    /// Index from the start of the line.
    pub offset: usize,
}

/// The kinds of deviation, each with who needs the tolerance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviationKind {
    /// The greeting ends with LF alone; so do all later lines. Servers written as scripts do this.
    LfOnly,
    /// `+ok` or `-err` in small letters. RFC 1939, section 3 asks for capitals.
    StatusCase,
    /// `+OK` to `AUTH` before the client said anything, or after the first of the two answers of
    /// LOGIN: taken as an empty challenge. Seen in front ends of several providers.
    OkForChallenge,
    /// A challenge that is no base64, of a mechanism whose challenges say nothing: taken as empty.
    TextInChallenge,
    /// More than one space between the number and the value of a listing. Seen in UIDL answers.
    ExtraSpaces,
    /// A negative maildrop size: taken as 0. Seen where a server counts in 32 bits.
    NegativeSize,
    /// `UIDL n` was answered with the unique-id alone. Seen in small servers.
    MissingNumber,
    /// `UIDL n` or `LIST n` was answered with a list. Seen in test servers.
    ListForOne,
    /// A unique-id of more than 70 characters.
    LongUniqueId,
    /// A `-ERR` that answers nothing: the farewell of a server that logs an idle client out.
    Unsolicited,
}

impl fmt::Display for DeviationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LfOnly => "lines end with LF alone",
            Self::StatusCase => "status indicator in small letters",
            Self::OkForChallenge => "+OK instead of a challenge",
            Self::TextInChallenge => "text instead of a challenge",
            Self::ExtraSpaces => "more than one space in a listing",
            Self::NegativeSize => "negative size",
            Self::MissingNumber => "unique-id without message number",
            Self::ListForOne => "a list instead of one line",
            Self::LongUniqueId => "a unique-id of more than 70 characters",
            Self::Unsolicited => "an error that answers nothing",
        })
    }
}
