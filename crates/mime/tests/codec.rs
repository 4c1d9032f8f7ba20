//! Transfer encodings: tables, cuts, slow twins, and other crates as oracles.

use mime::codec::{TransferDecoder, TransferEncoding, base64, quoted_printable, uuencode, yenc};
use mime::{DefectKind, Problem};
use proptest::prelude::*;

const ALL: [TransferEncoding; 4] = [
    TransferEncoding::Base64,
    TransferEncoding::QuotedPrintable,
    TransferEncoding::Uuencode,
    TransferEncoding::Yenc,
];

fn in_chunks(encoding: TransferEncoding, input: &[u8], size: usize) -> (Vec<u8>, Vec<Problem>) {
    let mut decoder = TransferDecoder::new(encoding);
    let mut out = Vec::new();
    for chunk in input.chunks(size.max(1)) {
        decoder.decode(chunk, &mut out);
    }
    decoder.finish(&mut out);
    let mut problems: Vec<_> = decoder.problems().iter().cloned().collect();
    problems.sort_by_key(|p| (p.at.start, format!("{:?}", p.kind)));
    (out, problems)
}

fn kinds(encoding: TransferEncoding, input: &[u8]) -> Vec<DefectKind> {
    encoding.decode(input).problems.iter().map(|p| p.kind).collect()
}

#[test]
fn base64_table() {
    use DefectKind::*;
    let cases: &[(&str, &str, &[DefectKind])] = &[
        ("", "", &[]),
        ("QUJD", "ABC", &[]),
        ("QUJD\r\n", "ABC", &[]),
        ("QUI=", "AB", &[]),
        ("QQ==", "A", &[]),
        ("Q U\tJ D", "ABC", &[]),
        ("QUJD!REVG", "ABCDEF", &[Base64Junk]),
        ("QUI", "AB", &[Base64MissingPadding]),
        ("QQ", "A", &[Base64MissingPadding]),
        ("QQ=", "A", &[Base64MissingPadding]),
        ("Q", "", &[Base64Truncated]),
        ("QUJDR", "ABC", &[Base64Truncated]),
        ("QUI=QUJD", "ABABC", &[Base64DataAfterPadding]),
        ("QQ==QQ==", "AA", &[Base64DataAfterPadding]),
        ("QQ=QQ==", "AA", &[Base64MissingPadding, Base64DataAfterPadding]),
        ("QUJD=", "ABC", &[Base64MisplacedPadding]),
        ("=QUJD", "ABC", &[Base64MisplacedPadding]),
        ("QUJD====", "ABC", &[Base64MisplacedPadding]),
        ("QR==", "A", &[Base64TrailingBits]),
        ("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\r\n-- \r\nspam", "", &[]),
    ];
    for (input, output, expected) in cases.iter().take(cases.len() - 1) {
        let decoded = base64::decode(input.as_bytes());
        assert_eq!(String::from_utf8_lossy(&decoded.bytes), *output, "{input}");
        let found: Vec<_> = decoded.problems.iter().map(|p| p.kind).collect();
        assert_eq!(found, *expected, "{input}");
    }
    // A footer that a mailing list added.
    let footer = base64::decode(b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\r\n-- \r\nspam");
    assert!(footer.bytes.starts_with(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
    assert!(footer.problems.find(Base64DataAfterPadding).is_some());
}

#[test]
fn base64_after_padding_is_a_choice() {
    let mut decoder = base64::Decoder::with_after_padding(base64::AfterPadding::Stop);
    let mut out = Vec::new();
    decoder.decode(b"QUI=QUJD", &mut out);
    decoder.finish(&mut out);
    assert_eq!(out, b"AB");
    let problem = decoder.problems().find(DefectKind::Base64DataAfterPadding).unwrap();
    assert_eq!(problem.at, 4..5);
}

#[test]
fn base64_positions_are_offsets_of_the_input() {
    let decoded = base64::decode(b"QUJD\r\nRE*VG");
    assert_eq!(decoded.problems.find(DefectKind::Base64Junk).unwrap().at, 8..9);
}

#[test]
fn quoted_printable_table() {
    use DefectKind::*;
    let cases: &[(&str, &str, &[DefectKind])] = &[
        ("", "", &[]),
        ("a=3Db", "a=b", &[]),
        ("a=3db", "a=b", &[QuotedPrintableLowerCase]),
        ("a=\r\nb", "ab", &[]),
        ("a=\nb", "ab", &[]),
        ("a= \t\r\nb", "ab", &[QuotedPrintableBlanksInSoftBreak]),
        ("a \t\r\nb", "a\r\nb", &[QuotedPrintableTrailingBlanks]),
        ("a \nb", "a\nb", &[QuotedPrintableTrailingBlanks]),
        ("a=20\r\nb", "a \r\nb", &[]),
        ("a =\r\nb", "a b", &[]),
        ("a ", "a", &[QuotedPrintableTrailingBlanks]),
        ("a=b,b", "a=b,b", &[QuotedPrintableMalformed]),
        ("a==41", "a=A", &[QuotedPrintableMalformed]),
        ("a=4", "a=4", &[QuotedPrintableTruncated]),
        ("a=", "a", &[QuotedPrintableTruncated]),
        ("a= b", "a= b", &[QuotedPrintableMalformed]),
        ("100%=\u{a0}", "100%=\u{a0}", &[QuotedPrintableMalformed, QuotedPrintableEightBit]),
        ("=F0=9F=98=80", "😀", &[]),
    ];
    for (input, output, expected) in cases {
        // Once short, once after enough text for the fast loop.
        for lead in ["", "0123456789abcdef 0123456789\r\n"] {
            let input = format!("{lead}{input}");
            let decoded = quoted_printable::decode(input.as_bytes());
            assert_eq!(
                String::from_utf8_lossy(&decoded.bytes),
                format!("{lead}{output}"),
                "{input:?}"
            );
            let found: Vec<_> = decoded.problems.iter().map(|p| p.kind).collect();
            assert_eq!(found, *expected, "{input:?}");
        }
    }
}

#[test]
fn quoted_printable_encoding() {
    let long = "x".repeat(200);
    let text = String::from_utf8(quoted_printable::encode(long.as_bytes())).unwrap();
    assert!(text.split("\r\n").all(|line| line.len() <= 76));
    assert_eq!(quoted_printable::encode(b"From me\n.\n..a "), b"=46rom me\r\n=2E\r\n=2E.a=20");
    assert_eq!(quoted_printable::encode(b"a\rb\r\n"), b"a=0Db\r\n");
    assert_eq!(quoted_printable::encode(b"a \r\n"), b"a=20\r\n");
}

#[test]
fn uuencode_damage() {
    use DefectKind::*;
    let good = uuencode::encode(&[0xa5; 100], 0o600, "a b.bin");
    let mut decoder = uuencode::Decoder::new();
    let mut out = Vec::new();
    decoder.decode(b"Hello, here it is:\r\n\r\n", &mut out);
    decoder.decode(&good, &mut out);
    decoder.decode(b"bye\r\n", &mut out);
    decoder.finish(&mut out);
    assert_eq!(out, [0xa5; 100]);
    assert_eq!((decoder.file_name(), decoder.mode()), (Some("a b.bin"), Some(0o600)));
    assert!(decoder.problems().is_empty());

    assert_eq!(kinds(TransferEncoding::Uuencode, b"begin 644 x\n#0V%T\n"), [UuencodeNoEnd]);
    assert_eq!(kinds(TransferEncoding::Uuencode, b"#0V%T\n`\nend\n"), [UuencodeNoBegin]);
    assert_eq!(
        kinds(TransferEncoding::Uuencode, b"begin 644 x\nlower\n`\nend\n"),
        [UuencodeMalformed]
    );
    // A blank at the end of a line was lost.
    let decoded = uuencode::decode(b"begin 644 x\n$86)C\n`\nend\n");
    assert_eq!(decoded.bytes, b"abc\0");
}

#[test]
fn yenc_damage() {
    use DefectKind::*;
    let text = yenc::encode(b"some bytes\0\n\r=", "n.bin");
    let broken = String::from_utf8_lossy(&text).replace("size=14", "size=15");
    assert!(kinds(TransferEncoding::Yenc, broken.as_bytes()).contains(&YencSizeMismatch));
    let mut flipped = text.clone();
    let at = flipped.windows(2).position(|w| w == b"\r\n").unwrap() + 3;
    flipped[at] ^= 1;
    assert_eq!(kinds(TransferEncoding::Yenc, &flipped), [YencChecksumMismatch]);
    assert_eq!(
        kinds(TransferEncoding::Yenc, b"=ybegin line=128 size=1 name=x\r\nk\r\n"),
        [YencTruncated]
    );
}

/// Base64 by the book: one character after the other, nothing else.
fn naive_base64(input: &[u8]) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = Vec::new();
    for byte in input {
        if let Some(value) = alphabet.iter().position(|c| c == byte) {
            bits.extend((0..6).rev().map(|bit| value >> bit & 1));
        }
    }
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | *bit as u8)).collect()
}

/// Quoted-printable by the book, a line at a time, for well-formed input with CRLF.
fn naive_quoted_printable(input: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut lines = input.split("\r\n").peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_end_matches([' ', '\t']);
        let (line, soft) = line.strip_suffix('=').map_or((line, false), |line| (line, true));
        let mut rest = line.as_bytes();
        while let [first, tail @ ..] = rest {
            if let (b'=', [a, b, after @ ..]) = (first, tail) {
                out.push(u8::from_str_radix(core::str::from_utf8(&[*a, *b]).unwrap(), 16).unwrap());
                rest = after;
            } else {
                out.push(*first);
                rest = tail;
            }
        }
        if !soft && lines.peek().is_some() {
            out.extend_from_slice(b"\r\n");
        }
    }
    out
}

fn damaged_text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[A-Za-z0-9+/]{0,80}".prop_map(String::into_bytes),
        2 => Just(b"\r\n".to_vec()),
        1 => Just(b"\n".to_vec()),
        2 => "=[0-9A-Fa-f]{2}".prop_map(String::into_bytes),
        1 => "[ \t=]{1,3}".prop_map(String::into_bytes),
        1 => "[-!\"#$%&'()*,.:;<>?@]{1,4}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..6),
        1 => Just(b" ".repeat(1030)),
        1 => Just(b"begin 644 a\n".to_vec()),
        1 => Just(b"=ybegin line=1 size=3 name=a\r\n".to_vec()),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn cuts_change_nothing(input in damaged_text(), size in 1usize..200) {
        for encoding in ALL {
            let whole = in_chunks(encoding, &input, input.len().max(1));
            prop_assert_eq!(&in_chunks(encoding, &input, 1), &whole, "{:?} bytewise", encoding);
            prop_assert_eq!(&in_chunks(encoding, &input, size), &whole, "{:?} by {}", encoding, size);
            prop_assert_eq!(&encoding.decode(&input).bytes, &whole.0);
        }
    }

    #[test]
    fn round_trips(input in prop::collection::vec(any::<u8>(), 0..6000), size in 1usize..300) {
        let encoded = base64::encode(&input);
        prop_assert_eq!(encoded.len() as u64, base64::encoded_len(input.len() as u64));
        let decoded = base64::decode(&encoded);
        prop_assert!(decoded.bytes == input);
        prop_assert!(decoded.problems.is_empty());
        prop_assert!(naive_base64(&encoded)[..] == input[..]);
        let mut encoder = base64::Encoder::new();
        let mut pieces = Vec::new();
        for chunk in input.chunks(size) {
            encoder.encode(chunk, &mut pieces);
        }
        encoder.finish(&mut pieces);
        prop_assert!(pieces == encoded);

        let encoded = quoted_printable::encode_binary(&input);
        let decoded = quoted_printable::decode(&encoded);
        prop_assert!(decoded.bytes == input);
        prop_assert!(decoded.problems.is_empty());
        let mut encoder = quoted_printable::Encoder::binary();
        let mut pieces = Vec::new();
        for chunk in input.chunks(size) {
            encoder.encode(chunk, &mut pieces);
        }
        encoder.finish(&mut pieces);
        prop_assert!(pieces == encoded);
        prop_assert!(encoded.split(|b| *b == b'\n').all(|line| line.len() <= 77));

        prop_assert_eq!(&uuencode::decode(&uuencode::encode(&input, 0o644, "x")).bytes, &input);
        let decoded = yenc::decode(&yenc::encode(&input, "x"));
        prop_assert!(decoded.bytes == input);
        prop_assert!(decoded.problems.is_empty());
    }

    #[test]
    fn quoted_printable_with_rare_damage(pieces in prop::collection::vec(prop_oneof![
        40 => "[a-z]{1,30}",
        10 => Just("=C3=BC".to_owned()),
        10 => Just("=\r\n".to_owned()),
        10 => Just("\r\n".to_owned()),
        10 => Just(" ".to_owned()),
        3 => Just("=\n".to_owned()),
        1 => prop::sample::select(vec!["=3d", "=ZZ", "=", "==", "\u{e9}", " \r\n", "\t\n", "= \r\n", " \r"])
            .prop_map(str::to_owned),
    ], 0..400), size in 200usize..3000) {
        let input: String = pieces.concat();
        let encoding = TransferEncoding::QuotedPrintable;
        let bytewise = in_chunks(encoding, input.as_bytes(), 1);
        prop_assert_eq!(&in_chunks(encoding, input.as_bytes(), input.len().max(1)), &bytewise);
        prop_assert_eq!(&in_chunks(encoding, input.as_bytes(), size), &bytewise);
    }

    #[test]
    fn quoted_printable_agrees_with_others(text in "([ -~é\t]{0,90}\r\n){0,8}[ -~]{0,20}") {
        let encoded = quoted_printable::encode(text.as_bytes());
        let ours = quoted_printable::decode(&encoded);
        prop_assert!(ours.problems.is_empty());
        prop_assert_eq!(core::str::from_utf8(&ours.bytes).unwrap(), &text);
        let theirs = ::quoted_printable::decode(&encoded, ::quoted_printable::ParseMode::Strict).unwrap();
        prop_assert_eq!(&theirs, &ours.bytes);
        prop_assert_eq!(&naive_quoted_printable(core::str::from_utf8(&encoded).unwrap()), &ours.bytes);
        let other = ::quoted_printable::encode(text.as_bytes());
        prop_assert_eq!(&quoted_printable::decode(&other).bytes, text.as_bytes());
    }
}
