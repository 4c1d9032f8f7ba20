use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use crate::sasl;
use crate::syntax;
use crate::text::checked_text;
use crate::{ParseError, Secret, Text, Timestamp};

/// The first line of an answer.
///
/// ```abnf
/// single-line  = status [SP text] CRLF
/// status       = "+OK" / "-ERR"
/// continue-req = "+" SP [base64] CRLF
/// ```
///
/// [RFC 2449, section 3](https://www.rfc-editor.org/rfc/rfc2449#section-3),
/// [RFC 5034, section 5](https://www.rfc-editor.org/rfc/rfc5034#section-5)
///
/// # Example
///
/// ```
/// use pop3_proto::{Reply, ResponseCode};
///
/// let reply = Reply::parse(b"-ERR [IN-USE] Do you have another POP session running?")?;
/// assert!(!reply.is_ok());
/// assert_eq!(reply.code(), Some(ResponseCode::InUse));
/// assert_eq!(reply.message(), "Do you have another POP session running?");
///
/// let mut line = Vec::new();
/// Reply::err("maildrop already locked").with_code(&ResponseCode::InUse).encode(&mut line);
/// assert_eq!(line, b"-ERR [IN-USE] maildrop already locked\r\n");
/// # Ok::<(), pop3_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply<'a> {
    /// `+OK`, with all of its text.
    Ok(Text<'a>),
    /// `-ERR`, with all of its text, the response code included.
    Err(Text<'a>),
    /// `+ ` and a challenge of a SASL mechanism.
    Challenge(Secret<'a>),
}

impl<'a> Reply<'a> {
    /// `+OK` with a text; CR, LF and NUL in it become spaces.
    #[must_use]
    pub fn ok(text: &'a str) -> Self {
        Self::Ok(Text::lossy(text))
    }

    /// `-ERR` with a text; CR, LF and NUL in it become spaces.
    #[must_use]
    pub fn err(text: &'a str) -> Self {
        Self::Err(Text::lossy(text))
    }

    /// A challenge of a SASL mechanism.
    #[must_use]
    pub fn challenge(octets: &'a [u8]) -> Self {
        Self::Challenge(Secret::from_octets(octets))
    }

    /// The greeting of a server. With a timestamp the server offers APOP.
    ///
    /// # Example
    ///
    /// ```
    /// use pop3_proto::{Reply, Timestamp};
    ///
    /// let timestamp = Timestamp::try_from("<1896.697170952@dbc.mtview.ca.us>")?;
    /// let mut line = Vec::new();
    /// Reply::greeting("POP3 server ready", Some(&timestamp)).encode(&mut line);
    /// assert_eq!(line, b"+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n");
    /// # Ok::<(), pop3_proto::ParseError>(())
    /// ```
    #[must_use]
    pub fn greeting(text: &'a str, timestamp: Option<&Timestamp<'_>>) -> Self {
        let text = Text::lossy(text);
        let Some(timestamp) = timestamp else { return Self::Ok(text) };
        let mut octets = text.as_bytes().to_vec();
        if !octets.is_empty() {
            octets.push(b' ');
        }
        octets.extend_from_slice(timestamp.as_str().as_bytes());
        Self::Ok(Text::checked_owned(octets))
    }

    /// The same with a response code before the text; a challenge has none and stays as it is.
    #[must_use]
    pub fn with_code(self, code: &ResponseCode<'_>) -> Reply<'static> {
        let prefix = |text: &Text<'_>| {
            let mut octets = Vec::new();
            octets.push(b'[');
            octets.extend_from_slice(code.as_str().as_bytes());
            octets.push(b']');
            if !text.as_bytes().is_empty() {
                octets.push(b' ');
                octets.extend_from_slice(text.as_bytes());
            }
            Text::checked_owned(octets)
        };
        match self {
            Self::Ok(text) => Reply::Ok(prefix(&text)),
            Self::Err(text) => Reply::Err(prefix(&text)),
            Self::Challenge(octets) => Reply::Challenge(octets.into_owned()),
        }
    }

    /// Parses a line without its CRLF. The status indicator is taken in any case.
    ///
    /// # Errors
    ///
    /// No status indicator, or a challenge that is no base64.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        let (status, at) = status(line)?;
        let text = line.get(at..).unwrap_or_default();
        let parsed = match status {
            Status::Ok => Text::try_from(text).map(Self::Ok),
            Status::Err => Text::try_from(text).map(Self::Err),
            Status::Challenge => sasl::decode_base64(text, 0)
                .map(|octets| Self::Challenge(Secret::from_octets(octets))),
        };
        parsed.map_err(|e| ParseError::new(at.saturating_add(e.offset), e.expected))
    }

    /// Appends the line with its CRLF.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let (status, text) = match self {
            Self::Ok(text) => ("+OK", text.as_bytes()),
            Self::Err(text) => ("-ERR", text.as_bytes()),
            Self::Challenge(octets) => {
                out.extend_from_slice(b"+ ");
                sasl::encode_base64(octets.expose(), out);
                out.extend_from_slice(b"\r\n");
                return;
            }
        };
        out.extend_from_slice(status.as_bytes());
        if !text.is_empty() {
            out.push(b' ');
            out.extend_from_slice(text);
        }
        out.extend_from_slice(b"\r\n");
    }

    /// Whether it is `+OK`.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        matches!(self, Self::Ok(_))
    }

    /// All of the text after the status indicator; empty for a challenge.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        match self {
            Self::Ok(text) | Self::Err(text) => text.as_bytes(),
            Self::Challenge(_) => b"",
        }
    }

    /// The response code at the beginning of the text.
    #[must_use]
    pub fn code(&self) -> Option<ResponseCode<'_>> {
        ResponseCode::split(self.text()).map(|(code, _)| code)
    }

    /// The text for people: without the response code, with U+FFFD for what is not UTF-8.
    #[must_use]
    pub fn message(&self) -> Cow<'_, str> {
        let text = self.text();
        let rest = ResponseCode::split(text).map_or(text, |(_, rest)| rest);
        alloc::string::String::from_utf8_lossy(rest)
    }

    /// The same reply, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Reply<'static> {
        match self {
            Self::Ok(text) => Reply::Ok(text.into_owned()),
            Self::Err(text) => Reply::Err(text.into_owned()),
            Self::Challenge(octets) => Reply::Challenge(octets.into_owned()),
        }
    }
}

/// What a line begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Ok,
    Err,
    Challenge,
}

/// The status indicator of a line, and where its text begins.
pub(crate) fn status(line: &[u8]) -> Result<(Status, usize), ParseError> {
    let starts = |prefix: &[u8]| {
        line.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let (status, len) = match line.first() {
        Some(b'+') if starts(b"+OK") => (Status::Ok, 3),
        Some(b'-') if starts(b"-ERR") => (Status::Err, 4),
        Some(b'+') => (Status::Challenge, 1),
        _ => return Err(ParseError::new(0, "a status indicator")),
    };
    match line.get(len) {
        None => Ok((status, len)),
        Some(b' ' | b'\t') => Ok((status, len.saturating_add(1))),
        Some(_) => Err(ParseError::new(len, "a space")),
    }
}

/// The greeting of a server, whose text may follow the status without a space.
///
/// ```abnf
/// greeting = "+OK" [resp-code] *gchar [timestamp] *gchar CRLF
/// ```
///
/// [RFC 2449, section 3](https://www.rfc-editor.org/rfc/rfc2449#section-3)
pub(crate) fn greeting(line: &[u8]) -> Result<(Status, usize), ParseError> {
    match status(line) {
        Err(error) if error.offset == 3 => Ok((Status::Ok, 3)),
        Ok((Status::Challenge, _)) => Err(ParseError::new(1, "a greeting")),
        other => other,
    }
}

checked_text! {
    /// A response code as text, without the brackets.
    ///
    /// ```abnf
    /// resp-code  = "[" resp-level *("/" resp-level) "]"
    /// resp-level = 1*rchar
    /// rchar      = %x21-2E / %x30-5C / %x5E-7F
    /// ```
    ///
    /// [RFC 2449, section 3](https://www.rfc-editor.org/rfc/rfc2449#section-3)
    CodeText, check_code
}

fn check_code(text: &str) -> Result<(), ParseError> {
    let bytes = text.as_bytes();
    if let Some(at) = bytes.iter().position(|&b| !(0x21..=0x7E).contains(&b) || b == b']') {
        return Err(ParseError::new(at, "a character of a response code"));
    }
    if text.split('/').any(str::is_empty) {
        return Err(ParseError::new(0, "a level of a response code"));
    }
    Ok(())
}

/// What an answer is about, for programs.
///
/// Case is ignored, and so is detail below the levels known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseCode<'a> {
    /// `IN-USE`: login was right, somebody else has the maildrop
    /// ([RFC 2449, section 8.1.2](https://www.rfc-editor.org/rfc/rfc2449#section-8.1.2)).
    InUse,
    /// `LOGIN-DELAY`: too soon after the last login
    /// ([RFC 2449, section 8.1.1](https://www.rfc-editor.org/rfc/rfc2449#section-8.1.1)).
    LoginDelay,
    /// `SYS/TEMP`: a trouble that goes away
    /// ([RFC 3206, section 4](https://www.rfc-editor.org/rfc/rfc3206#section-4)).
    SysTemp,
    /// `SYS/PERM`: a trouble that somebody has to see to
    /// ([RFC 3206, section 4](https://www.rfc-editor.org/rfc/rfc3206#section-4)).
    SysPerm,
    /// `AUTH`: the credentials are the trouble
    /// ([RFC 3206, section 5](https://www.rfc-editor.org/rfc/rfc3206#section-5)).
    Auth,
    /// `UTF8`: the message needs the UTF8 command
    /// ([RFC 6856, section 5](https://www.rfc-editor.org/rfc/rfc6856#section-5)).
    Utf8,
    /// Any other, such as `REFERRAL/...`.
    Other(CodeText<'a>),
}

impl<'a> ResponseCode<'a> {
    /// The code without its brackets, in capitals if it is a known one.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::InUse => "IN-USE",
            Self::LoginDelay => "LOGIN-DELAY",
            Self::SysTemp => "SYS/TEMP",
            Self::SysPerm => "SYS/PERM",
            Self::Auth => "AUTH",
            Self::Utf8 => "UTF8",
            Self::Other(text) => text.as_str(),
        }
    }

    /// Parses a code without its brackets.
    ///
    /// # Errors
    ///
    /// A level without characters, or characters that no code has.
    ///
    /// # Example
    ///
    /// ```
    /// use pop3_proto::ResponseCode;
    ///
    /// assert_eq!(ResponseCode::parse(b"sys/temp/disk")?, ResponseCode::SysTemp);
    /// assert_eq!(ResponseCode::parse(b"REFERRAL/x")?.as_str(), "REFERRAL/x");
    /// # Ok::<(), pop3_proto::ParseError>(())
    /// ```
    pub fn parse(text: &'a [u8]) -> Result<Self, ParseError> {
        let text = CodeText::try_from(text)?;
        let mut levels = text.as_str().split('/');
        let is = |level: Option<&str>, name: &str| {
            level.is_some_and(|level| level.eq_ignore_ascii_case(name))
        };
        let first = levels.next();
        let known = [
            ("IN-USE", Self::InUse),
            ("LOGIN-DELAY", Self::LoginDelay),
            ("AUTH", Self::Auth),
            ("UTF8", Self::Utf8),
        ];
        for (name, code) in known {
            if is(first, name) {
                return Ok(code);
            }
        }
        if is(first, "SYS") {
            let second = levels.next();
            if is(second, "TEMP") {
                return Ok(Self::SysTemp);
            }
            if is(second, "PERM") {
                return Ok(Self::SysPerm);
            }
        }
        Ok(Self::Other(text))
    }

    /// The code that a text begins with, and the rest of it.
    fn split(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let inner = text.strip_prefix(b"[")?;
        let (code, rest) = inner.split_at_checked(memchr::memchr(b']', inner)?)?;
        let code = Self::parse(code).ok()?;
        Some((code, syntax::skip_spaces(rest.get(1..)?)))
    }

    /// The same code, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> ResponseCode<'static> {
        match self {
            Self::InUse => ResponseCode::InUse,
            Self::LoginDelay => ResponseCode::LoginDelay,
            Self::SysTemp => ResponseCode::SysTemp,
            Self::SysPerm => ResponseCode::SysPerm,
            Self::Auth => ResponseCode::Auth,
            Self::Utf8 => ResponseCode::Utf8,
            Self::Other(text) => ResponseCode::Other(text.into_owned()),
        }
    }
}

impl fmt::Display for ResponseCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_parsed_is_encoded_again() {
        let lines: &[&[u8]] = &[
            b"+OK",
            b"-ERR",
            b"+OK 2 320",
            b"-ERR [IN-USE] busy",
            b"-ERR [",
            b"-ERR [x",
            b"+OK  two spaces",
            b"+OK \xff\xfe",
            b"+ ",
            b"+ YWJj",
        ];
        for line in lines {
            let reply = Reply::parse(line).unwrap();
            let mut again = Vec::new();
            reply.encode(&mut again);
            assert_eq!(again.strip_suffix(b"\r\n"), Some(*line));
            assert_eq!(reply.clone().into_owned(), reply);
        }
    }

    #[test]
    fn what_is_no_reply() {
        for line in
            [&b""[..], b".", b"OK", b"+OKAY", b"-ERRor", b"220 hi", b"+!", b"+ a", b"+OK \0"]
        {
            assert!(Reply::parse(line).is_err(), "{line:?}");
        }
        assert_eq!(Reply::parse(b"+ok x").unwrap(), Reply::ok("x"));
        assert_eq!(Reply::parse(b"+").unwrap(), Reply::challenge(b""));
    }

    #[test]
    fn greetings_need_no_space() {
        assert_eq!(greeting(b"+OK[x]"), Ok((Status::Ok, 3)));
        assert_eq!(greeting(b"+OK hi"), Ok((Status::Ok, 4)));
        assert_eq!(greeting(b"-ERR no"), Ok((Status::Err, 5)));
        assert!(greeting(b"+ ").is_err());
        assert!(greeting(b"* OK").is_err());
    }

    #[test]
    fn codes() {
        for (text, code, message) in [
            (&b"[in-use] x"[..], Some(ResponseCode::InUse), "x"),
            (b"[IN-USE/BY-ME]x", Some(ResponseCode::InUse), "x"),
            (b"[SYS/PERM]", Some(ResponseCode::SysPerm), ""),
            (b"[SYS] x", Some(ResponseCode::Other(CodeText::try_from("SYS").unwrap())), "x"),
            (b"[]", None, "[]"),
            (b"[a//b] c", None, "[a//b] c"),
            (b"[a b] c", None, "[a b] c"),
            (b"x [AUTH]", None, "x [AUTH]"),
        ] {
            let reply = Reply::Err(Text::try_from(text).unwrap());
            assert_eq!(reply.code(), code);
            assert_eq!(reply.message(), message);
        }
    }
}
