//! POP3 sessions.

use pop3_proto::client::{self, Event};
use pop3_proto::server::{self, Event as Request};
use pop3_proto::{Capabilities, Capability, Command, Mechanisms, Reply, SendError, UniqueId};

use crate::session::{Cuts, Printer, Session, Side};

/// Messages of the maildrop behind the server machine: more than any session asks for.
const MESSAGES: usize = 10_000;

const MECHANISMS: &str = "PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2 \
                          OAUTHBEARER ANONYMOUS EXTERNAL NTLM GSSAPI";

pub(super) fn replay(session: &Session, mut cuts: Cuts, printer: &mut Printer) {
    let mut replay = Replay::new(printer);
    for turn in &session.turns {
        if turn.side == Side::Client {
            replay.send(&turn.bytes);
        }
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
    replay.collect();
    replay.printer.compare(&replay.ours, &replay.recorded);
}

struct Replay<'p> {
    client: client::Connection,
    server: server::Connection,
    printer: &'p mut Printer,
    /// The server sent a challenge: the next line of the client is no command.
    challenged: bool,
    /// The server machine waits for the recorded server's answer to a login.
    login: bool,
    over: bool,
    ours: Vec<String>,
    recorded: Vec<String>,
}

impl<'p> Replay<'p> {
    fn new(printer: &'p mut Printer) -> Self {
        let mut config = client::Config::default();
        config.allow_plaintext_auth = true;
        config.ask_capabilities = false;
        config.probe = true;
        let client = client::Connection::new(config);
        let mut config = server::Config::default();
        config.allow_plaintext_auth = true;
        config.last = true;
        let more = [Capability::Stls, Capability::Lang, Capability::Utf8 { user: false }];
        let sasl =
            Mechanisms::try_from(MECHANISMS).map(|names| Capability::Sasl(names.into_owned()));
        let all = config.capabilities.iter().cloned().chain(sasl).chain(more);
        config.capabilities = all.collect::<Capabilities<'_>>();
        config.limits.login_attempts = 100;
        let server = server::Connection::new(config);
        let mut replay = Self {
            client,
            server,
            printer,
            challenged: false,
            login: false,
            over: false,
            ours: Vec::new(),
            recorded: Vec::new(),
        };
        let greeted = replay.server.respond(&Reply::ok("ready <1.2@localhost>"));
        replay.check(Side::Server, greeted);
        replay
    }

    fn check<T>(&mut self, side: Side, result: Result<T, SendError>) {
        if let Err(error) = result {
            self.printer.wrong(side, &error.to_string());
        }
    }

    /// Sends the recorded commands with our client.
    fn send(&mut self, bytes: &[u8]) {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.recorded.push(canonical(line));
            let text = line.trim_ascii_end();
            let command =
                if self.challenged { Command::parse_auth(text) } else { Command::parse(text) };
            self.challenged = false;
            let sent = command.map_err(|e| e.to_string());
            let sent = sent.and_then(|one| self.client.send(&one).map_err(|e| e.to_string()));
            if let Err(error) = sent {
                let line = String::from_utf8_lossy(text);
                self.printer.wrong(Side::Client, &format!("{line:?} cannot be sent: {error}"));
            }
        }
    }

    /// What the client machine reads.
    fn events(&mut self) {
        loop {
            self.collect();
            let event = match self.client.poll_event() {
                Ok(Some(event)) => event.into_owned(),
                Ok(None) => return,
                Err(error) => {
                    self.over = true;
                    return self.printer.wrong(Side::Server, &error.to_string());
                }
            };
            match &event {
                Event::Deviation(deviation) => self.printer.deviation(Side::Server, deviation),
                Event::Unreadable { error, .. } => {
                    self.printer.wrong(Side::Server, &error.to_string());
                }
                event => self.printer.unit(Side::Server, event),
            }
            let answer = match event {
                Event::StartTls => {
                    self.over = true;
                    return;
                }
                Event::Challenge { .. } => {
                    self.challenged = true;
                    Some(Reply::challenge(b""))
                }
                Event::Reply { reply, .. } => Some(reply),
                _ => None,
            };
            if let Some(reply) = answer.filter(|_| self.login) {
                self.login = false;
                let answered = match &reply {
                    reply if reply.is_ok() => self.server.open_maildrop([1; MESSAGES]),
                    reply => self.server.respond(reply),
                };
                self.check(Side::Client, answered);
                self.requests();
            }
        }
    }

    /// What the server machine reads; it is answered so that it goes on.
    fn requests(&mut self) {
        while !self.login {
            while let Some(bytes) = self.server.poll_transmit() {
                let n = bytes.len();
                self.server.transmitted(n);
            }
            let event = match self.server.poll_event() {
                Ok(Some(event)) => event.into_owned(),
                Ok(None) => return,
                Err(error) => {
                    self.over = true;
                    return self.printer.wrong(Side::Client, &error.to_string());
                }
            };
            self.printer.unit(Side::Client, &event);
            let answered = match event {
                Request::Open(_)
                | Request::Command(Command::Auth { .. } | Command::AuthResponse(_)) => {
                    self.login = true;
                    Ok(())
                }
                Request::UniqueId { .. } => match UniqueId::try_from("x") {
                    Ok(id) => self.server.unique_id(&id),
                    Err(_) => Ok(()),
                },
                Request::Message { .. } => {
                    let begun = self.server.respond(&Reply::ok(""));
                    begun.and_then(|()| self.server.finish_body())
                }
                Request::Rejected { reply, .. } => self.server.respond(&reply),
                Request::Command(_) | Request::Commit { .. } => {
                    self.server.respond(&Reply::err(""))
                }
                _ => Ok(()),
            };
            self.check(Side::Client, answered);
        }
    }

    fn collect(&mut self) {
        while let Some(bytes) = self.client.poll_transmit() {
            self.ours.extend(bytes.split_inclusive(|byte| *byte == b'\n').map(canonical));
            let n = bytes.len();
            self.client.transmitted(n);
        }
    }
}

/// A command line with its keyword in capitals.
fn canonical(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end();
    match line.split_once(' ') {
        Some((keyword, rest)) => format!("{} {rest}", keyword.to_uppercase()),
        None if Command::parse(line.as_bytes()).is_ok() => line.to_uppercase(),
        None => line.to_owned(),
    }
}
