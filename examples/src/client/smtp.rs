//! An SMTP or LMTP session over a blocking stream.

use std::io::{self, Read};

use bytes::Bytes;
use smtp_proto::client::{CommandId, Config, Connection, Envelope, Event, Outcome};
use smtp_proto::{Capabilities, Command, Host, Mechanism, Reply, Secret};

use super::{Log, Security, Side, Target, closed, other, tell};
use crate::drive::blocking::turn;
use crate::sasl;
use crate::tls::ClientStream;

/// Content that waits in the machine: more is read when there is less.
const AHEAD: usize = 256 << 10;

/// A session.
pub struct Client {
    smtp: Connection,
    stream: ClientStream,
    target: Target,
    log: Option<Log>,
    buf: Vec<u8>,
}

impl Client {
    /// Connects, protects the connection, and says hello as `name`.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, refuses, or is not the one it should be.
    pub fn connect(
        target: Target,
        name: Host<'_>,
        lmtp: bool,
        log: Option<Log>,
    ) -> io::Result<Self> {
        let mut config = Config::new(name);
        config.lmtp = lmtp;
        config.allow_plaintext_auth = target.security == Security::None;
        config.require_tls = target.security != Security::None;
        Self::with_config(target, config, log)
    }

    /// The same with a configuration of the caller's.
    ///
    /// # Errors
    ///
    /// As for `connect`.
    pub fn with_config(target: Target, config: Config, log: Option<Log>) -> io::Result<Self> {
        let tcp = target.connect()?;
        let mut smtp = Connection::new(config);
        tcp.set_read_timeout(smtp.timeout())?;
        let mut stream = ClientStream::Plain(tcp);
        if target.security == Security::Tls {
            stream.start_tls(&target.tls, &target.host)?;
            smtp.tls_started().map_err(other)?;
        }
        let mut client = Self { smtp, stream, target, log, buf: vec![0; 16 << 10] };
        client.hello()?;
        if client.target.security == Security::StartTls {
            let id = client.send(&Command::StartTls)?;
            client.until(|event| match event {
                Event::StartTls => Some(Ok(())),
                Event::Reply { command, reply } if command == id => Some(positive(&reply)),
                _ => None,
            })??;
            client.stream.start_tls(&client.target.tls, &client.target.host)?;
            client.smtp.tls_started().map_err(other)?;
            client.hello()?;
        }
        Ok(client)
    }

    /// Waits for the answer to EHLO, which the machine says by itself.
    fn hello(&mut self) -> io::Result<()> {
        self.until(|event| match event {
            Event::Greeting { reply } if reply.code() != 220 => Some(Err(refused(&reply))),
            Event::HelloRefused { reply } => Some(Err(refused(&reply))),
            Event::Capabilities(_) => Some(Ok(())),
            _ => None,
        })?
    }

    /// What the server offers.
    #[must_use]
    pub fn capabilities(&self) -> Option<&Capabilities<'static>> {
        self.smtp.capabilities()
    }

    /// Logs in with the best mechanism that the server offers.
    ///
    /// # Errors
    ///
    /// If the server refuses, or offers none that is known here.
    pub fn login(&mut self, user: &str, password: &str) -> io::Result<()> {
        let offered: Vec<String> = self
            .smtp
            .capabilities()
            .map(|list| list.mechanisms().map(str::to_ascii_uppercase).collect())
            .unwrap_or_default();
        let offered: Vec<&str> = offered.iter().map(String::as_str).collect();
        let mut exchange = sasl::Client::new(user, password, &offered)?;
        let initial = if exchange.begins() { exchange.step(None)?.message } else { None };
        let initial = initial.map(Secret::from_octets);
        let mechanism = Mechanism::try_from(exchange.mechanism()).map_err(other)?.into_owned();
        self.send(&Command::Auth { mechanism, initial })?;
        loop {
            let challenge = self.until(|event| match event {
                Event::Challenge { challenge, .. } => Some(Ok(challenge)),
                Event::Reply { reply, .. } => Some(Err(reply)),
                _ => None,
            })?;
            match challenge {
                Err(reply) => return positive(&reply),
                Ok(challenge) => {
                    let step = exchange.step(Some(challenge.expose()))?;
                    let response = Secret::from_octets(step.message.unwrap_or_default());
                    self.send(&Command::AuthResponse(response))?;
                }
            }
        }
    }

    /// Sends a mail; says what became of it for each recipient. `progress` is told how many bytes
    /// were handed over.
    ///
    /// # Errors
    ///
    /// If the server does not offer what the mail needs, if the content cannot be read, and if the
    /// connection breaks: then nobody knows whether the mail was taken.
    pub fn send_mail(
        &mut self,
        envelope: &Envelope<'_>,
        content: &mut dyn Read,
        mut progress: impl FnMut(u64),
    ) -> io::Result<Outcome> {
        let id = self.smtp.send_mail(envelope).map_err(other)?;
        self.tell(
            Side::Client,
            &Command::Mail { from: envelope.from.clone(), parameters: envelope.parameters.clone() },
        );
        for (to, parameters) in &envelope.recipients {
            let rcpt = Command::Rcpt { to: to.clone(), parameters: parameters.clone() };
            self.tell(Side::Client, &rcpt);
        }
        let mut sent = 0;
        let mut open = true;
        loop {
            let done = self.poll(|event| match event {
                Event::MailDone { mail, outcome } if mail == id => Some(outcome),
                _ => None,
            })?;
            if let Some(outcome) = done {
                return Ok(outcome);
            }
            while open && self.smtp.queued() < AHEAD {
                let mut chunk = vec![0; 64 << 10];
                let n = content.read(&mut chunk)?;
                if n == 0 {
                    self.smtp.finish_body().map_err(other)?;
                    self.tell_text(Side::Client, &format!("({sent} bytes of content)"));
                    open = false;
                } else {
                    chunk.truncate(n);
                    sent += n as u64;
                    self.smtp.send_body(Bytes::from(chunk)).map_err(other)?;
                    progress(sent);
                }
            }
            self.turn()?;
        }
    }

    /// Ends the session.
    ///
    /// # Errors
    ///
    /// If the connection breaks before.
    pub fn quit(mut self) -> io::Result<()> {
        let id = self.send(&Command::Quit)?;
        let reply = self.until(|event| match event {
            Event::Reply { command, reply } if command == id => Some(reply),
            _ => None,
        })?;
        positive(&reply)
    }

    fn send(&mut self, command: &Command<'_>) -> io::Result<CommandId> {
        let id = self.smtp.send(command).map_err(other)?;
        match command {
            Command::AuthResponse(_) => self.tell_text(Side::Client, "[redacted]"),
            Command::Auth { mechanism, initial: Some(_) } => {
                let text = format!("AUTH {mechanism} [redacted]");
                self.tell_text(Side::Client, &text);
            }
            _ => self.tell(Side::Client, command),
        }
        Ok(id)
    }

    /// Handles events until one is what is waited for.
    fn until<T>(&mut self, mut wanted: impl FnMut(Event<'static>) -> Option<T>) -> io::Result<T> {
        loop {
            if let Some(found) = self.poll(&mut wanted)? {
                return Ok(found);
            }
            self.turn()?;
        }
    }

    /// Handles the events that are there.
    fn poll<T>(
        &mut self,
        mut wanted: impl FnMut(Event<'static>) -> Option<T>,
    ) -> io::Result<Option<T>> {
        while let Some(event) = self.smtp.poll_event().map_err(other)? {
            let event = event.into_owned();
            let log = &mut self.log;
            match &event {
                Event::Closed => return Err(closed()),
                Event::Greeting { reply }
                | Event::HelloRefused { reply }
                | Event::Goodbye { reply }
                | Event::Reply { reply, .. } => tell(log, Side::Server, |out| reply.encode(out)),
                Event::Capabilities(list) => {
                    let names: Vec<&str> = list.iter().map(|one| one.keyword()).collect();
                    let text = format!("(can do {})", names.join(", "));
                    tell(log, Side::Server, |out| out.extend_from_slice(text.as_bytes()));
                }
                Event::Challenge { .. } => {
                    tell(log, Side::Server, |out| out.extend_from_slice(b"334 [redacted]"));
                }
                Event::MailDone { outcome, .. } => {
                    for recipient in &outcome.recipients {
                        tell(log, Side::Server, |out| recipient.reply.encode(out));
                    }
                }
                _ => {}
            }
            if let Some(found) = wanted(event) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn turn(&mut self) -> io::Result<()> {
        if turn(&mut self.smtp, &mut self.stream, &mut self.buf)? { Ok(()) } else { Err(closed()) }
    }

    fn tell(&mut self, side: Side, command: &Command<'_>) {
        tell(&mut self.log, side, |out| command.encode(out));
    }

    fn tell_text(&mut self, side: Side, text: &str) {
        tell(&mut self.log, side, |out| out.extend_from_slice(text.as_bytes()));
    }
}

fn positive(reply: &Reply<'_>) -> io::Result<()> {
    if reply.is_positive() { Ok(()) } else { Err(refused(reply)) }
}

fn refused(reply: &Reply<'_>) -> io::Error {
    io::Error::other(format!("the server refused: {} {}", reply.code(), reply.message()))
}
