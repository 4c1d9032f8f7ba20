//! OBJECTID, [RFC 8474](https://www.rfc-editor.org/rfc/rfc8474).

use alloc::borrow::Cow;
use core::fmt;

use crate::own::own_by_method;
use crate::syntax::{ATOM, Cursor, Parsed};
use crate::{DeviationKind, ParseError};

/// The identifier of a mailbox, a message or a thread that stays the same for ever.
///
/// ```abnf
/// objectid = 1*255(ALPHA / DIGIT / "_" / "-")
/// ```
///
/// [RFC 8474, section 7](https://www.rfc-editor.org/rfc/rfc8474#section-7). Identifiers are compared
/// by octets.
///
/// # Example
///
/// ```
/// use imap_proto::ObjectId;
///
/// assert_eq!(ObjectId::try_from("M6d99ac3275bb4e")?.as_str(), "M6d99ac3275bb4e");
/// assert!(ObjectId::try_from("no spaces").is_err());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId<'a>(Cow<'a, str>);

impl<'a> ObjectId<'a> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same identifier, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> ObjectId<'static> {
        ObjectId(Cow::Owned(self.0.into_owned()))
    }

    /// Reads an identifier; any atom is tolerated.
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let start = c.offset();
        let text = c.take1(ATOM, "an identifier")?;
        if Self::check(text).is_err() {
            c.tolerate_at(DeviationKind::BadCharacter, start);
        }
        Ok(Self(Cow::Borrowed(text)))
    }

    fn check(text: &str) -> Result<(), ParseError> {
        let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        match text.bytes().position(|b| !good(b)) {
            None if (1..=255).contains(&text.len()) => Ok(()),
            at => Err(ParseError::new(at.unwrap_or(0), "an identifier")),
        }
    }
}

impl<'a> TryFrom<&'a str> for ObjectId<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        Self::check(text)?;
        Ok(Self(Cow::Borrowed(text)))
    }
}

impl fmt::Debug for ObjectId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ObjectId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

own_by_method!(ObjectId);
