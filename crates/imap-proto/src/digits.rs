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
            // Zeros in front, then pairs, fours and all eight are put together.
            let digits = word << (64 - 8 * len);
            let pairs = (digits.wrapping_mul(10).wrapping_add(digits >> 8)) & 0x00ff_00ff_00ff_00ff;
            let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0xffff_0000_ffff;
            let all = fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff;
            return Some((all as u32, len as usize));
        }
    }
    by_digits(bytes)
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
