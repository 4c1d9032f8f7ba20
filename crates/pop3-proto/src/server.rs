//! The server's side of a session.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use bytes::Bytes;

use crate::input::{Input, Line};
use crate::{Capabilities, Command, Error, Limits, Reply, SendError, UniqueId};

mod config;
mod event;
mod maildrop;
mod session;
mod state;
mod top;

pub use config::Config;
pub use event::{Event, Login, Rejection};
pub use maildrop::Deleted;
pub use state::State;

use session::{Owed, Session};

/// The server's side of a connection.
///
/// Four kinds of method:
///
/// - *bytes in*: [`receive`](Self::receive), [`receive_eof`](Self::receive_eof);
/// - *commands from the application*: [`respond`](Self::respond),
///   [`open_maildrop`](Self::open_maildrop), [`unique_id`](Self::unique_id),
///   [`send_body`](Self::send_body), [`finish_body`](Self::finish_body),
///   [`tls_started`](Self::tls_started), [`set_capabilities`](Self::set_capabilities);
/// - *outputs to poll*: [`poll_event`](Self::poll_event), [`poll_transmit`](Self::poll_transmit)
///   with [`transmitted`](Self::transmitted);
/// - *getters*: [`wants_read`](Self::wants_read), [`wants_write`](Self::wants_write),
///   [`queued`](Self::queued), [`timeout`](Self::timeout), [`state`](Self::state),
///   [`is_tls`](Self::is_tls), [`limits`](Self::limits), [`wants_body`](Self::wants_body),
///   [`is_utf8`](Self::is_utf8).
///
/// Any order of calls is harmless. [`State`] has the diagram of the states.
///
/// The machine keeps the sizes of the messages and the marks of DELE. It answers STAT, LIST, DELE,
/// RSET, NOOP and CAPA by itself, and `-ERR` wherever a command refers to a message that is deleted
/// or does not exist. The next command comes when the last one was answered.
///
/// # Example
///
/// ```
/// use pop3_proto::server::{Config, Connection, Event};
/// use pop3_proto::Reply;
///
/// let mut config = Config::default();
/// config.allow_plaintext_auth = true;
/// let mut server = Connection::new(config);
/// server.respond(&Reply::greeting("dewey POP3 server ready", None))?;
///
/// server.receive(b"USER mrose\r\nPASS tanstaaf\r\nDELE 2\r\nQUIT\r\n");
/// let mut removed = Vec::new();
/// while let Some(event) = server.poll_event()? {
///     match event {
///         Event::Open(login) if login.name() == "mrose" => server.open_maildrop([120, 200])?,
///         Event::Open(_) => server.respond(&Reply::err("who?"))?,
///         Event::Commit { deleted } => {
///             removed.extend(deleted.iter());
///             server.respond(&Reply::ok("dewey POP3 server signing off (1 message left)"))?;
///         }
///         Event::Rejected { reply, .. } => server.respond(&reply)?,
///         _ => {}
///     }
/// }
/// assert_eq!(removed, [2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Connection {
    input: Input,
    session: Session,
    failed: Option<Error>,
    /// Octets of a long line that were skipped so far.
    skipped: Option<usize>,
    /// `Event::Closed` was given.
    closed: bool,
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
    /// `respond(&Reply::greeting(..))`.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            input: Input::default(),
            session: Session::new(config),
            failed: None,
            skipped: None,
            closed: false,
        }
    }

    /// Takes bytes from the client. It never fails and never parses; `poll_event` does.
    pub fn receive(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.is_over() {
            return;
        }
        let limit = self.limits().held_input();
        if matches!(self.session.owed, Owed::Flush | Owed::Tls) {
            self.failed = Some(Error::PlaintextAfterStartTls);
        } else if self.input.len() >= limit {
            self.failed = Some(Error::InputOverflow { limit });
        } else {
            self.input.receive(bytes);
        }
    }

    /// The client closed its side. Commands that arrived are still answered; nothing is removed
    /// without a QUIT among them.
    pub fn receive_eof(&mut self) {
        self.input.receive_eof();
    }

    /// Answers what the last event asked.
    ///
    /// # Errors
    ///
    /// Nothing is asked, or not this: a login is answered positively with `open_maildrop`, a
    /// challenge answers AUTH only.
    pub fn respond(&mut self, reply: &Reply<'_>) -> Result<(), SendError> {
        self.open()?;
        self.session.respond(reply)
    }

    /// Answers a login: the maildrop is locked, and these are the sizes of its messages, as
    /// [`dot::octets`](crate::dot::octets) counts them.
    ///
    /// # Errors
    ///
    /// No login waits, or there are more messages than `limits.messages`.
    pub fn open_maildrop(&mut self, sizes: impl IntoIterator<Item = u64>) -> Result<(), SendError> {
        self.open()?;
        if !self.session.owes_login() {
            return Err(self.session.refused("a maildrop"));
        }
        let limit = self.limits().messages.min(u32::MAX as usize);
        let sizes: Vec<u64> = sizes.into_iter().take(limit.saturating_add(1)).collect();
        if sizes.len() > limit {
            return Err(SendError::Limit { what: "messages", limit });
        }
        self.session.open_maildrop(sizes);
        Ok(())
    }

    /// Answers `Event::UniqueId`.
    ///
    /// # Errors
    ///
    /// No unique-id is asked for.
    pub fn unique_id(&mut self, unique_id: &UniqueId<'_>) -> Result<(), SendError> {
        self.open()?;
        self.session.unique_id(unique_id)
    }

    /// Queues a chunk of a body. Line ends of any kind become CR LF, and periods are stuffed. For
    /// TOP, what is not wanted any more is dropped.
    ///
    /// # Errors
    ///
    /// No body is under way.
    pub fn send_body(&mut self, chunk: Bytes) -> Result<(), SendError> {
        self.open()?;
        self.session.send_body(chunk)
    }

    /// Ends the body, and its last line where it is open.
    ///
    /// # Errors
    ///
    /// No body is under way.
    pub fn finish_body(&mut self) -> Result<(), SendError> {
        self.open()?;
        self.session.finish_body()
    }

    /// TLS is up: after `Event::StartTls`, or before any byte moved where TLS is implicit.
    ///
    /// # Errors
    ///
    /// At any other time.
    pub fn tls_started(&mut self) -> Result<(), SendError> {
        self.open()?;
        let fresh = self.session.state == State::Greeting && self.input.is_empty();
        self.session.tls_started(fresh)
    }

    /// Replaces what the server offers, such as EXPIRE once the user is known.
    pub fn set_capabilities(&mut self, capabilities: Capabilities<'static>) {
        self.session.config.capabilities = capabilities;
    }

    /// The next event; `None` when there is none before more input, an answer or a transmission.
    ///
    /// # Errors
    ///
    /// The connection is over. The same error comes back on every later call.
    pub fn poll_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        self.input.release();
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        if self.session.state == State::Closed {
            let told = self.closed || self.session.output.queued() > 0;
            self.closed |= !told;
            return Ok((!told).then_some(Event::Closed));
        }
        match self.session.owed {
            Owed::Flush if self.session.output.queued() == 0 => {
                self.session.owed = Owed::Tls;
                return Ok(Some(Event::StartTls));
            }
            Owed::UniqueIds { .. } => {
                if let Some(message) = self.session.next_unique_id() {
                    return Ok(Some(Event::UniqueId { message }));
                }
            }
            _ => {}
        }
        match self.frame() {
            Ok(Some(framed)) => Ok(Some(self.event(framed))),
            Ok(None) if self.session.state == State::Closed => self.poll_event(),
            Ok(None) => Ok(None),
            Err(error) => {
                self.failed = Some(error.clone());
                Err(error)
            }
        }
    }

    /// The bytes to transmit next; the same again until `transmitted`.
    pub fn poll_transmit(&mut self) -> Option<&[u8]> {
        self.session.output.poll()
    }

    /// The first `n` of the bytes offered were transmitted; more than were offered count as those.
    pub fn transmitted(&mut self, n: usize) {
        self.session.output.transmitted(n);
        self.session.fill();
    }

    /// Whether bytes from the client are of use now: not when the connection is over, not between
    /// STLS and `tls_started`, and not while enough unread input is held.
    #[must_use]
    pub fn wants_read(&self) -> bool {
        !self.is_over()
            && !self.input.eof()
            && !matches!(self.session.owed, Owed::Flush | Owed::Tls)
            && self.input.len() < self.limits().held_input()
    }

    /// Whether bytes wait for transmission.
    #[must_use]
    pub fn wants_write(&self) -> bool {
        self.session.output.queued() > 0
    }

    /// How many bytes wait for transmission: what somebody who streams a message watches.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.session.output.queued()
    }

    /// How long to wait for the client: the autologout timer, ten minutes. When it runs out, close
    /// the connection; nothing is removed
    /// ([RFC 1939, section 3](https://www.rfc-editor.org/rfc/rfc1939#page-4)).
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        (!self.is_over()).then_some(Duration::from_secs(600))
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

    /// Whether the client switched to UTF-8 with UTF8. Without it a message with UTF-8 in its
    /// header must not be sent as it is
    /// ([RFC 6856, section 2.1](https://www.rfc-editor.org/rfc/rfc6856#section-2.1)).
    #[must_use]
    pub fn is_utf8(&self) -> bool {
        self.session.utf8
    }

    /// Whether more of the body under way is of use: not when TOP has all its lines.
    #[must_use]
    pub fn wants_body(&self) -> bool {
        self.session.wants_body()
    }

    /// The limits of this connection.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.session.config.limits
    }

    fn is_over(&self) -> bool {
        self.failed.is_some() || self.session.state == State::Closed
    }

    fn open(&self) -> Result<(), SendError> {
        if self.is_over() { Err(SendError::Closed) } else { Ok(()) }
    }

    /// The next line, if one is due.
    fn frame(&mut self) -> Result<Option<Framed>, Error> {
        let exchange = self.session.owed == Owed::AuthLine;
        if self.session.owed != Owed::Nothing && !exchange {
            return Ok(None);
        }
        let limits = &self.session.config.limits;
        let limit = if exchange { limits.auth_line } else { limits.command_line };
        if self.skipped.is_none() {
            match self.input.line(true, limit) {
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
        if !self.input.is_empty() || self.skipped.is_some() {
            return Err(Error::UnexpectedEof { during: "a command" });
        }
        if self.session.owed == Owed::AuthLine {
            return Err(Error::UnexpectedEof { during: "AUTH" });
        }
        self.session.state = State::Closed;
        Ok(())
    }

    fn event(&mut self, framed: Framed) -> Event<'_> {
        let exchange = self.session.owed == Owed::AuthLine;
        let session = &mut self.session;
        let len = match framed {
            Framed::Line(len) => len,
            Framed::BareLf => return session.reject(None, Rejection::BareLf),
            Framed::TooLong => return session.reject(None, Rejection::TooLong),
        };
        let pipelined = !self.input.is_empty();
        let line = self.input.bytes(0..len);
        let parsed = if exchange { Command::parse_auth(line) } else { Command::parse(line) };
        match parsed {
            Err(error) => session.reject(None, Rejection::Malformed(error)),
            Ok(Command::Stls) if pipelined && session.accepts_stls() => {
                // What came with STLS came in the clear; it must not be read after TLS.
                self.failed = Some(Error::PlaintextAfterStartTls);
                Event::Answered(Command::Stls)
            }
            Ok(command) => session.accept(command),
        }
    }
}

enum Framed {
    /// A line of this length.
    Line(usize),
    BareLf,
    TooLong,
}
