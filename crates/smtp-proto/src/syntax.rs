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
/// A character of [`is_keyword`].
pub(crate) const KEYWORD: u8 = 4;
/// [`is_value`].
pub(crate) const VALUE: u8 = 8;

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
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            class |= KEYWORD;
        }
        if is_value(byte) {
            class |= VALUE;
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

/// How many octets in front belong to the class.
#[inline]
pub(crate) fn span(octets: &[u8], class: u8) -> usize {
    octets.iter().position(|byte| !is(*byte, class)).unwrap_or(octets.len())
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
            first.is_ascii_alphanumeric()
                && rest.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        }
        None => false,
    }
}

/// The decimal number that a text is; `None` if it is none, or does not fit.
pub(crate) fn number(text: &str) -> Option<u64> {
    let mut value = 0_u64;
    for &byte in text.as_bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
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
    let end = memchr::memchr(b' ', text).unwrap_or(text.len());
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

/// A word of up to 16 letters, digits and hyphens as numbers, alike for both letter cases.
///
/// Words with control characters may have the key of another word; nothing else may.
pub(crate) const fn key(word: &[u8]) -> (usize, u64, u64) {
    const CASE: u64 = 0xDFDF_DFDF_DFDF_DFDF;
    let (low, high) = match word {
        [a] => (*a as u64, 0),
        [a, b] => (*a as u64 | (*b as u64) << 8, 0),
        [a, b, c] => (*a as u64 | (*b as u64) << 8, *c as u64),
        _ if word.len() > 16 => return (0, 0, 0),
        // The first and the last octets overlap where there are fewer.
        _ if word.len() >= 8 => match (word.first_chunk(), word.last_chunk()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => (0, 0),
        },
        _ => match (word.first_chunk(), word.last_chunk()) {
            (Some(first), Some(last)) => {
                (u32::from_le_bytes(*first) as u64, u32::from_le_bytes(*last) as u64)
            }
            _ => (0, 0),
        },
    };
    (word.len(), low & CASE, high & CASE)
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
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("18446744073709551615"), Some(u64::MAX));
        for bad in ["18446744073709551616", "", "-1", "+1", "1 ", "a"] {
            assert_eq!(number(bad), None, "{bad}");
        }
        for value in [0, 7, 10, 999, 4_294_967_296, u64::MAX] {
            let mut out = alloc::vec::Vec::new();
            push_number(value, &mut out);
            assert_eq!(number(core::str::from_utf8(&out).unwrap()), Some(value));
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
    fn keys() {
        let words =
            ["BY", "MTRK", "SIZE", "AAAA", "AAAAA", "BODY", "NOTIFY", "8BITMIME", "XFORWARD"];
        let more = ["PIPELINING", "NO-SOLICITING", "A-B", "A", "AB", "0123456789ABCDEF"];
        for one in words.iter().chain(&more) {
            for two in words.iter().chain(&more) {
                assert_eq!(key(one.as_bytes()) == key(two.as_bytes()), one == two, "{one} {two}");
            }
            let small = one.to_ascii_lowercase();
            assert_eq!(key(small.as_bytes()), key(one.as_bytes()));
        }
        // No printable character but the letter itself has the key of a letter, digit or hyphen.
        for byte in 0x20..=0x7E_u8 {
            for known in (b'A'..=b'Z').chain(b'0'..=b'9').chain([b'-']) {
                let alike = byte.eq_ignore_ascii_case(&known);
                assert_eq!(key(&[byte; 5]) == key(&[known; 5]), alike, "{byte} {known}");
            }
        }
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
