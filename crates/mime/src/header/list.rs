//! The fields of mailing lists.
//!
//! [RFC 2369](https://www.rfc-editor.org/rfc/rfc2369) (`List-Help`, `List-Unsubscribe`,
//! `List-Subscribe`, `List-Post`, `List-Owner`, `List-Archive`),
//! [RFC 2919](https://www.rfc-editor.org/rfc/rfc2919) (`List-Id`) and
//! [RFC 8058](https://www.rfc-editor.org/rfc/rfc8058) (`List-Unsubscribe-Post`).

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::FieldValue;
use super::lexer::skip_comment;
use super::syntax::trim;
use crate::charset::decode_unlabelled;
use crate::{DefectKind, Limits, Problems, encoded_word};

/// The addresses (URIs) of a field of RFC 2369, the preferred one first.
///
/// Blanks and line breaks inside angle brackets are removed, as section 2 of the RFC demands; what
/// stands outside of them is ignored.
///
/// # Example
///
/// ```
/// use mime::header::ListUris;
///
/// let list = ListUris::parse(b"<ftp://ftp.host.com/list.txt> (FTP),\r\n <mailto:list@host.com?subject=help>");
/// assert_eq!(list.uris[1], "mailto:list@host.com?subject=help");
/// assert!(ListUris::parse(b"NO (posting not allowed on this list)").no);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ListUris<'a> {
    /// The URIs.
    pub uris: Vec<Cow<'a, str>>,
    /// Whether the value is `NO`: in `List-Post`, that nobody may post.
    pub no: bool,
}

impl<'a> ListUris<'a> {
    /// Reads the value of a field.
    pub fn parse(value: &'a [u8]) -> Self {
        Self::parse_with(value, &mut Problems::new())
    }

    /// Reads the value of a field and tells what is wrong with it.
    pub fn parse_with(value: &'a [u8], problems: &mut Problems) -> Self {
        let mut list = ListUris::default();
        let mut left = Limits::default().members;
        let mut rest = value;
        let mut outside = None;
        while let (Some(&byte), true) = (rest.first(), left > 0) {
            left -= 1;
            let at = (value.len() - rest.len()) as u64;
            match byte {
                b'<' => {
                    let inner = rest.get(1..).unwrap_or_default();
                    let end = memchr::memchr(b'>', inner);
                    if end.is_none() {
                        problems.add(DefectKind::UnbalancedAngle, at, at + 1);
                    }
                    let (uri, tail) =
                        inner.split_at_checked(end.unwrap_or(inner.len())).unwrap_or((inner, &[]));
                    rest = tail.get(1..).unwrap_or_default();
                    let uri = without_blanks(uri);
                    if !uri.is_empty() {
                        list.uris.push(uri);
                    }
                }
                b'(' => rest = skip_comment(rest),
                b',' | b' ' | b'\t' | b'\r' | b'\n' => rest = rest.get(1..).unwrap_or_default(),
                _ => {
                    let stop = |byte: &u8| {
                        matches!(byte, b'<' | b'(' | b',') || byte.is_ascii_whitespace()
                    };
                    let len = rest.iter().position(stop).unwrap_or(rest.len()).max(1);
                    let (word, tail) = rest.split_at_checked(len).unwrap_or((rest, &[]));
                    rest = tail;
                    list.no |= word.eq_ignore_ascii_case(b"no") && list.uris.is_empty();
                    outside.get_or_insert((word, at));
                }
            }
        }
        if let Some((word, at)) = outside.filter(|_| !list.no) {
            problems.add(DefectKind::InvalidValue, at, at + word.len() as u64);
            // Without any brackets: a bare URI.
            if list.uris.is_empty() && memchr::memchr(b':', word).is_some() {
                list.uris.push(decode_unlabelled(word));
            }
        }
        list
    }

    /// Returns the first `https` URI: with `List-Unsubscribe-Post`, where the one click goes.
    pub fn https(&self) -> Option<&str> {
        let https = |uri: &&Cow<'_, str>| {
            uri.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
        };
        self.uris.iter().find(https).map(|uri| &**uri)
    }
}

fn without_blanks(uri: &[u8]) -> Cow<'_, str> {
    let uri = trim(uri);
    if !uri.iter().any(u8::is_ascii_whitespace) {
        return decode_unlabelled(uri);
    }
    let kept: Vec<u8> = uri.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    Cow::Owned(decode_unlabelled(&kept).into_owned())
}

impl<'a> FieldValue<'a> for ListUris<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        Some(ListUris::parse_with(value, problems))
    }
}

/// The value of `List-Id`.
///
/// ```abnf
/// list-id-header = "List-ID:" [phrase] "<" list-id ">" CRLF
/// ```
///
/// # Example
///
/// ```
/// use mime::header::ListId;
///
/// let list = ListId::parse(b"\"Lena's Personal <Joke> List\" <lenas-jokes.da39efc.localhost>").unwrap();
/// assert_eq!(list.id, "lenas-jokes.da39efc.localhost");
/// assert_eq!(list.name.as_deref(), Some("Lena's Personal <Joke> List"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ListId<'a> {
    /// The description.
    pub name: Option<Cow<'a, str>>,
    /// The identifier, to be compared without regard to letter case.
    pub id: Cow<'a, str>,
}

impl<'a> ListId<'a> {
    /// Reads the value of a field; `None` if it has no identifier.
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        Self::parse_with(value, &mut Problems::new())
    }

    /// Reads the value of a field and tells what is wrong with it.
    pub fn parse_with(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        let value = trim(value);
        // The description may have brackets, too, in quotes: the identifier is the last.
        let found = memchr::memrchr(b'<', value).and_then(|at| value.split_at_checked(at));
        let (name, id) = match found {
            Some((name, rest)) => {
                let inner = rest.get(1..).unwrap_or_default();
                let end = memchr::memchr(b'>', inner).unwrap_or(inner.len());
                (trim(name), inner.get(..end).unwrap_or_default())
            }
            None => {
                problems.add(DefectKind::InvalidValue, 0, value.len() as u64);
                (&value[..0], value)
            }
        };
        let id = without_blanks(id);
        if id.is_empty() {
            problems.add(DefectKind::InvalidValue, 0, value.len() as u64);
            return None;
        }
        let inner = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\""));
        let name = match inner {
            Some(inner) if inner.contains(&b'\\') => {
                let mut plain = Vec::new();
                super::lexer::unescape(inner, &mut plain);
                Cow::Owned(encoded_word::decode_with(&plain, problems).into_owned())
            }
            _ => encoded_word::decode_with(inner.unwrap_or(name), problems),
        };
        Some(ListId { name: Some(name).filter(|name| !name.is_empty()), id })
    }
}

impl<'a> FieldValue<'a> for ListId<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        ListId::parse_with(value, problems)
    }
}

/// Returns whether the value of `List-Unsubscribe-Post` allows unsubscription by one click.
///
/// ```abnf
/// list-unsubscribe-post = "List-Unsubscribe-Post:" 0*1WSP postarg CRLF
/// postarg = "List-Unsubscribe=One-Click"
/// ```
///
/// [RFC 8058, section 5](https://www.rfc-editor.org/rfc/rfc8058#section-5)
///
/// # Example
///
/// ```
/// assert!(mime::header::is_one_click(b" List-Unsubscribe=One-Click"));
/// ```
pub fn is_one_click(value: &[u8]) -> bool {
    trim(value).eq_ignore_ascii_case(b"List-Unsubscribe=One-Click")
}
