//! Searches that look at many bytes at once.

/// This byte in each place of a word.
const fn splat(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of each byte below `bound`, a number of at most 128; above the lowest such byte
/// there may be others by mistake.
#[inline]
const fn below(word: u64, bound: u8) -> u64 {
    word.wrapping_sub(splat(bound)) & !word & splat(0x80)
}

/// Length of what stands in front of the first `"`, `\` or control character.
#[inline]
pub(crate) fn plain_len(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    let mut before = 0usize;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let found =
            below(word ^ splat(b'"'), 1) | below(word ^ splat(b'\\'), 1) | below(word, b' ');
        if found != 0 {
            return Some(before + found.trailing_zeros() as usize / 8);
        }
        before += 8;
    }
    let found = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=31))?;
    Some(before + found)
}

/// Bytes looked at together by [`list_len`].
const BLOCK: usize = 64;

/// What is to be known of a byte, one bit each.
const QUOTE: u8 = 1;
const OPEN: u8 = 2;
const CLOSE: u8 = 4;

/// Length of the list in parentheses at the start of a text, with its parentheses.
///
/// `None` where the list is not complete, or has anything that needs a closer look: literals,
/// brackets, escapes, control characters.
pub(crate) fn list_len(text: &[u8]) -> Option<usize> {
    let mut open = 0u32;
    // All ones within a string that began in an earlier block.
    let mut within = 0u64;
    let mut before = 0usize;
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let mut last = [b' '; BLOCK];
    last.get_mut(..rest.len())?.copy_from_slice(rest);
    for block in blocks.iter().chain([&last]) {
        let mut kinds = [0u8; BLOCK];
        let mut odd = 0u8;
        let mut bracket = 0u8;
        for (kind, b) in kinds.iter_mut().zip(block) {
            *kind = (u8::from(*b == b'"') * QUOTE)
                | (u8::from(*b == b'(') * OPEN)
                | (u8::from(*b == b')') * CLOSE);
            odd |= u8::from(*b < b' ') | u8::from(*b == b'\\');
            bracket |= u8::from(*b == b'[') | u8::from(*b == b'{');
        }
        let strings = within ^ fill(map(&kinds, QUOTE));
        let outside = !strings;
        let closes = map(&kinds, CLOSE) & outside;
        let opens = map(&kinds, OPEN) & outside;
        let many = closes.count_ones();
        let end = if many < open { BLOCK } else { end_of_list(opens, closes, open) };
        if odd | bracket != 0 {
            // The list may be over before what is odd.
            let looked_at = block.get(..end)?;
            let odd = |(at, b): (usize, &u8)| match b {
                b'[' | b'{' => outside >> at & 1 == 1,
                b => matches!(b, b'\\' | 0..=31),
            };
            if looked_at.iter().enumerate().any(odd) {
                return None;
            }
        }
        if end < BLOCK {
            let len = before + end + 1;
            return if len <= text.len() { Some(len) } else { None };
        }
        open = (open + opens.count_ones()).checked_sub(many)?;
        within = 0u64.wrapping_sub(strings >> (BLOCK - 1));
        before += BLOCK;
    }
    None
}

/// Where the last of the open parentheses closes; the size of a block if it does not.
#[inline]
fn end_of_list(opens: u64, mut closes: u64, open: u32) -> usize {
    let mut closed = 0;
    while closes != 0 {
        let at = closes.trailing_zeros();
        closed += 1;
        let opened = (opens & ((1u64 << at) - 1)).count_ones();
        if open + opened <= closed {
            return at as usize;
        }
        closes &= closes - 1;
    }
    BLOCK
}

/// The bytes that have this bit, one bit each.
#[inline]
fn map(kinds: &[u8; BLOCK], bit: u8) -> u64 {
    let (words, _) = kinds.as_chunks::<8>();
    let shift = bit.trailing_zeros();
    let mut all = 0u64;
    for (i, word) in words.iter().enumerate() {
        let ones = (u64::from_le_bytes(*word) >> shift) & splat(1);
        // The product has the lowest bits of the eight bytes side by side in its highest byte.
        let byte = ones.wrapping_mul(0x0102_0408_1020_4080) >> 56;
        all |= byte << (8 * i);
    }
    all
}

/// Sets the bits from each odd one, inclusive, up to the next, exclusive.
#[inline]
const fn fill(mut quotes: u64) -> u64 {
    quotes ^= quotes << 1;
    quotes ^= quotes << 2;
    quotes ^= quotes << 4;
    quotes ^= quotes << 8;
    quotes ^= quotes << 16;
    quotes ^ quotes << 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, byte by byte.
    fn slow_list_len(text: &[u8]) -> Option<usize> {
        let (mut open, mut quoted) = (0u32, false);
        for (at, b) in text.iter().enumerate() {
            match b {
                b'\\' | 0..=31 => return None,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'[' | b'{' => return None,
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }

    proptest! {
        #[test]
        fn lists_are_as_long_as_byte_by_byte(text in "\\([ -~]{0,20}[()\" a-z]{0,200}[\\[\\\\{]?[()\" a]{0,90}[\r\n]*") {
            prop_assert_eq!(list_len(text.as_bytes()), slow_list_len(text.as_bytes()));
        }

        #[test]
        fn lists_in_lists(inner in "[a\"]{0,6}", depth in 1usize..200) {
            let text = ["(".repeat(depth), inner, ")".repeat(depth + 1)].concat();
            prop_assert_eq!(list_len(text.as_bytes()), slow_list_len(text.as_bytes()));
        }

        #[test]
        fn plain_text_ends_where_it_ends(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            let slow = text.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=31));
            prop_assert_eq!(plain_len(&text), slow);
        }
    }

    #[test]
    fn edges() {
        assert_eq!(list_len(b"()"), Some(2));
        assert_eq!(list_len(b"(a (b \")\")) c"), Some(11));
        assert_eq!(list_len(b"(a"), None);
        assert_eq!(list_len(b"(\"a)"), None);
        assert_eq!(list_len(b"(\"[\" \"{3}\")"), Some(11));
        assert_eq!(list_len(b"([)"), None);
        assert_eq!(list_len(b"() \\ {"), Some(2));
        assert_eq!(list_len(b""), None);
    }
}
