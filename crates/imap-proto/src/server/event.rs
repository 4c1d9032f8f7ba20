use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::own::Own;
use crate::{Command, Deviation, ParseError, Response, ResponseCode, Secret, Status, Tag, Text};

/// What a client did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A whole command that may come now. Answer it with a tagged response.
    ///
    /// For some commands there is more to do: `AUTHENTICATE` and `IDLE` wait for a continuation
    /// request first.
    Command {
        /// The tag, for the answer.
        tag: Tag<'a>,
        /// The command. Messages that came as chunks have their size in their place.
        command: Command<'a>,
        /// What was tolerated.
        deviations: Vec<Deviation>,
    },
    /// A message of APPEND or REPLACE is about to come. Nothing more happens until
    /// [`accept_body`](super::Connection::accept_body) or a tagged answer that refuses it.
    BodyStart {
        /// The tag, for the answer.
        tag: Tag<'a>,
        /// The command as far as it is known: with the message that comes now at the end, and
        /// without the messages before it.
        command: Command<'a>,
        /// Octets of this piece of the message.
        size: u64,
        /// Whether the client waits to be asked for them. If not they come in any case, and are
        /// thrown away after a refusal.
        waits: bool,
    },
    /// A literal that is part of a command waits to be asked for, and
    /// [`Config::ask_about_literals`](super::Config::ask_about_literals) is set. Nothing more happens
    /// until [`accept_body`](super::Connection::accept_body) or a tagged answer that refuses it.
    Literal {
        /// The tag, for the answer.
        tag: Tag<'a>,
        /// What has come of the command.
        beginning: Cow<'a, [u8]>,
        /// Octets of the literal.
        size: u64,
    },
    /// Octets of the message.
    BodyChunk(Cow<'a, [u8]>),
    /// The message, or this piece of it, is complete. After the last one comes the `Command`.
    BodyEnd,
    /// The client's answer to a challenge of AUTHENTICATE, or `None` if it gives up. Answer with
    /// another continuation request or with a tagged response.
    SaslResponse {
        /// The tag of the AUTHENTICATE.
        tag: Tag<'a>,
        /// The octets.
        response: Option<Secret<'a>>,
    },
    /// The client ended IDLE. Answer with a tagged response.
    IdleDone {
        /// The tag of the IDLE.
        tag: Tag<'a>,
    },
    /// Something that cannot be understood, or may not come now.
    Rejected {
        /// The tag, if one could be read.
        tag: Option<Tag<'a>>,
        /// Why.
        reason: Rejection,
        /// The answer that fits, to be handed to [`respond`](super::Connection::respond) as it is
        /// or changed.
        reply: Response<'static>,
    },
    /// The answer to STARTTLS was transmitted: do the handshake now, then call
    /// [`tls_started`](super::Connection::tls_started).
    StartTls,
    /// The answer to COMPRESS was transmitted: from here on both directions are compressed. Call
    /// [`compression_started`](super::Connection::compression_started) when the stream is wrapped.
    StartCompression,
    /// The end.
    Closed,
}

/// Why something was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// It is not a command.
    #[error("malformed: {0}")]
    Malformed(ParseError),
    /// It was tolerated, but the connection is strict.
    #[error("not quite a command: {0:?}")]
    Strict(Deviation),
    /// It does not belong to the present state.
    #[error("the command does not belong to this state")]
    State,
    /// It carries credentials and the connection is not protected.
    #[error("credentials need TLS first")]
    NeedsTls,
    /// It has message numbers and only UIDs are in use.
    #[error("message numbers after UIDONLY")]
    NeedsUid,
    /// It gives a character set and everything is UTF-8.
    #[error("a character set after UTF8=ACCEPT")]
    Charset,
    /// It asks for a layer that is there already.
    #[error("the layer is active already")]
    LayerIsActive,
    /// It is longer than the limit.
    #[error("a command of more than {limit} bytes")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A message, or another literal, is larger than the limit.
    #[error("a literal of {size} bytes, where {limit} are allowed")]
    TooBig {
        /// The announced size; `u64::MAX` where the number does not fit.
        size: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// A literal comes without waiting that is longer than the offered extension allows.
    #[error("a literal of {size} bytes that did not wait")]
    DidNotWait {
        /// The announced size.
        size: u64,
    },
}

impl Event<'_> {
    /// The same event, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        match self {
            Self::Command { tag, command, deviations } => {
                Event::Command { tag: tag.own(), command: command.own(), deviations }
            }
            Self::BodyStart { tag, command, size, waits } => {
                Event::BodyStart { tag: tag.own(), command: command.own(), size, waits }
            }
            Self::Literal { tag, beginning, size } => {
                Event::Literal { tag: tag.own(), beginning: beginning.own(), size }
            }
            Self::BodyChunk(octets) => Event::BodyChunk(octets.own()),
            Self::BodyEnd => Event::BodyEnd,
            Self::SaslResponse { tag, response } => {
                Event::SaslResponse { tag: tag.own(), response: response.own() }
            }
            Self::IdleDone { tag } => Event::IdleDone { tag: tag.own() },
            Self::Rejected { tag, reason, reply } => {
                Event::Rejected { tag: tag.own(), reason, reply }
            }
            Self::StartTls => Event::StartTls,
            Self::StartCompression => Event::StartCompression,
            Self::Closed => Event::Closed,
        }
    }
}

impl Rejection {
    /// The answer that fits.
    pub(super) fn reply(self, tag: Option<Tag<'static>>) -> Response<'static> {
        let status = match self {
            Self::Malformed(_) | Self::Strict(_) => Status::bad(Text::from_static("Syntax error")),
            Self::State => Status::bad(Text::from_static("Not in this state")),
            Self::NeedsTls => {
                Status::no(Text::from_static("TLS first")).with_code(ResponseCode::PrivacyRequired)
            }
            Self::NeedsUid => {
                Status::bad(Text::from_static("UIDs only")).with_code(ResponseCode::UidRequired)
            }
            Self::Charset => Status::bad(Text::from_static("Everything is UTF-8")),
            Self::LayerIsActive => Status::bad(Text::from_static("Already active")),
            Self::TooLong { .. } => Status::bad(Text::from_static("Command too long")),
            Self::TooBig { .. } => {
                Status::no(Text::from_static("Too big")).with_code(ResponseCode::TooBig)
            }
            Self::DidNotWait { .. } => Status::bad(Text::from_static("Wait before such literals"))
                .with_code(ResponseCode::TooBig),
        };
        match tag {
            Some(tag) => Response::Tagged { tag, status },
            None => Response::Status(status),
        }
    }
}
