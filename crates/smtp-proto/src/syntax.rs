//! The small terminals of the grammar.

use crate::ParseError;

/// What no line may contain.
pub(crate) fn check_line(octets: &[u8]) -> Result<(), ParseError> {
    match memchr::memchr3(b'\r', b'\n', 0, octets) {
        Some(at) => Err(ParseError::new(at, "an octet other than CR, LF and NUL")),
        None => Ok(()),
    }
}

/// ```abnf
/// atext = ALPHA / DIGIT / "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "/" / "=" / "?" /
///         "^" / "_" / "`" / "{" / "|" / "}" / "~"
/// atext =/ UTF8-non-ascii
/// ```
///
/// [RFC 5322, section 3.2.3](https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3),
/// [RFC 6531, section 3.3](https://www.rfc-editor.org/rfc/rfc6531#section-3.3)
pub(crate) const fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

/// [`is_atext`].
pub(crate) const ATEXT: u8 = 1;
/// A letter, digit or underscore, or what is not ASCII: what a label of a domain may begin with.
pub(crate) const LABEL: u8 = 2;
/// What stands for itself in xtext.
pub(crate) const XCHAR: u8 = 4;
/// What the name of a parameter is made of.
const KEYWORD: u8 = 8;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    loop {
        let mut class = 0;
        if is_atext(byte) {
            class |= ATEXT;
        }
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 {
            class |= LABEL;
        }
        if matches!(byte, 0x21..=0x7E) && !matches!(byte, b'+' | b'=') {
            class |= XCHAR;
        }
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            class |= KEYWORD;
        }
        table[byte as usize] = class;
        if byte == 0xFF {
            return table;
        }
        byte += 1;
    }
}

/// Whether an octet belongs to one of the classes.
#[inline]
pub(crate) fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// ```abnf
/// esmtp-value = 1*(%d33-60 / %d62-126)
/// esmtp-value =/ UTF8-non-ascii
/// ```
///
/// [RFC 5321, section 4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2),
/// [RFC 6531, section 3.3](https://www.rfc-editor.org/rfc/rfc6531#section-3.3). `=` is taken too:
/// base64 values have it.
pub(crate) const fn is_value(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7E | 0x80..)
}

/// ```abnf
/// esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
/// ```
///
/// [RFC 5321, section 4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2)
pub(crate) fn is_keyword(text: &[u8]) -> bool {
    match text.split_first() {
        Some((first, rest)) => {
            *first != b'-' && is(*first, KEYWORD) && rest.iter().all(|b| is(*b, KEYWORD))
        }
        None => false,
    }
}

/// The decimal number that a text is; `None` if it is none, or does not fit.
#[inline]
pub(crate) fn number(text: impl AsRef<[u8]>) -> Option<u64> {
    let text = text.as_ref();
    let digit = |byte: u8| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then_some(u64::from(digit))
    };
    // So many digits always fit.
    let (first, rest) = text.split_at_checked(19).unwrap_or((text, b""));
    let mut value = 0_u64;
    for &byte in first {
        value = value * 10 + digit(byte)?;
    }
    for &byte in rest {
        value = value.checked_mul(10)?.checked_add(digit(byte)?)?;
    }
    (!text.is_empty()).then_some(value)
}

/// Whether all octets are more than a space and none is DEL: printable, or not ASCII.
pub(crate) fn is_graphic(octets: &[u8]) -> bool {
    no_control(octets, b'!')
}

/// Whether all octets are at least this one, which is at most 128, and none is DEL.
pub(crate) fn no_control(octets: &[u8], least: u8) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    let bad = |eight: &[u8; 8]| {
        // An octet that borrows from the one above it has its high bit set, which it had not before.
        let word = u64::from_le_bytes(*eight);
        let small = word.wrapping_sub(ONES.wrapping_mul(u64::from(least))) & !word;
        let del = word ^ (ONES * 0x7F);
        (small | (del.wrapping_sub(ONES) & !del)) & HIGH
    };
    let (chunks, rest) = octets.as_chunks::<8>();
    match octets.last_chunk::<8>() {
        // The last eight octets overlap with those before them.
        Some(last) => chunks.iter().fold(bad(last), |sum, eight| sum | bad(eight)) == 0,
        None => rest.iter().all(|byte| *byte >= least && *byte != 0x7F),
    }
}

/// The octets before the first space, and those after it.
pub(crate) fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b' ').unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, b""));
    (word, rest.get(1..).unwrap_or(rest))
}

/// Without the spaces that it begins with.
pub(crate) fn skip_spaces(mut text: &[u8]) -> &[u8] {
    while let Some((b' ' | b'\t', rest)) = text.split_first() {
        text = rest;
    }
    text
}

/// Without the spaces that it ends with.
pub(crate) fn trim_end(mut text: &[u8]) -> &[u8] {
    while let Some((b' ' | b'\t', rest)) = text.split_last() {
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

/// The text of octets that have to be UTF-8.
pub(crate) fn text(octets: &[u8]) -> Result<&str, ParseError> {
    core::str::from_utf8(octets).map_err(|error| ParseError::new(error.valid_up_to(), "UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number(b"0"), Some(0));
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        for bad in [
            "18446744073709551616",
            "99999999999999999999",
            "123456789012345678901",
            "",
            "-1",
            "+1",
            "1 ",
            "a",
        ] {
            assert_eq!(number(bad), None, "{bad}");
        }
        for value in [0, 7, 10, 999, 4_294_967_296, u64::MAX] {
            let mut out = alloc::vec::Vec::new();
            push_number(value, &mut out);
            assert_eq!(number(&out), Some(value));
        }
    }

    #[test]
    fn control_characters() {
        for byte in 0..=255_u8 {
            for len in 1..20 {
                for at in 0..len {
                    let mut octets = [b'x'; 20];
                    octets[at] = byte;
                    let graphic = byte > b' ' && byte != 0x7F;
                    assert_eq!(is_graphic(&octets[..len]), graphic, "{byte} at {at} of {len}");
                    let text = graphic || byte == b' ';
                    assert_eq!(no_control(&octets[..len], b' '), text, "{byte} at {at} of {len}");
                }
            }
        }
        assert!(is_graphic(b""));
    }

    #[test]
    fn words() {
        assert_eq!(word(b"a b"), (&b"a"[..], &b"b"[..]));
        assert_eq!(word(b"a "), (&b"a"[..], &b""[..]));
        assert_eq!(word(b""), (&b""[..], &b""[..]));
        assert_eq!(trim_end(skip_spaces(b"  a b ")), b"a b");
        assert!(is_keyword(b"8BITMIME") && is_keyword(b"X-a") && !is_keyword(b"-a"));
    }
}
