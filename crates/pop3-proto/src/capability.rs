use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::syntax;
use crate::text::checked_text;
use crate::{Mechanism, ParseError, Text};

/// One line of the answer to CAPA.
///
/// ```abnf
/// capability = capa-tag *(SP param) CRLF
/// ```
///
/// [RFC 2449, section 3](https://www.rfc-editor.org/rfc/rfc2449#section-3)
///
/// # Example
///
/// ```
/// use pop3_proto::Capability;
///
/// assert_eq!(
///     Capability::parse(b"EXPIRE 5 USER")?,
///     Capability::Expire { days: Some(5), user: true }
/// );
/// assert_eq!(Capability::parse(b"X-GOOGLE-RICO")?.tag(), "X-GOOGLE-RICO");
/// # Ok::<(), pop3_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capability<'a> {
    /// `TOP` ([RFC 2449, section 6.1](https://www.rfc-editor.org/rfc/rfc2449#section-6.1)).
    Top,
    /// `USER`: USER and PASS
    /// ([RFC 2449, section 6.2](https://www.rfc-editor.org/rfc/rfc2449#section-6.2)).
    User,
    /// `SASL`: AUTH, and its mechanisms, which may be none
    /// ([RFC 5034, section 3](https://www.rfc-editor.org/rfc/rfc5034#section-3)).
    Sasl(Mechanisms<'a>),
    /// `RESP-CODES`: text in brackets is a response code
    /// ([RFC 2449, section 6.4](https://www.rfc-editor.org/rfc/rfc2449#section-6.4)).
    RespCodes,
    /// `LOGIN-DELAY`: how long to wait between logins
    /// ([RFC 2449, section 6.5](https://www.rfc-editor.org/rfc/rfc2449#section-6.5)).
    LoginDelay {
        /// Seconds between logins.
        seconds: u64,
        /// Whether it is different for each user; CAPA after login tells.
        user: bool,
    },
    /// `PIPELINING` ([RFC 2449, section 6.6](https://www.rfc-editor.org/rfc/rfc2449#section-6.6)).
    Pipelining,
    /// `EXPIRE`: how long messages are kept
    /// ([RFC 2449, section 6.7](https://www.rfc-editor.org/rfc/rfc2449#section-6.7)).
    Expire {
        /// Days that a message is kept at least; `None` for NEVER: the server deletes none.
        days: Option<u64>,
        /// Whether it is different for each user; CAPA after login tells.
        user: bool,
    },
    /// `UIDL` ([RFC 2449, section 6.8](https://www.rfc-editor.org/rfc/rfc2449#section-6.8)).
    Uidl,
    /// `IMPLEMENTATION`: what the server is
    /// ([RFC 2449, section 6.9](https://www.rfc-editor.org/rfc/rfc2449#section-6.9)).
    Implementation(Text<'a>),
    /// `STLS` ([RFC 2595, section 4](https://www.rfc-editor.org/rfc/rfc2595#section-4)).
    Stls,
    /// `AUTH-RESP-CODE`: only errors with the code AUTH are about credentials
    /// ([RFC 3206, section 6](https://www.rfc-editor.org/rfc/rfc3206#section-6)).
    AuthRespCode,
    /// `UTF8` ([RFC 6856, section 2](https://www.rfc-editor.org/rfc/rfc6856#section-2)).
    Utf8 {
        /// Whether names and passwords may be UTF-8.
        user: bool,
    },
    /// `LANG` ([RFC 6856, section 3](https://www.rfc-editor.org/rfc/rfc6856#section-3)).
    Lang,
    /// Any other, and known ones with parameters that are not theirs, as written.
    Other {
        /// The tag.
        tag: CapaTag<'a>,
        /// What follows the space after the tag; empty if nothing does.
        parameters: Text<'a>,
    },
}

checked_text! {
    /// The tag of a capability.
    ///
    /// ```abnf
    /// capa-tag = 1*cchar
    /// cchar    = %x21-2D / %x2F-7F ; printable ASCII, excluding "."
    /// ```
    ///
    /// [RFC 2449, section 3](https://www.rfc-editor.org/rfc/rfc2449#section-3). A period is taken
    /// where it does not begin the tag.
    CapaTag, check_tag
}

fn check_tag(text: &str) -> Result<(), ParseError> {
    if text.is_empty() || text.starts_with('.') {
        return Err(ParseError::new(0, "a capability"));
    }
    match text.bytes().position(|b| !syntax::is_vchar(b)) {
        Some(at) => Err(ParseError::new(at, "a printable ASCII character")),
        None => Ok(()),
    }
}

checked_text! {
    /// The mechanisms of a SASL capability, separated by spaces.
    ///
    /// # Example
    ///
    /// ```
    /// use pop3_proto::Mechanisms;
    ///
    /// let mechanisms = Mechanisms::try_from("PLAIN SCRAM-SHA-256")?;
    /// assert!(mechanisms.contains("scram-sha-256"));
    /// assert_eq!(mechanisms.iter().count(), 2);
    /// # Ok::<(), pop3_proto::ParseError>(())
    /// ```
    Mechanisms, check_mechanisms
}

fn check_mechanisms(text: &str) -> Result<(), ParseError> {
    match text.bytes().position(|b| !(syntax::is_vchar(b) || b == b' ')) {
        Some(at) => Err(ParseError::new(at, "a mechanism")),
        None => Ok(()),
    }
}

impl Mechanisms<'_> {
    /// The mechanisms that are well-formed, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Mechanism<'_>> {
        self.as_str().split(' ').filter_map(|name| Mechanism::try_from(name).ok())
    }

    /// Whether this one is offered, in any case.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|mechanism| mechanism.is(name))
    }
}

impl<'a> Capability<'a> {
    /// Parses a line without its CRLF.
    ///
    /// # Errors
    ///
    /// No tag, or a control character.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        let (tag, rest) = syntax::word(syntax::trim_end(line));
        let tag = CapaTag::try_from(tag)?;
        let at = syntax::offset(line, rest);
        let parameters = Text::try_from(rest)
            .map_err(|e| ParseError::new(at.saturating_add(e.offset), e.expected))?;
        Ok(Self::known(tag.as_str(), rest).unwrap_or(Self::Other { tag, parameters }))
    }

    fn known(tag: &str, parameters: &'a [u8]) -> Option<Self> {
        let is = |name: &str| tag.eq_ignore_ascii_case(name);
        if is("SASL") {
            return Mechanisms::try_from(parameters).ok().map(Self::Sasl);
        }
        if is("IMPLEMENTATION") {
            return Text::try_from(parameters).ok().map(Self::Implementation);
        }
        if is("LOGIN-DELAY") {
            let (seconds, user) = value_and_user(parameters)?;
            return Some(Self::LoginDelay { seconds: plain_number(seconds)?, user });
        }
        if is("EXPIRE") {
            let (days, user) = value_and_user(parameters)?;
            let days =
                if days.eq_ignore_ascii_case(b"NEVER") { None } else { Some(plain_number(days)?) };
            return Some(Self::Expire { days, user });
        }
        if is("UTF8") {
            let user = match parameters {
                b"" => false,
                user if user.eq_ignore_ascii_case(b"USER") => true,
                _ => return None,
            };
            return Some(Self::Utf8 { user });
        }
        let without = [
            ("TOP", Self::Top),
            ("USER", Self::User),
            ("RESP-CODES", Self::RespCodes),
            ("PIPELINING", Self::Pipelining),
            ("UIDL", Self::Uidl),
            ("STLS", Self::Stls),
            ("AUTH-RESP-CODE", Self::AuthRespCode),
            ("LANG", Self::Lang),
        ];
        let found = without.into_iter().find(|(name, _)| is(name));
        found.filter(|_| parameters.is_empty()).map(|(_, capability)| capability)
    }

    /// Appends the line with its CRLF.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.tag().as_bytes());
        match self {
            Self::Sasl(mechanisms) if !mechanisms.as_str().is_empty() => {
                out.push(b' ');
                out.extend_from_slice(mechanisms.as_str().as_bytes());
            }
            Self::Implementation(text) | Self::Other { parameters: text, .. }
                if !text.as_bytes().is_empty() =>
            {
                out.push(b' ');
                out.extend_from_slice(text.as_bytes());
            }
            Self::LoginDelay { seconds, .. } => {
                out.push(b' ');
                syntax::push_number(*seconds, out);
            }
            Self::Expire { days: Some(days), .. } => {
                out.push(b' ');
                syntax::push_number(*days, out);
            }
            Self::Expire { days: None, .. } => out.extend_from_slice(b" NEVER"),
            _ => {}
        }
        if let Self::LoginDelay { user: true, .. }
        | Self::Expire { user: true, .. }
        | Self::Utf8 { user: true } = self
        {
            out.extend_from_slice(b" USER");
        }
        out.extend_from_slice(b"\r\n");
    }

    /// The tag, in capitals if it is a known one.
    #[must_use]
    pub fn tag(&self) -> &str {
        match self {
            Self::Top => "TOP",
            Self::User => "USER",
            Self::Sasl(_) => "SASL",
            Self::RespCodes => "RESP-CODES",
            Self::LoginDelay { .. } => "LOGIN-DELAY",
            Self::Pipelining => "PIPELINING",
            Self::Expire { .. } => "EXPIRE",
            Self::Uidl => "UIDL",
            Self::Implementation(_) => "IMPLEMENTATION",
            Self::Stls => "STLS",
            Self::AuthRespCode => "AUTH-RESP-CODE",
            Self::Utf8 { .. } => "UTF8",
            Self::Lang => "LANG",
            Self::Other { tag, .. } => tag.as_str(),
        }
    }

    /// The same capability, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Capability<'static> {
        match self {
            Self::Top => Capability::Top,
            Self::User => Capability::User,
            Self::Sasl(mechanisms) => Capability::Sasl(mechanisms.into_owned()),
            Self::RespCodes => Capability::RespCodes,
            Self::LoginDelay { seconds, user } => Capability::LoginDelay { seconds, user },
            Self::Pipelining => Capability::Pipelining,
            Self::Expire { days, user } => Capability::Expire { days, user },
            Self::Uidl => Capability::Uidl,
            Self::Implementation(text) => Capability::Implementation(text.into_owned()),
            Self::Stls => Capability::Stls,
            Self::AuthRespCode => Capability::AuthRespCode,
            Self::Utf8 { user } => Capability::Utf8 { user },
            Self::Lang => Capability::Lang,
            Self::Other { tag, parameters } => {
                Capability::Other { tag: tag.into_owned(), parameters: parameters.into_owned() }
            }
        }
    }
}

/// `value [SP "USER"]`
fn value_and_user(parameters: &[u8]) -> Option<(&[u8], bool)> {
    match syntax::word(parameters) {
        (value, b"") => Some((value, false)),
        (value, user) if user.eq_ignore_ascii_case(b"USER") => Some((value, true)),
        _ => None,
    }
}

fn plain_number(text: &[u8]) -> Option<u64> {
    match syntax::number(text)? {
        (value, []) => Some(value),
        _ => None,
    }
}

/// What a server offers: the answer to CAPA, in its order.
///
/// # Example
///
/// ```
/// use pop3_proto::{Capabilities, Capability};
///
/// let offered: Capabilities<'_> = [Capability::Stls, Capability::Pipelining].into_iter().collect();
/// assert!(offered.has("stls"));
/// assert!(!offered.has("UTF8"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities<'a>(Cow<'a, [Capability<'static>]>);

impl Capabilities<'static> {
    /// Adds one at the end.
    pub fn push(&mut self, capability: Capability<'static>) {
        self.0.to_mut().push(capability);
    }
}

impl Capabilities<'_> {
    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[Capability<'static>] {
        &self.0
    }

    /// All of them.
    pub fn iter(&self) -> core::slice::Iter<'_, Capability<'static>> {
        self.0.iter()
    }

    /// Whether one with this tag is there, in any case.
    #[must_use]
    pub fn has(&self, tag: &str) -> bool {
        self.0.iter().any(|capability| capability.tag().eq_ignore_ascii_case(tag))
    }

    /// The SASL mechanisms; `None` without the SASL capability.
    #[must_use]
    pub fn sasl(&self) -> Option<&Mechanisms<'static>> {
        self.0.iter().find_map(|capability| match capability {
            Capability::Sasl(mechanisms) => Some(mechanisms),
            _ => None,
        })
    }

    /// Whether names and passwords may be UTF-8.
    #[must_use]
    pub fn utf8_user(&self) -> bool {
        self.0.contains(&Capability::Utf8 { user: true })
    }

    /// The same list, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Capabilities<'static> {
        Capabilities(Cow::Owned(self.0.into_owned()))
    }

    /// The same list, borrowed.
    #[must_use]
    pub fn as_borrowed(&self) -> Capabilities<'_> {
        Capabilities(Cow::Borrowed(&self.0))
    }
}

impl FromIterator<Capability<'static>> for Capabilities<'_> {
    fn from_iter<T: IntoIterator<Item = Capability<'static>>>(capabilities: T) -> Self {
        Self(Cow::Owned(capabilities.into_iter().collect()))
    }
}

impl<'b> IntoIterator for &'b Capabilities<'_> {
    type Item = &'b Capability<'static>;
    type IntoIter = core::slice::Iter<'b, Capability<'static>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Mechanisms that may be offered before TLS: all but those that hand over the credential.
pub(crate) fn without_plaintext(mechanisms: &Mechanisms<'_>) -> Mechanisms<'static> {
    let mut kept = String::new();
    for mechanism in mechanisms.iter().filter(|mechanism| !mechanism.is_plaintext()) {
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(mechanism.as_str());
    }
    Mechanisms::try_from(kept).unwrap_or(Mechanisms(Cow::Borrowed("")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_parsed_is_encoded_again() {
        for line in [
            "TOP",
            "USER",
            "SASL",
            "SASL CRAM-MD5 KERBEROS_V4",
            "RESP-CODES",
            "LOGIN-DELAY 900",
            "LOGIN-DELAY 900 USER",
            "LOGIN-DELAY soon",
            "PIPELINING",
            "PIPELINING 7",
            "EXPIRE 60",
            "EXPIRE NEVER",
            "EXPIRE 5 USER",
            "EXPIRE 0 0",
            "UIDL",
            "IMPLEMENTATION Shlemazle-Plotz-v302 by us",
            "STLS",
            "AUTH-RESP-CODE",
            "UTF8",
            "UTF8 USER",
            "UTF8 x",
            "LANG",
            "X-GOOGLE-RICO",
            "CAPA",
            "XOIP  a",
        ] {
            let capability = Capability::parse(line.as_bytes()).unwrap();
            let mut out = Vec::new();
            capability.encode(&mut out);
            assert_eq!(out.strip_suffix(b"\r\n"), Some(line.as_bytes()));
            assert_eq!(capability.clone().into_owned(), capability);
        }
    }

    #[test]
    fn case_is_ignored() {
        assert_eq!(Capability::parse(b"pipelining "), Ok(Capability::Pipelining));
        assert_eq!(
            Capability::parse(b"expire never"),
            Ok(Capability::Expire { days: None, user: false })
        );
        for bad in [&b""[..], b" TOP", b".x", b"a\0", b"TOP \r"] {
            assert!(Capability::parse(bad).is_err());
        }
    }

    #[test]
    fn mechanisms_before_tls() {
        let all = Mechanisms::try_from("PLAIN login SCRAM-SHA-256 XOAUTH2 CRAM-MD5").unwrap();
        assert_eq!(without_plaintext(&all).as_str(), "SCRAM-SHA-256 CRAM-MD5");
        assert_eq!(without_plaintext(&Mechanisms::try_from("").unwrap()).as_str(), "");
    }
}
