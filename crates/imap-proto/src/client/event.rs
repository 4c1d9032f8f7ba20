use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use crate::own::{Own, own_plain};
use crate::{Deviation, FetchItem, ParseError, Response, Status, Tag, Text};

/// A command that was sent, for as long as the caller wants to know which one it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub(super) u64);

own_plain!(CommandId);

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What a server said.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The first word.
    Greeting(Status<'a>),
    /// An untagged response, asked for or not.
    Data {
        /// The response. Content that came as chunks has its size in its place.
        response: Response<'a>,
        /// What was tolerated.
        deviations: Vec<Deviation>,
    },
    /// A command has its answer.
    Done {
        /// Which one.
        command: CommandId,
        /// Its tag.
        tag: Tag<'a>,
        /// The answer.
        status: Status<'a>,
    },
    /// The server wants an answer in a SASL exchange: send it with
    /// [`send_sasl`](super::Connection::send_sasl), or give up with
    /// [`cancel_sasl`](super::Connection::cancel_sasl).
    Challenge {
        /// The AUTHENTICATE.
        command: CommandId,
        /// The octets.
        challenge: Cow<'a, [u8]>,
    },
    /// IDLE has begun: word of changes comes as `Data` until
    /// [`send_done`](super::Connection::send_done).
    Idling {
        /// The IDLE.
        command: CommandId,
    },
    /// A literal of this message follows as chunks. When the response is complete, it comes as
    /// `Data`.
    BodyStart {
        /// The message's number, or its UID in a UIDFETCH response.
        number: u32,
        /// The item that the octets belong to.
        item: FetchItem<'a>,
        /// How many octets.
        size: u64,
    },
    /// Octets of the literal.
    BodyChunk(Cow<'a, [u8]>),
    /// The literal is complete.
    BodyEnd,
    /// A line that cannot be understood at all, kept as it came.
    Malformed {
        /// The unit.
        unit: Cow<'a, [u8]>,
        /// Where it stopped being a response.
        error: ParseError,
    },
    /// A continuation request that nobody asked for.
    Continue(Text<'a>),
    /// The server agreed to STARTTLS: do the handshake now, then call
    /// [`tls_started`](super::Connection::tls_started).
    StartTls,
    /// The server agreed to COMPRESS: from here on both directions are compressed. Call
    /// [`compression_started`](super::Connection::compression_started) when the stream is wrapped.
    StartCompression,
    /// The end.
    Closed,
}

impl Event<'_> {
    /// The same event, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        match self {
            Self::Greeting(status) => Event::Greeting(status.own()),
            Self::Data { response, deviations } => {
                Event::Data { response: response.own(), deviations }
            }
            Self::Done { command, tag, status } => {
                Event::Done { command, tag: tag.own(), status: status.own() }
            }
            Self::Challenge { command, challenge } => {
                Event::Challenge { command, challenge: challenge.own() }
            }
            Self::Idling { command } => Event::Idling { command },
            Self::BodyStart { number, item, size } => {
                Event::BodyStart { number, item: item.own(), size }
            }
            Self::BodyChunk(octets) => Event::BodyChunk(octets.own()),
            Self::BodyEnd => Event::BodyEnd,
            Self::Malformed { unit, error } => Event::Malformed { unit: unit.own(), error },
            Self::Continue(text) => Event::Continue(text.own()),
            Self::StartTls => Event::StartTls,
            Self::StartCompression => Event::StartCompression,
            Self::Closed => Event::Closed,
        }
    }
}
