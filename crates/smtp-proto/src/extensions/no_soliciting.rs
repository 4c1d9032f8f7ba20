//! NO-SOLICITING, [RFC 3865](https://www.rfc-editor.org/rfc/rfc3865).

use crate::ParseError;
use crate::text::checked_text;

checked_text! {
    /// Classes of solicitation: the value of `SOLICIT`, and what NO-SOLICITING announces.
    ///
    /// ```abnf
    /// Solicitation-keywords = word 0*("," word) ; <= 1000 characters
    /// word                  = ALPHA 0*(wordchar)
    /// wordchar              = ("." / "-" / "_" / ":" / ALPHA / DIGIT)
    /// ```
    ///
    /// [RFC 3865, section 2.2](https://www.rfc-editor.org/rfc/rfc3865#section-2.2)
    ///
    /// # Example
    ///
    /// ```
    /// use smtp_proto::extensions::no_soliciting::Solicitation;
    ///
    /// let classes = Solicitation::try_from("org.example:ADV:ADLT,net.example:ADV")?;
    /// assert!(classes.iter().eq(["org.example:ADV:ADLT", "net.example:ADV"]));
    /// # Ok::<(), smtp_proto::ParseError>(())
    /// ```
    Solicitation, check
}

fn check(text: &str) -> Result<(), ParseError> {
    if text.len() > 1000 {
        return Err(ParseError::new(1000, "at most 1000 characters"));
    }
    let mut at = 0_usize;
    for word in text.split(',') {
        let wordchar = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':');
        if !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(ParseError::new(at, "a class of solicitation"));
        }
        if let Some(bad) = word.bytes().position(|b| !wordchar(b)) {
            return Err(ParseError::new(at.saturating_add(bad), "a letter, digit, or one of .-_:"));
        }
        at = at.saturating_add(word.len()).saturating_add(1);
    }
    Ok(())
}

impl Solicitation<'_> {
    /// The classes.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.as_str().split(',')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        assert!(Solicitation::try_from("a").is_ok());
        assert!(Solicitation::try_from("a".repeat(1000)).is_ok());
        assert!(Solicitation::try_from("a".repeat(1001)).is_err());
        for (bad, at) in [("", 0), ("a,", 2), ("1a", 0), ("a b", 1), ("a,b;c", 3)] {
            assert_eq!(Solicitation::try_from(bad).unwrap_err().offset, at, "{bad}");
        }
    }
}
