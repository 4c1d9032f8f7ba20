//! Packet headers: type and length.

use alloc::vec::Vec;
use core::fmt;

/// The type of a packet.
///
/// [RFC 9580, section 5](https://www.rfc-editor.org/rfc/rfc9580#section-5)
///
/// # Example
///
/// ```
/// use pgp_armor::packet::PacketType;
///
/// assert!(PacketType::LITERAL.is_data());
/// assert!(PacketType::new(39).is_some_and(PacketType::is_critical));
/// assert_eq!(PacketType::new(64), None);
/// assert_eq!(format!("{}", PacketType::USER_ID), "User ID (13)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PacketType(u8);

macro_rules! types {
    ($($number:literal $constant:ident $name:literal;)*) => {
        impl PacketType {
            $(
                #[doc = concat!($name, " (", $number, ")")]
                pub const $constant: PacketType = PacketType($number);
            )*

            /// Returns the name that the RFC gives this type; `None` if it defines no such type.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($name),)*
                    _ => None,
                }
            }
        }
    };
}

types! {
    1 SESSION_KEY "Public Key Encrypted Session Key";
    2 SIGNATURE "Signature";
    3 PASSWORD_SESSION_KEY "Symmetric Key Encrypted Session Key";
    4 ONE_PASS_SIGNATURE "One-Pass Signature";
    5 SECRET_KEY "Secret Key";
    6 PUBLIC_KEY "Public Key";
    7 SECRET_SUBKEY "Secret Subkey";
    8 COMPRESSED "Compressed Data";
    9 ENCRYPTED "Symmetrically Encrypted Data";
    10 MARKER "Marker";
    11 LITERAL "Literal Data";
    12 TRUST "Trust";
    13 USER_ID "User ID";
    14 PUBLIC_SUBKEY "Public Subkey";
    17 USER_ATTRIBUTE "User Attribute";
    18 PROTECTED_ENCRYPTED "Symmetrically Encrypted and Integrity Protected Data";
    19 MODIFICATION_DETECTION "Modification Detection Code";
    21 PADDING "Padding";
}

impl PacketType {
    /// AEAD Encrypted Data (20), which RFC 9580 reserves and GnuPG 2.3 and later write. See
    /// [`Config::aead`](super::Config::aead).
    pub const AEAD_ENCRYPTED: PacketType = PacketType(20);

    /// Creates a type; `None` beyond 63, which no header can carry.
    pub const fn new(number: u8) -> Option<Self> {
        if number < 64 { Some(PacketType(number)) } else { None }
    }

    /// Returns the number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Returns whether a packet of this type is an error where it is not known, instead of
    /// something to pass over.
    ///
    /// [RFC 9580, section 4.3](https://www.rfc-editor.org/rfc/rfc9580#section-4.3)
    pub const fn is_critical(self) -> bool {
        self.0 < 40
    }

    /// Returns whether packets of this type hold data, so that their length may be partial or
    /// indeterminate.
    ///
    /// [RFC 9580, section 4.2.1.4](https://www.rfc-editor.org/rfc/rfc9580#section-4.2.1.4)
    pub const fn is_data(self) -> bool {
        matches!(self.0, 8 | 9 | 11 | 18 | 20)
    }

    /// Returns whether this is a key or subkey, public or secret.
    pub const fn is_key(self) -> bool {
        matches!(self.0, 5 | 6 | 7 | 14)
    }
}

impl fmt::Display for PacketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "type {}", self.0),
        }
    }
}

/// The two formats of a packet header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// The current one.
    OpenPgp,
    /// The one of PGP 2, for types up to 15.
    Legacy,
}

/// What a header says about the length of what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Length {
    /// The whole body, or the last chunk of it, in octets.
    Fixed(u32),
    /// A chunk with more to come, in octets: a power of two up to 2^30.
    Partial(u32),
    /// Up to the end of the input. Only in the legacy format.
    Indeterminate,
}

/// A packet header.
///
/// [RFC 9580, section 4.2](https://www.rfc-editor.org/rfc/rfc9580#section-4.2)
///
/// # Example
///
/// ```
/// use pgp_armor::packet::{Header, Length, PacketType};
///
/// let (header, len) = Header::parse(&[0xcd, 0xc5, 0xfb]).unwrap().unwrap();
/// assert_eq!((header.packet_type, header.length), (PacketType::USER_ID, Length::Fixed(1723)));
/// assert_eq!(len, 3);
/// let mut out = Vec::new();
/// header.encode(&mut out);
/// assert_eq!(out, [0xcd, 0xc5, 0xfb]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Header {
    /// The type of the packet.
    pub packet_type: PacketType,
    /// How the header is written.
    pub format: Format,
    /// The length of the body, or of its first chunk.
    pub length: Length,
}

/// Bytes that begin no packet: the first bit is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no packet begins here")]
pub struct NoHeader;

impl Header {
    /// Creates a header in the current format.
    pub const fn new(packet_type: PacketType, length: Length) -> Self {
        Header { packet_type, format: Format::OpenPgp, length }
    }

    /// Parses a header; returns it and its own length in octets, or `None` if it goes on beyond
    /// the input.
    ///
    /// # Errors
    ///
    /// If no packet begins here.
    pub fn parse(input: &[u8]) -> Result<Option<(Self, usize)>, NoHeader> {
        let Some((first, rest)) = input.split_first() else { return Ok(None) };
        match first {
            0xc0..=0xff => {
                let packet_type = PacketType(first & 0x3f);
                Ok(Length::parse(rest)
                    .map(|(length, len)| (Header::new(packet_type, length), len + 1)))
            }
            0x80..=0xbf => {
                let number = |octets: &[u8]| octets.iter().fold(0, |n, o| n << 8 | u32::from(*o));
                let (length, len) = match first & 3 {
                    3 => (Length::Indeterminate, 0),
                    kind => {
                        let len = 1 << kind;
                        let Some(octets) = rest.get(..len) else { return Ok(None) };
                        (Length::Fixed(number(octets)), len)
                    }
                };
                let packet_type = PacketType(first >> 2 & 0xf);
                Ok(Some((Header { packet_type, format: Format::Legacy, length }, len + 1)))
            }
            _ => Err(NoHeader),
        }
    }

    /// Writes the header with the shortest length that its format has.
    ///
    /// What the legacy format cannot say (a type beyond 15, a partial length) is written in the
    /// current one; an indeterminate length is always written in the legacy format, and a type
    /// beyond 15 that asks for it becomes an empty packet.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let number = self.packet_type.number();
        match (self.format, self.length) {
            (_, Length::Indeterminate) if number < 16 => out.push(0x80 | number << 2 | 3),
            (_, Length::Indeterminate) => out.extend_from_slice(&[0xc0 | number, 0]),
            (Format::Legacy, Length::Fixed(length)) if number < 16 => {
                let octets = length.to_be_bytes();
                let (kind, skip) = match length {
                    0..=0xff => (0, 3),
                    0x100..=0xffff => (1, 2),
                    _ => (2, 0),
                };
                out.push(0x80 | number << 2 | kind);
                out.extend_from_slice(octets.get(skip..).unwrap_or_default());
            }
            (_, length) => {
                out.push(0xc0 | number);
                length.encode(out);
            }
        }
    }
}

impl Length {
    /// Parses the length of the current format, as it stands in a header and before every further
    /// chunk; returns it and its own length in octets, or `None` if it goes on beyond the input.
    ///
    /// | first octet | length |
    /// |---|---|
    /// | 0 to 191 | the octet |
    /// | 192 to 223 | two octets, 192 to 8,383 |
    /// | 224 to 254 | partial, a power of two |
    /// | 255 | four octets after it |
    ///
    /// [RFC 9580, section 4.2.1](https://www.rfc-editor.org/rfc/rfc9580#section-4.2.1)
    pub fn parse(input: &[u8]) -> Option<(Self, usize)> {
        Some(match *input {
            [first @ 0..=191, ..] => (Length::Fixed(u32::from(first)), 1),
            [first @ 192..=223, second, ..] => {
                (Length::Fixed(((u32::from(first) - 192) << 8) + u32::from(second) + 192), 2)
            }
            [first @ 224..=254, ..] => (Length::Partial(1 << (first & 0x1f)), 1),
            [255, a, b, c, d, ..] => (Length::Fixed(u32::from_be_bytes([a, b, c, d])), 5),
            _ => return None,
        })
    }

    /// Writes the shortest form of the length.
    ///
    /// A partial length that is no power of two up to 2^30 becomes the next lower one; an
    /// indeterminate one, which the current format does not have, becomes 0.
    pub fn encode(self, out: &mut Vec<u8>) {
        match self {
            Length::Fixed(length) => match length {
                0..=191 => out.extend(u8::try_from(length)),
                192..=8383 => {
                    let [.., high, low] = (length - 192).to_be_bytes();
                    out.extend_from_slice(&[high.wrapping_add(192), low]);
                }
                _ => {
                    out.push(255);
                    out.extend_from_slice(&length.to_be_bytes());
                }
            },
            Length::Partial(length) => {
                let exponent = length.checked_ilog2().unwrap_or(0).min(30);
                out.extend(u8::try_from(exponent).map(|exponent| 0xe0 | exponent));
            }
            Length::Indeterminate => out.push(0),
        }
    }
}
