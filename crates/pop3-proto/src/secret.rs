use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::ParseError;
use crate::syntax;

/// Octets that no log may show: a SASL message.
///
/// Any octets are possible; they travel in base64. `Debug` prints `[redacted]`; there is no
/// `Display`.
///
/// # Example
///
/// ```
/// use pop3_proto::Secret;
///
/// let message = Secret::from_octets(b"\0tim\0tanstaaf".as_slice());
/// assert_eq!(format!("{message:?}"), "[redacted]");
/// assert_eq!(message.expose(), b"\0tim\0tanstaaf");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<'a>(Cow<'a, [u8]>);

impl<'a> Secret<'a> {
    /// Any octets.
    #[must_use]
    pub fn from_octets(octets: impl Into<Cow<'a, [u8]>>) -> Self {
        Self(octets.into())
    }

    /// The octets themselves.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The same secret, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Secret<'static> {
        Secret(Cow::Owned(self.0.into_owned()))
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The argument of PASS: one octet or more, no CR, LF or NUL. Spaces belong to it.
///
/// `Debug` prints `[redacted]`; there is no `Display`.
///
/// # Example
///
/// ```
/// use pop3_proto::Password;
///
/// let password = Password::try_from("open sesame")?;
/// assert_eq!(format!("{password:?}"), "[redacted]");
/// assert!(Password::try_from("x\r\nDELE 1").is_err());
/// # Ok::<(), pop3_proto::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Password<'a>(Cow<'a, [u8]>);

impl Password<'_> {
    /// The octets themselves.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The same password, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Password<'static> {
        Password(Cow::Owned(self.0.into_owned()))
    }

    fn check(octets: &[u8]) -> Result<(), ParseError> {
        if octets.is_empty() {
            return Err(ParseError::new(0, "a password"));
        }
        syntax::check_line(octets)
    }
}

impl fmt::Debug for Password<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<'a> TryFrom<&'a [u8]> for Password<'a> {
    type Error = ParseError;

    fn try_from(octets: &'a [u8]) -> Result<Self, ParseError> {
        Self::check(octets)?;
        Ok(Self(Cow::Borrowed(octets)))
    }
}

impl<'a> TryFrom<&'a str> for Password<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        Self::try_from(text.as_bytes())
    }
}

impl TryFrom<String> for Password<'_> {
    type Error = ParseError;

    fn try_from(text: String) -> Result<Self, ParseError> {
        Self::check(text.as_bytes())?;
        Ok(Self(Cow::Owned(Vec::from(text))))
    }
}
