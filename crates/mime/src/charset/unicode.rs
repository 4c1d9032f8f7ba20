//! UTF-7 ([RFC 2152](https://www.rfc-editor.org/rfc/rfc2152)) and UTF-32.

use alloc::string::String;

/// A resumable UTF-7 decoder.
#[derive(Debug, Default)]
pub(super) struct Utf7 {
    /// Inside a shifted sequence.
    shifted: bool,
    /// A character of the sequence was read.
    started: bool,
    bits: u32,
    count: u8,
    /// A high surrogate that waits for its other half.
    high: Option<u16>,
}

impl Utf7 {
    pub(super) fn decode(&mut self, input: &[u8], out: &mut String, last: bool) -> bool {
        let mut malformed = false;
        for &byte in input {
            if !self.shifted {
                match byte {
                    b'+' => *self = Utf7 { shifted: true, ..Utf7::default() },
                    0..=0x7f => out.push(char::from(byte)),
                    _ => malformed |= replace(out),
                }
                continue;
            }
            if let Some(value) = base64_value(byte) {
                self.started = true;
                self.bits = self.bits << 6 | u32::from(value);
                self.count += 6;
                if self.count >= 16 {
                    self.count -= 16;
                    let unit = (self.bits >> self.count) as u16;
                    malformed |= self.unit(unit, out);
                }
                continue;
            }
            malformed |= self.end(out);
            match byte {
                // `+-` is a plus sign; otherwise the hyphen only ends the sequence.
                b'-' if !self.started => out.push('+'),
                b'-' => {}
                0..=0x7f => {
                    malformed |= !self.started;
                    out.push(char::from(byte));
                }
                _ => malformed |= replace(out),
            }
        }
        if last && self.shifted {
            malformed |= self.end(out);
        }
        malformed
    }

    fn unit(&mut self, unit: u16, out: &mut String) -> bool {
        let mut malformed = false;
        if let Some(high) = self.high.take() {
            if let Some(Ok(character)) = char::decode_utf16([high, unit]).next()
                && character > '\u{ffff}'
            {
                out.push(character);
                return false;
            }
            malformed = replace(out);
        }
        match unit {
            0xd800..=0xdbff => self.high = Some(unit),
            _ => match char::from_u32(u32::from(unit)) {
                Some(character) => out.push(character),
                None => malformed |= replace(out),
            },
        }
        malformed
    }

    /// Leaves a shifted sequence; left-over bits must be zero and too few for a character.
    fn end(&mut self, out: &mut String) -> bool {
        let rest = self.bits & ((1 << self.count) - 1);
        let damaged = self.high.take().is_some() || self.count >= 6 || rest != 0;
        self.shifted = false;
        self.count = 0;
        self.bits = 0;
        damaged && replace(out)
    }
}

fn base64_value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Byte order of UTF-32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Big,
    Little,
    /// As the byte order mark says; big endian without one.
    Mark,
}

impl Order {
    pub(super) fn name(self) -> &'static str {
        match self {
            Order::Big => "utf-32be",
            Order::Little => "utf-32le",
            Order::Mark => "utf-32",
        }
    }
}

/// A resumable UTF-32 decoder.
#[derive(Debug)]
pub(super) struct Utf32 {
    order: Order,
    held: [u8; 4],
    len: usize,
}

impl Utf32 {
    pub(super) fn new(order: Order) -> Self {
        Utf32 { order, held: [0; 4], len: 0 }
    }

    pub(super) fn decode(&mut self, input: &[u8], out: &mut String, last: bool) -> bool {
        let mut malformed = false;
        for &byte in input {
            if let Some(slot) = self.held.get_mut(self.len) {
                *slot = byte;
            }
            self.len += 1;
            if self.len < 4 {
                continue;
            }
            self.len = 0;
            let code = match self.order {
                Order::Little => u32::from_le_bytes(self.held),
                Order::Big => u32::from_be_bytes(self.held),
                Order::Mark => {
                    self.order = Order::Big;
                    if self.held == [0xff, 0xfe, 0, 0] {
                        self.order = Order::Little;
                        continue;
                    }
                    if self.held == [0, 0, 0xfe, 0xff] {
                        continue;
                    }
                    u32::from_be_bytes(self.held)
                }
            };
            match char::from_u32(code) {
                Some(character) => out.push(character),
                None => malformed |= replace(out),
            }
        }
        if last && self.len > 0 {
            self.len = 0;
            malformed |= replace(out);
        }
        malformed
    }
}

fn replace(out: &mut String) -> bool {
    out.push(char::REPLACEMENT_CHARACTER);
    true
}
