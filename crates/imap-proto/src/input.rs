//! The receive buffer, and where units end in it.
//!
//! A unit is a line together with the literals that its lines announce and the lines that go on
//! after them. The search for its end is resumed where it stopped, so the cost is linear whatever
//! the sizes of the reads. Nothing here knows the grammar; whether a literal is wanted, and
//! whether it becomes part of the unit or streams, is asked from the machine above.

use alloc::vec::Vec;

use crate::literal::Announcement;

/// What `frame` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// More bytes are needed.
    Incomplete,
    /// A unit is complete.
    Unit,
    /// A line ends with the announcement of a literal. `unit` has everything up to and with this
    /// line; one of `inline`, `stream` and `skip` has to follow.
    Literal(Announcement),
    /// Some octets of a streamed literal are there: `chunk` has them.
    Chunk,
    /// The streamed literal is over.
    ChunksEnd,
    /// The unit is longer than the limit. `unit` has the beginning of it.
    TooLong,
    /// The end of a unit that was skipped.
    Skipped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Looking for the end of a line.
    Line,
    /// Waiting for the octets of a literal that is part of the unit.
    Inline { remaining: u64 },
    /// Handing on the octets of a literal.
    Stream { remaining: u64 },
    /// Throwing away octets of a literal, and then the rest of the unit.
    SkipLiteral { remaining: u64 },
    /// Throwing away the rest of a line, and of the unit.
    SkipLine,
}

/// An announcement is at most this long, and a bit: what is kept of a line that is thrown away.
const ANNOUNCEMENT: usize = 64;

#[derive(Debug)]
pub(crate) struct Input {
    buf: Vec<u8>,
    /// Where the unread part begins.
    start: usize,
    /// How much of the unread part was looked at already.
    scanned: usize,
    /// Where the present line begins in the unread part.
    line: usize,
    /// Length of the thing that was returned last, to be dropped with `release`.
    taken: usize,
    /// The beginning of the unit, if a literal of it streamed.
    held: Vec<u8>,
    /// Whether `held` is in use.
    holding: bool,
    /// Where in `held` literals streamed.
    streamed: Vec<usize>,
    /// Whether the unit that was finished last is in `held`.
    finished_held: bool,
    mode: Mode,
    eof: bool,
}

impl Input {
    pub(crate) const fn new() -> Self {
        Self {
            buf: Vec::new(),
            start: 0,
            scanned: 0,
            line: 0,
            taken: 0,
            held: Vec::new(),
            holding: false,
            streamed: Vec::new(),
            finished_held: false,
            mode: Mode::Line,
            eof: false,
        }
    }

    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        if self.start == self.buf.len() {
            self.buf.clear();
            self.start = 0;
        } else if self.start > self.buf.len() / 2 {
            self.buf.drain(..self.start);
            self.start = 0;
        }
        self.buf.extend_from_slice(bytes);
    }

    pub(crate) fn receive_eof(&mut self) {
        self.eof = true;
    }

    pub(crate) fn eof(&self) -> bool {
        self.eof
    }

    /// Unread bytes.
    pub(crate) fn len(&self) -> usize {
        self.unread().len().saturating_sub(self.taken)
    }

    /// Whether nothing of a unit has arrived.
    pub(crate) fn is_idle(&self) -> bool {
        self.len() == 0 && !self.holding && self.mode == Mode::Line
    }

    /// Forgets everything that arrived.
    pub(crate) fn clear(&mut self) {
        *self = Self { eof: self.eof, ..Self::new() };
    }

    fn unread(&self) -> &[u8] {
        self.buf.get(self.start..).unwrap_or_default()
    }

    /// The unit, or as much of it as there is, and the places in it where literals streamed.
    pub(crate) fn unit(&self) -> (&[u8], &[usize]) {
        if self.holding {
            (&self.held, &self.streamed)
        } else {
            (self.unread().get(..self.scanned).unwrap_or_default(), &[])
        }
    }

    /// What there is of the unit, whether it was looked at or not.
    pub(crate) fn beginning(&self) -> &[u8] {
        if self.holding { &self.held } else { self.unread() }
    }

    /// The unit that was finished last, until `release`.
    pub(crate) fn finished(&self) -> (&[u8], &[usize]) {
        if self.finished_held { (&self.held, &self.streamed) } else { (self.chunk(), &[]) }
    }

    /// The octets of a streamed literal.
    pub(crate) fn chunk(&self) -> &[u8] {
        self.unread().get(..self.taken).unwrap_or_default()
    }

    /// Drops the unit or the chunk that was returned last.
    pub(crate) fn release(&mut self) {
        self.start = self.start.saturating_add(self.taken).min(self.buf.len());
        self.taken = 0;
        if self.finished_held {
            self.finished_held = false;
            self.held.clear();
            self.held.shrink_to(1 << 16);
        }
        if self.start == self.buf.len() && self.buf.capacity() > 1 << 20 {
            self.buf = Vec::new();
            self.start = 0;
        }
    }

    /// Makes the literal just announced a part of the unit.
    pub(crate) fn inline(&mut self, size: u64) {
        self.mode = Mode::Inline { remaining: size };
    }

    /// Lets the literal just announced pass by in chunks.
    pub(crate) fn stream(&mut self, size: u64) {
        if !self.holding {
            self.held.clear();
            self.streamed.clear();
            self.holding = true;
            self.hold();
        }
        self.streamed.push(self.held.len());
        self.mode = Mode::Stream { remaining: size };
    }

    /// Throws the rest of the unit away, and `size` octets of a literal before it, or what is left
    /// of the literal that is being read.
    pub(crate) fn skip(&mut self, size: u64) {
        let remaining = match self.mode {
            Mode::Inline { remaining } | Mode::Stream { remaining } => remaining,
            _ => size,
        };
        self.start = self.start.saturating_add(self.line).min(self.buf.len());
        self.begin();
        self.mode = Mode::SkipLiteral { remaining };
    }

    /// Drops a unit that ends with the announcement of a literal that will not come.
    pub(crate) fn abandon(&mut self) {
        self.start = self.start.saturating_add(self.line).min(self.buf.len());
        self.begin();
    }

    /// Ends the unit that was just framed; `finished` has it until `release`.
    pub(crate) fn finish(&mut self) {
        let len = self.scanned;
        self.finished_held = self.holding;
        self.begin();
        self.taken = if self.finished_held { 0 } else { len };
    }

    fn begin(&mut self) {
        self.scanned = 0;
        self.line = 0;
        self.holding = false;
        self.mode = Mode::Line;
    }

    /// Moves what was scanned to the held beginning of the unit.
    fn hold(&mut self) {
        let scanned = self.scanned;
        let unread = self.buf.get(self.start..).unwrap_or_default();
        self.held.extend_from_slice(unread.get(..scanned).unwrap_or_default());
        self.start = self.start.saturating_add(scanned).min(self.buf.len());
        self.scanned = 0;
        self.line = 0;
    }

    /// Goes on. `literals` says whether lines can announce them here, and `limit` how long a unit
    /// may become.
    pub(crate) fn frame(&mut self, literals: bool, limit: usize) -> Frame {
        loop {
            match self.mode {
                Mode::Line => return self.frame_line(literals, limit),
                Mode::Inline { remaining } => {
                    let have = self.unread().len().saturating_sub(self.scanned);
                    let whole = self.held.len().saturating_add(self.scanned) as u64;
                    if whole.saturating_add(remaining) > limit as u64 {
                        return Frame::TooLong;
                    }
                    match usize::try_from(remaining) {
                        Ok(n) if n <= have => {
                            self.scanned = self.scanned.saturating_add(n);
                            self.line = self.scanned;
                            self.mode = Mode::Line;
                        }
                        _ => return Frame::Incomplete,
                    }
                }
                Mode::Stream { remaining: 0 } => {
                    self.mode = Mode::Line;
                    return Frame::ChunksEnd;
                }
                Mode::Stream { remaining } => {
                    let have = self.unread().len();
                    if have == 0 {
                        return Frame::Incomplete;
                    }
                    self.taken = usize::try_from(remaining).map_or(have, |n| n.min(have));
                    self.mode = Mode::Stream { remaining: remaining - self.taken as u64 };
                    return Frame::Chunk;
                }
                Mode::SkipLiteral { remaining } => {
                    let have = self.unread().len();
                    let n = usize::try_from(remaining).map_or(have, |n| n.min(have));
                    self.start = self.start.saturating_add(n);
                    let remaining = remaining - n as u64;
                    if remaining > 0 {
                        self.mode = Mode::SkipLiteral { remaining };
                        return Frame::Incomplete;
                    }
                    self.mode = Mode::SkipLine;
                }
                Mode::SkipLine => match self.skip_line() {
                    Some(Some(size)) => self.mode = Mode::SkipLiteral { remaining: size },
                    Some(None) => {
                        self.begin();
                        return Frame::Skipped;
                    }
                    None => return Frame::Incomplete,
                },
            }
        }
    }

    fn frame_line(&mut self, literals: bool, limit: usize) -> Frame {
        let unread = self.buf.get(self.start..).unwrap_or_default();
        let ahead = unread.get(self.scanned..).unwrap_or_default();
        let held = if self.holding { self.held.len() } else { 0 };
        let Some(lf) = memchr::memchr(b'\n', ahead) else {
            if held.saturating_add(unread.len()) > limit {
                return Frame::TooLong;
            }
            self.scanned = unread.len();
            return Frame::Incomplete;
        };
        let end = self.scanned.saturating_add(lf).saturating_add(1);
        if held.saturating_add(end) > limit {
            return Frame::TooLong;
        }
        let line = unread.get(self.line..end.saturating_sub(1)).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let announced = if literals { Announcement::at_end(line) } else { None };
        self.scanned = end;
        self.line = end;
        if self.holding {
            self.hold();
        }
        match announced {
            Some(announcement) => Frame::Literal(announcement),
            None => Frame::Unit,
        }
    }

    /// Throws a line away. `None` if its end is not there yet, `Some(Some(n))` if it announces a
    /// literal that comes without being asked for.
    fn skip_line(&mut self) -> Option<Option<u64>> {
        let unread = self.buf.get(self.start..).unwrap_or_default();
        let Some(lf) = memchr::memchr(b'\n', unread) else {
            let keep = unread.len().min(ANNOUNCEMENT);
            self.start = self.buf.len().saturating_sub(keep);
            return None;
        };
        let line = unread.get(..lf).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let announced = Announcement::at_end(line).filter(|a| !a.waits).map(|a| a.size);
        self.start = self.start.saturating_add(lf).saturating_add(1);
        Some(announced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    /// Runs bytes through a buffer in reads of a size; literals above 5 octets stream, those of
    /// exactly 666 octets are refused.
    fn run(bytes: &[u8], read: usize) -> Vec<Vec<u8>> {
        let mut input = Input::new();
        let mut seen: Vec<Vec<u8>> = Vec::new();
        for part in bytes.chunks(read) {
            input.receive(part);
            loop {
                input.release();
                match input.frame(true, 100) {
                    Frame::Incomplete => break,
                    Frame::Unit => {
                        input.finish();
                        seen.push([b"U:", input.finished().0].concat());
                    }
                    Frame::Literal(a) if a.size == 666 => {
                        seen.push(b"REFUSED".to_vec());
                        if a.waits {
                            input.abandon();
                        } else {
                            input.skip(a.size);
                        }
                    }
                    Frame::Literal(a) if a.size > 5 => input.stream(a.size),
                    Frame::Literal(a) => input.inline(a.size),
                    Frame::Chunk => match seen.last_mut() {
                        Some(last) if last.starts_with(b"C:") => last.extend(input.chunk()),
                        _ => seen.push([b"C:", input.chunk()].concat()),
                    },
                    Frame::ChunksEnd => seen.push(b"END".to_vec()),
                    Frame::TooLong => {
                        seen.push(b"TOO LONG".to_vec());
                        input.skip(0);
                    }
                    Frame::Skipped => seen.push(b"SKIPPED".to_vec()),
                }
            }
        }
        assert!(input.is_idle());
        seen
    }

    #[test]
    fn units_are_the_same_for_all_reads() {
        let mut bytes = b"a NOOP\r\nb LOGIN {3}\r\nx\r\n {0+}\r\n\nc APPEND {10}\r\n0123\r\n6789 {2}\r\nab {7}\r\n1234567)\r\n".to_vec();
        bytes.extend(b"d X {666+}\r\n");
        bytes.extend(vec![b'\n'; 666]);
        bytes.extend(b" {3+}\r\nab\n\r\nd X {666}\r\nd X {9}\r\n123456789 {666}\r\ne NOOP\n");
        bytes.extend(b"f ");
        bytes.extend(vec![b'f'; 200]);
        bytes.extend(b" {4+}\r\n1\r\n4 x\r\ng DONE\r\n");
        let expected: Vec<&[u8]> = vec![
            b"U:a NOOP\r\n",
            b"U:b LOGIN {3}\r\nx\r\n {0+}\r\n\n",
            b"C:0123\r\n6789",
            b"END",
            b"C:1234567",
            b"END",
            b"U:c APPEND {10}\r\n {2}\r\nab {7}\r\n)\r\n",
            b"REFUSED",
            b"SKIPPED",
            b"REFUSED",
            b"C:123456789",
            b"END",
            b"REFUSED",
            b"U:e NOOP\n",
            b"TOO LONG",
            b"SKIPPED",
            b"U:g DONE\r\n",
        ];
        for read in (1..40).chain([100, 300, 10_000]) {
            assert_eq!(run(&bytes, read), expected, "reads of {read}");
        }
    }

    #[test]
    fn without_literals_a_line_is_a_line() {
        let mut input = Input::new();
        input.receive(b"+ ready {5}\r\nnext");
        assert_eq!(input.frame(false, 100), Frame::Unit);
        input.finish();
        assert_eq!(input.finished().0, b"+ ready {5}\r\n");
        input.release();
        assert_eq!(input.len(), 4);
    }
}
