//! When a block gets a checksum: RFC 9580, section 6.1.

use pgp_armor::packet::{PacketType, PartialEncoder, encode_packet};
use pgp_armor::{Checksum, Crc, EncodeConfig, Encoder, Label, decode};

fn packet(packet_type: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_packet(PacketType::new(packet_type).unwrap(), body, &mut out).unwrap();
    out
}

/// Whether there is one, for data that come in pieces of one byte or all at once.
fn has_checksum(data: &[u8], checksum: Checksum) -> bool {
    let has = |size| {
        let mut config = EncodeConfig::default();
        config.checksum = checksum;
        let (mut encoder, mut out) = (Encoder::new(Label::Message, config), Vec::new());
        data.chunks(size).for_each(|piece| encoder.encode(piece, &mut out));
        encoder.finish(&mut out);
        decode(&out).unwrap().crc == Crc::Match
    };
    assert_eq!(has(1), has(usize::MAX));
    has(1)
}

fn auto(packets: &[Vec<u8>]) -> bool {
    has_checksum(&packets.concat(), Checksum::Auto)
}

#[test]
fn none_for_version_6_alone() {
    assert!(!auto(&[packet(2, &[6, 0])]), "signature");
    assert!(!auto(&[packet(2, &[6, 0]), packet(2, &[6, 1])]), "signatures");
    assert!(!auto(&[packet(6, &[6, 0]), packet(13, b"x"), packet(2, &[6])]), "certificate");
    assert!(!auto(&[packet(5, &[6; 300]), packet(2, &[6; 9000])]), "secret key");
    assert!(!auto(&[packet(1, &[6, 0]), packet(18, &[2, 9, 2, 6])]), "encrypted, version 2");
    assert!(!auto(&[packet(1, &[3; 10]), packet(18, &[2, 9, 2, 6])]), "to an older key");
}

#[test]
fn one_for_everything_else() {
    assert!(auto(&[packet(2, &[4, 0])]));
    assert!(auto(&[packet(6, &[4, 0]), packet(2, &[4])]));
    assert!(auto(&[packet(1, &[3; 10]), packet(18, &[1, 9, 2, 6])]));
    assert!(auto(&[packet(9, &[2, 9])]));
    assert!(auto(&[packet(2, &[6, 0]), packet(2, &[4, 0])]), "mixed signatures");
    assert!(auto(&[packet(6, &[6, 0]), packet(6, &[4, 0])]), "mixed keyring");
    assert!(auto(&[packet(11, b"b\0\0\0\0\0x")]));
    assert!(auto(&[]));
    assert!(auto(&[b"no packet".to_vec()]));
}

#[test]
fn partial_lengths_are_passed_over() {
    let mut message = packet(1, &[6, 0]);
    let mut encoder = PartialEncoder::new(PacketType::new(18).unwrap(), 9).unwrap();
    encoder.encode(&[&[2, 9, 2, 6][..], &[0xC2; 5000]].concat(), &mut message);
    encoder.finish(&mut message);
    assert!(!has_checksum(&message, Checksum::Auto));
    message.extend(packet(2, &[4]));
    assert!(has_checksum(&message, Checksum::Auto), "the packet behind it is found");
}

#[test]
fn legacy_headers() {
    assert!(!has_checksum(&[0x88, 2, 6, 0, 0x89, 0, 1, 6, 0x8A, 0, 0, 0, 1, 6], Checksum::Auto));
    assert!(has_checksum(&[0x88, 2, 6, 0, 0x8B, 4, 9, 9, 9, 9], Checksum::Auto));
}

#[test]
fn always_and_never() {
    for data in [packet(2, &[6, 0]), packet(2, &[4, 0])] {
        assert!(has_checksum(&data, Checksum::Always));
        assert!(!has_checksum(&data, Checksum::Never));
    }
}
