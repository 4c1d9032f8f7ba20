use alloc::borrow::Cow;

use crate::client::CommandId;
use crate::{
    Capabilities, Deviation, DropListing, ParseError, Reply, ScanListing, Secret, Text, Timestamp,
};

/// What a server said.
///
/// | after | come |
/// |---|---|
/// | STAT | `Stat`, or `Reply` with `-ERR` |
/// | LIST | `Reply`, then `Size` for each message, then `ListEnd` |
/// | LIST n | `Size`, or `Reply` with `-ERR` |
/// | UIDL | `Reply`, then `UniqueId` for each message, then `ListEnd` |
/// | UIDL n | `UniqueId`, or `Reply` with `-ERR` |
/// | RETR, TOP | `Reply`, then any number of `BodyChunk`, then `BodyEnd` |
/// | CAPA | `Capabilities`, or `Reply` with `-ERR` |
/// | LANG, AUTH without argument | `Reply`, then `Line` for each line, then `ListEnd` |
/// | AUTH | `Challenge` any number of times, then `Reply` |
/// | STLS | `StartTls`, or `Reply` with `-ERR` |
/// | QUIT | `Reply` or `CommitFailed`, then `Closed` |
/// | anything else | `Reply` |
///
/// A multi-line answer that begins with `-ERR` ends there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The server greets. With `-ERR` it refuses the connection, and `Closed` follows.
    Greeting {
        /// The whole greeting.
        reply: Reply<'a>,
        /// What APOP needs, if the server offers it.
        timestamp: Option<Timestamp<'a>>,
    },
    /// The answer to a command, or the first line of it.
    Reply {
        /// Which command.
        command: CommandId,
        /// What the server said.
        reply: Reply<'a>,
    },
    /// The answer to STAT.
    Stat {
        /// Which command.
        command: CommandId,
        /// How many messages and octets.
        listing: DropListing,
    },
    /// The size of a message: the answer to `LIST n`, or a line of the answer to LIST.
    Size {
        /// Which command.
        command: CommandId,
        /// The message and its size.
        listing: ScanListing,
    },
    /// The unique-id of a message: the answer to `UIDL n`, or a line of the answer to UIDL.
    UniqueId {
        /// Which command.
        command: CommandId,
        /// The message.
        message: u32,
        /// Its name across sessions: printable ASCII.
        unique_id: Cow<'a, str>,
    },
    /// A line of another list: of LANG, or of AUTH without argument.
    Line {
        /// Which command.
        command: CommandId,
        /// The line.
        line: Text<'a>,
    },
    /// A line or an answer that is not what the command is answered with. It spoils nothing else.
    Unreadable {
        /// Which command.
        command: CommandId,
        /// What is wrong with it.
        error: ParseError,
        /// The line; of an answer, its text.
        line: Cow<'a, [u8]>,
    },
    /// The end of a list.
    ListEnd {
        /// Which command.
        command: CommandId,
    },
    /// A piece of a message, without stuffing. Its boundaries mean nothing. Line ends are as the
    /// server sent them.
    BodyChunk(Cow<'a, [u8]>),
    /// The end of a message.
    BodyEnd,
    /// The answer to CAPA, asked for by the caller or by the machine itself.
    Capabilities(Capabilities<'a>),
    /// A challenge of a SASL mechanism: `Command::AuthResponse` or `Command::AuthCancel` has to be
    /// sent.
    Challenge {
        /// Which AUTH.
        command: CommandId,
        /// The octets, out of their base64.
        challenge: Secret<'a>,
    },
    /// The server said yes to STLS and nothing else is under way: wrap the stream in TLS, then call
    /// `tls_started`.
    StartTls,
    /// The answer to QUIT was `-ERR`: some or none of the marked messages were removed. `Closed`
    /// follows.
    CommitFailed {
        /// Which QUIT.
        command: CommandId,
        /// What the server said.
        reply: Reply<'a>,
    },
    /// The server deviates from the protocol, and it does not matter. The event of the line in
    /// question follows, except after `Unsolicited`.
    Deviation(Deviation),
    /// The session is over. Nothing follows.
    Closed,
}

impl Event<'_> {
    /// The same event, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        match self {
            Self::Greeting { reply, timestamp } => Event::Greeting {
                reply: reply.into_owned(),
                timestamp: timestamp.map(Timestamp::into_owned),
            },
            Self::Reply { command, reply } => Event::Reply { command, reply: reply.into_owned() },
            Self::Stat { command, listing } => Event::Stat { command, listing },
            Self::Size { command, listing } => Event::Size { command, listing },
            Self::UniqueId { command, message, unique_id } => {
                let unique_id = Cow::Owned(unique_id.into_owned());
                Event::UniqueId { command, message, unique_id }
            }
            Self::Line { command, line } => Event::Line { command, line: line.into_owned() },
            Self::Unreadable { command, error, line } => {
                Event::Unreadable { command, error, line: Cow::Owned(line.into_owned()) }
            }
            Self::ListEnd { command } => Event::ListEnd { command },
            Self::BodyChunk(chunk) => Event::BodyChunk(Cow::Owned(chunk.into_owned())),
            Self::BodyEnd => Event::BodyEnd,
            Self::Capabilities(list) => Event::Capabilities(list.into_owned()),
            Self::Challenge { command, challenge } => {
                Event::Challenge { command, challenge: challenge.into_owned() }
            }
            Self::StartTls => Event::StartTls,
            Self::CommitFailed { command, reply } => {
                Event::CommitFailed { command, reply: reply.into_owned() }
            }
            Self::Deviation(deviation) => Event::Deviation(deviation),
            Self::Closed => Event::Closed,
        }
    }
}
