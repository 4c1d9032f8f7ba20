use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::Reader;
use crate::charset::{Charset, decode_unlabelled};

/// One value of a property.
///
/// [MS-OXTNEF, section 2.1.3.4](https://learn.microsoft.com/en-us/openspecs/exchange_server_protocols/ms-oxtnef/c27c89ec-7f8b-48d3-9e27-dc7600d23854)
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Property<'t> {
    /// The number; from 0x8000 on it means nothing without the name.
    pub id: u16,
    /// The name, of those that have one.
    pub name: Option<PropertyName>,
    /// The value; of a property with several, one after the other.
    pub value: Value<'t>,
}

/// The name of a property: a number or text, within what a GUID stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PropertyName {
    /// A number.
    Number([u8; 16], u32),
    /// A text.
    Text([u8; 16], String),
}

/// The value of a property.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'t> {
    /// A number, also one of several that stand for something.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// A time, in seconds from the start of 1970.
    Time(i64),
    /// A GUID.
    Guid([u8; 16]),
    /// Text, without the NUL at its end.
    Text(Cow<'t, str>),
    /// Bytes.
    Bytes(&'t [u8]),
    /// An object: the identifier of its interface in 16 bytes, and its own bytes.
    Object(&'t [u8]),
}

impl<'t> Value<'t> {
    /// Returns the text, if it is one.
    pub fn into_text(self) -> Option<Cow<'t, str>> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The properties of a message or attachment. They end where they are damaged.
#[derive(Clone, Debug)]
pub struct Properties<'t> {
    bytes: &'t [u8],
    at: usize,
    charset: Option<Charset>,
    /// Properties that are still to come.
    count: u32,
    /// The property with values that are still to come: number, type, name, values.
    open: Option<(u16, u16, Option<PropertyName>, u32)>,
}

/// Types of values.
mod kind {
    pub(super) const SEVERAL: u16 = 0x1000;
    pub(super) const SHORT: u16 = 0x02;
    pub(super) const LONG: u16 = 0x03;
    pub(super) const FLOAT: u16 = 0x04;
    pub(super) const DOUBLE: u16 = 0x05;
    pub(super) const CURRENCY: u16 = 0x06;
    pub(super) const APPLICATION_TIME: u16 = 0x07;
    pub(super) const ERROR: u16 = 0x0a;
    pub(super) const BOOL: u16 = 0x0b;
    pub(super) const OBJECT: u16 = 0x0d;
    pub(super) const LONG_LONG: u16 = 0x14;
    pub(super) const TEXT_8_BIT: u16 = 0x1e;
    pub(super) const TEXT: u16 = 0x1f;
    pub(super) const TIME: u16 = 0x40;
    pub(super) const GUID: u16 = 0x48;
    pub(super) const BYTES: u16 = 0x102;
}

impl<'t> Properties<'t> {
    pub(super) fn new(bytes: &'t [u8], charset: Option<Charset>) -> Self {
        let mut properties = Properties { bytes, at: 0, charset, count: 0, open: None };
        properties.count = properties.read(Reader::u32).unwrap_or_default();
        properties
    }

    fn read<T>(&mut self, read: impl FnOnce(&mut Reader<'t>) -> Option<T>) -> Option<T> {
        let mut reader = Reader { bytes: self.bytes, at: self.at };
        let value = read(&mut reader)?;
        self.at = reader.at;
        Some(value)
    }

    /// Reads bytes with their length before and padding to four bytes behind.
    fn sized(&mut self) -> Option<&'t [u8]> {
        self.read(|reader| {
            let len = reader.len()?;
            let bytes = reader.take(len)?;
            // Some writers leave out the last padding.
            let _ = reader.take(len.wrapping_neg() % 4);
            Some(bytes)
        })
    }

    fn name(&mut self) -> Option<PropertyName> {
        let guid = self.read(Reader::array)?;
        Some(match self.read(Reader::u32)? {
            0 => PropertyName::Number(guid, self.read(Reader::u32)?),
            _ => PropertyName::Text(guid, utf16(self.sized()?)),
        })
    }

    fn value(&mut self, kind: u16) -> Option<Value<'t>> {
        Some(match kind {
            // Short values take four bytes.
            kind::SHORT => Value::Integer(i64::from(self.read(Reader::u32)? as u16 as i16)),
            kind::LONG | kind::ERROR => Value::Integer(i64::from(self.read(Reader::u32)? as i32)),
            kind::BOOL => Value::Bool(self.read(Reader::u32)? & 0xffff != 0),
            kind::FLOAT => Value::Float(f64::from(f32::from_bits(self.read(Reader::u32)?))),
            kind::DOUBLE | kind::APPLICATION_TIME => {
                Value::Float(f64::from_le_bytes(self.read(Reader::array)?))
            }
            kind::CURRENCY | kind::LONG_LONG => {
                Value::Integer(i64::from_le_bytes(self.read(Reader::array)?))
            }
            kind::TIME => {
                /// The start of 1970 in the seconds of Windows, which begin with 1601.
                const EPOCH: i64 = 11_644_473_600;
                let ticks = u64::from_le_bytes(self.read(Reader::array)?);
                Value::Time(i64::try_from(ticks / 10_000_000).ok()? - EPOCH)
            }
            kind::GUID => Value::Guid(self.read(Reader::array)?),
            kind::BYTES => Value::Bytes(self.sized()?),
            kind::OBJECT => Value::Object(self.sized()?),
            kind::TEXT => Value::Text(Cow::Owned(utf16(self.sized()?))),
            kind::TEXT_8_BIT => {
                let bytes = self.sized()?;
                let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
                let bytes = bytes.get(..end).unwrap_or_default();
                Value::Text(match self.charset {
                    Some(charset) => charset.decode(bytes).text,
                    None => decode_unlabelled(bytes),
                })
            }
            _ => return None,
        })
    }

    fn advance(&mut self) -> Option<Property<'t>> {
        loop {
            if let Some((id, kind, name, left)) = self.open.take() {
                let Some(left) = left.checked_sub(1) else { continue };
                let value = self.value(kind)?;
                if left > 0 {
                    self.open = Some((id, kind, name.clone(), left));
                }
                return Some(Property { id, name, value });
            }
            self.count = self.count.checked_sub(1)?;
            let kind = self.read(Reader::u16)?;
            let id = self.read(Reader::u16)?;
            let name = if id >= 0x8000 { Some(self.name()?) } else { None };
            let single = kind & !kind::SEVERAL;
            let sized =
                matches!(single, kind::BYTES | kind::OBJECT | kind::TEXT | kind::TEXT_8_BIT);
            let values = match sized || kind != single {
                true => self.read(Reader::u32)?,
                false => 1,
            };
            self.open = Some((id, single, name, values));
        }
    }
}

impl<'t> Iterator for Properties<'t> {
    type Item = Property<'t>;

    fn next(&mut self) -> Option<Property<'t>> {
        let next = self.advance();
        if next.is_none() {
            // What follows damage has no meaning.
            self.count = 0;
            self.open = None;
        }
        next
    }
}

/// Reads UTF-16 up to the NUL at its end.
fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .filter_map(|pair| pair.try_into().ok().map(u16::from_le_bytes))
        .take_while(|&unit| unit != 0)
        .collect();
    String::from_utf16_lossy(&units)
}
