//! Which part of a message is meant.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::digits::leading_number;
use crate::literal::Encoder;
use crate::own::{own_by_method, own_enum, own_plain, own_struct};
use crate::syntax::{Cursor, Parsed};
use crate::{DeviationKind, ParseError, Str};

/// The number of a body part: the way to it through the multiparts, as `1.2.3`.
///
/// ```abnf
/// section-part = nz-number *("." nz-number)
/// ```
///
/// [RFC 9051, section 6.4.5.1](https://www.rfc-editor.org/rfc/rfc9051#section-6.4.5.1)
///
/// # Example
///
/// ```
/// use imap_proto::PartNumber;
///
/// let part = PartNumber::try_from("4.2.1")?;
/// assert_eq!(part.numbers().collect::<Vec<_>>(), [4, 2, 1]);
/// assert_eq!(PartNumber::from_numbers(&[4, 2, 1])?, part);
/// assert!(PartNumber::try_from("4.0").is_err());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PartNumber<'a>(Cow<'a, str>);

impl<'a> PartNumber<'a> {
    /// A number from its components.
    ///
    /// # Errors
    ///
    /// There is none, or a 0 among them. The offset is an index of the components.
    pub fn from_numbers(numbers: &[u32]) -> Result<PartNumber<'static>, ParseError> {
        use fmt::Write;
        let mut text = String::new();
        for (i, n) in numbers.iter().enumerate() {
            if *n == 0 {
                return Err(ParseError::new(i, "a number above 0"));
            }
            let _ = if i == 0 { write!(text, "{n}") } else { write!(text, ".{n}") };
        }
        if text.is_empty() {
            return Err(ParseError::new(0, "the number of a part"));
        }
        Ok(PartNumber(Cow::Owned(text)))
    }

    /// The components.
    pub fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.split('.').filter_map(|n| leading_number(n.as_bytes())).map(|(n, _)| n)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same number, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> PartNumber<'static> {
        PartNumber(Cow::Owned(self.0.into_owned()))
    }

    /// Reads a number and says whether a dot and something else follow it.
    fn read_dotted(c: &mut Cursor<'a>) -> Parsed<(Self, bool)> {
        let start = c.offset();
        loop {
            match leading_number(c.rest()) {
                Some((n, len)) if n > 0 => c.skip(len),
                _ => return c.error("the number of a part"),
            }
            let part = c.since(start);
            let dot = c.eat(b'.');
            if dot && c.peek().is_some_and(|b| b.is_ascii_digit()) {
                continue;
            }
            return match core::str::from_utf8(part) {
                Ok(text) => Ok((Self(Cow::Borrowed(text)), dot)),
                Err(_) => c.error("the number of a part"),
            };
        }
    }
}

impl<'a> TryFrom<&'a str> for PartNumber<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        let mut c = Cursor::new(text.as_bytes());
        let (_, dot) = PartNumber::read_dotted(&mut c)?;
        if dot || !c.rest().is_empty() {
            return c.error("the number of a part");
        }
        Ok(Self(Cow::Borrowed(text)))
    }
}

impl fmt::Debug for PartNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for PartNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

own_by_method!(PartNumber);

/// What stands between the brackets of `BODY[...]`.
///
/// ```abnf
/// section      = "[" [section-spec] "]"
/// section-spec = section-msgtext / (section-part ["." section-text])
/// section-text = section-msgtext / "MIME"
/// ```
///
/// [RFC 9051, section 6.4.5.1](https://www.rfc-editor.org/rfc/rfc9051#section-6.4.5.1)
///
/// # Example
///
/// ```
/// use imap_proto::{PartNumber, Section, SectionText};
///
/// let all = Section::default();
/// assert_eq!(all.to_string(), "");
/// let header = Section { part: Some(PartNumber::try_from("2")?), text: Some(SectionText::Header) };
/// assert_eq!(header.to_string(), "2.HEADER");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Section<'a> {
    /// The part; the whole message if there is none.
    pub part: Option<PartNumber<'a>>,
    /// What of it; all of it if there is none.
    pub text: Option<SectionText<'a>>,
}

own_struct! { Section { part, text } }

/// What of a part is meant.
///
/// ```abnf
/// section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT"
/// header-list     = "(" header-fld-name *(SP header-fld-name) ")"
/// header-fld-name = astring
/// ```
///
/// [RFC 9051, section 6.4.5.1](https://www.rfc-editor.org/rfc/rfc9051#section-6.4.5.1)
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SectionText<'a> {
    /// `HEADER`: the header of the message, or of the message that the part is.
    Header,
    /// `HEADER.FIELDS`: the header fields with these names.
    HeaderFields(Vec<Str<'a>>),
    /// `HEADER.FIELDS.NOT`: the header fields with other names.
    HeaderFieldsNot(Vec<Str<'a>>),
    /// `TEXT`: what follows that header.
    Text,
    /// `MIME`: the header of the part itself. Only with a part number.
    Mime,
}

own_enum! {
    SectionText { Header, HeaderFields(names), HeaderFieldsNot(names), Text, Mime }
}

impl<'a> Section<'a> {
    /// Reads a section with its brackets.
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.byte(b'[', "a section in brackets")?;
        let mut section = Self::default();
        let mut dot = true;
        if c.peek().is_some_and(|b| b.is_ascii_digit()) {
            let part;
            (part, dot) = PartNumber::read_dotted(c)?;
            section.part = Some(part);
        }
        if dot && c.peek() != Some(b']') {
            section.text = Some(SectionText::read(c)?);
        } else if dot && section.part.is_some() {
            return c.error("HEADER, TEXT or MIME");
        }
        if section.part.is_none() && section.text == Some(SectionText::Mime) {
            c.tolerate(DeviationKind::Missing);
        }
        c.byte(b']', "the end of a section")?;
        Ok(section)
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.byte(b'[');
        if let Some(part) = &self.part {
            e.text(part.as_str());
        }
        if let Some(text) = &self.text {
            if self.part.is_some() {
                e.byte(b'.');
            }
            text.write(e);
        }
        e.byte(b']');
    }
}

impl fmt::Display for Section<'_> {
    /// The text between the brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Vec::new();
        self.write(&mut Encoder::response(&mut out, false));
        let inner = out.get(1..out.len().saturating_sub(1)).unwrap_or_default();
        f.write_str(&String::from_utf8_lossy(inner))
    }
}

impl<'a> SectionText<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let start = c.offset();
        let word = c.take(crate::syntax::ATOM);
        let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
        match word.len() {
            4 if is("TEXT") => Ok(Self::Text),
            4 if is("MIME") => Ok(Self::Mime),
            6 if is("HEADER") => Ok(Self::Header),
            13 if is("HEADER.FIELDS") => Self::read_names(c).map(Self::HeaderFields),
            17 if is("HEADER.FIELDS.NOT") => Self::read_names(c).map(Self::HeaderFieldsNot),
            _ => {
                c.rewind(start);
                c.error("HEADER, TEXT or MIME")
            }
        }
    }

    fn read_names(c: &mut Cursor<'a>) -> Parsed<Vec<Str<'a>>> {
        c.sp()?;
        c.list(Cursor::astring)
    }

    fn write(&self, e: &mut Encoder<'_>) {
        let (name, names) = match self {
            Self::Header => ("HEADER", None),
            Self::HeaderFields(names) => ("HEADER.FIELDS ", Some(names)),
            Self::HeaderFieldsNot(names) => ("HEADER.FIELDS.NOT ", Some(names)),
            Self::Text => ("TEXT", None),
            Self::Mime => ("MIME", None),
        };
        e.text(name);
        if let Some(names) = names {
            e.list(names, |e, name| e.astring(name));
        }
    }
}

/// Some of the octets of a section.
///
/// ```abnf
/// partial = "<" number64 "." nz-number64 ">"
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
///
/// # Example
///
/// ```
/// use imap_proto::Partial;
///
/// let first = Partial::new(0, 1024).ok_or("nothing")?;
/// assert_eq!((first.offset(), first.len()), (0, 1024));
/// assert_eq!(Partial::new(5, 0), None);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Partial {
    offset: u64,
    len: u64,
}

#[allow(clippy::len_without_is_empty)] // it never is
impl Partial {
    /// At most `len` octets from `offset` on; not none.
    #[must_use]
    pub const fn new(offset: u64, len: u64) -> Option<Self> {
        if len == 0 { None } else { Some(Self { offset, len }) }
    }

    /// Index of the first octet.
    #[must_use]
    pub const fn offset(self) -> u64 {
        self.offset
    }

    /// How many octets at most.
    #[must_use]
    pub const fn len(self) -> u64 {
        self.len
    }

    /// Reads what follows a section, if it is a partial.
    pub(crate) fn read(c: &mut Cursor<'_>) -> Parsed<Option<Self>> {
        if !c.eat(b'<') {
            return Ok(None);
        }
        let offset = c.number64()?;
        c.byte(b'.', "a dot")?;
        let len = c.number64()?;
        let Some(partial) = Self::new(offset, len) else { return c.error("a number above 0") };
        c.byte(b'>', "the end of a partial")?;
        Ok(Some(partial))
    }

    pub(crate) fn write(self, e: &mut Encoder<'_>) {
        e.byte(b'<');
        e.number(self.offset);
        e.byte(b'.');
        e.number(self.len);
        e.byte(b'>');
    }
}

own_plain!(Partial);

/// The part and the place in it of `BINARY[...]`, which has no text.
///
/// ```abnf
/// section-binary = "[" [section-part] "]"
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
pub(crate) fn read_binary<'a>(c: &mut Cursor<'a>) -> Parsed<Option<PartNumber<'a>>> {
    let section = Section::read(c)?;
    if section.text.is_some() {
        return c.error("the number of a part");
    }
    Ok(section.part)
}

pub(crate) fn write_binary(part: Option<&PartNumber<'_>>, e: &mut Encoder<'_>) {
    e.byte(b'[');
    if let Some(part) = part {
        e.text(part.as_str());
    }
    e.byte(b']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn sections() {
        for text in [
            "",
            "HEADER",
            "TEXT",
            "1",
            "1.2.3",
            "4.1.MIME",
            "4.2.HEADER",
            "4.2.TEXT",
            "HEADER.FIELDS (DATE FROM)",
            "3.HEADER.FIELDS.NOT (\"X Y\")",
        ] {
            let bracketed = alloc::format!("[{text}]");
            let section = Section::read(&mut Cursor::new(bracketed.as_bytes())).unwrap();
            assert_eq!(section.to_string(), text);
        }
        for bad in [
            "[",
            "[1",
            "[1.]",
            "[0]",
            "[1..2]",
            "[HEADERS]",
            "[HEADER.FIELDS]",
            "[1.0]",
            "[.1]",
            "[HEADER.FIELDS (A]",
            "[1 2]",
            "1",
        ] {
            assert!(Section::read(&mut Cursor::new(bad.as_bytes())).is_err(), "{bad}");
        }
        let mut c = Cursor::new(b"[mime]");
        assert!(Section::read(&mut c).is_ok());
        assert_eq!(c.into_deviations().len(), 1);
    }

    #[test]
    fn partials() {
        let read = |text: &'static str| Partial::read(&mut Cursor::new(text.as_bytes()));
        assert_eq!(read("<0.1024>"), Ok(Partial::new(0, 1024)));
        assert_eq!(read(" x"), Ok(None));
        for bad in ["<0>", "<0.0>", "<.1>", "<1.1"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn binary_sections_have_no_text() {
        let read = |text: &'static str| read_binary(&mut Cursor::new(text.as_bytes()));
        assert_eq!(read("[]"), Ok(None));
        assert_eq!(read("[1.2]").unwrap().unwrap().as_str(), "1.2");
        assert!(read("[TEXT]").is_err());
    }

    #[test]
    fn part_numbers() {
        assert!(PartNumber::try_from("1.").is_err());
        assert!(PartNumber::try_from("1.MIME").is_err());
        assert!(PartNumber::try_from("").is_err());
        assert!(PartNumber::from_numbers(&[]).is_err());
        assert!(PartNumber::from_numbers(&[1, 0]).is_err());
    }
}
