use crate::Command;
use crate::client::CommandId;

/// A command without its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) id: CommandId,
    pub(super) kind: Kind,
    /// Its octets.
    pub(super) len: usize,
}

/// What has to be known of a command to read its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Pass,
    Apop,
    Stat,
    List(Option<u32>),
    Uidl(Option<u32>),
    /// RETR and TOP.
    Retr,
    Quit,
    Capa,
    /// CAPA that the machine sent by itself.
    AskedCapa,
    Stls,
    Auth,
    AuthList,
    Utf8,
    /// Whether a language was picked.
    Lang(bool),
    /// Commands of the TRANSACTION state with an answer of one line.
    Simple(&'static str),
    Other,
}

impl Kind {
    pub(super) fn of(command: &Command<'_>) -> Self {
        match command {
            Command::User(_) => Self::User,
            Command::Pass(_) => Self::Pass,
            Command::Apop { .. } => Self::Apop,
            Command::Stat => Self::Stat,
            Command::List(message) => Self::List(*message),
            Command::Uidl(message) => Self::Uidl(*message),
            Command::Retr(_) | Command::Top { .. } => Self::Retr,
            Command::Dele(_) => Self::Simple("DELE"),
            Command::Noop => Self::Simple("NOOP"),
            Command::Rset => Self::Simple("RSET"),
            Command::Last => Self::Simple("LAST"),
            Command::Quit => Self::Quit,
            Command::Capa => Self::Capa,
            Command::Stls => Self::Stls,
            Command::Auth { .. } | Command::AuthResponse(_) | Command::AuthCancel => Self::Auth,
            Command::AuthList => Self::AuthList,
            Command::Utf8 => Self::Utf8,
            Command::Lang(range) => Self::Lang(range.is_some()),
            Command::Other { .. } => Self::Other,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::User => "USER",
            Self::Pass => "PASS",
            Self::Apop => "APOP",
            Self::Stat => "STAT",
            Self::List(_) => "LIST",
            Self::Uidl(_) => "UIDL",
            Self::Retr => "RETR or TOP",
            Self::Quit => "QUIT",
            Self::Capa | Self::AskedCapa => "CAPA",
            Self::Stls => "STLS",
            Self::Auth | Self::AuthList => "AUTH",
            Self::Utf8 => "UTF8",
            Self::Lang(_) => "LANG",
            Self::Simple(name) => name,
            Self::Other => "this command",
        }
    }

    /// Whether `+OK` to it opens the maildrop.
    pub(super) const fn is_login(self) -> bool {
        matches!(self, Self::Pass | Self::Apop | Self::Auth)
    }

    /// Whether nothing may be let out after it before it is answered.
    pub(super) const fn is_last(self) -> bool {
        matches!(self, Self::Stls | Self::Auth | Self::Quit)
    }
}
