//! Octets looked at eight at a time, as the octets of one number.
//!
//! The marks of octets are the high bits of theirs. The lowest mark is always right; what is above
//! it may be wrong, since additions carry upwards.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES << 7;

/// The first eight octets, with zeros for those that are not there.
#[inline(always)]
const fn load(octets: &[u8]) -> u64 {
    match octets.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => load_short(octets),
    }
}

/// The two halves overlap where there are not four octets in each.
#[inline]
const fn load_short(octets: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (octets.first_chunk(), octets.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return first as u64 | (last as u64) << (8 * (octets.len() & 7)).saturating_sub(32);
    }
    match octets {
        [] => 0,
        [a] => *a as u64,
        [a, b] => *a as u64 | (*b as u64) << 8,
        [a, b, c, ..] => *a as u64 | (*b as u64) << 8 | (*c as u64) << 16,
    }
}

/// A [`key`].
pub(crate) type Key = (u64, u64);

/// A word of up to 16 letters, digits and hyphens as numbers, alike for both letter cases; 0 for a
/// longer one.
///
/// Words with control characters may have the key of another word; nothing else may.
#[inline(always)]
pub(crate) const fn key(word: &[u8]) -> Key {
    const CASE: u64 = !(ONES * 0x20);
    match word.split_first_chunk() {
        None => (load_short(word) & CASE, 0),
        Some((first, [])) => (u64::from_le_bytes(*first) & CASE, 0),
        Some((first, rest)) if rest.len() <= 8 => {
            (u64::from_le_bytes(*first) & CASE, load(rest) & CASE)
        }
        Some(_) => (0, 0),
    }
}

/// One bit for each mark, the lowest one for the first octet.
#[inline(always)]
const fn bits(marks: u64) -> u64 {
    ((marks & HIGH) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Marks octets of ASCII that are at least this one.
#[inline(always)]
const fn at_least(word: u64, least: u8) -> u64 {
    word.wrapping_add(ONES * (0x80 - least as u64))
}

/// Marks letters and digits, if all octets are ASCII.
#[inline(always)]
const fn alphanumeric(word: u64) -> u64 {
    let small = word | (ONES * 0x20);
    let letters = at_least(small, b'a') & !at_least(small, b'z' + 1);
    let digits = at_least(word, b'0') & !at_least(word, b'9' + 1);
    letters | digits
}

/// The place of the lowest mark.
#[inline(always)]
const fn place(marks: u64) -> usize {
    marks.trailing_zeros() as usize / 8
}

/// How many octets stand before the first line feed.
#[inline]
pub(crate) fn line_feed(octets: &[u8]) -> Option<usize> {
    // Most lines are short.
    let (eights, _) = octets.as_chunks::<8>();
    for (nth, eight) in eights.iter().take(4).enumerate() {
        let differences = u64::from_le_bytes(*eight) ^ (ONES * b'\n' as u64);
        let found = differences.wrapping_sub(ONES) & !differences & HIGH;
        if found != 0 {
            return Some(8 * nth + place(found));
        }
    }
    let at = octets.len().min(32) & !7;
    memchr::memchr(b'\n', octets.get(at..)?).map(|found| at + found)
}

/// Which of the first 64 octets are line feeds: one bit for each, the lowest one for the first.
#[inline]
pub(crate) fn line_feeds(octets: &[u8]) -> u64 {
    let feeds = |word: u64| {
        let differences = word ^ (ONES * b'\n' as u64);
        bits(!((differences & !HIGH).wrapping_add(!HIGH) | differences))
    };
    if let Some(block) = octets.first_chunk::<64>() {
        let [a, b, c, d, e, f, g, h] = block.as_chunks::<8>().0 else { return 0 };
        let [a, b, c, d] = [a, b, c, d].map(|eight| feeds(u64::from_le_bytes(*eight)));
        let [e, f, g, h] = [e, f, g, h].map(|eight| feeds(u64::from_le_bytes(*eight)));
        let (low, high) = (a | b << 8 | c << 16 | d << 24, e | f << 8 | g << 16 | h << 24);
        return low | high << 32;
    }
    let (mut rest, mut at, mut found) = (octets, 0, 0);
    while !rest.is_empty() {
        found |= feeds(load(rest)) << at;
        rest = rest.get(8..).unwrap_or_default();
        at += 8;
    }
    found
}

/// How many octets in front are words of letters and digits with single periods or hyphens between
/// them, which is what nearly all local parts and domains are; 0 if that takes a closer look.
#[inline]
pub(crate) fn name(octets: &[u8]) -> usize {
    let mut rest = octets;
    // Marks the octet in front if a word has to begin with it.
    let mut open = 0x80;
    loop {
        let word = load(rest);
        let links = at_least(word, b'-') & !at_least(word, b'.' + 1) & HIGH;
        let stops = (!(alphanumeric(word) | links) | word) & HIGH;
        if (links << 8 | open) & (links | stops) != 0 {
            return 0;
        }
        if stops != 0 {
            return octets.len() - rest.len() + place(stops);
        }
        open = links >> 56;
        rest = rest.get(8..).unwrap_or_default();
    }
}

/// Where there are spaces and equals signs in a list of parameters, one bit for each of its first 64
/// octets. Of equals signs in a value there may be none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    /// What is beyond the end counts as spaces.
    pub(crate) spaces: u64,
    pub(crate) equals: u64,
}

impl Marks {
    /// The most octets that have marks.
    pub(crate) const LEN: usize = 64;

    /// The marks of no text.
    pub(crate) const EMPTY: Self = Self { spaces: u64::MAX, equals: 0 };

    /// What [`Marks::of_list`] says of a text that takes a closer look.
    pub(crate) const UNSURE: Self = Self { spaces: 0, equals: u64::MAX };

    /// The marks of any text.
    pub(crate) fn of(text: &[u8]) -> Self {
        let (mut spaces, mut equals) = (from(text.len()), 0);
        for (nth, octet) in text.iter().take(Self::LEN).enumerate() {
            spaces |= u64::from(*octet == b' ') << nth;
            equals |= u64::from(*octet == b'=') << nth;
        }
        Self { spaces, equals }
    }

    /// The marks of a text of at most 64 octets, if it is nothing but parameters with spaces between
    /// them.
    ///
    /// ```abnf
    /// esmtp-param = esmtp-keyword ["=" esmtp-value]
    /// ```
    pub(crate) fn of_list(text: &[u8]) -> Self {
        if text.len() > Self::LEN {
            return Self::UNSURE;
        }
        let (mut spaces, mut words, mut printable) = (from(text.len()), 0, HIGH);
        let mut add = |word: u64, at: usize| {
            let differences = word ^ (ONES * b' ' as u64);
            spaces |= bits(!differences.wrapping_add(!HIGH)) << at;
            words |= bits(alphanumeric(word)) << at;
            printable &= at_least(word, b' ') & !at_least(word, 0x7F) & !word;
        };
        let (mut rest, mut at) = (text, 0);
        while let Some((eight, after)) = rest.split_first_chunk() {
            add(u64::from_le_bytes(*eight), at);
            rest = after;
            at += 8;
        }
        if !rest.is_empty() {
            add(load_short(rest) | (ONES * b' ' as u64) << (8 * rest.len()), at);
        }
        let starts = !spaces & (spaces << 1 | 1);
        // Carries run through the letters of each keyword, and stop behind it.
        let ends = words.wrapping_add(starts) & !words;
        let equals = ends & !spaces;
        let empty = equals << 1 & spaces | equals >> 63;
        if printable != HIGH || starts & !words | empty != 0 {
            return Self::UNSURE;
        }
        let mut left = equals;
        while left != 0 {
            if text.get(left.trailing_zeros() as usize) != Some(&b'=') {
                return Self::UNSURE;
            }
            left &= left - 1;
        }
        Self { spaces, equals }
    }
}

/// All places from this one on.
#[inline(always)]
pub(crate) const fn from(place: usize) -> u64 {
    if place < 64 { u64::MAX << place } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Every octet at every place of texts of every length around eight and sixteen.
    fn all(mut check: impl FnMut(&[u8])) {
        for byte in 0..=255_u8 {
            for len in 0..20 {
                for at in 0..len.max(1) {
                    let mut octets = [b'x'; 20];
                    octets[at] = byte;
                    check(&octets[..len]);
                    octets[len / 2] = b'.';
                    check(&octets[..len]);
                    octets[len / 3] = b'-';
                    check(&octets[..len]);
                }
            }
        }
    }

    #[test]
    fn loads() {
        let octets: Vec<u8> = (1..=12).collect();
        for len in 0..12 {
            let mut eight = [0; 8];
            eight[..len.min(8)].copy_from_slice(&octets[..len.min(8)]);
            assert_eq!(load(&octets[..len]), u64::from_le_bytes(eight), "{len}");
        }
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
    fn ends_of_lines() {
        for len in 0..80 {
            let mut octets = [b'\r'; 80];
            assert_eq!((line_feed(&octets[..len]), line_feeds(&octets[..len])), (None, 0));
            for at in 0..len {
                octets[at..len].fill(b'\n');
                assert_eq!(line_feed(&octets[..len]), Some(at), "{len}");
                assert_eq!(line_feeds(&octets[..len]), from(at) & !from(len), "{len}");
                octets[at..len].fill(b'\r');
            }
        }
        all(|octets| {
            let slow = octets.iter().enumerate();
            let slow = slow.fold(0, |sum, (at, b)| sum | u64::from(*b == b'\n') << at);
            assert_eq!(line_feeds(octets), slow);
        });
    }

    #[test]
    fn names() {
        all(|octets| {
            let good = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
            let len = octets.iter().position(|b| !good(b)).unwrap_or(octets.len());
            let words = octets[..len].split(|b| matches!(b, b'-' | b'.'));
            let slow = if words.clone().any(<[u8]>::is_empty) { 0 } else { len };
            let found = name(octets);
            // What is behind the name may confuse.
            assert!(found == slow || found == 0 && len < octets.len(), "{octets:?}");
        });
    }
}
