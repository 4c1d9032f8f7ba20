//! ACL, [RFC 4314](https://www.rfc-editor.org/rfc/rfc4314).

use alloc::vec::Vec;

use crate::literal::Encoder;
use crate::own::own_struct;
use crate::syntax::{Cursor, Parsed};
use crate::{Mailbox, Str};

/// Who may do what with a mailbox.
///
/// ```abnf
/// acl-data = "ACL" SP mailbox *(SP identifier SP rights)
/// ```
///
/// [RFC 4314, section 3.6](https://www.rfc-editor.org/rfc/rfc4314#section-3.6). Each letter of the
/// rights is one right; an identifier with a `-` in front takes rights away.
///
/// # Example
///
/// ```
/// use imap_proto::Response;
///
/// let unit = b"* ACL INBOX Fred rwipslda -test lrs\r\n";
/// let Response::Acl(acl) = Response::parse(unit)? else { panic!() };
/// assert_eq!(acl.entries.len(), 2);
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acl<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// Identifiers with their rights.
    pub entries: Vec<(Str<'a>, Str<'a>)>,
}

own_struct! { Acl { mailbox, entries } }

impl<'a> Acl<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let mailbox = Mailbox::read(c)?;
        let entries = super::read_more(c, |c| {
            let identifier = c.astring()?;
            c.sp()?;
            Ok((identifier, c.astring()?))
        })?;
        Ok(Self { mailbox, entries })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.sp();
        self.mailbox.write(e);
        for (identifier, rights) in &self.entries {
            e.sp();
            e.astring(identifier);
            e.sp();
            e.astring(rights);
        }
    }
}

/// Which rights somebody can be given.
///
/// ```abnf
/// listrights-data = "LISTRIGHTS" SP mailbox SP identifier SP rights *(SP rights)
/// ```
///
/// [RFC 4314, section 3.7](https://www.rfc-editor.org/rfc/rfc4314#section-3.7)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRights<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// Who.
    pub identifier: Str<'a>,
    /// The rights that this one always has.
    pub required: Str<'a>,
    /// Rights that can be given; those of one word only together.
    pub optional: Vec<Str<'a>>,
}

own_struct! { ListRights { mailbox, identifier, required, optional } }

impl<'a> ListRights<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let mailbox = Mailbox::read(c)?;
        c.sp()?;
        let identifier = c.astring()?;
        c.sp()?;
        let required = c.astring()?;
        let optional = super::read_more(c, Cursor::astring)?;
        Ok(Self { mailbox, identifier, required, optional })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.sp();
        self.mailbox.write(e);
        for word in [&self.identifier, &self.required].into_iter().chain(&self.optional) {
            e.sp();
            e.astring(word);
        }
    }
}

/// What the user may do with a mailbox.
///
/// ```abnf
/// myrights-data = "MYRIGHTS" SP mailbox SP rights
/// ```
///
/// [RFC 4314, section 3.8](https://www.rfc-editor.org/rfc/rfc4314#section-3.8)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MyRights<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// One letter for each right.
    pub rights: Str<'a>,
}

own_struct! { MyRights { mailbox, rights } }

impl<'a> MyRights<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let mailbox = Mailbox::read(c)?;
        c.sp()?;
        Ok(Self { mailbox, rights: c.astring()? })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.sp();
        self.mailbox.write(e);
        e.sp();
        e.astring(&self.rights);
    }
}
