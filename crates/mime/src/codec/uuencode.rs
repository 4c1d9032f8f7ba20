//! Uuencode, as it stands in mail bodies.
//!
//! There is no standard for mail; the format is that of POSIX `uuencode`: a line
//! `begin MODE NAME`, lines whose first character is their length, an empty data line, `end`.
//!
//! Decoding skips what stands before `begin` and after `end`. A missing `begin`, a missing `end`
//! and damaged lines are accepted with a report.

use alloc::string::String;
use alloc::vec::Vec;

use super::Decoded;
use crate::{DefectKind, Problems};

/// Bytes in a full line.
const LINE_BYTES: usize = 45;

/// Decodes uuencoded content at once.
///
/// # Example
///
/// ```
/// use mime::codec::uuencode;
///
/// let text = b"begin 644 cat.txt\n#0V%T\n`\nend\n";
/// assert_eq!(uuencode::decode(text).bytes, b"Cat");
/// ```
pub fn decode(input: &[u8]) -> Decoded {
    let mut decoder = Decoder::new();
    let mut bytes = Vec::with_capacity(input.len() / 4 * 3);
    decoder.decode(input, &mut bytes);
    decoder.finish(&mut bytes);
    Decoded { bytes, problems: decoder.problems }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Before,
    Data,
    After,
}

/// A resumable uuencode decoder.
///
/// It holds at most one line between two calls.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    state: State,
    lines: Lines,
    file_name: Option<String>,
    mode: Option<u16>,
    problems: Problems,
}

impl Decoder {
    /// Creates a decoder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Decodes the next chunk and appends the result to `out`.
    pub fn decode(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let mut lines = core::mem::take(&mut self.lines);
        lines.push(input, |line, at| self.line(line, at, out));
        self.lines = lines;
    }

    /// Ends the content.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let mut lines = core::mem::take(&mut self.lines);
        lines.finish(|line, at| self.line(line, at, out));
        let at = lines.position();
        match self.state {
            State::Before => self.problems.add(DefectKind::UuencodeNoBegin, at, at),
            State::Data => self.problems.add(DefectKind::UuencodeNoEnd, at, at),
            State::After => {}
        }
        self.state = State::After;
    }

    /// Returns the file name of the `begin` line, once it was seen.
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// Returns the permission bits of the `begin` line, once it was seen.
    pub fn mode(&self) -> Option<u16> {
        self.mode
    }

    /// Returns what was wrong so far.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    fn line(&mut self, line: &[u8], at: u64, out: &mut Vec<u8>) {
        let end = at + line.len() as u64;
        match self.state {
            State::Before => {
                if let Some(begin) = line.strip_prefix(b"begin ") {
                    self.begin(begin);
                    self.state = State::Data;
                } else if is_data(line) {
                    self.problems.add(DefectKind::UuencodeNoBegin, at, at);
                    self.state = State::Data;
                    self.data(line, at, out);
                }
            }
            State::Data if line.trim_ascii_end() == b"end" => self.state = State::After,
            State::Data if line.trim_ascii().is_empty() || line == b"`" => {}
            State::Data if line.first().is_some_and(|first| !(0x20..=0x60).contains(first)) => {
                self.problems.add(DefectKind::UuencodeMalformed, at, end);
            }
            State::Data => self.data(line, at, out),
            State::After => {}
        }
    }

    fn begin(&mut self, rest: &[u8]) {
        let text = String::from_utf8_lossy(rest);
        let (mode, name) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        self.mode = u16::from_str_radix(mode, 8).ok();
        self.file_name = Some(name.trim().into()).filter(|name: &String| !name.is_empty());
    }

    fn data(&mut self, line: &[u8], at: u64, out: &mut Vec<u8>) {
        let Some((&first, text)) = line.split_first() else { return };
        let len = usize::from(value(first));
        let mut put = 0;
        for group in text.chunks(4) {
            let mut word = 0;
            // Blanks at the end of a line are often lost: they stand for zero.
            for i in 0..4 {
                word = word << 6 | u32::from(group.get(i).map_or(0, |&byte| value(byte)));
            }
            let [_, bytes @ ..] = word.to_be_bytes();
            for byte in bytes.into_iter().take(len - put) {
                out.push(byte);
                put += 1;
            }
        }
        let needed = len.div_ceil(3) * 4;
        let damaged = text.iter().any(|byte| !(0x20..=0x60).contains(byte));
        // One check character after the data is usual.
        if put < len || damaged || text.len() > needed + 1 {
            self.problems.add(DefectKind::UuencodeMalformed, at, at + line.len() as u64);
            out.extend(core::iter::repeat_n(0, len - put));
        }
    }
}

fn value(byte: u8) -> u8 {
    byte.wrapping_sub(0x20) & 0x3f
}

/// Returns whether a line looks like data although there was no `begin`.
fn is_data(line: &[u8]) -> bool {
    let Some((&first, text)) = line.split_first() else { return false };
    let len = usize::from(value(first));
    (0x21..0x60).contains(&first)
        && text.len() == len.div_ceil(3) * 4
        && text.iter().all(|byte| (0x20..=0x60).contains(byte))
}

/// Encodes content at once, with `begin` and `end` lines; lines end with CRLF.
///
/// A CR or LF in the name becomes `_`.
///
/// # Example
///
/// ```
/// use mime::codec::uuencode;
///
/// assert_eq!(uuencode::encode(b"Cat", 0o644, "cat.txt"), b"begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n");
/// ```
pub fn encode(input: &[u8], mode: u16, file_name: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len() / LINE_BYTES * 63 + 128);
    let name = file_name.replace(['\r', '\n', '\0'], "_");
    out.extend_from_slice(alloc::format!("begin {:03o} {name}\r\n", mode & 0o777).as_bytes());
    let digit = |value: u8| if value == 0 { b'`' } else { value + 0x20 };
    for line in input.chunks(LINE_BYTES) {
        out.push(digit(line.len() as u8));
        for group in line.chunks(3) {
            let mut word = [0; 4];
            for (slot, &byte) in word.iter_mut().skip(1).zip(group) {
                *slot = byte;
            }
            let word = u32::from_be_bytes(word);
            out.extend([18, 12, 6, 0].map(|shift| digit((word >> shift) as u8 & 0x3f)));
        }
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"`\r\nend\r\n");
    out
}

/// Cuts chunks into lines, each at most [`Lines::MAX`] bytes; what is longer is cut off.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    carry: Vec<u8>,
    /// Start of the line that is being collected.
    position: u64,
    /// Its length so far.
    len: u64,
}

impl Lines {
    const MAX: usize = 2048;

    pub(super) fn push(&mut self, input: &[u8], mut each: impl FnMut(&[u8], u64)) {
        for piece in input.split_inclusive(|&byte| byte == b'\n') {
            let whole = piece.ends_with(b"\n");
            self.len += piece.len() as u64;
            if whole && self.carry.is_empty() && self.len == piece.len() as u64 {
                let kept = piece.get(..piece.len().min(Self::MAX)).unwrap_or(piece);
                each(without_end(kept), self.position);
            } else {
                let room = Self::MAX - self.carry.len().min(Self::MAX);
                self.carry.extend(piece.iter().take(room));
                if whole {
                    each(without_end(&self.carry), self.position);
                }
            }
            if whole {
                self.carry.clear();
                self.position += self.len;
                self.len = 0;
            }
        }
    }

    pub(super) fn finish(&mut self, mut each: impl FnMut(&[u8], u64)) {
        if self.len > 0 {
            each(without_end(&self.carry), self.position);
        }
        self.carry.clear();
        self.position += self.len;
        self.len = 0;
    }

    /// Returns where the next line starts.
    pub(super) fn position(&self) -> u64 {
        self.position
    }
}

fn without_end(line: &[u8]) -> &[u8] {
    match line {
        [text @ .., b'\r', b'\n'] | [text @ .., b'\n'] | [text @ .., b'\r'] => text,
        text => text,
    }
}
