//! The client's side of a connection.
//!
//! # The methods, in four groups
//!
//! * **Bytes in**: [`receive`](Connection::receive), [`receive_eof`](Connection::receive_eof).
//! * **Commands from the application**: [`send`](Connection::send),
//!   [`send_tagged`](Connection::send_tagged), [`send_body`](Connection::send_body),
//!   [`finish_body`](Connection::finish_body), [`send_sasl`](Connection::send_sasl),
//!   [`cancel_sasl`](Connection::cancel_sasl), [`send_done`](Connection::send_done),
//!   [`tls_started`](Connection::tls_started),
//!   [`compression_started`](Connection::compression_started).
//! * **Outputs to poll**: [`poll_event`](Connection::poll_event),
//!   [`poll_transmit`](Connection::poll_transmit) with [`transmitted`](Connection::transmitted).
//! * **Plain getters**: everything else.

mod config;
mod event;
mod pipeline;
mod receive;
mod session;
mod state;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;

pub use config::Config;
pub use event::{CommandId, Event};
pub use session::Selected;
pub use state::State;

use crate::command::Effect;
use crate::input::Input;
use crate::literal::Encoder;
use crate::output::{Output, Script};
use crate::sasl::encode_base64;
use crate::{
    Capabilities, Capability, Command, Error, Limits, LiteralMode, Secret, SendError, Tag,
};
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
/// It waits for the greeting. Commands may be sent one after the other without waiting; each answer
/// comes as [`Event::Done`] with the [`CommandId`] that [`send`](Self::send) gave. Literals wait for
/// the server where they have to. See the [module](self) for the groups of methods and [`State`] for
/// the states.
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
#[derive(Debug)]
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

    /// Sends a command, with a tag made from [`Config::tag_prefix`].
    ///
    /// Other commands may be in flight, see [`can_send`](Self::can_send). Streamed content is
    /// announced; its octets follow with [`send_body`](Self::send_body) before the next command.
    ///
    /// # Errors
    ///
    /// The command may not come now, or needs what the server does not offer. Nothing was sent then.
    pub fn send(&mut self, command: &Command<'_>) -> Result<CommandId, SendError> {
        let mut tag = String::from(self.config.tag_prefix.as_str());
        let mut digits = Vec::new();
        Encoder::response(&mut digits, false).number(self.next);
        tag.extend(digits.into_iter().map(char::from));
        self.send_with(tag, command)
    }

    /// Sends a command with a tag of the caller's.
    ///
    /// # Errors
    ///
    /// As for `send`, and a tag that is in use.
    pub fn send_tagged(
        &mut self,
        tag: &Tag<'_>,
        command: &Command<'_>,
    ) -> Result<CommandId, SendError> {
        if self.in_flight.iter().any(|other| *tag == other.tag.as_str()) {
            return Err(SendError::Value("the tag is in use"));
        }
        self.send_with(String::from(tag.as_str()), command)
    }

    fn send_with(&mut self, tag: String, command: &Command<'_>) -> Result<CommandId, SendError> {
        self.can_send(command)?;
        let id = CommandId(self.next);
        self.next = self.next.saturating_add(1);
        let (mode, utf8) = (self.literal_mode(), self.is_utf8());
        let mut initial_response = None;
        let mut held_back = None;
        if let Command::Authenticate { mechanism, initial_response: Some(response) } = command
            && self.session.capabilities.is_some()
            && !self.takes_initial_response()
        {
            initial_response = Some(response.clone().into_owned());
            let mechanism = mechanism.clone();
            held_back = Some(Command::Authenticate { mechanism, initial_response: None });
        }
        let command = held_back.as_ref().unwrap_or(command);
        let direct = self.script.is_idle();
        let script = &mut self.script;
        let mut write = |out: &mut Vec<u8>| {
            let start = out.len();
            out.extend_from_slice(tag.as_bytes());
            out.push(b' ');
            let head = out.len().saturating_sub(start);
            let mut e = Encoder::command(out, mode, utf8);
            command.write(&mut e);
            e.crlf();
            let mut seams = e.into_breaks();
            if !direct || !seams.is_empty() {
                seams.iter_mut().for_each(|seam| seam.0 = seam.0.saturating_add(head));
                script.push(id.0, out.split_off(start), &seams);
            }
        };
        if direct {
            self.output.write(write)
        } else {
            write(&mut Vec::new())
        }
        self.script.flush(&mut self.output);
        let effect = command.effect();
        match (effect, command) {
            (Effect::Authenticate, _) => self.dialogue = Dialogue::Sasl,
            (Effect::Idle, _) => self.dialogue = Dialogue::IdleAsked,
            (Effect::Select, Command::Select(select)) => {
                let mailbox = select.mailbox.clone().into_owned();
                self.session.selecting = Some(Selected::new(mailbox, false));
            }
            (Effect::Select, Command::Examine(select)) => {
                let mailbox = select.mailbox.clone().into_owned();
                self.session.selecting = Some(Selected::new(mailbox, true));
            }
            _ => {}
        }
        let holds_expunge = command.holds_expunge();
        self.in_flight.push(InFlight { id, tag, effect, holds_expunge, initial_response });
        Ok(id)
    }

    /// Sends octets of the content that the last command announced as streamed. They may be handed
    /// over before the server has asked for them; [`queued`](Self::queued) says how many wait.
    ///
    /// # Errors
    ///
    /// More than announced, or the server has refused it. Nothing was sent then.
    pub fn send_body(&mut self, chunk: Bytes) -> Result<(), SendError> {
        self.check_open()?;
        self.script.send_body(chunk, &mut self.output)
    }

    /// Ends the content. If the command has more streamed content, its octets come next.
    ///
    /// # Errors
    ///
    /// Less than announced was sent, or the server has refused it.
    pub fn finish_body(&mut self) -> Result<(), SendError> {
        self.check_open()?;
        self.script.finish_body(&mut self.output)
    }

    /// Answers the challenge of AUTHENTICATE that came last.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn send_sasl(&mut self, response: &Secret<'_>) -> Result<(), SendError> {
        self.check_open()?;
        if self.dialogue != Dialogue::SaslAnswer {
            return Err(self.not_now("an answer to a challenge"));
        }
        self.dialogue = Dialogue::Sasl;
        self.write_sasl(response);
        Ok(())
    }

    fn write_sasl(&mut self, response: &Secret<'_>) {
        self.output.write(|out| {
            encode_base64(response.expose(), out);
            out.extend_from_slice(b"\r\n");
        });
    }

    /// Gives an AUTHENTICATE up; the server answers it with `BAD`.
    ///
    /// # Errors
    ///
    /// No challenge waits for an answer.
    pub fn cancel_sasl(&mut self) -> Result<(), SendError> {
        self.check_open()?;
        if self.dialogue != Dialogue::SaslAnswer {
            return Err(self.not_now("giving up"));
        }
        self.dialogue = Dialogue::Sasl;
        self.output.push(b"*\r\n");
        Ok(())
    }

    /// Ends IDLE; its answer comes then.
    ///
    /// # Errors
    ///
    /// There is no IDLE, or the server has not agreed to it yet.
    pub fn send_done(&mut self) -> Result<(), SendError> {
        self.check_open()?;
        if self.dialogue != Dialogue::Idling {
            return Err(self.not_now("DONE"));
        }
        self.dialogue = Dialogue::None;
        self.output.push(b"DONE\r\n");
        Ok(())
    }

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
