//! Lines, frames and header fields.

use core::ops::Range;

use memchr::memchr2;

use super::Label;
use crate::base64::{SPACE, class, is_base64};

/// Longest line that can be a BEGIN or END line, in bytes with a quote prefix.
pub(super) const FRAME_LINE: usize = 1024;
pub(super) const BEGIN: &[u8] = b"-----BEGIN PGP ";
pub(super) const END: &[u8] = b"-----END PGP ";

/// A whole line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its bytes without the line end.
    pub(super) content: Range<usize>,
    /// Where the next line starts.
    pub(super) next: usize,
    /// Whether it ends with CR alone.
    pub(super) bare_cr: bool,
}

/// Finds the end of the line that starts at `from` and is known to go on up to `searched`. `None`
/// if the end is not there yet. At the end of the input what is left is a line.
pub(super) fn find_line(window: &[u8], from: usize, searched: usize, eof: bool) -> Option<Line> {
    let searched = searched.max(from);
    let rest = window.get(searched..)?;
    let Some(found) = memchr2(b'\r', b'\n', rest) else {
        let end = window.len();
        return eof.then_some(Line { content: from..end, next: end, bare_cr: false });
    };
    let end = searched + found;
    let content = from..end;
    match (rest.get(found), rest.get(found + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some(Line { content, next: end + 2, bare_cr: false }),
        (Some(b'\r'), None) if !eof => None,
        (Some(b'\r'), _) => Some(Line { content, next: end + 1, bare_cr: true }),
        _ => Some(Line { content, next: end + 1, bare_cr: false }),
    }
}

fn is_white(byte: u8) -> bool {
    class(byte) == SPACE || byte == b'\r'
}

/// Removes white space at the end.
pub(super) fn trim_end(mut line: &[u8]) -> &[u8] {
    while let [rest @ .., last] = line
        && is_white(*last)
    {
        line = rest;
    }
    line
}

/// Reads a BEGIN or END line.
///
/// ```abnf
/// frame = "-----" ("BEGIN" / "END") " PGP " label "-----" *WSP
/// ```
///
/// [RFC 9580, section 6.2.1](https://www.rfc-editor.org/rfc/rfc9580#section-6.2.1)
pub(super) fn frame(line: &[u8], start: &[u8]) -> Option<Label> {
    if line.len() > FRAME_LINE {
        return None;
    }
    Label::parse(trim_end(line).strip_prefix(start)?.strip_suffix(b"-----")?)
}

/// How blank a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blank {
    /// Empty, or spaces and tabs.
    Yes,
    /// White space, with others than spaces and tabs.
    Odd,
    /// Not at all.
    No,
}

pub(super) fn blank(line: &[u8]) -> Blank {
    if line.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
        Blank::Yes
    } else if line.iter().all(|&byte| is_white(byte)) {
        Blank::Odd
    } else {
        Blank::No
    }
}

/// A header line in its parts, as ranges of the line.
pub(super) struct Field {
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
    pub(super) spaced: bool,
}

/// Reads a header line: a key of visible characters, a colon, a space, a value.
///
/// [RFC 9580, section 6.2.2](https://www.rfc-editor.org/rfc/rfc9580#section-6.2.2)
pub(super) fn field(line: &[u8]) -> Option<Field> {
    let colon = memchr::memchr(b':', line)?;
    let key = line.get(..colon)?;
    if key.is_empty() || !key.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let value = line.get(colon + 1..)?;
    let spaced = value.is_empty() || value.starts_with(b" ");
    let from = colon + 1 + usize::from(value.starts_with(b" "));
    Some(Field { key: 0..colon, value: from..line.len(), spaced })
}

/// Returns whether a line of a header section is the first line of a body that has no blank line
/// before it: base64 in whole groups whose first octet is that of a packet (bit 7 set), or a
/// checksum.
pub(super) fn starts_body(line: &[u8]) -> bool {
    let line = trim_end(line);
    if let Some(crc) = line.strip_prefix(b"=") {
        return crc.len() == 4 && crc.iter().copied().all(is_base64);
    }
    let text = line.strip_suffix(b"=").map_or(line, |line| line.strip_suffix(b"=").unwrap_or(line));
    line.len().is_multiple_of(4)
        && text.first().is_some_and(|&byte| (32..64).contains(&class(byte)))
        && text.iter().copied().all(is_base64)
}

/// Returns whether the prefix of a line can be a quote: some of `>`, `|`, `]`, `}`, `:`, `#`, `*`,
/// spaces and tabs.
pub(super) fn is_quote(prefix: &[u8]) -> bool {
    prefix
        .iter()
        .all(|byte| matches!(byte, b'>' | b'|' | b']' | b'}' | b':' | b'#' | b'*' | b' ' | b'\t'))
}
