//! The trace field `Received`.
//!
//! ```abnf
//! received = "Received:" [1*received-token / CFWS] ";" date-time CRLF
//! received-token = word / angle-addr / addr-spec / domain
//! ```
//!
//! [RFC 5322, section 3.6.7](https://www.rfc-editor.org/rfc/rfc5322#section-3.6.7), with the words
//! of [RFC 5321, section 4.4](https://www.rfc-editor.org/rfc/rfc5321#section-4.4).

use alloc::borrow::Cow;

use super::lexer::skip_comment;
use super::{DateTime, FieldValue};
use crate::charset::decode_unlabelled;
use crate::{DefectKind, Problems};

/// What a `Received` field says about one hop.
///
/// The values are as they stand there, without comments; angle brackets are removed. A clause that
/// occurs twice is taken from its first place.
///
/// # Example
///
/// ```
/// use mime::header::Received;
///
/// let hop = Received::parse(b"from x.y.test (mail.y.test [192.0.2.1]) by example.net via TCP \
///     with ESMTP id ABC12345 for <mary@example.net>; 21 Nov 1997 10:05:43 -0600");
/// assert_eq!(hop.from.as_deref(), Some("x.y.test"));
/// assert_eq!(hop.from_info.as_deref(), Some("mail.y.test [192.0.2.1]"));
/// assert_eq!(hop.for_.as_deref(), Some("mary@example.net"));
/// assert_eq!(hop.date.unwrap().hour, 10);
/// assert_eq!(hop.address(), Some("192.0.2.1".parse().unwrap()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Received<'a> {
    /// The name that the sending host gave.
    pub from: Option<Cow<'a, str>>,
    /// The comment behind it: what the receiving host found out.
    pub from_info: Option<Cow<'a, str>>,
    /// The receiving host.
    pub by: Option<Cow<'a, str>>,
    /// The comment behind it.
    pub by_info: Option<Cow<'a, str>>,
    /// The link, such as `TCP`.
    pub via: Option<Cow<'a, str>>,
    /// The protocol, such as `ESMTPS`.
    pub with: Option<Cow<'a, str>>,
    /// The comment behind it, often about TLS.
    pub with_info: Option<Cow<'a, str>>,
    /// The identifier of the message on the receiving host.
    pub id: Option<Cow<'a, str>>,
    /// The recipient.
    pub for_: Option<Cow<'a, str>>,
    /// When the message was received.
    pub date: Option<DateTime>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Clause {
    None,
    From,
    By,
    Via,
    With,
    Id,
    For,
}

impl Clause {
    fn of(word: &[u8]) -> Option<Clause> {
        let mut lower = [0; 4];
        let lower = lower.get_mut(..word.len())?;
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        Some(match &*lower {
            b"from" => Clause::From,
            b"by" => Clause::By,
            b"via" => Clause::Via,
            b"with" => Clause::With,
            b"id" => Clause::Id,
            b"for" => Clause::For,
            _ => return None,
        })
    }
}

/// The value of a field, and the same as text if it is UTF-8: to be looked at once.
#[derive(Clone, Copy)]
struct Source<'a> {
    bytes: &'a [u8],
    text: Option<&'a str>,
}

impl<'a> Source<'a> {
    /// Returns a piece as text, which is `from` bytes before the end.
    fn text(self, from: usize, len: usize) -> Cow<'a, str> {
        let start = self.bytes.len().saturating_sub(from);
        match self.text.and_then(|text| text.get(start..start + len)) {
            Some(text) => Cow::Borrowed(text),
            None => decode_unlabelled(self.bytes.get(start..start + len).unwrap_or_default()),
        }
    }
}

impl<'a> Received<'a> {
    /// Reads the value of a field.
    pub fn parse(value: &'a [u8]) -> Self {
        Self::parse_with(value, &mut Problems::new())
    }

    /// Reads the value of a field and tells what is wrong with it.
    pub fn parse_with(value: &'a [u8], problems: &mut Problems) -> Self {
        let mut received = Received::default();
        let source = Source { bytes: value, text: core::str::from_utf8(value).ok() };
        let mut rest = value;
        let mut clause = Clause::None;
        let mut date = None;
        loop {
            rest = rest.trim_ascii_start();
            let Some(&byte) = rest.first() else { break };
            match byte {
                b'(' => {
                    let after = skip_comment(rest);
                    let comment = rest.get(..rest.len() - after.len()).unwrap_or_default();
                    received.comment(clause, comment, rest.len(), source);
                    rest = after;
                }
                b';' => {
                    date = rest.get(1..);
                    break;
                }
                _ => {
                    let word = word(rest);
                    clause = received.word(clause, word, rest.len(), source);
                    rest = rest.get(word.len().max(1)..).unwrap_or_default();
                }
            }
        }
        match date {
            // Some hosts put another semicolon into their comments or words.
            Some(text) => {
                received.date = DateTime::parse_with(text, problems).or_else(|| {
                    let at = memchr::memrchr(b';', text)?;
                    DateTime::parse(text.get(at + 1..)?)
                });
            }
            None => problems.add(DefectKind::InvalidValue, value.len() as u64, value.len() as u64),
        }
        received
    }

    /// Takes a word, which is `from` bytes before the end of the source.
    fn word(&mut self, clause: Clause, word: &[u8], from: usize, source: Source<'a>) -> Clause {
        let value = match clause {
            Clause::None => None,
            Clause::From => Some(&mut self.from),
            Clause::By => Some(&mut self.by),
            Clause::Via => Some(&mut self.via),
            Clause::With => Some(&mut self.with),
            Clause::Id => Some(&mut self.id),
            Clause::For => Some(&mut self.for_),
        };
        // A clause word is one only where no value is missing.
        let wants_value = value.as_ref().is_some_and(|value| value.is_none());
        if !wants_value && let Some(next) = Clause::of(word) {
            return next;
        }
        match value {
            Some(value) if value.is_none() => {
                let inner = word.strip_prefix(b"<").unwrap_or(word);
                let from = from - (word.len() - inner.len());
                let inner = inner.strip_suffix(b">").unwrap_or(inner);
                *value = Some(source.text(from, inner.len()));
                clause
            }
            _ => clause,
        }
    }

    /// Takes a comment, which is `from` bytes before the end of the source.
    fn comment(&mut self, clause: Clause, comment: &[u8], from: usize, source: Source<'a>) {
        let info = match clause {
            Clause::From => &mut self.from_info,
            Clause::By => &mut self.by_info,
            Clause::With => &mut self.with_info,
            _ => return,
        };
        if info.is_none() {
            let inner = comment.strip_prefix(b"(").unwrap_or(comment);
            let from = from - (comment.len() - inner.len());
            let inner = inner.strip_suffix(b")").unwrap_or(inner);
            *info = Some(source.text(from, inner.len()));
        }
    }

    /// Returns the network address of the sending host, if the receiving one wrote it down.
    ///
    /// ```abnf
    /// TCP-info = address-literal / ( Domain FWS address-literal )
    /// ```
    pub fn address(&self) -> Option<core::net::IpAddr> {
        let literal = |text: &str| {
            let (_, inner) = text.split_once('[')?;
            let (inner, _) = inner.split_once(']')?;
            let inner = inner.strip_prefix("IPv6:").unwrap_or(inner);
            inner.parse().ok()
        };
        self.from_info
            .as_deref()
            .and_then(literal)
            .or_else(|| self.from.as_deref().and_then(literal))
    }
}

/// What ends a word.
static STOPS: [bool; 256] = {
    let mut table = [false; 256];
    let stops = b" \t\r\n(;";
    let mut i = 0;
    while i < stops.len() {
        table[stops[i] as usize] = true;
        i += 1;
    }
    table
};

/// Returns the word at the start of `rest`: up to a blank, a comment or a semicolon, with angle
/// brackets, quotes and domain literals whole.
fn word(rest: &[u8]) -> &[u8] {
    let close = match rest.first() {
        Some(b'<') => Some(b'>'),
        Some(b'"') => Some(b'"'),
        Some(b'[') => Some(b']'),
        _ => None,
    };
    // No path is longer (RFC 5321, section 4.5.3.1.3).
    let window = rest.get(1..rest.len().min(512)).unwrap_or_default();
    let closed = close.and_then(|close| {
        let at = window.iter().position(|byte| *byte == close || matches!(byte, b'\r' | b'\n'))?;
        (window.get(at) == Some(&close)).then_some(at + 2)
    });
    let stop = |byte: &u8| STOPS[usize::from(*byte)];
    let len = closed.unwrap_or_else(|| rest.iter().position(stop).unwrap_or(rest.len()));
    rest.get(..len).unwrap_or(rest)
}

impl<'a> FieldValue<'a> for Received<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        Some(Received::parse_with(value, problems))
    }
}
