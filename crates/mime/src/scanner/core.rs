//! The state machine behind both drivers.
//!
//! It sees a window: the bytes from where it stands to as far as they are known. Each call of
//! [`Core::advance`] deals with one unit (a line of a header section, a stretch of a body, a
//! delimiter), tells it to a [`Sink`] and says how many bytes of the window are done with; or it
//! says that the unit is not complete. It never keeps bytes, except for boundaries.
//!
//! The open entities are a stack: each container, and the one whose header or body is being read
//! on top. A multipart has a boundary in the table as long as it is open. A delimiter line closes
//! everything above its multipart.

use memchr::memchr;
use memchr::memmem::Finder;

use super::boundary::{Boundaries, Found, LONGEST_LINE, Relation};
use super::lines::Lines;
use super::media::{Media, plain_media};
use super::stack::Stack;
use crate::codec::TransferEncoding;
use crate::header::syntax::{is_bchar, is_blank, is_ftext, trim, trim_end};
use crate::header::{ContentType, Known};
use crate::{Config, Defect, DefectKind, PartId, Pick, Problems, Span};

/// What a part is, as far as its structure goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PartKind {
    /// A part whose body is content.
    #[default]
    Leaf,
    /// A part whose body is parts between delimiters.
    Multipart,
    /// A part whose body is a message.
    Message,
}

/// Who is told what the scanner found.
pub(crate) trait Sink {
    fn part_start(&mut self, part: PartId, parent: Option<PartId>, at: u64, line: u64);
    fn field(&mut self, part: PartId, span: Span, name_len: u16, known: Known);
    fn header_end(
        &mut self,
        part: PartId,
        at: u64,
        kind: PartKind,
        encoding: TransferEncoding,
        lines: Lines,
    );
    fn body(&mut self, part: PartId, span: Span);
    fn delimiter(&mut self, part: PartId, span: Span, close: bool);
    fn part_end(&mut self, part: PartId, at: u64, lines: Lines);
    fn defect(&mut self, defect: Defect);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the header section of a message.
    Start,
    /// At the start of a line in a header section.
    Header,
    /// In a field of which enough was seen.
    LongField,
    /// In a body; `line_start` says whether at the start of a line.
    Body {
        line_start: bool,
    },
    Done,
}

#[derive(Clone, Copy, Debug, Default)]
struct Open {
    part: PartId,
    kind: PartKind,
    /// Whether it begins a message: the root, or what is in a `message/rfc822`.
    is_message: bool,
    /// Whether parts of it without a type are messages.
    is_digest: bool,
    /// Of a multipart: how many boundaries are outside of it.
    boundary: usize,
    seen_delimiter: bool,
    closed: bool,
    body: Lines,
}

/// What the fields of the current header section said.
#[derive(Clone, Debug, Default)]
struct Pending {
    seen: u32,
    start: u64,
    lines: Lines,
    kind: Option<PartKind>,
    is_digest: bool,
    encoding: Option<TransferEncoding>,
    type_span: Span,
    encoding_span: Span,
    fields: bool,
    after_blank_line: bool,
    cut: bool,
}

impl Pending {
    fn clear(&mut self, start: u64, lines: Lines) {
        *self = Pending { start, lines, ..Pending::default() };
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Core {
    config: Config,
    state: State,
    at: u64,
    open: Stack<Open, 6>,
    boundaries: Boundaries,
    pending: Pending,
    lines: Lines,
    parts: u32,
    fields: u32,
    defects: u32,
    /// Of the window: up to where the end of the unit was looked for.
    searched: usize,
    /// Of the window: where its last known line starts.
    line: usize,
    finder: Option<Finder<'static>>,
    refused: Option<Defect>,
}

/// Fields that may occur once in every header section.
const SINGLE: u32 = Known::ContentType.bit()
    | Known::ContentTransferEncoding.bit()
    | Known::ContentDisposition.bit()
    | Known::ContentId.bit()
    | Known::ContentDescription.bit()
    | Known::MimeVersion.bit();

/// Fields that may occur once in the header section of a message.
const SINGLE_IN_MESSAGE: u32 = SINGLE
    | Known::From.bit()
    | Known::Sender.bit()
    | Known::ReplyTo.bit()
    | Known::To.bit()
    | Known::Cc.bit()
    | Known::Bcc.bit()
    | Known::MessageId.bit()
    | Known::InReplyTo.bit()
    | Known::References.bit()
    | Known::Subject.bit()
    | Known::Date.bit();

/// No field name is longer than a line may be.
const LONGEST_NAME: usize = 998;

/// More CR bytes than this before an LF are text.
const LONGEST_LINE_END: usize = 16;

/// The first line of a header section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Valid(usize),
    /// With blanks before the colon.
    Blank(usize),
    Invalid(usize),
    NoField,
}

/// Returns whether a byte stands in a name that is read in one way only. A parenthesis may be in
/// one, but some programs take it for a comment.
#[inline]
fn is_name(byte: u8) -> bool {
    is_ftext(byte) && byte != b'('
}

/// Finds the name that a line begins with.
///
/// ```abnf
/// field-name = 1*ftext
/// ftext = %d33-57 / %d59-126
/// obs-optional = field-name *WSP ":" unstructured CRLF
/// ```
///
/// [RFC 5322, section 3.6.8](https://www.rfc-editor.org/rfc/rfc5322#section-3.6.8),
/// [section 4.5.8](https://www.rfc-editor.org/rfc/rfc5322#section-4.5.8)
#[inline]
fn field_name(line: &[u8]) -> Name {
    let len = line.iter().position(|&byte| !is_name(byte)).unwrap_or(line.len());
    match line.get(len) {
        Some(b':') if len > 0 && len < LONGEST_NAME => Name::Valid(len),
        _ => unusual_name(line, len),
    }
}

/// Finds the end of a field, from a place in its first line on. `None` is for a field that may go
/// on behind `bytes`, and for one with a line of blanks.
#[inline]
fn plain_field_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(b'\n', bytes.get(at..)?)? + 1;
        match bytes.get(at..)? {
            [b' ' | b'\t', next, ..] if !is_blank(*next) => at += 2,
            [b' ' | b'\t', rest @ ..] => {
                let blanks = rest.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
                if rest.get(blanks).is_none_or(|&next| is_blank(next)) {
                    return None;
                }
                at += blanks;
            }
            [] => return None,
            _ => return Some(at),
        }
    }
}

/// The same for a name that is followed by something else than a colon after `len` bytes.
#[cold]
fn unusual_name(line: &[u8], len: usize) -> Name {
    let mut invalid = false;
    for (i, &byte) in line.iter().enumerate().take(LONGEST_NAME).skip(len) {
        match byte {
            b':' if invalid || i == 0 => return Name::Invalid(i),
            b':' => return Name::Valid(i),
            b' ' | b'\t' => {
                let rest = line.get(i..).unwrap_or_default();
                let colon = rest.iter().find(|&&byte| !matches!(byte, b' ' | b'\t'));
                return match colon {
                    Some(b':') if !invalid && i > 0 => Name::Blank(i),
                    _ => Name::NoField,
                };
            }
            b'\n' => return Name::NoField,
            _ if is_name(byte) => {}
            _ => invalid = true,
        }
    }
    Name::NoField
}

impl Core {
    pub(crate) fn new(config: Config) -> Self {
        Core {
            config,
            state: State::Start,
            at: 0,
            open: Stack::default(),
            boundaries: Boundaries::default(),
            pending: Pending::default(),
            lines: Lines::default(),
            parts: 0,
            fields: 0,
            defects: 0,
            searched: 0,
            line: 0,
            finder: None,
            refused: None,
        }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn position(&self) -> u64 {
        self.at
    }

    pub(crate) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// The first defect that the policy refuses.
    pub(crate) fn refused(&self) -> Option<Defect> {
        self.refused
    }

    /// Deals with one unit at the start of the window. Returns how many bytes are done with, or
    /// `None` where the unit is not complete; with `eof`, which says that nothing follows the
    /// window, it is always complete.
    pub(crate) fn advance(
        &mut self,
        window: &[u8],
        eof: bool,
        sink: &mut impl Sink,
    ) -> Option<usize> {
        match self.state {
            State::Start => self.start(window, eof, sink),
            State::Header => self.header(window, eof, sink),
            State::LongField => self.long_field(window, eof),
            State::Body { line_start } => self.body(window, eof, line_start, sink),
            State::Done => Some(window.len()),
        }
    }

    /// Moves on over bytes of the window.
    fn consume(&mut self, bytes: &[u8]) -> usize {
        self.at = self.at.saturating_add(bytes.len() as u64);
        self.searched = 0;
        self.line = 0;
        if self.config.count_lines {
            self.lines.add(bytes);
        }
        bytes.len()
    }

    fn consume_to(&mut self, window: &[u8], end: usize) -> usize {
        self.consume(window.get(..end).unwrap_or(window))
    }

    fn top(&self) -> PartId {
        self.open.last().map_or(PartId::ROOT, |open| open.part)
    }

    fn defect(&mut self, kind: DefectKind, at: Span, sink: &mut impl Sink) {
        self.defect_of(kind, self.top(), at, sink);
    }

    fn defect_of(&mut self, kind: DefectKind, part: PartId, at: Span, sink: &mut impl Sink) {
        let defect = Defect::new(kind, part, at);
        if self.refused.is_none() && self.config.policy.refuses(&defect) {
            self.refused = Some(defect);
        }
        match (self.defects + 1).cmp(&self.config.limits.defects) {
            core::cmp::Ordering::Less => sink.defect(defect),
            core::cmp::Ordering::Equal => {
                sink.defect(Defect { kind: DefectKind::TooManyDefects, ..defect });
            }
            core::cmp::Ordering::Greater => return,
        }
        self.defects += 1;
    }

    fn problems(&mut self, problems: &Problems, base: u64, sink: &mut impl Sink) {
        for problem in problems {
            let start = base.saturating_add(problem.at.start);
            let end = base.saturating_add(problem.at.end);
            self.defect(problem.kind, Span::new(start, end), sink);
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.at.saturating_add(start as u64), self.at.saturating_add(end as u64))
    }

    /// Opens a part whose header section starts here.
    fn open_part(&mut self, is_message: bool, sink: &mut impl Sink) {
        let parent = self.open.last().map(|open| open.part);
        let part = PartId(self.parts);
        self.parts += 1;
        self.open.push(Open {
            part,
            kind: PartKind::Leaf,
            is_message,
            is_digest: false,
            boundary: self.boundaries.len(),
            seen_delimiter: false,
            closed: false,
            body: Lines::default(),
        });
        self.pending.clear(self.at, self.lines);
        self.boundaries.retract();
        let line = if self.config.count_lines { self.lines.count() + 1 } else { 0 };
        sink.part_start(part, parent, self.at, line);
        self.state = if is_message { State::Start } else { State::Header };
    }

    /// Skips what programs put before the header of a message: a byte order mark, the separator
    /// line of an mbox.
    fn start(&mut self, window: &[u8], eof: bool, sink: &mut impl Sink) -> Option<usize> {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        const FROM: &[u8] = b"From ";
        if self.open.is_empty() {
            self.open_part(true, sink);
            self.state = State::Start;
        }
        for prefix in [MARK, FROM] {
            if !eof && window.len() < prefix.len() && prefix.starts_with(window) {
                return None;
            }
        }
        if window.starts_with(MARK) {
            self.defect(DefectKind::NotAField, self.span(0, MARK.len()), sink);
            return Some(self.consume_to(window, MARK.len()));
        }
        if window.starts_with(FROM) {
            let line = window.get(..LONGEST_NAME.min(window.len())).unwrap_or_default();
            // `From  :` is an obsolete form of the field.
            let is_field = matches!(field_name(line), Name::Blank(_));
            match memchr(b'\n', line) {
                Some(_) if is_field => {}
                Some(end) => {
                    self.defect(DefectKind::MboxLine, self.span(0, end + 1), sink);
                    self.state = State::Header;
                    return Some(self.consume_to(window, end + 1));
                }
                None if !eof && line.len() < LONGEST_NAME => return None,
                None => {}
            }
        }
        self.state = State::Header;
        Some(0)
    }

    /// Reads one line of a header section, with its continuation lines.
    fn header(&mut self, window: &[u8], eof: bool, sink: &mut impl Sink) -> Option<usize> {
        match *window {
            [] if eof => return self.end_header(window, 0, sink),
            [] => return None,
            [b'\n', ..] => return self.blank_line(window, 1, sink),
            [b'\r', b'\n', ..] => return self.blank_line(window, 2, sink),
            [b'\r', ..] => {
                let crs = window.iter().take(LONGEST_LINE_END).take_while(|&&b| b == b'\r').count();
                match window.get(crs) {
                    Some(b'\n') => {
                        self.defect(DefectKind::DoubledCr, self.span(0, crs + 1), sink);
                        return self.end_header(window, crs + 1, sink);
                    }
                    None if !eof => return None,
                    _ => {}
                }
            }
            [b'-'] if !eof => return None,
            [b'-', b'-', ..] if !self.boundaries.is_empty() => {
                let (_, found) = self.delimiter_line(window, 0, eof)?;
                if found.is_some() {
                    return self.end_header(window, 0, sink);
                }
            }
            _ => {
                let used = self.plain_fields(window, sink);
                if used > 0 {
                    return Some(self.consume_to(window, used));
                }
            }
        }
        let end = self.field_end(window, eof, sink)?;
        let limit = self.config.limits.field_bytes.max(1) as usize;
        let end = if end > limit {
            self.defect(DefectKind::FieldTooLong, self.span(0, limit), sink);
            self.state = State::LongField;
            limit
        } else {
            end
        };
        let field = window.get(..end).unwrap_or(window);
        let (name_len, defect) = match field_name(field) {
            Name::Valid(len) => (len, None),
            Name::Blank(len) => (len, Some(DefectKind::BlankBeforeColon)),
            Name::Invalid(0) => (0, Some(DefectKind::EmptyName)),
            Name::Invalid(len) => (len, Some(DefectKind::InvalidName)),
            Name::NoField => return self.no_field(window, end, eof, sink),
        };
        self.pending.after_blank_line = self.line > 0 && {
            let last = field.get(self.line..).unwrap_or_default();
            trim(last).is_empty()
        };
        if self.pending.after_blank_line {
            self.defect(DefectKind::BlankContinuation, self.span(self.line, end), sink);
        }
        let span = self.span(0, end);
        if let Some(kind) = defect {
            self.defect(kind, Span::new(span.start, span.start + name_len as u64), sink);
        }
        let name = field.get(..name_len).unwrap_or_default();
        let known =
            if defect == Some(DefectKind::InvalidName) { Known::Other } else { Known::of(name) };
        if self.may_list_field(span, sink) {
            let name_len = u16::try_from(name_len).unwrap_or(0);
            sink.field(self.top(), span, name_len, known);
            if known != Known::Other {
                self.known_field(known, field, name, span, sink);
            }
        }
        self.pending.fields = true;
        Some(self.consume(field))
    }

    /// Reads fields as long as they are complete and have nothing unusual about them. Returns
    /// where they end.
    fn plain_fields(&mut self, window: &[u8], sink: &mut impl Sink) -> usize {
        let part = self.top();
        let limits = &self.config.limits;
        let field_limit = limits.field_bytes as usize;
        let mut left = limits.fields.saturating_sub(self.fields);
        let read = self.at.saturating_sub(self.pending.start);
        let section_limit = u64::from(limits.header_bytes).saturating_sub(read);
        let mut start = 0;
        while self.refused.is_none() {
            let Some(rest) = window.get(start..) else { break };
            let name_len = rest.iter().position(|&byte| !is_name(byte)).unwrap_or(rest.len());
            if name_len == 0 || name_len >= LONGEST_NAME || rest.get(name_len) != Some(&b':') {
                break;
            }
            let Some(len) = plain_field_end(rest, name_len + 1) else { break };
            let end = start + len;
            if left == 0 || len > field_limit || end as u64 > section_limit {
                break;
            }
            left -= 1;
            self.fields += 1;
            let (Some(field), Some(name)) = (rest.get(..len), rest.get(..name_len)) else { break };
            let known = Known::of(name);
            let span = self.span(start, end);
            sink.field(part, span, u16::try_from(name_len).unwrap_or(0), known);
            if known != Known::Other {
                self.known_field(known, field, name, span, sink);
            }
            start = end;
        }
        if start > 0 {
            self.pending.fields = true;
            self.pending.after_blank_line = false;
        }
        start
    }

    /// Finds the end of the field at the start of the window: a line end that no blank follows.
    fn field_end(&mut self, window: &[u8], eof: bool, sink: &mut impl Sink) -> Option<usize> {
        let limit = self.config.limits.field_bytes.max(1) as usize;
        loop {
            let rest = window.get(self.searched..).unwrap_or_default();
            let Some(found) = memchr(b'\n', rest) else {
                if eof || window.len() > limit {
                    return Some(window.len());
                }
                self.searched = window.len();
                return None;
            };
            let next = self.searched + found + 1;
            match window.get(next) {
                Some(b' ' | b'\t') if next <= limit => {
                    let line = window.get(self.line..next).unwrap_or_default();
                    if self.line > 0 && trim(line).is_empty() {
                        let span = self.span(self.line, next);
                        self.defect(DefectKind::BlankContinuation, span, sink);
                    }
                    self.searched = next;
                    self.line = next;
                }
                None if !eof && next <= limit => {
                    self.searched = next - 1;
                    return None;
                }
                _ => return Some(next),
            }
        }
    }

    /// Deals with a line that is no field.
    ///
    /// A header section goes on behind it if it had fields before and the next line looks like
    /// part of one; this is [RFC 7103, section
    /// 7.2](https://www.rfc-editor.org/rfc/rfc7103#section-7.2), looking one line ahead. Otherwise
    /// the body starts here. So it does behind a line of blanks that was meant to be blank.
    fn no_field(
        &mut self,
        window: &[u8],
        end: usize,
        eof: bool,
        sink: &mut impl Sink,
    ) -> Option<usize> {
        let line = window.get(..end).unwrap_or(window);
        let continuation = matches!(line, [b' ' | b'\t', ..]);
        if self.state == State::LongField && !continuation {
            return self.end_header(window, 0, sink);
        }
        if continuation {
            // Only the first line of a section can be one.
            let kind = if trim(line).is_empty() {
                DefectKind::LeadingBlankLine
            } else {
                DefectKind::LeadingContinuation
            };
            self.defect(kind, self.span(0, end), sink);
        } else {
            if !self.pending.fields
                || self.pending.after_blank_line
                || line.starts_with(b"--")
                || !self.header_goes_on(window.get(end..).unwrap_or_default(), eof)?
            {
                return self.end_header(window, 0, sink);
            }
            self.defect(DefectKind::NotAField, self.span(0, end), sink);
        }
        let span = self.span(0, end);
        if self.may_list_field(span, sink) {
            sink.field(self.top(), span, 0, Known::Other);
        }
        Some(self.consume(line))
    }

    /// Returns whether a line looks as if it belonged to a header section.
    fn header_goes_on(&self, next: &[u8], eof: bool) -> Option<bool> {
        let next = next.get(..LONGEST_NAME.min(next.len())).unwrap_or_default();
        let known = next.iter().any(|&byte| matches!(byte, b'\n' | b':'));
        if !known && !eof && next.len() < LONGEST_NAME {
            return None;
        }
        let blank = matches!(next, [] | [b'\n', ..] | [b'\r', b'\n', ..] | [b'\r', b'\r', ..]);
        Some(blank || matches!(field_name(next), Name::Valid(_) | Name::Blank(_)))
    }

    fn may_list_field(&mut self, span: Span, sink: &mut impl Sink) -> bool {
        let limit = u64::from(self.config.limits.header_bytes);
        let kind = if self.fields >= self.config.limits.fields {
            DefectKind::TooManyFields
        } else if span.end.saturating_sub(self.pending.start) > limit {
            DefectKind::HeaderTooLong
        } else {
            self.fields += 1;
            return true;
        };
        if !self.pending.cut {
            self.pending.cut = true;
            self.defect(kind, span, sink);
        }
        false
    }

    /// Skips the rest of a field that was cut.
    fn long_field(&mut self, window: &[u8], eof: bool) -> Option<usize> {
        let mut from = 0;
        while let Some(found) = memchr(b'\n', window.get(from..).unwrap_or_default()) {
            let next = from + found + 1;
            match window.get(next) {
                Some(b' ' | b'\t') => from = next,
                None if !eof => return (next > 1).then(|| self.consume_to(window, next - 1)),
                _ => {
                    self.state = State::Header;
                    return Some(self.consume_to(window, next));
                }
            }
        }
        if eof {
            self.state = State::Header;
        } else if window.is_empty() {
            return None;
        }
        Some(self.consume(window))
    }

    /// Takes note of a field that decides about structure, and of one too many.
    fn known_field(
        &mut self,
        known: Known,
        field: &[u8],
        name: &[u8],
        span: Span,
        sink: &mut impl Sink,
    ) {
        let is_message = self.open.last().is_some_and(|open| open.is_message);
        let single = if is_message { SINGLE_IN_MESSAGE } else { SINGLE };
        let again = self.pending.seen & known.bit() != 0;
        if again && single & known.bit() != 0 {
            self.defect(DefectKind::DuplicateField, span, sink);
        }
        self.pending.seen |= known.bit();
        if !matches!(known, Known::ContentType | Known::ContentTransferEncoding)
            || again && self.config.policy.duplicate_field == Pick::First
        {
            return;
        }
        let colon = memchr(b':', field).map_or(name.len(), |colon| colon + 1);
        let value = trim_end(field.get(colon..).unwrap_or_default());
        let base = span.start.saturating_add(colon as u64);
        if known == Known::ContentType {
            self.pending.type_span = span;
            self.content_type(value, base, sink);
        } else {
            self.pending.encoding_span = span;
            let mut problems = Problems::new();
            self.pending.encoding = Some(transfer_encoding(value, &mut problems));
            self.problems(&problems, base, sink);
        }
    }

    fn content_type(&mut self, value: &[u8], base: u64, sink: &mut impl Sink) {
        self.pending.kind = None;
        self.pending.is_digest = false;
        self.boundaries.retract();
        match plain_media(value, self.config.limits.parameters) {
            Some(Media::Leaf) => self.pending.kind = Some(PartKind::Leaf),
            Some(Media::Multipart { is_digest, boundary, at: (start, end) }) => {
                self.pending.is_digest = is_digest;
                self.pending.kind = Some(PartKind::Multipart);
                let at = Span::new(base + start as u64, base + end as u64);
                self.check_boundary(boundary, at, sink);
            }
            None => self.any_content_type(value, base, sink),
        }
    }

    fn any_content_type(&mut self, value: &[u8], base: u64, sink: &mut impl Sink) {
        let mut problems = Problems::new();
        let content_type = ContentType::parse_with(value, &mut problems);
        self.problems(&problems, base, sink);
        if content_type.is_kind("message") {
            let subtype = content_type.subtype();
            if subtype.eq_ignore_ascii_case("rfc822") || subtype.eq_ignore_ascii_case("global") {
                self.pending.kind = Some(PartKind::Message);
            }
            return;
        }
        if !content_type.is_kind("multipart") {
            self.pending.kind = Some(PartKind::Leaf);
            return;
        }
        self.pending.is_digest = content_type.subtype().eq_ignore_ascii_case("digest");
        self.pending.kind = Some(PartKind::Multipart);
        let base = base.saturating_add(content_type.parameters_offset() as u64);
        let mut problems = Problems::new();
        let parameters = content_type
            .parameters()
            .with(self.config.policy.duplicate_parameter, self.config.limits.parameters);
        let boundary = parameters.find("boundary", &mut problems);
        let Some(boundary) = boundary else {
            self.problems(&problems, base, sink);
            let end = base.saturating_sub(1);
            self.defect(DefectKind::MissingBoundary, Span::new(end, end), sink);
            return;
        };
        if boundary.extended {
            problems.add(DefectKind::ExtendedBoundary, boundary.at.0 as u64, boundary.at.1 as u64);
        }
        for problem in &problems {
            let kind = match problem.kind {
                DefectKind::DuplicateParameter => DefectKind::DuplicateBoundary,
                kind => kind,
            };
            let span = Span::new(
                base.saturating_add(problem.at.start),
                base.saturating_add(problem.at.end),
            );
            self.defect(kind, span, sink);
        }
        let at = Span::new(
            base.saturating_add(boundary.at.0 as u64),
            base.saturating_add(boundary.at.1 as u64),
        );
        let place = content_type.parameters_offset() + boundary.at.0;
        let quoted = value.get(place) == Some(&b'"') || boundary.extended;
        if !quoted && boundary.bytes.iter().copied().any(is_blank) {
            self.defect(DefectKind::UnquotedBoundary, at, sink);
        }
        self.check_boundary(&boundary.bytes, at, sink);
    }

    fn check_boundary(&mut self, value: &[u8], at: Span, sink: &mut impl Sink) {
        let boundary = trim_end(value);
        if boundary.len() != value.len() {
            self.defect(DefectKind::BoundaryTrailingBlank, at, sink);
        }
        if boundary.is_empty() {
            self.defect(DefectKind::EmptyBoundary, at, sink);
        } else if boundary.len() > 70 {
            self.defect(DefectKind::LongBoundary, at, sink);
        }
        if !boundary.iter().copied().all(is_bchar) || boundary.first() == Some(&b' ') {
            self.defect(DefectKind::InvalidBoundary, at, sink);
        }
        let relation = self.boundaries.propose(boundary);
        if boundary.is_empty() || boundary.len() > LONGEST_LINE - 2 {
            self.boundaries.retract();
        }
        match relation {
            Relation::New => {}
            Relation::Same => self.defect(DefectKind::ReusedBoundary, at, sink),
            Relation::Prefix => self.defect(DefectKind::PrefixBoundary, at, sink),
        }
    }

    /// Ends the header section with a blank line.
    fn blank_line(&mut self, window: &[u8], len: usize, sink: &mut impl Sink) -> Option<usize> {
        if self.open.len() == 1 && !self.pending.fields {
            self.defect(DefectKind::LeadingBlankLine, self.span(0, len), sink);
        }
        self.end_header(window, len, sink)
    }

    /// Ends the header section, behind a blank line of `blank` bytes if there is one.
    fn end_header(&mut self, window: &[u8], blank: usize, sink: &mut impl Sink) -> Option<usize> {
        let used = self.consume_to(window, blank);
        if blank == 0 && !window.is_empty() {
            self.defect(DefectKind::MissingBlankLine, self.span(0, 0), sink);
        }
        let encoding = self.pending.encoding.unwrap_or_default();
        let parent = self.open.len().checked_sub(2).and_then(|below| self.open.get(below));
        let in_digest = parent.is_some_and(|parent| parent.is_digest);
        let default = if in_digest { PartKind::Message } else { PartKind::Leaf };
        let has_type = self.pending.seen & Known::ContentType.bit() != 0;
        let mut kind = match self.pending.kind {
            Some(kind) => kind,
            None if has_type => PartKind::Leaf,
            None => default,
        };
        let type_span = self.pending.type_span;
        if kind == PartKind::Multipart {
            if !encoding.is_identity() || encoding == TransferEncoding::Unknown {
                self.defect(DefectKind::EncodedMultipart, self.pending.encoding_span, sink);
            }
            if !self.boundaries.is_pending() {
                kind = PartKind::Leaf;
            }
        }
        if kind == PartKind::Message && !encoding.is_identity() {
            self.defect(DefectKind::EncodedMessage, self.pending.encoding_span, sink);
            kind = PartKind::Leaf;
        }
        if kind != PartKind::Leaf && self.open.len() > usize::from(self.config.limits.depth) {
            self.defect(DefectKind::TooDeep, type_span, sink);
            kind = PartKind::Leaf;
        }
        if kind == PartKind::Message && self.parts >= self.config.limits.parts {
            self.defect(DefectKind::TooManyParts, type_span, sink);
            kind = PartKind::Leaf;
        }
        let part = self.top();
        let lines = self.lines.since(self.pending.lines);
        sink.header_end(part, self.at, kind, encoding, lines);
        let is_digest = self.pending.is_digest;
        if let Some(open) = self.open.last_mut() {
            open.kind = kind;
            open.is_digest = is_digest;
            open.body = self.lines;
        }
        self.state = State::Body { line_start: true };
        match kind {
            PartKind::Multipart => self.boundaries.open(),
            PartKind::Message => self.open_part(true, sink),
            PartKind::Leaf => {}
        }
        Some(used)
    }

    /// Looks at the line that begins with two hyphens at `start`. Returns where it ends, with its
    /// line break, and what it delimits; `None` where its end is not known yet.
    fn delimiter_line(
        &self,
        window: &[u8],
        start: usize,
        eof: bool,
    ) -> Option<(usize, Option<Found>)> {
        let rest = window.get(start + 2..).unwrap_or_default();
        match rest.first() {
            Some(&byte) if !self.boundaries.may_start(byte) => return Some((start + 2, None)),
            None if !eof => return None,
            _ => {}
        }
        // Nothing needs to be set up to see that a line is too short.
        let shortest = rest.get(..self.boundaries.shortest()).unwrap_or_default();
        if let Some(end) = shortest.iter().position(|&byte| byte == b'\n') {
            return Some((start + 2 + end + 1, None));
        }
        let line = rest.get(..(LONGEST_LINE + 1).min(rest.len())).unwrap_or_default();
        let (line, used) = match memchr(b'\n', line) {
            Some(end) => (line.get(..end).unwrap_or_default(), end + 1),
            None if line.len() > LONGEST_LINE => return Some((start + 2, None)),
            None if eof => (line, line.len()),
            None => return None,
        };
        Some((start + 2 + used, self.boundaries.find(line)))
    }

    /// Reads a stretch of a body: up to the next delimiter line, or as far as there is none.
    fn body(
        &mut self,
        window: &[u8],
        eof: bool,
        line_start: bool,
        sink: &mut impl Sink,
    ) -> Option<usize> {
        if self.boundaries.is_empty() {
            if window.is_empty() && !eof {
                return None;
            }
            return Some(self.body_bytes(window, window.len(), eof, sink));
        }
        // The line to look at begins at `line`; its line break, if it has one, at `end`.
        let mut line = 0;
        let mut end = 0;
        if !line_start {
            (end, line) = match self.next_candidate(window, 0) {
                Some(place) => place,
                None => return self.body_tail(window, eof, sink),
            };
        } else if !window.starts_with(b"--") {
            if !eof && b"--".starts_with(window) {
                return None;
            }
            (end, line) = match self.next_candidate(window, 0) {
                Some(place) => place,
                None => return self.body_tail(window, eof, sink),
            };
        }
        loop {
            let next = match self.delimiter_line(window, line, eof) {
                None if end > 0 => return Some(self.body_bytes(window, end, false, sink)),
                None => return None,
                Some((next, Some(found))) => {
                    if let Some(used) = self.delimiter(window, end, next, found, sink) {
                        return Some(used);
                    }
                    next
                }
                Some((next, None)) => next,
            };
            // The line break of this line may be the one before the next delimiter.
            (end, line) = match self.next_candidate(window, next - 1) {
                Some(place) => place,
                None => return self.body_tail(window, eof, sink),
            };
        }
    }

    /// Finds the next line that begins with two hyphens. Returns where the line break before it
    /// begins, and where it begins itself.
    ///
    /// Most content has so few hyphens that looking for one byte is faster than looking for three.
    #[inline]
    fn next_candidate(&mut self, window: &[u8], from: usize) -> Option<(usize, usize)> {
        const FEW: usize = 8;
        if let Some([b'\n', b'-', b'-', ..]) = window.get(from..) {
            return Some(candidate(window, from));
        }
        let mut at = from;
        for _ in 0..FEW {
            at += memchr(b'-', window.get(at..)?)?;
            if at > from && window.get(at - 1) == Some(&b'\n') && window.get(at + 1) == Some(&b'-')
            {
                return Some(candidate(window, at - 1));
            }
            at += 1;
        }
        let finder = self.finder.get_or_insert_with(|| Finder::new(b"\n--"));
        let at = at - 1;
        let found = at + finder.find(window.get(at..)?)?;
        Some(candidate(window, found))
    }

    /// Takes a window without delimiter, except for what may begin one.
    fn body_tail(&mut self, window: &[u8], eof: bool, sink: &mut impl Sink) -> Option<usize> {
        if eof {
            return Some(self.body_bytes(window, window.len(), true, sink));
        }
        let held = match window {
            [.., b'\r', b'\n', b'-'] => 3,
            [.., b'\r', b'\n'] | [.., b'\n', b'-'] => 2,
            [.., b'\r' | b'\n'] => 1,
            _ => 0,
        };
        match window.len().saturating_sub(held) {
            0 => None,
            end => Some(self.body_bytes(window, end, false, sink)),
        }
    }

    /// Tells about body bytes and moves over them. With `last` everything ends behind them.
    fn body_bytes(&mut self, window: &[u8], end: usize, last: bool, sink: &mut impl Sink) -> usize {
        let span = self.span(0, end);
        if !span.is_empty() {
            sink.body(self.top(), span);
            self.state = State::Body { line_start: false };
        }
        let used = self.consume_to(window, end);
        if last {
            self.close_above(0, sink);
            self.state = State::Done;
        }
        used
    }

    /// Deals with a delimiter line that ends at `next`, its line break before it included from
    /// `end` on. Returns `None` where it delimits nothing.
    fn delimiter(
        &mut self,
        window: &[u8],
        end: usize,
        next: usize,
        found: Found,
        sink: &mut impl Sink,
    ) -> Option<usize> {
        let index = self
            .open
            .rposition(|open| open.kind == PartKind::Multipart && open.boundary == found.number)?;
        let multipart = self.open.get(index)?;
        if multipart.closed {
            let at = self.span(end, next);
            self.defect_of(DefectKind::DelimiterAfterClose, multipart.part, at, sink);
            return None;
        }
        let full = !found.close && self.parts >= self.config.limits.parts;
        if end > 0 {
            sink.body(self.top(), self.span(0, end));
            self.consume_to(window, end);
        }
        self.close_above(index + 1, sink);
        // The line break behind a closing delimiter is the first of the epilogue, or part of the
        // delimiter that follows: what is inside of the one around it ends before.
        let next = match found.close {
            true => end + trim_line_end(window.get(end..next).unwrap_or_default()).len(),
            false => next,
        };
        let span = self.span(0, next - end);
        sink.delimiter(multipart.part, span, found.close || full);
        self.consume(window.get(end..next).unwrap_or_default());
        if let Some(open) = self.open.get_mut(index) {
            open.seen_delimiter = true;
            open.closed = found.close || full;
        }
        if found.close && self.boundaries.is_repeated(found.number) {
            // From here on the line delimits what encloses it.
            self.boundaries.truncate(found.number);
        }
        self.state = State::Body { line_start: !found.close };
        if full {
            self.defect(DefectKind::TooManyParts, span, sink);
        } else if !found.close {
            self.open_part(false, sink);
        }
        Some(next)
    }

    /// Closes the open parts from an index on, innermost first.
    fn close_above(&mut self, index: usize, sink: &mut impl Sink) {
        while self.open.len() > index {
            let Some(open) = self.open.last() else { return };
            if open.kind == PartKind::Multipart {
                let here = self.span(0, 0);
                if !open.seen_delimiter {
                    self.defect(DefectKind::MissingStartDelimiter, here, sink);
                } else if !open.closed {
                    self.defect(DefectKind::MissingCloseDelimiter, here, sink);
                }
                self.boundaries.truncate(open.boundary);
            }
            let lines = self.lines.since(open.body);
            sink.part_end(open.part, self.at, lines);
            self.open.pop();
        }
    }
}

/// Returns a line without its line break.
fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Where the line break at `lf` begins, and the line behind it.
#[inline]
fn candidate(window: &[u8], lf: usize) -> (usize, usize) {
    let cr = lf > 0 && window.get(lf - 1) == Some(&b'\r');
    (lf - usize::from(cr), lf + 1)
}

/// Reads a transfer encoding.
///
/// ```abnf
/// encoding := "Content-Transfer-Encoding" ":" mechanism
/// ```
///
/// [RFC 2045, section 6](https://www.rfc-editor.org/rfc/rfc2045#section-6)
pub(crate) fn transfer_encoding(value: &[u8], problems: &mut Problems) -> TransferEncoding {
    use crate::header::syntax::{Cursor, is_token};

    let mut cursor = Cursor::new(value);
    let mut damaged = cursor.skip_blanks_and_comments();
    let name = if cursor.peek() == Some(b'"') {
        damaged = true;
        trim(cursor.quoted().0)
    } else {
        cursor.take_while(is_token)
    };
    cursor.skip_blanks_and_comments();
    let len = value.len() as u64;
    let encoding =
        core::str::from_utf8(name).map_or(TransferEncoding::Unknown, TransferEncoding::from_name);
    if name.is_empty() || encoding == TransferEncoding::Unknown {
        problems.add(DefectKind::UnknownEncoding, 0, len);
        return if trim(value).is_empty() { TransferEncoding::SevenBit } else { encoding };
    }
    if damaged || trim(value).len() != name.len() {
        problems.add(DefectKind::InvalidEncoding, 0, len);
    }
    encoding
}
