//! The receive buffer, and where lines end in it.
//!
//! The search for the end of a line is resumed where it stopped, so the cost is linear whatever the
//! sizes of the reads.

use alloc::vec::Vec;
use core::ops::Range;

use crate::dot;

/// What [`Input::line`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// More bytes are needed.
    Incomplete,
    /// The line is longer than the limit.
    TooLong,
    /// A line without its end, and the length with it. It stays in the buffer until
    /// [`Input::take`].
    Found { len: usize, with_end: usize },
}

#[derive(Debug, Default)]
pub(crate) struct Input {
    buf: Vec<u8>,
    /// Where the unread part begins.
    start: usize,
    /// How much of the unread part was searched for a line end.
    scanned: usize,
    /// Bytes that an event may point at, to be dropped by [`Input::release`].
    taken: usize,
    eof: bool,
}

impl Input {
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.release();
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
        self.buf.len().saturating_sub(self.start).saturating_sub(self.taken)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets everything that arrived.
    pub(crate) fn clear(&mut self) {
        *self = Self { eof: self.eof, ..Self::default() };
    }

    /// The unread bytes, those taken by the present event included.
    #[inline]
    pub(crate) fn unread(&self) -> &[u8] {
        self.buf.get(self.start..).unwrap_or_default()
    }

    /// A part of the unread bytes.
    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.unread().get(range).unwrap_or_default()
    }

    /// Ends the life of what the last event pointed at.
    #[inline]
    pub(crate) fn release(&mut self) {
        if self.taken > 0 {
            self.start = self.start.saturating_add(self.taken).min(self.buf.len());
            self.taken = 0;
        }
    }

    /// Gives the first unread bytes to an event.
    #[inline]
    pub(crate) fn take(&mut self, len: usize) {
        self.taken = len;
        self.scanned = 0;
    }

    /// Drops the first unread bytes.
    #[inline]
    pub(crate) fn skip(&mut self, len: usize) {
        self.take(len);
        self.release();
    }

    /// Finds the end of the first line. With `lf` a LF alone ends a line too.
    pub(crate) fn line(&mut self, lf: bool, limit: usize) -> Line {
        let unread = self.buf.get(self.start..).unwrap_or_default();
        loop {
            let from = unread.get(self.scanned..).unwrap_or_default();
            let Some(found) = memchr::memchr(b'\n', from) else {
                self.scanned = unread.len();
                return if unread.len() > limit { Line::TooLong } else { Line::Incomplete };
            };
            let len = self.scanned.saturating_add(found);
            let with_end = len.saturating_add(1);
            let crlf = len.checked_sub(1).filter(|&at| unread.get(at) == Some(&b'\r'));
            if with_end > limit {
                self.scanned = len;
                return Line::TooLong;
            }
            match crlf {
                Some(len) => {
                    self.scanned = len;
                    return Line::Found { len, with_end };
                }
                None if lf => {
                    self.scanned = len;
                    return Line::Found { len, with_end };
                }
                None => self.scanned = with_end,
            }
        }
    }

    /// The next part of a dot-stuffed body; its content is relative to the unread bytes.
    pub(crate) fn body(&mut self, decoder: &mut dot::Decoder) -> dot::Part {
        let part = decoder.decode(self.unread());
        if part.consumed > 0 {
            self.take(part.consumed);
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_at_every_cut() {
        let bytes = b"one\r\ntw\no\r\n\r\nrest";
        for cut in 0..bytes.len() {
            let mut input = Input::default();
            let mut lines = Vec::new();
            for chunk in [&bytes[..cut], &bytes[cut..]] {
                input.receive(chunk);
                while let Line::Found { len, with_end } = input.line(false, 100) {
                    lines.push(input.bytes(0..len).to_vec());
                    input.skip(with_end);
                }
            }
            assert_eq!(lines, [b"one".to_vec(), b"tw\no".to_vec(), b"".to_vec()]);
            assert_eq!(input.unread(), b"rest");
        }
    }

    #[test]
    fn limits() {
        let mut input = Input::default();
        input.receive(b"12345678\r\n");
        assert_eq!(input.line(false, 10), Line::Found { len: 8, with_end: 10 });
        assert_eq!(input.line(false, 9), Line::TooLong);
        input.clear();
        input.receive(b"1234567890");
        assert_eq!(input.line(false, 10), Line::Incomplete);
        input.receive(b"1");
        assert_eq!(input.line(false, 10), Line::TooLong);
    }

    #[test]
    fn lf_alone() {
        let mut input = Input::default();
        input.receive(b"a\nb\r\n");
        assert_eq!(input.line(true, 10), Line::Found { len: 1, with_end: 2 });
        input.skip(2);
        assert_eq!(input.line(true, 10), Line::Found { len: 1, with_end: 3 });
    }
}
