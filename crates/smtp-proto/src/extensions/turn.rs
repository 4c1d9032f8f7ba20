//! Asking for mail that waits: ETRN, [RFC 1985](https://www.rfc-editor.org/rfc/rfc1985), and ATRN,
//! [RFC 2645](https://www.rfc-editor.org/rfc/rfc2645).

use crate::host::check_host;
use crate::text::checked_text;
use crate::{Host, ParseError, Text};

/// What ETRN asks for.
///
/// ```abnf
/// ETRN [<option character>]<node name>
/// ```
///
/// [RFC 1985, section 5](https://www.rfc-editor.org/rfc/rfc1985#section-5)
///
/// # Example
///
/// ```
/// use smtp_proto::extensions::turn::Queue;
/// use smtp_proto::{Command, Host};
///
/// let Command::Etrn(text) = Command::parse(b"ETRN @foo.com")? else { panic!() };
/// assert_eq!(Queue::parse(&text)?, Queue::Subdomains(Host::try_from("foo.com")?));
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Queue<'a> {
    /// Mail for a host.
    Host(Host<'a>),
    /// `@name`: mail for a domain and all below it
    /// ([RFC 1985, section 5.3](https://www.rfc-editor.org/rfc/rfc1985#section-5.3)).
    Subdomains(Host<'a>),
    /// `#name`: a queue, under a name that means something to the server.
    Named(&'a str),
}

impl<'a> Queue<'a> {
    /// Parses the argument of ETRN.
    ///
    /// # Errors
    ///
    /// No name of a host, or a `#` with nothing behind it.
    pub fn parse(text: &'a Text<'_>) -> Result<Self, ParseError> {
        let text = text.as_str();
        match text.split_at_checked(1) {
            Some(("@", host)) => {
                Host::try_from(host).map(Self::Subdomains).map_err(|error| error.after(1))
            }
            Some(("#", "")) => Err(ParseError::new(1, "the name of a queue")),
            Some(("#", name)) => Ok(Self::Named(name)),
            _ => Host::try_from(text).map(Self::Host),
        }
    }
}

checked_text! {
    /// The domains that ATRN asks for.
    ///
    /// ```abnf
    /// atrn = "ATRN" [SP domain *("," domain)]
    /// ```
    ///
    /// [RFC 2645, section 5.2](https://www.rfc-editor.org/rfc/rfc2645#section-5.2)
    ///
    /// # Example
    ///
    /// ```
    /// use smtp_proto::extensions::turn::Domains;
    ///
    /// let domains = Domains::try_from("example.org,example.com")?;
    /// assert!(domains.iter().eq(["example.org", "example.com"]));
    /// # Ok::<(), smtp_proto::ParseError>(())
    /// ```
    Domains, check
}

fn check(text: &str) -> Result<(), ParseError> {
    let mut at = 0_usize;
    for domain in text.split(',') {
        if domain.starts_with('[') {
            return Err(ParseError::new(at, "a domain"));
        }
        check_host(domain).map_err(|error| error.after(at))?;
        at = at.saturating_add(domain.len()).saturating_add(1);
    }
    Ok(())
}

impl Domains<'_> {
    /// The domains.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.as_str().split(',')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn etrn() {
        let text = |text| Text::try_from(text).unwrap();
        assert_eq!(Queue::parse(&text("#uucp")), Ok(Queue::Named("uucp")));
        assert!(matches!(Queue::parse(&text("a.b")), Ok(Queue::Host(_))));
        for bad in ["#", "@", "@@a", "a b", "é b"] {
            assert!(Queue::parse(&text(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn atrn() {
        for (bad, at) in [("", 0), ("a,", 2), ("a,,b", 2), ("a, b", 2), ("[1.2.3.4]", 0)] {
            assert_eq!(Domains::try_from(bad).unwrap_err().offset, at, "{bad}");
        }
    }
}
