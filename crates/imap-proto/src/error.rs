use thiserror::Error;

use crate::Deviation;
use crate::client::State as ClientState;
use crate::server::State as ServerState;

/// What ends a connection: the peer broke the protocol beyond what can be skipped, or a limit.
///
/// The same error comes back on every later `poll_event`. Messages carry numbers and names of
/// this crate, never bytes of the peer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The peer closed the connection where the protocol does not allow it.
    #[error("connection closed {during}")]
    UnexpectedEof {
        /// What was under way.
        during: &'static str,
    },
    /// A unit, that is a line with the literals in it, is longer than the limit allows.
    #[error("a unit of more than {limit} bytes")]
    LineTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A literal announces more bytes than the limit allows.
    #[error("a literal of {size} bytes, where {limit} are allowed")]
    LiteralTooLong {
        /// The announced size; `u64::MAX` where the number does not fit.
        size: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// Bytes were handed in although `wants_read` said no, beyond the limit.
    #[error("more than {limit} bytes of input are waiting")]
    InputOverflow {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The peer sent bytes after the end of the plaintext part of the connection and before the
    /// TLS handshake: what they mean afterwards would be up to an attacker.
    #[error("plaintext after the switch to TLS")]
    PlaintextAfterStartTls,
    /// The peer sent bytes after an upgrade (COMPRESS, UNAUTHENTICATE) that belong to neither side
    /// of it.
    #[error("unread input at the switch to {layer}")]
    InputAtUpgrade {
        /// The layer that was about to begin.
        layer: &'static str,
    },
    /// The first line was not a greeting.
    #[error("not a greeting")]
    NotAGreeting,
    /// A line that cannot be understood, in strict mode or where nothing else is possible.
    #[error("malformed: {0}")]
    Malformed(#[from] ParseError),
    /// Something that is tolerated unless the connection is strict.
    #[error("a deviation from the protocol: {0:?}")]
    Deviation(Deviation),
    /// An answer with a tag that no command in flight has, in strict mode.
    #[error("a tagged answer to no command in flight")]
    UnexpectedReply,
    /// The peer sends too many of something.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

/// The caller asked for what this state forbids: nothing was sent and nothing changed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// The client may not send this command now.
    #[error("{what} is not possible in state {state:?}")]
    State {
        /// What was asked for.
        what: &'static str,
        /// The state it was asked in.
        state: ClientState,
    },
    /// The server may not send this response now.
    #[error("{what} is not possible in state {state:?}")]
    ServerState {
        /// What was asked for.
        what: &'static str,
        /// The state it was asked in.
        state: ServerState,
    },
    /// A body is announced and not finished: `send_body` and `finish_body` come first.
    #[error("a body of {remaining} more bytes is expected first")]
    BodyUnfinished {
        /// Bytes still to come.
        remaining: u64,
    },
    /// A body that nobody announced.
    #[error("no body is expected")]
    NoBody,
    /// More body than announced.
    #[error("{excess} bytes more than the announced body")]
    BodyTooLong {
        /// Bytes beyond the announced size.
        excess: u64,
    },
    /// The peer refused the body before it was complete; the rest of it is not wanted.
    #[error("the peer refused the body")]
    Refused,
    /// The command would make an answer to one in flight ambiguous
    /// ([RFC 9051, section 5.5](https://www.rfc-editor.org/rfc/rfc9051#section-5.5)).
    #[error("{what} has to wait for the answers to commands in flight")]
    Ambiguous {
        /// The command that was to be sent.
        what: &'static str,
    },
    /// The tag belongs to no command that waits for an answer.
    #[error("no command in progress has this tag")]
    UnknownTag,
    /// The peer did not offer this capability.
    #[error("the peer does not offer {0}")]
    Unsupported(&'static str),
    /// A limit of ours.
    #[error("more than {limit} {what}")]
    Limit {
        /// What there would be too many of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Credentials before TLS, which the configuration does not allow.
    #[error("credentials need TLS first")]
    PlaintextAuth,
    /// A value that has no form on the wire in the present mode.
    #[error("{0}")]
    Value(&'static str),
    /// The connection is over.
    #[error("the connection is closed")]
    Closed,
}

/// Where a grammar function stopped, and what it was looking for.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("expected {expected} at byte {offset}")]
#[non_exhaustive]
pub struct ParseError {
    /// Index from the start of the unit.
    pub offset: usize,
    /// What the grammar allows there.
    pub expected: &'static str,
}

impl ParseError {
    pub(crate) const fn new(offset: usize, expected: &'static str) -> Self {
        Self { offset, expected }
    }
}
