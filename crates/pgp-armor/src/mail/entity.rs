//! Just enough of MIME to find the parts that PGP/MIME is about.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use memchr::memchr;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A header section and a body, somewhere inside a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entity<'a> {
    source: &'a [u8],
    start: usize,
    body: usize,
    end: usize,
}

impl<'a> Entity<'a> {
    /// Reads bytes that begin with a header section.
    pub(crate) fn new(source: &'a [u8]) -> Self {
        Self::within(source, 0..source.len())
    }

    /// Reads a range of a message; its offsets are those of the message.
    pub(crate) fn within(source: &'a [u8], range: Range<usize>) -> Self {
        let end = range.end.min(source.len());
        let start = range.start.min(end);
        let bytes = source.get(start..end).unwrap_or_default();
        let blank = lines(bytes).find(|line| is_blank(bytes, line));
        let body = blank.map_or(end, |line| start + line.end);
        Entity { source, start, body, end }
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start..self.end
    }

    pub(crate) fn body_offset(self) -> usize {
        self.body
    }

    /// Header section and body.
    pub(crate) fn bytes(self) -> &'a [u8] {
        self.source.get(self.start..self.end).unwrap_or_default()
    }

    pub(crate) fn body(self) -> &'a [u8] {
        self.source.get(self.body..self.end).unwrap_or_default()
    }

    /// The header section with the empty line after it.
    pub(crate) fn header(self) -> &'a [u8] {
        self.source.get(self.start..self.body).unwrap_or_default()
    }

    pub(crate) fn fields(self) -> Fields<'a> {
        Fields { rest: self.header() }
    }

    /// The value of the first field of this name.
    pub(crate) fn field(self, name: &str) -> Option<Cow<'a, [u8]>> {
        self.fields().find(|field| field.is(name)).map(|field| field.value())
    }

    pub(crate) fn content_type(self) -> ContentType<'a> {
        ContentType { value: self.field("content-type") }
    }

    /// The body without its transfer encoding.
    pub(crate) fn decoded(self) -> Cow<'a, [u8]> {
        match Encoding::of(self) {
            Encoding::Base64 => {
                let mut text: Vec<u8> = self.body().to_vec();
                text.retain(|byte| !byte.is_ascii_whitespace());
                LENIENT.decode(&text).map_or(Cow::Borrowed(self.body()), Cow::Owned)
            }
            Encoding::QuotedPrintable => Cow::Owned(quoted_printable(self.body())),
            Encoding::Identity(_) | Encoding::Other => Cow::Borrowed(self.body()),
        }
    }

    /// The parts of a multipart, if this is one and a delimiter is in it.
    ///
    /// ```abnf
    /// multipart-body = [preamble CRLF] dash-boundary transport-padding CRLF body-part
    ///                  *encapsulation close-delimiter transport-padding [CRLF epilogue]
    /// ```
    ///
    /// [RFC 2046, section 5.1.1](https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1)
    pub(crate) fn parts(self, most: usize) -> Option<Parts<'a>> {
        let content_type = self.content_type();
        if !content_type.main_is("multipart") {
            return None;
        }
        let boundary = content_type.parameter("boundary").filter(|b| !b.is_empty())?;
        let body = self.body();
        let mut parts = Parts { parts: Vec::new(), preamble: 0..0, epilogue: None };
        let mut open: Option<usize> = None;
        // The end of the last line without its line break, which the delimiter owns.
        let mut before = 0;
        for line in lines(body) {
            let Some(close) = delimiter(body.get(line.clone()).unwrap_or_default(), &boundary)
            else {
                before = line.start + text_len(body.get(line).unwrap_or_default());
                continue;
            };
            let end = before.max(open.unwrap_or(0));
            match open {
                None => parts.preamble = self.body..self.body + before,
                Some(_) if parts.parts.len() >= most => return Some(parts),
                Some(start) => parts.push(self, start..end),
            }
            if close {
                parts.epilogue = Some(self.body + line.end..self.end);
                return Some(parts);
            }
            open = Some(line.end);
            before = line.end;
        }
        if parts.parts.len() < most {
            parts.push(self, open?..body.len());
        }
        Some(parts)
    }
}

/// The parts of a multipart.
#[derive(Clone, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) parts: Vec<Entity<'a>>,
    pub(crate) preamble: Range<usize>,
    /// `None`: the closing delimiter is missing.
    pub(crate) epilogue: Option<Range<usize>>,
}

impl<'a> Parts<'a> {
    fn push(&mut self, parent: Entity<'a>, range: Range<usize>) {
        let range = parent.body + range.start..parent.body + range.end;
        self.parts.push(Entity::within(parent.source, range));
    }
}

/// One header field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawField<'a> {
    /// With its line breaks.
    pub(crate) raw: &'a [u8],
    colon: Option<usize>,
}

impl<'a> RawField<'a> {
    /// The name; empty if the line is no field.
    pub(crate) fn name(self) -> &'a [u8] {
        let name = self.colon.and_then(|colon| self.raw.get(..colon)).unwrap_or_default();
        name.trim_ascii_end()
    }

    pub(crate) fn is(self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name.as_bytes())
    }

    /// The value unfolded, without white space around it.
    pub(crate) fn value(self) -> Cow<'a, [u8]> {
        let value = self.colon.and_then(|colon| self.raw.get(colon + 1..)).unwrap_or_default();
        let value = value.trim_ascii();
        if memchr(b'\n', value).is_none() {
            return Cow::Borrowed(value);
        }
        let mut unfolded = Vec::with_capacity(value.len());
        for line in lines(value) {
            let line = value.get(line).unwrap_or_default();
            unfolded.extend_from_slice(line.get(..text_len(line)).unwrap_or_default());
        }
        Cow::Owned(unfolded)
    }
}

/// The fields of a header section, each with the lines that continue it.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = RawField<'a>;

    fn next(&mut self) -> Option<RawField<'a>> {
        let mut lines = lines(self.rest);
        let first = lines.next()?;
        if is_blank(self.rest, &first) {
            return None;
        }
        let folded = |line: &Range<usize>| {
            matches!(self.rest.get(line.start), Some(b' ' | b'\t')) && !is_blank(self.rest, line)
        };
        let end = lines.take_while(folded).last().map_or(first.end, |line| line.end);
        let (raw, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        Some(RawField { raw, colon: memchr(b':', raw) })
    }
}

/// The value of a Content-Type field.
///
/// ```abnf
/// content   = "Content-Type" ":" type "/" subtype *(";" parameter)
/// parameter = attribute "=" value
/// value     = token / quoted-string
/// ```
///
/// [RFC 2045, section 5.1](https://www.rfc-editor.org/rfc/rfc2045#section-5.1)
#[derive(Clone, Debug)]
pub(crate) struct ContentType<'a> {
    value: Option<Cow<'a, [u8]>>,
}

impl ContentType<'_> {
    /// Type and subtype as they stand; `text/plain` if there is no such field.
    fn essence(&self) -> &[u8] {
        let value = self.value.as_deref().unwrap_or(b"text/plain");
        let end = value.iter().position(|b| matches!(b, b';' | b'(')).unwrap_or(value.len());
        value.get(..end).unwrap_or_default().trim_ascii()
    }

    pub(crate) fn is(&self, essence: &str) -> bool {
        self.essence().eq_ignore_ascii_case(essence.as_bytes())
    }

    pub(crate) fn main_is(&self, main: &str) -> bool {
        let main_type = self.essence().split(|byte| *byte == b'/').next().unwrap_or_default();
        main_type.trim_ascii().eq_ignore_ascii_case(main.as_bytes())
    }

    /// The first parameter of this name.
    pub(crate) fn parameter(&self, name: &str) -> Option<Vec<u8>> {
        let value = self.value.as_deref()?;
        parameters(value).find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes())).map(|p| p.1)
    }
}

/// Iterates over the parameters of a structured field.
fn parameters(value: &[u8]) -> impl Iterator<Item = (&[u8], Vec<u8>)> {
    let mut rest = value.get(skip_to_semicolon(value)..).unwrap_or_default();
    core::iter::from_fn(move || {
        loop {
            let after = rest.split_first().filter(|(first, _)| **first == b';')?.1;
            let equals = after.iter().position(|byte| matches!(byte, b'=' | b';'));
            let (name, value) = after.split_at_checked(equals.unwrap_or(after.len()))?;
            let Some((b'=', value)) = value.split_first() else {
                rest = value;
                continue;
            };
            let value = value.trim_ascii_start();
            let end = skip_to_semicolon(value);
            let (text, next) = value.split_at_checked(end)?;
            rest = next;
            return Some((name.trim_ascii(), unquoted(text.trim_ascii())));
        }
    })
}

/// Iterates over what stands between the semicolons of a structured field: the value, then the
/// parameters as they are written.
pub(crate) fn parameter_texts(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    core::iter::from_fn(move || {
        let (text, after) = rest?.split_at_checked(skip_to_semicolon(rest?))?;
        rest = after.split_first().map(|(_, after)| after);
        Some(text.trim_ascii())
    })
}

/// The index of the first semicolon outside quoted strings and comments, or the length.
fn skip_to_semicolon(value: &[u8]) -> usize {
    let (mut quoted, mut comments, mut escaped) = (false, 0u32, false);
    for (at, byte) in value.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted || comments > 0 => escaped = true,
            b'"' if comments == 0 => quoted = !quoted,
            b'(' if !quoted => comments = comments.saturating_add(1),
            b')' if !quoted => comments = comments.saturating_sub(1),
            b';' if !quoted && comments == 0 => return at,
            _ => {}
        }
    }
    value.len()
}

/// A token up to white space or a comment, or what is in a quoted string.
fn unquoted(text: &[u8]) -> Vec<u8> {
    let Some((b'"', rest)) = text.split_first() else {
        let token = text.iter().take_while(|b| !b.is_ascii_whitespace() && **b != b'(');
        return token.copied().collect();
    };
    let mut out = Vec::with_capacity(rest.len());
    let mut bytes = rest.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => break,
            b'\\' => out.extend(bytes.next()),
            _ => out.push(*byte),
        }
    }
    out
}

/// The Content-Transfer-Encoding of an entity.
///
/// [RFC 2045, section 6.1](https://www.rfc-editor.org/rfc/rfc2045#section-6.1)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Base64,
    QuotedPrintable,
    /// 7bit, 8bit, binary, or none; whether it is binary.
    Identity(bool),
    Other,
}

impl Encoding {
    pub(crate) fn of(entity: Entity<'_>) -> Self {
        let Some(value) = entity.field("content-transfer-encoding") else {
            return Encoding::Identity(false);
        };
        let is = |name: &str| value.eq_ignore_ascii_case(name.as_bytes());
        match () {
            () if is("base64") => Encoding::Base64,
            () if is("quoted-printable") => Encoding::QuotedPrintable,
            () if is("7bit") || is("8bit") || value.is_empty() => Encoding::Identity(false),
            () if is("binary") => Encoding::Identity(true),
            () => Encoding::Other,
        }
    }
}

/// Undoes quoted-printable; what is malformed stays as it is.
fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in lines(text) {
        let line = text.get(line).unwrap_or_default();
        let (content, line_end) = line.split_at_checked(text_len(line)).unwrap_or_default();
        let content = trim_blanks(content);
        let (content, soft) = content.strip_suffix(b"=").map_or((content, false), |c| (c, true));
        let mut rest = content;
        while let Some((first, after)) = rest.split_first() {
            let decoded = match after {
                [high, low, after @ ..] if *first == b'=' => {
                    hex(*high).zip(hex(*low)).map(|(high, low)| (high << 4 | low, after))
                }
                _ => None,
            };
            let (byte, after) = decoded.unwrap_or((*first, after));
            out.push(byte);
            rest = after;
        }
        if !soft {
            out.extend_from_slice(line_end);
        }
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The ranges of the lines, each with its line feed.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    core::iter::from_fn(move || {
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let end = start + memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let line = start..end;
        start = end;
        Some(line)
    })
}

/// The length of a line without its line break, LF or CRLF.
pub(crate) fn text_len(line: &[u8]) -> usize {
    let Some(text) = line.strip_suffix(b"\n") else { return line.len() };
    text.strip_suffix(b"\r").unwrap_or(text).len()
}

/// A line without the spaces and tabs at its end.
pub(crate) fn trim_blanks(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |at| at + 1);
    line.get(..end).unwrap_or_default()
}

fn is_blank(bytes: &[u8], line: &Range<usize>) -> bool {
    text_len(bytes.get(line.clone()).unwrap_or_default()) == 0
}

/// Whether a line is a delimiter, and if it is, whether the closing one.
fn delimiter(line: &[u8], boundary: &[u8]) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
    let (close, padding) = rest.strip_prefix(b"--").map_or((false, rest), |rest| (true, rest));
    padding.iter().all(u8::is_ascii_whitespace).then_some(close)
}

/// Whether bytes begin with a prefix, letters of any case.
pub(crate) fn starts_with_ignore_case(bytes: &[u8], prefix: &str) -> bool {
    bytes.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_parameters() {
        let entity = Entity::new(
            b"Subject: a\n b\r\nContent-Type: Multipart/Signed; (c;) protocol=\"a\\\"b;c\"; x;\n\tboundary = b(d)\r\n\r\nbody",
        );
        assert_eq!(entity.field("subject").as_deref(), Some(&b"a b"[..]));
        let content_type = entity.content_type();
        assert!(content_type.is("multipart/signed") && content_type.main_is("multipart"));
        assert_eq!(content_type.parameter("boundary").as_deref(), Some(&b"b"[..]));
        assert_eq!(entity.body(), b"body");
        assert!(Entity::new(b"").content_type().is("text/plain"));
        assert_eq!(Entity::new(b"\nbody").body(), b"body");
        assert_eq!(Entity::new(b"No: body").body(), b"");
    }

    #[test]
    fn parts_and_what_is_around_them() {
        let source = b"Content-Type: multipart/mixed; boundary=b\n\npre\n--b\nA: 1\n\none\n--b \n\ntwo\r\n--b--\nepi";
        let entity = Entity::new(source);
        let parts = entity.parts(9).unwrap();
        let bytes: Vec<_> = parts.parts.iter().map(|part| part.bytes()).collect();
        assert_eq!(bytes, [&b"A: 1\n\none"[..], b"\ntwo"]);
        assert_eq!(&source[parts.preamble], b"pre");
        assert_eq!(&source[parts.epilogue.unwrap()], b"epi");

        let empty = Entity::new(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b--");
        let parts = empty.parts(9).unwrap();
        assert_eq!(parts.parts.len(), 2);
        assert!(parts.parts.iter().all(|part| part.bytes().is_empty()), "{parts:?}");

        let open = Entity::new(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--bb\n");
        let parts = open.parts(9).unwrap();
        assert_eq!((parts.parts.len(), parts.epilogue), (1, None));
        assert!(Entity::new(b"Content-Type: multipart/mixed; boundary=b\n\nx").parts(9).is_none());
    }

    #[test]
    fn transfer_encodings() {
        let decoded = |text: &[u8]| Entity::new(text).decoded().into_owned();
        assert_eq!(decoded(b"Content-Transfer-Encoding: BASE64\n\naGVs\nbG8="), b"hello");
        assert_eq!(
            decoded(b"Content-Transfer-Encoding: quoted-printable\n\n=3Dab=\r\ncd \r\n=zz\r\n"),
            b"=abcd\r\n=zz\r\n"
        );
        assert_eq!(decoded(b"Content-Transfer-Encoding: x-odd\n\nabc"), b"abc");
    }
}
