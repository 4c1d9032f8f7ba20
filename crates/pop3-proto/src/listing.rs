//! The lines that STAT, LIST and UIDL are answered with.

use alloc::vec::Vec;

use crate::ParseError;
use crate::deviation::DeviationKind;
use crate::syntax;
use crate::text::checked_text;

/// The answer to STAT, after its `+OK `.
///
/// ```abnf
/// drop-listing = messages SP octets [SP anything]
/// ```
///
/// [RFC 1939, section 5](https://www.rfc-editor.org/rfc/rfc1939#page-6)
///
/// # Example
///
/// ```
/// use pop3_proto::DropListing;
///
/// let listing = DropListing::parse(b"2 5000000000")?;
/// assert_eq!(listing, DropListing { messages: 2, octets: 5_000_000_000 });
/// # Ok::<(), pop3_proto::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DropListing {
    /// Messages that are not marked as deleted.
    pub messages: u32,
    /// Their octets together.
    pub octets: u64,
}

impl DropListing {
    /// Parses the text; what follows the second number is overlooked.
    ///
    /// # Errors
    ///
    /// No two numbers.
    pub fn parse(text: &[u8]) -> Result<Self, ParseError> {
        match Self::tolerant(text)? {
            (listing, None | Some((DeviationKind::ExtraSpaces, _))) => Ok(listing),
            (_, Some((_, at))) => Err(ParseError::new(at, OCTETS)),
        }
    }

    pub(crate) fn tolerant(text: &[u8]) -> Result<(Self, Deviant), ParseError> {
        let Some((messages, rest)) = syntax::message_number(text) else {
            return Err(ParseError::new(0, "a number of messages"));
        };
        let (value, mut deviation) = value(text, rest, OCTETS)?;
        let at = syntax::offset(text, value);
        let octets = match value.strip_prefix(b"-").and_then(syntax::number) {
            Some(_) => {
                deviation = Some((DeviationKind::NegativeSize, at));
                0
            }
            None => ended_number(value).ok_or(ParseError::new(at, OCTETS))?,
        };
        Ok((Self { messages, octets }, deviation))
    }

    /// Appends the text.
    pub fn encode(&self, out: &mut Vec<u8>) {
        syntax::push_number(u64::from(self.messages), out);
        out.push(b' ');
        syntax::push_number(self.octets, out);
    }
}

/// A line of the answer to LIST: the size of a message.
///
/// ```abnf
/// scan-listing = msg SP octets [SP anything]
/// ```
///
/// [RFC 1939, section 5](https://www.rfc-editor.org/rfc/rfc1939#page-7). Real sizes are often not
/// exact: rounded, or counted with LF for CRLF. Nothing may rely on them to find an end.
///
/// # Example
///
/// ```
/// use pop3_proto::ScanListing;
///
/// assert_eq!(ScanListing::parse(b"1 120")?, ScanListing { message: 1, octets: 120 });
/// assert_eq!(ScanListing::parse(b"1 120 From: alice")?.octets, 120);
/// # Ok::<(), pop3_proto::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanListing {
    /// The message.
    pub message: u32,
    /// Its size in octets.
    pub octets: u64,
}

impl ScanListing {
    /// Parses a line without its CRLF; what follows the second number is overlooked.
    ///
    /// # Errors
    ///
    /// No two numbers.
    pub fn parse(line: &[u8]) -> Result<Self, ParseError> {
        Self::tolerant(line).map(|(listing, _)| listing)
    }

    pub(crate) fn tolerant(line: &[u8]) -> Result<(Self, Deviant), ParseError> {
        let Some((message, rest)) = syntax::message_number(line) else {
            return Err(ParseError::new(0, MESSAGE));
        };
        let (value, deviation) = value(line, rest, OCTETS)?;
        let Some(octets) = ended_number(value) else {
            return Err(ParseError::new(syntax::offset(line, value), OCTETS));
        };
        Ok((Self { message, octets }, deviation))
    }

    /// A line that begins the buffer, looks as RFC 1939 says and has at most 16 octets with its
    /// CRLF: the listing and the length of the line. Anything else is for the careful way.
    #[inline]
    pub(crate) fn quick(buffer: &[u8]) -> Option<(Self, usize)> {
        let line: &[u8; 16] = buffer.first_chunk()?;
        let eight =
            |at: usize| line.get(at..)?.first_chunk().map(|eight| u64::from_le_bytes(*eight));
        // Where the line ends is known before its numbers are: the next line need not wait for them.
        let feed = line_feed(eight(0)?, eight(8)?)?;
        let (message, first) = few_digits(eight(0)?)?;
        let (octets, second) = few_digits(eight(first + 1)?)?;
        let len = first + second + b" \r\n".len();
        if line.get(first) != Some(&b' ') || line.get(len - 2) != Some(&b'\r') || len != feed + 1 {
            return None;
        }
        let len = feed + 1;
        Some((Self { message: message as u32, octets }, len))
    }

    /// Appends the line with its CRLF.
    pub fn encode(&self, out: &mut Vec<u8>) {
        syntax::push_number(u64::from(self.message), out);
        out.push(b' ');
        syntax::push_number(self.octets, out);
        out.extend_from_slice(b"\r\n");
    }
}

checked_text! {
    /// A unique-id: 1 to 70 printable ASCII characters.
    ///
    /// It names a message across sessions. Two copies of a message may have the same one.
    ///
    /// ```abnf
    /// unique-id = 1*70(%x21-7E)
    /// ```
    ///
    /// [RFC 1939, section 7](https://www.rfc-editor.org/rfc/rfc1939#page-12)
    UniqueId, check_unique_id
}

fn check_unique_id(text: &str) -> Result<(), ParseError> {
    if text.len() > 70 {
        return Err(ParseError::new(70, "the end of the unique-id"));
    }
    check_printable(text.as_bytes())
}

fn check_printable(text: &[u8]) -> Result<(), ParseError> {
    if text.is_empty() {
        return Err(ParseError::new(0, UNIQUE_ID));
    }
    match text.iter().position(|&b| !syntax::is_vchar(b)) {
        Some(at) => Err(ParseError::new(at, "a printable ASCII character")),
        None => Ok(()),
    }
}

/// A line of the answer to UIDL: the unique-id of a message.
///
/// ```abnf
/// unique-id-listing = msg SP unique-id
/// ```
///
/// [RFC 1939, section 7](https://www.rfc-editor.org/rfc/rfc1939#page-12)
///
/// # Example
///
/// ```
/// use pop3_proto::UniqueIdListing;
///
/// let listing = UniqueIdListing::parse(b"2 QhdPYR:00WBw1Ph7x7")?;
/// assert_eq!(listing.message, 2);
/// assert_eq!(listing.unique_id, "QhdPYR:00WBw1Ph7x7");
/// # Ok::<(), pop3_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniqueIdListing<'a> {
    /// The message.
    pub message: u32,
    /// What it is called: printable ASCII, of any length that a server sent.
    pub unique_id: &'a str,
}

impl<'a> UniqueIdListing<'a> {
    /// Parses a line without its CRLF.
    ///
    /// # Errors
    ///
    /// No number, no unique-id, or something after it.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        let (message, at, _) = Self::tolerant(line)?;
        let unique_id = line.get(at..).unwrap_or_default();
        match core::str::from_utf8(unique_id) {
            Ok(unique_id) => Ok(Self { message, unique_id }),
            Err(_) => Err(ParseError::new(at, UNIQUE_ID)),
        }
    }

    /// The message and where the unique-id begins, which goes to the end of the line.
    pub(crate) fn tolerant(line: &[u8]) -> Result<(u32, usize, Deviant), ParseError> {
        let Some((message, rest)) = syntax::message_number(line) else {
            return Err(ParseError::new(0, MESSAGE));
        };
        let (unique_id, mut deviation) = value(line, rest, UNIQUE_ID)?;
        let at = syntax::offset(line, unique_id);
        check_printable(unique_id)
            .map_err(|e| ParseError::new(at.saturating_add(e.offset), e.expected))?;
        if unique_id.len() > 70 && deviation.is_none() {
            deviation = Some((DeviationKind::LongUniqueId, at.saturating_add(70)));
        }
        Ok((message, at, deviation))
    }

    /// Whether a text is a unique-id alone, as some servers answer `UIDL n`.
    pub(crate) fn alone(text: &[u8]) -> bool {
        check_printable(text).is_ok()
    }
}

/// What was tolerated in a line, and where.
type Deviant = Option<(DeviationKind, usize)>;

const MESSAGE: &str = "a message number";
const OCTETS: &str = "a number of octets";
const UNIQUE_ID: &str = "a unique-id";

/// What stands after the number and its space.
fn value<'a>(
    line: &[u8],
    rest: &'a [u8],
    expected: &'static str,
) -> Result<(&'a [u8], Deviant), ParseError> {
    let at = syntax::offset(line, rest);
    let Some(value) = rest.strip_prefix(b" ") else {
        return Err(ParseError::new(at, "a space"));
    };
    let trimmed = syntax::skip_spaces(value);
    if trimmed.is_empty() {
        return Err(ParseError::new(at.saturating_add(1), expected));
    }
    let extra = trimmed.len() < value.len();
    let at = at.saturating_add(1);
    Ok((trimmed, extra.then_some((DeviationKind::ExtraSpaces, at))))
}

/// A number that ends with the text or with a space.
fn ended_number(text: &[u8]) -> Option<u64> {
    match syntax::number(text)? {
        (value, [] | [b' ' | b'\t', ..]) => Some(value),
        _ => None,
    }
}

/// Where the first LF is in sixteen octets.
#[inline(always)]
fn line_feed(low: u64, high: u64) -> Option<usize> {
    // The highest bit of the first octet that is LF, perhaps of others behind it.
    let found = |half: u64| {
        let others = half ^ 0x0A0A_0A0A_0A0A_0A0A;
        others.wrapping_sub(0x0101_0101_0101_0101) & !others & 0x8080_8080_8080_8080
    };
    match (found(low), found(high)) {
        (0, 0) => None,
        (0, high) => Some(high.trailing_zeros() as usize / 8 + 8),
        (low, _) => Some(low.trailing_zeros() as usize / 8),
    }
}

/// A number of at most seven digits, which are read together, and how many it has. Longer ones are
/// for the careful way.
#[inline(always)]
fn few_digits(text: u64) -> Option<(u64, usize)> {
    // The first digit is in the lowest octet, and a digit becomes its value.
    let word = text ^ 0x3030_3030_3030_3030;
    // The highest bit of each octet that is more than 9; what carries over from such an octet
    // touches only those above it.
    let others = (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
    let bits = others.trailing_zeros() & !7;
    if bits == 0 || bits == 64 {
        return None;
    }
    // Zeros in front; then pairs, pairs of pairs, and both halves.
    let digits = word << (64 - bits);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    Some((fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xFFFF_FFFF, bits as usize / 8))
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn sizes_are_64_bits() {
        assert_eq!(
            DropListing::parse(b"2 18446744073709551615"),
            Ok(DropListing { messages: 2, octets: u64::MAX })
        );
        assert!(DropListing::parse(b"2 18446744073709551616").is_err());
        assert_eq!(ScanListing::parse(b"1 5000000000").unwrap().octets, 5_000_000_000);
    }

    #[test]
    fn text_after_the_numbers() {
        assert_eq!(DropListing::parse(b"2 320 octets").unwrap().octets, 320);
        assert_eq!(ScanListing::parse(b"1 120 x").unwrap().octets, 120);
        for bad in [&b"7"[..], b"seven 1800662", b"7 #octets", b"7 ", b"", b"7 1x", b"7 -5"] {
            assert!(DropListing::parse(bad).is_err());
        }
        for bad in [&b"7"[..], b"7 ten-twenty-four", b"7 ", b"7  ", b"", b"7 1x"] {
            assert!(ScanListing::parse(bad).is_err());
        }
    }

    #[test]
    fn what_is_tolerated() {
        let (listing, deviation) = DropListing::tolerant(b"5 -1234").unwrap();
        assert_eq!(listing.octets, 0);
        assert_eq!(deviation, Some((DeviationKind::NegativeSize, 2)));
        let (_, deviation) = ScanListing::tolerant(b"1   120").unwrap();
        assert_eq!(deviation, Some((DeviationKind::ExtraSpaces, 2)));
        let line = [b"1 ".as_slice(), &[b'x'; 71]].concat();
        let (message, at, deviation) = UniqueIdListing::tolerant(&line).unwrap();
        assert_eq!((message, at), (1, 2));
        assert_eq!(deviation, Some((DeviationKind::LongUniqueId, 72)));
        assert!(UniqueId::try_from("x".repeat(71).as_str()).is_err());
        assert!(UniqueId::try_from("x".repeat(70).as_str()).is_ok());
    }

    #[test]
    fn unique_ids() {
        for bad in [&b"3"[..], b"3 ", b"3  ", b"x y", b"3 a b", b"3 \xff", b""] {
            assert!(UniqueIdListing::parse(bad).is_err());
        }
        assert_eq!(UniqueIdListing::parse(b"1    x").unwrap().unique_id, "x");
    }

    #[test]
    fn quick_agrees_with_careful() {
        for line in [
            &b"1 120\r\n"[..],
            b"4294967295 999999999999999999\r\n",
            b"4294967296 1\r\n",
            b"1 9999999999999999999\r\n",
            b"0001 0\r\n2 3\r\n",
            b"1 120 x\r\n",
            b"1  120\r\n",
            b".\r\n",
            b"1 120\n",
            b"1 120\r",
            b"1 ",
            b"",
        ] {
            let line = [line, b"2 3\r\n.\r\n"].concat();
            if let Some((listing, len)) = ScanListing::quick(&line) {
                assert_eq!(ScanListing::parse(&line[..len - 2]), Ok(listing));
                assert!(line[..len].ends_with(b"\r\n"));
            }
        }
        for number in (0..24).flat_map(|power| [(1_u64 << power) - 1, 10_u64.pow(power % 8) - 1]) {
            for line in [
                format!("1 {number}\r\n2 1234567890\r\n"),
                format!("{number} 0\r\n2 1234567890\r\n"),
            ] {
                let quick = ScanListing::quick(line.as_bytes());
                let text = line.split("\r\n").next().unwrap();
                assert_eq!(
                    quick.map(|(listing, _)| listing),
                    ScanListing::parse(text.as_bytes()).ok()
                );
            }
        }
    }
}
