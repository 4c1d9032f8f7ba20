//! What the application sends, and when it goes out.

use bytes::Bytes;

use super::queue::{Body, Flight, Item, Kind, What};
use super::{CommandId, Connection, Envelope, Exchange, Mail, State};
use crate::{BodyType, Command, Secret, SendError};

impl Connection {
    /// Sends a command.
    ///
    /// # Errors
    ///
    /// The command may not come now, needs what the server does not offer, or shows credentials
    /// before TLS. Nothing was sent then.
    ///
    /// # Example
    ///
    /// ```
    /// use smtp_proto::client::{Config, Connection};
    /// use smtp_proto::{Command, SendError, sasl, Mechanism};
    ///
    /// let mut client = Connection::new(Config::default());
    /// client.receive(b"220 ready\r\n");
    /// client.poll_event()?;
    /// client.receive(b"250-mx\r\n250 AUTH PLAIN\r\n");
    /// client.poll_event()?;
    /// let initial = Some(sasl::plain("", "tim", "tanstaaf")?);
    /// let auth = Command::Auth { mechanism: Mechanism::try_from("PLAIN")?, initial };
    /// assert_eq!(client.send(&auth), Err(SendError::PlaintextAuth));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn send(&mut self, command: &Command<'_>) -> Result<CommandId, SendError> {
        self.check_open()?;
        if matches!(command, Command::AuthResponse(_) | Command::AuthCancel) {
            return self.answer_challenge(command);
        }
        self.may_send(command)?;
        if let Command::Auth { initial: Some(octets), .. } = command {
            self.fits(octets.expose().len().div_ceil(3).saturating_mul(4))?;
        }
        self.close_body()?;
        let id = self.new_id();
        match command {
            Command::Data => self.body = Body::Data { id, mail: None },
            Command::Bdat { size, .. } => self.body = Body::Chunk { id, remaining: *size },
            Command::Auth { mechanism, initial } => {
                let wire = Self::wire(command);
                // RFC 4954, section 4: an initial response that makes the line too long is sent
                // after the first challenge.
                let hold = initial.is_some() && (!self.config.initial_response || wire.len() > 512);
                let held = initial.clone().filter(|_| hold).map(Secret::into_owned);
                self.exchange = Some(Exchange { id, held, challenged: false });
                let wire = if hold {
                    Self::wire(&Command::Auth { mechanism: mechanism.clone(), initial: None })
                } else {
                    wire
                };
                self.enqueue(id, None, What::Command { kind: Kind::Auth, wire });
                self.let_out();
                return Ok(id);
            }
            _ => {}
        }
        let what = What::Command { kind: Kind::of(command), wire: Self::wire(command) };
        self.enqueue(id, None, what);
        self.let_out();
        Ok(id)
    }

    /// Sends a mail: MAIL, RCPT for each recipient, and DATA or BDAT as the server offers. The
    /// content follows with [`send_body`](Self::send_body) and
    /// [`finish_body`](Self::finish_body), at once; it goes out when the server wants it. In the end
    /// comes [`Event::MailDone`](super::Event::MailDone).
    ///
    /// If all recipients are refused no content is sent, and the transaction is reset.
    ///
    /// # Errors
    ///
    /// No recipients, too many of them for our limits or those that the server told with LIMITS, too
    /// many mails in the session, or the server does not offer what the envelope needs.
    /// Nothing was sent then.
    pub fn send_mail(&mut self, envelope: &Envelope<'_>) -> Result<CommandId, SendError> {
        self.check_open()?;
        self.may_send(&Command::Rset)?;
        let Some(offered) = &self.capabilities else { return Err(self.refused("a mail")) };
        envelope.check(offered, self.config.limits.recipients)?;
        let limits = offered.limits();
        if let Some(limit) = limits.mails.and_then(|mails| usize::try_from(mails).ok())
            && self.mails_sent >= limit
        {
            return Err(SendError::Limit { what: "mails in a session", limit });
        }
        let room = self.config.limits.pipelined.saturating_sub(self.queue.len());
        if envelope.recipients.len().saturating_add(2) > room {
            let limit = self.config.limits.pipelined;
            return Err(SendError::Limit { what: "commands", limit });
        }
        let binary = envelope.parameters.body() == BodyType::Binary;
        let chunks = binary || (self.config.prefer_chunking && offered.has("CHUNKING"));
        self.close_body()?;
        let id = self.new_id();
        let mut mail = Mail::new(id, envelope);
        let (from, parameters) = (envelope.from.clone(), envelope.parameters.clone());
        let wire = Self::wire(&Command::Mail { from, parameters });
        self.enqueue(id, Some(id), What::Command { kind: Kind::Mail, wire });
        for (to, parameters) in &envelope.recipients {
            let wire =
                Self::wire(&Command::Rcpt { to: to.clone(), parameters: parameters.clone() });
            self.enqueue(id, Some(id), What::Command { kind: Kind::Rcpt, wire });
        }
        mail.outstanding = envelope.recipients.len().saturating_add(1);
        if chunks {
            self.body = Body::Chunks { mail: id };
        } else {
            self.body = Body::Data { id, mail: Some(id) };
            let wire = Self::wire(&Command::Data);
            self.enqueue(id, Some(id), What::Command { kind: Kind::Data, wire });
            mail.outstanding = mail.outstanding.saturating_add(1);
        }
        self.mails.push_back(mail);
        self.mails_sent = self.mails_sent.saturating_add(1);
        self.let_out();
        Ok(id)
    }

    /// Queues a piece of content. After DATA line ends of any kind become CR LF, and periods are
    /// stuffed; after BDAT octets go as they are. Content of a mail that was refused meanwhile is
    /// dropped.
    ///
    /// # Errors
    ///
    /// No content is expected, or it is longer than BDAT said.
    pub fn send_body(&mut self, chunk: Bytes) -> Result<(), SendError> {
        self.check_open()?;
        match &mut self.body {
            Body::None => return Err(self.refused("content")),
            Body::Dropped => return Ok(()),
            _ if chunk.is_empty() => return Ok(()),
            Body::Data { id, mail } => {
                let (id, mail) = (*id, *mail);
                self.enqueue(id, mail, What::Content(chunk));
            }
            Body::Chunk { id, remaining } => {
                let left = remaining.checked_sub(chunk.len() as u64);
                let Some(left) = left else {
                    let limit = usize::try_from(*remaining).unwrap_or(usize::MAX);
                    return Err(SendError::Limit { what: "octets of this chunk", limit });
                };
                *remaining = left;
                let id = *id;
                self.enqueue(id, None, What::Chunk(chunk));
            }
            Body::Chunks { mail } => {
                let mail = *mail;
                self.enqueue_bdat(mail, chunk.len() as u64, false);
                self.enqueue(mail, Some(mail), What::Chunk(chunk));
            }
        }
        self.let_out();
        Ok(())
    }

    /// Ends the content, and its last line where it is open.
    ///
    /// # Errors
    ///
    /// No content is expected, or it is shorter than BDAT said.
    pub fn finish_body(&mut self) -> Result<(), SendError> {
        self.check_open()?;
        match self.body {
            Body::None => return Err(self.refused("the end of content")),
            Body::Dropped => {}
            Body::Chunk { remaining: 1.., .. } => {
                return Err(self.refused("the end before all octets of the chunk"));
            }
            Body::Chunk { .. } => {}
            Body::Data { id, mail } => {
                if let Some(mail) = mail {
                    self.outstanding(mail, 1);
                }
                self.enqueue(id, mail, What::ContentEnd);
            }
            Body::Chunks { mail } => self.enqueue_bdat(mail, 0, true),
        }
        self.body = Body::None;
        self.let_out();
        Ok(())
    }

    fn may_send(&self, command: &Command<'_>) -> Result<(), SendError> {
        let Some(offered) = self.capabilities.as_ref().filter(|_| self.state == State::Ready)
        else {
            return Err(self.refused("a command"));
        };
        if self.exchange.is_some() {
            return Err(self.refused("a command during AUTH"));
        }
        if self.queue.len() >= self.config.limits.pipelined {
            let limit = self.config.limits.pipelined;
            return Err(SendError::Limit { what: "commands", limit });
        }
        if self.config.require_tls
            && !self.tls
            && !matches!(command, Command::StartTls | Command::Quit)
        {
            return Err(self.refused("anything but STARTTLS before TLS"));
        }
        match command {
            Command::Ehlo(_) | Command::Helo(_) | Command::Lhlo(_) => {
                Err(self.refused("a second hello"))
            }
            Command::StartTls if self.tls => Err(self.refused("TLS in TLS")),
            Command::StartTls if !offered.has("STARTTLS") => {
                Err(SendError::Unsupported("STARTTLS"))
            }
            Command::StartTls if !self.queue.is_empty() || self.body.is_open() => {
                Err(self.refused("STARTTLS during a mail"))
            }
            Command::Auth { mechanism, .. } => {
                let exposed = !self.tls && !self.config.allow_plaintext_auth;
                if exposed && mechanism.is_plaintext() {
                    return Err(SendError::PlaintextAuth);
                }
                if !offered.has("AUTH") { Err(SendError::Unsupported("AUTH")) } else { Ok(()) }
            }
            Command::XClient(_) if !offered.has("XCLIENT") => {
                Err(SendError::Unsupported("XCLIENT"))
            }
            Command::XForward(_) if !offered.has("XFORWARD") => {
                Err(SendError::Unsupported("XFORWARD"))
            }
            Command::Bdat { .. } if !offered.has("CHUNKING") => {
                Err(SendError::Unsupported("CHUNKING"))
            }
            Command::Mail { .. } | Command::Rset => Ok(()),
            _ => Ok(()),
        }
    }

    /// A command ends content that is complete or dropped.
    fn close_body(&mut self) -> Result<(), SendError> {
        match self.body {
            Body::None | Body::Dropped | Body::Chunk { remaining: 0, .. } => {
                self.body = Body::None;
                Ok(())
            }
            _ => Err(self.refused("a command before the end of the content")),
        }
    }

    fn answer_challenge(&mut self, command: &Command<'_>) -> Result<CommandId, SendError> {
        let wire = Self::wire(command);
        self.fits(wire.len().saturating_sub(2))?;
        let Some(exchange) = self.exchange.as_mut().filter(|exchange| exchange.challenged) else {
            return Err(self.refused("an answer to no challenge"));
        };
        exchange.challenged = false;
        let id = exchange.id;
        self.output.push(&wire);
        self.flight.push_back(Flight { id, mail: None, kind: Kind::Auth, bytes: 0, left: None });
        Ok(id)
    }

    /// Whether the text of a SASL exchange goes on one line.
    fn fits(&self, text: usize) -> Result<(), SendError> {
        let limit = self.config.limits.auth_line;
        if text.saturating_add(2) > limit {
            return Err(SendError::Limit { what: "bytes of a line", limit });
        }
        Ok(())
    }

    /// Says EHLO, or LHLO.
    pub(super) fn say_hello(&mut self) {
        let name = self.config.name.clone();
        let command = if self.config.lmtp { Command::Lhlo(name) } else { Command::Ehlo(name) };
        self.state = State::Hello;
        self.say_first(Kind::Hello, &command);
    }

    /// Says HELO, after EHLO was refused.
    pub(super) fn say_old_hello(&mut self) {
        self.say_first(Kind::OldHello, &Command::Helo(self.config.name.clone()));
    }

    fn say_first(&mut self, kind: Kind, command: &Command<'_>) {
        let id = self.new_id();
        self.output.push(&Self::wire(command));
        self.flight.push_back(Flight { id, mail: None, kind, bytes: 0, left: None });
        self.barrier = true;
    }

    pub(super) fn enqueue(&mut self, id: CommandId, mail: Option<CommandId>, what: What) {
        self.held = self.held.saturating_add(what.content_len());
        self.queue.push_back(Item { id, mail, what });
    }

    fn enqueue_bdat(&mut self, mail: CommandId, size: u64, last: bool) {
        let wire = Self::wire(&Command::Bdat { size, last });
        self.outstanding(mail, 1);
        self.enqueue(mail, Some(mail), What::Command { kind: Kind::Bdat { last }, wire });
    }

    fn outstanding(&mut self, mail: CommandId, more: usize) {
        if let Some(mail) = self.mails.iter_mut().rev().find(|one| one.id == mail) {
            mail.outstanding = mail.outstanding.saturating_add(more);
        }
    }

    /// Lets out what may go out now.
    pub(super) fn let_out(&mut self) {
        let pipelining = self.config.pipelining
            && self.capabilities.as_ref().is_some_and(|list| list.has("PIPELINING"));
        while !self.barrier
            && let Some(item) = self.queue.front()
        {
            if let What::Command { wire, .. } = &item.what
                && !self.flight.is_empty()
            {
                let bytes = self.flight_bytes.saturating_add(wire.len());
                if !pipelining || bytes > self.config.limits.window {
                    return;
                }
            }
            let Some(Item { id, mail, what }) = self.queue.pop_front() else { return };
            self.held = self.held.saturating_sub(what.content_len());
            match what {
                What::Command { kind, wire } => {
                    self.output.push(&wire);
                    let bytes = wire.len();
                    self.flight_bytes = self.flight_bytes.saturating_add(bytes);
                    let flight = Flight { id, mail, kind, bytes, left: None };
                    self.barrier = flight.is_barrier();
                    self.flight.push_back(flight);
                    if kind == Kind::Quit {
                        self.state = State::Quit;
                    }
                }
                What::Content(chunk) => {
                    Self::write_content(&mut self.output, &mut self.stuffing, &chunk);
                }
                What::ContentEnd => {
                    let stuffing = &mut self.stuffing;
                    self.output.write(|out| stuffing.finish(out));
                    let kind = Kind::Content;
                    self.flight.push_back(Flight { id, mail, kind, bytes: 0, left: None });
                }
                What::Chunk(chunk) => self.output.push_shared(chunk),
            }
        }
    }
}
