//! Base64, decoded leniently and encoded in lines of 76 characters.
//!
//! [RFC 2045, section 6.8](https://www.rfc-editor.org/rfc/rfc2045#section-6.8)
//!
//! Decoding squeezes the line breaks out of 8 KiB of text at a time and hands the rest to the
//! engine of the `base64` crate (with feature `std`, its SIMD engine). Text that the engine does
//! not accept goes through a byte-wise decoder that knows what to do with damage.

use alloc::vec::Vec;

use ::base64::Engine;
use ::base64::engine::DecodePaddingMode;
use ::base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use memchr::memchr3;

use super::Decoded;
use crate::{DefectKind, Problems};

/// Characters of a full encoded line.
const LINE: usize = 76;
/// Bytes that fill an encoded line.
const LINE_BYTES: usize = 57;
/// Characters decoded at once.
const BLOCK: usize = 8192;
/// The same for short content.
const SMALL: usize = 1024;
/// Shortest run of characters for which the engine is set up.
const WORTHWHILE: usize = 32;

const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone);
static GENERAL: GeneralPurpose = GeneralPurpose::new(&::base64::alphabet::STANDARD, CONFIG);
static PADDED: GeneralPurpose =
    GeneralPurpose::new(&::base64::alphabet::STANDARD, GeneralPurposeConfig::new());

#[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod engine {
    use ::base64::engine::simd::Simd;
    use std::sync::OnceLock;

    pub(super) fn fast() -> &'static Simd {
        static ENGINE: OnceLock<Simd> = OnceLock::new();
        ENGINE.get_or_init(|| Simd::standard(super::CONFIG))
    }
}

#[cfg(not(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod engine {
    pub(super) fn fast() -> &'static ::base64::engine::general_purpose::GeneralPurpose {
        &super::GENERAL
    }
}

const SPACE: u8 = 64;
const PAD: u8 = 65;
const JUNK: u8 = 66;

/// Value of each character, or its class.
const VALUES: [u8; 256] = {
    let mut table = [JUNK; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut i = 0;
    while i < 64 {
        table[alphabet[i] as usize] = i as u8;
        i += 1;
    }
    table[b' ' as usize] = SPACE;
    table[b'\t' as usize] = SPACE;
    table[b'\r' as usize] = SPACE;
    table[b'\n' as usize] = SPACE;
    table[b'=' as usize] = PAD;
    table
};

/// What happens to data after the padding that ends base64 content.
///
/// RFC 2045, section 6.8, says that `=` can only stand at the end, so readers differ: some stop,
/// some go on. The difference is reported as [`DefectKind::Base64DataAfterPadding`], an ambiguity,
/// whichever is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AfterPadding {
    /// It is decoded as a second stream, as most mail programs do.
    #[default]
    Continue,
    /// It is ignored.
    Stop,
}

/// Decodes base64 content at once.
///
/// Line breaks and blanks are skipped silently, other foreign characters with a report. Missing
/// padding is made up for.
///
/// # Example
///
/// ```
/// use mime::codec::base64;
///
/// assert_eq!(base64::decode(b"SGVs\r\nbG8=\r\n").bytes, b"Hello");
/// ```
pub fn decode(input: &[u8]) -> Decoded {
    let mut decoder = Decoder::new();
    let mut bytes = Vec::new();
    decoder.decode(input, &mut bytes);
    decoder.finish(&mut bytes);
    Decoded { bytes, problems: decoder.problems }
}

/// Copies lines of the usual length without their line breaks, as long as there are such lines and
/// room for them from `len` on. Returns how many.
#[inline]
fn usual_lines(input: &[u8], compact: &mut [u8], len: usize) -> usize {
    // Moves of 16 bytes: what is copied too much is overwritten by the next line.
    const MOVED: usize = 80;
    let mut count = 0;
    while let Some(line) = input.get(count * (LINE + 2)..).and_then(|i| i.first_chunk::<MOVED>())
        && let Some(free) =
            compact.get_mut(len + count * LINE..).and_then(|c| c.first_chunk_mut::<MOVED>())
    {
        *free = *line;
        let [b'\r', b'\n', ..] = line[LINE..] else { break };
        count += 1;
    }
    count
}

/// What became of a block of text.
enum Block {
    Decoded {
        read: usize,
    },
    /// The engine does not take these bytes.
    Refused {
        read: usize,
    },
}

/// A resumable base64 decoder.
///
/// It holds at most three characters between two calls.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// Characters of the current group of four.
    group: u32,
    count: u8,
    /// Padding characters that the group still wants.
    pads: u8,
    /// The content was ended by padding.
    ended: bool,
    after_padding: AfterPadding,
    /// Length of the lines so far, or 0.
    line: usize,
    position: u64,
    problems: Problems,
}

impl Decoder {
    /// Creates a decoder that decodes data after padding, too.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a decoder that treats data after padding as told.
    pub fn with_after_padding(after_padding: AfterPadding) -> Self {
        Decoder { after_padding, ..Self::default() }
    }

    /// Decodes the next chunk and appends the result to `out`.
    pub fn decode(&mut self, input: &[u8], out: &mut Vec<u8>) {
        out.reserve((input.len() / 4).saturating_mul(3).saturating_add(6));
        if input.len() < WORTHWHILE {
            self.decode_bytes(input, out);
            return;
        }
        // Filling the room with zeros is not free: a little room for a little text.
        if input.len() <= 4 * SMALL {
            self.decode_blocks(
                input,
                out,
                &mut [0; SMALL + LINE],
                &mut [0; (SMALL + LINE) / 4 * 3],
            );
        } else {
            self.decode_blocks(
                input,
                out,
                &mut [0; BLOCK + LINE],
                &mut [0; (BLOCK + LINE) / 4 * 3],
            );
        }
    }

    /// Decodes a chunk by blocks of the length of `compact` without a line; `decoded` has room for
    /// what is in `compact`.
    fn decode_blocks(
        &mut self,
        input: &[u8],
        out: &mut Vec<u8>,
        compact: &mut [u8],
        decoded: &mut [u8],
    ) {
        let mut at = 0;
        while let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) {
            let mut slow = WORTHWHILE;
            if rest.len() >= WORTHWHILE && self.count == 0 && !self.ended {
                match self.decode_block(rest, out, compact, decoded) {
                    Block::Decoded { read } => {
                        at += read;
                        self.position += read as u64;
                        continue;
                    }
                    Block::Refused { read } => slow = slow.max(read),
                }
            }
            // Byte by byte until the next group, or through text that the engine refused.
            let part = rest.get(..rest.len().min(slow)).unwrap_or(rest);
            self.decode_bytes(part, out);
            at += part.len();
        }
    }

    /// Ends the content: appends the bytes of an incomplete last group.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let at = self.position;
        if self.count > 0 && self.pads == 0 {
            let kind = match self.count {
                1 => DefectKind::Base64Truncated,
                _ => DefectKind::Base64MissingPadding,
            };
            self.problems.add(kind, at, at);
        } else if self.pads > 0 {
            self.problems.add(DefectKind::Base64MissingPadding, at, at);
        }
        self.flush(out, at);
        self.ended = false;
        self.pads = 0;
    }

    /// Returns what was wrong so far.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Decodes one block of clean lines with the engine.
    fn decode_block(
        &mut self,
        input: &[u8],
        out: &mut Vec<u8>,
        compact: &mut [u8],
        decoded: &mut [u8],
    ) -> Block {
        let block = compact.len().saturating_sub(LINE);
        let mut len = 0;
        let mut read = 0;
        while len < block {
            if self.line == LINE {
                let lines = usual_lines(input.get(read..).unwrap_or_default(), compact, len);
                len += lines * LINE;
                read += lines * (LINE + 2);
                if len >= block {
                    break;
                }
            }
            let Some(rest) = input.get(read..) else { break };
            let window = rest.get(..rest.len().min(block - len)).unwrap_or(rest);
            let run = memchr3(b'\r', b'\n', b'=', window).unwrap_or(window.len());
            let (Some(text), Some(free)) = (rest.get(..run), compact.get_mut(len..len + run))
            else {
                break;
            };
            free.copy_from_slice(text);
            len += run;
            read += run;
            match rest.get(run..) {
                Some([b'\r', b'\n', ..]) => {
                    read += 2;
                    self.line = run;
                }
                Some([b'\n', ..]) => {
                    read += 1;
                    self.line = run;
                }
                _ => break,
            }
        }
        let whole = len - len % 4;
        let text = compact.get(..whole).unwrap_or_default();
        // At most three characters are left over; they are the start of the next group.
        let left = compact.get(whole..len).unwrap_or_default();
        if text.is_empty() || left.iter().any(|&byte| VALUES[usize::from(byte)] >= SPACE) {
            return Block::Refused { read };
        }
        let put = if whole < 4 * WORTHWHILE {
            GENERAL.decode_slice(text, decoded)
        } else {
            engine::fast().decode_slice(text, decoded)
        };
        let Some(bytes) = put.ok().and_then(|put| decoded.get(..put)) else {
            return Block::Refused { read };
        };
        out.extend_from_slice(bytes);
        for &byte in left {
            self.group = self.group << 6 | u32::from(VALUES[usize::from(byte)]);
            self.count += 1;
        }
        Block::Decoded { read }
    }

    /// Decodes byte by byte, with a report about everything unusual.
    fn decode_bytes(&mut self, input: &[u8], out: &mut Vec<u8>) {
        for &byte in input {
            let at = self.position;
            self.position += 1;
            let value = VALUES[usize::from(byte)];
            match value {
                SPACE => {}
                PAD => {
                    if self.pads > 0 {
                        self.pads -= 1;
                    } else if self.count >= 2 {
                        self.pads = 3 - self.count;
                        self.flush(out, at);
                        self.ended = true;
                    } else {
                        self.problems.add(DefectKind::Base64MisplacedPadding, at, at + 1);
                    }
                }
                JUNK => self.problems.add(DefectKind::Base64Junk, at, at + 1),
                _ if self.ended => {
                    if self.pads > 0 {
                        self.problems.add(DefectKind::Base64MissingPadding, at, at);
                        self.pads = 0;
                    }
                    self.problems.add(DefectKind::Base64DataAfterPadding, at, at + 1);
                    if self.after_padding == AfterPadding::Continue {
                        self.ended = false;
                        self.group = u32::from(value);
                        self.count = 1;
                    }
                }
                _ => {
                    self.group = self.group << 6 | u32::from(value);
                    self.count += 1;
                    if self.count == 4 {
                        let [_, bytes @ ..] = self.group.to_be_bytes();
                        out.extend_from_slice(&bytes);
                        self.group = 0;
                        self.count = 0;
                    }
                }
            }
        }
    }

    /// Writes the bytes of an incomplete group.
    fn flush(&mut self, out: &mut Vec<u8>, at: u64) {
        let bytes = match self.count {
            2 => (self.group >> 4, 1, self.group & 0xf),
            3 => (self.group >> 2, 2, self.group & 0x3),
            _ => (0, 0, 0),
        };
        let (value, len, rest) = bytes;
        if rest != 0 {
            self.problems.add(DefectKind::Base64TrailingBits, at, at);
        }
        self.group = 0;
        self.count = 0;
        let value = (value << (8 * (3 - len))).to_be_bytes();
        let [_, bytes @ ..] = value;
        out.extend_from_slice(bytes.get(..len).unwrap_or_default());
    }
}

/// Encodes content at once, in lines of 76 characters that each end with CRLF.
///
/// Empty content gives the empty string.
///
/// # Example
///
/// ```
/// use mime::codec::base64;
///
/// assert_eq!(base64::encode(b"Hello"), b"SGVsbG8=\r\n");
/// assert_eq!(base64::encoded_len(5), 10);
/// ```
pub fn encode(input: &[u8]) -> Vec<u8> {
    let mut encoder = Encoder::new();
    let len = usize::try_from(encoded_len(input.len() as u64)).unwrap_or_default();
    let mut out = Vec::with_capacity(len);
    encoder.encode(input, &mut out);
    encoder.finish(&mut out);
    out
}

/// Returns the exact length of what [`encode`] makes of `len` bytes.
pub fn encoded_len(len: u64) -> u64 {
    let line = LINE_BYTES as u64;
    let whole = (len / line).saturating_mul(LINE as u64 + 2);
    match len % line {
        0 => whole,
        rest => whole.saturating_add(rest.div_ceil(3) * 4 + 2),
    }
}

/// A resumable base64 encoder.
///
/// It holds less than a line between two calls.
#[derive(Clone, Debug)]
pub struct Encoder {
    carry: [u8; LINE_BYTES],
    len: usize,
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    /// Creates an encoder at the start of a line.
    pub fn new() -> Self {
        Encoder { carry: [0; LINE_BYTES], len: 0 }
    }

    /// Encodes the next chunk and appends whole lines to `out`.
    pub fn encode(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let mut input = input;
        if self.len > 0 {
            let take = input.len().min(LINE_BYTES - self.len);
            let (head, tail) = input.split_at_checked(take).unwrap_or((input, &[]));
            if let Some(free) = self.carry.get_mut(self.len..self.len + head.len()) {
                free.copy_from_slice(head);
            }
            self.len += head.len();
            input = tail;
            if self.len < LINE_BYTES {
                return;
            }
            let carry = self.carry;
            encode_lines(&carry, out);
            self.len = 0;
        }
        let whole = input.len() - input.len() % LINE_BYTES;
        let (lines, rest) = input.split_at_checked(whole).unwrap_or((input, &[]));
        encode_lines(lines, out);
        if let Some(free) = self.carry.get_mut(..rest.len()) {
            free.copy_from_slice(rest);
            self.len = rest.len();
        }
    }

    /// Ends the content: appends the last, shorter line.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if self.len == 0 {
            return;
        }
        let mut line = [0; LINE];
        if let Ok(len) =
            PADDED.encode_slice(self.carry.get(..self.len).unwrap_or_default(), &mut line)
        {
            out.extend(line.iter().take(len));
            out.extend_from_slice(b"\r\n");
        }
        self.len = 0;
    }
}

/// Encodes whole lines.
fn encode_lines(input: &[u8], out: &mut Vec<u8>) {
    const LINES: usize = 40;
    let mut scratch = [0; LINES * LINE];
    // Moves of a fixed length are a few instructions each.
    let mut lines = [[b'\r', b'\n']; LINES * (LINE + 2) / 2];
    let lines = lines.as_flattened_mut();
    out.reserve(input.len() / LINE_BYTES * (LINE + 2));
    for block in input.chunks(LINES * LINE_BYTES) {
        let Ok(len) = engine::fast().encode_slice(block, &mut scratch) else { continue };
        let (text, _) = scratch.get(..len).unwrap_or_default().as_chunks::<LINE>();
        for (line, place) in text.iter().zip(lines.chunks_exact_mut(LINE + 2)) {
            if let Some(free) = place.first_chunk_mut::<LINE>() {
                *free = *line;
            }
        }
        out.extend_from_slice(lines.get(..text.len() * (LINE + 2)).unwrap_or_default());
    }
}
/// Decodes base64 that stands on one line with nothing else, for encoded words and parameters.
pub(crate) fn decode_lenient(input: &[u8], out: &mut Vec<u8>) -> Problems {
    let mut decoder = Decoder::new();
    decoder.decode(input, out);
    decoder.finish(out);
    decoder.problems
}

/// Appends one padded run of base64 without line breaks.
pub(crate) fn encode_run(input: &[u8], out: &mut Vec<u8>) {
    for group in input.chunks(3) {
        let mut text = [0; 4];
        if PADDED.encode_slice(group, &mut text).is_ok() {
            out.extend_from_slice(&text);
        }
    }
}

/// Returns whether a character can stand in base64 text.
pub(crate) fn is_base64(byte: u8) -> bool {
    VALUES[usize::from(byte)] < SPACE || byte == b'='
}
