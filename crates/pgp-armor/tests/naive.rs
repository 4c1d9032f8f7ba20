//! Fast code against slow and obvious code.

mod support;

use pgp_armor::{
    Checksum, Crc, Crc24, Decoder, EncodeConfig, Event, Label, decode_with, encode_with,
};
use proptest::prelude::*;
use support::naive;

#[test]
fn checksum_of_the_catalogue() {
    assert_eq!(Crc24::of(b"123456789"), 0x21CF02);
    assert_eq!(naive::crc24(b"123456789"), 0x21CF02);
}

/// A body in lines that change their length, with white space and other bytes among them.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => (0usize..200, any::<u64>()).prop_map(|(len, seed)| {
            let mut seed = seed | 1;
            (0..len)
                .map(|_| {
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    naive::ALPHABET[(seed % 64) as usize]
                })
                .collect::<Vec<u8>>()
        }),
        4 => prop::sample::select(vec![&b"\n"[..], b"\r\n", b"\n\n", b" ", b"\t", b"*", b"\0", b"\xFF"]).prop_map(<[u8]>::to_vec),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Lines of one length.
fn regular() -> impl Strategy<Value = Vec<u8>> {
    (
        1usize..140,
        prop::collection::vec(prop::sample::select(naive::ALPHABET.to_vec()), 0..5000),
        any::<bool>(),
        any::<u16>(),
        any::<bool>(),
    )
        .prop_map(|(width, characters, crlf, at, junk)| {
            let end = if crlf { &b"\r\n"[..] } else { b"\n" };
            let mut body: Vec<u8> =
                characters.chunks(width).flat_map(|line| [line, end].concat()).collect();
            if junk && !body.is_empty() {
                let at = usize::from(at) % body.len();
                body[at] = b'!';
            }
            body
        })
}

fn agrees(body: &[u8], cut: usize) -> Result<(), TestCaseError> {
    let text = [&b"-----BEGIN PGP X-----\n\n"[..], body, b"\n-----END PGP X-----\n"].concat();
    let wanted = naive::base64(body);
    let block = decode_with(&text, &support::lenient()).unwrap();
    prop_assert_eq!(&block.data, &wanted);

    let (mut decoder, mut pushed) = (Decoder::new(support::lenient()), Vec::new());
    for piece in text.chunks(cut) {
        decoder.receive(piece);
        while let Some(event) = decoder.poll_event().unwrap() {
            if let Event::Data(bytes) = event {
                pushed.extend_from_slice(bytes);
            }
        }
    }
    prop_assert_eq!(&pushed, &wanted);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn checksums(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 1usize..40) {
        let mut crc = Crc24::new();
        for piece in bytes.chunks(cut) {
            crc.update(piece);
        }
        prop_assert_eq!(crc.value(), naive::crc24(&bytes));
    }

    #[test]
    fn bodies_of_any_lines(body in bodies(), cut in 1usize..3000) {
        agrees(&body, cut)?;
    }

    #[test]
    fn bodies_of_equal_lines(body in regular(), cut in 1usize..3000) {
        agrees(&body, cut)?;
    }

    #[test]
    fn encoded_blocks(data in prop::collection::vec(any::<u8>(), 0..3000), width in 1u8..20) {
        let mut config = EncodeConfig::default();
        config.width = width * 4;
        // Any bytes may look like a signature of version 6, which gets none by itself.
        config.checksum = Checksum::Always;
        let text = encode_with(Label::File, &data, config);
        let body: Vec<&str> = text.lines().skip(2).take_while(|line| !line.starts_with(['=', '-'])).collect();
        prop_assert!(body.iter().rev().skip(1).all(|line| line.len() == usize::from(width.min(19)) * 4));
        prop_assert_eq!(naive::base64(body.concat().as_bytes()), data.clone());
        prop_assert_eq!(decode_with(text.as_bytes(), &support::strict()).unwrap().crc, Crc::Match);
    }

    #[test]
    fn texts(
        pieces in prop::collection::vec(prop::sample::select(vec!["a", "-", "- ", " ", "\t", "\r", "\n", "\r\n", "-----", "From "]), 0..30),
    ) {
        let text = pieces.concat();
        let written = format!("-----BEGIN PGP SIGNED MESSAGE-----\n\n{text}\n-----BEGIN PGP SIGNATURE-----\n\nwgEE\n-----END PGP SIGNATURE-----\n");
        let message = pgp_armor::cleartext::read_with(written.as_bytes(), &support::lenient()).unwrap();
        let (signed, shown) = naive::signed_text(&text);
        prop_assert_eq!(message.signed().unwrap(), signed.as_bytes());
        prop_assert_eq!(&message.shown, shown.as_bytes());
    }
}
