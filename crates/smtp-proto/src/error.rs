use thiserror::Error;

use crate::DeviationKind;

/// What ends a connection: the peer broke the protocol beyond what can be skipped, or a limit.
///
/// The same error comes back on every later `poll_event`. Messages carry numbers and names of
/// this crate, never bytes of the peer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The peer closed the connection where the protocol does not allow it. After a mail that was
    /// not answered nobody knows whether it was accepted.
    #[error("connection closed during {during}")]
    UnexpectedEof {
        /// What was under way.
        during: &'static str,
    },
    /// A line is longer than the limit allows.
    #[error("a line of more than {limit} bytes")]
    LineTooLong {
        /// The limit, in bytes.
        limit: usize,
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
    /// The server refused STARTTLS or does not offer it, and the configuration requires TLS.
    #[error("the server refused TLS")]
    TlsRefused,
    /// A line that cannot be understood where nothing else is possible.
    #[error("malformed: {0}")]
    Malformed(#[from] ParseError),
    /// A deviation from the protocol, in strict mode.
    #[error("deviation: {0}")]
    Deviation(DeviationKind),
    /// The server answered although no command was waiting for an answer.
    #[error("an answer to no command")]
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
    /// Not possible in this state.
    #[error("{what} is not possible in state {state}")]
    State {
        /// What was asked for.
        what: &'static str,
        /// The state it was asked in.
        state: &'static str,
    },
    /// The peer did not offer this.
    #[error("the peer does not offer {0}")]
    Unsupported(&'static str),
    /// A limit of ours, or one that the peer announced.
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

    /// The same error in a unit that begins so many bytes earlier.
    pub(crate) const fn after(self, bytes: usize) -> Self {
        Self { offset: self.offset.saturating_add(bytes), expected: self.expected }
    }
}
