//! Autocrypt: keys in header fields, and the message that moves a secret key to another device.
//!
//! [Autocrypt level 1](https://docs.autocrypt.org/level1.html)

mod setup;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use setup::{InvalidSetupCode, SetupCode, SetupMessage};

use crate::ParseError;
use crate::mail::Entity;

/// Longest field that is read, in bytes.
const FIELD: usize = 10 * 1024;

/// The value of an `Autocrypt` field.
///
/// [Autocrypt level 1, section 2.1](https://docs.autocrypt.org/level1.html#the-autocrypt-header)
///
/// # Example
///
/// ```
/// use pgp_armor::autocrypt::Autocrypt;
///
/// let field = Autocrypt::parse(b"addr=a@example.org; prefer-encrypt=mutual; keydata=mDME")?;
/// assert_eq!(field.addr, "a@example.org");
/// assert!(field.mutual);
/// assert_eq!(field.keydata, [0x98, 0x33, 0x04]);
/// # Ok::<(), pgp_armor::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Autocrypt<'a> {
    /// The one address that the key is for.
    pub addr: Cow<'a, str>,
    /// Whether the sender wants encryption if both do (`prefer-encrypt=mutual`).
    pub mutual: bool,
    /// The certificate: binary packets.
    pub keydata: Vec<u8>,
}

impl<'a> Autocrypt<'a> {
    /// Creates a value. `None` if the address could not stand in the field: it is empty, or has
    /// white space, control characters or a semicolon in it.
    pub fn new(addr: &'a str, mutual: bool, keydata: &[u8]) -> Option<Self> {
        let bad = |c: char| c.is_whitespace() || c.is_control() || c == ';';
        if addr.is_empty() || addr.contains(bad) || keydata.is_empty() {
            return None;
        }
        Some(Autocrypt { addr: Cow::Borrowed(addr), mutual, keydata: keydata.to_vec() })
    }

    /// Parses a value, folded or not.
    ///
    /// # Errors
    ///
    /// If `addr` or `keydata` is missing or comes twice, the key is no base64, an attribute is
    /// unknown and does not begin with `_`, or all is longer than 10 KiB. Such a field counts as
    /// none.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        if value.len() > FIELD {
            return Err(ParseError::new(FIELD, "a field of at most 10 KiB"));
        }
        let (mut addr, mut mutual, mut keydata) = (None, false, None);
        let mut offset = 0;
        for attribute in value.split(|byte| *byte == b';') {
            let start = offset;
            offset += attribute.len() + 1;
            let text = attribute.trim_ascii();
            if text.is_empty() {
                continue;
            }
            let error = |expected| ParseError::new(start, expected);
            let equals = memchr::memchr(b'=', text).ok_or(error("name=value"))?;
            let (name, text) = text.split_at_checked(equals).unwrap_or_default();
            let text = text.get(1..).unwrap_or_default().trim_ascii();
            match name.trim_ascii() {
                b"addr" if addr.is_none() => {
                    let text = core::str::from_utf8(text).map_err(|_| error("an address"))?;
                    addr = Some(text).filter(|text| !text.is_empty());
                }
                b"prefer-encrypt" => mutual |= text == b"mutual",
                b"keydata" if keydata.is_none() => {
                    let base64: Vec<u8> =
                        text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
                    let key = STANDARD.decode(base64).map_err(|_| error("base64"))?;
                    keydata = Some(key).filter(|key| !key.is_empty());
                }
                [b'_', ..] => {}
                _ => return Err(error("addr, prefer-encrypt, keydata or an attribute with _")),
            }
        }
        let addr = addr.ok_or(ParseError::new(value.len(), "addr"))?;
        let keydata = keydata.ok_or(ParseError::new(value.len(), "keydata"))?;
        Ok(Autocrypt { addr: Cow::Borrowed(addr), mutual, keydata })
    }

    /// Writes a whole field, `Autocrypt: ...` with its line breaks, the key last.
    ///
    /// # Example
    ///
    /// ```
    /// use pgp_armor::autocrypt::Autocrypt;
    ///
    /// let mut out = Vec::new();
    /// Autocrypt::new("a@example.org", false, &[0x98, 0x33, 0x04]).unwrap().encode(&mut out);
    /// assert_eq!(out, b"Autocrypt: addr=a@example.org; keydata=\r\n mDME\r\n");
    /// ```
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Autocrypt: addr=");
        // A field that was parsed may hold an address that would break a line.
        out.extend(self.addr.bytes().filter(|byte| !byte.is_ascii_control() && *byte != b';'));
        out.extend_from_slice(b";");
        if self.mutual {
            out.extend_from_slice(b" prefer-encrypt=mutual;");
        }
        out.extend_from_slice(b" keydata=\r\n");
        for chunk in self.keydata.chunks(57) {
            out.push(b' ');
            out.extend_from_slice(STANDARD.encode(chunk).as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }

    /// Returns the value that counts for a message: the only valid one among its `Autocrypt`
    /// fields whose address is that of the sender.
    ///
    /// `from` is the one address of the `From` field; with several of them Autocrypt is not to be
    /// used at all. Letters of the address may be of any case.
    ///
    /// # Example
    ///
    /// ```
    /// use pgp_armor::autocrypt::Autocrypt;
    ///
    /// let message = b"From: A@example.org\nAutocrypt: addr=a@example.org; keydata=mDME\n\n";
    /// assert!(Autocrypt::of_message(message, "A@example.org").is_some());
    /// assert!(Autocrypt::of_message(message, "b@example.org").is_none());
    /// ```
    pub fn of_message(message: &[u8], from: &str) -> Option<Autocrypt<'static>> {
        let mut valid = Entity::new(message).fields().filter_map(|field| {
            let value = field.is("autocrypt").then(|| field.value())?;
            let value = Autocrypt::parse(&value).ok()?;
            value.addr.eq_ignore_ascii_case(from).then(|| value.into_owned())
        });
        let only = valid.next()?;
        valid.next().is_none().then_some(only)
    }

    /// Returns a value that borrows nothing.
    pub fn into_owned(self) -> Autocrypt<'static> {
        let addr = Cow::Owned(String::from(self.addr));
        Autocrypt { addr, mutual: self.mutual, keydata: self.keydata }
    }
}
