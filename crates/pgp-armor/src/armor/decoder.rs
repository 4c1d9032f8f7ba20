use alloc::vec::Vec;
use core::ops::Range;

use super::machine::{Core, Step};
use super::{Config, Event};
use crate::Error;

/// Text with blocks in it, being read in pieces: bytes in, events out.
///
/// ```text
///  receive(bytes) ──▶ ┌─────────┐ ──▶ poll_event() ──▶ Outside, Begin, Header.., Data.., End, Outside
///  receive_eof()  ──▶ │ Decoder │                      Begin, Text.., End, Begin, Data.., End
///                     └─────────┘
/// ```
///
/// The methods are of three kinds.
///
/// - Bytes in: [`receive`](Self::receive), [`receive_eof`](Self::receive_eof).
/// - Outputs to poll: [`poll_event`](Self::poll_event).
/// - Getters: [`wants_read`](Self::wants_read), [`position`](Self::position).
///
/// The events are the same however the bytes were cut, but for the cuts between pieces of text and
/// data. What is held is one line at most, and what was received and not polled.
///
/// # Example
///
/// ```
/// use pgp_armor::{Config, Crc, Decoder, Event};
///
/// let mut decoder = Decoder::new(Config::default());
/// let mut chunks = [&b"hello\n-----BEGIN PGP MES"[..], b"SAGE-----\n\nyAAA\n=e+", b"f7\n-----END PGP MESSAGE-----"].into_iter();
/// let (mut outside, mut data, mut end) = (0, Vec::new(), None);
/// while decoder.wants_read() {
///     match chunks.next() {
///         Some(chunk) => decoder.receive(chunk),
///         None => decoder.receive_eof(),
///     }
///     while let Some(event) = decoder.poll_event()? {
///         match event {
///             Event::Outside { bytes, .. } => outside += bytes.len(),
///             Event::Data(bytes) => data.extend_from_slice(bytes),
///             Event::End { crc, .. } => end = Some(crc),
///             _ => {}
///         }
///     }
/// }
/// assert_eq!((outside, data, end), (6, vec![0xC8, 0, 0], Some(Crc::Match)));
/// # Ok::<(), pgp_armor::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    core: Core,
    buffer: Vec<u8>,
    /// Of the buffer: up to where the state machine is done with it.
    start: usize,
    /// Of the buffer: up to where no queued step refers to it.
    floor: usize,
    /// Where the buffer starts in the input.
    base: u64,
    eof: bool,
    overflow: Option<Error>,
}

impl Decoder {
    /// Creates a decoder at the start of the input.
    pub fn new(config: Config) -> Self {
        Decoder {
            core: Core::new(config),
            buffer: Vec::new(),
            start: 0,
            floor: 0,
            base: 0,
            eof: false,
            overflow: None,
        }
    }

    /// Takes the next bytes. Nothing is read yet.
    ///
    /// More than [`Limits::buffered_input`](crate::Limits::buffered_input) bytes that nobody polls
    /// end the reading with an error. Bytes after the end are ignored.
    pub fn receive(&mut self, bytes: &[u8]) {
        if self.eof || self.overflow.is_some() || self.core.error.is_some() {
            return;
        }
        let keep = if self.core.steps.is_empty() { self.start } else { self.floor };
        if keep == self.buffer.len() {
            self.buffer.clear();
            self.discard(keep);
        } else if keep > self.buffer.len() / 2 {
            self.buffer.drain(..keep);
            self.discard(keep);
        }
        let limit = self.core.config.limits.buffered_input;
        if self.buffer.len().saturating_add(bytes.len()).saturating_sub(self.floor) > limit {
            self.overflow = Some(Error::InputOverflow { limit });
            return;
        }
        self.buffer.extend_from_slice(bytes);
    }

    fn discard(&mut self, count: usize) {
        self.base = self.base.saturating_add(count as u64);
        self.start = self.start.saturating_sub(count);
        self.floor = self.floor.saturating_sub(count);
    }

    /// Says that the input ends with what was received.
    pub fn receive_eof(&mut self) {
        self.eof = true;
    }

    /// Returns the next event, `None` if there is none until more is received. After the end it is
    /// `None` for ever.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] at the first deviation that the policy refuses, and what is beyond
    /// [`Limits`](crate::Limits). The same error comes back on every later call.
    pub fn poll_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        while self.core.steps.is_empty() {
            if let Some(error) = self.core.error.as_ref().or(self.overflow.as_ref()) {
                return Err(error.clone());
            }
            self.core.data.clear();
            self.core.shown.clear();
            self.floor = self.start;
            let window = self.buffer.get(self.start..).unwrap_or_default();
            match self.core.advance(window, self.eof) {
                Some(used) => self.start += used,
                None if !self.core.steps.is_empty() || self.core.error.is_some() => {}
                None => return Ok(None),
            }
        }
        let Some(step) = self.core.steps.pop_front() else { return Ok(None) };
        Ok(Some(self.event(step)))
    }

    fn event(&self, step: Step) -> Event<'_> {
        let data = |range: Range<usize>| self.core.data.get(range).unwrap_or_default();
        let text = |range: Range<usize>| self.core.shown.get(range).unwrap_or_default();
        match step {
            Step::Outside(range) => Event::Outside { at: range.start, bytes: self.bytes(range) },
            Step::Begin { label, at, quote } => {
                Event::Begin { label, at, quote: self.bytes(quote) }
            }
            Step::Header { at, key, value } => {
                Event::Header { at, key: self.bytes(key), value: self.bytes(value) }
            }
            Step::Declined(fault) => Event::Declined(fault),
            Step::Data(range) => Event::Data(data(range)),
            Step::Text { signed, shown } => {
                Event::Text { signed: data(signed), shown: text(shown) }
            }
            Step::Note(note) => Event::Note(note),
            Step::End { label, crc, span } => Event::End { label, crc, span },
        }
    }

    fn bytes(&self, range: Range<u64>) -> &[u8] {
        let index = |place: u64| usize::try_from(place.saturating_sub(self.base)).ok();
        match (index(range.start), index(range.end)) {
            (Some(start), Some(end)) => self.buffer.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Returns whether more bytes are of use: false after the end, after an error, and while a
    /// quarter of what may be buffered is not polled.
    pub fn wants_read(&self) -> bool {
        let unread = self.buffer.len().saturating_sub(self.start);
        !self.eof
            && self.overflow.is_none()
            && self.core.error.is_none()
            && unread < self.core.config.limits.buffered_input / 4 + 1
    }

    /// Returns up to where the input has been read.
    pub fn position(&self) -> u64 {
        self.core.position()
    }
}
