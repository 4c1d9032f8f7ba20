//! Validated values: what cannot stand on the wire cannot be built.

use crate::ParseError;
use crate::syntax::check_line;

/// A newtype over text that was checked: valid UTF-8, no CR, LF or NUL.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name<'a>(alloc::borrow::Cow<'a, str>);

        impl<'a> $name<'a> {
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

            /// Text that was checked already.
            #[allow(dead_code)] // not every value is made in this way
            pub(crate) const fn checked(text: &'a str) -> Self {
                Self(alloc::borrow::Cow::Borrowed(text))
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
                Self::try_from(crate::syntax::text(octets)?)
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

checked_text! {
    /// The argument of a command that is text: of NOOP, HELP, VRFY, EXPN, and of unknown commands.
    ///
    /// # Example
    ///
    /// ```
    /// use smtp_proto::Text;
    ///
    /// assert_eq!(Text::try_from("Smith")?.as_str(), "Smith");
    /// assert!(Text::try_from("x\r\nQUIT").is_err());
    /// # Ok::<(), smtp_proto::ParseError>(())
    /// ```
    Text, check_text
}

fn check_text(text: &str) -> Result<(), ParseError> {
    check_line(text.as_bytes())
}

checked_text! {
    /// The name of a command or of an extension that this crate does not know.
    ///
    /// Up to 64 printable characters of ASCII are taken, without spaces.
    Keyword, check_keyword
}

fn check_keyword(text: &str) -> Result<(), ParseError> {
    if text.is_empty() || text.len() > 64 {
        return Err(ParseError::new(0, "a keyword"));
    }
    match text.bytes().position(|b| !matches!(b, 0x21..=0x7E)) {
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
    /// use smtp_proto::Mechanism;
    ///
    /// let mechanism = Mechanism::try_from("plain")?;
    /// assert!(mechanism.is("PLAIN"));
    /// assert!(mechanism.is_plaintext());
    /// # Ok::<(), smtp_proto::ParseError>(())
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
