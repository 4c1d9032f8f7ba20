//! RRVS, [RFC 7293](https://www.rfc-editor.org/rfc/rfc7293).

use core::fmt;

use super::date_time::DateTime;
use crate::ParseError;

/// Since when a mailbox must have had its owner: the value of `RRVS`.
///
/// ```abnf
/// rrvs-param = "RRVS=" date-time [ ";" ( "C" / "R" ) ]
/// ```
///
/// [RFC 7293, section 3.1](https://www.rfc-editor.org/rfc/rfc7293#section-3.1)
///
/// # Example
///
/// ```
/// use smtp_proto::extensions::rrvs::ValidSince;
///
/// let value = ValidSince::try_from("2014-04-03T23:01:00Z;C")?;
/// assert_eq!(value.since.as_str(), "2014-04-03T23:01:00Z");
/// assert!(value.go_on_without_support);
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ValidSince<'a> {
    /// The point in time.
    pub since: DateTime<'a>,
    /// `C`: the mail goes on to servers without this extension. Otherwise it is rejected there.
    pub go_on_without_support: bool,
}

impl ValidSince<'_> {
    /// The same value, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> ValidSince<'static> {
        ValidSince {
            since: self.since.into_owned(),
            go_on_without_support: self.go_on_without_support,
        }
    }
}

impl<'a> TryFrom<&'a str> for ValidSince<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        let (since, action) = text.split_once(';').unwrap_or((text, "R"));
        let go_on_without_support = match action {
            "C" | "c" => true,
            "R" | "r" => false,
            _ => return Err(ParseError::new(since.len().saturating_add(1), "C or R")),
        };
        Ok(Self { since: DateTime::try_from(since)?, go_on_without_support })
    }
}

impl fmt::Display for ValidSince<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.since.fmt(f)?;
        if self.go_on_without_support { f.write_str(";C") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn values() {
        for (text, again) in [
            ("2014-04-03T23:01:00Z", "2014-04-03T23:01:00Z"),
            ("2014-04-03T23:01:00Z;r", "2014-04-03T23:01:00Z"),
            ("2014-04-03T23:01:00+01:00;C", "2014-04-03T23:01:00+01:00;C"),
        ] {
            assert_eq!(ValidSince::try_from(text).unwrap().into_owned().to_string(), again);
        }
        for bad in ["", ";C", "2014-04-03T23:01:00Z;", "2014-04-03T23:01:00Z;X", "2014-04-03"] {
            assert!(ValidSince::try_from(bad).is_err(), "{bad}");
        }
    }
}
