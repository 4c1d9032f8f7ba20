//! The server's side of a session.

use alloc::borrow::Cow;
use core::fmt;
use core::ops::Range;
use core::time::Duration;

use bytes::Bytes;

use crate::input::{Input, Line};
use crate::proxy::{self, Header, ReceivedHeader};
use crate::{Command, DeviationKind, Error, Limits, Reply, SendError, dot};

mod body;
mod config;
mod event;
mod rules;
mod session;
mod state;

pub use config::{Config, LineEnds, LongLines};
pub use event::{Event, Rejection};
pub use state::State;

use body::Content;
use session::{Owed, Session};

/// The server's side of a connection, of SMTP, submission or LMTP.
///
/// Four kinds of method:
///
/// - *bytes in*: [`receive`](Self::receive), [`receive_eof`](Self::receive_eof);
/// - *commands from the application*: [`respond`](Self::respond),
///   [`tls_started`](Self::tls_started), [`set_capabilities`](Self::set_capabilities);
/// - *outputs to poll*: [`poll_event`](Self::poll_event), [`poll_transmit`](Self::poll_transmit)
///   with [`transmitted`](Self::transmitted);
/// - *getters*: [`wants_read`](Self::wants_read), [`wants_write`](Self::wants_write),
///   [`queued`](Self::queued), [`timeout`](Self::timeout), [`state`](Self::state),
///   [`is_tls`](Self::is_tls), [`limits`](Self::limits),
///   [`is_authenticated`](Self::is_authenticated), [`recipients`](Self::recipients).
///
/// Any order of calls is harmless. [`State`] has the diagram of the states.
///
/// Each command that may come now is an event with the usual positive answer; the application hands
/// that one to `respond`, or another. The next command comes when the last one was answered.
///
/// # Example
///
/// ```
/// use smtp_proto::server::{Config, Connection, Event};
/// use smtp_proto::{Command, EnhancedCode, Host, Reply};
///
/// let mut server = Connection::new(Config::new(Host::try_from("mx.example.org")?));
/// server.respond(&Reply::greeting("mx.example.org ready"))?;
/// server.receive(b"EHLO a.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<b@example.org>\r\n");
/// server.receive(b"RCPT TO:<nobody@example.org>\r\nDATA\r\nSubject: hi\r\n\r\n..\r\n.\r\nQUIT\r\n");
/// let mut mail = Vec::new();
/// while let Some(event) = server.poll_event()? {
///     match event.into_owned() {
///         Event::Command { command: Command::Rcpt { to, .. }, .. }
///             if to.as_str() == "nobody@example.org" =>
///         {
///             let refused = Reply::new(550, "who?").with_enhanced(EnhancedCode::BAD_MAILBOX);
///             server.respond(&refused)?;
///         }
///         Event::Command { reply, .. } | Event::Rejected { reply, .. } => server.respond(&reply)?,
///         Event::BodyChunk(chunk) => mail.extend_from_slice(&chunk),
///         Event::BodyEnd { .. } => server.respond(&Reply::new(250, "taken"))?,
///         _ => {}
///     }
/// }
/// assert_eq!(mail, b"Subject: hi\r\n\r\n.\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Connection {
    input: Input,
    session: Session,
    decoder: dot::Decoder,
    content: Content,
    /// The end of the content was read, but something has to be told before it.
    ended: bool,
    /// Content that was framed and not given yet, in the input.
    part: Range<usize>,
    failed: Option<Error>,
    /// Octets of a long line that were skipped so far.
    skipped: Option<usize>,
    /// What was told of the line in front, or of the greeting.
    told: Option<DeviationKind>,
    /// `Event::Closed` was given.
    closed: bool,
    /// Whether any byte has moved.
    moved: bool,
}

enum Framed {
    /// A line of this length.
    Line(usize),
    BareLf,
    TooLong,
}

/// What was taken of the content.
enum Taken {
    /// A piece, or the end of a chunk that is not the last one: what follows can be taken.
    Piece,
    End(Event<'static>),
    /// There was a long line in it.
    LongLine,
    /// There is none before more input.
    Nothing,
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
    /// A server on a fresh connection. It says nothing before the caller's greeting:
    /// `respond(&Reply::greeting(..))`, which comes after [`Event::Proxy`] where that is asked for.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            input: Input::default(),
            session: Session::new(config),
            decoder: dot::Decoder::new(),
            content: Content::default(),
            ended: false,
            part: 0..0,
            failed: None,
            skipped: None,
            told: None,
            closed: false,
            moved: false,
        }
    }

    /// Takes bytes from the client. It never fails and never parses; `poll_event` does.
    pub fn receive(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.is_over() {
            return;
        }
        self.moved = true;
        let limit = self.held_input();
        if matches!(self.session.owed, Owed::Flush | Owed::Tls) {
            self.failed = Some(Error::PlaintextAfterStartTls);
        } else if self.input.len() >= limit {
            self.failed = Some(Error::InputOverflow { limit });
        } else if self.part.is_empty() {
            self.input.receive(bytes);
        } else {
            // The part in front is not read yet; it must not move.
            self.input.append(bytes);
        }
    }

    /// The client closed its side. Commands that arrived are still answered.
    pub fn receive_eof(&mut self) {
        self.input.receive_eof();
    }

    /// Answers what the last event asked: the greeting first, then each command, and the content.
    ///
    /// In LMTP the content has one answer for each recipient that was accepted, in their order.
    /// While content comes, a negative answer refuses it: what is left of it is thrown away, and
    /// the answer is given at its end.
    ///
    /// # Errors
    ///
    /// Nothing is asked, or this is no answer to it: 354 answers DATA only, 334 AUTH only, and
    /// content is not answered positively before its end.
    pub fn respond(&mut self, reply: &Reply<'_>) -> Result<(), SendError> {
        if self.is_over() {
            return Err(SendError::Closed);
        }
        if self.session.owed == Owed::Body {
            return self.refuse_content(reply);
        }
        let starts_tls = self.session.owed == Owed::StartTls && reply.code() == 220;
        if starts_tls && !self.input.is_empty() {
            // What came with STARTTLS came in the clear; it must not be read after TLS.
            self.failed = Some(Error::PlaintextAfterStartTls);
            return Ok(());
        }
        let data = self.session.owed == Owed::Data && reply.code() == 354;
        let fetched = self.session.owed == Owed::Burl && !self.session.in_chunks;
        self.session.respond(reply)?;
        if data || fetched {
            self.content = Content::new(&self.session.config);
            self.decoder.reset();
        }
        Ok(())
    }

    /// A server has no bodies to send.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn send_body(&mut self, _chunk: Bytes) -> Result<(), SendError> {
        Err(self.session.refused("a body"))
    }

    /// A server has no bodies to send.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn finish_body(&mut self) -> Result<(), SendError> {
        Err(self.session.refused("the end of a body"))
    }

    /// TLS is up: after `Event::StartTls`, or before any byte moved where TLS is implicit. What the
    /// client said before is forgotten.
    ///
    /// # Errors
    ///
    /// At any other time.
    pub fn tls_started(&mut self) -> Result<(), SendError> {
        if self.is_over() {
            return Err(SendError::Closed);
        }
        let fresh = self.session.state == State::Greeting && !self.moved;
        self.session.tls_started(fresh)
    }

    /// Replaces what the server offers, from the next EHLO on.
    pub fn set_capabilities(&mut self, capabilities: crate::Capabilities<'static>) {
        self.session.config.capabilities = capabilities;
    }

    /// The next event; `None` when there is none before more input, an answer or a transmission.
    ///
    /// # Errors
    ///
    /// The connection is over. The same error comes back on every later call.
    pub fn poll_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        loop {
            if self.part.is_empty() {
                self.input.release();
            }
            if let Some(error) = &self.failed {
                return Err(error.clone());
            }
            if self.session.state == State::Closed {
                let told = self.closed || self.session.output.queued() > 0;
                self.closed |= !told;
                return Ok((!told).then_some(Event::Closed));
            }
            let framed = match self.session.owed {
                Owed::Flush if self.session.output.queued() == 0 => {
                    self.session.owed = Owed::Tls;
                    return Ok(Some(Event::StartTls));
                }
                Owed::Proxy => match Header::parse(self.input.unread()) {
                    Ok(Some((_, len))) => {
                        self.input.take(len);
                        self.session.owed = Owed::Greeting;
                        let octets = self.input.bytes(0..len);
                        return Ok(Some(Event::Proxy(ReceivedHeader::checked(octets))));
                    }
                    Ok(None) => self.end_of_input().map(|()| None),
                    Err(error) => Err(error.into()),
                },
                Owed::Greeting if !self.input.is_empty() && self.told.is_none() => {
                    self.told = Some(DeviationKind::EarlyTalker);
                    return Ok(Some(Event::Deviation(DeviationKind::EarlyTalker)));
                }
                Owed::Body if !self.part.is_empty() => {
                    let (range, inserted) = self.content.next(self.input.unread(), &mut self.part);
                    let bytes = match inserted {
                        Some(bytes) => bytes,
                        None if range.is_empty() => continue,
                        None => self.input.bytes(range),
                    };
                    return Ok(Some(Event::BodyChunk(Cow::Borrowed(bytes))));
                }
                Owed::Body => match self.take_content() {
                    Taken::Piece => continue,
                    Taken::End(event) => return Ok(Some(event)),
                    Taken::LongLine => {
                        return Ok(Some(Event::Deviation(DeviationKind::LongLine)));
                    }
                    Taken::Nothing => self.end_of_input().map(|()| None),
                },
                Owed::Nothing | Owed::AuthLine => self.frame(),
                _ => return Ok(None),
            };
            match framed {
                Ok(Some(Framed::Line(len))) if self.chunk(len) => {}
                Ok(Some(Framed::Line(len))) => return Ok(Some(self.event(len))),
                Ok(Some(Framed::BareLf)) => {
                    return Ok(Some(self.session.reject(None, Rejection::BareLf)));
                }
                Ok(Some(Framed::TooLong)) => {
                    return Ok(Some(self.session.reject(None, Rejection::TooLong)));
                }
                Ok(None) if self.session.state == State::Closed => {}
                Ok(None) => return Ok(None),
                Err(error) => self.failed = Some(error),
            }
        }
    }

    /// The bytes to transmit next; the same again until `transmitted`.
    pub fn poll_transmit(&mut self) -> Option<&[u8]> {
        self.session.output.poll()
    }

    /// The first `n` of the bytes offered were transmitted; more than were offered count as those.
    pub fn transmitted(&mut self, n: usize) {
        self.moved |= n > 0;
        self.session.output.transmitted(n);
    }

    /// Whether bytes from the client are of use now: not when the connection is over, not between
    /// STARTTLS and `tls_started`, and not while enough unread input is held.
    #[must_use]
    pub fn wants_read(&self) -> bool {
        !self.is_over()
            && !self.input.eof()
            && !matches!(self.session.owed, Owed::Flush | Owed::Tls)
            && self.input.len() < self.held_input()
    }

    /// Whether bytes wait for transmission.
    #[must_use]
    pub fn wants_write(&self) -> bool {
        self.session.output.queued() > 0
    }

    /// How many bytes wait for transmission.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.session.output.queued()
    }

    /// How long to wait for the client: 5 minutes
    /// ([RFC 5321, section 4.5.3.2.7](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.2.7)).
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        (!self.is_over()).then_some(Duration::from_secs(300))
    }

    /// Where the session is.
    #[must_use]
    pub fn state(&self) -> State {
        if self.failed.is_some() { State::Closed } else { self.session.state }
    }

    /// Whether TLS is up.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.session.tls
    }

    /// The limits of this connection.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.session.config.limits
    }

    /// Whether AUTH succeeded.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.session.authenticated
    }

    /// How many recipients of the present mail were accepted.
    #[must_use]
    pub fn recipients(&self) -> usize {
        self.session.accepted
    }

    /// How much unread input is held: never less than what has to come before the next event.
    fn held_input(&self) -> usize {
        let limit = self.limits().held_input();
        if self.session.owed == Owed::Proxy { limit.max(proxy::LIMIT) } else { limit }
    }

    fn is_over(&self) -> bool {
        self.failed.is_some() || self.session.state == State::Closed
    }

    /// The next line, if one is due.
    fn frame(&mut self) -> Result<Option<Framed>, Error> {
        let limits = &self.session.config.limits;
        let exchange = self.session.owed == Owed::AuthLine;
        let auth = exchange
            || self.input.unread().get(..5).is_some_and(|verb| verb.eq_ignore_ascii_case(b"AUTH "));
        let limit = if auth { limits.auth_line } else { limits.command_line };
        if self.skipped.is_none() {
            match self.input.line(0, true, limit) {
                Line::Found { len, with_end } => {
                    self.input.take(with_end);
                    let crlf = with_end.saturating_sub(len) == 2;
                    let bare = !crlf && !self.session.config.accept_bare_lf;
                    return Ok(Some(if bare { Framed::BareLf } else { Framed::Line(len) }));
                }
                Line::TooLong => self.skipped = Some(0),
                Line::Incomplete => return self.end_of_input().map(|()| None),
            }
        }
        let unread = self.input.unread();
        let (skip, end) = match memchr::memchr(b'\n', unread) {
            Some(at) => (at.saturating_add(1), true),
            None => (unread.len(), false),
        };
        self.input.skip(skip);
        let skipped = self.skipped.unwrap_or(0).saturating_add(skip);
        if skipped > self.session.config.limits.skipped_line {
            return Err(Error::LineTooLong { limit });
        }
        if end {
            self.skipped = None;
            return Ok(Some(Framed::TooLong));
        }
        self.skipped = Some(skipped);
        self.end_of_input().map(|()| None)
    }

    /// The client closed the connection, perhaps, and no line is left.
    fn end_of_input(&mut self) -> Result<(), Error> {
        if !self.input.eof() {
            return Ok(());
        }
        let during = match self.session.owed {
            Owed::Proxy => "the header of a proxy",
            Owed::Body => "a mail",
            _ if !self.input.is_empty() || self.skipped.is_some() => "a command",
            Owed::AuthLine => "AUTH",
            _ => {
                self.session.state = State::Closed;
                return Ok(());
            }
        };
        Err(Error::UnexpectedEof { during })
    }

    /// Begins a BDAT, if the line is one: its octets follow whatever is said of it.
    fn chunk(&mut self, len: usize) -> bool {
        let line = self.input.bytes(0..len);
        if self.session.owed == Owed::AuthLine || !is_bdat(line) {
            return false;
        }
        let Ok(command @ Command::Bdat { size, last }) = Command::parse(line) else { return false };
        let further = self.session.in_chunks;
        self.content.begin_chunk(&self.session.config, size, last, further);
        if let Err(reason) = self.session.check(&command) {
            self.content.misplace(reason);
        } else {
            self.session.in_chunks = true;
            self.session.state = State::Data;
        }
        self.session.owed = Owed::Body;
        true
    }

    fn event(&mut self, len: usize) -> Event<'_> {
        let exchange = self.session.owed == Owed::AuthLine;
        if self.told.is_none()
            && !self.input.is_empty()
            && self.session.must_wait(self.input.bytes(0..len))
        {
            // The line is read again after this event.
            self.told = Some(DeviationKind::UnauthorizedPipelining);
            self.input.take(0);
            return Event::Deviation(DeviationKind::UnauthorizedPipelining);
        }
        self.told = None;
        let line = self.input.bytes(0..len);
        let parsed = if exchange { Command::parse_auth(line) } else { Command::parse(line) };
        match parsed {
            // Nobody knows where the octets after such a BDAT end, and they must not be commands.
            Err(error) => self.session.malformed(error, is_bdat(line)),
            Ok(command) => self.session.accept(command),
        }
    }

    /// Refuses content that is coming.
    fn refuse_content(&mut self, reply: &Reply<'_>) -> Result<(), SendError> {
        if reply.is_positive() || reply.is_intermediate() {
            return Err(self.session.refused("a positive answer before the end of the content"));
        }
        self.content.refuse(reply);
        Ok(())
    }

    /// Takes the next piece of content from the input.
    fn take_content(&mut self) -> Taken {
        let piece = if !self.content.is_chunk() {
            if core::mem::take(&mut self.ended) {
                return Taken::End(self.session.content_end(&mut self.content));
            }
            let part = self.input.body(&mut self.decoder);
            if part.end && self.content.take_long_line() {
                self.ended = true;
                return Taken::LongLine;
            }
            if part.end {
                return Taken::End(self.session.content_end(&mut self.content));
            }
            if part.consumed == 0 {
                return Taken::Nothing;
            }
            self.content.check(self.input.bytes(part.content.clone()));
            part.content
        } else if self.content.remaining() == 0 {
            return match self.session.chunk_end(&mut self.content) {
                Some(event) => Taken::End(event),
                None => Taken::Piece,
            };
        } else {
            let len = self.content.take_chunk(self.input.unread().len());
            if len == 0 {
                return Taken::Nothing;
            }
            self.input.take(len);
            0..len
        };
        self.part = if self.content.is_refused() { 0..0 } else { piece };
        Taken::Piece
    }
}

fn is_bdat(line: &[u8]) -> bool {
    line.get(..4).is_some_and(|verb| verb.eq_ignore_ascii_case(b"BDAT"))
}
