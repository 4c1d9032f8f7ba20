//! ID, [RFC 2971](https://www.rfc-editor.org/rfc/rfc2971).

use alloc::vec::Vec;

use crate::Str;
use crate::literal::Encoder;
use crate::syntax::{Cursor, Parsed};

/// What a client or a server says of itself.
pub(crate) type Fields<'a> = Option<Vec<(Str<'a>, Option<Str<'a>>)>>;

/// ```abnf
/// id-response     = "ID" SP id-params-list
/// id-params-list  = "(" *(string SP nstring) ")" / nil
/// ```
///
/// [RFC 2971, section 3.2](https://www.rfc-editor.org/rfc/rfc2971#section-3.2)
pub(crate) fn read<'a>(c: &mut Cursor<'a>) -> Parsed<Fields<'a>> {
    c.sp()?;
    if c.peek() != Some(b'(') {
        return c.nil().map(|()| None);
    }
    c.list(|c| {
        let name = c.string()?;
        c.sp()?;
        Ok((name, c.nstring()?))
    })
    .map(Some)
}

pub(crate) fn write(fields: &Fields<'_>, e: &mut Encoder<'_>) {
    e.sp();
    match fields {
        Some(fields) => e.list(fields, |e, (name, value)| {
            e.string(name);
            e.sp();
            e.nstring(value.as_ref());
        }),
        None => e.raw(b"NIL"),
    }
}
