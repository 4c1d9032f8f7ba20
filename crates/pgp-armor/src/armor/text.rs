//! The head and the text of a cleartext message.
//!
//! [RFC 9580, section 7](https://www.rfc-editor.org/rfc/rfc9580#section-7)

use alloc::vec::Vec;

use memchr::memchr;

use super::line::{BEGIN, END, FRAME_LINE, find_line, frame};
use crate::Label;

/// Names that may stand in a `Hash` header.
///
/// [RFC 9580, section 9.5](https://www.rfc-editor.org/rfc/rfc9580#section-9.5)
const HASHES: [&[u8]; 9] = [
    b"MD5",
    b"SHA1",
    b"RIPEMD160",
    b"SHA256",
    b"SHA384",
    b"SHA512",
    b"SHA224",
    b"SHA3-256",
    b"SHA3-512",
];

/// Reads the value of a `Hash` header line.
///
/// ```abnf
/// hash-header = "Hash: " name *("," *WSP name) *WSP
/// ```
///
/// [RFC 9580, section 6.2.2.3](https://www.rfc-editor.org/rfc/rfc9580#section-6.2.2.3)
pub(super) fn is_hash_header(line: &[u8]) -> bool {
    line.strip_prefix(b"Hash: ").is_some_and(|names| {
        names.split(|&byte| byte == b',').enumerate().all(|(number, name)| {
            let name = trim_blanks_end(name);
            let name = if number == 0 { name } else { trim_blanks_start(name) };
            HASHES.contains(&name)
        })
    })
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn trim_blanks_end(text: &[u8]) -> &[u8] {
    let len = text.iter().rposition(|&byte| !is_blank(byte)).map_or(0, |last| last + 1);
    text.get(..len).unwrap_or_default()
}

fn trim_blanks_start(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&byte| !is_blank(byte)).unwrap_or(text.len());
    text.get(start..).unwrap_or_default()
}

/// The text being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    lines: Lines,
    in_line: bool,
    /// Quote prefix of each line.
    quote: Vec<u8>,
}

/// Why reading a text stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// More is needed, or the input is used up.
    More,
    /// A BEGIN line stands here; whether it is that of a signature.
    Begin(bool),
    /// A line starts with a dash that is not escaped, at this place of the input.
    Dash(usize),
    /// A line has no quote prefix, at this place of the input.
    Unquoted(usize),
    /// A run of white space is too long.
    TooLong,
}

impl Text {
    pub(super) fn new(quote: &[u8]) -> Self {
        Text { quote: quote.to_vec(), ..Text::default() }
    }

    /// Reads from `input` on.
    pub(super) fn read(
        &mut self,
        input: &[u8],
        eof: bool,
        limit: usize,
        out: &mut Out<'_>,
    ) -> (usize, Stop) {
        let mut pos = 0;
        while let Some(rest) = input.get(pos..).filter(|rest| !rest.is_empty()) {
            if !self.in_line {
                let (quoted, missing) = match self.quoted(rest, eof) {
                    Some(found) => found,
                    None => return (pos, Stop::More),
                };
                let line = rest.get(quoted..).unwrap_or_default();
                let (skip, dash) = match line {
                    [b'-', b' ', ..] => (2, false),
                    [b'-'] if !eof => return (pos, Stop::More),
                    [b'-', ..] => match begin(rest, quoted, eof) {
                        None => return (pos, Stop::More),
                        Some(Some(signature)) => return (pos, Stop::Begin(signature)),
                        Some(None) => (0, true),
                    },
                    [] if !eof && quoted > 0 => return (pos, Stop::More),
                    _ => (0, false),
                };
                self.lines.start(out);
                self.in_line = true;
                let at = pos;
                pos += quoted + skip;
                if dash {
                    return (pos, Stop::Dash(at));
                }
                if missing {
                    return (pos, Stop::Unquoted(at));
                }
                continue;
            }
            let end = memchr(b'\n', rest);
            self.lines.part(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default(), out);
            pos += end.map_or(rest.len(), |end| end + 1);
            if end.is_some() {
                self.lines.end(out);
                self.in_line = false;
            } else if self.lines.held() > limit {
                return (pos, Stop::TooLong);
            }
        }
        (pos, Stop::More)
    }

    /// The length of the quote prefix, and whether it is missing. `None` if that cannot be told
    /// yet.
    fn quoted(&self, rest: &[u8], eof: bool) -> Option<(usize, bool)> {
        if self.quote.is_empty() {
            return Some((0, false));
        }
        match memchr(b'\n', rest) {
            None if !eof && rest.len() <= self.quote.len() => None,
            _ => Some(match unquote(rest, &self.quote) {
                Some(len) => (len, false),
                None => (0, true),
            }),
        }
    }
}

/// The length of the quote prefix of a line: that of the block, or the same without white space at
/// its end. `None` if there is none.
pub(super) fn unquote(line: &[u8], quote: &[u8]) -> Option<usize> {
    let trimmed = trim_blanks_end(quote);
    [quote, trimmed].into_iter().find(|quote| line.starts_with(quote)).map(<[u8]>::len)
}

/// Reads a line that starts with a dash: whether it is a BEGIN line, and that of a signature.
/// `None` if that cannot be told yet.
fn begin(rest: &[u8], quoted: usize, eof: bool) -> Option<Option<bool>> {
    let line = rest.get(quoted..).unwrap_or_default();
    let head = line.get(..BEGIN.len()).unwrap_or(line);
    if !BEGIN.starts_with(head) {
        return Some(None);
    }
    match find_line(line, 0, 0, eof) {
        Some(found) => {
            let content = line.get(found.content).unwrap_or_default();
            Some(frame(content, BEGIN).map(|label| label == Label::Signature))
        }
        None if line.len() > FRAME_LINE => Some(None),
        None => None,
    }
}

/// Returns whether a line of the head is a frame: the message ended before it began.
pub(super) fn is_frame(line: &[u8]) -> bool {
    frame(line, BEGIN).is_some() || frame(line, END).is_some()
}

/// Where the text goes.
pub(super) struct Out<'a> {
    /// What was signed: line ends are CR LF. `None` if nobody may verify it.
    pub(super) signed: Option<&'a mut Vec<u8>>,
    /// What may be shown: line ends as they were.
    pub(super) shown: &'a mut Vec<u8>,
}

impl Out<'_> {
    fn both(&mut self, bytes: &[u8]) {
        if let Some(signed) = &mut self.signed {
            signed.extend_from_slice(bytes);
        }
        self.shown.extend_from_slice(bytes);
    }
}

/// Lines without spaces and tabs at their ends, and without the end of the last one.
#[derive(Clone, Debug, Default)]
struct Lines {
    /// White space that may be that of the end of the line.
    held: Vec<u8>,
    /// The end of the line before, and whether it has a CR.
    before: Option<bool>,
}

impl Lines {
    fn held(&self) -> usize {
        self.held.len()
    }

    fn start(&mut self, out: &mut Out<'_>) {
        if let Some(crlf) = self.before.take() {
            if let Some(signed) = &mut out.signed {
                signed.extend_from_slice(b"\r\n");
            }
            out.shown.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
        }
    }

    fn part(&mut self, bytes: &[u8], out: &mut Out<'_>) {
        let white = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r');
        let len = bytes.iter().rposition(|&byte| !white(byte)).map_or(0, |last| last + 1);
        let (text, white) = bytes.split_at_checked(len).unwrap_or_default();
        if !text.is_empty() {
            if !self.held.is_empty() {
                out.both(&self.held);
                self.held.clear();
            }
            out.both(text);
        }
        self.held.extend_from_slice(white);
    }

    fn end(&mut self, out: &mut Out<'_>) {
        let crlf = self.held.last() == Some(&b'\r');
        if crlf {
            self.held.pop();
        }
        out.both(trim_blanks_end(&self.held));
        self.held.clear();
        self.before = Some(crlf);
    }
}
