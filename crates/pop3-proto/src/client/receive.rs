//! What the server says, and what it means.

use alloc::borrow::Cow;
use core::ops::Range;

use super::queue::{Kind, Pending};
use super::{CommandId, Connection, Event, Reading, State, Upgrade};
use crate::deviation::{Deviation, DeviationKind};
use crate::input::Line;
use crate::reply::{self, Status};
use crate::syntax;
use crate::{
    Capabilities, Command, DropListing, Error, ParseError, Reply, ScanListing, Text, Timestamp,
    UniqueIdListing, sasl,
};

/// An event, without the bytes it points at.
pub(super) enum Found {
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
pub(super) enum Step {
    Event(Found),
    /// Nothing to tell; go on.
    Again,
    /// More input is needed, or nothing is left to do.
    Wait,
}

const ASKED: &str = "the message that was asked for";

impl Connection {
    pub(super) fn next_event(&mut self) -> Result<Option<Event<'_>>, Error> {
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

    pub(super) fn step(&mut self) -> Result<Step, Error> {
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
    pub(super) fn deviate(
        &mut self,
        kind: DeviationKind,
        offset: usize,
    ) -> Result<Option<Step>, Error> {
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
    pub(super) fn take(&mut self, with_end: usize) {
        self.told = 0;
        self.input.take(with_end);
    }

    /// The next line: its length and that with its end.
    pub(super) fn line(&mut self, lf: bool) -> Result<Option<(usize, usize)>, Error> {
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
    pub(super) fn eof(&mut self) -> Result<(), Error> {
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

    /// The event that was found, with the bytes it points at.
    pub(super) fn event(&self, found: Found) -> Event<'_> {
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
