//! Names of hosts: domains and address literals.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::syntax::LABEL;
use crate::text::checked_text;
use crate::{ParseError, syntax};

checked_text! {
    /// A domain, or an address literal in brackets, as it was written.
    ///
    /// ```abnf
    /// Domain          = sub-domain *("." sub-domain)
    /// sub-domain      = Let-dig [Ldh-str]
    /// sub-domain      =/ U-label
    /// address-literal = "[" ( IPv4-address-literal / IPv6-address-literal /
    ///                   General-address-literal ) "]"
    /// ```
    ///
    /// [RFC 5321, section 4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2) and
    /// [section 4.1.3](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.3),
    /// [RFC 6531, section 3.3](https://www.rfc-editor.org/rfc/rfc6531#section-3.3). Underscores are
    /// taken in labels, since names with them exist.
    ///
    /// # Example
    ///
    /// ```
    /// use smtp_proto::Host;
    ///
    /// assert_eq!(Host::try_from("[IPv6:::1]")?.ip(), Some("::1".parse()?));
    /// assert_eq!(Host::try_from("mail.example.org")?.ip(), None);
    /// assert!(Host::try_from("mail..example.org").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Host, check_host
}

impl Host<'_> {
    /// Whether it is an address literal.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.0.starts_with('[')
    }

    /// The address of an IPv4 or IPv6 literal.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        let inside = self.0.strip_prefix('[')?.strip_suffix(']')?;
        match strip_ipv6_tag(inside) {
            Some(address) => address.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => inside.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        }
    }

    /// The tag and the content of a general address literal; also those of an IPv6 one.
    #[must_use]
    pub fn tagged(&self) -> Option<(&str, &str)> {
        self.0.strip_prefix('[')?.strip_suffix(']')?.split_once(':')
    }
}

fn strip_ipv6_tag(text: &str) -> Option<&str> {
    let (tag, rest) = text.split_at_checked(5)?;
    tag.eq_ignore_ascii_case("IPv6:").then_some(rest)
}

pub(crate) fn check_host(text: &str) -> Result<(), ParseError> {
    if let Some(inside) = text.strip_prefix('[') {
        return check_literal(inside)
            .map_err(|error| ParseError { offset: error.offset + 1, ..error });
    }
    check_domain(text)
}

fn check_literal(text: &str) -> Result<(), ParseError> {
    let Some(inside) = text.strip_suffix(']') else {
        return Err(ParseError::new(text.len(), "a closing bracket"));
    };
    if let Some(address) = strip_ipv6_tag(inside) {
        return match address.parse::<Ipv6Addr>() {
            Ok(_) => Ok(()),
            Err(_) => Err(ParseError::new(5, "an IPv6 address")),
        };
    }
    // General-address-literal = Standardized-tag ":" 1*dcontent
    if let Some((tag, content)) = inside.split_once(':') {
        let content_at = tag.len().saturating_add(1);
        if !syntax::is_keyword(tag.as_bytes()) || tag.ends_with('-') {
            return Err(ParseError::new(0, "the tag of an address literal"));
        }
        let dcontent = |b: u8| matches!(b, 0x21..=0x5A | 0x5E..=0x7E);
        return match content.bytes().position(|b| !dcontent(b)) {
            Some(at) => Err(ParseError::new(content_at.saturating_add(at), "an address")),
            None if content.is_empty() => Err(ParseError::new(content_at, "an address")),
            None => Ok(()),
        };
    }
    match inside.parse::<Ipv4Addr>() {
        Ok(_) => Ok(()),
        Err(_) => Err(ParseError::new(0, "an address")),
    }
}

/// How many octets in front are a domain; `None` if there is none, or if it does not end well.
pub(crate) fn domain(octets: &[u8]) -> Option<usize> {
    let mut len = 0;
    // Whether a label may end here, and whether one has begun.
    let (mut complete, mut begun) = (false, false);
    for &byte in octets {
        if syntax::is(byte, LABEL) {
            (complete, begun) = (true, true);
        } else if byte == b'.' && complete {
            (complete, begun) = (false, false);
        } else if byte == b'-' && begun {
            complete = false;
        } else {
            break;
        }
        len += 1;
    }
    complete.then_some(len)
}

fn check_domain(text: &str) -> Result<(), ParseError> {
    if domain(text.as_bytes()) == Some(text.len()) {
        return Ok(());
    }
    // What is wrong with it, and where.
    let mut at = 0;
    for label in text.split('.') {
        let bytes = label.as_bytes();
        let good = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | 0x80..);
        if bytes.is_empty() || bytes.first() == Some(&b'-') {
            return Err(ParseError::new(at, "a label of a domain"));
        }
        if let Some(bad) = bytes.iter().position(|b| !good(b)) {
            return Err(ParseError::new(at.saturating_add(bad), "a letter, digit or hyphen"));
        }
        if bytes.last() == Some(&b'-') {
            let end = at.saturating_add(bytes.len()).saturating_sub(1);
            return Err(ParseError::new(end, "a letter or digit"));
        }
        at = at.saturating_add(bytes.len()).saturating_add(1);
    }
    Ok(())
}

checked_text! {
    /// What a client calls itself in EHLO, HELO or LHLO.
    ///
    /// It should be a [`Host`], and [`HelloName::host`] says whether it is; clients send other
    /// things, and a server that refuses them refuses mail. Here it is any text without spaces
    /// and control characters.
    ///
    /// # Example
    ///
    /// ```
    /// use smtp_proto::HelloName;
    ///
    /// assert!(HelloName::try_from("[127.0.0.1]")?.host().is_ok());
    /// assert!(HelloName::try_from("john's-pc!")?.host().is_err());
    /// assert!(HelloName::try_from("a\r\nMAIL").is_err());
    /// # Ok::<(), smtp_proto::ParseError>(())
    /// ```
    HelloName, check_hello
}

fn check_hello(text: &str) -> Result<(), ParseError> {
    if text.is_empty() {
        return Err(ParseError::new(0, "the name of the client"));
    }
    if syntax::is_graphic(text.as_bytes()) {
        return Ok(());
    }
    match text.bytes().position(|b| b <= b' ' || b == 0x7F) {
        Some(at) => Err(ParseError::new(at, "a printable character")),
        None => Ok(()),
    }
}

impl HelloName<'_> {
    /// The same name, if it is one of a host.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn host(&self) -> Result<Host<'_>, ParseError> {
        Host::try_from(self.as_str())
    }
}

impl<'a> From<Host<'a>> for HelloName<'a> {
    fn from(host: Host<'a>) -> Self {
        Self(host.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for good in [
            "a",
            "example.org",
            "xn--bcher-kva.example",
            "bücher.example",
            "1.2.3",
            "a_b.example",
            "[127.0.0.1]",
            "[IPv6:2001:db8::1]",
            "[ipv6:::1]",
            "[X-new:a/b]",
        ] {
            assert_eq!(Host::try_from(good).unwrap().as_str(), good);
        }
        for (bad, at) in [
            ("", 0),
            (".", 0),
            ("a.", 2),
            ("a..b", 2),
            ("-a", 0),
            ("a-", 1),
            ("a b", 1),
            ("a\r\nb", 1),
            ("[127.0.0.1", 10),
            ("[300.0.0.1]", 1),
            ("[IPv6:1]", 6),
            ("[x:]", 3),
            ("[x:a]b]", 4),
        ] {
            let error = Host::try_from(bad).unwrap_err();
            assert_eq!(error.offset, at, "{bad}: {error}");
        }
    }
}
