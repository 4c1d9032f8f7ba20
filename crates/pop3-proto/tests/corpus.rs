//! Answers of servers that others collected, in one piece and byte by byte.
#![allow(clippy::print_stderr)]

mod support;

use std::path::{Path, PathBuf};

use pop3_proto::client::{Connection, Event};
use pop3_proto::{Command, DropListing, ScanListing};

/// The files with the server's answers, with CRLF as on the wire.
fn answers() -> Vec<(String, Vec<u8>)> {
    let Some(corpus) = std::env::var_os("MAIL_CORPUS").map(PathBuf::from) else {
        eprintln!("corpus test skipped: MAIL_CORPUS not set");
        return Vec::new();
    };
    let root = corpus.join("pop3/mailkit");
    let mut found = Vec::new();
    for folder in support::files(&root).into_iter().filter(|path| path.is_dir()) {
        for path in support::files(&folder) {
            let bytes = std::fs::read(&path).unwrap();
            let mut wire = Vec::with_capacity(bytes.len() + bytes.len() / 20);
            for byte in bytes {
                if byte == b'\n' {
                    wire.push(b'\r');
                }
                wire.push(byte);
            }
            let name = path.strip_prefix(&root).map(Path::to_string_lossy).unwrap().into_owned();
            found.push((name, wire));
        }
    }
    assert!(found.len() >= 60, "{} files only", found.len());
    found
}

/// Which commands have these answers.
fn commands(name: &str) -> Vec<&'static [u8]> {
    let file = name.rsplit('/').next().unwrap().trim_end_matches(".txt");
    match file.split('-').next().unwrap() {
        "greeting" | "ok" | "err" if name.starts_with("common/") => vec![],
        "greeting" => vec![],
        "capa" | "capa1" | "capa2" => vec![b"CAPA"],
        "list" => vec![b"LIST"],
        "list1" => vec![b"LIST 1"],
        "list2" => vec![b"LIST 2"],
        "list3" => vec![b"LIST 3"],
        "uidl" => vec![b"UIDL"],
        "uidl1" => vec![b"UIDL 1"],
        "uidl2" => vec![b"UIDL 2"],
        "uidl3" => vec![b"UIDL 3"],
        "stat" => vec![b"STAT"],
        "retr1" => vec![b"RETR 1"],
        "retr123" => vec![b"RETR 1", b"RETR 2", b"RETR 3"],
        "top" => vec![b"TOP 1 0"],
        "top123" => vec![b"TOP 1 0", b"TOP 2 0", b"TOP 3 0"],
        "dele" => vec![b"DELE 1"],
        "dele123" => vec![b"DELE 1", b"DELE 2", b"DELE 3"],
        "rset" | "noop" | "ok" | "err" | "utf8" => vec![b"NOOP"],
        "setlang" => vec![b"LANG en"],
        "getlang" => vec![b"LANG"],
        "auth" | "plus" => vec![b"AUTH XOAUTH2 dA=="],
        "quit" => vec![b"QUIT"],
        other => panic!("no command for {other}"),
    }
}

fn understand(name: &str, wire: &[u8], size: usize) -> Vec<Event<'static>> {
    let mut client = Connection::new(support::client_config());
    let mut events = Vec::new();
    let commands = commands(name);
    if !commands.is_empty() {
        client.receive(b"+OK\r\n");
        client.poll_event().unwrap();
        if !commands[0].starts_with(b"AUTH") {
            client.send(&Command::parse(b"USER x").unwrap()).unwrap();
            client.send(&Command::parse(b"PASS y").unwrap()).unwrap();
            client.receive(b"+OK\r\n+OK\r\n");
            while client.poll_event().unwrap().is_some() {}
        }
        for line in &commands {
            client.send(&Command::parse(line).unwrap()).unwrap();
        }
    }
    for chunk in wire.chunks(size) {
        client.receive(chunk);
        while let Some(event) = client.poll_event().unwrap() {
            support::push(&mut events, event.into_owned());
        }
    }
    events
}

#[test]
fn every_answer_is_understood_in_any_chunking() {
    let mut count = 0;
    for (name, wire) in answers() {
        let whole = understand(&name, &wire, usize::MAX);
        let small = if wire.len() > 20_000 { 97 } else { 1 };
        assert_eq!(understand(&name, &wire, small), whole, "{name}");
        let unreadable = whole.iter().any(|event| matches!(event, Event::Unreadable { .. }));
        // An answer that is wrong only about its numbering can be read.
        let readable = ["gmail/uidl-error2.txt", "comcast/list-error2.txt"];
        let broken = name.contains("error")
            && !name.contains("parse-error")
            && !readable.contains(&name.as_str());
        assert_eq!(unreadable, broken, "{name}: {whole:?}");
        count += 1;
    }
    eprintln!("{count} answers understood");
}

#[test]
fn bodies_are_what_was_sent() {
    for (name, wire) in answers() {
        if !name.contains("/retr1.") && !name.contains("/top.") {
            continue;
        }
        let start = wire.windows(2).position(|pair| pair == b"\r\n").unwrap() + 2;
        let lines = wire[start..].strip_suffix(b".\r\n").unwrap();
        let mut body = Vec::new();
        for line in lines.split_inclusive(|&b| b == b'\n') {
            body.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        }
        let events = understand(&name, &wire, 1000);
        assert!(events.contains(&Event::BodyChunk(body.into())), "{name}");
        assert!(events.contains(&Event::BodyEnd), "{name}");
    }
}

#[test]
fn sizes_are_read() {
    for (name, wire) in answers() {
        let events = understand(&name, &wire, usize::MAX);
        let stat = events.iter().find_map(|event| match event {
            Event::Stat { listing, .. } => Some(*listing),
            _ => None,
        });
        let first = events.iter().find_map(|event| match event {
            Event::Size { listing, .. } => Some(*listing),
            _ => None,
        });
        match name.as_str() {
            "comcast/stat.txt" => {
                assert_eq!(stat, Some(DropListing { messages: 7, octets: 1_800_662 }));
            }
            "gmail/list1.txt" => {
                assert_eq!(first, Some(ScanListing { message: 1, octets: 1024 }));
            }
            _ => {}
        }
    }
}
