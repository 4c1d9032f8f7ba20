//! Signed parts: the exact bytes that a signature is about.

use alloc::borrow::Cow;

use memchr::memchr;

use crate::header::Field;
use crate::{Part, PartKind, Section};

/// A `multipart/signed`: content and a signature.
///
/// [RFC 1847, section 2.1](https://www.rfc-editor.org/rfc/rfc1847#section-2.1)
///
/// # Example
///
/// ```
/// use mime::Message;
///
/// let message = Message::parse(
///     b"Content-Type: multipart/signed; micalg=pgp-sha256; boundary=b;\n \
///       protocol=\"application/pgp-signature\"\n\n\
///       --b\nContent-Type: text/plain\n\nHello\n\
///       --b\nContent-Type: application/pgp-signature\n\nxyz\n--b--\n",
/// );
/// let signed = message.root().signed().unwrap();
/// assert_eq!(signed.bytes().collect::<Vec<_>>().concat(), b"Content-Type: text/plain\r\n\r\nHello");
/// assert_eq!(signed.signature().unwrap().decoded().bytes.as_ref(), b"xyz");
/// assert_eq!(signed.micalg().unwrap(), "pgp-sha256");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Signed<'m> {
    multipart: Part<'m>,
    content: Part<'m>,
}

impl<'m> Signed<'m> {
    /// Returns the part that is signed.
    pub fn content(self) -> Part<'m> {
        self.content
    }

    /// Returns the part with the signature.
    pub fn signature(self) -> Option<Part<'m>> {
        self.multipart.children().nth(1)
    }

    /// Returns the signed bytes as they are in the message: header section and body of the signed
    /// part, without the line break that belongs to the delimiter.
    pub fn raw(self) -> &'m [u8] {
        self.content.raw(Section::All)
    }

    /// Iterates over the signed bytes with all line ends CRLF, which is what a signature is about.
    ///
    /// What has CRLF already is one piece.
    pub fn bytes(self) -> CrlfChunks<'m> {
        CrlfChunks::new(self.raw())
    }

    /// Returns the media type of the signature.
    pub fn protocol(self) -> Option<Cow<'m, str>> {
        self.multipart.content_type().parameters().text("protocol")
    }

    /// Returns the name of the hash function.
    pub fn micalg(self) -> Option<Cow<'m, str>> {
        self.multipart.content_type().parameters().text("micalg")
    }
}

/// Bytes in pieces, with CRLF for each LF that has no CR before it. See [`Signed::bytes`].
#[derive(Clone, Debug)]
pub struct CrlfChunks<'a> {
    rest: &'a [u8],
    /// The rest begins with an LF that lacks its CR.
    lacking: bool,
}

impl<'a> CrlfChunks<'a> {
    /// Takes bytes from their start on.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::CrlfChunks;
    ///
    /// assert_eq!(CrlfChunks::new(b"a\nb\r\n\n").collect::<Vec<_>>().concat(), b"a\r\nb\r\n\r\n");
    /// assert_eq!(CrlfChunks::new(b"a\r\nb\r\n").count(), 1);
    /// ```
    pub fn new(bytes: &'a [u8]) -> Self {
        CrlfChunks { rest: bytes, lacking: false }
    }
}

impl<'a> Iterator for CrlfChunks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let mut from = 0;
        if core::mem::take(&mut self.lacking) {
            self.rest = self.rest.get(1..).unwrap_or_default();
            return Some(b"\r\n");
        }
        if self.rest.is_empty() {
            return None;
        }
        while let Some(found) = memchr(b'\n', self.rest.get(from..).unwrap_or_default()) {
            let lf = from + found;
            if lf.checked_sub(1).and_then(|cr| self.rest.get(cr)) != Some(&b'\r') {
                self.lacking = true;
                let (chunk, rest) = self.rest.split_at_checked(lf)?;
                self.rest = rest;
                return if chunk.is_empty() { self.next() } else { Some(chunk) };
            }
            from = lf + 1;
        }
        Some(core::mem::take(&mut self.rest))
    }
}

/// The header fields that a sender has put under the protection of a signature or encryption.
///
/// [RFC 9788](https://www.rfc-editor.org/rfc/rfc9788): the root of the protected content has the
/// fields of the message in its own header section, and says so by the parameter `hp`. Older
/// programs say `protected-headers="v1"`.
#[derive(Clone, Copy, Debug)]
pub struct Protected<'m> {
    part: Part<'m>,
    encrypted: bool,
}

impl<'m> Protected<'m> {
    /// Returns whether the sender meant to encrypt (`hp="cipher"`), not only to sign.
    pub fn is_encrypted(self) -> bool {
        self.encrypted
    }

    /// Iterates over the protected fields: those that are to be shown instead of the ones outside.
    /// Fields about the part itself (`Content-*`, `MIME-Version`) and `HP-Outer` are not among
    /// them.
    pub fn fields(self) -> impl Iterator<Item = Field<'m>> {
        self.part.fields().filter(|field| {
            let name = field.name();
            let content = name.get(..8).is_some_and(|p| p.eq_ignore_ascii_case(b"content-"));
            !name.is_empty() && !content && !field.is("mime-version") && !field.is("hp-outer")
        })
    }

    /// Iterates over the fields that the sender says to have put outside, each as the value of an
    /// `HP-Outer` field: name, colon and value.
    pub fn outer(self) -> impl Iterator<Item = Cow<'m, [u8]>> {
        self.part.fields().filter(|field| field.is("hp-outer")).map(|field| field.unfolded())
    }
}

impl<'m> Part<'m> {
    /// Returns the part as signed content and signature, if it is a `multipart/signed` that has at
    /// least one part.
    pub fn signed(self) -> Option<Signed<'m>> {
        if self.kind() != PartKind::Multipart || !self.content_type().is("multipart", "signed") {
            return None;
        }
        Some(Signed { multipart: self, content: self.children().next()? })
    }

    /// Returns the protected fields, if this part, as the root of what was signed or decrypted,
    /// says that it has some.
    ///
    /// Whether the signature is good is for the caller to find out first.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::Message;
    ///
    /// let payload = Message::parse(
    ///     b"Subject: the real one\nHP-Outer: Subject: [...]\n\
    ///       Content-Type: text/plain; hp=\"cipher\"\n\nbody",
    /// );
    /// let protected = payload.root().protected().unwrap();
    /// assert!(protected.is_encrypted());
    /// assert_eq!(protected.fields().count(), 1);
    /// assert_eq!(&*protected.outer().next().unwrap(), b"Subject: [...]");
    /// ```
    pub fn protected(self) -> Option<Protected<'m>> {
        let content_type = self.content_type();
        let hp = content_type.parameters().text("hp");
        let encrypted = hp.as_deref().is_some_and(|hp| hp.eq_ignore_ascii_case("cipher"));
        let signed = hp.as_deref().is_some_and(|hp| hp.eq_ignore_ascii_case("clear"));
        let old = || {
            content_type
                .parameters()
                .text("protected-headers")
                .is_some_and(|version| version.eq_ignore_ascii_case("v1"))
        };
        (encrypted || signed || old()).then_some(Protected { part: self, encrypted })
    }
}
