//! SMTP and LMTP sessions.

use std::collections::VecDeque;

use smtp_proto::client::{self, Event};
use smtp_proto::server::{self, Event as Request};
use smtp_proto::{Capabilities, Command, Reply, dot};

use crate::session::{Cuts, Printer, Session, Side};

pub(super) fn replay(session: &Session, lmtp: bool, mut cuts: Cuts, printer: &mut Printer) {
    let mut replay = Replay::new(session, lmtp, printer);
    for turn in &session.turns {
        if replay.over {
            break;
        }
        if turn.side == Side::Client {
            replay.split(&turn.bytes);
        }
        let mut rest = &turn.bytes[..];
        while !rest.is_empty() && !replay.over {
            let (chunk, after) = cuts.next(rest);
            rest = after;
            match turn.side {
                Side::Client => replay.server.receive(chunk),
                Side::Server => replay.replies(chunk, &mut cuts),
            }
            replay.requests();
        }
    }
    if !replay.over && !replay.partial.is_empty() {
        replay.printer.wrong(Side::Server, "a reply is not complete");
    }
    replay.collect();
    let ours = lines(&replay.ours);
    let recorded = lines(&replay.recorded);
    replay.printer.compare(&ours, &recorded);
}

/// What the client said that has an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// Nothing: the greeting is due.
    Greeting,
    Hello,
    XClient,
    /// A hello that our client does not say, or a command that it does not send.
    NotSent,
    Rcpt,
    Bdat {
        last: bool,
    },
    Content,
    Other,
}

struct Replay<'p> {
    client: client::Connection,
    server: server::Connection,
    printer: &'p mut Printer,
    lmtp: bool,
    over: bool,
    /// What has no answer yet, in order.
    said: VecDeque<Said>,
    /// Bytes of the client that are no whole unit.
    pending: Vec<u8>,
    /// Bytes of the server that are no whole reply.
    partial: Vec<u8>,
    /// The code of the last reply.
    code: u16,
    /// The client says what comes after DATA.
    content: bool,
    /// Octets of a BDAT to come.
    chunk: u64,
    greeted: bool,
    accepted: usize,
    /// Answers to content that are due, in LMTP.
    finals: usize,
    /// Answers for the server machine, with what they answer.
    answers: VecDeque<Reply<'static>>,
    /// How many answers the server machine waits for.
    owed: usize,
    ours: Vec<u8>,
    recorded: Vec<u8>,
}

impl<'p> Replay<'p> {
    fn new(session: &Session, lmtp: bool, printer: &'p mut Printer) -> Self {
        let mut config = client::Config::default();
        config.lmtp = lmtp;
        config.allow_plaintext_auth = true;
        config.initial_response = true;
        let said = session.turns.iter().filter(|turn| turn.side == Side::Client);
        let mut said = said.flat_map(|turn| turn.bytes.split(|byte| *byte == b'\n'));
        let name = said.find_map(|line| match Command::parse(line.trim_ascii_end()).ok()? {
            Command::Lhlo(name) if lmtp => Some(name.into_owned()),
            Command::Ehlo(name) | Command::Helo(name) if !lmtp => Some(name.into_owned()),
            _ => None,
        });
        config.name = name.unwrap_or(config.name);
        let client = client::Connection::new(config);
        let mut config = server::Config::default();
        config.lmtp = lmtp;
        config.allow_plaintext_auth = true;
        config.accept_unknown_parameters = true;
        config.limits.login_attempts = 100;
        config.limits.bad_commands = 1000;
        let server = server::Connection::new(config);
        Self {
            client,
            server,
            printer,
            lmtp,
            over: false,
            said: VecDeque::from([Said::Greeting]),
            pending: Vec::new(),
            partial: Vec::new(),
            code: 0,
            content: false,
            chunk: 0,
            greeted: false,
            accepted: 0,
            finals: 0,
            answers: VecDeque::new(),
            owed: 1,
            ours: Vec::new(),
            recorded: Vec::new(),
        }
    }

    /// Splits what the client said into units, and sends them with our client.
    fn split(&mut self, bytes: &[u8]) {
        self.content = self.code == 354 && self.said.is_empty();
        let auth = self.code == 334 && self.said.is_empty();
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = &pending[..];
        let mut first = true;
        while !rest.is_empty() {
            let unit = if self.chunk > 0 {
                usize::try_from(self.chunk).unwrap_or(usize::MAX).min(rest.len())
            } else if self.content {
                match end_of_content(rest) {
                    Some(end) => end,
                    None => break,
                }
            } else {
                match rest.iter().position(|byte| *byte == b'\n') {
                    Some(end) => end + 1,
                    None => break,
                }
            };
            let (unit, after) = rest.split_at(unit);
            rest = after;
            if self.chunk > 0 {
                self.chunk -= unit.len() as u64;
                let sent = self.client.send_body(unit.to_vec().into()).is_ok();
                self.sent(unit, sent);
            } else if self.content {
                self.content = false;
                self.said.push_back(Said::Content);
                let body = unstuffed(unit);
                let sent = body.is_empty() || self.client.send_body(body.into()).is_ok();
                let sent = sent && self.client.finish_body().is_ok();
                self.sent(unit, sent);
            } else {
                self.line(unit, auth && first);
            }
            first = false;
        }
        self.pending = rest.to_vec();
        self.collect();
    }

    fn sent(&mut self, unit: &[u8], sent: bool) {
        self.collect();
        if sent {
            self.recorded.extend_from_slice(unit);
        } else {
            self.printer.wrong(Side::Client, "our client does not take this content");
        }
    }

    fn line(&mut self, line: &[u8], auth: bool) {
        let text = line.trim_ascii_end();
        let command = if auth { Command::parse_auth(text) } else { Command::parse(text) };
        let said = match &command {
            Ok(Command::Ehlo(_) | Command::Lhlo(_)) if !self.greeted => Said::Hello,
            Ok(Command::Helo(_)) if !self.greeted && !self.lmtp => {
                // Our client says HELO only where EHLO is refused.
                self.client.receive(b"502 \r\n");
                self.events();
                self.ours.clear();
                Said::Hello
            }
            Ok(Command::Ehlo(_) | Command::Lhlo(_) | Command::Helo(_)) => Said::NotSent,
            Ok(Command::Rcpt { .. }) => Said::Rcpt,
            Ok(Command::Bdat { size, last }) => {
                self.chunk = *size;
                Said::Bdat { last: *last }
            }
            Ok(Command::XClient(_)) => Said::XClient,
            _ => Said::Other,
        };
        let sent = match (&command, said) {
            (Ok(_), Said::Hello) => true,
            (_, Said::NotSent) | (Err(_), _) => false,
            (Ok(command), _) => self.client.send(command).is_ok(),
        };
        if sent {
            self.recorded.extend_from_slice(line);
        }
        self.said.push_back(if sent { said } else { Said::NotSent });
        self.greeted |= said == Said::Hello;
        self.collect();
    }

    /// Takes bytes of the server apart.
    fn replies(&mut self, chunk: &[u8], cuts: &mut Cuts) {
        self.partial.extend_from_slice(chunk);
        while let Some(end) = end_of_reply(&self.partial) {
            let unit: Vec<u8> = self.partial.drain(..end).collect();
            match Reply::parse(&unit) {
                Ok(reply) => {
                    let reply = reply.into_owned();
                    self.reply(&unit, reply, cuts);
                }
                Err(error) => {
                    self.over = true;
                    return self.printer.wrong(Side::Server, &error.to_string());
                }
            }
            if self.over {
                return;
            }
        }
    }

    fn reply(&mut self, unit: &[u8], reply: Reply<'static>, cuts: &mut Cuts) {
        self.code = reply.code();
        let said = match self.finals {
            0 => self.said.pop_front(),
            _ => Some(Said::Content),
        };
        let Some(said) = said else {
            return self.printer.wrong(Side::Server, "a reply to nothing");
        };
        match said {
            Said::Hello | Said::NotSent if reply.is_positive() => {
                let offered = Capabilities::from_reply(&reply).into_owned();
                self.server.set_capabilities(offered);
            }
            Said::Rcpt if reply.is_positive() => self.accepted += 1,
            // Both sides begin again.
            Said::XClient if reply.is_positive() => self.greeted = false,
            Said::Content | Said::Bdat { last: true } if self.lmtp => {
                let due = if self.finals == 0 { self.accepted.max(1) } else { self.finals };
                self.finals = due - 1;
                if self.finals == 0 {
                    self.accepted = 0;
                }
            }
            _ => {}
        }
        if said != Said::NotSent {
            let mut rest = unit;
            while !rest.is_empty() {
                let (chunk, after) = cuts.next(rest);
                rest = after;
                self.client.receive(chunk);
                self.events();
            }
        } else {
            self.printer.unit(Side::Server, &reply);
        }
        // A BDAT that is not the last one is answered by the server machine.
        if !matches!(said, Said::Bdat { last: false }) {
            self.answers.push_back(reply);
        }
        self.requests();
    }

    /// What the client machine reads.
    fn events(&mut self) {
        loop {
            self.collect();
            match self.client.poll_event() {
                Ok(None) => return,
                Ok(Some(Event::StartTls)) => {
                    self.over = true;
                    return;
                }
                Ok(Some(event)) => self.printer.unit(Side::Server, &event),
                Err(error) => {
                    self.over = true;
                    return self.printer.wrong(Side::Server, &error.to_string());
                }
            }
        }
    }

    /// What the server machine reads; it is answered as the recorded server did.
    fn requests(&mut self) {
        loop {
            while self.owed > 0
                && let Some(reply) = self.answers.pop_front()
            {
                self.owed -= 1;
                if let Err(error) = self.server.respond(&reply) {
                    self.printer.wrong(Side::Client, &format!("{error}: {reply:?}"));
                }
            }
            while let Some(bytes) = self.server.poll_transmit() {
                let n = bytes.len();
                self.server.transmitted(n);
            }
            if self.owed > 0 {
                return;
            }
            let event = match self.server.poll_event() {
                Ok(Some(event)) => event.into_owned(),
                Ok(None) => return,
                Err(error) => {
                    self.over = true;
                    return self.printer.wrong(Side::Client, &error.to_string());
                }
            };
            match &event {
                Request::Deviation(kind) => self.printer.deviation(Side::Client, kind),
                Request::BodyChunk(_) => {}
                event => self.printer.unit(Side::Client, event),
            }
            match event {
                Request::Command { .. } => self.owed = 1,
                Request::Rejected { reason, .. } => {
                    self.owed = 1;
                    if self.answers.front().is_some_and(Reply::is_positive) {
                        let what = format!("rejected for {reason:?}, and was accepted");
                        self.printer.wrong(Side::Client, &what);
                    }
                }
                Request::BodyEnd { replies, .. } => self.owed = replies,
                Request::StartTls => {
                    self.over = true;
                    return;
                }
                _ => {}
            }
        }
    }

    fn collect(&mut self) {
        while let Some(bytes) = self.client.poll_transmit() {
            self.ours.extend_from_slice(bytes);
            let n = bytes.len();
            self.client.transmitted(n);
        }
    }
}

/// How long the content is that begins here, with its end.
fn end_of_content(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(b".\r\n") {
        return Some(3);
    }
    bytes.windows(5).position(|window| window == b"\r\n.\r\n").map(|at| at + 5)
}

fn unstuffed(content: &[u8]) -> Vec<u8> {
    let mut decoder = dot::Decoder::new();
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let rest = content.get(at..).unwrap_or_default();
        let part = decoder.decode(rest);
        body.extend_from_slice(rest.get(part.content.clone()).unwrap_or_default());
        at += part.consumed;
        if part.end || part.consumed == 0 {
            return body;
        }
    }
}

/// How long the reply is that begins here: up to a line without a hyphen after its code.
fn end_of_reply(bytes: &[u8]) -> Option<usize> {
    let mut end = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        if !line.ends_with(b"\n") {
            return None;
        }
        if line.get(3) != Some(&b'-') {
            return Some(end);
        }
    }
    None
}

/// Lines with the words before the first colon or equals sign in capitals.
fn lines(stream: &[u8]) -> Vec<String> {
    let line = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        let end = line.find(['<', '=', ' ']).unwrap_or(line.len());
        let (head, tail) = line.split_at(end);
        format!("{}{tail}", head.to_uppercase())
            .replace(": <", ":<")
            .replace("<Postmaster>", "<postmaster>")
    };
    stream.split_inclusive(|byte| *byte == b'\n').map(line).collect()
}
