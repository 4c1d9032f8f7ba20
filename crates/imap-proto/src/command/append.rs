//! APPEND and REPLACE.

use alloc::vec::Vec;

use super::search::write_extension;
use crate::literal::Encoder;
use crate::own::{own_enum, own_struct};
use crate::syntax::{Cursor, Parsed};
use crate::{Content, DateTime, Flags, Mailbox, Raw, Str, Word};

/// The arguments of APPEND.
///
/// ```abnf
/// append         = "APPEND" SP mailbox 1*append-message
/// append-message = append-opts SP append-data
/// ```
///
/// [RFC 9051, section 6.3.12](https://www.rfc-editor.org/rfc/rfc9051#section-6.3.12),
/// [RFC 4466, section 6](https://www.rfc-editor.org/rfc/rfc4466#section-6),
/// [RFC 3502](https://www.rfc-editor.org/rfc/rfc3502)
///
/// # Example
///
/// ```
/// use imap_proto::{Append, AppendMessage, Command, Content, Flag, Flags, Mailbox};
///
/// let mut message = AppendMessage::new(Content::from(&b"Subject: hi\r\n\r\n"[..]));
/// message.flags = Some(Flags::from_iter([Flag::Seen]));
/// let append = Append { mailbox: Mailbox::try_from("Drafts")?, messages: vec![message] };
/// let mut out = Vec::new();
/// Command::Append(append).encode(&mut out);
/// assert_eq!(out, b"APPEND Drafts (\\Seen) {15}\r\nSubject: hi\r\n\r\n");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append<'a> {
    /// Where the messages go.
    pub mailbox: Mailbox<'a>,
    /// The messages; more than one needs MULTIAPPEND.
    pub messages: Vec<AppendMessage<'a>>,
}

own_struct! { Append { mailbox, messages } }

/// One message of APPEND.
///
/// ```abnf
/// append-opts = [SP flag-list] [SP date-time] *(SP append-ext)
/// ```
///
/// [RFC 4466, section 6](https://www.rfc-editor.org/rfc/rfc4466#section-6)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendMessage<'a> {
    /// The flags that it is to have.
    pub flags: Option<Flags<'a>>,
    /// The internal date that it is to have; that of its arrival otherwise.
    pub date: Option<DateTime>,
    /// Further properties.
    pub options: Vec<(Word<'a>, Raw<'a>)>,
    /// The message itself.
    pub data: AppendData<'a>,
}

own_struct! { AppendMessage { flags, date, options, data } }

/// The octets of a message, or where they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AppendData<'a> {
    /// A literal.
    Message(Content<'a>),
    /// A literal8, which may have NULs ([RFC 3516](https://www.rfc-editor.org/rfc/rfc3516)).
    Binary(Content<'a>),
    /// A literal8 that is marked as having UTF-8 in its header, in the form of
    /// [RFC 6855](https://www.rfc-editor.org/rfc/rfc6855) that RFC 9755 removed.
    Utf8(Content<'a>),
    /// Parts to be put together ([RFC 4469](https://www.rfc-editor.org/rfc/rfc4469)).
    Catenate(Vec<CatenatePart<'a>>),
}

own_enum! { AppendData { Message(content), Binary(content), Utf8(content), Catenate(parts) } }

/// A part of a message that is put together.
///
/// ```abnf
/// cat-part     = text-literal / url
/// text-literal = "TEXT" SP literal
/// url          = "URL" SP astring
/// ```
///
/// [RFC 4469, section 5](https://www.rfc-editor.org/rfc/rfc4469#section-5)
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CatenatePart<'a> {
    /// Octets of the client.
    Text(Content<'a>),
    /// Octets of a message on the server.
    Url(Str<'a>),
}

own_enum! { CatenatePart { Text(content), Url(url) } }

/// The arguments of REPLACE: a message takes the place of another one.
///
/// ```abnf
/// replace = "REPLACE" SP seq-number SP mailbox append-message
/// ```
///
/// [RFC 8508, section 5](https://www.rfc-editor.org/rfc/rfc8508#section-5)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace<'a> {
    /// Whether the old message is meant by its UID.
    pub uid: bool,
    /// The old message; `None` is `*`, the last one.
    pub old: Option<u32>,
    /// Where the new message goes.
    pub mailbox: Mailbox<'a>,
    /// The new message.
    pub message: AppendMessage<'a>,
}

own_struct! { Replace { uid, old, mailbox, message } }

impl<'a> Append<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let mailbox = Mailbox::read(c)?;
        let mut messages = Vec::with_capacity(1);
        loop {
            messages.push(AppendMessage::read(c)?);
            if c.peek() != Some(b' ') {
                return Ok(Self { mailbox, messages });
            }
        }
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.text("APPEND ");
        self.mailbox.write(e);
        for message in &self.messages {
            message.write(e);
        }
    }
}

impl<'a> Replace<'a> {
    pub(crate) fn read(c: &mut Cursor<'a>, uid: bool) -> Parsed<Self> {
        c.sp()?;
        let old = if c.eat(b'*') { None } else { Some(c.nz_number()?) };
        c.sp()?;
        let mailbox = Mailbox::read(c)?;
        Ok(Self { uid, old, mailbox, message: AppendMessage::read(c)? })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.text(if self.uid { "UID REPLACE " } else { "REPLACE " });
        match self.old {
            Some(old) => e.number(old),
            None => e.byte(b'*'),
        }
        e.sp();
        self.mailbox.write(e);
        self.message.write(e);
    }
}

impl<'a> AppendMessage<'a> {
    /// A message without flags and date.
    #[must_use]
    pub fn new(content: Content<'a>) -> Self {
        Self { flags: None, date: None, options: Vec::new(), data: AppendData::Message(content) }
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let mut flags = None;
        if c.peek() == Some(b'(') {
            flags = Some(Flags::read(c)?);
            c.sp()?;
        }
        let mut date = None;
        if c.peek() == Some(b'"') {
            date = Some(DateTime::read(c)?);
            c.sp()?;
        }
        let mut options = Vec::new();
        let data = loop {
            match c.peek() {
                Some(b'{') => break AppendData::Message(c.content()?),
                Some(b'~') => break AppendData::Binary(c.content()?),
                _ => {}
            }
            if c.eat_word(b"CATENATE") {
                c.sp()?;
                break AppendData::Catenate(CatenatePart::read_list(c)?);
            }
            if c.eat_word(b"UTF8") {
                c.sp()?;
                c.byte(b'(', "a list in parentheses")?;
                let content = c.content()?;
                let streams = c.rest().is_empty() && content.octets().is_none();
                if !streams {
                    c.byte(b')', "a closing parenthesis")?;
                }
                break AppendData::Utf8(content);
            }
            let name = Word::from_atom(c.atom()?);
            c.sp()?;
            options.push((name, c.raw_value()?));
            c.sp()?;
        };
        Ok(Self { flags, date, options, data })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.sp();
        if let Some(flags) = &self.flags {
            flags.write(e);
            e.sp();
        }
        if let Some(date) = &self.date {
            date.write(e);
            e.sp();
        }
        for (name, value) in &self.options {
            write_extension(name, Some(value), e);
            e.sp();
        }
        match &self.data {
            AppendData::Message(content) => e.content(content, false),
            AppendData::Binary(content) => e.content(content, true),
            AppendData::Utf8(content) => {
                e.text("UTF8 (");
                e.content(content, true);
                e.byte(b')');
            }
            AppendData::Catenate(parts) => {
                e.text("CATENATE ");
                e.list(parts, |e, part| match part {
                    CatenatePart::Text(content) => {
                        e.text("TEXT ");
                        e.content(content, false);
                    }
                    CatenatePart::Url(url) => {
                        e.text("URL ");
                        e.astring(url);
                    }
                });
            }
        }
    }

    /// The octets that belong to the message, in order, as far as the client sends them.
    pub fn contents(&self) -> impl Iterator<Item = &Content<'a>> {
        let (one, parts) = match &self.data {
            AppendData::Message(content)
            | AppendData::Binary(content)
            | AppendData::Utf8(content) => (Some(content), [].as_slice()),
            AppendData::Catenate(parts) => (None, parts.as_slice()),
        };
        one.into_iter().chain(parts.iter().filter_map(|part| match part {
            CatenatePart::Text(content) => Some(content),
            CatenatePart::Url(_) => None,
        }))
    }
}

impl<'a> CatenatePart<'a> {
    fn read_list(c: &mut Cursor<'a>) -> Parsed<Vec<Self>> {
        c.byte(b'(', "a list in parentheses")?;
        Self::read_rest(c)
    }

    /// Reads parts up to the closing parenthesis, or up to a literal that has just begun to stream.
    pub(crate) fn read_rest(c: &mut Cursor<'a>) -> Parsed<Vec<Self>> {
        let mut parts = Vec::new();
        loop {
            if c.eat_word(b"TEXT") {
                c.sp()?;
                parts.push(Self::Text(c.content()?));
            } else if c.eat_word(b"URL") {
                c.sp()?;
                parts.push(Self::Url(c.astring()?));
            } else {
                return c.error("TEXT or URL");
            }
            if c.rest().is_empty()
                && matches!(parts.last(), Some(Self::Text(Content::Streamed { .. })))
            {
                return Ok(parts);
            }
            if c.peek_after_sp() == Some(b')') {
                c.no_sp();
            }
            if c.eat(b')') {
                return Ok(parts);
            }
            c.sp()?;
        }
    }
}
