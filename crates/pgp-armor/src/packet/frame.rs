//! The rules of framing, shared by both walkers.

use super::header::{Format, Header, Length, PacketType};

/// What a walker accepts, and how much.
///
/// # Example
///
/// ```
/// let mut config = pgp_armor::packet::Config::default();
/// config.packets = 100;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Whether an unknown packet of a critical type stops the walk, as a recipient must do
    /// ([RFC 9580, section 4.3](https://www.rfc-editor.org/rfc/rfc9580#section-4.3)). Default
    /// `true`; a tool that lists packets wants `false`.
    pub criticality: bool,
    /// Whether packets of type 20 are known: data encrypted by GnuPG 2.3 and later for keys that
    /// ask for OCB or EAX. Default `false`, as RFC 9580 has them reserved.
    pub aead: bool,
    /// Packets in a sequence, as a count. More is [`FrameError::TooManyPackets`]. Default
    /// 1,000,000: a keyring of a distribution has some 100,000.
    pub packets: u32,
    /// Octets of a body that a [`Walker`](super::Walker) holds to look into it. What is longer is
    /// passed on without a [`Peek`](super::Peek). Default 64 KiB; signatures and keys have some
    /// 1,000.
    pub peek: usize,
    /// Octets that a [`Walker`](super::Walker) holds unread. More is
    /// [`FrameError::InputOverflow`]. Default 1 MiB.
    pub buffered_input: usize,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            criticality: true,
            aead: false,
            packets: 1_000_000,
            peek: 64 << 10,
            buffered_input: 1 << 20,
        }
    }
}

/// Why bytes are no sequence of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The first bit of an octet that should begin a packet is not set.
    #[error("no packet begins at offset {offset}")]
    NoPacket {
        /// Where.
        offset: u64,
    },
    /// The type is 0, which must not be used.
    #[error("reserved packet type 0 at offset {offset}")]
    ReservedType {
        /// Where the packet begins.
        offset: u64,
    },
    /// The type is unknown and critical.
    #[error("unknown critical packet type {} at offset {offset}", .packet_type.number())]
    UnknownCritical {
        /// The type.
        packet_type: PacketType,
        /// Where the packet begins.
        offset: u64,
    },
    /// A packet that holds no data has a partial or indeterminate length.
    #[error("packet type {} with a partial or indeterminate length at offset {offset}", .packet_type.number())]
    LengthNotAllowed {
        /// The type.
        packet_type: PacketType,
        /// Where the packet begins.
        offset: u64,
    },
    /// The first chunk of a partial body has fewer than 512 octets.
    #[error("first chunk of {len} octets, fewer than 512, at offset {offset}")]
    ShortFirstChunk {
        /// Its length.
        len: u32,
        /// Where the packet begins.
        offset: u64,
    },
    /// The input ends inside a packet.
    #[error("input ends inside the packet at offset {offset}")]
    UnexpectedEof {
        /// Where the packet begins.
        offset: u64,
    },
    /// There are more packets than the limit.
    #[error("more than {limit} packets")]
    TooManyPackets {
        /// [`Config::packets`].
        limit: u32,
    },
    /// More bytes were handed in than a walker may hold before its events are taken.
    #[error("more than {limit} bytes of unread input")]
    InputOverflow {
        /// [`Config::buffered_input`].
        limit: usize,
    },
}

/// Parses the header of a packet and checks what it may say.
pub(crate) fn header(
    input: &[u8],
    offset: u64,
    config: &Config,
) -> Result<Option<(Header, usize)>, FrameError> {
    let parsed = Header::parse(input).map_err(|_| FrameError::NoPacket { offset })?;
    let Some((header, len)) = parsed else { return Ok(None) };
    let packet_type = header.packet_type;
    if packet_type.number() == 0 {
        return Err(FrameError::ReservedType { offset });
    }
    let known =
        packet_type.name().is_some() || packet_type == PacketType::AEAD_ENCRYPTED && config.aead;
    if config.criticality && packet_type.is_critical() && !known {
        return Err(FrameError::UnknownCritical { packet_type, offset });
    }
    match header.length {
        Length::Fixed(_) => {}
        Length::Partial(_) | Length::Indeterminate if !packet_type.is_data() => {
            return Err(FrameError::LengthNotAllowed { packet_type, offset });
        }
        Length::Partial(len) if len < 512 => {
            return Err(FrameError::ShortFirstChunk { len, offset });
        }
        Length::Partial(_) | Length::Indeterminate => {}
    }
    debug_assert!(header.format == Format::OpenPgp || packet_type.number() < 16);
    Ok(Some((header, len)))
}
