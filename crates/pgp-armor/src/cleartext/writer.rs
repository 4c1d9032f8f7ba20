use alloc::vec::Vec;

use memchr::memchr;

use crate::{EncodeConfig, Label, LineEnd, encode_with};

/// A hash to be named in a `Hash` header, for readers older than RFC 9580.
///
/// [RFC 9580, section 6.2.2.3](https://www.rfc-editor.org/rfc/rfc9580#section-6.2.2.3): only for
/// signatures of version 4, and only for these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hash {
    /// `SHA224`
    Sha224,
    /// `SHA256`
    Sha256,
    /// `SHA384`
    Sha384,
    /// `SHA512`
    Sha512,
}

impl Hash {
    /// Returns the name.
    pub const fn name(self) -> &'static str {
        match self {
            Hash::Sha224 => "SHA224",
            Hash::Sha256 => "SHA256",
            Hash::Sha384 => "SHA384",
            Hash::Sha512 => "SHA512",
        }
    }
}

/// A cleartext message being written in pieces: text in; out comes the message, and beside it the
/// bytes to sign.
///
/// Lines that start with a dash or with `From ` are escaped. Spaces, tabs and CR at line ends are
/// dropped, since nothing protects them. The last line end, if there is one, is not signed.
///
/// # Example
///
/// ```
/// use pgp_armor::cleartext::{Hash, Writer};
/// use pgp_armor::{Label, LineEnd, encode};
///
/// let (mut out, mut signed) = (Vec::new(), Vec::new());
/// let mut writer = Writer::new(&[Hash::Sha512], LineEnd::Lf, &mut out);
/// writer.text(b"-- \nFrom here", &mut out, &mut signed);
/// writer.finish(&mut out, &mut signed);
/// assert_eq!(signed, b"--\r\nFrom here");
/// let signature = [0xC2, 1, 4]; // of `signed`
/// out.extend(encode(Label::Signature, &signature).into_bytes());
/// assert!(out.starts_with(
///     b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n- --\n- From here\n-----BEGIN PGP SIG"
/// ));
/// ```
#[derive(Clone, Debug)]
pub struct Writer {
    line_end: LineEnd,
    /// The start of a line that may need an escape.
    start: Vec<u8>,
    in_line: bool,
    /// White space that may be that of the end of the line.
    held: Vec<u8>,
    /// A line end that is signed if another line follows.
    ended: bool,
}

const FROM: &[u8] = b"From ";

impl Writer {
    /// Writes the head of a message. No hash, no header: RFC 9580 does without.
    pub fn new(hashes: &[Hash], line_end: LineEnd, out: &mut Vec<u8>) -> Self {
        let end = line_end.bytes();
        out.extend_from_slice(b"-----BEGIN PGP SIGNED MESSAGE-----");
        out.extend_from_slice(end);
        for hash in hashes {
            out.extend_from_slice(b"Hash: ");
            out.extend_from_slice(hash.name().as_bytes());
            out.extend_from_slice(end);
        }
        out.extend_from_slice(end);
        Writer { line_end, start: Vec::new(), in_line: false, held: Vec::new(), ended: false }
    }

    /// Appends the next piece of the text to the message, and its signed form to `signed`.
    pub fn text(&mut self, text: &[u8], out: &mut Vec<u8>, signed: &mut Vec<u8>) {
        let mut rest = text;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest);
            let (line, tail) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or_default();
            self.part(line, out, signed);
            rest = tail.get(1..).unwrap_or_default();
            if end.is_some() {
                self.end_line(out, signed);
            }
        }
    }

    /// A piece of one line.
    fn part(&mut self, mut bytes: &[u8], out: &mut Vec<u8>, signed: &mut Vec<u8>) {
        if !self.in_line {
            // Few bytes: whether they start with `From ` decides.
            let wanted = FROM.len().saturating_sub(self.start.len()).min(bytes.len());
            let (head, tail) = bytes.split_at_checked(wanted).unwrap_or_default();
            self.start.extend_from_slice(head);
            if self.start.len() < FROM.len() && FROM.starts_with(&self.start) {
                return;
            }
            self.begin_line(out, signed);
            bytes = tail;
        }
        self.content(bytes, out, signed);
    }

    fn begin_line(&mut self, out: &mut Vec<u8>, signed: &mut Vec<u8>) {
        if core::mem::take(&mut self.ended) {
            out.extend_from_slice(self.line_end.bytes());
            signed.extend_from_slice(b"\r\n");
        }
        let start = core::mem::take(&mut self.start);
        if start.first() == Some(&b'-') || start == FROM {
            out.extend_from_slice(b"- ");
        }
        self.in_line = true;
        self.content(&start, out, signed);
    }

    fn content(&mut self, bytes: &[u8], out: &mut Vec<u8>, signed: &mut Vec<u8>) {
        let white = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r');
        let len = bytes.iter().rposition(|&byte| !white(byte)).map_or(0, |last| last + 1);
        let (text, white) = bytes.split_at_checked(len).unwrap_or_default();
        if !text.is_empty() {
            for bytes in [self.held.as_slice(), text] {
                out.extend_from_slice(bytes);
                signed.extend_from_slice(bytes);
            }
            self.held.clear();
        }
        self.held.extend_from_slice(white);
    }

    fn end_line(&mut self, out: &mut Vec<u8>, signed: &mut Vec<u8>) {
        if !self.in_line {
            self.begin_line(out, signed);
        }
        self.held.clear();
        self.in_line = false;
        self.ended = true;
    }

    /// Ends the text. What follows must be the signature block.
    pub fn finish(mut self, out: &mut Vec<u8>, signed: &mut Vec<u8>) {
        if !self.in_line && !self.start.is_empty() {
            self.begin_line(out, signed);
        }
        out.extend_from_slice(self.line_end.bytes());
    }
}

/// Writes a cleartext message. `sign` gets the bytes to sign and returns the signature packets.
///
/// # Errors
///
/// What `sign` returns.
///
/// # Example
///
/// ```
/// use pgp_armor::LineEnd;
/// use pgp_armor::cleartext::{Hash, read, write};
///
/// let text = write(b"hello\n", &[Hash::Sha256], LineEnd::CrLf, |signed| {
///     assert_eq!(signed, b"hello");
///     Ok::<_, ()>(vec![0xC2, 1, 4])
/// })
/// .unwrap();
/// assert_eq!(read(&text)?.shown, b"hello");
/// # Ok::<(), pgp_armor::Error>(())
/// ```
pub fn write<E>(
    text: &[u8],
    hashes: &[Hash],
    line_end: LineEnd,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    let (mut out, mut signed) = (Vec::new(), Vec::new());
    let mut writer = Writer::new(hashes, line_end, &mut out);
    writer.text(text, &mut out, &mut signed);
    writer.finish(&mut out, &mut signed);
    let signature = sign(&signed)?;
    let config = EncodeConfig { line_end, ..EncodeConfig::default() };
    out.extend(encode_with(Label::Signature, &signature, config).into_bytes());
    Ok(out)
}
