//! What comes in.
//!
//! A command is read when no barrier is in progress. Its literals are dealt with when they are
//! announced: a message streams if the caller wants it, everything else becomes part of the unit
//! as long as it is short enough. What is refused is skipped, and nothing but it.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::body;
use super::rules::Situation;
use super::{Connection, Event, InProgress, Layer, Reading, Rejection, State};
use crate::command::Effect;
use crate::input::Frame;
use crate::literal::Announcement;
use crate::sasl::decode_base64;
use crate::syntax::Cursor;
use crate::{Error, ParseError, Secret, Tag, TaggedCommand};

pub(super) enum Step {
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
    pub(super) fn step(&mut self) -> Result<Step, Error> {
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

    pub(super) fn event(&mut self, step: Step) -> Option<Event<'_>> {
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
    pub(super) fn skip(&mut self) {
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
