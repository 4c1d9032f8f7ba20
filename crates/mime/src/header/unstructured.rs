//! Unstructured values.

use alloc::borrow::Cow;
use core::ops::Deref;

use super::FieldValue;
use crate::Problems;
use crate::encoded_word;

/// The value of a field without a grammar, such as `Subject`: unfolded and decoded.
///
/// ```abnf
/// unstructured = (*([FWS] VCHAR) *WSP) / obs-unstruct
/// ```
///
/// [RFC 5322, section 3.2.5](https://www.rfc-editor.org/rfc/rfc5322#section-3.2.5), with the
/// encoded words of RFC 2047 and the UTF-8 of RFC 6532.
///
/// # Example
///
/// ```
/// use mime::header::Unstructured;
///
/// let subject = Unstructured::parse(b" =?utf-8?B?5L2g5aW9?=\r\n there");
/// assert_eq!(&*subject, "你好 there");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Unstructured<'a>(pub Cow<'a, str>);

impl<'a> Unstructured<'a> {
    /// Reads the value of a field.
    pub fn parse(value: &'a [u8]) -> Self {
        Self::parse_with(value, &mut Problems::new())
    }

    /// Reads the value of a field and tells what is wrong with it.
    pub fn parse_with(value: &'a [u8], problems: &mut Problems) -> Self {
        Unstructured(encoded_word::decode_with(value, problems))
    }
}

impl Deref for Unstructured<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'a> FieldValue<'a> for Unstructured<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        Some(Unstructured::parse_with(value, problems))
    }
}
