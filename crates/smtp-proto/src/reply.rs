//! Replies of a server.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::sasl::{decode_base64, encode_base64};
use crate::{EnhancedCode, ParseError, syntax, words};

/// A reply: a code of three digits, and lines of text.
///
/// ```abnf
/// Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
/// Reply-code = %x32-35 %x30-35 %x30-39
/// ```
///
/// [RFC 5321, section 4.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.2). Text that is made
/// here cannot end a line early: CR, LF and NUL become spaces, and `\n` begins a new line where
/// several are possible.
///
/// # Example
///
/// ```
/// use smtp_proto::{EnhancedCode, Reply};
///
/// let reply = Reply::parse(b"550-5.1.1 No such user,\r\n550 5.1.1 not at all.\r\n")?;
/// assert_eq!(reply.code(), 550);
/// assert_eq!(reply.enhanced(), Some(EnhancedCode::BAD_MAILBOX));
/// assert_eq!(reply.message(), "No such user, not at all.");
///
/// let mut out = Vec::new();
/// Reply::new(250, "fine").with_enhanced(EnhancedCode::OK).encode(&mut out);
/// assert_eq!(out, b"250 2.0.0 fine\r\n");
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Reply<'a> {
    code: u16,
    enhanced: Option<EnhancedCode>,
    text: Source<'a>,
}

#[derive(Clone)]
enum Source<'a> {
    /// Whole lines as they came, each with its code.
    Wire {
        unit: Cow<'a, [u8]>,
        /// Octets of the first eight lines with their ends, the first line in the lowest octet; 0
        /// where it takes a search.
        lens: u64,
    },
    /// Lines with LF between them, without codes.
    Plain(Cow<'a, [u8]>),
}

impl<'a> Reply<'a> {
    /// A reply with text; `\n` separates lines. The code is kept within 200 and 599.
    #[must_use]
    pub fn new(code: u16, text: &'a str) -> Self {
        let text = match memchr::memchr2(b'\r', 0, text.as_bytes()) {
            None => Cow::Borrowed(text.as_bytes()),
            Some(_) => Cow::Owned(text.replace(['\r', '\0'], " ").into_bytes()),
        };
        Self { code: code.clamp(200, 599), enhanced: None, text: Source::Plain(text) }
    }

    /// `220`: the first words of a server, which begin with its name.
    #[must_use]
    pub fn greeting(text: &'a str) -> Self {
        Self::new(220, text)
    }

    /// `334`: a challenge of a SASL mechanism
    /// ([RFC 4954, section 4](https://www.rfc-editor.org/rfc/rfc4954#section-4)).
    #[must_use]
    pub fn challenge(octets: &[u8]) -> Reply<'static> {
        let mut text = Vec::new();
        encode_base64(octets, &mut text);
        Reply { code: 334, enhanced: None, text: Source::Plain(Cow::Owned(text)) }
    }

    /// The same reply with an enhanced code, if the class fits the code; in front of each line
    /// ([RFC 2034, section 4](https://www.rfc-editor.org/rfc/rfc2034#section-4)).
    #[must_use]
    pub fn with_enhanced(self, code: EnhancedCode) -> Self {
        let fits = u16::from(code.class()) == self.code / 100;
        Self { enhanced: if fits { Some(code) } else { self.enhanced() }, ..self.plain() }
    }

    /// Parses all lines of a reply, each with its line end. A bare LF ends a line too.
    ///
    /// # Errors
    ///
    /// A line without a code, different codes, or no last line.
    #[inline] // to move a reply costs more than to parse it
    pub fn parse(unit: &'a [u8]) -> Result<Self, ParseError> {
        let (code, lens) = frame(unit)?;
        let text = Source::Wire { unit: Cow::Borrowed(unit), lens };
        Ok(Self { code, enhanced: None, text })
    }

    /// Appends the lines of the reply.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut lines = self.lines().peekable();
        let enhanced = self.enhanced;
        while let Some(line) = lines.next() {
            syntax::push_number(u64::from(self.code), out);
            out.push(if lines.peek().is_some() { b'-' } else { b' ' });
            if let Some(code) = enhanced {
                code.encode(out);
                out.push(b' ');
            }
            let clean = |byte: &u8| if matches!(byte, b'\r' | b'\n' | 0) { b' ' } else { *byte };
            out.extend(line.iter().map(clean));
            out.extend_from_slice(b"\r\n");
        }
    }

    /// Octets of the text, about.
    pub(crate) fn len(&self) -> usize {
        match &self.text {
            Source::Wire { unit: text, .. } | Source::Plain(text) => text.len(),
        }
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.code
    }

    /// 2xx: done.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// 3xx: go on.
    #[must_use]
    pub fn is_intermediate(&self) -> bool {
        self.code / 100 == 3
    }

    /// 4xx: not now.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.code / 100 == 4
    }

    /// 5xx: never.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.code / 100 == 5
    }

    /// The enhanced code, if there is one whose class is that of the reply.
    #[must_use]
    pub fn enhanced(&self) -> Option<EnhancedCode> {
        if self.enhanced.is_some() {
            return self.enhanced;
        }
        // Most texts begin with no digit or with a code of three, and need no line end found.
        let text = match &self.text {
            Source::Wire { unit, .. } => unit.get(4..)?,
            Source::Plain(text) => text,
        };
        if !text.first()?.is_ascii_digit() {
            return None;
        }
        let code = match EnhancedCode::read_short(text) {
            Some(code) => code,
            None => EnhancedCode::read(self.lines().next()?)?.0,
        };
        (u16::from(code.class()) == self.code / 100).then_some(code)
    }

    /// The lines without their codes. Enhanced codes that came with the text are still in it.
    #[must_use]
    pub fn lines(&self) -> Lines<'_> {
        match &self.text {
            Source::Wire { unit, lens } => Lines { rest: unit, form: Form::Wire(*lens) },
            Source::Plain(text) => Lines { rest: text, form: Form::Plain },
        }
    }

    /// All lines as text for people: in one line, without enhanced codes.
    #[must_use]
    pub fn message(&self) -> Cow<'_, str> {
        let strip = |line: &'_ [u8]| -> (usize, usize) {
            let skipped = match EnhancedCode::read(line) {
                Some((code, rest)) if u16::from(code.class()) == self.code / 100 => {
                    line.len().saturating_sub(rest.len())
                }
                _ => 0,
            };
            (skipped, line.len())
        };
        let mut lines = self.lines();
        let first = lines.next().unwrap_or_default();
        let (from, to) = strip(first);
        let first = first.get(from..to).unwrap_or_default();
        let mut text = String::from_utf8_lossy(first);
        for line in lines {
            let (from, to) = strip(line);
            let line = String::from_utf8_lossy(line.get(from..to).unwrap_or_default());
            let whole = text.to_mut();
            whole.push(' ');
            whole.push_str(&line);
        }
        text
    }

    /// The octets of the challenge that a 334 carries.
    pub(crate) fn challenge_octets(&self) -> Result<Vec<u8>, ParseError> {
        decode_base64(syntax::trim_end(self.lines().next().unwrap_or_default()), 4)
    }

    /// The same reply, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Reply<'static> {
        let text = match self.text {
            Source::Wire { unit, lens } => {
                Source::Wire { unit: Cow::Owned(unit.into_owned()), lens }
            }
            Source::Plain(text) => Source::Plain(Cow::Owned(text.into_owned())),
        };
        Reply { code: self.code, enhanced: self.enhanced, text }
    }

    /// The same reply with its text apart from its codes.
    fn plain(self) -> Self {
        if matches!(self.text, Source::Plain(_)) {
            return self;
        }
        let mut text = Vec::new();
        for (nth, line) in self.lines().enumerate() {
            if nth > 0 {
                text.push(b'\n');
            }
            text.extend_from_slice(EnhancedCode::read(line).map_or(line, |(_, rest)| rest));
        }
        Self { code: self.code, enhanced: self.enhanced, text: Source::Plain(Cow::Owned(text)) }
    }
}

impl PartialEq for Reply<'_> {
    /// Two replies are equal if they look alike on the wire.
    fn eq(&self, other: &Self) -> bool {
        let (mut one, mut two) = (Vec::new(), Vec::new());
        self.encode(&mut one);
        other.encode(&mut two);
        one == two
    }
}

impl Eq for Reply<'_> {}

impl fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        self.encode(&mut text);
        // What a 334 says belongs to an exchange of secrets.
        if self.code == 334 {
            return f.write_str("334 [redacted]");
        }
        f.write_str(String::from_utf8_lossy(&text).trim_end())
    }
}

/// The lines of a [`Reply`].
#[derive(Clone, Debug)]
pub struct Lines<'r> {
    rest: &'r [u8],
    form: Form,
}

/// What the rest is made of.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// Lines with codes and ends, of these lengths, one octet for each.
    Wire(u64),
    Plain,
    /// No line.
    Nothing,
}

impl<'r> Iterator for Lines<'r> {
    type Item = &'r [u8];

    #[inline]
    fn next(&mut self) -> Option<&'r [u8]> {
        match self.form {
            Form::Wire(lens) => {
                let len = match lens as u8 {
                    0 => after_line(self.rest),
                    len => usize::from(len),
                };
                let (line, rest) = self.rest.split_at_checked(len)?;
                self.rest = rest;
                self.form = if rest.is_empty() { Form::Nothing } else { Form::Wire(lens >> 8) };
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                match line {
                    [_, _, _, b' ' | b'-', text @ ..] | [_, _, _, text @ ..] => Some(text),
                    _ => Some(&[]),
                }
            }
            Form::Plain => Some(self.plain()),
            Form::Nothing => None,
        }
    }
}

impl<'r> Lines<'r> {
    /// The next line of those without codes.
    fn plain(&mut self) -> &'r [u8] {
        let (line, rest) = match memchr::memchr(b'\n', self.rest) {
            Some(end) => self.rest.split_at_checked(end).unwrap_or_default(),
            None => {
                self.form = Form::Nothing;
                (self.rest, &[][..])
            }
        };
        self.rest = rest.get(1..).unwrap_or_default();
        line
    }
}

/// The code of all lines of a reply, and the lengths of the first lines.
#[inline]
fn frame(unit: &[u8]) -> Result<(u16, u64), ParseError> {
    let (code, last) = parse_prefix(unit)?;
    if last && after_line(unit) == unit.len() {
        return Ok((code, octet(unit.len())));
    }
    Ok((code, frame_lines(unit, code, last)?))
}

/// A length of up to 255.
#[inline]
fn octet(len: usize) -> u64 {
    if len < 256 { len as u64 } else { 0 }
}

/// The lengths of the first lines of a reply whose first line has this code.
#[inline(never)]
fn frame_lines(unit: &[u8], code: u16, mut last: bool) -> Result<u64, ParseError> {
    // Nearly all lines begin as the first one does.
    let usual = unit.first_chunk::<4>();
    let (mut lens, mut shift, mut at) = (0, 0, 0);
    let mut blocks = (0..unit.len()).step_by(64);
    let (mut block, mut feeds) = (0, 0_u64);
    loop {
        while feeds == 0
            && let Some(next) = blocks.next()
        {
            block = next;
            feeds = words::line_feeds(unit.get(block..).unwrap_or_default());
        }
        // The last line may have no end.
        let place = feeds.trailing_zeros() as usize;
        let end = if feeds == 0 { unit.len() } else { block + place + 1 };
        feeds &= feeds.wrapping_sub(1);
        if shift < 64 {
            lens |= octet(end - at) << shift;
            shift += 8;
        }
        at = end;
        let rest = unit.get(end..).unwrap_or_default();
        if !last && rest.first_chunk() == usual {
            continue;
        }
        match (last, rest.is_empty()) {
            (true, true) => return Ok(lens),
            (true, false) => return Err(ParseError::new(end, "the end of the reply")),
            (false, true) => return Err(ParseError::new(end, "the last line of a reply")),
            (false, false) => {}
        }
        let (this, ends) = parse_prefix(rest).map_err(|error| error.after(end))?;
        if this != code {
            return Err(ParseError::new(end, "the code of the line before"));
        }
        last = ends;
    }
}

/// Octets of a line with its end.
fn after_line(octets: &[u8]) -> usize {
    match words::line_feed(octets) {
        Some(at) => at.saturating_add(1),
        None => octets.len(),
    }
}

/// The code of a line, and whether the line is the last one.
#[inline]
pub(crate) fn parse_prefix(line: &[u8]) -> Result<(u16, bool), ParseError> {
    let code = match line.get(..3) {
        Some([a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9']) => {
            let digit = |b: &u8| u16::from(b.saturating_sub(b'0'));
            digit(a)
                .saturating_mul(100)
                .saturating_add(digit(b).saturating_mul(10))
                .saturating_add(digit(c))
        }
        _ => return Err(ParseError::new(0, "a code of three digits")),
    };
    match line.get(3) {
        Some(b'-') => Ok((code, false)),
        Some(b' ' | b'\r' | b'\n' | b'\t') | None => Ok((code, true)),
        // Servers that forget the space are understood.
        Some(b) if !b.is_ascii_digit() => Ok((code, true)),
        Some(_) => Err(ParseError::new(3, "a space or a hyphen")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(reply: &Reply<'_>) -> String {
        let mut out = Vec::new();
        reply.encode(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn replies() {
        for (unit, lines, again) in [
            ("250 Ok\r\n", &["Ok"][..], "250 Ok\r\n"),
            ("250\r\n", &[""], "250 \r\n"),
            ("250 \r\n", &[""], "250 \r\n"),
            ("220-a\r\n220-\r\n220 b\r\n", &["a", "", "b"], "220-a\r\n220-\r\n220 b\r\n"),
            ("250-a\n250 b\n", &["a", "b"], "250-a\r\n250 b\r\n"),
        ] {
            let reply = Reply::parse(unit.as_bytes()).unwrap();
            let got: Vec<_> = reply.lines().map(String::from_utf8_lossy).collect();
            assert_eq!(got, lines);
            assert_eq!(wire(&reply), again);
            assert_eq!(Reply::parse(again.as_bytes()).unwrap(), reply);
            assert_eq!(reply.clone().into_owned(), reply);
        }
        for bad in [
            "",
            "25",
            "250-a\r\n",
            "250-a\r\n550 b\r\n",
            "250 a\r\n250 b\r\n",
            "999 x\r\n",
            "2500 x\r\n",
            " 250 x\r\n",
        ] {
            assert!(Reply::parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn made_here() {
        assert_eq!(wire(&Reply::new(250, "a\r\nb\0c")), "250-a \r\n250 b c\r\n");
        assert_eq!(wire(&Reply::new(7, "")), "200 \r\n");
        let reply = Reply::new(550, "x\ny").with_enhanced(EnhancedCode::BAD_MAILBOX);
        assert_eq!(wire(&reply), "550-5.1.1 x\r\n550 5.1.1 y\r\n");
        assert_eq!(reply.enhanced(), Some(EnhancedCode::BAD_MAILBOX));
        assert_eq!(
            wire(&Reply::new(250, "x").with_enhanced(EnhancedCode::BAD_MAILBOX)),
            "250 x\r\n"
        );
        let parsed = Reply::parse(b"550 5.1.1 x\r\n").unwrap();
        assert_eq!(
            wire(&parsed.clone().with_enhanced(EnhancedCode::NOT_ALLOWED)),
            "550 5.7.0 x\r\n"
        );
        assert_eq!(parsed.message(), "x");
        let challenge = Reply::challenge(b"hi");
        assert_eq!(wire(&challenge), "334 aGk=\r\n");
        assert_eq!(challenge.challenge_octets().unwrap(), b"hi");
        assert_eq!(alloc::format!("{challenge:?}"), "334 [redacted]");
    }
}
