//! Building messages.
//!
//! A [`Draft`] collects addresses, fields and content; [`Draft::build`] decides how it is written:
//! it folds and encodes the header, chooses the transfer encoding of each part from its content,
//! and takes boundaries that occur in no part. The result, [`Outgoing`], knows its exact length
//! before anything is encoded, and hands the message out in chunks; big attachments need not be in
//! memory ([`Entity::source`]).
//!
//! Nothing comes from the surroundings: clock, randomness and domain are in [`Env`], and the same
//! input gives the same bytes.
//!
//! Values cannot carry CR, LF or NUL: they are types ([`FieldText`], [`FieldName`], [`MediaType`],
//! [`Mailbox`], [`MessageId`]) whose constructors refuse them. Methods of the builder take anything
//! that converts into these types; the first conversion that fails is what `build` returns.
//!
//! ```
//! use mime::build::{Draft, Entity, Env, Options};
//! use mime::header::DateTime;
//!
//! # fn main() -> Result<(), mime::build::BuildError> {
//! let env = Env {
//!     now: DateTime::from_timestamp(1_700_000_000, 60).unwrap(),
//!     seed: 42,
//!     domain: "example.org",
//! };
//! let message = Draft::new()
//!     .from("Jürgen <j@example.org>")
//!     .to("李雷 <lilei@example.cn>")
//!     .subject("你好 😀")
//!     .text("Grüße!\n")
//!     .html("<p>Grüße!</p>\n")
//!     .attach(Entity::new("image/png", &b"\x89PNG"[..]).attachment("图.png"))
//!     .build(&env, &Options::default())?;
//! let bytes = message.to_vec()?;
//! assert_eq!(bytes.len() as u64, message.len());
//!
//! let read = mime::Message::parse(&bytes);
//! assert_eq!(read.root().descendants().count(), 5);
//! # Ok(())
//! # }
//! ```

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;

use crate::ParseError;
use crate::header::{DateTime, Mailbox, MessageId};

mod entity;
mod fold;
mod outgoing;
mod value;

pub use entity::{Entity, SourceId};
pub use outgoing::{Chunk, Outgoing};
pub use value::{FieldName, FieldText, MediaType, ParameterName};

use entity::Boundaries;
use fold::FieldWriter;

/// What a message needs from its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Env<'e> {
    /// The date of the message.
    pub now: DateTime,
    /// A random number: the source of boundaries and of the message identifier. A message with the
    /// same seed has the same identifier, so every message wants another one.
    pub seed: u128,
    /// The domain of the message identifier. Nothing else tells where the message was made.
    pub domain: &'e str,
}

/// What the way to the recipients can carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Lines of ASCII: every mail system.
    #[default]
    SevenBit,
    /// Lines of any bytes: `8BITMIME` ([RFC 6152](https://www.rfc-editor.org/rfc/rfc6152)).
    EightBit,
    /// Any bytes: `BINARYMIME` ([RFC 3030](https://www.rfc-editor.org/rfc/rfc3030)).
    Binary,
}

/// How file names outside of ASCII are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NameForm {
    /// As extended parameters, by [RFC 2231](https://www.rfc-editor.org/rfc/rfc2231).
    #[default]
    Extended,
    /// As encoded words in quotes, which is against
    /// [RFC 2047, section 5](https://www.rfc-editor.org/rfc/rfc2047#section-5), but what old
    /// versions of Outlook want.
    EncodedWord,
}

/// How a message is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// What the way to the recipients can carry.
    pub target: Target,
    /// Whether the header is UTF-8 without encoded words, which needs `SMTPUTF8`
    /// ([RFC 6532](https://www.rfc-editor.org/rfc/rfc6532)). Addresses outside of ASCII need it.
    pub utf8_headers: bool,
    /// How file names outside of ASCII are written.
    pub name_form: NameForm,
}

/// Why a message could not be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A value is not what its type allows.
    #[error("invalid value: {0}")]
    Invalid(#[from] ParseError),
    /// There is no author.
    #[error("a message needs an author")]
    NoFrom,
    /// There are several authors and no sender
    /// ([RFC 5322, section 3.6.2](https://www.rfc-editor.org/rfc/rfc5322#section-3.6.2)).
    #[error("a message with several authors needs a sender")]
    NoSender,
    /// The field is written by the builder itself.
    #[error("this field has a method of its own")]
    ReservedField,
    /// An address outside of ASCII without [`Options::utf8_headers`].
    #[error("an address outside of ascii needs utf-8 headers")]
    Utf8Address,
    /// An address that was read from a damaged field and cannot be written.
    #[error("an address that is none cannot be written")]
    IncompleteAddress,
    /// The domain of [`Env`] cannot be part of a message identifier.
    #[error("invalid domain for the message identifier")]
    InvalidDomain,
    /// A ready entity or message has bytes above 127 that the target cannot carry, and must not be
    /// encoded.
    #[error("8-bit content that cannot be encoded, for a 7-bit target")]
    EightBitContent,
    /// A ready entity or message has CR or LF alone, NUL, or a line of more than 998 bytes, and
    /// must not be encoded.
    #[error("content without proper lines that cannot be encoded")]
    BinaryContent,
    /// Multiparts nested more than 100 levels.
    #[error("multiparts nested too deeply")]
    TooDeep,
    /// A multipart without parts.
    #[error("a multipart needs a part")]
    NoParts,
    /// No boundary was found that occurs in no part.
    #[error("no boundary found")]
    NoBoundary,
    /// The content of a [`Entity::source`] must be supplied, in chunks.
    #[error("the content of a source is missing")]
    MissingSource,
    /// More bytes were supplied than the source was said to have.
    #[error("more content than announced")]
    SourceTooLong,
}

impl From<Infallible> for BuildError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// A message in the making.
///
/// Setters that name a list (`to`, `cc`, `bcc`, `from`, `attach`, ...) add to it; the others
/// replace.
#[derive(Clone, Debug, Default)]
pub struct Draft<'a> {
    from: Vec<Mailbox<'a>>,
    sender: Option<Mailbox<'a>>,
    reply_to: Vec<Mailbox<'a>>,
    to: Vec<Mailbox<'a>>,
    cc: Vec<Mailbox<'a>>,
    bcc: Vec<Mailbox<'a>>,
    subject: Option<FieldText<'a>>,
    message_id: Option<MessageId<'a>>,
    in_reply_to: Vec<MessageId<'a>>,
    references: Vec<MessageId<'a>>,
    fields: Vec<(FieldName<'a>, FieldText<'a>)>,
    text: Option<Cow<'a, str>>,
    html: Option<Cow<'a, str>>,
    related: Vec<Entity<'a>>,
    attachments: Vec<Entity<'a>>,
    body: Option<Entity<'a>>,
    error: Option<BuildError>,
}

impl<'a> Draft<'a> {
    /// Creates an empty draft.
    pub fn new() -> Self {
        Self::default()
    }

    fn convert<T, V>(&mut self, value: V) -> Option<T>
    where
        V: TryInto<T>,
        V::Error: Into<BuildError>,
    {
        match value.try_into() {
            Ok(value) => Some(value),
            Err(error) => {
                self.error.get_or_insert(error.into());
                None
            }
        }
    }

    /// Adds an author: `From`.
    pub fn from<V>(mut self, mailbox: V) -> Self
    where
        V: TryInto<Mailbox<'a>>,
        V::Error: Into<BuildError>,
    {
        let mailbox = self.convert(mailbox);
        self.from.extend(mailbox);
        self
    }

    /// Sets who sends the message for the authors: `Sender`.
    pub fn sender<V>(mut self, mailbox: V) -> Self
    where
        V: TryInto<Mailbox<'a>>,
        V::Error: Into<BuildError>,
    {
        self.sender = self.convert(mailbox);
        self
    }

    /// Adds where answers go: `Reply-To`.
    pub fn reply_to<V>(mut self, mailbox: V) -> Self
    where
        V: TryInto<Mailbox<'a>>,
        V::Error: Into<BuildError>,
    {
        let mailbox = self.convert(mailbox);
        self.reply_to.extend(mailbox);
        self
    }

    /// Adds a recipient: `To`.
    pub fn to<V>(mut self, mailbox: V) -> Self
    where
        V: TryInto<Mailbox<'a>>,
        V::Error: Into<BuildError>,
    {
        let mailbox = self.convert(mailbox);
        self.to.extend(mailbox);
        self
    }

    /// Adds a recipient: `Cc`.
    pub fn cc<V>(mut self, mailbox: V) -> Self
    where
        V: TryInto<Mailbox<'a>>,
        V::Error: Into<BuildError>,
    {
        let mailbox = self.convert(mailbox);
        self.cc.extend(mailbox);
        self
    }

    /// Adds a recipient whom the others do not see.
    ///
    /// It is in [`Outgoing::recipients`] and nowhere in the message.
    pub fn bcc<V>(mut self, mailbox: V) -> Self
    where
        V: TryInto<Mailbox<'a>>,
        V::Error: Into<BuildError>,
    {
        let mailbox = self.convert(mailbox);
        self.bcc.extend(mailbox);
        self
    }

    /// Sets the subject.
    pub fn subject<V>(mut self, text: V) -> Self
    where
        V: TryInto<FieldText<'a>>,
        V::Error: Into<BuildError>,
    {
        self.subject = self.convert(text);
        self
    }

    /// Sets the message identifier; otherwise it is made from the seed and the domain.
    pub fn message_id<V>(mut self, id: V) -> Self
    where
        V: TryInto<MessageId<'a>>,
        V::Error: Into<BuildError>,
    {
        self.message_id = self.convert(id);
        self
    }

    /// Adds the identifier of a message that this one answers: `In-Reply-To`.
    pub fn in_reply_to<V>(mut self, id: V) -> Self
    where
        V: TryInto<MessageId<'a>>,
        V::Error: Into<BuildError>,
    {
        let id = self.convert(id);
        self.in_reply_to.extend(id);
        self
    }

    /// Adds the identifier of a message of the same thread: `References`.
    pub fn reference<V>(mut self, id: V) -> Self
    where
        V: TryInto<MessageId<'a>>,
        V::Error: Into<BuildError>,
    {
        let id = self.convert(id);
        self.references.extend(id);
        self
    }

    /// Adds a field with unstructured text.
    ///
    /// Fields that the draft has a method for, and `Bcc`, are refused
    /// ([`BuildError::ReservedField`]).
    pub fn field<N, V>(mut self, name: N, text: V) -> Self
    where
        N: TryInto<FieldName<'a>>,
        N::Error: Into<BuildError>,
        V: TryInto<FieldText<'a>>,
        V::Error: Into<BuildError>,
    {
        const RESERVED: [&str; 13] = [
            "from",
            "sender",
            "reply-to",
            "to",
            "cc",
            "bcc",
            "subject",
            "date",
            "message-id",
            "in-reply-to",
            "references",
            "mime-version",
            "resent-bcc",
        ];
        let name: Option<FieldName<'a>> = self.convert(name);
        let text = self.convert(text);
        if let (Some(name), Some(text)) = (name, text) {
            let lower = name.as_str().to_ascii_lowercase();
            if RESERVED.contains(&&*lower) || lower.starts_with("content-") {
                self.error.get_or_insert(BuildError::ReservedField);
            }
            self.fields.push((name, text));
        }
        self
    }

    /// Sets the text of the message. Its line breaks (CRLF, LF or CR) become CRLF.
    pub fn text(mut self, text: impl Into<Cow<'a, str>>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Sets the HTML text of the message, an alternative to the plain one if there are both.
    pub fn html(mut self, html: impl Into<Cow<'a, str>>) -> Self {
        self.html = Some(html.into());
        self
    }

    /// Adds something that the HTML text shows, such as an image: `multipart/related`.
    ///
    /// The text refers to it by `cid:` and its [`Entity::content_id`].
    pub fn related(mut self, entity: Entity<'a>) -> Self {
        self.related.push(entity);
        self
    }

    /// Adds an attachment.
    pub fn attach(mut self, entity: Entity<'a>) -> Self {
        self.attachments.push(entity);
        self
    }

    /// Sets the whole body, in place of texts and attachments: for structures that the other
    /// methods do not make, such as `multipart/signed`.
    pub fn body(mut self, entity: Entity<'a>) -> Self {
        self.body = Some(entity);
        self
    }

    /// Makes the message.
    ///
    /// # Errors
    ///
    /// If a value given to a setter was refused, if a field that must be there is missing, or if
    /// content that must not be encoded does not fit the target.
    pub fn build(self, env: &Env<'_>, options: &Options) -> Result<Outgoing<'a>, BuildError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.from.is_empty() {
            return Err(BuildError::NoFrom);
        }
        if self.from.len() > 1 && self.sender.is_none() {
            return Err(BuildError::NoSender);
        }
        let mut boundaries = Boundaries::new(env.seed);
        let generated;
        let message_id = match &self.message_id {
            Some(id) => id,
            None => {
                generated = alloc::format!("{}@{}", boundaries.random(), env.domain);
                &MessageId::new(&generated).map_err(|_| BuildError::InvalidDomain)?
            }
        };
        let mut header = Vec::with_capacity(512);
        let out = &mut header;
        let single = |out: &mut Vec<u8>, name: &str, value: &str| {
            let mut field = FieldWriter::new(out, name, options);
            field.token(value);
            field.finish();
        };
        single(out, "Date", &env.now.to_rfc5322());
        mailboxes(out, "From", &self.from, options)?;
        mailboxes(out, "Sender", self.sender.as_slice(), options)?;
        mailboxes(out, "Reply-To", &self.reply_to, options)?;
        mailboxes(out, "To", &self.to, options)?;
        mailboxes(out, "Cc", &self.cc, options)?;
        single(out, "Message-ID", &alloc::format!("{message_id}"));
        identifiers(out, "In-Reply-To", &self.in_reply_to, options);
        identifiers(out, "References", &self.references, options);
        let subject = self.subject.iter().map(|text| ("Subject", text));
        for (name, text) in
            subject.chain(self.fields.iter().map(|(name, text)| (name.as_str(), text)))
        {
            let mut field = FieldWriter::new(out, name, options);
            field.text(text.as_str());
            field.finish();
        }
        header.extend_from_slice(b"MIME-Version: 1.0\r\n");

        let sender = self.sender.as_ref().or(self.from.first()).map(Mailbox::address);
        let everybody = || self.to.iter().chain(&self.cc).chain(&self.bcc);
        let mut recipients: Vec<String> = Vec::with_capacity(everybody().count());
        let mut seen = BTreeSet::new();
        for mailbox in everybody() {
            check(mailbox, options)?;
            if seen.insert((mailbox.local_part(), mailbox.domain())) {
                recipients.push(mailbox.address());
            }
        }
        let body = match self.body {
            Some(body) => body,
            None => structure(self.text, self.html, self.related, self.attachments),
        };
        let mut outgoing = Outgoing::new(sender.unwrap_or_default(), recipients);
        outgoing.push_owned(header);
        body.write(&mut outgoing, &mut boundaries, options)?;
        Ok(outgoing)
    }
}

/// Arranges texts and attachments as readers expect them: alternatives inside, attachments outside.
fn structure<'a>(
    text: Option<Cow<'a, str>>,
    html: Option<Cow<'a, str>>,
    mut related: Vec<Entity<'a>>,
    mut attachments: Vec<Entity<'a>>,
) -> Entity<'a> {
    let html = html.map(|html| {
        let html = Entity::html(html);
        if related.is_empty() {
            return html;
        }
        let mut parts = alloc::vec![html];
        parts.append(&mut related);
        Entity::multipart("multipart/related", parts).parameter("type", "text/html")
    });
    // Without HTML there is nothing that refers to them.
    related.append(&mut attachments);
    let content = match (text.map(Entity::text), html) {
        (Some(text), Some(html)) => {
            Entity::multipart("multipart/alternative", alloc::vec![text, html])
        }
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) if related.is_empty() => Entity::text(""),
        (None, None) => return Entity::multipart("multipart/mixed", related),
    };
    if related.is_empty() {
        return content;
    }
    related.insert(0, content);
    Entity::multipart("multipart/mixed", related)
}

fn check(mailbox: &Mailbox<'_>, options: &Options) -> Result<(), BuildError> {
    const LONGEST: usize = 900;
    // Quoting at most doubles the length.
    let len = mailbox.local_part().len() + mailbox.domain().len();
    if !mailbox.is_writable() || len > LONGEST / 2 - 2 && mailbox.address().len() > LONGEST {
        return Err(BuildError::IncompleteAddress);
    }
    let ascii = mailbox.domain().is_ascii() && mailbox.local_part().is_ascii();
    if !ascii && !options.utf8_headers {
        return Err(BuildError::Utf8Address);
    }
    Ok(())
}

fn mailboxes(
    out: &mut Vec<u8>,
    name: &str,
    mailboxes: &[Mailbox<'_>],
    options: &Options,
) -> Result<(), BuildError> {
    if mailboxes.is_empty() {
        return Ok(());
    }
    let mut field = FieldWriter::new(out, name, options);
    for (i, mailbox) in mailboxes.iter().enumerate() {
        check(mailbox, options)?;
        if i > 0 {
            field.glue(",");
        }
        field.mailbox(mailbox);
    }
    field.finish();
    Ok(())
}

fn identifiers(out: &mut Vec<u8>, name: &str, ids: &[MessageId<'_>], options: &Options) {
    // One that was read from a message can be of any length; it cannot be folded.
    let mut ids = ids.iter().filter(|id| id.as_str().len() <= 900).peekable();
    if ids.peek().is_none() {
        return;
    }
    let mut field = FieldWriter::new(out, name, options);
    for id in ids {
        field.token(&alloc::format!("{id}"));
    }
    field.finish();
}
