//! What the application sends, and when it goes out.

use super::exchange::Exchange;
use super::queue::{Kind, Pending};
use super::{CommandId, Connection, Reading, State, Upgrade};
use crate::{Command, SendError};

const LINE: &str = "octets in a command line";

impl Connection {
    /// Sends a command, now or when those before it allow.
    ///
    /// # Errors
    ///
    /// Nothing is sent and nothing changes when the state forbids the command, the server does not
    /// offer it, it is too long, too many wait already, or it has credentials and TLS is missing.
    ///
    /// # Example
    ///
    /// ```
    /// use pop3_proto::client::{Config, Connection};
    /// use pop3_proto::{Command, SendError};
    ///
    /// let mut client = Connection::new(Config::default());
    /// client.receive(b"+OK ready\r\n");
    /// client.poll_event()?;
    /// let user = Command::parse(b"USER mrose")?;
    /// assert_eq!(client.send(&user), Err(SendError::PlaintextAuth));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn send(&mut self, command: &Command<'_>) -> Result<CommandId, SendError> {
        self.may_send(command)?;
        match command {
            Command::AuthResponse(_) | Command::AuthCancel => self.continue_exchange(command),
            Command::Auth { mechanism, initial } => {
                // RFC 5034, section 4: no initial response where the server does not offer SASL, or
                // where the line would be too long.
                let offered = self.capabilities.as_ref().is_some_and(|list| list.sasl().is_some());
                let short = Command::Auth { mechanism: mechanism.clone(), initial: None };
                let mut exchange = Exchange::new(mechanism);
                let id = if self.config.initial_response && (offered || initial.is_none()) {
                    match self.queue(command) {
                        Ok(id) => {
                            exchange.said(usize::from(initial.is_some()));
                            id
                        }
                        Err(SendError::Limit { what: LINE, .. }) if initial.is_some() => {
                            exchange.hold(initial.clone());
                            self.queue(&short)?
                        }
                        Err(error) => return Err(error),
                    }
                } else {
                    exchange.hold(initial.clone());
                    self.queue(&short)?
                };
                self.exchange = Some(exchange);
                Ok(id)
            }
            _ => self.queue(command),
        }
    }

    fn may_send(&self, command: &Command<'_>) -> Result<(), SendError> {
        let kind = Kind::of(command);
        let what = kind.name();
        let answers = matches!(command, Command::AuthResponse(_) | Command::AuthCancel);
        let challenged = self.exchange.as_ref().is_some_and(Exchange::is_challenged);
        let busy = self.quit_sent
            || self.upgrade != Upgrade::None
            || self.state == State::Greeting
            || self.exchange.is_some() != answers
            || (answers && !challenged);
        let authorization = self.state == State::Authorization && self.logins == 0;
        let transaction = self.state == State::Transaction || self.logins > 0;
        let allowed = match kind {
            Kind::Pass => authorization && self.user_sent,
            Kind::Stls => authorization && !self.utf8_sent && !self.tls,
            Kind::User | Kind::Apop | Kind::Auth if !answers => authorization,
            Kind::AuthList => authorization,
            // RFC 6856, section 5 sends a client back to it from RETR.
            Kind::Utf8 => true,
            Kind::Auth | Kind::Capa | Kind::Lang(_) | Kind::Quit | Kind::Other => true,
            _ => transaction,
        };
        if self.is_over() || busy || !allowed {
            return Err(self.refused(what));
        }
        self.is_offered(command)?;
        self.is_safe(command)
    }

    /// Only what a server that has it always says so is refused for not being said.
    fn is_offered(&self, command: &Command<'_>) -> Result<(), SendError> {
        if matches!(command, Command::Apop { .. }) && self.timestamp.is_none() {
            return Err(SendError::Unsupported("APOP"));
        }
        let offered = match &self.capabilities {
            Some(offered) if !self.config.probe => offered,
            _ => return Ok(()),
        };
        let missing = match command {
            Command::Stls => !offered.has("STLS"),
            Command::Utf8 => !offered.has("UTF8"),
            Command::Lang(_) => !offered.has("LANG"),
            Command::Auth { mechanism, .. } => {
                !offered.sasl().is_some_and(|list| list.contains(mechanism.as_str()))
            }
            // RFC 6856, section 2.2.
            Command::User(name) | Command::Apop { name, .. } if !name.as_str().is_ascii() => {
                !offered.utf8_user()
            }
            Command::Pass(password) if !password.expose().is_ascii() => !offered.utf8_user(),
            _ => false,
        };
        match command {
            _ if !missing => Ok(()),
            Command::User(_) | Command::Pass(_) | Command::Apop { .. } => {
                Err(SendError::Unsupported("UTF8 USER"))
            }
            Command::Auth { .. } => Err(SendError::Unsupported("this SASL mechanism")),
            _ => Err(SendError::Unsupported(Kind::of(command).name())),
        }
    }

    fn is_safe(&self, command: &Command<'_>) -> Result<(), SendError> {
        let in_clear = match command {
            Command::User(_) | Command::Pass(_) | Command::Apop { .. } => true,
            Command::Auth { mechanism, .. } => mechanism.is_plaintext() || self.config.require_tls,
            _ => false,
        };
        let allowed = self.config.allow_plaintext_auth && !self.config.require_tls;
        if in_clear && !self.tls && !allowed { Err(SendError::PlaintextAuth) } else { Ok(()) }
    }

    fn queue(&mut self, command: &Command<'_>) -> Result<CommandId, SendError> {
        let limit = self.config.limits.pipelined;
        if self.flight.len().saturating_add(self.waiting.len()) >= limit {
            return Err(SendError::Limit { what: "commands without an answer", limit });
        }
        let before = self.held.len();
        command.encode(&mut self.held);
        let len = self.held.len().saturating_sub(before);
        let limit = self.config.limits.command_sent;
        if len > limit {
            self.held.truncate(before);
            return Err(SendError::Limit { what: LINE, limit });
        }
        let kind = Kind::of(command);
        self.user_sent = kind == Kind::User;
        self.logins = self.logins.saturating_add(usize::from(kind.is_login()));
        match kind {
            Kind::Quit => self.quit_sent = true,
            Kind::Stls => self.upgrade = Upgrade::Asked,
            Kind::Utf8 => self.utf8_sent = true,
            _ => {}
        }
        Ok(self.enqueue(kind, len))
    }

    /// Puts a command whose octets are at the end of `held` into the queue.
    fn enqueue(&mut self, kind: Kind, len: usize) -> CommandId {
        let id = CommandId(self.next);
        self.next = self.next.wrapping_add(1);
        self.waiting.push_back(Pending { id, kind, len });
        self.let_out();
        id
    }

    /// Asks for the capabilities, if the machine is to do so.
    pub(super) fn ask(&mut self) {
        if self.config.ask_capabilities && !self.quit_sent {
            Command::Capa.encode(&mut self.held);
            self.enqueue(Kind::AskedCapa, b"CAPA\r\n".len());
        }
    }

    /// Moves commands that may go now to the output.
    pub(super) fn let_out(&mut self) {
        while let Some(&next) = self.waiting.front() {
            if let Some(last) = self.flight.back() {
                let len = self.flight_len.saturating_add(next.len);
                if !self.pipelining || last.kind.is_last() || len > self.config.limits.window {
                    return;
                }
            }
            let end = self.held_start.saturating_add(next.len);
            self.output.push(self.held.get(self.held_start..end).unwrap_or_default());
            self.held_start = end;
            if self.held_start >= self.held.len() {
                self.held.clear();
                self.held_start = 0;
            }
            self.flight_len = self.flight_len.saturating_add(next.len);
            self.waiting.pop_front();
            self.flight.push_back(next);
            self.settle();
        }
    }

    /// The answer to the first command in flight is complete.
    pub(super) fn finish(&mut self) {
        if let Some(done) = self.flight.pop_front() {
            self.flight_len = self.flight_len.saturating_sub(done.len);
        }
        self.reading = Reading::Status;
        self.settle();
        self.let_out();
    }

    /// QUIT alone is left: the server updates the maildrop.
    pub(super) fn settle(&mut self) {
        let quit = self.flight.front().is_some_and(|first| first.kind == Kind::Quit);
        if quit && self.state == State::Transaction {
            self.state = State::Update;
        }
    }

    fn continue_exchange(&mut self, command: &Command<'_>) -> Result<CommandId, SendError> {
        let auth = self.flight.front().map(|auth| auth.id);
        let (Some(exchange), Some(id)) = (&mut self.exchange, auth) else {
            return Err(self.refused("AUTH"));
        };
        if *command == Command::AuthCancel {
            exchange.cancel();
        } else {
            exchange.said(1);
        }
        self.output.write(|out| command.encode(out));
        Ok(id)
    }
}
