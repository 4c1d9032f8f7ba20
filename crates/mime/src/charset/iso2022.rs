//! Stateful and double-byte charsets whose character sets `encoding_rs` knows in another form:
//! HZ ([RFC 1843](https://www.rfc-editor.org/rfc/rfc1843)), ISO-2022-KR
//! ([RFC 1557](https://www.rfc-editor.org/rfc/rfc1557)), ISO-2022-CN
//! ([RFC 1922](https://www.rfc-editor.org/rfc/rfc1922)), ISO-2022-JP-1 and -2
//! ([RFC 1554](https://www.rfc-editor.org/rfc/rfc1554)), and Johab.
//!
//! The Taiwanese planes of ISO-2022-CN (CNS 11643) are read as U+FFFD.

use alloc::string::String;

use encoding_rs::{EUC_JP, EUC_KR, Encoding, GBK, ISO_8859_7};

/// Which of these charsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variant {
    Hz,
    Korean,
    Chinese,
    Japanese,
    Johab,
}

impl Variant {
    pub(super) fn name(self) -> &'static str {
        match self {
            Variant::Hz => "hz-gb-2312",
            Variant::Korean => "iso-2022-kr",
            Variant::Chinese => "iso-2022-cn",
            Variant::Japanese => "iso-2022-jp-2",
            Variant::Johab => "johab",
        }
    }
}

/// A set of characters that can be designated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Ascii,
    Katakana,
    JisX0208,
    JisX0212,
    Gb2312,
    Ksc5601,
    Latin1,
    Greek,
    /// Two bytes a character, not known here.
    Unknown,
}

impl Set {
    fn width(self) -> usize {
        match self {
            Set::Ascii | Set::Katakana | Set::Latin1 | Set::Greek => 1,
            _ => 2,
        }
    }

    /// Appends one character given in seven-bit form; returns whether it is undefined.
    fn push(self, first: u8, second: u8, out: &mut String) -> bool {
        let (a, b) = (first | 0x80, second | 0x80);
        match self {
            Set::Ascii => {
                out.push(char::from(first));
                false
            }
            Set::Katakana => pair(EUC_JP, &[0x8e, a], out),
            Set::JisX0208 => pair(EUC_JP, &[a, b], out),
            Set::JisX0212 => pair(EUC_JP, &[0x8f, a, b], out),
            Set::Gb2312 => pair(GBK, &[a, b], out),
            Set::Ksc5601 => pair(EUC_KR, &[a, b], out),
            Set::Latin1 => {
                out.push(char::from(a));
                false
            }
            Set::Greek => pair(ISO_8859_7, &[a], out),
            Set::Unknown => replace(out),
        }
    }
}

/// A resumable decoder.
#[derive(Debug)]
pub(super) struct Iso2022 {
    variant: Variant,
    /// An escape sequence or the first byte of a character.
    held: [u8; 4],
    len: usize,
    /// What plain bytes mean.
    g0: Set,
    /// What they mean after SO.
    g1: Set,
    /// What one character after a single shift means.
    g2: Set,
    shifted: bool,
    single: bool,
}

impl Iso2022 {
    pub(super) fn new(variant: Variant) -> Self {
        let g1 = match variant {
            Variant::Korean => Set::Ksc5601,
            _ => Set::Gb2312,
        };
        Iso2022 {
            variant,
            held: [0; 4],
            len: 0,
            g0: Set::Ascii,
            g1,
            g2: Set::Unknown,
            shifted: false,
            single: false,
        }
    }

    pub(super) fn decode(&mut self, input: &[u8], out: &mut String, last: bool) -> bool {
        let mut malformed = false;
        for &byte in input {
            malformed |= match self.variant {
                Variant::Hz => self.hz(byte, out),
                Variant::Johab => self.johab(byte, out),
                _ => self.escape_or_text(byte, out),
            };
        }
        if last && self.len > 0 {
            self.len = 0;
            malformed |= replace(out);
        }
        malformed
    }

    fn held(&self) -> &[u8] {
        self.held.get(..self.len).unwrap_or_default()
    }

    fn hold(&mut self, byte: u8) {
        if let Some(slot) = self.held.get_mut(self.len) {
            *slot = byte;
            self.len += 1;
        }
    }

    fn escape_or_text(&mut self, byte: u8, out: &mut String) -> bool {
        const ESC: u8 = 0x1b;
        if self.held().first() == Some(&ESC) {
            self.hold(byte);
            // Intermediate bytes go on, a final byte ends the sequence.
            let intermediate = (0x20..0x30).contains(&byte) || (self.len == 2 && byte == b'$');
            if intermediate && self.len < 4 {
                return false;
            }
            let known = self.designate();
            self.len = 0;
            return !known && replace(out);
        }
        match byte {
            ESC => {
                let cut = self.len > 0;
                self.len = 0;
                self.hold(byte);
                cut && replace(out)
            }
            0x0e => {
                self.shifted = true;
                false
            }
            0x0f => {
                self.shifted = false;
                false
            }
            b'\n' | b'\r' => {
                let cut = self.len > 0 && replace(out);
                self.len = 0;
                // Every line starts in ASCII, except in Korean, whose designation lasts.
                self.shifted = false;
                self.single = false;
                if self.variant != Variant::Korean {
                    self.g0 = Set::Ascii;
                    self.g2 = Set::Unknown;
                }
                out.push(char::from(byte));
                cut
            }
            0..=0x1f | b' ' | 0x7f if byte < b' ' || !self.single => {
                out.push(char::from(byte));
                false
            }
            _ => {
                let set = match (self.single, self.shifted) {
                    (true, _) => self.g2,
                    (_, true) => self.g1,
                    _ => self.g0,
                };
                self.character(set, byte, out)
            }
        }
    }

    /// Adds one byte of a character of a set.
    fn character(&mut self, set: Set, byte: u8, out: &mut String) -> bool {
        if byte >= 0x80 {
            self.len = 0;
            return replace(out);
        }
        match (set.width(), self.held()) {
            (2, &[first]) => {
                self.len = 0;
                self.single = false;
                set.push(first, byte, out)
            }
            (2, _) => {
                self.hold(byte);
                false
            }
            _ => {
                self.len = 0;
                self.single = false;
                set.push(byte, 0, out)
            }
        }
    }

    /// Carries out the escape sequence that is held; returns whether it is known.
    fn designate(&mut self) -> bool {
        let (target, set) = match self.held() {
            [_, b'(', b'B' | b'J' | b'H'] => (0, Set::Ascii),
            [_, b'(', b'I'] => (0, Set::Katakana),
            [_, b'$', b'@' | b'B'] | [_, b'$', b'(', b'@' | b'B' | b'O' | b'Q'] => {
                (0, Set::JisX0208)
            }
            [_, b'$', b'(', b'D'] => (0, Set::JisX0212),
            [_, b'$', b'(', b'P'] => (0, Set::Unknown),
            [_, b'$', b'A'] => (0, Set::Gb2312),
            [_, b'$', b'(', b'C'] => (0, Set::Ksc5601),
            [_, b'$', b')', b'C'] => (1, Set::Ksc5601),
            [_, b'$', b')', b'A' | b'E'] => (1, Set::Gb2312),
            [_, b'$', b')' | b'*' | b'+', b'G'..=b'M'] => {
                let target = if self.held().get(2) == Some(&b')') { 1 } else { 2 };
                (target, Set::Unknown)
            }
            [_, b'.', b'A'] => (2, Set::Latin1),
            [_, b'.', b'F'] => (2, Set::Greek),
            [_, b'N' | b'O'] => {
                self.single = true;
                return true;
            }
            _ => return false,
        };
        match target {
            0 => self.g0 = set,
            1 => self.g1 = set,
            _ => self.g2 = set,
        }
        true
    }

    fn hz(&mut self, byte: u8, out: &mut String) -> bool {
        match (self.held(), byte) {
            (&[b'~'], _) => {
                self.len = 0;
                match byte {
                    b'{' => self.shifted = true,
                    b'}' => self.shifted = false,
                    b'~' if !self.shifted => out.push('~'),
                    // A line that goes on.
                    b'\n' if !self.shifted => {}
                    _ => {
                        replace(out);
                        self.hz(byte, out);
                        return true;
                    }
                }
                false
            }
            (_, b'\n') => {
                // Chinese text ends with the line.
                let cut = self.len > 0 && replace(out);
                self.len = 0;
                self.shifted = false;
                out.push('\n');
                cut
            }
            (&[], b'~') => {
                self.hold(byte);
                false
            }
            _ if self.shifted && byte > b' ' => self.character(Set::Gb2312, byte & 0x7f, out),
            (_, 0..=0x7f) => {
                let cut = self.len > 0 && replace(out);
                self.len = 0;
                out.push(char::from(byte));
                cut
            }
            _ => replace(out),
        }
    }

    fn johab(&mut self, byte: u8, out: &mut String) -> bool {
        match self.held() {
            &[first] => {
                self.len = 0;
                johab(first, byte, out)
            }
            _ if byte < 0x80 => {
                // The won sign has the place of the backslash in KS X 1003; mail means ASCII.
                out.push(char::from(byte));
                false
            }
            _ => {
                self.hold(byte);
                false
            }
        }
    }
}

/// Appends a Johab character of two bytes (KS X 1001, annex 3).
fn johab(first: u8, second: u8, out: &mut String) -> bool {
    // Five bits each for the initial, the vowel and the final.
    const INITIAL: [u8; 32] = [
        255, 254, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255,
    ];
    const VOWEL: [u8; 32] = [
        255, 255, 254, 0, 1, 2, 3, 4, 255, 255, 5, 6, 7, 8, 9, 10, 255, 255, 11, 12, 13, 14, 15,
        16, 255, 255, 17, 18, 19, 20, 255, 255,
    ];
    const FINAL: [u8; 32] = [
        255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 255, 17, 18, 19, 20, 21, 22,
        23, 24, 25, 26, 27, 255, 255,
    ];
    // Compatibility letters (U+3131 and on) of the initials and the finals.
    const INITIAL_LETTER: [u8; 19] =
        [0, 1, 3, 6, 7, 8, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29];
    const FINAL_LETTER: [u8; 28] = [
        255, 0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 25, 26,
        27, 28, 29,
    ];
    let code = u16::from(first) << 8 | u16::from(second);
    if (0x84..=0xd3).contains(&first) {
        let part = |shift: u16| usize::from(code >> shift & 0x1f);
        let entry = |table: &[u8; 32], shift| table.get(part(shift)).copied().unwrap_or(255);
        let (initial, vowel, last) = (entry(&INITIAL, 10), entry(&VOWEL, 5), entry(&FINAL, 0));
        let letter = |index: u8| 0x3131 + u32::from(index);
        let character = match (initial, vowel, last) {
            (255, _, _) | (_, 255, _) | (_, _, 255) => None,
            (254, 254, last) => {
                FINAL_LETTER.get(usize::from(last)).filter(|i| **i != 255).map(|&i| letter(i))
            }
            (254, vowel, 0) => Some(0x314f + u32::from(vowel)),
            (254, _, _) => None,
            (initial, 254, 0) => INITIAL_LETTER.get(usize::from(initial)).map(|&i| letter(i)),
            (_, 254, _) => None,
            (initial, vowel, last) => {
                Some(0xac00 + (u32::from(initial) * 21 + u32::from(vowel)) * 28 + u32::from(last))
            }
        };
        return match character.and_then(char::from_u32) {
            Some(character) => {
                out.push(character);
                false
            }
            None => replace(out),
        };
    }
    // Symbols and hanja: the rows of KS X 1001, two to a first byte.
    let column = match second {
        0x31..=0x7e => second - 0x31,
        0x91..=0xfe => second - 0x91 + 78,
        _ => return replace(out),
    };
    let row = match first {
        0xd9..=0xde => (first - 0xd9) * 2 + 1,
        0xe0..=0xf9 => (first - 0xe0) * 2 + 42,
        _ => return replace(out),
    };
    let (row, column) = if column >= 94 { (row + 1, column - 94) } else { (row, column) };
    pair(EUC_KR, &[row + 0xa0, column + 0xa1], out)
}

/// Appends what one character in another encoding means.
fn pair(encoding: &'static Encoding, bytes: &[u8], out: &mut String) -> bool {
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => {
            out.push_str(&text);
            false
        }
        None => replace(out),
    }
}

fn replace(out: &mut String) -> bool {
    out.push(char::REPLACEMENT_CHARACTER);
    true
}
