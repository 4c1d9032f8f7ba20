//! Keys: version, algorithm, and the octets that a fingerprint is made of.

use super::peek::KeyId;

/// The public part of a key or subkey packet.
///
/// [RFC 9580, section 5.5.2](https://www.rfc-editor.org/rfc/rfc9580#section-5.5.2)
///
/// # Example
///
/// ```
/// use pgp_armor::packet::Key;
///
/// // Version 4, Ed25519.
/// let body = [&[4, 0x53, 0xf3, 0x5f, 0x0b, 27][..], &[0xaa; 32]].concat();
/// let key = Key::parse(&body, false).unwrap();
/// assert_eq!((key.version, key.algorithm, key.created), (4, 27, 0x53f3_5f0b));
/// let preimage = key.fingerprint_preimage().unwrap();
/// assert_eq!(preimage.prefix(), [0x99, 0, 38]);
/// assert_eq!(preimage.body(), body);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Key<'a> {
    /// Version of the packet.
    pub version: u8,
    /// When the key was made, in seconds since 1970.
    pub created: u32,
    /// Public-key algorithm identifier.
    pub algorithm: u8,
    /// The part of the body that is public.
    public: Option<&'a [u8]>,
    material: &'a [u8],
}

impl<'a> Key<'a> {
    /// Reads the body of a key packet; `secret` says whether secret key material comes after the
    /// public part. `None` if the version is unknown or the body too short.
    pub fn parse(body: &'a [u8], secret: bool) -> Option<Self> {
        let (&version, rest) = body.split_first()?;
        let (created, rest) = rest.split_first_chunk::<4>()?;
        let created = u32::from_be_bytes(*created);
        let (algorithm, material, counted) = match version {
            2 | 3 => {
                let ([_, _, algorithm], material) = rest.split_first_chunk::<3>()?;
                (*algorithm, material, None)
            }
            4 => {
                let (algorithm, material) = rest.split_first()?;
                (*algorithm, material, None)
            }
            5 | 6 => {
                let (algorithm, rest) = rest.split_first()?;
                let (count, material) = rest.split_first_chunk::<4>()?;
                (*algorithm, material, Some(usize::try_from(u32::from_be_bytes(*count)).ok()?))
            }
            _ => return None,
        };
        let public = match (secret, counted) {
            (false, _) => Some(body),
            (true, counted) => counted
                .or_else(|| material_len(algorithm, material))
                .and_then(|len| body.get(..(body.len() - material.len()).checked_add(len)?)),
        };
        Some(Key { version, created, algorithm, public, material })
    }

    /// Returns over which octets the fingerprint is to be computed: with SHA-1 for version 4, with
    /// SHA-256 for later ones.
    ///
    /// `None` for keys of version 3 and older, whose fingerprint is MD5 over other octets, and for
    /// secret keys of an algorithm whose public part has an unknown length.
    ///
    /// [RFC 9580, section 5.5.4](https://www.rfc-editor.org/rfc/rfc9580#section-5.5.4)
    pub fn fingerprint_preimage(&self) -> Option<Preimage<'a>> {
        let body = self.public?;
        let mark = match self.version {
            4 => 0x99,
            5 => 0x9a,
            6 => 0x9b,
            _ => return None,
        };
        let (prefix, len) = if self.version == 4 {
            let [high, low] = u16::try_from(body.len()).ok()?.to_be_bytes();
            ([mark, high, low, 0, 0], 3)
        } else {
            let [a, b, c, d] = u32::try_from(body.len()).ok()?.to_be_bytes();
            ([mark, a, b, c, d], 5)
        };
        Some(Preimage { prefix, len, body })
    }

    /// Returns the key identifier, given the fingerprint: its last 8 octets for version 4, its
    /// first 8 for later ones. For version 3 and older the fingerprint is not looked at, since the
    /// identifier is the low 64 bits of the modulus.
    pub fn key_id(&self, fingerprint: &[u8]) -> Option<KeyId> {
        let octets = match self.version {
            2 | 3 => {
                let len = mpi_len(self.material)?;
                self.material.get(..len)?.get(2..)?.last_chunk::<8>()
            }
            4 => fingerprint.last_chunk::<8>(),
            _ => fingerprint.first_chunk::<8>(),
        };
        octets.map(|octets| KeyId(*octets))
    }
}

/// What is hashed for a fingerprint: a prefix, then octets of the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preimage<'a> {
    prefix: [u8; 5],
    len: usize,
    body: &'a [u8],
}

impl<'a> Preimage<'a> {
    /// Returns what is hashed first: a mark for the version, and the length of the body.
    pub fn prefix(&self) -> &[u8] {
        self.prefix.get(..self.len).unwrap_or_default()
    }

    /// Returns what is hashed next: the public part of the body.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }
}

/// The length of a multiprecision integer at the start, with its own length field.
///
/// [RFC 9580, section 3.2](https://www.rfc-editor.org/rfc/rfc9580#section-3.2)
fn mpi_len(input: &[u8]) -> Option<usize> {
    let bits = usize::from(u16::from_be_bytes(*input.first_chunk::<2>()?));
    Some(2 + bits.div_ceil(8)).filter(|len| *len <= input.len())
}

/// The length of the public key material, by algorithm.
///
/// [RFC 9580, section 5.5.5](https://www.rfc-editor.org/rfc/rfc9580#section-5.5.5)
fn material_len(algorithm: u8, material: &[u8]) -> Option<usize> {
    let mut len = 0usize;
    let mpis = |count: u8, len: &mut usize| {
        for _ in 0..count {
            *len += mpi_len(material.get(*len..)?)?;
        }
        Some(())
    };
    let octets = |len: &mut usize| {
        *len += 1 + usize::from(*material.get(*len)?);
        Some(())
    };
    match algorithm {
        1..=3 => mpis(2, &mut len)?,
        16 | 20 => mpis(3, &mut len)?,
        17 => mpis(4, &mut len)?,
        18 => {
            octets(&mut len)?;
            mpis(1, &mut len)?;
            octets(&mut len)?;
        }
        19 | 22 => {
            octets(&mut len)?;
            mpis(1, &mut len)?;
        }
        25 | 27 => len = 32,
        26 => len = 56,
        28 => len = 57,
        _ => return None,
    }
    Some(len)
}
