//! Delivery status notifications, [RFC 3461](https://www.rfc-editor.org/rfc/rfc3461).

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use crate::words::{Key, key};
use crate::{ParseError, XText, syntax, xtext};

/// How much of a mail a report about it returns: the value of `RET`.
///
/// ```abnf
/// ret-value = "FULL" / "HDRS"
/// ```
///
/// [RFC 3461, section 4.3](https://www.rfc-editor.org/rfc/rfc3461#section-4.3)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Return {
    /// All of it.
    Full,
    /// The header.
    Header,
}

impl Return {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Header => "HDRS",
        }
    }
}

impl TryFrom<&str> for Return {
    type Error = ParseError;

    fn try_from(text: &str) -> Result<Self, ParseError> {
        const FULL: Key = key(b"FULL");
        const HDRS: Key = key(b"HDRS");
        match key(text.as_bytes()) {
            FULL => Ok(Self::Full),
            HDRS => Ok(Self::Header),
            _ => Err(ParseError::new(0, "FULL or HDRS")),
        }
    }
}

/// When to report about a recipient: the value of `NOTIFY`.
///
/// ```abnf
/// notify-list-element = "SUCCESS" / "FAILURE" / "DELAY"
/// notify-esmtp-value  = "NEVER" / 1#notify-list-element
/// ```
///
/// [RFC 3461, section 4.1](https://www.rfc-editor.org/rfc/rfc3461#section-4.1). With none of the
/// three it is `NEVER`.
///
/// # Example
///
/// ```
/// use smtp_proto::extensions::dsn::Notify;
///
/// let notify = Notify::try_from("success,FAILURE")?;
/// assert!(notify.success && notify.failure && !notify.delay);
/// assert_eq!(notify.to_string(), "SUCCESS,FAILURE");
/// assert!(Notify::try_from("NEVER,SUCCESS").is_err());
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Notify {
    /// When it was delivered.
    pub success: bool,
    /// When it cannot be delivered.
    pub failure: bool,
    /// When delivery is late.
    pub delay: bool,
}

impl Notify {
    /// `NEVER`.
    pub const NEVER: Self = Self { success: false, failure: false, delay: false };
}

impl TryFrom<&str> for Notify {
    type Error = ParseError;

    fn try_from(text: &str) -> Result<Self, ParseError> {
        const NEVER: Key = key(b"NEVER");
        const SUCCESS: Key = key(b"SUCCESS");
        const FAILURE: Key = key(b"FAILURE");
        const DELAY: Key = key(b"DELAY");
        let mut notify = Self::NEVER;
        for word in text.as_bytes().split(|byte| *byte == b',') {
            match key(word) {
                SUCCESS => notify.success = true,
                FAILURE => notify.failure = true,
                DELAY => notify.delay = true,
                NEVER if word.len() == text.len() => {}
                _ => {
                    let at = syntax::offset(text.as_bytes(), word);
                    return Err(ParseError::new(at, "NEVER, or SUCCESS, FAILURE and DELAY"));
                }
            }
        }
        Ok(notify)
    }
}

impl fmt::Display for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [(self.success, "SUCCESS"), (self.failure, "FAILURE"), (self.delay, "DELAY")];
        let mut separator = "";
        for (_, word) in words.iter().filter(|(set, _)| *set) {
            write!(f, "{separator}{word}")?;
            separator = ",";
        }
        if separator.is_empty() { f.write_str("NEVER") } else { Ok(()) }
    }
}

/// Which address a mail was sent to at first: the value of `ORCPT`.
///
/// ```abnf
/// original-recipient-address = addr-type ";" xtext
/// ```
///
/// [RFC 3461, section 4.2](https://www.rfc-editor.org/rfc/rfc3461#section-4.2): at most 500
/// characters. With the type
/// `utf-8` the address is not xtext but in the encoding of
/// [RFC 6533, section 3](https://www.rfc-editor.org/rfc/rfc6533#section-3), where `\x{1F600}` stands
/// for a character.
///
/// # Example
///
/// ```
/// use smtp_proto::extensions::dsn::OriginalRecipient;
///
/// let mixed = OriginalRecipient::try_from("rfc822;a+2Bb@example.org")?;
/// assert_eq!((mixed.address_type(), &*mixed.address()), ("rfc822", "a+b@example.org"));
/// let utf8 = OriginalRecipient::try_from(r"utf-8;\x{7528}@example.org")?;
/// assert_eq!(utf8.address(), "用@example.org");
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OriginalRecipient<'a>(Cow<'a, str>);

impl OriginalRecipient<'_> {
    /// The value as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What kind of address it is, mostly `rfc822`.
    #[must_use]
    pub fn address_type(&self) -> &str {
        self.0.split_once(';').map_or("", |(kind, _)| kind)
    }

    /// The address, decoded.
    #[must_use]
    pub fn address(&self) -> Cow<'_, str> {
        let Some((kind, address)) = self.0.split_once(';') else { return Cow::Borrowed("") };
        if kind.eq_ignore_ascii_case("utf-8") {
            return decode_utf8(address).unwrap_or_default();
        }
        match XText::try_from(address) {
            Ok(text) if text.as_str().contains('+') => Cow::Owned(text.decode().into_owned()),
            _ => Cow::Borrowed(address),
        }
    }

    /// The same value, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> OriginalRecipient<'static> {
        OriginalRecipient(Cow::Owned(self.0.into_owned()))
    }
}

impl OriginalRecipient<'static> {
    /// The value for an address as RFC 5321 has them.
    ///
    /// # Errors
    ///
    /// A control character.
    pub fn new(address: &str) -> Result<Self, ParseError> {
        if address.is_ascii() {
            let text = XText::encode(address)?;
            return Ok(Self(Cow::Owned(alloc::format!("rfc822;{text}"))));
        }
        use fmt::Write as _;
        let mut out = String::from("utf-8;");
        for (at, character) in address.char_indices() {
            match character {
                '\0'..='\u{1f}' | '\u{7f}' => {
                    return Err(ParseError::new(at, "a character other than a control character"));
                }
                '!'..='~' if !matches!(character, '\\' | '+' | '=') => out.push(character),
                _ => {
                    let _ = write!(out, "\\x{{{:X}}}", u32::from(character));
                }
            }
        }
        Ok(Self(Cow::Owned(out)))
    }
}

/// ```abnf
/// utf-8-addr-xtext   = 1*(QCHAR / EmbeddedUnicodeChar)
/// utf-8-addr-unitext = 1*(QUCHAR / EmbeddedUnicodeChar)
/// EmbeddedUnicodeChar = %x5C.78 "{" HEXPOINT "}"
/// ```
///
/// [RFC 6533, section 3](https://www.rfc-editor.org/rfc/rfc6533#section-3)
fn decode_utf8(text: &str) -> Result<Cow<'_, str>, ParseError> {
    let bad = |at: usize| ParseError::new(at, "an address of type utf-8");
    if let Some(at) = text.bytes().position(|b| matches!(b, 0..=0x20 | 0x7F | b'+' | b'=')) {
        return Err(bad(at));
    }
    if !text.contains('\\') {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let offset = text.len().saturating_sub(rest.len()).saturating_add(at);
        out.push_str(rest.get(..at).unwrap_or_default());
        let escape = rest.get(at..).and_then(|rest| rest.strip_prefix("\\x{"));
        let (digits, after) = escape.and_then(|rest| rest.split_once('}')).ok_or(bad(offset))?;
        let hex = (2..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let point = u32::from_str_radix(digits, 16).ok().filter(|_| hex);
        let character = point.and_then(char::from_u32).filter(|c| !c.is_control());
        out.push(character.ok_or(bad(offset))?);
        rest = after;
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

impl<'a> TryFrom<&'a str> for OriginalRecipient<'a> {
    type Error = ParseError;

    #[inline]
    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        check_recipient(text)?;
        Ok(Self(Cow::Borrowed(text)))
    }
}

fn check_recipient(text: &str) -> Result<(), ParseError> {
    let len = text.bytes().position(|byte| byte == b';').unwrap_or(text.len());
    let (kind, address) = text.split_at_checked(len).unwrap_or_default();
    let Some(address) = address.strip_prefix(';') else {
        return Err(ParseError::new(text.len(), "a semicolon after the type of the address"));
    };
    if !syntax::is_keyword(kind.as_bytes()) {
        return Err(ParseError::new(0, "the type of the address"));
    }
    let at = kind.len().saturating_add(1);
    if text.len() > 500 {
        return Err(ParseError::new(500, "at most 500 characters"));
    }
    if address.is_empty() {
        return Err(ParseError::new(at, "an address"));
    }
    if kind.eq_ignore_ascii_case("utf-8") {
        decode_utf8(address).map_err(|error| error.after(at))?;
    } else {
        xtext::check(address.as_bytes()).map_err(|error| error.after(at))?;
    }
    Ok(())
}

impl fmt::Debug for OriginalRecipient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for OriginalRecipient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn notify() {
        for text in ["NEVER", "SUCCESS", "FAILURE,DELAY", "SUCCESS,FAILURE,DELAY"] {
            assert_eq!(Notify::try_from(text).unwrap().to_string(), text);
        }
        for bad in ["", "SUCCESS,", "NEVER,DELAY", "ALWAYS"] {
            assert!(Notify::try_from(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn original_recipients() {
        for address in ["a@b.example", "a+b=c@d.example", "用户@例え.jp", "a\\b+é@c.example"] {
            let value = OriginalRecipient::new(address).unwrap();
            assert_eq!(value.address(), address);
            let again = OriginalRecipient::try_from(value.as_str()).unwrap();
            assert_eq!(again.address(), address);
        }
        for bad in [
            "",
            "rfc822",
            "rfc822;",
            ";a@b",
            "rfc822;a=b",
            "utf-8;\\x{D800}",
            "utf-8;\\x{0A}",
            "utf-8;\\y",
        ] {
            assert!(OriginalRecipient::try_from(bad).is_err(), "{bad}");
        }
        assert!(OriginalRecipient::new("a\r\nb").is_err());
    }
}
