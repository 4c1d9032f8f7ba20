//! Packets and messages that others collected (`MAIL_CORPUS`), each difference with its reason.
#![allow(clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};

use pgp_armor::mail::{self, Protection};
use pgp_armor::packet::{Config, Event, FrameError, Guess, Peek, Walker, guess, packets};
use pgp_armor::{Config as ArmorConfig, Policy, decode_all};

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("MAIL_CORPUS").map(PathBuf::from);
    let root = root.filter(|root| root.join("index.tsv").is_file());
    if root.is_none() {
        eprintln!("corpus test skipped: MAIL_CORPUS not set");
    }
    root
}

fn files(root: &Path, folder: &str) -> Vec<(String, Vec<u8>)> {
    let index = fs::read_to_string(root.join("index.tsv")).unwrap();
    let paths = index.lines().filter_map(|line| line.split('\t').next());
    paths
        .filter(|path| path.starts_with(folder))
        .map(|path| (path.to_owned(), fs::read(root.join(path)).unwrap()))
        .collect()
}

/// The packets of a file: binary, or of its armor.
fn data(bytes: &[u8]) -> Vec<Vec<u8>> {
    if guess(bytes) == Guess::Binary {
        return vec![bytes.to_vec()];
    }
    let mut config = ArmorConfig::default();
    config.policy = Policy::Lenient;
    let blocks = decode_all(bytes, &config).unwrap_or_default();
    blocks.into_iter().filter(|block| !block.is_damaged()).map(|block| block.data).collect()
}

/// What is wrong with the framing of these files, and why they are there.
fn reason(path: &str) -> Option<&'static str> {
    REASONS.iter().find(|(part, _)| path.contains(part)).map(|(_, reason)| *reason)
}

const REASONS: &[(&str, &str)] = &[
    ("sym-corrupted-message-invalid-sig-header", "made with octets after the last packet"),
    ("plain-1o", "armored plain text"),
    ("plain-2o", "armored plain text"),
    ("plain-3o", "armored plain text"),
    ("issue2419", "one octet, 0"),
    ("literal.packet-partial.256", "its first chunk is too short, as RFC 9580 has it"),
    ("details_write_len_expect", "from a fuzzer: a length beyond the end"),
];

#[test]
fn packets_of_the_corpus() {
    let Some(root) = corpus() else { return };
    let (mut sequences, mut count, mut peeks) = (0, 0, 0);
    let mut config = Config::default();
    config.aead = true;
    let mut unexplained = Vec::new();
    for (path, bytes) in files(&root, "pgp/") {
        for data in data(&bytes) {
            sequences += 1;
            let mut error = None;
            let mut bodies = Vec::new();
            for packet in packets(&data, &config) {
                match packet {
                    Ok(packet) => {
                        count += 1;
                        peeks += usize::from(packet.peek().is_some());
                        bodies.extend_from_slice(&packet.body);
                    }
                    Err(found) => error = Some(found),
                }
            }
            if error.is_some() != reason(&path).is_some() {
                unexplained.push(format!("{path}: {error:?}, {:?}", reason(&path)));
            }
            for size in [1, 7, data.len().max(1)] {
                let (walked, found) = walk(&data, size, &config);
                assert_eq!(found, error, "{path} in pieces of {size}");
                assert!(walked.starts_with(&bodies), "{path} in pieces of {size}");
            }
        }
    }
    eprintln!("{sequences} sequences, {count} packets, {peeks} peeks");
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    assert!(sequences >= 200 && count >= 1000, "{sequences} sequences, {count} packets");
}

fn walk(data: &[u8], size: usize, config: &Config) -> (Vec<u8>, Option<FrameError>) {
    let mut walker = Walker::new(config.clone());
    let mut bodies = Vec::new();
    for chunk in data.chunks(size).map(Some).chain([None]) {
        match chunk {
            Some(chunk) => walker.receive(chunk),
            None => walker.receive_eof(),
        }
        loop {
            match walker.poll_event() {
                Ok(None) => break,
                Ok(Some(Event::Body(bytes))) => bodies.extend_from_slice(bytes),
                Ok(Some(_)) => {}
                Err(error) => return (bodies, Some(error)),
            }
        }
    }
    (bodies, None)
}

/// The certificate and key of RFC 9580, appendix A.3 and A.4, are in the corpus by their name.
#[test]
fn the_key_of_the_rfc() {
    let Some(root) = corpus() else { return };
    let path = root.join("pgp/rpgp/rfc9580/v6-25519-annex-a-4/tsk.asc");
    let key = data(&fs::read(path).unwrap()).concat();
    let fingerprint = "CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9";
    let (mut keys, mut signatures) = (0, 0);
    for packet in packets(&key, &Config::default()) {
        let packet = packet.unwrap();
        match packet.peek() {
            Some(Peek::Key(key)) => {
                keys += 1;
                assert_eq!((key.version, key.created), (6, 0x6387_7fe3));
                let preimage = key.fingerprint_preimage().unwrap();
                // Version, time, algorithm, count, 32 octets: the secret part is not in it.
                assert_eq!(preimage.prefix(), [0x9b, 0, 0, 0, 42]);
                assert_eq!(preimage.body().len(), 42);
                assert_eq!(preimage.body(), &packet.body[..42]);
            }
            Some(Peek::Signature(signature)) => {
                signatures += 1;
                assert_eq!(signature.version, 6);
                let issuer = signature.issuer_fingerprint().unwrap();
                assert_eq!(issuer.to_string(), fingerprint);
                assert_eq!(signature.issuer_key_id().unwrap().to_string(), fingerprint[..16]);
                assert_eq!((signature.hash, signature.salt.len()), (10, 32));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((keys, signatures), (2, 2));
}

#[test]
fn messages_of_the_corpus() {
    let Some(root) = corpus() else { return };
    let (mut messages, mut signed, mut encrypted, mut inline) = (0, 0, 0, 0);
    for (path, bytes) in files(&root, "mime/") {
        messages += 1;
        let Some(found) = mail::classify(&bytes) else { continue };
        let crlf: Vec<u8> = String::from_utf8_lossy(&bytes).replace("\r\n", "\n").into_bytes();
        assert_eq!(
            mail::classify(&crlf).map(|found| found.shape),
            Some(found.shape),
            "{path} with other line ends"
        );
        match found.protection {
            Protection::Signed(part) => {
                signed += 1;
                let signature = pgp_armor::decode(&part.signature());
                assert!(signature.is_ok(), "{path}: {signature:?}");
            }
            Protection::Encrypted(part) => {
                encrypted += 1;
                assert!(pgp_armor::decode(&part.data()).is_ok(), "{path}");
            }
            _ => inline += 1,
        }
    }
    eprintln!("{messages} messages: {signed} signed, {encrypted} encrypted, {inline} inline");
    assert!(signed >= 3 && encrypted >= 1);
}
