//! Counting lines while bytes go by.

/// The number of lines in a stretch of bytes.
///
/// # Example
///
/// ```
/// use mime::Lines;
///
/// let lines = Lines::of(b"one\r\ntwo\nthree");
/// assert_eq!((lines.count(), lines.bare()), (2, 1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Lines {
    total: u64,
    bare: u64,
    #[cfg_attr(feature = "serde", serde(skip))]
    after_cr: bool,
}

impl Lines {
    /// Counts the lines of bytes at once.
    pub fn of(bytes: &[u8]) -> Self {
        let mut lines = Lines::default();
        lines.add(bytes);
        lines
    }

    /// Returns how many line ends there are.
    pub const fn count(self) -> u64 {
        self.total
    }

    /// Returns how many line ends are LF without CR: what the bytes grow by when all their line
    /// ends are made CRLF, as they are on the wire.
    pub const fn bare(self) -> u64 {
        self.bare
    }

    pub(crate) const fn from_counts(total: u64, bare: u64) -> Self {
        Lines { total, bare, after_cr: false }
    }

    /// Counts the lines of the bytes that follow.
    pub fn add(&mut self, bytes: &[u8]) {
        let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return };
        let mut total = 0;
        let mut paired = u64::from(self.after_cr && first == b'\n');
        // Small sums in bytes, so that the compiler can use vectors.
        for chunk in bytes.chunks(255) {
            total += u64::from(chunk.iter().fold(0u8, |sum, &b| sum + u8::from(b == b'\n')));
        }
        let pairs = bytes.len() - 1;
        let (firsts, seconds) = (bytes.get(..pairs), bytes.get(1..));
        if let (Some(firsts), Some(seconds)) = (firsts, seconds) {
            for (a, b) in firsts.chunks(255).zip(seconds.chunks(255)) {
                let both = |(&a, &b): (&u8, &u8)| u8::from(a == b'\r') & u8::from(b == b'\n');
                paired += u64::from(a.iter().zip(b).map(both).sum::<u8>());
            }
        }
        self.total += total;
        self.bare += total - paired;
        self.after_cr = last == b'\r';
    }

    /// Returns what was added since an earlier state.
    pub(crate) fn since(self, earlier: Lines) -> Lines {
        Lines {
            total: self.total.saturating_sub(earlier.total),
            bare: self.bare.saturating_sub(earlier.bare),
            after_cr: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_as_a_loop_does(bytes in prop::collection::vec(prop::sample::select(b"\r\nx".to_vec()), 0..1200), cut in 0usize..1200) {
            let bytes: Vec<u8> = bytes;
            let (a, b) = bytes.split_at(cut.min(bytes.len()));
            let mut lines = Lines::of(a);
            lines.add(b);
            let total = bytes.iter().filter(|&&b| b == b'\n').count() as u64;
            let paired = bytes.windows(2).filter(|pair| pair == b"\r\n").count() as u64;
            prop_assert_eq!((lines.count(), lines.bare()), (total, total - paired));
        }
    }
}
