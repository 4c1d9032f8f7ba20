//! Mailboxes: any cuts give the same messages, and what is written is read again.

use mime::header::DateTime;
use mime::mbox::{Dialect, Event, Splitter, append};
use proptest::prelude::*;

const DIALECTS: [Dialect; 4] = [Dialect::Mboxo, Dialect::Mboxrd, Dialect::Mboxcl, Dialect::Mboxcl2];

/// The messages of a mailbox, and where they begin and end.
fn split(bytes: &[u8], cuts: &[usize], dialect: Dialect) -> Vec<(Vec<u8>, Vec<u8>, u64, u64)> {
    let mut splitter = Splitter::new(dialect);
    let mut messages = Vec::new();
    let mut at = 0;
    for cut in cuts.iter().copied().map(Some).chain([Some(bytes.len()), None]) {
        match cut {
            Some(cut) => {
                let cut = cut.clamp(at, bytes.len());
                splitter.receive(&bytes[at..cut]);
                at = cut;
            }
            None => splitter.receive_eof(),
        }
        while let Some(event) = splitter.poll_event() {
            match event {
                Event::Start { line, span } => {
                    assert!(bytes[span.start as usize..].starts_with(line));
                    messages.push((line.to_vec(), Vec::new(), span.end, 0));
                }
                Event::Chunk(chunk) => messages.last_mut().unwrap().1.extend_from_slice(chunk),
                Event::End { at } => messages.last_mut().unwrap().3 = at,
                _ => unreachable!(),
            }
        }
    }
    messages
}

fn bodies(messages: &[(Vec<u8>, Vec<u8>, u64, u64)]) -> Vec<String> {
    messages.iter().map(|(_, body, ..)| String::from_utf8_lossy(body).into_owned()).collect()
}

#[test]
fn separators_need_a_blank_line_before() {
    let bytes = b"junk\n\nFrom a\nA: b\n\none\nFrom not\n\n\nFrom b\n\n\nFrom c\n\n";
    let messages = split(bytes, &[], Dialect::Mboxo);
    assert_eq!(bodies(&messages), ["A: b\n\none\nFrom not\n\n", "\n", ""]);
    for (_, body, start, end) in &messages {
        assert_eq!(&bytes[*start as usize..*end as usize], body);
    }
}

#[test]
fn windows_line_ends() {
    let bytes = b"From a\r\nA: b\r\n\r\none\r\n\r\nFrom b\r\n\r\ntwo";
    assert_eq!(bodies(&split(bytes, &[], Dialect::Mboxrd)), ["A: b\r\n\r\none\r\n", "\r\ntwo"]);
}

#[test]
fn dialects_differ_in_quoted_lines() {
    let bytes = b"From a\n\n>From x\n>>From y\n>Fro\n";
    assert_eq!(bodies(&split(bytes, &[], Dialect::Mboxo)), ["\n>From x\n>>From y\n>Fro\n"]);
    assert_eq!(bodies(&split(bytes, &[], Dialect::Mboxrd)), ["\nFrom x\n>From y\n>Fro\n"]);
    let bytes = b"From a\nContent-Length: 12\n\n1\n\nFrom 2\n3\n\nFrom b\n\n";
    assert_eq!(split(bytes, &[], Dialect::Mboxrd).len(), 3);
    let counted = split(bytes, &[], Dialect::Mboxcl2);
    assert_eq!(bodies(&counted), ["Content-Length: 12\n\n1\n\nFrom 2\n3\n", ""]);
}

fn soup() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "\n",
        "\n\n",
        "\r\n",
        "\r\n\r\n",
        "\r",
        "From ",
        "From a Thu\n",
        "\n\nFrom a\n",
        ">From x\n",
        ">>From y\n",
        ">",
        "A: b\n",
        "Content-Length: 9\n",
        "text\n",
        "x",
    ]);
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_cuts(bytes in soup(), mut cuts in prop::collection::vec(0usize..200, 0..5)) {
        cuts.sort_unstable();
        let every: Vec<_> = (0..bytes.len()).collect();
        for dialect in DIALECTS {
            let whole = split(&bytes, &[], dialect);
            prop_assert_eq!(&split(&bytes, &cuts, dialect), &whole);
            prop_assert_eq!(&split(&bytes, &every, dialect), &whole);
        }
    }

    #[test]
    fn what_is_written_is_read(bodies in prop::collection::vec(soup(), 0..4)) {
        let date = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        // These two give back every message with LF at its end that has a header.
        for dialect in [Dialect::Mboxrd, Dialect::Mboxcl2] {
            let mut mailbox = Vec::new();
            let mut wanted = Vec::new();
            for body in &bodies {
                let mut message = b"X: y\n\n".to_vec();
                message.extend_from_slice(body);
                message.push(b'\n');
                append(dialect, "a@b", &date, &message, &mut mailbox);
                wanted.push(message);
            }
            let read: Vec<_> = split(&mailbox, &[], dialect)
                .into_iter()
                .map(|(_, message, ..)| {
                    let length = message.windows(15).position(|w| w == b"Content-Length:");
                    match (dialect, length) {
                        (Dialect::Mboxcl2, Some(at)) => {
                            let end = at + message[at..].iter().position(|&b| b == b'\n').unwrap();
                            [&message[..at], &message[end + 1..]].concat()
                        }
                        _ => message,
                    }
                })
                .collect();
            prop_assert_eq!(read, wanted);
        }
    }
}
