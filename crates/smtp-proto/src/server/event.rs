use alloc::borrow::Cow;

use crate::proxy::ReceivedHeader;
use crate::{Command, DeviationKind, EnhancedCode, ParseError, Reply};

/// What a client did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The header of the PROXY protocol, where [`Config::proxy`](super::Config::proxy) asks for one.
    /// Now greet: the connection is that of the client whom the header names.
    Proxy(ReceivedHeader<'a>),
    /// A command that may come now.
    Command {
        /// The command.
        command: Command<'a>,
        /// The usual positive answer: hand it to `respond`, or another. For AUTH there is none
        /// without a mechanism behind it, and this one refuses.
        reply: Reply<'static>,
    },
    /// A command that cannot be, or content that cannot be taken: hand `reply` to `respond`, as it
    /// is or changed. Content that was given before is to be thrown away.
    Rejected {
        /// The command, if it could be parsed.
        command: Option<Command<'a>>,
        /// Why.
        reason: Rejection,
        /// The answer suggested.
        reply: Reply<'static>,
    },
    /// A piece of content, without stuffing. Its boundaries mean nothing.
    BodyChunk(Cow<'a, [u8]>),
    /// The end of the content. Answer with `respond`.
    BodyEnd {
        /// Octets of the content.
        size: u64,
        /// How many answers are due: one; in LMTP one for each recipient that was accepted; none if
        /// the content was refused before.
        replies: usize,
    },
    /// The client deviates from the protocol. The event of the line in question follows.
    Deviation(DeviationKind),
    /// STARTTLS was answered and everything queued was transmitted: wrap the stream in TLS, then
    /// call `tls_started`.
    StartTls,
    /// The session is over and everything queued was transmitted: close the connection. Nothing
    /// follows.
    Closed,
}

/// Why a command or content was rejected.
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
    /// A parameter comes twice, or its value is malformed.
    Parameter,
    /// A parameter is not known or not offered.
    UnknownParameter,
    /// An address outside of ASCII, without SMTPUTF8.
    NeedsSmtpUtf8,
    /// It needs TLS.
    NeedsTls,
    /// It needs AUTH.
    NeedsAuth,
    /// The mail has too many recipients.
    TooManyRecipients,
    /// The mail is too large.
    TooBig {
        /// The limit, in octets.
        limit: u64,
    },
    /// The content has a CR or a LF alone.
    BareLineEnd,
    /// The content has a NUL.
    Nul,
    /// The content has a line longer than the limit.
    LongLine {
        /// The limit, in octets with CR LF.
        limit: usize,
    },
    /// The client gave up a SASL exchange.
    Cancelled,
    /// The exchange has too many lines.
    TooManyRounds,
    /// There were too many rejected commands, or too many that bring nothing further.
    TooManyErrors,
}

impl Event<'_> {
    /// The same event, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        match self {
            Self::Proxy(header) => Event::Proxy(header.into_owned()),
            Self::Command { command, reply } => {
                Event::Command { command: command.into_owned(), reply }
            }
            Self::Rejected { command, reason, reply } => {
                Event::Rejected { command: command.map(Command::into_owned), reason, reply }
            }
            Self::BodyChunk(chunk) => Event::BodyChunk(Cow::Owned(chunk.into_owned())),
            Self::BodyEnd { size, replies } => Event::BodyEnd { size, replies },
            Self::Deviation(kind) => Event::Deviation(kind),
            Self::StartTls => Event::StartTls,
            Self::Closed => Event::Closed,
        }
    }
}

impl Rejection {
    /// The answer that fits
    /// ([RFC 5321, section 4.2.3](https://www.rfc-editor.org/rfc/rfc5321#section-4.2.3)).
    pub(super) fn reply(&self) -> Reply<'static> {
        use EnhancedCode as Code;
        let (code, enhanced, text) = match self {
            Self::Malformed(_) => (501, Code::SYNTAX_ERROR, "Syntax error"),
            Self::TooLong => (500, Code::SYNTAX_ERROR, "Line too long"),
            Self::BareLf => (500, Code::SYNTAX_ERROR, "Lines end with CR LF"),
            Self::Unknown => (500, Code::INVALID_COMMAND, "Unknown command"),
            Self::State => (503, Code::INVALID_COMMAND, "Bad sequence of commands"),
            Self::NotOffered => (502, Code::INVALID_COMMAND, "Not implemented"),
            Self::Parameter => (501, Code::INVALID_ARGUMENTS, "Bad parameter"),
            Self::UnknownParameter => (555, Code::INVALID_ARGUMENTS, "Unknown parameter"),
            Self::NeedsSmtpUtf8 => (553, Code::UTF8_UNSUPPORTED, "Such addresses need SMTPUTF8"),
            Self::NeedsTls => (530, Code::NOT_ALLOWED, "STARTTLS first"),
            Self::NeedsAuth => (530, Code::NOT_ALLOWED, "AUTH first"),
            Self::TooManyRecipients => (452, Code::TOO_MANY_RECIPIENTS, "Too many recipients"),
            Self::TooBig { .. } => (552, Code::TOO_LARGE, "Message too large"),
            Self::BareLineEnd => (550, Code::CONTENT, "CR or LF alone in the message"),
            Self::Nul => (550, Code::CONTENT, "NUL in the message"),
            Self::LongLine { .. } => (550, Code::CONTENT, "Line too long in the message"),
            Self::Cancelled => (501, Code::NOT_ALLOWED, "Cancelled"),
            Self::TooManyRounds => (500, Code::EXCHANGE_TOO_LONG, "Too many lines"),
            Self::TooManyErrors => (421, Code::TRY_LATER, "Too many errors"),
        };
        Reply::new(code, text).with_enhanced(enhanced)
    }
}
