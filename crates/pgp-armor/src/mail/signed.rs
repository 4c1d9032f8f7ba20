//! `multipart/signed`: assembling and disassembling.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::entity::{Entity, lines, text_len};
use super::{Signable, boundary};
use crate::ParseError;

/// A `multipart/signed` of OpenPGP, taken apart.
///
/// [RFC 3156, section 5](https://www.rfc-editor.org/rfc/rfc3156#section-5)
///
/// Only [`content`](Signed::content) is what the signature speaks of. What is in
/// [`preamble`](Signed::preamble) and [`epilogue`](Signed::epilogue), and in the header of the
/// message, is not signed.
///
/// # Example
///
/// ```
/// use pgp_armor::mail::Signed;
///
/// let message = b"Content-Type: multipart/signed; micalg=pgp-sha256; boundary=b;\n \
///     protocol=\"application/pgp-signature\"\n\n\
///     --b\nContent-Type: text/plain\n\nHello\n\
///     --b\nContent-Type: application/pgp-signature\n\nxyz\n--b--\n";
/// let signed = Signed::parse(message).unwrap();
/// assert_eq!(signed.canonical().as_ref(), b"Content-Type: text/plain\r\n\r\nHello");
/// assert_eq!(&message[signed.content_range()], b"Content-Type: text/plain\n\nHello");
/// assert_eq!(signed.signature().as_ref(), b"xyz");
/// assert_eq!(signed.micalg().unwrap(), b"pgp-sha256");
/// ```
#[derive(Clone, Debug)]
pub struct Signed<'a> {
    entity: Entity<'a>,
    content: Entity<'a>,
    signature: Entity<'a>,
    preamble: Range<usize>,
    epilogue: Option<Range<usize>>,
}

impl<'a> Signed<'a> {
    /// Takes an entity apart that begins with its header section; a whole message is one.
    ///
    /// # Errors
    ///
    /// If it is not `multipart/signed` for `application/pgp-signature`, or has not exactly the two
    /// parts that the RFC wants.
    pub fn parse(entity: &'a [u8]) -> Result<Self, ParseError> {
        Self::of(Entity::new(entity))
    }

    pub(crate) fn of(entity: Entity<'a>) -> Result<Self, ParseError> {
        let content_type = entity.content_type();
        let start = entity.range().start;
        if !content_type.is("multipart/signed") {
            return Err(ParseError::new(start, "multipart/signed"));
        }
        let protocol = content_type.parameter("protocol");
        if protocol.is_some_and(|name| !name.eq_ignore_ascii_case(b"application/pgp-signature")) {
            return Err(ParseError::new(start, "protocol=\"application/pgp-signature\""));
        }
        let two = ParseError::new(entity.body_offset(), "exactly two parts");
        let parts = entity.parts(3).ok_or(two)?;
        let [content, signature] = parts.parts[..] else { return Err(two) };
        if !signature.content_type().is("application/pgp-signature") {
            return Err(ParseError::new(signature.range().start, "application/pgp-signature"));
        }
        let (preamble, epilogue) = (parts.preamble, parts.epilogue);
        Ok(Signed { entity, content, signature, preamble, epilogue })
    }

    /// Returns the signed bytes as they are in the message: header section and body of the first
    /// part, without the line break that belongs to the delimiter.
    pub fn content(&self) -> &'a [u8] {
        self.content.bytes()
    }

    /// Returns where the signed bytes are.
    pub fn content_range(&self) -> Range<usize> {
        self.content.range()
    }

    /// Returns the signed bytes with all line ends CRLF: what the signature is to be verified over.
    pub fn canonical(&self) -> Cow<'a, [u8]> {
        crlf(self.content())
    }

    /// Returns the signature, mostly armored, without a transfer encoding.
    pub fn signature(&self) -> Cow<'a, [u8]> {
        self.signature.decoded()
    }

    /// Returns where the signature is, transfer encoding included.
    pub fn signature_range(&self) -> Range<usize> {
        self.signature.body_offset()..self.signature.range().end
    }

    /// Returns where the text before the first part is. It is not signed.
    pub fn preamble(&self) -> Range<usize> {
        self.preamble.clone()
    }

    /// Returns where the text after the closing delimiter is; `None` if the delimiter is missing.
    /// It is not signed.
    pub fn epilogue(&self) -> Option<Range<usize>> {
        self.epilogue.clone()
    }

    /// Returns the `micalg` parameter as it stands.
    pub fn micalg(&self) -> Option<Vec<u8>> {
        self.entity.content_type().parameter("micalg")
    }
}

/// The name of a hash function in a `multipart/signed`, such as `pgp-sha256`.
///
/// [RFC 3156, section 5](https://www.rfc-editor.org/rfc/rfc3156#section-5)
///
/// # Example
///
/// ```
/// use pgp_armor::mail::Micalg;
///
/// assert_eq!(Micalg::from_hash_algorithm(10).unwrap().as_str(), "pgp-sha512");
/// assert_eq!(Micalg::try_from("PGP-SHA256"), Ok(Micalg::SHA256));
/// assert!(Micalg::try_from("sha256").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Micalg(Cow<'static, str>);

impl Micalg {
    /// `pgp-sha256`
    pub const SHA256: Micalg = Micalg(Cow::Borrowed("pgp-sha256"));
    /// `pgp-sha384`
    pub const SHA384: Micalg = Micalg(Cow::Borrowed("pgp-sha384"));
    /// `pgp-sha512`
    pub const SHA512: Micalg = Micalg(Cow::Borrowed("pgp-sha512"));

    /// Returns the name for the hash algorithm identifier of a signature packet; `None` for one
    /// without a registered text name.
    ///
    /// [RFC 9580, section 9.5](https://www.rfc-editor.org/rfc/rfc9580#section-9.5)
    pub const fn from_hash_algorithm(id: u8) -> Option<Self> {
        Some(Micalg(Cow::Borrowed(match id {
            1 => "pgp-md5",
            2 => "pgp-sha1",
            3 => "pgp-ripemd160",
            8 => "pgp-sha256",
            9 => "pgp-sha384",
            10 => "pgp-sha512",
            11 => "pgp-sha224",
            12 => "pgp-sha3-256",
            14 => "pgp-sha3-512",
            _ => return None,
        })))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Text that is no [`Micalg`]: it is to be `pgp-` with letters, digits and hyphens after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected pgp- and the name of a hash function")]
pub struct InvalidMicalg;

impl TryFrom<&str> for Micalg {
    type Error = InvalidMicalg;

    fn try_from(text: &str) -> Result<Self, InvalidMicalg> {
        let text = text.to_ascii_lowercase();
        let name = text.strip_prefix("pgp-").ok_or(InvalidMicalg)?;
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if name.is_empty() || name.len() > 40 || !name.bytes().all(valid) {
            return Err(InvalidMicalg);
        }
        Ok(Micalg(Cow::Owned(text)))
    }
}

impl fmt::Display for Micalg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Writes a `multipart/signed` from what was signed and its armored signature: its Content-Type
/// field, an empty line and the body.
///
/// The content is written to the octet as it was signed. Fields of the message (`From`,
/// `MIME-Version`, ...) are to be written before.
///
/// [RFC 3156, section 5](https://www.rfc-editor.org/rfc/rfc3156#section-5)
///
/// # Example
///
/// ```
/// use pgp_armor::mail::{self, Micalg, Signable, Signed};
///
/// let content = Signable::prepare(b"Content-Type: text/plain\n\nHello\n").unwrap();
/// let mut out = b"MIME-Version: 1.0\r\n".to_vec();
/// mail::encode_signed(&content, b"-----BEGIN PGP SIGNATURE-----\n", Micalg::SHA256, &mut out);
/// assert_eq!(Signed::parse(&out).unwrap().content(), content.as_bytes());
/// ```
pub fn encode_signed(content: &Signable, armored: &[u8], micalg: Micalg, out: &mut Vec<u8>) {
    let boundary = boundary::choose(&[content.as_bytes(), armored]);
    let mut text = |text: &str| out.extend_from_slice(text.as_bytes());
    text("Content-Type: multipart/signed; micalg=");
    text(micalg.as_str());
    text(";\r\n protocol=\"application/pgp-signature\";\r\n boundary=\"");
    text(&boundary);
    text("\"\r\n\r\n--");
    text(&boundary);
    text("\r\n");
    out.extend_from_slice(content.as_bytes());
    let mut head = String::from("\r\n--");
    head.push_str(&boundary);
    head.push_str("\r\nContent-Type: application/pgp-signature; name=\"signature.asc\"\r\n");
    head.push_str("Content-Description: OpenPGP digital signature\r\n");
    head.push_str("Content-Disposition: attachment; filename=\"signature.asc\"\r\n\r\n");
    out.extend_from_slice(head.as_bytes());
    push_crlf(armored, out);
    push_close(&boundary, out);
}

/// Writes a closing delimiter.
pub(crate) fn push_close(boundary: &str, out: &mut Vec<u8>) {
    for piece in ["\r\n--", boundary, "--\r\n"] {
        out.extend_from_slice(piece.as_bytes());
    }
}

/// Appends text with CRLF for each LF that has no CR before it.
pub(crate) fn push_crlf(text: &[u8], out: &mut Vec<u8>) {
    out.reserve(text.len());
    for line in lines(text).filter_map(|line| text.get(line)) {
        let end = text_len(line);
        out.extend_from_slice(line.get(..end).unwrap_or_default());
        if end < line.len() {
            out.extend_from_slice(b"\r\n");
        }
    }
}

/// Text with CRLF for each LF that has no CR before it.
fn crlf(text: &[u8]) -> Cow<'_, [u8]> {
    let bare = |line: &[u8]| line.ends_with(b"\n") && !line.ends_with(b"\r\n");
    if !lines(text).filter_map(|line| text.get(line)).any(bare) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::new();
    push_crlf(text, &mut out);
    Cow::Owned(out)
}
