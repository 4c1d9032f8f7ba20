//! XCLIENT and XFORWARD: what a proxy or filter tells about the client behind it.
//!
//! Neither has an RFC; Postfix describes both
//! ([XCLIENT](https://www.postfix.org/XCLIENT_README.html),
//! [XFORWARD](https://www.postfix.org/XFORWARD_README.html)).

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::{ParseError, syntax};

/// The arguments of XCLIENT or XFORWARD, as written.
///
/// ```abnf
/// attributes      = attribute *(SP attribute)
/// attribute       = attribute-name "=" attribute-value
/// attribute-value = xtext
/// ```
///
/// # Example
///
/// ```
/// use smtp_proto::extensions::xclient::Attributes;
///
/// let attributes = Attributes::try_from("NAME=spike.porcupine.org ADDR=168.100.189.2 LOGIN=[UNAVAILABLE]")?;
/// assert_eq!(attributes.get("addr").as_deref(), Some("168.100.189.2"));
/// assert_eq!(attributes.get("HELO"), None);
///
/// let mut attributes = Attributes::default();
/// attributes.push("IDENT", "a b\r\nQUIT")?;
/// assert_eq!(attributes.as_str(), "IDENT=a+20b+0D+0AQUIT");
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Attributes<'a>(Cow<'a, str>);

impl Attributes<'_> {
    /// The text on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names and the decoded values, in their order.
    ///
    /// `[UNAVAILABLE]` and `[TEMPUNAVAIL]` stand for values that are not known.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.0
            .split(' ')
            .filter_map(|one| one.split_once('='))
            .map(|(name, value)| (name, decode(value).unwrap_or_default()))
    }

    /// The decoded value of an attribute, whose name may be in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Adds an attribute. Its value may be any text.
    ///
    /// # Errors
    ///
    /// A name with characters other than letters, digits and hyphens.
    pub fn push(&mut self, name: &str, value: &str) -> Result<(), ParseError> {
        if !syntax::is_keyword(name.as_bytes()) {
            return Err(ParseError::new(0, "the name of an attribute"));
        }
        let text = self.0.to_mut();
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(name);
        text.push('=');
        for byte in value.bytes() {
            match byte {
                0x21..=0x7E if !matches!(byte, b'+' | b'=') => text.push(char::from(byte)),
                _ => {
                    use fmt::Write as _;
                    let _ = write!(text, "+{byte:02X}");
                }
            }
        }
        Ok(())
    }

    /// The same attributes, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Attributes<'static> {
        Attributes(Cow::Owned(self.0.into_owned()))
    }
}

/// Unlike in parameters any octets are possible, so long as they are UTF-8.
fn decode(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains('+') {
        return Some(Cow::Borrowed(value));
    }
    let mut octets = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'+' {
            octets.push(byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        rest = after;
        let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
        octets.push(u8::try_from(digit(0)? << 4 | digit(1)?).ok()?);
    }
    String::from_utf8(octets).ok().map(Cow::Owned)
}

impl<'a> TryFrom<&'a str> for Attributes<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        let mut at = 0_usize;
        for one in text.split(' ').map(|one| one.trim_end_matches('\t')) {
            let start = at;
            at = at.saturating_add(one.len()).saturating_add(1);
            if one.is_empty() && !text.is_empty() {
                continue;
            }
            let Some((name, value)) = one.split_once('=') else {
                return Err(ParseError::new(start, "an attribute with a value"));
            };
            if !syntax::is_keyword(name.as_bytes()) {
                return Err(ParseError::new(start, "the name of an attribute"));
            }
            let good = |b: u8| syntax::is_value(b) && b != b'=';
            if !value.bytes().all(good) || decode(value).is_none() {
                let value = start.saturating_add(name.len()).saturating_add(1);
                return Err(ParseError::new(value, "the value of an attribute"));
            }
        }
        Ok(Self(Cow::Borrowed(text)))
    }
}

impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let attributes = Attributes::try_from("NAME=+5BX+5D  PROTO=ESMTP IDENT=").unwrap();
        let all: Vec<_> =
            attributes.iter().map(|(name, value)| (name, value.into_owned())).collect();
        let expected = [("NAME", "[X]"), ("PROTO", "ESMTP"), ("IDENT", "")];
        assert!(all.iter().map(|(name, value)| (*name, value.as_str())).eq(expected));
        for bad in ["", "A", "=a", "A=b=c", "A=+", "A=+0", "A=+GG", "A=+FF", "A=b\r", "A=\x01"] {
            assert!(Attributes::try_from(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn any_value_comes_back() {
        for value in ["", "a b", "+=", "\r\n\0", "é用", "[UNAVAILABLE]"] {
            let mut attributes = Attributes::default();
            attributes.push("X", value).unwrap();
            attributes.push("Y-1", value).unwrap();
            let again = Attributes::try_from(attributes.as_str()).unwrap();
            assert_eq!(again.get("y-1").as_deref(), Some(value));
            assert_eq!(again, attributes);
        }
        assert!(Attributes::default().push("A B", "x").is_err());
    }
}
