//! What is written is read back, by the strictest reader.

mod support;

use pgp_armor::cleartext::{self, Hash};
use pgp_armor::{Checksum, Crc, EncodeConfig, Encoder, HeaderLine, Label, LineEnd, decode_with};
use proptest::prelude::*;
use support::strict;

fn labels() -> impl Strategy<Value = Label> {
    prop::sample::select(vec![
        "MESSAGE",
        "PUBLIC KEY BLOCK",
        "PRIVATE KEY BLOCK",
        "SIGNATURE",
        "ARMORED FILE",
        "SECRET KEY BLOCK",
        "MESSAGE, PART 1/2",
        "MESSAGE, PART 7",
        "MESSAGE, PART x",
        "OTHER - THING",
    ])
    .prop_map(|text| Label::parse(text.as_bytes()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn blocks(
        label in labels(),
        data in prop::collection::vec(any::<u8>(), 0..2000),
        width in 0u8..=255,
        crlf in any::<bool>(),
        checksum in 0usize..3,
        value in "[^\\x00-\\x1F\\x7F-\\u{9F}]{0,80}",
        cut in 1usize..300,
    ) {
        let mut config = EncodeConfig::default();
        config.width = width;
        config.line_end = if crlf { LineEnd::CrLf } else { LineEnd::Lf };
        config.checksum = [Checksum::Auto, Checksum::Always, Checksum::Never][checksum];
        config.headers.push(HeaderLine::new("Comment", &value).unwrap());
        let mut text = Vec::new();
        let mut encoder = Encoder::new(label.clone(), config);
        for piece in data.chunks(cut) {
            encoder.encode(piece, &mut text);
        }
        encoder.finish(&mut text);

        for line in text.split(|&byte| byte == b'\n').skip(3) {
            prop_assert!(line.len() <= 77);
        }
        let block = decode_with(&text, &strict()).unwrap();
        prop_assert_eq!(&block.label, &label);
        prop_assert_eq!(&block.data, &data);
        prop_assert_eq!(block.header("Comment").collect::<Vec<_>>(), [value.as_bytes()]);
        prop_assert_eq!(block.span.clone(), 0..text.len());
        match checksum {
            1 => prop_assert_eq!(block.crc, Crc::Match),
            2 => prop_assert_eq!(block.crc, Crc::Absent),
            _ => {}
        }
    }

    #[test]
    fn cleartext(
        text in prop::collection::vec(prop::sample::select(vec!["-", "- ", " ", "\t", "\r", "\n", "\r\n", "From ", "a", "é", "-----BEGIN PGP SIGNATURE-----", "\0"]), 0..40),
        crlf in any::<bool>(),
        hashes in prop::sample::select(vec![&[][..], &[Hash::Sha256], &[Hash::Sha512, Hash::Sha384]]),
        cut in 1usize..9,
    ) {
        let text = text.concat().into_bytes();
        let line_end = if crlf { LineEnd::CrLf } else { LineEnd::Lf };
        let mut signed = Vec::new();
        let written = cleartext::write(&text, hashes, line_end, |bytes| {
            signed = bytes.to_vec();
            Ok::<_, ()>(vec![0xC2, 1, 4])
        }).unwrap();
        let message = cleartext::read_with(&written, &strict()).unwrap();
        prop_assert_eq!(message.signed().unwrap(), &signed);
        prop_assert_eq!(message.span.clone(), 0..written.len());
        prop_assert_eq!(message.signatures.len(), 1);

        let (mut out, mut pushed) = (Vec::new(), Vec::new());
        let mut writer = cleartext::Writer::new(hashes, line_end, &mut out);
        for piece in text.chunks(cut) {
            writer.text(piece, &mut out, &mut pushed);
        }
        writer.finish(&mut out, &mut pushed);
        prop_assert_eq!(&pushed, &signed);
        prop_assert!(written.starts_with(&out));
    }
}
