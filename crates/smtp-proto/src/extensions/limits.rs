//! LIMITS, [RFC 9422](https://www.rfc-editor.org/rfc/rfc9422).

use crate::{CapabilityText, syntax};

/// What a server tells about its limits. What is not told is `None`.
///
/// ```abnf
/// limits-param = limit *(SP limit)
/// limit        = limit-name "=" limit-value
/// ```
///
/// [RFC 9422, section 4](https://www.rfc-editor.org/rfc/rfc9422#section-4). Names that are not
/// known, and values that are no numbers of one to six digits, count as not told; with anything
/// else in the line, all of it does.
///
/// # Example
///
/// ```
/// use smtp_proto::extensions::limits::SessionLimits;
/// use smtp_proto::CapabilityText;
///
/// let line = CapabilityText::try_from("LIMITS RCPTMAX=100 MAILMAX=5 X=y")?;
/// let limits = SessionLimits::parse(&line);
/// assert_eq!((limits.recipients, limits.mails, limits.domains), (Some(100), Some(5), None));
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SessionLimits {
    /// `MAILMAX`: mails in a session.
    pub mails: Option<u32>,
    /// `RCPTMAX`: recipients of a mail.
    pub recipients: Option<u32>,
    /// `RCPTDOMAINMAX`: domains among the recipients of a session.
    pub domains: Option<u32>,
}

impl SessionLimits {
    /// Reads the parameters of a `LIMITS` line.
    #[must_use]
    pub fn parse(line: &CapabilityText<'_>) -> Self {
        let mut limits = Self::default();
        let text = line.as_str().get(line.keyword().len()..).unwrap_or_default();
        for limit in text.split(' ').filter(|limit| !limit.is_empty()) {
            let Some((name, value)) = limit.split_once('=') else { return Self::default() };
            let in_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
            let in_value = |b: u8| matches!(b, 0x21..=0x3A | 0x3C..=0x7E);
            let good = !name.is_empty() && name.bytes().all(in_name);
            if !good || value.is_empty() || !value.bytes().all(in_value) {
                return Self::default();
            }
            let number = (value.len() <= 6 && !value.starts_with('0'))
                .then(|| syntax::number(value).and_then(|n| u32::try_from(n).ok()))
                .flatten();
            let is = |known: &str| name.eq_ignore_ascii_case(known);
            match () {
                () if is("MAILMAX") => limits.mails = number,
                () if is("RCPTMAX") => limits.recipients = number,
                () if is("RCPTDOMAINMAX") => limits.domains = number,
                () => {}
            }
        }
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let parse = |text| SessionLimits::parse(&CapabilityText::try_from(text).unwrap());
        let recipients = |text| parse(text).recipients;
        assert_eq!(recipients("LIMITS rcptmax=20"), Some(20));
        assert_eq!(recipients("LIMITS RCPTMAX=999999"), Some(999_999));
        for none in [
            "LIMITS",
            "LIMITS RCPTMAX=0",
            "LIMITS RCPTMAX=01",
            "LIMITS RCPTMAX=1000000",
            "LIMITS RCPTMAX=x",
            "LIMITS RCPTMAX=20 MAILMAX",
            "LIMITS RCPTMAX=20 MAILMAX=",
            "LIMITS RCPTMAX=20 A=b;c",
            "LIMITS RCPTMAX=20 A!=b",
        ] {
            assert_eq!(recipients(none), None, "{none}");
        }
        let mixed = parse("LIMITS MAILMAX=x RCPTMAX=7 RCPTDOMAINMAX=2");
        assert_eq!((mixed.mails, mixed.recipients, mixed.domains), (None, Some(7), Some(2)));
    }
}
