//! The client's side of a session.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::Range;
use core::time::Duration;

use bytes::Bytes;

use crate::deviation::{Deviation, DeviationKind};
use crate::input::{Input, Line};
use crate::output::Output;
use crate::reply::{self, Status};
use crate::syntax;
use crate::{
    Capabilities, Capability, Command, DropListing, Error, Limits, ParseError, Reply, ScanListing,
    SendError, Text, Timestamp, UniqueIdListing,
};
use crate::{dot, sasl};

mod config;
mod event;
mod exchange;
mod pending;
mod state;

pub use config::Config;
pub use event::Event;
pub use state::State;

use exchange::Exchange;
use pending::{Kind, Pending};

/// Which command an event is about: what [`Connection::send`] gave back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommandId(u64);

/// The client's side of a connection.
///
/// Four kinds of method:
///
/// - *bytes in*: [`receive`](Self::receive), [`receive_eof`](Self::receive_eof);
/// - *commands from the application*: [`send`](Self::send), [`tls_started`](Self::tls_started);
/// - *outputs to poll*: [`poll_event`](Self::poll_event), [`poll_transmit`](Self::poll_transmit)
///   with [`transmitted`](Self::transmitted);
/// - *getters*: [`wants_read`](Self::wants_read), [`wants_write`](Self::wants_write),
///   [`queued`](Self::queued), [`timeout`](Self::timeout), [`state`](Self::state),
///   [`is_tls`](Self::is_tls), [`limits`](Self::limits),
///   [`capabilities`](Self::capabilities), [`timestamp`](Self::timestamp).
///
/// Any order of calls is harmless. [`State`] has the diagram of the states.
///
/// Commands may be sent one after another without waiting. They are answered in their order. Where
/// the server does not offer PIPELINING the machine holds them back itself and lets one out at a
/// time; where it does, as many as `limits.window` allows.
///
/// # Example
///
/// ```
/// use pop3_proto::Command;
/// use pop3_proto::client::{Config, Connection, Event};
///
/// let mut config = Config::default();
/// config.ask_capabilities = false;
/// let mut client = Connection::new(config);
/// client.receive(b"+OK dewey POP3 server ready\r\n");
/// assert!(matches!(client.poll_event()?, Some(Event::Greeting { .. })));
///
/// let quit = client.send(&Command::Quit)?;
/// assert_eq!(client.poll_transmit(), Some(&b"QUIT\r\n"[..]));
/// client.transmitted(6);
///
/// client.receive(b"+OK dewey POP3 server signing off\r\n");
/// assert!(matches!(client.poll_event()?, Some(Event::Reply { command, .. }) if command == quit));
/// assert_eq!(client.poll_event()?, Some(Event::Closed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Connection {
    config: Config,
    input: Input,
    output: Output,
    state: State,
    tls: bool,
    upgrade: Upgrade,
    failed: Option<Error>,
    /// `Event::Closed` was given.
    closed: bool,
    next: u64,
    /// Commands that were let out, in order.
    flight: VecDeque<Pending>,
    /// Their octets.
    flight_len: usize,
    /// Commands that wait to be let out, in order.
    waiting: VecDeque<Pending>,
    /// Their octets.
    held: Vec<u8>,
    /// How much of `held` was let out.
    held_start: usize,
    reading: Reading,
    /// Whether lines end with LF alone: latched from the greeting.
    lf_only: bool,
    decoder: dot::Decoder,
    /// Lines of the list being read.
    lines: usize,
    /// A command for one message whose answer had no listing: a list may follow.
    list_for_one: Option<Pending>,
    /// Kinds of deviation that were reported for the present line, as bits.
    told: u32,
    timestamp: Option<Timestamp<'static>>,
    capabilities: Option<Capabilities<'static>>,
    pipelining: bool,
    /// The capabilities being read.
    coming: Capabilities<'static>,
    exchange: Option<Exchange>,
    /// The challenge last decoded.
    challenge: Vec<u8>,
    /// Logins sent and not answered.
    logins: usize,
    /// USER was sent last.
    user_sent: bool,
    utf8_sent: bool,
    quit_sent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Upgrade {
    None,
    /// STLS was sent.
    Asked,
    /// `Event::StartTls` was given.
    Ready,
}

/// What the next bytes are part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Status,
    List(Pending),
    Body,
    Capabilities,
}

/// An event, without the bytes it points at.
enum Found {
    Greeting { ok: bool, text: Range<usize> },
    Reply { id: CommandId, ok: bool, text: Range<usize> },
    CommitFailed { id: CommandId, text: Range<usize> },
    Stat { id: CommandId, listing: DropListing },
    Size { id: CommandId, listing: ScanListing },
    UniqueId { id: CommandId, message: u32, unique_id: Range<usize> },
    Line { id: CommandId, line: Range<usize> },
    Unreadable { id: CommandId, error: ParseError, line: Range<usize> },
    ListEnd { id: CommandId },
    Chunk(Range<usize>),
    BodyEnd,
    Capabilities,
    Challenge { id: CommandId },
    StartTls,
    Deviation(Deviation),
    Closed,
}

/// What a step came to.
enum Step {
    Event(Found),
    /// Nothing to tell; go on.
    Again,
    /// More input is needed, or nothing is left to do.
    Wait,
}

impl Connection {
    /// A client on a fresh connection. It says nothing before the server's greeting.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            input: Input::default(),
            output: Output::default(),
            state: State::Greeting,
            tls: false,
            upgrade: Upgrade::None,
            failed: None,
            closed: false,
            next: 0,
            flight: VecDeque::new(),
            flight_len: 0,
            waiting: VecDeque::new(),
            held: Vec::new(),
            held_start: 0,
            reading: Reading::Status,
            lf_only: false,
            decoder: dot::Decoder::new(),
            lines: 0,
            list_for_one: None,
            told: 0,
            timestamp: None,
            capabilities: None,
            pipelining: false,
            coming: Capabilities::default(),
            exchange: None,
            challenge: Vec::new(),
            logins: 0,
            user_sent: false,
            utf8_sent: false,
            quit_sent: false,
        }
    }

    /// Takes bytes from the server. It never fails and never parses; `poll_event` does.
    pub fn receive(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.is_over() {
            return;
        }
        let limit = self.config.limits.held_input();
        if self.upgrade == Upgrade::Ready {
            self.failed = Some(Error::PlaintextAfterStartTls);
        } else if self.input.len() >= limit {
            self.failed = Some(Error::InputOverflow { limit });
        } else {
            self.input.receive(bytes);
        }
    }

    /// The server closed its side.
    pub fn receive_eof(&mut self) {
        self.input.receive_eof();
    }

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

    /// A client has no bodies to send.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn send_body(&mut self, _chunk: Bytes) -> Result<(), SendError> {
        Err(self.refused("a body"))
    }

    /// A client has no bodies to send.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn finish_body(&mut self) -> Result<(), SendError> {
        Err(self.refused("the end of a body"))
    }

    /// TLS is up: after `Event::StartTls`, or before any byte moved where TLS is implicit.
    ///
    /// After STLS all that the server said it offers is forgotten, and asked for again if
    /// `config.ask_capabilities` says so. The timestamp of the greeting stays, since there is no
    /// other; it came in the clear.
    ///
    /// # Errors
    ///
    /// At any other time.
    pub fn tls_started(&mut self) -> Result<(), SendError> {
        if self.is_over() {
            return Err(SendError::Closed);
        }
        let fresh = self.state == State::Greeting && self.input.is_empty() && !self.tls;
        if self.upgrade == Upgrade::Ready {
            self.upgrade = Upgrade::None;
            self.input.clear();
            self.capabilities = None;
            self.pipelining = false;
            self.tls = true;
            self.ask();
            Ok(())
        } else if fresh {
            self.tls = true;
            Ok(())
        } else {
            Err(self.refused("TLS"))
        }
    }

    /// The next event; `None` when there is none before more input or a command.
    ///
    /// # Errors
    ///
    /// The connection is over. The same error comes back on every later call.
    pub fn poll_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        self.input.release();
        loop {
            if let Some(error) = &self.failed {
                return Err(error.clone());
            }
            match self.step() {
                Ok(Step::Event(found)) => return Ok(Some(self.event(found))),
                Ok(Step::Again) => {}
                Ok(Step::Wait) => return Ok(None),
                Err(error) => self.failed = Some(error),
            }
        }
    }

    /// The bytes to transmit next; the same again until `transmitted`.
    pub fn poll_transmit(&mut self) -> Option<&[u8]> {
        self.output.poll()
    }

    /// The first `n` of the bytes offered were transmitted; more than were offered count as those.
    pub fn transmitted(&mut self, n: usize) {
        self.output.transmitted(n);
    }

    /// Whether bytes from the server are of use now: not when the connection is over, not between
    /// `Event::StartTls` and `tls_started`, and not while enough unread input is held.
    #[must_use]
    pub fn wants_read(&self) -> bool {
        !self.is_over()
            && !self.input.eof()
            && self.upgrade != Upgrade::Ready
            && self.input.len() < self.config.limits.held_input()
    }

    /// Whether bytes wait for transmission.
    #[must_use]
    pub fn wants_write(&self) -> bool {
        self.output.queued() > 0
    }

    /// How many bytes wait for transmission.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.output.queued()
    }

    /// How long to wait for the server: ten minutes, the shortest time after which a server may
    /// log an idle client out
    /// ([RFC 1939, section 3](https://www.rfc-editor.org/rfc/rfc1939#page-4)).
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        (!self.is_over()).then_some(Duration::from_secs(600))
    }

    /// Where the session is.
    #[must_use]
    pub fn state(&self) -> State {
        if self.failed.is_some() { State::Closed } else { self.state }
    }

    /// Whether TLS is up.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// The limits of this connection.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.config.limits
    }

    /// What the server offers, as far as it said so under the present TLS state.
    #[must_use]
    pub fn capabilities(&self) -> Option<&Capabilities<'static>> {
        self.capabilities.as_ref()
    }

    /// The timestamp of the greeting, which APOP needs.
    #[must_use]
    pub fn timestamp(&self) -> Option<&Timestamp<'static>> {
        self.timestamp.as_ref()
    }

    fn is_over(&self) -> bool {
        self.failed.is_some() || self.state == State::Closed
    }

    fn refused(&self, what: &'static str) -> SendError {
        if self.is_over() {
            SendError::Closed
        } else {
            SendError::State { what, state: self.state.name() }
        }
    }
}

const LINE: &str = "octets in a command line";

/// Sending.
impl Connection {
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
    fn ask(&mut self) {
        if self.config.ask_capabilities && !self.quit_sent {
            Command::Capa.encode(&mut self.held);
            self.enqueue(Kind::AskedCapa, b"CAPA\r\n".len());
        }
    }

    /// Moves commands that may go now to the output.
    fn let_out(&mut self) {
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
    fn finish(&mut self) {
        if let Some(done) = self.flight.pop_front() {
            self.flight_len = self.flight_len.saturating_sub(done.len);
        }
        self.reading = Reading::Status;
        self.settle();
        self.let_out();
    }

    /// QUIT alone is left: the server updates the maildrop.
    fn settle(&mut self) {
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

/// Receiving.
impl Connection {
    fn step(&mut self) -> Result<Step, Error> {
        if self.state == State::Closed {
            let told = core::mem::replace(&mut self.closed, true);
            return Ok(if told { Step::Wait } else { Step::Event(Found::Closed) });
        }
        if self.upgrade == Upgrade::Ready {
            return Ok(Step::Wait);
        }
        match self.reading {
            Reading::Status => self.status(),
            Reading::List(pending) => self.list(pending),
            Reading::Body => self.body(),
            Reading::Capabilities => self.capability(),
        }
    }

    /// Reports a deviation, once for each line; `None` if that was done.
    fn deviate(&mut self, kind: DeviationKind, offset: usize) -> Result<Option<Step>, Error> {
        if self.config.strict {
            return Err(Error::Deviation(kind));
        }
        let bit = 1_u32.wrapping_shl(kind as u32);
        if self.told & bit != 0 {
            return Ok(None);
        }
        self.told |= bit;
        Ok(Some(Step::Event(Found::Deviation(Deviation { kind, offset }))))
    }

    /// Hands the line to an event.
    fn take(&mut self, with_end: usize) {
        self.told = 0;
        self.input.take(with_end);
    }

    /// The next line: its length and that with its end.
    fn line(&mut self, lf: bool) -> Result<Option<(usize, usize)>, Error> {
        let auth = self.flight.front().is_some_and(|first| first.kind == Kind::Auth);
        let limits = &self.config.limits;
        let limit = if auth { limits.auth_line } else { limits.reply_line };
        match self.input.line(lf, limit) {
            Line::Found { len, with_end } => Ok(Some((len, with_end))),
            Line::TooLong => Err(Error::LineTooLong { limit }),
            Line::Incomplete if self.input.eof() => self.eof().map(|()| None),
            Line::Incomplete => Ok(None),
        }
    }

    /// The server closed the connection, and no line is left.
    fn eof(&mut self) -> Result<(), Error> {
        let during = match (self.state, self.reading, self.flight.front().map(|first| first.kind)) {
            (_, Reading::Body, _) => "a message",
            (_, Reading::List(_) | Reading::Capabilities, _) => "a list",
            (State::Greeting, ..) => "the greeting",
            // Nothing was at stake.
            (State::Authorization, _, Some(Kind::Quit)) if self.input.is_empty() => {
                self.state = State::Closed;
                return Ok(());
            }
            (_, _, Some(kind)) => kind.name(),
            (_, _, None) => "the session",
        };
        Err(Error::UnexpectedEof { during })
    }

    /// A line that begins an answer, or should.
    fn status(&mut self) -> Result<Step, Error> {
        let greeting = self.state == State::Greeting;
        let Some((len, with_end)) = self.line(greeting || self.lf_only)? else {
            return Ok(if self.state == State::Closed { Step::Again } else { Step::Wait });
        };
        if greeting {
            return self.greeting(len, with_end);
        }
        let line = self.input.bytes(0..len);
        if !matches!(line.first(), Some(b'+' | b'-'))
            && let Some(pending) = self.list_for_one
        {
            if let Some(step) = self.deviate(DeviationKind::ListForOne, 0)? {
                return Ok(step);
            }
            self.list_for_one = None;
            self.lines = 0;
            self.reading = Reading::List(pending);
            return Ok(Step::Again);
        }
        let (status, at) = reply::status(line).map_err(|_| Error::Desync)?;
        let Some(&first) = self.flight.front() else {
            return self.unsolicited(status, with_end);
        };
        let capitals = line.starts_with(b"+") && status == Status::Challenge
            || line.starts_with(b"+OK")
            || line.starts_with(b"-ERR");
        let text = line.get(at..).unwrap_or_default();
        syntax::check_line(text)
            .map_err(|e| ParseError::new(at.saturating_add(e.offset), e.expected))?;
        if !capitals && let Some(step) = self.deviate(DeviationKind::StatusCase, 0)? {
            return Ok(step);
        }
        self.list_for_one = None;
        let step = match status {
            Status::Ok => self.positive(first, at..len, with_end)?,
            Status::Err => self.negative(first, at..len)?,
            Status::Challenge if first.kind == Kind::Auth => self.challenge(first, at..len)?,
            Status::Challenge => return Err(Error::Desync),
        };
        if !matches!(step, Step::Event(Found::Deviation(_)) | Step::Wait) {
            self.take(with_end);
            if matches!(step, Step::Again) {
                self.input.release();
            }
        }
        Ok(step)
    }

    fn greeting(&mut self, len: usize, with_end: usize) -> Result<Step, Error> {
        let line = self.input.bytes(0..len);
        let (status, at) = reply::greeting(line)?;
        syntax::check_line(line)?;
        let capitals = line.starts_with(b"+OK") || line.starts_with(b"-ERR");
        let timestamp = Timestamp::find(line).map(Timestamp::into_owned);
        if with_end.saturating_sub(len) == 1 {
            if let Some(step) = self.deviate(DeviationKind::LfOnly, len)? {
                return Ok(step);
            }
            self.lf_only = true;
            self.decoder.set_lf_only();
        }
        if !capitals && let Some(step) = self.deviate(DeviationKind::StatusCase, 0)? {
            return Ok(step);
        }
        let ok = status == Status::Ok;
        self.take(with_end);
        if ok {
            self.timestamp = timestamp;
            self.state = State::Authorization;
            self.ask();
        } else {
            self.state = State::Closed;
        }
        Ok(Step::Event(Found::Greeting { ok, text: at..len }))
    }

    /// An answer, and no command waits for one.
    fn unsolicited(&mut self, status: Status, with_end: usize) -> Result<Step, Error> {
        if status != Status::Err {
            return Err(Error::UnexpectedReply);
        }
        if let Some(step) = self.deviate(DeviationKind::Unsolicited, 0)? {
            return Ok(step);
        }
        self.take(with_end);
        self.input.release();
        Ok(Step::Again)
    }

    fn negative(&mut self, first: Pending, text: Range<usize>) -> Result<Step, Error> {
        let id = first.id;
        match first.kind {
            Kind::Stls if self.config.require_tls => return Err(Error::TlsRefused),
            Kind::Stls => self.upgrade = Upgrade::None,
            Kind::Utf8 => self.utf8_sent = false,
            Kind::User => self.user_sent = false,
            Kind::Auth => self.exchange = None,
            _ => {}
        }
        self.logins = self.logins.saturating_sub(usize::from(first.kind.is_login()));
        let update = self.state == State::Update;
        if first.kind == Kind::Quit {
            self.state = State::Closed;
        }
        self.finish();
        Ok(match first.kind {
            Kind::AskedCapa => Step::Again,
            Kind::Quit if update => Step::Event(Found::CommitFailed { id, text }),
            _ => Step::Event(Found::Reply { id, ok: false, text }),
        })
    }

    fn positive(
        &mut self,
        first: Pending,
        text: Range<usize>,
        with_end: usize,
    ) -> Result<Step, Error> {
        let id = first.id;
        let reply = Step::Event(Found::Reply { id, ok: true, text: text.clone() });
        match first.kind {
            Kind::Stat => return self.drop_listing(first, text),
            Kind::List(Some(_)) => return self.one_size(first, text),
            Kind::Uidl(Some(_)) => return self.one_unique_id(first, text),
            Kind::List(None) | Kind::Uidl(None) | Kind::Lang(false) | Kind::AuthList => {
                self.lines = 0;
                self.reading = Reading::List(first);
                return Ok(reply);
            }
            Kind::Retr => {
                self.decoder.reset();
                self.reading = Reading::Body;
                return Ok(reply);
            }
            Kind::Capa | Kind::AskedCapa => {
                self.coming = Capabilities::default();
                self.reading = Reading::Capabilities;
                return Ok(Step::Again);
            }
            Kind::Stls => {
                if self.output.queued() > 0 {
                    return Ok(Step::Wait);
                }
                if self.input.len() > with_end {
                    return Err(Error::PlaintextAfterStartTls);
                }
                self.finish();
                self.upgrade = Upgrade::Ready;
                return Ok(Step::Event(Found::StartTls));
            }
            Kind::Auth => {
                let exchange = self.exchange.as_mut();
                if exchange.is_some_and(|exchange| exchange.expects_challenge()) {
                    if let Some(step) = self.deviate(DeviationKind::OkForChallenge, 0)? {
                        return Ok(step);
                    }
                    self.challenge.clear();
                    return Ok(self.challenged(id));
                }
                self.exchange = None;
            }
            Kind::Quit => self.state = State::Closed,
            _ => {}
        }
        self.finish();
        if first.kind.is_login() {
            self.logins = self.logins.saturating_sub(1);
            self.state = State::Transaction;
            self.settle();
            self.ask();
        }
        Ok(reply)
    }

    fn drop_listing(&mut self, first: Pending, text: Range<usize>) -> Result<Step, Error> {
        let id = first.id;
        let found = match DropListing::tolerant(self.input.bytes(text.clone())) {
            Ok((_, Some((kind, at))))
                if let Some(step) = self.deviate(kind, text.start.saturating_add(at))? =>
            {
                return Ok(step);
            }
            Ok((listing, _)) => Found::Stat { id, listing },
            Err(error) => Found::Unreadable { id, error, line: text },
        };
        self.finish();
        Ok(Step::Event(found))
    }

    fn one_size(&mut self, first: Pending, text: Range<usize>) -> Result<Step, Error> {
        let parsed = ScanListing::tolerant(self.input.bytes(text.clone()));
        if let Ok((_, Some((kind, at)))) = parsed
            && let Some(step) = self.deviate(kind, text.start.saturating_add(at))?
        {
            return Ok(step);
        }
        let id = first.id;
        let found = match parsed {
            Ok((listing, _)) if first.kind == Kind::List(Some(listing.message)) => {
                Found::Size { id, listing }
            }
            Ok(_) => Found::Unreadable { id, error: ParseError::new(0, ASKED), line: text },
            Err(error) => {
                self.list_for_one = Some(first);
                Found::Unreadable { id, error, line: text }
            }
        };
        self.finish();
        Ok(Step::Event(found))
    }

    fn one_unique_id(&mut self, first: Pending, text: Range<usize>) -> Result<Step, Error> {
        let bytes = self.input.bytes(text.clone());
        let parsed = UniqueIdListing::tolerant(bytes);
        let asked = if let Kind::Uidl(Some(asked)) = first.kind { asked } else { 0 };
        let number_alone = syntax::message_number(bytes) == Some((asked, b""));
        let alone = !number_alone && UniqueIdListing::alone(bytes);
        let deviation = match parsed {
            Ok((_, _, deviation)) => deviation,
            Err(_) if alone => Some((DeviationKind::MissingNumber, 0)),
            Err(_) => None,
        };
        if let Some((kind, at)) = deviation
            && let Some(step) = self.deviate(kind, text.start.saturating_add(at))?
        {
            return Ok(step);
        }
        let id = first.id;
        let found = match parsed {
            Ok((message, at, _)) if message == asked => {
                let unique_id = text.start.saturating_add(at)..text.end;
                Found::UniqueId { id, message, unique_id }
            }
            Ok(_) => Found::Unreadable { id, error: ParseError::new(0, ASKED), line: text },
            Err(error) => {
                self.list_for_one = Some(first);
                if alone {
                    Found::UniqueId { id, message: asked, unique_id: text }
                } else {
                    Found::Unreadable { id, error, line: text }
                }
            }
        };
        self.finish();
        Ok(Step::Event(found))
    }

    /// A challenge of a SASL mechanism.
    fn challenge(&mut self, first: Pending, text: Range<usize>) -> Result<Step, Error> {
        let Some(exchange) = &mut self.exchange else { return Err(Error::UnexpectedReply) };
        if exchange.is_challenged() || exchange.is_cancelled() {
            return Err(Error::UnexpectedReply);
        }
        let ignores = exchange.ignores_challenges();
        match sasl::decode_base64(self.input.bytes(text.clone()), text.start) {
            Ok(octets) => self.challenge = octets,
            Err(_) if ignores => {
                if let Some(step) = self.deviate(DeviationKind::TextInChallenge, text.start)? {
                    return Ok(step);
                }
                self.challenge.clear();
            }
            Err(error) => {
                // RFC 5034, section 4: the client MUST cancel.
                exchange.cancel();
                self.output.write(|out| Command::AuthCancel.encode(out));
                return Ok(Step::Event(Found::Unreadable { id: first.id, error, line: text }));
            }
        }
        Ok(self.challenged(first.id))
    }

    /// Answers a challenge with the initial response that was held back, or tells the caller.
    fn challenged(&mut self, id: CommandId) -> Step {
        let Some(exchange) = &mut self.exchange else { return Step::Again };
        match exchange.release() {
            Some(initial) => {
                self.output.write(|out| Command::AuthResponse(initial).encode(out));
                Step::Again
            }
            None => Step::Event(Found::Challenge { id }),
        }
    }

    /// Counts a line of a list.
    fn count(&mut self, what: &'static str, limit: usize) -> Result<(), Error> {
        self.lines = self.lines.saturating_add(1);
        if self.lines > limit { Err(Error::TooMany { what, limit }) } else { Ok(()) }
    }

    fn list(&mut self, pending: Pending) -> Result<Step, Error> {
        let id = pending.id;
        let limit = self.config.limits.messages;
        if pending.kind == Kind::List(None)
            && let Some((listing, len)) = ScanListing::quick(self.input.unread())
        {
            self.count(LISTINGS, limit)?;
            self.input.skip(len);
            return Ok(Step::Event(Found::Size { id, listing }));
        }
        let Some((len, with_end)) = self.line(self.lf_only)? else { return Ok(Step::Wait) };
        let line = self.input.bytes(0..len);
        if line == b"." {
            self.take(with_end);
            if self.flight.front().is_some_and(|first| first.id == id) {
                self.finish();
            }
            self.reading = Reading::Status;
            return Ok(Step::Event(Found::ListEnd { id }));
        }
        let start = usize::from(line.first() == Some(&b'.'));
        let text = line.get(start..).unwrap_or_default();
        let (found, deviation) = match pending.kind {
            Kind::List(_) => match ScanListing::tolerant(text) {
                Ok((listing, deviation)) => (Found::Size { id, listing }, deviation),
                Err(error) => (Found::Unreadable { id, error, line: start..len }, None),
            },
            Kind::Uidl(_) => match UniqueIdListing::tolerant(text) {
                Ok((message, at, deviation)) => {
                    let unique_id = start.saturating_add(at)..len;
                    (Found::UniqueId { id, message, unique_id }, deviation)
                }
                Err(error) => (Found::Unreadable { id, error, line: start..len }, None),
            },
            _ => match syntax::check_line(text) {
                Ok(()) => (Found::Line { id, line: start..len }, None),
                Err(error) => (Found::Unreadable { id, error, line: start..len }, None),
            },
        };
        if let Some((kind, at)) = deviation
            && let Some(step) = self.deviate(kind, start.saturating_add(at))?
        {
            return Ok(step);
        }
        self.count(LISTINGS, limit)?;
        self.take(with_end);
        Ok(Step::Event(found))
    }

    fn body(&mut self) -> Result<Step, Error> {
        let part = self.input.body(&mut self.decoder);
        if part.end {
            self.finish();
            return Ok(Step::Event(Found::BodyEnd));
        }
        if part.consumed == 0 {
            if self.input.eof() {
                self.eof()?;
            }
            return Ok(Step::Wait);
        }
        Ok(Step::Event(Found::Chunk(part.content)))
    }

    fn capability(&mut self) -> Result<Step, Error> {
        let Some((len, with_end)) = self.line(self.lf_only)? else { return Ok(Step::Wait) };
        let line = self.input.bytes(0..len);
        if line == b"." {
            self.take(with_end);
            self.finish();
            self.pipelining = self.coming.has("PIPELINING");
            self.capabilities = Some(core::mem::take(&mut self.coming));
            self.let_out();
            return Ok(Step::Event(Found::Capabilities));
        }
        let start = usize::from(line.first() == Some(&b'.'));
        let parsed = Capability::parse(line.get(start..).unwrap_or_default());
        match parsed.map(Capability::into_owned) {
            Ok(capability) => {
                let limit = self.config.limits.capabilities;
                if self.coming.as_slice().len() >= limit {
                    return Err(Error::TooMany { what: "capabilities", limit });
                }
                self.coming.push(capability);
                self.input.skip(with_end);
                Ok(Step::Again)
            }
            Err(error) => {
                self.take(with_end);
                let id = self.flight.front().map_or(CommandId(0), |first| first.id);
                Ok(Step::Event(Found::Unreadable { id, error, line: start..len }))
            }
        }
    }

    /// The event that was found, with the bytes it points at.
    fn event(&self, found: Found) -> Event<'_> {
        let reply = |ok: bool, text: Range<usize>| {
            let text = Text::checked(self.input.bytes(text));
            if ok { Reply::Ok(text) } else { Reply::Err(text) }
        };
        match found {
            Found::Greeting { ok, text } => {
                let timestamp = Timestamp::find(self.input.bytes(text.clone()));
                Event::Greeting { reply: reply(ok, text), timestamp }
            }
            Found::Reply { id: command, ok, text } => {
                Event::Reply { command, reply: reply(ok, text) }
            }
            Found::CommitFailed { id: command, text } => {
                Event::CommitFailed { command, reply: reply(false, text) }
            }
            Found::Stat { id: command, listing } => Event::Stat { command, listing },
            Found::Size { id: command, listing } => Event::Size { command, listing },
            Found::UniqueId { id: command, message, unique_id } => {
                // Printable ASCII, as was checked.
                let unique_id = core::str::from_utf8(self.input.bytes(unique_id));
                let unique_id = Cow::Borrowed(unique_id.unwrap_or_default());
                Event::UniqueId { command, message, unique_id }
            }
            Found::Line { id: command, line } => {
                Event::Line { command, line: Text::checked(self.input.bytes(line)) }
            }
            Found::Unreadable { id: command, error, line } => {
                let line = Cow::Borrowed(self.input.bytes(line));
                Event::Unreadable { command, error, line }
            }
            Found::ListEnd { id: command } => Event::ListEnd { command },
            Found::Chunk(range) => Event::BodyChunk(Cow::Borrowed(self.input.bytes(range))),
            Found::BodyEnd => Event::BodyEnd,
            Found::Capabilities => {
                let offered = self.capabilities.as_ref();
                Event::Capabilities(offered.map(Capabilities::as_borrowed).unwrap_or_default())
            }
            Found::Challenge { id: command } => Event::Challenge {
                command,
                challenge: crate::Secret::from_octets(self.challenge.as_slice()),
            },
            Found::StartTls => Event::StartTls,
            Found::Deviation(deviation) => Event::Deviation(deviation),
            Found::Closed => Event::Closed,
        }
    }
}

const ASKED: &str = "the message that was asked for";
const LISTINGS: &str = "lines in a list";
