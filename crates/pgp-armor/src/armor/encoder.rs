use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Label;
pub use super::checksum::Checksum;
use super::checksum::Versions;
use crate::{Crc24, base64};

/// How lines end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnd {
    /// LF, as in files.
    #[default]
    Lf,
    /// CR LF, as in mail.
    CrLf,
}

impl LineEnd {
    /// Returns the bytes.
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            LineEnd::Lf => b"\n",
            LineEnd::CrLf => b"\r\n",
        }
    }
}

/// A header line to be written: nothing in it can end the line.
///
/// # Example
///
/// ```
/// use pgp_armor::HeaderLine;
///
/// assert!(HeaderLine::new("Comment", "for Zoë").is_ok());
/// assert!(HeaderLine::new("Comment", "a\nVersion: b").is_err());
/// assert!(HeaderLine::new("Com:ment", "a").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderLine {
    key: String,
    value: String,
}

/// Why a header line cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The key is empty or has another character than visible ASCII without the colon.
    #[error("a header key is visible ASCII without a colon")]
    Key,
    /// The value has a control character.
    #[error("a header value has no control characters")]
    Value,
}

impl HeaderLine {
    /// Creates a header line.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if the line could not be read back.
    pub fn new(key: &str, value: &str) -> Result<Self, HeaderError> {
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':') {
            return Err(HeaderError::Key);
        }
        if value.chars().any(char::is_control) {
            return Err(HeaderError::Value);
        }
        Ok(HeaderLine { key: key.to_string(), value: value.to_string() })
    }

    /// Returns the key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the value.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// How a block is written.
///
/// # Example
///
/// ```
/// use pgp_armor::{Checksum, EncodeConfig, Encoder, HeaderLine, Label, LineEnd};
///
/// let mut config = EncodeConfig::default();
/// config.line_end = LineEnd::CrLf;
/// config.width = 4;
/// config.checksum = Checksum::Never;
/// config.headers.push(HeaderLine::new("Comment", "x")?);
/// let mut out = Vec::new();
/// let mut encoder = Encoder::new(Label::File, config);
/// encoder.encode(b"abcd", &mut out);
/// encoder.finish(&mut out);
/// assert_eq!(
///     out,
///     b"-----BEGIN PGP ARMORED FILE-----\r\nComment: x\r\n\r\nYWJj\r\nZA==\r\n-----END PGP ARMORED FILE-----\r\n"
/// );
/// # Ok::<(), pgp_armor::HeaderError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeConfig {
    /// Characters of a line: 4 to 76, rounded down to whole groups of 4. Default 64, as GnuPG and
    /// others have it; RFC 9580, section 6.2, allows 76.
    pub width: u8,
    /// How lines end. Default LF.
    pub line_end: LineEnd,
    /// Whether there is a checksum. Default [`Checksum::Auto`].
    pub checksum: Checksum,
    /// The header lines in order. Default none: `Version` should not be written (RFC 9580,
    /// section 6.2.2.1).
    pub headers: Vec<HeaderLine>,
}

impl Default for EncodeConfig {
    fn default() -> Self {
        EncodeConfig {
            width: 64,
            line_end: LineEnd::default(),
            checksum: Checksum::default(),
            headers: Vec::new(),
        }
    }
}

/// A block being written in pieces.
///
/// # Example
///
/// ```
/// use pgp_armor::{EncodeConfig, Encoder, Label};
///
/// let mut out = Vec::new();
/// let mut encoder = Encoder::new(Label::Message, EncodeConfig::default());
/// for chunk in [&b"\xCB"[..], b"\x04b\0", b"\0\0"] {
///     encoder.encode(chunk, &mut out);
/// }
/// encoder.finish(&mut out);
/// assert_eq!(
///     out,
///     b"-----BEGIN PGP MESSAGE-----\n\nywRiAAAA\n=GOYn\n-----END PGP MESSAGE-----\n"
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Encoder {
    label: Label,
    config: EncodeConfig,
    started: bool,
    /// The bytes of an incomplete line.
    rest: Vec<u8>,
    /// Lines being encoded, without and with their ends.
    scratch: Vec<u8>,
    lines: Vec<u8>,
    crc: Crc24,
    versions: Versions,
}

/// Lines encoded at once.
const LINES: usize = 256;

impl Encoder {
    /// Creates an encoder. [`Label::SignedMessage`] is no block of data: it is written as
    /// `MESSAGE`; see [`cleartext::Writer`](crate::cleartext::Writer).
    pub fn new(label: Label, config: EncodeConfig) -> Self {
        let label = if label == Label::SignedMessage { Label::Message } else { label };
        Encoder {
            label,
            config,
            started: false,
            rest: Vec::new(),
            scratch: Vec::new(),
            lines: Vec::new(),
            crc: Crc24::new(),
            versions: Versions::default(),
        }
    }

    fn width(&self) -> usize {
        usize::from(self.config.width.clamp(4, 76)) & !3
    }

    fn start(&mut self, out: &mut Vec<u8>) {
        if self.started {
            return;
        }
        self.started = true;
        let end = self.config.line_end.bytes();
        out.extend_from_slice(format!("-----BEGIN PGP {}-----", self.label).as_bytes());
        out.extend_from_slice(end);
        for HeaderLine { key, value } in &self.config.headers {
            out.extend_from_slice(format!("{key}: {value}").as_bytes());
            out.extend_from_slice(end);
        }
        out.extend_from_slice(end);
    }

    /// Appends what the next bytes give. An incomplete line waits for more.
    pub fn encode(&mut self, data: &[u8], out: &mut Vec<u8>) {
        self.start(out);
        if self.config.checksum == Checksum::Auto {
            self.versions.observe(data);
        }
        let line = self.width() / 4 * 3;
        let mut data = data;
        if !self.rest.is_empty() {
            let missing = line.saturating_sub(self.rest.len()).min(data.len());
            let (head, tail) = data.split_at_checked(missing).unwrap_or_default();
            self.rest.extend_from_slice(head);
            data = tail;
            if self.rest.len() == line {
                let rest = core::mem::take(&mut self.rest);
                self.write_lines(&rest, out);
            }
        }
        let (whole, rest) = data.split_at_checked(data.len() / line * line).unwrap_or_default();
        for batch in whole.chunks(line * LINES) {
            self.write_lines(batch, out);
        }
        self.rest.extend_from_slice(rest);
    }

    /// Writes whole lines.
    fn write_lines(&mut self, data: &[u8], out: &mut Vec<u8>) {
        if self.config.checksum != Checksum::Never {
            self.crc.update(data);
        }
        let width = self.width();
        let end = self.config.line_end.bytes();
        self.scratch.resize(data.len() / 3 * 4, 0);
        base64::encode(data, &mut self.scratch);
        let count = self.scratch.len() / width;
        self.lines.resize(count * (width + end.len()), 0);
        let to = self.lines.as_mut_slice();
        match (width, self.config.line_end) {
            (64, LineEnd::Lf) => spread::<64, 65>(&self.scratch, b"\n", to),
            (64, LineEnd::CrLf) => spread::<64, 66>(&self.scratch, b"\r\n", to),
            (76, LineEnd::Lf) => spread::<76, 77>(&self.scratch, b"\n", to),
            (76, LineEnd::CrLf) => spread::<76, 78>(&self.scratch, b"\r\n", to),
            _ => {
                let places = to.chunks_exact_mut(width + end.len());
                for (text, place) in self.scratch.chunks_exact(width).zip(places) {
                    let (line, rest) = place.split_at_mut(width);
                    line.copy_from_slice(text);
                    rest.copy_from_slice(end);
                }
            }
        }
        out.extend_from_slice(&self.lines);
    }

    /// Appends the last line, the checksum and the END line.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        self.start(out);
        let end = self.config.line_end.bytes();
        if !self.rest.is_empty() {
            self.crc.update(&self.rest);
            let mut line = [0; 76];
            let len = base64::encode_last(&self.rest, &mut line);
            out.extend_from_slice(line.get(..len).unwrap_or_default());
            out.extend_from_slice(end);
        }
        let checksum = match self.config.checksum {
            Checksum::Auto => !self.versions.forbid_checksum(),
            Checksum::Always => true,
            Checksum::Never => false,
        };
        if checksum {
            let [_, value @ ..] = self.crc.value().to_be_bytes();
            let mut text = [b'='; 5];
            let [_, characters @ ..] = &mut text;
            base64::encode(&value, characters);
            out.extend_from_slice(&text);
            out.extend_from_slice(end);
        }
        out.extend_from_slice(format!("-----END PGP {}-----", self.label).as_bytes());
        out.extend_from_slice(end);
    }
}

/// Copies lines of `LEN` characters to places with room for the line end.
fn spread<const LEN: usize, const STRIDE: usize>(text: &[u8], end: &[u8], to: &mut [u8]) {
    let (lines, _) = text.as_chunks::<LEN>();
    let (places, _) = to.as_chunks_mut::<STRIDE>();
    for (line, place) in lines.iter().zip(places) {
        let (text, rest) = place.split_at_mut(LEN);
        text.copy_from_slice(line);
        rest.copy_from_slice(end);
    }
}

/// Encodes a block with the defaults of [`EncodeConfig`].
///
/// # Example
///
/// ```
/// use pgp_armor::{Label, encode};
///
/// assert_eq!(
///     encode(Label::Signature, &[0xC2, 0x01, 0x04]),
///     "-----BEGIN PGP SIGNATURE-----\n\nwgEE\n=hXle\n-----END PGP SIGNATURE-----\n"
/// );
/// ```
pub fn encode(label: Label, data: &[u8]) -> String {
    encode_with(label, data, EncodeConfig::default())
}

/// Encodes a block as configured.
///
/// # Example
///
/// ```
/// use pgp_armor::{EncodeConfig, Label, LineEnd, encode_with};
///
/// let mut config = EncodeConfig::default();
/// config.line_end = LineEnd::CrLf;
/// assert!(encode_with(Label::Message, b"", config).ends_with("-----END PGP MESSAGE-----\r\n"));
/// ```
pub fn encode_with(label: Label, data: &[u8], config: EncodeConfig) -> String {
    let mut out = Vec::with_capacity(data.len() / 3 * 4 + data.len() / 20 + 128);
    let mut encoder = Encoder::new(label, config);
    encoder.encode(data, &mut out);
    encoder.finish(&mut out);
    String::from_utf8(out).unwrap_or_default()
}
