//! Recorded sessions of real clients and servers, through both machines, in any chunking.
//!
//! `MAIL_TRANSCRIPTS` names the folder.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Cut, Outcome, Session, Side, Turn, bytes_of, normal};

fn folders() -> Vec<PathBuf> {
    let Some(root) = std::env::var_os("MAIL_TRANSCRIPTS") else {
        #[allow(clippy::print_stderr)]
        {
            eprintln!("recorded: skipped, since MAIL_TRANSCRIPTS is not set");
        }
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("imap-"))
        .collect();
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

/// The order comes from the text, the bytes from the binary files.
fn load(folder: &Path) -> Vec<Turn> {
    let text = fs::read(folder.join("session.txt")).unwrap();
    let client = fs::read(folder.join("c2s.bin")).unwrap();
    let server = fs::read(folder.join("s2c.bin")).unwrap();
    let (mut c, mut s) = (&client[..], &server[..]);
    let mut turns: Vec<Turn> = Vec::new();
    for line in text.split(|b| *b == b'\n') {
        let (side, rest) = match line {
            [b'C', b':', ..] => (Side::Client, &mut c),
            [b'S', b':', ..] => (Side::Server, &mut s),
            _ => continue,
        };
        let end = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |at| at + 1);
        let (bytes, after) = rest.split_at(end);
        *rest = after;
        match turns.last_mut() {
            Some(turn) if turn.side == side => turn.bytes.extend_from_slice(bytes),
            _ => turns.push(Turn { side, bytes: bytes.to_vec() }),
        }
    }
    turns
}

fn run(turns: &[Turn], cut: Cut) -> Outcome {
    Session::new().run(turns, cut)
}

/// What the server of a session answered to a tag.
fn answer<'t>(server: &'t [String], tag: &str) -> Option<&'t str> {
    let tag = tag.to_ascii_uppercase();
    server.iter().find_map(|unit| {
        let rest = unit.strip_prefix(tag.as_str())?.strip_prefix(' ')?;
        rest.split(' ').next()
    })
}

#[test]
fn every_session_replays_and_says_the_same() {
    for folder in folders() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let turns = load(&folder);
        let outcome = run(&turns, Cut::Whole);
        assert_eq!(outcome.errors, [""; 0], "{name}: {:#?}", outcome.server_events.last());
        let server = normal(&bytes_of(&turns, Side::Server));
        let mut client = normal(&bytes_of(&turns, Side::Client));
        for tag in &outcome.rejected {
            let said = answer(&server, tag);
            assert!(matches!(said, Some("BAD" | "NO")), "{name}: {tag} was rejected, not {said:?}");
            // What our server rejects, our client never sends.
            let prefix = format!("{} ", tag.to_ascii_uppercase());
            client.retain(|unit| !unit.starts_with(&prefix));
        }
        let mut sent = normal(&outcome.client_sent);
        if !outcome.upgraded {
            client.retain(|unit| !unit.is_empty());
            sent.retain(|unit| !unit.is_empty());
        }
        assert_eq!(sent, client, "{name}: commands");
        assert_eq!(normal(&outcome.server_sent), server, "{name}: responses");
    }
}

#[test]
fn the_size_of_reads_changes_nothing() {
    for folder in folders() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let turns = load(&folder);
        let whole = run(&turns, Cut::Whole);
        for size in [1, 7, 100] {
            assert_eq!(run(&turns, Cut::Every(size)), whole, "{name} in pieces of {size}");
        }
        for seed in 1..4 {
            assert_eq!(run(&turns, Cut::Random(seed)), whole, "{name} with seed {seed}");
        }
    }
}
