use crate::server::Deleted;
use crate::{Command, Digest, Name, ParseError, Password, Reply};

/// What a client wants, as far as the application has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Somebody logs in with a password or a digest: check it and open the maildrop with
    /// `open_maildrop`, or refuse with `respond` and `-ERR`, with the response code `[IN-USE]`
    /// where somebody else holds the lock.
    Open(Login<'a>),
    /// A command that the application has to answer with `respond`:
    ///
    /// - AUTH, and each line of its exchange: with a challenge, `-ERR`, or `open_maildrop`;
    /// - LANG with an argument: with one line;
    /// - LANG without: with `-ERR`, or `+OK`, then lines as a body.
    Command(Command<'a>),
    /// RETR or TOP: answer `-ERR`, or `+OK`, then the message with `send_body` and `finish_body`.
    /// All of it may be sent for TOP too; the machine takes what is wanted.
    Message {
        /// Which message. It exists and is not deleted.
        message: u32,
        /// Lines of the body wanted by TOP; `None` for RETR.
        lines: Option<u64>,
    },
    /// UIDL needs the unique-id of a message: answer with `unique_id`. The event comes once for
    /// each message that is listed.
    UniqueId {
        /// Which message. It exists and is not deleted.
        message: u32,
    },
    /// The client said QUIT: remove these messages and no others, release the maildrop, and say
    /// how that went with `respond`. Without this event nothing may be removed.
    Commit {
        /// The messages marked as deleted; may be none.
        deleted: Deleted<'a>,
    },
    /// A command that the machine answered itself, for logs.
    Answered(Command<'a>),
    /// A command that cannot be: hand `reply` to `respond`, as it is or changed.
    Rejected {
        /// The command, if it could be parsed.
        command: Option<Command<'a>>,
        /// Why.
        reason: Rejection,
        /// The answer suggested.
        reply: Reply<'static>,
    },
    /// STLS was answered and everything queued was transmitted: wrap the stream in TLS, then call
    /// `tls_started`.
    StartTls,
    /// The session is over and everything queued was transmitted: close the connection and release
    /// the maildrop if that is not done. Nothing follows.
    Closed,
}

/// How somebody logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Login<'a> {
    /// USER and PASS.
    Password {
        /// Who.
        name: Name<'a>,
        /// The password.
        password: Password<'a>,
    },
    /// APOP.
    Apop {
        /// Who.
        name: Name<'a>,
        /// MD5 over the timestamp of the greeting and the shared secret. To be compared in constant
        /// time.
        digest: Digest,
    },
}

/// Why a command was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// It is malformed.
    Malformed(ParseError),
    /// It is longer than the limit.
    TooLong,
    /// It ends with LF alone.
    BareLf,
    /// Nobody knows it.
    Unknown,
    /// It is not possible in this state.
    State,
    /// It is not offered.
    NotOffered,
    /// It shows a credential, and there is no TLS.
    NeedsTls,
    /// The exchange has too many lines.
    TooManyRounds,
}

impl Event<'_> {
    /// The same event, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        match self {
            Self::Open(login) => Event::Open(login.into_owned()),
            Self::Command(command) => Event::Command(command.into_owned()),
            Self::Message { message, lines } => Event::Message { message, lines },
            Self::UniqueId { message } => Event::UniqueId { message },
            Self::Commit { deleted } => Event::Commit { deleted: deleted.into_owned() },
            Self::Answered(command) => Event::Answered(command.into_owned()),
            Self::Rejected { command, reason, reply } => {
                Event::Rejected { command: command.map(Command::into_owned), reason, reply }
            }
            Self::StartTls => Event::StartTls,
            Self::Closed => Event::Closed,
        }
    }
}

impl Login<'_> {
    /// Who logs in.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Password { name, .. } | Self::Apop { name, .. } => name.as_str(),
        }
    }

    /// The same login, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Login<'static> {
        match self {
            Self::Password { name, password } => {
                Login::Password { name: name.into_owned(), password: password.into_owned() }
            }
            Self::Apop { name, digest } => Login::Apop { name: name.into_owned(), digest },
        }
    }
}
