//! Attacks that worked against somebody, and what comes of them here.

mod support;

use core::time::Duration;
use std::time::Instant;

use pgp_armor::cleartext::{self, Canonical};
use pgp_armor::{
    Config, Crc, Error, FaultKind, HeaderError, HeaderLine, Label, NoteKind, decode, decode_with,
    encode,
};
use proptest::prelude::*;
use support::{Seen, events, lenient, strict};

const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----\n\nwgEE\n-----END PGP SIGNATURE-----\n";

fn message(head: &str, text: &str) -> Vec<u8> {
    format!("-----BEGIN PGP SIGNED MESSAGE-----\n{head}\n{text}\n{SIGNATURE}").into_bytes()
}

/// Nothing can be verified, in both forms of reading.
#[track_caller]
fn declined(head: &str, kind: FaultKind) {
    let text = message(head, "text");
    let message = cleartext::read(&text).unwrap();
    assert_eq!(message.signed().unwrap_err().kind, kind);
    assert_eq!(message.shown, b"text", "nothing of the head is in the text");
    let seen = events(&Config::default(), [&text[..]]);
    assert!(seen.contains(&Seen::Text(Vec::new(), b"text".to_vec())), "{seen:?}");
    assert!(seen.iter().any(|seen| matches!(seen, Seen::Declined(fault) if fault.kind == kind)));
}

/// CVE-2019-11841 and golang/go 41200: Go verified messages with anything in the Hash line.
#[test]
fn prose_in_the_hash_header() {
    for head in [
        "Hash: SHA256 please pay\n",
        "Hash: SHA256, please pay\n",
        "Hash: SHA\x0b\x0b256\n",
        "Hash: SHA256;\n",
        "Hash: \n",
        "Hash: SHA256,\n",
        "Hash: SHA256, , SHA512\n",
        "Hash:SHA256\n",
        "Hash: FOO\n",
        "Hash: sha256\n",
        "Hash: SHA256\x00\n",
        "Hash: SHA256\nHash: pay 100 EUR\n",
    ] {
        declined(head, FaultKind::Hash);
    }
}

/// CVE-2023-41037 (OpenPGP.js), bc-java 2084: text where only Hash may stand.
#[test]
fn other_headers_and_lines_before_the_text() {
    for head in [
        "Comment: pay 100 EUR\n",
        "Version: GnuPG v1\n",
        "Hello: this is signed\n",
        "Hash: SHA256\nSaltedHash: x\n",
        "Charset: UTF-8\n",
        "hash: SHA256\n",
        "Key:value\n",
    ] {
        declined(head, FaultKind::Header);
    }
    for head in
        ["no colon\n", "Hash: SHA256\n pay 100 EUR\n", "Hash: SHA256\n\tfolded: no\n", "- Hash\n"]
    {
        declined(head, FaultKind::Line);
    }
}

/// gpg.fail/notdash: a header that switches the rules of escaping.
#[test]
fn not_dash_escaped() {
    declined("NotDashEscaped: You need GnuPG to verify this message\n", FaultKind::Header);
}

/// GnuPG takes a line of VT for the blank line.
#[test]
fn blank_line_of_other_white_space() {
    for line in ["\x0B\n", "\x0C\n", " \x0B\n", "\u{A0}\n"] {
        declined(line, FaultKind::Line);
    }
    for line in [" ", "\t ", ""] {
        let text = format!("-----BEGIN PGP SIGNED MESSAGE-----\n{line}\ntext\n{SIGNATURE}");
        assert_eq!(cleartext::read(text.as_bytes()).unwrap().signed(), Ok(&b"text"[..]));
    }
}

/// A well-formed Hash header has no meaning: RFC 9580, section 6.2.2.3.
#[test]
fn hash_headers_that_are_well_formed() {
    for head in [
        "",
        "Hash: SHA256\n",
        "Hash: SHA1\nHash: SHA512\n",
        "Hash: SHA512, SHA256\n",
        "Hash: SHA512,SHA3-256 \n",
        "Hash: MD5\r\n",
    ] {
        let message = cleartext::read(&message(head, "text")).unwrap();
        assert_eq!(message.signed(), Ok(&b"text"[..]));
    }
}

/// CVE-2025-68972: GnuPG cut long lines and said so within the text.
#[test]
fn long_lines_are_never_cut() {
    let line = "x".repeat(3_000_000);
    let text = message("", &format!("{line}\x0Cend"));
    assert_eq!(cleartext::read(&text).unwrap().shown.len(), line.len() + 4);
    let data = vec![0x5A; 3_000_000];
    let text = encode(Label::File, &data).replace('\n', "");
    let text = text
        .replace("FILE-----", "FILE-----\n\n")
        .replace("=", "\n=")
        .replace("-----END", "\n-----END");
    assert_eq!(decode(text.as_bytes()).unwrap().data, data);
}

/// bc-java 79fda82: two bytes of any line with a dash were dropped.
#[test]
fn only_dash_and_space_are_an_escape() {
    for (line, shown, noted) in [
        ("- text", "text", false),
        ("- - text", "- text", false),
        ("-Xtext", "-Xtext", true),
        ("-text", "-text", true),
        ("-", "-", true),
        ("-\ttext", "-\ttext", true),
        ("--", "--", true),
        ("-----x", "-----x", true),
        ("- -----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP SIGNATURE-----", false),
        ("-----BEGIN PGP SIGNATURE----- x", "-----BEGIN PGP SIGNATURE----- x", true),
    ] {
        let message = cleartext::read(&message("", line)).unwrap();
        assert_eq!(message.signed(), Ok(shown.as_bytes()));
        assert_eq!(
            message.notes.iter().any(|note| note.kind == NoteKind::UnescapedDash),
            noted,
            "{line}"
        );
    }
}

/// GnuPG drops NUL, some drop CR or form feeds, before they verify.
#[test]
fn only_spaces_and_tabs_are_dropped_at_line_ends() {
    for (line, signed) in [
        ("a \t ", "a"),
        ("a\0", "a\0"),
        ("a\x0B", "a\x0B"),
        ("a\x0C", "a\x0C"),
        ("a\u{A0}", "a\u{A0}"),
        ("a\rb", "a\rb"),
        ("a \rb", "a \rb"),
        (" a", " a"),
    ] {
        let text = message("", &format!("{line}\nb"));
        assert_eq!(
            cleartext::read(&text).unwrap().signed(),
            Ok(format!("{signed}\r\nb").as_bytes()),
            "{line:?}"
        );
        let crlf = message("", &format!("{line}\r\nb"));
        assert_eq!(
            cleartext::read(&crlf).unwrap().signed(),
            Ok(format!("{signed}\r\nb").as_bytes()),
            "{line:?}"
        );
    }
}

/// One CR before LF is part of the line end, others are text.
#[test]
fn carriage_returns_are_text() {
    for (line, signed) in
        [("a\r\r\nb", "a\r\r\nb"), ("\r \r\r\nb", "\r \r\r\nb"), ("\r \r\nb", "\r\r\nb")]
    {
        assert_eq!(
            cleartext::read(&message("", line)).unwrap().signed(),
            Ok(signed.as_bytes()),
            "{line:?}"
        );
    }
}

/// Debian 1099043, GnuPG T7106: the line end before the signature is nobody's.
#[test]
fn last_line_end_is_not_signed() {
    assert_eq!(cleartext::read(&message("", "a")).unwrap().signed(), Ok(&b"a"[..]));
    assert_eq!(cleartext::read(&message("", "a\n")).unwrap().signed(), Ok(&b"a\r\n"[..]));
    assert_eq!(cleartext::read(&message("", "")).unwrap().signed(), Ok(&b""[..]));
}

/// "Johnny, you are fired": text around the block that looks like the signed one.
#[test]
fn text_around_a_signed_message_is_outside() {
    let mut text = b"I owe you 100 EUR.\n".to_vec();
    text.extend(message("Hash: SHA256\n", "I owe you 1 EUR."));
    text.extend(b"I owe you 1000 EUR.\n");
    let message = cleartext::read(&text).unwrap();
    assert_eq!(message.shown, b"I owe you 1 EUR.");
    assert_eq!(&text[..message.span.start], b"I owe you 100 EUR.\n");
    assert_eq!(&text[message.span.end..], b"I owe you 1000 EUR.\n");
    let outside: Vec<_> = events(&Config::default(), [&text[..]])
        .into_iter()
        .filter(|seen| matches!(seen, Seen::Outside(_)))
        .collect();
    assert_eq!(
        outside,
        [
            Seen::Outside(b"I owe you 100 EUR.\n".to_vec()),
            Seen::Outside(b"I owe you 1000 EUR.\n".to_vec())
        ]
    );
}

#[test]
fn text_between_text_and_second_signature_ends_the_message() {
    let mut text = message("", "text");
    let first = text.len();
    text.extend(format!("\n{SIGNATURE}").bytes());
    let two = cleartext::read(&text).unwrap();
    assert_eq!((two.signatures.len(), two.span.end), (2, text.len()));
    text.extend(format!("more\n{SIGNATURE}").bytes());
    assert_eq!(cleartext::read(&text).unwrap().signatures.len(), 2);
    assert_eq!(cleartext::read(&text[..first]).unwrap().signatures.len(), 1);
}

#[test]
fn a_message_without_a_signature_is_damaged() {
    let whole = message("", "text");
    for end in [40, 43, 60] {
        assert!(
            matches!(cleartext::read(&whole[..end]), Err(Error::Refused(note)) if note.kind == NoteKind::NoEnd)
        );
    }
    let begins_again = [&b"-----BEGIN PGP SIGNED MESSAGE-----\n\nfirst\n"[..], &whole].concat();
    assert!(matches!(cleartext::read(&begins_again), Err(Error::Refused(_))));
    let all = cleartext::read_all(&begins_again, &lenient()).unwrap();
    assert_eq!(all.len(), 2);
    assert!(all[0].signatures.is_empty() && all[1].shown == b"text");
    let other = message("", "text")
        .escape_ascii()
        .to_string()
        .replace("\\n", "\n")
        .replace("BEGIN PGP SIGNATURE", "BEGIN PGP MESSAGE");
    assert!(
        matches!(cleartext::read(other.as_bytes()), Err(Error::Refused(note)) if note.kind == NoteKind::NoEnd)
    );
}

/// bc-java 16e977f: CR and LF in a header value.
#[test]
fn headers_cannot_be_injected() {
    for value in ["a\nb", "a\rb", "a\0b", "\u{85}", "\x7F", "a\n\nwgEE"] {
        assert_eq!(HeaderLine::new("Comment", value), Err(HeaderError::Value));
    }
    for key in ["", "a b", "a:b", "a\nb", "é", "a:"] {
        assert_eq!(HeaderLine::new(key, "x"), Err(HeaderError::Key));
    }
}

/// bc-java a0fdcdf and e597b7a: repeated checksums, headers without end.
#[test]
fn limits() {
    let mut config = lenient();
    config.limits.headers = 3;
    let text = |count| {
        format!("-----BEGIN PGP X-----\n{}\nyAAA\n-----END PGP X-----\n", "A: b\n".repeat(count))
    };
    assert!(decode_with(text(3).as_bytes(), &config).is_ok());
    assert_eq!(decode_with(text(4).as_bytes(), &config), Err(Error::TooManyHeaders { limit: 3 }));
    config.limits.line = 100;
    let text = |len| {
        format!("-----BEGIN PGP X-----\nA: {}\n\nyAAA\n-----END PGP X-----\n", "b".repeat(len))
    };
    assert!(decode_with(text(97).as_bytes(), &config).is_ok());
    assert_eq!(decode_with(text(98).as_bytes(), &config), Err(Error::LineTooLong { limit: 100 }));
    let text = |len| message("", &format!("a{}b", " ".repeat(len)));
    let pieces = |len: usize| events(&config, text(len).chunks(7)).last().cloned();
    assert!(matches!(pieces(90), Some(Seen::End(..))));
    assert_eq!(pieces(200), Some(Seen::Error(Error::LineTooLong { limit: 100 })));
}

#[test]
fn input_that_nobody_polls_is_bounded() {
    let mut config = Config::default();
    config.limits.buffered_input = 1000;
    let mut decoder = pgp_armor::Decoder::new(config);
    assert!(decoder.wants_read());
    decoder.receive(&[b'x'; 900]);
    assert!(!decoder.wants_read());
    decoder.receive(&[b'x'; 200]);
    let error = Error::InputOverflow { limit: 1000 };
    while let Ok(event) = decoder.poll_event() {
        assert!(event.is_some());
    }
    assert_eq!(decoder.poll_event(), Err(error.clone()));
    decoder.receive(b"x");
    decoder.receive_eof();
    assert_eq!(decoder.poll_event(), Err(error));
}

/// Memory stays small however much comes.
#[test]
fn what_is_held_is_small() {
    let mut decoder = pgp_armor::Decoder::new(lenient());
    let mut feed = |bytes: &[u8], count: usize| {
        for _ in 0..count {
            assert!(decoder.wants_read());
            decoder.receive(bytes);
            while decoder.poll_event().unwrap().is_some() {}
        }
    };
    feed(b"-----BEGIN PGP -----BEGIN PGP ", 10_000);
    feed(b"\n-----BEGIN PGP SIGNED MESSAGE-----\n\n", 1);
    feed(b"- -----BEGIN PGP SIGNATURE", 10_000);
    feed(b"\n-----BEGIN PGP MESSAGE-----\n\n", 1);
    feed(b"=AAAA\n", 10_000);
    feed(b"-----BEGIN PGP MESSAGE-----=\n\n", 1000);
    feed(b"*YWJj \t", 10_000);
}

/// The best of three, so that a busy machine does not count.
fn time(run: impl Fn()) -> Duration {
    (0..3)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .min()
        .unwrap()
}

/// rPGP's cleartext reader takes four times as long for twice the text; others fall for dashes.
#[test]
fn time_is_linear() {
    let units: &[&str] = &[
        "-----",
        "-----BEGIN PGP ",
        "\n-----BEGIN PGP MESSAGE-----",
        "\n-----BEGIN PGP MESSAGE-----\n\n",
        "-----BEGIN PGP SIGNED MESSAGE-----\n\n",
        "\n-----BEGIN PGP SIGNATURE----",
        "hello there\n",
        "- ",
        " ",
        "\n",
        "=",
        "=AAAA\n",
        "*",
        "YWJj",
        "Y",
        "YWJj \n",
        "> ",
        ">\n",
        "\r",
        "\t\r",
        "-----END PGP ",
        "a: b\n",
    ];
    let heads = [
        "",
        "-----BEGIN PGP MESSAGE-----\n\n",
        "-----BEGIN PGP SIGNED MESSAGE-----\n\n",
        "> -----BEGIN PGP MESSAGE-----\n> \n",
    ];
    let mut config = lenient();
    config.quoted = true;
    for head in heads {
        for unit in units {
            let text = |len: usize| head.to_string() + &unit.repeat(len / unit.len());
            let (small, large) = (text(25_000), text(400_000));
            let run = |text: &str, size: usize| {
                events(&config, text.as_bytes().chunks(size));
            };
            let (short, long) = (time(|| run(&small, 1000)), time(|| run(&large, 1000)));
            assert!(
                long < short * 80 + Duration::from_millis(100),
                "{head:?} {unit:?}: {short:?}, {long:?}"
            );
        }
    }
}

#[test]
fn canonical_form_does_not_depend_on_cuts() {
    let text = b"a\r\n\r\rb\n\nc \t\r";
    let form = |size| {
        let (mut canonical, mut out) = (Canonical::new(), Vec::new());
        for piece in text.chunks(size) {
            canonical.update(piece, &mut out);
        }
        out
    };
    for size in 1..=text.len() {
        assert_eq!(form(size), b"a\r\n\r\n\r\nb\r\n\r\nc \t\r\n");
    }
}

fn mutated(text: &[u8], at: usize, kind: u8, byte: u8) -> Vec<u8> {
    let mut text = text.to_vec();
    let at = at % text.len();
    match kind % 5 {
        0 => text[at] = byte,
        1 => {
            text.remove(at);
        }
        2 => text.insert(at, byte),
        3 => text.truncate(at),
        _ => {
            let piece = text[at..(at + 1 + usize::from(byte)).min(text.len())].to_vec();
            text.splice(at..at, piece);
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Both Rust implementations give wrong bytes and no error for some of these.
    #[test]
    fn never_success_with_wrong_bytes(
        data in prop::collection::vec(any::<u8>(), 0..200),
        changes in prop::collection::vec((any::<usize>(), any::<u8>(), prop_oneof![any::<u8>(), prop::sample::select(b"\n\r =-Ag".to_vec())]), 1..4),
        headers in any::<bool>(),
    ) {
        let mut text = encode(Label::File, &data).into_bytes();
        if headers {
            let at = text.iter().position(|&byte| byte == b'\n').unwrap() + 1;
            text.splice(at..at, b"Version: 1\n".iter().copied());
        }
        for (at, kind, byte) in changes {
            if !text.is_empty() {
                text = mutated(&text, at, kind, byte);
            }
        }
        for config in [Config::default(), lenient()] {
            if let Ok(block) = decode_with(&text, &config) {
                // What the checksum cannot see any more is not there to be seen.
                prop_assert!(
                    block.data == data || !block.notes.is_empty() || block.crc == Crc::Absent,
                    "{:?} from {}", block, text.escape_ascii(),
                );
            }
        }
        if let Ok(block) = decode_with(&text, &strict()) {
            prop_assert!(block.data == data || block.crc == Crc::Absent);
        }
    }

    #[test]
    fn any_order_of_calls_is_harmless(calls in prop::collection::vec((0..4u8, prop::sample::select(support::TEXTS)), 0..30)) {
        let mut decoder = pgp_armor::Decoder::new(Config::default());
        for (call, text) in calls {
            match call {
                0 => decoder.receive(text),
                1 => { let _ = decoder.poll_event(); }
                2 => { let _ = (decoder.wants_read(), decoder.position()); }
                _ => if text.len() % 3 == 0 { decoder.receive_eof() },
            }
        }
    }
}
