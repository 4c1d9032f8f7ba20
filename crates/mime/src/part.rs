use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::charset::Charset;
use crate::codec::TransferEncoding;
use crate::encoded_word;
use crate::header::{
    ContentDisposition, ContentType, Field, FieldValue, Known, MessageId, Parameters,
};
use crate::{DefectKind, Lines, Message, PartId, PartKind, Problems, Section, Span};

/// A part of a message: the message itself, or one of the entities inside of it.
#[derive(Clone, Copy, Debug)]
pub struct Part<'m> {
    message: &'m Message<'m>,
    id: PartId,
}

/// A decoded body, and what was wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Body<'m> {
    /// The content; borrowed from the message if it stands there as it is.
    pub bytes: Cow<'m, [u8]>,
    /// What was wrong, with places counted from the start of the body.
    pub problems: Problems,
}

/// The text of a body, and what was wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyText<'m> {
    /// The text, with the line ends that it has in the message.
    pub text: Cow<'m, str>,
    /// What was wrong, with places counted from the start of the body.
    pub problems: Problems,
}

impl<'m> Part<'m> {
    pub(crate) fn new(message: &'m Message<'_>, id: PartId) -> Self {
        Part { message, id }
    }

    /// Returns the number of the part, in document order.
    pub fn id(self) -> PartId {
        self.id
    }

    /// Returns the message that it is a part of.
    pub fn message(self) -> &'m Message<'m> {
        self.message
    }

    /// Returns the numbers by which IMAP finds the part; see
    /// [`Index::part_path`](crate::Index::part_path).
    pub fn path(self) -> Vec<u32> {
        self.message.index().part_path(self.id)
    }

    /// Returns what the body is.
    pub fn kind(self) -> PartKind {
        self.message.index().kind(self.id)
    }

    /// Returns the container of the part; `None` for the message itself.
    pub fn parent(self) -> Option<Part<'m>> {
        self.message.index().parent(self.id).map(|id| Part { id, ..self })
    }

    /// Iterates over the parts inside: those of a multipart, or the one message.
    pub fn children(self) -> impl Iterator<Item = Part<'m>> {
        self.message.index().children(self.id).map(move |id| Part { id, ..self })
    }

    /// Iterates over this part and all inside of it, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Part<'m>> {
        self.message.index().descendants(self.id).map(move |id| Part { id, ..self })
    }

    /// Returns where a section of the part is.
    pub fn span(self, section: Section) -> Span {
        self.message.index().span(self.id, section)
    }

    /// Returns the bytes of a section of the part, as they are in the message.
    pub fn raw(self, section: Section) -> &'m [u8] {
        self.message.section(self.id, section)
    }

    /// Returns the lines of a section: counted while scanning, or else now.
    pub fn lines(self, section: Section) -> Lines {
        let known = self.message.index().lines(self.id, section);
        known.unwrap_or_else(|| Lines::of(self.raw(section)))
    }

    /// Iterates over the header fields, and over the lines of the header section that are none.
    pub fn fields(self) -> impl Iterator<Item = Field<'m>> {
        let message = self.message;
        message.index().field_places(self.id).map(move |place| {
            Field::new(message.slice(place.span), place.name_len, place.span.start)
        })
    }

    /// Returns a header field by its name, in any letter case.
    ///
    /// Where only one is allowed and there are more, the policy picks; of other fields it is the
    /// first one.
    pub fn field(self, name: &str) -> Option<Field<'m>> {
        match Known::of(name.as_bytes()) {
            Known::Other => self.fields().find(|field| field.is(name)),
            known => self.known(known),
        }
    }

    pub(crate) fn known(self, known: Known) -> Option<Field<'m>> {
        self.message.known(self.id, known)
    }

    /// Returns the typed value of a header field, `None` if it is not there or has no value.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::{Message, header::ContentDisposition};
    ///
    /// let message = Message::parse(b"Content-Disposition: inline\r\n\r\n");
    /// let value = message.root().value::<ContentDisposition<'_>>("content-disposition").unwrap();
    /// assert!(value.is_inline());
    /// ```
    pub fn value<T: FieldValue<'m>>(self, name: &str) -> Option<T> {
        self.field(name)?.parse()
    }

    /// Returns what the body is said to be: the value of `Content-Type`, or what holds without.
    pub fn content_type(self) -> ContentType<'m> {
        if let Some(field) = self.known(Known::ContentType) {
            return ContentType::parse(field.value()).with(self.message.index().pick_parameter());
        }
        let in_digest = self.parent().is_some_and(|parent| {
            parent.kind() == PartKind::Multipart && parent.content_type().is("multipart", "digest")
        });
        if in_digest { ContentType::message_rfc822() } else { ContentType::text_plain() }
    }

    /// Returns how the part is to be shown, if it says so.
    pub fn disposition(self) -> Option<ContentDisposition<'m>> {
        let value = ContentDisposition::parse(self.known(Known::ContentDisposition)?.value());
        Some(value.with(self.message.index().pick_parameter()))
    }

    /// Returns the name of the file that the part is, for people to see.
    ///
    /// It is what `Content-Disposition` says, or else `Content-Type`; of several forms the one of
    /// RFC 2231. Encoded words, which do not belong there, are decoded. The name comes from the
    /// sender and can be anything: see [`safe_filename`](Self::safe_filename).
    ///
    /// # Example
    ///
    /// ```
    /// use mime::Message;
    ///
    /// let message = Message::parse(b"Content-Type: image/png; name=\"=?utf-8?q?=C3=A9?=.png\"\n\n");
    /// assert_eq!(message.root().filename().unwrap(), "\u{e9}.png");
    /// ```
    pub fn filename(self) -> Option<Cow<'m, str>> {
        let disposition = self.disposition();
        let name = disposition.and_then(|value| filename(value.parameters(), "filename"));
        name.or_else(|| self.content_type_filename())
    }

    pub(crate) fn content_type_filename(self) -> Option<Cow<'m, str>> {
        filename(self.content_type().parameters(), "name")
    }

    /// Returns the name of the file in a form fit for a file system.
    ///
    /// It is what stands behind the last `/` or `\\`; control characters and marks that change the
    /// direction of text are removed, characters that some system forbids become `_`; blanks
    /// around and dots before and behind are removed; it has at most 255 bytes. What is then empty
    /// is `None`.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::Message;
    ///
    /// let message =
    ///     Message::parse(b"Content-Disposition: attachment; filename=\"../../.bashrc\"\n\n");
    /// assert_eq!(message.root().safe_filename().unwrap(), "bashrc");
    /// ```
    pub fn safe_filename(self) -> Option<String> {
        safe_filename(&self.filename()?)
    }

    /// Returns the identifier by which other parts refer to this one, without angle brackets.
    pub fn content_id(self) -> Option<MessageId<'m>> {
        self.known(Known::ContentId)?.parse()
    }

    /// Returns the description of the part, decoded.
    pub fn description(self) -> Option<Cow<'m, str>> {
        Some(encoded_word::decode(self.known(Known::ContentDescription)?.value()).text)
    }

    /// Returns how the body is encoded.
    pub fn encoding(self) -> TransferEncoding {
        self.message.index().encoding(self.id)
    }

    /// Returns the content of the body.
    ///
    /// That of a container is its bytes as they are.
    pub fn decoded(self) -> Body<'m> {
        let raw = self.raw(Section::Body);
        if self.kind() != PartKind::Leaf || self.encoding().is_identity() {
            return Body { bytes: Cow::Borrowed(raw), problems: Problems::new() };
        }
        let decoded = self.encoding().decode(raw);
        Body { bytes: Cow::Owned(decoded.bytes), problems: decoded.problems }
    }

    /// Returns the message that the body is, where it is one in a transfer encoding.
    ///
    /// Standards forbid this encoding, so the parts of such a message are not parts of the message
    /// around it ([RFC 2046, section
    /// 5.2.1](https://www.rfc-editor.org/rfc/rfc2046#section-5.2.1)). Who follows messages inside
    /// of messages must count them; [`Limits::encoded_nesting`](crate::Limits::encoded_nesting) is
    /// the usual end.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::Message;
    ///
    /// let message = Message::parse(
    ///     b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogaGkKCg==\n",
    /// );
    /// let inner = message.root().embedded_message().unwrap();
    /// assert_eq!(inner.subject().unwrap(), "hi");
    /// ```
    pub fn embedded_message(self) -> Option<Message<'static>> {
        let content_type = self.content_type();
        let is_message =
            content_type.is("message", "rfc822") || content_type.is("message", "global");
        if self.kind() != PartKind::Leaf || !is_message || self.encoding().is_identity() {
            return None;
        }
        Some(Message::parse_owned(self.decoded().bytes.into_owned()))
    }

    /// Returns the text of the body, `None` if its type is not `text`.
    ///
    /// A multipart in which no parts were found, since it has no boundary, no delimiter or is too
    /// deep, is text ([RFC 2045, section
    /// 5.2](https://www.rfc-editor.org/rfc/rfc2045#section-5.2)).
    ///
    /// The charset is the one that `Content-Type` names. Without one, and with one that is not
    /// known, it is UTF-8, or windows-1252 where that does not fit.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::Message;
    ///
    /// let message = Message::parse(
    ///     b"Content-Type: text/plain; charset=windows-1252\n\
    ///       Content-Transfer-Encoding: quoted-printable\n\nPreis: 3 =80\n",
    /// );
    /// assert_eq!(message.root().text().unwrap().text, "Preis: 3 \u{20ac}\n");
    /// ```
    pub fn text(self) -> Option<BodyText<'m>> {
        let content_type = self.content_type();
        let is_text = content_type.is_kind("text") || content_type.is_kind("multipart");
        if self.kind() != PartKind::Leaf || !is_text {
            return None;
        }
        let Body { bytes, mut problems } = self.decoded();
        let label = content_type.parameters().text("charset");
        let charset = match label.as_deref().map(Charset::from_label) {
            None => Charset::US_ASCII,
            Some(Some(charset)) => charset,
            Some(None) => {
                problems.add(DefectKind::UnknownCharset, 0, 0);
                Charset::US_ASCII
            }
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
            let kind = if charset == Charset::US_ASCII {
                DefectKind::UndeclaredCharset
            } else {
                DefectKind::InvalidCharacters
            };
            problems.add(kind, 0, self.span(Section::Body).len());
        }
        Some(BodyText { text, problems })
    }
}

fn filename<'a>(parameters: Parameters<'a>, name: &str) -> Option<Cow<'a, str>> {
    let value = parameters.text(name).filter(|value| !value.is_empty())?;
    if !value.contains("=?") {
        return Some(value);
    }
    Some(Cow::Owned(encoded_word::decode(value.as_bytes()).text.into_owned()))
}

/// Marks that change the direction of the text around them.
const fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether a file name contains what [`Part::safe_filename`] takes out.
pub(crate) fn is_unsafe_filename(name: &str) -> bool {
    name.starts_with('.')
        || name.len() > 255
        || name.chars().any(|character| {
            matches!(character, '/' | '\\')
                || character.is_control()
                || is_direction_mark(character)
        })
}

fn safe_filename(name: &str) -> Option<String> {
    const LONGEST: usize = 255;
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut safe = String::new();
    for character in last.chars() {
        if character.is_control() || is_direction_mark(character) {
            continue;
        }
        safe.push(match character {
            '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
            other => other,
        });
    }
    let around = |character: char| character == '.' || character.is_whitespace();
    let mut safe = safe.trim_matches(around);
    if safe.len() > LONGEST {
        // Keep the ending, by which systems choose a program.
        let dot = safe.rfind('.').filter(|&dot| safe.len() - dot <= 16);
        let (stem, ending) = safe.split_at(dot.unwrap_or(safe.len()));
        let mut end = LONGEST - ending.len();
        while !stem.is_char_boundary(end) {
            end -= 1;
        }
        let mut short = String::from(stem.get(..end).unwrap_or_default());
        short.push_str(ending);
        return Some(short);
    }
    safe = safe.trim();
    (!safe.is_empty()).then(|| String::from(safe))
}
