use core::fmt;

use crate::client::Outcome;
use crate::{Capabilities, DeviationKind, Reply, Secret};

/// A command that was sent, for as long as the caller wants to know which one it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub(super) u64);

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What a server said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The server greets. If not with 220 it refuses the connection, and `Closed` follows.
    Greeting {
        /// The whole greeting.
        reply: Reply<'a>,
    },
    /// What the server offers: its answer to EHLO or LHLO. Nothing, where it knew only HELO.
    Capabilities(Capabilities<'a>),
    /// The server refused EHLO and HELO, or LHLO. `Closed` follows.
    HelloRefused {
        /// What it said.
        reply: Reply<'a>,
    },
    /// The answer to a command.
    ///
    /// DATA has two: a 354 is not told, the answer after the content is, or the refusal before it.
    /// In LMTP there is one for each recipient that was accepted, after the content.
    Reply {
        /// Which command.
        command: CommandId,
        /// What the server said.
        reply: Reply<'a>,
    },
    /// The end of a mail that [`send_mail`](super::Connection::send_mail) began.
    MailDone {
        /// Which mail.
        mail: CommandId,
        /// What became of it.
        outcome: Outcome,
    },
    /// A challenge of a SASL mechanism: `Command::AuthResponse` or `Command::AuthCancel` has to be
    /// sent.
    Challenge {
        /// Which AUTH.
        command: CommandId,
        /// The octets, out of their base64.
        challenge: Secret<'a>,
    },
    /// The server said yes to STARTTLS and nothing else is under way: wrap the stream in TLS, then
    /// call `tls_started`.
    StartTls,
    /// The server deviates from the protocol. The event of the reply in question follows.
    Deviation(DeviationKind),
    /// The server closes the connection, without having been asked: a 421 that answers no command.
    /// `Closed` follows.
    Goodbye {
        /// What it said.
        reply: Reply<'a>,
    },
    /// The session is over. Nothing follows.
    Closed,
}

impl Event<'_> {
    /// The same event, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        match self {
            Self::Greeting { reply } => Event::Greeting { reply: reply.into_owned() },
            Self::Capabilities(list) => Event::Capabilities(list.into_owned()),
            Self::HelloRefused { reply } => Event::HelloRefused { reply: reply.into_owned() },
            Self::Reply { command, reply } => Event::Reply { command, reply: reply.into_owned() },
            Self::MailDone { mail, outcome } => Event::MailDone { mail, outcome },
            Self::Challenge { command, challenge } => {
                Event::Challenge { command, challenge: challenge.into_owned() }
            }
            Self::StartTls => Event::StartTls,
            Self::Deviation(kind) => Event::Deviation(kind),
            Self::Goodbye { reply } => Event::Goodbye { reply: reply.into_owned() },
            Self::Closed => Event::Closed,
        }
    }
}

/// What is to be said of a reply that stands in the input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    Greeting,
    HelloRefused,
    Reply(CommandId),
    Goodbye,
}

impl Told {
    pub(super) fn event(self, reply: Reply<'_>) -> Event<'_> {
        match self {
            Self::Greeting => Event::Greeting { reply },
            Self::HelloRefused => Event::HelloRefused { reply },
            Self::Reply(command) => Event::Reply { command, reply },
            Self::Goodbye => Event::Goodbye { reply },
        }
    }
}
