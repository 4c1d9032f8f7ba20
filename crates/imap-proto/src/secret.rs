use alloc::borrow::Cow;
use core::fmt;

use crate::ParseError;

/// Octets that no log may show: a password, a token, a SASL response.
///
/// `Debug` prints `[redacted]`; there is no `Display`.
///
/// # Example
///
/// ```
/// use imap_proto::Secret;
///
/// let password = Secret::try_from("open sesame")?;
/// assert_eq!(format!("{password:?}"), "[redacted]");
/// assert_eq!(password.expose(), b"open sesame");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<'a>(Cow<'a, [u8]>);

impl<'a> Secret<'a> {
    /// Any octets, as SASL messages have them. NUL is possible here and in SASL only; a `LOGIN`
    /// with it is refused by servers.
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

impl<'a> TryFrom<&'a [u8]> for Secret<'a> {
    type Error = ParseError;

    fn try_from(octets: &'a [u8]) -> Result<Self, ParseError> {
        match memchr::memchr(0, octets) {
            Some(at) => Err(ParseError::new(at, "an octet other than NUL")),
            None => Ok(Self(Cow::Borrowed(octets))),
        }
    }
}

impl<'a> TryFrom<&'a str> for Secret<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        Self::try_from(text.as_bytes())
    }
}
