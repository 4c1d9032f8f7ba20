//! Quoted-printable.
//!
//! ```abnf
//! quoted-printable := qp-line *(CRLF qp-line)
//! qp-line := *(qp-segment transport-padding CRLF) qp-part transport-padding
//! qp-segment := qp-section *(SPACE / TAB) "="
//! hex-octet := "=" 2(DIGIT / "A" / "B" / "C" / "D" / "E" / "F")
//! ```
//!
//! [RFC 2045, section 6.7](https://www.rfc-editor.org/rfc/rfc2045#section-6.7)
//!
//! Decoding walks literal text eight bytes at a time; what lies at the end of a chunk goes through
//! a byte-wise state machine with the same rules:
//!
//! - `=` that starts neither an escape nor a soft line break is kept as it stands, with a report;
//! - lower-case digits are accepted, with a report;
//! - blanks at the end of a line are removed, as the RFC demands, with a report;
//! - blanks between `=` and the line end are removed, with a report;
//! - both CRLF and a bare LF end a line, and stay as they are.

use alloc::vec::Vec;

use super::Decoded;
use crate::{DefectKind, Problems};

/// Blanks that are held back in case that the line ends after them. A longer run of blanks is let
/// through in pieces of this length, so that memory stays bounded.
const MAX_BLANKS: usize = 1024;

/// Value of each hexadecimal digit; [`LOWER`] is set for lower-case ones.
const HEX: [u8; 256] = {
    let mut table = [INVALID; 256];
    let mut i = 0;
    while i < 10 {
        table[b'0' as usize + i] = i as u8;
        i += 1;
    }
    let mut i = 0;
    while i < 6 {
        table[b'A' as usize + i] = 10 + i as u8;
        table[b'a' as usize + i] = LOWER | (10 + i as u8);
        i += 1;
    }
    table
};
const LOWER: u8 = 0x10;
const INVALID: u8 = 0x80;

/// Decodes quoted-printable content at once.
///
/// # Example
///
/// ```
/// use mime::codec::quoted_printable;
///
/// assert_eq!(quoted_printable::decode(b"caf=C3=A9 =\r\nau lait").bytes, "café au lait".as_bytes());
/// assert_eq!(quoted_printable::decode(b"a=b,b").bytes, b"a=b,b");
/// ```
pub fn decode(input: &[u8]) -> Decoded {
    let mut decoder = Decoder::new();
    let mut bytes = Vec::new();
    decoder.decode(input, &mut bytes);
    decoder.finish(&mut bytes);
    Decoded { bytes, problems: decoder.problems }
}

/// Where the byte-wise machine stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After blanks that may end the line.
    Blanks,
    /// After such blanks and CR.
    BlanksCr,
    /// After `=`.
    Escape,
    /// After `=` and one digit.
    Digit(u8),
    /// After `=` and CR.
    EscapeCr,
    /// After `=` and blanks.
    EscapeBlanks,
    /// After `=`, blanks and CR.
    EscapeBlanksCr,
}

/// A resumable quoted-printable decoder.
///
/// It holds at most a run of blanks, bounded to about a kilobyte, between two calls.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    state: State,
    blanks: Vec<u8>,
    position: u64,
    eight_bit: bool,
    problems: Problems,
}

impl Decoder {
    /// Creates a decoder at the start of a line.
    pub fn new() -> Self {
        Self::default()
    }

    /// Decodes the next chunk and appends the result to `out`.
    pub fn decode(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        // Nothing grows by decoding; the slack lets the fast loop store whole words.
        out.resize(start + input.len() + self.blanks.len() + 2 * STEP, 0);
        let mut sink = Sink { free: out.get_mut(start..).unwrap_or_default(), put: 0 };
        let mut rest = input;
        while let Some((&byte, tail)) = rest.split_first() {
            let read = match self.state {
                State::Text => match decode_clean(rest, &mut sink) {
                    0 => self.decode_text(rest, &mut sink),
                    read => read,
                },
                _ => 0,
            };
            if read > 0 {
                self.position += read as u64;
                rest = rest.get(read..).unwrap_or_default();
            } else {
                self.step(byte, &mut sink);
                rest = tail;
            }
        }
        let put = sink.put;
        out.truncate(start + put);
    }

    /// Ends the content.
    ///
    /// Blanks at the end are removed as at the end of any line; a lone `=` counts as a soft line
    /// break, and half an escape is kept as text, both with a report.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let at = self.position;
        match self.state {
            State::Text => {}
            State::Blanks => self.trailing_blanks(at),
            State::BlanksCr => {
                out.append(&mut self.blanks);
                out.push(b'\r');
            }
            State::Escape | State::EscapeCr | State::EscapeBlanks | State::EscapeBlanksCr => {
                self.problems.add(DefectKind::QuotedPrintableTruncated, at, at);
            }
            State::Digit(digit) => {
                self.problems.add(DefectKind::QuotedPrintableTruncated, at, at);
                out.extend_from_slice(&[b'=', digit]);
            }
        }
        self.blanks.clear();
        self.state = State::Text;
    }

    /// Returns what was wrong so far.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Decodes whole words, up to the first thing that is damaged or [`PIECE`] bytes; returns how
    /// many bytes of `input` were read. Blanks at the end of them are held back.
    fn decode_text(&mut self, input: &[u8], sink: &mut Sink<'_>) -> usize {
        // A multiple of the piece is left to the fast loop, which starts again behind it.
        let input = input.get(..PIECE.min(input.len())).unwrap_or(input);
        let mut read = 0;
        // End of the last output byte that was no literal character of the current line.
        let mut hard = sink.put;
        let mut high = 0;
        while let Some(word) = input.get(read..).and_then(|rest| rest.first_chunk::<STEP>()) {
            let Some(slot) =
                sink.free.get_mut(sink.put..).and_then(|f| f.first_chunk_mut::<STEP>())
            else {
                break;
            };
            *slot = *word;
            let bits = u64::from_le_bytes(*word);
            high |= bits;
            let stops = zero_bytes(bits ^ splat(b'=')) | zero_bytes(bits ^ splat(b'\n'));
            if stops == 0 {
                read += STEP;
                sink.put += STEP;
                continue;
            }
            let skip = (stops.trailing_zeros() / 8) as usize;
            read += skip;
            sink.put += skip;
            if word.get(skip) == Some(&b'\n') {
                self.end_line(read, hard, sink);
                read += 1;
                hard = sink.put;
                continue;
            }
            // Escapes often come many in a row.
            while let Some(&[b'=', first, second]) =
                input.get(read..).and_then(|rest| rest.first_chunk::<3>())
            {
                let (a, b) = (HEX[usize::from(first)], HEX[usize::from(second)]);
                if (a | b) >= LOWER {
                    if (a | b) >= INVALID {
                        break;
                    }
                    let at = self.position + read as u64;
                    self.problems.add(DefectKind::QuotedPrintableLowerCase, at, at + 3);
                }
                sink.push(a << 4 | (b & 0xf));
                read += 3;
                hard = sink.put;
            }
            match input.get(read..) {
                Some([b'=', b'\r', b'\n', ..]) => read += 3,
                Some([b'=', b'\n', ..]) => read += 2,
                // Damaged or cut off: the byte-wise machine decides.
                Some([b'=', ..]) => break,
                _ => {}
            }
            hard = sink.put;
        }
        if high & splat(0x80) != 0 && !self.eight_bit {
            let seen = input.get(..read).unwrap_or_default();
            if let Some(first) = seen.iter().position(|byte| *byte >= 0x80) {
                self.eight_bit(self.position + first as u64);
            }
        }
        self.hold_back(hard, sink);
        read
    }

    /// Ends a line whose line feed stands `read` bytes after the current position.
    fn end_line(&mut self, read: usize, hard: usize, sink: &mut Sink<'_>) {
        let line = sink.free.get(hard..sink.put).unwrap_or_default();
        let (text, cr) = match line {
            [text @ .., b'\r'] => (text, true),
            text => (text, false),
        };
        let blanks = blanks_at_end(text);
        if blanks > 0 {
            let end = self.position + (read - usize::from(cr)) as u64;
            self.problems.add(DefectKind::QuotedPrintableTrailingBlanks, end - blanks as u64, end);
            sink.put -= blanks + usize::from(cr);
            if cr {
                sink.push(b'\r');
            }
        }
        sink.push(b'\n');
    }

    /// Takes blanks at the end of the output back, since the line may end after them.
    fn hold_back(&mut self, hard: usize, sink: &mut Sink<'_>) {
        let line = sink.free.get(hard..sink.put).unwrap_or_default();
        let (text, cr) = match line {
            [text @ .., b'\r'] => (text, true),
            text => (text, false),
        };
        let count = blanks_at_end(text);
        if count == 0 {
            return;
        }
        let blanks = text.get(text.len() - count..).unwrap_or_default();
        self.blanks.extend_from_slice(blanks);
        self.state = if cr { State::BlanksCr } else { State::Blanks };
        sink.put -= count + usize::from(cr);
    }

    /// Takes one byte: the rules of the module's documentation, spelled out.
    fn step(&mut self, byte: u8, sink: &mut Sink<'_>) {
        let at = self.position;
        self.position += 1;
        let malformed = DefectKind::QuotedPrintableMalformed;
        let soft_blanks = DefectKind::QuotedPrintableBlanksInSoftBreak;
        let held = self.blanks.len() as u64;
        match (self.state, byte) {
            (State::Blanks, b' ' | b'\t') => return self.blank(byte, sink),
            (State::Blanks, b'\r') => return self.state = State::BlanksCr,
            (State::Blanks, b'\n') => self.trailing_blanks(at),
            (State::BlanksCr, b'\n') => {
                self.trailing_blanks(at - 1);
                sink.push(b'\r');
            }
            (State::Blanks, _) => self.keep_blanks(sink),
            (State::BlanksCr, _) => {
                self.keep_blanks(sink);
                sink.push(b'\r');
            }
            (State::Escape | State::EscapeCr, b'\n') => return self.state = State::Text,
            (State::Escape, b'\r') => return self.state = State::EscapeCr,
            (State::Escape, b' ' | b'\t') => {
                self.blanks.push(byte);
                return self.state = State::EscapeBlanks;
            }
            (State::Escape, _) if HEX[usize::from(byte)] < INVALID => {
                return self.state = State::Digit(byte);
            }
            (State::Digit(first), _) if HEX[usize::from(byte)] < INVALID => {
                let (a, b) = (HEX[usize::from(first)], HEX[usize::from(byte)]);
                if (a | b) >= LOWER {
                    self.problems.add(DefectKind::QuotedPrintableLowerCase, at - 2, at + 1);
                }
                sink.push(a << 4 | (b & 0xf));
                return self.state = State::Text;
            }
            (State::EscapeBlanks, b' ' | b'\t') if self.blanks.len() < MAX_BLANKS => {
                return self.blanks.push(byte);
            }
            (State::EscapeBlanks, b'\r') => return self.state = State::EscapeBlanksCr,
            (State::EscapeBlanks, b'\n') => {
                self.problems.add(soft_blanks, at - held - 1, at + 1);
                self.blanks.clear();
                return self.state = State::Text;
            }
            (State::EscapeBlanksCr, b'\n') => {
                self.problems.add(soft_blanks, at - held - 2, at + 1);
                self.blanks.clear();
                return self.state = State::Text;
            }
            (State::Text, _) => {}
            // What follows is a malformed escape: it stays in the text as it is.
            (State::Escape, _) => {
                self.problems.add(malformed, at - 1, at + 1);
                sink.push(b'=');
            }
            (State::Digit(first), _) => {
                self.problems.add(malformed, at - 2, at + 1);
                sink.push(b'=');
                sink.push(first);
            }
            (State::EscapeCr, _) => {
                self.problems.add(malformed, at - 2, at);
                sink.push(b'=');
                sink.push(b'\r');
            }
            (State::EscapeBlanks, _) => {
                self.problems.add(malformed, at - held - 1, at);
                sink.push(b'=');
                self.keep_blanks(sink);
            }
            (State::EscapeBlanksCr, _) => {
                self.problems.add(malformed, at - held - 2, at);
                sink.push(b'=');
                self.keep_blanks(sink);
                sink.push(b'\r');
            }
        }
        // The byte stands for itself, or begins something.
        self.state = State::Text;
        match byte {
            b'=' => self.state = State::Escape,
            b' ' | b'\t' => self.blank(byte, sink),
            _ => {
                if byte >= 0x80 {
                    self.eight_bit(at);
                }
                sink.push(byte);
            }
        }
    }

    fn blank(&mut self, byte: u8, sink: &mut Sink<'_>) {
        self.state = State::Blanks;
        if self.blanks.len() >= MAX_BLANKS {
            self.keep_blanks(sink);
        }
        self.blanks.push(byte);
    }

    fn keep_blanks(&mut self, sink: &mut Sink<'_>) {
        for &byte in &self.blanks {
            sink.push(byte);
        }
        self.blanks.clear();
    }

    /// Drops the blanks before a line end at `end`.
    fn trailing_blanks(&mut self, end: u64) {
        let start = end.saturating_sub(self.blanks.len() as u64);
        self.problems.add(DefectKind::QuotedPrintableTrailingBlanks, start, end);
        self.blanks.clear();
    }

    fn eight_bit(&mut self, at: u64) {
        if !self.eight_bit {
            self.eight_bit = true;
            self.problems.add(DefectKind::QuotedPrintableEightBit, at, at + 1);
        }
    }
}

/// Bytes looked at together.
const STEP: usize = 8;
/// Bytes of which one bit each says whether they are `=`.
const BLOCK: usize = 64;
/// Bytes copied between two escapes at once.
const COPY: usize = 32;
/// Bytes checked at once for what the fast loop does not treat.
const PIECE: usize = 2048;

/// Decodes content in which nothing is out of the ordinary: no line ends with a blank, no escape is
/// damaged, all is ASCII. Returns how many bytes were read, after which the state is that of text.
///
/// A map of the `=` in a block leads from one escape to the next, so that the cost of an escape
/// does not depend on where it stands; line ends are text like any other.
fn decode_clean(input: &[u8], sink: &mut Sink<'_>) -> usize {
    let mut read = 0;
    while let Some(rest) = input.get(read..).filter(|rest| rest.len() >= 2 * BLOCK) {
        let piece = rest.get(..PIECE.min(rest.len())).unwrap_or(rest);
        if !is_clean(piece) {
            break;
        }
        // What the next piece begins with decides about blanks at the end of this one.
        let end = piece.iter().rposition(|&byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        let Some(piece) = piece.get(..end.map_or(0, |end| end + 1)) else { break };
        let (used, done) = decode_piece(piece, sink);
        read += used;
        if !done || used == 0 {
            break;
        }
    }
    read
}

/// Returns whether all is ASCII and no blank stands before a line end.
fn is_clean(piece: &[u8]) -> bool {
    let high = piece.iter().fold(0, |all, &byte| all | byte);
    let next = piece.get(1..).unwrap_or_default();
    let blank_before_end = piece.iter().zip(next).fold(false, |found, (&byte, &next)| {
        found | (((byte == b' ') | (byte == b'\t')) & ((next == b'\r') | (next == b'\n')))
    });
    high < 0x80 && !blank_before_end
}

/// Decodes the whole blocks of a clean piece. Returns how many bytes were read, and whether that was
/// all without meeting a damaged escape.
fn decode_piece(piece: &[u8], sink: &mut Sink<'_>) -> (usize, bool) {
    let mut base = 0;
    while let Some(block) = piece.get(base..).and_then(|rest| rest.first_chunk::<{ 2 * BLOCK }>()) {
        let mut stops = equals_signs(block);
        // Up to where the block's bytes were dealt with.
        let mut at = 0;
        while stops != 0 {
            let stop = stops.trailing_zeros() as usize;
            stops &= stops - 1;
            sink.copy(block, at, stop);
            let Some(&[_, first, second]) = block.get(stop..).and_then(|b| b.first_chunk::<3>())
            else {
                return (base + stop, false);
            };
            let (a, b) = (HEX[usize::from(first)], HEX[usize::from(second)]);
            if (a | b) < LOWER {
                sink.push(a << 4 | b);
                at = stop + 3;
            } else if [first, second] == *b"\r\n" {
                at = stop + 3;
            } else if first == b'\n' {
                at = stop + 2;
            } else {
                return (base + stop, false);
            }
        }
        if at < BLOCK {
            sink.copy(block, at, BLOCK);
            at = BLOCK;
        }
        base += at;
    }
    (base, true)
}

/// Maps where the first [`BLOCK`] bytes are `=`, lowest bit first; all must be ASCII.
#[inline]
fn equals_signs(block: &[u8; 2 * BLOCK]) -> u64 {
    let mut map = 0u64;
    for (k, word) in block.as_chunks::<STEP>().0.iter().take(BLOCK / STEP).enumerate() {
        let differ = u64::from_le_bytes(*word) ^ splat(b'=');
        let equal = !(differ + splat(0x7f)) & splat(0x80);
        map |= equal >> (7 - k);
    }
    // Bit k of byte i belongs to byte i of word k: transpose.
    let swap = |map: u64, shift: u32, mask: u64| {
        let differ = (map ^ (map >> shift)) & mask;
        map ^ differ ^ (differ << shift)
    };
    let map = swap(map, 7, 0x00aa_00aa_00aa_00aa);
    let map = swap(map, 14, 0x0000_cccc_0000_cccc);
    swap(map, 28, 0x0000_0000_f0f0_f0f0)
}

/// The output of one call, with a cursor.
struct Sink<'a> {
    free: &'a mut [u8],
    put: usize,
}

impl Sink<'_> {
    /// Appends `block[from..to]`, by copying more and forgetting it.
    #[inline]
    fn copy(&mut self, block: &[u8; 2 * BLOCK], from: usize, to: usize) {
        let len = to.saturating_sub(from);
        let mut done = 0;
        while done < len {
            let (text, free) = (block.get(from + done..), self.free.get_mut(self.put + done..));
            let (Some(text), Some(free)) = (
                text.and_then(|t| t.first_chunk::<COPY>()),
                free.and_then(|f| f.first_chunk_mut()),
            ) else {
                break;
            };
            *free = *text;
            done += COPY;
        }
        self.put += len;
    }

    #[inline]
    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.free.get_mut(self.put) {
            *slot = byte;
            self.put += 1;
        }
    }
}

/// Counts the blanks at the end of a line that are removed when the line ends there.
fn blanks_at_end(text: &[u8]) -> usize {
    let blanks = text.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match blanks % MAX_BLANKS {
        0 if blanks > 0 => MAX_BLANKS,
        rest => rest,
    }
}

const fn splat(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Sets the high bit of the first zero byte, and perhaps of bytes after it.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(splat(0x01)) & !word & splat(0x80)
}

/// Encodes text at once: its line breaks (CRLF or LF) become CRLF, everything else is escaped
/// where needed.
///
/// Lines are at most 76 characters long, never end with a blank, and begin with neither `F` (of
/// `From `) nor a dot, so that no mail system changes them.
///
/// # Example
///
/// ```
/// use mime::codec::quoted_printable;
///
/// assert_eq!(quoted_printable::encode("café \n1=1".as_bytes()), b"caf=C3=A9=20\r\n1=3D1");
/// ```
pub fn encode(input: &[u8]) -> Vec<u8> {
    encode_all(Encoder::new(), input)
}

/// Encodes bytes that are no text at once: CR and LF are escaped, too.
///
/// # Example
///
/// ```
/// use mime::codec::quoted_printable;
///
/// assert_eq!(quoted_printable::encode_binary(b"a\r\n"), b"a=0D=0A");
/// ```
pub fn encode_binary(input: &[u8]) -> Vec<u8> {
    encode_all(Encoder::binary(), input)
}

fn encode_all(mut encoder: Encoder, input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len() + input.len() / 16);
    encoder.encode(input, &mut out);
    encoder.finish(&mut out);
    out
}

/// A resumable quoted-printable encoder.
///
/// It holds at most two bytes between two calls.
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    binary: bool,
    /// A blank, CR, or first character of a line that waits for what follows.
    held: Option<u8>,
    column: usize,
}

impl Encoder {
    /// Longest encoded line, without its end.
    const LINE: usize = 76;

    /// Creates an encoder of text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates an encoder of bytes that are no text.
    pub fn binary() -> Self {
        Encoder { binary: true, ..Self::default() }
    }

    /// Encodes the next chunk and appends the result to `out`.
    pub fn encode(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let mut rest = input;
        while let Some((&byte, tail)) = rest.split_first() {
            // A run of characters that stand for themselves.
            if self.held.is_none() && self.column > 0 {
                let room = (Self::LINE - 1).saturating_sub(self.column);
                let run = rest.iter().take(room).take_while(|byte| is_plain(**byte)).count();
                if run > 0 {
                    let (text, left) = rest.split_at_checked(run).unwrap_or((rest, &[]));
                    out.extend_from_slice(text);
                    self.column += run;
                    rest = left;
                    continue;
                }
            }
            rest = tail;
            self.push(byte, out);
        }
    }

    /// Ends the content.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if let Some(held) = self.held.take() {
            self.escape(held, out);
        }
    }

    fn push(&mut self, byte: u8, out: &mut Vec<u8>) {
        match (self.held.take(), byte) {
            (Some(b'\r'), b'\n') => return self.line_break(out),
            (Some(b'\r'), _) => self.escape(b'\r', out),
            (Some(held), b'\n') if !self.binary => {
                self.escape(held, out);
                return self.line_break(out);
            }
            (Some(held), b'\r') if !self.binary => {
                // The blank may stand before a line end: escape it in any case.
                self.escape(held, out);
            }
            (Some(held), _) => self.literal(held, out),
            (None, b'\n') if !self.binary => return self.line_break(out),
            (None, _) => {}
        }
        match byte {
            b'\r' if !self.binary => self.held = Some(byte),
            b' ' | b'\t' => self.held = Some(byte),
            _ if is_plain(byte) => self.literal(byte, out),
            _ => self.escape(byte, out),
        }
    }

    fn literal(&mut self, byte: u8, out: &mut Vec<u8>) {
        self.room(1, out);
        if self.column == 0 && matches!(byte, b'F' | b'.') {
            return self.escape(byte, out);
        }
        out.push(byte);
        self.column += 1;
    }

    fn escape(&mut self, byte: u8, out: &mut Vec<u8>) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        self.room(3, out);
        let [high, low] = [byte >> 4, byte & 0xf].map(|digit| DIGITS[usize::from(digit)]);
        out.extend_from_slice(&[b'=', high, low]);
        self.column += 3;
    }

    /// Breaks the line softly where `len` more characters and a `=` would not fit.
    fn room(&mut self, len: usize, out: &mut Vec<u8>) {
        if self.column + len > Self::LINE - 1 {
            out.extend_from_slice(b"=\r\n");
            self.column = 0;
        }
    }

    fn line_break(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\r\n");
        self.column = 0;
    }
}

/// Returns whether a character may stand for itself anywhere in a line.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b'!'..=b'<' | b'>'..=b'~')
}
