//! MTRK, [RFC 3885](https://www.rfc-editor.org/rfc/rfc3885).

use crate::sasl::decode_base64;
use crate::text::checked_text;
use crate::{ParseError, syntax};

checked_text! {
    /// What lets a sender track a mail: the value of `MTRK`.
    ///
    /// ```abnf
    /// mtrk-parameter = "MTRK=" mtrk-certifier [ ":" mtrk-timeout ]
    /// mtrk-certifier = base64
    /// mtrk-timeout   = 1*9DIGIT
    /// ```
    ///
    /// [RFC 3885, section 3.1](https://www.rfc-editor.org/rfc/rfc3885#section-3.1)
    ///
    /// # Example
    ///
    /// ```
    /// use smtp_proto::extensions::tracking::Tracking;
    ///
    /// let value = Tracking::try_from("YWJj:86400")?;
    /// assert_eq!((value.certifier(), value.timeout()), ("YWJj", Some(86_400)));
    /// # Ok::<(), smtp_proto::ParseError>(())
    /// ```
    Tracking, check
}

fn check(text: &str) -> Result<(), ParseError> {
    let (certifier, timeout) = split(text);
    if certifier.is_empty() {
        return Err(ParseError::new(0, "a certifier"));
    }
    decode_base64(certifier.as_bytes(), 0)?;
    match timeout {
        Some(digits) if digits.len() > 9 || syntax::number(digits).is_none() => {
            Err(ParseError::new(certifier.len().saturating_add(1), "a number of seconds"))
        }
        _ => Ok(()),
    }
}

fn split(text: &str) -> (&str, Option<&str>) {
    text.split_once(':').map_or((text, None), |(certifier, timeout)| (certifier, Some(timeout)))
}

impl Tracking<'_> {
    /// The certifier, in base64.
    #[must_use]
    pub fn certifier(&self) -> &str {
        split(self.as_str()).0
    }

    /// Seconds for which servers are asked to know about the mail.
    #[must_use]
    pub fn timeout(&self) -> Option<u64> {
        split(self.as_str()).1.and_then(syntax::number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        assert_eq!(Tracking::try_from("YWJj").unwrap().timeout(), None);
        for bad in ["", ":1", "YWJj:", "YWJj:1234567890", "YWJj:-1", "YWJ", "Y WJ"] {
            assert!(Tracking::try_from(bad).is_err(), "{bad}");
        }
    }
}
