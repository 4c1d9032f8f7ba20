//! BURL, [RFC 4468](https://www.rfc-editor.org/rfc/rfc4468).

use crate::ParseError;
use crate::text::checked_text;

checked_text! {
    /// Where the server is to fetch a part of a mail: the argument of BURL.
    ///
    /// ```abnf
    /// burl-cmd   = "BURL" SP absolute-URI [SP end-marker] CRLF
    /// end-marker = "LAST"
    /// ```
    ///
    /// [RFC 4468, section 3.2](https://www.rfc-editor.org/rfc/rfc4468#section-3.2). Only the scheme
    /// is looked at; the rest is any printable ASCII.
    ///
    /// # Example
    ///
    /// ```
    /// use smtp_proto::Command;
    ///
    /// let command = Command::parse(b"BURL imap://harry@example.com/outbox;uid=1 LAST")?;
    /// let Command::Burl { url, last: true } = &command else { panic!() };
    /// assert_eq!(url.scheme(), "imap");
    /// # Ok::<(), smtp_proto::ParseError>(())
    /// ```
    Url, check
}

fn check(text: &str) -> Result<(), ParseError> {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    let in_scheme = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    if !is_scheme || !scheme.bytes().all(in_scheme) {
        return Err(ParseError::new(0, "a URL with a scheme"));
    }
    let rest = scheme.len().saturating_add(1);
    if rest == text.len() {
        return Err(ParseError::new(rest, "what follows the scheme"));
    }
    match text.bytes().position(|b| !matches!(b, 0x21..=0x7E) || matches!(b, b'"' | b'<' | b'>')) {
        Some(at) => Err(ParseError::new(at, "a character of a URL")),
        None => Ok(()),
    }
}

impl Url<'_> {
    /// What stands before the first colon.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.as_str().split_once(':').map_or("", |(scheme, _)| scheme)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        assert!(
            Url::try_from("imap://a@b/INBOX;uid=1/;urlauth=submit+a:internal:91354a47").is_ok()
        );
        for bad in ["", "imap", ":x", "1a:b", "a:", "a:b c", "a:é", "a:\r", "a:<b>"] {
            assert!(Url::try_from(bad).is_err(), "{bad}");
        }
    }
}
