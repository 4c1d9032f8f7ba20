//! The client's side of a session.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use bytes::Bytes;

use crate::input::{Input, Line};
use crate::output::Output;
use crate::reply::parse_prefix;
use crate::{Capabilities, Command, DeviationKind, Error, Limits, Reply, Secret, SendError, dot};

mod config;
mod event;
mod mail;
mod queue;
mod receive;
mod send;
mod state;

pub use config::Config;
pub use event::{CommandId, Event};
pub use mail::{Envelope, Outcome, Recipient};
pub use state::State;

use mail::Mail;
use queue::{Body, Flight, Item};

/// The client's side of a connection, of SMTP or LMTP.
///
/// Four kinds of method:
///
/// - *bytes in*: [`receive`](Self::receive), [`receive_eof`](Self::receive_eof);
/// - *commands from the application*: [`send`](Self::send), [`send_mail`](Self::send_mail),
///   [`send_body`](Self::send_body), [`finish_body`](Self::finish_body),
///   [`tls_started`](Self::tls_started);
/// - *outputs to poll*: [`poll_event`](Self::poll_event), [`poll_transmit`](Self::poll_transmit)
///   with [`transmitted`](Self::transmitted);
/// - *getters*: [`wants_read`](Self::wants_read), [`wants_write`](Self::wants_write),
///   [`queued`](Self::queued), [`timeout`](Self::timeout), [`state`](Self::state),
///   [`is_tls`](Self::is_tls), [`limits`](Self::limits), [`capabilities`](Self::capabilities).
///
/// Any order of calls is harmless. [`State`] has the diagram of the states.
///
/// The machine says EHLO by itself after the greeting and after TLS, and HELO where EHLO is
/// refused. Commands may be handed over at any time after [`Event::Capabilities`]; they go out
/// one at a time, or in groups where the server offers PIPELINING.
///
/// # Example
///
/// ```
/// use smtp_proto::client::{Config, Connection, Envelope, Event};
/// use smtp_proto::{Host, Mailbox};
///
/// let mut client = Connection::new(Config::new(Host::try_from("client.example.org")?));
/// client.receive(b"220 mx.example.org ready\r\n");
/// assert!(matches!(client.poll_event()?, Some(Event::Greeting { .. })));
/// assert_eq!(client.poll_transmit(), Some(&b"EHLO client.example.org\r\n"[..]));
/// client.transmitted(25);
/// client.receive(b"250-mx.example.org\r\n250 PIPELINING\r\n");
/// assert!(matches!(client.poll_event()?, Some(Event::Capabilities(_))));
///
/// let mut envelope = Envelope::new(Mailbox::try_from("a@example.org")?.into());
/// envelope.to(Mailbox::try_from("b@example.org")?.into());
/// let mail = client.send_mail(&envelope)?;
/// client.send_body("Subject: hi\r\n\r\n.\r\n".into())?;
/// client.finish_body()?;
/// let group = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n";
/// assert_eq!(client.poll_transmit(), Some(&group[..]));
/// client.transmitted(group.len());
/// client.receive(b"250 ok\r\n250 ok\r\n354 go on\r\n");
/// assert_eq!(client.poll_event()?, None);
/// assert_eq!(client.poll_transmit(), Some(&b"Subject: hi\r\n\r\n..\r\n.\r\n"[..]));
/// client.transmitted(22);
/// client.receive(b"250 taken\r\n");
/// let Some(Event::MailDone { mail: done, outcome }) = client.poll_event()? else { panic!() };
/// assert_eq!(done, mail);
/// assert!(outcome.recipients[0].is_accepted());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Connection {
    config: Config,
    input: Input,
    output: Output,
    state: State,
    tls: bool,
    /// Whether any byte has moved.
    moved: bool,
    failed: Option<Error>,
    /// `Event::Closed` was given.
    closed: bool,
    capabilities: Option<Capabilities<'static>>,
    /// What it offered before TLS: only to be compared.
    clear: Option<Capabilities<'static>>,
    next: u64,
    /// What has not been let out.
    queue: VecDeque<Item>,
    /// What was let out and has no answer.
    flight: VecDeque<Flight>,
    flight_bytes: usize,
    /// Something in flight has to be answered before anything else is let out.
    barrier: bool,
    body: Body,
    stuffing: dot::Encoder,
    /// Bytes of content that wait in the queue.
    held: usize,
    /// Recipients of the present mail that the server took.
    accepted: usize,
    recipients: usize,
    mails: VecDeque<Mail>,
    /// Mails that were begun in this session.
    mails_sent: usize,
    exchange: Option<Exchange>,
    /// Complete lines of a reply that has more lines.
    reply_at: usize,
    reply_code: Option<u16>,
    /// What the reply in front does otherwise, and whether that was told.
    deviation: Option<(DeviationKind, bool)>,
    /// Events that the machine made.
    events: VecDeque<Event<'static>>,
    starting_tls: StartingTls,
}

/// A SASL exchange under way.
#[derive(Debug)]
struct Exchange {
    id: CommandId,
    /// An initial response that goes out as the answer to the first challenge.
    held: Option<Secret<'static>>,
    /// Whether a challenge waits for an answer of the caller.
    challenged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StartingTls {
    No,
    /// The server agreed.
    Agreed,
    /// The caller knows.
    Told,
}

/// Without what came and what goes out: there may be secrets in it.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("state", &self.state())
            .field("tls", &self.is_tls())
            .field("queued", &self.queued())
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// A client on a fresh connection. It waits for the greeting.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            input: Input::default(),
            output: Output::default(),
            state: State::Greeting,
            tls: false,
            moved: false,
            failed: None,
            closed: false,
            capabilities: None,
            clear: None,
            next: 0,
            queue: VecDeque::new(),
            flight: VecDeque::new(),
            flight_bytes: 0,
            barrier: false,
            body: Body::None,
            stuffing: dot::Encoder::new(),
            held: 0,
            accepted: 0,
            recipients: 0,
            mails: VecDeque::new(),
            mails_sent: 0,
            exchange: None,
            reply_at: 0,
            reply_code: None,
            deviation: None,
            events: VecDeque::new(),
            starting_tls: StartingTls::No,
        }
    }

    /// Takes bytes from the server. It never fails and never parses; `poll_event` does.
    pub fn receive(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.is_over() {
            return;
        }
        self.moved = true;
        let limit = self.limits().held_input();
        if self.starting_tls != StartingTls::No {
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

    /// TLS is up: after `Event::StartTls`, or before any byte moved where TLS is implicit. The
    /// machine says EHLO again, and forgets what the server said before.
    ///
    /// # Errors
    ///
    /// At any other time.
    pub fn tls_started(&mut self) -> Result<(), SendError> {
        self.check_open()?;
        let implicit = !self.moved && !self.tls;
        if self.starting_tls != StartingTls::Told && !implicit {
            return Err(self.refused("TLS"));
        }
        self.tls = true;
        self.starting_tls = StartingTls::No;
        if !implicit {
            self.input.clear();
            self.clear = self.capabilities.take();
            self.say_hello();
        }
        Ok(())
    }

    /// The next event; `None` when there is none before more input or a transmission.
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
            if let Some(event) = self.events.pop_front() {
                return Ok(Some(event));
            }
            if self.state == State::Closed {
                let told = self.closed;
                self.closed = true;
                return Ok((!told).then_some(Event::Closed));
            }
            if self.starting_tls == StartingTls::Agreed {
                if self.output.queued() > 0 {
                    return Ok(None);
                }
                self.starting_tls = StartingTls::Told;
                return Ok(Some(Event::StartTls));
            }
            let framed = match self.frame() {
                Ok(framed) => framed,
                Err(error) => {
                    self.failed = Some(error.clone());
                    return Err(error);
                }
            };
            let Some(len) = framed else {
                if self.state == State::Closed || !self.events.is_empty() {
                    continue;
                }
                return Ok(None);
            };
            match self.take_reply(len) {
                Err(error) => self.failed = Some(error),
                Ok(None) => self.input.release(),
                Ok(Some(told)) => {
                    let reply =
                        Reply::parse(self.input.bytes(0..len)).unwrap_or(Reply::new(500, ""));
                    return Ok(Some(told.event(reply)));
                }
            }
        }
    }

    /// The bytes to transmit next; the same again until `transmitted`.
    pub fn poll_transmit(&mut self) -> Option<&[u8]> {
        if self.failed.is_some() {
            return None;
        }
        self.output.poll()
    }

    /// The first `n` of the bytes offered were transmitted; more than were offered count as those.
    pub fn transmitted(&mut self, n: usize) {
        self.moved |= n > 0;
        self.output.transmitted(n);
    }

    /// Whether bytes from the server are of use now: not when the connection is over, not between
    /// STARTTLS and `tls_started`, and not while enough unread input is held.
    #[must_use]
    pub fn wants_read(&self) -> bool {
        !self.is_over()
            && !self.input.eof()
            && self.starting_tls == StartingTls::No
            && self.input.len() < self.limits().held_input()
    }

    /// Whether bytes wait for transmission.
    #[must_use]
    pub fn wants_write(&self) -> bool {
        self.failed.is_none() && self.output.queued() > 0
    }

    /// How many bytes wait: for transmission, and content that waits for the server's consent. What
    /// somebody who streams a mail watches.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.output.queued().saturating_add(self.held)
    }

    /// How long to wait for the server
    /// ([RFC 5321, section 4.5.3.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.2)): 5
    /// minutes for the greeting, MAIL and RCPT, 2 for DATA, 3 while content is sent, 10 after it.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        if self.is_over() {
            return None;
        }
        let minutes = match self.flight.front() {
            Some(flight) => flight.minutes(),
            None if self.body.is_open() => 3,
            None => 5,
        };
        Some(Duration::from_secs(minutes * 60))
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

    /// What the server offers, once it has said so.
    #[must_use]
    pub fn capabilities(&self) -> Option<&Capabilities<'static>> {
        self.capabilities.as_ref()
    }

    fn is_over(&self) -> bool {
        self.failed.is_some() || self.state == State::Closed
    }

    fn check_open(&self) -> Result<(), SendError> {
        if self.is_over() { Err(SendError::Closed) } else { Ok(()) }
    }

    #[cold]
    fn refused(&self, what: &'static str) -> SendError {
        SendError::State { what, state: self.state.name() }
    }

    fn new_id(&mut self) -> CommandId {
        let id = CommandId(self.next);
        self.next = self.next.saturating_add(1);
        id
    }

    /// The length of the next reply, if all of it is here.
    fn frame(&mut self) -> Result<Option<usize>, Error> {
        let limits = &self.config.limits;
        loop {
            match self.input.line(self.reply_at, true, limits.reply_line) {
                Line::Incomplete => return self.end_of_input().map(|()| None),
                Line::TooLong => return Err(Error::LineTooLong { limit: limits.reply_line }),
                Line::Found { with_end, .. } => {
                    let end = self.reply_at.saturating_add(with_end);
                    if end > limits.reply {
                        let limit = limits.reply;
                        return Err(Error::TooMany { what: "bytes of a reply", limit });
                    }
                    let line = self.input.bytes(self.reply_at..end);
                    let (code, last) = parse_prefix(line)?;
                    if self.deviation.is_none() {
                        self.deviation = deviation(line).map(|kind| (kind, false));
                    }
                    if self.reply_code.is_some_and(|before| before != code) {
                        let at = self.reply_at;
                        return Err(
                            crate::ParseError::new(at, "the code of the line before").into()
                        );
                    }
                    if !last {
                        self.reply_at = end;
                        self.reply_code = Some(code);
                        continue;
                    }
                    if let Some((kind, false)) = self.deviation {
                        self.deviation = Some((kind, true));
                        self.deviate(kind)?;
                        return Ok(None);
                    }
                    self.deviation = None;
                    self.reply_at = 0;
                    self.reply_code = None;
                    self.input.take(end);
                    return Ok(Some(end));
                }
            }
        }
    }

    /// Tells of a deviation, or takes offence at it.
    fn deviate(&mut self, kind: DeviationKind) -> Result<(), Error> {
        if self.config.strict {
            return Err(Error::Deviation(kind));
        }
        self.events.push_back(Event::Deviation(kind));
        Ok(())
    }

    fn end_of_input(&mut self) -> Result<(), Error> {
        if !self.input.eof() {
            return Ok(());
        }
        let during = match self.flight.front() {
            _ if !self.input.is_empty() => "a reply",
            Some(flight) if flight.is_quit() => {
                self.state = State::Closed;
                return Ok(());
            }
            Some(flight) => flight.name(),
            None if self.state == State::Greeting => "the greeting",
            None if self.body.is_open() => "a mail",
            None => {
                self.state = State::Closed;
                return Ok(());
            }
        };
        Err(Error::UnexpectedEof { during })
    }

    /// The bytes that a command is on the wire.
    fn wire(command: &Command<'_>) -> Vec<u8> {
        let mut wire = Vec::with_capacity(64);
        command.encode(&mut wire);
        wire
    }

    /// Queues a piece of content that was let out.
    fn write_content(output: &mut Output, stuffing: &mut dot::Encoder, chunk: &Bytes) {
        stuffing.pieces(chunk, |piece| match piece {
            dot::Piece::Chunk(range) => output.push_shared(chunk.slice(range)),
            dot::Piece::Inserted(bytes) => output.push(bytes),
        });
    }
}

/// What a line of a reply does otherwise.
fn deviation(line: &[u8]) -> Option<DeviationKind> {
    if !line.ends_with(b"\r\n") {
        Some(DeviationKind::BareLf)
    } else if !matches!(line.get(3), Some(b'-' | b' ' | b'\r')) {
        Some(DeviationKind::ReplySeparator)
    } else {
        None
    }
}
