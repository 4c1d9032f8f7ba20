//! Writing packets.

use alloc::vec::Vec;

use super::header::{Header, Length, PacketType};

/// Writes a packet with its body; `None`, and nothing written, if the body has 4 GiB or more.
///
/// # Example
///
/// ```
/// use pgp_armor::packet::{PacketType, encode_packet};
///
/// let mut out = Vec::new();
/// encode_packet(PacketType::USER_ID, b"Alice <alice@example.org>", &mut out).unwrap();
/// assert_eq!(out[..4], [0xcd, 25, b'A', b'l']);
/// ```
#[must_use]
pub fn encode_packet(packet_type: PacketType, body: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let length = Length::Fixed(u32::try_from(body.len()).ok()?);
    Header::new(packet_type, length).encode(out);
    out.extend_from_slice(body);
    Some(())
}

/// Writes a packet whose length is not known yet, in partial chunks.
///
/// [RFC 9580, section 4.2.1.4](https://www.rfc-editor.org/rfc/rfc9580#section-4.2.1.4)
///
/// # Example
///
/// ```
/// use pgp_armor::packet::{Config, PacketType, PartialEncoder, packets};
///
/// let mut out = Vec::new();
/// let mut packet = PartialEncoder::new(PacketType::LITERAL, 9).unwrap();
/// packet.encode(b"b\0\0\0\0\0", &mut out);
/// packet.encode(&[b'x'; 1000], &mut out);
/// packet.finish(&mut out);
///
/// let config = Config::default();
/// let packet = packets(&out, &config).next().unwrap().unwrap();
/// assert_eq!(packet.body.len(), 1006);
/// ```
#[derive(Clone, Debug)]
pub struct PartialEncoder {
    packet_type: PacketType,
    started: bool,
    chunk: usize,
    pending: Vec<u8>,
}

impl PartialEncoder {
    /// Creates an encoder with chunks of 2 to the power of `exponent` octets.
    ///
    /// `None` if packets of this type may have no partial length, or the exponent is not in 9 to
    /// 30: a first chunk has at least 512 octets.
    pub fn new(packet_type: PacketType, exponent: u8) -> Option<Self> {
        if !packet_type.is_data() || !(9..=30).contains(&exponent) {
            return None;
        }
        Some(PartialEncoder {
            packet_type,
            started: false,
            chunk: 1 << exponent,
            pending: Vec::new(),
        })
    }

    /// Takes octets of the body and writes the chunks that are complete.
    pub fn encode(&mut self, mut body: &[u8], out: &mut Vec<u8>) {
        // A full chunk is only written when more comes, so that a short body is one plain packet.
        while self.pending.len() + body.len() > self.chunk {
            let missing = self.chunk - self.pending.len();
            let (now, rest) = body.split_at_checked(missing).unwrap_or((body, &[]));
            self.length(Length::Partial(u32::try_from(self.chunk).unwrap_or(512)), out);
            out.append(&mut self.pending);
            out.extend_from_slice(now);
            body = rest;
        }
        self.pending.extend_from_slice(body);
    }

    /// Writes what is left as the last chunk.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        self.length(Length::Fixed(u32::try_from(self.pending.len()).unwrap_or(0)), out);
        out.append(&mut self.pending);
    }

    fn length(&mut self, length: Length, out: &mut Vec<u8>) {
        if self.started {
            length.encode(out);
        } else {
            Header::new(self.packet_type, length).encode(out);
            self.started = true;
        }
    }
}
