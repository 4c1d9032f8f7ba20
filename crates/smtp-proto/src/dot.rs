//! Dot-stuffing: how the content after DATA marks its end.
//!
//! A line that begins with a period gets another one in front; a line with a period alone is the
//! end ([RFC 5321, section 4.5.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2)). Both directions
//! stream: they take chunks with any boundaries and hold nothing but a few bits between them.

use alloc::vec::Vec;
use core::ops::Range;

use memchr::memmem::Finder;

/// Takes the stuffing away and finds the end.
///
/// Nothing but CR LF `.` CR LF is the end; a line end or a period of any other kind is content. At
/// the very beginning `.` CR LF is enough.
///
/// # Example
///
/// ```
/// use smtp_proto::dot::Decoder;
///
/// let input = b"one\r\n..two\r\n.\r\nMAIL";
/// let (mut decoder, mut at, mut body) = (Decoder::new(), 0, Vec::new());
/// loop {
///     let part = decoder.decode(&input[at..]);
///     body.extend_from_slice(&input[at..][part.content.clone()]);
///     at += part.consumed;
///     if part.end {
///         break;
///     }
/// }
/// assert_eq!(body, b"one\r\n.two\r\n");
/// assert_eq!(&input[at..], b"MAIL");
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    line_start: bool,
    crlf_dot: Finder<'static>,
}

/// What [`Decoder::decode`] found at the beginning of its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where in the input there is content; may be empty.
    pub content: Range<usize>,
    /// How much of the input is done with. Nothing, and no end: more input is needed.
    pub consumed: usize,
    /// Whether the body is over.
    pub end: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder before the first byte of a body.
    #[must_use]
    pub fn new() -> Self {
        Self { line_start: true, crlf_dot: Finder::new(b"\r\n.") }
    }

    /// Begins the next body.
    pub fn reset(&mut self) {
        self.line_start = true;
    }

    /// Decodes as much of the input as is one piece of content.
    pub fn decode(&mut self, input: &[u8]) -> Part {
        let mut start = 0;
        if self.line_start && input.first() == Some(&b'.') {
            match input.get(1..).unwrap_or_default() {
                [] | [b'\r'] => return Part { content: 0..0, consumed: 0, end: false },
                [b'\r', b'\n', ..] => return Part { content: 0..0, consumed: 3, end: true },
                _ => start = 1,
            }
        }
        let rest = input.get(start..).unwrap_or_default();
        if rest.is_empty() {
            return Part { content: 0..0, consumed: 0, end: false };
        }
        let end = match self.crlf_dot.find(rest) {
            Some(at) => {
                self.line_start = true;
                start.saturating_add(at).saturating_add(2)
            }
            None => {
                self.line_start = rest.ends_with(b"\r\n");
                // A CR may be the first half of a line end: it waits for what follows it.
                let held = usize::from(rest.last() == Some(&b'\r'));
                input.len().saturating_sub(held)
            }
        };
        if end == start {
            // A CR alone.
            return Part { content: 0..0, consumed: 0, end: false };
        }
        Part { content: start..end, consumed: end, end: false }
    }
}

/// Puts the stuffing in.
///
/// Line ends of any kind become CR LF, across chunks too, so that the output never has a CR or LF
/// alone. [`Encoder::finish`] ends the last line if it is open, and the body.
///
/// # Example
///
/// ```
/// use smtp_proto::dot::Encoder;
///
/// let (mut encoder, mut out) = (Encoder::new(), Vec::new());
/// encoder.encode(b"one\n.", &mut out);
/// encoder.encode(b"two", &mut out);
/// encoder.finish(&mut out);
/// assert_eq!(out, b"one\r\n..two\r\n.\r\n");
/// ```
#[derive(Clone, Debug)]
pub struct Encoder {
    line_start: bool,
    /// The last chunk ended with a CR that is not sent yet.
    held_cr: bool,
    crlf_dot: Finder<'static>,
}

/// A piece of encoded body: bytes of the chunk, or bytes put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Chunk(Range<usize>),
    Inserted(&'static [u8]),
}

/// Bytes that are checked before they are searched, so that the second look finds them in cache.
const BLOCK: usize = 16 * 1024;

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    /// An encoder before the first byte of a body.
    #[must_use]
    pub fn new() -> Self {
        Self { line_start: true, held_cr: false, crlf_dot: Finder::new(b"\r\n.") }
    }

    /// Begins the next body.
    pub fn reset(&mut self) {
        self.line_start = true;
        self.held_cr = false;
    }

    /// Encodes a chunk.
    pub fn encode(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        self.pieces(chunk, |piece| match piece {
            Piece::Chunk(range) => out.extend_from_slice(chunk.get(range).unwrap_or_default()),
            Piece::Inserted(bytes) => out.extend_from_slice(bytes),
        });
    }

    /// Encodes the end of the body.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if self.held_cr || !self.line_start {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b".\r\n");
        self.reset();
    }

    /// Encodes a chunk in pieces.
    pub(crate) fn pieces(&mut self, chunk: &[u8], mut sink: impl FnMut(Piece)) {
        let mut at = 0;
        if self.held_cr && !chunk.is_empty() {
            self.held_cr = false;
            self.line_start = true;
            sink(Piece::Inserted(b"\r\n"));
            at = usize::from(chunk.first() == Some(&b'\n'));
        }
        while at < chunk.len() {
            let mut end = at.saturating_add(BLOCK).min(chunk.len());
            if chunk.get(end.saturating_sub(1)) == Some(&b'\r') {
                // A block does not end between CR and LF.
                end = end.saturating_sub(1);
            }
            if end == at {
                self.held_cr = true;
                return;
            }
            let block = chunk.get(at..end).unwrap_or_default();
            if has_crlf_only(block) {
                self.stuff(block, at, &mut sink);
            } else {
                self.normalise(chunk, at..end, &mut sink);
            }
            at = end;
        }
    }

    /// Stuffs a block whose line ends are all right, and which does not end inside one.
    fn stuff(&mut self, block: &[u8], at: usize, sink: &mut impl FnMut(Piece)) {
        if self.line_start && block.first() == Some(&b'.') {
            sink(Piece::Inserted(b"."));
        }
        let mut from = 0;
        for found in self.crlf_dot.find_iter(block) {
            let dot = found.saturating_add(2);
            sink(Piece::Chunk(at.saturating_add(from)..at.saturating_add(dot)));
            sink(Piece::Inserted(b"."));
            from = dot;
        }
        sink(Piece::Chunk(at.saturating_add(from)..at.saturating_add(block.len())));
        self.line_start = block.last() == Some(&b'\n');
    }

    /// Stuffs a range and mends its line ends. It begins after a whole line end or none, and a CR
    /// that is its last byte is followed by no LF.
    fn normalise(&mut self, chunk: &[u8], range: Range<usize>, sink: &mut impl FnMut(Piece)) {
        let end = range.end;
        let (mut from, mut at) = (range.start, range.start);
        if self.line_start && chunk.get(at) == Some(&b'.') {
            sink(Piece::Inserted(b"."));
        }
        while let Some(found) =
            memchr::memchr2(b'\r', b'\n', chunk.get(at..end).unwrap_or_default())
        {
            let eol = at.saturating_add(found);
            let crlf = chunk.get(eol..eol.saturating_add(2).min(end)) == Some(b"\r\n");
            at = eol.saturating_add(if crlf { 2 } else { 1 });
            if !crlf {
                sink(Piece::Chunk(from..eol));
                sink(Piece::Inserted(b"\r\n"));
                from = at;
            }
            if at < end && chunk.get(at) == Some(&b'.') {
                sink(Piece::Chunk(from..at));
                sink(Piece::Inserted(b"."));
                from = at;
            }
        }
        sink(Piece::Chunk(from..end));
        self.line_start =
            matches!(chunk.get(range.start..end).and_then(<[u8]>::last), Some(b'\r' | b'\n'));
    }
}

/// Whether every CR is followed by LF, and every LF preceded by CR.
pub(crate) fn has_crlf_only(block: &[u8]) -> bool {
    if block.first() == Some(&b'\n') || block.last() == Some(&b'\r') {
        return false;
    }
    let after = block.get(1..).unwrap_or_default();
    let odd = block
        .iter()
        .zip(after)
        .fold(0, |odd, (&a, &b)| odd | (u8::from(a == b'\r') ^ u8::from(b == b'\n')));
    odd == 0
}
