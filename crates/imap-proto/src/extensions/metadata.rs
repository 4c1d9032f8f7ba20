//! METADATA, [RFC 5464](https://www.rfc-editor.org/rfc/rfc5464).

use alloc::vec::Vec;

use crate::literal::Encoder;
use crate::own::{own_enum, own_struct};
use crate::syntax::{Cursor, Parsed};
use crate::{Content, Mailbox, Str};

/// Annotations of a mailbox, or of the server if the name of the mailbox is empty.
///
/// ```abnf
/// metadata-resp = "METADATA" SP mailbox SP (entry-values / entry-list)
/// ```
///
/// [RFC 5464, section 4.4](https://www.rfc-editor.org/rfc/rfc5464#section-4.4)
///
/// # Example
///
/// ```
/// use imap_proto::{MetadataEntries, Response};
///
/// let unit = b"* METADATA INBOX (/private/comment \"My comment\")\r\n";
/// let Response::Metadata(data) = Response::parse(unit)? else { panic!() };
/// let MetadataEntries::Values(values) = data.entries else { panic!() };
/// assert_eq!(values[0].0, "/private/comment");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// Its annotations.
    pub entries: MetadataEntries<'a>,
}

own_struct! { Metadata { mailbox, entries } }

/// The annotations of a [`Metadata`].
///
/// ```abnf
/// entry-values = "(" entry-value *(SP entry-value) ")"
/// entry-value  = entry-name SP value
/// entry-list   = entry-name *(SP entry-name)
/// value        = nstring / literal8
/// ```
///
/// [RFC 5464, section 5](https://www.rfc-editor.org/rfc/rfc5464#section-5)
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataEntries<'a> {
    /// Names with their values; one without a value is not there.
    Values(Vec<(Str<'a>, Option<Content<'a>>)>),
    /// Names of annotations that have changed.
    Names(Vec<Str<'a>>),
}

own_enum! { MetadataEntries { Values(values), Names(names) } }

impl<'a> Metadata<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let mailbox = Mailbox::read(c)?;
        if c.peek_after_sp() == Some(b'(') {
            c.sp()?;
            let values = c.list(|c| {
                let name = c.astring()?;
                c.sp()?;
                Ok((name, c.ncontent()?))
            })?;
            return Ok(Self { mailbox, entries: MetadataEntries::Values(values) });
        }
        let names = super::read_more(c, Cursor::astring)?;
        Ok(Self { mailbox, entries: MetadataEntries::Names(names) })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.sp();
        self.mailbox.write(e);
        match &self.entries {
            MetadataEntries::Values(values) => {
                e.sp();
                e.list(values, |e, (name, value)| {
                    e.astring(name);
                    e.sp();
                    e.value(value.as_ref());
                });
            }
            MetadataEntries::Names(names) => {
                for name in names {
                    e.sp();
                    e.astring(name);
                }
            }
        }
    }
}
