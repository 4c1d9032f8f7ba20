//! A POP3 session over a blocking stream.

use std::io::{self, Write};

use pop3_proto::client::{CommandId, Config, Connection, Event};
use pop3_proto::{Command, DropListing, Mechanism, Name, Password, Reply, Secret};

use super::{Log, Security, Side, Target, closed, other, tell};
use crate::drive::blocking::turn;
use crate::sasl;
use crate::tls::ClientStream;

/// A session.
pub struct Client {
    pop: Connection,
    stream: ClientStream,
    target: Target,
    log: Option<Log>,
    buf: Vec<u8>,
}

impl Client {
    /// Connects, and protects the connection.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, refuses, or is not the one it should be.
    pub fn connect(target: Target, log: Option<Log>) -> io::Result<Self> {
        let mut config = Config::default();
        config.allow_plaintext_auth = target.security == Security::None;
        config.require_tls = target.security != Security::None;
        let tcp = target.connect()?;
        let mut pop = Connection::new(config);
        tcp.set_read_timeout(pop.timeout())?;
        let mut stream = ClientStream::Plain(tcp);
        if target.security == Security::Tls {
            stream.start_tls(&target.tls, &target.host)?;
            pop.tls_started().map_err(other)?;
        }
        let mut client = Self { pop, stream, target, log, buf: vec![0; 16 << 10] };
        let greeting = client.until(|event| match event {
            Event::Greeting { reply, .. } => Some(reply),
            _ => None,
        })?;
        positive(&greeting)?;
        if client.target.security == Security::StartTls {
            let id = client.send(&Command::Stls)?;
            client.until(|event| match event {
                Event::StartTls => Some(Ok(())),
                Event::Reply { command, reply } if command == id => Some(positive(&reply)),
                _ => None,
            })??;
            client.stream.start_tls(&client.target.tls, &client.target.host)?;
            client.pop.tls_started().map_err(other)?;
        }
        Ok(client)
    }

    /// Logs in with the best mechanism that the server offers, or with USER and PASS.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub fn login(&mut self, user: &str, password: &str) -> io::Result<()> {
        if self.pop.capabilities().is_none() {
            // The machine has asked by itself.
            self.until(|event| match event {
                Event::Capabilities(_) | Event::Reply { .. } => Some(()),
                _ => None,
            })?;
        }
        let offered: Vec<String> = self
            .pop
            .capabilities()
            .and_then(|list| list.sasl())
            .map(|list| list.iter().map(|name| name.as_str().to_ascii_uppercase()).collect())
            .unwrap_or_default();
        let offered: Vec<&str> = offered.iter().map(String::as_str).collect();
        let Ok(mut exchange) = sasl::Client::new(user, password, &offered) else {
            let name = Name::try_from(user).map_err(other)?;
            let id = self.send(&Command::User(name))?;
            positive(&self.reply(id)?)?;
            let password = Password::try_from(password).map_err(other)?;
            let id = self.send(&Command::Pass(password))?;
            return positive(&self.reply(id)?);
        };
        let mechanism = exchange.mechanism().to_owned();
        let initial = if exchange.begins() { exchange.step(None)?.message } else { None };
        let initial = initial.map(Secret::from_octets);
        let mechanism = Mechanism::try_from(mechanism.as_str()).map_err(other)?.into_owned();
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

    /// How many messages and octets there are.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub fn stat(&mut self) -> io::Result<DropListing> {
        let id = self.send(&Command::Stat)?;
        self.until(|event| match event {
            Event::Stat { command, listing } if command == id => Some(Ok(listing)),
            Event::Reply { command, reply } if command == id => Some(Err(refused(&reply))),
            _ => None,
        })?
    }

    /// The sizes of all messages, by number.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub fn sizes(&mut self) -> io::Result<Vec<(u32, u64)>> {
        let mut sizes = Vec::new();
        self.list(&Command::List(None), |event| {
            if let Event::Size { listing, .. } = event {
                sizes.push((listing.message, listing.octets));
            }
        })?;
        Ok(sizes)
    }

    /// The names of all messages that hold across sessions, by number.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub fn unique_ids(&mut self) -> io::Result<Vec<(u32, String)>> {
        let mut ids = Vec::new();
        self.list(&Command::Uidl(None), |event| {
            if let Event::UniqueId { message, unique_id, .. } = event {
                ids.push((message, unique_id.into_owned()));
            }
        })?;
        Ok(ids)
    }

    fn list(
        &mut self,
        command: &Command<'_>,
        mut take: impl FnMut(Event<'static>),
    ) -> io::Result<()> {
        let id = self.send(command)?;
        self.until(|event| match event {
            Event::Reply { command, reply } if command == id && !reply.is_ok() => {
                Some(Err(refused(&reply)))
            }
            Event::ListEnd { command } if command == id => Some(Ok(())),
            event => {
                take(event);
                None
            }
        })?
    }

    /// Writes a message to `out`, or its header and the first lines of its body; returns how many
    /// bytes.
    ///
    /// # Errors
    ///
    /// What the server says, and what `out` says.
    pub fn retrieve(
        &mut self,
        message: u32,
        lines: Option<u64>,
        out: &mut dyn Write,
    ) -> io::Result<u64> {
        let command = match lines {
            Some(lines) => Command::Top { message, lines },
            None => Command::Retr(message),
        };
        let id = self.send(&command)?;
        let mut size = 0;
        loop {
            while let Some(event) = self.pop.poll_event().map_err(other)? {
                match event {
                    Event::Reply { command, reply } if command == id => {
                        tell(&mut self.log, Side::Server, |out| reply.encode(out));
                        positive(&reply)?;
                    }
                    Event::BodyChunk(chunk) => {
                        size += chunk.len() as u64;
                        out.write_all(&chunk)?;
                    }
                    Event::BodyEnd => {
                        tell(&mut self.log, Side::Server, |out| {
                            out.extend_from_slice(format!("({size} bytes)").as_bytes());
                        });
                        return Ok(size);
                    }
                    Event::Closed => return Err(closed()),
                    _ => {}
                }
            }
            self.turn()?;
        }
    }

    /// Marks a message; it is removed at the end of the session.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub fn delete(&mut self, message: u32) -> io::Result<()> {
        let id = self.send(&Command::Dele(message))?;
        positive(&self.reply(id)?)
    }

    /// Ends the session. What is marked is removed now.
    ///
    /// # Errors
    ///
    /// If not all that is marked was removed.
    pub fn quit(mut self) -> io::Result<()> {
        self.send(&Command::Quit)?;
        let reply = self.until(|event| match event {
            Event::Reply { reply, .. } | Event::CommitFailed { reply, .. } => Some(reply),
            _ => None,
        })?;
        positive(&reply)
    }

    fn send(&mut self, command: &Command<'_>) -> io::Result<CommandId> {
        let id = self.pop.send(command).map_err(other)?;
        tell(&mut self.log, Side::Client, |out| match command {
            Command::Pass(_) => out.extend_from_slice(b"PASS [redacted]"),
            Command::AuthResponse(_) => out.extend_from_slice(b"[redacted]"),
            Command::Auth { mechanism, initial: Some(_) } => {
                out.extend_from_slice(format!("AUTH {} [redacted]", mechanism.as_str()).as_bytes());
            }
            _ => command.encode(out),
        });
        Ok(id)
    }

    fn reply(&mut self, id: CommandId) -> io::Result<Reply<'static>> {
        self.until(|event| match event {
            Event::Reply { command, reply } if command == id => Some(reply),
            _ => None,
        })
    }

    /// Handles events until one is what is waited for.
    fn until<T>(&mut self, mut wanted: impl FnMut(Event<'static>) -> Option<T>) -> io::Result<T> {
        loop {
            while let Some(event) = self.pop.poll_event().map_err(other)? {
                if matches!(event, Event::Closed) {
                    return Err(closed());
                }
                let event = event.into_owned();
                tell(&mut self.log, Side::Server, |out| match &event {
                    Event::Greeting { reply, .. }
                    | Event::Reply { reply, .. }
                    | Event::CommitFailed { reply, .. } => reply.encode(out),
                    Event::Stat { listing, .. } => {
                        out.extend_from_slice(b"+OK ");
                        listing.encode(out);
                    }
                    Event::Size { listing, .. } => listing.encode(out),
                    Event::UniqueId { message, unique_id, .. } => {
                        out.extend_from_slice(format!("{message} {unique_id}").as_bytes());
                    }
                    Event::Capabilities(list) => {
                        let names: Vec<&str> = list.iter().map(|one| one.tag()).collect();
                        out.extend_from_slice(format!("(can do {})", names.join(", ")).as_bytes());
                    }
                    Event::Challenge { .. } => out.extend_from_slice(b"+ [redacted]"),
                    _ => {}
                });
                if let Some(found) = wanted(event) {
                    return Ok(found);
                }
            }
            self.turn()?;
        }
    }

    fn turn(&mut self) -> io::Result<()> {
        if turn(&mut self.pop, &mut self.stream, &mut self.buf)? { Ok(()) } else { Err(closed()) }
    }
}

fn positive(reply: &Reply<'_>) -> io::Result<()> {
    if reply.is_ok() { Ok(()) } else { Err(refused(reply)) }
}

fn refused(reply: &Reply<'_>) -> io::Error {
    io::Error::other(format!("the server refused: {}", reply.message()))
}
