//! The small terminals of the grammar.

use crate::ParseError;

/// ```abnf
/// VCHAR = %x21-7E
/// ```
pub(crate) const fn is_vchar(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7E)
}

/// What no line may contain.
pub(crate) fn check_line(octets: &[u8]) -> Result<(), ParseError> {
    match memchr::memchr3(b'\r', b'\n', 0, octets) {
        Some(at) => Err(ParseError::new(at, "an octet other than CR, LF and NUL")),
        None => Ok(()),
    }
}

/// The decimal number that the text begins with, and what follows it.
///
/// ```abnf
/// number = 1*DIGIT
/// ```
pub(crate) fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut value: u64 = 0;
    let mut rest = text;
    while let Some((&digit @ b'0'..=b'9', after)) = rest.split_first() {
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        rest = after;
    }
    if rest.len() == text.len() { None } else { Some((value, rest)) }
}

/// The same for message numbers.
pub(crate) fn message_number(text: &[u8]) -> Option<(u32, &[u8])> {
    let (value, rest) = number(text)?;
    Some((u32::try_from(value).ok()?, rest))
}

/// The octets before the first space, and those after it.
pub(crate) fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&b| b == b' ').unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, b""));
    (word, rest.get(1..).unwrap_or(rest))
}

/// Without the spaces that it begins with.
pub(crate) fn skip_spaces(mut text: &[u8]) -> &[u8] {
    while let Some((b' ', rest)) = text.split_first() {
        text = rest;
    }
    text
}

/// Without the spaces that it ends with.
pub(crate) fn trim_end(mut text: &[u8]) -> &[u8] {
    while let Some((b' ', rest)) = text.split_last() {
        text = rest;
    }
    text
}

/// Appends a number in decimal.
pub(crate) fn push_number(mut value: u64, out: &mut alloc::vec::Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0'.wrapping_add((value % 10) as u8);
        value /= 10;
        start = start.saturating_sub(1);
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(start..).unwrap_or_default());
}

/// Where a part of a unit begins in it.
pub(crate) fn offset(unit: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).saturating_sub(unit.as_ptr() as usize).min(unit.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number(b"0 x"), Some((0, &b" x"[..])));
        assert_eq!(number(b"18446744073709551615"), Some((u64::MAX, &b""[..])));
        assert_eq!(number(b"18446744073709551616"), None);
        assert_eq!(number(b""), None);
        assert_eq!(number(b"-1"), None);
        assert_eq!(message_number(b"4294967295"), Some((u32::MAX, &b""[..])));
        assert_eq!(message_number(b"4294967296"), None);
        for value in [0, 7, 10, 999, 4_294_967_296, u64::MAX] {
            let mut out = alloc::vec::Vec::new();
            push_number(value, &mut out);
            assert_eq!(number(&out), Some((value, &b""[..])));
        }
    }

    #[test]
    fn words() {
        assert_eq!(word(b"a b"), (&b"a"[..], &b"b"[..]));
        assert_eq!(word(b"a "), (&b"a"[..], &b""[..]));
        assert_eq!(word(b""), (&b""[..], &b""[..]));
        assert_eq!(trim_end(skip_spaces(b"  a b ")), b"a b");
    }
}
