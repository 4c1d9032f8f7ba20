//! Sessions for tests: a script of what both sides say, run through both machines facing each
//! other.
#![allow(dead_code, unreachable_pub)] // each test uses a part of it

use bytes::Bytes;
use imap_proto::{
    AppendData, CatenatePart, Command, Content, Continuation, LiteralMode, Response, Text, client,
    server,
};

/// Who says a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

/// What one side says before the other does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub side: Side,
    pub bytes: Vec<u8>,
}

/// Reads `C: ` and `S: ` lines; everything else is a comment. `\xNN`, `\\` and, at the end of a
/// line, `\n` for a bare LF and `\0` for no line's end are understood.
pub fn transcript(text: &str) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for line in text.lines() {
        let (side, line) = if let Some(line) = line.strip_prefix("C: ") {
            (Side::Client, line)
        } else if let Some(line) = line.strip_prefix("S: ") {
            (Side::Server, line)
        } else {
            continue;
        };
        let bytes = unescape(line);
        match turns.last_mut() {
            Some(turn) if turn.side == side => turn.bytes.extend(bytes),
            _ => turns.push(Turn { side, bytes }),
        }
    }
    turns
}

fn unescape(line: &str) -> Vec<u8> {
    let (line, end) = match line.strip_suffix("\\n") {
        Some(line) => (line, "\n"),
        None => match line.strip_suffix("\\0") {
            Some(line) => (line, ""),
            None => (line, "\r\n"),
        },
    };
    let mut bytes = Vec::new();
    let mut rest = line.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'\\' && tail.starts_with(b"x") && tail.len() >= 3 {
            let digits = core::str::from_utf8(&tail[1..3]).unwrap();
            if let Ok(byte) = u8::from_str_radix(digits, 16) {
                bytes.push(byte);
                rest = &tail[3..];
                continue;
            }
        }
        bytes.push(*first);
        rest = tail;
    }
    bytes.extend(end.as_bytes());
    bytes
}

/// How the bytes of a session are cut up.
#[derive(Clone, Debug)]
pub enum Cut {
    /// Each turn in one piece.
    Whole,
    /// Pieces of this size.
    Every(usize),
    /// One cut, at this place of all bytes of the session.
    At(usize),
    /// Pieces of random sizes, from a seed.
    Random(u64),
}

impl Cut {
    /// The pieces of a turn that begins at a place of the session.
    fn pieces<'b>(&mut self, start: usize, bytes: &'b [u8]) -> Vec<&'b [u8]> {
        match self {
            Cut::Whole => vec![bytes],
            Cut::Every(n) => bytes.chunks(*n).collect(),
            Cut::At(at) => {
                let at = at.saturating_sub(start).min(bytes.len());
                let (a, b) = bytes.split_at(at);
                vec![a, b]
            }
            Cut::Random(seed) => {
                let mut pieces = Vec::new();
                let mut rest = bytes;
                while !rest.is_empty() {
                    *seed ^= *seed << 13;
                    *seed ^= *seed >> 7;
                    *seed ^= *seed << 17;
                    let n = (*seed % 97) as usize + 1;
                    let (a, b) = rest.split_at(n.min(rest.len()));
                    pieces.push(a);
                    rest = b;
                }
                pieces
            }
        }
    }
}

/// What came of a session.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    /// Every event of the server machine, chunks joined.
    pub server_events: Vec<String>,
    /// Every event of the client machine, chunks joined.
    pub client_events: Vec<String>,
    /// What the server machine sent.
    pub server_sent: Vec<u8>,
    /// The commands that the client machine sent.
    pub client_sent: Vec<u8>,
    /// Tags of the commands that the server machine rejected.
    pub rejected: Vec<String>,
    /// What went wrong.
    pub errors: Vec<String>,
    /// Where it stopped: at a change of layer.
    pub upgraded: bool,
}

/// Two machines and what passes between them.
pub struct Session {
    pub client: client::Connection,
    pub server: server::Connection,
    pub outcome: Outcome,
    /// Contents of messages that streamed to the server and are not sent on yet.
    contents: Vec<Vec<u8>>,
    /// Octets of literals that streamed to the client.
    bodies: Vec<Vec<u8>>,
    place: usize,
    /// Whether the server of the session asks for the next message.
    accepts: bool,
}

impl Session {
    pub fn new() -> Self {
        let mut config = client::Config::default();
        config.allow_plaintext_auth = true;
        config.literals = Some(LiteralMode::NonSynchronizing);
        let mut server = server::Config::default();
        server.allow_plaintext_auth = true;
        server.ask_about_literals = true;
        Self::with(config, server)
    }

    pub fn with(client: client::Config, server: server::Config) -> Self {
        Self {
            client: client::Connection::new(client),
            server: server::Connection::new(server),
            outcome: Outcome::default(),
            contents: Vec::new(),
            bodies: Vec::new(),
            place: 0,
            accepts: true,
        }
    }

    /// Runs a session: the client's lines into the server machine, the server's lines into the
    /// client machine, what the server machine understood as commands of the client machine, what
    /// the client machine understood as responses of the server machine.
    pub fn run(mut self, turns: &[Turn], mut cut: Cut) -> Outcome {
        for (i, turn) in turns.iter().enumerate() {
            let next = turns[i..].iter().find(|turn| turn.side == Side::Server);
            self.accepts = next.is_none_or(|turn| turn.bytes.starts_with(b"+"));
            for piece in cut.pieces(self.place, &turn.bytes) {
                match turn.side {
                    Side::Client => {
                        self.server.receive(piece);
                        self.server_events();
                    }
                    Side::Server => {
                        self.client.receive(piece);
                        self.client_events();
                    }
                }
                if self.outcome.upgraded || !self.outcome.errors.is_empty() {
                    return self.outcome;
                }
            }
            self.place += turn.bytes.len();
        }
        self.server.receive_eof();
        self.server_events();
        // A client that just goes away sees no end of its own connection.
        if self.client.state() == client::State::Logout {
            self.client.receive_eof();
            self.client_events();
        }
        self.outcome
    }

    fn transmit(&mut self) {
        while let Some(bytes) = self.server.poll_transmit() {
            let n = bytes.len();
            self.outcome.server_sent.extend_from_slice(bytes);
            self.server.transmitted(n);
        }
        while let Some(bytes) = self.client.poll_transmit() {
            let n = bytes.len();
            self.outcome.client_sent.extend_from_slice(bytes);
            self.client.transmitted(n);
        }
    }

    pub fn server_events(&mut self) {
        loop {
            self.transmit();
            let event = match self.server.poll_event() {
                Ok(Some(event)) => event.into_owned(),
                Ok(None) => return,
                Err(error) => {
                    self.outcome.errors.push(format!("server: {error}"));
                    return;
                }
            };
            let chunk = matches!(event, server::Event::BodyChunk(_));
            if !chunk {
                self.outcome.server_events.push(format!("{event:?}"));
            }
            match event {
                server::Event::Command { tag, command, .. } => {
                    let command = fill(command, &mut self.contents);
                    if let Err(error) = self.client.send_tagged(&tag, &command) {
                        let text = format!("client cannot send {}: {error}", command.name());
                        self.outcome.errors.push(text);
                    }
                }
                server::Event::BodyStart { waits, .. } if !waits || self.accepts => {
                    self.contents.push(Vec::new());
                    self.server.accept_body().unwrap();
                }
                server::Event::Literal { .. } if self.accepts => {
                    self.server.accept_body().unwrap();
                }
                server::Event::BodyChunk(octets) => {
                    self.contents.last_mut().unwrap().extend_from_slice(&octets);
                }
                server::Event::BodyEnd => {
                    let octets = self.contents.last().unwrap();
                    let text = format!("{} octets", octets.len());
                    self.outcome.server_events.push(text);
                }
                server::Event::SaslResponse { response, .. } => {
                    let done = match &response {
                        Some(response) => self.client.send_sasl(response),
                        None => self.client.cancel_sasl(),
                    };
                    if let Err(error) = done {
                        self.outcome.errors.push(format!("client cannot answer: {error}"));
                    }
                }
                server::Event::IdleDone { .. } => {
                    if let Err(error) = self.client.send_done() {
                        self.outcome.errors.push(format!("client cannot end IDLE: {error}"));
                    }
                }
                server::Event::Rejected { tag, .. } => {
                    let tag = tag.map(|tag| tag.as_str().to_owned()).unwrap_or_default();
                    self.outcome.rejected.push(tag);
                }
                server::Event::StartTls | server::Event::StartCompression => {
                    self.outcome.upgraded = true;
                }
                _ => {}
            }
        }
    }

    pub fn client_events(&mut self) {
        loop {
            self.transmit();
            let event = match self.client.poll_event() {
                Ok(Some(event)) => event.into_owned(),
                Ok(None) => return,
                Err(error) => {
                    self.outcome.errors.push(format!("client: {error}"));
                    return;
                }
            };
            if !matches!(event, client::Event::BodyChunk(_)) {
                self.outcome.client_events.push(format!("{event:?}"));
            }
            let response = match event {
                client::Event::Greeting(status) => Response::Status(status),
                client::Event::Data { response, .. } => response,
                client::Event::Done { tag, status, .. } => Response::Tagged { tag, status },
                client::Event::BodyStart { .. } => {
                    self.bodies.push(Vec::new());
                    continue;
                }
                client::Event::BodyChunk(octets) => {
                    self.bodies.last_mut().unwrap().extend_from_slice(&octets);
                    continue;
                }
                client::Event::Malformed { error, .. } => {
                    self.outcome.errors.push(format!("client: malformed: {error}"));
                    return;
                }
                client::Event::Challenge { challenge, .. } => {
                    Response::Continuation(Continuation::from_challenge(&challenge))
                }
                client::Event::Idling { .. } => {
                    Response::Continuation(Continuation::new(Text::from_static("idling")))
                }
                client::Event::StartTls | client::Event::StartCompression => {
                    self.outcome.upgraded = true;
                    continue;
                }
                _ => continue,
            };
            self.forward(&response);
        }
    }

    /// Hands a response to the server machine, with the octets that streamed past the client.
    fn forward(&mut self, response: &Response<'_>) {
        if let Err(error) = self.server.respond(response) {
            self.outcome.errors.push(format!("server cannot answer {response:?}: {error}"));
            return;
        }
        for body in core::mem::take(&mut self.bodies) {
            self.server.send_body(Bytes::from(body)).unwrap();
            self.server.finish_body().unwrap();
        }
        // The answer may let the next command through.
        self.server_events();
    }
}

/// Puts the octets that streamed back into a command.
pub fn fill(command: Command<'static>, contents: &mut Vec<Vec<u8>>) -> Command<'static> {
    let mut contents = core::mem::take(contents).into_iter();
    let mut inline = |content: &mut Content<'static>| {
        if matches!(content, Content::Streamed { .. }) {
            *content = Content::from(contents.next().unwrap());
        }
    };
    let mut message = |data: &mut AppendData<'static>| match data {
        AppendData::Message(content) | AppendData::Binary(content) | AppendData::Utf8(content) => {
            inline(content);
        }
        AppendData::Catenate(parts) => parts.iter_mut().for_each(|part| {
            if let CatenatePart::Text(content) = part {
                inline(content);
            }
        }),
        _ => {}
    };
    match command {
        Command::Append(mut append) => {
            append.messages.iter_mut().for_each(|one| message(&mut one.data));
            Command::Append(append)
        }
        Command::Replace(mut replace) => {
            message(&mut replace.message.data);
            Command::Replace(replace)
        }
        command => command,
    }
}

/// Both sides' bytes of a session, all turns together, without the commands whose literal was
/// refused.
pub fn bytes_of(turns: &[Turn], side: Side) -> Vec<u8> {
    let mut all = Vec::new();
    for (i, turn) in turns.iter().enumerate().filter(|(_, turn)| turn.side == side) {
        let next = turns.get(i + 1).map_or(&b""[..], |turn| &turn.bytes);
        all.extend_from_slice(&turn.bytes);
        if side == Side::Client && turn.bytes.ends_with(b"}\r\n") && !next.starts_with(b"+") {
            // The command goes, from its tag on, which is what the answer begins with.
            let tag = next.split_inclusive(|b| *b == b' ').next().unwrap_or_default();
            let at = (0..all.len())
                .rev()
                .find(|at| all[*at..].starts_with(tag) && (*at == 0 || all[at - 1] == b'\n'));
            all.truncate(at.unwrap_or(all.len()));
        }
    }
    all
}

/// The first nine days of a month with a space in front, as they are written by us; some clients
/// write a zero.
fn same_days(unit: String) -> String {
    let mut bytes = unit.into_bytes();
    for at in 0..bytes.len() {
        if matches!(bytes[at..], [b' ', b'0', b'1'..=b'9', b'-', b'A'..=b'Z', ..]) {
            bytes[at + 1] = b' ';
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The units of a stream in a form without letter case, quoting and the choice of literals, and
/// with nothing but `+` for continuation requests. A framer of its own, slow and obvious.
pub fn normal(stream: &[u8]) -> Vec<String> {
    let mut units = Vec::new();
    let mut unit = String::new();
    let mut rest = stream;
    while let Some(end) = rest.iter().position(|b| *b == b'\n') {
        let line = &rest[..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        rest = &rest[end + 1..];
        let (text, size) = match announced(line) {
            Some((text, size)) if !is_text(line) => (text, Some(size)),
            _ => (line, None),
        };
        push_words(text, &mut unit);
        match size {
            Some(size) => {
                let size = size.min(rest.len());
                unit.push_str(&String::from_utf8_lossy(&rest[..size]));
                rest = &rest[size..];
            }
            None if unit.starts_with('+') => {
                unit.clear();
            }
            None => units.push(same_days(core::mem::take(&mut unit).to_ascii_uppercase())),
        }
    }
    units
}

fn announced(line: &[u8]) -> Option<(&[u8], usize)> {
    let inner = line.strip_suffix(b"}")?;
    let inner = inner.strip_suffix(b"+").unwrap_or(inner);
    let open = inner.iter().rposition(|b| *b == b'{')?;
    let size = core::str::from_utf8(&inner[open + 1..]).ok()?.parse().ok()?;
    let before = &line[..open];
    Some((before.strip_suffix(b"~").unwrap_or(before), size))
}

fn is_text(line: &[u8]) -> bool {
    let second = line.split(|b| *b == b' ').nth(1).unwrap_or_default();
    line.starts_with(b"+")
        || [&b"OK"[..], b"NO", b"BAD", b"BYE"].iter().any(|w| second.eq_ignore_ascii_case(w))
}

fn push_words(text: &[u8], unit: &mut String) {
    if is_text(text) {
        unit.push_str(&String::from_utf8_lossy(text));
        return;
    }
    let mut quoted = false;
    let mut bytes = text.iter();
    let mut plain = Vec::new();
    while let Some(b) = bytes.next() {
        match b {
            b'"' => quoted = !quoted,
            b'\\' if quoted => plain.extend(bytes.next()),
            b => plain.push(*b),
        }
    }
    unit.push_str(&String::from_utf8_lossy(&plain));
}
