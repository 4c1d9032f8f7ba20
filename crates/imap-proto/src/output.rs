//! The transmit queue.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use bytes::Bytes;

/// Small writes are collected up to this many bytes.
const COLLECT: usize = 64 * 1024;

#[derive(Debug)]
enum Piece {
    Collected(Vec<u8>),
    Shared(Bytes),
}

impl Piece {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Collected(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

/// Bytes waiting for transmission, in order.
#[derive(Debug)]
pub(crate) struct Output {
    pieces: VecDeque<Piece>,
    /// How much of the first piece was transmitted.
    sent: usize,
    queued: usize,
    spare: Vec<u8>,
}

impl Output {
    pub(crate) const fn new() -> Self {
        Self { pieces: VecDeque::new(), sent: 0, queued: 0, spare: Vec::new() }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.write(|out| out.extend_from_slice(bytes));
    }

    /// Queues what a function appends.
    pub(crate) fn write<T>(&mut self, append: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        let collecting =
            matches!(self.pieces.back(), Some(Piece::Collected(last)) if last.len() < COLLECT);
        if !collecting {
            self.pieces.push_back(Piece::Collected(core::mem::take(&mut self.spare)));
        }
        if let Some(Piece::Collected(last)) = self.pieces.back_mut() {
            let before = last.len();
            let result = append(last);
            self.queued = self.queued.saturating_add(last.len().saturating_sub(before));
            return result;
        }
        append(&mut Vec::new())
    }

    /// Queues bytes without copying them; short ones are copied all the same.
    pub(crate) fn push_shared(&mut self, bytes: Bytes) {
        if bytes.len() < 512 {
            self.push(&bytes);
        } else {
            self.queued = self.queued.saturating_add(bytes.len());
            self.pieces.push_back(Piece::Shared(bytes));
        }
    }

    /// The bytes to transmit next, never empty.
    pub(crate) fn poll(&mut self) -> Option<&[u8]> {
        while let Some(front) = self.pieces.front() {
            if self.sent < front.bytes().len() {
                break;
            }
            self.sent = 0;
            if let Some(Piece::Collected(mut old)) = self.pieces.pop_front()
                && old.capacity() <= COLLECT
            {
                old.clear();
                self.spare = old;
            }
        }
        self.pieces.front().and_then(|front| front.bytes().get(self.sent..))
    }

    /// `n` of the bytes offered last were transmitted.
    pub(crate) fn transmitted(&mut self, n: usize) {
        let Some(front) = self.pieces.front() else { return };
        let n = n.min(front.bytes().len().saturating_sub(self.sent));
        self.sent = self.sent.saturating_add(n);
        self.queued = self.queued.saturating_sub(n);
    }

    pub(crate) fn queued(&self) -> usize {
        self.queued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_until_they_are_transmitted() {
        let mut output = Output::new();
        assert_eq!(output.poll(), None);
        output.push(b"abc");
        output.push(b"def");
        let large = Bytes::from(alloc::vec![b'x'; 1000]);
        output.push_shared(large.clone());
        output.push_shared(Bytes::from_static(b"yz"));
        assert_eq!(output.queued(), 1008);
        assert_eq!(output.poll(), Some(&b"abcdef"[..]));
        output.transmitted(2);
        assert_eq!(output.poll(), Some(&b"cdef"[..]));
        output.push(b"!");
        output.transmitted(100);
        assert_eq!(output.poll(), Some(&large[..]));
        output.transmitted(1000);
        output.transmitted(0);
        assert_eq!(output.poll(), Some(&b"yz!"[..]));
        output.transmitted(3);
        assert_eq!(output.poll(), None);
        assert_eq!(output.queued(), 0);
        output.transmitted(5);
        output.push(b"again");
        assert_eq!(output.poll(), Some(&b"again"[..]));
    }
}
