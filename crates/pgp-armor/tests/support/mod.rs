//! What the tests share.
#![allow(dead_code, unreachable_pub)]

use pgp_armor::{Config, Crc, Decoder, Error, Event, Fault, Label, Note, Policy};

/// An event that owns its bytes, pieces of one thing joined.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    Outside(Vec<u8>),
    Begin(Label, u64, Vec<u8>),
    Header(Vec<u8>, Vec<u8>),
    Declined(Fault),
    Data(Vec<u8>),
    Text(Vec<u8>, Vec<u8>),
    Note(Note),
    End(Label, Crc, core::ops::Range<u64>),
    Error(Error),
}

fn add(seen: &mut Vec<Seen>, event: Event<'_>) {
    match event {
        Event::Outside { at, bytes } => match seen.last_mut() {
            Some(Seen::Outside(last)) => last.extend_from_slice(bytes),
            _ => {
                assert!(!bytes.is_empty(), "at {at}");
                seen.push(Seen::Outside(bytes.to_vec()));
            }
        },
        Event::Begin { label, at, quote } => seen.push(Seen::Begin(label, at, quote.to_vec())),
        Event::Header { key, value, .. } => seen.push(Seen::Header(key.to_vec(), value.to_vec())),
        Event::Declined(fault) => seen.push(Seen::Declined(fault)),
        Event::Data(bytes) => match seen.last_mut() {
            Some(Seen::Data(last)) => last.extend_from_slice(bytes),
            _ => seen.push(Seen::Data(bytes.to_vec())),
        },
        Event::Text { signed, shown } => match seen.last_mut() {
            Some(Seen::Text(a, b)) => {
                a.extend_from_slice(signed);
                b.extend_from_slice(shown);
            }
            _ => seen.push(Seen::Text(signed.to_vec(), shown.to_vec())),
        },
        Event::Note(note) => seen.push(Seen::Note(note)),
        Event::End { label, crc, span } => seen.push(Seen::End(label, crc, span)),
        other => panic!("unknown event {other:?}"),
    }
}

fn drain(decoder: &mut Decoder, seen: &mut Vec<Seen>) {
    loop {
        match decoder.poll_event() {
            Ok(Some(event)) => add(seen, event),
            Ok(None) => return,
            Err(error) => {
                if seen.last() != Some(&Seen::Error(error.clone())) {
                    seen.push(Seen::Error(error));
                }
                return;
            }
        }
    }
}

/// The events of a text that comes in these pieces.
pub fn events<'a>(config: &Config, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Seen> {
    let mut decoder = Decoder::new(config.clone());
    let mut seen = Vec::new();
    for piece in pieces {
        decoder.receive(piece);
        drain(&mut decoder, &mut seen);
    }
    decoder.receive_eof();
    drain(&mut decoder, &mut seen);
    seen
}

pub fn lenient() -> Config {
    let mut config = Config::default();
    config.policy = Policy::Lenient;
    config
}

pub fn strict() -> Config {
    let mut config = Config::default();
    config.policy = Policy::Strict;
    config
}

pub fn quoted() -> Config {
    let mut config = Config::default();
    config.quoted = true;
    config
}

/// The configurations that a test of all behaviour runs under.
pub fn configs() -> [Config; 4] {
    let mut both = lenient();
    both.quoted = true;
    [Config::default(), lenient(), strict(), both]
}

/// Texts with everything that a decoder knows about.
pub const TEXTS: &[&[u8]] = &[
    b"hello\n-----BEGIN PGP MESSAGE-----\nVersion: x\nComment:y\n\nyDgBO22WxBHv7O8X7O/jygAEzol56iUKiXmV+XmpCtmpqQUKiQrFqclFqUDBovzS\nvBSFjNSiVHsuAA==\n=njUN\n-----END PGP MESSAGE-----\nbye",
    b"\xEF\xBB\xBF-----BEGIN PGP MESSAGE-----  \r\n \t\r\nyDgB\r\nO22W=\r\n=AA*A\r\n-----END PGP SIGNATURE-----\r\n",
    b"-----BEGIN PGP MESSAGE-----\n\nyDg=\n=AAAA\n=AAAA\n\n-----END PGP MESSAGE----------BEGIN PGP MESSAGE-----\n",
    b"> -----BEGIN PGP MESSAGE-----\n> A: b\n>\n> yDgBO22WxBHv7O8X\n> O22W\n> =AAAA\n> -----END PGP MESSAGE-----\n> rest",
    b"-----BEGIN PGP MESSAGE-----\rA: \xFF\r\ryDgB\r-----END PGP MESSAGE-----\r",
    b"-----BEGIN PGP MESSAGE-----\n\nyD*gB\nQ=\nzzzz\n-----END PGP MESSAGE-----\n-----BEGIN PGP MESSAGE-----\nno header\n\n- y D\n",
    b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- -dash \t\n-other\r\n\n- From \r \r\r\nlast\n-----BEGIN PGP SIGNATURE-----\n\nwgEE\n-----END PGP SIGNATURE-----\n",
    b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256 please\nMore: x\n\ntext\n\n-----BEGIN PGP MESSAGE-----\nwgEE\n-----END PGP SIGNATURE-----\n",
    b"> -----BEGIN PGP SIGNED MESSAGE-----\n>\n> a\n>b \n-----x\n> -----BEGIN PGP SIGNATURE-----\n>\n> wgEE\n> -----END PGP SIGNATURE-----",
    b"-----BEGIN PGP X-----\n\nYWJj ZGVm\nYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJj\n\nYQ\n-----END PGP X-----",
];

/// The slow and obvious way.
pub mod naive {
    pub const ALPHABET: &[u8; 64] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// RFC 9580, section 6.1.1, in Rust.
    pub fn crc24(bytes: &[u8]) -> u32 {
        let mut crc = 0xB704CE;
        for &byte in bytes {
            crc ^= u32::from(byte) << 16;
            for _ in 0..8 {
                crc <<= 1;
                if crc & 0x100_0000 != 0 {
                    crc ^= 0x186_4CFB;
                }
            }
        }
        crc
    }

    /// Every base64 character up to the first sign of padding, bit by bit.
    pub fn base64(text: &[u8]) -> Vec<u8> {
        let mut bits = Vec::new();
        for byte in text {
            if *byte == b'=' {
                break;
            }
            if let Some(value) = ALPHABET.iter().position(|known| known == byte) {
                bits.extend((0..6).rev().map(|bit| value >> bit & 1));
            }
        }
        bits.chunks_exact(8)
            .map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | *bit as u8))
            .collect()
    }

    /// What is signed and what is shown, of a text between the blank line and the last line end.
    pub fn signed_text(text: &str) -> (String, String) {
        let (mut signed, mut shown, mut before) = (String::new(), String::new(), "");
        for (number, line) in text.split('\n').enumerate() {
            let line = line.strip_prefix("- ").unwrap_or(line);
            let content = line.strip_suffix('\r').unwrap_or(line).trim_end_matches([' ', '\t']);
            if number > 0 {
                signed += "\r\n";
                shown += before;
            }
            signed += content;
            shown += content;
            before = if line.ends_with('\r') { "\r\n" } else { "\n" };
        }
        (signed, shown)
    }
}
