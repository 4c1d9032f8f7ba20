//! LANG: the language of the text in replies
//! ([RFC 6856, section 3](https://www.rfc-editor.org/rfc/rfc6856#section-3)).

use alloc::vec::Vec;

use crate::syntax;
use crate::text::checked_text;
use crate::{ParseError, Text};

checked_text! {
    /// Which language the client wants: a basic language range, or `*` for the server's choice.
    ///
    /// ```abnf
    /// language-range   = (1*8ALPHA *("-" 1*8alphanum)) / "*"
    /// ```
    ///
    /// [RFC 4647, section 2.1](https://www.rfc-editor.org/rfc/rfc4647#section-2.1)
    LanguageRange, check_range
}

fn check_range(text: &str) -> Result<(), ParseError> {
    if text == "*" { Ok(()) } else { check_tag(text) }
}

checked_text! {
    /// A language tag, such as `en` or `de-CH-1996`.
    ///
    /// The length of the subtags is not looked at.
    LanguageTag, check_tag
}

fn check_tag(text: &str) -> Result<(), ParseError> {
    if let Some(at) = text.bytes().position(|b| !(b.is_ascii_alphanumeric() || b == b'-')) {
        return Err(ParseError::new(at, "a letter, digit or hyphen"));
    }
    if text.split('-').any(str::is_empty) {
        return Err(ParseError::new(0, "a language tag"));
    }
    Ok(())
}

/// One line of the answer to LANG without an argument.
///
/// The tag, then a space and the name of the language in the language itself, in UTF-8.
///
/// # Example
///
/// ```
/// use pop3_proto::extensions::lang::LanguageListing;
///
/// let listing = LanguageListing::parse("es Español".as_bytes())?;
/// assert_eq!(listing.tag.as_str(), "es");
/// assert_eq!(listing.description.to_str_lossy(), "Español");
/// # Ok::<(), pop3_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageListing<'a> {
    /// The tag that LANG takes.
    pub tag: LanguageTag<'a>,
    /// What people call it; may be empty.
    pub description: Text<'a>,
}

impl<'a> LanguageListing<'a> {
    /// Parses a line without its CRLF.
    ///
    /// # Errors
    ///
    /// No language tag at the beginning.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        let (tag, description) = syntax::word(line);
        let at = syntax::offset(line, description);
        Ok(Self {
            tag: LanguageTag::try_from(tag)?,
            description: Text::try_from(description)
                .map_err(|e| ParseError::new(at.saturating_add(e.offset), e.expected))?,
        })
    }

    /// Appends the line with its CRLF.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.tag.as_str().as_bytes());
        if !self.description.as_bytes().is_empty() {
            out.push(b' ');
            out.extend_from_slice(self.description.as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_of_the_rfc() {
        for line in ["en English", "en-boont English Boontling dialect", "de"] {
            let listing = LanguageListing::parse(line.as_bytes()).unwrap();
            let mut out = Vec::new();
            listing.encode(&mut out);
            assert_eq!(out.strip_suffix(b"\r\n"), Some(line.as_bytes()));
        }
        for bad in [&b""[..], b" en", b"-", b"e_n", b"en \r", b"en--x"] {
            assert!(LanguageListing::parse(bad).is_err());
        }
        assert!(LanguageRange::try_from("*").is_ok());
        assert!(LanguageRange::try_from("**").is_err());
    }
}
