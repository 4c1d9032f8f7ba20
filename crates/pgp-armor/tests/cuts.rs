//! The same bytes give the same events, however they are cut.

mod support;

use proptest::prelude::*;
use support::{TEXTS, configs, events};

#[test]
fn every_single_cut() {
    for text in TEXTS {
        for config in configs() {
            let whole = events(&config, [*text]);
            for cut in 0..=text.len() {
                let (head, tail) = text.split_at(cut);
                assert_eq!(
                    events(&config, [head, tail]),
                    whole,
                    "cut at {cut} of {}",
                    text.escape_ascii()
                );
            }
        }
    }
}

#[test]
fn byte_by_byte() {
    for text in TEXTS {
        for config in configs() {
            assert_eq!(
                events(&config, text.chunks(1)),
                events(&config, [*text]),
                "{}",
                text.escape_ascii()
            );
        }
    }
}

#[test]
fn long_bodies() {
    let data: Vec<u8> =
        (0..100_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    for width in [4, 20, 64, 76] {
        let mut config = pgp_armor::EncodeConfig::default();
        config.width = width;
        let text = pgp_armor::encode_with(pgp_armor::Label::File, &data, config);
        let config = support::strict();
        let whole = events(&config, [text.as_bytes()]);
        assert!(whole.contains(&support::Seen::Data(data.clone())));
        for size in [1, 63, 1000, 65_536, 65_537] {
            assert!(events(&config, text.as_bytes().chunks(size)) == whole, "pieces of {size}");
        }
    }
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        &b"-----BEGIN PGP MESSAGE-----"[..],
        b"-----BEGIN PGP SIGNED MESSAGE-----\n",
        b"-----BEGIN PGP SIGNATURE-----\n\n",
        b"-----END PGP MESSAGE-----\n",
        b"-----",
        b"-",
        b"- ",
        b"\n",
        b"\n",
        b"\n\n",
        b"\r\n",
        b"\r",
        b" ",
        b"\t",
        b"\x0B",
        b"> ",
        b">",
        b"Key: v\n",
        b"Hash: SHA256\n",
        b"YWJj",
        b"yDgBO22WxBHv7O8X7O/jygAEzol56iUKiXmV\n",
        b"YQ",
        b"==",
        b"=",
        b"=AAAA",
        b"*",
        b"\xEF\xBB\xBF",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_cut_of_any_text(text in pieces(), size in 1usize..9, which in 0usize..4) {
        let config = configs()[which].clone();
        prop_assert_eq!(events(&config, text.chunks(size)), events(&config, [&text[..]]));
    }
}
