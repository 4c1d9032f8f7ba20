//! TNEF, in which Outlook sends what MIME has other words for: the `winmail.dat` of a message.
//!
//! ```text
//! stream     = signature key *attribute
//! attribute  = level id length data checksum
//! ```
//!
//! [MS-OXTNEF](https://learn.microsoft.com/en-us/openspecs/exchange_server_protocols/ms-oxtnef/1f0544d7-30b7-4194-b58f-adc82f3763bb)
//!
//! Attachments and bodies come out; what they have in common with other parts of a message has the
//! same names as in [`Part`]. Everything else is there as [`Property`].

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use crate::charset::{Charset, decode_unlabelled};
use crate::header::DateTime;
use crate::{DefectKind, Limits, ParseError, Part, PartKind, Problems};

mod encapsulated;
mod property;
mod rtf;

pub use encapsulated::{Encapsulated, decapsulate as decapsulate_rtf};
pub use property::{Properties, Property, PropertyName, Value};
pub use rtf::decompress as decompress_rtf;

/// What a TNEF stream begins with.
const SIGNATURE: u32 = 0x223e_9f78;

/// The numbers of attributes.
mod id {
    pub(super) const SUBJECT: u32 = 0x0001_8004;
    pub(super) const MESSAGE_CLASS: u32 = 0x0007_8008;
    pub(super) const ATTACH_TITLE: u32 = 0x0001_8010;
    pub(super) const BODY: u32 = 0x0002_800c;
    pub(super) const ATTACH_CREATED: u32 = 0x0003_8012;
    pub(super) const ATTACH_MODIFIED: u32 = 0x0003_8013;
    pub(super) const ATTACH_DATA: u32 = 0x0006_800f;
    pub(super) const ATTACH_START: u32 = 0x0006_9002;
    pub(super) const MESSAGE_PROPERTIES: u32 = 0x0006_9003;
    pub(super) const ATTACH_PROPERTIES: u32 = 0x0006_9005;
    pub(super) const CODE_PAGE: u32 = 0x0006_9007;
}

/// The numbers of properties ([MS-OXPROPS]).
///
/// [MS-OXPROPS]: https://learn.microsoft.com/en-us/openspecs/exchange_server_protocols/ms-oxprops/f6ab1613-aefe-447d-a49c-18217230b148
mod tag {
    pub(super) const MESSAGE_CLASS: u16 = 0x001a;
    pub(super) const SUBJECT: u16 = 0x0037;
    pub(super) const BODY: u16 = 0x1000;
    pub(super) const RTF: u16 = 0x1009;
    pub(super) const HTML: u16 = 0x1013;
    pub(super) const DISPLAY_NAME: u16 = 0x3001;
    pub(super) const ATTACH_DATA: u16 = 0x3701;
    pub(super) const ATTACH_NAME: u16 = 0x3704;
    pub(super) const ATTACH_LONG_NAME: u16 = 0x3707;
    pub(super) const ATTACH_TYPE: u16 = 0x370e;
    pub(super) const ATTACH_CONTENT_ID: u16 = 0x3712;
    pub(super) const INTERNET_CODE_PAGE: u16 = 0x3fde;
}

#[derive(Clone, Debug)]
struct Attribute {
    id: u32,
    data: Range<usize>,
}

/// A TNEF stream.
///
/// # Example
///
/// ```
/// use mime::Message;
/// use mime::tnef::Content;
///
/// # let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tnef/winmail.eml"));
/// let message = Message::parse(bytes);
/// let tnef = message.parts().find_map(|part| part.tnef()).unwrap();
/// let attachment = tnef.attachments().next().unwrap();
/// assert_eq!(attachment.filename().unwrap(), "Grüße.txt");
/// assert_eq!(attachment.content(), Content::Bytes(b"Hallo"));
/// assert_eq!(tnef.text().unwrap(), "See attachment");
/// ```
#[derive(Clone, Debug)]
pub struct Tnef<'a> {
    bytes: Cow<'a, [u8]>,
    /// Attributes of the message.
    message: Vec<Attribute>,
    /// Those of each attachment.
    attachments: Vec<Vec<Attribute>>,
    /// That of 8-bit text.
    charset: Option<Charset>,
    problems: Problems,
}

/// A file or message in a TNEF stream.
#[derive(Clone, Copy, Debug)]
pub struct Attachment<'t> {
    tnef: &'t Tnef<'t>,
    attributes: &'t [Attribute],
}

/// What an attachment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content<'t> {
    /// The bytes of a file.
    Bytes(&'t [u8]),
    /// A message, as a TNEF stream of its own. It can have attachments that are messages: who
    /// reads on must count how deep.
    Message(&'t [u8]),
    /// An object of a program, as a stream of OLE.
    Object(&'t [u8]),
}

/// Numbers in the order of TNEF: the lowest byte first.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(len)?)?;
        self.at += len;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A length: one that cannot be is as long as can be.
    fn len(&mut self) -> Option<usize> {
        self.u32().map(|len| usize::try_from(len).unwrap_or(usize::MAX))
    }
}

impl<'a> Tnef<'a> {
    /// Reads a stream. What is damaged is left out and noted.
    ///
    /// At most the default of [`Limits::parts`] attachments are read.
    ///
    /// # Errors
    ///
    /// If it does not begin as a TNEF stream does.
    pub fn parse(bytes: impl Into<Cow<'a, [u8]>>) -> Result<Self, ParseError> {
        let mut tnef = Tnef {
            bytes: bytes.into(),
            message: Vec::new(),
            attachments: Vec::new(),
            charset: None,
            problems: Problems::new(),
        };
        let mut reader = Reader { bytes: &tnef.bytes, at: 0 };
        if reader.u32() != Some(SIGNATURE) || reader.u16().is_none() {
            return Err(ParseError::new(0, "a TNEF stream"));
        }
        let len = tnef.bytes.len();
        while reader.at < len {
            let start = reader.at as u64;
            let Some(attribute) = attribute(&mut reader, &mut tnef.problems) else {
                tnef.problems.add(DefectKind::TnefTruncated, start, len as u64);
                break;
            };
            match attribute.id {
                id::ATTACH_START => {
                    if tnef.attachments.len() >= Limits::default().parts as usize {
                        tnef.problems.add(DefectKind::TooManyParts, start, len as u64);
                        break;
                    }
                    tnef.attachments.push(Vec::from([attribute]));
                }
                id::CODE_PAGE => {
                    let data = tnef.bytes.get(attribute.data).unwrap_or_default();
                    let page = Reader { bytes: data, at: 0 }.u32();
                    tnef.charset = page.and_then(code_page);
                }
                // What a stream says about itself in between is not needed.
                id::ATTACH_TITLE
                | id::ATTACH_CREATED
                | id::ATTACH_MODIFIED
                | id::ATTACH_DATA
                | id::ATTACH_PROPERTIES => {
                    if let Some(attachment) = tnef.attachments.last_mut()
                        && attachment.iter().all(|known| known.id != attribute.id)
                    {
                        attachment.push(attribute);
                    }
                }
                id::SUBJECT | id::MESSAGE_CLASS | id::BODY | id::MESSAGE_PROPERTIES
                    if tnef.message.iter().all(|known| known.id != attribute.id) =>
                {
                    tnef.message.push(attribute);
                }
                _ => {}
            }
        }
        Ok(tnef)
    }

    fn data(&self, attributes: &[Attribute], id: u32) -> Option<&[u8]> {
        let attribute = attributes.iter().find(|attribute| attribute.id == id)?;
        self.bytes.get(attribute.data.clone())
    }

    fn string(&self, attributes: &[Attribute], id: u32) -> Option<Cow<'_, str>> {
        let text = self.text_of(self.data(attributes, id)?);
        (!text.is_empty()).then_some(text)
    }

    /// Reads 8-bit text, up to the NUL at its end.
    fn text_of<'t>(&self, bytes: &'t [u8]) -> Cow<'t, str> {
        let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
        let bytes = bytes.get(..end).unwrap_or_default();
        match self.charset {
            Some(charset) => charset.decode(bytes).text,
            None => decode_unlabelled(bytes),
        }
    }

    fn properties_in(&self, attributes: &[Attribute], id: u32) -> Properties<'_> {
        Properties::new(self.data(attributes, id).unwrap_or_default(), self.charset)
    }

    /// Returns the class of the message: `IPM.Note` of a mail, `IPM.Appointment`, ...
    pub fn message_class(&self) -> Option<Cow<'_, str>> {
        self.property(tag::MESSAGE_CLASS)
            .and_then(Value::into_text)
            .or_else(|| self.string(&self.message, id::MESSAGE_CLASS))
    }

    /// Returns the subject.
    pub fn subject(&self) -> Option<Cow<'_, str>> {
        self.property(tag::SUBJECT)
            .and_then(Value::into_text)
            .or_else(|| self.string(&self.message, id::SUBJECT))
    }

    /// Returns the body as text: the one that is there, or else the one that the RTF was made from.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        self.property(tag::BODY)
            .and_then(Value::into_text)
            .or_else(|| self.string(&self.message, id::BODY))
            .or_else(|| match self.encapsulated()? {
                Encapsulated::Text(text) => Some(Cow::Owned(text)),
                Encapsulated::Html(_) => None,
            })
    }

    /// Returns the body as HTML: the one that is there, or else the one that the RTF was made from.
    pub fn html(&self) -> Option<Cow<'_, str>> {
        self.plain_html().or_else(|| match self.encapsulated()? {
            Encapsulated::Html(html) => Some(Cow::Owned(html)),
            Encapsulated::Text(_) => None,
        })
    }

    fn encapsulated(&self) -> Option<Encapsulated> {
        decapsulate_rtf(&self.rtf()?)
    }

    fn plain_html(&self) -> Option<Cow<'_, str>> {
        let bytes = match self.property(tag::HTML)? {
            Value::Bytes(bytes) => bytes,
            other => return other.into_text(),
        };
        let charset = match self.property(tag::INTERNET_CODE_PAGE) {
            Some(Value::Integer(page)) => u32::try_from(page).ok().and_then(code_page),
            _ => None,
        };
        Some(match charset.or(self.charset) {
            Some(charset) => charset.decode(bytes).text,
            None => decode_unlabelled(bytes),
        })
    }

    /// Returns the body as RTF, decompressed: at most nine times as long as the stream.
    pub fn rtf(&self) -> Option<Vec<u8>> {
        match self.property(tag::RTF)? {
            Value::Bytes(bytes) => decompress_rtf(bytes),
            _ => None,
        }
    }

    /// Iterates over the attachments.
    pub fn attachments(&self) -> impl ExactSizeIterator<Item = Attachment<'_>> {
        self.attachments.iter().map(|attributes| Attachment { tnef: self, attributes })
    }

    /// Iterates over the properties of the message.
    pub fn properties(&self) -> Properties<'_> {
        self.properties_in(&self.message, id::MESSAGE_PROPERTIES)
    }

    fn property(&self, id: u16) -> Option<Value<'_>> {
        self.properties().find(|property| property.id == id).map(|property| property.value)
    }

    /// Returns what was wrong, with places counted from the start of the stream.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }
}

/// Reads an attribute, and looks at its checksum.
fn attribute(reader: &mut Reader<'_>, problems: &mut Problems) -> Option<Attribute> {
    let start = reader.at as u64;
    // The level: of the message or of an attachment, which the number says, too.
    reader.take(1)?;
    let id = reader.u32()?;
    let len = reader.len()?;
    let from = reader.at;
    let data = reader.take(len)?;
    let to = reader.at;
    let sum = data.iter().fold(0u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    if reader.u16()? != sum {
        problems.add(DefectKind::TnefChecksumMismatch, start, reader.at as u64);
    }
    Some(Attribute { id, data: from..to })
}

/// Finds the charset of a code page of Windows.
fn code_page(number: u32) -> Option<Charset> {
    let label = match number {
        1200 => "utf-16le",
        1201 => "utf-16be",
        20127 => "us-ascii",
        20866 => "koi8-r",
        21866 => "koi8-u",
        28591..=28606 => {
            return Charset::from_label(&alloc::format!("iso-8859-{}", number - 28590));
        }
        50220..=50222 => "iso-2022-jp",
        51932 => "euc-jp",
        51949 => "euc-kr",
        54936 => "gb18030",
        65000 => "utf-7",
        65001 => "utf-8",
        1250..=1258 | 874 => return Charset::from_label(&alloc::format!("windows-{number}")),
        932 => "shift_jis",
        936 => "gbk",
        949 => "euc-kr",
        950 => "big5",
        _ => return Charset::from_label(&alloc::format!("cp{number}")),
    };
    Charset::from_label(label)
}

impl<'t> Attachment<'t> {
    /// Returns the name of the file. It comes from the sender and can be anything.
    pub fn filename(self) -> Option<Cow<'t, str>> {
        [tag::ATTACH_LONG_NAME, tag::DISPLAY_NAME, tag::ATTACH_NAME]
            .into_iter()
            .find_map(|id| self.property(id)?.into_text().filter(|text| !text.is_empty()))
            .or_else(|| self.tnef.string(self.attributes, id::ATTACH_TITLE))
    }

    /// Returns the media type.
    pub fn media_type(self) -> Option<Cow<'t, str>> {
        self.property(tag::ATTACH_TYPE)?.into_text()
    }

    /// Returns the identifier by which the HTML body refers to this file.
    pub fn content_id(self) -> Option<Cow<'t, str>> {
        self.property(tag::ATTACH_CONTENT_ID)?.into_text()
    }

    /// Returns when the file was made.
    pub fn created(self) -> Option<DateTime> {
        date(self.tnef.data(self.attributes, id::ATTACH_CREATED)?)
    }

    /// Returns when the file was changed.
    pub fn modified(self) -> Option<DateTime> {
        date(self.tnef.data(self.attributes, id::ATTACH_MODIFIED)?)
    }

    /// Returns what is attached.
    pub fn content(self) -> Content<'t> {
        /// The identifier of the interface of messages, and that of storages.
        const MESSAGE: [u8; 16] = *b"\x07\x03\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46";
        match self.property(tag::ATTACH_DATA) {
            Some(Value::Object(bytes)) => match bytes.split_at_checked(16) {
                Some((interface, message)) if interface == MESSAGE => Content::Message(message),
                Some((_, object)) => Content::Object(object),
                None => Content::Bytes(&[]),
            },
            Some(Value::Bytes(bytes)) => Content::Bytes(bytes),
            _ => {
                Content::Bytes(self.tnef.data(self.attributes, id::ATTACH_DATA).unwrap_or_default())
            }
        }
    }

    /// Iterates over the properties.
    pub fn properties(self) -> Properties<'t> {
        self.tnef.properties_in(self.attributes, id::ATTACH_PROPERTIES)
    }

    fn property(self, id: u16) -> Option<Value<'t>> {
        self.properties().find(|property| property.id == id).map(|property| property.value)
    }
}

/// Reads a date of seven numbers, of which the last is the day of the week.
fn date(data: &[u8]) -> Option<DateTime> {
    let mut reader = Reader { bytes: data, at: 0 };
    let mut next = || reader.u16();
    let (year, month, day) = (next()?, next()?, next()?);
    let (hour, minute, second) = (next()?, next()?, next()?);
    // The reader of dates knows which days there are.
    DateTime::parse(
        alloc::format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
            .as_bytes(),
    )
}

impl<'m> Part<'m> {
    /// Reads the part as a TNEF stream, if it says that it is one and is.
    ///
    /// Its type is `application/ms-tnef` or the like, or its file name `winmail.dat`.
    pub fn tnef(self) -> Option<Tnef<'m>> {
        let content_type = self.content_type();
        let named = || self.filename().is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat"));
        let is_tnef = content_type.is("application", "ms-tnef")
            || content_type.is("application", "vnd.ms-tnef")
            || named();
        if self.kind() != PartKind::Leaf || !is_tnef {
            return None;
        }
        Tnef::parse(self.decoded().bytes).ok()
    }
}
