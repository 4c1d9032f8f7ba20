//! An IMAP session on tokio.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use imap_proto::client::{CommandId, Config, Connection, Event};
use imap_proto::{
    Append, AppendMessage, Atom, Capability, Command, Content, Fetch, FetchAttribute, FetchItem,
    Flags, Mailbox, NameEncoding, Partial, Response, Secret, Section, SequenceSet, Status, Str,
    TaggedCommand,
};

use super::{Log, Security, Side, Target, closed, other, tell};
use crate::drive::tokio::turn;
use crate::sasl;
use crate::stream::Stream;

/// What a server said to a command.
#[derive(Debug)]
pub struct Answer {
    /// The end of it.
    pub status: Status<'static>,
    /// The data before, and what happened meanwhile.
    pub data: Vec<Response<'static>>,
    /// The contents that streamed, in the order of their places in `data`.
    pub bodies: VecDeque<Vec<u8>>,
}

/// A session.
pub struct Client {
    imap: Connection,
    stream: Stream,
    target: Target,
    log: Option<Log>,
    buf: Vec<u8>,
    /// What came without being asked for.
    news: VecDeque<Response<'static>>,
}

impl Client {
    /// Connects, and protects the connection.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, refuses, or is not the one it should be.
    pub async fn connect(target: Target, log: Option<Log>) -> io::Result<Self> {
        let tcp = target.connect()?;
        tcp.set_nonblocking(true)?;
        let mut stream = Stream::Plain(tokio::net::TcpStream::from_std(tcp)?);
        let mut config = Config::default();
        config.allow_plaintext_auth = target.security == Security::None;
        let mut imap = Connection::new(config);
        if target.security == Security::Tls {
            stream.connect_tls(&target.tls, &target.host).await?;
            imap.tls_started().map_err(other)?;
        }
        let buf = vec![0; 16 << 10];
        let mut client = Self { imap, stream, target, log, buf, news: VecDeque::new() };
        loop {
            match client.event().await? {
                Event::Greeting(status) if status.is_ok() => break,
                Event::Greeting(status) => return Err(refused(&status)),
                _ => {}
            }
        }
        if client.target.security == Security::StartTls {
            client.run(&Command::StartTls).await?;
            while !matches!(client.event().await?, Event::StartTls) {}
        }
        if client.imap.capabilities().is_none() {
            client.run(&Command::Capability).await?;
        }
        Ok(client)
    }

    /// Logs in with the best mechanism that the server offers, or with LOGIN.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn login(&mut self, user: &str, password: &str) -> io::Result<()> {
        let offered: Vec<String> = self
            .imap
            .capabilities()
            .into_iter()
            .flat_map(|list| list.iter())
            .filter_map(|capability| match capability {
                Capability::Auth(name) => Some(name.as_str().to_ascii_uppercase()),
                _ => None,
            })
            .collect();
        let offered: Vec<&str> = offered.iter().map(String::as_str).collect();
        match sasl::Client::new(user, password, &offered) {
            Ok(exchange) => self.authenticate(exchange).await?,
            Err(_) => {
                let user = Str::try_from(user).map_err(other)?;
                let password = Secret::from_octets(password.as_bytes());
                self.run(&Command::Login { user, password }).await?;
            }
        }
        if self.imap.capabilities().is_none() {
            self.run(&Command::Capability).await?;
        }
        Ok(())
    }

    async fn authenticate(&mut self, mut exchange: sasl::Client) -> io::Result<()> {
        let initial = if exchange.begins() { exchange.step(None)?.message } else { None };
        let mechanism = Atom::try_from(exchange.mechanism().to_owned()).map_err(other)?;
        let initial_response = initial.map(Secret::from_octets);
        let id = self.send(&Command::Authenticate { mechanism, initial_response })?;
        loop {
            match self.event().await? {
                Event::Challenge { challenge, .. } => {
                    let step = exchange.step(Some(&challenge))?;
                    let response = Secret::from_octets(step.message.unwrap_or_default());
                    self.imap.send_sasl(&response).map_err(other)?;
                    tell(&mut self.log, Side::Client, |out| out.extend_from_slice(b"[redacted]"));
                }
                Event::Done { command, status, .. } if command == id => return positive(&status),
                _ => {}
            }
        }
    }

    /// The machine, for its getters.
    #[must_use]
    pub fn machine(&self) -> &Connection {
        &self.imap
    }

    /// The name of a mailbox as it goes over the wire.
    ///
    /// # Errors
    ///
    /// If it can be no name.
    pub fn mailbox<'n>(&self, name: &'n str) -> io::Result<Mailbox<'n>> {
        Mailbox::encode(name, self.encoding()).map_err(other)
    }

    /// The name of a mailbox for people.
    #[must_use]
    pub fn mailbox_name(&self, mailbox: &Mailbox<'_>) -> String {
        mailbox.decode(self.encoding()).into_owned()
    }

    fn encoding(&self) -> NameEncoding {
        if self.imap.is_utf8() { NameEncoding::Utf8 } else { NameEncoding::ModifiedUtf7 }
    }

    /// Sends a command and waits for all of its answer.
    ///
    /// # Errors
    ///
    /// If the command may not be sent now, and what the server says if it refuses.
    pub async fn run(&mut self, command: &Command<'_>) -> io::Result<Answer> {
        let id = self.send(command)?;
        self.answer(id).await
    }

    /// Waits for all of an answer.
    async fn answer(&mut self, id: CommandId) -> io::Result<Answer> {
        let mut data = Vec::new();
        let mut bodies = VecDeque::new();
        loop {
            match self.event().await? {
                Event::Data { response, .. } => data.push(response),
                Event::BodyStart { size, .. } => {
                    let room = usize::try_from(size).unwrap_or(0).min(1 << 20);
                    bodies.push_back(Vec::with_capacity(room));
                }
                Event::BodyChunk(chunk) => {
                    if let Some(body) = bodies.back_mut() {
                        body.extend_from_slice(&chunk);
                    }
                }
                Event::Done { command, status, .. } if command == id => {
                    positive(&status)?;
                    return Ok(Answer { status, data, bodies });
                }
                _ => {}
            }
        }
    }

    /// Fetches a section of a message, without setting `\Seen`.
    ///
    /// # Errors
    ///
    /// What the server says, and if there is no such section.
    pub async fn section(
        &mut self,
        uid: u32,
        section: Section<'_>,
        partial: Option<Partial>,
    ) -> io::Result<Vec<u8>> {
        let set = SequenceSet::try_from(uid).map_err(other)?;
        let attribute = FetchAttribute::Body { peek: true, section, partial };
        let fetch = Command::Fetch(Fetch::new(true, set, vec![attribute]));
        let mut answer = self.run(&fetch).await?;
        for response in answer.data {
            let Response::Fetch(message) = response else { continue };
            for item in message.items {
                if let FetchItem::Section { content: Some(content), .. } = item {
                    return Ok(match content.octets() {
                        Some(octets) => octets.to_vec(),
                        None => answer.bodies.pop_front().unwrap_or_default(),
                    });
                }
            }
        }
        Err(io::Error::new(io::ErrorKind::NotFound, "the server has no such part"))
    }

    /// Fetches one thing of a message and hands it to `take` piece by piece, as it comes. Returns how
    /// many octets there were.
    ///
    /// # Errors
    ///
    /// What the server says, what `take` says, and if there is no such thing.
    pub async fn stream(
        &mut self,
        uid: u32,
        attribute: FetchAttribute<'_>,
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<u64> {
        let set = SequenceSet::try_from(uid).map_err(other)?;
        let id = self.send(&Command::Fetch(Fetch::new(true, set, vec![attribute])))?;
        let mut found = None;
        loop {
            match self.event().await? {
                Event::Data { response: Response::Fetch(message), .. } => {
                    for item in &message.items {
                        let (FetchItem::Section { content: Some(content), .. }
                        | FetchItem::Binary { content: Some(content), .. }) = item
                        else {
                            continue;
                        };
                        let size = content
                            .octets()
                            .map_or(Ok(0), |octets| take(octets).map(|()| octets.len() as u64))?;
                        found = Some(found.unwrap_or(0) + size);
                    }
                }
                Event::BodyChunk(chunk) => {
                    take(&chunk)?;
                    found = Some(found.unwrap_or(0) + chunk.len() as u64);
                }
                Event::Done { command, status, .. } if command == id => {
                    positive(&status)?;
                    let none = || io::Error::new(io::ErrorKind::NotFound, "there is no such part");
                    return found.ok_or_else(none);
                }
                _ => {}
            }
        }
    }

    /// Puts a message into a mailbox.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub async fn append(
        &mut self,
        mailbox: &str,
        flags: Option<Flags<'_>>,
        message: Bytes,
    ) -> io::Result<Answer> {
        let content = Content::Streamed { len: message.len() as u64 };
        let mut entry = AppendMessage::new(content);
        entry.flags = flags;
        let mailbox = self.mailbox(mailbox)?;
        let id = self.send(&Command::Append(Append { mailbox, messages: vec![entry] }))?;
        self.imap.send_body(message).map_err(other)?;
        self.imap.finish_body().map_err(other)?;
        self.answer(id).await
    }

    /// Waits for news, for a time; returns what came.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub async fn idle(&mut self, time: Duration) -> io::Result<Vec<Response<'static>>> {
        let id = self.send(&Command::Idle)?;
        let end = tokio::time::sleep(time.min(Duration::from_secs(29 * 60)));
        tokio::pin!(end);
        let mut news: Vec<Response<'static>> = self.news.drain(..).collect();
        while news.is_empty() || !self.imap.is_idling() {
            tokio::select! {
                event = self.event() => match event? {
                    Event::Data { response, .. } => news.push(response),
                    Event::Done { command, status, .. } if command == id => {
                        return Err(refused(&status));
                    }
                    _ => {}
                },
                () = &mut end => break,
            }
        }
        self.imap.send_done().map_err(other)?;
        tell(&mut self.log, Side::Client, |out| out.extend_from_slice(b"DONE"));
        let answer = self.answer(id).await?;
        news.extend(answer.data);
        Ok(news)
    }

    /// Compresses what goes over the wire, if the server offers it.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub async fn compress(&mut self) -> io::Result<()> {
        let deflate = Capability::Compress(Atom::try_from("DEFLATE").map_err(other)?);
        if self.imap.capabilities().is_some_and(|list| list.contains(&deflate)) {
            let id = self.send(&Command::Compress(Atom::try_from("DEFLATE").map_err(other)?))?;
            self.answer(id).await?;
            while !matches!(self.event().await?, Event::StartCompression) {}
        }
        Ok(())
    }

    /// Ends the session.
    ///
    /// # Errors
    ///
    /// If the connection breaks before the server says goodbye.
    pub async fn logout(mut self) -> io::Result<()> {
        self.run(&Command::Logout).await.map(|_| ())
    }

    fn send(&mut self, command: &Command<'_>) -> io::Result<CommandId> {
        let id = self.imap.send(command).map_err(other)?;
        if self.log.is_some()
            && let Some(tag) = self.imap.tag(id)
        {
            let tag = tag.into_owned();
            tell(&mut self.log, Side::Client, |out| match command {
                Command::Login { user, .. } => {
                    let user = user.to_string_lossy();
                    out.extend_from_slice(format!("{tag} LOGIN {user} [redacted]").as_bytes());
                }
                Command::Authenticate { mechanism, initial_response: Some(_) } => {
                    let name = mechanism.as_str();
                    out.extend_from_slice(
                        format!("{tag} AUTHENTICATE {name} [redacted]").as_bytes(),
                    );
                }
                command => TaggedCommand { tag, command: command.clone() }.encode(out),
            });
        }
        Ok(id)
    }

    /// The next event; upgrades are done on the way.
    async fn event(&mut self) -> io::Result<Event<'static>> {
        loop {
            if let Some(event) = self.imap.poll_event().map_err(other)? {
                let event = event.into_owned();
                tell(&mut self.log, Side::Server, |out| match &event {
                    Event::Greeting(status) => Response::Status(status.clone()).encode(out),
                    Event::Data { response, .. } => response.encode(out),
                    Event::Done { tag, status, .. } => {
                        let (tag, status) = (tag.clone(), status.clone());
                        Response::Tagged { tag, status }.encode(out);
                    }
                    Event::Challenge { .. } => out.extend_from_slice(b"+ [redacted]"),
                    Event::Idling { .. } => out.extend_from_slice(b"+ idling"),
                    _ => {}
                });
                match event {
                    Event::StartTls => {
                        self.stream.connect_tls(&self.target.tls, &self.target.host).await?;
                        self.imap.tls_started().map_err(other)?;
                        return Ok(Event::StartTls);
                    }
                    Event::StartCompression => {
                        self.stream.compress()?;
                        self.imap.compression_started().map_err(other)?;
                        return Ok(Event::StartCompression);
                    }
                    Event::Closed => return Err(closed()),
                    event => return Ok(event),
                }
            }
            let limit = self.imap.timeout().unwrap_or(Duration::from_secs(30 * 60));
            let turned = turn(&mut self.imap, &mut self.stream, &mut self.buf);
            if !tokio::time::timeout(limit, turned).await?? {
                return Err(closed());
            }
        }
    }
}

fn positive(status: &Status<'_>) -> io::Result<()> {
    if status.is_ok() { Ok(()) } else { Err(refused(status)) }
}

fn refused(status: &Status<'_>) -> io::Error {
    io::Error::other(format!("the server refused: {}", status.text.to_string_lossy()))
}
