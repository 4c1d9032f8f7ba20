//! Message identifiers.
//!
//! ```abnf
//! message-id  = "Message-ID:" msg-id CRLF
//! in-reply-to = "In-Reply-To:" 1*msg-id CRLF
//! references  = "References:" 1*msg-id CRLF
//! msg-id      = [CFWS] "<" id-left "@" id-right ">" [CFWS]
//! ```
//!
//! [RFC 5322, section 3.6.4](https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4)

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::FieldValue;
use crate::charset::decode_unlabelled;
use crate::{DefectKind, Limits, ParseError, Problems};

/// A message identifier without its angle brackets.
///
/// Identifiers are compared byte by byte. It never contains CR, LF, NUL, blanks at its ends or
/// angle brackets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MessageId<'a>(Cow<'a, str>);

impl<'a> MessageId<'a> {
    /// Reads a value with one identifier, such as that of `Message-ID` or `Content-ID`: the first
    /// one.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::header::MessageId;
    ///
    /// let id = MessageId::parse(b" <1234@local.machine.example>").unwrap();
    /// assert_eq!(id.as_str(), "1234@local.machine.example");
    /// ```
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        MessageIdList::parse(value).0.into_iter().next()
    }

    /// Takes an identifier for a message that is to be written, without angle brackets.
    ///
    /// # Errors
    ///
    /// If it is not two dot-atoms (the second may be a literal) around `@`, or longer than 900
    /// bytes.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::header::MessageId;
    ///
    /// assert!(MessageId::new("a.1@example.org").is_ok());
    /// assert!(MessageId::new("id\r\nX: 1@y").is_err());
    /// ```
    pub fn new(id: &'a str) -> Result<Self, ParseError> {
        match is_regular(id.as_bytes()) && id.len() <= 900 {
            true => Ok(MessageId(Cow::Borrowed(id))),
            false => Err(ParseError::new(0, "a message identifier")),
        }
    }

    /// Returns the identifier without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Makes the identifier independent of the bytes it was read from.
    pub fn into_owned(self) -> MessageId<'static> {
        MessageId(Cow::Owned(self.0.into_owned()))
    }
}

/// Writes the identifier in angle brackets.
impl fmt::Display for MessageId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

/// The identifiers of a field such as `References`.
///
/// Words outside of angle brackets are taken as identifiers where they have an `@` or nothing else
/// is there, as old programs wrote them; other words are the obsolete phrases and are skipped.
///
/// # Example
///
/// ```
/// use mime::header::MessageIdList;
///
/// let ids = MessageIdList::parse(b"<a@x>\r\n <b@y>");
/// assert_eq!(ids.0[1].as_str(), "b@y");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MessageIdList<'a>(pub Vec<MessageId<'a>>);

impl<'a> MessageIdList<'a> {
    /// Reads the value of a field.
    pub fn parse(value: &'a [u8]) -> Self {
        Self::parse_with(value, &mut Problems::new())
    }

    /// Reads the value of a field and tells what is wrong with it.
    ///
    /// At most the default of [`Limits::members`] identifiers are read.
    pub fn parse_with(value: &'a [u8], problems: &mut Problems) -> Self {
        let mut ids = Vec::new();
        let mut bare = Vec::new();
        let mut at = 0;
        let mut left = Limits::default().members;
        while let Some(&byte) = value.get(at) {
            let rest = value.get(at..).unwrap_or_default();
            let start = at;
            match byte {
                b'<' => {
                    let inner = rest.get(1..).unwrap_or_default();
                    let len = inner.iter().position(|byte| matches!(byte, b'>' | b'<'));
                    let closed = len.is_some_and(|len| inner.get(len) == Some(&b'>'));
                    let len = len.unwrap_or(inner.len());
                    let text = inner.get(..len).unwrap_or_default();
                    at += 1 + len + usize::from(closed);
                    let id = obsolete(text).unwrap_or_else(|| clean(text));
                    let regular = closed && is_regular(text);
                    if !regular {
                        problems.add(DefectKind::InvalidMessageId, start as u64, at as u64);
                    }
                    if !id.is_empty() {
                        ids.push(MessageId(id));
                    }
                }
                b'(' => {
                    let after = super::lexer::skip_comment(rest);
                    at += rest.len() - after.len();
                }
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b';' | b'>' => {
                    if matches!(byte, b',' | b';' | b'>') {
                        problems.add(DefectKind::InvalidMessageId, start as u64, start as u64 + 1);
                    }
                    at += 1;
                }
                _ => {
                    let stop = |byte: &u8| {
                        byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>' | b'(' | b',')
                    };
                    let len = rest.iter().position(stop).unwrap_or(rest.len()).max(1);
                    at += len;
                    problems.add(DefectKind::InvalidMessageId, start as u64, at as u64);
                    bare.push(MessageId(clean(rest.get(..len).unwrap_or_default())));
                }
            }
            left -= 1;
            if left == 0 {
                problems.add(DefectKind::TooManyMembers, at as u64, value.len() as u64);
                break;
            }
        }
        if ids.is_empty() {
            // Without angle brackets at all: what looks like an identifier, or else the first word.
            if bare.iter().any(|id| id.0.contains('@')) {
                bare.retain(|id| id.0.contains('@'));
            } else {
                bare.truncate(1);
            }
            bare.retain(|id| !id.0.is_empty());
            ids = bare;
        }
        MessageIdList(ids)
    }

    /// Iterates over the identifiers.
    pub fn iter(&self) -> core::slice::Iter<'_, MessageId<'a>> {
        self.0.iter()
    }
}

impl<'a> FieldValue<'a> for MessageIdList<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        Some(MessageIdList::parse_with(value, problems))
    }
}

impl<'a> TryFrom<&'a str> for MessageId<'a> {
    type Error = ParseError;

    fn try_from(id: &'a str) -> Result<Self, ParseError> {
        MessageId::new(id)
    }
}

impl<'a> FieldValue<'a> for MessageId<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        MessageIdList::parse_with(value, problems).0.into_iter().next()
    }
}

/// ```abnf
/// id-left  = dot-atom-text / obs-id-left
/// id-right = dot-atom-text / no-fold-literal / obs-id-right
/// ```
fn is_regular(text: &[u8]) -> bool {
    let Ok(text) = core::str::from_utf8(text) else { return false };
    let Some((left, right)) = text.rsplit_once('@') else { return false };
    let literal = right.strip_prefix('[').and_then(|right| right.strip_suffix(']'));
    super::address::is_dot_atom(left)
        && (super::address::is_dot_atom(right)
            || literal.is_some_and(|inner| {
                inner.bytes().all(|b| b.is_ascii_graphic() && !b"[]\\".contains(&b))
            }))
}

/// Reads an identifier with blanks or comments between its tokens.
///
/// ```abnf
/// obs-id-left  = local-part
/// obs-id-right = domain
/// ```
///
/// [RFC 5322, section 4.5.4](https://www.rfc-editor.org/rfc/rfc5322#section-4.5.4)
fn obsolete(text: &[u8]) -> Option<Cow<'_, str>> {
    if !text.iter().any(|byte| byte.is_ascii_whitespace() || *byte == b'(') {
        return None;
    }
    let mut joined = Vec::with_capacity(text.len());
    let mut rest = text;
    let mut gap = false;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if byte.is_ascii_whitespace() {
            gap = true;
            continue;
        }
        if *byte == b'(' {
            rest = super::lexer::skip_comment(text.get(text.len() - tail.len() - 1..)?);
            gap = true;
            continue;
        }
        let joins = |byte: Option<&u8>| matches!(byte, None | Some(b'.' | b'@'));
        if core::mem::take(&mut gap) && !joins(joined.last()) && !joins(Some(byte)) {
            return None;
        }
        joined.push(*byte);
    }
    let joined = String::from_utf8(joined).ok()?;
    is_regular(joined.as_bytes()).then_some(Cow::Owned(joined))
}

/// Removes what folding and careless programs put into an identifier.
fn clean(text: &[u8]) -> Cow<'_, str> {
    let text = text.trim_ascii();
    let bad = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0);
    if !text.iter().any(bad) {
        return decode_unlabelled(text);
    }
    let mut kept = Vec::with_capacity(text.len());
    let mut folded = false;
    for byte in text {
        if bad(byte) {
            folded = true;
        } else if !(folded && matches!(byte, b' ' | b'\t')) {
            folded = false;
            kept.push(*byte);
        }
    }
    Cow::Owned(match String::from_utf8(kept) {
        Ok(text) => text,
        Err(error) => decode_unlabelled(error.as_bytes()).into_owned(),
    })
}
