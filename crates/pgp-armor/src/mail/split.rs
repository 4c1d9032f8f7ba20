//! A message apart: what stays outside, and the entity that is protected.

use alloc::vec::Vec;

use super::entity::{Entity, starts_with_ignore_case};
use super::signed::push_crlf;

/// Splits a message into the fields that stay outside and the entity that is signed or encrypted.
///
/// The entity has the `Content-*` fields and the body; all other fields stay outside, with a
/// `MIME-Version` field even if the message had none. Both have CRLF line ends; neither has the
/// empty line that ends a header section in front of what comes next: put the result of
/// [`encode_signed`](super::encode_signed) or [`encode_encrypted`](super::encode_encrypted) right
/// after the outer fields.
///
/// # Example
///
/// ```
/// let message = b"From: a@example.org\nContent-Type: text/html\n\n<p>Hello\n";
/// let (outer, entity) = pgp_armor::mail::split_message(message);
/// assert_eq!(outer, b"From: a@example.org\r\nMIME-Version: 1.0\r\n");
/// assert_eq!(entity, b"Content-Type: text/html\r\n\r\n<p>Hello\r\n");
/// ```
pub fn split_message(message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let message = Entity::new(message);
    let (mut outer, mut entity) = (Vec::new(), Vec::new());
    let mut version = false;
    for field in message.fields() {
        version |= field.is("mime-version");
        let content = starts_with_ignore_case(field.name(), "content-");
        push_field(field.raw, if content { &mut entity } else { &mut outer });
    }
    if !version {
        outer.extend_from_slice(b"MIME-Version: 1.0\r\n");
    }
    entity.extend_from_slice(b"\r\n");
    push_crlf(message.body(), &mut entity);
    (outer, entity)
}

/// Appends a field, its last line ended even at the end of the message.
pub(crate) fn push_field(raw: &[u8], out: &mut Vec<u8>) {
    push_crlf(raw, out);
    if !raw.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
    }
}
