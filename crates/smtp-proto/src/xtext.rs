//! xtext: any octets in the value of a parameter.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::ParseError;
use crate::syntax::{XCHAR, is};

/// Text in the encoding of [RFC 3461, section 4](https://www.rfc-editor.org/rfc/rfc3461#section-4),
/// kept as it stands on the wire.
///
/// ```abnf
/// xtext   = *( xchar / hexchar )
/// xchar   = any ASCII CHAR between "!" (33) and "~" (126) inclusive, except for "+" and "="
/// hexchar = ASCII "+" immediately followed by two upper case hexadecimal digits
/// ```
///
/// Small hexadecimal digits are taken too. Decoded octets that are not printable ASCII are refused,
/// as [RFC 3461, section 4.4](https://www.rfc-editor.org/rfc/rfc3461#section-4.4) demands: they
/// would end up in lines of other protocols.
///
/// # Example
///
/// ```
/// use smtp_proto::XText;
///
/// let id = XText::encode("QQ+314=159")?;
/// assert_eq!(id.as_str(), "QQ+2B314+3D159");
/// assert_eq!(id.decode(), "QQ+314=159");
/// assert!(XText::try_from("a+0D+0Ab").is_err());
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct XText<'a>(Cow<'a, str>);

impl<'a> XText<'a> {
    /// Encodes text.
    ///
    /// # Errors
    ///
    /// A character that is not printable ASCII.
    pub fn encode(text: &str) -> Result<XText<'static>, ParseError> {
        const HEX: [u8; 16] = *b"0123456789ABCDEF";
        let mut out = String::with_capacity(text.len());
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'+' | b'=' | b' ' => {
                    out.push('+');
                    for nibble in [byte >> 4, byte & 15] {
                        let digit = HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
                        out.push(char::from(digit));
                    }
                }
                0x21..=0x7E => out.push(char::from(byte)),
                _ => return Err(ParseError::new(at, "a printable ASCII character")),
            }
        }
        Ok(XText(Cow::Owned(out)))
    }

    /// The text as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it stands for.
    #[must_use]
    pub fn decode(&self) -> Cow<'_, str> {
        if !self.0.contains('+') {
            return Cow::Borrowed(&self.0);
        }
        let octets = decode(self.0.as_bytes()).unwrap_or_default();
        Cow::Owned(octets.into_iter().map(char::from).collect())
    }

    /// The same value, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> XText<'static> {
        XText(Cow::Owned(self.0.into_owned()))
    }
}

/// The octets of an xtext, all printable ASCII.
fn decode(text: &[u8]) -> Result<Vec<u8>, ParseError> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let octet = match byte {
            b'+' => {
                let digit = |n: usize| {
                    let digit = text.get(at.saturating_add(n)).copied().map(char::from);
                    digit.and_then(|digit| digit.to_digit(16))
                };
                let (Some(high), Some(low)) = (digit(1), digit(2)) else {
                    return Err(ParseError::new(at, "two hexadecimal digits after +"));
                };
                at = at.saturating_add(2);
                (high << 4 | low) as u8
            }
            b'=' => return Err(ParseError::new(at, "xtext")),
            _ => byte,
        };
        if !matches!(octet, 0x20..=0x7E) || byte == b' ' {
            return Err(ParseError::new(at, "printable ASCII"));
        }
        out.push(octet);
        at = at.saturating_add(1);
    }
    Ok(out)
}

/// Nothing is decoded where nothing is encoded.
pub(crate) fn check(text: &[u8]) -> Result<(), ParseError> {
    if text.iter().all(|byte| is(*byte, XCHAR)) { Ok(()) } else { decode(text).map(|_| ()) }
}

impl<'a> TryFrom<&'a str> for XText<'a> {
    type Error = ParseError;

    #[inline]
    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        check(text.as_bytes())?;
        Ok(Self(Cow::Borrowed(text)))
    }
}

impl fmt::Debug for XText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for XText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        for text in ["", "a b", "+=", "rfc822;x@y", "~!"] {
            let encoded = XText::encode(text).unwrap();
            assert_eq!(encoded.decode(), text);
            assert_eq!(XText::try_from(encoded.as_str()).unwrap().decode(), text);
        }
        assert_eq!(XText::try_from("a+2b").unwrap().decode(), "a+");
        for bad in ["a=b", "+", "+2", "+GG", "a b", "+0A", "+7F", "+80", "\u{e9}", "\r"] {
            assert!(XText::try_from(bad).is_err(), "{bad:?}");
        }
        assert!(XText::encode("\r\n").is_err());
        assert!(XText::encode("\u{e9}").is_err());
    }
}
