//! Transfer encodings: base64, quoted-printable, uuencode and yEnc, both ways.
//!
//! Each encoding has a one-shot call ([`base64::decode`], [`quoted_printable::encode`], ...) and a
//! resumable form (`Decoder`, `Encoder`) that takes the content in chunks of any size, appends what
//! it produced to a `Vec<u8>` of the caller, and holds only a few bytes between two calls. Both
//! give the same bytes for the same input, however it was cut.
//!
//! Decoding never fails. What a sender did wrong is kept as far as it can be, skipped where it
//! must be, and reported as a [`Problem`](crate::Problem).
//!
//! ```
//! use mime::codec::{TransferDecoder, TransferEncoding};
//!
//! let mut decoder = TransferDecoder::new(TransferEncoding::Base64);
//! let mut out = Vec::new();
//! for chunk in [&b"SGVs"[..], b"bG\r\n", b"8="] {
//!     decoder.decode(chunk, &mut out);
//! }
//! decoder.finish(&mut out);
//! assert_eq!(out, b"Hello");
//! assert!(decoder.problems().is_empty());
//! ```

use alloc::vec::Vec;

use crate::Problems;

pub mod base64;
pub mod quoted_printable;
pub mod uuencode;
pub mod yenc;

/// Decoded content and what was wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The decoded bytes.
    pub bytes: Vec<u8>,
    /// What was wrong with the encoded ones.
    pub problems: Problems,
}

/// What `Content-Transfer-Encoding` says.
///
/// ```abnf
/// mechanism := "7bit" / "8bit" / "binary" / "quoted-printable" / "base64" / ietf-token / x-token
/// ```
///
/// [RFC 2045, section 6.1](https://www.rfc-editor.org/rfc/rfc2045#section-6.1)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TransferEncoding {
    /// Lines of ASCII of at most 998 bytes; what holds when nothing is said.
    #[default]
    SevenBit,
    /// Lines of at most 998 bytes.
    EightBit,
    /// Any bytes.
    Binary,
    /// Quoted-printable.
    QuotedPrintable,
    /// Base64.
    Base64,
    /// Uuencode (`x-uuencode`, `x-uue`, `uuencode`), in use without a standard.
    Uuencode,
    /// yEnc (`x-yenc`, `yenc`), in use without a standard.
    Yenc,
    /// Something else; the content is to be treated as
    /// `application/octet-stream` ([RFC 2045, section 6.4](https://www.rfc-editor.org/rfc/rfc2045#section-6.4)).
    Unknown,
}

impl TransferEncoding {
    /// Finds the encoding with a name, in any letter case.
    ///
    /// An unknown name is [`TransferEncoding::Unknown`].
    ///
    /// # Example
    ///
    /// ```
    /// use mime::codec::TransferEncoding;
    ///
    /// assert_eq!(TransferEncoding::from_name("BASE64"), TransferEncoding::Base64);
    /// assert_eq!(TransferEncoding::from_name("x-rot13"), TransferEncoding::Unknown);
    /// ```
    pub fn from_name(name: &str) -> Self {
        const NAMES: [(&str, TransferEncoding); 14] = [
            ("7bit", TransferEncoding::SevenBit),
            ("7-bit", TransferEncoding::SevenBit),
            ("8bit", TransferEncoding::EightBit),
            ("8-bit", TransferEncoding::EightBit),
            ("binary", TransferEncoding::Binary),
            ("quoted-printable", TransferEncoding::QuotedPrintable),
            ("base64", TransferEncoding::Base64),
            ("uuencode", TransferEncoding::Uuencode),
            ("x-uuencode", TransferEncoding::Uuencode),
            ("uue", TransferEncoding::Uuencode),
            ("x-uue", TransferEncoding::Uuencode),
            ("yenc", TransferEncoding::Yenc),
            ("x-yenc", TransferEncoding::Yenc),
            ("quotedprintable", TransferEncoding::QuotedPrintable),
        ];
        NAMES
            .iter()
            .find(|(known, _)| name.eq_ignore_ascii_case(known))
            .map_or(TransferEncoding::Unknown, |&(_, encoding)| encoding)
    }

    /// Returns the usual name of the encoding; the empty string for an unknown one.
    pub fn as_str(self) -> &'static str {
        match self {
            TransferEncoding::SevenBit => "7bit",
            TransferEncoding::EightBit => "8bit",
            TransferEncoding::Binary => "binary",
            TransferEncoding::QuotedPrintable => "quoted-printable",
            TransferEncoding::Base64 => "base64",
            TransferEncoding::Uuencode => "x-uuencode",
            TransferEncoding::Yenc => "x-yenc",
            TransferEncoding::Unknown => "",
        }
    }

    /// Returns whether the content stands in the message as it is.
    pub fn is_identity(self) -> bool {
        !matches!(
            self,
            TransferEncoding::QuotedPrintable
                | TransferEncoding::Base64
                | TransferEncoding::Uuencode
                | TransferEncoding::Yenc
        )
    }

    /// Decodes content at once.
    ///
    /// Identity encodings give a copy. See [`TransferDecoder`] for the resumable form.
    pub fn decode(self, input: &[u8]) -> Decoded {
        match self {
            TransferEncoding::QuotedPrintable => quoted_printable::decode(input),
            TransferEncoding::Base64 => base64::decode(input),
            TransferEncoding::Uuencode => uuencode::decode(input),
            TransferEncoding::Yenc => yenc::decode(input),
            _ => Decoded { bytes: input.to_vec(), problems: Problems::default() },
        }
    }
}

/// A resumable decoder of any [`TransferEncoding`].
#[derive(Clone, Debug)]
pub struct TransferDecoder(Inner);

#[derive(Clone, Debug)]
enum Inner {
    Identity(Problems),
    Base64(base64::Decoder),
    QuotedPrintable(quoted_printable::Decoder),
    Uuencode(uuencode::Decoder),
    Yenc(yenc::Decoder),
}

impl TransferDecoder {
    /// Creates a decoder at the start of a piece of content.
    pub fn new(encoding: TransferEncoding) -> Self {
        TransferDecoder(match encoding {
            TransferEncoding::Base64 => Inner::Base64(base64::Decoder::new()),
            TransferEncoding::QuotedPrintable => {
                Inner::QuotedPrintable(quoted_printable::Decoder::new())
            }
            TransferEncoding::Uuencode => Inner::Uuencode(uuencode::Decoder::new()),
            TransferEncoding::Yenc => Inner::Yenc(yenc::Decoder::new()),
            _ => Inner::Identity(Problems::default()),
        })
    }

    /// Decodes the next chunk and appends the result to `out`.
    pub fn decode(&mut self, input: &[u8], out: &mut Vec<u8>) {
        match &mut self.0 {
            Inner::Identity(_) => out.extend_from_slice(input),
            Inner::Base64(decoder) => decoder.decode(input, out),
            Inner::QuotedPrintable(decoder) => decoder.decode(input, out),
            Inner::Uuencode(decoder) => decoder.decode(input, out),
            Inner::Yenc(decoder) => decoder.decode(input, out),
        }
    }

    /// Ends the content: appends what was still held back.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        match &mut self.0 {
            Inner::Identity(_) => {}
            Inner::Base64(decoder) => decoder.finish(out),
            Inner::QuotedPrintable(decoder) => decoder.finish(out),
            Inner::Uuencode(decoder) => decoder.finish(out),
            Inner::Yenc(decoder) => decoder.finish(out),
        }
    }

    /// Returns what was wrong so far.
    pub fn problems(&self) -> &Problems {
        match &self.0 {
            Inner::Identity(problems) => problems,
            Inner::Base64(decoder) => decoder.problems(),
            Inner::QuotedPrintable(decoder) => decoder.problems(),
            Inner::Uuencode(decoder) => decoder.problems(),
            Inner::Yenc(decoder) => decoder.problems(),
        }
    }
}
