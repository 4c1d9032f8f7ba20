//! Packets in memory.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use super::frame::{self, Config, FrameError};
use super::header::{Header, Length};
use super::peek::Peek;

/// Walks over packets in memory. Ends with the first error.
///
/// # Example
///
/// ```
/// use pgp_armor::packet::{Config, PacketType, packets};
///
/// let bytes = [0xcd, 1, b'x', 0xd5, 0];
/// let types: Result<Vec<_>, _> =
///     packets(&bytes, &Config::default()).map(|packet| Ok(packet?.header.packet_type)).collect();
/// assert_eq!(types, Ok::<_, pgp_armor::packet::FrameError>(vec![PacketType::USER_ID, PacketType::PADDING]));
/// ```
pub fn packets<'a>(bytes: &'a [u8], config: &'a Config) -> Packets<'a> {
    Packets { bytes, config, offset: 0, count: 0, failed: false }
}

/// One packet in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet<'a> {
    /// Its first header.
    pub header: Header,
    /// Where the packet is, header included.
    pub range: Range<usize>,
    /// The body; its chunks joined if the length was partial.
    pub body: Cow<'a, [u8]>,
}

impl Packet<'_> {
    /// Looks into the body.
    pub fn peek(&self) -> Option<Peek<'_>> {
        Peek::parse(self.header.packet_type, &self.body)
    }
}

/// Iterates over packets. See [`packets`].
#[derive(Clone, Debug)]
pub struct Packets<'a> {
    bytes: &'a [u8],
    config: &'a Config,
    offset: usize,
    count: u32,
    failed: bool,
}

impl<'a> Packets<'a> {
    fn packet(&mut self) -> Result<Packet<'a>, FrameError> {
        let start = self.offset;
        let offset = u64::try_from(start).unwrap_or(u64::MAX);
        if self.count >= self.config.packets {
            return Err(FrameError::TooManyPackets { limit: self.config.packets });
        }
        self.count += 1;
        let eof = FrameError::UnexpectedEof { offset };
        let rest = self.bytes.get(start..).unwrap_or_default();
        let (header, header_len) = frame::header(rest, offset, self.config)?.ok_or(eof)?;
        let mut rest = rest.get(header_len..).unwrap_or_default();
        let mut take = |len: u32| {
            let (chunk, after) = rest.split_at_checked(usize::try_from(len).ok()?)?;
            rest = after;
            Some(chunk)
        };
        let body = match header.length {
            Length::Fixed(len) => Cow::Borrowed(take(len).ok_or(eof)?),
            Length::Indeterminate => Cow::Borrowed(core::mem::take(&mut rest)),
            Length::Partial(len) => {
                let mut body = Vec::from(take(len).ok_or(eof)?);
                loop {
                    let (length, len) = Length::parse(rest).ok_or(eof)?;
                    rest = rest.get(len..).unwrap_or_default();
                    let (Length::Fixed(len) | Length::Partial(len)) = length else { break };
                    let (chunk, after) = usize::try_from(len)
                        .ok()
                        .and_then(|len| rest.split_at_checked(len))
                        .ok_or(eof)?;
                    body.extend_from_slice(chunk);
                    rest = after;
                    if matches!(length, Length::Fixed(_)) {
                        break;
                    }
                }
                Cow::Owned(body)
            }
        };
        self.offset = self.bytes.len() - rest.len();
        Ok(Packet { header, range: start..self.offset, body })
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Packet<'a>, FrameError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.offset >= self.bytes.len() {
            return None;
        }
        let packet = self.packet();
        self.failed = packet.is_err();
        Some(packet)
    }
}
