//! Encoded words: text outside of ASCII in header fields.
//!
//! ```abnf
//! encoded-word = "=?" charset "?" encoding "?" encoded-text "?="
//! ```
//!
//! [RFC 2047, section 2](https://www.rfc-editor.org/rfc/rfc2047#section-2), with the language of
//! [RFC 2231, section 5](https://www.rfc-editor.org/rfc/rfc2231#section-5).
//!
//! Decoding accepts what mail really has and reports it: words glued to text, blanks and question
//! marks inside, a missing end, characters split over two words, unknown charsets. What cannot be
//! an encoded word stays as it is.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::charset::{Charset, decode_unlabelled};
use crate::codec::base64;
use crate::{DefectKind, Problems};

/// Decoded text and what was wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<'a> {
    /// The text; borrowed if nothing had to be decoded.
    pub text: Cow<'a, str>,
    /// What was wrong, with offsets into the value.
    pub problems: Problems,
}

/// Decodes the value of an unstructured field: unfolds it, decodes encoded words and raw 8-bit
/// bytes, and removes blanks around it.
///
/// The result can contain line breaks and NUL if encoded words hide them; this is reported as
/// [`DefectKind::EncodedWordControl`].
///
/// # Example
///
/// ```
/// use mime::encoded_word::decode;
///
/// assert_eq!(decode(b" plain\r\n text\r\n").text, "plain text");
/// assert_eq!(decode(b"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?= !").text, "café !");
/// ```
pub fn decode(value: &[u8]) -> Text<'_> {
    let mut problems = Problems::new();
    let text = decode_with(value, &mut problems);
    Text { text, problems }
}

/// [`decode`], with the problems added to others.
pub(crate) fn decode_with<'a>(value: &'a [u8], problems: &mut Problems) -> Cow<'a, str> {
    let start = value.len() - value.trim_ascii_start().len();
    let trimmed = value.trim_ascii();
    let plain =
        find_pair(trimmed, b"=?").is_none() && memchr::memchr2(b'\r', b'\n', trimmed).is_none();
    if plain {
        return raw(trimmed, start as u64, problems);
    }
    let mut joiner = Joiner::default();
    joiner.out.reserve(trimmed.len());
    joiner.text(trimmed, start as u64, problems);
    Cow::Owned(joiner.finish(problems))
}

/// Decodes bytes that are no encoded word.
fn raw<'a>(bytes: &'a [u8], at: u64, problems: &mut Problems) -> Cow<'a, str> {
    match core::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            let at = at + error.valid_up_to() as u64;
            problems.add(DefectKind::EightBitHeader, at, at + 1);
            decode_unlabelled(bytes)
        }
    }
}

/// An encoded word, found in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'a> {
    charset: &'a [u8],
    base64: bool,
    text: &'a [u8],
    /// Length of the whole word.
    pub(crate) len: usize,
    terminated: bool,
}

impl<'a> Word<'a> {
    /// Parses the encoded word at the start of `input`.
    ///
    /// Only the encoded text can be long; `end` remembers where the next `?=` is, so that a text
    /// full of beginnings is not searched again and again.
    pub(crate) fn parse(input: &'a [u8], end: &mut NextEnd) -> Option<Self> {
        let rest = input.strip_prefix(b"=?")?;
        // Charset names are short: an IANA name has at most 40 characters.
        let window = rest.get(..rest.len().min(80)).unwrap_or(rest);
        let mark = window.iter().position(|byte| *byte == b'?')?;
        let (charset, rest) = rest.split_at_checked(mark)?;
        if charset.is_empty() || charset.iter().any(|byte| !(0x21..0x7f).contains(byte)) {
            return None;
        }
        let (base64, text) = match rest {
            [b'?', b'B' | b'b', b'?', text @ ..] => (true, text),
            [b'?', b'Q' | b'q', b'?', text @ ..] => (false, text),
            _ => return None,
        };
        let head = input.len() - text.len();
        let charset = charset.split(|byte| *byte == b'*').next().unwrap_or(charset);
        if let Some(len) = end.find(text) {
            let inner = text.get(..len)?;
            // The start of another word inside means that this one has no end of its own.
            if find_pair(inner, b"=?")
                .is_none_or(|at| inner.get(at + 2..).is_none_or(|next| !next.contains(&b'?')))
            {
                // In quoted form `?==XX?=` is an unescaped question mark before an escape.
                let len = match text.get(len..) {
                    Some([b'?', b'=', a, b, ..])
                        if !base64 && a.is_ascii_hexdigit() && b.is_ascii_hexdigit() =>
                    {
                        let mut next = NextEnd::default();
                        let after = text.get(len + 2..)?;
                        let word = after
                            .iter()
                            .position(|byte| byte.is_ascii_whitespace())
                            .unwrap_or(after.len());
                        match next.find(after.get(..word)?) {
                            Some(more) => len + 2 + more,
                            None => len,
                        }
                    }
                    _ => len,
                };
                let text = text.get(..len)?;
                return Some(Word { charset, base64, text, len: head + len + 2, terminated: true });
            }
        }
        // Without an end: up to the next blank, if that can be the text.
        let stop = text
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || *byte == b'?')
            .unwrap_or(text.len());
        let (text, rest) = text.split_at_checked(stop)?;
        let mut len = head + stop;
        if rest.first() == Some(&b'?') {
            if !matches!(rest.get(1), None | Some(b' ' | b'\t' | b'\r' | b'\n')) {
                return None;
            }
            len += 1;
        }
        let whole =
            !text.is_empty() && (!base64 || text.iter().all(|byte| base64::is_base64(*byte)));
        whole.then_some(Word { charset, base64, text, len, terminated: false })
    }

    /// Returns whether the word has an end and no blanks in it.
    pub(crate) fn is_tight(&self) -> bool {
        self.terminated && !self.text.iter().any(u8::is_ascii_whitespace)
    }

    fn bytes(&self, at: u64, problems: &mut Problems) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.text.len());
        let end = at + self.len as u64;
        if self.base64 {
            let damage = base64::decode_lenient(self.text, &mut out);
            if !damage.is_empty() {
                problems.add(DefectKind::EncodedWordMalformed, at, end);
            }
            return out;
        }
        let mut rest = self.text;
        loop {
            rest = match rest {
                [] => return out,
                [b'_', tail @ ..] => {
                    out.push(b' ');
                    tail
                }
                [b'=', a, b, tail @ ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
                    out.push(digit(*a) << 4 | digit(*b));
                    tail
                }
                [byte, tail @ ..] => {
                    if *byte == b'=' {
                        problems.add(DefectKind::EncodedWordMalformed, at, end);
                    }
                    // A line break in the middle of a word is folding, with the blanks behind it.
                    if matches!(byte, b'\r' | b'\n') {
                        tail.trim_ascii_start()
                    } else {
                        out.push(*byte);
                        tail
                    }
                }
            };
        }
    }
}

/// Finds two bytes that stand side by side. Values are short, so nothing is set up for it.
pub(crate) fn find_pair(text: &[u8], pair: &[u8; 2]) -> Option<usize> {
    let [first, second] = *pair;
    memchr::memchr_iter(first, text).find(|&at| text.get(at + 1) == Some(&second))
}

/// Remembers how far there is no `?=`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NextEnd {
    /// Bytes left behind the found `?=`, counted from the end of the text; `None`: not searched.
    left: Option<usize>,
    none: bool,
}

impl NextEnd {
    /// Returns the offset of the next `?=` in `text`, which must be a later and later tail of one
    /// and the same text.
    fn find(&mut self, text: &[u8]) -> Option<usize> {
        if self.none {
            return None;
        }
        if let Some(at) = self.left.and_then(|left| text.len().checked_sub(left)) {
            return Some(at);
        }
        match find_pair(text, b"?=") {
            Some(at) => {
                self.left = Some(text.len() - at);
                Some(at)
            }
            None => {
                self.none = true;
                None
            }
        }
    }
}

/// Joins encoded words and text: blanks between two words vanish, and the bytes of neighbours of
/// one charset are decoded together.
#[derive(Debug, Default)]
pub(crate) struct Joiner {
    out: String,
    /// Bytes of the words so far, their charset, and where they began.
    bytes: Vec<u8>,
    charset: Option<Charset>,
    start: u64,
    /// Where the last of several words began, in `bytes`.
    joint: Option<usize>,
    /// The last thing was a word.
    after_word: bool,
    /// Blanks after that word.
    blanks: String,
}

impl Joiner {
    /// Adds unstructured text, with the words in it, unfolded.
    pub(crate) fn text(&mut self, value: &[u8], at: u64, problems: &mut Problems) {
        let mut end = NextEnd::default();
        let mut read = 0;
        let mut plain = 0;
        while let Some(found) = value.get(read..).and_then(|rest| find_pair(rest, b"=?")) {
            let start = read + found;
            let rest = value.get(start..).unwrap_or_default();
            match Word::parse(rest, &mut end) {
                Some(word) => {
                    let before = value.get(plain..start).unwrap_or_default();
                    let glued = before.last().is_some_and(|byte| !byte.is_ascii_whitespace());
                    self.plain(before, at + plain as u64, problems);
                    let after = rest.get(word.len).is_some_and(|byte| !byte.is_ascii_whitespace());
                    let word_at = at + start as u64;
                    if glued || after {
                        problems.add(
                            DefectKind::EncodedWordGlued,
                            word_at,
                            word_at + word.len as u64,
                        );
                    }
                    self.word(&word, word_at, problems);
                    read = start + word.len;
                    plain = read;
                }
                None => {
                    let at = at + start as u64;
                    problems.add(DefectKind::EncodedWordMalformed, at, at + 2);
                    read = start + 2;
                }
            }
        }
        self.plain(value.get(plain..).unwrap_or_default(), at + plain as u64, problems);
    }

    /// Adds text that has no encoded words, unfolded.
    pub(crate) fn plain(&mut self, value: &[u8], at: u64, problems: &mut Problems) {
        if value.is_empty() {
            return;
        }
        if memchr::memchr2(b'\r', b'\n', value).is_none() {
            let text = raw(value, at, problems);
            if self.after_word && text.bytes().all(|byte| byte.is_ascii_whitespace()) {
                self.blanks.push_str(&text);
                return;
            }
            self.flush(problems);
            self.out.push_str(&text);
            return;
        }
        let mut pieces = String::new();
        unfold(value, at, &mut pieces, problems);
        if self.after_word && pieces.bytes().all(|byte| byte.is_ascii_whitespace()) {
            self.blanks.push_str(&pieces);
            return;
        }
        self.flush(problems);
        self.out.push_str(&pieces);
    }

    /// Adds an encoded word.
    pub(crate) fn word(&mut self, word: &Word<'_>, at: u64, problems: &mut Problems) {
        let end = at + word.len as u64;
        if !word.terminated {
            problems.add(DefectKind::EncodedWordUnterminated, at, end);
        } else if word.text.iter().any(u8::is_ascii_whitespace) {
            problems.add(DefectKind::EncodedWordBlank, at, end);
        } else if word.len > 75 {
            problems.add(DefectKind::EncodedWordTooLong, at, end);
        }
        let charset = core::str::from_utf8(word.charset).ok().and_then(Charset::from_label);
        if charset.is_none() {
            problems.add(DefectKind::UnknownCharset, at, end);
        }
        let bytes = word.bytes(at, problems);
        // Some charsets need a few of them.
        let shifts = charset.is_some_and(|charset| charset.name().starts_with("ISO-2022"));
        if bytes.iter().any(|&byte| {
            matches!(byte, 0..=8 | 10..=13 | 0x7f) || byte < 32 && byte != 9 && !shifts
        }) {
            problems.add(DefectKind::EncodedWordControl, at, end);
        }
        self.blanks.clear();
        if self.after_word && self.charset == charset {
            self.joint = Some(self.bytes.len());
            self.bytes.extend_from_slice(&bytes);
        } else {
            self.flush(problems);
            self.charset = charset;
            self.bytes = bytes;
            self.start = at;
        }
        self.after_word = true;
    }

    fn flush(&mut self, problems: &mut Problems) {
        if self.after_word {
            let charset = self.charset.unwrap_or(Charset::US_ASCII);
            let decoded = charset.decode(&self.bytes);
            let (start, end) = (self.start, self.start);
            if decoded.malformed && charset == Charset::US_ASCII {
                if self.charset.is_some() {
                    problems.add(DefectKind::UndeclaredCharset, start, end);
                }
            } else if decoded.malformed {
                problems.add(DefectKind::InvalidCharacters, start, end);
            }
            if charset == Charset::UTF_8
                && self
                    .joint
                    .and_then(|at| self.bytes.get(at))
                    .is_some_and(|byte| byte & 0xc0 == 0x80)
            {
                problems.add(DefectKind::EncodedWordSplitCharacter, start, end);
            }
            self.out.push_str(&decoded.text);
            self.bytes.clear();
            self.joint = None;
            self.after_word = false;
        }
        self.out.push_str(&self.blanks);
        self.blanks.clear();
    }

    /// Ends the text.
    pub(crate) fn finish(mut self, problems: &mut Problems) -> String {
        self.blanks.clear();
        self.flush(problems);
        self.out
    }
}

/// Appends a folded value on one line: each line break with the blanks behind it is one blank.
fn unfold(value: &[u8], at: u64, out: &mut String, problems: &mut Problems) {
    let mut read = 0;
    let mut lines = value.split(|byte| *byte == b'\n').peekable();
    let mut first = true;
    while let Some(line) = lines.next() {
        let len = line.len() + 1;
        let line = if lines.peek().is_some() { line.trim_ascii_end() } else { line };
        let text = if first { line } else { line.trim_ascii_start() };
        if !first && !out.ends_with([' ', '\t']) {
            out.push(' ');
        }
        out.push_str(&raw(text, at + read, problems));
        read += len as u64;
        first = false;
    }
}

/// Longest encoded word.
const MAX_WORD: usize = 75;

/// Encodes text as UTF-8 words of at most 75 characters, in whichever form is shorter, separated
/// by single blanks.
///
/// Characters are never split. `room` is how long the first word may be, so that it can stand at
/// the end of a line; it is as long as needed for one character if `room` is too small.
///
/// # Example
///
/// ```
/// use mime::encoded_word;
///
/// assert_eq!(encoded_word::encode("Café au lait", 75), "=?utf-8?Q?Caf=C3=A9_au_lait?=");
/// assert_eq!(encoded_word::encode("你好", 75), "=?utf-8?B?5L2g5aW9?=");
/// ```
pub fn encode(text: &str, room: usize) -> String {
    let quoted: usize = text.bytes().map(quoted_len).sum();
    let base64 = text.len().div_ceil(3) * 4;
    let mut out = String::new();
    let mut rest = text;
    let mut room = room.min(MAX_WORD);
    let q = quoted <= base64;
    const OVERHEAD: usize = "=?utf-8?Q??=".len();
    while !rest.is_empty() {
        let budget = room.saturating_sub(OVERHEAD);
        let mut len = 0;
        let mut size = 0;
        for character in rest.chars() {
            let next = len + character.len_utf8();
            let more = if q {
                size + character.encode_utf8(&mut [0; 4]).bytes().map(quoted_len).sum::<usize>()
            } else {
                next.div_ceil(3) * 4
            };
            if more > budget && len > 0 {
                break;
            }
            len = next;
            size = more;
            if more > budget {
                break;
            }
        }
        let (word, tail) = rest.split_at_checked(len).unwrap_or((rest, ""));
        if !out.is_empty() {
            out.push(' ');
        }
        if q {
            out.push_str("=?utf-8?Q?");
            for byte in word.bytes() {
                match quoted_len(byte) {
                    1 if byte == b' ' => out.push('_'),
                    1 => out.push(char::from(byte)),
                    _ => out.push_str(&alloc::format!("={byte:02X}")),
                }
            }
        } else {
            out.push_str("=?utf-8?B?");
            let mut text = Vec::new();
            base64::encode_run(word.as_bytes(), &mut text);
            out.extend(text.into_iter().map(char::from));
        }
        out.push_str("?=");
        rest = tail;
        room = MAX_WORD;
    }
    out
}

/// Returns how long a byte is in the quoted form: what may stand for itself in a phrase
/// ([RFC 2047, section 5](https://www.rfc-editor.org/rfc/rfc2047#section-5), rule 3) does.
fn quoted_len(byte: u8) -> usize {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'!' | b'*' | b'+' | b'-' | b'/' | b' ' => 1,
        _ => 3,
    }
}
