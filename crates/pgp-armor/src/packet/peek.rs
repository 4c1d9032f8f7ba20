//! The fields at the start of a body that can be read without cryptography.

use core::fmt;

use super::{Key, PacketType, Signature};

/// What the body of a packet says at its start.
///
/// # Example
///
/// ```
/// use pgp_armor::packet::{PacketType, Peek};
///
/// let peek = Peek::parse(PacketType::PROTECTED_ENCRYPTED, &[2, 9, 2, 6]);
/// assert_eq!(peek, Some(Peek::Encrypted { version: 2 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Peek<'a> {
    /// A session key for a recipient.
    SessionKey(SessionKey<'a>),
    /// A session key for a password.
    PasswordSessionKey {
        /// Version of the packet.
        version: u8,
    },
    /// A signature.
    Signature(Signature<'a>),
    /// What a signature will be, before the data that it is about.
    OnePass(OnePass<'a>),
    /// A key or subkey, public or secret.
    Key(Key<'a>),
    /// Data encrypted with protection of its integrity (packet types 18 and 20).
    Encrypted {
        /// Version of the packet.
        version: u8,
    },
    /// Data in the clear.
    Literal(Literal<'a>),
    /// Compressed data.
    Compressed {
        /// Compression algorithm identifier: 0 none, 1 ZIP, 2 ZLIB, 3 BZip2.
        algorithm: u8,
    },
    /// A name with an address, mostly UTF-8.
    UserId(&'a [u8]),
}

impl<'a> Peek<'a> {
    /// Reads the body of a packet, or enough of its start; `None` if there is nothing to see in
    /// this type, the version is unknown, or the body too short.
    pub fn parse(packet_type: PacketType, body: &'a [u8]) -> Option<Self> {
        let first = *body.first()?;
        Some(match packet_type {
            PacketType::SESSION_KEY => Peek::SessionKey(SessionKey::parse(body)?),
            PacketType::PASSWORD_SESSION_KEY => Peek::PasswordSessionKey { version: first },
            PacketType::SIGNATURE => Peek::Signature(Signature::parse(body)?),
            PacketType::ONE_PASS_SIGNATURE => Peek::OnePass(OnePass::parse(body)?),
            PacketType::SECRET_KEY | PacketType::SECRET_SUBKEY => {
                Peek::Key(Key::parse(body, true)?)
            }
            PacketType::PUBLIC_KEY | PacketType::PUBLIC_SUBKEY => {
                Peek::Key(Key::parse(body, false)?)
            }
            PacketType::PROTECTED_ENCRYPTED | PacketType::AEAD_ENCRYPTED => {
                Peek::Encrypted { version: first }
            }
            PacketType::LITERAL => Peek::Literal(Literal::parse(body)?),
            PacketType::COMPRESSED => Peek::Compressed { algorithm: first },
            PacketType::USER_ID => Peek::UserId(body),
            _ => return None,
        })
    }

    /// How many octets of a body a peek may want: all of it, or a few. `None`: there is nothing to
    /// see.
    pub(crate) fn wants(packet_type: PacketType) -> Option<usize> {
        Some(match packet_type {
            PacketType::SESSION_KEY => 36,
            PacketType::PASSWORD_SESSION_KEY
            | PacketType::PROTECTED_ENCRYPTED
            | PacketType::AEAD_ENCRYPTED
            | PacketType::COMPRESSED => 1,
            PacketType::ONE_PASS_SIGNATURE => 293,
            PacketType::LITERAL => 261,
            PacketType::SIGNATURE | PacketType::USER_ID => usize::MAX,
            packet_type if packet_type.is_key() => usize::MAX,
            _ => return None,
        })
    }
}

/// The identifier of a key: 8 octets.
///
/// [RFC 9580, section 5.5.4](https://www.rfc-editor.org/rfc/rfc9580#section-5.5.4)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

/// The fingerprint of a key as it stands in a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Fingerprint<'a> {
    /// Version of the key.
    pub version: u8,
    /// 20 octets for version 4, 32 for later ones.
    pub octets: &'a [u8],
}

impl<'a> Fingerprint<'a> {
    /// Creates a fingerprint; `None` if the version has none of this length.
    pub fn new(version: u8, octets: &'a [u8]) -> Option<Self> {
        let len = match version {
            4 => 20,
            5 | 6 => 32,
            _ => return None,
        };
        (octets.len() == len).then_some(Fingerprint { version, octets })
    }

    /// Returns the key identifier: the last 8 octets for version 4, the first 8 for later ones.
    pub fn key_id(&self) -> Option<KeyId> {
        let octets = match self.version {
            4 => self.octets.last_chunk::<8>(),
            _ => self.octets.first_chunk::<8>(),
        };
        octets.map(|octets| KeyId(*octets))
    }
}

impl fmt::Display for Fingerprint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.octets.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

/// Whom a session key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Recipient<'a> {
    /// The sender does not say.
    Anonymous,
    /// By key identifier (version 3 of the packet).
    KeyId(KeyId),
    /// By fingerprint (version 6).
    Fingerprint(Fingerprint<'a>),
}

/// A session key for a recipient.
///
/// [RFC 9580, section 5.1](https://www.rfc-editor.org/rfc/rfc9580#section-5.1)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionKey<'a> {
    /// Version of the packet.
    pub version: u8,
    /// Whom it is for.
    pub recipient: Recipient<'a>,
    /// Public-key algorithm identifier.
    pub algorithm: u8,
}

impl<'a> SessionKey<'a> {
    fn parse(body: &'a [u8]) -> Option<Self> {
        let (&version, rest) = body.split_first()?;
        let (recipient, rest) = match version {
            2 | 3 => {
                let (id, rest) = rest.split_first_chunk::<8>()?;
                let id = KeyId(*id);
                let anonymous = id.0 == [0; 8];
                (if anonymous { Recipient::Anonymous } else { Recipient::KeyId(id) }, rest)
            }
            6 => {
                let (len, rest) = rest.split_first()?;
                let (recipient, rest) = rest.split_at_checked(usize::from(*len))?;
                match recipient.split_first() {
                    None => (Recipient::Anonymous, rest),
                    Some((version, octets)) => {
                        (Recipient::Fingerprint(Fingerprint::new(*version, octets)?), rest)
                    }
                }
            }
            _ => return None,
        };
        Some(SessionKey { version, recipient, algorithm: *rest.first()? })
    }
}

/// What a signature will be, before the data that it is about.
///
/// [RFC 9580, section 5.4](https://www.rfc-editor.org/rfc/rfc9580#section-5.4)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OnePass<'a> {
    /// Version of the packet.
    pub version: u8,
    /// Signature type identifier.
    pub signature_type: u8,
    /// Hash algorithm identifier.
    pub hash: u8,
    /// Public-key algorithm identifier.
    pub algorithm: u8,
    /// The salt that is hashed first; empty before version 6.
    pub salt: &'a [u8],
    /// Who signs.
    pub issuer: Recipient<'a>,
    /// Whether this is the last one before the data.
    pub last: bool,
}

impl<'a> OnePass<'a> {
    fn parse(body: &'a [u8]) -> Option<Self> {
        let ([version, signature_type, hash, algorithm], rest) = body.split_first_chunk::<4>()?;
        let (salt, issuer, rest) = match version {
            3 => {
                let (id, rest) = rest.split_first_chunk::<8>()?;
                (&[][..], Recipient::KeyId(KeyId(*id)), rest)
            }
            6 => {
                let (len, rest) = rest.split_first()?;
                let (salt, rest) = rest.split_at_checked(usize::from(*len))?;
                let (octets, rest) = rest.split_at_checked(32)?;
                (salt, Recipient::Fingerprint(Fingerprint::new(6, octets)?), rest)
            }
            _ => return None,
        };
        Some(OnePass {
            version: *version,
            signature_type: *signature_type,
            hash: *hash,
            algorithm: *algorithm,
            salt,
            issuer,
            last: *rest.first()? != 0,
        })
    }
}

/// The fields before the data of a literal data packet. No signature covers them.
///
/// [RFC 9580, section 5.9](https://www.rfc-editor.org/rfc/rfc9580#section-5.9)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Literal<'a> {
    /// `b` binary, `u` UTF-8 text, `t` text.
    pub format: u8,
    /// The file name, to be trusted in nothing.
    pub name: &'a [u8],
    /// Seconds since 1970, or 0.
    pub date: u32,
    /// Octets before the data.
    pub header_len: usize,
}

impl<'a> Literal<'a> {
    fn parse(body: &'a [u8]) -> Option<Self> {
        let ([format, len], rest) = body.split_first_chunk::<2>()?;
        let (name, rest) = rest.split_at_checked(usize::from(*len))?;
        let date = u32::from_be_bytes(*rest.first_chunk::<4>()?);
        Some(Literal { format: *format, name, date, header_len: name.len() + 6 })
    }
}
