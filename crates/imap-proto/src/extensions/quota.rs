//! QUOTA, [RFC 9208](https://www.rfc-editor.org/rfc/rfc9208) and before
//! [RFC 2087](https://www.rfc-editor.org/rfc/rfc2087).

use alloc::vec::Vec;

use crate::literal::Encoder;
use crate::own::own_struct;
use crate::syntax::{Cursor, Parsed};
use crate::{Atom, Mailbox, Str};

/// How much of what there may be, for one quota root.
///
/// ```abnf
/// quota-response = "QUOTA" SP quota-root-name SP quota-list
/// quota-list     = "(" quota-resource *(SP quota-resource) ")"
/// ```
///
/// [RFC 9208, section 4.2.1](https://www.rfc-editor.org/rfc/rfc9208#section-4.2.1)
///
/// # Example
///
/// ```
/// use imap_proto::Response;
///
/// let unit = b"* QUOTA \"\" (STORAGE 10 512)\r\n";
/// let Response::Quota(quota) = Response::parse(unit)? else { panic!() };
/// assert_eq!((quota.resources[0].usage, quota.resources[0].limit), (10, 512));
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota<'a> {
    /// The quota root.
    pub root: Str<'a>,
    /// The resources that are limited.
    pub resources: Vec<QuotaResource<'a>>,
}

own_struct! { Quota { root, resources } }

/// One resource of a [`Quota`].
///
/// ```abnf
/// quota-resource = resource-name SP resource-usage SP resource-limit
/// resource-name  = "STORAGE" / "MESSAGE" / "MAILBOX" / "ANNOTATION-STORAGE" / resource-name-ext
/// ```
///
/// [RFC 9208, section 5](https://www.rfc-editor.org/rfc/rfc9208#section-5)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaResource<'a> {
    /// Its name: `STORAGE` is counted in units of 1024 octets.
    pub name: Atom<'a>,
    /// How much is used.
    pub usage: u64,
    /// How much may be used.
    pub limit: u64,
}

own_struct! { QuotaResource { name, usage, limit } }

impl<'a> Quota<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let root = c.astring()?;
        c.sp()?;
        let resources = c.list(|c| {
            let name = c.atom()?;
            c.sp()?;
            let usage = c.number64()?;
            c.sp()?;
            Ok(QuotaResource { name, usage, limit: c.number64()? })
        })?;
        Ok(Self { root, resources })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.sp();
        e.astring(&self.root);
        e.sp();
        e.list(&self.resources, |e, resource| {
            e.text(resource.name.as_str());
            e.sp();
            e.number(resource.usage);
            e.sp();
            e.number(resource.limit);
        });
    }
}

/// The quota roots of a mailbox.
///
/// ```abnf
/// quotaroot-response = "QUOTAROOT" SP mailbox *(SP quota-root-name)
/// ```
///
/// [RFC 9208, section 4.2.2](https://www.rfc-editor.org/rfc/rfc9208#section-4.2.2)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaRoot<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// Its quota roots; none if nothing is limited.
    pub roots: Vec<Str<'a>>,
}

own_struct! { QuotaRoot { mailbox, roots } }

impl<'a> QuotaRoot<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let mailbox = Mailbox::read(c)?;
        Ok(Self { mailbox, roots: super::read_more(c, Cursor::astring)? })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.sp();
        self.mailbox.write(e);
        for root in &self.roots {
            e.sp();
            e.astring(root);
        }
    }
}
