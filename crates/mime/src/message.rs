//! A message and its parts, read when asked for.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::encoded_word;
use crate::header::{
    AddressList, DateTime, Field, FieldValue, Known, Mailbox, MessageId, MessageIdList,
};
use crate::{Config, Defect, Error, Index, IndexError, Part, PartId, Section, Span};

/// A message: its bytes, and an [`Index`] of them.
///
/// Parsing finds the structure; no field is typed and no body is decoded before it is asked for.
///
/// # Example
///
/// ```
/// use mime::Message;
///
/// let message = Message::parse(
///     b"Subject: Report\r\n\
///       Content-Type: multipart/mixed; boundary=b\r\n\r\n\
///       --b\r\n\r\nHello\r\n\
///       --b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n\
///       iVBORw0=\r\n\
///       --b--\r\n",
/// );
/// let parts: Vec<_> = message.parts().map(|part| part.content_type().essence()).collect();
/// assert_eq!(parts, ["multipart/mixed", "text/plain", "image/png"]);
/// let image = message.part_at(&[2]).unwrap();
/// assert_eq!(image.decoded().bytes.as_ref(), b"\x89PNG\r");
/// assert!(message.defects().is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    bytes: Cow<'a, [u8]>,
    index: Index,
}

impl<'a> Message<'a> {
    /// Reads a message, leniently. Any bytes are a message.
    pub fn parse(bytes: &'a [u8]) -> Self {
        // The lenient policy refuses nothing.
        let index = Index::scan(bytes, &Config::default()).unwrap_or_default();
        Message { bytes: Cow::Borrowed(bytes), index }
    }

    /// Reads a message, leniently, and keeps its bytes.
    pub fn parse_owned(bytes: Vec<u8>) -> Message<'static> {
        let index = Index::scan(&bytes, &Config::default()).unwrap_or_default();
        Message { bytes: Cow::Owned(bytes), index }
    }

    /// Reads a message.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if the policy refuses a defect.
    pub fn parse_with(bytes: &'a [u8], config: &Config) -> Result<Self, Error> {
        Ok(Message { bytes: Cow::Borrowed(bytes), index: Index::scan(bytes, config)? })
    }

    /// Reads a message, with the memory of an index that is no longer needed.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if the policy refuses a defect.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::{Config, Index, Message};
    ///
    /// let config = Config::default();
    /// let mut index = Index::default();
    /// for bytes in [&b"Subject: one\n\n"[..], b"Subject: two\n\n"] {
    ///     let message = Message::parse_reusing(bytes, &config, index)?;
    ///     assert_eq!(message.fields().count(), 1);
    ///     index = message.into_index();
    /// }
    /// # Ok::<(), mime::Error>(())
    /// ```
    pub fn parse_reusing(
        bytes: &'a [u8],
        config: &Config,
        mut index: Index,
    ) -> Result<Self, Error> {
        index.rescan(bytes, config)?;
        Ok(Message { bytes: Cow::Borrowed(bytes), index })
    }

    /// Puts together a message and the index that was made of it.
    ///
    /// # Errors
    ///
    /// [`IndexError::OtherMessage`] if the message has another length than the index says.
    pub fn with_index(bytes: &'a [u8], index: Index) -> Result<Self, IndexError> {
        if index.len() != bytes.len() as u64 {
            return Err(IndexError::OtherMessage);
        }
        Ok(Message { bytes: Cow::Borrowed(bytes), index })
    }

    /// Returns the same message with bytes of its own.
    pub fn into_owned(self) -> Message<'static> {
        Message { bytes: Cow::Owned(self.bytes.into_owned()), index: self.index }
    }

    /// Returns the index.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Returns the index, to be stored or used again.
    pub fn into_index(self) -> Index {
        self.index
    }

    /// Returns the bytes of the whole message.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn slice(&self, span: Span) -> &[u8] {
        span.of(&self.bytes).unwrap_or_default()
    }

    /// Returns the message as a part: its header and its body.
    pub fn root(&self) -> Part<'_> {
        Part::new(self, PartId::ROOT)
    }

    /// Returns a part by its number; `None` if there are not as many.
    pub fn part(&self, part: PartId) -> Option<Part<'_>> {
        ((part.0 as usize) < self.index.part_count()).then(|| Part::new(self, part))
    }

    /// Returns a part by the numbers that IMAP uses; see [`Index::part_at`].
    pub fn part_at(&self, path: &[u32]) -> Option<Part<'_>> {
        self.index.part_at(path).map(|part| Part::new(self, part))
    }

    /// Iterates over all parts in document order, beginning with the message itself.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = Part<'_>> {
        self.index.parts().map(|part| Part::new(self, part))
    }

    /// Iterates over the header fields of the message.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.root().fields()
    }

    /// Returns a header field by its name, in any letter case.
    ///
    /// Where only one is allowed and there are more, the policy picks; of other fields it is the
    /// first one.
    pub fn field(&self, name: &str) -> Option<Field<'_>> {
        self.root().field(name)
    }

    pub(crate) fn known(&self, part: PartId, known: Known) -> Option<Field<'_>> {
        let place = self.index.known_field(part, known)?;
        Some(Field::new(self.slice(place.span), place.name_len, place.span.start))
    }

    fn typed<'m, T: FieldValue<'m>>(&'m self, known: Known) -> Option<T> {
        self.known(PartId::ROOT, known)?.parse()
    }

    /// Returns the subject, decoded.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::Message;
    ///
    /// let message = Message::parse(b"Subject: =?iso-8859-1?q?Gr=FC=DFe?=\r\n\r\n");
    /// assert_eq!(message.subject().unwrap(), "Gr\u{fc}\u{df}e");
    /// ```
    pub fn subject(&self) -> Option<Cow<'_, str>> {
        Some(encoded_word::decode(self.known(PartId::ROOT, Known::Subject)?.value()).text)
    }

    /// Returns who wrote the message.
    pub fn from(&self) -> Option<AddressList<'_>> {
        self.typed(Known::From)
    }

    /// Returns who sent the message, if that is not who wrote it.
    pub fn sender(&self) -> Option<Mailbox<'_>> {
        self.typed(Known::Sender)
    }

    /// Returns to whom answers are to be sent, if the message says so.
    pub fn reply_to(&self) -> Option<AddressList<'_>> {
        self.typed(Known::ReplyTo)
    }

    /// Returns the first recipients.
    pub fn to(&self) -> Option<AddressList<'_>> {
        self.typed(Known::To)
    }

    /// Returns the recipients of copies.
    pub fn cc(&self) -> Option<AddressList<'_>> {
        self.typed(Known::Cc)
    }

    /// Returns the hidden recipients.
    pub fn bcc(&self) -> Option<AddressList<'_>> {
        self.typed(Known::Bcc)
    }

    /// Returns when the message was written.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::Message;
    ///
    /// let message = Message::parse(b"Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n\r\n");
    /// assert_eq!(message.date().unwrap().timestamp(), 880127706);
    /// ```
    pub fn date(&self) -> Option<DateTime> {
        self.typed(Known::Date)
    }

    /// Returns the identifier of the message, without angle brackets.
    pub fn message_id(&self) -> Option<MessageId<'_>> {
        self.typed(Known::MessageId)
    }

    /// Returns which messages this one answers.
    pub fn in_reply_to(&self) -> Option<MessageIdList<'_>> {
        self.typed(Known::InReplyTo)
    }

    /// Returns which messages came before this one in its thread, oldest first.
    pub fn references(&self) -> Option<MessageIdList<'_>> {
        self.typed(Known::References)
    }

    /// Returns what is wrong with the structure, in the order in which it was met.
    ///
    /// What is wrong with the values of fields and with the content of bodies shows when they are
    /// read.
    pub fn defects(&self) -> &[Defect] {
        self.index.defects()
    }

    /// Returns the bytes of a section of a part; empty if there is no such part.
    pub fn section(&self, part: PartId, section: Section) -> &[u8] {
        self.slice(self.index.span(part, section))
    }
}
