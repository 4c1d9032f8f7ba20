//! Mailboxes and paths: who a mail is from, and who it is for.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use crate::host::{check_host, domain};
use crate::syntax::{ATEXT, is, is_atext};
use crate::{Host, ParseError, words};

/// An address: a local part and a host, as it was written.
///
/// ```abnf
/// Mailbox       = Local-part "@" ( Domain / address-literal )
/// Local-part    = Dot-string / Quoted-string
/// Dot-string    = Atom *("."  Atom)
/// Quoted-string = DQUOTE *QcontentSMTP DQUOTE
/// QcontentSMTP  = qtextSMTP / quoted-pairSMTP
/// ```
///
/// [RFC 5321, section 4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2), with UTF-8 by
/// [RFC 6531, section 3.3](https://www.rfc-editor.org/rfc/rfc6531#section-3.3). A quoted local part
/// stays quoted; [`Mailbox::unquoted`] takes the quotes away. Two addresses are equal if they are
/// written alike; what a local part means is for its host to say.
///
/// # Example
///
/// ```
/// use smtp_proto::Mailbox;
///
/// let mailbox = Mailbox::try_from(r#""Joe.\\Blow"@example.org"#)?;
/// assert_eq!(mailbox.local_part(), r#""Joe.\\Blow""#);
/// assert_eq!(mailbox.unquoted(), r"Joe.\Blow");
/// assert_eq!(mailbox.host().as_str(), "example.org");
/// assert!(Mailbox::try_from("\"a\r\nRCPT TO:<x>\"@example.org").is_err());
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mailbox<'a> {
    text: Cow<'a, str>,
    at: usize,
}

impl<'a> Mailbox<'a> {
    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`, with its quotes.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    /// What stands before the `@`, without quotes and backslashes.
    #[must_use]
    pub fn unquoted(&self) -> Cow<'_, str> {
        let local = self.local_part();
        let Some(inside) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
            return Cow::Borrowed(local);
        };
        if !inside.contains('\\') {
            return Cow::Borrowed(inside);
        }
        let mut out = String::with_capacity(inside.len());
        let mut characters = inside.chars();
        while let Some(character) = characters.next() {
            out.extend(if character == '\\' { characters.next() } else { Some(character) });
        }
        Cow::Owned(out)
    }

    /// What stands after the `@`.
    #[must_use]
    pub fn host(&self) -> Host<'_> {
        Host::checked(self.text.get(self.at.saturating_add(1)..).unwrap_or_default())
    }

    /// Whether it is ASCII. If not, it needs SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }

    /// The same address, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Mailbox<'static> {
        Mailbox { text: Cow::Owned(self.text.into_owned()), at: self.at }
    }

    fn parse(text: &'a str) -> Result<Self, ParseError> {
        let at = local_part(text)?;
        if text.as_bytes().get(at) != Some(&b'@') {
            return Err(ParseError::new(at, "@"));
        }
        let host_at = at.saturating_add(1);
        check_host(text.get(host_at..).unwrap_or_default()).map_err(|error| {
            ParseError::new(error.offset.saturating_add(host_at), error.expected)
        })?;
        Ok(Self { text: Cow::Borrowed(text), at })
    }
}

/// The mailbox in brackets that a text begins with: the lengths of its local part and of all of it,
/// if it has neither a route nor quotes nor an address literal. Nearly all are so; `(0, 0)` for any
/// other.
pub(crate) fn plain(text: &str) -> (usize, usize) {
    let Some((b'<', inside)) = text.as_bytes().split_first() else { return (0, 0) };
    let mut local = words::name(inside);
    if local == 0 || inside.get(local) != Some(&b'@') {
        match dot_string(inside) {
            Some(len) => local = len,
            None => return (0, 0),
        }
    }
    let host = inside.get(local.saturating_add(1)..).unwrap_or_default();
    let mut len = words::name(host);
    if len == 0 || host.get(len) != Some(&b'>') {
        match domain(host) {
            Some(found) if host.get(found) == Some(&b'>') => len = found,
            _ => return (0, 0),
        }
    }
    (local, local.saturating_add(1).saturating_add(len))
}

/// How long the dot-string is that stands in front of an at sign.
///
/// ```abnf
/// Dot-string = Atom *("."  Atom)
/// ```
fn dot_string(octets: &[u8]) -> Option<usize> {
    let mut complete = false;
    for (len, &byte) in octets.iter().enumerate() {
        if is(byte, ATEXT) {
            complete = true;
        } else if byte == b'.' && complete {
            complete = false;
        } else {
            return (complete && byte == b'@').then_some(len);
        }
    }
    None
}

/// How long the local part is that a text begins with.
fn local_part(text: &str) -> Result<usize, ParseError> {
    let bytes = text.as_bytes();
    if bytes.first() == Some(&b'"') {
        let mut at = 1;
        loop {
            match bytes.get(at) {
                Some(b'"') => return Ok(at.saturating_add(1)),
                Some(b'\\') if matches!(bytes.get(at.saturating_add(1)), Some(0x20..=0x7E)) => {
                    at = at.saturating_add(2);
                }
                Some(0x20..=0x5B | 0x5D..=0x7E | 0x80..) => at = at.saturating_add(1),
                _ => return Err(ParseError::new(at, "a character of a quoted string")),
            }
        }
    }
    let mut at = 0;
    loop {
        let atom = bytes.get(at..).unwrap_or_default();
        let len = atom.iter().position(|b| !is_atext(*b)).unwrap_or(atom.len());
        at = at.saturating_add(len);
        if len == 0 {
            return Err(ParseError::new(at, "a local part"));
        }
        if bytes.get(at) != Some(&b'.') {
            return Ok(at);
        }
        at = at.saturating_add(1);
    }
}

impl<'a> TryFrom<&'a str> for Mailbox<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Mailbox<'_> {
    type Error = ParseError;

    fn try_from(text: String) -> Result<Self, ParseError> {
        let at = Mailbox::parse(&text)?.at;
        Ok(Self { text: Cow::Owned(text), at })
    }
}

impl fmt::Debug for Mailbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for Mailbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An address in angle brackets, with a source route if it has one.
///
/// ```abnf
/// Path  = "<" [ A-d-l ":" ] Mailbox ">"
/// A-d-l = At-domain *( "," At-domain )
/// ```
///
/// [RFC 5321, section 4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2). The route is to
/// be ignored ([appendix C](https://www.rfc-editor.org/rfc/rfc5321#appendix-C)); it is kept as it
/// was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path<'a> {
    route: Option<Cow<'a, str>>,
    mailbox: Mailbox<'a>,
}

impl<'a> Path<'a> {
    /// The address.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox<'a> {
        &self.mailbox
    }

    /// The source route, such as `@one,@two`.
    #[must_use]
    pub fn route(&self) -> Option<&str> {
        self.route.as_deref()
    }

    /// The same path, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Path<'static> {
        Path {
            route: self.route.map(|route| Cow::Owned(route.into_owned())),
            mailbox: self.mailbox.into_owned(),
        }
    }

    /// The path to the mailbox that [`plain`] found.
    #[inline(always)] // made in its place
    pub(crate) const fn found(text: &'a str, at: usize) -> Self {
        Self { route: None, mailbox: Mailbox { text: Cow::Borrowed(text), at } }
    }

    /// Parses what stands between the brackets.
    fn parse(inside: &'a str) -> Result<Self, ParseError> {
        if !inside.starts_with('@') {
            return Ok(Self { route: None, mailbox: Mailbox::parse(inside)? });
        }
        let Some((route, mailbox)) = split_route(inside) else {
            return Err(ParseError::new(inside.len(), "a colon after the source route"));
        };
        let mut at = 0;
        for hop in route.split(',') {
            let checked = match hop.strip_prefix('@') {
                Some(host) => check_host(host),
                None => Err(ParseError::new(0, "@")),
            };
            checked.map_err(|error| {
                let inner = error.offset.saturating_add(1).saturating_add(at);
                ParseError::new(inner, error.expected)
            })?;
            at = at.saturating_add(hop.len()).saturating_add(1);
        }
        let mailbox = Mailbox::parse(mailbox)
            .map_err(|error| ParseError::new(error.offset.saturating_add(at), error.expected))?;
        Ok(Self { route: Some(Cow::Borrowed(route)), mailbox })
    }

    fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
        out.push(b'<');
        if let Some(route) = &self.route {
            out.extend_from_slice(route.as_bytes());
            out.push(b':');
        }
        out.extend_from_slice(self.mailbox.as_str().as_bytes());
        out.push(b'>');
    }
}

/// The colon after a route stands outside of brackets.
fn split_route(text: &str) -> Option<(&str, &str)> {
    let mut depth = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => depth = true,
            b']' => depth = false,
            b':' if !depth => return Some((text.get(..at)?, text.get(at.saturating_add(1)..)?)),
            b'"' => return None,
            _ => {}
        }
    }
    None
}

impl<'a> From<Mailbox<'a>> for Path<'a> {
    fn from(mailbox: Mailbox<'a>) -> Self {
        Self { route: None, mailbox }
    }
}

/// Where a mail comes from, and where reports about it go.
///
/// ```abnf
/// Reverse-path = Path / "<>"
/// ```
///
/// [RFC 5321, section 4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2)
///
/// # Example
///
/// ```
/// use smtp_proto::ReversePath;
///
/// assert_eq!(ReversePath::try_from("")?, ReversePath::Null);
/// assert_eq!(ReversePath::try_from("a@example.org")?.as_str(), "a@example.org");
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReversePath<'a> {
    /// `<>`: nowhere, as for reports themselves.
    Null,
    /// An address.
    Path(Path<'a>),
}

impl<'a> ReversePath<'a> {
    /// The address, if there is one.
    #[must_use]
    pub fn mailbox(&self) -> Option<&Mailbox<'a>> {
        match self {
            Self::Null => None,
            Self::Path(path) => Some(path.mailbox()),
        }
    }

    /// The address as text; empty if there is none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.mailbox().map_or("", Mailbox::as_str)
    }

    /// The same path, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> ReversePath<'static> {
        match self {
            Self::Null => ReversePath::Null,
            Self::Path(path) => ReversePath::Path(path.into_owned()),
        }
    }

    /// Parses a path in brackets at the beginning of a text, and gives what follows it.
    pub(crate) fn read(text: &'a str) -> Result<(Self, &'a str), ParseError> {
        let (inside, rest) = brackets(text)?;
        if inside.is_empty() {
            return Ok((Self::Null, rest));
        }
        Ok((Self::Path(path(inside)?), rest))
    }

    pub(crate) fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"<>"),
            Self::Path(path) => path.encode(out),
        }
    }
}

impl<'a> TryFrom<&'a str> for ReversePath<'a> {
    type Error = ParseError;

    /// An address without brackets; an empty text is the null path.
    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        Ok(if text.is_empty() { Self::Null } else { Self::Path(Mailbox::parse(text)?.into()) })
    }
}

impl<'a> From<Mailbox<'a>> for ReversePath<'a> {
    fn from(mailbox: Mailbox<'a>) -> Self {
        Self::Path(mailbox.into())
    }
}

/// Where a mail goes.
///
/// ```abnf
/// Forward-path = Path
/// rcpt = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path )
/// ```
///
/// [RFC 5321, section 4.1.1.3](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.3)
///
/// # Example
///
/// ```
/// use smtp_proto::ForwardPath;
///
/// assert_eq!(ForwardPath::try_from("postmaster")?, ForwardPath::Postmaster);
/// assert_eq!(ForwardPath::try_from("b@example.org")?.as_str(), "b@example.org");
/// assert!(ForwardPath::try_from("").is_err());
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ForwardPath<'a> {
    /// `<Postmaster>`: whoever runs the server.
    Postmaster,
    /// An address.
    Path(Path<'a>),
}

impl<'a> ForwardPath<'a> {
    /// The address, if there is one.
    #[must_use]
    pub fn mailbox(&self) -> Option<&Mailbox<'a>> {
        match self {
            Self::Postmaster => None,
            Self::Path(path) => Some(path.mailbox()),
        }
    }

    /// The address as text, or `Postmaster`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.mailbox().map_or("Postmaster", Mailbox::as_str)
    }

    /// The same path, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> ForwardPath<'static> {
        match self {
            Self::Postmaster => ForwardPath::Postmaster,
            Self::Path(path) => ForwardPath::Path(path.into_owned()),
        }
    }

    /// Parses a path in brackets at the beginning of a text, and gives what follows it.
    pub(crate) fn read(text: &'a str) -> Result<(Self, &'a str), ParseError> {
        let (inside, rest) = brackets(text)?;
        if inside.eq_ignore_ascii_case("postmaster") {
            return Ok((Self::Postmaster, rest));
        }
        if inside.is_empty() {
            return Err(ParseError::new(1, "an address"));
        }
        Ok((Self::Path(path(inside)?), rest))
    }

    pub(crate) fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
        match self {
            Self::Postmaster => out.extend_from_slice(b"<Postmaster>"),
            Self::Path(path) => path.encode(out),
        }
    }
}

impl<'a> TryFrom<&'a str> for ForwardPath<'a> {
    type Error = ParseError;

    /// An address without brackets, or `postmaster`.
    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        if text.eq_ignore_ascii_case("postmaster") {
            return Ok(Self::Postmaster);
        }
        Ok(Self::Path(Mailbox::parse(text)?.into()))
    }
}

impl<'a> From<Mailbox<'a>> for ForwardPath<'a> {
    fn from(mailbox: Mailbox<'a>) -> Self {
        Self::Path(mailbox.into())
    }
}

fn path(inside: &str) -> Result<Path<'_>, ParseError> {
    Path::parse(inside).map_err(|error| error.after(1))
}

/// What stands in angle brackets at the beginning, and what follows them. A closing bracket in
/// quotes or in an address literal is none.
fn brackets(text: &str) -> Result<(&str, &str), ParseError> {
    let Some(inside) = text.strip_prefix('<') else {
        return Err(ParseError::new(0, "<"));
    };
    let octets = inside.as_bytes();
    let (mut quoted, mut literal) = (false, false);
    let mut at = 0;
    while let Some(byte) = octets.get(at) {
        match byte {
            b'[' if !quoted => literal = true,
            b']' => literal = false,
            _ if literal => {}
            b'"' => quoted = !quoted,
            b'\\' if quoted => at = at.saturating_add(1),
            b'>' if !quoted => {
                let rest = inside.get(at.saturating_add(1)..).unwrap_or_default();
                return Ok((inside.get(..at).unwrap_or_default(), rest));
            }
            _ => {}
        }
        at = at.saturating_add(1);
    }
    Err(ParseError::new(text.len(), ">"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn mailboxes() {
        for (text, local, unquoted, host) in [
            ("a@b", "a", "a", "b"),
            ("a.b+c@d.example", "a.b+c", "a.b+c", "d.example"),
            ("a@[x:<>]", "a", "a", "[x:<>]"),
            ("\"a b\"@c", "\"a b\"", "a b", "c"),
            ("\"a@b\\\"\"@c", "\"a@b\\\"\"", "a@b\"", "c"),
            ("\"\"@c", "\"\"", "", "c"),
            ("a@[127.0.0.1]", "a", "a", "[127.0.0.1]"),
            ("用户@例え.jp", "用户", "用户", "例え.jp"),
        ] {
            let mailbox = Mailbox::try_from(text).unwrap();
            assert_eq!(mailbox.local_part(), local);
            assert_eq!(mailbox.unquoted(), unquoted);
            assert_eq!(mailbox.host().as_str(), host);
        }
        for (bad, at) in [
            ("", 0),
            ("a", 1),
            ("@b", 0),
            ("a@", 2),
            ("a b@c", 1),
            ("a..b@c", 2),
            (".a@c", 0),
            ("a.@c", 2),
            ("\"a@c", 4),
            ("\"a\rb\"@c", 2),
            ("\"a\\\r\"@c", 2),
            ("a@b c", 3),
            ("a@b>", 3),
        ] {
            assert_eq!(Mailbox::try_from(bad).unwrap_err().offset, at, "{bad:?}");
        }
    }

    #[test]
    fn paths() {
        let read = |text: &'static str| ForwardPath::read(text);
        let (path, rest) = read("<@one,@two:joe@three> X=1").unwrap();
        assert_eq!((path.as_str(), rest), ("joe@three", " X=1"));
        let ForwardPath::Path(inner) = &path else { panic!() };
        assert_eq!(inner.route(), Some("@one,@two"));
        let mut out = Vec::new();
        path.encode(&mut out);
        assert_eq!(out, b"<@one,@two:joe@three>");
        assert_eq!(read("<\"a>b\"@c>").unwrap().0.as_str(), "\"a>b\"@c");
        assert_eq!(read("<@[IPv6:::1]:a@b>").unwrap().0.as_str(), "a@b");
        assert_eq!(read("<POSTMASTER>").unwrap().0, ForwardPath::Postmaster);
        for bad in ["", "a@b", "<a@b", "<>", "<@one:>", "<@one,two:a@b>", "<@one>", "<@:a@b>"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert_eq!(ReversePath::read("<>").unwrap(), (ReversePath::Null, ""));
    }
}
