//! The open boundaries, found by a line in time that does not grow with their number.

use alloc::vec::Vec;

use super::stack::Stack;

/// Longest delimiter line looked at, without its line break and the first two hyphens.
///
/// A boundary is 70 characters long at most ([RFC 2046, section
/// 5.1.1](https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1)), a line 998, but messages with
/// boundaries of 7,000 have been seen. What is longer is no delimiter, which bounds what the push
/// scanner must hold back.
pub(super) const LONGEST_LINE: usize = 8192;

const CHAINS: usize = 32;
/// How long chains are on average before there are more of them.
const LONGEST_CHAIN: usize = 4;
const NONE: u32 = u32::MAX;

/// A boundary found on a delimiter line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The number of the boundary, counted from the outermost one.
    pub(super) number: usize,
    /// Whether `--` follows it.
    pub(super) close: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    start: u32,
    len: u32,
    hash: u32,
    /// The next outer boundary in the same chain.
    next: u32,
    /// The length of the shortest one of this and all outer ones.
    shortest: u32,
}

/// Boundaries up to this many bytes in all need no memory of their own.
const SHORT: usize = 160;

/// A stack of boundaries that is also a hash table.
#[derive(Clone, Debug)]
pub(super) struct Boundaries {
    short: [u8; SHORT],
    /// What does not fit into `short`.
    long: Vec<u8>,
    entries: Stack<Entry, 6>,
    /// The boundary that a field gave, not yet open.
    pending: Option<Entry>,
    heads: [u32; CHAINS],
    /// In place of `heads` where there were too many boundaries for it; otherwise empty.
    more_heads: Vec<u32>,
    /// How many boundaries begin with a byte, saturating, so that most lines are rejected by one
    /// look.
    first: [u16; 256],
}

impl Default for Boundaries {
    fn default() -> Self {
        Boundaries {
            short: [0; SHORT],
            long: Vec::new(),
            entries: Stack::default(),
            pending: None,
            heads: [NONE; CHAINS],
            more_heads: Vec::new(),
            first: [0; 256],
        }
    }
}

/// What a boundary has to do with the open ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    New,
    /// It is open.
    Same,
    /// One of the innermost begins with it, or it with one of them.
    Prefix,
}

fn hash(boundary: &[u8]) -> u32 {
    let mut sum = boundary.len() as u64;
    let mut chunks = boundary.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        sum = (sum ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        sum ^= sum >> 29;
    }
    let mut word = [0; 8];
    for (to, from) in word.iter_mut().zip(chunks.remainder()) {
        *to = *from;
    }
    sum = (sum ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (sum >> 32) as u32
}

impl Boundaries {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Takes a boundary in place of the pending one. Returns what it has to do with the open ones.
    pub(super) fn propose(&mut self, boundary: &[u8]) -> Relation {
        let hash = hash(boundary);
        let relation = if self.find_hashed(boundary, hash).is_some() {
            Relation::Same
        } else if self.shares_prefix(boundary) {
            Relation::Prefix
        } else {
            Relation::New
        };
        self.pending = None;
        let end = self.entries.last().map_or(0, |last| last.start + last.len);
        let start = usize::try_from(end).unwrap_or(usize::MAX);
        // A boundary is in one of the two places as a whole.
        let place = self.short.get_mut(start..).and_then(|free| free.get_mut(..boundary.len()));
        let start = match place {
            Some(place) => {
                place.copy_from_slice(boundary);
                start
            }
            None => {
                let start = start.max(SHORT);
                self.long.truncate(start - SHORT);
                self.long.extend_from_slice(boundary);
                start
            }
        };
        if let (Ok(start), Ok(len)) = (u32::try_from(start), u32::try_from(boundary.len())) {
            let outer = self.entries.last().map_or(len, |outer| outer.shortest);
            let shortest = outer.min(len);
            self.pending = Some(Entry { start, len, hash, next: NONE, shortest });
        }
        relation
    }

    /// Forgets the pending boundary.
    pub(super) fn retract(&mut self) {
        self.pending = None;
    }

    /// Returns whether a boundary is pending.
    pub(super) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Opens the pending boundary.
    pub(super) fn open(&mut self) {
        let Some(mut entry) = self.pending.take() else { return };
        let Ok(number) = u32::try_from(self.entries.len()) else { return };
        if self.entries.len() >= LONGEST_CHAIN * self.heads().len() {
            self.grow();
        }
        if let Some(head) = self.head(entry.hash) {
            entry.next = core::mem::replace(head, number);
        }
        let first = self.bytes(entry).first().copied();
        self.entries.push(entry);
        if let Some(count) = first.and_then(|byte| self.first.get_mut(usize::from(byte))) {
            *count = count.saturating_add(1);
        }
    }

    /// The innermost boundary of each chain.
    fn heads(&self) -> &[u32] {
        if self.more_heads.is_empty() { &self.heads } else { &self.more_heads }
    }

    fn head(&mut self, hash: u32) -> Option<&mut u32> {
        let heads =
            if self.more_heads.is_empty() { &mut self.heads[..] } else { &mut self.more_heads };
        let chain = hash as usize % heads.len();
        heads.get_mut(chain)
    }

    /// Distributes the boundaries over more chains, so that the cost of a line does not grow with
    /// their number.
    fn grow(&mut self) {
        let count = LONGEST_CHAIN * self.heads().len();
        self.heads = [NONE; CHAINS];
        self.more_heads.clear();
        self.more_heads.resize(count, NONE);
        for number in 0..self.entries.len() {
            let hash = self.entries.get(number).map_or(0, |entry| entry.hash);
            let this = u32::try_from(number).unwrap_or(NONE);
            let next = self.head(hash).map_or(NONE, |head| core::mem::replace(head, this));
            if let Some(entry) = self.entries.get_mut(number) {
                entry.next = next;
            }
        }
    }

    /// Closes all boundaries from a number on.
    pub(super) fn truncate(&mut self, number: usize) {
        while self.entries.len() > number {
            let Some(entry) = self.entries.pop() else { return };
            if let Some(head) = self.head(entry.hash) {
                *head = entry.next;
            }
            let first = self.bytes(entry).first().copied();
            if let Some(count) = first.and_then(|b| self.first.get_mut(usize::from(b)))
                && *count < u16::MAX
            {
                *count -= 1;
            }
        }
    }

    fn bytes(&self, entry: Entry) -> &[u8] {
        let (start, len) = (entry.start as usize, entry.len as usize);
        let place = match start.checked_sub(SHORT) {
            Some(start) => self.long.get(start..start + len),
            None => self.short.get(start..start + len),
        };
        place.unwrap_or_default()
    }

    fn get(&self, number: usize) -> &[u8] {
        self.entries.get(number).map_or(&[], |entry| self.bytes(entry))
    }

    fn shares_prefix(&self, boundary: &[u8]) -> bool {
        const LOOKED_AT: usize = 4;
        (0..self.len()).rev().take(LOOKED_AT).any(|number| {
            let outer = self.get(number);
            let len = outer.len().min(boundary.len());
            let (a, b) = (outer.get(..len), boundary.get(..len));
            // Where they differ, it is mostly at the end.
            a.and_then(<[u8]>::last) == b.and_then(<[u8]>::last) && a == b
        })
    }

    /// Returns whether a line whose third byte this is can be a delimiter.
    #[inline]
    pub(super) fn may_start(&self, byte: u8) -> bool {
        self.first.get(usize::from(byte)).is_some_and(|&count| count > 0)
    }

    /// The length of the shortest open boundary.
    #[inline]
    pub(super) fn shortest(&self) -> usize {
        self.entries.last().map_or(0, |last| last.shortest as usize)
    }

    /// Finds the innermost boundary that a line consists of, given what follows the first two
    /// hyphens, up to the line break.
    ///
    /// ```abnf
    /// delimiter := CRLF dash-boundary
    /// dash-boundary := "--" boundary
    /// close-delimiter := delimiter "--"
    /// transport-padding := *LWSP-char
    /// ```
    ///
    /// [RFC 2046, section 5.1.1](https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1)
    pub(super) fn find(&self, line: &[u8]) -> Option<Found> {
        let mut line = line;
        while let [rest @ .., b' ' | b'\t' | b'\r'] = line {
            line = rest;
        }
        let closed = line.strip_suffix(b"--");
        // Mostly it is the last one that was opened.
        let last = self.entries.len().checked_sub(1)?;
        let innermost = self.get(last);
        if line == innermost {
            return Some(Found { number: last, close: false });
        }
        if closed == Some(innermost) {
            return Some(Found { number: last, close: true });
        }
        if last == 0 {
            return None;
        }
        let open = self.innermost(line).map(|number| Found { number, close: false });
        let close = closed
            .and_then(|line| self.innermost(line))
            .map(|number| Found { number, close: true });
        match (open, close) {
            (Some(open), Some(close)) if close.number > open.number => Some(close),
            (None, close) => close,
            (open, _) => open,
        }
    }

    /// Returns whether an enclosing multipart has the same boundary.
    pub(super) fn is_repeated(&self, number: usize) -> bool {
        let boundary = self.get(number);
        let mut next = self.entries.get(number).map_or(NONE, |entry| entry.next);
        let hash = self.entries.get(number).map_or(0, |entry| entry.hash);
        while let Some(entry) = self.entries.get(next as usize) {
            if entry.hash == hash && self.bytes(entry) == boundary {
                return true;
            }
            next = entry.next;
        }
        false
    }

    fn innermost(&self, boundary: &[u8]) -> Option<usize> {
        self.find_hashed(boundary, hash(boundary))
    }

    fn find_hashed(&self, boundary: &[u8], hash: u32) -> Option<usize> {
        let heads = self.heads();
        let mut number = heads.get(hash as usize % heads.len()).copied().unwrap_or(NONE);
        while let Some(entry) = self.entries.get(number as usize) {
            if entry.hash == hash && self.bytes(entry) == boundary {
                return Some(number as usize);
            }
            number = entry.next;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(list: &[&str]) -> Boundaries {
        let mut boundaries = Boundaries::default();
        for boundary in list {
            boundaries.propose(boundary.as_bytes());
            boundaries.open();
        }
        boundaries
    }

    fn found(boundaries: &Boundaries, line: &str) -> Option<(usize, bool)> {
        boundaries.find(line.as_bytes()).map(|found| (found.number, found.close))
    }

    #[test]
    fn whole_lines_match_and_starts_of_lines_do_not() {
        let boundaries = table(&["B", "BB", "a b"]);
        assert_eq!(found(&boundaries, "B"), Some((0, false)));
        assert_eq!(found(&boundaries, "B--"), Some((0, true)));
        assert_eq!(found(&boundaries, "BB \t\r"), Some((1, false)));
        assert_eq!(found(&boundaries, "a b-- \r"), Some((2, true)));
        assert_eq!(found(&boundaries, "BBB"), None);
        assert_eq!(found(&boundaries, "B-"), None);
        assert_eq!(found(&boundaries, "B---"), None);
        assert_eq!(found(&boundaries, ""), None);
    }

    #[test]
    fn any_number_is_found_and_closed() {
        let names: Vec<_> = (0..5000).map(|n| alloc::format!("b{n}")).collect();
        let list: Vec<_> = names.iter().map(|name| name.as_str()).collect();
        let mut boundaries = table(&list);
        for count in [5000, 600, 100, 0] {
            boundaries.truncate(count);
            for (number, name) in names.iter().enumerate() {
                let wanted = (number < count).then_some((number, false));
                assert_eq!(found(&boundaries, name), wanted);
            }
        }
        boundaries.propose(b"again");
        boundaries.open();
        assert_eq!(found(&boundaries, "again--"), Some((0, true)));
    }

    #[test]
    fn the_innermost_of_equal_boundaries_counts() {
        let mut boundaries = table(&["x", "y", "x"]);
        assert_eq!(found(&boundaries, "x"), Some((2, false)));
        boundaries.truncate(2);
        assert_eq!(found(&boundaries, "x"), Some((0, false)));
        boundaries.truncate(0);
        assert_eq!(found(&boundaries, "x"), None);
        assert!(!boundaries.may_start(b'x'));
    }

    #[test]
    fn a_boundary_that_ends_like_a_closed_one() {
        let boundaries = table(&["B--", "B"]);
        assert_eq!(found(&boundaries, "B--"), Some((1, true)));
        let boundaries = table(&["B", "B--"]);
        assert_eq!(found(&boundaries, "B--"), Some((1, false)));
        assert_eq!(found(&boundaries, "B----"), Some((1, true)));
    }

    #[test]
    fn what_a_new_boundary_has_to_do_with_the_open_ones() {
        let long = "l".repeat(300);
        let mut boundaries = table(&["aa", &long, "bcd"]);
        assert_eq!(boundaries.propose(b"aa"), Relation::Same);
        assert_eq!(boundaries.propose(long.as_bytes()), Relation::Same);
        assert_eq!(boundaries.propose(b"a"), Relation::Prefix);
        assert_eq!(boundaries.propose(b"bcde"), Relation::Prefix);
        assert_eq!(boundaries.propose(b"bd"), Relation::New);
        boundaries.retract();
        boundaries.open();
        assert_eq!(boundaries.len(), 3);
    }

    #[test]
    fn many_boundaries() {
        let names: Vec<_> = (0..1000).map(|i| alloc::format!("=_{i}_boundary")).collect();
        let mut boundaries = Boundaries::default();
        for name in &names {
            boundaries.propose(name.as_bytes());
            boundaries.open();
        }
        for (i, name) in names.iter().enumerate() {
            assert_eq!(found(&boundaries, name), Some((i, false)));
        }
        boundaries.truncate(10);
        assert_eq!(found(&boundaries, "=_9_boundary"), Some((9, false)));
        assert_eq!(found(&boundaries, "=_10_boundary"), None);
    }
}
