//! The client's side of a session.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use bytes::Bytes;

use crate::dot;
use crate::input::Input;
use crate::output::Output;
use crate::{Capabilities, Error, Limits, SendError, Timestamp};

mod config;
mod event;
mod exchange;
mod lists;
mod queue;

mod receive;
mod send;
mod state;

pub use config::Config;
pub use event::Event;
pub use state::State;

use exchange::Exchange;
use queue::Pending;

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
    #[inline(always)]
    pub fn poll_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        self.input.release();
        match self.quick_size() {
            Some(event) => Ok(Some(event)),
            None => self.next_event(),
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
