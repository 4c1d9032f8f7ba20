use crate::Atom;
use crate::literal::Encoder;
use crate::own::own_enum;
use crate::syntax::{Cursor, Parsed};

/// A number of a mailbox that STATUS can ask for.
///
/// ```abnf
/// status-att = "MESSAGES" / "UIDNEXT" / "UIDVALIDITY" / "UNSEEN" / "DELETED" / "SIZE"
/// ```
///
/// [RFC 9051, section 6.3.11](https://www.rfc-editor.org/rfc/rfc9051#section-6.3.11), and the
/// attributes of the extensions as said at each.
///
/// # Example
///
/// ```
/// use imap_proto::{Command, StatusAttribute};
///
/// let Command::Status { items, .. } = Command::parse(b"STATUS INBOX (MESSAGES UIDNEXT)")? else {
///     panic!()
/// };
/// assert_eq!(items, [StatusAttribute::Messages, StatusAttribute::UidNext]);
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusAttribute<'a> {
    /// How many messages.
    Messages,
    /// How many with `\Recent` (IMAP4rev1).
    Recent,
    /// The next UID.
    UidNext,
    /// The validity of the UIDs.
    UidValidity,
    /// How many without `\Seen`.
    Unseen,
    /// How many with `\Deleted`.
    Deleted,
    /// The octets of all messages ([RFC 8438](https://www.rfc-editor.org/rfc/rfc8438)).
    Size,
    /// The highest mod-sequence ([RFC 7162](https://www.rfc-editor.org/rfc/rfc7162)).
    HighestModSeq,
    /// The largest message for APPEND ([RFC 7889](https://www.rfc-editor.org/rfc/rfc7889)).
    AppendLimit,
    /// The mailbox's identifier ([RFC 8474](https://www.rfc-editor.org/rfc/rfc8474)).
    MailboxId,
    /// The octets of the messages with `\Deleted`
    /// ([RFC 9208](https://www.rfc-editor.org/rfc/rfc9208)).
    DeletedStorage,
    /// Another one.
    Other(Atom<'a>),
}

own_enum! {
    StatusAttribute {
        Messages, Recent, UidNext, UidValidity, Unseen, Deleted, Size, HighestModSeq, AppendLimit,
        MailboxId, DeletedStorage, Other(name),
    }
}

impl<'a> StatusAttribute<'a> {
    const KNOWN: [StatusAttribute<'static>; 11] = [
        StatusAttribute::Messages,
        StatusAttribute::Recent,
        StatusAttribute::UidNext,
        StatusAttribute::UidValidity,
        StatusAttribute::Unseen,
        StatusAttribute::Deleted,
        StatusAttribute::Size,
        StatusAttribute::HighestModSeq,
        StatusAttribute::AppendLimit,
        StatusAttribute::MailboxId,
        StatusAttribute::DeletedStorage,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Messages => "MESSAGES",
            Self::Recent => "RECENT",
            Self::UidNext => "UIDNEXT",
            Self::UidValidity => "UIDVALIDITY",
            Self::Unseen => "UNSEEN",
            Self::Deleted => "DELETED",
            Self::Size => "SIZE",
            Self::HighestModSeq => "HIGHESTMODSEQ",
            Self::AppendLimit => "APPENDLIMIT",
            Self::MailboxId => "MAILBOXID",
            Self::DeletedStorage => "DELETED-STORAGE",
            Self::Other(name) => name.as_str(),
        }
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let name = c.atom()?;
        Ok(Self::KNOWN
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(name.as_str()))
            .unwrap_or(Self::Other(name)))
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.text(self.as_str());
    }
}
