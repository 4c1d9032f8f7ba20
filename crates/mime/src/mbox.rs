//! Mailboxes of many messages in one file: read in pieces, and written.
//!
//! ```abnf
//! mbox = *message-entry
//! message-entry = "From " addr-spec SP timestamp LF message blank-line
//! ```
//!
//! [RFC 4155, appendix A](https://www.rfc-editor.org/rfc/rfc4155#appendix-A). There are four
//! dialects, which differ in what they do with lines of a message that begin with `From `.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use memchr::memchr;

use crate::Span;
use crate::header::DateTime;

/// How a mailbox tells separator lines from lines of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Lines that begin with `From ` have a `>` before them; one that had it before has no other.
    /// It is not known which is which, so nothing is taken off when reading.
    Mboxo,
    /// Lines that begin with `From `, or with any number of `>` and `From `, have one `>` more.
    #[default]
    Mboxrd,
    /// As [`Mboxo`](Self::Mboxo), with a `Content-Length` field that is followed.
    Mboxcl,
    /// Nothing is changed; only a `Content-Length` field tells where a message ends.
    Mboxcl2,
}

/// What a [`Splitter`] met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A message begins, with its separator line, which has no line break here.
    Start {
        /// The separator line from `From ` on.
        line: &'a [u8],
        /// Where the line is in the mailbox, with its line break.
        span: Span,
    },
    /// A piece of the message, with what the dialect has added to its lines taken off.
    Chunk(&'a [u8]),
    /// The message ends; the blank line behind it does not belong to it.
    End {
        /// Where in the mailbox.
        at: u64,
    },
}

/// A mailbox being read in pieces.
///
/// A separator line begins with `From ` and stands at the start or behind a blank line. Bytes
/// before the first one belong to no message and are skipped. What is held is one line.
///
/// # Example
///
/// ```
/// use mime::mbox::{Dialect, Event, Splitter};
///
/// let mut splitter = Splitter::new(Dialect::Mboxrd);
/// splitter.receive(b"From a@b Thu Jan  1 00:00:00 1970\nSubject: 1\n\n>From me\n\nFrom c@d Thu ");
/// splitter.receive(b"Jan  1 00:00:00 1970\nSubject: 2\n\n");
/// splitter.receive_eof();
/// let mut messages = Vec::new();
/// while let Some(event) = splitter.poll_event() {
///     match event {
///         Event::Start { .. } => messages.push(Vec::new()),
///         Event::Chunk(bytes) => messages.last_mut().unwrap().extend_from_slice(bytes),
///         _ => {}
///     }
/// }
/// assert_eq!(messages, [&b"Subject: 1\n\nFrom me\n"[..], b"Subject: 2\n"]);
/// ```
#[derive(Clone, Debug)]
pub struct Splitter {
    dialect: Dialect,
    buffer: Vec<u8>,
    /// Of the buffer: up to where it was dealt with.
    start: usize,
    /// Where the buffer starts in the mailbox.
    base: u64,
    queue: VecDeque<Piece>,
    state: State,
    eof: bool,
    /// What `Content-Length` says in the header section that is being read.
    length: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first separator line, at the start of a line.
    Outside,
    /// The same, within a line.
    OutsideLine,
    /// At a separator line.
    Separator,
    /// In the header section, at the start of a line.
    Header,
    /// In the body, at the start of a line.
    Body,
    /// In a line of the header section or the body whose start was looked at.
    Line {
        header: bool,
    },
    /// In a body of which so many bytes follow.
    Counted(u64),
    Done,
}

/// An event with places in the buffer instead of bytes.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Start { from: usize, end: usize, next: usize },
    Chunk { from: usize, to: usize },
    End { at: u64 },
}

/// A longer line is passed on in pieces.
const LONGEST_LINE: usize = 4096;
const FROM: &[u8] = b"From ";

impl Splitter {
    /// Creates a splitter at the start of a mailbox.
    pub fn new(dialect: Dialect) -> Self {
        Splitter {
            dialect,
            buffer: Vec::new(),
            start: 0,
            base: 0,
            queue: VecDeque::new(),
            state: State::Outside,
            eof: false,
            length: None,
        }
    }

    /// Takes the next bytes of the mailbox.
    pub fn receive(&mut self, bytes: &[u8]) {
        if self.queue.is_empty() && self.start > 0 {
            self.buffer.drain(..self.start);
            self.base = self.base.saturating_add(self.start as u64);
            self.start = 0;
        }
        if !self.eof {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Says that the mailbox ends with what was received.
    pub fn receive_eof(&mut self) {
        self.eof = true;
    }

    /// Returns the next event, `None` if there is none until more is received.
    pub fn poll_event(&mut self) -> Option<Event<'_>> {
        while self.queue.is_empty() {
            self.step()?;
        }
        Some(match self.queue.pop_front()? {
            Piece::Start { from, end, next } => Event::Start {
                line: self.buffer.get(from..end).unwrap_or_default(),
                span: Span::new(self.place(from), self.place(next)),
            },
            Piece::Chunk { from, to } => {
                Event::Chunk(self.buffer.get(from..to).unwrap_or_default())
            }
            Piece::End { at } => Event::End { at },
        })
    }

    fn place(&self, offset: usize) -> u64 {
        self.base.saturating_add(offset as u64)
    }

    /// Deals with what is at the start. `None` if more must be known.
    fn step(&mut self) -> Option<()> {
        let window = self.buffer.get(self.start..).unwrap_or_default();
        if window.is_empty() {
            let inside = !matches!(self.state, State::Outside | State::OutsideLine | State::Done);
            if !self.eof || self.state == State::Done {
                return None;
            }
            if inside {
                self.queue.push_back(Piece::End { at: self.place(self.start) });
            }
            self.state = State::Done;
            return Some(());
        }
        match self.state {
            State::Outside => {
                if self.may_become(window, FROM) {
                    return None;
                }
                self.state =
                    if window.starts_with(FROM) { State::Separator } else { State::OutsideLine };
            }
            State::OutsideLine => {
                let lf = memchr(b'\n', window);
                self.start += lf.map_or(window.len(), |lf| lf + 1);
                if lf.is_some() {
                    self.state = State::Outside;
                }
            }
            State::Separator => {
                let end = match memchr(b'\n', window) {
                    None if !self.eof && window.len() < LONGEST_LINE => return None,
                    lf => lf.map_or(window.len(), |lf| lf + 1),
                };
                let line = window.get(..end).unwrap_or_default();
                let text = line.strip_suffix(b"\n").unwrap_or(line);
                let text = text.strip_suffix(b"\r").unwrap_or(text).len();
                let from = self.start;
                self.queue.push_back(Piece::Start { from, end: from + text, next: from + end });
                self.start += end;
                self.length = None;
                self.state = State::Header;
            }
            State::Header => self.header_line()?,
            State::Body => self.body_lines()?,
            State::Line { header } => {
                let lf = memchr(b'\n', window);
                let len = lf.map_or(window.len(), |lf| lf + 1);
                if lf.is_some() {
                    self.state = if header { State::Header } else { State::Body };
                }
                self.chunk(len);
            }
            State::Counted(left) => {
                let len = usize::try_from(left).unwrap_or(usize::MAX).min(window.len());
                let left = left - len as u64;
                self.state = if left == 0 { State::Body } else { State::Counted(left) };
                self.chunk(len);
            }
            State::Done => self.start = self.buffer.len(),
        }
        Some(())
    }

    fn chunk(&mut self, len: usize) {
        self.queue.push_back(Piece::Chunk { from: self.start, to: self.start + len });
        self.start += len;
    }

    fn may_become(&self, window: &[u8], text: &[u8]) -> bool {
        !self.eof && window.len() < text.len() && text.starts_with(window)
    }

    fn header_line(&mut self) -> Option<()> {
        let window = self.buffer.get(self.start..).unwrap_or_default();
        let line = window.get(..LONGEST_LINE.min(window.len())).unwrap_or_default();
        let lf = memchr(b'\n', line);
        if lf.is_none() && !self.eof && line.len() < LONGEST_LINE {
            return None;
        }
        let len = lf.map_or(line.len(), |lf| lf + 1);
        let line = line.get(..len).unwrap_or_default();
        if lf.is_none() {
            self.state = State::Line { header: true };
        } else if matches!(line, b"\n" | b"\r\n") {
            let counted = matches!(self.dialect, Dialect::Mboxcl | Dialect::Mboxcl2);
            match self.length.filter(|&length| counted && length > 0) {
                Some(length) => self.state = State::Counted(length),
                None => return self.blank_line(len),
            }
        } else if let Some((name, value)) = line.split_at_checked(b"content-length:".len())
            && name.eq_ignore_ascii_case(b"content-length:")
        {
            let value = core::str::from_utf8(value).ok();
            self.length = value.and_then(|value| value.trim().parse().ok());
        }
        self.chunk(len);
        Some(())
    }

    /// Deals with a blank line, which may be the one behind the message.
    fn blank_line(&mut self, len: usize) -> Option<()> {
        let next = self.buffer.get(self.start + len..).unwrap_or_default();
        if next.is_empty() && self.eof || next.starts_with(FROM) {
            self.queue.push_back(Piece::End { at: self.place(self.start) });
            self.state = if next.is_empty() { State::Done } else { State::Separator };
            self.start += len;
        } else if self.may_become(next, FROM) {
            return None;
        } else {
            self.state = State::Body;
            self.chunk(len);
        }
        Some(())
    }

    /// Passes lines on, up to one that must be looked at.
    fn body_lines(&mut self) -> Option<()> {
        let window = self.buffer.get(self.start..).unwrap_or_default();
        let blank = match window {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            [b'\r'] if !self.eof => return None,
            _ => 0,
        };
        if blank > 0 {
            return self.blank_line(blank);
        }
        if window.first() == Some(&b'>') && self.dialect == Dialect::Mboxrd {
            let quotes = window.iter().take(LONGEST_LINE).take_while(|&&b| b == b'>').count();
            let text = window.get(quotes..).unwrap_or_default();
            if quotes < LONGEST_LINE && self.may_become(text, FROM) {
                return None;
            }
            if text.starts_with(FROM) {
                self.start += 1;
            }
            self.state = State::Line { header: false };
            return Some(());
        }
        let mut len = 0;
        while let Some(lf) = memchr(b'\n', window.get(len..).unwrap_or_default()) {
            len += lf + 1;
            if matches!(window.get(len), Some(b'\n' | b'\r' | b'>')) {
                break;
            }
        }
        if len == 0 {
            self.state = State::Line { header: false };
            len = window.len();
        }
        self.chunk(len);
        Some(())
    }
}

/// Writes a message at the end of a mailbox.
///
/// The sender stands in the separator line; an empty one is written as `MAILER-DAEMON`, and blanks
/// in it as `_`. The time is written in UTC. Line ends stay as they are; a last line without one
/// gets an LF.
///
/// # Example
///
/// ```
/// use mime::{header::DateTime, mbox::{Dialect, append}};
///
/// let mut out = Vec::new();
/// let date = DateTime::from_timestamp(0, 0).unwrap();
/// append(Dialect::Mboxrd, "a@b.test", &date, b"Subject: 1\n\nFrom me\n", &mut out);
/// assert_eq!(out, b"From a@b.test Thu Jan  1 00:00:00 1970\nSubject: 1\n\n>From me\n\n");
/// ```
pub fn append(dialect: Dialect, sender: &str, date: &DateTime, message: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(FROM);
    if sender.is_empty() {
        out.extend_from_slice(b"MAILER-DAEMON");
    }
    let blank = |byte: u8| if byte <= b' ' || byte == 0x7f { b'_' } else { byte };
    out.extend(sender.bytes().map(blank));
    out.push(b' ');
    out.extend_from_slice(asctime(date).as_bytes());
    out.push(b'\n');
    let counted = matches!(dialect, Dialect::Mboxcl | Dialect::Mboxcl2);
    let mut in_header = true;
    let mut rest = message;
    while !rest.is_empty() {
        let len = memchr(b'\n', rest).map_or(rest.len(), |lf| lf + 1);
        let (line, next) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        rest = next;
        let blank = matches!(line, b"\n" | b"\r\n");
        if in_header && blank && counted {
            let body = quoted_len(dialect, rest);
            out.extend_from_slice(alloc::format!("Content-Length: {body}\n").as_bytes());
        }
        let old = line.get(..15).is_some_and(|n| n.eq_ignore_ascii_case(b"content-length:"));
        if in_header && counted && old {
            continue;
        }
        in_header &= !blank;
        if is_quoted(dialect, line) {
            out.push(b'>');
        }
        out.extend_from_slice(line);
    }
    if !message.ends_with(b"\n") {
        out.push(b'\n');
    }
    out.push(b'\n');
}

/// Returns whether a line gets a `>`.
fn is_quoted(dialect: Dialect, line: &[u8]) -> bool {
    let quotes = match dialect {
        Dialect::Mboxcl2 => return false,
        Dialect::Mboxrd => line.iter().take_while(|&&byte| byte == b'>').count(),
        Dialect::Mboxo | Dialect::Mboxcl => 0,
    };
    line.get(quotes..).is_some_and(|line| line.starts_with(FROM))
}

fn quoted_len(dialect: Dialect, body: &[u8]) -> usize {
    let quotes = body.split(|&byte| byte == b'\n').filter(|line| is_quoted(dialect, line)).count();
    let end = usize::from(!body.is_empty() && !body.ends_with(b"\n"));
    body.len() + quotes + end
}

/// `Thu Jan  1 00:00:00 1970`, in UTC.
fn asctime(date: &DateTime) -> alloc::string::String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let utc = DateTime::from_timestamp(date.timestamp(), 0);
    let date = utc.as_ref().unwrap_or(date);
    let days = date.timestamp().div_euclid(86_400);
    // The epoch was a Thursday.
    let day = usize::try_from((days + 4).rem_euclid(7)).ok().and_then(|day| DAYS.get(day));
    let month = usize::from(date.month).checked_sub(1).and_then(|month| MONTHS.get(month));
    alloc::format!(
        "{} {} {:2} {:02}:{:02}:{:02} {}",
        day.copied().unwrap_or("Thu"),
        month.copied().unwrap_or("Jan"),
        date.day,
        date.hour,
        date.minute,
        date.second,
        date.year,
    )
}
