use alloc::vec::Vec;

use bytes::Bytes;

use crate::Command;
use crate::client::CommandId;

/// What a command is, as far as its answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// EHLO or LHLO of the machine.
    Hello,
    /// HELO of the machine.
    OldHello,
    Mail,
    Rcpt,
    Data,
    /// The end of the content after DATA.
    Content,
    Bdat {
        last: bool,
    },
    Rset,
    XClient,
    StartTls,
    Auth,
    Quit,
    Other,
}

impl Kind {
    pub(super) fn of(command: &Command<'_>) -> Self {
        match command {
            Command::Mail { .. } => Self::Mail,
            Command::Rcpt { .. } => Self::Rcpt,
            Command::Data => Self::Data,
            Command::Bdat { last, .. } => Self::Bdat { last: *last },
            Command::Rset => Self::Rset,
            Command::XClient(_) => Self::XClient,
            Command::StartTls => Self::StartTls,
            Command::Auth { .. } => Self::Auth,
            Command::Quit => Self::Quit,
            _ => Self::Other,
        }
    }

    /// Whether it has to be the last command of a group
    /// ([RFC 2920, section 3.1](https://www.rfc-editor.org/rfc/rfc2920#section-3.1)).
    pub(super) const fn ends_group(self) -> bool {
        !matches!(self, Self::Mail | Self::Rcpt | Self::Rset | Self::Bdat { .. } | Self::Content)
    }
}

/// Something that was not let out.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) id: CommandId,
    /// The mail that it belongs to.
    pub(super) mail: Option<CommandId>,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Command {
        kind: Kind,
        wire: Vec<u8>,
    },
    /// Content after DATA.
    Content(Bytes),
    /// Its end.
    ContentEnd,
    /// Content after BDAT.
    Chunk(Bytes),
}

impl What {
    /// Bytes of content.
    pub(super) fn content_len(&self) -> usize {
        match self {
            Self::Content(bytes) | Self::Chunk(bytes) => bytes.len(),
            _ => 0,
        }
    }
}

/// Something that was let out and has no answer.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) id: CommandId,
    pub(super) mail: Option<CommandId>,
    pub(super) kind: Kind,
    pub(super) bytes: usize,
    /// Answers still to come, once that is known: LMTP has several after the content.
    pub(super) left: Option<usize>,
}

impl Flight {
    pub(super) fn is_quit(&self) -> bool {
        self.kind == Kind::Quit
    }

    /// Whether nothing else may be let out before the answer. After the last BDAT of a mail too: if
    /// it fails, the transaction is still there.
    pub(super) fn is_barrier(&self) -> bool {
        self.kind.ends_group() || (self.mail.is_some() && self.kind == Kind::Bdat { last: true })
    }

    /// What is under way, for an error.
    pub(super) const fn name(&self) -> &'static str {
        match self.kind {
            Kind::Content | Kind::Bdat { last: true } => "the answer to a mail",
            Kind::StartTls => "STARTTLS",
            Kind::Auth => "AUTH",
            _ => "a command",
        }
    }

    /// Minutes to wait
    /// ([RFC 5321, section 4.5.3.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.2)).
    pub(super) const fn minutes(&self) -> u64 {
        match self.kind {
            Kind::Data => 2,
            Kind::Content | Kind::Bdat { last: true } => 10,
            _ => 5,
        }
    }
}

/// The content that the caller sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// None is expected.
    None,
    /// After DATA.
    Data { id: CommandId, mail: Option<CommandId> },
    /// After a BDAT of the caller.
    Chunk { id: CommandId, remaining: u64 },
    /// Of a mail, in BDATs of the machine.
    Chunks { mail: CommandId },
    /// Of a mail that is lost already.
    Dropped,
}

impl Body {
    pub(super) const fn is_open(self) -> bool {
        !matches!(self, Self::None)
    }

    pub(super) fn is_of(self, id: CommandId) -> bool {
        match self {
            Self::Data { mail, .. } => mail == Some(id),
            Self::Chunks { mail } => mail == id,
            _ => false,
        }
    }
}
