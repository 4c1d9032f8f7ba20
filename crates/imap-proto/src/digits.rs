//! Decimal numbers, eight digits at a time.

/// The number at the start of the bytes and how many digits it has: at least one, and below 2^32.
#[inline]
pub(crate) fn leading_number(bytes: &[u8]) -> Option<(u32, usize)> {
    if let Some(Ok(eight)) = bytes.get(..8).map(<[u8; 8]>::try_from) {
        // The first digit is in the lowest byte, and a digit becomes its value.
        let word = u64::from_le_bytes(eight) ^ 0x3030_3030_3030_3030;
        // The highest bit of each byte that is more than 9; what carries over from such a byte
        // touches only those above it.
        let others = (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
        let len = others.trailing_zeros() / 8;
        if len == 0 {
            return None;
        }
        if len < 8 {
            // Zeros in front.
            return Some((together(word << (64 - 8 * len)), len as usize));
        }
    }
    by_digits(bytes)
}

/// Bytes whose spaces are found together.
pub(crate) const BLOCK: usize = 64;

/// The spaces among the digits from a place on, one bit for each of [`BLOCK`] bytes. What lies
/// behind the end counts as space.
#[inline]
pub(crate) fn spaces(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    match rest.first_chunk::<BLOCK>() {
        Some(block) => spaces_of(block),
        None => {
            let mut block = [b' '; BLOCK];
            for (to, from) in block.iter_mut().zip(rest) {
                *to = *from;
            }
            spaces_of(&block)
        }
    }
}

#[inline]
fn spaces_of(block: &[u8; BLOCK]) -> u64 {
    let (words, _) = block.as_chunks::<8>();
    let mut all = 0u64;
    for (i, word) in words.iter().enumerate() {
        // A digit has this bit, a space has not. The product has the lowest bits of the eight bytes
        // side by side in its highest byte.
        let ones = (!u64::from_le_bytes(*word) >> 4) & 0x0101_0101_0101_0101;
        all |= (ones.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
    }
    all
}

/// The number of which the digits lie between two places, below 2^32.
#[inline]
pub(crate) fn number_between(text: &[u8], start: usize, end: usize) -> Option<u32> {
    let end = end.min(text.len());
    let len = end.wrapping_sub(start);
    let word = end.checked_sub(8).and_then(|at| text.get(at..end)?.first_chunk::<8>());
    match word {
        Some(word) if (1..=8).contains(&len) => {
            // Zeros in the place of what stands in front.
            let front = 64 - 8 * len;
            let digits = (u64::from_le_bytes(*word) ^ 0x3030_3030_3030_3030) >> front << front;
            Some(together(digits))
        }
        _ => by_digits(text.get(start..end)?).map(|found| found.0),
    }
}

/// Puts eight digits together, in pairs, fours and all.
#[inline]
const fn together(digits: u64) -> u32 {
    let pairs = (digits.wrapping_mul(10).wrapping_add(digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0xffff_0000_ffff;
    (fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff) as u32
}

fn by_digits(bytes: &[u8]) -> Option<(u32, usize)> {
    let mut n = 0u32;
    let mut len = 0usize;
    for b in bytes {
        let digit = b.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        n = n.checked_mul(10)?.checked_add(u32::from(digit))?;
        len = len.saturating_add(1);
    }
    if len == 0 { None } else { Some((n, len)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_and_digits_agree(text in "[0-9]{0,11}[^0-9]{0,9}") {
            prop_assert_eq!(leading_number(text.as_bytes()), by_digits(text.as_bytes()));
        }

        #[test]
        fn any_bytes_agree(bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
            prop_assert_eq!(leading_number(&bytes), by_digits(&bytes));
        }

        #[test]
        fn lists_of_numbers(text in "([0-9]{0,11} ?){0,40}") {
            let mut numbers = alloc::vec::Vec::new();
            let (mut at, mut start) = (0, 0);
            while at < text.len() + 1 {
                for bit in 0..BLOCK {
                    if spaces(text.as_bytes(), at) >> bit & 1 == 1 && start <= text.len() {
                        numbers.extend(number_between(text.as_bytes(), start, at + bit));
                        start = at + bit + 1;
                    }
                }
                at += BLOCK;
            }
            let slow = text.split(' ').filter_map(|word| word.parse().ok());
            prop_assert!(numbers.into_iter().eq(slow));
        }

        #[test]
        fn all_numbers(n in any::<u32>()) {
            let text = format!("{n} 12345678");
            prop_assert_eq!(leading_number(text.as_bytes()).map(|found| found.0), Some(n));
        }
    }

    #[test]
    fn edges() {
        assert_eq!(leading_number(b"4294967295"), Some((u32::MAX, 10)));
        assert_eq!(leading_number(b"4294967296"), None);
        assert_eq!(leading_number(b"1:2,3:4,"), Some((1, 1)));
        assert_eq!(leading_number(b""), None);
        assert_eq!(leading_number(b"x"), None);
    }
}
