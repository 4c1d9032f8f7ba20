//! What a server can do: the lines of its answer to EHLO.

use alloc::vec::Vec;
use core::fmt;

use crate::text::checked_text;
use crate::{Mechanism, ParseError, Reply, syntax};

checked_text! {
    /// A line of an EHLO answer: a keyword and its parameters.
    ///
    /// ```abnf
    /// ehlo-line    = ehlo-keyword *( SP ehlo-param )
    /// ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
    /// ehlo-param   = 1*(%d33-126)
    /// ```
    ///
    /// [RFC 5321, section 4.1.1.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.1)
    ///
    /// # Example
    ///
    /// ```
    /// use smtp_proto::CapabilityText;
    ///
    /// let line = CapabilityText::try_from("X-NEW a b")?;
    /// assert_eq!(line.keyword(), "X-NEW");
    /// assert!(line.parameters().eq(["a", "b"]));
    /// # Ok::<(), smtp_proto::ParseError>(())
    /// ```
    CapabilityText, check_line
}

fn check_line(text: &str) -> Result<(), ParseError> {
    if text.is_empty() || text.starts_with(' ') {
        return Err(ParseError::new(0, "a keyword"));
    }
    match text.bytes().position(|b| b < b' ' || b == 0x7F) {
        Some(at) => Err(ParseError::new(at, "a printable character")),
        None => Ok(()),
    }
}

impl CapabilityText<'_> {
    /// The keyword, as it was written.
    #[must_use]
    pub fn keyword(&self) -> &str {
        self.0.split([' ', '=']).next().unwrap_or_default()
    }

    /// The parameters. `AUTH=LOGIN`, which old servers send, is read like `AUTH LOGIN`.
    pub fn parameters(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.split([' ', '=']).skip(1).filter(|text| !text.is_empty())
    }
}

/// An extension that a server offers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capability<'a> {
    /// `PIPELINING` ([RFC 2920](https://www.rfc-editor.org/rfc/rfc2920)).
    Pipelining,
    /// `SIZE`: the largest message in octets; `None` where no limit is told
    /// ([RFC 1870](https://www.rfc-editor.org/rfc/rfc1870)).
    Size(Option<u64>),
    /// `8BITMIME` ([RFC 6152](https://www.rfc-editor.org/rfc/rfc6152)).
    EightBitMime,
    /// `BINARYMIME` ([RFC 3030](https://www.rfc-editor.org/rfc/rfc3030)).
    BinaryMime,
    /// `CHUNKING`: BDAT ([RFC 3030](https://www.rfc-editor.org/rfc/rfc3030)).
    Chunking,
    /// `DSN` ([RFC 3461](https://www.rfc-editor.org/rfc/rfc3461)).
    Dsn,
    /// `ENHANCEDSTATUSCODES` ([RFC 2034](https://www.rfc-editor.org/rfc/rfc2034)).
    EnhancedStatusCodes,
    /// `STARTTLS` ([RFC 3207](https://www.rfc-editor.org/rfc/rfc3207)).
    StartTls,
    /// `SMTPUTF8` ([RFC 6531](https://www.rfc-editor.org/rfc/rfc6531)).
    SmtpUtf8,
    /// `REQUIRETLS` ([RFC 8689](https://www.rfc-editor.org/rfc/rfc8689)).
    RequireTls,
    /// `VRFY` ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321)).
    Vrfy,
    /// `EXPN` ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321)).
    Expn,
    /// `HELP` ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321)).
    Help,
    /// `ETRN` ([RFC 1985](https://www.rfc-editor.org/rfc/rfc1985)).
    Etrn,
    /// `AUTH`: the mechanisms, separated by spaces
    /// ([RFC 4954](https://www.rfc-editor.org/rfc/rfc4954)).
    Auth(CapabilityText<'a>),
    /// Any other, and known ones with parameters that are not theirs, as written.
    Other(CapabilityText<'a>),
}

/// The extensions without parameters.
const PLAIN: [(&str, Capability<'static>); 12] = [
    ("PIPELINING", Capability::Pipelining),
    ("8BITMIME", Capability::EightBitMime),
    ("BINARYMIME", Capability::BinaryMime),
    ("CHUNKING", Capability::Chunking),
    ("DSN", Capability::Dsn),
    ("ENHANCEDSTATUSCODES", Capability::EnhancedStatusCodes),
    ("STARTTLS", Capability::StartTls),
    ("SMTPUTF8", Capability::SmtpUtf8),
    ("REQUIRETLS", Capability::RequireTls),
    ("VRFY", Capability::Vrfy),
    ("EXPN", Capability::Expn),
    ("ETRN", Capability::Etrn),
];

impl<'a> Capability<'a> {
    /// The extension that offers these SASL mechanisms.
    ///
    /// # Errors
    ///
    /// One of them is none.
    pub fn auth(mechanisms: &[&str]) -> Result<Capability<'static>, ParseError> {
        let mut text = alloc::string::String::from("AUTH");
        for name in mechanisms {
            text.push(' ');
            text.push_str(Mechanism::try_from(*name)?.as_str());
        }
        CapabilityText::try_from(text).map(Capability::Auth)
    }

    /// Parses a line without its code and its line end.
    ///
    /// # Errors
    ///
    /// No keyword, or a control character.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        let text = CapabilityText::try_from(syntax::trim_end(line))?;
        let keyword = text.keyword();
        let bare = keyword.len() == text.0.len();
        let is = |name: &str| keyword.eq_ignore_ascii_case(name);
        if bare && let Some((_, known)) = PLAIN.iter().find(|(name, _)| is(name)) {
            return Ok(known.clone());
        }
        let mut parameters = text.parameters();
        let (first, second) = (parameters.next(), parameters.next());
        if is("SIZE") && second.is_none() {
            match first.map(syntax::number) {
                None | Some(Some(0)) => return Ok(Self::Size(None)),
                Some(Some(limit)) => return Ok(Self::Size(Some(limit))),
                Some(None) => {}
            }
        }
        drop(parameters);
        if is("HELP") && bare {
            return Ok(Self::Help);
        }
        if is("AUTH") {
            return Ok(Self::Auth(text));
        }
        Ok(Self::Other(text))
    }

    /// Appends the line.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Size(None) => out.extend_from_slice(b"SIZE"),
            Self::Size(Some(limit)) => {
                out.extend_from_slice(b"SIZE ");
                syntax::push_number(*limit, out);
            }
            _ => out.extend_from_slice(self.text().as_bytes()),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Auth(text) | Self::Other(text) => text.as_str(),
            _ => self.keyword(),
        }
    }

    /// The keyword.
    #[must_use]
    pub fn keyword(&self) -> &str {
        match self {
            Self::Size(_) => "SIZE",
            Self::Help => "HELP",
            Self::Auth(text) | Self::Other(text) => text.keyword(),
            _ => PLAIN.iter().find(|(_, plain)| plain == self).map_or("", |(name, _)| name),
        }
    }

    /// The same extension, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Capability<'static> {
        match self {
            Self::Auth(text) => Capability::Auth(text.into_owned()),
            Self::Other(text) => Capability::Other(text.into_owned()),
            Self::Size(limit) => Capability::Size(limit),
            Self::Help => Capability::Help,
            _ => {
                let known = PLAIN.iter().find(|(_, plain)| *plain == self);
                known.map_or(Capability::Help, |(_, plain)| plain.clone())
            }
        }
    }
}

/// All extensions that a server offers, in its order.
///
/// # Example
///
/// ```
/// use smtp_proto::{Capabilities, Capability, Reply};
///
/// let reply = Reply::parse(b"250-mx.example.org hi\r\n250-SIZE 1000\r\n250-AUTH PLAIN\r\n250 X-A b\r\n")?;
/// let list = Capabilities::from_reply(&reply);
/// assert_eq!(list.size(), Some(Some(1000)));
/// assert!(list.mechanisms().eq(["PLAIN"]));
/// assert!(list.has("x-a"));
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Capabilities<'a>(Vec<Capability<'a>>);

impl<'a> Capabilities<'a> {
    /// Takes the lines of a positive answer to EHLO or LHLO after the first one. Lines that cannot
    /// be read are left out.
    #[must_use]
    pub fn from_reply(reply: &Reply<'_>) -> Capabilities<'static> {
        let lines = reply.lines().skip(1);
        lines.filter_map(|line| Capability::parse(line).ok().map(Capability::into_owned)).collect()
    }

    /// Adds an extension, in place of one with the same keyword.
    pub fn push(&mut self, capability: Capability<'a>) {
        self.remove(capability.keyword());
        self.0.push(capability);
    }

    /// Takes an extension away.
    pub fn remove(&mut self, keyword: &str) {
        if self.has(keyword) {
            self.0.retain(|one| !one.keyword().eq_ignore_ascii_case(keyword));
        }
    }

    /// All of them.
    pub fn iter(&self) -> core::slice::Iter<'_, Capability<'a>> {
        self.0.iter()
    }

    /// Whether one with this keyword is there, in any case.
    #[must_use]
    pub fn has(&self, keyword: &str) -> bool {
        self.iter().any(|one| one.keyword().eq_ignore_ascii_case(keyword))
    }

    /// The limit of SIZE: `None` if the extension is not there, `Some(None)` if it has no limit.
    #[must_use]
    pub fn size(&self) -> Option<Option<u64>> {
        self.iter().find_map(|one| match one {
            Capability::Size(limit) => Some(*limit),
            _ => None,
        })
    }

    /// The SASL mechanisms, of all AUTH lines.
    pub fn mechanisms(&self) -> impl Iterator<Item = &str> {
        self.iter()
            .filter_map(|one| match one {
                Capability::Auth(text) => Some(text.parameters()),
                _ => None,
            })
            .flatten()
    }

    /// Whether this SASL mechanism is offered, in any case.
    #[must_use]
    pub fn has_mechanism(&self, name: &str) -> bool {
        self.mechanisms().any(|mechanism| mechanism.eq_ignore_ascii_case(name))
    }

    /// The same list, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Capabilities<'static> {
        self.0.into_iter().map(Capability::into_owned).collect()
    }
}

impl<'a> FromIterator<Capability<'a>> for Capabilities<'a> {
    fn from_iter<I: IntoIterator<Item = Capability<'a>>>(capabilities: I) -> Self {
        Self(capabilities.into_iter().collect())
    }
}

impl fmt::Debug for Capabilities<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (line, keyword) in [
            ("PIPELINING", "PIPELINING"),
            ("SIZE 10240000", "SIZE"),
            ("SIZE", "SIZE"),
            ("8BITMIME", "8BITMIME"),
            ("AUTH PLAIN LOGIN", "AUTH"),
            ("AUTH=LOGIN PLAIN", "AUTH"),
            ("X-EXPS GSSAPI", "X-EXPS"),
            ("SIZE 99999999999999999999999", "SIZE"),
            ("DSN x", "DSN"),
            ("LIMITS RCPTMAX=100", "LIMITS"),
            ("HELP", "HELP"),
        ] {
            let capability = Capability::parse(line.as_bytes()).unwrap();
            assert_eq!(capability.keyword(), keyword);
            let mut out = Vec::new();
            capability.encode(&mut out);
            assert_eq!(out, line.as_bytes());
            assert_eq!(capability.clone().into_owned(), capability);
        }
        assert!(Capability::parse(b"").is_err());
        assert!(Capability::parse(b"A\x01").is_err());
        let small = Capability::parse(b"pipelining").unwrap();
        assert_eq!(small, Capability::Pipelining);
    }

    #[test]
    fn old_and_new_auth_lines_count_together() {
        let unit = b"250-x\r\n250-AUTH=LOGIN PLAIN\r\n250-AUTH SCRAM-SHA-256\r\n250 SIZE 0\r\n";
        let list = Capabilities::from_reply(&Reply::parse(unit).unwrap());
        assert!(list.has_mechanism("login") && list.has_mechanism("SCRAM-SHA-256"));
        assert_eq!(list.size(), Some(None));
    }
}
