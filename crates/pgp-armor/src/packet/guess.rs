//! Is this OpenPGP at all?

use super::PacketType;
use super::header::{Header, Length};

/// What the first bytes of some data look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// Packets.
    Binary,
    /// ASCII armor or a cleartext signature.
    Armored,
    /// Neither.
    No,
}

/// Guesses from its first bytes whether data is OpenPGP; some 30 bytes are enough.
///
/// Binary data is taken for OpenPGP if it begins with the header of a packet that a message, a
/// signature or a key begins with, and the first octet of the body fits. Armor is recognized at
/// the very beginning only, with white space or a byte order mark before it.
///
/// # Example
///
/// ```
/// use pgp_armor::packet::{Guess, guess};
///
/// assert_eq!(guess(b"\r\n-----BEGIN PGP MESSAGE-----"), Guess::Armored);
/// assert_eq!(guess(&[0xc1, 0x5e, 0x03]), Guess::Binary);
/// assert_eq!(guess(&[0x89, b'P', b'N', b'G']), Guess::No);
/// ```
pub fn guess(first: &[u8]) -> Guess {
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
    if text.starts_with(b"-----BEGIN PGP ") {
        return Guess::Armored;
    }
    let Ok(Some((header, len))) = Header::parse(first) else { return Guess::No };
    if header.length == Length::Fixed(0) {
        return Guess::No;
    }
    let body = first.get(len..).unwrap_or_default();
    let version = body.first().copied();
    let fits = match header.packet_type {
        PacketType::SESSION_KEY => matches!(version, Some(2 | 3 | 6)),
        PacketType::SIGNATURE => matches!(version, Some(2..=6)),
        PacketType::PASSWORD_SESSION_KEY => matches!(version, Some(4..=6)),
        PacketType::ONE_PASS_SIGNATURE => matches!(version, Some(3 | 6)),
        PacketType::SECRET_KEY | PacketType::PUBLIC_KEY => matches!(version, Some(2..=6)),
        PacketType::COMPRESSED => matches!(version, Some(0..=3)),
        PacketType::MARKER => body.starts_with(b"PGP"),
        PacketType::LITERAL => matches!(version, Some(b'b' | b't' | b'u' | b'm' | b'l' | b'1')),
        PacketType::PROTECTED_ENCRYPTED => matches!(version, Some(1 | 2)),
        PacketType::AEAD_ENCRYPTED => version == Some(1),
        _ => false,
    };
    if fits { Guess::Binary } else { Guess::No }
}
