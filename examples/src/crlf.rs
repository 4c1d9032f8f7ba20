//! Messages from files: with line ends as mail has them, and what has to be known before they go out.

use std::io::{self, BufReader, Read};

/// A reader whose lines end with CR LF, whatever they ended with; the last one too.
pub struct CrlfReader<R> {
    inner: BufReader<R>,
    /// What comes next, before anything is read.
    held: [u8; 1],
    has_held: bool,
    /// The last octet that was read.
    last: u8,
    done: bool,
}

impl<R: Read> CrlfReader<R> {
    /// Reads from `inner`.
    pub fn new(inner: R) -> Self {
        let inner = BufReader::with_capacity(64 << 10, inner);
        Self { inner, held: [0], has_held: false, last: b'\n', done: false }
    }
}

impl<R: Read> Read for CrlfReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        use std::io::BufRead as _;

        let mut n = 0;
        while n < out.len() {
            if self.has_held {
                out[n] = self.held[0];
                self.has_held = false;
                n += 1;
                continue;
            }
            if self.done || (n > 0 && self.inner.buffer().is_empty()) {
                break;
            }
            let buffer = self.inner.fill_buf()?;
            let Some(&first) = buffer.first() else {
                self.done = true;
                // The last line has no end yet, or half of one.
                let end = match self.last {
                    b'\n' => continue,
                    b'\r' => b'\n',
                    _ => b'\r',
                };
                out[n] = end;
                n += 1;
                if end == b'\r' {
                    (self.held, self.has_held) = ([b'\n'], true);
                }
                continue;
            };
            if self.last == b'\r' && first != b'\n' {
                // CR alone ended the line.
                out[n] = b'\n';
                self.last = b'\n';
                n += 1;
                continue;
            }
            if first == b'\n' && self.last != b'\r' {
                out[n] = b'\r';
                self.last = b'\r';
                n += 1;
                continue;
            }
            let room = (out.len() - n).min(buffer.len());
            let plain = buffer[1..room].iter().position(|octet| matches!(octet, b'\r' | b'\n'));
            let len = if first == b'\r' { 1 } else { plain.map_or(room, |at| at + 1) };
            out[n..n + len].copy_from_slice(&buffer[..len]);
            self.last = buffer[len - 1];
            self.inner.consume(len);
            n += len;
        }
        Ok(n)
    }
}

/// What the envelope of a message says of its content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Octets, with CR LF at the ends of lines.
    pub size: u64,
    /// Whether some are not ASCII.
    pub eight_bit: bool,
    /// Whether some of those are in the header.
    pub eight_bit_header: bool,
}

/// Reads a message to its end.
///
/// # Errors
///
/// What the reader says.
pub fn survey(message: impl Read) -> io::Result<Survey> {
    let mut reader = CrlfReader::new(message);
    let mut found = Survey::default();
    let mut buffer = vec![0; 64 << 10];
    // How much of the empty line after the header was seen; the first line may be it.
    let end = b"\r\n\r\n";
    let mut matched = 2;
    loop {
        let n = reader.read(&mut buffer)?;
        if n == 0 {
            return Ok(found);
        }
        let octets = &buffer[..n];
        found.size += n as u64;
        found.eight_bit |= !octets.is_ascii();
        for octet in octets {
            if matched == end.len() {
                break;
            }
            found.eight_bit_header |= !octet.is_ascii();
            matched = match octet {
                octet if *octet == end[matched] => matched + 1,
                b'\r' => 1,
                _ => 0,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one octet at a time, or all.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(out.len()).min(self.0.len());
            out[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    #[test]
    fn every_line_end() {
        for (from, to) in [
            ("", ""),
            ("a", "a\r\n"),
            ("a\n", "a\r\n"),
            ("a\r", "a\r\n"),
            ("a\r\n", "a\r\n"),
            ("\n\n", "\r\n\r\n"),
            ("\r\r\n\n\r", "\r\n\r\n\r\n\r\n"),
            ("a\rb\nc\r\nd", "a\r\nb\r\nc\r\nd\r\n"),
        ] {
            for (step, room) in [(1, 1), (1, 9), (9, 1), (9, 2), (9, 9)] {
                let mut reader = CrlfReader::new(Slow(from.as_bytes(), step));
                let mut all = Vec::new();
                let mut buffer = vec![0; room];
                loop {
                    let n = reader.read(&mut buffer).unwrap();
                    if n == 0 {
                        break;
                    }
                    all.extend_from_slice(&buffer[..n]);
                }
                assert_eq!(all, to.as_bytes(), "{from:?} {step} {room}");
            }
        }
    }

    #[test]
    fn what_is_in_it() {
        let of = |text: &str| {
            let found = survey(text.as_bytes()).unwrap();
            (found.size, found.eight_bit, found.eight_bit_header)
        };
        assert_eq!(of("a: b\n\nc"), (11, false, false));
        assert_eq!(of("a: b\n\nü\n"), (12, true, false));
        assert_eq!(of("a: ü\n\nc\n"), (12, true, true));
        assert_eq!(of("\nü\n"), (6, true, false));
        assert_eq!(of("a: b\r\n\r\nü"), (12, true, false));
    }
}
