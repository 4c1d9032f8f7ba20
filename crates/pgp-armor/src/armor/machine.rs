//! The state machine of the decoder: bytes of a window in, steps out.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::Range;

use memchr::{memmem, memrchr2};

use super::body::{self, Body, Written};
use super::line::{
    BEGIN, Blank, END, FRAME_LINE, Line, blank, field, find_line, frame, is_quote, starts_body,
};
use super::text::{self, Text, is_frame, is_hash_header, unquote};
use super::{Config, Crc, Fault, FaultKind};
use crate::{Error, Label, Note, NoteKind};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Input read in one step of a body.
const PIECE: usize = 64 << 10;

/// An event with places instead of bytes. Places are those of the input, but for decoded bytes,
/// which are in the buffers of the core.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Outside(Range<u64>),
    Begin { label: Label, at: u64, quote: Range<u64> },
    Header { at: u64, key: Range<u64>, value: Range<u64> },
    Declined(Fault),
    Data(Range<usize>),
    Text { signed: Range<usize>, shown: Range<usize> },
    Note(Note),
    End { label: Label, crc: Crc, span: Range<u64> },
}

#[derive(Clone, Debug)]
pub(super) struct Core {
    pub(super) config: Config,
    state: State,
    /// Where the window starts.
    at: u64,
    /// Up to where the window has been searched for a line end.
    searched: usize,
    block: Block,
    pub(super) steps: VecDeque<Step>,
    /// Decoded data, or text as it was signed.
    pub(super) data: Vec<u8>,
    /// Text as it is shown.
    pub(super) shown: Vec<u8>,
    pub(super) error: Option<Error>,
}

#[derive(Clone, Debug)]
enum State {
    /// Around blocks; whether the window starts a line.
    Outside {
        line_start: bool,
    },
    Headers,
    Body(Body),
    Head,
    Text(Text),
    Done,
}

/// What is known of the block being read.
#[derive(Clone, Debug)]
struct Block {
    label: Label,
    at: u64,
    quote: Vec<u8>,
    headers: usize,
    bad_header: bool,
    declined: bool,
    /// Kinds noted, as bits.
    noted: u32,
}

impl Block {
    fn new(label: Label, at: u64, quote: &[u8]) -> Self {
        Block {
            label,
            at,
            quote: quote.to_vec(),
            headers: 0,
            bad_header: false,
            declined: false,
            noted: 0,
        }
    }
}

impl Core {
    pub(super) fn new(config: Config) -> Self {
        Core {
            config,
            state: State::Outside { line_start: true },
            at: 0,
            searched: 0,
            block: Block::new(Label::Message, 0, b""),
            steps: VecDeque::new(),
            data: Vec::new(),
            shown: Vec::new(),
            error: None,
        }
    }

    pub(super) fn is_outside(&self) -> bool {
        matches!(self.state, State::Outside { .. } | State::Done)
    }

    /// Does the next thing. Returns how many bytes of the window are done with, `None` if more are
    /// needed, or if nothing is left.
    pub(super) fn advance(&mut self, window: &[u8], eof: bool) -> Option<usize> {
        if self.error.is_some() {
            return None;
        }
        if window.is_empty() {
            if eof {
                self.at_end();
            }
            return None;
        }
        let used = match &mut self.state {
            State::Outside { line_start } => {
                let line_start = *line_start;
                self.outside(window, eof, line_start)
            }
            State::Headers => self.headers(window, eof),
            State::Body(_) => self.body(window, eof),
            State::Head => self.head(window, eof),
            State::Text(_) => self.text(window, eof),
            State::Done => Some(window.len()),
        };
        match used {
            Some(used) => {
                self.at = self.at.saturating_add(used as u64);
                self.searched = 0;
                Some(used)
            }
            None => {
                self.searched = window.len().saturating_sub(1);
                None
            }
        }
    }

    /// The input has ended, and all of it has been read.
    fn at_end(&mut self) {
        match self.state {
            State::Outside { .. } => self.state = State::Done,
            State::Done => {}
            _ => {
                self.broken(self.at);
                if self.error.is_none() {
                    self.state = State::Done;
                }
            }
        }
    }

    /// Ends a block that has no END line.
    fn broken(&mut self, at: u64) {
        self.note(NoteKind::NoEnd, at);
        self.end(None, at, at);
    }

    fn push(&mut self, step: Step) {
        if self.error.is_none() {
            self.steps.push_back(step);
        }
    }

    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    fn note(&mut self, kind: NoteKind, at: u64) {
        let bit = 1u32 << kind as u8;
        if self.block.noted & bit != 0 {
            return;
        }
        self.block.noted |= bit;
        let note = Note::new(kind, at);
        self.push(Step::Note(note));
        if self.config.policy.refuses(kind) {
            self.fail(Error::Refused(note));
        }
    }

    fn place(&self, offset: usize) -> u64 {
        self.at.saturating_add(offset as u64)
    }

    fn range(&self, range: Range<usize>) -> Range<u64> {
        self.place(range.start)..self.place(range.end)
    }

    // ---- around blocks

    fn outside(&mut self, window: &[u8], eof: bool, line_start: bool) -> Option<usize> {
        let mut from = 0;
        while let Some(found) = window.get(from..).and_then(|rest| memmem::find(rest, BEGIN)) {
            let found = from + found;
            from = found + BEGIN.len();
            let Some(start) = self.line_start(window, found, line_start) else { continue };
            if !self.is_prefix(window, start..found) {
                continue;
            }
            let Some(end) = find_line(window, found, self.searched, eof) else {
                if window.len() - start > FRAME_LINE {
                    continue;
                }
                if start == 0 {
                    return None;
                }
                self.push(Step::Outside(self.range(0..start)));
                self.state = State::Outside { line_start: true };
                return Some(start);
            };
            let content = window.get(end.content.clone()).unwrap_or_default();
            let Some(label) = frame(content, BEGIN) else { continue };
            self.begin(window, label, start..found, &end);
            return Some(end.next);
        }
        // The last line may be the start of a BEGIN line.
        let last = memrchr2(b'\r', b'\n', window).map(|end| end + 1);
        let start = last.unwrap_or(0);
        let rest = window.get(start..).unwrap_or_default();
        let may_begin = !eof && (last.is_some() || line_start) && self.may_begin(rest, start);
        let used = if may_begin { start } else { window.len() };
        if used == 0 {
            return None;
        }
        self.push(Step::Outside(self.range(0..used)));
        let line_start = last == Some(used) || may_begin;
        self.state = State::Outside { line_start };
        Some(used)
    }

    /// Where the line starts in which a BEGIN line was found, unless that is too far away.
    fn line_start(&self, window: &[u8], found: usize, line_start: bool) -> Option<usize> {
        let far = self.config.limits.quote_prefix.max(BYTE_ORDER_MARK.len()).saturating_add(1);
        let floor = found.saturating_sub(far);
        match memrchr2(b'\r', b'\n', window.get(floor..found)?) {
            Some(end) => Some(floor + end + 1),
            None => (floor == 0 && line_start).then_some(0),
        }
    }

    /// Whether these bytes may stand before a BEGIN line: nothing, a quote, a byte order mark.
    fn is_prefix(&self, window: &[u8], range: Range<usize>) -> bool {
        let first = self.place(range.start) == 0;
        let prefix = window.get(range).unwrap_or_default();
        prefix.is_empty()
            || first && prefix == BYTE_ORDER_MARK
            || self.config.quoted
                && prefix.len() <= self.config.limits.quote_prefix
                && is_quote(prefix)
    }

    fn may_begin(&self, rest: &[u8], start: usize) -> bool {
        let mut rest = rest;
        if rest.is_empty() {
            return false;
        }
        if rest.len() > FRAME_LINE {
            return false;
        }
        if self.place(start) == 0 {
            if BYTE_ORDER_MARK.starts_with(rest) {
                return true;
            }
            rest = rest.strip_prefix(BYTE_ORDER_MARK).unwrap_or(rest);
        }
        if self.config.quoted {
            let len = rest.iter().position(|&byte| !is_quote(&[byte])).unwrap_or(rest.len());
            if len > self.config.limits.quote_prefix {
                return false;
            }
            rest = rest.get(len..).unwrap_or_default();
        }
        BEGIN.starts_with(rest) || rest.starts_with(BEGIN)
    }

    fn begin(&mut self, window: &[u8], label: Label, prefix: Range<usize>, line: &Line) {
        if prefix.start > 0 {
            self.push(Step::Outside(self.range(0..prefix.start)));
        }
        let at = self.place(prefix.start);
        let bytes = window.get(prefix.clone()).unwrap_or_default();
        let mark = bytes == BYTE_ORDER_MARK;
        let quote = if mark { b"" } else { bytes };
        self.block = Block::new(label.clone(), at, quote);
        let quote = if mark { prefix.end..prefix.end } else { prefix };
        self.state = if label == Label::SignedMessage { State::Head } else { State::Headers };
        self.push(Step::Begin { label, at, quote: self.range(quote) });
        if mark {
            self.note(NoteKind::ByteOrderMark, at);
        }
        if line.bare_cr {
            self.note(NoteKind::BareCr, self.place(line.content.end));
        }
    }

    // ---- lines of headers

    /// The next line: its content without a quote prefix, and its end. `None` if it is not whole
    /// yet or too long.
    fn line(&mut self, window: &[u8], eof: bool) -> Option<Line> {
        let limit = self.config.limits.line;
        let line = find_line(window, 0, self.searched, eof);
        let len = line.as_ref().map_or(window.len(), |line| line.content.end);
        if len > limit.saturating_add(usize::from(line.is_none())) {
            self.fail(Error::LineTooLong { limit });
            return None;
        }
        let mut line = line?;
        if line.bare_cr {
            self.note(NoteKind::BareCr, self.place(line.content.end));
        }
        if !self.block.quote.is_empty() {
            let content = window.get(line.content.clone()).unwrap_or_default();
            match unquote(content, &self.block.quote) {
                Some(len) => line.content.start += len,
                None => self.note(NoteKind::MissingQuote, self.at),
            }
        }
        Some(line)
    }

    fn headers(&mut self, window: &[u8], eof: bool) -> Option<usize> {
        let line = self.line(window, eof)?;
        let at = self.place(line.content.start);
        let content = window.get(line.content.clone()).unwrap_or_default();
        match blank(content) {
            Blank::Yes => {
                self.state = State::Body(Body::new());
                return Some(line.next);
            }
            Blank::Odd => {
                self.note(NoteKind::OddBlankLine, at);
                self.state = State::Body(Body::new());
                return Some(line.next);
            }
            Blank::No => {}
        }
        if frame(content, BEGIN).is_some() {
            self.broken(self.at);
            return Some(0);
        }
        if let Some(label) = frame(content, END) {
            self.note(NoteKind::NoBody, at);
            self.end(Some(label), at, self.place(line.next));
            return Some(line.next);
        }
        if self.header(content, line.content.start) {
            return Some(line.next);
        }
        if !self.block.bad_header && starts_body(content) {
            self.note(NoteKind::NoBlankLine, at);
            self.state = State::Body(Body::new());
            return Some(0);
        }
        self.block.bad_header = true;
        self.note(NoteKind::BadHeader, at);
        Some(line.next)
    }

    /// Reads a header line, if it is one.
    fn header(&mut self, content: &[u8], start: usize) -> bool {
        let Some(field) = field(content) else { return false };
        let limit = self.config.limits.headers;
        if self.block.headers >= limit {
            self.fail(Error::TooManyHeaders { limit });
            return true;
        }
        self.block.headers += 1;
        let at = self.place(start);
        let shift = |range: Range<usize>| start + range.start..start + range.end;
        if !field.spaced {
            self.note(NoteKind::NoSpaceAfterColon, at);
        }
        let value = content.get(field.value.clone()).unwrap_or_default();
        if str::from_utf8(value).is_err() {
            self.note(NoteKind::HeaderNotUtf8, at);
        }
        let key = self.range(shift(field.key));
        let value = self.range(shift(field.value));
        self.push(Step::Header { at, key, value });
        true
    }

    // ---- body

    fn body(&mut self, window: &[u8], eof: bool) -> Option<usize> {
        if !self.block.quote.is_empty() {
            return self.quoted_body(window, eof);
        }
        let (piece, eof) = match window.get(..PIECE) {
            Some(piece) if window.len() > PIECE => (piece, false),
            _ => (window, eof),
        };
        let (used, stop) = self.read_body(piece, 0, eof);
        if stop == body::Stop::More && used == 0 {
            return None;
        }
        if stop == body::Stop::Dash {
            let rest = window.get(used..).unwrap_or_default();
            return self.dash(rest, used, eof).map(|more| used + more);
        }
        Some(used)
    }

    /// Reads from a piece of the body that starts at `start` of the window, up to a stop.
    fn read_body(&mut self, piece: &[u8], start: usize, eof: bool) -> (usize, body::Stop) {
        let at = self.place(start);
        let from = self.data.len();
        let State::Body(body) = &mut self.state else { return (0, body::Stop::More) };
        let (used, stop) = body.read(piece, eof, at, &mut self.data);
        let data = self.data.get(from..).unwrap_or_default();
        if !data.is_empty() {
            if self.config.check_crc {
                body.sum(data);
            }
            self.push(Step::Data(from..self.data.len()));
        }
        if let body::Stop::Note(kind, offset) = stop {
            self.note(kind, self.place(start + offset));
        }
        (used, stop)
    }

    /// Reads a line of the body that starts with a dash. Returns how much of it is done with;
    /// `None` if it is not whole.
    fn dash(&mut self, rest: &[u8], start: usize, eof: bool) -> Option<usize> {
        let head = |frame: &[u8]| {
            let len = frame.len().min(rest.len());
            rest.get(..len) == frame.get(..len)
        };
        if head(BEGIN) || head(END) {
            match find_line(rest, 0, 0, eof) {
                Some(line) => {
                    let content = rest.get(line.content.clone()).unwrap_or_default();
                    let at = self.place(start);
                    if frame(content, BEGIN).is_some() {
                        self.broken(at);
                        return Some(0);
                    }
                    if let Some(label) = frame(content, END) {
                        if line.bare_cr {
                            self.note(NoteKind::BareCr, self.place(start + line.content.end));
                        }
                        self.end(Some(label), at, self.place(start + line.next));
                        return Some(line.next);
                    }
                }
                None if rest.len() > FRAME_LINE => {}
                None => return if start > 0 { Some(0) } else { None },
            }
        }
        self.note(NoteKind::InvalidByte, self.place(start));
        if let State::Body(body) = &mut self.state {
            body.skip_invalid();
        }
        Some(1)
    }

    /// Reads a line of a quoted body.
    fn quoted_body(&mut self, window: &[u8], eof: bool) -> Option<usize> {
        let line = self.line(window, eof)?;
        let content = window.get(line.content.start..line.next).unwrap_or_default();
        let mut pos = 0;
        while pos < content.len() {
            let rest = content.get(pos..).unwrap_or_default();
            let start = line.content.start + pos;
            let (used, stop) = self.read_body(rest, start, true);
            pos += used;
            if stop == body::Stop::Dash {
                let rest = content.get(pos..).unwrap_or_default();
                let used = self.dash(rest, start + used, true).unwrap_or(1);
                if self.is_outside() {
                    return Some(if used == 0 { 0 } else { line.next });
                }
                pos += used.max(1);
            }
        }
        Some(line.next)
    }

    /// Ends a block at its END line, or without one.
    fn end(&mut self, label: Option<Label>, at: u64, next: u64) {
        let state = core::mem::replace(&mut self.state, State::Outside { line_start: true });
        let mut crc = Crc::Absent;
        if let State::Body(mut body) = state {
            crc = self.end_body(&mut body, at);
        }
        if label.is_some_and(|label| label != self.block.label) {
            self.note(NoteKind::LabelMismatch, at);
        }
        let label = self.block.label.clone();
        self.push(Step::End { label, crc, span: self.block.at..next });
    }

    fn end_body(&mut self, body: &mut Body, at: u64) -> Crc {
        let from = self.data.len();
        let mut notes = Vec::new();
        let written = body.finish(at, &mut self.data, &mut |kind, at| notes.push((kind, at)));
        let data = self.data.get(from..).unwrap_or_default();
        if !data.is_empty() {
            if self.config.check_crc {
                body.sum(data);
            }
            self.push(Step::Data(from..self.data.len()));
        }
        for (kind, at) in notes {
            self.note(kind, at);
        }
        match written {
            Written::Absent => Crc::Absent,
            Written::Malformed => Crc::Malformed,
            Written::Value(written) if !self.config.check_crc => Crc::Unchecked(written),
            Written::Value(written) if written == body.computed() => Crc::Match,
            Written::Value(written) => {
                self.note(NoteKind::ChecksumMismatch, at);
                Crc::Mismatch { written, computed: body.computed() }
            }
        }
    }

    // ---- cleartext

    fn head(&mut self, window: &[u8], eof: bool) -> Option<usize> {
        let line = self.line(window, eof)?;
        let at = self.place(line.content.start);
        let content = window.get(line.content.clone()).unwrap_or_default();
        if blank(content) == Blank::Yes {
            self.state = State::Text(Text::new(&self.block.quote));
            return Some(line.next);
        }
        if is_frame(content) {
            self.broken(self.at);
            return Some(0);
        }
        if is_hash_header(content) && !line.bare_cr {
            self.header(content, line.content.start);
            return Some(line.next);
        }
        if !self.block.declined {
            self.block.declined = true;
            let kind = match field(content) {
                Some(_) if content.starts_with(b"Hash:") => FaultKind::Hash,
                Some(_) => FaultKind::Header,
                None => FaultKind::Line,
            };
            self.push(Step::Declined(Fault { kind, at }));
        }
        Some(line.next)
    }

    fn text(&mut self, window: &[u8], eof: bool) -> Option<usize> {
        let (piece, eof) = match window.get(..PIECE) {
            Some(piece) if window.len() > PIECE => (piece, false),
            _ => (window, eof),
        };
        let State::Text(text) = &mut self.state else { return None };
        let (signed, shown) = (self.data.len(), self.shown.len());
        let mut out = text::Out {
            signed: (!self.block.declined).then_some(&mut self.data),
            shown: &mut self.shown,
        };
        let limit = self.config.limits.line;
        let (used, stop) = text.read(piece, eof, limit, &mut out);
        if self.shown.len() > shown {
            let (signed, shown) = (signed..self.data.len(), shown..self.shown.len());
            self.push(Step::Text { signed, shown });
        }
        match stop {
            text::Stop::More if used == 0 => return None,
            text::Stop::More => {}
            text::Stop::Begin(true) => self.end(None, self.place(used), self.place(used)),
            text::Stop::Begin(false) => self.broken(self.place(used)),
            text::Stop::Dash(offset) => self.note(NoteKind::UnescapedDash, self.place(offset)),
            text::Stop::Unquoted(offset) => self.note(NoteKind::MissingQuote, self.place(offset)),
            text::Stop::TooLong => self.fail(Error::LineTooLong { limit }),
        }
        Some(used)
    }

    /// Returns whether everything was read and said.
    pub(super) fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Returns up to where the input has been read.
    pub(super) fn position(&self) -> u64 {
        self.at
    }
}
