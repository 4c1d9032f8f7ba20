//! The transmit queue: collected bytes and shared ones, and partial writes.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use bytes::Bytes;

/// A shared piece shorter than this is copied: it costs less than an entry in the queue.
const SHARE: usize = 512;

/// Collected bytes are kept in pieces of about this size.
const COLLECT: usize = 64 * 1024;

#[derive(Debug)]
enum Piece {
    Collected(Vec<u8>),
    Shared(Bytes),
}

impl Piece {
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Collected(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Output {
    /// Transmitted first; each piece but the last has bytes left.
    pieces: VecDeque<Piece>,
    /// How much of the first piece was transmitted.
    sent: usize,
    queued: usize,
    /// An empty buffer for the next collected piece.
    spare: Vec<u8>,
}

impl Output {
    /// Queues what `append` appends.
    pub(crate) fn write<T>(&mut self, append: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        let mut piece = match self.pieces.pop_back() {
            Some(Piece::Collected(piece)) if piece.len() < COLLECT => piece,
            other => {
                self.pieces.extend(other);
                core::mem::take(&mut self.spare)
            }
        };
        let before = piece.len();
        let result = append(&mut piece);
        self.queued = self.queued.saturating_add(piece.len().saturating_sub(before));
        self.pieces.push_back(Piece::Collected(piece));
        result
    }

    /// Queues bytes, copied.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.write(|out| out.extend_from_slice(bytes));
    }

    /// Queues bytes without copying them, unless they are few.
    pub(crate) fn push_shared(&mut self, bytes: Bytes) {
        if bytes.len() < SHARE {
            self.push(&bytes);
        } else {
            self.queued = self.queued.saturating_add(bytes.len());
            self.pieces.push_back(Piece::Shared(bytes));
        }
    }

    /// The bytes to transmit next, never empty.
    pub(crate) fn poll(&mut self) -> Option<&[u8]> {
        if self.queued == 0 {
            return None;
        }
        self.pieces.front().and_then(|front| front.as_bytes().get(self.sent..))
    }

    /// The first `n` of the bytes offered were transmitted.
    pub(crate) fn transmitted(&mut self, n: usize) {
        let Some(front) = self.pieces.front() else { return };
        let left = front.as_bytes().len().saturating_sub(self.sent);
        let n = n.min(left);
        self.queued = self.queued.saturating_sub(n);
        if n < left {
            self.sent = self.sent.saturating_add(n);
            return;
        }
        self.sent = 0;
        if let Some(Piece::Collected(mut piece)) = self.pieces.pop_front()
            && piece.capacity() <= COLLECT.saturating_mul(2)
        {
            piece.clear();
            self.spare = piece;
        }
    }

    /// Bytes waiting.
    pub(crate) fn queued(&self) -> usize {
        self.queued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_until_they_are_transmitted() {
        let mut output = Output::default();
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
        output.transmitted(100);
        assert_eq!(output.poll(), Some(&large[..]));
        output.transmitted(1000);
        output.transmitted(0);
        assert_eq!(output.poll(), Some(&b"yz"[..]));
        output.push(b"!");
        assert_eq!(output.poll(), Some(&b"yz!"[..]));
        output.transmitted(3);
        assert_eq!(output.poll(), None);
        assert_eq!(output.queued(), 0);
        output.transmitted(5);
        output.push(b"");
        assert_eq!(output.poll(), None);
        output.push(b"again");
        assert_eq!(output.poll(), Some(&b"again"[..]));
    }
}
