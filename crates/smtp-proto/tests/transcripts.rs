//! Each transcript through both machines, whole and with one cut at every place.

use std::fs;
use std::path::Path;

use smtp_proto::{Capabilities, Capability, Command, Host, Reply, client, server};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

/// What one side says before the other does.
#[derive(Debug)]
struct Turn {
    side: Side,
    bytes: Vec<u8>,
}

fn transcripts() -> Vec<(String, Vec<Turn>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut all: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    assert!(!all.is_empty());
    let read = |path: &std::path::PathBuf| {
        let mut turns: Vec<Turn> = Vec::new();
        for line in fs::read_to_string(path).unwrap().lines() {
            let (side, text) = match line.split_at_checked(2) {
                Some(("C:", text)) => (Side::Client, text),
                Some(("S:", text)) => (Side::Server, text),
                _ => continue,
            };
            let bytes = format!("{}\r\n", text.strip_prefix(' ').unwrap_or(text)).into_bytes();
            match turns.last_mut() {
                Some(turn) if turn.side == side => turn.bytes.extend(bytes),
                _ => turns.push(Turn { side, bytes }),
            }
        }
        (path.file_name().unwrap().to_string_lossy().into_owned(), turns)
    };
    all.iter().map(read).collect()
}

fn bytes_of(turns: &[Turn], side: Side) -> Vec<u8> {
    turns.iter().filter(|turn| turn.side == side).flat_map(|turn| turn.bytes.clone()).collect()
}

/// The pieces of a turn when the bytes of its side are cut at one place.
fn pieces(bytes: &[u8], start: usize, cut: usize) -> [&[u8]; 2] {
    let at = cut.saturating_sub(start).min(bytes.len());
    let (a, b) = bytes.split_at(at);
    [a, b]
}

/// The client machine sends the commands and reads the answers; what it sent, and its events.
fn run_client(turns: &[Turn], cut: usize) -> (Vec<u8>, Vec<String>) {
    let first = turns.iter().find(|turn| turn.side == Side::Client).unwrap();
    let line = first.bytes.split(|byte| *byte == b'\r').next().unwrap();
    let Ok(Command::Ehlo(name)) = Command::parse(line) else { panic!("no EHLO first") };
    let mut config = client::Config::new(Host::try_from(name.as_str()).unwrap());
    config.allow_plaintext_auth = true;
    let mut client = client::Connection::new(config);
    let (mut sent, mut events) = (Vec::new(), Vec::new());
    let (mut place, mut code) = (0, Vec::new());
    for turn in turns {
        if turn.side == Side::Client {
            if code == b"354" {
                let mut decoder = smtp_proto::dot::Decoder::new();
                let mut at = 0;
                loop {
                    let rest = &turn.bytes[at..];
                    let part = decoder.decode(rest);
                    let content = rest[part.content.clone()].to_vec();
                    client.send_body(content.into()).unwrap();
                    at += part.consumed;
                    if part.end {
                        break;
                    }
                }
                client.finish_body().unwrap();
                assert_eq!(at, turn.bytes.len());
            } else {
                for line in turn.bytes.split_inclusive(|byte| *byte == b'\n') {
                    let line = line.strip_suffix(b"\r\n").unwrap();
                    let command = if code == b"334" {
                        Command::parse_auth(line).unwrap()
                    } else {
                        Command::parse(line).unwrap().into_owned()
                    };
                    // The machine says hello by itself.
                    if !matches!(command, Command::Ehlo(_) | Command::Helo(_)) {
                        client.send(&command).unwrap();
                    }
                }
            }
        } else {
            let last = turn.bytes.split(|byte| *byte == b'\n').rev().nth(1).unwrap();
            code = last[..3].to_vec();
            for piece in pieces(&turn.bytes, place, cut) {
                client.receive(piece);
                while let Some(event) = client.poll_event().unwrap() {
                    events.push(format!("{event:?}"));
                }
            }
            place += turn.bytes.len();
        }
        while let Some(bytes) = client.poll_transmit() {
            sent.extend_from_slice(bytes);
            let n = bytes.len();
            client.transmitted(n);
        }
    }
    (sent, events)
}

/// The server machine reads the commands and gives the answers; what it sent, and its events.
fn run_server(turns: &[Turn], cut: usize) -> (Vec<u8>, Vec<String>) {
    let mut config = server::Config::default();
    config.allow_plaintext_auth = true;
    config.capabilities.push(Capability::auth(&["PLAIN", "LOGIN"]).unwrap());
    let mut server = server::Connection::new(config);
    let replies = bytes_of(turns, Side::Server);
    let mut rest = &replies[..];
    let mut next = || {
        let mut end = 0;
        for line in rest.split_inclusive(|byte| *byte == b'\n') {
            end += line.len();
            if line[3] != b'-' {
                break;
            }
        }
        let (unit, after) = rest.split_at(end);
        rest = after;
        Reply::parse(unit).unwrap().into_owned()
    };
    let (mut sent, mut events, mut content) = (Vec::new(), Vec::new(), Vec::new());
    server.respond(&next()).unwrap();
    let mut place = 0;
    for turn in turns.iter().filter(|turn| turn.side == Side::Client) {
        for piece in pieces(&turn.bytes, place, cut) {
            server.receive(piece);
            while let Some(event) = server.poll_event().unwrap() {
                let event = event.into_owned();
                match event {
                    server::Event::BodyChunk(chunk) => content.extend_from_slice(&chunk),
                    // Whether more has arrived depends on the cut.
                    server::Event::Deviation(_) => {}
                    server::Event::Closed => events.push("closed".to_owned()),
                    event => {
                        events.push(format!("{event:?} {}", content.escape_ascii()));
                        content.clear();
                        let reply = next();
                        if reply.lines().count() > 1 {
                            let offered = Capabilities::from_reply(&reply).into_owned();
                            server.set_capabilities(offered);
                        }
                        server.respond(&reply).unwrap();
                    }
                }
                while let Some(bytes) = server.poll_transmit() {
                    sent.extend_from_slice(bytes);
                    let n = bytes.len();
                    server.transmitted(n);
                }
            }
        }
        place += turn.bytes.len();
    }
    (sent, events)
}

#[test]
fn both_machines_say_what_is_written() {
    for (name, turns) in transcripts() {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (sent, _) = run_client(&turns, 0);
        assert_eq!(text(sent), text(bytes_of(&turns, Side::Client)), "{name}: client");
        let (sent, _) = run_server(&turns, 0);
        assert_eq!(text(sent), text(bytes_of(&turns, Side::Server)), "{name}: server");
    }
}

#[test]
fn a_cut_at_any_place_changes_nothing() {
    for (name, turns) in transcripts() {
        let whole = run_client(&turns, 0);
        for cut in 1..bytes_of(&turns, Side::Server).len() {
            assert_eq!(run_client(&turns, cut), whole, "{name} cut at {cut}");
        }
        let whole = run_server(&turns, 0);
        for cut in 1..bytes_of(&turns, Side::Client).len() {
            assert_eq!(run_server(&turns, cut), whole, "{name} cut at {cut}");
        }
    }
}
