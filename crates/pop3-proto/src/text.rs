//! Validated values: what cannot stand on the wire cannot be built.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::ParseError;
use crate::syntax::{check_line, is_vchar};

/// A newtype over text that was checked: valid UTF-8, no CR, LF or NUL.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name<'a>(alloc::borrow::Cow<'a, str>);

        impl $name<'_> {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The same value, borrowing nothing.
            #[must_use]
            pub fn into_owned(self) -> $name<'static> {
                $name(alloc::borrow::Cow::Owned(self.0.into_owned()))
            }
        }

        impl<'a> TryFrom<&'a str> for $name<'a> {
            type Error = crate::ParseError;

            fn try_from(text: &'a str) -> Result<Self, crate::ParseError> {
                $check(text)?;
                Ok(Self(alloc::borrow::Cow::Borrowed(text)))
            }
        }

        impl TryFrom<alloc::string::String> for $name<'_> {
            type Error = crate::ParseError;

            fn try_from(text: alloc::string::String) -> Result<Self, crate::ParseError> {
                $check(&text)?;
                Ok(Self(alloc::borrow::Cow::Owned(text)))
            }
        }

        impl<'a> TryFrom<&'a [u8]> for $name<'a> {
            type Error = crate::ParseError;

            fn try_from(octets: &'a [u8]) -> Result<Self, crate::ParseError> {
                match core::str::from_utf8(octets) {
                    Ok(text) => Self::try_from(text),
                    Err(error) => Err(crate::ParseError::new(error.valid_up_to(), "UTF-8")),
                }
            }
        }

        impl core::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl core::fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use checked_text;

/// Human-readable text of a reply: any octets but CR, LF and NUL.
///
/// Servers send it in any charset; [`Text::to_str_lossy`] is for showing it.
///
/// # Example
///
/// ```
/// use pop3_proto::Text;
///
/// assert_eq!(Text::try_from("maildrop locked")?.to_str_lossy(), "maildrop locked");
/// assert!(Text::try_from("ready\r\n+OK").is_err());
/// assert_eq!(Text::lossy("two\nlines").as_bytes(), b"two lines");
/// # Ok::<(), pop3_proto::ParseError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Text<'a>(Cow<'a, [u8]>);

impl<'a> Text<'a> {
    /// Text of the program itself: CR, LF and NUL become spaces.
    #[must_use]
    pub fn lossy(text: &'a str) -> Self {
        if check_line(text.as_bytes()).is_ok() {
            return Self(Cow::Borrowed(text.as_bytes()));
        }
        let clean = |b: u8| if matches!(b, b'\r' | b'\n' | 0) { b' ' } else { b };
        Self(Cow::Owned(text.bytes().map(clean).collect()))
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, with U+FFFD for what is not UTF-8.
    #[must_use]
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The same text, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Text<'static> {
        Text(Cow::Owned(self.0.into_owned()))
    }

    /// Octets that were checked already.
    pub(crate) const fn checked(octets: &'a [u8]) -> Self {
        Self(Cow::Borrowed(octets))
    }

    pub(crate) const fn checked_owned(octets: Vec<u8>) -> Self {
        Self(Cow::Owned(octets))
    }
}

impl<'a> TryFrom<&'a [u8]> for Text<'a> {
    type Error = ParseError;

    fn try_from(octets: &'a [u8]) -> Result<Self, ParseError> {
        check_line(octets)?;
        Ok(Self(Cow::Borrowed(octets)))
    }
}

impl<'a> TryFrom<&'a str> for Text<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        Self::try_from(text.as_bytes())
    }
}

impl TryFrom<String> for Text<'_> {
    type Error = ParseError;

    fn try_from(text: String) -> Result<Self, ParseError> {
        check_line(text.as_bytes())?;
        Ok(Self(Cow::Owned(Vec::from(text))))
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_str_lossy(), f)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_str_lossy())
    }
}

checked_text! {
    /// The name of a mailbox, as USER and APOP carry it: no control characters, no space at either
    /// end.
    ///
    /// A name outside ASCII needs the UTF8 capability with USER
    /// ([RFC 6856, section 2.2](https://www.rfc-editor.org/rfc/rfc6856#section-2.2)).
    ///
    /// # Example
    ///
    /// ```
    /// use pop3_proto::Name;
    ///
    /// assert_eq!(Name::try_from("mrose")?.as_str(), "mrose");
    /// assert!(Name::try_from("mrose\r\nDELE 1").is_err());
    /// # Ok::<(), pop3_proto::ParseError>(())
    /// ```
    Name, check_name
}

fn check_name(text: &str) -> Result<(), ParseError> {
    if text.is_empty() || text.starts_with(' ') {
        return Err(ParseError::new(0, "a name"));
    }
    if text.ends_with(' ') {
        return Err(ParseError::new(text.len().saturating_sub(1), "the end of the name"));
    }
    match text.bytes().position(|b| b.is_ascii_control()) {
        Some(at) => Err(ParseError::new(at, "a character other than a control character")),
        None => Ok(()),
    }
}

checked_text! {
    /// A command keyword that this crate does not know.
    ///
    /// ```abnf
    /// keyword = 3*4VCHAR
    /// ```
    ///
    /// [RFC 2449, section 3](https://www.rfc-editor.org/rfc/rfc2449#section-3). Up to 40 characters
    /// are taken.
    Keyword, check_keyword
}

fn check_keyword(text: &str) -> Result<(), ParseError> {
    if text.is_empty() || text.len() > 40 {
        return Err(ParseError::new(0, "a keyword"));
    }
    match text.bytes().position(|b| !is_vchar(b)) {
        Some(at) => Err(ParseError::new(at, "a printable ASCII character")),
        None => Ok(()),
    }
}

checked_text! {
    /// The name of a SASL mechanism.
    ///
    /// ```abnf
    /// sasl-mech    = 1*20mech-char
    /// mech-char    = UPPER-ALPHA / DIGIT / HYPHEN / UNDERSCORE
    /// ```
    ///
    /// [RFC 4422, section 3.1](https://www.rfc-editor.org/rfc/rfc4422#section-3.1). Small letters
    /// are taken too.
    ///
    /// # Example
    ///
    /// ```
    /// use pop3_proto::Mechanism;
    ///
    /// let mechanism = Mechanism::try_from("plain")?;
    /// assert!(mechanism.is("PLAIN"));
    /// assert!(mechanism.is_plaintext());
    /// # Ok::<(), pop3_proto::ParseError>(())
    /// ```
    Mechanism, check_mechanism
}

fn check_mechanism(text: &str) -> Result<(), ParseError> {
    if text.is_empty() || text.len() > 20 {
        return Err(ParseError::new(0, "a mechanism"));
    }
    match text.bytes().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))) {
        Some(at) => Err(ParseError::new(at, "a letter, digit, hyphen or underscore")),
        None => Ok(()),
    }
}

impl Mechanism<'_> {
    /// Whether it is this one, in any case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }

    /// Whether it hands the credential itself to whoever listens: PLAIN, LOGIN, XOAUTH2,
    /// OAUTHBEARER.
    #[must_use]
    pub fn is_plaintext(&self) -> bool {
        ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"].iter().any(|name| self.is(name))
    }
}

/// The digest of APOP: MD5 over the timestamp of the greeting and the shared secret, computed by
/// the caller.
///
/// ```abnf
/// digest = 32HEXDIG ; in small letters
/// ```
///
/// [RFC 1939, section 7](https://www.rfc-editor.org/rfc/rfc1939#page-15)
///
/// # Example
///
/// ```
/// use pop3_proto::Digest;
///
/// let digest = Digest::try_from(&b"c4c9334bac560ecc979e58001b3e22fb"[..])?;
/// assert_eq!(digest.octets()[0], 0xc4);
/// assert_eq!(format!("{digest:?}"), "[redacted]");
/// # Ok::<(), pop3_proto::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 16]);

impl Digest {
    /// The 16 octets of MD5.
    #[must_use]
    pub const fn new(octets: [u8; 16]) -> Self {
        Self(octets)
    }

    /// The 16 octets of MD5.
    #[must_use]
    pub const fn octets(&self) -> &[u8; 16] {
        &self.0
    }

    pub(crate) fn encode(self, out: &mut Vec<u8>) {
        let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + (nibble - 10) };
        for octet in self.0 {
            out.push(digit(octet >> 4));
            out.push(digit(octet & 15));
        }
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl TryFrom<&[u8]> for Digest {
    type Error = ParseError;

    fn try_from(text: &[u8]) -> Result<Self, ParseError> {
        let mut octets = [0; 16];
        if text.len() != 32 {
            return Err(ParseError::new(text.len().min(32), "32 hexadecimal digits"));
        }
        for (at, (pair, octet)) in text.chunks_exact(2).zip(&mut octets).enumerate() {
            for &digit in pair {
                let value = char::from(digit).to_digit(16);
                let Some(value) = value.and_then(|v| u8::try_from(v).ok()) else {
                    return Err(ParseError::new(at.saturating_mul(2), "a hexadecimal digit"));
                };
                *octet = (*octet << 4) | value;
            }
        }
        Ok(Self(octets))
    }
}

checked_text! {
    /// The timestamp of a greeting, with its angle brackets: what APOP computes its digest over.
    ///
    /// ```abnf
    /// timestamp = "<" *VCHAR ">" ; MUST conform to RFC-822 msg-id
    /// ```
    ///
    /// [RFC 2449, section 3](https://www.rfc-editor.org/rfc/rfc2449#section-3). One without `@` is
    /// no timestamp.
    ///
    /// # Example
    ///
    /// ```
    /// use pop3_proto::Timestamp;
    ///
    /// let greeting = b"POP3 server ready <1896.697170952@dbc.mtview.ca.us> hello";
    /// let timestamp = Timestamp::find(greeting).unwrap();
    /// assert_eq!(timestamp.as_str(), "<1896.697170952@dbc.mtview.ca.us>");
    /// assert_eq!(Timestamp::find(b"ready <v1.2> <here>"), None);
    /// ```
    Timestamp, check_timestamp
}

fn check_timestamp(text: &str) -> Result<(), ParseError> {
    let Some(inner) = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) else {
        return Err(ParseError::new(0, "angle brackets"));
    };
    if let Some(at) = inner.bytes().position(|b| !is_vchar(b) || matches!(b, b'<' | b'>')) {
        return Err(ParseError::new(at.saturating_add(1), "a printable ASCII character"));
    }
    match inner.split_once('@') {
        Some((left, right)) if !left.is_empty() && !right.is_empty() => Ok(()),
        _ => Err(ParseError::new(1, "a message identifier")),
    }
}

impl<'a> Timestamp<'a> {
    /// The first timestamp in the text of a greeting, wherever it stands.
    #[must_use]
    pub fn find(text: &'a [u8]) -> Option<Self> {
        memchr::memchr_iter(b'<', text).find_map(|start| {
            let rest = text.get(start..)?;
            let next = rest.get(1..)?;
            let end = memchr::memchr2(b'>', b'<', next)?.checked_add(2)?;
            Self::try_from(rest.get(..end)?).ok()
        })
    }
}
