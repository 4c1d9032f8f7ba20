//! Whether a block gets a checksum.

use alloc::vec::Vec;

use crate::packet::{Header, Length, PacketType};

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
    /// The start of a header or of a partial length.
    head: Vec<u8>,
    /// Octets of a body that are still to pass.
    skip: u64,
    /// Whether a length follows them, since that was a part of a body.
    partial: bool,
    modern: bool,
    legacy: bool,
    /// Nothing more can be told.
    over: bool,
}

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
            self.step();
        }
    }

    /// Reads what is in `head`, if it is whole: a length, or a header and the first octet of the
    /// body, which is the version.
    fn step(&mut self) {
        let (length, body) = if self.partial {
            let Some((length, _)) = Length::parse(&self.head) else { return };
            (length, 0)
        } else {
            match Header::parse(&self.head) {
                Ok(Some((Header { length: Length::Fixed(0), .. }, _))) => (Length::Fixed(0), 0),
                Ok(Some((header, len))) => {
                    let Some(&version) = self.head.get(len) else { return };
                    self.note(header.packet_type, version);
                    (header.length, 1)
                }
                Ok(None) => return,
                Err(_) => {
                    self.over = true;
                    return;
                }
            }
        };
        let (len, partial) = match length {
            Length::Fixed(len) => (u64::from(len), false),
            Length::Partial(len) => (u64::from(len), true),
            Length::Indeterminate => (u64::MAX, false),
        };
        self.skip = len.saturating_sub(body);
        self.partial = partial;
        self.head.clear();
    }

    fn note(&mut self, packet_type: PacketType, version: u8) {
        let modern = match packet_type.number() {
            // Signatures and primary keys.
            2 | 5 | 6 => version == 6,
            // Encrypted data, with integrity protection and without.
            18 => version == 2,
            9 => false,
            _ => return,
        };
        self.modern |= modern;
        self.legacy |= !modern;
    }
}
