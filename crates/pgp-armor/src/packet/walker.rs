//! Packets that come in pieces.

use alloc::vec::Vec;
use core::ops::Range;

use super::frame::{self, Config, FrameError};
use super::header::{Format, Length, PacketType};
use super::peek::Peek;

/// What a [`Walker`] found next.
///
/// For each packet: `Start`, perhaps `Peek`, any number of `Body`, `End`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A packet begins.
    Start {
        /// Its type.
        packet_type: PacketType,
        /// How its header is written.
        format: Format,
        /// The length of its body in octets, if the header says it.
        length: Option<u32>,
        /// Where it begins in the input.
        offset: u64,
    },
    /// What the body says at its start. The same octets come as `Body` too.
    Peek(Peek<'a>),
    /// Octets of the body, without the lengths of chunks. Boundaries have no meaning.
    Body(&'a [u8]),
    /// The packet is complete.
    End,
}

/// Walks over packets that come in pieces, in memory that does not grow with a packet.
///
/// - Bytes in: [`receive`](Walker::receive), [`receive_eof`](Walker::receive_eof).
/// - Outputs to poll: [`poll_event`](Walker::poll_event).
/// - Getters: [`wants_read`](Walker::wants_read), [`offset`](Walker::offset).
///
/// The same bytes give the same events wherever they are cut, apart from the boundaries of `Body`.
///
/// # Example
///
/// ```
/// use pgp_armor::packet::{Config, Event, Walker};
///
/// let mut walker = Walker::new(Config::default());
/// let mut names = Vec::new();
/// for chunk in [&[0xcd, 5, b'A', b'l'][..], b"ice"] {
///     walker.receive(chunk);
///     while let Some(event) = walker.poll_event()? {
///         if let Event::Body(bytes) = event {
///             names.extend_from_slice(bytes);
///         }
///     }
/// }
/// walker.receive_eof();
/// assert_eq!(walker.poll_event()?, None);
/// assert_eq!(names, b"Alice");
/// # Ok::<(), pgp_armor::packet::FrameError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Walker {
    config: Config,
    buffer: Vec<u8>,
    /// Octets of the buffer that are used up.
    used: usize,
    /// Octets used up before the buffer.
    before: u64,
    eof: bool,
    count: u32,
    state: Result<State, FrameError>,
}

/// Where in the sequence the next octet is.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Before a packet.
    Header,
    /// In the body; what is left of the chunk, and whether to look into it first.
    Body { packet_type: PacketType, start: u64, left: Length, look: bool },
    /// Before the length of a further chunk.
    Chunk { packet_type: PacketType, start: u64 },
}

/// An event whose octets are still in the buffer.
#[derive(Clone, Debug)]
enum Step {
    Start { packet_type: PacketType, format: Format, length: Option<u32>, offset: u64 },
    Peek(PacketType, Range<usize>),
    Body(Range<usize>),
    End,
}

impl Walker {
    /// Creates a walker.
    pub fn new(config: Config) -> Self {
        Walker {
            config,
            buffer: Vec::new(),
            used: 0,
            before: 0,
            eof: false,
            count: 0,
            state: Ok(State::Header),
        }
    }

    /// Takes bytes. Never fails and never parses; bytes after the end of the input are ignored.
    pub fn receive(&mut self, bytes: &[u8]) {
        if self.eof || self.state.is_err() {
            return;
        }
        if self.unread().len() >= self.config.buffered_input && !bytes.is_empty() {
            self.fail(FrameError::InputOverflow { limit: self.config.buffered_input });
            return;
        }
        if self.used > 0 {
            self.before = self.offset();
            self.buffer.drain(..self.used);
            self.used = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Says that the input is complete.
    pub fn receive_eof(&mut self) {
        self.eof = true;
    }

    /// Returns the next event, or `None` if there is none before more bytes come.
    ///
    /// # Errors
    ///
    /// If the bytes are no sequence of packets; then the same error again on every later call.
    pub fn poll_event(&mut self) -> Result<Option<Event<'_>>, FrameError> {
        let Some(step) = self.step()? else { return Ok(None) };
        let octets = |range: Range<usize>| self.buffer.get(range).unwrap_or_default();
        Ok(match step {
            Step::Start { packet_type, format, length, offset } => {
                Some(Event::Start { packet_type, format, length, offset })
            }
            Step::Peek(packet_type, range) => {
                Peek::parse(packet_type, octets(range)).map(Event::Peek)
            }
            Step::Body(range) => Some(Event::Body(octets(range))),
            Step::End => Some(Event::End),
        })
    }

    /// Returns whether more bytes are wanted: `false` after the end of the input, after an error,
    /// and while enough bytes wait to be polled.
    pub fn wants_read(&self) -> bool {
        !self.eof && self.state.is_ok() && self.unread().len() < self.config.buffered_input
    }

    /// Returns how many octets of the input the events polled so far have used up.
    pub fn offset(&self) -> u64 {
        self.before.saturating_add(u64::try_from(self.used).unwrap_or(u64::MAX))
    }

    /// Finds the next event, as ranges of the buffer.
    fn step(&mut self) -> Result<Option<Step>, FrameError> {
        loop {
            match self.state? {
                State::Header => {
                    if self.unread().is_empty() {
                        return Ok(None);
                    }
                    return self.header();
                }
                State::Body { packet_type, start, left, look: true } => {
                    let Some(ready) = self.peek_len(packet_type, left) else { return Ok(None) };
                    self.state = Ok(State::Body { packet_type, start, left, look: false });
                    let range = self.used..self.used + ready;
                    let body = self.buffer.get(range.clone()).unwrap_or_default();
                    if ready > 0 && Peek::parse(packet_type, body).is_some() {
                        return Ok(Some(Step::Peek(packet_type, range)));
                    }
                }
                State::Body { packet_type, left: Length::Partial(0), start, .. } => {
                    self.state = Ok(State::Chunk { packet_type, start });
                }
                State::Body { left: Length::Fixed(0), .. } => {
                    self.state = Ok(State::Header);
                    return Ok(Some(Step::End));
                }
                State::Body { packet_type, start, left, .. } => {
                    let unread = self.unread().len();
                    if unread == 0 {
                        if !self.eof {
                            return Ok(None);
                        }
                        if left == Length::Indeterminate {
                            self.state = Ok(State::Header);
                            return Ok(Some(Step::End));
                        }
                        return Err(self.fail(FrameError::UnexpectedEof { offset: start }));
                    }
                    let most = u32::try_from(unread).unwrap_or(u32::MAX);
                    let (len, left) = match left {
                        Length::Fixed(n) => (n.min(most), Length::Fixed(n - n.min(most))),
                        Length::Partial(n) => (n.min(most), Length::Partial(n - n.min(most))),
                        Length::Indeterminate => (most, left),
                    };
                    self.state = Ok(State::Body { packet_type, start, left, look: false });
                    let from = self.used;
                    self.used += usize::try_from(len).unwrap_or(unread);
                    return Ok(Some(Step::Body(from..self.used)));
                }
                State::Chunk { packet_type, start } => {
                    let Some((left, len)) = Length::parse(self.unread()) else {
                        if self.eof {
                            return Err(self.fail(FrameError::UnexpectedEof { offset: start }));
                        }
                        return Ok(None);
                    };
                    self.used += len;
                    self.state = Ok(State::Body { packet_type, start, left, look: false });
                }
            }
        }
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.used..).unwrap_or_default()
    }

    fn fail(&mut self, error: FrameError) -> FrameError {
        self.state = Err(error);
        self.buffer = Vec::new();
        self.before = self.offset();
        self.used = 0;
        error
    }

    fn header(&mut self) -> Result<Option<Step>, FrameError> {
        let offset = self.offset();
        if self.count >= self.config.packets {
            let limit = self.config.packets;
            return Err(self.fail(FrameError::TooManyPackets { limit }));
        }
        let (header, len) = match frame::header(self.unread(), offset, &self.config) {
            Ok(Some(parsed)) => parsed,
            Ok(None) if !self.eof => return Ok(None),
            Ok(None) => return Err(self.fail(FrameError::UnexpectedEof { offset })),
            Err(error) => return Err(self.fail(error)),
        };
        self.count += 1;
        self.used += len;
        let packet_type = header.packet_type;
        let left = header.length;
        self.state = Ok(State::Body { packet_type, start: offset, left, look: true });
        let length = match header.length {
            Length::Fixed(length) => Some(length),
            Length::Partial(_) | Length::Indeterminate => None,
        };
        Ok(Some(Step::Start { packet_type, format: header.format, length, offset }))
    }

    /// How many octets to look into; `Some(0)`: do not look, `None`: not all have come yet.
    fn peek_len(&self, packet_type: PacketType, left: Length) -> Option<usize> {
        let Some(wanted) = Peek::wants(packet_type) else { return Some(0) };
        let there = match left {
            Length::Fixed(len) | Length::Partial(len) => usize::try_from(len).unwrap_or(usize::MAX),
            Length::Indeterminate => usize::MAX,
        };
        let need = wanted.min(there);
        if need > self.config.peek.min(self.config.buffered_input) {
            return Some(0);
        }
        match self.unread().len() {
            len if len >= need => Some(need),
            _ if !self.eof => None,
            // The end of an indeterminate body; any other is cut short.
            len if left == Length::Indeterminate => Some(len),
            _ => Some(0),
        }
    }
}
