//! What DKIM signs: fields and bodies in canonical form. No cryptography.
//!
//! A verifier feeds its hash with [`BodyCanonicalizer`], compares with `bh=`, then feeds another one
//! with [`canonical_field`] of each of [`signed_fields`] and with [`signature_field`], and checks
//! `b=`.
//!
//! [RFC 6376, section 3.4](https://www.rfc-editor.org/rfc/rfc6376#section-3.4),
//! [section 3.7](https://www.rfc-editor.org/rfc/rfc6376#section-3.7)

use alloc::vec::Vec;

use memchr::memchr;

use crate::Message;
use crate::header::Field;

/// A canonicalization algorithm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Canonicalization {
    /// Nothing changes but line ends and blank lines at the end of the body.
    #[default]
    Simple,
    /// Blanks are joined, those at line ends are dropped, field names are in lower case.
    Relaxed,
}

/// Appends a field in canonical form, with CRLF at its end.
///
/// # Example
///
/// ```
/// use mime::{Message, dkim::{Canonicalization, canonical_field}};
///
/// // RFC 6376, section 3.4.5
/// let message = Message::parse(b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n");
/// let mut out = Vec::new();
/// for field in message.fields() {
///     canonical_field(&field, Canonicalization::Relaxed, &mut out);
/// }
/// assert_eq!(out, b"a:X\r\nb:Y Z\r\n");
/// ```
pub fn canonical_field(field: &Field<'_>, method: Canonicalization, out: &mut Vec<u8>) {
    field_bytes(field, field.raw(), method, out);
    out.extend_from_slice(b"\r\n");
}

/// The field without its last line end. `raw` may have other bytes than the field has.
fn field_bytes(field: &Field<'_>, raw: &[u8], method: Canonicalization, out: &mut Vec<u8>) {
    let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
    let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
    match method {
        Canonicalization::Simple => {
            for chunk in crate::CrlfChunks::new(raw) {
                out.extend_from_slice(chunk);
            }
        }
        Canonicalization::Relaxed => {
            out.extend(field.name().iter().map(u8::to_ascii_lowercase));
            out.push(b':');
            let colon = memchr(b':', raw).map_or(raw.len(), |colon| colon + 1);
            let value = raw.get(colon..).unwrap_or_default();
            let words = value
                .split(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
                .filter(|word| !word.is_empty());
            for (number, word) in words.enumerate() {
                if number > 0 {
                    out.push(b' ');
                }
                out.extend_from_slice(word);
            }
        }
    }
}

/// Returns the fields that a signature is about, in the order in which they are to be hashed.
///
/// A name that stands several times in `names` means the last field of that name, then the one
/// before it, and so on; what is not there is nothing ([RFC 6376, section
/// 5.4.2](https://www.rfc-editor.org/rfc/rfc6376#section-5.4.2)).
///
/// # Example
///
/// ```
/// use mime::{Message, dkim::signed_fields};
///
/// let message = Message::parse(b"Received: 1\nFrom: a@b\nReceived: 2\n\n");
/// let fields = signed_fields(&message, ["from", "received", "received", "received"]);
/// let values: Vec<_> = fields.iter().map(|field| field.unfolded()).collect();
/// assert_eq!(values, [&b"a@b"[..], b"2", b"1"]);
/// ```
pub fn signed_fields<'m, 'n>(
    message: &'m Message<'_>,
    names: impl IntoIterator<Item = &'n str>,
) -> Vec<Field<'m>> {
    // Sorted by name, each name's fields from the last one on, with a place in each.
    let mut sorted: Vec<(Vec<u8>, usize, Field<'m>)> = message
        .fields()
        .enumerate()
        .filter(|(_, field)| !field.name().is_empty())
        .map(|(number, field)| (field.name().to_ascii_lowercase(), number, field))
        .collect();
    sorted.sort_by(|a, b| (&a.0, b.1).cmp(&(&b.0, a.1)));
    let mut next: Vec<usize> = (0..sorted.len()).collect();
    let mut fields = Vec::new();
    for name in names {
        let name = name.trim().to_ascii_lowercase();
        let first = sorted.partition_point(|(known, ..)| known.as_slice() < name.as_bytes());
        // The place behind the fields of this name that were taken is kept with the first one.
        let Some(place) = next.get(first).copied() else { continue };
        let Some((known, _, field)) = sorted.get(place) else { continue };
        if known.as_slice() == name.as_bytes() {
            fields.push(*field);
            if let Some(next) = next.get_mut(first) {
                *next = place + 1;
            }
        }
    }
    fields
}

/// Appends a `DKIM-Signature` field in the form in which it signs itself: canonical, the value of
/// `b=` empty, and without CRLF at its end.
///
/// # Example
///
/// ```
/// use mime::{Message, dkim::{Canonicalization, signature_field}};
///
/// let message = Message::parse(b"DKIM-Signature: v=1; bh=xx==;\r\n b=yy\r\n yy==; d=a.test\r\n\r\n");
/// let mut out = Vec::new();
/// signature_field(&message.fields().next().unwrap(), Canonicalization::Relaxed, &mut out);
/// assert_eq!(out, b"dkim-signature:v=1; bh=xx==; b=; d=a.test");
/// ```
pub fn signature_field(field: &Field<'_>, method: Canonicalization, out: &mut Vec<u8>) {
    let raw = field.raw();
    let mut without = Vec::with_capacity(raw.len());
    let colon = memchr(b':', raw).map_or(raw.len(), |colon| colon + 1);
    without.extend_from_slice(raw.get(..colon).unwrap_or_default());
    let value = raw.get(colon..).unwrap_or_default();
    for (number, tag) in value.split(|&byte| byte == b';').enumerate() {
        if number > 0 {
            without.push(b';');
        }
        let equals = memchr(b'=', tag);
        let name = equals.and_then(|equals| tag.get(..equals)).unwrap_or_default();
        match equals {
            Some(equals) if name.trim_ascii() == b"b" => {
                without.extend_from_slice(tag.get(..=equals).unwrap_or_default());
            }
            _ => without.extend_from_slice(tag),
        }
    }
    field_bytes(field, &without, method, out);
}

/// A body being made canonical, in pieces.
///
/// Bare LF becomes CRLF, as it would on the wire.
///
/// # Example
///
/// ```
/// use mime::dkim::{BodyCanonicalizer, Canonicalization};
///
/// let mut body = BodyCanonicalizer::new(Canonicalization::Relaxed, None);
/// let mut out = Vec::new();
/// body.update(b" C \r\nD \t", &mut out);
/// body.update(b" E\r\n\r\n\r\n", &mut out);
/// body.finish(&mut out);
/// assert_eq!(out, b" C\r\nD E\r\n");
/// ```
#[derive(Clone, Debug)]
pub struct BodyCanonicalizer {
    method: Canonicalization,
    /// What `l=` leaves to be hashed.
    left: u64,
    /// Line ends that count only if something follows.
    line_ends: u64,
    /// A blank that counts only if something follows on the line.
    blank: bool,
    /// A CR that is part of a line end only if an LF follows.
    cr: bool,
    any: bool,
}

impl BodyCanonicalizer {
    /// Creates one at the start of a body. `limit` is the value of `l=`, if there is one.
    pub fn new(method: Canonicalization, limit: Option<u64>) -> Self {
        BodyCanonicalizer {
            method,
            left: limit.unwrap_or(u64::MAX),
            line_ends: 0,
            blank: false,
            cr: false,
            any: false,
        }
    }

    /// Takes the next bytes, and appends canonical ones.
    pub fn update(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            if core::mem::take(&mut self.cr) && byte != b'\n' {
                self.content(b"\r", out);
            }
            match byte {
                b'\r' => self.cr = true,
                b'\n' => {
                    self.blank = false;
                    self.line_ends += 1;
                }
                b' ' | b'\t' if self.method == Canonicalization::Relaxed => self.blank = true,
                _ => {
                    // A run of bytes that stay as they are.
                    let len = tail
                        .iter()
                        .position(|byte| matches!(byte, b'\r' | b'\n' | b' ' | b'\t'))
                        .unwrap_or(tail.len());
                    let start = bytes.len() - tail.len() - 1;
                    self.content(bytes.get(start..=start + len).unwrap_or_default(), out);
                    rest = tail.get(len..).unwrap_or_default();
                }
            }
        }
    }

    fn content(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        while self.line_ends > 0 && self.left > 0 {
            self.line_ends -= 1;
            self.emit(b"\r\n", out);
        }
        self.line_ends = 0;
        if core::mem::take(&mut self.blank) {
            self.emit(b" ", out);
        }
        self.emit(bytes, out);
    }

    fn emit(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.any = true;
        let len = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        out.extend_from_slice(bytes.get(..len).unwrap_or_default());
        self.left -= len as u64;
    }

    /// Ends the body: blank lines at the end are gone, and one line end stands there.
    ///
    /// An empty body is one line end in simple form, and nothing in relaxed form.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        if core::mem::take(&mut self.cr) {
            self.content(b"\r", out);
        }
        if self.any || self.method == Canonicalization::Simple {
            self.emit(b"\r\n", out);
        }
    }
}
