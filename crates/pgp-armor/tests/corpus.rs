//! Blocks and messages that no one here wrote.

#![allow(clippy::print_stderr)]

extern crate alloc;

mod support;

use alloc::collections::BTreeMap;

use std::path::PathBuf;

use pgp_armor::{Crc, EncodeConfig, NoteKind, cleartext, decode_all, decode_with, encode_with};
use support::{configs, events, lenient, naive, strict};

/// What is wrong with a file, and why that is right.
const DIFFERENCES: &[(&str, &[NoteKind], &str)] = &[
    (
        "pgp/rpgp/unit-tests/dearmor_fuzz_1",
        &[NoteKind::SpaceInBody, NoteKind::InvalidByte],
        "made by a fuzzer",
    ),
    (
        "pgp/rpgp/unit-tests/polyglot.armor",
        &[NoteKind::LongLine, NoteKind::ChecksumMismatch],
        "made so that readers disagree: its checksum is of what another one would read",
    ),
    (
        "pgp/rpgp/unit-tests/signed_public_key_details_write_len_expect.asc",
        &[NoteKind::LongLine],
        "the whole body is one line",
    ),
    (
        "pgp/rpgp/unit-tests/signed_public_key_subkey_write_len_expect.asc",
        &[NoteKind::LongLine],
        "the whole body is one line",
    ),
];

/// Files without a block that can be read, and why.
const WITHOUT: &[(&str, &str)] = &[];

fn files() -> Option<Vec<(String, Vec<u8>)>> {
    let Some(root) = std::env::var_os("MAIL_CORPUS").map(PathBuf::from) else {
        eprintln!("corpus test skipped: MAIL_CORPUS not set");
        return None;
    };
    let Ok(index) = std::fs::read_to_string(root.join("index.tsv")) else {
        eprintln!("corpus test skipped: MAIL_CORPUS has no index.tsv");
        return None;
    };
    let paths = index.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        let path = columns.next()?;
        (columns.next_back() == Some("armor") && path.starts_with("pgp/")).then(|| path.to_string())
    });
    Some(
        paths
            .map(|path| {
                let bytes = std::fs::read(root.join(&path)).unwrap();
                (path, bytes)
            })
            .collect(),
    )
}

#[test]
fn blocks_and_messages() {
    let Some(files) = files() else { return };
    let (mut blocks_read, mut messages_read, mut declined) = (0, 0, 0);
    let (mut found, mut without) = (BTreeMap::new(), Vec::new());
    for (path, bytes) in &files {
        let blocks = decode_all(bytes, &lenient()).unwrap();
        let messages = cleartext::read_all(bytes, &lenient()).unwrap();
        if blocks.is_empty() && messages.is_empty() {
            without.push(path.as_str());
        }
        blocks_read += blocks.len();
        messages_read += messages.len();
        declined += messages.iter().filter(|message| message.signed().is_err()).count();
        let notes = blocks
            .iter()
            .flat_map(|block| &block.notes)
            .chain(messages.iter().flat_map(|message| &message.notes));
        let mut kinds: Vec<NoteKind> = notes.map(|note| note.kind).collect();
        kinds.sort();
        kinds.dedup();
        if !kinds.is_empty() {
            found.insert(path.as_str(), kinds);
        }
        for block in blocks.iter().filter(|block| !block.is_damaged()) {
            let again = encode_with(block.label.clone(), &block.data, EncodeConfig::default());
            let again = decode_with(again.as_bytes(), &strict()).unwrap();
            assert_eq!((&again.label, &again.data), (&block.label, &block.data), "{path}");
            if let Crc::Match = block.crc {
                let text = String::from_utf8_lossy(&bytes[block.span.clone()]).replace('\r', "");
                let body = text.split_once("\n\n").map_or("", |(_, body)| body);
                let body = body.split("\n-----END").next().unwrap_or_default();
                assert_eq!(naive::base64(body.as_bytes()), block.data, "{path}");
            }
        }
        for config in configs() {
            let whole = events(&config, [&bytes[..]]);
            for size in [1, 63, 4096] {
                assert!(
                    bytes.len() / size > 100_000 || events(&config, bytes.chunks(size)) == whole,
                    "{path} in pieces of {size}"
                );
            }
        }
    }
    eprintln!(
        "{} files, {blocks_read} blocks, {messages_read} messages, {declined} declined",
        files.len()
    );
    let wanted: BTreeMap<&str, Vec<NoteKind>> =
        DIFFERENCES.iter().map(|(path, kinds, _)| (*path, kinds.to_vec())).collect();
    for (path, kinds) in &found {
        if wanted.get(path) != Some(kinds) {
            eprintln!("unexpected: (\"{path}\", &{kinds:?}, \"\"),");
        }
    }
    assert_eq!(found, wanted);
    assert_eq!(without, WITHOUT.iter().map(|(path, _)| *path).collect::<Vec<_>>());
}

/// Line ends may change on the way; data and signed text may not.
#[test]
fn line_ends_do_not_matter() {
    let Some(files) = files() else { return };
    for (path, bytes) in &files {
        if bytes.contains(&b'\r') {
            continue;
        }
        let crlf: Vec<u8> = bytes
            .iter()
            .flat_map(
                |byte| if *byte == b'\n' { &b"\r\n"[..] } else { core::slice::from_ref(byte) },
            )
            .copied()
            .collect();
        let read = |bytes: &[u8]| {
            let blocks = decode_all(bytes, &lenient())
                .unwrap()
                .into_iter()
                .map(|block| (block.label, block.data));
            let messages = cleartext::read_all(bytes, &lenient()).unwrap();
            (
                blocks.collect::<Vec<_>>(),
                messages.iter().map(|m| m.signed().ok().map(<[u8]>::to_vec)).collect::<Vec<_>>(),
            )
        };
        assert_eq!(read(bytes), read(&crlf), "{path}");
    }
}
