//! What comes in.
//!
//! A response is framed, parsed once, noted and handed on. Literals of body items that are long
//! stream; all others become part of their unit. Lines that end in human-readable text announce no
//! literals, whatever they look like.

use alloc::borrow::Cow;

use super::session::Session;
use super::{CommandId, Connection, Dialogue, Event, InFlight, Layer, State};
use crate::command::Effect;
use crate::input::Frame;
use crate::literal::Announcement;
use crate::sasl::decode_base64;
use crate::syntax::{Cursor, TAG};
use crate::{Capabilities, Condition, Error, FetchItem, Response, Status, Text};

pub(super) enum Step {
    Nothing,
    Closed,
    Upgraded(Layer),
    Unit,
    BodyStart(u64),
    Chunk,
    ChunksEnd,
    Challenge(CommandId),
    Idling(CommandId),
    Continue,
}

impl Connection {
    pub(super) fn step(&mut self) -> Result<Step, Error> {
        loop {
            if self.state == State::Closed {
                return Ok(Step::Nothing);
            }
            if let Dialogue::Upgrade { layer, announced } = &mut self.dialogue {
                if self.input.len() > 0 {
                    return Err(match layer {
                        Layer::Tls => Error::PlaintextAfterStartTls,
                        Layer::Compression => Error::InputAtUpgrade { layer: "compression" },
                    });
                }
                if self.output.queued() > 0 || *announced {
                    return Ok(Step::Nothing);
                }
                *announced = true;
                return Ok(Step::Upgraded(*layer));
            }
            let limit = self.config.limits.response;
            match self.input.frame(true, limit) {
                Frame::Incomplete => return self.starve(),
                Frame::Unit => {
                    if let Some(step) = self.unit()? {
                        return Ok(step);
                    }
                }
                Frame::Literal(announcement) => {
                    if let Some(step) = self.literal(announcement, limit)? {
                        return Ok(step);
                    }
                }
                Frame::Chunk => return Ok(Step::Chunk),
                Frame::ChunksEnd => return Ok(Step::ChunksEnd),
                Frame::TooLong => return Err(Error::LineTooLong { limit }),
                Frame::Skipped => {}
            }
        }
    }

    fn starve(&mut self) -> Result<Step, Error> {
        self.starving = true;
        if !self.input.eof() {
            return Ok(Step::Nothing);
        }
        if !self.input.is_idle() {
            return Err(Error::UnexpectedEof { during: "a response" });
        }
        if self.state != State::Logout {
            return Err(Error::UnexpectedEof { during: "the session" });
        }
        self.state = State::Closed;
        Ok(Step::Closed)
    }

    /// A unit is complete; `None` if it says nothing that the caller has to know.
    fn unit(&mut self) -> Result<Option<Step>, Error> {
        self.input.finish();
        let (unit, _) = self.input.finished();
        if unit.first() != Some(&b'+') || self.state == State::Greeting {
            return Ok(Some(Step::Unit));
        }
        if self.script.waiting().is_some() {
            self.script.open_gate(&mut self.output);
            self.input.release();
            return Ok(None);
        }
        let newest = self.in_flight.last_mut();
        match (self.dialogue, newest) {
            (Dialogue::IdleAsked, Some(command)) => {
                self.dialogue = Dialogue::Idling;
                Ok(Some(Step::Idling(command.id)))
            }
            (Dialogue::Sasl, Some(command)) => match command.initial_response.take() {
                Some(response) => {
                    self.write_sasl(&response);
                    self.input.release();
                    Ok(None)
                }
                None => {
                    self.dialogue = Dialogue::SaslAnswer;
                    Ok(Some(Step::Challenge(command.id)))
                }
            },
            _ => Ok(Some(Step::Continue)),
        }
    }

    /// Decides what becomes of a literal; `None` if it is to be read on.
    fn literal(&mut self, announcement: Announcement, limit: usize) -> Result<Option<Step>, Error> {
        let (unit, streamed) = self.input.unit();
        if streamed.is_empty() && is_text(unit) {
            return self.unit();
        }
        let size = announcement.size;
        let inline = self.config.limits.literal_inline as u64;
        if size > inline && body_start(unit, size).is_some() {
            self.input.stream(size);
            return Ok(Some(Step::BodyStart(size)));
        }
        if (unit.len() as u64).saturating_add(size) > limit as u64 {
            return Err(Error::LiteralTooLong { size, limit: limit as u64 });
        }
        self.input.inline(size);
        Ok(None)
    }

    pub(super) fn event(&mut self, step: Step) -> Result<Option<Event<'_>>, Error> {
        Ok(Some(match step {
            Step::Nothing => return Ok(None),
            Step::Closed => Event::Closed,
            Step::Upgraded(Layer::Tls) => Event::StartTls,
            Step::Upgraded(Layer::Compression) => Event::StartCompression,
            Step::Unit => return self.response().map(Some),
            Step::BodyStart(size) => {
                let (unit, _) = self.input.unit();
                let Some((number, item)) = body_start(unit, size) else { return Ok(None) };
                Event::BodyStart { number, item, size }
            }
            Step::Chunk => Event::BodyChunk(Cow::Borrowed(self.input.chunk())),
            Step::ChunksEnd => Event::BodyEnd,
            Step::Idling(command) => Event::Idling { command },
            Step::Challenge(command) => {
                let text = continuation(self.input.finished().0);
                // What is not base64 is handed on as it came: the caller's mechanism will refuse it.
                let challenge = match decode_base64(text, 0) {
                    Ok(octets) => Cow::Owned(octets),
                    Err(_) => Cow::Borrowed(text),
                };
                Event::Challenge { command, challenge }
            }
            Step::Continue => {
                Event::Continue(Text::from_line(continuation(self.input.finished().0)))
            }
        }))
    }

    fn response(&mut self) -> Result<Event<'_>, Error> {
        let limits = &self.config.limits;
        let (unit, streamed) = self.input.finished();
        let mut c = Cursor::with(unit, streamed, limits.depth);
        let parsed = Response::read(&mut c);
        let deviations = c.into_deviations();
        let response = match parsed {
            Ok(response) => response,
            Err(error) if self.config.strict || self.state == State::Greeting => {
                let error = match self.state {
                    State::Greeting => Error::NotAGreeting,
                    _ => Error::Malformed(error),
                };
                self.failed = Some(error.clone());
                return Err(error);
            }
            Err(error) => return Ok(Event::Malformed { unit: Cow::Borrowed(unit), error }),
        };
        if let (true, Some(deviation)) = (self.config.strict, deviations.first()) {
            let error = Error::Deviation(*deviation);
            self.failed = Some(error.clone());
            return Err(error);
        }
        if self.state == State::Greeting {
            let Response::Status(status) = response else {
                self.failed = Some(Error::NotAGreeting);
                return Err(Error::NotAGreeting);
            };
            self.state = match status.condition {
                Condition::Ok => State::NotAuthenticated,
                Condition::PreAuth => State::Authenticated,
                Condition::Bye => State::Logout,
                _ => {
                    self.failed = Some(Error::NotAGreeting);
                    return Err(Error::NotAGreeting);
                }
            };
            self.session.learn_status(&status, limits.capabilities);
            return Ok(Event::Greeting(status));
        }
        if let Response::Tagged { tag, status } = response {
            let position = self.in_flight.iter().position(|command| tag == command.tag.as_str());
            let Some(position) = position else {
                if self.config.strict {
                    self.failed = Some(Error::UnexpectedReply);
                    return Err(Error::UnexpectedReply);
                }
                return Ok(Event::Data { response: Response::Tagged { tag, status }, deviations });
            };
            let command = self.in_flight.remove(position);
            let id = command.id;
            self.session.learn_status(&status, limits.capabilities);
            self.script.refuse(id.0, &mut self.output);
            let mut change = Change {
                state: &mut self.state,
                dialogue: &mut self.dialogue,
                notify: &mut self.notify,
                session: &mut self.session,
            };
            change.done(&command, &status);
            return Ok(Event::Done { command: id, tag, status });
        }
        self.session.learn(&response, limits.capabilities);
        if let Response::Status(status) = &response
            && status.condition == Condition::Bye
        {
            self.state = State::Logout;
        }
        Ok(Event::Data { response, deviations })
    }
}

/// What a tagged answer changes.
struct Change<'c> {
    state: &'c mut State,
    dialogue: &'c mut Dialogue,
    notify: &'c mut bool,
    session: &'c mut Session,
}

impl Change<'_> {
    fn done(&mut self, command: &InFlight, status: &Status<'_>) {
        let ok = status.condition == Condition::Ok;
        if matches!(command.effect, Effect::Authenticate | Effect::Idle) {
            *self.dialogue = Dialogue::None;
        }
        if *self.state == State::Logout && command.effect != Effect::Logout {
            return;
        }
        match command.effect {
            Effect::Login | Effect::Authenticate if ok => *self.state = State::Authenticated,
            Effect::Select => self.selected(status),
            Effect::Deselect if ok => {
                *self.state = State::Authenticated;
                self.session.deselect();
            }
            Effect::Unauthenticate if ok => {
                *self.state = State::NotAuthenticated;
                *self.notify = false;
                self.session.deselect();
                self.session.enabled = Capabilities::default();
                self.session.capabilities = None;
            }
            Effect::StartTls if ok => {
                *self.dialogue = Dialogue::Upgrade { layer: Layer::Tls, announced: false };
            }
            Effect::Compress if ok => {
                *self.dialogue = Dialogue::Upgrade { layer: Layer::Compression, announced: false };
            }
            Effect::Logout if ok => *self.state = State::Logout,
            Effect::Notify(on) if ok => *self.notify = on,
            _ => {}
        }
    }

    fn selected(&mut self, status: &Status<'_>) {
        let new = self.session.selecting.take();
        self.session.switched = false;
        match status.condition {
            Condition::Ok => {
                *self.state = State::Selected;
                self.session.selected = new.map(|mut new| {
                    new.learn_code(status);
                    new
                });
            }
            // The mailbox before is left even if the new one cannot be opened.
            Condition::No => {
                *self.state = State::Authenticated;
                self.session.selected = None;
            }
            _ => {
                if self.session.selected.is_none() {
                    *self.state = State::Authenticated;
                }
            }
        }
    }
}

/// The text of a continuation request.
///
/// ```abnf
/// continue-req = "+" SP (resp-text / base64) CRLF
/// ```
///
/// Some servers leave the space out.
fn continuation(unit: &[u8]) -> &[u8] {
    let line = unit.strip_prefix(b"+").unwrap_or(unit);
    let line = line.strip_prefix(b" ").unwrap_or(line);
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether a line ends with text for people, which may look like the announcement of a literal.
fn is_text(unit: &[u8]) -> bool {
    if unit.first() == Some(&b'+') {
        return true;
    }
    let mut c = Cursor::new(unit);
    if !c.eat(b'*') && c.take(TAG).is_empty() {
        return false;
    }
    c.eat(b' ');
    [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"].into_iter().any(|word| c.eat_word(word))
}

/// The message and the item of FETCH that the literal at the end of a unit belongs to.
fn body_start(unit: &[u8], size: u64) -> Option<(u32, FetchItem<'_>)> {
    let mut c = Cursor::new(unit);
    if !c.eat(b'*') {
        return None;
    }
    c.sp().ok()?;
    let number = c.number().ok()?;
    c.sp().ok()?;
    if !c.eat_word(b"FETCH") && !c.eat_word(b"UIDFETCH") {
        return None;
    }
    let line = unit.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let announcement = Announcement::at_end(line)?;
    let before = line.get(..line.len().checked_sub(announcement.len)?)?;
    Some((number, FetchItem::before_literal(before, size)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_data() {
        for line in [&b"* OK x {5}\r\n"[..], b"A1 NO {5}\r\n", b"* BYE {5}\r\n", b"+ {5}\r\n"] {
            assert!(is_text(line), "{line:?}");
        }
        for line in
            [&b"* LIST () \"/\" {5}\r\n"[..], b"* 1 FETCH (BODY[] {5}\r\n", b"* OKAY {5}\r\n"]
        {
            assert!(!is_text(line), "{line:?}");
        }
    }
}
