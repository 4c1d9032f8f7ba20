use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use crate::DeviationKind;
use crate::digits::{BLOCK, number_between, spaces};
use crate::literal::Encoder;
use crate::own::{own_by_method, own_struct};
use crate::syntax::{Cursor, Parsed};

/// The answer to SEARCH or SORT: numbers in the order of the server.
///
/// ```abnf
/// obsolete-search-response = "SEARCH" *(SP nz-number)
/// mailbox-data =/ "SEARCH" [1*(SP nz-number) SP search-sort-mod-seq]
/// sort-data    = "SORT" [1*(SP nz-number) SP search-sort-mod-seq]
/// search-sort-mod-seq = "(" "MODSEQ" SP mod-sequence-value ")"
/// ```
///
/// [RFC 3501, section 7.2.5](https://www.rfc-editor.org/rfc/rfc3501#section-7.2.5),
/// [RFC 5256, section 4](https://www.rfc-editor.org/rfc/rfc5256#section-4),
/// [RFC 7162, section 7](https://www.rfc-editor.org/rfc/rfc7162#section-7)
///
/// # Example
///
/// ```
/// use imap_proto::Response;
///
/// let unit = b"* SEARCH 2 3 6 (MODSEQ 917162500)\r\n";
/// let Response::Search(found) = Response::parse(unit)? else { panic!() };
/// assert!(found.numbers.iter().eq([2, 3, 6]));
/// assert_eq!(found.mod_seq, Some(917162500));
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchResult<'a> {
    /// The sequence numbers or UIDs of the messages.
    pub numbers: Numbers<'a>,
    /// The highest mod-sequence of these messages.
    pub mod_seq: Option<u64>,
}

own_struct! { SearchResult { numbers, mod_seq } }

impl<'a> SearchResult<'a> {
    /// Reads what follows the word SEARCH or SORT.
    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let numbers = Numbers::read(c)?;
        let mut mod_seq = None;
        if c.eat(b'(') {
            c.word("MODSEQ")?;
            c.sp()?;
            mod_seq = Some(c.number64()?);
            c.byte(b')', "a closing parenthesis")?;
        }
        Ok(Self { numbers, mod_seq })
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        if !self.numbers.0.is_empty() {
            e.sp();
            e.raw(&self.numbers.0);
        }
        if let Some(mod_seq) = self.mod_seq {
            e.raw(b" (MODSEQ ");
            e.number(mod_seq);
            e.byte(b')');
        }
    }
}

/// Numbers that are kept as text and read when they are looked at.
///
/// # Example
///
/// ```
/// use imap_proto::Numbers;
///
/// let numbers: Numbers<'_> = [3, 1, 2].into_iter().collect();
/// assert_eq!(numbers.iter().max(), Some(3));
/// ```
#[derive(Clone, Default)]
pub struct Numbers<'a>(Cow<'a, [u8]>);

impl<'a> Numbers<'a> {
    /// One after the other. What does not fit into 32 bits, and 0, is passed over.
    #[must_use]
    pub fn iter(&self) -> NumberIter<'_> {
        NumberIter { text: &self.0, at: 0, block: 0, spaces: spaces(&self.0, 0) }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The same numbers, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Numbers<'static> {
        Numbers(Cow::Owned(self.0.into_owned()))
    }

    /// Reads digits and spaces: a check of whole blocks, the numbers come later.
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let good = |b: &u8| b.is_ascii_digit() | (*b == b' ');
        let rest = c.rest();
        let blocks = rest
            .chunks_exact(64)
            .take_while(|block| block.iter().fold(true, |all, b| all & good(b)))
            .count()
            .saturating_mul(64);
        let tail = rest.get(blocks..).unwrap_or_default();
        let len = tail.iter().position(|b| !good(b)).unwrap_or(tail.len());
        let text = rest.get(..blocks.saturating_add(len)).unwrap_or_default();
        let start = c.offset();
        c.skip(text.len());
        let inner = text.trim_ascii();
        if inner.is_empty() {
            return Ok(Self::default());
        }
        if text.first() != Some(&b' ') {
            c.rewind(start);
            return c.error("a space");
        }
        if text.last() == Some(&b' ') && c.at_end() {
            c.tolerate(DeviationKind::TrailingSpace);
        }
        Ok(Self(Cow::Borrowed(inner)))
    }
}

impl fmt::Debug for Numbers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for Numbers<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Numbers<'_> {}

impl FromIterator<u32> for Numbers<'static> {
    /// Takes the numbers as they come, but for 0.
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        use fmt::Write;
        let mut text = String::new();
        for n in numbers.into_iter().filter(|n| *n > 0) {
            let space = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{space}{n}");
        }
        Self(Cow::Owned(text.into_bytes()))
    }
}

impl<'l> IntoIterator for &'l Numbers<'_> {
    type Item = u32;
    type IntoIter = NumberIter<'l>;

    fn into_iter(self) -> NumberIter<'l> {
        self.iter()
    }
}

own_by_method!(Numbers);

/// Goes over [`Numbers`].
#[derive(Clone, Debug)]
pub struct NumberIter<'l> {
    text: &'l [u8],
    /// Where the next number begins.
    at: usize,
    /// Where the bytes begin that `spaces` is about.
    block: usize,
    /// The spaces that were not come by yet.
    spaces: u64,
}

impl Iterator for NumberIter<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        loop {
            while self.spaces == 0 {
                self.block = self.block.checked_add(BLOCK).filter(|at| *at <= self.text.len())?;
                self.spaces = spaces(self.text, self.block);
            }
            let end = self.block.saturating_add(self.spaces.trailing_zeros() as usize);
            self.spaces &= self.spaces.wrapping_sub(1);
            let start = self.at;
            self.at = end.saturating_add(1);
            match number_between(self.text, start, end) {
                None if start >= self.text.len() => return None,
                // A second space, or too many digits.
                None | Some(0) => {}
                found => return found,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn lists_as_servers_send_them() {
        let read = |line: &'static [u8]| {
            let mut c = Cursor::new(line);
            let found = SearchResult::read(&mut c).and_then(|found| c.end().map(|()| found));
            found.map(|found| (found.numbers.iter().collect::<Vec<_>>(), found.mod_seq))
        };
        assert_eq!(read(b"\r\n"), Ok((Vec::new(), None)));
        assert_eq!(read(b" \r\n"), Ok((Vec::new(), None)));
        assert_eq!(read(b" 1 2 3 \r\n"), Ok((alloc::vec![1, 2, 3], None)));
        assert_eq!(read(b" 1  2\r\n"), Ok((alloc::vec![1, 2], None)));
        assert_eq!(read(b" 0 4294967296 5\r\n"), Ok((alloc::vec![5], None)));
        assert_eq!(read(b" 5 4294967296\r\n"), Ok((alloc::vec![5], None)));
        assert_eq!(read(b" 7 (MODSEQ 9)\r\n"), Ok((alloc::vec![7], Some(9))));
        for bad in [&b"1 2\r\n"[..], b" 1,2\r\n", b" 1 x\r\n", b" (MODSEQ)\r\n", b" -1\r\n"] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn numbers_survive(numbers in proptest::collection::vec(1..=u32::MAX, 0..100)) {
            let list: Numbers<'_> = numbers.iter().copied().collect();
            prop_assert!(list.iter().eq(numbers.iter().copied()));
            let mut out = Vec::new();
            SearchResult { numbers: list.clone(), mod_seq: None }
                .write(&mut Encoder::response(&mut out, false));
            let again = SearchResult::read(&mut Cursor::new(&out)).unwrap();
            prop_assert_eq!(again.numbers, list);
        }
    }
}
