//! Literals: their announcement at the end of a line, and the form that a string takes on the wire.

use alloc::vec::Vec;

use crate::syntax::{ASTRING, LIST, is_class};
use crate::{Content, Raw, Str};

/// How a client announces its literals.
///
/// [RFC 7888](https://www.rfc-editor.org/rfc/rfc7888)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiteralMode {
    /// `{n}`, and then wait for the server's `+`. What every server understands.
    #[default]
    Synchronizing,
    /// `{n+}` for literals of up to 4096 bytes, `{n}` for longer ones: `LITERAL-` and IMAP4rev2.
    NonSynchronizingSmall,
    /// `{n+}` for all literals: `LITERAL+`.
    NonSynchronizing,
}

impl LiteralMode {
    /// The longest literal that `LITERAL-` allows without waiting.
    ///
    /// [RFC 7888, section 5](https://www.rfc-editor.org/rfc/rfc7888#section-5)
    pub const SMALL: u64 = 4096;

    /// Whether a literal of this size waits for the server's `+`.
    #[must_use]
    pub const fn waits(self, size: u64) -> bool {
        match self {
            Self::Synchronizing => true,
            Self::NonSynchronizingSmall => size > Self::SMALL,
            Self::NonSynchronizing => false,
        }
    }
}

/// The announcement of a literal at the end of a line.
///
/// ```abnf
/// literal  = "{" number64 ["+"] "}" CRLF *CHAR8
/// literal8 = "~{" number64 ["+"] "}" CRLF *OCTET
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Announcement {
    /// How many octets follow; `u64::MAX` where the number does not fit.
    pub(crate) size: u64,
    /// Whether the sender waits for a `+`.
    pub(crate) waits: bool,
    /// Whether it is a literal8.
    pub(crate) binary: bool,
    /// Length of the announcement, without the end of the line.
    pub(crate) len: usize,
}

impl Announcement {
    /// Finds the announcement at the end of a line, given without its CRLF.
    ///
    /// Whether the braces stand inside a quoted string is not looked at: no quoted string can hold
    /// a line's end, so there is no line that goes on and ends like this.
    pub(crate) fn at_end(line: &[u8]) -> Option<Self> {
        let inner = line.strip_suffix(b"}")?;
        let (inner, waits) = match inner.last() {
            Some(b'+' | b'-') => (inner.get(..inner.len().checked_sub(1)?)?, false),
            _ => (inner, true),
        };
        let digits = inner.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        let (before, number) = inner.split_at_checked(inner.len().checked_sub(digits)?)?;
        let before = before.strip_suffix(b"{")?;
        let mut size = 0u64;
        for b in number {
            let digit = u64::from(b.wrapping_sub(b'0'));
            size = size.checked_mul(10).and_then(|n| n.checked_add(digit)).unwrap_or(u64::MAX);
        }
        let binary = before.last() == Some(&b'~');
        let start = before.len().saturating_sub(usize::from(binary));
        Some(Self { size, waits, binary, len: line.len().saturating_sub(start) })
    }
}

/// Why an encoded unit has a seam: what follows may not simply be sent along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// The peer has to agree first.
    Continuation,
    /// This many octets of a body come first.
    Body(u64),
}

/// Writes one unit.
pub(crate) struct Encoder<'o> {
    out: &'o mut Vec<u8>,
    start: usize,
    mode: Option<LiteralMode>,
    utf8: bool,
    breaks: Vec<(usize, Break)>,
}

impl<'o> Encoder<'o> {
    /// For responses: their literals never wait. Quoted strings stay ASCII unless `utf8`.
    pub(crate) fn response(out: &'o mut Vec<u8>, utf8: bool) -> Self {
        Self { start: out.len(), out, mode: None, utf8, breaks: Vec::new() }
    }

    /// For commands.
    pub(crate) fn command(out: &'o mut Vec<u8>, mode: LiteralMode, utf8: bool) -> Self {
        Self { start: out.len(), out, mode: Some(mode), utf8, breaks: Vec::new() }
    }

    /// The seams, as places in what was written, in ascending order.
    pub(crate) fn into_breaks(self) -> Vec<(usize, Break)> {
        self.breaks
    }

    /// Whether this was the last byte written.
    pub(crate) fn ends_with(&self, b: u8) -> bool {
        self.out.last() == Some(&b)
    }

    #[inline]
    pub(crate) fn byte(&mut self, b: u8) {
        self.out.push(b);
    }

    /// Text that is known to be good here.
    #[inline]
    pub(crate) fn raw(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
    }

    #[inline]
    pub(crate) fn text(&mut self, text: &str) {
        self.raw(text.as_bytes());
    }

    #[inline]
    pub(crate) fn sp(&mut self) {
        self.byte(b' ');
    }

    #[inline]
    pub(crate) fn crlf(&mut self) {
        self.raw(b"\r\n");
    }

    pub(crate) fn number(&mut self, n: impl Into<u64>) {
        let mut n = n.into();
        let mut digits = [0u8; 20];
        let mut at = digits.len();
        for slot in digits.iter_mut().rev() {
            *slot = b'0' + (n % 10) as u8;
            n /= 10;
            at -= 1;
            if n == 0 {
                break;
            }
        }
        self.raw(digits.get(at..).unwrap_or_default());
    }

    /// `astring`: as an atom where that is possible.
    pub(crate) fn astring(&mut self, s: &Str<'_>) {
        self.astring_octets(s.as_bytes());
    }

    /// `astring` of octets that may have NULs.
    pub(crate) fn astring_octets(&mut self, octets: &[u8]) {
        let atom = !octets.is_empty() && octets.iter().all(|b| is_class(*b, ASTRING));
        if atom && !octets.eq_ignore_ascii_case(b"NIL") {
            self.raw(octets);
        } else {
            self.octets(octets);
        }
    }

    /// What a function appends, which must be good here.
    pub(crate) fn append(&mut self, append: impl FnOnce(&mut Vec<u8>)) {
        append(self.out);
    }

    /// A piece of a unit that is kept verbatim; its literals are announced anew.
    pub(crate) fn verbatim(&mut self, raw: &Raw<'_>) {
        let mut rest = raw.as_bytes();
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let line = rest.get(..end).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let after = rest.get(end.saturating_add(1)..).unwrap_or_default();
            let literal = Announcement::at_end(line)
                .and_then(|a| Some((a, after.split_at_checked(usize::try_from(a.size).ok()?)?)));
            // A line's end that belongs to no literal cannot be in a `Raw`.
            let Some((announced, (octets, after))) = literal else { return };
            self.raw(line.get(..line.len().saturating_sub(announced.len)).unwrap_or_default());
            self.literal(octets, announced.binary);
            rest = after;
        }
        self.raw(rest);
    }

    /// `nstring` for a value that may have NULs.
    pub(crate) fn value(&mut self, value: Option<&Content<'_>>) {
        match value {
            Some(Content::Inline(octets)) => self.octets(octets),
            value => self.ncontent(value, false),
        }
    }

    /// `list-mailbox`: as bare characters where that is possible.
    pub(crate) fn list_mailbox(&mut self, s: &Str<'_>) {
        let octets = s.as_bytes();
        if !octets.is_empty() && octets.iter().all(|b| is_class(*b, LIST)) {
            self.raw(octets);
        } else {
            self.string(s);
        }
    }

    /// `string`: quoted where that is possible.
    pub(crate) fn string(&mut self, s: &Str<'_>) {
        self.octets(s.as_bytes());
    }

    /// `nstring`.
    pub(crate) fn nstring(&mut self, s: Option<&Str<'_>>) {
        match s {
            Some(s) => self.string(s),
            None => self.raw(b"NIL"),
        }
    }

    /// `string` from octets that have no NUL.
    pub(crate) fn octets(&mut self, octets: &[u8]) {
        let ascii_only = !self.utf8 || core::str::from_utf8(octets).is_err();
        let quotable = octets.len() <= 1000
            && !octets.iter().any(|b| matches!(b, b'\r' | b'\n' | 0) || (ascii_only && *b > 127));
        if quotable {
            self.quoted(octets);
        } else {
            self.literal(octets, octets.contains(&0));
        }
    }

    /// A quoted string, of octets that may stand in one.
    pub(crate) fn quoted(&mut self, octets: &[u8]) {
        self.byte(b'"');
        for b in octets {
            if matches!(b, b'"' | b'\\') {
                self.byte(b'\\');
            }
            self.byte(*b);
        }
        self.byte(b'"');
    }

    /// A literal with octets that are here.
    pub(crate) fn literal(&mut self, octets: &[u8], binary: bool) {
        self.announce(octets.len() as u64, binary);
        self.raw(octets);
    }

    /// `literal`, or `literal8` where `binary` says so, from content that may stream.
    pub(crate) fn content(&mut self, content: &Content<'_>, binary: bool) {
        match content {
            Content::Inline(octets) => self.literal(octets, binary),
            Content::Streamed { len } => {
                self.announce(*len, binary);
                self.seam(Break::Body(*len));
            }
        }
    }

    /// `nstring` for the content of a body: always a literal, or NIL.
    pub(crate) fn ncontent(&mut self, content: Option<&Content<'_>>, binary: bool) {
        match content {
            Some(content) => self.content(content, binary),
            None => self.raw(b"NIL"),
        }
    }

    /// A list in parentheses.
    pub(crate) fn list<T>(
        &mut self,
        elements: impl IntoIterator<Item = T>,
        mut element: impl FnMut(&mut Self, T),
    ) {
        self.byte(b'(');
        self.spaced(elements, &mut element);
        self.byte(b')');
    }

    /// Elements with spaces between them.
    pub(crate) fn spaced<T>(
        &mut self,
        elements: impl IntoIterator<Item = T>,
        mut element: impl FnMut(&mut Self, T),
    ) {
        for (i, e) in elements.into_iter().enumerate() {
            if i > 0 {
                self.sp();
            }
            element(self, e);
        }
    }

    fn announce(&mut self, size: u64, binary: bool) {
        if binary {
            self.byte(b'~');
        }
        self.byte(b'{');
        self.number(size);
        let waits = match self.mode {
            Some(mode) if !mode.waits(size) => {
                self.byte(b'+');
                false
            }
            Some(_) => true,
            None => false,
        };
        self.raw(b"}\r\n");
        if waits {
            self.seam(Break::Continuation);
        }
    }

    fn seam(&mut self, kind: Break) {
        self.breaks.push((self.out.len().saturating_sub(self.start), kind));
    }
}

impl core::fmt::Write for Encoder<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.text(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements() {
        let found =
            |line: &[u8]| Announcement::at_end(line).map(|a| (a.size, a.waits, a.binary, a.len));
        assert_eq!(found(b"a LOGIN {5}"), Some((5, true, false, 3)));
        assert_eq!(found(b"a LOGIN {5+}"), Some((5, false, false, 4)));
        assert_eq!(found(b"a APPEND x ~{10}"), Some((10, true, true, 5)));
        assert_eq!(found(b"a APPEND x ~{10+}"), Some((10, false, true, 6)));
        assert_eq!(found(b"{0}"), Some((0, true, false, 3)));
        assert_eq!(found(b"x {99999999999999999999}"), Some((u64::MAX, true, false, 22)));
        for line in
            [&b"a {}"[..], b"a {5", b"a 5}", b"a {5+", b"a {-5}", b"a {5 }", b"", b"}", b"+}"]
        {
            assert_eq!(found(line), None, "{line:?}");
        }
    }

    #[test]
    fn the_form_of_a_string_follows_its_octets() {
        let form = |s: &[u8], utf8| {
            let mut out = Vec::new();
            let mut e = Encoder::command(&mut out, LiteralMode::NonSynchronizing, utf8);
            e.astring(&Str::try_from(s).unwrap());
            out
        };
        assert_eq!(form(b"INBOX", false), b"INBOX");
        assert_eq!(form(b"", false), b"\"\"");
        assert_eq!(form(b"nil", false), b"\"nil\"");
        assert_eq!(form(b"a b\\\"", false), b"\"a b\\\\\\\"\"");
        assert_eq!(form(b"a\r\nb", false), b"{4+}\r\na\r\nb");
        assert_eq!(form("ü".as_bytes(), false), "{2+}\r\nü".as_bytes());
        assert_eq!(form("ü".as_bytes(), true), "\"ü\"".as_bytes());
        assert_eq!(form(b"\xff", true), b"{1+}\r\n\xff");
    }

    #[test]
    fn seams_are_where_the_sender_waits() {
        let mut out = b"before".to_vec();
        let mut e = Encoder::command(&mut out, LiteralMode::NonSynchronizingSmall, false);
        e.content(&Content::Streamed { len: 4096 }, false);
        e.content(&Content::Streamed { len: 4097 }, true);
        let breaks = e.into_breaks();
        assert_eq!(out, b"before{4096+}\r\n~{4097}\r\n");
        assert_eq!(
            breaks,
            [(9, Break::Body(4096)), (18, Break::Continuation), (18, Break::Body(4097))]
        );
    }
}
