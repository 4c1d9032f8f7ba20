//! Sessions through the machines: transcripts, cuts, and a pair of machines facing each other.
#![allow(dead_code, unreachable_pub, clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use pop3_proto::client::{self, CommandId};
use pop3_proto::server::{self, Login};
use pop3_proto::{Capabilities, Capability, Command, Error, Reply, Timestamp, UniqueId};

/// One step of a recorded session.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Client(Vec<u8>),
    Server(Vec<u8>),
    Tls,
}

/// Reads a transcript: `C: ` and `S: ` lines, `\xNN` for other bytes, `# tls` for the handshake.
pub fn parse(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    for line in text.lines() {
        if let Some(line) = line.strip_prefix("C:") {
            items.push(Item::Client(unescape(line.strip_prefix(' ').unwrap_or(line))));
        } else if let Some(line) = line.strip_prefix("S:") {
            items.push(Item::Server(unescape(line.strip_prefix(' ').unwrap_or(line))));
        } else if line == "# tls" {
            items.push(Item::Tls);
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "not a transcript line: {line}");
        }
    }
    items
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        match after {
            [b'x', a, b, tail @ ..] if *first == b'\\' => {
                let hex = [*a, *b];
                let hex = std::str::from_utf8(&hex).unwrap();
                out.push(u8::from_str_radix(hex, 16).unwrap());
                rest = tail;
            }
            _ => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out.extend_from_slice(b"\r\n");
    out
}

pub fn read(path: &Path) -> Vec<Item> {
    let bytes = std::fs::read(path).unwrap();
    parse(&String::from_utf8(bytes).unwrap())
}

/// What a client made of a session.
#[derive(Debug, Default)]
pub struct Run {
    pub commands: Vec<Command<'static>>,
    pub events: Vec<client::Event<'static>>,
    pub sent: Vec<u8>,
    pub error: Option<Error>,
}

impl Run {
    fn drain(&mut self, client: &mut client::Connection) {
        loop {
            match client.poll_event() {
                Ok(Some(event)) => push(&mut self.events, event.into_owned()),
                Ok(None) => break,
                Err(error) => {
                    self.error = Some(error);
                    break;
                }
            }
        }
        while let Some(bytes) = client.poll_transmit() {
            let n = bytes.len();
            self.sent.extend_from_slice(bytes);
            client.transmitted(n);
        }
    }

    fn challenged(&self) -> bool {
        let last = self.events.iter().rev().find(|e| !matches!(e, client::Event::Deviation(_)));
        matches!(last, Some(client::Event::Challenge { .. }))
    }
}

/// Appends an event; chunks of a body become one.
pub fn push(events: &mut Vec<client::Event<'static>>, event: client::Event<'static>) {
    if let (Some(client::Event::BodyChunk(body)), client::Event::BodyChunk(chunk)) =
        (events.last_mut(), &event)
    {
        body.to_mut().extend_from_slice(chunk);
    } else {
        events.push(event);
    }
}

pub fn client_config() -> client::Config {
    let mut config = client::Config::default();
    config.allow_plaintext_auth = true;
    config.ask_capabilities = false;
    config.probe = true;
    config
}

/// The session as the client sees it. `cut` gives the size of each chunk that it receives.
pub fn run_client(
    config: client::Config,
    items: &[Item],
    mut cut: impl FnMut(&[u8]) -> usize,
) -> Run {
    let mut client = client::Connection::new(config);
    let mut run = Run::default();
    let mut at = 0;
    while let Some(item) = items.get(at) {
        match item {
            Item::Tls => {
                client.tls_started().unwrap();
                at += 1;
            }
            Item::Client(line) => {
                let line = line.strip_suffix(b"\r\n").unwrap();
                let command =
                    if run.challenged() { Command::parse_auth(line) } else { Command::parse(line) };
                let command = command.unwrap().into_owned();
                if let Err(error) = client.send(&command) {
                    panic!("{command:?}: {error}; after {:?}", run.events.last());
                }
                run.commands.push(command);
                at += 1;
            }
            Item::Server(_) => {
                let mut bytes = Vec::new();
                while let Some(Item::Server(line)) = items.get(at) {
                    bytes.extend_from_slice(line);
                    at += 1;
                }
                let mut rest = &bytes[..];
                while !rest.is_empty() {
                    let n = cut(rest).clamp(1, rest.len());
                    client.receive(&rest[..n]);
                    rest = &rest[n..];
                    run.drain(&mut client);
                }
            }
        }
        run.drain(&mut client);
        if run.error.is_some() {
            return run;
        }
    }
    run
}

pub fn sent_by_client(items: &[Item]) -> Vec<u8> {
    let lines = items.iter().filter_map(|item| match item {
        Item::Client(line) => Some(&line[..]),
        _ => None,
    });
    lines.collect::<Vec<_>>().concat()
}

/// The event that each command was answered with, without the rest of lists and bodies.
pub fn answers(run: &Run) -> Vec<client::Event<'static>> {
    use client::Event;
    let mut last_list: Option<CommandId> = None;
    let mut answers = Vec::new();
    for event in &run.events {
        match event {
            Event::Size { command, .. } | Event::UniqueId { command, .. }
                if last_list == Some(*command) => {}
            Event::Greeting { .. }
            | Event::Line { .. }
            | Event::ListEnd { .. }
            | Event::BodyChunk(_)
            | Event::BodyEnd
            | Event::Deviation(_)
            | Event::Closed => {}
            Event::Reply { command, .. } => {
                last_list = Some(*command);
                answers.push(event.clone());
            }
            _ => answers.push(event.clone()),
        }
    }
    answers
}

/// A mailbox and its owner's habits, taken from what a client saw.
#[derive(Debug, Default)]
pub struct Application {
    greeting: Option<Timestamp<'static>>,
    capabilities: Capabilities<'static>,
    answers: Vec<client::Event<'static>>,
    commands: Vec<Command<'static>>,
    messages: BTreeMap<u32, (u64, Option<String>)>,
    bodies: BTreeMap<String, Vec<u8>>,
    lines: Vec<Vec<u8>>,
    /// The command that is being answered.
    at: usize,
    /// Lines of a UIDL list that are still to come.
    listed: usize,
    deleted: usize,
    pub committed: Option<Vec<u32>>,
}

impl Application {
    pub fn learn(run: &Run) -> Self {
        use client::Event;
        let mut app =
            Self { answers: answers(run), commands: run.commands.clone(), ..Self::default() };
        let mut offered = server::Config::default().capabilities;
        let mut total = None;
        let mut body = String::new();
        let mut next = 0;
        for event in &run.events {
            if matches!(event, Event::Reply { .. }) {
                let at = app.answers.iter().skip(next).position(|answer| answer == event);
                next += at.unwrap();
                body = format!("{:?}", app.commands[next]);
            }
            match event {
                Event::Greeting { timestamp, .. } => app.greeting = timestamp.clone(),
                Event::Capabilities(list) => {
                    offered.clone_from(list);
                }
                Event::Stat { listing, .. } if total.is_none() => total = Some(*listing),
                Event::Size { listing, .. } => {
                    app.messages.entry(listing.message).or_default().0 = listing.octets;
                }
                Event::UniqueId { message, unique_id, .. } => {
                    app.messages.entry(*message).or_default().1 = Some(unique_id.to_string());
                }
                Event::BodyChunk(chunk) => {
                    app.bodies.insert(body.clone(), chunk.to_vec());
                }
                Event::Line { line, .. } => app.lines.push(line.as_bytes().to_vec()),
                _ => {}
            }
        }
        for command in &app.commands {
            if let Command::Retr(n) | Command::Top { message: n, .. } = command {
                app.messages.entry(*n).or_default();
            }
        }
        // Messages that were only counted.
        if let Some(total) = total {
            for n in 1..=total.messages {
                app.messages.entry(n).or_default();
            }
            let sum: u64 = app.messages.values().map(|(size, _)| size).sum();
            app.messages.entry(1).or_default().0 += total.octets.saturating_sub(sum);
            app.messages.retain(|n, _| *n <= total.messages);
        }
        let succeeded = |keyword: &str| {
            let mut pairs = app.commands.iter().zip(&app.answers);
            pairs.any(|(command, answer)| {
                let refused = matches!(answer, Event::Reply { reply, .. } if !reply.is_ok());
                command.keyword() == keyword && !refused
            })
        };
        for (keyword, line) in [
            ("AUTH", "SASL PLAIN LOGIN CRAM-MD5 DIGEST-MD5 XOAUTH2 EXTERNAL"),
            ("STLS", "STLS"),
            ("USER", "USER"),
            ("UIDL", "UIDL"),
            ("TOP", "TOP"),
            ("LANG", "LANG"),
            ("UTF8", "UTF8 USER"),
        ] {
            let capability = Capability::parse(line.as_bytes()).unwrap();
            if succeeded(keyword) && !offered.has(capability.tag()) {
                offered.push(capability);
            }
        }
        app.capabilities = offered;
        app
    }

    pub fn config(&self) -> server::Config {
        let mut config = server::Config::default();
        config.allow_plaintext_auth = true;
        config.last = true;
        config.limits.login_attempts = 100;
        config.capabilities = self.capabilities.clone();
        config
    }

    /// Does what the last event asks.
    fn act(&mut self, server: &mut server::Connection, event: server::Event<'static>) {
        use server::Event;
        let answer = self.answers.get(self.at).cloned();
        let refusal = Reply::err("no");
        let good = match &answer {
            Some(client::Event::Reply { reply, .. }) => reply.is_ok(),
            Some(client::Event::CommitFailed { .. } | client::Event::Unreadable { .. }) => false,
            _ => true,
        };
        match event {
            Event::UniqueId { .. } if self.listed > 0 => self.listed -= 1,
            _ => self.at += 1,
        }
        match event {
            Event::Answered(Command::Uidl(None)) => self.listed = self.count() - self.deleted,
            Event::Answered(Command::Dele(_)) => self.deleted += usize::from(good),
            Event::Answered(Command::Rset) => self.deleted = 0,
            _ => {}
        }
        match event {
            Event::Open(login) => {
                assert!(matches!(login, Login::Password { .. } | Login::Apop { .. }));
                self.login(server, good);
            }
            Event::Command(Command::Auth { .. } | Command::AuthResponse(_)) => match answer {
                Some(client::Event::Challenge { challenge, .. }) => {
                    server.respond(&Reply::Challenge(challenge)).unwrap();
                }
                _ => self.login(server, good),
            },
            Event::Command(_) if !good => server.respond(&refusal).unwrap(),
            Event::Command(Command::Lang(None)) => {
                server.respond(&Reply::ok("list")).unwrap();
                for line in self.lines.clone() {
                    server.send_body(Bytes::from([&line[..], b"\r\n"].concat())).unwrap();
                }
                server.finish_body().unwrap();
            }
            Event::Command(_) => server.respond(&Reply::ok("yes")).unwrap(),
            Event::Message { .. } if !good => server.respond(&refusal).unwrap(),
            Event::Message { message, .. } => {
                let command = &self.commands[self.at - 1];
                let body = self.bodies.get(&format!("{command:?}")).cloned().unwrap_or_default();
                assert!(message > 0);
                server.respond(&Reply::ok("here")).unwrap();
                for chunk in body.chunks(7) {
                    server.send_body(Bytes::copy_from_slice(chunk)).unwrap();
                }
                server.finish_body().unwrap();
            }
            Event::UniqueId { message } => {
                let uid = self.messages.get(&message).and_then(|(_, uid)| uid.clone());
                let uid = uid.unwrap_or_else(|| format!("uid{message}"));
                server.unique_id(&UniqueId::try_from(uid).unwrap()).unwrap();
            }
            Event::Commit { deleted } => {
                self.committed = Some(deleted.iter().collect());
                server.respond(&if good { Reply::ok("bye") } else { refusal }).unwrap();
            }
            Event::Rejected { reply, .. } => server.respond(&reply).unwrap(),
            Event::StartTls => {
                self.at -= 1;
                server.tls_started().unwrap();
            }
            Event::Closed => {}
            _ => {}
        }
    }

    fn count(&self) -> usize {
        self.messages.keys().next_back().map_or(0, |n| *n as usize)
    }

    fn login(&self, server: &mut server::Connection, good: bool) {
        if good {
            let size = |n| self.messages.get(&n).map_or(0, |(size, _)| *size);
            let count = u32::try_from(self.count()).unwrap();
            server.open_maildrop((1..=count).map(size)).unwrap();
        } else {
            server.respond(&Reply::err("no")).unwrap();
        }
    }
}

/// Sends the commands of a session from our client to our server, with at most `cut` bytes at a
/// time in each direction.
pub fn run_pair(items: &[Item], app: &mut Application, cut: usize) -> Run {
    let mut client = client::Connection::new(client_config());
    let mut server = server::Connection::new(app.config());
    server.respond(&Reply::greeting("ready", app.greeting.clone().as_ref())).unwrap();
    let mut run = Run::default();
    pump(&mut client, &mut server, app, &mut run, cut);
    for item in items {
        match item {
            Item::Server(_) => {}
            // The events that ask for it come by themselves.
            Item::Tls => client.tls_started().unwrap(),
            Item::Client(line) => {
                let line = line.strip_suffix(b"\r\n").unwrap();
                let command =
                    if run.challenged() { Command::parse_auth(line) } else { Command::parse(line) };
                let command = command.unwrap().into_owned();
                client.send(&command).unwrap();
                run.commands.push(command);
            }
        }
        pump(&mut client, &mut server, app, &mut run, cut);
    }
    run
}

fn pump(
    client: &mut client::Connection,
    server: &mut server::Connection,
    app: &mut Application,
    run: &mut Run,
    cut: usize,
) {
    loop {
        let mut moved = false;
        while let Some(event) = server.poll_event().unwrap().map(server::Event::into_owned) {
            app.act(server, event);
            moved = true;
        }
        if let Some(bytes) = server.poll_transmit()
            && client.wants_read()
        {
            let n = bytes.len().min(cut);
            client.receive(&bytes[..n]);
            server.transmitted(n);
            moved = true;
        }
        while let Some(event) = client.poll_event().unwrap() {
            push(&mut run.events, event.into_owned());
            moved = true;
        }
        if let Some(bytes) = client.poll_transmit()
            && server.wants_read()
        {
            let n = bytes.len().min(cut);
            run.sent.extend_from_slice(&bytes[..n]);
            server.receive(&bytes[..n]);
            client.transmitted(n);
            moved = true;
        }
        if !moved {
            return;
        }
    }
}

/// Events without what a server may word as it likes.
pub fn essence(events: &[client::Event<'static>]) -> Vec<String> {
    use client::Event;
    let texts = events.iter().map(|event| match event {
        Event::Greeting { timestamp, .. } => format!("greeting {timestamp:?}"),
        Event::Reply { command, reply } => format!("{command:?} {}", reply.is_ok()),
        Event::CommitFailed { command, .. } => format!("{command:?} not committed"),
        Event::Capabilities(_) => "capabilities".to_owned(),
        Event::Unreadable { command, .. } => format!("{command:?} unreadable"),
        Event::Deviation(_) => String::new(),
        other => format!("{other:?}"),
    });
    texts.filter(|text| !text.is_empty()).collect()
}

/// The files of a folder, in their order.
pub fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

pub fn transcripts() -> Vec<(String, Vec<Item>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let files = files(&folder);
    assert!(!files.is_empty());
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), read(path))).collect()
}

/// A recorded session: `session.txt` for the order, `c2s.bin` and `s2c.bin` for the bytes.
pub fn recorded(folder: &Path) -> Vec<Item> {
    let session = std::fs::read(folder.join("session.txt")).unwrap();
    let client = std::fs::read(folder.join("c2s.bin")).unwrap();
    let server = std::fs::read(folder.join("s2c.bin")).unwrap();
    let (mut client, mut server) = (&client[..], &server[..]);
    let mut items = Vec::new();
    for line in session.split(|&b| b == b'\n') {
        if line.starts_with(b"C:") {
            items.push(Item::Client(next_line(&mut client)));
        } else if line.starts_with(b"S:") {
            items.push(Item::Server(next_line(&mut server)));
        }
    }
    assert!(client.is_empty() && server.is_empty(), "bytes that no line of the session names");
    items
}

fn next_line(bytes: &mut &[u8]) -> Vec<u8> {
    let end = bytes.iter().position(|&b| b == b'\n').map_or(bytes.len(), |at| at + 1);
    let (line, rest) = bytes.split_at(end);
    *bytes = rest;
    line.to_vec()
}

/// Numbers that look random and are the same in each run.
pub fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    move |below| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    }
}
