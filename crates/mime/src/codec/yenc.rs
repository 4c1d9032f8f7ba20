//! yEnc, version 1.3, as it stands in news articles and some mails.
//!
//! Content stands between a line `=ybegin line=128 size=N name=NAME` (followed by
//! `=ypart begin=A end=B` in one part of several) and `=yend size=N crc32=HEX`. A byte is its
//! character minus 42; `=` makes that 42 and 64.
//!
//! Decoding checks size and checksum and reports a difference; it never refuses.

use alloc::string::String;
use alloc::vec::Vec;

use super::Decoded;
use super::uuencode::Lines;
use crate::{DefectKind, Problems};

/// Decodes yEnc content at once.
///
/// # Example
///
/// ```
/// use mime::codec::yenc;
///
/// let text = yenc::encode(b"Hello", "hello.txt");
/// let decoded = yenc::decode(&text);
/// assert_eq!(decoded.bytes, b"Hello");
/// assert!(decoded.problems.is_empty());
/// ```
pub fn decode(input: &[u8]) -> Decoded {
    let mut decoder = Decoder::new();
    let mut bytes = Vec::with_capacity(input.len());
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

/// A resumable yEnc decoder.
///
/// It holds at most one line between two calls.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    state: State,
    lines: Lines,
    file_name: Option<String>,
    size: Option<u64>,
    /// Bytes of this part: all, unless there is a `=ypart` line.
    part: Option<(u64, u64)>,
    crc: Crc32,
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
        if self.state != State::After {
            self.problems.add(DefectKind::YencTruncated, at, at);
        }
        self.state = State::After;
    }

    /// Returns the file name of the `=ybegin` line, once it was seen.
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// Returns the size of the whole file that the `=ybegin` line names, once it was seen.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Returns the first and the last byte of the file that this part holds, counted from 1, if
    /// the content is one part of several.
    pub fn part(&self) -> Option<(u64, u64)> {
        self.part
    }

    /// Returns what was wrong so far.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    fn line(&mut self, line: &[u8], at: u64, out: &mut Vec<u8>) {
        let end = at + line.len() as u64;
        match self.state {
            State::Before => {
                if let Some(rest) = line.strip_prefix(b"=ybegin ") {
                    let rest = String::from_utf8_lossy(rest);
                    self.size = number(&rest, "size=");
                    let name = rest.split_once("name=").map(|(_, name)| name.trim());
                    self.file_name = name.map(|name| name.trim_matches('"').into());
                    self.state = State::Data;
                }
            }
            State::Data => {
                if let Some(rest) = line.strip_prefix(b"=ypart ") {
                    let rest = String::from_utf8_lossy(rest);
                    self.part = number(&rest, "begin=").zip(number(&rest, "end="));
                } else if let Some(rest) = line.strip_prefix(b"=yend") {
                    self.end(&String::from_utf8_lossy(rest), at, end);
                    self.state = State::After;
                } else {
                    self.data(line, end, out);
                }
            }
            State::After => {}
        }
    }

    fn data(&mut self, line: &[u8], end: u64, out: &mut Vec<u8>) {
        let start = out.len();
        let mut rest = line;
        loop {
            let run = memchr::memchr(b'=', rest).unwrap_or(rest.len());
            let (text, tail) = rest.split_at_checked(run).unwrap_or((rest, &[]));
            out.extend(text.iter().map(|byte| byte.wrapping_sub(42)));
            match tail {
                [_, escaped, after @ ..] => {
                    out.push(escaped.wrapping_sub(106));
                    rest = after;
                }
                [_] => {
                    self.problems.add(DefectKind::YencTruncated, end - 1, end);
                    break;
                }
                [] => break,
            }
        }
        self.crc.update(out.get(start..).unwrap_or_default());
    }

    fn end(&mut self, rest: &str, at: u64, end: u64) {
        let expected = match self.part {
            Some((first, last)) => Some((last + 1).saturating_sub(first)),
            None => self.size,
        };
        let size = number(rest, "size=");
        if size != Some(self.crc.len) || expected.is_some_and(|len| len != self.crc.len) {
            self.problems.add(DefectKind::YencSizeMismatch, at, end);
        }
        let key = if self.part.is_some() { "pcrc32=" } else { " crc32=" };
        let crc = rest.split_once(key).map(|(_, hex)| {
            let digits = hex.split(|c: char| !c.is_ascii_hexdigit()).next().unwrap_or_default();
            u32::from_str_radix(digits, 16)
        });
        if crc.is_some_and(|crc| crc != Ok(self.crc.value())) {
            self.problems.add(DefectKind::YencChecksumMismatch, at, end);
        }
    }
}

fn number(text: &str, key: &str) -> Option<u64> {
    let (_, rest) = text.split_once(key)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Encodes content at once as a single part, in lines of 128 characters that end with CRLF.
///
/// A CR or LF in the name becomes `_`.
pub fn encode(input: &[u8], file_name: &str) -> Vec<u8> {
    const LINE: usize = 128;
    let name = file_name.replace(['\r', '\n', '\0'], "_");
    let mut out = Vec::with_capacity(input.len() + input.len() / 32 + 128);
    let size = input.len();
    out.extend_from_slice(
        alloc::format!("=ybegin line={LINE} size={size} name={name}\r\n").as_bytes(),
    );
    let mut column = 0;
    let mut crc = Crc32::default();
    crc.update(input);
    for &byte in input {
        let value = byte.wrapping_add(42);
        let critical = matches!(value, 0 | b'\n' | b'\r' | b'=')
            // A dot or blank at the edge of a line does not survive every transport.
            || (column == 0 && matches!(value, b'.' | b' ' | b'\t'))
            || (column + 1 >= LINE && matches!(value, b' ' | b'\t'));
        if critical {
            out.extend_from_slice(&[b'=', value.wrapping_add(64)]);
            column += 2;
        } else {
            out.push(value);
            column += 1;
        }
        if column >= LINE {
            out.extend_from_slice(b"\r\n");
            column = 0;
        }
    }
    if column > 0 {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(
        alloc::format!("=yend size={size} crc32={:08x}\r\n", crc.value()).as_bytes(),
    );
    out
}

/// The checksum of ISO 3309 that yEnc uses.
#[derive(Clone, Debug)]
struct Crc32 {
    state: u32,
    len: u64,
}

impl Default for Crc32 {
    fn default() -> Self {
        Crc32 { state: !0, len: 0 }
    }
}

impl Crc32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            let mut value = i as u32;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
                bit += 1;
            }
            table[i] = value;
            i += 1;
        }
        table
    };

    fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let [low, ..] = self.state.to_le_bytes();
            self.state = self.state >> 8 ^ Self::TABLE[usize::from(low ^ byte)];
        }
        self.len += bytes.len() as u64;
    }

    fn value(&self) -> u32 {
        !self.state
    }
}
