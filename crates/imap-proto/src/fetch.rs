use alloc::vec::Vec;

use crate::literal::Encoder;
use crate::own::{own_enum, own_struct};
use crate::section::{read_binary, write_binary};
use crate::syntax::{Cursor, Parsed};
use crate::{
    Content, DateTime, DeviationKind, Flags, GmailLabels, LazyBodyStructure, LazyEnvelope,
    ObjectId, PartNumber, Raw, Section, Str,
};

/// What a FETCH or UIDFETCH response says of one message.
///
/// ```abnf
/// message-data   = nz-number SP ("EXPUNGE" / ("FETCH" SP msg-att))
/// uidfetch-resp  = uniqueid SP "UIDFETCH" SP msg-att
/// msg-att        = "(" (msg-att-dynamic / msg-att-static)
///                  *(SP (msg-att-dynamic / msg-att-static)) ")"
/// ```
///
/// [RFC 9051, section 7.5.2](https://www.rfc-editor.org/rfc/rfc9051#section-7.5.2)
///
/// # Example
///
/// ```
/// use imap_proto::{FetchItem, Response};
///
/// let unit = b"* 12 FETCH (UID 1021 RFC822.SIZE 4286 X-NEW (a b))\r\n";
/// let Response::Fetch(message) = Response::parse(unit)? else { panic!() };
/// assert_eq!(message.number, 12);
/// assert_eq!(message.uid(), Some(1021));
/// assert!(matches!(message.items[2], FetchItem::Other { .. }));
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageData<'a> {
    /// The sequence number of the message; its UID in a UIDFETCH response.
    pub number: u32,
    /// What is said of it, in the server's order.
    pub items: Vec<FetchItem<'a>>,
}

own_struct! { MessageData { number, items } }

/// One item of a [`MessageData`].
///
/// ```abnf
/// msg-att-dynamic = "FLAGS" SP "(" [flag-fetch *(SP flag-fetch)] ")"
/// msg-att-static  = "ENVELOPE" SP envelope / "INTERNALDATE" SP date-time /
///                   "RFC822.SIZE" SP number64 / "BODY" ["STRUCTURE"] SP body /
///                   "BODY" section ["<" number ">"] SP nstring /
///                   "BINARY" section-binary SP (nstring / literal8) /
///                   "BINARY.SIZE" section-binary SP number / "UID" SP uniqueid
/// ```
///
/// [RFC 9051, section 7.5.2](https://www.rfc-editor.org/rfc/rfc9051#section-7.5.2). An item that is
/// not known, or whose value is not what it should be, is kept as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchItem<'a> {
    /// `FLAGS`.
    Flags(Flags<'a>),
    /// `UID`.
    Uid(u32),
    /// `INTERNALDATE`: when the message arrived.
    InternalDate(DateTime),
    /// `RFC822.SIZE`: octets of the whole message.
    Size(u64),
    /// `ENVELOPE`.
    Envelope(LazyEnvelope<'a>),
    /// `BODYSTRUCTURE`.
    BodyStructure(LazyBodyStructure<'a>),
    /// `BODY`: the structure without what BODYSTRUCTURE has more.
    Body(LazyBodyStructure<'a>),
    /// `BODY[...]`: text of the message.
    Section {
        /// Which text.
        section: Section<'a>,
        /// Index of the first octet, if not all of it was asked for.
        origin: Option<u64>,
        /// The text; `None` if there is none.
        content: Option<Content<'a>>,
    },
    /// `BINARY[...]`: a part without its transfer encoding.
    Binary {
        /// Which part; the whole message if there is none.
        part: Option<PartNumber<'a>>,
        /// Index of the first octet, if not all of it was asked for.
        origin: Option<u64>,
        /// The octets; `None` if there are none.
        content: Option<Content<'a>>,
    },
    /// `BINARY.SIZE[...]`: octets of a part without its transfer encoding.
    BinarySize {
        /// Which part; the whole message if there is none.
        part: Option<PartNumber<'a>>,
        /// How many octets.
        size: u64,
    },
    /// `RFC822`: the whole message (IMAP4rev1).
    Rfc822(Option<Content<'a>>),
    /// `RFC822.HEADER`: the header (IMAP4rev1).
    Rfc822Header(Option<Content<'a>>),
    /// `RFC822.TEXT`: the text after the header (IMAP4rev1).
    Rfc822Text(Option<Content<'a>>),
    /// `MODSEQ`: when the message was last changed
    /// ([RFC 7162](https://www.rfc-editor.org/rfc/rfc7162#section-3.1.4)).
    ModSeq(u64),
    /// `EMAILID` ([RFC 8474](https://www.rfc-editor.org/rfc/rfc8474#section-5.1)).
    EmailId(ObjectId<'a>),
    /// `THREADID` ([RFC 8474](https://www.rfc-editor.org/rfc/rfc8474#section-5.2)).
    ThreadId(Option<ObjectId<'a>>),
    /// `SAVEDATE`: when the message came into this mailbox
    /// ([RFC 8514](https://www.rfc-editor.org/rfc/rfc8514#section-4.2)).
    SaveDate(Option<DateTime>),
    /// `PREVIEW`: the beginning of the text, for people
    /// ([RFC 8970](https://www.rfc-editor.org/rfc/rfc8970#section-3.2)).
    Preview(Option<Str<'a>>),
    /// `X-GM-MSGID` of Gmail.
    GmailMessageId(u64),
    /// `X-GM-THRID` of Gmail.
    GmailThreadId(u64),
    /// `X-GM-LABELS` of Gmail.
    GmailLabels(GmailLabels<'a>),
    /// Another item.
    Other {
        /// Its name, with all that stands in brackets.
        name: Raw<'a>,
        /// Its value.
        value: Raw<'a>,
    },
}

own_enum! {
    FetchItem {
        Flags(flags), Uid(n), InternalDate(date), Size(n), Envelope(envelope), BodyStructure(body),
        Body(body), Section { section, origin, content }, Binary { part, origin, content },
        BinarySize { part, size }, Rfc822(content), Rfc822Header(content), Rfc822Text(content),
        ModSeq(n), EmailId(id), ThreadId(id), SaveDate(date), Preview(text), GmailMessageId(n),
        GmailThreadId(n), GmailLabels(labels), Other { name, value },
    }
}

impl<'a> MessageData<'a> {
    /// The UID, if the response has it.
    #[must_use]
    pub fn uid(&self) -> Option<u32> {
        self.items.iter().find_map(|item| match item {
            FetchItem::Uid(uid) => Some(*uid),
            _ => None,
        })
    }

    /// The flags, if the response has them.
    #[must_use]
    pub fn flags(&self) -> Option<&Flags<'a>> {
        self.items.iter().find_map(|item| match item {
            FetchItem::Flags(flags) => Some(flags),
            _ => None,
        })
    }

    /// The modification sequence, if the response has it.
    #[must_use]
    pub fn mod_seq(&self) -> Option<u64> {
        self.items.iter().find_map(|item| match item {
            FetchItem::ModSeq(n) => Some(*n),
            _ => None,
        })
    }

    /// Reads what follows the word FETCH.
    pub(crate) fn read(c: &mut Cursor<'a>, number: u32) -> Parsed<Self> {
        let mut items = Vec::new();
        c.each(|c| {
            if items.is_empty() {
                items.reserve(6);
            }
            if c.peek() == Some(b'(') {
                // Items in parentheses of their own.
                c.tolerate(DeviationKind::BadCharacter);
                return c.each(|c| {
                    items.push(FetchItem::read(c)?);
                    Ok(())
                });
            }
            items.push(FetchItem::read(c)?);
            Ok(())
        })?;
        Ok(Self { number, items })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.list(&self.items, |e, item| item.write(e));
    }
}

/// What a name says about the value that follows.
#[derive(Clone, Copy)]
enum Name {
    Flags,
    Uid,
    InternalDate,
    Size,
    Envelope,
    BodyStructure,
    Body,
    Binary,
    BinarySize,
    Rfc822,
    Rfc822Header,
    Rfc822Text,
    ModSeq,
    EmailId,
    ThreadId,
    SaveDate,
    Preview,
    GmailMessageId,
    GmailThreadId,
    GmailLabels,
}

impl Name {
    /// The name of these letters, found by their number first.
    #[inline]
    fn find(text: &[u8]) -> Option<Self> {
        let (name, found): (&[u8], Self) = match text.len() {
            3 => (b"UID", Self::Uid),
            4 => (b"BODY", Self::Body),
            5 => (b"FLAGS", Self::Flags),
            6 => match text.first() {
                Some(b'M' | b'm') => (b"MODSEQ", Self::ModSeq),
                Some(b'B' | b'b') => (b"BINARY", Self::Binary),
                _ => (b"RFC822", Self::Rfc822),
            },
            7 => match text.first() {
                Some(b'E' | b'e') => (b"EMAILID", Self::EmailId),
                _ => (b"PREVIEW", Self::Preview),
            },
            8 => match text.first() {
                Some(b'E' | b'e') => (b"ENVELOPE", Self::Envelope),
                Some(b'S' | b's') => (b"SAVEDATE", Self::SaveDate),
                _ => (b"THREADID", Self::ThreadId),
            },
            10 => match text.get(5) {
                Some(b'M' | b'm') => (b"X-GM-MSGID", Self::GmailMessageId),
                _ => (b"X-GM-THRID", Self::GmailThreadId),
            },
            11 => match (text.first(), text.get(7)) {
                (Some(b'R' | b'r'), Some(b'S' | b's')) => (b"RFC822.SIZE", Self::Size),
                (Some(b'R' | b'r'), _) => (b"RFC822.TEXT", Self::Rfc822Text),
                (Some(b'B' | b'b'), _) => (b"BINARY.SIZE", Self::BinarySize),
                _ => (b"X-GM-LABELS", Self::GmailLabels),
            },
            12 => (b"INTERNALDATE", Self::InternalDate),
            13 => match text.first() {
                Some(b'B' | b'b') => (b"BODYSTRUCTURE", Self::BodyStructure),
                _ => (b"RFC822.HEADER", Self::Rfc822Header),
            },
            _ => return None,
        };
        if text.eq_ignore_ascii_case(name) { Some(found) } else { None }
    }
}

/// The name of an item ends where its section begins, or its value.
fn read_name<'a>(c: &mut Cursor<'a>) -> &'a [u8] {
    let rest = c.rest();
    let len = rest
        .iter()
        .position(|b| matches!(b, b' ' | b'[' | b'(' | b')' | b'<' | b'\r' | b'\n'))
        .unwrap_or(rest.len());
    c.skip(len);
    rest.get(..len).unwrap_or_default()
}

impl<'a> FetchItem<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let start = c.offset();
        let Some(name) = Name::find(read_name(c)) else {
            c.rewind(start);
            return Self::read_other(c);
        };
        match Self::read_known(c, name) {
            Ok(item) if matches!(c.peek(), Some(b' ' | b')')) => Ok(item),
            _ => {
                c.rewind(start);
                c.tolerate(DeviationKind::Unknown);
                Self::read_other(c)
            }
        }
    }

    fn read_known(c: &mut Cursor<'a>, name: Name) -> Parsed<Self> {
        match name {
            Name::Body if c.peek() == Some(b'[') => {
                let section = Section::read(c)?;
                let origin = read_origin(c)?;
                let content = read_content(c)?;
                return Ok(Self::Section { section, origin, content });
            }
            Name::Binary => {
                let part = read_binary(c)?;
                let origin = read_origin(c)?;
                let content = read_content(c)?;
                return Ok(Self::Binary { part, origin, content });
            }
            Name::BinarySize => {
                let part = read_binary(c)?;
                c.sp()?;
                return Ok(Self::BinarySize { part, size: c.number64()? });
            }
            Name::Rfc822 | Name::Rfc822Header | Name::Rfc822Text if c.peek() == Some(b'[') => {
                c.tolerate(DeviationKind::BadCharacter);
                c.skip(1);
                c.byte(b']', "the end of a section")?;
            }
            _ => {}
        }
        c.sp()?;
        Ok(match name {
            Name::Flags => Self::Flags(Flags::read(c)?),
            Name::Uid => Self::Uid(c.nz_number()?),
            Name::InternalDate => Self::InternalDate(DateTime::read(c)?),
            Name::Size => Self::Size(c.number64()?),
            Name::Envelope => Self::Envelope(LazyEnvelope::read(c)?),
            Name::BodyStructure => Self::BodyStructure(LazyBodyStructure::read(c)?),
            Name::Body => Self::Body(LazyBodyStructure::read(c)?),
            Name::Rfc822 => Self::Rfc822(c.ncontent()?),
            Name::Rfc822Header => Self::Rfc822Header(c.ncontent()?),
            Name::Rfc822Text => Self::Rfc822Text(c.ncontent()?),
            Name::ModSeq => Self::ModSeq(in_parentheses(c, Cursor::number64)?),
            Name::EmailId => Self::EmailId(in_parentheses(c, ObjectId::read)?),
            Name::ThreadId if c.peek() == Some(b'(') => {
                Self::ThreadId(Some(in_parentheses(c, ObjectId::read)?))
            }
            Name::ThreadId => {
                c.nil()?;
                Self::ThreadId(None)
            }
            Name::SaveDate if c.peek() == Some(b'"') => Self::SaveDate(Some(DateTime::read(c)?)),
            Name::SaveDate => {
                c.nil()?;
                Self::SaveDate(None)
            }
            Name::Preview => Self::Preview(c.nstring()?),
            Name::GmailMessageId => Self::GmailMessageId(c.number64()?),
            Name::GmailThreadId => Self::GmailThreadId(c.number64()?),
            Name::GmailLabels => Self::GmailLabels(GmailLabels::read(c)?),
            Name::Binary | Name::BinarySize => return c.error("a section in brackets"),
        })
    }

    /// Takes a name and a value of any shape.
    fn read_other(c: &mut Cursor<'a>) -> Parsed<Self> {
        if matches!(c.peek(), Some(b'(' | b'"' | b'{')) {
            return c.error("the name of an item");
        }
        let name = c.raw_value()?;
        c.sp()?;
        let start = c.offset();
        let value = c.value()?;
        let value = if c.has_streamed(start) {
            // The octets have passed by: what remains cannot be sent again as it is.
            Raw::from_unit(b"NIL")
        } else {
            Raw::from_unit(value)
        };
        Ok(Self::Other { name, value })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::Flags(flags) => {
                e.raw(b"FLAGS ");
                flags.write(e);
            }
            Self::Uid(uid) => {
                e.raw(b"UID ");
                e.number(*uid);
            }
            Self::InternalDate(date) => {
                e.raw(b"INTERNALDATE ");
                date.write(e);
            }
            Self::Size(size) => {
                e.raw(b"RFC822.SIZE ");
                e.number(*size);
            }
            Self::Envelope(envelope) => {
                e.raw(b"ENVELOPE ");
                envelope.write(e);
            }
            Self::BodyStructure(body) => {
                e.raw(b"BODYSTRUCTURE ");
                body.write(e);
            }
            Self::Body(body) => {
                e.raw(b"BODY ");
                body.write(e);
            }
            Self::Section { section, origin, content } => {
                e.raw(b"BODY");
                section.write(e);
                write_origin(*origin, e);
                e.ncontent(content.as_ref(), false);
            }
            Self::Binary { part, origin, content } => {
                e.raw(b"BINARY");
                write_binary(part.as_ref(), e);
                write_origin(*origin, e);
                e.ncontent(content.as_ref(), true);
            }
            Self::BinarySize { part, size } => {
                e.raw(b"BINARY.SIZE");
                write_binary(part.as_ref(), e);
                e.sp();
                e.number(*size);
            }
            Self::Rfc822(content) => {
                e.raw(b"RFC822 ");
                e.ncontent(content.as_ref(), false);
            }
            Self::Rfc822Header(content) => {
                e.raw(b"RFC822.HEADER ");
                e.ncontent(content.as_ref(), false);
            }
            Self::Rfc822Text(content) => {
                e.raw(b"RFC822.TEXT ");
                e.ncontent(content.as_ref(), false);
            }
            Self::ModSeq(n) => {
                e.raw(b"MODSEQ (");
                e.number(*n);
                e.byte(b')');
            }
            Self::EmailId(id) => {
                e.raw(b"EMAILID (");
                e.text(id.as_str());
                e.byte(b')');
            }
            Self::ThreadId(Some(id)) => {
                e.raw(b"THREADID (");
                e.text(id.as_str());
                e.byte(b')');
            }
            Self::ThreadId(None) => e.raw(b"THREADID NIL"),
            Self::SaveDate(Some(date)) => {
                e.raw(b"SAVEDATE ");
                date.write(e);
            }
            Self::SaveDate(None) => e.raw(b"SAVEDATE NIL"),
            Self::Preview(text) => {
                e.raw(b"PREVIEW ");
                e.nstring(text.as_ref());
            }
            Self::GmailMessageId(n) => {
                e.raw(b"X-GM-MSGID ");
                e.number(*n);
            }
            Self::GmailThreadId(n) => {
                e.raw(b"X-GM-THRID ");
                e.number(*n);
            }
            Self::GmailLabels(labels) => {
                e.raw(b"X-GM-LABELS ");
                labels.write(e);
            }
            Self::Other { name, value } => {
                e.verbatim(name);
                e.sp();
                e.verbatim(value);
            }
        }
    }

    /// The item whose octets a literal has, from the line that announces it, given without the
    /// announcement. Only the end of the line is looked at.
    pub(crate) fn before_literal(line: &'a [u8], size: u64) -> Option<Self> {
        let name = line.strip_suffix(b" ")?;
        let content = Some(Content::Streamed { len: size });
        let start = match name.last()? {
            b']' | b'>' => {
                let bracket = memchr::memrchr(b'[', name)?;
                let before = name.get(..bracket)?;
                let len = before.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
                bracket.checked_sub(len)?
            }
            _ => name.len().checked_sub(
                name.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'.').count(),
            )?,
        };
        let (before, name) = name.split_at_checked(start)?;
        if !matches!(before.last(), Some(b'(' | b' ')) {
            return None;
        }
        let mut c = Cursor::new(name);
        let item = match Name::find(read_name(&mut c))? {
            Name::Body => {
                let section = Section::read(&mut c).ok()?;
                Self::Section { section, origin: read_origin(&mut c).ok()?, content }
            }
            Name::Binary => {
                let part = read_binary(&mut c).ok()?;
                Self::Binary { part, origin: read_origin(&mut c).ok()?, content }
            }
            Name::Rfc822 => Self::Rfc822(content),
            Name::Rfc822Header => Self::Rfc822Header(content),
            Name::Rfc822Text => Self::Rfc822Text(content),
            _ => return None,
        };
        if c.rest().is_empty() { Some(item) } else { None }
    }
}

/// ```abnf
/// ["<" number ">"]
/// ```
///
/// What a client asks with, `<0.100>`, comes back from some servers.
fn read_origin(c: &mut Cursor<'_>) -> Parsed<Option<u64>> {
    if !c.eat(b'<') {
        return Ok(None);
    }
    let origin = c.number64()?;
    if c.eat(b'.') {
        c.tolerate(DeviationKind::BadCharacter);
        c.number64()?;
    }
    c.byte(b'>', "the end of an origin")?;
    Ok(Some(origin))
}

fn write_origin(origin: Option<u64>, e: &mut Encoder<'_>) {
    if let Some(origin) = origin {
        e.byte(b'<');
        e.number(origin);
        e.byte(b'>');
    }
    e.sp();
}

fn read_content<'a>(c: &mut Cursor<'a>) -> Parsed<Option<Content<'a>>> {
    c.sp()?;
    if c.peek() == Some(b')') {
        c.tolerate(DeviationKind::Missing);
        return Ok(None);
    }
    c.ncontent()
}

fn in_parentheses<'a, T>(
    c: &mut Cursor<'a>,
    read: impl FnOnce(&mut Cursor<'a>) -> Parsed<T>,
) -> Parsed<T> {
    if !c.eat(b'(') {
        c.tolerate(DeviationKind::Missing);
        return read(c);
    }
    let value = read(c)?;
    c.byte(b')', "a closing parenthesis")?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_item_before_a_literal() {
        let find = |line: &'static str| {
            FetchItem::before_literal(line.as_bytes(), 9).map(|item| {
                let mut out = Vec::new();
                item.write(&mut Encoder::response(&mut out, false));
                alloc::string::String::from_utf8(out).unwrap()
            })
        };
        let is = |name: &str| Some(alloc::format!("{name} {{9}}\r\n"));
        assert_eq!(find("* 1 FETCH (BODY[] "), is("BODY[]"));
        assert_eq!(find("* 1 FETCH (UID 5 body[1.TEXT]<100> "), is("BODY[1.TEXT]<100>"));
        assert_eq!(
            find(" BODY[HEADER.FIELDS (A \"B C\")] "),
            is("BODY[HEADER.FIELDS (A \"B C\")]")
        );
        assert_eq!(find("* 1 FETCH (RFC822.HEADER "), is("RFC822.HEADER"));
        assert_eq!(find("* 1 FETCH (BINARY[2] ~"), None);
        assert_eq!(find("* 1 FETCH (BINARY[2] ").as_deref(), Some("BINARY[2] ~{9}\r\n"));
        for line in [
            "",
            " ",
            "* 1 FETCH (ENVELOPE (NIL ",
            "(X-BODY[] ",
            "(BODYSTRUCTURE ",
            "BODY[] ",
            "([] ",
        ] {
            assert_eq!(find(line), None, "{line}");
        }
    }

    #[test]
    fn names_in_any_case() {
        for name in [
            "FLAGS",
            "UID",
            "INTERNALDATE",
            "RFC822.SIZE",
            "ENVELOPE",
            "BODYSTRUCTURE",
            "BODY",
            "BINARY",
            "BINARY.SIZE",
            "RFC822",
            "RFC822.HEADER",
            "RFC822.TEXT",
            "MODSEQ",
            "EMAILID",
            "THREADID",
            "SAVEDATE",
            "PREVIEW",
            "X-GM-MSGID",
            "X-GM-THRID",
            "X-GM-LABELS",
        ] {
            assert!(Name::find(name.as_bytes()).is_some(), "{name}");
            assert!(Name::find(name.to_ascii_lowercase().as_bytes()).is_some(), "{name}");
            assert!(Name::find(&name.as_bytes()[1..]).is_none(), "{name}");
        }
    }
}
