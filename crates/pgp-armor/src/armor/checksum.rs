//! Whether a block gets a checksum.

use alloc::vec::Vec;

/// Whether a block gets a checksum.
///
/// [RFC 9580, section 6.1](https://www.rfc-editor.org/rfc/rfc9580#section-6.1)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checksum {
    /// Where RFC 9580 does not forbid it: not for signatures and keys of version 6 alone and not
    /// for data encrypted by version 2 of its packet. Others get one, since GnuPG before 2.4 does
    /// not read a block that has neither checksum nor padding.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Looks at the versions of the packets that pass.
#[derive(Clone, Debug, Default)]
pub(super) struct Versions {
    head: Vec<u8>,
    skip: u64,
    /// Whether a length follows the skipped bytes.
    partial: bool,
    modern: bool,
    legacy: bool,
    /// Nothing more can be told.
    over: bool,
}

/// Octets of the longest packet header, and that of the version.
const HEAD: usize = 7;

impl Versions {
    pub(super) fn forbid_checksum(&self) -> bool {
        self.modern && !self.legacy
    }

    pub(super) fn observe(&mut self, mut bytes: &[u8]) {
        while !self.over {
            let skip = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
            self.skip -= skip as u64;
            bytes = bytes.get(skip..).unwrap_or_default();
            let Some((&byte, rest)) = bytes.split_first() else { return };
            bytes = rest;
            self.head.push(byte);
            let head = self.head.as_slice();
            let parsed = if self.partial { length(head) } else { header(head) };
            match parsed {
                Some(Length::More) if head.len() < HEAD => {}
                Some(Length::Known { skip, partial, version }) => {
                    if let Some((packet, version)) = version {
                        self.note(packet, version);
                    }
                    self.skip = skip;
                    self.partial = partial;
                    self.head.clear();
                }
                _ => self.over = true,
            }
        }
    }

    fn note(&mut self, packet: u8, version: u8) {
        let modern = match packet {
            SIGNATURE | SECRET_KEY | PUBLIC_KEY => version == 6,
            ENCRYPTED => version == 2,
            OLD_ENCRYPTED => false,
            _ => return,
        };
        if modern {
            self.modern = true;
        } else {
            self.legacy = true;
        }
    }
}

const SIGNATURE: u8 = 2;
const SECRET_KEY: u8 = 5;
const PUBLIC_KEY: u8 = 6;
const OLD_ENCRYPTED: u8 = 9;
const ENCRYPTED: u8 = 18;

enum Length {
    More,
    Known { skip: u64, partial: bool, version: Option<(u8, u8)> },
}

/// Reads a packet header and the first octet of the body.
///
/// [RFC 9580, section 4.2](https://www.rfc-editor.org/rfc/rfc9580#section-4.2)
fn header(head: &[u8]) -> Option<Length> {
    let (&first, rest) = head.split_first()?;
    let (packet, length) = match first {
        0xC0.. => (first & 0x3F, length(rest)),
        0x80.. => (first >> 2 & 0xF, legacy_length(first & 3, rest)),
        _ => return None,
    };
    let Some(Length::Known { skip, partial, .. }) = length else {
        return if rest.is_empty() { Some(Length::More) } else { length };
    };
    let used = length_len(first, rest);
    if skip == 0 {
        return Some(Length::Known { skip, partial, version: None });
    }
    Some(match rest.get(used) {
        Some(&version) => {
            Length::Known { skip: skip - 1, partial, version: Some((packet, version)) }
        }
        None => Length::More,
    })
}

fn length_len(first: u8, rest: &[u8]) -> usize {
    match (first, rest) {
        (0xC0.., [0..=191 | 224..=254, ..]) => 1,
        (0xC0.., [192..=223, ..]) => 2,
        (0xC0.., _) => 5,
        _ => [1, 2, 4, 0].get(usize::from(first & 3)).copied().unwrap_or_default(),
    }
}

fn length(rest: &[u8]) -> Option<Length> {
    let known = |skip: u64, partial| Some(Length::Known { skip, partial, version: None });
    match *rest {
        [a @ 0..=191, ..] => known(a.into(), false),
        [a @ 192..=223, b, ..] => known(((u64::from(a) - 192) << 8) + u64::from(b) + 192, false),
        [a @ 224..=254, ..] => known(1 << (a & 31), true),
        [255, a, b, c, d, ..] => known(u32::from_be_bytes([a, b, c, d]).into(), false),
        _ => Some(Length::More),
    }
}

fn legacy_length(kind: u8, rest: &[u8]) -> Option<Length> {
    let known = |skip: u64| Some(Length::Known { skip, partial: false, version: None });
    match (kind, rest) {
        (0, &[a, ..]) => known(a.into()),
        (1, &[a, b, ..]) => known(u16::from_be_bytes([a, b]).into()),
        (2, &[a, b, c, d, ..]) => known(u32::from_be_bytes([a, b, c, d]).into()),
        (3, _) => known(u64::MAX),
        _ => Some(Length::More),
    }
}
