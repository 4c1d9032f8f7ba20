//! Reading a message in pieces.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::codec::TransferEncoding;
use crate::header::{Field, Known};
use crate::{Config, Defect, Error, PartId, Span};

mod boundary;
pub(crate) mod core;
mod lines;
mod media;
mod stack;

pub use self::core::PartKind;
use self::core::{Core, Sink};
pub use self::lines::Lines;

/// A message being read in pieces: bytes in, events out.
///
/// ```text
///  receive(bytes) ──▶ ┌─────────┐ ──▶ poll_event() ──▶ PartStart, Field.., HeaderEnd,
///  receive_eof()  ──▶ │ Scanner │                      BodyChunk.., Delimiter, .., PartEnd
///                     └─────────┘
/// ```
///
/// The methods are of three kinds.
///
/// - Bytes in: [`receive`](Self::receive), [`receive_eof`](Self::receive_eof).
/// - Outputs to poll: [`poll_event`](Self::poll_event); bytes in and outputs at once, without a
///   copy: [`poll_event_in`](Self::poll_event_in).
/// - Getters: [`wants_read`](Self::wants_read), [`position`](Self::position).
///
/// The events are the same however the bytes were cut, but for the cuts between body chunks. What
/// is held is one header field or one delimiter line at most, and what was received and not polled.
///
/// # Example
///
/// ```
/// use mime::{Config, Event, Scanner};
///
/// let mut scanner = Scanner::new(Config::default());
/// let mut subject = None;
/// let mut len = 0;
/// for chunk in [&b"Subj"[..], b"ect: hi\r", b"\n\r\nbo", b"dy"] {
///     scanner.receive(chunk);
///     while let Some(event) = scanner.poll_event()? {
///         match event {
///             Event::Field { field, .. } if field.is("Subject") => {
///                 subject = Some(field.unfolded().into_owned());
///             }
///             Event::BodyChunk { bytes, .. } => len += bytes.len(),
///             _ => {}
///         }
///     }
/// }
/// scanner.receive_eof();
/// while scanner.poll_event()?.is_some() {}
/// assert_eq!(subject.as_deref(), Some(&b"hi"[..]));
/// assert_eq!(len, 4);
/// # Ok::<(), mime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scanner {
    core: Core,
    buffer: Vec<u8>,
    /// Of the buffer: up to where the state machine is done with it.
    start: usize,
    /// Of the buffer: up to where no queued step refers to it.
    floor: usize,
    /// Where the buffer starts in the message.
    base: u64,
    queue: VecDeque<Step>,
    /// Of what [`Scanner::poll_event_in`] reads from.
    input: Input,
    eof: bool,
    error: Option<Error>,
}

/// What is known of the bytes that are read where they are.
#[derive(Clone, Copy, Debug, Default)]
struct Input {
    /// How many bytes at their front are at the end of the buffer, too.
    copied: usize,
    /// Whether the queued steps refer to them, not to the buffer.
    in_place: bool,
    /// Where they start in the message, if so.
    base: u64,
    /// How many of them are done with, if so.
    taken: usize,
}

/// What a [`Scanner`] met. Places are counted from the start of the message.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A part begins, with its header section. The first one is the message itself.
    PartStart {
        /// The number of the part, in document order.
        part: PartId,
        /// The container that it is in; `None` for the message itself.
        parent: Option<PartId>,
        /// Where the header section starts.
        at: u64,
        /// The number of the line there, counted from 1, if [`Config::count_lines`] is set; the
        /// lines of the header section and of the body follow. Otherwise 0.
        line: u64,
    },
    /// A header field, or a line of a header section that is none.
    Field {
        /// The part.
        part: PartId,
        /// The field with its bytes.
        field: Field<'a>,
    },
    /// The header section has ended.
    HeaderEnd {
        /// The part.
        part: PartId,
        /// Where the body starts.
        at: u64,
        /// What the body is.
        kind: PartKind,
        /// How the body is encoded.
        encoding: TransferEncoding,
        /// The lines of the header section, if [`Config::count_lines`] is set.
        lines: Lines,
    },
    /// A piece of the body of a leaf, or of what stands before and behind the parts of a
    /// multipart. Where it is cut has no meaning.
    BodyChunk {
        /// The part.
        part: PartId,
        /// Where the bytes start.
        at: u64,
        /// The bytes, in their transfer encoding.
        bytes: &'a [u8],
    },
    /// A delimiter line of a multipart, with the line break before it, which belongs to it. That
    /// behind a closing one does not.
    Delimiter {
        /// The multipart.
        part: PartId,
        /// The place.
        span: Span,
        /// Whether no part follows.
        close: bool,
    },
    /// A part ends. Parts inside of it have ended before.
    PartEnd {
        /// The part.
        part: PartId,
        /// Where the body ends.
        at: u64,
        /// The lines of the body, if [`Config::count_lines`] is set.
        lines: Lines,
    },
    /// Something is wrong.
    Defect(Defect),
}

/// An event with places instead of bytes.
#[derive(Clone, Copy, Debug)]
enum Step {
    PartStart { part: PartId, parent: Option<PartId>, at: u64, line: u64 },
    Field { part: PartId, span: Span, name_len: u16 },
    HeaderEnd { part: PartId, at: u64, kind: PartKind, encoding: TransferEncoding, lines: Lines },
    Body { part: PartId, span: Span },
    Delimiter { part: PartId, span: Span, close: bool },
    PartEnd { part: PartId, at: u64, lines: Lines },
    Defect(Defect),
}

impl Sink for VecDeque<Step> {
    fn part_start(&mut self, part: PartId, parent: Option<PartId>, at: u64, line: u64) {
        self.push_back(Step::PartStart { part, parent, at, line });
    }

    fn field(&mut self, part: PartId, span: Span, name_len: u16, _: Known) {
        self.push_back(Step::Field { part, span, name_len });
    }

    fn header_end(
        &mut self,
        part: PartId,
        at: u64,
        kind: PartKind,
        encoding: TransferEncoding,
        lines: Lines,
    ) {
        self.push_back(Step::HeaderEnd { part, at, kind, encoding, lines });
    }

    fn body(&mut self, part: PartId, span: Span) {
        self.push_back(Step::Body { part, span });
    }

    fn delimiter(&mut self, part: PartId, span: Span, close: bool) {
        self.push_back(Step::Delimiter { part, span, close });
    }

    fn part_end(&mut self, part: PartId, at: u64, lines: Lines) {
        self.push_back(Step::PartEnd { part, at, lines });
    }

    fn defect(&mut self, defect: Defect) {
        self.push_back(Step::Defect(defect));
    }
}

impl Scanner {
    /// Creates a scanner at the start of a message.
    pub fn new(config: Config) -> Self {
        Scanner {
            core: Core::new(config),
            buffer: Vec::new(),
            start: 0,
            floor: 0,
            base: 0,
            queue: VecDeque::new(),
            input: Input::default(),
            eof: false,
            error: None,
        }
    }

    /// Takes the next bytes of the message. Nothing is read yet.
    ///
    /// More than [`Limits::buffered_input`](crate::Limits::buffered_input) bytes that nobody polls
    /// end the reading with an error. Bytes after the end are ignored.
    pub fn receive(&mut self, bytes: &[u8]) {
        if self.eof || self.error.is_some() {
            return;
        }
        let keep = if self.queue.is_empty() { self.start } else { self.floor };
        if keep == self.buffer.len() {
            self.buffer.clear();
            self.discard(keep);
        } else if keep > self.buffer.len() / 2 {
            self.buffer.drain(..keep);
            self.discard(keep);
        }
        self.hold(bytes);
    }

    fn hold(&mut self, bytes: &[u8]) {
        if self.buffer.is_empty() {
            self.base = self.core.position();
        }
        let limit = self.core.config().limits.buffered_input;
        let unread = self.buffer.len().saturating_sub(self.start);
        if unread.saturating_add(bytes.len()) > limit {
            self.error = Some(Error::InputOverflow { limit });
            return;
        }
        self.buffer.extend_from_slice(bytes);
    }

    fn discard(&mut self, count: usize) {
        self.base = self.base.saturating_add(count as u64);
        self.start = self.start.saturating_sub(count);
        self.floor = self.floor.saturating_sub(count);
    }

    /// Says that the message ends with what was received.
    pub fn receive_eof(&mut self) {
        self.eof = true;
    }

    /// Returns the next event, `None` if there is none until more is received. After the end it is
    /// `None` for ever.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] at the first defect that the policy refuses, [`Error::InputOverflow`]
    /// after too much was received at once. The same error comes back on every later call.
    pub fn poll_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        while self.queue.is_empty() {
            if let Some(error) = &self.error {
                return Err(error.clone());
            }
            if let Some(defect) = self.core.refused() {
                self.error = Some(Error::Refused(defect));
                continue;
            }
            if self.core.is_done() {
                return Ok(None);
            }
            let window = self.buffer.get(self.start..).unwrap_or_default();
            self.floor = self.start;
            match self.core.advance(window, self.eof, &mut self.queue) {
                Some(used) => self.start += used,
                None => return Ok(None),
            }
        }
        let Some(step) = self.queue.pop_front() else { return Ok(None) };
        let place = (self.buffer.as_slice(), self.base);
        Ok(Some(event(step, place)))
    }

    /// Takes bytes and returns the next event, which points into these bytes where it can.
    ///
    /// This is [`receive`](Self::receive) and [`poll_event`](Self::poll_event) in one, for a caller
    /// that can wait with the next bytes until these are read: only what a cut has split is
    /// copied. `None` says that all of them were taken. Until then the same bytes must be given
    /// again: `input` is moved on as they are done with. The two ways can take turns after `None`.
    ///
    /// # Errors
    ///
    /// Those of [`poll_event`](Self::poll_event).
    ///
    /// # Example
    ///
    /// ```
    /// use mime::{Config, Event, Scanner};
    ///
    /// let mut scanner = Scanner::new(Config::default());
    /// let mut body = Vec::new();
    /// for mut chunk in [&b"Subject: hi\r\n\r\nbo"[..], b"dy"] {
    ///     while let Some(event) = scanner.poll_event_in(&mut chunk)? {
    ///         if let Event::BodyChunk { bytes, .. } = event {
    ///             body.extend_from_slice(bytes);
    ///         }
    ///     }
    /// }
    /// scanner.receive_eof();
    /// while scanner.poll_event()?.is_some() {}
    /// assert_eq!(body, b"body");
    /// # Ok::<(), mime::Error>(())
    /// ```
    pub fn poll_event_in<'s, 'i: 's>(
        &'s mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Event<'s>>, Error> {
        while self.queue.is_empty() {
            if let Some(error) = &self.error {
                return Err(error.clone());
            }
            if let Some(defect) = self.core.refused() {
                self.error = Some(Error::Refused(defect));
                continue;
            }
            if self.core.is_done() || self.eof {
                *input = &[];
                return self.poll_event();
            }
            if !self.advance_in(input) {
                return Ok(None);
            }
        }
        let Some(step) = self.queue.pop_front() else { return Ok(None) };
        let place = match self.input.in_place {
            true => (*input, self.input.base),
            false => (self.buffer.as_slice(), self.base),
        };
        Ok(Some(event(step, place)))
    }

    /// Deals with one unit, in the buffer or in the input. Returns false where the input ends.
    fn advance_in(&mut self, input: &mut &[u8]) -> bool {
        /// What is copied at once to complete a unit that a cut has split.
        const PIECE: usize = 1024;
        if self.input.in_place {
            self.input.in_place = false;
            *input = input.get(self.input.taken..).unwrap_or_default();
        }
        let unread = self.buffer.len().saturating_sub(self.start);
        if unread <= self.input.copied {
            // What is left in the buffer is in the input, too.
            *input = input.get(self.input.copied - unread..).unwrap_or_default();
            self.buffer.clear();
            (self.start, self.floor, self.input.copied) = (0, 0, 0);
            if input.is_empty() {
                return false;
            }
            let base = self.core.position();
            match self.core.advance(input, false, &mut self.queue) {
                Some(taken) => {
                    self.input = Input { copied: 0, in_place: true, base, taken };
                }
                None => {
                    self.hold(input);
                    *input = &[];
                }
            }
            return true;
        }
        let window = self.buffer.get(self.start..).unwrap_or_default();
        self.floor = self.start;
        if let Some(used) = self.core.advance(window, false, &mut self.queue) {
            self.start += used;
            return true;
        }
        let more = input.get(self.input.copied..).unwrap_or_default();
        if more.is_empty() {
            *input = &[];
            self.input.copied = 0;
            return false;
        }
        let more = more.get(..PIECE.min(more.len())).unwrap_or_default();
        if self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.discard(self.start);
        }
        self.hold(more);
        self.input.copied += more.len();
        true
    }
    /// Returns whether more bytes are of use: false after the end, after an error, and while
    /// events of a quarter of the buffer's limit are not polled.
    pub fn wants_read(&self) -> bool {
        let unread = self.buffer.len().saturating_sub(self.start);
        !self.eof
            && self.error.is_none()
            && unread < self.core.config().limits.buffered_input / 4 + 1
    }

    /// Returns up to where the message has been read.
    pub fn position(&self) -> u64 {
        self.core.position()
    }
}

/// Looks up the bytes of a step, given the bytes that it refers to and where they start.
fn event<'a>(step: Step, (input, base): (&'a [u8], u64)) -> Event<'a> {
    let bytes = |span: Span| {
        let place = Span::new(span.start.saturating_sub(base), span.end.saturating_sub(base));
        place.of(input).unwrap_or_default()
    };
    match step {
        Step::PartStart { part, parent, at, line } => Event::PartStart { part, parent, at, line },
        Step::Field { part, span, name_len } => {
            Event::Field { part, field: Field::new(bytes(span), name_len, span.start) }
        }
        Step::HeaderEnd { part, at, kind, encoding, lines } => {
            Event::HeaderEnd { part, at, kind, encoding, lines }
        }
        Step::Body { part, span } => Event::BodyChunk { part, at: span.start, bytes: bytes(span) },
        Step::Delimiter { part, span, close } => Event::Delimiter { part, span, close },
        Step::PartEnd { part, at, lines } => Event::PartEnd { part, at, lines },
        Step::Defect(defect) => Event::Defect(defect),
    }
}
