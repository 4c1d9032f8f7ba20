use alloc::vec::Vec;

/// Text on its way into its canonical form, in pieces: every line ends with CR LF.
///
/// Signatures of type 0x01 and [RFC 3156, section 5](https://www.rfc-editor.org/rfc/rfc3156#section-5),
/// are over this form ([RFC 9580, section 5.2.1.2](https://www.rfc-editor.org/rfc/rfc9580#section-5.2.1.2)).
/// A line end is LF, CR LF or CR; white space stays.
///
/// # Example
///
/// ```
/// use pgp_armor::cleartext::Canonical;
///
/// let mut out = Vec::new();
/// let mut canonical = Canonical::new();
/// canonical.update(b"a \nb\r", &mut out);
/// canonical.update(b"\nc", &mut out);
/// assert_eq!(out, b"a \r\nb\r\nc");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Canonical {
    /// The last byte was CR: its line end is written, and an LF belongs to it.
    after_cr: bool,
}

impl Canonical {
    /// Creates the form of no text.
    pub const fn new() -> Self {
        Canonical { after_cr: false }
    }

    /// Appends the form of the next bytes.
    pub fn update(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Some(&last) = bytes.last() else { return };
        let mut rest = bytes;
        if self.after_cr {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = memchr::memchr2(b'\r', b'\n', rest) {
            let (line, tail) = rest.split_at_checked(end).unwrap_or_default();
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
            rest = tail.strip_prefix(b"\r\n").or(tail.get(1..)).unwrap_or_default();
        }
        out.extend_from_slice(rest);
        self.after_cr = last == b'\r';
    }
}
