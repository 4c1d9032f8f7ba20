//! Entities that survive transport to the octet, so that they can be signed.

use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::entity::{Encoding, Entity, lines, text_len, trim_blanks};
use super::signed::push_crlf;

/// Multiparts inside each other that are looked into.
const DEPTH: u8 = 30;
/// Parts of one multipart.
const PARTS: usize = 10_000;
/// Octets of a line without CRLF that every transport must carry: RFC 5322, section 2.1.1.
const LINE: usize = 998;

/// An entity ready to be signed: 7 bit, lines ended by CRLF, and nothing in it that transports are
/// known to change.
///
/// [RFC 3156, section 3](https://www.rfc-editor.org/rfc/rfc3156#section-3)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signable(Vec<u8>);

/// Why an entity cannot be made [`Signable`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotSignable {
    /// Octets beyond ASCII, or NUL, where no transfer encoding may be applied: in a header field,
    /// in a `message/*` part, or in a part that is itself signed.
    #[error("octets that need a transfer encoding where none may be applied")]
    EightBit,
    /// A line of more than 998 octets, in such a place.
    #[error("a line longer than 998 octets where no transfer encoding may be applied")]
    LineTooLong,
    /// Multiparts are nested too deeply.
    #[error("multiparts nested deeper than {limit} levels")]
    TooDeep {
        /// Levels.
        limit: u8,
    },
    /// A multipart has too many parts.
    #[error("more than {limit} parts in a multipart")]
    TooManyParts {
        /// Parts.
        limit: usize,
    },
}

impl Signable {
    /// Prepares an entity: its `Content-*` fields, an empty line, the body.
    ///
    /// - All line ends become CRLF, white space at the end of header lines is removed.
    /// - A leaf that is not 7 bit, has white space at the end of a line, a line that begins with
    ///   `From `, or a line longer than 998 octets is encoded as quoted-printable (text) or base64;
    ///   its Content-Transfer-Encoding field is replaced.
    /// - In a leaf that is quoted-printable or base64 already, white space at line ends is removed
    ///   and `From ` becomes `From=20`, which changes nothing of what it says.
    /// - What stands before the first and after the last delimiter of a multipart is dropped.
    /// - In a `message/*` part and in a part that is signed itself only line ends are changed,
    ///   since anything more would damage what is in it.
    ///
    /// # Errors
    ///
    /// If octets would need an encoding where none may be applied, or the structure is beyond all
    /// measure.
    ///
    /// # Example
    ///
    /// ```
    /// use pgp_armor::mail::Signable;
    ///
    /// let entity = "Content-Type: text/plain; charset=utf-8\n\nGrüße\nFrom me\n".as_bytes();
    /// let signable = Signable::prepare(entity).unwrap();
    /// assert_eq!(
    ///     signable.as_bytes(),
    ///     b"Content-Type: text/plain; charset=utf-8\r\n\
    ///       Content-Transfer-Encoding: quoted-printable\r\n\r\n\
    ///       Gr=C3=BC=C3=9Fe\r\n=46rom me\r\n"
    /// );
    /// ```
    pub fn prepare(entity: &[u8]) -> Result<Self, NotSignable> {
        let mut out = Vec::with_capacity(entity.len());
        prepare(Entity::new(entity), 0, &mut out)?;
        Ok(Signable(out))
    }

    /// Returns the octets to sign, and to send.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the octets.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

fn prepare(entity: Entity<'_>, depth: u8, out: &mut Vec<u8>) -> Result<(), NotSignable> {
    if depth > DEPTH {
        return Err(NotSignable::TooDeep { limit: DEPTH });
    }
    let content_type = entity.content_type();
    if content_type.is("multipart/signed") {
        return frozen(entity, out);
    }
    if let Some(parts) = entity.parts(PARTS + 1) {
        let boundary = content_type.parameter("boundary").unwrap_or_default();
        if parts.parts.len() > PARTS {
            return Err(NotSignable::TooManyParts { limit: PARTS });
        }
        header(entity, NewEncoding::None, out)?;
        for (index, part) in parts.parts.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b"--" } else { b"\r\n--" });
            out.extend_from_slice(&boundary);
            out.extend_from_slice(b"\r\n");
            prepare(*part, depth + 1, out)?;
        }
        out.extend_from_slice(b"\r\n--");
        out.extend_from_slice(&boundary);
        out.extend_from_slice(b"--\r\n");
        return Ok(());
    }
    if content_type.main_is("message") {
        return frozen(entity, out);
    }
    match Encoding::of(entity) {
        Encoding::Identity(binary) => leaf(entity, binary, out),
        Encoding::Other => frozen(entity, out),
        encoding @ (Encoding::Base64 | Encoding::QuotedPrintable) => {
            header(entity, NewEncoding::Keep, out)?;
            let from = encoding == Encoding::QuotedPrintable;
            let start = out.len();
            for line in lines(entity.body()).filter_map(|line| entity.body().get(line)) {
                let (text, line_end) = line.split_at_checked(text_len(line)).unwrap_or_default();
                let text = trim_blanks(text);
                match text.strip_prefix(b"From ").filter(|_| from) {
                    Some(rest) => {
                        out.extend_from_slice(b"From=20");
                        out.extend_from_slice(rest);
                    }
                    None => out.extend_from_slice(text),
                }
                if !line_end.is_empty() {
                    out.extend_from_slice(b"\r\n");
                }
            }
            check(out.get(start..).unwrap_or_default())
        }
    }
}

/// Copies what must not change, line ends aside.
fn frozen(entity: Entity<'_>, out: &mut Vec<u8>) -> Result<(), NotSignable> {
    check(entity.bytes())?;
    push_crlf(entity.bytes(), out);
    Ok(())
}

fn leaf(entity: Entity<'_>, binary: bool, out: &mut Vec<u8>) -> Result<(), NotSignable> {
    let body = entity.body();
    let fragile = |line: &[u8]| {
        let text = line.get(..text_len(line)).unwrap_or_default();
        matches!(text.last(), Some(b' ' | b'\t' | b'\r')) || text.starts_with(b"From ")
    };
    if !binary && check(body).is_ok() && !lines(body).filter_map(|l| body.get(l)).any(fragile) {
        header(entity, NewEncoding::Keep, out)?;
        push_crlf(body, out);
        return Ok(());
    }
    let text = entity.content_type().main_is("text") && !binary && !body.contains(&0);
    if text {
        header(entity, NewEncoding::Is("quoted-printable"), out)?;
        quoted_printable(body, out);
    } else {
        header(entity, NewEncoding::Is("base64"), out)?;
        for (index, chunk) in body.chunks(57).enumerate() {
            if index > 0 {
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(STANDARD.encode(chunk).as_bytes());
        }
    }
    Ok(())
}

/// Whether octets can be sent without a transfer encoding.
fn check(bytes: &[u8]) -> Result<(), NotSignable> {
    if bytes.iter().any(|byte| *byte == 0 || !byte.is_ascii()) {
        return Err(NotSignable::EightBit);
    }
    let mut lines = lines(bytes).filter_map(|line| bytes.get(line));
    match lines.any(|line| text_len(line) > LINE) {
        true => Err(NotSignable::LineTooLong),
        false => Ok(()),
    }
}

/// What becomes of a Content-Transfer-Encoding field.
#[derive(Clone, Copy, Debug)]
enum NewEncoding {
    Keep,
    /// A multipart whose parts are all 7 bit now says nothing.
    None,
    Is(&'static str),
}

/// Writes the header section and the empty line after it.
fn header(entity: Entity<'_>, encoding: NewEncoding, out: &mut Vec<u8>) -> Result<(), NotSignable> {
    check(entity.header())?;
    for field in entity.fields() {
        let drop = !matches!(encoding, NewEncoding::Keep) && field.is("content-transfer-encoding");
        if drop {
            continue;
        }
        for line in lines(field.raw).filter_map(|line| field.raw.get(line)) {
            let text = trim_blanks(line.get(..text_len(line)).unwrap_or_default());
            if !text.is_empty() {
                out.extend_from_slice(text);
                out.extend_from_slice(b"\r\n");
            }
        }
    }
    if let NewEncoding::Is(name) = encoding {
        out.extend_from_slice(b"Content-Transfer-Encoding: ");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Writes text as quoted-printable; its line ends stay line ends.
///
/// [RFC 2045, section 6.7](https://www.rfc-editor.org/rfc/rfc2045#section-6.7)
fn quoted_printable(body: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for line in lines(body).filter_map(|line| body.get(line)) {
        let (text, line_end) = line.split_at_checked(text_len(line)).unwrap_or_default();
        let mut width = 0;
        for (at, byte) in text.iter().enumerate() {
            let last = at + 1 == text.len();
            let mut plain = match byte {
                b' ' | b'\t' => !last,
                b'=' => false,
                _ => byte.is_ascii_graphic(),
            };
            if width + if plain { 1 } else { 3 } > if last { 76 } else { 75 } {
                out.extend_from_slice(b"=\r\n");
                width = 0;
            }
            // A hyphen that a soft line break brings to the front could begin a delimiter.
            let rest = text.get(at..).unwrap_or_default();
            plain &= width > 0 || !(rest.starts_with(b"From ") || at > 0 && *byte == b'-');
            let len = if plain { 1 } else { 3 };
            width += len;
            if plain {
                out.push(*byte);
            } else {
                let digit = |value: u8| HEX.get(usize::from(value & 15)).copied().unwrap_or(b'0');
                out.extend_from_slice(&[b'=', digit(byte >> 4), digit(*byte)]);
            }
        }
        if !line_end.is_empty() {
            out.extend_from_slice(b"\r\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use super::*;

    fn prepared(entity: &str) -> String {
        String::from_utf8(Signable::prepare(entity.as_bytes()).unwrap().into_bytes()).unwrap()
    }

    #[test]
    fn what_is_safe_stays() {
        assert_eq!(prepared("A: b \n c\t\n\nx\ny"), "A: b\r\n c\r\n\r\nx\r\ny");
        assert_eq!(prepared("\nx"), "\r\nx");
        assert_eq!(prepared(""), "\r\n");
    }

    #[test]
    fn a_fragile_leaf_is_encoded() {
        let encoded = |body: &str| {
            let out = prepared(&format!("Content-Transfer-Encoding: 8bit\n\n{body}"));
            String::from(
                out.strip_prefix("Content-Transfer-Encoding: quoted-printable\r\n\r\n").unwrap(),
            )
        };
        assert_eq!(encoded("a \nb\t\n"), "a=20\r\nb=09\r\n");
        assert_eq!(encoded("From a"), "=46rom a");
        assert_eq!(encoded("é=\r\n"), "=C3=A9=3D\r\n");
        assert_eq!(encoded("a\r\r\n"), "a=0D\r\n");
        let long = encoded(&"y".repeat(2000));
        assert!(long.split("\r\n").all(|line| line.len() <= 76), "{long}");
        assert_eq!(long.replace("=\r\n", ""), "y".repeat(2000));
        for before in 0..80 {
            let y = "y".repeat(before);
            let from = encoded(&format!("é{y}From x"));
            assert!(!from.contains("\nFrom "), "{from}");
            let delimiter = encoded(&format!("é{y}--b"));
            assert!(!delimiter.contains("\n--b"), "{delimiter}");
        }
        assert_eq!(
            prepared("Content-Type: image/png\n\n\0\u{ff}"),
            "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAMO/"
        );
    }

    #[test]
    fn parts_are_prepared_one_by_one() {
        let entity = "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: 8bit\n\npre\n\
            --b\n\né\n--b\nContent-Type: message/rfc822\n\nSubject: x \n\nFrom \n--b--\nepi";
        assert_eq!(
            prepared(entity),
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9\r\n--b\r\n\
             Content-Type: message/rfc822\r\n\r\nSubject: x \r\n\r\nFrom \r\n--b--\r\n"
        );
    }

    #[test]
    fn what_cannot_be_encoded_is_refused() {
        let refused = |entity: &str| Signable::prepare(entity.as_bytes()).unwrap_err();
        assert_eq!(refused("Subject: é\n\nx"), NotSignable::EightBit);
        assert_eq!(refused("Content-Type: message/rfc822\n\n\né"), NotSignable::EightBit);
        assert_eq!(
            refused("Content-Type: multipart/signed; boundary=b\n\n--b\n\né\n--b--"),
            NotSignable::EightBit
        );
        assert_eq!(refused("Content-Transfer-Encoding: base64\n\né"), NotSignable::EightBit);
        assert_eq!(refused(&format!("A: {}\n\n", "x".repeat(999))), NotSignable::LineTooLong);
        let deep: String = (0..40)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
            .collect();
        assert_eq!(refused(&deep), NotSignable::TooDeep { limit: DEPTH });
    }
}
