//! IMAP sessions.

use imap_proto::client::{self, Event};
use imap_proto::server::{self, Event as Request};
use imap_proto::{
    AppendData, CatenatePart, Command, Content, Continuation, LiteralMode, Response, Text,
};

use crate::session::{Cuts, Printer, Session, Side};

pub(super) fn replay(session: &Session, mut cuts: Cuts, printer: &mut Printer) {
    let mut replay = Replay::new(printer);
    for (at, turn) in session.turns.iter().enumerate() {
        let next = session.turns.get(at..).unwrap_or_default();
        let next = next.iter().find(|turn| turn.side == Side::Server);
        replay.asks = next.is_none_or(|turn| turn.bytes.starts_with(b"+"));
        let mut rest = &turn.bytes[..];
        while !rest.is_empty() && !replay.over {
            let (chunk, after) = cuts.next(rest);
            rest = after;
            match turn.side {
                Side::Client => replay.server.receive(chunk),
                Side::Server => replay.client.receive(chunk),
            }
            replay.requests();
            replay.events();
        }
    }
    let recorded = units(&session.turns, &replay.rejected);
    let ours = commands(&replay.sent);
    replay.printer.compare(&ours, &recorded);
}

struct Replay<'p> {
    client: client::Connection,
    server: server::Connection,
    printer: &'p mut Printer,
    /// Whether the recorded server asked for the literal that waits.
    asks: bool,
    over: bool,
    sent: Vec<u8>,
    /// Tags of commands that the server machine rejected.
    rejected: Vec<String>,
    /// Contents that streamed to the server machine.
    contents: Vec<Vec<u8>>,
    /// Octets that streamed to the client machine.
    bodies: Vec<Vec<u8>>,
}

impl<'p> Replay<'p> {
    fn new(printer: &'p mut Printer) -> Self {
        let mut config = client::Config::default();
        config.allow_plaintext_auth = true;
        config.literals = Some(LiteralMode::NonSynchronizing);
        let client = client::Connection::new(config);
        let mut config = server::Config::default();
        config.allow_plaintext_auth = true;
        config.ask_about_literals = true;
        let server = server::Connection::new(config);
        Self {
            client,
            server,
            printer,
            asks: true,
            over: false,
            sent: Vec::new(),
            rejected: Vec::new(),
            contents: Vec::new(),
            bodies: Vec::new(),
        }
    }

    fn wrong(&mut self, side: Side, what: &str) {
        self.printer.wrong(side, what);
    }

    /// What the server machine reads, sent again by the client machine.
    fn requests(&mut self) {
        loop {
            self.transmit();
            let event = match self.server.poll_event() {
                Ok(Some(event)) => event.into_owned(),
                Ok(None) => return,
                Err(error) => {
                    self.over = true;
                    return self.wrong(Side::Client, &error.to_string());
                }
            };
            if !matches!(event, Request::BodyChunk(_)) {
                self.printer.unit(Side::Client, &event);
            }
            let done = match event {
                Request::Command { tag, command, deviations } => {
                    deviations.iter().for_each(|one| self.printer.deviation(Side::Client, one));
                    let command = fill(command, std::mem::take(&mut self.contents));
                    self.client.send_tagged(&tag, &command).map(drop)
                }
                Request::BodyStart { waits, .. } if !waits || self.asks => {
                    self.contents.push(Vec::new());
                    self.server.accept_body()
                }
                Request::Literal { .. } if self.asks => self.server.accept_body(),
                Request::BodyChunk(octets) => {
                    if let Some(content) = self.contents.last_mut() {
                        content.extend_from_slice(&octets);
                    }
                    Ok(())
                }
                Request::SaslResponse { response: Some(response), .. } => {
                    self.client.send_sasl(&response)
                }
                Request::SaslResponse { response: None, .. } => self.client.cancel_sasl(),
                Request::IdleDone { .. } => self.client.send_done(),
                Request::Rejected { tag, .. } => {
                    self.contents.clear();
                    self.rejected.extend(tag.map(|tag| tag.as_str().to_owned()));
                    Ok(())
                }
                Request::StartTls | Request::StartCompression => {
                    self.over = true;
                    return;
                }
                _ => Ok(()),
            };
            if let Err(error) = done {
                self.wrong(Side::Client, &error.to_string());
            }
        }
    }

    /// What the client machine reads, said again by the server machine.
    fn events(&mut self) {
        loop {
            self.transmit();
            let event = match self.client.poll_event() {
                Ok(Some(event)) => event.into_owned(),
                Ok(None) => return,
                Err(error) => {
                    self.over = true;
                    return self.wrong(Side::Server, &error.to_string());
                }
            };
            if !matches!(event, Event::BodyChunk(_)) {
                self.printer.unit(Side::Server, &event);
            }
            let response = match event {
                Event::Greeting(status) => Response::Status(status),
                Event::Data { response, deviations } => {
                    deviations.iter().for_each(|one| self.printer.deviation(Side::Server, one));
                    self.check_rejected(&response);
                    if matches!(response, Response::Unrecognized(_)) {
                        self.wrong(Side::Server, "a line that is no response");
                        continue;
                    }
                    response
                }
                Event::Done { tag, status, .. } => Response::Tagged { tag, status },
                Event::Challenge { challenge, .. } => {
                    Response::Continuation(Continuation::from_challenge(&challenge))
                }
                Event::Idling { .. } => {
                    Response::Continuation(Continuation::new(Text::from_static("idling")))
                }
                Event::BodyStart { .. } => {
                    self.bodies.push(Vec::new());
                    continue;
                }
                Event::BodyChunk(octets) => {
                    if let Some(body) = self.bodies.last_mut() {
                        body.extend_from_slice(&octets);
                    }
                    continue;
                }
                Event::Malformed { error, .. } => {
                    self.wrong(Side::Server, &error.to_string());
                    continue;
                }
                Event::StartTls | Event::StartCompression => {
                    self.over = true;
                    return;
                }
                _ => continue,
            };
            let mut said = self.server.respond(&response);
            for body in std::mem::take(&mut self.bodies) {
                said = said.and_then(|()| self.server.send_body(body.into()));
                said = said.and_then(|()| self.server.finish_body());
            }
            if let Err(error) = said {
                self.wrong(Side::Server, &format!("{error}: {response:?}"));
            }
            self.requests();
        }
    }

    /// A command that our server rejects, the recorded one must have rejected too.
    fn check_rejected(&mut self, response: &Response<'_>) {
        if let Response::Tagged { tag, status } = response
            && status.is_ok()
            && self.rejected.iter().any(|rejected| rejected == tag.as_str())
        {
            let what = format!("{tag} is rejected, and was accepted");
            self.wrong(Side::Client, &what);
        }
    }

    fn transmit(&mut self) {
        while let Some(bytes) = self.server.poll_transmit() {
            let n = bytes.len();
            self.server.transmitted(n);
        }
        while let Some(bytes) = self.client.poll_transmit() {
            let n = bytes.len();
            self.sent.extend_from_slice(bytes);
            self.client.transmitted(n);
        }
    }
}

/// Puts the contents that streamed into a command.
fn fill(command: Command<'static>, contents: Vec<Vec<u8>>) -> Command<'static> {
    let mut contents = contents.into_iter();
    let mut inline = |content: &mut Content<'static>| {
        if matches!(content, Content::Streamed { .. }) {
            *content = Content::from(contents.next().unwrap_or_default());
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

/// The recorded commands, but for those that were rejected or refused while they came.
fn units(turns: &[crate::session::Turn], rejected: &[String]) -> Vec<String> {
    let mut bytes = Vec::new();
    for (at, turn) in turns.iter().enumerate().filter(|(_, turn)| turn.side == Side::Client) {
        bytes.extend_from_slice(&turn.bytes);
        let next = turns.get(at + 1).map_or(&b""[..], |turn| &turn.bytes);
        if turn.bytes.ends_with(b"}\r\n") && !next.starts_with(b"+") {
            // The command goes, from its tag on, which is what the answer begins with.
            let tag = next.split_inclusive(|byte| *byte == b' ').next().unwrap_or_default();
            let begins = |at: &usize| {
                let here = bytes.get(*at..).unwrap_or_default();
                let before = at.checked_sub(1).and_then(|before| bytes.get(before));
                here.starts_with(tag) && before.is_none_or(|byte| *byte == b'\n')
            };
            let at = (0..bytes.len()).rev().find(begins);
            bytes.truncate(at.unwrap_or(bytes.len()));
        }
    }
    let mut units = commands(&bytes);
    for tag in rejected {
        let tag = format!("{} ", tag.to_uppercase());
        units.retain(|unit| !unit.starts_with(&tag));
    }
    units
}

/// The commands of a stream in a form without letter case, quoting, and the choice of literals.
fn commands(stream: &[u8]) -> Vec<String> {
    let mut units = Vec::new();
    let mut unit = String::new();
    let mut rest = stream;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(end);
        rest = after.get(1..).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (text, literal) = match announced(line) {
            Some((text, size)) => (text, Some(size)),
            None => (line, None),
        };
        let push = |unit: &mut String, octets: &[u8]| {
            let text = String::from_utf8_lossy(octets);
            unit.extend(text.chars().filter(|c| !matches!(c, '"' | '\\')));
        };
        push(&mut unit, text);
        match literal {
            Some(size) => {
                let (octets, after) = rest.split_at(size.min(rest.len()));
                push(&mut unit, octets);
                rest = after;
            }
            None => {
                let done = std::mem::take(&mut unit).to_uppercase();
                if !done.is_empty() {
                    units.push(one_digit_days(&done));
                }
            }
        }
    }
    units
}

/// The line before the announcement of a literal, and the size of the literal.
fn announced(line: &[u8]) -> Option<(&[u8], usize)> {
    let inside = line.strip_suffix(b"}")?;
    let inside = inside.strip_suffix(b"+").unwrap_or(inside);
    let at = inside.iter().rposition(|byte| *byte == b'{')?;
    let size = std::str::from_utf8(inside.get(at + 1..)?).ok()?.parse().ok()?;
    let text = inside.get(..at)?;
    Some((text.strip_suffix(b"~").unwrap_or(text), size))
}

/// The first nine days of a month with a space in front; some clients write a zero.
fn one_digit_days(unit: &str) -> String {
    let mut out = unit.to_owned();
    for day in 1..10 {
        out = out.replace(&format!(" 0{day}-"), &format!("  {day}-"));
    }
    out
}
