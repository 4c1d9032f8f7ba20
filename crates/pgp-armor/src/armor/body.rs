//! The body of a block: base64 in lines.
//!
//! Lines of the length of the first one are squeezed into a scratch buffer and decoded together;
//! whatever does not fit this picture goes byte by byte through a table.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use memchr::memchr2;

use crate::base64::{self, INVALID, LINE_END, PAD, SPACE, class};
use crate::{Crc24, NoteKind};

/// Characters decoded at once.
const SCRATCH: usize = 16 << 10;
/// Longest line that is squeezed together with others.
const LINE: usize = 128;
/// Shortest piece of a line that is worth a call of the engine.
const PIECE: usize = 32;
/// Longest line that RFC 9580, section 6.2, allows.
const COLUMNS: usize = 76;
/// Bytes kept of what follows the first `=`.
const TAIL: usize = 64;

/// Where in a body the reader is.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    /// The values of an incomplete group.
    group: [u8; 3],
    count: usize,
    /// Characters of this line so far, white space not counted.
    column: usize,
    /// Whether a line was longer than it may be. Until then nothing decodes past that column, so
    /// that the note about it comes at its place.
    long: bool,
    /// Length of the lines, and of their ends.
    stride: Option<(usize, usize)>,
    /// Bytes that go through the table, since the engine refused them.
    slow: usize,
    scratch: Box<[u8]>,
    /// What follows the first `=`, without white space, once there was one.
    tail: Option<Tail>,
    crc: Crc24,
}

#[derive(Clone, Debug, Default)]
struct Tail {
    text: Vec<u8>,
    /// Whether the first `=` stands behind data.
    shared: bool,
    /// Where the first `=` is.
    at: u64,
}

/// Why reading a body stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// More is needed, or the input is used up.
    More,
    /// A line starts with a dash.
    Dash,
    /// Something is to be noted, at this place of the input. The reader is past it.
    Note(NoteKind, usize),
}

/// The checksum as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Absent,
    Value(u32),
    Malformed,
}

impl Body {
    pub(super) fn new() -> Self {
        Body::default()
    }

    /// Adds decoded bytes to the checksum.
    pub(super) fn sum(&mut self, bytes: &[u8]) {
        self.crc.update(bytes);
    }

    pub(super) fn computed(&self) -> u32 {
        self.crc.value()
    }

    /// Counts a byte that is no base64 character as part of the line.
    pub(super) fn skip_invalid(&mut self) {
        self.column = self.column.saturating_add(1);
    }

    /// Reads from `input` on and appends to `out`. `at` is the place of `input`.
    pub(super) fn read(
        &mut self,
        input: &[u8],
        eof: bool,
        at: u64,
        out: &mut Vec<u8>,
    ) -> (usize, Stop) {
        let mut pos = 0;
        while let Some(&byte) = input.get(pos) {
            if self.slow == 0 && self.tail.is_none() && self.count == 0 {
                let rest = input.get(pos..).unwrap_or_default();
                let used = self.read_fast(rest, out);
                if used > 0 {
                    pos += used;
                    continue;
                }
            }
            self.slow = self.slow.saturating_sub(1);
            let class = class(byte);
            match class {
                LINE_END => {
                    let mut len = 1;
                    let mut bare = false;
                    if byte == b'\r' {
                        match input.get(pos + 1) {
                            Some(b'\n') => len = 2,
                            None if !eof => return (pos, Stop::More),
                            _ => bare = true,
                        }
                    }
                    let blank = self.column == 0;
                    self.column = 0;
                    if let Some(tail) = &mut self.tail {
                        tail.push(b'\n');
                    }
                    // Of both the first is noted; each has its turn if it stands alone.
                    if bare {
                        return (pos + len, Stop::Note(NoteKind::BareCr, pos));
                    }
                    if blank {
                        return (pos + len, Stop::Note(NoteKind::SpaceInBody, pos));
                    }
                    pos += len;
                    continue;
                }
                SPACE => return (pos + 1, Stop::Note(NoteKind::SpaceInBody, pos)),
                INVALID if byte == b'-' && self.column == 0 => return (pos, Stop::Dash),
                _ => {}
            }
            self.column = self.column.saturating_add(1);
            if let Some(tail) = &mut self.tail {
                if !tail.push(byte) {
                    return (pos + 1, Stop::Note(NoteKind::DataAfterPadding, pos));
                }
            } else if class == PAD {
                let shared = self.column > 1;
                let at = at.saturating_add(pos as u64);
                self.tail = Some(Tail { text: vec![b'='], shared, at });
            } else if class == INVALID {
                return (pos + 1, Stop::Note(NoteKind::InvalidByte, pos));
            } else {
                self.push(class, out);
                if self.column > COLUMNS && !self.long {
                    self.long = true;
                    return (pos + 1, Stop::Note(NoteKind::LongLine, pos));
                }
            }
            pos += 1;
        }
        (pos, Stop::More)
    }

    fn push(&mut self, value: u8, out: &mut Vec<u8>) {
        if let Some(place) = self.group.get_mut(self.count) {
            *place = value;
            self.count += 1;
            return;
        }
        let [a, b, c] = self.group;
        out.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | value]);
        self.count = 0;
    }

    /// Decodes what the engine takes. Returns how much that was.
    fn read_fast(&mut self, input: &[u8], out: &mut Vec<u8>) -> usize {
        if self.column == 0 {
            if self.stride.is_none() {
                self.learn(input);
            }
            let used = self.read_lines(input, out);
            if used > 0 {
                return used;
            }
            self.learn(input);
        }
        self.read_piece(input, out)
    }

    /// Takes the length of the first line as that of all.
    fn learn(&mut self, input: &[u8]) {
        let head = input.get(..LINE + 2).unwrap_or(input);
        self.stride = memchr2(b'\r', b'\n', head).filter(|&len| len > 0).and_then(|len| {
            match (head.get(len), head.get(len + 1)) {
                (Some(b'\n'), _) => Some((len, 1)),
                (_, Some(b'\n')) => Some((len, 2)),
                _ => None,
            }
        });
    }

    /// Decodes lines of the known length together.
    fn read_lines(&mut self, input: &[u8], out: &mut Vec<u8>) -> usize {
        let Some((len, end)) = self.stride.filter(|(len, _)| self.long || *len <= COLUMNS) else {
            return 0;
        };
        if self.scratch.is_empty() {
            self.scratch = vec![0; SCRATCH].into_boxed_slice();
        }
        let lines = match (len, end) {
            (64, 1) => squeeze::<64, 65>(input, b"\n", &mut self.scratch),
            (64, 2) => squeeze::<64, 66>(input, b"\r\n", &mut self.scratch),
            (76, 1) => squeeze::<76, 77>(input, b"\n", &mut self.scratch),
            (76, 2) => squeeze::<76, 78>(input, b"\r\n", &mut self.scratch),
            (len, end) => squeeze_any(input, len, end, &mut self.scratch),
        };
        // Whole groups: four lines of any length are.
        let lines = if len.is_multiple_of(4) { lines } else { lines & !3 };
        let text = self.scratch.get(..lines * len).unwrap_or_default();
        if text.is_empty() || !decode(text, out) {
            self.slow = lines * (len + end);
            return 0;
        }
        lines * (len + end)
    }

    /// Decodes a piece of one line.
    fn read_piece(&mut self, input: &[u8], out: &mut Vec<u8>) -> usize {
        if self.slow > 0 {
            return 0;
        }
        let most = if self.long { SCRATCH } else { COLUMNS.saturating_sub(self.column) };
        let head = input.get(..most).unwrap_or(input);
        let len = memchr2(b'\r', b'\n', head).unwrap_or(head.len()) & !3;
        let text = head.get(..len).unwrap_or_default();
        if len < PIECE || !decode(text, out) {
            self.slow = len.max(1);
            return 0;
        }
        self.column = self.column.saturating_add(len);
        len
    }

    /// Ends the body: decodes the incomplete group and reads what followed it.
    pub(super) fn finish(
        &mut self,
        at: u64,
        out: &mut Vec<u8>,
        note: &mut impl FnMut(NoteKind, u64),
    ) -> Written {
        let tail = self.tail.take();
        let place = tail.as_ref().map_or(at, |tail| tail.at);
        let [a, b, c] = self.group;
        let (rest, wanted) = match self.count {
            1 => {
                note(NoteKind::LoneCharacter, place);
                (0, 0)
            }
            2 => {
                out.push(a << 2 | b >> 4);
                (b & 15, 2)
            }
            3 => {
                out.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2]);
                (c & 3, 1)
            }
            _ => (0, 0),
        };
        if rest != 0 {
            note(NoteKind::TrailingBits, place);
        }
        let mut written = Written::Absent;
        let mut padding = 0;
        let tail = tail.unwrap_or_default();
        for (number, line) in tail.text.split(|&byte| byte == b'\n').enumerate() {
            let signs = line.iter().take_while(|&&byte| byte == b'=').count();
            let rest = line.get(signs..).unwrap_or_default();
            if rest.is_empty() {
                padding += signs;
                continue;
            }
            if signs == 0 {
                note(NoteKind::DataAfterPadding, place);
                continue;
            }
            padding += signs - 1;
            if number == 0 && tail.shared {
                note(NoteKind::ChecksumOnDataLine, place);
            }
            if written != Written::Absent {
                note(NoteKind::ChecksumRepeated, place);
                continue;
            }
            let mut value = [0; 3];
            written = if rest.len() == 4 && base64::decode(rest, &mut value) {
                let [a, b, c] = value;
                Written::Value(u32::from_be_bytes([0, a, b, c]))
            } else {
                note(NoteKind::ChecksumMalformed, place);
                Written::Malformed
            };
        }
        if padding < wanted {
            note(NoteKind::MissingPadding, place);
        } else if padding > wanted {
            note(NoteKind::ChecksumMalformed, place);
            if written == Written::Absent {
                written = Written::Malformed;
            }
        }
        written
    }
}

impl Tail {
    /// Returns whether there was room.
    fn push(&mut self, byte: u8) -> bool {
        if byte == b'\n' && self.text.last() == Some(&b'\n') {
            return true;
        }
        let room = self.text.len() < TAIL;
        if room {
            self.text.push(byte);
        }
        room || byte == b'\n'
    }
}

fn decode(text: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    out.resize(start + text.len() / 4 * 3, 0);
    let done = out.get_mut(start..).is_some_and(|to| base64::decode(text, to));
    if !done {
        out.truncate(start);
    }
    done
}

/// Copies lines of `LEN` characters without their ends. Returns how many.
fn squeeze<const LEN: usize, const STRIDE: usize>(
    input: &[u8],
    end: &[u8],
    to: &mut [u8],
) -> usize {
    let (lines, _) = input.as_chunks::<STRIDE>();
    let (places, _) = to.as_chunks_mut::<LEN>();
    let mut count = 0;
    for (line, place) in lines.iter().zip(places) {
        let (Some(text), Some(rest)) = (line.first_chunk::<LEN>(), line.get(LEN..)) else { break };
        if rest != end {
            break;
        }
        *place = *text;
        count += 1;
    }
    count
}

/// The same for any length.
fn squeeze_any(input: &[u8], len: usize, end: usize, to: &mut [u8]) -> usize {
    let wanted: &[u8] = if end == 1 { b"\n" } else { b"\r\n" };
    let mut count = 0;
    for (line, place) in input.chunks_exact(len + end).zip(to.chunks_exact_mut(len)) {
        let (text, rest) = line.split_at(len);
        if rest != wanted {
            break;
        }
        place.copy_from_slice(text);
        count += 1;
    }
    count
}
