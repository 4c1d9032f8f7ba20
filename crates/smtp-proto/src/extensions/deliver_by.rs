//! DELIVERBY, [RFC 2852](https://www.rfc-editor.org/rfc/rfc2852).

use core::fmt;

use crate::{ParseError, syntax};

/// How long a delivery may take: the value of `BY`.
///
/// ```abnf
/// by-value = by-time ";" by-mode [by-trace]
/// by-time  = ["-" / "+"] 1*9digit
/// by-mode  = "N" / "R"
/// by-trace = "T"
/// ```
///
/// [RFC 2852, section 4](https://www.rfc-editor.org/rfc/rfc2852#section-4)
///
/// # Example
///
/// ```
/// use smtp_proto::extensions::deliver_by::{DeliverBy, Late};
///
/// let by = DeliverBy::try_from("120;RT")?;
/// assert_eq!((by.seconds(), by.late(), by.trace()), (120, Late::Return, true));
/// assert_eq!(DeliverBy::new(-5, Late::Notify, false).unwrap().to_string(), "-5;N");
/// assert!(DeliverBy::try_from("0;R").is_err());
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeliverBy {
    seconds: i32,
    late: Late,
    trace: bool,
}

/// What happens to a mail that is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Late {
    /// The sender is told, and delivery goes on.
    Notify,
    /// It goes back to its sender.
    Return,
}

impl DeliverBy {
    /// A time of at most 999 999 999 seconds in either direction; above 0 with [`Late::Return`].
    #[must_use]
    pub const fn new(seconds: i32, late: Late, trace: bool) -> Option<Self> {
        let possible = match late {
            Late::Notify => seconds >= -999_999_999,
            Late::Return => seconds > 0,
        };
        if possible && seconds <= 999_999_999 { Some(Self { seconds, late, trace }) } else { None }
    }

    /// Seconds from now; below 0 if it is late already.
    #[must_use]
    pub const fn seconds(self) -> i32 {
        self.seconds
    }

    /// What happens after that time.
    #[must_use]
    pub const fn late(self) -> Late {
        self.late
    }

    /// Whether every hop is to report that it passed the mail on.
    #[must_use]
    pub const fn trace(self) -> bool {
        self.trace
    }
}

impl TryFrom<&str> for DeliverBy {
    type Error = ParseError;

    fn try_from(text: &str) -> Result<Self, ParseError> {
        let expected = ParseError::new(0, "a time to deliver by");
        let (time, mode) = text.split_once(';').ok_or(expected)?;
        let digits = time.strip_prefix(['-', '+']).unwrap_or(time);
        let seconds = syntax::number(digits).filter(|_| digits.len() <= 9);
        let seconds = seconds.and_then(|n| i32::try_from(n).ok()).ok_or(expected)?;
        let seconds = if time.starts_with('-') { -seconds } else { seconds };
        let (late, trace) = match mode.as_bytes() {
            [b'N' | b'n'] => (Late::Notify, false),
            [b'R' | b'r'] => (Late::Return, false),
            [b'N' | b'n', b'T' | b't'] => (Late::Notify, true),
            [b'R' | b'r', b'T' | b't'] => (Late::Return, true),
            _ => return Err(ParseError::new(time.len().saturating_add(1), "N, R, NT or RT")),
        };
        Self::new(seconds, late, trace).ok_or(expected)
    }
}

impl fmt::Display for DeliverBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let late = if self.late == Late::Notify { "N" } else { "R" };
        write!(f, "{};{late}{}", self.seconds, if self.trace { "T" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn values() {
        for text in ["120;R", "-1;N", "0;NT", "999999999;RT", "-999999999;N"] {
            assert_eq!(DeliverBy::try_from(text).unwrap().to_string(), text);
        }
        assert_eq!(DeliverBy::try_from("+7;rt").unwrap().to_string(), "7;RT");
        for bad in ["", "120", "120;", ";R", "1000000000;R", "0;R", "-1;R", "1;X", "1;RTT", "--1;N"]
        {
            assert!(DeliverBy::try_from(bad).is_err(), "{bad}");
        }
        assert_eq!(DeliverBy::new(i32::MIN, Late::Notify, false), None);
    }
}
