//! Signature packets: what kind, by whom, when.

use super::peek::{Fingerprint, KeyId};

/// The fields of a signature packet before the signature itself.
///
/// [RFC 9580, section 5.2](https://www.rfc-editor.org/rfc/rfc9580#section-5.2)
///
/// Nothing of this is true before the signature has been verified; subpackets that are not hashed
/// are not even then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature<'a> {
    /// Version of the packet.
    pub version: u8,
    /// Signature type identifier: 0 for a document, 1 for text, ...
    pub signature_type: u8,
    /// Public-key algorithm identifier.
    pub algorithm: u8,
    /// Hash algorithm identifier. See [`Micalg`](crate::mail::Micalg::from_hash_algorithm).
    pub hash: u8,
    /// The subpackets that the signature covers; none in version 3.
    pub hashed: Subpackets<'a>,
    /// The subpackets that anybody may change; none in version 3.
    pub unhashed: Subpackets<'a>,
    /// The first two octets of the hash.
    pub digest_prefix: [u8; 2],
    /// The salt of a version 6 signature: what is hashed before everything else.
    pub salt: &'a [u8],
    version3: Option<([u8; 4], [u8; 8])>,
}

impl<'a> Signature<'a> {
    /// Reads the body of a signature packet; `None` if the version is unknown, a length points
    /// outside, or the body is too short.
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let (&version, rest) = body.split_first()?;
        if matches!(version, 2 | 3) {
            let ([5, signature_type], rest) = rest.split_first_chunk::<2>()? else { return None };
            let (created, rest) = rest.split_first_chunk::<4>()?;
            let (issuer, rest) = rest.split_first_chunk::<8>()?;
            let [algorithm, hash, prefix @ ..] = rest.first_chunk::<4>()?;
            return Some(Signature {
                version,
                signature_type: *signature_type,
                algorithm: *algorithm,
                hash: *hash,
                hashed: Subpackets::default(),
                unhashed: Subpackets::default(),
                digest_prefix: *prefix,
                salt: &[],
                version3: Some((*created, *issuer)),
            });
        }
        if !matches!(version, 4..=6) {
            return None;
        }
        let ([signature_type, algorithm, hash], rest) = rest.split_first_chunk::<3>()?;
        let (hashed, rest) = area(rest, version)?;
        let (unhashed, rest) = area(rest, version)?;
        let (digest_prefix, rest) = rest.split_first_chunk::<2>()?;
        let salt = if version == 6 {
            let (len, rest) = rest.split_first()?;
            rest.get(..usize::from(*len))?
        } else {
            &[]
        };
        Some(Signature {
            version,
            signature_type: *signature_type,
            algorithm: *algorithm,
            hash: *hash,
            hashed: Subpackets { rest: hashed },
            unhashed: Subpackets { rest: unhashed },
            digest_prefix: *digest_prefix,
            salt,
            version3: None,
        })
    }

    /// Returns the fingerprint of the key that the signature says it was made with (subpacket 33),
    /// from the hashed area if it is there.
    pub fn issuer_fingerprint(&self) -> Option<Fingerprint<'a>> {
        let find = |mut area: Subpackets<'a>| {
            area.find_map(|subpacket| match (subpacket.number, subpacket.body) {
                (33, [version, octets @ ..]) => Fingerprint::new(*version, octets),
                _ => None,
            })
        };
        find(self.hashed).or_else(|| find(self.unhashed))
    }

    /// Returns the identifier of the key that the signature says it was made with (subpacket 16 or
    /// the field of version 3), or what the fingerprint gives.
    pub fn issuer_key_id(&self) -> Option<KeyId> {
        let find = |mut area: Subpackets<'a>| {
            area.find(|subpacket| subpacket.number == 16)
                .and_then(|subpacket| <[u8; 8]>::try_from(subpacket.body).ok())
        };
        self.version3
            .map(|(_, issuer)| issuer)
            .or_else(|| find(self.hashed))
            .or_else(|| find(self.unhashed))
            .map(KeyId)
            .or_else(|| self.issuer_fingerprint()?.key_id())
    }

    /// Returns when the signature says it was made, in seconds since 1970 (subpacket 2 of the
    /// hashed area, or the field of version 3).
    pub fn created(&self) -> Option<u32> {
        let mut hashed = self.hashed;
        self.version3
            .map(|(created, _)| created)
            .or_else(|| hashed.find(|s| s.number == 2)?.body.try_into().ok())
            .map(u32::from_be_bytes)
    }
}

/// A subpacket area and what comes after it. Its length has 2 octets, or 4 in version 6.
fn area(input: &[u8], version: u8) -> Option<(&[u8], &[u8])> {
    let (len, rest) = if version == 6 {
        let (len, rest) = input.split_first_chunk::<4>()?;
        (usize::try_from(u32::from_be_bytes(*len)).ok()?, rest)
    } else {
        let (len, rest) = input.split_first_chunk::<2>()?;
        (usize::from(u16::from_be_bytes(*len)), rest)
    };
    rest.split_at_checked(len)
}

/// One subpacket of a signature.
///
/// [RFC 9580, section 5.2.3.7](https://www.rfc-editor.org/rfc/rfc9580#section-5.2.3.7)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subpacket<'a> {
    /// Its type, without the critical bit.
    pub number: u8,
    /// Whether a verifier that does not know the type must take the signature as bad.
    pub critical: bool,
    /// Its value.
    pub body: &'a [u8],
}

/// Iterates over the subpackets of an area; ends early where a length points outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subpackets<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Subpackets<'a> {
    type Item = Subpacket<'a>;

    fn next(&mut self) -> Option<Subpacket<'a>> {
        let area = core::mem::take(&mut self.rest);
        let (len, area) = match *area {
            [first @ 0..=191, ref rest @ ..] => (usize::from(first), rest),
            [first @ 192..=254, second, ref rest @ ..] => {
                (((usize::from(first) - 192) << 8) + usize::from(second) + 192, rest)
            }
            [255, a, b, c, d, ref rest @ ..] => {
                (usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?, rest)
            }
            _ => return None,
        };
        let (subpacket, rest) = area.split_at_checked(len)?;
        let (first, body) = subpacket.split_first()?;
        self.rest = rest;
        Some(Subpacket { number: first & 0x7f, critical: first & 0x80 != 0, body })
    }
}
