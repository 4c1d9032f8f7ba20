use alloc::vec::Vec;

use crate::literal::Encoder;
use crate::own::{own_enum, own_struct};
use crate::syntax::{Cursor, Parsed};
use crate::{DeviationKind, Mailbox, ObjectId, Raw, StatusAttribute};

/// A STATUS response.
///
/// ```abnf
/// "STATUS" SP mailbox SP "(" [status-att-list] ")"
/// ```
///
/// [RFC 9051, section 7.3.4](https://www.rfc-editor.org/rfc/rfc9051#section-7.3.4)
///
/// # Example
///
/// ```
/// use imap_proto::{Response, StatusItem};
///
/// let unit = b"* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)\r\n";
/// let Response::MailboxStatus(status) = Response::parse(unit)? else { panic!() };
/// assert_eq!(status.items, [StatusItem::Messages(231), StatusItem::UidNext(44292)]);
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxStatus<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// What is said of it, in the server's order.
    pub items: Vec<StatusItem<'a>>,
}

own_struct! { MailboxStatus { mailbox, items } }

/// One value of a [`MailboxStatus`].
///
/// ```abnf
/// status-att-val = ("MESSAGES" SP number) / ("UIDNEXT" SP nz-number) /
///                  ("UIDVALIDITY" SP nz-number) / ("UNSEEN" SP number) /
///                  ("DELETED" SP number) / ("SIZE" SP number64)
/// ```
///
/// [RFC 9051, section 7.3.4](https://www.rfc-editor.org/rfc/rfc9051#section-7.3.4), and the
/// attributes of the extensions as said at [`StatusAttribute`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusItem<'a> {
    /// How many messages.
    Messages(u32),
    /// How many with `\Recent` (IMAP4rev1).
    Recent(u32),
    /// The next UID.
    UidNext(u32),
    /// The validity of the UIDs.
    UidValidity(u32),
    /// How many without `\Seen`.
    Unseen(u32),
    /// How many with `\Deleted`.
    Deleted(u32),
    /// The octets of all messages.
    Size(u64),
    /// The highest mod-sequence; 0 if there are none.
    HighestModSeq(u64),
    /// The largest message for APPEND; `None` for no limit.
    AppendLimit(Option<u64>),
    /// The mailbox's identifier.
    MailboxId(ObjectId<'a>),
    /// The octets of the messages with `\Deleted`.
    DeletedStorage(u64),
    /// Another one, with its value.
    Other(StatusAttribute<'a>, Raw<'a>),
}

own_enum! {
    StatusItem {
        Messages(n), Recent(n), UidNext(n), UidValidity(n), Unseen(n), Deleted(n), Size(n),
        HighestModSeq(n), AppendLimit(n), MailboxId(id), DeletedStorage(n), Other(name, value),
    }
}

impl<'a> MailboxStatus<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let mailbox = Mailbox::read(c)?;
        c.sp()?;
        Ok(Self { mailbox, items: c.list(StatusItem::read)? })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        self.mailbox.write(e);
        e.sp();
        e.list(&self.items, |e, item| item.write(e));
    }
}

impl<'a> StatusItem<'a> {
    /// What it is the value of.
    #[must_use]
    pub fn attribute(&self) -> StatusAttribute<'_> {
        match self {
            Self::Messages(_) => StatusAttribute::Messages,
            Self::Recent(_) => StatusAttribute::Recent,
            Self::UidNext(_) => StatusAttribute::UidNext,
            Self::UidValidity(_) => StatusAttribute::UidValidity,
            Self::Unseen(_) => StatusAttribute::Unseen,
            Self::Deleted(_) => StatusAttribute::Deleted,
            Self::Size(_) => StatusAttribute::Size,
            Self::HighestModSeq(_) => StatusAttribute::HighestModSeq,
            Self::AppendLimit(_) => StatusAttribute::AppendLimit,
            Self::MailboxId(_) => StatusAttribute::MailboxId,
            Self::DeletedStorage(_) => StatusAttribute::DeletedStorage,
            Self::Other(attribute, _) => attribute.clone(),
        }
    }

    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let attribute = StatusAttribute::read(c)?;
        c.sp()?;
        let start = c.offset();
        match Self::read_value(c, &attribute) {
            Ok(Some(item)) if matches!(c.peek(), Some(b' ' | b')')) => return Ok(item),
            Ok(None) => c.rewind(start),
            _ => {
                c.rewind(start);
                c.tolerate(DeviationKind::Unknown);
            }
        }
        c.raw_value().map(|value| Self::Other(attribute, value))
    }

    fn read_value(c: &mut Cursor<'a>, attribute: &StatusAttribute<'_>) -> Parsed<Option<Self>> {
        Ok(Some(match attribute {
            StatusAttribute::Messages => Self::Messages(c.number()?),
            StatusAttribute::Recent => Self::Recent(c.number()?),
            StatusAttribute::UidNext => Self::UidNext(number_or_zero(c)?),
            StatusAttribute::UidValidity => Self::UidValidity(number_or_zero(c)?),
            StatusAttribute::Unseen => Self::Unseen(c.number()?),
            StatusAttribute::Deleted => Self::Deleted(c.number()?),
            StatusAttribute::Size => Self::Size(c.number64()?),
            StatusAttribute::HighestModSeq => Self::HighestModSeq(c.number64()?),
            StatusAttribute::AppendLimit if matches!(c.peek(), Some(b'N' | b'n')) => {
                c.nil()?;
                Self::AppendLimit(None)
            }
            StatusAttribute::AppendLimit => Self::AppendLimit(Some(c.number64()?)),
            StatusAttribute::MailboxId => {
                c.byte(b'(', "an identifier in parentheses")?;
                let id = ObjectId::read(c)?;
                c.byte(b')', "a closing parenthesis")?;
                Self::MailboxId(id)
            }
            StatusAttribute::DeletedStorage => Self::DeletedStorage(c.number64()?),
            _ => return Ok(None),
        }))
    }

    fn write(&self, e: &mut Encoder<'_>) {
        self.attribute().write(e);
        e.sp();
        match self {
            Self::Messages(n)
            | Self::Recent(n)
            | Self::UidNext(n)
            | Self::UidValidity(n)
            | Self::Unseen(n)
            | Self::Deleted(n) => e.number(*n),
            Self::Size(n) | Self::HighestModSeq(n) | Self::DeletedStorage(n) => e.number(*n),
            Self::AppendLimit(Some(n)) => e.number(*n),
            Self::AppendLimit(None) => e.raw(b"NIL"),
            Self::MailboxId(id) => {
                e.byte(b'(');
                e.text(id.as_str());
                e.byte(b')');
            }
            Self::Other(_, value) => e.verbatim(value),
        }
    }
}

/// A number above 0; servers that have none send 0.
fn number_or_zero(c: &mut Cursor<'_>) -> Parsed<u32> {
    let start = c.offset();
    let n = c.number()?;
    if n == 0 {
        c.tolerate_at(DeviationKind::BadNumber, start);
    }
    Ok(n)
}
