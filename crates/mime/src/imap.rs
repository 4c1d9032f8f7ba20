//! What an IMAP server tells about a message, as plain values.
//!
//! [`Envelope`] and [`BodyFields`] hold what stands in `ENVELOPE` and `BODYSTRUCTURE`; the tree of
//! the latter is that of the parts. [`Index::imap_span`](crate::Index::imap_span) finds what
//! `BODY[section]` asks for.
//!
//! Values are as they stand in the message: unfolded, encoded words not decoded, since the client
//! decodes them ([RFC 9051, section
//! 7.5.2](https://www.rfc-editor.org/rfc/rfc9051#section-7.5.2)).

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::codec::TransferEncoding;
use crate::encoded_word;
use crate::header::{Address, AddressList, ContentType, Known, Mailbox, Parameter};
use crate::{Index, Part, PartId, PartKind, Section, Span};

/// The values of `ENVELOPE`.
///
/// ```abnf
/// envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP
///            env-cc SP env-bcc SP env-in-reply-to SP env-message-id ")"
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
///
/// # Example
///
/// ```
/// use mime::{Message, imap::Envelope};
///
/// let message = Message::parse(b"From: Fred <fred@a.test>\r\nTo: team:b@c.test;\r\n\r\n");
/// let envelope = Envelope::of(message.root());
/// assert_eq!(envelope.from[0].host.as_deref(), Some("a.test"));
/// assert_eq!(envelope.sender, envelope.from);
/// // A group begins and ends with an address without host.
/// assert_eq!(envelope.to.len(), 3);
/// assert_eq!(envelope.to[0].mailbox.as_deref(), Some("team"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Envelope<'m> {
    /// The value of `Date`.
    pub date: Option<Cow<'m, [u8]>>,
    /// The value of `Subject`.
    pub subject: Option<Cow<'m, [u8]>>,
    /// The addresses of `From`.
    pub from: Vec<EnvelopeAddress>,
    /// The address of `Sender`, or else those of `From`.
    pub sender: Vec<EnvelopeAddress>,
    /// The addresses of `Reply-To`, or else those of `From`.
    pub reply_to: Vec<EnvelopeAddress>,
    /// The addresses of `To`.
    pub to: Vec<EnvelopeAddress>,
    /// The addresses of `Cc`.
    pub cc: Vec<EnvelopeAddress>,
    /// The addresses of `Bcc`.
    pub bcc: Vec<EnvelopeAddress>,
    /// The value of `In-Reply-To`.
    pub in_reply_to: Option<Cow<'m, [u8]>>,
    /// The value of `Message-ID`.
    pub message_id: Option<Cow<'m, [u8]>>,
}

/// One address of an [`Envelope`].
///
/// A group begins with an address that has its name as `mailbox` and no `host`, and ends with one
/// that has neither.
///
/// ```abnf
/// address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EnvelopeAddress {
    /// The display name, in encoded words if it is not ASCII.
    pub name: Option<String>,
    /// The source route of old mail.
    pub route: Option<String>,
    /// The local part, without quotes.
    pub mailbox: Option<String>,
    /// The domain.
    pub host: Option<String>,
}

impl<'m> Envelope<'m> {
    /// Returns the envelope of a message: of [`Message::root`](crate::Message::root), or of the
    /// part inside of a `message/rfc822`.
    pub fn of(part: Part<'m>) -> Self {
        let value = |known| part.known(known).map(|field| field.unfolded());
        let list = |known: Known| {
            let list = part.known(known).and_then(|field| field.parse::<AddressList<'_>>());
            list.map(|list| addresses(&list)).unwrap_or_default()
        };
        let from = list(Known::From);
        let or_from =
            |list: Vec<EnvelopeAddress>| if list.is_empty() { from.clone() } else { list };
        Envelope {
            date: value(Known::Date),
            subject: value(Known::Subject),
            sender: or_from(list(Known::Sender)),
            reply_to: or_from(list(Known::ReplyTo)),
            to: list(Known::To),
            cc: list(Known::Cc),
            bcc: list(Known::Bcc),
            in_reply_to: value(Known::InReplyTo),
            message_id: value(Known::MessageId),
            from,
        }
    }
}

fn addresses(list: &AddressList<'_>) -> Vec<EnvelopeAddress> {
    let mut all = Vec::new();
    for address in &list.members {
        match address {
            Address::Mailbox(mailbox) => all.push(envelope_address(mailbox)),
            Address::Group(group) => {
                let mailbox = Some(encoded(&group.name));
                all.push(EnvelopeAddress { mailbox, ..EnvelopeAddress::default() });
                all.extend(group.members.iter().map(envelope_address));
                all.push(EnvelopeAddress::default());
            }
        }
    }
    all
}

fn envelope_address(mailbox: &Mailbox<'_>) -> EnvelopeAddress {
    let name = mailbox.name().or(mailbox.comment());
    EnvelopeAddress {
        name: name.filter(|name| !name.is_empty()).map(encoded),
        route: mailbox.route().map(String::from),
        mailbox: Some(String::from(mailbox.local_part())),
        // An absent host would begin a group.
        host: Some(String::from(mailbox.domain())),
    }
}

fn encoded(text: &str) -> String {
    const WORD: usize = 75;
    if text.chars().all(|c| c.is_ascii() && !c.is_ascii_control()) {
        String::from(text)
    } else {
        encoded_word::encode(text, WORD)
    }
}

/// What `BODYSTRUCTURE` says about one part.
///
/// ```abnf
/// body-fields = body-fld-param SP body-fld-id SP body-fld-desc SP body-fld-enc SP body-fld-octets
/// body-ext-1part = body-fld-md5 [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc]]]
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
///
/// # Example
///
/// ```
/// use mime::{Message, imap::BodyFields};
///
/// let message = Message::parse(b"Content-Type: Text/Plain; charset=utf-8\r\n\r\na\r\nb\r\n");
/// let fields = BodyFields::of(message.root());
/// assert_eq!((&*fields.kind, &*fields.subtype), ("Text", "Plain"));
/// assert_eq!(fields.encoding, "7bit");
/// assert_eq!((fields.octets, fields.lines), (6, 2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BodyFields<'m> {
    /// The type.
    pub kind: &'m str,
    /// The subtype.
    pub subtype: &'m str,
    /// The parameters of the type; their names without what RFC 2231 adds, values decoded.
    pub parameters: Vec<Parameter<'m>>,
    /// The value of `Content-ID`.
    pub id: Option<Cow<'m, [u8]>>,
    /// The value of `Content-Description`.
    pub description: Option<Cow<'m, [u8]>>,
    /// The transfer encoding; `7bit` if nothing is said.
    pub encoding: Cow<'m, str>,
    /// The length of the body in bytes, as it is in the message.
    pub octets: u64,
    /// The number of lines of the body: what `text` and `message/rfc822` tell.
    pub lines: u64,
    /// How many bytes the body is longer with all line ends CRLF: to be added to `octets` by a
    /// server that stores LF.
    pub bare_lines: u64,
    /// The value of `Content-MD5`.
    pub md5: Option<Cow<'m, [u8]>>,
    /// The disposition and its parameters.
    pub disposition: Option<(&'m str, Vec<Parameter<'m>>)>,
    /// The tags of `Content-Language`.
    pub language: Vec<Cow<'m, str>>,
    /// The value of `Content-Location`.
    pub location: Option<Cow<'m, [u8]>>,
}

impl<'m> BodyFields<'m> {
    /// Collects the values of a part.
    pub fn of(part: Part<'m>) -> Self {
        let mut content_type = part.content_type();
        if content_type.is_kind("multipart") && part.kind() == PartKind::Leaf {
            // A multipart without parts is text.
            content_type = ContentType::text_plain();
        }
        let value = |name: &str| part.field(name).map(|field| field.unfolded());
        let disposition = part.disposition();
        let encoding = match part.encoding() {
            TransferEncoding::SevenBit => Cow::Borrowed("7bit"),
            _ => value("content-transfer-encoding")
                .map_or(Cow::Borrowed("7bit"), crate::header::text_cow),
        };
        let languages = value("content-language").map(crate::header::text_cow).unwrap_or_default();
        let language = languages
            .split(',')
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
            .map(|tag| Cow::Owned(String::from(tag)))
            .collect();
        let lines = part.lines(Section::Body);
        BodyFields {
            kind: content_type.kind(),
            subtype: content_type.subtype(),
            parameters: content_type.parameters().list().0,
            id: value("content-id"),
            description: value("content-description"),
            encoding,
            octets: part.span(Section::Body).len(),
            lines: lines.count(),
            bare_lines: lines.bare(),
            md5: value("content-md5"),
            disposition: disposition.map(|value| (value.kind(), value.parameters().list().0)),
            language,
            location: value("content-location"),
        }
    }
}

/// What behind the numbers of a section is asked for.
///
/// ```abnf
/// section-text = section-msgtext / "MIME"
/// section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT"
/// ```
///
/// [RFC 9051, section 6.4.5.1](https://www.rfc-editor.org/rfc/rfc9051#section-6.4.5.1)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionText {
    /// Nothing: the body of the part, or the whole message.
    Whole,
    /// `HEADER`: the header section of a message.
    Header,
    /// `TEXT`: the body of a message.
    Text,
    /// `MIME`: the header section of a part.
    Mime,
}

impl Index {
    /// Finds what `BODY[section]` asks for: numbers, and what is behind them.
    ///
    /// `None` if there is no such part, or if it is no message where one is needed. Of the result,
    /// [`partial`] makes what `BODY[section]<origin.count>` asks for. `HEADER.FIELDS` is the
    /// header section without some fields; see [`Part::fields`].
    ///
    /// # Example
    ///
    /// ```
    /// use mime::{Config, Index, imap::SectionText};
    ///
    /// let bytes = b"Subject: hi\r\n\r\nbody";
    /// let index = Index::scan(bytes, &Config::default())?;
    /// let find = |path: &[u32], text| index.imap_span(path, text).and_then(|span| span.of(bytes));
    /// assert_eq!(find(&[], SectionText::Whole), Some(&bytes[..]));
    /// assert_eq!(find(&[], SectionText::Text), Some(&b"body"[..]));
    /// assert_eq!(find(&[1], SectionText::Whole), Some(&b"body"[..]));
    /// assert_eq!(find(&[2], SectionText::Whole), None);
    /// # Ok::<(), mime::Error>(())
    /// ```
    pub fn imap_span(&self, path: &[u32], text: SectionText) -> Option<Span> {
        let part = self.part_at(path)?;
        if path.is_empty() {
            return match text {
                SectionText::Whole => Some(self.span(part, Section::All)),
                SectionText::Header => Some(self.span(part, Section::Header)),
                SectionText::Text => Some(self.span(part, Section::Body)),
                SectionText::Mime => None,
            };
        }
        let inner = |part: PartId| {
            self.children(part).next().filter(|_| self.kind(part) == PartKind::Message)
        };
        match text {
            SectionText::Whole => Some(self.span(part, Section::Body)),
            SectionText::Mime => Some(self.span(part, Section::Header)),
            SectionText::Header => Some(self.span(inner(part)?, Section::Header)),
            SectionText::Text => Some(self.span(inner(part)?, Section::Body)),
        }
    }
}

/// Returns the part of a span that begins at an offset and has at most `count` bytes; empty where
/// the offset is behind the end.
///
/// ```abnf
/// partial = "<" number64 "." nz-number64 ">"
/// ```
///
/// # Example
///
/// ```
/// use mime::{Span, imap::partial};
///
/// assert_eq!(partial(Span::new(10, 20), 5, 100), Span::new(15, 20));
/// assert_eq!(partial(Span::new(10, 20), 50, 100), Span::new(20, 20));
/// ```
pub fn partial(span: Span, origin: u64, count: u64) -> Span {
    let start = span.start.saturating_add(origin).min(span.end);
    Span::new(start, start.saturating_add(count).min(span.end))
}
