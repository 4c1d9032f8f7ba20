use alloc::string::String;
use alloc::vec::Vec;

use super::status::{read_text, write_text};
use crate::literal::Encoder;
use crate::own::own_struct;
use crate::sasl::{decode_base64, encode_base64};
use crate::syntax::{Cursor, Parsed};
use crate::{ParseError, ResponseCode, Text};

/// What follows the `+` of a continuation request: text for people, or a SASL challenge in base64,
/// which only the command under way can tell apart.
///
/// ```abnf
/// continue-req = "+" SP (resp-text / base64) CRLF
/// ```
///
/// [RFC 9051, section 7.6](https://www.rfc-editor.org/rfc/rfc9051#section-7.6)
///
/// # Example
///
/// ```
/// use imap_proto::{Continuation, Response};
///
/// let Response::Continuation(plus) = Response::parse(b"+ aGVsbG8=\r\n")? else { panic!() };
/// assert_eq!(plus.challenge()?, b"hello");
/// assert_eq!(Continuation::from_challenge(b"hello"), plus);
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Continuation<'a> {
    /// For programs.
    pub code: Option<ResponseCode<'a>>,
    /// For people, or base64.
    pub text: Text<'a>,
}

own_struct! { Continuation { code, text } }

impl<'a> Continuation<'a> {
    /// A request with text for people.
    #[must_use]
    pub const fn new(text: Text<'a>) -> Self {
        Self { code: None, text }
    }

    /// A request with a SASL challenge.
    #[must_use]
    pub fn from_challenge(octets: &[u8]) -> Continuation<'static> {
        let mut out = Vec::new();
        encode_base64(octets, &mut out);
        let text = String::from_utf8(out).ok().and_then(|text| Text::try_from(text).ok());
        Continuation { code: None, text: text.unwrap_or_default() }
    }

    /// The octets of the SASL challenge.
    ///
    /// # Errors
    ///
    /// The text is not base64.
    pub fn challenge(&self) -> Result<Vec<u8>, ParseError> {
        if self.code.is_some() {
            return Err(ParseError::new(0, "base64"));
        }
        decode_base64(self.text.as_bytes(), 0)
    }

    /// Reads what follows the plus.
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let (code, text) = read_text(c)?;
        Ok(Self { code, text })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        write_text(self.code.as_ref(), &self.text, e);
    }
}
