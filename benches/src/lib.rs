//! Inputs that the benchmarks share.

/// Text of this many bytes in lines of 76, with CR LF, no line beginning with a period.
#[must_use]
pub fn text(len: usize) -> Vec<u8> {
    let letters = (b'a'..=b'z').cycle();
    let mut out: Vec<u8> = Vec::with_capacity(len + 78);
    for (at, letter) in letters.enumerate().take(len) {
        if at % 78 == 76 {
            out.push(b'\r');
        } else if at % 78 == 77 {
            out.push(b'\n');
        } else {
            out.push(letter);
        }
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// Bytes that look like anything, the same ones each time.
#[must_use]
pub fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// A message with this many attachments of so many bytes each, in base64.
#[must_use]
pub fn message(attachments: usize, len: usize) -> Vec<u8> {
    let mut out = b"From: Alice <alice@example.org>\r\nTo: Bob <bob@example.org>\r\nSubject: \
        =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: \
        <1@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello\r\n"
        .to_vec();
    for _ in 0..attachments {
        out.extend_from_slice(
            b"--x\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        );
        out.extend(text(len));
    }
    out.extend_from_slice(b"--x--\r\n");
    out
}
