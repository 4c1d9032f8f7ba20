//! MT-PRIORITY, [RFC 6710](https://www.rfc-editor.org/rfc/rfc6710).

use core::fmt;

use crate::ParseError;

/// How urgent a mail is: the value of `MT-PRIORITY`, from -9 to 9. Higher goes first.
///
/// ```abnf
/// priority-value = (["-"] NZDIGIT) / "0"
/// ```
///
/// [RFC 6710, section 7](https://www.rfc-editor.org/rfc/rfc6710#section-7)
///
/// # Example
///
/// ```
/// use smtp_proto::extensions::mt_priority::Priority;
///
/// assert_eq!(Priority::try_from("-3")?.value(), -3);
/// assert!(Priority::try_from("10").is_err());
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Priority(i8);

impl Priority {
    /// A number from -9 to 9.
    #[must_use]
    pub const fn new(value: i8) -> Option<Self> {
        if value >= -9 && value <= 9 { Some(Self(value)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> i8 {
        self.0
    }
}

impl TryFrom<&str> for Priority {
    type Error = ParseError;

    fn try_from(text: &str) -> Result<Self, ParseError> {
        match text.as_bytes() {
            [digit @ b'0'..=b'9'] => Ok(Self((digit - b'0') as i8)),
            [b'-', digit @ b'1'..=b'9'] => Ok(Self(-((digit - b'0') as i8))),
            _ => Err(ParseError::new(0, "a number from -9 to 9")),
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn values() {
        for value in -9..=9 {
            let priority = Priority::new(value).unwrap();
            assert_eq!(Priority::try_from(&*priority.to_string()), Ok(priority));
        }
        for bad in ["", "-", "-0", "+1", "10", "-10", "1 ", "x"] {
            assert!(Priority::try_from(bad).is_err(), "{bad}");
        }
        assert_eq!((Priority::new(10), Priority::new(-10)), (None, None));
    }
}
