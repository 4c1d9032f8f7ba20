//! NOTIFY.

use alloc::vec::Vec;

use super::search::MailboxFilter;
use crate::literal::Encoder;
use crate::own::{own_enum, own_struct};
use crate::syntax::{Cursor, Parsed};
use crate::{Atom, FetchAttribute};

/// The arguments of NOTIFY.
///
/// ```abnf
/// notify      = "NOTIFY" SP (notify-set / notify-none)
/// notify-set  = "SET" [status-indicator] SP event-groups
/// notify-none = "NONE"
/// ```
///
/// [RFC 5465, section 8](https://www.rfc-editor.org/rfc/rfc5465#section-8)
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notify<'a> {
    /// No word of anything.
    None,
    /// Word of these events.
    Set {
        /// Whether the present status of the mailboxes is wanted at once.
        status: bool,
        /// Which events of which mailboxes; at least one group.
        groups: Vec<EventGroup<'a>>,
    },
}

own_enum! { Notify { None, Set { status, groups } } }

/// Events of some mailboxes.
///
/// ```abnf
/// event-group = "(" filter-mailboxes SP events ")"
/// events      = ( "(" event *(SP event) ")" ) / "NONE"
/// ```
///
/// [RFC 5465, section 8](https://www.rfc-editor.org/rfc/rfc5465#section-8)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventGroup<'a> {
    /// The mailboxes.
    pub mailboxes: MailboxFilter<'a>,
    /// The events; empty for `NONE`.
    pub events: Vec<NotifyEvent<'a>>,
}

own_struct! { EventGroup { mailboxes, events } }

/// Something that can happen to a mailbox.
///
/// ```abnf
/// event         = message-event / mailbox-event / user-event / event-ext
/// message-event = ( "MessageNew" [SP "(" fetch-att *(SP fetch-att) ")" ] ) / "MessageExpunge" /
///                 "FlagChange" / "AnnotationChange"
/// mailbox-event = "MailboxName" / "SubscriptionChange" / "MailboxMetadataChange"
/// user-event    = "ServerMetadataChange"
/// event-ext     = atom
/// ```
///
/// [RFC 5465, section 8](https://www.rfc-editor.org/rfc/rfc5465#section-8)
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotifyEvent<'a> {
    /// A message came; with these attributes.
    MessageNew(Vec<FetchAttribute<'a>>),
    /// A message went.
    MessageExpunge,
    /// Flags changed.
    FlagChange,
    /// Annotations of a message changed.
    AnnotationChange,
    /// A mailbox was made, renamed or deleted.
    MailboxName,
    /// It was subscribed or unsubscribed.
    SubscriptionChange,
    /// Annotations of a mailbox changed.
    MailboxMetadataChange,
    /// Annotations of the server changed.
    ServerMetadataChange,
    /// Something else.
    Other(Atom<'a>),
}

own_enum! {
    NotifyEvent {
        MessageNew(attributes), MessageExpunge, FlagChange, AnnotationChange, MailboxName,
        SubscriptionChange, MailboxMetadataChange, ServerMetadataChange, Other(name),
    }
}

impl<'a> Notify<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        if c.eat_word(b"NONE") {
            return Ok(Self::None);
        }
        c.word("SET")?;
        c.sp()?;
        let status = c.eat_word(b"STATUS");
        if status {
            c.sp()?;
        }
        let mut groups = alloc::vec![EventGroup::read(c)?];
        while c.peek_after_sp() == Some(b'(') {
            c.sp()?;
            groups.push(EventGroup::read(c)?);
        }
        Ok(Self::Set { status, groups })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::Set { status, groups } if !groups.is_empty() => {
                e.text(if *status { "NOTIFY SET STATUS " } else { "NOTIFY SET " });
                e.spaced(groups, |e, group| group.write(e));
            }
            _ => e.text("NOTIFY NONE"),
        }
    }
}

impl<'a> EventGroup<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.byte(b'(', "an event group in parentheses")?;
        let mailboxes = MailboxFilter::read(c)?;
        c.sp()?;
        let events = if c.eat_word(b"NONE") { Vec::new() } else { c.list(NotifyEvent::read)? };
        c.byte(b')', "a closing parenthesis")?;
        Ok(Self { mailboxes, events })
    }

    fn write(&self, e: &mut Encoder<'_>) {
        e.byte(b'(');
        self.mailboxes.write(e);
        e.sp();
        if self.events.is_empty() {
            e.text("NONE");
        } else {
            e.list(&self.events, |e, event| event.write(e));
        }
        e.byte(b')');
    }
}

impl<'a> NotifyEvent<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        if c.eat_word(b"MessageNew") {
            let attributes = super::select::parameters(c, FetchAttribute::read)?;
            return Ok(Self::MessageNew(attributes));
        }
        let name = c.atom()?;
        let known = [
            (Self::MessageExpunge, "MessageExpunge"),
            (Self::FlagChange, "FlagChange"),
            (Self::AnnotationChange, "AnnotationChange"),
            (Self::MailboxName, "MailboxName"),
            (Self::SubscriptionChange, "SubscriptionChange"),
            (Self::MailboxMetadataChange, "MailboxMetadataChange"),
            (Self::ServerMetadataChange, "ServerMetadataChange"),
        ];
        Ok(known
            .into_iter()
            .find(|(_, text)| text.eq_ignore_ascii_case(name.as_str()))
            .map_or(Self::Other(name), |(event, _)| event))
    }

    fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::MessageNew(attributes) => {
                e.text("MessageNew");
                if !attributes.is_empty() {
                    e.sp();
                    e.list(attributes, |e, attribute| attribute.write(e));
                }
            }
            Self::MessageExpunge => e.text("MessageExpunge"),
            Self::FlagChange => e.text("FlagChange"),
            Self::AnnotationChange => e.text("AnnotationChange"),
            Self::MailboxName => e.text("MailboxName"),
            Self::SubscriptionChange => e.text("SubscriptionChange"),
            Self::MailboxMetadataChange => e.text("MailboxMetadataChange"),
            Self::ServerMetadataChange => e.text("ServerMetadataChange"),
            Self::Other(name) => e.text(name.as_str()),
        }
    }
}
