//! The transmit queue.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use bytes::Bytes;

use crate::SendError;
use crate::literal::Break;

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

/// Units with seams in them: places where the peer has to agree first, or where a body comes that
/// the caller sends in chunks.
#[derive(Debug)]
pub(crate) struct Script {
    /// What can follow the output, each with the number of its unit.
    ready: VecDeque<(u64, Segment)>,
    /// What follows the body that is being sent.
    tail: VecDeque<(u64, Segment)>,
    body: Option<Body>,
    queued: usize,
    /// The body that was being sent is not wanted any more, and the caller does not know yet.
    refused: bool,
}

#[derive(Debug)]
enum Segment {
    Collected(Vec<u8>),
    Shared(Bytes),
    /// The peer's agreement.
    Gate,
    /// Octets of a body, announced before.
    Body(u64),
}

#[derive(Debug)]
struct Body {
    unit: u64,
    remaining: u64,
}

impl Script {
    pub(crate) const fn new() -> Self {
        Self {
            ready: VecDeque::new(),
            tail: VecDeque::new(),
            body: None,
            queued: 0,
            refused: false,
        }
    }

    /// Whether units can be written to the output directly.
    pub(crate) fn is_idle(&self) -> bool {
        self.ready.is_empty() && self.body.is_none()
    }

    /// Bytes that wait here.
    pub(crate) fn queued(&self) -> usize {
        self.queued
    }

    /// The unit whose turn it is, if it waits for the peer's agreement.
    pub(crate) fn waiting(&self) -> Option<u64> {
        match self.ready.front() {
            Some((unit, Segment::Gate)) => Some(*unit),
            _ => None,
        }
    }

    /// Whether a unit may be sent now.
    pub(crate) fn check_finished(&self) -> Result<(), SendError> {
        match &self.body {
            Some(body) => Err(SendError::BodyUnfinished { remaining: body.remaining }),
            None => Ok(()),
        }
    }

    /// Takes a unit, or the part of one after its first seam.
    ///
    /// `seams` has places in `bytes`, in ascending order.
    pub(crate) fn push(&mut self, unit: u64, mut bytes: Vec<u8>, seams: &[(usize, Break)]) {
        self.refused = false;
        let mut after = VecDeque::new();
        for (at, seam) in seams.iter().rev() {
            let rest = bytes.split_off((*at).min(bytes.len()));
            after.push_front((unit, Segment::Collected(rest)));
            after.push_front((
                unit,
                match seam {
                    Break::Continuation => Segment::Gate,
                    Break::Body(size) => Segment::Body(*size),
                },
            ));
        }
        after.push_front((unit, Segment::Collected(bytes)));
        self.tail.append(&mut after);
        self.begin_body();
    }

    /// Makes everything up to the next body ready.
    fn begin_body(&mut self) {
        while let Some((unit, segment)) = self.tail.pop_front() {
            match segment {
                Segment::Body(remaining) => {
                    self.body = Some(Body { unit, remaining });
                    return;
                }
                Segment::Collected(bytes) if bytes.is_empty() => {}
                segment => {
                    if let Segment::Collected(bytes) = &segment {
                        self.queued = self.queued.saturating_add(bytes.len());
                    }
                    self.ready.push_back((unit, segment));
                }
            }
        }
    }

    /// Hands everything over that may be transmitted.
    pub(crate) fn flush(&mut self, output: &mut Output) {
        while let Some((unit, segment)) = self.ready.pop_front() {
            match segment {
                Segment::Collected(bytes) => {
                    self.queued = self.queued.saturating_sub(bytes.len());
                    output.push(&bytes);
                }
                Segment::Shared(bytes) => {
                    self.queued = self.queued.saturating_sub(bytes.len());
                    output.push_shared(bytes);
                }
                segment => {
                    self.ready.push_front((unit, segment));
                    return;
                }
            }
        }
    }

    /// Octets of the body.
    pub(crate) fn send_body(&mut self, chunk: Bytes, output: &mut Output) -> Result<(), SendError> {
        let len = chunk.len() as u64;
        let Some(body) = &mut self.body else {
            return Err(if self.refused { SendError::Refused } else { SendError::NoBody });
        };
        let Some(remaining) = body.remaining.checked_sub(len) else {
            return Err(SendError::BodyTooLong { excess: len.saturating_sub(body.remaining) });
        };
        body.remaining = remaining;
        if chunk.is_empty() {
            return Ok(());
        }
        if self.ready.is_empty() {
            output.push_shared(chunk);
        } else {
            self.queued = self.queued.saturating_add(chunk.len());
            self.ready.push_back((body.unit, Segment::Shared(chunk)));
        }
        Ok(())
    }

    /// The end of the body.
    pub(crate) fn finish_body(&mut self, output: &mut Output) -> Result<(), SendError> {
        match &self.body {
            None if self.refused => return Err(SendError::Refused),
            None => return Err(SendError::NoBody),
            Some(body) if body.remaining > 0 => {
                return Err(SendError::BodyUnfinished { remaining: body.remaining });
            }
            Some(_) => {}
        }
        self.body = None;
        self.begin_body();
        self.flush(output);
        Ok(())
    }

    /// The peer agreed.
    pub(crate) fn open_gate(&mut self, output: &mut Output) {
        if self.waiting().is_some() {
            self.ready.pop_front();
            self.flush(output);
        }
    }

    /// The peer refused what waits of a unit.
    pub(crate) fn refuse(&mut self, unit: u64, output: &mut Output) {
        if self.waiting() != Some(unit) {
            return;
        }
        self.ready.retain(|(u, _)| *u != unit);
        self.tail.retain(|(u, _)| *u != unit);
        if self.body.as_ref().is_some_and(|body| body.unit == unit) {
            self.body = None;
            self.refused = true;
        }
        let lengths = self.ready.iter().map(|(_, segment)| match segment {
            Segment::Collected(bytes) => bytes.len(),
            Segment::Shared(bytes) => bytes.len(),
            _ => 0,
        });
        self.queued = lengths.sum();
        self.begin_body();
        self.flush(output);
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

    fn drain(output: &mut Output) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(bytes) = output.poll() {
            let n = bytes.len();
            all.extend_from_slice(bytes);
            output.transmitted(n);
        }
        all
    }

    #[test]
    fn a_unit_with_seams_waits_at_each_of_them() {
        let (mut script, mut output) = (Script::new(), Output::new());
        let seams = [(3, Break::Continuation), (3, Break::Body(4)), (5, Break::Body(0))];
        script.push(1, b"abcdefg".to_vec(), &seams);
        script.flush(&mut output);
        assert_eq!(drain(&mut output), b"abc");
        assert_eq!(script.waiting(), Some(1));
        assert_eq!(script.check_finished(), Err(SendError::BodyUnfinished { remaining: 4 }));
        script.send_body(Bytes::from_static(b"12"), &mut output).unwrap();
        assert_eq!((drain(&mut output), script.queued()), (Vec::new(), 2));
        script.open_gate(&mut output);
        script.send_body(Bytes::from_static(b"34"), &mut output).unwrap();
        assert_eq!(
            script.send_body(Bytes::from_static(b"5"), &mut output),
            Err(SendError::BodyTooLong { excess: 1 })
        );
        script.finish_body(&mut output).unwrap();
        assert_eq!(drain(&mut output), b"1234de");
        script.finish_body(&mut output).unwrap();
        assert_eq!(drain(&mut output), b"fg");
        assert!(script.is_idle());
        assert_eq!(script.finish_body(&mut output), Err(SendError::NoBody));
    }

    #[test]
    fn a_refused_unit_takes_only_itself_away() {
        let (mut script, mut output) = (Script::new(), Output::new());
        script.push(1, b"a{1}bz".to_vec(), &[(4, Break::Continuation)]);
        script.push(2, b"c{1}de".to_vec(), &[(4, Break::Continuation)]);
        script.flush(&mut output);
        assert_eq!(drain(&mut output), b"a{1}");
        script.refuse(2, &mut output);
        assert_eq!(script.waiting(), Some(1));
        script.refuse(1, &mut output);
        assert_eq!(drain(&mut output), b"c{1}");
        script.open_gate(&mut output);
        assert_eq!(drain(&mut output), b"de");
        assert_eq!(script.queued(), 0);

        script.push(3, b"x".to_vec(), &[(1, Break::Continuation), (1, Break::Body(9))]);
        script.flush(&mut output);
        script.refuse(3, &mut output);
        assert_eq!(
            script.send_body(Bytes::from_static(b"5"), &mut output),
            Err(SendError::Refused)
        );
        script.push(4, b"y".to_vec(), &[]);
        assert_eq!(script.finish_body(&mut output), Err(SendError::NoBody));
    }
}
