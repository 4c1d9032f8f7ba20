/// Cuts a message after its header and some lines of its body, in chunks.
///
/// Any line end counts, as the encoder turns any into CR LF.
#[derive(Debug)]
pub(super) struct Top {
    /// Lines of the body still wanted.
    lines: u64,
    in_header: bool,
    /// Whether the present line has no octet yet.
    empty_line: bool,
    /// Whether the last octet was a CR, so that a LF belongs to it.
    after_cr: bool,
    done: bool,
}

impl Top {
    pub(super) const fn new(lines: u64) -> Self {
        Self { lines, in_header: true, empty_line: true, after_cr: false, done: false }
    }

    pub(super) const fn is_done(&self) -> bool {
        self.done
    }

    /// How much of the chunk is wanted.
    pub(super) fn wanted(&mut self, chunk: &[u8]) -> usize {
        let mut at = 0;
        while !self.done {
            let rest = chunk.get(at..).unwrap_or_default();
            let Some(found) = memchr::memchr2(b'\r', b'\n', rest) else {
                if !rest.is_empty() {
                    self.empty_line = false;
                    self.after_cr = false;
                }
                return chunk.len();
            };
            let cr = rest.get(found) == Some(&b'\r');
            at = at.saturating_add(found).saturating_add(1);
            if found == 0 && !cr && self.after_cr {
                self.after_cr = false;
                continue;
            }
            let empty = self.empty_line && found == 0;
            self.empty_line = true;
            self.after_cr = cr;
            if !self.in_header {
                self.lines = self.lines.saturating_sub(1);
            } else if empty {
                self.in_header = false;
            }
            self.done = !self.in_header && self.lines == 0;
        }
        // The line end of the last line is completed by the encoder.
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_gives_the_same() {
        let cases: &[(&[u8], u64, &[u8])] = &[
            (b"A: b\r\n\r\none\r\ntwo\r\n", 0, b"A: b\r\n\r"),
            (b"A: b\r\n\r\none\r\ntwo\r\n", 1, b"A: b\r\n\r\none\r"),
            (b"A: b\r\n\r\none\r\ntwo\r\n", 9, b"A: b\r\n\r\none\r\ntwo\r\n"),
            (b"A: b\n\none\ntwo\n", 1, b"A: b\n\none\n"),
            (b"A: b\n\n\n\nx", 2, b"A: b\n\n\n\n"),
            (b"A: b\nno body", 0, b"A: b\nno body"),
            (b"\r\nbody", 0, b"\r"),
            (b"A: b\r\rone\rtwo", 1, b"A: b\r\rone\r"),
            (b"", 0, b""),
        ];
        for (message, lines, expected) in cases {
            for cut in 0..=message.len() {
                let mut top = Top::new(*lines);
                let (a, b) = message.split_at(cut);
                let mut got = a[..top.wanted(a)].to_vec();
                if !top.is_done() {
                    got.extend_from_slice(&b[..top.wanted(b)]);
                }
                assert_eq!(got, *expected, "{lines} lines, cut at {cut}");
            }
        }
    }
}
