//! Sessions of real clients with real servers, recorded on the wire, through both machines.
#![allow(clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};

use smtp_proto::{Capabilities, Command, Reply, client, dot, server};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

/// What one side says before the other does.
struct Turn {
    side: Side,
    bytes: Vec<u8>,
}

struct Session {
    name: String,
    turns: Vec<Turn>,
}

impl Session {
    /// `session.txt` for the order, `c2s.bin` and `s2c.bin` for the bytes.
    fn load(folder: &Path) -> Self {
        let read = |name: &str| fs::read(folder.join(name)).unwrap();
        let (text, client, server) = (read("session.txt"), read("c2s.bin"), read("s2c.bin"));
        let (mut client, mut server) = (&client[..], &server[..]);
        let mut turns: Vec<Turn> = Vec::new();
        for line in text.split(|byte| *byte == b'\n') {
            let (side, rest) = match line {
                [b'C', b':', ..] => (Side::Client, &mut client),
                [b'S', b':', ..] => (Side::Server, &mut server),
                _ => continue,
            };
            let (bytes, after) = rest.split_at(after_line(rest));
            *rest = after;
            match turns.last_mut() {
                Some(turn) if turn.side == side => turn.bytes.extend_from_slice(bytes),
                _ => turns.push(Turn { side, bytes: bytes.to_vec() }),
            }
        }
        assert!(client.is_empty() && server.is_empty(), "bytes that no line of the session names");
        Self { name: folder.file_name().unwrap().to_string_lossy().into_owned(), turns }
    }

    fn is_lmtp(&self) -> bool {
        self.name.starts_with("lmtp-")
    }

    /// Whether the client is no program but a list of commands, wrong ones among them.
    fn is_tour(&self) -> bool {
        self.name.contains("-tour-")
    }

    /// All replies in their order.
    fn replies(&self) -> Vec<Reply<'static>> {
        let turns = self.turns.iter().filter(|turn| turn.side == Side::Server);
        let bytes: Vec<u8> = turns.flat_map(|turn| turn.bytes.clone()).collect();
        let mut rest = &bytes[..];
        let mut replies = Vec::new();
        while !rest.is_empty() {
            let mut end = 0;
            for line in rest.split_inclusive(|byte| *byte == b'\n') {
                end += line.len();
                if line[3] != b'-' {
                    break;
                }
            }
            let (unit, after) = rest.split_at(end);
            rest = after;
            replies.push(Reply::parse(unit).unwrap().into_owned());
        }
        replies
    }
}

fn after_line(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1)
}

fn sessions() -> Vec<Session> {
    let Some(folder) = std::env::var_os("MAIL_TRANSCRIPTS").map(PathBuf::from) else {
        eprintln!("recorded sessions skipped: MAIL_TRANSCRIPTS not set");
        return Vec::new();
    };
    let mut folders: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("smtp-") || name.starts_with("lmtp-")
    });
    folders.sort();
    assert!(!folders.is_empty(), "no recorded SMTP session in {}", folder.display());
    folders.iter().map(|path| Session::load(path)).collect()
}

/// The client machine sends what was recorded and reads the answers in chunks of this size; what it
/// sent, and its events.
fn run_client(session: &Session, size: usize) -> (Vec<u8>, Vec<String>) {
    let mut config = client::Config::default();
    config.lmtp = session.is_lmtp();
    config.allow_plaintext_auth = true;
    let mut client = client::Connection::new(config);
    let (mut sent, mut events, mut code) = (Vec::new(), Vec::new(), Vec::new());
    for turn in &session.turns {
        if turn.side == Side::Client {
            let mut rest = &turn.bytes[..];
            if code == b"354" {
                rest = say_content(&mut client, rest);
            }
            while !rest.is_empty() {
                rest = say(&mut client, rest, &code);
            }
        } else {
            let last = turn.bytes.split_inclusive(|byte| *byte == b'\n').next_back().unwrap();
            code = last[..3].to_vec();
            for chunk in turn.bytes.chunks(size) {
                client.receive(chunk);
                while let Some(event) = client.poll_event().unwrap() {
                    events.push(format!("{event:?}"));
                }
            }
        }
        while let Some(bytes) = client.poll_transmit() {
            sent.extend_from_slice(bytes);
            let n = bytes.len();
            client.transmitted(n);
        }
    }
    (sent, events)
}

/// Sends a command, with the octets that belong to it; what follows.
fn say<'b>(client: &mut client::Connection, bytes: &'b [u8], code: &[u8]) -> &'b [u8] {
    let (line, mut rest) = bytes.split_at(after_line(bytes));
    let line = line.strip_suffix(b"\r\n").unwrap();
    let command = if code == b"334" { Command::parse_auth(line) } else { Command::parse(line) };
    match command.unwrap() {
        // The machine says hello by itself.
        Command::Ehlo(_) | Command::Lhlo(_) => {}
        // And so only where the other word is refused.
        Command::Helo(_) => {
            client.receive(b"502 \r\n");
            assert_eq!(client.poll_event().unwrap(), None);
        }
        command => {
            client.send(&command).unwrap();
            if let Command::Bdat { size, .. } = command {
                let (content, after) = rest.split_at(usize::try_from(size).unwrap());
                client.send_body(content.to_vec().into()).unwrap();
                rest = after;
            }
        }
    }
    rest
}

/// Sends the content after DATA; what follows.
fn say_content<'b>(client: &mut client::Connection, bytes: &'b [u8]) -> &'b [u8] {
    let mut decoder = dot::Decoder::new();
    let mut rest = bytes;
    loop {
        let part = decoder.decode(rest);
        client.send_body(rest[part.content.clone()].to_vec().into()).unwrap();
        rest = &rest[part.consumed..];
        if part.end {
            client.finish_body().unwrap();
            return rest;
        }
        assert!(part.consumed > 0, "content without an end");
    }
}

/// The server machine reads the commands in chunks of this size and gives the recorded answers; its
/// events, and those lines that it takes for wrong and the recorded server did not.
fn run_server(session: &Session, size: usize) -> (Vec<String>, Vec<String>) {
    let mut config = server::Config::default();
    config.lmtp = session.is_lmtp();
    config.allow_plaintext_auth = true;
    config.accept_unknown_parameters = true;
    config.limits.bad_commands = 1000;
    config.limits.login_attempts = 100;
    let mut server = server::Connection::new(config);
    let mut replies = session.replies().into_iter();
    let mut next = || replies.next().expect("a reply for each event");
    let (mut events, mut wrong, mut content) = (Vec::new(), Vec::new(), Vec::new());
    server.respond(&next()).unwrap();
    transmitted(&mut server);
    let said = session.turns.iter().filter(|turn| turn.side == Side::Client);
    let said: Vec<u8> = said.flat_map(|turn| turn.bytes.clone()).collect();
    for chunk in said.chunks(size) {
        server.receive(chunk);
        while let Some(event) = server.poll_event().unwrap().map(server::Event::into_owned) {
            let due = match &event {
                server::Event::Command { .. } | server::Event::Rejected { .. } => 1,
                server::Event::BodyEnd { replies, .. } => *replies,
                server::Event::StartTls | server::Event::Closed => {
                    events.push(format!("{event:?}"));
                    return (events, wrong);
                }
                server::Event::BodyChunk(chunk) => {
                    content.extend_from_slice(chunk);
                    continue;
                }
                // Whether more has arrived depends on the chunks.
                _ => continue,
            };
            // A BDAT that is not the last one is answered by the machine.
            for _ in 0..transmitted(&mut server) {
                next();
            }
            events.push(format!("{event:?} {}", content.escape_ascii()));
            content.clear();
            for _ in 0..due {
                let reply = next();
                if let server::Event::Rejected { .. } = event
                    && !reply.is_transient()
                    && !reply.is_permanent()
                {
                    wrong.push(format!("{event:?}"));
                }
                if reply.code() == 250 && reply.lines().count() > 1 {
                    server.set_capabilities(Capabilities::from_reply(&reply).into_owned());
                }
                server.respond(&reply).unwrap();
            }
            transmitted(&mut server);
        }
    }
    let left = transmitted(&mut server);
    assert_eq!(replies.count(), left, "{}: replies to nothing", session.name);
    (events, wrong)
}

/// Lets everything out that the server says: how many lines.
fn transmitted(server: &mut server::Connection) -> usize {
    let mut lines = 0;
    while let Some(bytes) = server.poll_transmit() {
        lines += bytes.iter().filter(|byte| **byte == b'\n').count();
        let n = bytes.len();
        server.transmitted(n);
    }
    lines
}

#[test]
fn our_client_understands_everything_in_any_chunks() {
    for session in sessions().iter().filter(|session| !session.is_tour()) {
        let whole = run_client(session, usize::MAX);
        assert!(!whole.1.is_empty(), "{}", session.name);
        for size in [1, 7] {
            assert!(run_client(session, size) == whole, "{} in chunks of {size}", session.name);
        }
    }
}

#[test]
fn our_server_understands_everything_in_any_chunks() {
    for session in sessions() {
        let (events, wrong) = run_server(&session, usize::MAX);
        assert!(session.is_tour() || wrong.is_empty(), "{}: {wrong:?}", session.name);
        for size in [1, 7] {
            let (again, _) = run_server(&session, size);
            assert_eq!(again, events, "{} in chunks of {size}", session.name);
        }
    }
}
