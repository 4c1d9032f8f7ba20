//! Header fields: cut out by the scanner, typed when asked for.
//!
//! A [`Field`] is the bytes of one field. [`Field::parse`] reads its value as one of the types of
//! this module.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::charset::{Charset, decode_unlabelled};
use crate::{DefectKind, Problems, Span};

mod address;
mod auth_results;
mod autocrypt;
mod content_disposition;
mod content_type;
mod date;
mod dkim_signature;
pub(crate) mod lexer;
mod list;
mod message_id;
mod parameter;
mod received;
pub(crate) mod syntax;
mod tag_list;
mod unstructured;

pub use address::{Address, AddressList, Group, Mailbox};
pub use auth_results::{AuthenticationResult, AuthenticationResults};
pub use autocrypt::Autocrypt;
pub use content_disposition::ContentDisposition;
pub use content_type::ContentType;
pub use date::DateTime;
pub use dkim_signature::{Canonicalization, DkimSignature};
pub use list::{ListId, ListUris, is_one_click};
pub use message_id::{MessageId, MessageIdList};
pub use parameter::{Parameter, Parameters};
pub use received::Received;
pub use tag_list::TagList;
pub use unstructured::Unstructured;

/// A type that the value of a header field can be read as.
pub trait FieldValue<'a>: Sized {
    /// Reads the value: what stands behind the colon, with its line breaks.
    ///
    /// What is wrong is noted, with places counted from the start of the value. `None` is for a
    /// value from which nothing can be had.
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self>;
}

impl<'a> FieldValue<'a> for ContentType<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        Some(ContentType::parse_with(value, problems))
    }
}

impl<'a> FieldValue<'a> for ContentDisposition<'a> {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        Some(ContentDisposition::parse_with(value, problems))
    }
}

/// A header field, or a line of a header section that is none.
///
/// ```abnf
/// optional-field = field-name ":" unstructured CRLF
/// field-name = 1*ftext
/// ftext = %d33-57 / %d59-126
/// ```
///
/// [RFC 5322, section 3.6.8](https://www.rfc-editor.org/rfc/rfc5322#section-3.6.8)
///
/// # Example
///
/// ```
/// use mime::Message;
///
/// let message = Message::parse(b"Subject: one\r\n two\r\n\r\n");
/// let field = message.fields().next().unwrap();
/// assert!(field.is("subject"));
/// assert_eq!(field.raw(), b"Subject: one\r\n two\r\n");
/// assert_eq!(field.value(), b" one\r\n two");
/// assert_eq!(&*field.unfolded(), b"one two");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    raw: &'a [u8],
    name_len: u16,
    at: u64,
}

impl<'a> Field<'a> {
    pub(crate) fn new(raw: &'a [u8], name_len: u16, at: u64) -> Self {
        Field { raw, name_len, at }
    }

    /// Returns the name as it is written; empty for a line that is no field.
    pub fn name(&self) -> &'a [u8] {
        self.raw.get(..usize::from(self.name_len)).unwrap_or_default()
    }

    /// Returns whether the field has this name, in any letter case.
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name.as_bytes())
    }

    /// Returns the whole field with its line breaks.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Returns what is behind the colon, without the last line break.
    pub fn value(&self) -> &'a [u8] {
        let value = self.raw.get(self.value_offset()..).unwrap_or_default();
        let value = value.strip_suffix(b"\n").unwrap_or(value);
        value.strip_suffix(b"\r").unwrap_or(value)
    }

    /// Returns the value without line breaks, and without blanks at both ends.
    ///
    /// ```abnf
    /// FWS = ([*WSP CRLF] 1*WSP) / obs-FWS
    /// ```
    ///
    /// [RFC 5322, section 2.2.3](https://www.rfc-editor.org/rfc/rfc5322#section-2.2.3)
    pub fn unfolded(&self) -> Cow<'a, [u8]> {
        parameter::unfold(syntax::trim(self.value()))
    }

    /// Returns where the field stands.
    pub fn span(&self) -> Span {
        Span::new(self.at, self.at.saturating_add(self.raw.len() as u64))
    }

    /// Returns where the value starts in the message.
    pub fn value_at(&self) -> u64 {
        self.at.saturating_add(self.value_offset() as u64)
    }

    /// Reads the value as a type.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::{Message, header::ContentType};
    ///
    /// let message = Message::parse(b"Content-Type: text/html\r\n\r\n");
    /// let field = message.fields().next().unwrap();
    /// let value = field.parse::<ContentType<'_>>().unwrap();
    /// assert_eq!(value.subtype(), "html");
    /// ```
    pub fn parse<T: FieldValue<'a>>(&self) -> Option<T> {
        T::read(self.value(), &mut Problems::new())
    }

    /// Reads the value as a type and tells what is wrong with it, with places counted from
    /// [`value_at`](Self::value_at).
    pub fn parse_with<T: FieldValue<'a>>(&self, problems: &mut Problems) -> Option<T> {
        T::read(self.value(), problems)
    }

    fn value_offset(&self) -> usize {
        if self.name_len == 0 && self.raw.first() != Some(&b':') {
            return 0;
        }
        // Blanks may stand between the name and the colon.
        let rest = self.raw.get(usize::from(self.name_len)..).unwrap_or_default();
        let blanks = rest.iter().take_while(|&&byte| byte != b':').count();
        usize::from(self.name_len) + blanks + 1
    }
}

/// Reads bytes as UTF-8, and as windows-1252 where they are not.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    decode_unlabelled(bytes)
}

pub(crate) fn text_cow(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => text(bytes),
        Cow::Owned(bytes) => Cow::Owned(
            String::from_utf8(bytes).unwrap_or_else(|error| text(error.as_bytes()).into_owned()),
        ),
    }
}

/// Reads bytes in the charset with this label.
pub(crate) fn text_in<'a>(
    label: &[u8],
    bytes: Cow<'a, [u8]>,
    problems: &mut Problems,
) -> Cow<'a, str> {
    let Some(charset) = core::str::from_utf8(label).ok().and_then(Charset::from_label) else {
        problems.add(DefectKind::UnknownCharset, 0, 0);
        return text_cow(bytes);
    };
    let (text, malformed) = match bytes {
        Cow::Borrowed(bytes) => {
            let decoded = charset.decode(bytes);
            (decoded.text, decoded.malformed)
        }
        Cow::Owned(bytes) => {
            let decoded = charset.decode(&bytes);
            (Cow::Owned(decoded.text.into_owned()), decoded.malformed)
        }
    };
    if malformed {
        problems.add(DefectKind::InvalidCharacters, 0, 0);
    }
    text
}

/// Fields that the scanner knows by name: those that decide about structure, and those that may
/// occur only once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Known {
    #[default]
    Other,
    ContentType,
    ContentTransferEncoding,
    ContentDisposition,
    ContentId,
    ContentDescription,
    MimeVersion,
    From,
    Sender,
    ReplyTo,
    To,
    Cc,
    Bcc,
    MessageId,
    InReplyTo,
    References,
    Subject,
    Date,
}

impl Known {
    const TABLE: [(&'static [u8], Known); 17] = [
        (b"content-type", Known::ContentType),
        (b"content-transfer-encoding", Known::ContentTransferEncoding),
        (b"content-disposition", Known::ContentDisposition),
        (b"content-id", Known::ContentId),
        (b"content-description", Known::ContentDescription),
        (b"mime-version", Known::MimeVersion),
        (b"from", Known::From),
        (b"sender", Known::Sender),
        (b"reply-to", Known::ReplyTo),
        (b"to", Known::To),
        (b"cc", Known::Cc),
        (b"bcc", Known::Bcc),
        (b"message-id", Known::MessageId),
        (b"in-reply-to", Known::InReplyTo),
        (b"references", Known::References),
        (b"subject", Known::Subject),
        (b"date", Known::Date),
    ];

    /// Finds a field by its name.
    #[inline]
    pub(crate) fn of(name: &[u8]) -> Known {
        let Some(hash) = Known::hash(name) else { return Known::Other };
        match KNOWN_BY_HASH.get(hash) {
            Some(&known) if syntax::is_name(name, known.name()) => known,
            _ => Known::Other,
        }
    }

    /// A number that is another one for every known name, from its length and two letters.
    #[inline]
    const fn hash(name: &[u8]) -> Option<usize> {
        if name.is_empty() || name.len() > 25 {
            return None;
        }
        let middle = name[name.len() / 2] | 0x20;
        let first = name[0] | 0x20;
        Some((name.len() * 3 + first as usize * 5 + middle as usize) % 128)
    }

    /// Returns the name in lower case; empty for `Other`.
    pub(crate) fn name(self) -> &'static [u8] {
        (self as usize)
            .checked_sub(1)
            .and_then(|index| Known::TABLE.get(index))
            .map_or(&[], |&(name, _)| name)
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Known> {
        match byte {
            0 => Some(Known::Other),
            _ => Known::TABLE.get(usize::from(byte) - 1).map(|&(_, known)| known),
        }
    }

    /// The place of the field in a set.
    pub(crate) const fn bit(self) -> u32 {
        1 << self as u8
    }
}

/// Which name has which hash. Two of the same would not compile.
static KNOWN_BY_HASH: [Known; 128] = {
    let mut table = [Known::Other; 128];
    let mut i = 0;
    while i < Known::TABLE.len() {
        let (name, known) = Known::TABLE[i];
        if let Some(hash) = Known::hash(name) {
            assert!(table[hash] as u8 == 0);
            table[hash] = known;
        }
        i += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_found_in_any_letter_case() {
        for (i, &(name, known)) in Known::TABLE.iter().enumerate() {
            assert_eq!(Known::of(name), known);
            assert_eq!(Known::of(&name.to_ascii_uppercase()), known);
            assert_eq!(known.name(), name);
            assert_eq!(known as usize, i + 1);
            assert_eq!(Known::from_byte(known as u8), Some(known));
        }
        assert_eq!(Known::of(b"content-typo"), Known::Other);
        assert_eq!(Known::of(b""), Known::Other);
        assert_eq!(Known::Other.name(), b"");
    }
}
