//! `multipart/encrypted`: assembling and disassembling.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use super::boundary;
use super::entity::{Entity, lines, text_len};
use crate::ParseError;

/// A `multipart/encrypted` of OpenPGP, taken apart.
///
/// [RFC 3156, section 4](https://www.rfc-editor.org/rfc/rfc3156#section-4)
///
/// # Example
///
/// ```
/// use pgp_armor::mail::{self, Encrypted};
///
/// let armored = b"-----BEGIN PGP MESSAGE-----\n\nwsBc\n-----END PGP MESSAGE-----\n";
/// let mut message = b"From: a@example.org\r\nMIME-Version: 1.0\r\n".to_vec();
/// mail::encode_encrypted(armored, &mut message);
///
/// let encrypted = Encrypted::parse(&message).unwrap();
/// assert!(encrypted.is_version_1());
/// assert!(encrypted.data().starts_with(b"-----BEGIN PGP MESSAGE-----\r\n"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Encrypted<'a> {
    control: Entity<'a>,
    data: Entity<'a>,
}

impl<'a> Encrypted<'a> {
    /// Takes an entity apart that begins with its header section; a whole message is one.
    ///
    /// # Errors
    ///
    /// If it is not `multipart/encrypted` for `application/pgp-encrypted`, or has not exactly the
    /// two parts that the RFC wants. What gateways make of it, [`classify`](super::classify) finds.
    pub fn parse(entity: &'a [u8]) -> Result<Self, ParseError> {
        Self::of(Entity::new(entity))
    }

    pub(crate) fn of(entity: Entity<'a>) -> Result<Self, ParseError> {
        let content_type = entity.content_type();
        let at = |entity: Entity<'_>| entity.range().start;
        if !content_type.is("multipart/encrypted") {
            return Err(ParseError::new(at(entity), "multipart/encrypted"));
        }
        let protocol = content_type.parameter("protocol");
        if protocol.is_some_and(|name| !name.eq_ignore_ascii_case(b"application/pgp-encrypted")) {
            return Err(ParseError::new(at(entity), "protocol=\"application/pgp-encrypted\""));
        }
        let parts = entity.parts(3).map(|parts| parts.parts).unwrap_or_default();
        let [control, data] = parts[..] else {
            return Err(ParseError::new(entity.body_offset(), "exactly two parts"));
        };
        if !control.content_type().is("application/pgp-encrypted") {
            return Err(ParseError::new(at(control), "application/pgp-encrypted"));
        }
        if !data.content_type().is("application/octet-stream") {
            return Err(ParseError::new(at(data), "application/octet-stream"));
        }
        Ok(Encrypted { control, data })
    }

    pub(crate) fn from_parts(control: Entity<'a>, data: Entity<'a>) -> Self {
        Encrypted { control, data }
    }

    /// Returns whether the first part says `Version: 1`, as it must.
    pub fn is_version_1(&self) -> bool {
        let body = self.control.decoded();
        lines(&body).filter_map(|line| body.get(line)).any(|line| {
            let line = line.get(..text_len(line)).unwrap_or_default();
            let (name, value) = line.split_at(line.iter().take_while(|b| **b != b':').count());
            name.trim_ascii().eq_ignore_ascii_case(b"version")
                && value.get(1..).unwrap_or_default().trim_ascii() == b"1"
        })
    }

    /// Returns the encrypted data, mostly armored, without a transfer encoding.
    pub fn data(&self) -> Cow<'a, [u8]> {
        self.data.decoded()
    }

    /// Returns where the encrypted data is, transfer encoding included.
    pub fn data_range(&self) -> Range<usize> {
        self.data.body_offset()..self.data.range().end
    }
}

/// Writes a `multipart/encrypted` around an armored message: its Content-Type field, an empty line
/// and the body.
///
/// All line ends are CRLF. Fields of the message (`From`, `MIME-Version`, ...) are to be written
/// before.
///
/// [RFC 3156, section 4](https://www.rfc-editor.org/rfc/rfc3156#section-4)
///
/// # Example
///
/// ```
/// let mut out = b"MIME-Version: 1.0\r\n".to_vec();
/// pgp_armor::mail::encode_encrypted(b"-----BEGIN PGP MESSAGE-----\n", &mut out);
/// let text = String::from_utf8(out).unwrap();
/// assert!(text.contains("\r\nContent-Type: application/pgp-encrypted\r\n"));
/// assert!(text.contains("\r\n\r\nVersion: 1\r\n"));
/// ```
pub fn encode_encrypted(armored: &[u8], out: &mut Vec<u8>) {
    let boundary = boundary::choose(&[armored]);
    let mut text = |text: &str| out.extend_from_slice(text.as_bytes());
    text("Content-Type: multipart/encrypted;\r\n protocol=\"application/pgp-encrypted\";\r\n");
    text(" boundary=\"");
    text(&boundary);
    text("\"\r\n\r\n--");
    text(&boundary);
    text("\r\nContent-Type: application/pgp-encrypted\r\n");
    text("Content-Description: PGP/MIME version identification\r\n\r\nVersion: 1\r\n\r\n--");
    text(&boundary);
    text("\r\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\r\n");
    text("Content-Description: OpenPGP encrypted message\r\n");
    text("Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n");
    super::signed::push_crlf(armored, out);
    super::signed::push_close(&boundary, out);
}
