//! Lists of `tag=value`, as DKIM and ARC have them.
//!
//! ```abnf
//! tag-list = tag-spec *( ";" tag-spec ) [ ";" ]
//! tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]
//! ```
//!
//! [RFC 6376, section 3.2](https://www.rfc-editor.org/rfc/rfc6376#section-3.2)

use alloc::string::String;
use alloc::vec::Vec;

use super::FieldValue;
use super::syntax::trim;
use crate::codec::base64;
use crate::{DefectKind, Limits, Problems};

/// A list of tags, such as the value of `DKIM-Signature`, `ARC-Seal` or `ARC-Message-Signature`.
///
/// Tags are case-sensitive and keep their order.
///
/// # Example
///
/// ```
/// use mime::header::TagList;
///
/// let tags = TagList::parse(b"v=1; a=rsa-sha256; d=example.net; s=brisbane;\r\n h=from:to; b=dzdV yOfA");
/// assert_eq!(tags.get("d"), Some(&b"example.net"[..]));
/// assert_eq!(tags.names("h").collect::<Vec<_>>(), ["from", "to"]);
/// assert_eq!(tags.base64("b").unwrap().len(), 6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TagList<'a>(Vec<(&'a [u8], &'a [u8])>);

impl<'a> TagList<'a> {
    /// Reads the value of a field.
    pub fn parse(value: &'a [u8]) -> Self {
        Self::parse_with(value, &mut Problems::new())
    }

    /// Reads the value of a field and tells what is wrong with it.
    ///
    /// "If a tag name does occur more than once, the entire tag-list is invalid": this is reported
    /// as [`DefectKind::DuplicateParameter`]; [`Self::get`] then returns the first one.
    pub fn parse_with(value: &'a [u8], problems: &mut Problems) -> Self {
        let limit = usize::from(Limits::default().parameters);
        let mut tags: Vec<(&[u8], &[u8])> = Vec::new();
        let mut at = 0;
        for piece in value.split(|byte| *byte == b';') {
            let (start, end) = (at as u64, (at + piece.len()) as u64);
            at += piece.len() + 1;
            let piece = trim(piece);
            if piece.is_empty() {
                continue;
            }
            let equals = memchr::memchr(b'=', piece);
            let (name, value) = match equals.and_then(|at| piece.split_at_checked(at)) {
                Some((name, value)) => (trim(name), trim(value.get(1..).unwrap_or_default())),
                None => (piece, &piece[..0]),
            };
            let tag_name = name.first().is_some_and(u8::is_ascii_alphabetic)
                && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
            if equals.is_none() || !tag_name {
                problems.add(DefectKind::InvalidParameter, start, end);
            }
            if tags.len() >= limit {
                problems.add(DefectKind::TooManyParameters, start, value.len() as u64);
                break;
            }
            if tags.iter().any(|(known, _)| *known == name) {
                problems.add(DefectKind::DuplicateParameter, start, end);
            }
            tags.push((name, value));
        }
        TagList(tags)
    }

    /// Returns the value of a tag as it stands there, folding included.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.0.iter().find(|(known, _)| *known == name.as_bytes()).map(|(_, value)| *value)
    }

    /// Returns the value of a tag as text without blanks and folding.
    pub fn text(&self, name: &str) -> Option<String> {
        let value = self.get(name)?;
        let kept: Vec<u8> =
            value.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        Some(String::from_utf8_lossy(&kept).into_owned())
    }

    /// Returns the value of a tag as a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }

    /// Returns the value of a tag decoded from base64; `None` if it is damaged.
    pub fn base64(&self, name: &str) -> Option<Vec<u8>> {
        let decoded = base64::decode(self.get(name)?);
        decoded.problems.is_empty().then_some(decoded.bytes)
    }

    /// Iterates over the colon-separated names in the value of a tag, such as `h`.
    pub fn names(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let value = self.get(name).unwrap_or_default();
        value
            .split(|byte| *byte == b':')
            .filter_map(|name| core::str::from_utf8(trim(name)).ok())
            .filter(|name| !name.is_empty())
    }

    /// Iterates over all tags with their values as they stand there.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.0.iter().copied()
    }
}

impl<'a> FieldValue<'a> for TagList<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        Some(TagList::parse_with(value, problems))
    }
}
