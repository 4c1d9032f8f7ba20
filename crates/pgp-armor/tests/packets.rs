//! Packet framing: the lengths of RFC 9580, both walkers alike at every cut, written and read back.

use pgp_armor::packet::{
    Config, Event, Format, FrameError, Header, Length, PacketType, PartialEncoder, Peek, Walker,
    encode_packet, packets,
};
use proptest::prelude::*;

/// A packet as both walkers can tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    offset: u64,
    packet_type: PacketType,
    format: Format,
    peek: String,
    body: Vec<u8>,
}

fn whole(bytes: &[u8], config: &Config) -> (Vec<Seen>, Option<FrameError>) {
    let (mut seen, mut error) = (Vec::new(), None);
    for packet in packets(bytes, config) {
        match packet {
            Ok(packet) => seen.push(Seen {
                offset: packet.range.start as u64,
                packet_type: packet.header.packet_type,
                format: packet.header.format,
                peek: packet.peek().map(|peek| format!("{peek:?}")).unwrap_or_default(),
                body: packet.body.to_vec(),
            }),
            Err(found) => error = Some(found),
        }
    }
    (seen, error)
}

/// Complete packets, the octets of the one that was cut short, and the error.
fn walked(chunks: &[&[u8]], config: &Config) -> (Vec<Seen>, Option<FrameError>) {
    let (mut seen, mut open) = (Vec::new(), None::<Seen>);
    let mut walker = Walker::new(config.clone());
    for chunk in chunks.iter().map(Some).chain([None]) {
        match chunk {
            Some(chunk) => walker.receive(chunk),
            None => walker.receive_eof(),
        }
        loop {
            match walker.poll_event() {
                Ok(None) => break,
                Ok(Some(Event::Start { packet_type, format, offset, .. })) => {
                    assert!(open.is_none());
                    let (peek, body) = (String::new(), Vec::new());
                    open = Some(Seen { offset, packet_type, format, peek, body });
                }
                Ok(Some(Event::Peek(peek))) => open.as_mut().unwrap().peek = format!("{peek:?}"),
                Ok(Some(Event::Body(bytes))) => {
                    open.as_mut().unwrap().body.extend_from_slice(bytes)
                }
                Ok(Some(Event::End)) => seen.extend(open.take()),
                Ok(Some(other)) => panic!("{other:?}"),
                Err(error) => {
                    assert_eq!(walker.poll_event(), Err(error), "the same error again");
                    assert!(!walker.wants_read());
                    return (seen, Some(error));
                }
            }
        }
    }
    assert!(open.is_none(), "no end and no error");
    (seen, None)
}

fn lenient() -> Config {
    let mut config = Config::default();
    config.criticality = false;
    config
}

#[test]
fn lengths_of_the_rfc() {
    // RFC 9580, section 4.2.3.
    for (bytes, length) in [
        (&[0x64][..], Length::Fixed(100)),
        (&[0xc5, 0xfb], Length::Fixed(1723)),
        (&[0xff, 0x00, 0x01, 0x86, 0xa0], Length::Fixed(100_000)),
        (&[0xef], Length::Partial(32_768)),
        (&[0xe1], Length::Partial(2)),
        (&[0xe0], Length::Partial(1)),
        (&[0xf0], Length::Partial(65_536)),
        (&[0xc5, 0xdd], Length::Fixed(1693)),
    ] {
        assert_eq!(Length::parse(bytes), Some((length, bytes.len())));
        let mut out = Vec::new();
        length.encode(&mut out);
        assert_eq!(out, bytes);
        for cut in 0..bytes.len() {
            assert_eq!(Length::parse(&bytes[..cut]), None);
        }
    }
}

#[test]
fn the_stream_of_the_rfc_has_100_000_octets() {
    let mut bytes = vec![0xcb];
    for (length, count) in
        [(&[0xef][..], 32768), (&[0xe1], 2), (&[0xe0], 1), (&[0xf0], 65536), (&[0xc5, 0xdd], 1693)]
    {
        bytes.extend_from_slice(length);
        bytes.resize(bytes.len() + count, b'x');
    }
    let (seen, error) = whole(&bytes, &Config::default());
    assert_eq!((seen.len(), seen[0].body.len(), error), (1, 100_000, None));
    assert_eq!(walked(&[&bytes], &Config::default()), (seen, None));
}

#[test]
fn both_walkers_agree_at_every_cut() {
    let mut bytes = Vec::new();
    encode_packet(PacketType::MARKER, b"PGP", &mut bytes).unwrap();
    let session = [&[3][..], &[0xab; 8], &[1, 0, 1, 1]].concat();
    let mut header = Header::new(PacketType::SESSION_KEY, Length::Fixed(13));
    header.format = Format::Legacy;
    header.encode(&mut bytes);
    bytes.extend_from_slice(&session);
    let mut partial = PartialEncoder::new(PacketType::LITERAL, 9).unwrap();
    partial.encode(b"u\x04name\0\0\0\x01", &mut bytes);
    partial.encode(&[b'y'; 1100], &mut bytes);
    partial.finish(&mut bytes);
    encode_packet(PacketType::USER_ID, "Žofie <z@example.org>".as_bytes(), &mut bytes).unwrap();
    // Legacy, indeterminate, compressed.
    bytes.extend_from_slice(&[0xa3, 1, 2, 3]);

    let config = Config::default();
    let expected = whole(&bytes, &config);
    assert_eq!((expected.0.len(), &expected.1), (5, &None));
    assert!(expected.0[1].peek.contains("KeyId"), "{expected:?}");
    assert!(expected.0[4].peek.contains("algorithm: 1"), "{expected:?}");
    for cut in 0..=bytes.len() {
        let (first, second) = bytes.split_at(cut);
        assert_eq!(walked(&[first, second], &config), expected, "cut at {cut}");
        assert_eq!(walked(&[first], &config), whole(first, &config), "input ends at {cut}");
    }
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(walked(&single, &config), expected);
}

#[test]
fn what_a_recipient_must_refuse() {
    let config = Config::default();
    let error = |bytes: &[u8]| {
        let (_, error) = whole(bytes, &config);
        assert_eq!(walked(&[bytes], &config).1, error);
        error
    };
    let packet_type = |number| PacketType::new(number).unwrap();
    assert_eq!(error(b"-----"), Some(FrameError::NoPacket { offset: 0 }));
    assert_eq!(error(&[0xca, 0, 0x7f]), Some(FrameError::NoPacket { offset: 2 }));
    assert_eq!(error(&[0xc0, 0]), Some(FrameError::ReservedType { offset: 0 }));
    for number in [15, 16, 20, 22, 39] {
        assert_eq!(
            error(&[0xc0 | number, 0]),
            Some(FrameError::UnknownCritical { packet_type: packet_type(number), offset: 0 })
        );
    }
    for number in 40..=63 {
        assert_eq!(error(&[0xc0 | number, 0]), None, "type {number} is to be ignored");
    }
    let length =
        |number| FrameError::LengthNotAllowed { packet_type: packet_type(number), offset: 0 };
    assert_eq!(error(&[0xc2, 0xea]), Some(length(2)));
    assert_eq!(error(&[0x8b, 4]), Some(length(2)));
    assert_eq!(error(&[0xcb, 0xe8]), Some(FrameError::ShortFirstChunk { len: 256, offset: 0 }));
    assert_eq!(error(&[0xcb, 0xe9]), Some(FrameError::UnexpectedEof { offset: 0 }));
    assert_eq!(error(&[0xcd, 5, 1]), Some(FrameError::UnexpectedEof { offset: 0 }));
    assert_eq!(error(&[0xd5, 0, 0xff]), Some(FrameError::UnexpectedEof { offset: 2 }));

    let mut allowed = lenient();
    allowed.aead = true;
    assert_eq!(whole(&[0xd6, 0, 0xd4, 0], &allowed).1, None);
}

#[test]
fn limits_hold() {
    let mut config = Config::default();
    config.packets = 3;
    let bytes = [0xd5, 0].repeat(4);
    let expected = Some(FrameError::TooManyPackets { limit: 3 });
    assert_eq!(whole(&bytes, &config).1, expected);
    assert_eq!(walked(&[&bytes], &config).1, expected);

    config.buffered_input = 4;
    let mut walker = Walker::new(config);
    walker.receive(&[0xcd, 9, 1, 1]);
    assert!(!walker.wants_read());
    walker.receive(&[1]);
    assert_eq!(walker.poll_event(), Err(FrameError::InputOverflow { limit: 4 }));

    // A body longer than the limit of a peek is passed on without one.
    let mut config = Config::default();
    config.peek = 4;
    let mut walker = Walker::new(config);
    walker.receive(&[0xcd, 5, b'A']);
    assert!(matches!(walker.poll_event(), Ok(Some(Event::Start { length: Some(5), .. }))));
    assert_eq!(walker.poll_event(), Ok(Some(Event::Body(b"A"))));
}

#[test]
fn a_huge_length_costs_nothing() {
    let bytes = [0xcd, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3];
    let (seen, error) = walked(&[&bytes], &Config::default());
    assert_eq!((seen.len(), error), (0, Some(FrameError::UnexpectedEof { offset: 0 })));
    assert_eq!(whole(&bytes, &Config::default()).1, error);
}

fn any_length() -> impl Strategy<Value = Length> {
    prop_oneof![
        any::<u32>().prop_map(Length::Fixed),
        (0u32..9000).prop_map(Length::Fixed),
        (0u32..=30).prop_map(|exponent| Length::Partial(1 << exponent)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn headers_come_back(number in 1u8..64, length in any_length(), legacy: bool) {
        let packet_type = PacketType::new(number).unwrap();
        let legacy = legacy && number < 16 && matches!(length, Length::Fixed(_));
        let format = if legacy { Format::Legacy } else { Format::OpenPgp };
        let mut header = Header::new(packet_type, length);
        header.format = format;
        let mut out = Vec::new();
        header.encode(&mut out);
        prop_assert_eq!(Header::parse(&out), Ok(Some((header, out.len()))));
        for cut in 0..out.len() {
            prop_assert_eq!(Header::parse(&out[..cut]), Ok(None));
        }
    }

    #[test]
    fn any_bytes_alike(
        bytes in proptest::collection::vec(prop_oneof![any::<u8>(), 0xc0u8..=0xff, 0u8..8], 0..300),
        cuts in proptest::collection::vec(0usize..300, 0..4),
        criticality: bool,
    ) {
        let mut config = Config::default();
        config.criticality = criticality;
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| *cut.min(&bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        prop_assert_eq!(walked(&chunks, &config), whole(&bytes, &config));
    }

    #[test]
    fn partial_bodies_come_back(
        body in proptest::collection::vec(any::<u8>(), 0..5000),
        exponent in 9u8..12,
        piece in 1usize..2000,
    ) {
        let mut out = Vec::new();
        let mut packet = PartialEncoder::new(PacketType::PROTECTED_ENCRYPTED, exponent).unwrap();
        for piece in body.chunks(piece) {
            packet.encode(piece, &mut out);
        }
        packet.finish(&mut out);
        let (seen, error) = whole(&out, &Config::default());
        prop_assert_eq!(error, None);
        prop_assert_eq!(seen.len(), 1);
        prop_assert_eq!(&seen[0].body, &body);
    }

    #[test]
    fn peeks_never_panic(number in 0u8..64, body in proptest::collection::vec(any::<u8>(), 0..80)) {
        let packet_type = PacketType::new(number).unwrap();
        if let Some(Peek::Signature(signature)) = Peek::parse(packet_type, &body) {
            let subpackets = signature.hashed.chain(signature.unhashed).count();
            prop_assert!(subpackets <= body.len());
        }
    }
}
