//! Results of authentication.
//!
//! ```abnf
//! authres-payload = [CFWS] authserv-id [ CFWS authres-version ] ( no-result / 1*resinfo ) [CFWS]
//! resinfo    = [CFWS] ";" methodspec [ CFWS reasonspec ] [ CFWS 1*propspec ]
//! methodspec = [CFWS] method [CFWS] "=" [CFWS] result
//! propspec   = ptype [CFWS] "." [CFWS] property [CFWS] "=" pvalue
//! ```
//!
//! [RFC 8601, section 2.2](https://www.rfc-editor.org/rfc/rfc8601#section-2.2)

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::FieldValue;
use super::lexer::unescape;
use super::syntax::Cursor;
use crate::charset::decode_unlabelled;
use crate::{DefectKind, Limits, Problems};

/// The value of `Authentication-Results` or `ARC-Authentication-Results`.
///
/// Only those of one's own hosts can be believed: compare [`Self::server`].
///
/// # Example
///
/// ```
/// use mime::header::AuthenticationResults;
///
/// let results = AuthenticationResults::parse(b"example.com 1;\r\n spf=pass \
///     smtp.mailfrom=example.net; dkim=fail (bad signature) reason=\"bad key\" \
///     header.i=@mail-router.example.net").unwrap();
/// assert_eq!(results.server, "example.com");
/// assert_eq!(results.results[0].method, "spf");
/// assert_eq!(results.results[0].property("smtp", "mailfrom"), Some("example.net"));
/// assert_eq!(results.results[1].reason.as_deref(), Some("bad key"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AuthenticationResults<'a> {
    /// The host that checked: the `authserv-id`.
    pub server: Cow<'a, str>,
    /// The version; 1 if it is not given.
    pub version: u32,
    /// The instance of an ARC set (`i=1;` in front of everything).
    pub instance: Option<u32>,
    /// The results; empty for `none`.
    pub results: Vec<AuthenticationResult<'a>>,
}

/// One result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AuthenticationResult<'a> {
    /// The method, such as `dkim`.
    pub method: Cow<'a, str>,
    /// The result, such as `pass`.
    pub result: Cow<'a, str>,
    /// The reason.
    pub reason: Option<Cow<'a, str>>,
    /// What was checked: type, property and value.
    pub properties: Vec<(Cow<'a, str>, Cow<'a, str>, Cow<'a, str>)>,
}

impl AuthenticationResult<'_> {
    /// Returns the value of a property, such as `header` and `d`.
    pub fn property(&self, ptype: &str, property: &str) -> Option<&str> {
        self.properties
            .iter()
            .find(|(t, p, _)| t.eq_ignore_ascii_case(ptype) && p.eq_ignore_ascii_case(property))
            .map(|(_, _, value)| &**value)
    }
}

impl<'a> AuthenticationResults<'a> {
    /// Reads the value of a field; `None` if it names no host.
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        Self::parse_with(value, &mut Problems::new())
    }

    /// Reads the value of a field and tells what is wrong with it.
    pub fn parse_with(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        let mut reader = Reader { cursor: Cursor::new(value), left: Limits::default().parameters };
        let mut results = AuthenticationResults { version: 1, ..Self::default() };
        let mut server = reader.value();
        if server.eq_ignore_ascii_case("i") && reader.take(b'=') {
            results.instance = reader.value().parse().ok();
            reader.take(b';');
            server = reader.value();
        }
        if server.is_empty() {
            problems.add(DefectKind::InvalidValue, 0, value.len() as u64);
            return None;
        }
        results.server = server;
        if let Ok(version) = reader.value().parse() {
            results.version = version;
        }
        while !reader.cursor.is_empty() && reader.left > 0 {
            let start = reader.cursor.offset() as u64;
            if !reader.take(b';') {
                reader.skip_to_semicolon();
                problems.add(DefectKind::InvalidValue, start, reader.cursor.offset() as u64);
                continue;
            }
            match reader.result() {
                Some(result) => results.results.push(result),
                // `; none`, or a semicolon at the end.
                None => reader.skip_to_semicolon(),
            }
        }
        Some(results)
    }
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    /// Properties and results that may still be read.
    left: u16,
}

impl<'a> Reader<'a> {
    fn blanks(&mut self) {
        self.cursor.skip_blanks_and_comments();
    }

    fn take(&mut self, byte: u8) -> bool {
        self.blanks();
        let taken = self.cursor.take(byte);
        self.blanks();
        taken
    }

    /// Reads a token, a quoted string, or something that has neither blanks nor semicolons.
    fn value(&mut self) -> Cow<'a, str> {
        self.blanks();
        if self.cursor.peek() == Some(b'"') {
            let (text, _) = self.cursor.quoted();
            // A quoted local part goes on behind the quote.
            if self.cursor.peek() != Some(b'@') {
                let mut plain = Vec::new();
                unescape(text, &mut plain);
                return match text.contains(&b'\\') || text.contains(&b'\n') {
                    true => Cow::Owned(String::from_utf8_lossy(&plain).into_owned()),
                    false => decode_unlabelled(text),
                };
            }
            let rest =
                self.cursor.take_while(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b';'));
            let text = [b"\"", text, b"\"", rest].concat();
            return Cow::Owned(String::from_utf8_lossy(&text).into_owned());
        }
        let stop = |byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b';' | b'(' | b'=');
        decode_unlabelled(self.cursor.take_while(|byte| !stop(byte)))
    }

    /// Reads the value of a property, in which `=` is allowed.
    fn property_value(&mut self) -> Cow<'a, str> {
        self.blanks();
        if self.cursor.peek() == Some(b'"') {
            return self.value();
        }
        let stop = |byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b';' | b'(');
        decode_unlabelled(self.cursor.take_while(|byte| !stop(byte)))
    }

    fn result(&mut self) -> Option<AuthenticationResult<'a>> {
        self.left = self.left.saturating_sub(1);
        let method = self.value();
        if method.is_empty() || !self.take(b'=') {
            return None;
        }
        let mut result =
            AuthenticationResult { method, result: self.value(), ..Default::default() };
        loop {
            self.blanks();
            let before = self.cursor.clone();
            let name = self.value();
            if name.is_empty() || self.left == 0 || !self.take(b'=') {
                // Not a property: the caller looks for the next semicolon.
                self.cursor = before;
                return Some(result);
            }
            self.left -= 1;
            let value = self.property_value();
            if name.eq_ignore_ascii_case("reason") {
                result.reason = Some(value);
                continue;
            }
            let split = |at: usize| match &name {
                Cow::Borrowed(name) => {
                    let (ptype, property) = name.split_at_checked(at).unwrap_or((name, ""));
                    (Cow::Borrowed(ptype), Cow::Borrowed(property.trim_start_matches('.')))
                }
                Cow::Owned(name) => {
                    let (ptype, property) = name.split_at_checked(at).unwrap_or((name, ""));
                    (Cow::Owned(ptype.into()), Cow::Owned(property.trim_start_matches('.').into()))
                }
            };
            let (ptype, property) = split(name.find('.').unwrap_or(name.len()));
            result.properties.push((ptype, property, value));
        }
    }

    fn skip_to_semicolon(&mut self) {
        while let Some(byte) = self.cursor.peek() {
            match byte {
                b';' => return,
                b'(' => self.blanks(),
                b'"' => {
                    self.cursor.quoted();
                }
                _ => self.cursor.advance(1),
            }
        }
    }
}

impl<'a> FieldValue<'a> for AuthenticationResults<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        AuthenticationResults::parse_with(value, problems)
    }
}
