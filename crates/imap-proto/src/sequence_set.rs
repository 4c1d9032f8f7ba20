use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::ops::RangeInclusive;

use crate::ParseError;
use crate::digits::leading_number;
use crate::literal::Encoder;
use crate::own::own_by_method;
use crate::syntax::{Cursor, Parsed};

/// A set of message sequence numbers or of UIDs.
///
/// The text is kept as it is; numbers are read when they are asked for, so a set of a million
/// ranges costs no memory beyond its text.
///
/// ```abnf
/// sequence-set = (seq-number / seq-range) ["," sequence-set]
/// sequence-set =/ seq-last-command
/// seq-range    = seq-number ":" seq-number
/// seq-number   = nz-number / "*"
/// seq-last-command = "$"
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9); `$` is the result of the
/// last search that was saved ([RFC 5182](https://www.rfc-editor.org/rfc/rfc5182)). The `uid-set` and
/// `known-uids` of responses are the same without `*` and `$`.
///
/// # Example
///
/// ```
/// use imap_proto::SequenceSet;
///
/// let set = SequenceSet::try_from("9:7,2,*")?;
/// let ranges: Vec<_> = set.resolve(20).collect();
/// assert_eq!(ranges, [7..=9, 2..=2, 20..=20]);
/// assert!(set.contains(8, 20));
///
/// let packed = SequenceSet::from_numbers([3, 4, 5, 9])?;
/// assert_eq!(packed.as_str(), "3:5,9");
/// assert!(SequenceSet::try_from("0").is_err());
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SequenceSet<'a>(Cow<'a, str>);

/// One number of a [`SequenceSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SequenceNumber {
    /// A message sequence number or a UID, never 0.
    Number(u32),
    /// `*`: the largest number in use.
    Largest,
}

impl SequenceNumber {
    /// The number, where `largest` is the largest one in use.
    #[must_use]
    pub const fn resolve(self, largest: u32) -> u32 {
        match self {
            Self::Number(n) => n,
            Self::Largest => largest,
        }
    }
}

/// A number or a range of a [`SequenceSet`], as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SequenceRange {
    /// What stands before the colon.
    pub first: SequenceNumber,
    /// What stands after it; the same for a single number.
    pub last: SequenceNumber,
}

impl<'a> SequenceSet<'a> {
    /// `1:*`: all messages.
    pub const ALL: SequenceSet<'static> = SequenceSet(Cow::Borrowed("1:*"));
    /// `$`: the result of the last search that was saved.
    pub const SAVED: SequenceSet<'static> = SequenceSet(Cow::Borrowed("$"));
    /// `*`: the last message.
    pub const LARGEST: SequenceSet<'static> = SequenceSet(Cow::Borrowed("*"));

    /// A set of these numbers in this order; runs of successive numbers become ranges.
    ///
    /// # Errors
    ///
    /// There is no number, or a 0 among them.
    pub fn from_numbers(
        numbers: impl IntoIterator<Item = u32>,
    ) -> Result<SequenceSet<'static>, ParseError> {
        Self::from_ranges(numbers.into_iter().map(|n| n..=n))
    }

    /// A set of these ranges in this order; those that follow each other are joined.
    ///
    /// # Errors
    ///
    /// There is no range, or a 0 among the ends. The offset is the index of the range.
    pub fn from_ranges(
        ranges: impl IntoIterator<Item = RangeInclusive<u32>>,
    ) -> Result<SequenceSet<'static>, ParseError> {
        use fmt::Write;
        fn put(text: &mut String, first: u32, last: u32) {
            let comma = if text.is_empty() { "" } else { "," };
            let _ = if first == last {
                write!(text, "{comma}{first}")
            } else {
                write!(text, "{comma}{first}:{last}")
            };
        }
        let mut text = String::new();
        let mut open: Option<(u32, u32)> = None;
        for (i, range) in ranges.into_iter().enumerate() {
            let (first, last) = (*range.start(), *range.end());
            if first == 0 || last == 0 {
                return Err(ParseError::new(i, "a number above 0"));
            }
            open = match open {
                Some((start, end))
                    if start <= end && first <= last && end.checked_add(1) == Some(first) =>
                {
                    Some((start, last))
                }
                Some((start, end)) => {
                    put(&mut text, start, end);
                    Some((first, last))
                }
                None => Some((first, last)),
            };
        }
        match open {
            Some((first, last)) => put(&mut text, first, last),
            None => return Err(ParseError::new(0, "a number")),
        }
        Ok(SequenceSet(Cow::Owned(text)))
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let rest = c.rest();
        match scan(rest) {
            Ok(len) => match rest.get(..len).map(core::str::from_utf8) {
                Some(Ok(text)) => {
                    c.skip(len);
                    Ok(Self(Cow::Borrowed(text)))
                }
                _ => c.error("a sequence set"),
            },
            Err(at) => Err(ParseError::new(c.offset().saturating_add(at), "a sequence set")),
        }
    }

    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        e.text(&self.0);
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is `$`: then it has no numbers of its own.
    #[must_use]
    pub fn is_saved(&self) -> bool {
        *self.0 == *"$"
    }

    /// The numbers and ranges as they were written.
    #[must_use]
    pub fn ranges(&self) -> SequenceRanges<'_> {
        SequenceRanges { rest: self.0.as_bytes() }
    }

    /// The ranges with the smaller number first, and `largest` in the place of `*`.
    ///
    /// They come in the order of the text and may overlap.
    pub fn resolve(&self, largest: u32) -> impl Iterator<Item = RangeInclusive<u32>> + '_ {
        self.ranges().map(move |range| {
            let (first, last) = (range.first.resolve(largest), range.last.resolve(largest));
            first.min(last)..=first.max(last)
        })
    }

    /// Whether a number is in the set, with `largest` in the place of `*`.
    #[must_use]
    pub fn contains(&self, number: u32, largest: u32) -> bool {
        self.resolve(largest).any(|range| range.contains(&number))
    }

    /// How many numbers the ranges have together, each as often as it is named.
    #[must_use]
    pub fn count(&self, largest: u32) -> u64 {
        self.resolve(largest).fold(0, |sum: u64, range| {
            let more = u64::from(range.end() - range.start()).saturating_add(1);
            sum.saturating_add(more)
        })
    }

    /// The same set, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> SequenceSet<'static> {
        SequenceSet(Cow::Owned(self.0.into_owned()))
    }
}

/// The length of the set at the start of the bytes, or where it goes wrong.
fn scan(bytes: &[u8]) -> Result<usize, usize> {
    if bytes.first() == Some(&b'$') {
        return Ok(1);
    }
    let mut at = 0usize;
    loop {
        at = at.saturating_add(scan_number(bytes, at)?);
        if bytes.get(at) == Some(&b':') {
            at = at.saturating_add(1);
            at = at.saturating_add(scan_number(bytes, at)?);
        }
        match bytes.get(at) {
            Some(b',') => at = at.saturating_add(1),
            _ => return Ok(at),
        }
    }
}

#[inline]
fn scan_number(bytes: &[u8], at: usize) -> Result<usize, usize> {
    match bytes.get(at..).map(number) {
        Some(Some((_, len))) => Ok(len),
        _ => Err(at),
    }
}

#[inline]
fn number(bytes: &[u8]) -> Option<(SequenceNumber, usize)> {
    match leading_number(bytes) {
        Some((n, len)) if n > 0 => Some((SequenceNumber::Number(n), len)),
        None if bytes.first() == Some(&b'*') => Some((SequenceNumber::Largest, 1)),
        _ => None,
    }
}

/// The numbers and ranges of a [`SequenceSet`]: made by [`SequenceSet::ranges`].
#[derive(Clone, Debug)]
pub struct SequenceRanges<'a> {
    rest: &'a [u8],
}

impl Iterator for SequenceRanges<'_> {
    type Item = SequenceRange;

    #[inline]
    fn next(&mut self) -> Option<SequenceRange> {
        let (first, len) = number(self.rest)?;
        let mut rest = self.rest.get(len..).unwrap_or_default();
        let mut last = first;
        if let Some(after) = rest.strip_prefix(b":") {
            let (n, len) = number(after)?;
            last = n;
            rest = after.get(len..).unwrap_or_default();
        }
        self.rest = rest.strip_prefix(b",").unwrap_or(rest);
        Some(SequenceRange { first, last })
    }
}

impl<'a> TryFrom<&'a str> for SequenceSet<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        match scan(text.as_bytes()) {
            Ok(len) if len == text.len() => Ok(Self(Cow::Borrowed(text))),
            Ok(at) | Err(at) => Err(ParseError::new(at, "a sequence set")),
        }
    }
}

impl TryFrom<u32> for SequenceSet<'_> {
    type Error = ParseError;

    fn try_from(number: u32) -> Result<Self, ParseError> {
        Self::from_numbers([number])
    }
}

impl TryFrom<RangeInclusive<u32>> for SequenceSet<'_> {
    type Error = ParseError;

    fn try_from(range: RangeInclusive<u32>) -> Result<Self, ParseError> {
        Self::from_ranges([range])
    }
}

impl fmt::Debug for SequenceSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SequenceSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

own_by_method!(SequenceSet);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn what_is_a_set() {
        for good in ["1", "*", "$", "1:*", "*:4,5:7", "4294967295", "1,2:3,*", "007"] {
            assert!(SequenceSet::try_from(good).is_ok(), "{good}");
        }
        for (bad, offset) in [
            ("", 0),
            ("0", 0),
            ("1:0", 2),
            ("1,", 2),
            (",1", 0),
            ("1:", 2),
            ("1:2:3", 3),
            ("$,1", 1),
            ("1,$", 2),
            ("-1", 0),
            ("4294967296", 0),
            ("1 ", 1),
            ("**", 1),
        ] {
            let error = SequenceSet::try_from(bad).unwrap_err();
            assert_eq!(error.offset, offset, "{bad}");
        }
    }

    #[test]
    fn ranges_as_written_and_in_order() {
        let set = SequenceSet::try_from("*:4,5:7,9").unwrap();
        assert_eq!(set.resolve(10).collect::<Vec<_>>(), [4..=10, 5..=7, 9..=9]);
        assert_eq!(
            set.ranges().next(),
            Some(SequenceRange { first: SequenceNumber::Largest, last: SequenceNumber::Number(4) })
        );
        assert_eq!(set.count(10), 11);
        assert_eq!(SequenceSet::try_from("1:4294967295").unwrap().count(1), u64::from(u32::MAX));
        assert!(SequenceSet::SAVED.is_saved());
        assert_eq!(SequenceSet::SAVED.ranges().count(), 0);
    }

    #[test]
    fn runs_are_joined() {
        let text = |numbers: &[u32]| {
            SequenceSet::from_numbers(numbers.iter().copied()).map(|set| set.0.into_owned())
        };
        assert_eq!(text(&[1, 2, 3, 5, 7, 8]).unwrap(), "1:3,5,7:8");
        assert_eq!(text(&[3, 2, 1]).unwrap(), "3,2,1");
        assert_eq!(text(&[u32::MAX, u32::MAX]).unwrap(), "4294967295,4294967295");
        assert!(text(&[]).is_err());
        assert!(text(&[1, 0]).is_err());
        let ranges = SequenceSet::from_ranges([1..=4, 5..=9, 12..=12]).unwrap();
        assert_eq!(ranges.as_str(), "1:9,12");
    }

    proptest! {
        #[test]
        fn numbers_survive(numbers in proptest::collection::btree_set(1..2000u32, 1..60)) {
            let set = SequenceSet::from_numbers(numbers.iter().copied()).unwrap();
            let back: Vec<u32> = set.resolve(1).flatten().collect();
            prop_assert!(back.iter().eq(numbers.iter()));
            prop_assert!(SequenceSet::try_from(set.as_str()).is_ok());
        }
    }
}
