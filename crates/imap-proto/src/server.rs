//! The server's side of a connection.
//!
//! # The methods, in four groups
//!
//! * **Bytes in**: [`receive`](Connection::receive), [`receive_eof`](Connection::receive_eof).
//! * **Commands from the application**: [`respond`](Connection::respond),
//!   [`accept_body`](Connection::accept_body), [`send_body`](Connection::send_body),
//!   [`finish_body`](Connection::finish_body), [`tls_started`](Connection::tls_started),
//!   [`compression_started`](Connection::compression_started).
//! * **Outputs to poll**: [`poll_event`](Connection::poll_event),
//!   [`poll_transmit`](Connection::poll_transmit) with [`transmitted`](Connection::transmitted).
//! * **Plain getters**: everything else.

mod body;
mod config;
mod event;
mod rules;
mod state;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;

pub use config::Config;
pub use event::{Event, Rejection};
pub use state::State;

use crate::command::Effect;
use crate::input::{Frame, Input};
use crate::literal::{Announcement, Encoder};
use crate::output::{Output, Script};
use crate::sasl::decode_base64;
use crate::syntax::Cursor;
use crate::{
    Capabilities, Capability, Condition, Error, Limits, ParseError, Response, Secret, SendError,
    Status, Tag, TaggedCommand,
};
use body::Resume;
use rules::Situation;

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
/// The caller greets with [`respond`](Self::respond) first. Then commands come as events and are
/// answered by their tags, in any order; commands after which everything is different (a login, a
/// SELECT) are waited for. See the [module](self) for the groups of methods and [`State`] for the
/// states.
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
#[derive(Debug)]
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

enum Step {
    Nothing,
    Closed,
    Upgraded(Layer),
    Unit,
    BodyStart { size: u64, waits: bool },
    Literal(u64),
    Chunk,
    ChunksEnd,
    SaslLine,
    IdleLine,
    Rejected(Rejection),
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

    /// Sends a response: the greeting first, then untagged data, continuation requests, and one
    /// tagged response for each command.
    ///
    /// A tagged response ends its command and brings about what the command asked for: `OK` to
    /// LOGIN is the login. EXPUNGE and VANISHED are held back while the protocol forbids them
    /// ([RFC 9051, section 7.5.1](https://www.rfc-editor.org/rfc/rfc9051#section-7.5.1)); until they
    /// are sent, message numbers mean what they meant before. A response with streamed content
    /// is followed by [`send_body`](Self::send_body).
    ///
    /// # Errors
    ///
    /// A tag that no command has, a continuation request that nobody waits for, a body that is
    /// not finished, the end of the connection. Nothing was sent then.
    pub fn respond(&mut self, response: &Response<'_>) -> Result<(), SendError> {
        if self.failed.is_some() || self.state == State::Closed {
            return Err(SendError::Closed);
        }
        self.script.check_finished()?;
        if let Reading::Upgrade(_) = self.reading {
            return Err(self.not_now("a response before the layer is there"));
        }
        if self.state == State::Greeting {
            return self.greet(response);
        }
        match response {
            Response::Tagged { tag, status } => self.respond_tagged(tag, status, response),
            Response::Continuation(_) => self.respond_continue(response),
            Response::Status(status) if status.condition == Condition::PreAuth => {
                Err(self.not_now("PREAUTH"))
            }
            Response::Status(status) if status.condition == Condition::Bye => {
                self.write(response);
                self.state = State::Logout;
                Ok(())
            }
            Response::Expunge(_) | Response::Vanished { earlier: false, .. }
                if !self.may_expunge() =>
            {
                self.hold(response)
            }
            Response::Enabled(names) => {
                self.write(response);
                for name in names.iter() {
                    if !self.enabled.contains(name) {
                        self.enabled.push(name.clone().into_owned());
                    }
                }
                Ok(())
            }
            _ => {
                self.release_held();
                self.write(response);
                Ok(())
            }
        }
    }

    /// Lets the message come that [`Event::BodyStart`] announced. A client that waits is asked to
    /// go on.
    ///
    /// # Errors
    ///
    /// No message is waiting.
    pub fn accept_body(&mut self) -> Result<(), SendError> {
        let Reading::Deciding { size, waits, resume } = self.reading else {
            return Err(self.not_now("accepting a message"));
        };
        self.script.check_finished()?;
        if waits {
            self.output.push(b"+ OK\r\n");
        }
        self.go_on(size, resume);
        Ok(())
    }

    fn go_on(&mut self, size: u64, resume: Option<Resume>) {
        self.announced = None;
        match resume {
            Some(resume) => {
                self.input.stream(size);
                self.resume = Some(resume);
                self.reading = Reading::Message;
            }
            None => {
                self.input.inline(size);
                self.reading =
                    if self.resume.is_some() { Reading::Message } else { Reading::Commands };
            }
        }
    }

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
}

/// What goes out.
impl Connection {
    #[cold]
    fn not_now(&self, what: &'static str) -> SendError {
        SendError::ServerState { what, state: self.state }
    }

    fn write(&mut self, response: &Response<'_>) {
        let utf8 = self.is_utf8();
        let script = &mut self.script;
        self.output.write(|out| {
            let start = out.len();
            let mut e = Encoder::response(out, utf8);
            response.write(&mut e);
            let seams = e.into_breaks();
            if !seams.is_empty() {
                script.push(0, out.split_off(start), &seams);
            }
        });
        self.script.flush(&mut self.output);
    }

    fn greet(&mut self, response: &Response<'_>) -> Result<(), SendError> {
        let Response::Status(status) = response else {
            return Err(self.not_now("anything but a greeting"));
        };
        self.state = match status.condition {
            Condition::Ok => State::NotAuthenticated,
            Condition::PreAuth => State::Authenticated,
            Condition::Bye => State::Logout,
            _ => return Err(self.not_now("anything but a greeting")),
        };
        self.write(response);
        Ok(())
    }

    fn respond_tagged(
        &mut self,
        tag: &Tag<'_>,
        status: &Status<'_>,
        response: &Response<'_>,
    ) -> Result<(), SendError> {
        let position = self.progress.iter().position(|command| *tag == command.tag.as_str());
        let Some(position) = position else { return Err(SendError::UnknownTag) };
        self.release_held();
        self.write(response);
        let command = self.progress.remove(position);
        if !command.complete {
            // The rest of a command that has its answer already is not wanted.
            self.skip();
            return Ok(());
        }
        if matches!(self.reading, Reading::Sasl | Reading::Idle)
            && matches!(command.effect, Effect::Authenticate | Effect::Idle)
        {
            self.reading = Reading::Commands;
        }
        let ok = status.condition == Condition::Ok;
        match command.effect {
            Effect::Login | Effect::Authenticate if ok => self.state = State::Authenticated,
            Effect::Select if self.state != State::Logout => {
                self.state = if ok { State::Selected } else { State::Authenticated };
                self.forget_held();
            }
            Effect::Deselect if ok => {
                self.state = State::Authenticated;
                self.forget_held();
            }
            Effect::Unauthenticate if ok => {
                self.state = State::NotAuthenticated;
                self.enabled = Capabilities::default();
                self.notify = false;
                self.forget_held();
            }
            Effect::StartTls if ok => self.reading = Reading::Upgrade(Layer::Tls),
            Effect::Compress if ok => self.reading = Reading::Upgrade(Layer::Compression),
            Effect::Logout if ok => self.state = State::Logout,
            Effect::Notify(on) if ok => self.notify = on,
            _ => {}
        }
        Ok(())
    }

    fn respond_continue(&mut self, response: &Response<'_>) -> Result<(), SendError> {
        if let Reading::Deciding { size, waits: true, resume } = self.reading {
            self.write(response);
            self.go_on(size, resume);
            return Ok(());
        }
        let waiting = self.progress.last().filter(|_| self.reading == Reading::Commands);
        let reading = match waiting.map(|command| command.effect) {
            Some(Effect::Authenticate) => Reading::Sasl,
            Some(Effect::Idle) => Reading::Idle,
            _ => return Err(self.not_now("a continuation request")),
        };
        self.write(response);
        self.reading = reading;
        self.release_held();
        Ok(())
    }

    fn hold(&mut self, response: &Response<'_>) -> Result<(), SendError> {
        let limit = self.config.limits.held_expunges;
        if self.held_count >= limit {
            return Err(SendError::Limit { what: "held expunges", limit });
        }
        let mut e = Encoder::response(&mut self.held, false);
        response.write(&mut e);
        self.held_count = self.held_count.saturating_add(1);
        Ok(())
    }

    fn release_held(&mut self) {
        if self.held_count > 0 && self.may_expunge() {
            self.output.push(&self.held);
            self.forget_held();
        }
    }

    fn forget_held(&mut self) {
        self.held = Vec::new();
        self.held_count = 0;
    }
}

/// What comes in.
///
/// A command is read when no barrier is in progress. Its literals are dealt with when they are
/// announced: a message streams if the caller wants it, everything else becomes part of the unit
/// as long as it is short enough. What is refused is skipped, and nothing but it.
impl Connection {
    fn step(&mut self) -> Result<Step, Error> {
        loop {
            if self.state == State::Closed {
                return Ok(Step::Nothing);
            }
            if self.state == State::Logout && self.progress.is_empty() {
                if self.output.queued() > 0 {
                    return Ok(Step::Nothing);
                }
                self.state = State::Closed;
                return Ok(Step::Closed);
            }
            let limits = &self.config.limits;
            let logged_in = matches!(self.state, State::Authenticated | State::Selected);
            let limit = if logged_in { limits.command } else { limits.command_before_login };
            let frame = match self.reading {
                Reading::Upgrade(layer) => return self.upgrade(layer),
                Reading::Deciding { .. } => return Ok(Step::Nothing),
                Reading::Sasl | Reading::Idle => self.input.frame(false, limit),
                Reading::Commands if self.must_wait() => return Ok(Step::Nothing),
                Reading::Commands | Reading::Message => self.input.frame(true, limit),
            };
            match frame {
                Frame::Incomplete => return self.starve(),
                Frame::Unit => {
                    self.input.finish();
                    return Ok(match self.reading {
                        Reading::Sasl => Step::SaslLine,
                        Reading::Idle => Step::IdleLine,
                        _ => Step::Unit,
                    });
                }
                Frame::Literal(announcement) => {
                    if let Some(step) = self.literal(announcement, limit) {
                        return Ok(step);
                    }
                }
                Frame::Chunk => return Ok(Step::Chunk),
                Frame::ChunksEnd => return Ok(Step::ChunksEnd),
                Frame::TooLong => return Ok(Step::Rejected(Rejection::TooLong { limit })),
                Frame::Skipped => {}
            }
        }
    }

    fn must_wait(&self) -> bool {
        matches!(self.state, State::Greeting | State::Logout)
            || self.progress.len() >= self.config.limits.pipelined
            || self.progress.iter().any(|command| command.barrier)
    }

    fn starve(&mut self) -> Result<Step, Error> {
        self.starving = true;
        if !self.input.eof() {
            return Ok(Step::Nothing);
        }
        if self.reading == Reading::Commands && self.input.is_idle() {
            self.state = State::Closed;
            return Ok(Step::Closed);
        }
        Err(Error::UnexpectedEof { during: "a command" })
    }

    fn upgrade(&mut self, layer: Layer) -> Result<Step, Error> {
        if self.input.len() > 0 {
            return Err(match layer {
                Layer::Tls => Error::PlaintextAfterStartTls,
                Layer::Compression => Error::InputAtUpgrade { layer: "compression" },
            });
        }
        if self.output.queued() > 0 || self.upgrade_announced {
            return Ok(Step::Nothing);
        }
        self.upgrade_announced = true;
        Ok(Step::Upgraded(layer))
    }

    /// Decides what becomes of a literal; `None` if it is to be read on.
    fn literal(&mut self, announcement: Announcement, limit: usize) -> Option<Step> {
        let Announcement { size, waits, .. } = announcement;
        self.announced = Some(announcement);
        let limits = &self.config.limits;
        let (unit, _) = self.input.unit();
        let length = unit.len();
        let begun = body::begun(unit, self.resume, limits.depth);
        let refused = begun.as_ref().and_then(|begun| self.situation().check(&begun.command).err());
        let begun = begun.map(|begun| begun.resume);
        if let Some(reason) = refused {
            return Some(Step::Rejected(reason));
        }
        if !waits && self.config.literals.waits(size) {
            return Some(Step::Rejected(Rejection::DidNotWait { size }));
        }
        if let Some(resume) = begun {
            if size > limits.append {
                return Some(Step::Rejected(Rejection::TooBig { size, limit: limits.append }));
            }
            self.reading = Reading::Deciding { size, waits, resume: Some(resume) };
            return Some(Step::BodyStart { size, waits });
        }
        if (length as u64).saturating_add(size) > limit as u64 {
            return Some(Step::Rejected(Rejection::TooBig { size, limit: limit as u64 }));
        }
        if waits && self.config.ask_about_literals {
            self.reading = Reading::Deciding { size, waits, resume: None };
            return Some(Step::Literal(size));
        }
        if waits {
            self.output.push(b"+ OK\r\n");
        }
        self.announced = None;
        self.input.inline(size);
        None
    }

    fn situation(&self) -> Situation<'_> {
        Situation {
            state: self.state,
            tls: self.tls,
            compressed: self.compressed,
            allow_plaintext_auth: self.config.allow_plaintext_auth,
            enabled: &self.enabled,
        }
    }

    fn event(&mut self, step: Step) -> Option<Event<'_>> {
        Some(match step {
            Step::Nothing => return None,
            Step::Closed => Event::Closed,
            Step::Upgraded(Layer::Tls) => Event::StartTls,
            Step::Upgraded(Layer::Compression) => Event::StartCompression,
            Step::Unit => self.command(),
            Step::BodyStart { size, waits } => return self.body_start(size, waits),
            Step::Literal(size) => return self.literal_start(size),
            Step::Chunk => Event::BodyChunk(Cow::Borrowed(self.input.chunk())),
            Step::ChunksEnd => Event::BodyEnd,
            Step::SaslLine => return self.sasl_line(),
            Step::IdleLine => return self.idle_line(),
            Step::Rejected(reason) => {
                let tag = match (&self.reading, self.progress.last()) {
                    (Reading::Sasl | Reading::Idle, Some(command)) => {
                        Some(Tag::new(Cow::Owned(command.tag.clone())))
                    }
                    _ => {
                        tag_of(self.input.beginning(), self.config.limits.tag).map(Tag::into_owned)
                    }
                };
                self.skip();
                reject(&mut self.progress, tag, reason)
            }
        })
    }

    /// Throws the command away that is being read.
    fn skip(&mut self) {
        match self.announced.take() {
            Some(Announcement { waits: true, .. }) => self.input.abandon(),
            Some(Announcement { size, .. }) => self.input.skip(size),
            None => self.input.skip(0),
        }
        self.reading = Reading::Commands;
        self.resume = None;
    }

    fn literal_start(&mut self, size: u64) -> Option<Event<'_>> {
        let (unit, _) = self.input.unit();
        if tag_of(unit, self.config.limits.tag).is_none() {
            self.skip();
            let reason = Rejection::Malformed(ParseError::new(0, "a tag"));
            return Some(reject(&mut self.progress, None, reason));
        }
        let (unit, _) = self.input.unit();
        let tag = tag_of(unit, self.config.limits.tag)?;
        begin(&mut self.progress, &tag);
        Some(Event::Literal { tag, beginning: Cow::Borrowed(unit), size })
    }

    fn body_start(&mut self, size: u64, waits: bool) -> Option<Event<'_>> {
        let (unit, _) = self.input.unit();
        let begun = body::begun(unit, self.resume, self.config.limits.depth)?;
        begin(&mut self.progress, &begun.tag);
        Some(Event::BodyStart { tag: begun.tag, command: begun.command, size, waits })
    }

    fn command(&mut self) -> Event<'_> {
        let situation = Situation {
            state: self.state,
            tls: self.tls,
            compressed: self.compressed,
            allow_plaintext_auth: self.config.allow_plaintext_auth,
            enabled: &self.enabled,
        };
        let limits = &self.config.limits;
        self.reading = Reading::Commands;
        self.resume = None;
        self.announced = None;
        let (unit, streamed) = self.input.finished();
        let mut c = Cursor::with(unit, streamed, limits.depth);
        let parsed = TaggedCommand::read(&mut c);
        let deviations = c.into_deviations();
        let verdict = match &parsed {
            Err(error) => Err(Rejection::Malformed(*error)),
            Ok(_) if tag_of(unit, limits.tag).is_none() => {
                Err(Rejection::Malformed(ParseError::new(limits.tag, "a shorter tag")))
            }
            Ok(parsed) => match deviations.first() {
                Some(deviation) if self.config.strict => Err(Rejection::Strict(*deviation)),
                _ => situation.check(&parsed.command),
            },
        };
        let (tag, command) = match (parsed, verdict) {
            (Ok(TaggedCommand { tag, command }), Ok(())) => (tag, command),
            (_, Err(reason)) => {
                return reject(&mut self.progress, tag_of(unit, limits.tag), reason);
            }
            (Err(error), Ok(())) => {
                let reason = Rejection::Malformed(error);
                return reject(&mut self.progress, tag_of(unit, limits.tag), reason);
            }
        };
        let entry = InProgress {
            tag: String::from(tag.as_str()),
            effect: command.effect(),
            holds_expunge: command.holds_expunge(),
            barrier: command.is_barrier(),
            complete: true,
        };
        match self.progress.iter_mut().find(|other| !other.complete) {
            Some(begun) => *begun = entry,
            None => self.progress.push(entry),
        }
        Event::Command { tag, command, deviations }
    }

    /// ```abnf
    /// authenticate = "AUTHENTICATE" SP auth-type [SP initial-resp] *(CRLF base64)
    /// ```
    ///
    /// A lone `*` gives up.
    fn sasl_line(&mut self) -> Option<Event<'_>> {
        self.reading = Reading::Commands;
        let tag = Tag::new(Cow::Owned(self.progress.last()?.tag.clone()));
        let line = line_of(self.input.finished().0);
        if line == b"*" {
            return Some(Event::SaslResponse { tag, response: None });
        }
        Some(match decode_base64(line, 0) {
            Ok(octets) => {
                let response = Some(Secret::from_octets(octets));
                Event::SaslResponse { tag, response }
            }
            Err(error) => reject(&mut self.progress, Some(tag), Rejection::Malformed(error)),
        })
    }

    /// ```abnf
    /// idle = "IDLE" CRLF "DONE"
    /// ```
    fn idle_line(&mut self) -> Option<Event<'_>> {
        self.reading = Reading::Commands;
        let tag = Tag::new(Cow::Owned(self.progress.last()?.tag.clone()));
        if line_of(self.input.finished().0).eq_ignore_ascii_case(b"DONE") {
            return Some(Event::IdleDone { tag });
        }
        let reason = Rejection::Malformed(ParseError::new(0, "DONE"));
        Some(reject(&mut self.progress, Some(tag), reason))
    }
}

fn line_of(unit: &[u8]) -> &[u8] {
    let line = unit.strip_suffix(b"\n").unwrap_or(unit);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The tag of a command, of which perhaps nothing else can be read.
fn tag_of(unit: &[u8], limit: usize) -> Option<Tag<'_>> {
    let mut c = Cursor::new(unit);
    let tag = c.tag().ok()?;
    if tag.as_str().len() <= limit && (c.at_end() || c.peek() == Some(b' ')) {
        return Some(tag);
    }
    None
}

/// Takes note of a command that has not all arrived.
fn begin(progress: &mut Vec<InProgress>, tag: &Tag<'_>) {
    if progress.iter().all(|command| command.complete) {
        progress.push(InProgress {
            tag: String::from(tag.as_str()),
            effect: Effect::None,
            holds_expunge: false,
            barrier: false,
            complete: false,
        });
    }
}

/// Makes a rejection of a command, which has a tagged answer coming if it has a tag.
fn reject<'a>(
    progress: &mut Vec<InProgress>,
    tag: Option<Tag<'a>>,
    reason: Rejection,
) -> Event<'a> {
    if let Some(tag) = &tag {
        match progress.iter_mut().find(|command| *tag == command.tag.as_str()) {
            Some(command) => command.complete = true,
            None => progress.push(InProgress {
                tag: String::from(tag.as_str()),
                effect: Effect::None,
                holds_expunge: false,
                barrier: false,
                complete: true,
            }),
        }
    }
    let reply = reason.reply(tag.clone().map(Tag::into_owned));
    Event::Rejected { tag, reason, reply }
}
