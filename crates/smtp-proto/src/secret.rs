use alloc::borrow::Cow;
use core::fmt;

/// Octets that no log may show: a SASL message.
///
/// Any octets are possible; they travel in base64. `Debug` prints `[redacted]`; there is no
/// `Display`.
///
/// # Example
///
/// ```
/// use smtp_proto::Secret;
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
