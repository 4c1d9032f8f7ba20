//! The server's side of a connection.

mod body;
mod config;
mod event;
mod receive;
mod respond;
mod rules;
mod state;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use bytes::Bytes;

pub use config::Config;
pub use event::{Event, Rejection};
pub use state::State;

use crate::command::Effect;
use crate::input::Input;
use crate::literal::Announcement;
use crate::output::{Output, Script};
use crate::{Capabilities, Capability, Error, Limits, SendError};
use body::Resume;

/// What the next bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reading {
    /// Commands.
    Commands,
    /// A literal that waits for the caller's decision: a message if there is a place to resume.
    Deciding { size: u64, waits: bool, resume: Option<Resume> },
    /// The message of APPEND or REPLACE.
    Message,
    /// The answer to a challenge.
    Sasl,
    /// The end of IDLE.
    Idle,
    /// Nothing that may be looked at before the layer is there.
    Upgrade(Layer),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    Tls,
    Compression,
}

#[derive(Clone, Debug)]
struct InProgress {
    tag: String,
    effect: Effect,
    /// Whether EXPUNGE has to wait for its end.
    holds_expunge: bool,
    /// Whether the next command is read after its end.
    barrier: bool,
    /// Whether all of it has arrived.
    complete: bool,
}

/// A server's connection: a machine without a socket.
///
/// Four kinds of method:
///
/// - *bytes in*: [`receive`](Self::receive), [`receive_eof`](Self::receive_eof);
/// - *commands from the application*: [`respond`](Self::respond),
///   [`accept_body`](Self::accept_body), [`send_body`](Self::send_body),
///   [`finish_body`](Self::finish_body), [`tls_started`](Self::tls_started),
///   [`compression_started`](Self::compression_started);
/// - *outputs to poll*: [`poll_event`](Self::poll_event), [`poll_transmit`](Self::poll_transmit)
///   with [`transmitted`](Self::transmitted);
/// - *getters*: [`wants_read`](Self::wants_read), [`wants_write`](Self::wants_write),
///   [`queued`](Self::queued), [`timeout`](Self::timeout), [`state`](Self::state),
///   [`is_tls`](Self::is_tls), [`limits`](Self::limits), [`enabled`](Self::enabled),
///   [`in_progress`](Self::in_progress), [`may_expunge`](Self::may_expunge).
///
/// Any order of calls is harmless. [`State`] has the diagram of the states.
///
/// The caller greets with `respond` first. Then commands come as events and are answered by their
/// tags, in any order; commands after which everything is different (a login, a SELECT) are waited
/// for.
///
/// # Example: a login
///
/// ```
/// use imap_proto::server::{Config, Connection, Event};
/// use imap_proto::{Command, Response, Status, Text};
///
/// let mut config = Config::default();
/// config.allow_plaintext_auth = true;
/// let mut server = Connection::new(config);
/// server.respond(&Response::greeting(Text::from_static("hello")))?;
/// server.receive(b"a1 LOGIN tim tanstaaf\r\n");
/// let Some(Event::Command { tag, command, .. }) = server.poll_event()? else { panic!() };
/// assert!(matches!(command, Command::Login { .. }));
/// let status = Status::ok(Text::from_static("welcome"));
/// let answer = Response::Tagged { tag: tag.into_owned(), status };
/// server.respond(&answer)?;
/// assert_eq!(server.poll_transmit(), Some(&b"* OK hello\r\na1 OK welcome\r\n"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Connection {
    config: Config,
    state: State,
    tls: bool,
    compressed: bool,
    enabled: Capabilities<'static>,
    input: Input,
    output: Output,
    reading: Reading,
    resume: Option<Resume>,
    /// The literal that is being decided about.
    announced: Option<Announcement>,
    progress: Vec<InProgress>,
    script: Script,
    /// EXPUNGE and VANISHED responses that have to wait.
    held: Vec<u8>,
    held_count: usize,
    notify: bool,
    /// Whether what has arrived is not enough to go on.
    starving: bool,
    moved: bool,
    /// Whether the caller knows of the layer that is about to begin.
    upgrade_announced: bool,
    failed: Option<Error>,
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
    /// A connection whose first word is the caller's.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            state: State::Greeting,
            tls: config.tls,
            compressed: false,
            enabled: Capabilities::default(),
            input: Input::new(),
            output: Output::new(),
            reading: Reading::Commands,
            resume: None,
            announced: None,
            progress: Vec::new(),
            script: Script::new(),
            held: Vec::new(),
            held_count: 0,
            notify: false,
            starving: true,
            moved: false,
            upgrade_announced: false,
            failed: None,
            config,
        }
    }

    // bytes in

    /// Takes bytes from the client. They are looked at by [`poll_event`](Self::poll_event).
    pub fn receive(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.failed.is_some() || self.state == State::Closed {
            return;
        }
        let limit = self.config.limits.input;
        if matches!(self.reading, Reading::Upgrade(_)) || !self.wants_read() {
            let waiting = self.input.len().saturating_add(bytes.len());
            if matches!(self.reading, Reading::Upgrade(Layer::Tls)) {
                self.failed = Some(Error::PlaintextAfterStartTls);
                return;
            }
            if waiting > limit {
                self.failed = Some(Error::InputOverflow { limit });
                return;
            }
        }
        self.moved = true;
        self.starving = false;
        self.input.receive(bytes);
    }

    /// The client sends no more.
    pub fn receive_eof(&mut self) {
        self.input.receive_eof();
    }

    // commands from the application

    /// Sends octets of the content that the last response announced as streamed.
    ///
    /// # Errors
    ///
    /// More than announced. Nothing was sent then.
    pub fn send_body(&mut self, chunk: Bytes) -> Result<(), SendError> {
        self.script.send_body(chunk, &mut self.output)
    }

    /// Ends the content. If the response has more streamed content, its octets come next.
    ///
    /// # Errors
    ///
    /// Less than announced was sent.
    pub fn finish_body(&mut self) -> Result<(), SendError> {
        self.script.finish_body(&mut self.output)
    }

    /// The TLS handshake is done: after [`Event::StartTls`], or before any byte moved.
    ///
    /// What was learned before counts no more.
    ///
    /// # Errors
    ///
    /// It is neither of the two.
    pub fn tls_started(&mut self) -> Result<(), SendError> {
        let asked = self.reading == Reading::Upgrade(Layer::Tls) && self.output.queued() == 0;
        if !asked && (self.moved || self.tls) {
            return Err(self.not_now("TLS"));
        }
        self.tls = true;
        self.reading = Reading::Commands;
        self.upgrade_announced = false;
        self.starving = true;
        self.input.clear();
        Ok(())
    }

    /// Both directions are compressed from here on: after [`Event::StartCompression`].
    ///
    /// # Errors
    ///
    /// There was no such event.
    pub fn compression_started(&mut self) -> Result<(), SendError> {
        if self.reading != Reading::Upgrade(Layer::Compression) || self.output.queued() > 0 {
            return Err(self.not_now("compression"));
        }
        self.compressed = true;
        self.reading = Reading::Commands;
        self.upgrade_announced = false;
        self.starving = true;
        Ok(())
    }

    // outputs to poll

    /// The next thing that the client did, `None` if there is nothing more now.
    ///
    /// # Errors
    ///
    /// The connection is over; the same error comes again each time.
    pub fn poll_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.input.release();
        match self.step() {
            Ok(step) => Ok(self.event(step)),
            Err(error) => {
                self.failed = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Bytes for the client, the same ones until [`transmitted`](Self::transmitted) says that they
    /// are on their way.
    pub fn poll_transmit(&mut self) -> Option<&[u8]> {
        self.output.poll()
    }

    /// `n` of the bytes that `poll_transmit` gave were transmitted; more than that is taken as all.
    pub fn transmitted(&mut self, n: usize) {
        self.moved |= n > 0;
        self.output.transmitted(n);
    }

    // plain getters

    /// Whether bytes from the client are of use now. Not when the connection is over, while a layer
    /// is about to begin, and while enough bytes wait for the caller's answers.
    #[must_use]
    pub fn wants_read(&self) -> bool {
        let open = self.failed.is_none() && self.state != State::Closed && !self.input.eof();
        open && !matches!(self.reading, Reading::Upgrade(_))
            && (self.starving || self.input.len() < self.config.limits.input)
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

    /// How long to wait for the client: 30 minutes after login, the least that the protocol allows
    /// ([RFC 9051, section 5.4](https://www.rfc-editor.org/rfc/rfc9051#section-5.4)), and a minute
    /// before, which is up to the server.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        match self.state {
            State::Greeting | State::NotAuthenticated => Some(Duration::from_secs(60)),
            State::Authenticated | State::Selected => Some(Duration::from_secs(30 * 60)),
            State::Logout => Some(Duration::from_secs(10)),
            State::Closed => None,
        }
    }

    /// Where the connection is.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether TLS protects the connection.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.config.limits
    }

    /// What the client enabled, as the caller's ENABLED responses said.
    #[must_use]
    pub fn enabled(&self) -> &Capabilities<'static> {
        &self.enabled
    }

    /// Whether strings may be sent as UTF-8 in quotes, and mailbox names are UTF-8.
    #[must_use]
    pub fn is_utf8(&self) -> bool {
        self.enabled.contains(&Capability::Utf8Accept)
            || self.enabled.contains(&Capability::Imap4Rev2)
    }

    /// Tags of the commands in progress, the oldest first.
    pub fn in_progress(&self) -> impl Iterator<Item = &str> {
        self.progress.iter().map(|command| command.tag.as_str())
    }

    /// Whether an EXPUNGE would be sent at once
    /// ([RFC 9051, section 7.5.1](https://www.rfc-editor.org/rfc/rfc9051#section-7.5.1)).
    #[must_use]
    pub fn may_expunge(&self) -> bool {
        let mut complete = self.progress.iter().filter(|command| command.complete).peekable();
        (self.notify || complete.peek().is_some()) && !complete.any(|command| command.holds_expunge)
    }

    /// How many EXPUNGE and VANISHED responses are held back.
    #[must_use]
    pub fn held_expunges(&self) -> usize {
        self.held_count
    }

    #[cold]
    fn not_now(&self, what: &'static str) -> SendError {
        SendError::ServerState { what, state: self.state }
    }
}
