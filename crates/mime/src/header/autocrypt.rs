//! The field `Autocrypt`, with the key of the sender.
//!
//! Autocrypt Level 1, section 2.1: attributes `addr`, `prefer-encrypt` and `keydata`, separated by
//! semicolons; an unknown attribute makes the field void unless its name begins with `_`.

use alloc::string::String;
use alloc::vec::Vec;

use super::FieldValue;
use super::TagList;
use crate::codec::base64;
use crate::{DefectKind, Problems};

/// The value of `Autocrypt` or `Autocrypt-Gossip`.
///
/// # Example
///
/// ```
/// use mime::header::Autocrypt;
///
/// let header = Autocrypt::parse(b"addr=a@b.example; prefer-encrypt=mutual; keydata=\r\n AAECAw==").unwrap();
/// assert_eq!(header.address, "a@b.example");
/// assert!(header.prefer_encrypt);
/// assert_eq!(header.key, [0, 1, 2, 3]);
/// assert!(Autocrypt::parse(b"addr=a@b; type=2; keydata=AAAA").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Autocrypt {
    /// The address that the key is for; it must be that of `From`.
    pub address: String,
    /// Whether the sender wants encrypted answers: `prefer-encrypt=mutual`.
    pub prefer_encrypt: bool,
    /// The key: a binary OpenPGP transferable public key.
    pub key: Vec<u8>,
}

impl Autocrypt {
    /// Reads the value of a field; `None` if it is void.
    pub fn parse(value: &[u8]) -> Option<Self> {
        Self::parse_with(value, &mut Problems::new())
    }

    /// Reads the value of a field and tells what is wrong with it.
    pub fn parse_with(value: &[u8], problems: &mut Problems) -> Option<Self> {
        let tags = attributes(value);
        let known = |name: &[u8]| {
            matches!(name, b"addr" | b"prefer-encrypt" | b"keydata") || name.starts_with(b"_")
        };
        let valid = tags.iter().all(|(name, _)| known(name));
        let get =
            |name: &[u8]| tags.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let header = || {
            let address = core::str::from_utf8(get(b"addr")?).ok()?.trim();
            let key = base64::decode(get(b"keydata")?);
            (!address.is_empty() && key.problems.is_empty() && !key.bytes.is_empty()).then(|| {
                Autocrypt {
                    address: address.into(),
                    prefer_encrypt: get(b"prefer-encrypt").is_some_and(|value| value == b"mutual"),
                    key: key.bytes,
                }
            })
        };
        let header = if valid { header() } else { None };
        if header.is_none() {
            problems.add(DefectKind::InvalidValue, 0, value.len() as u64);
        }
        header
    }
}

/// The attributes; their names may have a hyphen, unlike the tags of DKIM.
fn attributes(value: &[u8]) -> Vec<(&[u8], &[u8])> {
    TagList::parse(value).iter().collect()
}

impl<'a> FieldValue<'a> for Autocrypt {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        Autocrypt::parse_with(value, problems)
    }
}
