//! The fast framing of content against a slow one that looks at each octet.

use proptest::prelude::*;
use smtp_proto::dot::{Decoder, Encoder};

/// Octets that make trouble, mostly.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let octet = prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'.'), Just(b'a'), any::<u8>()];
    prop::collection::vec(octet, 0..60)
}

fn pieces(bytes: &[u8], cut: usize) -> [&[u8]; 2] {
    let (a, b) = bytes.split_at(cut.min(bytes.len()));
    [a, b]
}

/// Line ends of any kind become CR LF, a period at the beginning of a line becomes two, the last
/// line is ended, and a line with a period alone follows.
fn slow_encode(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut line_start = true;
    let mut at = 0;
    while let Some(&octet) = content.get(at) {
        at += 1;
        match octet {
            b'\r' | b'\n' => {
                if octet == b'\r' && content.get(at) == Some(&b'\n') {
                    at += 1;
                }
                out.extend_from_slice(b"\r\n");
                line_start = true;
            }
            _ => {
                if octet == b'.' && line_start {
                    out.push(b'.');
                }
                out.push(octet);
                line_start = false;
            }
        }
    }
    out.extend_from_slice(if line_start { b".\r\n" } else { b"\r\n.\r\n" });
    out
}

/// The content before CR LF `.` CR LF, and what follows; `None` if there is no such end.
fn slow_decode(wire: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut out = Vec::new();
    let mut line_start = true;
    let mut at = 0;
    while let Some(&octet) = wire.get(at) {
        if line_start && octet == b'.' {
            if wire.get(at + 1..at + 3) == Some(b"\r\n") {
                return Some((out, &wire[at + 3..]));
            }
            at += 1;
            line_start = false;
            continue;
        }
        out.push(octet);
        line_start = out.ends_with(b"\r\n") && octet == b'\n' && wire[..=at].ends_with(b"\r\n");
        at += 1;
    }
    None
}

fn fast_decode(wire: &[u8], cut: usize) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut decoder = Decoder::new();
    let (mut out, mut held) = (Vec::new(), Vec::new());
    let mut over = false;
    for piece in pieces(wire, cut) {
        held.extend_from_slice(piece);
        while !over {
            let part = decoder.decode(&held);
            out.extend_from_slice(&held[part.content.clone()]);
            held.drain(..part.consumed);
            over = part.end;
            if part.consumed == 0 && !over {
                break;
            }
        }
    }
    over.then_some((out, held))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn encoding(content in content(), cut in 0..60_usize) {
        let mut encoder = Encoder::new();
        let mut out = Vec::new();
        for piece in pieces(&content, cut) {
            encoder.encode(piece, &mut out);
        }
        encoder.finish(&mut out);
        prop_assert_eq!(out, slow_encode(&content));
    }

    #[test]
    fn decoding(mut wire in content(), ended in any::<bool>(), cut in 0..60_usize) {
        if ended {
            wire.extend_from_slice(b"\r\n.\r\nNOOP\r\n");
        }
        let slow = slow_decode(&wire).map(|(content, rest)| (content, rest.to_vec()));
        prop_assert_eq!(fast_decode(&wire, cut), slow);
    }
}
