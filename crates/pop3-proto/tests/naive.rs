//! The fast code against slow twins.

mod support;

use pop3_proto::dot::{self, Decoder, Encoder};
use proptest::prelude::*;

/// Bytes in which line ends and periods are frequent.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        3 => Just(b'\r'),
        3 => Just(b'\n'),
        3 => Just(b'.'),
        1 => Just(b'a'),
        1 => any::<u8>(),
    ];
    proptest::collection::vec(byte, 0..60)
}

/// Long runs without anything special, so that whole blocks are clean.
fn long_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\r\n".to_vec()),
        Just(b"\r\n.".to_vec()),
        Just(b".".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\n".to_vec()),
        (0_usize..9000).prop_map(|n| vec![b'x'; n]),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(1_usize..20, 1..8)
}

fn chunks<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut chunks = Vec::new();
    let mut rest = bytes;
    for &cut in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at(cut.min(rest.len()));
        chunks.push(chunk);
        rest = after;
    }
    chunks
}

/// One line after the other.
fn encode(message: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = message;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\r' => {
                rest = after.strip_prefix(b"\n").unwrap_or(after);
                text.extend_from_slice(b"\r\n");
            }
            b'\n' => text.extend_from_slice(b"\r\n"),
            byte => text.push(byte),
        }
    }
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.extend_from_slice(b"\r\n");
    }
    let mut out = Vec::new();
    for line in text.split_inclusive(|&b| b == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    out.extend_from_slice(b".\r\n");
    out
}

/// Byte after byte: the body, and what follows it; `None` without an end.
fn decode(wire: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut body = Vec::new();
    let mut at = 0;
    let mut line_start = true;
    while at < wire.len() {
        if line_start && wire[at] == b'.' {
            if wire[at..].starts_with(b".\r\n") {
                return Some((body, wire[at + 3..].to_vec()));
            }
            at += 1;
            line_start = false;
            continue;
        }
        body.push(wire[at]);
        line_start = wire[..=at].ends_with(b"\r\n");
        at += 1;
    }
    None
}

fn fast_encode(message: &[u8], cuts: &[usize]) -> Vec<u8> {
    let (mut encoder, mut out) = (Encoder::new(), Vec::new());
    for chunk in chunks(message, cuts) {
        encoder.encode(chunk, &mut out);
    }
    encoder.finish(&mut out);
    out
}

fn fast_decode(wire: &[u8], cuts: &[usize]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (mut decoder, mut body, mut buffer) = (Decoder::new(), Vec::new(), Vec::new());
    let chunks = chunks(wire, cuts);
    for (nth, chunk) in chunks.iter().enumerate() {
        buffer.extend_from_slice(chunk);
        loop {
            let part = decoder.decode(&buffer);
            body.extend_from_slice(&buffer[part.content.clone()]);
            buffer.drain(..part.consumed);
            if part.end {
                let rest = chunks[nth + 1..].concat();
                return Some((body, [buffer, rest].concat()));
            }
            if part.consumed == 0 {
                break;
            }
        }
        assert!(buffer.len() <= 3, "more than a line end is held");
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn stuffing(message in bytes(), cuts in cuts()) {
        prop_assert_eq!(fast_encode(&message, &cuts), encode(&message));
    }

    #[test]
    fn stuffing_of_long_messages(message in long_bytes(), cut in 1_usize..40_000) {
        prop_assert_eq!(fast_encode(&message, &[cut]), encode(&message));
    }

    #[test]
    fn unstuffing(mut wire in bytes(), cuts in cuts(), end in any::<bool>()) {
        if end {
            wire.extend_from_slice(b"\r\n.\r\n+OK");
        }
        prop_assert_eq!(fast_decode(&wire, &cuts), decode(&wire));
    }

    #[test]
    fn unstuffing_of_long_messages(message in long_bytes(), cut in 1_usize..40_000) {
        let wire = encode(&message);
        prop_assert_eq!(fast_decode(&wire, &[cut]), decode(&wire));
    }

    #[test]
    fn what_is_sent_arrives(message in bytes(), cuts in cuts()) {
        let wire = fast_encode(&message, &cuts);
        let (body, rest) = fast_decode(&wire, &cuts).unwrap();
        prop_assert_eq!(rest, b"");
        prop_assert_eq!(body.len() as u64, dot::octets(&message));
        // No CR or LF alone, and no early end.
        let bare = wire.iter().enumerate().any(|(at, &byte)| match byte {
            b'\r' => wire.get(at + 1) != Some(&b'\n'),
            b'\n' => at == 0 || wire[at - 1] != b'\r',
            _ => false,
        });
        prop_assert!(!bare);
        let early = wire[..wire.len() - 3].windows(5).any(|five| five == b"\r\n.\r\n");
        prop_assert!(!early && (wire == b".\r\n" || !wire.starts_with(b".\r\n")));
    }
}
