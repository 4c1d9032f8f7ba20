//! The client's side of a connection.

mod config;
mod event;
mod pipeline;
mod receive;
mod send;
mod session;
mod state;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

pub use config::Config;
pub use event::{CommandId, Event};
pub use session::Selected;
pub use state::State;

use crate::command::Effect;
use crate::input::Input;
use crate::output::{Output, Script};
use crate::{Capabilities, Capability, Error, Limits, LiteralMode, Secret, SendError, Tag};
use session::Session;

/// A command without its answer.
#[derive(Debug)]
struct InFlight {
    id: CommandId,
    tag: String,
    effect: Effect,
    /// Whether no EXPUNGE can come while it is in progress.
    holds_expunge: bool,
    /// The first SASL message, where the server takes it only after a challenge.
    initial_response: Option<Secret<'static>>,
}

/// What the server waits for, or the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialogue {
    /// Commands.
    None,
    /// A SASL exchange; the server is to speak next.
    Sasl,
    /// A SASL exchange; the caller is to speak next.
    SaslAnswer,
    /// IDLE is asked for.
    IdleAsked,
    /// IDLE is on.
    Idling,
    /// Nothing that may be looked at before the layer is there.
    Upgrade { layer: Layer, announced: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    Tls,
    Compression,
}

/// A client's connection: a machine without a socket.
///
/// Four kinds of method:
///
/// - *bytes in*: [`receive`](Self::receive), [`receive_eof`](Self::receive_eof);
/// - *commands from the application*: [`send`](Self::send), [`send_tagged`](Self::send_tagged),
///   [`send_body`](Self::send_body), [`finish_body`](Self::finish_body),
///   [`send_sasl`](Self::send_sasl), [`cancel_sasl`](Self::cancel_sasl),
///   [`send_done`](Self::send_done), [`tls_started`](Self::tls_started),
///   [`compression_started`](Self::compression_started);
/// - *outputs to poll*: [`poll_event`](Self::poll_event), [`poll_transmit`](Self::poll_transmit)
///   with [`transmitted`](Self::transmitted);
/// - *getters*: [`wants_read`](Self::wants_read), [`wants_write`](Self::wants_write),
///   [`queued`](Self::queued), [`timeout`](Self::timeout), [`state`](Self::state),
///   [`is_tls`](Self::is_tls), [`limits`](Self::limits), [`capabilities`](Self::capabilities),
///   [`enabled`](Self::enabled), [`selected`](Self::selected), [`can_send`](Self::can_send).
///
/// Any order of calls is harmless. [`State`] has the diagram of the states.
///
/// The machine waits for the greeting. Commands may be sent one after the other without waiting;
/// each answer comes as [`Event::Done`] with the [`CommandId`] that `send` gave. Literals wait for
/// the server where they have to.
///
/// # Example: a login
///
/// ```
/// use imap_proto::client::{Config, Connection, Event, State};
/// use imap_proto::{Command, Secret, Str};
///
/// let mut config = Config::default();
/// config.tls = true;
/// let mut client = Connection::new(config);
/// client.receive(b"* OK [CAPABILITY IMAP4rev1 LITERAL+] hello\r\n");
/// assert!(matches!(client.poll_event()?, Some(Event::Greeting(_))));
/// let user = Str::try_from("tim")?;
/// let login = client.send(&Command::Login { user, password: Secret::try_from("tan staaf")? })?;
/// assert_eq!(client.poll_transmit(), Some(&b"A1 LOGIN tim \"tan staaf\"\r\n"[..]));
/// client.receive(b"A1 OK welcome\r\n");
/// let Some(Event::Done { command, status, .. }) = client.poll_event()? else { panic!() };
/// assert!(command == login && status.is_ok());
/// assert_eq!(client.state(), State::Authenticated);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Connection {
    config: Config,
    state: State,
    tls: bool,
    compressed: bool,
    notify: bool,
    session: Session,
    input: Input,
    output: Output,
    script: Script,
    in_flight: Vec<InFlight>,
    next: u64,
    dialogue: Dialogue,
    /// Whether what has arrived is not enough to go on.
    starving: bool,
    moved: bool,
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
    /// A connection that waits for the greeting.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            state: State::Greeting,
            tls: config.tls,
            compressed: false,
            notify: false,
            session: Session::default(),
            input: Input::new(),
            output: Output::new(),
            script: Script::new(),
            in_flight: Vec::new(),
            next: 1,
            dialogue: Dialogue::None,
            starving: true,
            moved: false,
            failed: None,
            config,
        }
    }

    // bytes in

    /// Takes bytes from the server. They are looked at by [`poll_event`](Self::poll_event).
    pub fn receive(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.failed.is_some() || self.state == State::Closed {
            return;
        }
        if let Dialogue::Upgrade { layer: Layer::Tls, .. } = self.dialogue {
            self.failed = Some(Error::PlaintextAfterStartTls);
            return;
        }
        let limit = self.config.limits.input;
        if !self.wants_read() && self.input.len().saturating_add(bytes.len()) > limit {
            self.failed = Some(Error::InputOverflow { limit });
            return;
        }
        self.moved = true;
        self.starving = false;
        self.input.receive(bytes);
    }

    /// The server sends no more.
    pub fn receive_eof(&mut self) {
        self.input.receive_eof();
    }

    // commands from the application

    /// The TLS handshake is done: after [`Event::StartTls`], or before any byte moved.
    ///
    /// What was learned before counts no more; ask for the capabilities again.
    ///
    /// # Errors
    ///
    /// It is neither of the two.
    pub fn tls_started(&mut self) -> Result<(), SendError> {
        let asked = self.dialogue == Dialogue::Upgrade { layer: Layer::Tls, announced: true };
        if !asked && (self.moved || self.tls) {
            return Err(self.not_now("TLS"));
        }
        self.tls = true;
        self.dialogue = Dialogue::None;
        self.starving = true;
        self.input.clear();
        self.session.capabilities = None;
        Ok(())
    }

    /// Both directions are compressed from here on: after [`Event::StartCompression`].
    ///
    /// # Errors
    ///
    /// There was no such event.
    pub fn compression_started(&mut self) -> Result<(), SendError> {
        if self.dialogue != (Dialogue::Upgrade { layer: Layer::Compression, announced: true }) {
            return Err(self.not_now("compression"));
        }
        self.compressed = true;
        self.dialogue = Dialogue::None;
        self.starving = true;
        Ok(())
    }

    // outputs to poll

    /// The next thing that the server said, `None` if there is nothing more now.
    ///
    /// # Errors
    ///
    /// The connection is over; the same error comes again each time.
    pub fn poll_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.input.release();
        let step = match self.step() {
            Ok(step) => step,
            Err(error) => {
                self.failed = Some(error.clone());
                return Err(error);
            }
        };
        self.event(step)
    }

    /// Bytes for the server, the same ones until [`transmitted`](Self::transmitted) says that they
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

    /// Whether bytes from the server are of use now. Not when the connection is over, while a layer
    /// is about to begin, and while enough bytes wait for `poll_event`.
    #[must_use]
    pub fn wants_read(&self) -> bool {
        let open = self.failed.is_none() && self.state != State::Closed && !self.input.eof();
        open && !matches!(self.dialogue, Dialogue::Upgrade { .. })
            && (self.starving || self.input.len() < self.config.limits.input)
    }

    /// Whether bytes wait for transmission.
    #[must_use]
    pub fn wants_write(&self) -> bool {
        self.output.queued() > 0
    }

    /// How many bytes wait for transmission, those that the server has to agree to first included.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.output.queued().saturating_add(self.script.queued())
    }

    /// How long to wait for the server: 29 minutes in IDLE, after which it is to be renewed
    /// ([RFC 2177](https://www.rfc-editor.org/rfc/rfc2177)), and otherwise as long as a command is
    /// worth, for which the protocol has no number; five minutes here.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        match self.state {
            State::Closed => None,
            _ if self.dialogue == Dialogue::Idling => Some(Duration::from_secs(29 * 60)),
            State::Logout => Some(Duration::from_secs(10)),
            _ => Some(Duration::from_secs(5 * 60)),
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

    /// What the server can do, if it has said so since the last change of that.
    #[must_use]
    pub fn capabilities(&self) -> Option<&Capabilities<'static>> {
        self.session.capabilities.as_ref()
    }

    /// What is enabled, as the server said.
    #[must_use]
    pub fn enabled(&self) -> &Capabilities<'static> {
        &self.session.enabled
    }

    /// The selected mailbox.
    #[must_use]
    pub fn selected(&self) -> Option<&Selected> {
        self.session.selected.as_ref()
    }

    /// Whether mailbox names are UTF-8.
    #[must_use]
    pub fn is_utf8(&self) -> bool {
        self.is_enabled(&Capability::Utf8Accept) || self.is_enabled(&Capability::Imap4Rev2)
    }

    /// Whether IDLE is on.
    #[must_use]
    pub fn is_idling(&self) -> bool {
        self.dialogue == Dialogue::Idling
    }

    /// Commands without an answer, the oldest first.
    pub fn in_flight(&self) -> impl Iterator<Item = CommandId> + '_ {
        self.in_flight.iter().map(|command| command.id)
    }

    /// The tag of a command without an answer.
    #[must_use]
    pub fn tag(&self, command: CommandId) -> Option<Tag<'_>> {
        let found = self.in_flight.iter().find(|other| other.id == command)?;
        Some(Tag::new(Cow::Borrowed(&found.tag)))
    }

    /// How literals are announced now.
    #[must_use]
    pub fn literal_mode(&self) -> LiteralMode {
        if let Some(mode) = self.config.literals {
            return mode;
        }
        if self.offers(&Capability::LiteralPlus) {
            LiteralMode::NonSynchronizing
        } else if self.offers(&Capability::LiteralMinus) || self.offers(&Capability::Imap4Rev2) {
            LiteralMode::NonSynchronizingSmall
        } else {
            LiteralMode::Synchronizing
        }
    }

    fn offers(&self, capability: &Capability<'_>) -> bool {
        self.session.capabilities.as_ref().is_some_and(|list| list.contains(capability))
    }

    fn is_enabled(&self, capability: &Capability<'_>) -> bool {
        self.session.enabled.contains(capability)
    }

    fn takes_initial_response(&self) -> bool {
        self.offers(&Capability::SaslIr) || self.offers(&Capability::Imap4Rev2)
    }

    #[cold]
    fn not_now(&self, what: &'static str) -> SendError {
        SendError::State { what, state: self.state }
    }

    fn check_open(&self) -> Result<(), SendError> {
        if self.failed.is_some() || matches!(self.state, State::Logout | State::Closed) {
            return Err(SendError::Closed);
        }
        Ok(())
    }
}
